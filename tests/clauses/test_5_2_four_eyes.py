"""§5.2: what is about many people at once needs a second member of staff, by one mechanism below every mandate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kept
from asked import CONSOLE, Browser
from kept.crypto.random import random_id
from kept.crypto.sealed_to import OpeningKey
from kept.errors import ConflictError, DeniedError
from kept.policy.decision import Mandate
from kept.policy.words import Exit
from kept.services import approving, bulk, contests, events, providing, questionnaires, recipients, staff
from taking import CONTEST, EVENT, SURVEY, opened

pytestmark = pytest.mark.anyio
MANY = bulk.FEW + 1
BIG = EVENT.replace("capacity: 2", "capacity: 60")


async def guests(house, desk, count):
    """Let *count* people sign up, each with a name."""
    people = []
    for number in range(count):
        own = await house.join()
        await desk.enter(own, ("name", f"Canary Guest-{number}"))
        people.append(own)
    return people


async def test_a_list_of_many_names_needs_a_second(house):
    """§5.2 normal and breach: refused, asked for, not by oneself, approved by another, opened; all of it recorded."""
    desk = await opened(house, BIG, "support")
    await guests(house, desk, MANY)
    with pytest.raises(DeniedError) as refused:
        await events.check_in_list(house.engine, desk.session, "afternoon")
    assert (refused.value.reason, refused.value.clause) == ("bulk", "§5.2")
    assert "ask" in refused.value.needed
    assert not [one for one in await house.ledger() if one.act == "actor:value:read"]
    approval = await events.ask_second(house.engine, desk.session, "afternoon")
    with pytest.raises(ConflictError):
        await events.ask_second(house.engine, desk.session, "afternoon")
    with pytest.raises(DeniedError):
        await events.check_in_list(house.engine, desk.session, "afternoon")
    with pytest.raises(DeniedError):
        await approving.approve_act(house.engine, desk.session, approval)
    both = await house.staff("mita", ("support", "privacy"))
    await approving.approve_act(house.engine, both, approval)
    found = await events.check_in_list(house.engine, desk.session, "afternoon")
    assert len([one for one in found if one.name.startswith("Canary Guest-")]) == MANY
    acts = [one.act for one in await house.ledger()]
    assert acts.count("actor:value:read") == MANY
    assert {"staff:approval:ask", "staff:approval:give"} <= set(acts)
    with pytest.raises(DeniedError):  # who approved did not ask: the approval is not theirs
        await events.check_in_list(house.engine, both, "afternoon")
    house.wall.pass_(approving.APPROVAL_SECONDS)
    with pytest.raises(DeniedError):
        await events.check_in_list(house.engine, desk.session, "afternoon")


async def test_a_few_need_none(house):
    """§5.2 normal: twenty names at the door are one person's work."""
    desk = await opened(house, BIG, "support")
    await guests(house, desk, bulk.FEW)
    assert len(await events.check_in_list(house.engine, desk.session, "afternoon")) == bulk.FEW


async def test_an_approval_is_for_what_was_asked(house):
    """§5.2 breach: another event's approval, or another act's, opens nothing here."""
    desk = await opened(house, BIG, "support")
    other = await opened(house, BIG.replace("id: afternoon", "id: evening"), "support")
    await guests(house, desk, MANY)
    second = await house.staff("mita", ("privacy",))
    for asked in (
        await events.ask_second(house.engine, desk.session, other.id),
        await bulk.ask(house.engine, desk.session, contests.ACT, "afternoon"),
    ):
        await approving.approve_act(house.engine, second, asked)
    with pytest.raises(DeniedError):
        await events.check_in_list(house.engine, desk.session, "afternoon")


async def test_publishing_many_winners_needs_a_second(house):
    """§5.2 breach: nothing is published before; afterwards what each agreed to, and a second time nothing more is needed."""
    desk = await opened(house, CONTEST.replace("prizes: 1", "prizes: 30"), "contests")
    for _ in range(MANY):
        await desk.enter(await house.join(), ("entry", "A line"), ("publish", "entry"))
    await desk.close()
    for number, _ in await contests.entries_of(house.engine, desk.session, "caption"):
        await contests.choose_winner(house.engine, desk.session, "caption", number)
    with pytest.raises(DeniedError) as refused:
        await contests.publish(house.engine, desk.session, "caption")
    assert refused.value.reason == "bulk"
    assert await contests.published_of(house.engine, "caption") == []
    asked = await contests.ask_second(house.engine, desk.session, "caption")
    await approving.approve_act(house.engine, await house.staff("mita", ("privacy",)), asked)
    assert await contests.publish(house.engine, desk.session, "caption") == MANY
    assert len(await contests.published_of(house.engine, "caption")) == MANY


async def test_counting_shows_nobody_and_needs_none(house):
    """§5.2 normal: figures are declared as needing no second; their mandate opens nothing onto a screen that counts."""
    desk = await opened(house, SURVEY, "research")
    for _ in range(MANY):
        await desk.enter(await house.join(), ("answer.how", "words"))
    assert await questionnaires.count_answers(house.engine, desk.session, "survey") == MANY


async def test_a_mandate_for_many_is_empty_until_somebody_approved(house):
    """§5.2 breach: whoever writes a mandate for many releases nothing with it, through the gate itself."""
    own = await house.mori()
    session = await house.staff()
    mandate = Mandate(
        random_id(), "staff", session.actor, "support", "contact", "", b"", session.signed_in_at,
        session.expires_at, volume_left=MANY,
    )  # fmt: skip
    real = await house.engine.data.write(lambda tx: bulk.insert_mandate(tx, mandate))
    assert real.volume_left == 0
    for presented in (real, mandate):  # what it says of itself does not count: the flush looks at the row
        with pytest.raises(DeniedError) as refused:
            await house.engine.gate.read(presented, own.person_id, ("name",), Exit.SCREEN)
        assert (refused.value.step, refused.value.clause) == (9, "§5.2")
    asked = await bulk.ask(house.engine, session, "test", "test")
    with pytest.raises(DeniedError):
        await bulk.fill_mandate(house.engine, mandate.id, asked, MANY)
    await approving.approve_act(house.engine, await house.staff("mita", ("privacy",)), asked)
    assert await bulk.fill_mandate(house.engine, mandate.id, asked, MANY) == "mita"
    for _ in range(MANY):
        await house.engine.gate.read(mandate, own.person_id, ("name",), Exit.SCREEN)
    await bulk.fill_mandate(house.engine, mandate.id, asked, MANY)  # going on after a kill: no volume twice
    with pytest.raises(DeniedError):
        await house.engine.gate.read(mandate, own.person_id, ("name",), Exit.SCREEN)
    with pytest.raises(RuntimeError):
        await house.engine.data.write(lambda tx: bulk.insert_mandate(tx, mandate, kind="because"))


async def test_a_provision_releases_nothing_before_its_approval(house):
    """§4.6, §5.2 breach: the mandate of a provision is empty until the second approver."""
    own = await house.mori()
    await recipients.register_key(house.engine, "picture-club", OpeningKey.new().public, by="test")
    asks = await house.staff("abe", ("partners",))
    provision = await providing.provision_of(house.engine, await providing.ask(house.engine, asks, "picture-club"))
    row = await house.engine.data.read(lambda tx: tx.one("mandate_get", mandate_id=provision.mandate_id))
    assert row[8] == 0
    assert own.person_id
    await providing.approve_and_provide(house.engine, await house.staff("mita", ("privacy",)), provision.id)
    row = await house.engine.data.read(lambda tx: tx.one("mandate_get", mandate_id=provision.mandate_id))
    assert row[8] > MANY


def test_no_mandate_is_written_past_the_mechanism():
    """§5.2: one place writes mandates; a second place would be a second habit."""
    source = Path(kept.__file__).parent
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"[\"']mandate_insert[\"']", path.read_text(encoding="utf-8"))
    }
    assert found == {"services/bulk.py"}


async def test_the_pages(house):
    """§5.2 page: the event's page says that a second is needed; another approves on the console, in both languages."""
    desk = await opened(house, BIG, "support")
    await guests(house, desk, MANY)
    await house.staff("kato", ("privacy",))
    door, approver = Browser(house, at=CONSOLE), Browser(house, at=CONSOLE)
    for browser, login in ((door, desk.session.login), (approver, "kato")):
        browser.cookies["__Host-kept_session"] = await staff.start_demo_session(house.engine, login)
    assert "More than 20 people" in (await door.get("/en/instances/afternoon")).text
    assert (await door.post("/en/instances/afternoon", step="list")).status_code == 403
    await door.get("/en/instances/afternoon")
    assert (await door.post("/en/instances/afternoon", step="ask-list")).status_code == 303
    assert "waits for a second" in (await door.get("/en/instances/afternoon")).text
    waiting = await approver.get("/ja/approvals")
    assert "午後の会" in waiting.text
    approval = re.search(r"/ja/approvals/([0-9a-f]+)", waiting.text)[1]
    assert (await approver.post(f"/en/approvals/{approval}")).status_code == 303
    assert "Nothing waits" in (await approver.get("/en/approvals")).text
    await door.get("/en/instances/afternoon")
    assert "Canary Guest-3" in (await door.post("/en/instances/afternoon", step="list")).text
    assert (await door.get("/en/approvals")).status_code == 403
