"""§5.4: what a no did beside the state is done again after a restore: who received it is told, what is published comes down."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from installation import MAIL
from second import sign_as_read
from taking import CONTEST, opened

from clauses.test_2_4_contest import ENTRY, won
from clauses.test_4_6_recalls import CLUB, DAY, ENDS, Club, corrected
from clauses.test_5_4_no_log import Lost, given
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services.backups.recovery import start_or_recover
from kept.services.instances import contests
from kept.services.instances.participations import leave
from kept.services.my_data import choices, corrections, erasure
from kept.services.staff import sessions
from kept.services.third_parties import recalls
from kept.services.upkeep.after_restore import report_of
from kept.services.upkeep.routine import finish_all
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio


class LostOnce(Lost):
    """One that loses both databases, or D alone, whose older copy is put back over it."""

    async def back_up(self) -> None:
        """Make both backups, and keep a copy of D."""
        await super().back_up()
        await self.installation.close()
        self._older = self.installation.address.data.read_bytes()
        await self.open()

    async def lose(self, what: str) -> None:
        """Lose *what*: `both` or `D`, and serve again."""
        here = self.installation
        if what == "both":
            await self.lose_both()
            await self.open()
            return
        await here.close()
        for path in here.address.data.parent.glob("shop.db-*"):
            path.unlink()
        here.address.data.write_bytes(self._older)
        here.engine = await start_or_recover(here.parts)
        await finish_all(here.engine)


@pytest.fixture
async def lost(tmp_path):
    """An installation with a no-log on another disk."""
    found = LostOnce(tmp_path)
    await found.installation.open()
    yield found
    await found.installation.close()


@pytest.mark.parametrize("what", ["both", "D"])
@pytest.mark.parametrize("how", ["no", "channel", "stop", "leave", "remove", "correct", "erase"])
async def test_what_was_taken_down_stays_down(lost, what, how):
    """§5.4 breach: an entry published at the backup and taken down since does not stand on the site again."""
    here = lost.installation
    contest = await opened(here, CONTEST, "contests")
    own, stays = await here.mori(), await here.join()
    await contest.enter(own, ("entry", ENTRY), ("publish", "entry"))
    await won(here, contest, own)
    assert await contests.publish(here.engine, contest.session, "caption") == 1
    await lost.back_up()
    engine, own = here.engine, await here.session(own.person_id)
    await {
        "no": lambda: choices.choose(engine, own, "contest", None, allow=False),
        "channel": lambda: choices.choose(engine, own, "contest", Exit.PUBLICATION, allow=False),
        "stop": lambda: choices.stop_use(engine, own, "contest", stop=True),
        "leave": lambda: leave(engine, own, "caption"),
        "remove": lambda: corrections.remove_value(engine, own, "entry#caption"),
        "correct": lambda: corrections.correct(engine, own, "entry#caption", "Another", expected_version=1),
        "erase": lambda: erasure.intend_erasure(engine, own),
    }[how]()
    assert await contests.published_of(engine, "caption") == []
    await lost.lose(what)
    assert await contests.published_of(here.engine, "caption") == []
    assert (await here.engine.people.load(stays.person_id)).state.status == "active"


@pytest.mark.parametrize("what", ["both", "D"])
@pytest.mark.parametrize("how", ENDS)
async def test_who_received_it_is_told_again(lost, what, how):
    """§5.4, §4.6 breach: a no after the backup is said again and its recall is lost: it is due again, from the day of the no."""
    here = lost.installation
    club = await Club(here).begin()
    await lost.back_up()
    engine = here.engine
    await ENDS[how](engine, await here.session(club.own.person_id))
    (before,) = await recalls.open_recalls(engine)
    await lost.lose(what)
    (again,) = await recalls.open_recalls(here.engine)
    assert (again.recipient, again.people, again.items, again.told_at) == (CLUB, 1, 0, None)
    assert again.due_at == pytest.approx(before.due_at, abs=5)
    here.wall.pass_(again.due_at - here.engine.clock.now() + 1)
    assert (await promise_board(here.engine)).of("4.6").state is not ClauseState.KEPT


@pytest.mark.parametrize("what", ["both", "D"])
async def test_who_holds_a_removed_value_is_told_again_once(lost, what):
    """§5.4 breach: the same of one item; and a replay that is said twice, after a kill, tells it once."""
    here = lost.installation
    club = await Club(here).begin()
    await lost.back_up()
    club.own = await here.session(club.own.person_id)
    await corrected(here, club)
    await lost.lose(what)
    await here.close()
    here.sql("DELETE FROM no_log_line")  # as if a kill had come before the lines were taken over
    await lost.open()
    (again,) = await recalls.open_recalls(here.engine)
    assert (again.people, again.items) == (1, 1)
    assert again.due_at < here.engine.clock.now() + 7 * DAY


async def test_a_restore_that_forgot_nothing_recalls_nothing(lost):
    """§5.4: who said no before the backup, and whose recall was confirmed there, is told nothing twice; who said yes, nothing."""
    here = lost.installation
    club = await Club(here).begin()
    await choices.choose(here.engine, club.own, CLUB, None, allow=False)
    told = await club.told()
    await recalls.confirm_recall(here.engine, club.asks, told["id"], told["confirm with"])
    await lost.back_up()
    await lost.lose("both")
    assert await recalls.open_recalls(here.engine) == []


async def test_what_nobody_can_count_is_not_called_nothing(lost):
    """§5.6, §5.3 breach: both databases from before: the page said *entries lost: 0*; now that nobody knows, until two sign."""
    here = lost.installation
    own = await here.mori()
    await lost.back_up()
    later = await here.join()
    await here.give(later, [("name", "Later")])
    await corrections.correct(here.engine, await here.session(own.person_id), "name", "New", expected_version=1)
    await lost.lose_both()
    here.engine = await start_or_recover(here.parts)
    await finish_all(here.engine)
    report = await report_of(here.engine)
    assert (report.counted, report.made_at > 0) == (False, True)
    board = await promise_board(here.engine)
    assert [board.of(one).state for one in ("5.3", "5.6")] == [ClauseState.NOT_KEPT_YET] * 2
    assert "nobody can count it" in str([one.said for one in board.of("5.6").parts])
    privacy = [await here.staff(login, ("privacy",)) for login in ("first", "second")]
    desk = Browser(here, at=CONSOLE)
    desk.cookies["__Host-kept_session"] = await sessions.start_demo_session(here.engine, "first")
    page = (await desk.get("/en/restore")).text
    assert "nobody can count it" in page
    assert "entries of the ledger: 0" not in page
    for one in privacy:
        await sign_as_read(here.engine, one)
    assert "nobody can count it" not in str([one.said for one in (await promise_board(here.engine)).of("5.6").parts])


async def test_a_log_that_forgot_its_end_goes_on_under_another_name(lost):
    """§5.3 breach: after both are restored a second tree is signed under the name of the first, which an auditor takes for a lie."""
    here = lost.installation
    await here.mori()
    await lost.back_up()
    await given(here, MAIL)
    await here.engine.sequencer.integrate()
    before, name = here.engine.sequencer.checkpoint, here.engine.sequencer.origin
    await lost.lose_both()
    here.engine = await start_or_recover(here.parts)
    await finish_all(here.engine)
    for at in range(before.size):
        await given(here, f"more-{at}@example.jp")
        await here.engine.sequencer.integrate()
        if here.engine.sequencer.checkpoint.size > before.size:
            break
    after = here.engine.sequencer.checkpoint
    assert after.size > before.size
    assert after.origin != name
    assert any("recover" in one.act for one in await here.ledger())
    assert (await verify_installation(here.engine)).problems == []
    await here.close()
    here.engine = await start_or_recover(here.parts)
    assert here.engine.sequencer.origin == after.origin, "once, not at every start"
    here.wall.pass_(60)
    await lost.lose_both()
    here.engine = await start_or_recover(here.parts)
    assert here.engine.sequencer.origin not in {name, after.origin}, (
        "the same backup once more is another log once more"
    )
