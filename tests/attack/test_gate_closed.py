"""Faults and misuse of the gate: when something needed is not there, or somebody is not who they were, nothing is released."""

from __future__ import annotations

import dataclasses

import pytest
from cited import cited
from installation import MAIL, NAME, PASSWORD, START, Installation, StopsAfter
from second import read_and_approve
from tables import person_tables
from writing_letters import answered, asked_second

from kept import limits
from kept.crypto.second_factor import code_at
from kept.errors import ClosedError, DeniedError, InputError, KeptError, SettingError, SignInError, StoreError
from kept.policy.decision import Mandate
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.cases import cases
from kept.services.engine.keyring import ERASE_IN_KEYS
from kept.services.gate import gate
from kept.services.gate.history import proof_of
from kept.services.gate.person_search import find_person
from kept.services.my_data import rights_decisions
from kept.services.my_data.choices import choose
from kept.services.my_data.erasure import ERASE_IN_DATA, erasure_receipt, intend_erasure
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions
from kept.services.staff.credentials import credential_of, issue_credential, mandate_for, revoke_credential
from kept.services.upkeep.key_rotation import rotate
from kept.services.upkeep.retention import confirm_sweep, sweep
from kept.store.queries import queries
from kept.store.sqlite import raw_count
from kept_verify import verify_proof

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("fault", ["missing", "open", "truncated", "wrong", "empty"])
@pytest.mark.parametrize("name", ["epoch-000001.key", "ledger.key"])
async def test_a_key_file_that_is_not_right_keeps_the_installation_closed(installation, fault, name):
    """A missing, readable, truncated, exchanged or empty key file refuses the start, and putting it right opens it."""
    own = await installation.mori()
    await installation.close()
    file = installation.address.key_folder / name
    kept = file.read_bytes()
    match fault:
        case "missing":
            file.unlink()
        case "open":
            file.chmod(0o644)
        case "truncated":
            file.write_bytes(kept[:40])
        case "wrong":
            file.write_bytes(kept[:-20] + b"0" * 19 + b"\n")
        case _:
            file.write_bytes(b"")
    with pytest.raises((ClosedError, SettingError)) as refused:
        await installation.open(create=False)
    assert cited(refused.value) == "§5.5"
    assert refused.value.hint
    assert not (fault == "missing" and file.exists())
    file.write_bytes(kept)
    file.chmod(0o600)
    await installation.open(create=False)
    assert len((await own_data(installation.engine, await installation.session(own.person_id))).held) == 4


async def test_another_installations_key_opens_nothing(installation, tmp_path):
    """A sound key file of another installation does not open this one, and nothing is changed by trying."""
    await installation.mori()
    (tmp_path / "other").mkdir()
    other = Installation(tmp_path / "other")
    await other.open()
    await other.close()
    await installation.close()
    file = installation.address.key_folder / "epoch-000001.key"
    kept = file.read_bytes()
    file.write_bytes((other.address.key_folder / "epoch-000001.key").read_bytes())
    with pytest.raises(KeptError) as refused:
        await installation.open(create=False)
    assert refused.value.reason == "seal"
    file.write_bytes(kept)
    await installation.open(create=False)


async def test_a_key_file_taken_away_while_running_closes_the_gate_within_a_minute(installation):
    """The provider is asked again each minute, and a root that is gone closes the gate."""
    own = await installation.mori()
    (installation.address.key_folder / "epoch-000001.key").rename(installation.folder / "away")
    installation.wall.pass_(61)
    await installation.engine.sequencer.integrate()
    with pytest.raises(ClosedError) as refused:
        await own_data(installation.engine, own)
    assert (refused.value.reason, cited(refused.value)) == ("epoch-missing", "§5.5")
    (installation.folder / "away").rename(installation.address.key_folder / "epoch-000001.key")
    await own_data(installation.engine, own)


async def test_a_destroyed_first_root_is_not_made_again(installation):
    """After a rotation the next start leaves the first epoch's file away."""
    await installation.mori()
    await rotate(installation.engine, by="test")
    await installation.close()
    await installation.open()
    assert [one.name for one in sorted(installation.address.key_folder.glob("epoch-*"))] == ["epoch-000002.key"]


async def test_a_clock_set_back_closes_the_gate(installation):
    """Ten seconds behind what was recorded closes it; at the right time again it works."""
    own = await installation.mori()
    installation.wall.leap(-10)
    with pytest.raises(ClosedError) as refused:
        await own_data(installation.engine, own)
    assert (refused.value.reason, cited(refused.value)) == ("clock-back", "§5.3")
    installation.wall.leap(10)
    await own_data(installation.engine, own)


async def test_a_clock_a_year_ahead_freezes_sweeps(installation):
    """A leap of a year removes nothing until an operator confirms; then what has ended goes."""
    own = await installation.mori()
    installation.wall.leap(5 * 366 * 86400.0)
    assert await sweep(installation.engine) == 0
    assert installation.sql("SELECT COUNT(*) FROM value") == [(4,)]
    assert any(one.act == "system:sweep:freeze" for one in await installation.ledger())
    await confirm_sweep(installation.engine, by="test")
    await sweep(installation.engine)
    assert installation.sql("SELECT COUNT(*) FROM value") == [(0,)]
    assert installation.engine.clock.now() > START
    assert own.person_id


async def test_an_expired_value_is_refused_at_read_time(installation):
    """Before any sweep a value whose time is over stays closed, at step 4."""
    own = await installation.mori()
    installation.wall.pass_(5 * 366 * 86400.0)
    credential = await issue_credential(installation.engine, "mailer", "support", ("contact",), by="test")
    mandate = await mandate_for(installation.engine, await credential_of(installation.engine, credential))
    with pytest.raises(DeniedError) as refused:
        await gate.read(installation.engine, mandate, own.person_id, ("name",), Exit.APP)
    assert refused.value.step == 4


async def test_a_ledger_that_cannot_be_written_releases_nothing(installation):
    """When entries cannot be made durable, a read ends in our error and without the value; later it works again."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    installation.engine.flush._data = StopsAfter(installation.engine.data, 0)
    with pytest.raises(StoreError) as refused:
        await cases.open_item(installation.engine, session, case.id, "name")
    assert NAME not in f"{refused.value!r}{refused.value.__cause__!r}{refused.value.__context__!r}"
    with pytest.raises(StoreError):
        await installation.case(session)
    installation.engine.flush._data = installation.engine.data
    await cases.open_item(installation.engine, session, case.id, "name")


async def test_a_wrong_purpose_is_not_a_word_one_can_type(installation):
    """A mandate altered to a purpose its role does not have is refused at step 1."""
    own = await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    forged = dataclasses.replace(case.mandate, purpose="announcements")
    with pytest.raises(DeniedError) as refused:
        await gate.read(installation.engine, forged, own.person_id, ("name",), Exit.MAIL)
    assert refused.value.step == 1


async def test_a_withdrawn_consent_releases_nothing(installation):
    """The yes on the form lets marketing mail her; after the withdrawal the same read is refused at step 6."""
    own = await installation.mori()
    mandate = Mandate("m", "staff", "x", "marketing", "information-for-you", "", b"", START, START + 9e6)
    person = await installation.engine.people.load(own.person_id)
    at = installation.engine.clock.now()
    before = await gate.decide(installation.engine, mandate, person, ("mail_address",), Exit.MAIL, at)
    assert type(before["mail_address"]).__name__ == "Allowed"
    await choose(installation.engine, own, "information-for-you", None, allow=False)
    with pytest.raises(DeniedError) as refused:
        await gate.read(installation.engine, mandate, own.person_id, ("mail_address",), Exit.MAIL)
    assert refused.value.step == 6


async def test_a_stolen_session_ends_with_signing_out_everywhere(installation):
    """After signing out everywhere, a new password or twelve hours, a stolen token opens nothing."""
    own = await installation.mori()
    stolen = await accounts.start_session(installation.engine, own.person_id)
    assert await accounts.session_of(installation.engine, stolen)
    await accounts.end_session(installation.engine, own, everywhere=True)
    assert await accounts.session_of(installation.engine, stolen) is None
    late = await accounts.start_session(installation.engine, own.person_id)
    installation.wall.pass_(12 * 3600 + 1)
    assert await accounts.session_of(installation.engine, late) is None


async def test_a_stolen_session_takes_and_erases_nothing_after_five_minutes(installation):
    """Erasing needs a sign-in within five minutes."""
    own = await installation.mori()
    installation.wall.pass_(301)
    with pytest.raises(SignInError) as refused:
        await intend_erasure(installation.engine, own)
    assert refused.value.reason == "sign-in-again"


async def test_nobody_gets_the_proof_of_another_persons_entry(installation):
    """The id of somebody else's entry answers as an unknown one does."""
    own, other = await installation.mori(), await installation.join()
    await installation.engine.sequencer.integrate()
    line = (await own_data(installation.engine, own)).history.lines[0]
    answers = []
    for entry_id in (line.entry_id, "00" * 32, "no hex"):
        with pytest.raises(InputError) as refused:
            await proof_of(installation.engine, other, entry_id)
        answers.append(str(refused.value))
    assert len(set(answers)) == 1


async def test_the_second_approver_is_another_person(installation):
    """An officer who asks for an erasure cannot approve it; without approval it is refused."""
    await installation.mori()
    officer = await installation.staff("ueda", ("privacy",))
    request = await asked_second(installation, officer, "erasure")
    with pytest.raises(DeniedError) as refused:
        await read_and_approve(rights_decisions.ANSWERING, installation.engine, officer, request)
    assert (refused.value.reason, cited(refused.value)) == ("second-approver", "§5.2")
    with pytest.raises(DeniedError):
        await answered(installation, officer, request)
    second = await installation.staff("ando", ("privacy",))
    await read_and_approve(rights_decisions.ANSWERING, installation.engine, second, request)
    made = await answered(installation, officer, request)
    assert await erasure_receipt(installation.engine, made.receipt)


async def test_a_one_time_code_is_good_once(installation):
    """The code that signed in once is refused when replayed within its half minute."""
    enrolled = await sessions.add_staff(installation.engine, "sato", PASSWORD, ("support",), by="test", who="sato")
    code = code_at(enrolled.secret, int(installation.engine.clock.now()) // 30)
    await sessions.sign_in(installation.engine, "sato", PASSWORD, code)
    with pytest.raises(SignInError) as refused:
        await sessions.sign_in(installation.engine, "sato", PASSWORD, code)
    assert cited(refused.value) == "§5.2"


async def test_a_revoked_credential_and_its_mandates_open_nothing(installation):
    """Taking a credential back ends the mandates it was issued, not only new sign-ins."""
    await installation.mori()
    credential = await issue_credential(installation.engine, "mailer", "support", ("contact",), by="test")
    mandate = await mandate_for(installation.engine, await credential_of(installation.engine, credential))
    person_id = await find_person(installation.engine, mandate, {"mail_address": MAIL})
    await gate.read(installation.engine, mandate, person_id, ("name",), Exit.APP)
    await revoke_credential(installation.engine, credential.split("_")[1], by="test")
    with pytest.raises(SignInError):
        await mandate_for(installation.engine, await credential_of(installation.engine, credential))
    with pytest.raises(DeniedError) as refused:
        await gate.read(installation.engine, mandate, person_id, ("name",), Exit.APP)
    assert refused.value.step == 9


async def test_a_mandates_volume_ends(installation):
    """After forty releases a case is spent, whatever runs at once."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    for _ in range(limits.CASE_RELEASES - 1):
        await cases.open_item(installation.engine, session, case.id, "name")
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(installation.engine, session, case.id, "name")
    assert refused.value.step in {1, 9}


async def test_a_case_is_over_after_its_time_and_belongs_to_who_opened_it(installation):
    """After half an hour the case opens nothing; a colleague's session does not see it at all."""
    await installation.mori()
    session, colleague = await installation.staff(), await installation.staff("ando")
    case = await installation.case(session)
    with pytest.raises(InputError) as other:
        await cases.open_item(installation.engine, colleague, case.id, "name")
    assert other.value.reason == "case-unknown"
    installation.wall.pass_(31 * 60)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(installation.engine, session, case.id, "name")
    assert (refused.value.reason, cited(refused.value)) == ("case-over", "§5.2")


async def test_a_case_holds_one_person(installation):
    """A case that holds Ms Mori cannot be turned to somebody else."""
    await installation.mori()
    other = await installation.join()
    await installation.give(other, [("mail_address", "other@example.jp")])
    session = await installation.staff()
    case = await installation.case(session)
    with pytest.raises(InputError) as refused:
        await cases.find_in_case(installation.engine, session, case.id, {"mail_address": "other@example.jp"})
    assert refused.value.reason == "case-bound"
    with pytest.raises(DeniedError) as denied:
        await gate.read(installation.engine, case.mandate, other.person_id, ("mail_address",), Exit.SCREEN)
    assert denied.value.step == 1


async def test_a_couple_who_share_a_phone_needs_a_second_item(installation):
    """Two people with one number are ambiguous; a second item tells them apart."""
    await installation.mori()
    other = await installation.join()
    await installation.give(other, [("phone", "０９０ー１２３４ー５６７８"), ("mail_address", "taro@example.jp")])
    session = await installation.staff()
    case = await cases.open_case(installation.engine, session, "contact")
    with pytest.raises(InputError) as refused:
        await cases.find_in_case(installation.engine, session, case.id, {"phone": "+81 90 1234 5678"})
    assert (refused.value.reason, cited(refused.value)) == ("ambiguous", "§4.5")
    found = await cases.find_in_case(
        installation.engine, session, case.id, {"phone": "09012345678", "mail_address": "taro@example.jp"}
    )
    assert found.person_id == other.person_id


async def test_erasing_leaves_nothing_and_the_old_proof_still_verifies(installation):
    """After an erasure no raw file holds a canary or the person's id, and what was proved before stays proved."""
    own = await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    card = await cases.open_item(installation.engine, session, case.id, "name")
    await installation.engine.sequencer.integrate()
    proof = (await proof_of(installation.engine, own, card.entry_id)).text()
    key = str(installation.engine.sequencer.verifier)
    # under the statutory key alone lie the lines a law keeps: here, that they consented to mail
    rows = installation.sql("SELECT wrapped FROM person_key WHERE kind <> 'statutory'", part="keys")
    wrapped = [row[0] for row in rows]
    sealed = [row[0] for row in installation.sql("SELECT sealed FROM value")]
    assert len(wrapped) > 1
    receipt = await erasure_receipt(installation.engine, await intend_erasure(installation.engine, own))
    assert receipt
    assert receipt["level"] == "scrubbed"
    with pytest.raises(KeptError):
        await cases.open_item(installation.engine, session, case.id, "name")
    await installation.close()
    needles = [NAME.encode(), MAIL.encode(), b"Canary", *wrapped, *sealed]
    assert not any(raw_count(installation.folder, "shop", needles).values())
    assert verify_proof(proof, key).account["act"] == "actor:value:read"
    await installation.open()
    assert installation.sql("SELECT COUNT(*) FROM entry_person WHERE person_id = ?", own.person_id) == [(0,)]


def test_the_erase_lists_cover_every_table_with_a_person():
    """A new table with a person column fails here until it is on the erase list; a tombstone stays, a key until its day."""
    for part, listed, stays in (
        ("data", ERASE_IN_DATA, set()),
        ("keys", ERASE_IN_KEYS, {"tombstone", "statutory_key"}),
    ):
        erased = {queries(part)[name].sql.split()[2] for name in listed}
        assert all(queries(part)[name].sql.startswith("DELETE FROM") for name in listed)
        assert person_tables(part) - stays == erased
