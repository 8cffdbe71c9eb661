"""§1.1: one recogniser of Individual Numbers over every text that is kept, whoever writes it and however it comes."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest
from asked import Browser
from cited import cited
from installation import MAIL, NAME
from receiving import FILE as CAMPAIGN
from registered import asked as asked_for
from taking import CONTEST, EVENT, SURVEY, SWEEPSTAKE, opened
from writing_letters import came

import kept
from clauses.test_2_9_from_another_company import Partner
from clauses.test_4_9_disclosure_the_law_requires import LegalDesk
from kept.crypto.sealed_to import OpeningKey
from kept.errors import SubmissionError
from kept.services.campaigns import campaigns
from kept.services.cases import contacts, emergencies, other_words
from kept.services.engine.sealed_record import open_installation_record
from kept.services.gate.external_ids import external_form
from kept.services.instances import instances
from kept.services.my_data.corrections import correct
from kept.services.my_data.own_data import own_data
from kept.services.staff import attestations
from kept.services.third_parties.intake import KIND
from kept.store import sql

pytestmark = pytest.mark.anyio
WRITTEN = ("番号は123456789018です", "number 1234 5678 9018, please", "１２３４ー５６７８ー９０１８", "JP123456789018")
PACKAGE = Path(kept.__file__).parent
SEALS = {
    *("seal_record", "seal_value", "seal_words", "seal_installation_record", "seal_persons_record"),
    *("seal", "seal_to", "seal_state", "seal_account", "seal_evidence", "seal_entry", "seal_line", "wrap"),
}
"""Whatever seals, by whichever primitive: a text sealed past the others is found as well."""
GUARDED = {
    "services/accounts/passkeys.py: _seal_name": "guard_individual_number",
    "services/authorities/disclosures.py: record": "guard_individual_number",
    "services/cases/contacts.py: _keep": "guard_individual_number",
    "services/cases/emergencies.py: _name_person": "guard_individual_number",
    "services/gate/external_ids.py: put_external_id": "guard_individual_number",
    "services/third_parties/intake.py: _keep_apart": "looks_like_individual_number",
}
"""What seals a text that somebody wrote, and the recogniser its file asks."""
NORMALISED = {
    "services/gate/state_change.py: write_change": "values, each brought into its normal form",
    "services/gate/state_change.py: _value_row": "values, each brought into its normal form",
    "services/my_data/corrections.py: _resealed": "values kept before",
    "services/gate/witnessed_form.py: seal_form": "items of a form, each brought into its normal form by `parse_submission`",
    "services/gate/witnessed_form.py: seal_nobodys": "items of a form, each brought into its normal form by `parse_submission`",
    "services/my_data/rights_record.py: _sealed": "values in their normal form; note and agent were asked by check_letter",
}
NO_TEXT = {
    "services/engine/marks.py: new_mark": "numbers we made",
    "services/accounts/shown_once.py: show": "a name and codes we made",
    "services/engine/sealed_record.py: seal_installation_record": "its callers are listed here",
    "services/engine/sealed_record.py: seal_persons_record": "its callers are listed here",
    "services/messages/sealed_words.py: seal_words": "its callers are listed here",
    "services/messages/letters.py: prepare": "words of a campaign or a case, asked when they were written",
    "services/messages/call_sheets.py: prepare": "words of a campaign or a case, asked when they were written",
    "services/figures/projections.py: write_build": "codes of declared options",
    "services/figures/queries.py: _answer": "figures",
    "services/gate/head_counts.py: answer": "figures",
    "services/upkeep/after_restore.py: _sealed": "numbers and ids",
    "services/authorities/request_reading.py: seal_named": "items, each brought into its normal form by looking for them",
    "services/authorities/request_paper.py: put_paper": "a picture or a PDF, which is not read",
    "services/my_data/rights_paper.py: attach_paper": "a picture or a PDF, which is not read",
    "services/gate/state_change.py: _keep_receipt": "words of the policy, and item ids",
    "services/cases/inquiries.py: _seal": "how and when somebody asked: a word of a closed list, and a time",
    "services/cases/other_words.py: ask_to_write": "words that `contacts.typed_title` and `typed_text` have asked",
    "services/instances/contests.py: _put": "values kept before",
    "services/instances/draws.py: begin_draw": "a seed we made",
    "services/staff/sessions.py: add_staff": "a secret we made",
    "services/cases/witnessing.py: _see": "what entries call a member of staff",
    "services/authorities/disclosure_bundle.py: _disclose": "values kept before",
    "services/authorities/disclosure_bundle.py: parcel": "values kept before",
    "services/authorities/disclosure_file.py: pack_bundle": "item names, counts, and a reference asked when it was recorded",
    "services/third_parties/provisions.py: _parcel": "values kept before",
    "services/third_parties/recall_file.py: pack_recall": "numbers the recipient knows people by",
    "services/backups/backup.py: register_backup_key": "nothing: a key is tried",
    "services/staff/parties.py: _look_at": "nothing: a key is tried",
    "services/backups/backup_file.py: write_backup": "the databases, as they are",
    "vault/rows.py: seal_sums": "counts and sums of keyed hashes",
    "vault/rows.py: holds": "nothing: a keyed hash over a row",
    "store/row_book.py: _seal": "nothing: a keyed hash over a row",
    "services/engine/engine.py: seal_entry": "words, item names, ids and hashes; in registers what was kept or asked before",
    "services/engine/record.py: sealed_entry": "as `seal_entry`",
    "services/gate/state_change.py: new_person": "choices, times and ids",
    "services/engine/no_log.py: _seal": "words, ids and keyed hashes",
    "services/engine/no_log.py: body": "words, ids and keyed hashes",
    "services/engine/key_files.py: wrap": "keys",
    "services/engine/keyring.py: _new": "keys",
    "services/engine/keyring.py: ensure_installation_key": "keys",
    "services/upkeep/key_rotation.py: _rewrap_installation": "keys",
    "services/upkeep/key_rotation.py: _rewrap_people": "keys",
    "services/upkeep/key_rotation.py: _rewrap_statutory": "keys",
    **dict.fromkeys(
        [f"vault/sealed.py: seal_{one}" for one in ("account", "evidence", "record", "state", "value")],
        "its callers are listed here",
    ),
    "vault/no_log.py: seal_line": "its callers are listed here",
}
ASKED_UNSEALED = (
    "services/campaigns/campaigns.py",
    "services/instances/instances.py",
    "services/staff/attestations.py",
)
"""Texts of the company that are kept as they are, and asked as well."""


def sealing() -> set[str]:
    """Every function of the package that seals something."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and _calls(function) & SEALS:
                found.add(f"{path.relative_to(PACKAGE)}: {function.name}")
    return found


def _calls(tree: ast.AST) -> set[str]:
    return {
        getattr(one.func, "id", getattr(one.func, "attr", "")) for one in ast.walk(tree) if isinstance(one, ast.Call)
    }


def test_whatever_seals_is_listed_here():
    """A new place that seals stands under no heading, and is red: it says what it seals, or asks the recogniser."""
    assert sealing() == {*GUARDED, *NORMALISED, *NO_TEXT}
    for place, recogniser in {**GUARDED, **dict.fromkeys(ASKED_UNSEALED, "guard_individual_number")}.items():
        assert recogniser in _calls(ast.parse((PACKAGE / place.partition(":")[0]).read_text(encoding="utf-8")))
    assert "guard_individual_number" in _calls(ast.parse((PACKAGE / "vault/normal.py").read_text(encoding="utf-8")))


async def refused(act) -> None:
    """Insist that an act is refused for the number, in words that do not repeat it."""
    with pytest.raises(SubmissionError) as found:
        await act
    assert (found.value.reason, cited(found.value)) == ("individual-number", "§1.1")
    assert "9018" not in f"{found.value} {found.value.hint}"


@pytest.mark.parametrize("text", WRITTEN)
async def test_what_people_write(installation, text):
    """§1.1 breach by a customer: an address, a name, an answer, an entry, what is lent to an event, a correction."""
    own = await installation.join()
    for item in ("name", "postal_address"):
        await refused(installation.give(own, [(item, f"604-8001 京都市中京区 {text}" if "address" in item else text)]))
    for file, role, field in (
        (SURVEY, "research", "answer.wish"), (CONTEST, "contests", "entry"), (EVENT, "support", "name"),
    ):  # fmt: skip
        desk = await opened(installation, file, role)
        await refused(desk.enter(own, (field, text)))
        assert not installation.sql("SELECT * FROM participation")
    mori = await installation.mori()
    await refused(correct(installation.engine, mori, "name", text, expected_version=1))
    assert (await own_data(installation.engine, own)).held == ()


@pytest.mark.parametrize("text", WRITTEN)
async def test_what_staff_write(installation, text):
    """§1.1 breach by staff: notes, what happens in an emergency, letters, questions, campaigns, attestations, requests."""
    engine = installation.engine
    await installation.mori()
    support, officer = await installation.staff(), await installation.staff("ueda", ("privacy",))
    case = await installation.case(support)
    await refused(contacts.write_to(engine, support, case.id, "mail", "reply", f"Hello,\n{text}"))
    for said in ((text, "A text.", "Why"), ("A subject", text, "Why"), ("A subject", "A text.", text)):
        await refused(other_words.ask_to_write(engine, support, case.id, "mail", *said))
    await refused(came(installation, officer, "disclosure", note=text))
    await refused(came(installation, officer, "disclosure", agent=text, authority="lawyer"))
    await refused(came(installation, officer, ("correction", "name", (text,))))
    happens = {"purpose": "contact", "why": "danger-to-a-person", "criteria": {"mail_address": MAIL}}
    await refused(emergencies.open_emergency(engine, officer, text=text, **happens))
    research, contests = await installation.staff("r", ("research",)), await installation.staff("c", ("contests",))
    for session, file in ((research, SURVEY), (contests, SWEEPSTAKE)):
        await refused(
            instances.draft(engine, session, file.replace("title:", f'about:\n  en: "{text}"\n  ja: "。"\ntitle:'))
        )
    marketing = await installation.staff("m", ("marketing",))
    await refused(campaigns.draft(engine, marketing, f"{CAMPAIGN}# {text}\n"))
    declared = engine.policy.policy.attestations[0]
    attests = await installation.staff("a", (declared.by,))
    await refused(attestations.attest(engine, attests, declared.id, text))
    legal = await LegalDesk(installation).begin()
    await refused(legal.record(reference=text))
    court = {"title": "Invented Court", "address": "1 Invented-cho", "representative": "R. Invented"}
    for field in court:
        await refused(
            asked_for(installation, "authority", "invented-court-2", OpeningKey.new().public, **{**court, field: text})
        )


@pytest.mark.parametrize("text", WRITTEN)
async def test_what_a_program_calls_somebody(installation, text):
    """§1.1 breach by a program: the Individual Number as its customer number is no id of anybody, kept or looked for."""
    with pytest.raises(SubmissionError) as found:
        external_form(text)
    assert (found.value.reason, cited(found.value)) == ("individual-number", "§1.1")
    assert external_form("C-4711") == "C-4711"


@pytest.mark.parametrize("text", WRITTEN)
async def test_what_a_partner_sends(installation, text):
    """§1.1 breach by a partner: not taken, and not kept with what is put aside either, whatever it was put aside for."""
    partner = await Partner(installation).begin()
    own = await installation.join()
    login = await partner.login(own)
    made = await partner.give(
        partner.record(login, {"name": NAME, "postal_address": text}),
        partner.record("heron-nobody22", {"name": text, "mail_address": MAIL}, to=text),
    )
    assert made.reasons["individual-number"] >= 1
    rows = await installation.engine.data.all(sql.IntakeRecords, intake_id=made.id)
    assert len(rows) == 2
    for row in rows:
        kept_apart = open_installation_record(installation.engine, KIND, f"{made.id}/{row.number}", row.sealed)
        assert text not in str(msgspec.json.decode(kept_apart))
    assert (await own_data(installation.engine, own)).held == ()


@pytest.mark.parametrize(("language", "says"), [("en", "a word between its parts"), ("ja", "番号の途中に言葉を入れて")])
async def test_the_page_says_how_to_write_another_number(installation, language, says):
    """§1.1 page: the form comes back with the reason and the way out, beside the field; what was typed is still there."""
    browser = Browser(installation)
    await browser.sign_in(await installation.join())
    page = (await browser.get(f"/{language}/registration")).text
    token = page.split('name="notice_token" value="')[1].split('"')[0]
    answer = await browser.post(f"/{language}/registration", notice_token=token, name="order 123456789018")
    assert answer.status_code == 422
    assert says in answer.text
