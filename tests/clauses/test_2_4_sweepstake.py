"""§2.4, §2.2: entering takes no personal item, nobody can choose the winner, anybody checks it, winners alone are asked."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

import kept_verify.draw as verifier
from asked import Browser
from house import NAME
from kept.crypto.draw import blind_ticket, commit_list, commit_seed, draw
from kept.errors import ConflictError, DeniedError, InputError, SubmissionError
from kept.policy.words import Exit
from kept.services import accounts, erasing, instances, sweepstakes
from kept.services.own_data import own_data
from kept.services.receipts import receipts_of
from kept.services.retention import sweep
from kept.services.taking_part import leave, part_of, present_part
from taking import DAY, SWEEPSTAKE, opened

pytestmark = pytest.mark.anyio
NUMBER = "38,283.85"
ADDRESS = (("name", NAME), ("postal_address", "604-8001 京都市中京区木屋町通 1-2"))


@pytest.fixture
async def sweepstake(house):
    """A sweepstake that is open."""
    return await opened(house, SWEEPSTAKE, "contests")


async def drawn(house, desk, people):
    """Let people enter, close it, wait for the number's day, and draw."""
    receipts = [await desk.enter(own) for own in people]
    await desk.close()
    house.wall.pass_((await desk.now()).file.number_at - house.engine.clock.now() + 1)
    desk.session = await house.staff("drawer", ("contests",))
    await sweepstakes.draw_lots(house.engine, desk.session, desk.id, NUMBER)
    return receipts


async def winner_of(house, people, instance="calendar"):
    """Somebody who won, signed in anew."""
    for own in people:
        part = await part_of(house.engine, own.person_id, instance)
        if part and part.status == "won":
            return await house.session(own.person_id), part.number
    raise AssertionError("nobody won")


async def test_entering_takes_nothing_and_gives_a_ticket_to_check(house, sweepstake):
    """§2.7 normal: no item is asked for; the receipt holds the secret that makes the public ticket one's own."""
    own = await house.join()
    form = await present_part(house.engine, own, "calendar", "en")
    assert (form.hints, form.boxes) == ((), ())
    receipt = await sweepstake.enter(own)
    assert blind_ticket("calendar", receipt.record["ticketSecret"]) == receipt.record["ticket"]
    assert (await sweepstakes.public_file(house.engine, "calendar"))["tickets"] == [receipt.record["ticket"]]
    assert (await own_data(house.engine, own)).held == ()
    kept = (await receipts_of(house.engine, own))[0][0]
    assert kept.record["ticketSecret"] == receipt.record["ticketSecret"]


async def test_everything_is_committed_before_anybody_could_choose(house, sweepstake):
    """§2.4 evidence: the seed's hash at the opening, the list's at the close, each an entry of the ledger; then the draw."""
    people = [await house.join() for _ in range(5)]
    before = await sweepstakes.public_file(house.engine, "calendar")
    assert (before["seed"], before["list_hash"], before["winners"]) == ("", "", [])
    await drawn(house, sweepstake, people)
    file = await sweepstakes.public_file(house.engine, "calendar")
    facts = {one.act: dict(one.facts) for one in await house.ledger() if one.act.endswith((":open", ":close", ":draw"))}
    assert facts["staff:instance:open"]["seed-hash"] == before["seed_hash"] == commit_seed("calendar", file["seed"])
    assert facts["actor:instance:close"]["list-hash"] == commit_list("calendar", file["tickets"])
    assert (facts["staff:lot:draw"]["public-number"], facts["staff:lot:draw"]["drawn"]) == (NUMBER, "2")
    assert verifier.winners(file) == file["winners"]
    assert len(file["winners"]) == 2


async def test_anybody_checks_it_offline(house, sweepstake, tmp_path):
    """§2.4: the published program, alone with the file, says whether it is as promised and one's ticket on the list."""
    receipts = await drawn(house, sweepstake, [await house.join() for _ in range(4)])
    browser = Browser(house)
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
    sound = await sweepstakes.public_file(house.engine, "calendar")
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


async def test_only_the_winner_is_asked_and_only_for_the_delivery(house, sweepstake):
    """§2.2: winners, and only they, are asked where the prize may go; staff open it for the delivery alone."""
    people = [await house.join() for _ in range(4)]
    await drawn(house, sweepstake, people)
    own, number = await winner_of(house, people)
    statuses = {one: (await part_of(house.engine, one.person_id, "calendar")).status for one in people}
    loser = next(one for one, status in statuses.items() if status == "in")
    loser = await house.session(loser.person_id)
    with pytest.raises(SubmissionError) as refused:
        await present_part(house.engine, loser, "calendar", "en")
    assert refused.value.clause == "§2.4"
    with pytest.raises(InputError):
        await sweepstakes.open_address(house.engine, sweepstake.session, "calendar", number)
    form = await present_part(house.engine, own, "calendar", "en")
    assert [one.item.id for one in form.hints] == ["name", "postal_address", "phone"]
    await sweepstake.enter(own, *ADDRESS)
    card = await sweepstakes.open_address(house.engine, sweepstake.session, "calendar", number)
    with card["name"].open(Exit.SCREEN) as value:
        assert value == NAME
    assert (await house.newest()).purpose == "prize-delivery"
    with pytest.raises(SubmissionError):
        await sweepstake.enter(own, *ADDRESS)


async def test_the_address_ends_with_the_delivery(house, sweepstake):
    """§2.2: thirty days after the last prize is on its way, what was given for it is gone."""
    people = [await house.join() for _ in range(2)]
    await drawn(house, sweepstake, people)
    for person in people:
        own = await house.session(person.person_id)
        await sweepstake.enter(own, *ADDRESS)
        number = (await part_of(house.engine, own.person_id, "calendar")).number
        assert (await sweepstake.now()).delivered_at is None
        await sweepstakes.deliver(house.engine, sweepstake.session, "calendar", number)
        with pytest.raises(InputError):
            await sweepstakes.deliver(house.engine, sweepstake.session, "calendar", number)
    assert (await sweepstake.now()).delivered_at is not None
    house.wall.pass_(31 * DAY)
    house.engine.clock.confirm_leap()
    await sweep(house.engine)
    for person in people:
        assert (await own_data(house.engine, await house.session(person.person_id))).held == ()


async def test_a_draw_before_its_time_or_with_another_number_is_refused(house, sweepstake):
    """§2.4 breach: not while open, not before the number's day, not with words, not with a second number."""
    people = [await house.join() for _ in range(4)]
    for own in people:
        await sweepstake.enter(own)
    engine, session = house.engine, sweepstake.session
    with pytest.raises(ConflictError):
        await sweepstakes.draw_lots(engine, session, "calendar", NUMBER)
    await sweepstake.close()
    with pytest.raises(InputError) as early:
        await sweepstakes.draw_lots(engine, session, "calendar", NUMBER)
    assert (early.value.reason, early.value.clause) == ("draw-early", "§2.4")
    house.wall.pass_((await sweepstake.now()).file.number_at - engine.clock.now() + 1)
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


async def test_a_ticket_is_given_back_before_the_close_only(house, sweepstake):
    """§2.4: before the close leaving takes the ticket along; afterwards the list is fixed, and names nobody."""
    own, other = await house.join(), await house.join()
    await sweepstake.enter(own)
    await sweepstake.enter(other)
    await leave(house.engine, own, "calendar")
    assert len((await sweepstakes.public_file(house.engine, "calendar"))["tickets"]) == 1
    await sweepstake.close()
    with pytest.raises(DeniedError) as refused:
        await leave(house.engine, other, "calendar")
    assert refused.value.reason == "list-fixed"


async def test_who_is_erased_wins_nothing_and_the_draw_still_verifies(house, sweepstake):
    """§0.1: an erased entrant's ticket stays on the list, names nobody, and one more can be drawn."""
    people = [await house.join() for _ in range(3)]
    for own in people:
        await sweepstake.enter(own)
    await sweepstake.close()
    await erasing.intend_erasure(house.engine, people[0])
    house.wall.pass_((await sweepstake.now()).file.number_at - house.engine.clock.now() + 1)
    for _ in range(2):
        await sweepstakes.draw_lots(house.engine, sweepstake.session, "calendar", NUMBER)
    file = await sweepstakes.public_file(house.engine, "calendar")
    assert len(file["tickets"]) == len(file["winners"]) == 3
    assert verifier.winners(file) == file["winners"]
    assert len(await sweepstakes.winners_of(house.engine, "calendar")) == 2


async def test_a_kill_before_the_draw_leaves_the_same_draw(house, sweepstake):
    """§5.6: a draw is one transaction; killed before it, drawing again gives what it would have given."""
    for _ in range(4):
        await sweepstake.enter(await house.join())
    await sweepstake.close()
    house.wall.pass_((await sweepstake.now()).file.number_at - house.engine.clock.now() + 1)
    left = house.stop_after(0)
    with pytest.raises(Exception, match="killed"):
        await sweepstakes.draw_lots(house.engine, sweepstake.session, "calendar", NUMBER)
    left[0] = 10_000
    assert (await sweepstakes.public_file(house.engine, "calendar"))["seed"] == ""
    assert await sweepstakes.winners_of(house.engine, "calendar") == []
    await sweepstakes.draw_lots(house.engine, sweepstake.session, "calendar", NUMBER)
    assert len(await sweepstakes.winners_of(house.engine, "calendar")) == 2


async def test_the_seed_is_sealed_until_it_is_drawn(house, sweepstake):
    """§2.4 breach: who reads the database before the draw learns nothing that helps; who changes the seed is found."""
    await sweepstake.enter(await house.join())
    row = await house.engine.data.read(lambda tx: tx.one("draw_get", instance_id="calendar"))
    await drawn(house, sweepstake, [await house.join()])
    file = await sweepstakes.public_file(house.engine, "calendar")
    assert file["seed"].encode() not in bytes(row[1])
    with pytest.raises(ValueError, match="another seed"):
        verifier.winners(file | {"seed": file["seed"][::-1]})


async def test_the_pages_say_how_it_is_drawn(house, sweepstake):
    """§2.4 page: the commitments for everybody, one's own ticket, and to the winner alone the question."""
    people = [await house.join() for _ in range(3)]
    await drawn(house, sweepstake, people)
    browser = Browser(house)
    page = (await browser.get("/en/take-part/calendar")).text
    file = await sweepstakes.public_file(house.engine, "calendar")
    assert file["seed_hash"] in page
    assert file["list_hash"] in page
    assert "Where may the prize go?" not in page
    own, _ = await winner_of(house, people)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(house.engine, own.person_id)
    page = (await browser.get("/en/take-part/calendar")).text
    assert "Where may the prize go?" in page
    assert "Your ticket is on the list." in page
    assert "your ticket was drawn" in (await browser.get("/en/my-data")).text


async def test_it_closes_by_itself_after_its_last_day(house, sweepstake):
    """§2.4: the hour's work closes it, and fixes the list."""
    await sweepstake.enter(await house.join())
    house.wall.pass_((await sweepstake.now()).file.closes_at - house.engine.clock.now() + 1)
    house.engine.clock.confirm_leap()
    await sweep(house.engine)
    assert (await sweepstake.now()).status == "closed"
    assert (await sweepstakes.public_file(house.engine, "calendar"))["list_hash"]
    closed = next(one for one in await house.ledger() if one.act == "actor:instance:close")
    assert closed.kind == "house"
    with pytest.raises(ConflictError):
        await instances.close_instance(house.engine, None, "calendar")
