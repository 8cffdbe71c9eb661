"""Attacks on the databases themselves: what was rewritten is refused, and `kept verify` names it."""

from __future__ import annotations

import shutil

import pytest
from cited import cited
from installation import CONTACT_USES, CONTACT_USES_BIRTH, NAME, second_version

from kept.errors import ClosedError, DeniedError, EvidenceError, KeptError, RollbackError, StoreError
from kept.services.backups.recovery import recover
from kept.services.cases import cases
from kept.services.engine.active_policy import compile_policy, encode_files
from kept.services.my_data.choices import choose, stop_use
from kept.services.my_data.corrections import correct
from kept.services.my_data.erasure import erasure_receipt, intend_erasure
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions
from kept.services.staff.activation import activate_first, propose
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio


async def _problems(installation):
    """What `kept verify` says about the files as they lie."""
    await installation.close(integrate=False)
    await installation.open(verify=False, create=False)
    return (await verify_installation(installation.engine)).problems


async def test_a_sealed_state_rolled_back_is_refused_and_named(installation):
    """Yesterday's sealed state row, put back after a stop, does not bring the use back."""
    own = await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    (row,) = installation.sql("SELECT g, key_id, sealed FROM state WHERE person_id = ?", own.person_id)
    await stop_use(installation.engine, own, "contact", stop=True)
    installation.sql("UPDATE state SET g = ?, key_id = ?, sealed = ? WHERE person_id = ?", *row, own.person_id)
    with pytest.raises(RollbackError) as refused:
        await cases.open_item(installation.engine, session, case.id, "name")
    assert (refused.value.reason, cited(refused.value)) == ("state-rolled-back", "§5.3")
    assert (await installation.newest()).act == "system:rollback:found"
    assert any(own.person_id.hex()[:8] in one for one in await _problems(installation))


async def test_an_older_state_under_the_newer_number_is_refused(installation):
    """A withdrawal turned back into consent: the older state with the newer number does not open."""
    own = await installation.mori()
    ((_, sealed),) = installation.sql("SELECT g, sealed FROM state WHERE person_id = ?", own.person_id)
    await choose(installation.engine, own, "information-for-you", None, allow=False)
    installation.sql("UPDATE state SET sealed = ? WHERE person_id = ?", sealed, own.person_id)
    with pytest.raises(EvidenceError) as refused:
        await own_data(installation.engine, own)
    assert refused.value.reason == "seal"
    assert any(own.person_id.hex()[:8] in one for one in await _problems(installation))


async def test_a_state_deleted_is_not_taken_for_an_erasure(installation):
    """A person whose state row is gone while their keys exist is evidence that does not hold."""
    own = await installation.mori()
    installation.sql("DELETE FROM state WHERE person_id = ?", own.person_id)
    with pytest.raises(RollbackError) as refused:
        await own_data(installation.engine, own)
    assert refused.value.reason == "state-missing"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE notice SET body = CAST(replace(body, 'contact', 'Contact') AS BLOB)", "DELETE FROM notice"],
)
async def test_a_notice_rewritten_or_gone_closes_its_values_and_is_named(installation, statement):
    """A notice whose bytes are not those of its id gives no right any more, and verification names it."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    installation.engine.notices._known.clear()
    installation.sql(statement)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(installation.engine, session, case.id, "name")
    assert refused.value.step == 5
    assert any(one.startswith("notice ") for one in await _problems(installation))


async def test_a_notice_id_rewritten_is_refused(installation):
    """A wider notice stored under the old one's id is not what that id says."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    japanese = await installation.form("ja")
    english = await installation.form("en")
    installation.engine.notices._known.clear()
    installation.sql("DELETE FROM notice WHERE notice_id = ?", english.notice_id)
    installation.sql("UPDATE notice SET notice_id = ? WHERE notice_id = ?", english.notice_id, japanese.notice_id)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(installation.engine, session, case.id, "name")
    assert refused.value.step == 5
    assert any(english.notice_id[:16] in one for one in await _problems(installation))


async def test_a_value_moved_to_another_slot_does_not_open(installation):
    """The phone number under the name's slot is refused, and verification names the person."""
    own = await installation.mori()
    ((phone,),) = installation.sql("SELECT sealed FROM value WHERE slot = 'phone'")
    installation.sql("UPDATE value SET sealed = ? WHERE slot = 'name'", phone)
    with pytest.raises(EvidenceError) as refused:
        await own_data(installation.engine, own)
    assert refused.value.reason == "seal"
    assert any(own.person_id.hex()[:8] in one for one in await _problems(installation))


async def test_a_value_moved_to_another_person_does_not_open(installation):
    """Ms Mori's name under another customer is refused, even with its key id moved along."""
    await installation.mori()
    other = await installation.join()
    await installation.give(other, [("name", "Taro Aoki")])
    ((key_id, sealed),) = installation.sql("SELECT key_id, sealed FROM value WHERE slot = 'phone'")
    installation.sql("UPDATE value SET key_id = ?, sealed = ? WHERE person_id = ?", key_id, sealed, other.person_id)
    with pytest.raises(KeptError) as refused:
        await own_data(installation.engine, other)
    assert NAME not in str(refused.value)
    assert any(other.person_id.hex()[:8] in one for one in await _problems(installation))


async def test_an_older_version_of_a_value_put_back_does_not_open(installation):
    """The value before a correction, put in the place of the newer, is refused."""
    own = await installation.mori()
    ((old,),) = installation.sql("SELECT sealed FROM value WHERE slot = 'name'")
    await correct(installation.engine, own, "name", "Hanako Aoki", expected_version=1)
    installation.sql("UPDATE value SET sealed = ? WHERE slot = 'name' AND version = 2", old)
    with pytest.raises(EvidenceError):
        await own_data(installation.engine, own)
    assert await _problems(installation)


ON_LEDGER = {
    "an entry deleted": ("DELETE FROM entry WHERE entry_id = ?", "expected"),
    "an entry's account part changed": ("UPDATE entry SET account_sealed = zeroblob(90) WHERE entry_id = ?", "entry"),
    "an entry's commitment changed": ("UPDATE entry SET person_commitment = zeroblob(32) WHERE entry_id = ?", "entry"),
    "a leaf changed": ("UPDATE leaf_position SET position = position + 100 WHERE entry_id = ?", "position"),
    "a place deleted": ("DELETE FROM leaf_position WHERE entry_id = ?", "position"),
}


@pytest.mark.parametrize("name", ON_LEDGER)
async def test_an_entry_deleted_or_changed_is_named(installation, name):
    """Whatever is done to one entry's rows, verification finds it."""
    statement, _ = ON_LEDGER[name]
    await installation.mori()
    await installation.engine.sequencer.integrate()
    assert (await verify_installation(installation.engine)).problems == []
    ((entry_id,),) = installation.sql("SELECT entry_id FROM leaf_position WHERE position = 1")
    installation.sql(statement, entry_id)
    problems = await _problems(installation)
    assert problems
    if "changed" in name and "leaf" not in name:
        assert entry_id.hex()[:16] in problems[0]


async def test_two_entries_exchanged_are_named(installation):
    """Two entries that changed places are each named with the place."""
    await installation.mori()
    await installation.engine.sequencer.integrate()
    ids = [installation.sql("SELECT entry_id FROM leaf_position WHERE position = ?", place)[0][0] for place in (1, 2)]
    for entry_id, place in zip(ids, (2, 1), strict=True):
        installation.sql("UPDATE leaf_position SET position = ? WHERE entry_id = ?", place, entry_id)
    problems = await _problems(installation)
    assert all(any(one.hex()[:16] in problem for problem in problems) for one in ids)


async def test_a_rewritten_tree_refuses_the_start(installation):
    """A tile and a head rewritten together still do not extend the checkpoint that lies outside."""
    await installation.mori()
    await installation.engine.sequencer.integrate()
    await installation.close()
    installation.sql("UPDATE head SET root = zeroblob(32)")
    with pytest.raises(EvidenceError) as refused:
        await installation.open(create=False)
    assert (refused.value.reason, cited(refused.value)) == ("ledger-rewritten", "§5.3")
    await installation.open(verify=False, create=False)
    assert (await verify_installation(installation.engine)).problems


async def test_yesterdays_database_refuses_the_start_and_recovery_names_the_gap(installation):
    """An older D is refused with the remedy; `kept recover` puts K's newer states back and counts what is missing."""
    own = await installation.mori()
    gone = await installation.join()
    await installation.close()
    saved = installation.folder / "yesterday.db"
    shutil.copy(installation.address.data, saved)
    await installation.open()
    own, gone = await installation.session(own.person_id), await installation.session(gone.person_id)
    await stop_use(installation.engine, own, "contact", stop=True)
    receipt = await intend_erasure(installation.engine, gone)
    today = len(await installation.ledger())
    await installation.close()
    for file in installation.folder.glob("shop.db*"):
        file.unlink()
    shutil.copy(saved, installation.address.data)
    with pytest.raises(RollbackError) as refused:
        await installation.open(create=False)
    assert (refused.value.reason, cited(refused.value)) == ("ledger-behind", "§5.3")
    assert "kept recover" in refused.value.hint
    await installation.open(verify=False, create=False)
    done = await recover(installation.engine, by="test")
    assert (done.states_restored, done.erased_again) == (1, 1)
    assert done.entries_kept + done.entries_missing == today
    await installation.close()
    await installation.open(create=False)
    said = next(one for one in await installation.ledger() if one.act == "operator:ledger:recover")
    assert dict(said.facts)["entries-missing"] == str(done.entries_missing)
    assert (await verify_installation(installation.engine)).problems == []
    case = await cases.open_case(installation.engine, await installation.staff(), "contact")
    with pytest.raises(DeniedError):
        await cases.find_in_case(
            installation.engine, await _sato(installation), case.id, {"mail_address": "canary.mori@example.jp"}
        )
    assert await erasure_receipt(installation.engine, receipt)
    assert installation.sql("SELECT COUNT(*) FROM state WHERE person_id = ?", gone.person_id) == [(0,)]


async def _sato(installation):
    return await sessions.session_of(
        installation.engine, await sessions.start_demo_session(installation.engine, "sato")
    )


async def test_a_policy_file_changed_under_a_running_installation_changes_nothing(installation, tmp_path):
    """The active version is the stored one; a changed file is at most a proposal under a new number."""
    wider = second_version((CONTACT_USES, CONTACT_USES_BIRTH))
    with pytest.raises(DeniedError) as refused:
        await activate_first(installation.engine, wider, by="test")
    assert refused.value.reason == "activated-before"
    same_number = {name: text.replace(b"version: 2\n", b"version: 1\n", 1) for name, text in wider.items()}
    with pytest.raises(KeptError):
        await propose(installation.engine, same_number, by="test")
    await installation.engine.reload_policy()
    assert installation.engine.policy.policy.version == 1


async def test_an_activated_policy_rewritten_closes_the_installation(installation):
    """Other bytes under the activated version's hash close the gate with the clause, at the start and while running."""
    await installation.mori()
    installation.sql(
        "UPDATE policy_version SET files = ?", encode_files(second_version((CONTACT_USES, CONTACT_USES_BIRTH)))
    )
    with pytest.raises(ClosedError) as refused:
        await installation.engine.reload_policy()
    assert (refused.value.reason, cited(refused.value)) == ("policy-rewritten", "§4.1")
    await installation.close()
    with pytest.raises(ClosedError):
        await installation.open(create=False)


async def test_an_activation_written_by_hand_closes_the_installation_and_is_named(installation):
    """A row that claims an activated wider version is refused with the clause, and verification names it."""
    await installation.mori()
    wider = second_version((CONTACT_USES, CONTACT_USES_BIRTH))
    active = compile_policy(wider, installation.engine.parts.guarantees)
    installation.sql(
        "INSERT INTO policy_version VALUES (2, ?, ?, 0, 'x', 0, 'x', 1, zeroblob(32), zeroblob(16))",
        active.hash,
        encode_files(wider),
    )
    named = "row 2 of policy_version: it was changed, moved or added by hand"
    assert named in (await verify_installation(installation.engine)).problems
    with pytest.raises(ClosedError) as refused:
        await installation.engine.reload_policy()
    assert cited(refused.value) == "§4.1"
    await installation.close()
    with pytest.raises(ClosedError):
        await installation.open(create=False)


async def test_a_value_of_another_type_stops_and_is_named(installation):
    """A sealed value that became text is no value: nothing is read over it, and verification names the database."""
    own = await installation.mori()
    installation.sql("UPDATE value SET sealed = 'text' WHERE slot = 'name'")
    with pytest.raises(StoreError) as refused:
        await own_data(installation.engine, own)
    assert refused.value.reason == "database-corrupt"
    assert any("sealed" in one for one in (await verify_installation(installation.engine)).problems)
