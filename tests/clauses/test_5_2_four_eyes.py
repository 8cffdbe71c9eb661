"""§5.2: what is about many people at once needs a second member of staff, by one mechanism below every mandate."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from asked import CONSOLE, Browser
from cited import cited
from counted import exactly
from registered import registered
from second import read_and_approve, read_and_give
from taking import CONTEST, EVENT, SURVEY, opened

import kept
from kept import limits
from kept.crypto.random import random_id
from kept.crypto.sealed_to import OpeningKey
from kept.errors import ConflictError, DeniedError
from kept.policy.decision import Mandate
from kept.policy.words import Exit
from kept.services.gate import gate
from kept.services.instances import contests, events, questionnaires
from kept.services.staff import bulk_approval, sessions
from kept.services.third_parties import provisions
from kept.store import sql

pytestmark = pytest.mark.anyio
MANY = limits.FEW_PEOPLE + 1
BIG = EVENT.replace("capacity: 2", "capacity: 60")


async def guests(installation, desk, count):
    """Let *count* people sign up, each with a name."""
    people = []
    for number in range(count):
        own = await installation.join()
        await desk.enter(own, ("name", f"Canary Guest-{number}"))
        people.append(own)
    return people


async def test_a_list_of_many_names_needs_a_second(installation):
    """§5.2 normal and breach: refused, asked for, not by oneself, approved by another, opened; all of it recorded."""
    desk = await opened(installation, BIG, "support")
    await guests(installation, desk, MANY)
    with pytest.raises(DeniedError) as refused:
        await events.check_in_list(installation.engine, desk.session, "afternoon")
    assert (refused.value.reason, cited(refused.value)) == ("bulk", "§5.2")
    assert "ask" in refused.value.needed
    assert not [one for one in await installation.ledger() if one.act == "actor:value:read"]
    approval = await events.LIST.ask(installation.engine, desk.session, "afternoon")
    with pytest.raises(ConflictError):
        await events.LIST.ask(installation.engine, desk.session, "afternoon")
    with pytest.raises(DeniedError):
        await events.check_in_list(installation.engine, desk.session, "afternoon")
    with pytest.raises(DeniedError):
        await read_and_give(installation.engine, desk.session, approval)
    both = await installation.staff("mita", ("support", "privacy"))
    await read_and_give(installation.engine, both, approval)
    found = await events.check_in_list(installation.engine, desk.session, "afternoon")
    assert len([one for one in found if one.name.startswith("Canary Guest-")]) == MANY
    acts = [one.act for one in await installation.ledger()]
    assert acts.count("actor:value:read") == MANY
    assert {"staff:approval:ask", "staff:approval:give"} <= set(acts)
    with pytest.raises(DeniedError):  # who approved did not ask: the approval is not theirs
        await events.check_in_list(installation.engine, both, "afternoon")
    installation.wall.pass_(limits.APPROVAL_SECONDS)
    with pytest.raises(DeniedError):
        await events.check_in_list(installation.engine, desk.session, "afternoon")


async def test_five_at_once_under_one_approval_are_one(installation):
    """§5.2 breach: what was approved is one piece of work with one volume, however often it is begun in one moment."""
    desk = await opened(installation, CONTEST.replace("prizes: 1", "prizes: 30"), "contests")
    for _ in range(MANY):
        await desk.enter(await installation.join(), ("entry", "A line"), ("publish", "entry"))
    await desk.close()
    for number, _ in await contests.entries_of(installation.engine, desk.session, "caption"):
        await contests.choose_winner(installation.engine, desk.session, "caption", number)
    asked = await contests.PUBLICATION.ask(installation.engine, desk.session, "caption")
    await read_and_give(installation.engine, await installation.staff("mita", ("privacy",)), asked)
    ended = await asyncio.gather(
        *(contests.publish(installation.engine, desk.session, "caption") for _ in range(5)), return_exceptions=True
    )
    assert sorted(str(one) if isinstance(one, int) else type(one).__name__ for one in ended) == [
        str(MANY), *["DeniedError"] * 4,
    ]  # fmt: skip
    assert len(await contests.published_of(installation.engine, "caption")) == MANY
    assert installation.sql("SELECT COUNT(*) FROM mandate WHERE case_id = ?", asked) == [(1,)]
    permitted = [
        one for one in await installation.ledger() if one.act == "actor:publish" and one.outcome == "permitted"
    ]
    assert len(permitted) <= MANY
    assert await bulk_approval.state_of(installation.engine, desk.session, "publish-winners", "caption") == "used"


async def test_an_approved_list_is_one_piece_of_work(installation):
    """§5.2: the list opens again as guests come; afterwards, and with a sign-out, it is asked for anew."""
    desk = await opened(installation, BIG, "support")
    await guests(installation, desk, MANY)
    second = await installation.staff("mita", ("privacy",))
    asked = await events.LIST.ask(installation.engine, desk.session, "afternoon")
    await read_and_give(installation.engine, second, asked)
    for _ in range(MANY + 1):  # once, and once for each who comes
        assert all(one.name for one in await events.check_in_list(installation.engine, desk.session, "afternoon"))
    assert installation.sql("SELECT COUNT(*) FROM mandate WHERE case_id = ?", asked) == [(1,)]
    assert not any(one.name for one in await events.check_in_list(installation.engine, desk.session, "afternoon"))
    asked = await events.LIST.ask(installation.engine, desk.session, "afternoon")  # it may be asked for again at once
    await read_and_give(installation.engine, second, asked)
    assert all(one.name for one in await events.check_in_list(installation.engine, desk.session, "afternoon"))
    await sessions.sign_out(installation.engine, desk.session)
    with pytest.raises(DeniedError) as refused:
        await events.check_in_list(installation.engine, desk.session, "afternoon")
    assert refused.value.reason == "bulk"


@pytest.mark.parametrize("late", [False, True])
async def test_how_long_an_approved_list_opens(installation, late):
    """Twelve hours from the first look on."""
    desk = await opened(installation, BIG, "support")
    await guests(installation, desk, MANY)
    asked = await events.LIST.ask(installation.engine, desk.session, "afternoon")
    await read_and_give(installation.engine, await installation.staff("mita", ("privacy",)), asked)
    await events.check_in_list(installation.engine, desk.session, "afternoon")
    installation.wall.pass_(limits.CHECK_IN_SECONDS + (0.5 if late else -0.5))
    if late:
        with pytest.raises(DeniedError):
            await events.check_in_list(installation.engine, desk.session, "afternoon")
    else:
        assert len(await events.check_in_list(installation.engine, desk.session, "afternoon")) == MANY


async def test_a_few_need_none(installation):
    """§5.2 normal: twenty names at the door are one person's work."""
    desk = await opened(installation, BIG, "support")
    await guests(installation, desk, limits.FEW_PEOPLE)
    assert len(await events.check_in_list(installation.engine, desk.session, "afternoon")) == limits.FEW_PEOPLE


async def test_an_approval_is_for_what_was_asked(installation):
    """§5.2 breach: another event's approval, or another act's, opens nothing here."""
    desk = await opened(installation, BIG, "support")
    other = await opened(installation, BIG.replace("id: afternoon", "id: evening"), "support")
    caption = await opened(installation, CONTEST, "contests")
    await guests(installation, desk, MANY)
    second = await installation.staff("mita", ("privacy",))
    for asked in (
        await events.LIST.ask(installation.engine, desk.session, other.id),
        await contests.PUBLICATION.ask(installation.engine, caption.session, caption.id),
    ):
        await read_and_give(installation.engine, second, asked)
    with pytest.raises(DeniedError):
        await events.check_in_list(installation.engine, desk.session, "afternoon")


async def test_publishing_many_winners_needs_a_second(installation):
    """§5.2 breach: nothing is published before; afterwards what each agreed to, and a second time nothing more is needed."""
    desk = await opened(installation, CONTEST.replace("prizes: 1", "prizes: 30"), "contests")
    for _ in range(MANY):
        await desk.enter(await installation.join(), ("entry", "A line"), ("publish", "entry"))
    await desk.close()
    for number, _ in await contests.entries_of(installation.engine, desk.session, "caption"):
        await contests.choose_winner(installation.engine, desk.session, "caption", number)
    with pytest.raises(DeniedError) as refused:
        await contests.publish(installation.engine, desk.session, "caption")
    assert refused.value.reason == "bulk"
    assert await contests.published_of(installation.engine, "caption") == []
    asked = await contests.PUBLICATION.ask(installation.engine, desk.session, "caption")
    await read_and_give(installation.engine, await installation.staff("mita", ("privacy",)), asked)
    assert await contests.publish(installation.engine, desk.session, "caption") == MANY
    assert len(await contests.published_of(installation.engine, "caption")) == MANY


async def test_counting_shows_nobody_and_needs_none(installation, monkeypatch):
    """§5.2 normal: figures are declared as needing no second; their mandate opens nothing onto a screen that counts."""
    exactly(monkeypatch)
    desk = await opened(installation, SURVEY, "research")
    for _ in range(MANY):
        await desk.enter(await installation.join(), ("answer.how", "words"))
    assert await questionnaires.count_answers(installation.engine, desk.session, "survey") == MANY


async def test_a_mandate_for_many_is_empty_until_somebody_approved(installation):
    """§5.2 breach: whoever writes a mandate for many releases nothing with it, through the gate itself."""
    own = await installation.mori()
    session = await installation.staff()
    mandate = Mandate(
        random_id(), "staff", session.actor, "support", "contact", "", b"", session.signed_in_at,
        session.expires_at, volume_left=MANY,
    )  # fmt: skip
    real = await installation.engine.data.write(lambda tx: bulk_approval.insert_mandate(tx, mandate))
    assert real.volume_left == 0
    for presented in (real, mandate):  # what it says of itself does not count: the flush looks at the row
        with pytest.raises(DeniedError) as refused:
            await gate.read(installation.engine, presented, own.person_id, ("name",), Exit.SCREEN)
        assert (refused.value.step, cited(refused.value)) == (9, "§5.2")
    desk = await opened(installation, BIG, "support")
    asked = await events.LIST.ask(installation.engine, desk.session, "afternoon")
    given = replace(mandate, id=random_id())
    for state, one, volume in (
        ("waiting", mandate, 0),
        ("approved", given, MANY),
        ("used", mandate, 0),  # it was good for one mandate
    ):
        if state == "approved":
            await read_and_give(installation.engine, await installation.staff("mita", ("privacy",)), asked)
        held = one if one is given else replace(one, id=random_id())
        real = await installation.engine.data.write(
            lambda tx, new=held: bulk_approval.insert_mandate(
                tx, new, approval_id=asked, at=installation.engine.clock.now()
            )
        )
        assert real.volume_left == volume
    mandate = given
    for _ in range(MANY):
        await gate.read(installation.engine, mandate, own.person_id, ("name",), Exit.SCREEN)
    with pytest.raises(DeniedError):
        await gate.read(installation.engine, mandate, own.person_id, ("name",), Exit.SCREEN)
    with pytest.raises(RuntimeError):
        await installation.engine.data.write(lambda tx: bulk_approval.insert_mandate(tx, mandate, kind="because"))


async def test_a_provision_releases_nothing_before_its_approval(installation):
    """§4.6, §5.2 breach: a provision has no mandate until the second approver."""
    own = await installation.mori()
    await registered(installation, "recipient", "picture-club", OpeningKey.new().public)
    asks = await installation.staff("abe", ("partners",))
    provision = await provisions.provision_of(
        installation.engine, await provisions.ask(installation.engine, asks, "picture-club")
    )
    assert provision.mandate_id == ""
    assert own.person_id
    await read_and_approve(
        provisions.PROVIDING, installation.engine, await installation.staff("mita", ("privacy",)), provision.id
    )
    provision = await provisions.provision_of(installation.engine, provision.id)
    assert await installation.engine.data.one(sql.MandateGet, mandate_id=provision.mandate_id)


def test_no_mandate_is_written_past_the_mechanism():
    """§5.2: one place writes mandates; a second place would be a second habit."""
    source = Path(kept.__file__).parent
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"[\"']mandate_insert[\"']", path.read_text(encoding="utf-8"))
    }
    assert found == {"services/staff/bulk_approval.py"}


async def test_the_pages(installation):
    """§5.2 page: the event's page says that a second is needed; another approves on the console, in both languages."""
    desk = await opened(installation, BIG, "support")
    await guests(installation, desk, MANY)
    await installation.staff("kato", ("privacy",))
    door, approver = Browser(installation, at=CONSOLE), Browser(installation, at=CONSOLE)
    for browser, login in ((door, desk.session.login), (approver, "kato")):
        browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, login)
    assert "More than 20 people" in (await door.get("/en/instances/afternoon")).text
    assert (await door.post("/en/instances/afternoon", step="list")).status_code == 403
    await door.get("/en/instances/afternoon")
    assert (await door.post("/en/instances/afternoon", step="ask-check-in-list")).status_code == 303
    assert "waits for a second" in (await door.get("/en/instances/afternoon")).text
    waiting = await approver.get("/ja/approvals")
    assert "午後の会" in waiting.text
    approval = re.search(r"/ja/approvals/([0-9a-f]+)", waiting.text)[1]
    assert (await approver.post(f"/ja/approvals/{approval}")).status_code == 303
    assert "Nothing waits" in (await approver.get("/en/approvals")).text
    await door.get("/en/instances/afternoon")
    assert "Canary Guest-3" in (await door.post("/en/instances/afternoon", step="list")).text
    assert (await door.get("/en/approvals")).status_code == 403
