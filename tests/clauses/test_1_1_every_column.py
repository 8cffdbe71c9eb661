"""§1.1, §5.5: no text of a person is kept unsealed: every column that could hold one is sealed, or says what else it holds."""

from __future__ import annotations

import pytest
from installation import MAIL, NAME, PHONE

from clauses.test_5_2_break_glass import TEXT
from clauses.test_take_along import much
from kept.store.queries import columns
from kept.store.register import ROW_SEAL

pytestmark = pytest.mark.anyio
COULD_HOLD_TEXT = {"TEXT", "BYTEA"}
SEALED = frozenset(
    """
    state.sealed passkey.sealed inquiry.sealed rights_request.sealed rights_request_paper.sealed witnessed.sealed
    witnessed.witness witnessed_person.sealed
    shown_once.sealed value.sealed external_id.sealed receipt.sealed entry_person.sealed
    rights_request_person.sealed entry.account_sealed staff.second_factor provision_record.sealed draw.sealed_seed
    publication.sealed emergency_person.sealed register_entry.sealed disclosure.sealed disclosure_paper.sealed
    disclosure_person.named disclosure_record.sealed entry_later.sealed intake_record.sealed projection_segment.sealed
    head_count.sealed statistic.sealed letter.sealed call_row.sealed contact.sealed no_log_line.line keys:person_key.wrapped
    keys:system_key.wrapped keys:state_copy.sealed keys:statutory_key.wrapped person_rows.sealed table_rows.sealed
    keys:person_rows.sealed keys:table_rows.sealed
""".split()
)
"""Columns whose every value is sealed."""
UNSEALED = {
    "numbers we made at random, and hashes of what is in a row, under which rows know each other": """
        state.person_id state.key_id value.person_id value.key_id login.person_id password.person_id passkey.person_id
        passkey.key_id shown_once.person_id shown_once.key_id link_code.person_id recovery_code.person_id
        external_id.person_id external_id.key_id session.person_id receipt.person_id receipt.receipt_id receipt.key_id
        entry_person.person_id entry_person.entry_id entry_person.key_id case_person.person_id case_person.case_id
        rights_request_person.person_id rights_request_person.request_id rights_request_person.key_id erasure.person_id
        erasure.receipt_id entry.entry_id entry.account_key todo.entry_id leaf_position.entry_id notice.notice_id
        notice_token.token_id policy_version.entry_id attestation.attestation_id attestation.entry_id
        api_credential.credential_id mandate.mandate_id mandate.case_id case_file.case_id approval.approval_id
        rights_request.request_id rights_request.case_id rights_request.approval_id remembered.person_id remembered.series
        scan.scan_id party.party_id party.approval_id provision.provision_id provision.approval_id provision.mandate_id
        provision_record.person_id provision_record.provision_id provision_record.entry_id recall.file_id
        instance.instance_id participation.person_id participation.instance_id ticket.instance_id draw.instance_id
        publication.person_id publication.instance_id result.instance_id backup.backup_id drill.drill_id
        canary_alarm.alarm_id canary_alarm.released_entry canary_alarm.case_number emergency.case_id
        emergency_person.person_id emergency_person.case_id emergency_person.key_id emergency_item.case_id
        emergency_item.entry_id register_entry.entry_id register_entry.key_id disclosure.disclosure_id disclosure.mandate_id
        disclosure.approval_id disclosure_paper.disclosure_id disclosure_person.person_id disclosure_person.disclosure_id
        disclosure_record.person_id disclosure_record.disclosure_id disclosure_item.disclosure_id entry_later.person_id
        entry_later.entry_id entry_later.key_id intake.intake_id intake_record.intake_id outbox.person_id outbox.message_id
        outbox.origin_id outbox.mandate_id outbox.entry_id outbox.notice_id message_link.person_id message_link.message_id
        reach_tally.origin_id campaign.campaign_id campaign.approval_id campaign.mandate_id projection.build_id
        projection_segment.build_id charge.charge_id head_count.count_id statistic.statistic_id statistic.build_id
        statistic.approval_id statistic_export.export_id statistic_export.statistic_id letter.person_id letter.message_id
        letter.origin_id letter.key_id fax_job.person_id fax_job.message_id call_sheet.sheet_id call_sheet.origin_id
        call_row.person_id call_row.message_id call_row.sheet_id call_row.key_id contact.person_id contact.message_id
        contact.case_id contact.key_id no_log_note.note_id keys:person_key.person_id keys:person_key.key_id
        keys:index_token.person_id keys:external_token.person_id keys:tombstone.person_id keys:tombstone.receipt_id
        keys:state_copy.person_id keys:state_copy.key_id keys:canary.person_id keys:statistic_charge.charge_id
        keys:statutory_key.key_id keys:statutory_key.person_id sign_in_sign.person_id
        inquiry.case_id inquiry.inquiry_id inquiry.key_id inquiry.person_id rights_request_paper.key_id
        rights_request_paper.person_id rights_request_paper.request_id witnessed.form_id witnessed_person.form_id
        witnessed_person.key_id witnessed_person.person_id person_rows.person_id keys:person_rows.person_id
        other_person_changes.person_id keys:other_person_changes.person_id
""",
    "words of a closed list, and names of items, purposes, roles, clauses and points as the policy declares them": """
        value.slot receipt.kind shown_once.kind tally.clause tally.act tally.outcome attestation.clause attestation.name
        attestation.role staff.roles api_credential.role api_credential.purposes api_credential.rights mandate.kind
        mandate.role mandate.purpose case_file.role case_file.purpose approval.act approval.subject approval.outcome
        look_ups.purpose rights_request.channel rights_request.status
        rights_request.outcome visit_count.page visit_count.feature party.kind party.status provision.status recall.status
        instance.point instance.status participation.status result.question result.option canary_alarm.purpose
        canary_alarm.way canary_alarm.finding emergency.own_role emergency.lent_role emergency.purpose emergency.reason
        emergency.outcome emergency_item.item disclosure.ground disclosure.items disclosure.waits_for disclosure.status
        disclosure_person.found_by disclosure_item.item disclosure_item.outcome intake_record.reason outbox.origin
        outbox.purpose outbox.channel outbox.status outbox.reason reach_tally.origin reach_tally.outcome reach_tally.reason
        stop_list.channel stop_list.reason campaign.purpose campaign.status projection.data_set statistic_account.account
        charge.account statistic.data_set statistic.clause statistic.dimensions statistic.purpose statistic.status
        statistic_export.form letter.origin letter.purpose fax_job.purpose fax_job.state call_sheet.origin
        call_sheet.purpose call_sheet.status call_row.outcome contact.channel contact.purpose keys:person_key.kind
        keys:index_token.item keys:tombstone.level keys:statistic_charge.account sign_in_sign.kind recall.what recall.item
        witnessed.how witnessed.reason witnessed.status
""",
    "days of the calendar": """
        tally.day look_ups.day visit_count.day sign_in_sign.day
""",
    "logins of staff, or keyed names of them; names of operators and credentials": """
        erasure.started_by policy_version.proposed_by policy_version.activated_by attestation.staff_id staff.staff_id
        staff.login staff_session.staff_id mandate.actor case_file.staff_id approval.requested_by approval.decided_by
        look_ups.actor rights_request.opened_by party.asked_by party.confirmed_by
        provision.asked_by instance.made_by backup.made_by canary_alarm.actor canary_alarm.acknowledged_by
        emergency.opened_by emergency.reviewed_by disclosure.recorded_by intake.imported_by campaign.made_by
        projection.built_by statistic.asked_by statistic_export.exported_by call_sheet.begun_by contact.written_by
        contact.settled_by keys:canary.planted_by
        witnessed.entered_by
""",
    "hashes, keyed hashes, commitments and numbers drawn blindly: nothing is read from them": """
        migration.hash password.hash recovery_code.code_hash session.token_hash shown_once.token_hash link_code.code_hash
        entry.account_commitment entry.person_commitment tile.data head.root policy_version.policy_hash staff.password_hash
        staff_session.token_hash api_credential.secret_hash rate.bucket remembered.token_hash remembered.earlier_hash
        party.seal recall.pseudonym participation.number ticket.blinded draw.seed_hash draw.list_hash draw.seed
        publication.number backup.hash disclosure.scope_seal disclosure.paper_hash disclosure_person.seal
        message_link.token_hash stop_list.token campaign.seal projection.policy_hash head_count.question call_row.dialled
        keys:migration.hash keys:index_token.token keys:external_token.token
        witnessed.code_hash
""",
    "public halves of keys, and what a browser says of a passkey": """
        passkey.credential_id passkey.public_key party.public_key disclosure.public_key
""",
    "what other companies, authorities and our own systems are called: asked the recogniser, and about no customer": """
        external_id.system link_code.system api_credential.label api_credential.system party.name party.title party.address
        party.representative provision.recipient recall.recipient intake.partner statistic_export.recipient
        keys:external_token.system
""",
    "texts of the company, published or shown to whoever takes part: asked the recogniser when they are kept": """
        notice.body policy_version.files attestation.evidence instance.file campaign.file draw.public_number
""",
    "what the engine says of itself: names of databases and migrations, checkpoints, counts, addresses that were scanned": """
        meta.name meta.value migration.name head.name checkpoint.note live_check.guarantee live_check.detail scan.url
        scan.result provision.making backup.part backup.file drill.result campaign.walked projection.manifest
        projection_segment.column_name fax_job.job no_log_note.content keys:meta.name keys:meta.value keys:migration.name
        cosignature.cosigner cosignature.line
        restore_mark.name restore_mark.value table_rows.table_name other_table_changes.table_name keys:restore_mark.name
        keys:restore_mark.value keys:table_rows.table_name keys:other_table_changes.table_name
        keys:epoch.state keys:current_epoch.name keys:system_key.name keys:checkpoint.name keys:checkpoint.note
""",
    "login names we made of two words and digits, which must be found before anybody is known": """
        login.login_name
""",
}
"""By reason: columns that hold no text of a person; `keys:` is database K."""
TYPED = (
    NAME,
    MAIL,
    PHONE,
    TEXT,
    "The answer.",
    "Your question",
    "A caption of my own",
    "a canary wrote this letter",
    "N-CANARY-1",
    "Invented-cho 1",
    "03-1234-5678",
)
"""What was typed about one customer, by themselves, by staff, by a partner and by a program."""


def named(part: str, table: str, column: str) -> str:
    """What a column is called here."""
    return f"{'keys:' if part == 'keys' else ''}{table}.{column}"


def with_text() -> set[str]:
    """Every column of either database that could hold a text."""
    return {
        named(part, table, one.name)
        for part in ("data", "keys")
        for table, described in columns(part).items()
        for one in described.values()
        if one.kind in COULD_HOLD_TEXT and one.name != ROW_SEAL  # a keyed hash, in every bound table
    }


def test_every_column_is_sealed_or_says_what_it_holds():
    """A new text column that is not sealed is red until somebody writes under which reason it holds no text of a person."""
    unsealed = [one for said in UNSEALED.values() for one in said.split()]
    assert len(unsealed) == len(set(unsealed)), "one reason each"
    assert not SEALED & set(unsealed)
    assert with_text() == SEALED | set(unsealed)


def test_no_column_is_of_another_kind():
    """The breach: a text in a column of a kind this test does not know."""
    kinds = {
        one.kind for part in ("data", "keys") for described in columns(part).values() for one in described.values()
    }
    assert kinds - COULD_HOLD_TEXT == {"BIGINT", "DOUBLE"}


async def test_nothing_anybody_typed_lies_open(installation, desk):
    """The breach: both databases read column by column by whoever has the files, after a customer did nearly everything."""
    await much(installation, desk)
    await installation.engine.sequencer.integrate()
    filled = set()
    for part in ("data", "keys"):
        for table, described in columns(part).items():
            for one in described.values():
                if one.kind not in COULD_HOLD_TEXT:
                    continue
                name = named(part, table, one.name)
                for (value,) in installation.sql(f"SELECT {one.name} FROM {table}", part=part):  # noqa: S608 -- our own schema
                    raw = value.encode() if isinstance(value, str) else bytes(value or b"")
                    filled |= {name} if raw else set()
                    assert not [text for text in TYPED if text.encode() in raw], name
                    if name in SEALED and raw and name != "no_log_line.line":
                        assert not readable(raw), f"{name} lies open"
    assert len(SEALED & filled) > 15, SEALED - filled


def readable(raw: bytes) -> bool:
    """Whether bytes are a text, or a record of JSON."""
    try:
        return raw.decode().isprintable()
    except UnicodeDecodeError:
        return False
