"""§2.4, §2.2: entering takes no personal item, nobody can choose the winner, anybody checks it, winners alone are asked."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tracemalloc
from collections import Counter

import pytest
from asked import Browser
from cited import cited
from installation import NAME
from taking import DAY, SWEEPSTAKE, opened

import kept_verify.draw as verifier
from kept import limits
from kept.crypto.draw import blind_ticket, commit_list, commit_seed, draw
from kept.errors import ConflictError, DeniedError, InputError, SubmissionError
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.forms.receipts import receipts_of
from kept.services.instances import instances, sweepstakes
from kept.services.instances.draw_file import DrawFiles
from kept.services.instances.participations import leave, part_of, present_part, take_part
from kept.services.my_data import choices, erasure
from kept.services.my_data.corrections import remove_value
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.retention import sweep
from kept.store import sql

pytestmark = pytest.mark.anyio
NUMBER = "38,283.85"
ADDRESS = (("name", NAME), ("postal_address", "604-8001 京都市中京区木屋町通 1-2"))


@pytest.fixture
async def sweepstake(installation):
    """A sweepstake that is open."""
    return await opened(installation, SWEEPSTAKE, "contests")


async def drawn(installation, desk, people):
    """Let people enter, close it, wait for the number's day, and draw."""
    receipts = [await desk.enter(own) for own in people]
    await desk.close()
    installation.wall.pass_((await desk.now()).file.number_at - installation.engine.clock.now() + 1)
    desk.session = await installation.staff("drawer", ("contests",))
    await sweepstakes.draw_lots(installation.engine, desk.session, desk.id, NUMBER)
    return receipts


async def winner_of(installation, people, instance="calendar"):
    """Somebody who won, signed in anew."""
    for own in people:
        part = await part_of(installation.engine, own.person_id, instance)
        if part and part.status == "won":
            return await installation.session(own.person_id), part.number
    raise AssertionError("nobody won")


async def test_entering_takes_nothing_and_gives_a_ticket_to_check(installation, sweepstake):
    """§2.7 normal: nothing is needed, and nothing asked for the draw; the receipt holds the secret of the public ticket."""
    own = await installation.join()
    form = await present_part(installation.engine, own, "calendar", "en")
    assert not any(one.needed for one in form.hints)
    assert not [one for one in form.notice.terms if one.purpose == "prize-delivery"]  # winners alone are asked for that
    receipt = await sweepstake.enter(own)
    assert blind_ticket("calendar", receipt.record["ticketSecret"]) == receipt.record["ticket"]
    assert (await sweepstakes.public_file(installation.engine, "calendar"))["tickets"] == [receipt.record["ticket"]]
    assert (await own_data(installation.engine, own)).held == ()
    kept = (await receipts_of(installation.engine, own))[0][0]
    assert kept.record["ticketSecret"] == receipt.record["ticketSecret"]


async def test_everything_is_committed_before_anybody_could_choose(installation, sweepstake):
    """§2.4 evidence: the seed's hash at the opening, the list's at the close, each an entry of the ledger; then the draw."""
    people = [await installation.join() for _ in range(5)]
    before = await sweepstakes.public_file(installation.engine, "calendar")
    assert (before["seed"], before["list_hash"], before["winners"]) == ("", "", [])
    await drawn(installation, sweepstake, people)
    file = await sweepstakes.public_file(installation.engine, "calendar")
    facts = {
        one.act: dict(one.facts)
        for one in await installation.ledger()
        if one.act.endswith((":open", ":close", ":draw"))
    }
    assert facts["staff:instance:open"]["seed-hash"] == before["seed_hash"] == commit_seed("calendar", file["seed"])
    assert facts["actor:instance:close"]["list-hash"] == commit_list("calendar", file["tickets"])
    assert (facts["staff:lot:draw"]["public-number"], facts["staff:lot:draw"]["drawn"]) == (NUMBER, "2")
    assert verifier.winners(file) == file["winners"]
    assert len(file["winners"]) == 2


async def test_anybody_checks_it_offline(installation, sweepstake, tmp_path):
    """§2.4: the published program, alone with the file, says whether it is as promised and one's ticket on the list."""
    receipts = await drawn(installation, sweepstake, [await installation.join() for _ in range(4)])
    browser = Browser(installation)
    program, file = tmp_path / "verify.py", tmp_path / "draw.json"
    program.write_text((await browser.get("/draw/verify.py")).text, encoding="utf-8")
    file.write_text((await browser.get("/draw/calendar.json")).text, encoding="utf-8")
    secret = receipts[0].record["ticketSecret"]

    def run(*arguments):
        return subprocess.run(  # noqa: S603 -- our own file
            [sys.executable, "-I", str(program), str(file), *arguments], capture_output=True, text=True, check=False
        )

    assert run(secret).returncode == 0
    assert run("another secret").returncode != 0
    code = [line for line in program.read_text(encoding="utf-8").split("\n") if line.strip()]
    assert len(code) <= 36
    sound = await sweepstakes.public_file(installation.engine, "calendar")
    first = draw(sound["seed"], sound["list_hash"], NUMBER, 4, 2)
    other = next(str(n) for n in range(99) if draw(sound["seed"], sound["list_hash"], str(n), 4, 2) != first)
    for flaw in (
        {"seed": "0" * 43}, {"public_number": other}, {"drawn": 1}, {"tickets": []}, {"list_hash": "0" * 64},
        {"winners": [receipts[0].record["ticket"]] * 2}, {"instance": "other"},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"than|not on"):
            verifier.winners(sound | flaw)


def test_every_ticket_has_the_same_chance():
    """§2.4: over many seeds each of five tickets is drawn about as often; without replacement, in a fixed order."""
    counted = Counter(draw(f"seed{n}", "list", NUMBER, 5, 1)[0] for n in range(5000))
    assert all(abs(one - 1000) < 6 * 29 for one in counted.values())  # six standard deviations
    assert sorted(draw("seed", "list", NUMBER, 5, 9)) == [0, 1, 2, 3, 4]
    assert draw("seed", "list", NUMBER, 5, 3) == draw("seed", "list", NUMBER, 5, 5)[:3]
    assert draw("seed", "list", NUMBER, 0, 3) == []


async def test_only_the_winner_is_asked_and_only_for_the_delivery(installation, sweepstake):
    """§2.2: winners, and only they, are asked where the prize may go; staff open it for the delivery alone."""
    people = [await installation.join() for _ in range(4)]
    await drawn(installation, sweepstake, people)
    own, number = await winner_of(installation, people)
    statuses = {one: (await part_of(installation.engine, one.person_id, "calendar")).status for one in people}
    loser = next(one for one, status in statuses.items() if status == "in")
    loser = await installation.session(loser.person_id)
    with pytest.raises(SubmissionError) as refused:
        await present_part(installation.engine, loser, "calendar", "en")
    assert cited(refused.value) == "§2.4"
    with pytest.raises(InputError):
        await sweepstakes.open_address(installation.engine, sweepstake.session, "calendar", number)
    form = await present_part(installation.engine, own, "calendar", "en")
    assert [one.item.id for one in form.hints] == ["name", "postal_address", "phone"]
    await sweepstake.enter(own, *ADDRESS)
    card = await sweepstakes.open_address(installation.engine, sweepstake.session, "calendar", number)
    with card["name"].open(Exit.SCREEN) as value:
        assert value == NAME
    assert (await installation.newest()).purpose == "prize-delivery"
    with pytest.raises(SubmissionError):
        await sweepstake.enter(own, *ADDRESS)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    ("sent", "status", "state"),
    [
        ({}, 422, "won"),
        ({"name": NAME}, 422, "won"),
        ({"use": ["name"]}, 422, "won"),
        ({"use": ["name", "postal_address"]}, 303, "claimed"),
        ({"name": "Somebody Else", "use": ["postal_address"]}, 422, "won"),  # given before: corrected, not given again
        ({"phone": "090-1234-5678"}, 303, "claimed"),
        ({"phone": "mountain", "use": ["postal_address"]}, 422, "won"),
    ],
)
async def test_a_prize_is_claimed_or_waits(installation, sweepstake, language, sent, status, state):  # noqa: PLR0913 -- a table
    """§2.7 breach: with nothing, with lent items, with both: answered in a sentence, and no prize is lost by an answer."""
    own, other = await installation.join(), await installation.join()
    for person in (own, other):
        await installation.give(person, ADDRESS)
    await drawn(installation, sweepstake, [own, other])
    browser = Browser(installation)
    await browser.sign_in(own)
    page = (await browser.get(f"/{language}/take-part/calendar")).text
    token = re.search(r'name="notice_token" value="([^"]+)"', page)[1]
    if "use" not in sent:  # the one who kept it to themselves
        for item, _ in ADDRESS:
            await remove_value(installation.engine, await installation.session(own.person_id), item)
    answer = await browser.post(f"/{language}/take-part/calendar", notice_token=token, **sent)
    assert answer.status_code == status
    part = await part_of(installation.engine, own.person_id, "calendar")
    assert part.status == state
    if state == "won":
        waits = {"en": "the prize waits", "ja": "賞品はお待ちしています"}[language]
        assert (waits in answer.text) is ("phone" not in sent and sent.get("name") != "Somebody Else")
        await sweepstake.enter(await installation.session(own.person_id), ("phone", "090-1234-5678"))
    card = await sweepstakes.open_address(installation.engine, sweepstake.session, "calendar", part.number)
    assert {"phone", "postal_address"} & set(card)


async def test_who_was_not_drawn_reads_so(installation, sweepstake):
    """§2.4 normal: who takes part reads so while it is open; when it is closed, that nothing is drawn yet; then, what came of it."""
    people = [await installation.join() for _ in range(4)]
    browser = Browser(installation)
    await sweepstake.enter(people[0])
    await browser.sign_in(people[0])
    assert "You take part." in (await browser.get("/en/take-part/calendar")).text
    await drawn(installation, sweepstake, people[1:])
    said = []
    for own in people:
        await browser.sign_in(own)
        said.append("your ticket was not drawn" in (await browser.get("/en/take-part/calendar")).text)
    won = [(await part_of(installation.engine, own.person_id, "calendar")).status == "won" for own in people]
    assert said == [not one for one in won]
    assert any(won)
    assert any(said)


@pytest.mark.parametrize("way", ["stop", "no"])
async def test_a_prize_that_may_not_be_sent_waits(installation, sweepstake, way):
    """§2.7 breach: a winner who stopped the use answers: refused in a sentence, nothing taken; resumed, it is claimed."""
    own, other = await installation.join(), await installation.join()
    await drawn(installation, sweepstake, [own, other])

    async def say(*, yes: bool):
        now = await installation.session(own.person_id)
        if way == "stop":
            await choices.stop_use(installation.engine, now, "prize-delivery", stop=not yes)
        else:
            await choices.choose(installation.engine, now, "prize-delivery", None, allow=yes)

    await say(yes=False)
    with pytest.raises(SubmissionError) as refused:
        await sweepstake.enter(await installation.session(own.person_id), ("phone", "090-1234-5678"))
    assert refused.value.reason == "prize-stopped"
    assert (await part_of(installation.engine, own.person_id, "calendar")).status == "won"
    assert not (await installation.engine.people.load(own.person_id)).state.slots
    await say(yes=True)
    await sweepstake.enter(await installation.session(own.person_id), ("phone", "090-1234-5678"))
    number = (await part_of(installation.engine, own.person_id, "calendar")).number
    assert "phone" in await sweepstakes.open_address(installation.engine, sweepstake.session, "calendar", number)


async def test_what_was_lent_and_is_gone_is_not_on_the_receipt(installation, sweepstake):
    """§2.4: an item taken away in another window is not lent, whatever the form says; the prize waits."""
    own = await installation.join()
    await installation.give(own, ADDRESS)
    await drawn(installation, sweepstake, [own])
    form = await present_part(installation.engine, own, "calendar", "en")
    own = await installation.session(own.person_id)
    await remove_value(installation.engine, own, "postal_address")
    with pytest.raises(SubmissionError) as refused:
        await take_part(
            installation.engine, own, "calendar", language="en", unverified_token=form.token,
            fields=[("use", "postal_address")],
        )  # fmt: skip
    assert (refused.value.reason, cited(refused.value)) == ("prize-nowhere", "§2.2")
    receipt = await sweepstake.enter(own, ("use", "postal_address"), ("phone", "090-1234-5678"))
    given = [item for one in receipt.record["dpv:hasProcess"] for item in one["dpv:hasPersonalData"]]
    assert "phone" in given
    assert "postal_address" not in given


async def test_the_address_ends_with_the_delivery(installation, sweepstake):
    """§2.2: thirty days after the last prize is on its way, what was given for it is gone."""
    people = [await installation.join() for _ in range(2)]
    await drawn(installation, sweepstake, people)
    for person in people:
        own = await installation.session(person.person_id)
        await sweepstake.enter(own, *ADDRESS)
        number = (await part_of(installation.engine, own.person_id, "calendar")).number
        assert (await sweepstake.now()).delivered_at is None
        await sweepstakes.deliver(installation.engine, sweepstake.session, "calendar", number)
        with pytest.raises(InputError):
            await sweepstakes.deliver(installation.engine, sweepstake.session, "calendar", number)
    assert (await sweepstake.now()).delivered_at is not None
    installation.wall.pass_(31 * DAY)
    installation.engine.clock.confirm_leap()
    await sweep(installation.engine)
    for person in people:
        assert (await own_data(installation.engine, await installation.session(person.person_id))).held == ()


async def test_a_draw_before_its_time_or_with_another_number_is_refused(installation, sweepstake):
    """§2.4 breach: not while open, not before the number's day, not with words, not with a second number."""
    people = [await installation.join() for _ in range(4)]
    for own in people:
        await sweepstake.enter(own)
    engine, session = installation.engine, sweepstake.session
    with pytest.raises(ConflictError):
        await sweepstakes.draw_lots(engine, session, "calendar", NUMBER)
    await sweepstake.close()
    with pytest.raises(InputError) as early:
        await sweepstakes.draw_lots(engine, session, "calendar", NUMBER)
    assert (early.value.reason, cited(early.value)) == ("draw-early", "§2.4")
    installation.wall.pass_((await sweepstake.now()).file.number_at - engine.clock.now() + 1)
    for wrong in ("Mori wins", "", "1" * 41, "٣"):
        with pytest.raises(InputError):
            await sweepstakes.draw_lots(engine, session, "calendar", wrong)
    await sweepstakes.draw_lots(engine, session, "calendar", NUMBER)
    first = (await sweepstakes.public_file(engine, "calendar"))["winners"]
    with pytest.raises(InputError, match="drawn with"):
        await sweepstakes.draw_lots(engine, session, "calendar", "1")
    await sweepstakes.draw_lots(engine, session, "calendar", NUMBER)  # one more, in the order fixed before
    more = await sweepstakes.public_file(engine, "calendar")
    assert more["winners"][:2] == first
    assert len(more["winners"]) == 3
    assert verifier.winners(more) == more["winners"]
    await sweepstakes.draw_lots(engine, session, "calendar", NUMBER)
    with pytest.raises(ConflictError):
        await sweepstakes.draw_lots(engine, session, "calendar", NUMBER)


async def test_a_ticket_is_given_back_before_the_close_only(installation, sweepstake):
    """§2.4: before the close leaving takes the ticket along; afterwards the list is fixed, and names nobody."""
    own, other = await installation.join(), await installation.join()
    await sweepstake.enter(own)
    await sweepstake.enter(other)
    await leave(installation.engine, own, "calendar")
    assert len((await sweepstakes.public_file(installation.engine, "calendar"))["tickets"]) == 1
    await sweepstake.close()
    with pytest.raises(DeniedError) as refused:
        await leave(installation.engine, other, "calendar")
    assert refused.value.reason == "list-fixed"


async def test_who_is_erased_wins_nothing_and_the_draw_still_verifies(installation, sweepstake):
    """§0.1: an erased entrant's ticket stays on the list, names nobody, and one more can be drawn."""
    people = [await installation.join() for _ in range(3)]
    for own in people:
        await sweepstake.enter(own)
    await sweepstake.close()
    await erasure.intend_erasure(installation.engine, people[0])
    installation.wall.pass_((await sweepstake.now()).file.number_at - installation.engine.clock.now() + 1)
    for _ in range(2):
        await sweepstakes.draw_lots(installation.engine, sweepstake.session, "calendar", NUMBER)
    file = await sweepstakes.public_file(installation.engine, "calendar")
    assert len(file["tickets"]) == len(file["winners"]) == 3
    assert verifier.winners(file) == file["winners"]
    assert len(await sweepstakes.winners_of(installation.engine, "calendar")) == 2


async def test_a_kill_before_the_draw_leaves_the_same_draw(installation, sweepstake):
    """§5.6: a draw is one transaction; killed before it, drawing again gives what it would have given."""
    for _ in range(4):
        await sweepstake.enter(await installation.join())
    await sweepstake.close()
    installation.wall.pass_((await sweepstake.now()).file.number_at - installation.engine.clock.now() + 1)
    left = installation.stop_after(0)
    with pytest.raises(Exception, match="killed"):
        await sweepstakes.draw_lots(installation.engine, sweepstake.session, "calendar", NUMBER)
    left[0] = 10_000
    assert (await sweepstakes.public_file(installation.engine, "calendar"))["seed"] == ""
    assert await sweepstakes.winners_of(installation.engine, "calendar") == []
    await sweepstakes.draw_lots(installation.engine, sweepstake.session, "calendar", NUMBER)
    assert len(await sweepstakes.winners_of(installation.engine, "calendar")) == 2


async def test_the_seed_is_sealed_until_it_is_drawn(installation, sweepstake):
    """§2.4 breach: who reads the database before the draw learns nothing that helps; who changes the seed is found."""
    await sweepstake.enter(await installation.join())
    row = await installation.engine.data.one(sql.DrawGet, instance_id="calendar")
    await drawn(installation, sweepstake, [await installation.join()])
    file = await sweepstakes.public_file(installation.engine, "calendar")
    assert file["seed"].encode() not in bytes(row[1])
    with pytest.raises(ValueError, match="another seed"):
        verifier.winners(file | {"seed": file["seed"][::-1]})


async def test_the_pages_say_how_it_is_drawn(installation, sweepstake):
    """§2.4 page: the commitments for everybody, one's own ticket, and to the winner alone the question."""
    people = [await installation.join() for _ in range(3)]
    await drawn(installation, sweepstake, people)
    browser = Browser(installation)
    page = (await browser.get("/en/take-part/calendar")).text
    file = await sweepstakes.public_file(installation.engine, "calendar")
    assert file["seed_hash"] in page
    assert file["list_hash"] in page
    assert "Where may the prize go?" not in page
    own, _ = await winner_of(installation, people)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    page = (await browser.get("/en/take-part/calendar")).text
    assert "Where may the prize go?" in page
    assert "Your ticket is on the list." in page
    assert "your ticket was drawn" in (await browser.get("/en/my-data")).text


async def test_it_closes_by_itself_after_its_last_day(installation, sweepstake):
    """§2.4: the hour's work closes it, and fixes the list."""
    await sweepstake.enter(await installation.join())
    installation.wall.pass_((await sweepstake.now()).file.closes_at - installation.engine.clock.now() + 1)
    installation.engine.clock.confirm_leap()
    await sweep(installation.engine)
    assert (await sweepstake.now()).status == "closed"
    assert (await sweepstakes.public_file(installation.engine, "calendar"))["list_hash"]
    closed = next(one for one in await installation.ledger() if one.act == "actor:instance:close")
    assert closed.kind == "system"
    with pytest.raises(ConflictError):
        await instances.close_instance(installation.engine, None, "calendar")


# -------------------------------------------------------------------- its file, for everybody who asks


async def test_the_file_is_what_a_program_is_told_and_written_once(installation, sweepstake, monkeypatch):
    """§2.4: over pages of two tickets the file says what the door says; asked a hundred times at once it is written once."""
    monkeypatch.setattr(limits, "TICKETS_PAGE", 2)
    people = [await installation.join() for _ in range(7)]
    browser = Browser(installation)
    for one in people[:3]:
        await sweepstake.enter(one)
    assert json.loads((await browser.get("/draw/calendar.json")).text) == await sweepstakes.public_file(
        installation.engine, "calendar"
    )
    await drawn(installation, sweepstake, people[3:])
    writes = []
    really = DrawFiles._write
    monkeypatch.setattr(DrawFiles, "_write", lambda *what: writes.append(what) or really(*what))
    answers = await asyncio.gather(*(browser.get("/draw/calendar.json") for _ in range(100)))
    said = await sweepstakes.public_file(installation.engine, "calendar")
    assert {one.text for one in answers} == {answers[0].text}
    assert json.loads(answers[0].text) == said
    assert (len(said["tickets"]), len(said["winners"]), len(writes)) == (7, 2, 1)
    await browser.get("/en/take-part/calendar")
    assert len(writes) == 1  # the page counts by the same file
    headers = answers[0].headers
    assert headers["cache-control"].startswith("public")
    assert (headers["access-control-allow-origin"], headers["cross-origin-resource-policy"]) == ("*", "cross-origin")


async def test_while_the_list_grows_its_file_is_written_once_in_a_while(installation, sweepstake, monkeypatch):
    """§2.4 fault: nobody makes the server work for each look at an open sweepstake; a moment later the newest is there."""
    browser = Browser(installation)
    await sweepstake.enter(await installation.join())
    assert len(json.loads((await browser.get("/draw/calendar.json")).text)["tickets"]) == 1
    await sweepstake.enter(await installation.join())
    assert len(json.loads((await browser.get("/draw/calendar.json")).text)["tickets"]) == 1
    installation.wall.pass_(limits.DRAW_FILE_SECONDS + 1)
    assert len(json.loads((await browser.get("/draw/calendar.json")).text)["tickets"]) == 2


@pytest.mark.slow
async def test_many_tickets_are_written_without_holding_anybody_up(installation, sweepstake):
    """§2.4 fault: the loop goes on while 200,000 tickets are written, and memory stays flat."""
    tickets = [{"instance_id": "calendar", "blinded": f"{i * 7919:064x}"} for i in range(1, 200_001)]
    await installation.engine.data.write(lambda tx: tx.many("ticket_insert", tickets))
    turns, done = 0, asyncio.Event()

    async def beat():
        nonlocal turns
        while not done.is_set():
            await asyncio.sleep(0)
            turns += 1

    beating = asyncio.create_task(beat())
    tracemalloc.start()
    file = await DrawFiles(installation.engine).file_of("calendar")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    done.set()
    await beating
    assert file.facts["tickets"] == 200_000
    assert turns >= 200_000 / limits.TICKETS_PAGE / 2, f"the loop turns between pages: {turns}"
    assert peak < 5_000_000
