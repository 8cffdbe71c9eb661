"""Take along: everything held about a person is in the copy, in words of its reader's language, compressed, on the right day."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import datetime

import pytest
from installation import MAIL, NAME, PASSWORD, PHONE, POLICY, Installation, confirm_all
from receiving import FILE, SITE
from registered import CLUB_TITLE, COURT, COURT_TITLE, registered
from taking import CONTEST, opened
from writing_letters import came

from clauses.test_2_9_from_another_company import Partner
from clauses.test_4_6_third_party_consent import CLUB, TICK, Club
from clauses.test_4_9_disclosure_the_law_requires import LegalDesk
from clauses.test_5_2_break_glass import TEXT, lend
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.phrase import LANGUAGES
from kept.policy.vocabulary import GROUNDS
from kept.policy.words import Source
from kept.services.accounts import accounts
from kept.services.accounts.remember_me import remember
from kept.services.authorities.disclosures import WAITS
from kept.services.cases import advertising_marks, cases, contacts, emergencies, inquiries
from kept.services.forms.receipts import RECEIPT_KINDS
from kept.services.gate.external_ids import put_external_id
from kept.services.messages.call_sheets import PhoneDispatcher
from kept.services.messages.mail import MailDispatcher
from kept.services.messages.outbox import send_due
from kept.services.my_data import bundle_words, choices, rights_record
from kept.services.my_data.bundle_file import SCHEMA
from kept.services.my_data.portability import take_along
from kept.services.staff import sessions
from kept.services.third_parties.register import KINDS
from kept.services.upkeep.sending import equip
from kept.store.queries import tables

pytestmark = pytest.mark.anyio
IN_THE_COPY = {
    "data": {
        "state": "choices", "value": "items", "login": "known_by", "password": "known_by", "passkey": "known_by",
        "witnessed_person": "receipts", "recovery_code": "known_by",
        "external_id": "external", "session": "known_by", "receipt": "receipts",
        "entry_person": "uses", "case_person": "uses", "rights_request_person": "requests", "rights_request": "requests",
        "erasure": "erased", "remembered": "known_by", "sign_in_sign": "known_by",
        "provision_record": "registers", "recall": "recalls",
        "instance": "participations", "participation": "participations", "publication": "participations",
        "emergency": "emergencies", "emergency_person": "emergencies", "emergency_item": "emergencies",
        "disclosure": "authorities", "outbox": "messages", "letter": "messages", "fax_job": "messages",
        "call_row": "messages", "contact": "written", "inquiry": "inquiries",
        "stop_list": "addresses", "entry": "uses", "party": "registers",
        "attestation": "", "notice": "receipts", "approval": "requests", "campaign": "messages",
    },
    "keys": {"person_key": "", "state_copy": "choices"},
}  # fmt: skip
"""By table: the part of the copy that has what it says about a person."""
NOT_TOLD = {
    "entry_later": "a law forbids telling before its day; on that day it moves to entry_person, and is among `uses`",
    "disclosure_person": "whom a request names is told by `authorities`, once it may be told",
    "disclosure_record": "sealed to the authority, who alone opens it; what it holds is told by `authorities`",
    "disclosure_item": "asked against released, by place in a request: told by `authorities`, once it may be told",
    "rights_request_paper": "the person's own letter, or their agent's authority; what it asks is in `requests`",
    "disclosure_paper": "the authority's own paper, about whoever it names; it is no value of the person's",
    "witnessed": "who of staff entered what on whose word; what a new customer gave is nobody's we know before it is witnessed",
    "shown_once": "sealed for one session, for minutes, and on its page; a file is no place for codes that open the account",
    "link_code": "keyed hashes of codes that live for ten minutes",
    "message_link": "keyed hashes of links; the links themselves are in the messages the person has",
    "intake_record": "sealed, and whose it is nobody has checked: it names a login name by a partner's word, and ends in thirty days",
    "no_log_line": "sealed lines of keyed hashes that say again what `choices` and `uses` say",
    "no_log_note": "such a line before it is sealed, for moments",
    "person_rows": "how many rows each table has about them, and sums of keyed hashes; the rows are in the copy",
    "other_person_changes": "how often those sums changed",
    "rate": "counts over keyed hashes, for a day, so that nobody guesses; no reader could tell whose",
    "ticket": "blinded; whose it is only the receipt says, which is in the copy",
    "canary_alarm": "about invented people",
    "register_entry": "about erased people, who have no account to take along from; the rights desk tells them",
    "mandate": "who of staff or programs may act; each use made under it is in `uses`",
    "case_file": "who of staff opened a case for what; its number is in `uses`",
    "projection_segment": "codes in an order that means nothing: nobody can say whose row is whose",
    "todo": "entries that wait for their place in the tree; they are in `uses`",
    "leaf_position": "places of entries; the proofs on my data have them",
    "person_key": "wrapped keys: the values they open are in the copy",
    "index_token": "keyed hashes of values that are in the copy",
    "external_token": "keyed hashes of the ids in `external`",
    "tombstone": "about erased people",
    "canary": "invented people, who take nothing along",
    "statutory_key": "keys of erased people",
}
"""By table: why what it says about a person, or could, is not in the copy."""
ABOUT_NOBODY = {
    *(
        "meta",
        "restore_mark",
        "table_rows",
        "other_table_changes",
        "migration",
        "tile",
        "head",
        "checkpoint",
        "cosignature",
        "tally",
        "notice_token",
        "policy_version",
        "live_check",
        "staff",
    ),
    *(
        "staff_session",
        "api_credential",
        "look_ups",
        "visit_count",
        "scan",
        "provision",
        "draw",
        "result",
        "backup",
        "drill",
    ),
    *(
        "intake",
        "reach_tally",
        "projection",
        "statistic_account",
        "charge",
        "head_count",
        "statistic",
        "statistic_export",
    ),
    *("call_sheet", "epoch", "current_epoch", "system_key", "statistic_charge", "attestation"),
}
"""Tables of counts, of the company, of its staff and of other parties."""
CODE = re.compile(r"[a-z]+(?:[-_:/][a-z0-9]+)*")


def parts_told() -> dict[str, str]:
    """The part of the copy for each table that has one."""
    return {table: part for held in IN_THE_COPY.values() for table, part in held.items() if part}


def test_every_table_is_in_the_copy_or_excused():
    """A new table is red here: it says in which part of the copy a person finds it, or why not, or that it is about nobody."""
    every = {*tables("data"), *tables("keys")}
    assert every == {*parts_told(), *NOT_TOLD, *ABOUT_NOBODY}
    assert not ABOUT_NOBODY & {*parts_told(), *NOT_TOLD}
    assert not parts_told().keys() & NOT_TOLD.keys()


@pytest.mark.parametrize("part", ["data", "keys"])
def test_whoever_a_row_names_finds_it(part):
    """The breach: a table with a person's number in it among those that are about nobody."""
    names = {name for name, columns in tables(part).items() if "person_id" in columns}
    assert names
    assert not names & ABOUT_NOBODY
    assert set(parts_told().values()) <= set(SCHEMA["properties"])


def test_every_code_has_its_words():
    """A word of a closed list that the copy could not say is red."""
    lists = {
        "SOURCES": {one.value for one in Source},
        "REGISTERS": {*KINDS.values(), "consent"},
        "GROUNDS": set(GROUNDS),
        "WAITED": {*WAITS, ""},
        "EMERGENCIES": set(emergencies.REASONS),
        "REVIEWS": {*emergencies.OUTCOMES, ""},
        "RECEIPTS": RECEIPT_KINDS,
        "REQUESTED": {*rights_record.CHANNELS, rights_record.OWN_PAGE},
    }
    for name, codes in lists.items():
        assert {str(one) for one in getattr(bundle_words, name)} == codes, name
    states = {state for one in CHANNEL_TABLE.values() for state in one.states}
    assert states <= set(bundle_words.STATES)
    lists = [
        one
        for name, one in vars(bundle_words).items()
        if name.isupper() and isinstance(one, dict) and one is not CHANNEL_TABLE
    ]
    words = [
        one for said in lists for one in (said.values() if isinstance(next(iter(said.values())), dict) else [said])
    ]
    assert len(words) > 60
    assert {tuple(one) for one in words} == {LANGUAGES}


async def signed_in(installation, login):
    """A session of staff that is not over."""
    return await sessions.session_of(installation.engine, await sessions.start_demo_session(installation.engine, login))


async def much(installation, desk):
    """Somebody about whom nearly everything there can be is held."""
    engine = installation.engine
    partner, club, legal = await Partner(installation).begin(), Club(installation), LegalDesk(installation)
    await registered(installation, "recipient", CLUB, club.key.public)
    await registered(installation, "authority", COURT, legal.key.public)
    equip(engine, SITE, MailDispatcher(engine, desk.server, SITE), PhoneDispatcher(engine))
    desk.ume, desk.kato = [await signed_in(installation, one) for one in ("ume", "kato")]
    club.asks, club.approves = await installation.staff("abe", ("partners",)), desk.kato
    legal.legal, legal.approves = await installation.staff("hara", ("legal",)), desk.kato
    own = await installation.join()
    await installation.give(
        own,
        [("name", NAME), ("mail_address", MAIL), ("phone", PHONE), ("interests", "landscape"), TICK,
         ("choice", "information-for-you/mail/"), ("postal_address", "604-8001 Invented-cho 1")],
    )  # fmt: skip
    await partner.give(
        partner.record(await partner.login(own), {"fax": "03-1234-5678"}, choices=["information-for-you/fax/"])
    )
    await confirm_all(engine, own.person_id)
    await club.file(await club.provide())
    await legal.open((await legal.answer(await legal.record())).id)
    await desk.sent(FILE)
    support, officer, second = [
        await installation.staff(f"{one}-much", (role,))
        for one, role in (("sup", "support"), ("off", "privacy"), ("sec", "privacy"))
    ]
    case = await installation.case(support)
    await inquiries.note_in_case(engine, support, case, "call")
    await contacts.write_to(engine, support, case.id, "mail", "reply", "The answer.")
    await contacts.write_to(engine, support, case.id, "phone", "reply", "What to say.")
    await send_due(engine)
    (message, _), *_ = await contacts.contacts_to(engine, own.person_id)
    await advertising_marks.mark(engine, own, message.id)
    await advertising_marks.settle(engine, second, message.id)
    emergency = await lend(installation, officer)
    await cases.open_item(engine, officer, emergency, "phone")
    await emergencies.review(engine, second, emergency, "justified")
    await came(installation, officer, "disclosure", ("stop-use", "feedback"), note="a canary wrote this letter")
    await (await opened(installation, CONTEST, "contests")).enter(own, ("entry", "A caption of my own"))
    keys, _ = await engine.keyring.of_person(own.person_id)
    await engine.data.write(lambda tx: put_external_id(tx, engine, keys, "newsletter", "N-CANARY-1"))
    await choices.choose(engine, own, CLUB, None, allow=False)
    await choices.stop_use(engine, own, "market-research", stop=True)
    own = await installation.session(own.person_id)
    await remember(engine, own.person_id)
    return own


async def copy_of(installation, own, language):
    """The copy, opened."""
    return zipfile.ZipFile(io.BytesIO(await take_along(installation.engine, own, language)))


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_everything_is_in_it_in_words(installation, desk, language):
    """Normal: each part has what there is, on the page to read and in its table; no cell is a code, in either language."""
    own = await much(installation, desk)
    with await copy_of(installation, own, language) as packed:
        data = json.loads(packed.read("data.json"))
        page = packed.read("readable.html").decode()
        held = {name: packed.read(name) for name in packed.namelist()}
    assert set(SCHEMA["required"]) <= set(data) <= set(SCHEMA["properties"])
    for part in bundle_words.COPY:
        assert data[part.id], part.id
        rows = list(csv.reader(io.StringIO(held[f"tables/{part.id}.csv"].decode("utf-8-sig"))))
        assert len(rows) == len(data[part.id]) + 1
        for record in data[part.id]:
            assert set(part.columns) <= set(record)
            codes = {
                column: text
                for column in part.columns
                if isinstance(text := record[column], str) and CODE.fullmatch(text) and column.endswith(("_words", "_title", "said"))
                and (language == "ja" or re.search("[_:/]", text))
            }  # fmt: skip
            assert not codes, (part.id, codes)
        assert part.title[language] in page
    assert {one["what"] for one in data["registers"]} == {"provision", "receipt", "consent"}
    assert {one["with_in_words"].partition(",")[0].partition("、")[0] for one in data["registers"] if one["with"]} == {
        CLUB_TITLE,
        COURT_TITLE,
    }
    assert [one["authority"] for one in data["authorities"]] == ["Invented District Court"]
    assert (data["emergencies"][0]["text"], data["emergencies"][0]["review"]) == (TEXT, "justified")
    assert {one["by"] for one in data["written"]} == {"mail", "phone"}
    assert [one["by"] for one in data["inquiries"]] == ["call"]
    assert any(one["advertising"] and one["settled"] for one in data["written"])
    assert data["requests"][0]["note"] == "a canary wrote this letter"
    assert data["statements"][0]["company"] == COURT_TITLE
    assert data["recalls"][0]["with"] == CLUB
    assert data["external"] == [{"system": "newsletter", "id": "N-CANARY-1"}]
    assert len(data["known_by"]["devices"]) == 1
    for said in (
        NAME,
        MAIL,
        PHONE,
        "A caption of my own",
        "The answer.",
        TEXT,
        COURT_TITLE,
        "a canary wrote this letter",
        "N-CANARY-1",
    ):
        assert said in page
    assert not re.search(r"[a-z]+:[a-z-]+:[a-z-]+", page.partition("</style>")[2]), "an act of the record is no word"
    assert COURT not in page


async def test_nobody_elses_is_in_it(installation, desk):
    """The breach: another customer's copy, of the same day, holds nothing of the first."""
    await much(installation, desk)
    other = await installation.join()
    with await copy_of(installation, other, "en") as packed:
        text = "".join(packed.read(name).decode() for name in packed.namelist())
    for said in (NAME, MAIL, PHONE, TEXT, "The answer.", "N-CANARY-1", COURT_TITLE):
        assert said not in text


async def test_what_a_law_forbids_to_tell_is_not_told_before_its_day(installation):
    """The breach: an authority's request told only from a later day stands in no file of the copy; on that day it does."""
    own = await installation.mori()
    legal = await LegalDesk(installation).begin()
    later = installation.engine.clock.now() + 20 * 86400.0
    await legal.open((await legal.answer(await legal.record(told_from=later, waits_for="law-forbids"))).id)
    with await copy_of(installation, await installation.session(own.person_id), "en") as packed:
        text = "".join(packed.read(name).decode() for name in packed.namelist())
        assert json.loads(packed.read("data.json"))["authorities"] == []
    assert COURT_TITLE not in text
    assert "2027 (wa) 12" not in text


@pytest.mark.parametrize(("language", "day"), [("en", "Jan 16, 2027"), ("ja", "2027/01/16")])
async def test_days_are_those_of_the_policys_zone(installation, language, day):
    """The breach: what happens at half past midnight in Japan is not told as the day before."""
    installation.wall.pass_(7.5 * 3600)
    own = await installation.mori()
    with await copy_of(installation, own, language) as packed:
        data = json.loads(packed.read("data.json"))
        page = packed.read("readable.html").decode()
        dated = {one.date_time[:3] for one in packed.infolist()}
    assert data["items"][0]["given"].startswith("2027-01-16T00:3")
    assert data["items"][0]["given"].endswith("+09:00")
    assert datetime.fromisoformat(data["made"]).utcoffset().total_seconds() == 9 * 3600
    assert day in page
    assert "Asia/Tokyo" in page
    assert dated == {(2027, 1, 16)}


async def test_a_language_the_policy_does_not_speak_is_its_first(tmp_path):
    """The breach: English of a policy that is Japanese alone is no fault of ours, and no copy of codes."""
    installation = Installation(tmp_path, POLICY.parent / "choir.policy.md")
    await installation.open()
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "ja")
    with await copy_of(installation, await installation.session(issued.person_id), "en") as packed:
        assert bundle_words.PAGE["title"]["ja"] in packed.read("readable.html").decode()
    await installation.close()


async def test_it_is_compressed(installation):
    """Every file of it, and the whole is smaller than its parts."""
    own = await installation.mori()
    with await copy_of(installation, own, "ja") as packed:
        assert {one.compress_type for one in packed.infolist()} == {zipfile.ZIP_DEFLATED}
        assert sum(one.compress_size for one in packed.infolist()) * 2 < sum(one.file_size for one in packed.infolist())
        assert packed.testzip() is None


async def test_a_formula_is_text(installation):
    """The breach: a value that a spreadsheet would run is a text in its table."""
    own = await installation.join()
    await installation.give(own, [("name", '=HYPERLINK("//x")')])
    with await copy_of(installation, own, "en") as packed:
        assert b"'=HYPERLINK" in packed.read("tables/items.csv")
