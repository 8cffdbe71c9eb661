"""Attacks on the databases themselves: what was rewritten is refused, and `kept verify` names it."""

from __future__ import annotations

import shutil

import pytest

from house import CONTACT_USES, CONTACT_USES_BIRTH, NAME, second_version
from kept.errors import ClosedError, DeniedError, EvidenceError, KeptError, RollbackError
from kept.services import cases, staff
from kept.services.activating import activate_first, propose
from kept.services.active_policy import compile_policy, encode_files
from kept.services.choosing import choose, stop_use
from kept.services.correcting import correct
from kept.services.erasing import erasure_receipt, intend_erasure
from kept.services.own_data import own_data
from kept.services.recovering import recover
from kept.services.verifying import verify_house

pytestmark = pytest.mark.anyio


async def _problems(house):
    """What `kept verify` says about the files as they lie."""
    await house.close(integrate=False)
    await house.open(verify=False, create=False)
    return (await verify_house(house.engine)).problems


async def test_a_sealed_state_rolled_back_is_refused_and_named(house):
    """Yesterday's sealed state row, put back after a stop, does not bring the use back."""
    own = await house.mori()
    session = await house.staff()
    case = await house.case(session)
    (row,) = house.sql("SELECT g, key_id, sealed FROM state WHERE person_id = ?", own.person_id)
    await stop_use(house.engine, own, "contact", stop=True)
    house.sql("UPDATE state SET g = ?, key_id = ?, sealed = ? WHERE person_id = ?", *row, own.person_id)
    with pytest.raises(RollbackError) as refused:
        await cases.open_item(house.engine, session, case.id, "name")
    assert (refused.value.reason, refused.value.clause) == ("state-rolled-back", "§5.3")
    assert (await house.newest()).act == "house:rollback:found"
    assert any(own.person_id.hex()[:8] in one for one in await _problems(house))


async def test_an_older_state_under_the_newer_number_is_refused(house):
    """A withdrawal turned back into consent: the older state with the newer number does not open."""
    own = await house.mori()
    ((_, sealed),) = house.sql("SELECT g, sealed FROM state WHERE person_id = ?", own.person_id)
    await choose(house.engine, own, "information-for-you", None, allow=False)
    house.sql("UPDATE state SET sealed = ? WHERE person_id = ?", sealed, own.person_id)
    with pytest.raises(EvidenceError) as refused:
        await own_data(house.engine, own)
    assert refused.value.reason == "seal"
    assert any(own.person_id.hex()[:8] in one for one in await _problems(house))


async def test_a_state_deleted_is_not_taken_for_an_erasure(house):
    """A person whose state row is gone while their keys exist is evidence that does not hold."""
    own = await house.mori()
    house.sql("DELETE FROM state WHERE person_id = ?", own.person_id)
    with pytest.raises(RollbackError) as refused:
        await own_data(house.engine, own)
    assert refused.value.reason == "state-missing"


@pytest.mark.parametrize(
    "statement", ["UPDATE notice SET body = replace(body, 'contact', 'Contact')", "DELETE FROM notice"]
)
async def test_a_notice_rewritten_or_gone_closes_its_values_and_is_named(house, statement):
    """A notice whose bytes are not those of its id gives no right any more, and verification names it."""
    await house.mori()
    session = await house.staff()
    case = await house.case(session)
    house.engine.notices._known.clear()
    house.sql(statement)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(house.engine, session, case.id, "name")
    assert refused.value.step == 5
    assert any(one.startswith("notice ") for one in await _problems(house))


async def test_a_notice_id_rewritten_is_refused(house):
    """A wider notice stored under the old one's id is not what that id says."""
    await house.mori()
    session = await house.staff()
    case = await house.case(session)
    japanese = await house.form("ja")
    english = await house.form("en")
    house.engine.notices._known.clear()
    house.sql("DELETE FROM notice WHERE notice_id = ?", english.notice_id)
    house.sql("UPDATE notice SET notice_id = ? WHERE notice_id = ?", english.notice_id, japanese.notice_id)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(house.engine, session, case.id, "name")
    assert refused.value.step == 5
    assert any(english.notice_id[:16] in one for one in await _problems(house))


async def test_a_value_moved_to_another_slot_does_not_open(house):
    """The phone number under the name's slot is refused, and verification names the person."""
    own = await house.mori()
    ((phone,),) = house.sql("SELECT sealed FROM value WHERE slot = 'phone'")
    house.sql("UPDATE value SET sealed = ? WHERE slot = 'name'", phone)
    with pytest.raises(EvidenceError) as refused:
        await own_data(house.engine, own)
    assert refused.value.reason == "seal"
    assert any(own.person_id.hex()[:8] in one for one in await _problems(house))


async def test_a_value_moved_to_another_person_does_not_open(house):
    """Ms Mori's name under another customer is refused, even with its key id moved along."""
    await house.mori()
    other = await house.join()
    await house.give(other, [("name", "Taro Aoki")])
    ((key_id, sealed),) = house.sql("SELECT key_id, sealed FROM value WHERE slot = 'phone'")
    house.sql("UPDATE value SET key_id = ?, sealed = ? WHERE person_id = ?", key_id, sealed, other.person_id)
    with pytest.raises(KeptError) as refused:
        await own_data(house.engine, other)
    assert NAME not in str(refused.value)
    assert any(other.person_id.hex()[:8] in one for one in await _problems(house))


async def test_an_older_version_of_a_value_put_back_does_not_open(house):
    """The value before a correction, put in the place of the newer, is refused."""
    own = await house.mori()
    ((old,),) = house.sql("SELECT sealed FROM value WHERE slot = 'name'")
    await correct(house.engine, own, "name", "Hanako Aoki", expected_version=1)
    house.sql("UPDATE value SET sealed = ? WHERE slot = 'name' AND version = 2", old)
    with pytest.raises(EvidenceError):
        await own_data(house.engine, own)
    assert await _problems(house)


ON_LEDGER = {
    "an entry deleted": ("DELETE FROM entry WHERE entry_id = ?", "expected"),
    "an entry's account part changed": ("UPDATE entry SET account_sealed = zeroblob(90) WHERE entry_id = ?", "entry"),
    "an entry's commitment changed": ("UPDATE entry SET person_commitment = zeroblob(32) WHERE entry_id = ?", "entry"),
    "a leaf changed": ("UPDATE leaf_position SET position = position + 100 WHERE entry_id = ?", "position"),
    "a place deleted": ("DELETE FROM leaf_position WHERE entry_id = ?", "position"),
}


@pytest.mark.parametrize("name", ON_LEDGER)
async def test_an_entry_deleted_or_changed_is_named(house, name):
    """Whatever is done to one entry's rows, verification finds it."""
    statement, _ = ON_LEDGER[name]
    await house.mori()
    await house.engine.sequencer.integrate()
    assert (await verify_house(house.engine)).problems == []
    ((entry_id,),) = house.sql("SELECT entry_id FROM leaf_position WHERE position = 1")
    house.sql(statement, entry_id)
    problems = await _problems(house)
    assert problems
    if "changed" in name and "leaf" not in name:
        assert entry_id.hex()[:16] in problems[0]


async def test_two_entries_exchanged_are_named(house):
    """Two entries that changed places are each named with the place."""
    await house.mori()
    await house.engine.sequencer.integrate()
    ids = [house.sql("SELECT entry_id FROM leaf_position WHERE position = ?", place)[0][0] for place in (1, 2)]
    for entry_id, place in zip(ids, (2, 1), strict=True):
        house.sql("UPDATE leaf_position SET position = ? WHERE entry_id = ?", place, entry_id)
    problems = await _problems(house)
    assert all(any(one.hex()[:16] in problem for problem in problems) for one in ids)


async def test_a_rewritten_tree_refuses_the_start(house):
    """A tile and a head rewritten together still do not extend the checkpoint that lies outside."""
    await house.mori()
    await house.engine.sequencer.integrate()
    await house.close()
    house.sql("UPDATE head SET root = zeroblob(32)")
    with pytest.raises(EvidenceError) as refused:
        await house.open(create=False)
    assert (refused.value.reason, refused.value.clause) == ("ledger-rewritten", "§5.3")
    await house.open(verify=False, create=False)
    assert (await verify_house(house.engine)).problems


async def test_yesterdays_database_refuses_the_start_and_recovery_names_the_gap(house):
    """An older D is refused with the remedy; `kept recover` puts K's newer states back and counts what is missing."""
    own = await house.mori()
    gone = await house.join()
    await house.close()
    saved = house.folder / "yesterday.db"
    shutil.copy(house.address.data, saved)
    await house.open()
    own, gone = await house.session(own.person_id), await house.session(gone.person_id)
    await stop_use(house.engine, own, "contact", stop=True)
    receipt = await intend_erasure(house.engine, gone)
    today = len(await house.ledger())
    await house.close()
    for file in house.folder.glob("shop.db*"):
        file.unlink()
    shutil.copy(saved, house.address.data)
    with pytest.raises(RollbackError) as refused:
        await house.open(create=False)
    assert (refused.value.reason, refused.value.clause) == ("ledger-behind", "§5.3")
    assert "kept recover" in refused.value.hint
    await house.open(verify=False, create=False)
    done = await recover(house.engine, by="test")
    assert (done.states_restored, done.erased_again) == (1, 1)
    assert done.entries_kept + done.entries_missing == today
    await house.close()
    await house.open(create=False)
    said = next(one for one in await house.ledger() if one.act == "operator:ledger:recover")
    assert dict(said.facts)["entries-missing"] == str(done.entries_missing)
    assert (await verify_house(house.engine)).problems == []
    case = await cases.open_case(house.engine, await house.staff(), "contact")
    with pytest.raises(DeniedError):
        await cases.find_in_case(house.engine, await _sato(house), case.id, {"mail_address": "canary.mori@example.jp"})
    assert await erasure_receipt(house.engine, receipt)
    assert house.sql("SELECT COUNT(*) FROM state WHERE person_id = ?", gone.person_id) == [(0,)]


async def _sato(house):
    return await staff.session_of(house.engine, await staff.start_demo_session(house.engine, "sato"))


async def test_a_policy_file_changed_under_a_running_house_changes_nothing(house, tmp_path):
    """The active version is the stored one; a changed file is at most a proposal under a new number."""
    wider = second_version((CONTACT_USES, CONTACT_USES_BIRTH))
    with pytest.raises(DeniedError) as refused:
        await activate_first(house.engine, wider, by="test")
    assert refused.value.reason == "activated-before"
    same_number = {name: text.replace(b"version: 2\n", b"version: 1\n", 1) for name, text in wider.items()}
    with pytest.raises(KeptError):
        await propose(house.engine, same_number, by="test")
    await house.engine.reload_policy()
    assert house.engine.policy.policy.version == 1


async def test_an_activated_policy_rewritten_closes_the_house(house):
    """Other bytes under the activated version's hash close the gate with the clause, at the start and while running."""
    await house.mori()
    house.sql("UPDATE policy_version SET files = ?", encode_files(second_version((CONTACT_USES, CONTACT_USES_BIRTH))))
    with pytest.raises(ClosedError) as refused:
        await house.engine.reload_policy()
    assert (refused.value.reason, refused.value.clause) == ("policy-rewritten", "§4.1")
    await house.close()
    with pytest.raises(ClosedError):
        await house.open(create=False)


async def test_an_activation_written_by_hand_closes_the_house_and_is_named(house):
    """A row that claims an activated wider version is refused with the clause, and verification names it."""
    await house.mori()
    wider = second_version((CONTACT_USES, CONTACT_USES_BIRTH))
    active = compile_policy(wider, house.engine.parts.guarantees)
    house.sql(
        "INSERT INTO policy_version VALUES (2, ?, ?, 0, 'x', 0, 'x', 1, zeroblob(32))", active.hash, encode_files(wider)
    )
    assert "policy version 2: the ledger holds no activation of it" in (await verify_house(house.engine)).problems
    with pytest.raises(ClosedError) as refused:
        await house.engine.reload_policy()
    assert refused.value.clause == "§4.1"
    await house.close()
    with pytest.raises(ClosedError):
        await house.open(create=False)
