"""§4.9: what a law requires is disclosed within the scope of the request, and nothing beyond it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from asked import Browser
from cited import cited
from installation import MAIL, NAME, PASSWORD, PHONE, Installation, second_version
from registered import COURT, COURT_TITLE, PAPER, registered
from second import read_and_approve

from kept.cli.main import main
from kept.crypto.sealed_to import OpeningKey
from kept.errors import (
    ConflictError,
    DeniedError,
    EvidenceError,
    InputError,
    KeptError,
    MalformedError,
    NoteError,
    NotFoundError,
    SealError,
)
from kept.guarantees.board import promise_board
from kept.ledger.note import verifier_key
from kept.policy.decision import LawRequest
from kept.policy.words import ClauseState, Exit
from kept.services.accounts import accounts
from kept.services.authorities import disclosure_bundle, disclosure_record, disclosures, notifications, request_reading
from kept.services.authorities.disclosure_file import parse_bundle
from kept.services.cases import cases
from kept.services.engine.key_files import write_key
from kept.services.gate import gate
from kept.services.gate.gate import Circumstances
from kept.services.gate.history import history_of, proof_of
from kept.services.my_data import corrections, erasure
from kept.services.my_data.own_data import own_data
from kept.services.staff import activation, sessions
from kept.services.staff.mandates import load_mandate
from kept.services.upkeep.routine import tidy
from kept.services.upkeep.verification import verify_installation
from kept.store import sql
from kept_verify import verify_proof

pytestmark = pytest.mark.anyio
DAY = 86400.0
DISCLOSE = "staff:value:disclose"


class LegalDesk:
    """The legal desk: who records, who approves, and the authority with its key."""

    def __init__(self, installation) -> None:
        self.installation = installation
        self.key = OpeningKey.new()

    async def begin(self):
        """Hire, and register the authority."""
        await registered(self.installation, "authority", COURT, self.key.public)
        self.legal = await self.installation.staff("hara", ("legal",))
        self.approves = await self.installation.staff("kato", ("privacy",))
        return self

    def terms(self, **changes) -> disclosure_record.Terms:
        """What the authority's request says."""
        at = self.installation.engine.clock.now()
        given = disclosure_record.Terms(
            COURT, "2027 (wa) 12", "court-order", ("name", "phone", "occupation"), at - 30 * DAY,
            at + 1, at, at + 14 * DAY, told_from=0.0, waits_for="",
        )  # fmt: skip
        return replace(given, **changes)

    async def record(self, *mails: str, **changes) -> str:
        """Record a request that names people by their mail address."""
        request = await disclosures.record(self.installation.engine, self.legal, self.terms(**changes))
        for mail in mails or (MAIL,):
            await disclosures.name_person(
                self.installation.engine, self.legal, request, criteria={"mail_address": mail}
            )
        await disclosures.attach_paper(self.installation.engine, self.legal, request, PAPER)
        return request

    async def answer(self, request: str) -> disclosure_record.Disclosure:
        """Ask, approve, and return the request with its bundle made."""
        await disclosures.ask(self.installation.engine, self.legal, request)
        return await read_and_approve(disclosures.DISCLOSING, self.installation.engine, self.approves, request)

    async def open(self, request: str) -> dict:
        """Fetch the bundle and open it as the authority."""
        raw = await disclosure_bundle.fetch(self.installation.engine, self.legal, request)
        return parse_bundle(raw, self.key, self.installation.engine.sequencer.verifier)


@pytest.fixture
async def desk(installation):
    """A legal desk."""
    return await LegalDesk(installation).begin()


async def released(installation):
    """Entries of disclosures that released something."""
    return [one for one in await installation.ledger() if one.act == DISCLOSE and one.outcome == "permitted"]


async def test_asked_against_released_item_by_item_in_a_sealed_signed_bundle(installation, desk):
    """§4.9 normal: what the request names and the person holds goes, sealed to the authority and signed by the installation."""
    await installation.mori()
    request = await desk.record()
    done = await desk.answer(request)
    assert (done.status, done.outcomes) == (
        "ready", {(1, "name"): "released", (1, "phone"): "released", (1, "occupation"): "not-held"},
    )  # fmt: skip
    raw = await disclosure_bundle.fetch(installation.engine, desk.legal, request)
    for text in (NAME, PHONE, "Invented District Court", "2027 (wa) 12"):
        assert text.encode() not in raw
    installation_key = installation.engine.sequencer.verifier
    opened = parse_bundle(raw, desk.key, installation_key)
    assert [sorted(one["items"]) for one in opened["records"]] == [["name", "phone"]]
    assert opened["records"][0]["items"]["name"] == NAME
    assert opened["sheet"]["authority"] == "Invented District Court"
    assert {"person": 1, "item": "occupation", "outcome": "not-held"} in opened["sheet"]["asked-against-released"]
    with pytest.raises(SealError):
        parse_bundle(raw, OpeningKey.new(), installation_key)
    with pytest.raises(NoteError):
        parse_bundle(raw, desk.key, verifier_key("other.example", OpeningKey.new().public))
    changed = json.loads(raw)
    changed["records"] = []
    with pytest.raises(NoteError):
        parse_bundle(json.dumps(changed).encode(), desk.key, installation_key)
    with pytest.raises(MalformedError):
        parse_bundle(b"{}", desk.key, installation_key)


async def test_the_entry_names_ground_and_items_and_the_person_reads_it(installation, desk):
    """§4.9 evidence and page: released and refused stand in one entry; my data names the authority and the ground."""
    own = await installation.mori()
    await desk.answer(await desk.record())
    (entry,) = await released(installation)
    assert (entry.clause, entry.exit, entry.items) == ("4.9", "legal-bundle", ("name", "phone"))
    assert [(one.item, one.clause) for one in entry.refused] == [("occupation", "4.1")]
    assert dict(entry.facts)["request"] == "1"
    (line,) = await notifications.disclosures_to_authorities(installation.engine, own.person_id)
    assert (line.authority, line.ground) == ("Invented District Court", "court-order")
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    page = (await browser.get("/en/my-data")).text
    assert "Invented District Court" in page.split('id="disclosed"')[1].split("</ul>")[0]


async def test_what_is_written_about_a_request_is_sealed_at_rest(installation, desk):
    """§4.9: authority and reference are text about somebody's affair; the database holds neither."""
    await installation.mori()
    await desk.record()
    stored = b"".join(bytes(row[0]) for row in installation.sql("SELECT sealed FROM disclosure"))
    assert b"District" not in stored
    assert b"(wa)" not in stored


@pytest.mark.parametrize(
    ("what", "step", "reason"),
    [("item", 3, "law-item"), ("person", 5, "law-scope"), ("period", 5, "law-scope"), ("exit", 5, "law-scope")],
)
async def test_beyond_items_persons_period_and_exit_the_gate_says_no(installation, desk, what, step, reason):
    """§4.9 breach: with the request's own mandate, nothing it does not name leaves; refused, cited, recorded."""
    own = await installation.mori()
    other = await installation.join()
    await installation.give(other, [("name", "Ren Other")])
    found = await disclosure_record.disclosure_of(installation.engine, await desk.record())
    mandate = await load_mandate(installation.engine, found.mandate_id)
    terms = found.terms
    law = LawRequest(frozenset({own.person_id}), frozenset(terms.items), terms.starts_at, terms.ends_at)
    if what == "period":
        law = replace(law, starts_at=terms.starts_at - 10 * DAY, ends_at=terms.starts_at)
    with pytest.raises(DeniedError) as refused:
        await gate.read(
            installation.engine,
            mandate,
            other.person_id if what == "person" else own.person_id,
            ("mail_address",) if what == "item" else ("name",),
            Exit.SCREEN if what == "exit" else Exit.LEGAL_BUNDLE,
            circumstances=Circumstances(law=law, request="1"),
        )
    assert (refused.value.step, refused.value.reason, cited(refused.value)) == (step, reason, "§4.9")
    entry = await installation.newest()
    assert (entry.outcome, entry.refused[0].clause) == ("refused", "4.9")
    assert not await released(installation)


async def test_nobody_is_added_once_the_scope_is_fixed(installation, desk):
    """§4.9 breach: a name more, after approval was asked for, is refused, cited and recorded."""
    await installation.mori()
    await installation.give(await installation.join(), [("mail_address", "ren@example.jp")])
    request = await desk.record()
    await disclosures.ask(installation.engine, desk.legal, request)
    with pytest.raises(DeniedError) as refused:
        await disclosures.name_person(
            installation.engine, desk.legal, request, criteria={"mail_address": "ren@example.jp"}
        )
    assert (refused.value.reason, cited(refused.value)) == ("disclosure-fixed", "§4.9")
    entry = await installation.newest()
    assert (entry.act, entry.outcome, entry.clause) == ("staff:disclosure:exceed", "refused", "4.9")
    with pytest.raises(ConflictError):
        await disclosures.ask(installation.engine, desk.legal, request)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE disclosure SET items = 'name,phone,mail_address'",
        "UPDATE disclosure SET starts_at = 0",
        "UPDATE disclosure SET told_from = 4000000000",
        "UPDATE disclosure SET paper_hash = 'another'",
        "UPDATE disclosure SET public_key = x'0900000000000000000000000000000000000000000000000000000000000000'",
        """INSERT INTO disclosure_person
        SELECT person_id, (SELECT disclosure_id FROM disclosure), 2, 'x', x'00', 'y', 0, NULL FROM receipt""",
    ],
)
async def test_a_scope_widened_past_kept_is_found_before_anything_leaves(tmp_path, statement):
    """§4.9 attack: whoever can write D alone widens no request; the board says so too."""
    installation = Installation(tmp_path)
    await installation.open()
    desk = await LegalDesk(installation).begin()
    await installation.give(await installation.join(), [("name", "Ren Other"), ("mail_address", "ren@example.jp")])
    request = await desk.record("ren@example.jp")
    installation.sql("DELETE FROM receipt")
    await installation.mori()
    await disclosures.ask(installation.engine, desk.legal, request)
    installation.sql(statement)
    with pytest.raises(EvidenceError) as found:
        await read_and_approve(disclosures.DISCLOSING, installation.engine, desk.approves, request)
    named_past_kept = "INSERT" in statement  # found already where it is read
    expected = ("row-rewritten", "§5.3") if named_past_kept else ("disclosure-scope", "§4.9")
    assert (found.value.reason, cited(found.value)) == expected
    assert not await released(installation)
    assert (await promise_board(installation.engine)).of("4.9").state is not ClauseState.KEPT
    await installation.close()


async def test_without_a_second_approver_nothing_leaves(installation, desk):
    """§4.9 breach: who records cannot approve, support cannot record, an unapproved request makes no bundle."""
    await installation.mori()
    support = await installation.staff("sato", ("support",))
    request = await desk.record()
    await disclosures.ask(installation.engine, desk.legal, request)
    for act in (
        lambda: read_and_approve(disclosures.DISCLOSING, installation.engine, desk.legal, request),
        lambda: disclosure_bundle.bundle(installation.engine, request),
        lambda: disclosures.record(installation.engine, support, desk.terms()),
        lambda: disclosure_bundle.fetch(installation.engine, support, request),
    ):
        with pytest.raises(DeniedError) as refused:
            await act()
        assert cited(refused.value) == "§5.2"
    with pytest.raises(ConflictError):
        await disclosure_bundle.fetch(installation.engine, desk.legal, request)
    assert not await released(installation)


@pytest.mark.parametrize(
    "wrong",
    [
        {"authority": " "}, {"authority": "a-court-nobody-registered"},
        {"ground": "curiosity"}, {"items": ()}, {"items": ("name", "name")}, {"items": ("shoe_size",)},
        {"items": ("individual_number",)}, {"starts_at": 2e9, "ends_at": 2e9}, {"ends_at": 1.0}, {"due_at": 1.0},
        {"told_from": 1e10, "waits_for": "law-forbids"}, {"waits_for": "law-forbids"}, {"told_from": 1_800_100_000.0},
        {"reference": "x" * 501},
    ],
    ids=str,
)  # fmt: skip
async def test_a_request_that_is_none_is_not_recorded(installation, desk, wrong):
    """§4.9 breach: no ground of the policy's list, no items, no period, no key, no date: no request."""
    with pytest.raises(InputError) as refused:
        await disclosures.record(installation.engine, desk.legal, desk.terms(**wrong))
    assert cited(refused.value) == "§4.9"
    assert await disclosure_record.all_disclosures(installation.engine) == []


async def test_finding_is_a_use_too_and_names_one_person(installation, desk):
    """§4.9: by the items the request names a person with, or the login name we issued; nobody is found otherwise."""
    await installation.mori()
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    request = await desk.record()
    for criteria in ({"mail_address": "nobody@example.jp"}, {}):
        with pytest.raises(KeptError) as refused:
            await disclosures.name_person(installation.engine, desk.legal, request, criteria=criteria)
        assert isinstance(refused.value, NotFoundError) == bool(criteria)
    with pytest.raises(NotFoundError):
        await disclosures.name_person(installation.engine, desk.legal, request, login_name="heron-nobody", criteria={})
    await disclosures.name_person(installation.engine, desk.legal, request, login_name=issued.login_name, criteria={})
    with pytest.raises(InputError) as twice:
        await disclosures.name_person(
            installation.engine, desk.legal, request, login_name=issued.login_name, criteria={}
        )
    assert twice.value.reason == "disclosure-person"
    finds = [
        one
        for one in await installation.ledger()
        if one.act == "actor:person:find" and one.purpose == "legal-disclosure"
    ]
    assert sorted(one.outcome for one in finds) == ["permitted", "permitted", "permitted", "refused", "refused"]
    done = await desk.answer(request)
    assert {one for (place, _), one in done.outcomes.items() if place == 2} == {"not-held"}
    case = await cases.open_case(installation.engine, desk.legal, "legal-disclosure")
    with pytest.raises(NotFoundError):
        await cases.find_in_case(installation.engine, desk.legal, case.id, {"mail_address": MAIL})


async def test_a_value_written_after_the_period_stays_and_the_one_of_the_period_is_given(installation, desk):
    """§4.9 normal and breach: what was held in the period goes, with when it was replaced; what came after it does not."""
    own = await installation.mori()
    installation.wall.pass_(10 * DAY)
    request = await desk.record(ends_at=installation.engine.clock.now() - DAY)
    own = await installation.session(own.person_id)
    await corrections.correct(installation.engine, own, "phone", "090-7777-8888", expected_version=1)
    done = await desk.answer(request)
    assert (done.outcomes[1, "name"], done.outcomes[1, "phone"]) == ("released", "released")
    (record,) = (await desk.open(request))["records"]
    assert record["items"] == {"name": NAME, "phone@1": PHONE}
    assert record["held"]["phone@1"]["written"] < record["held"]["phone@1"]["replaced"]
    entry = (await released(installation))[0]
    assert entry.items == ("name", "phone")


@pytest.mark.parametrize(("starts", "ends", "given"), [
    (-30, 0.5, {"phone@1"}),  # replaced after it
    (-30, 30, {"phone@1", "phone@2", "phone"}),  # all of them within it
    (3, 3.5, {"phone@2"}),  # an hour within the life of the second
    (4.5, 5, {"phone"}),  # the last alone
])  # fmt: skip
async def test_each_version_of_the_period_and_no_other(installation, desk, starts, ends, given):
    """§4.9 breach: an older value is given where the period asks for it, and only then."""
    own = await installation.mori()
    begin = installation.engine.clock.now()
    for day, phone in ((2, "090-7777-8888"), (4, "090-9999-0000")):
        installation.wall.pass_(begin + day * DAY - installation.engine.clock.now())
        fresh = await installation.session(own.person_id)
        await corrections.correct(installation.engine, fresh, "phone", phone, expected_version=day // 2)
    installation.wall.pass_(begin + 6 * DAY - installation.engine.clock.now())
    at = installation.engine.clock.now()
    desk.legal = await sessions.session_of(
        installation.engine, await sessions.start_demo_session(installation.engine, "hara")
    )
    request = await desk.record(items=("phone",), starts_at=begin + starts * DAY, ends_at=min(begin + ends * DAY, at))
    await desk.answer(request)
    (record,) = (await desk.open(request))["records"]
    assert set(record["items"]) == given


async def test_a_value_written_after_the_period_finds_nobody_for_the_request(installation, desk):
    """§4.9 breach: an address the person took after the period is no way to name them in it."""
    own = await installation.mori()
    installation.wall.pass_(10 * DAY)
    end = installation.engine.clock.now() - DAY
    own = await installation.session(own.person_id)
    await corrections.correct(installation.engine, own, "mail_address", "new@example.jp", expected_version=1)
    with pytest.raises(NotFoundError):
        await desk.record("new@example.jp", ends_at=end)
    with pytest.raises(NotFoundError):
        await desk.record(MAIL, starts_at=end - 90 * DAY, ends_at=end - 60 * DAY)


async def test_the_approver_reads_what_the_request_says(installation, desk):
    """§4.9 normal: its words for each person, its authority with who confirmed it, its paper, and the length of silence."""
    own = await installation.mori()
    told = installation.engine.clock.now() + 300 * DAY
    request = await desk.record(told_from=told, waits_for="inquiry-at-risk")
    await disclosures.ask(installation.engine, desk.legal, request)
    read = await request_reading.read_request(installation.engine, desk.approves, request)
    assert read.named == {1: {"mail_address": MAIL}}
    assert (read.authority.title, read.authority.asked_by, read.authority.confirmed_by) == (
        COURT_TITLE, "party-asks", "party-confirms",
    )  # fmt: skip
    assert read.authority.public_key == desk.key.public
    assert read.paper == PAPER
    assert read.silence == pytest.approx(300 * DAY, abs=5)
    newest = await installation.newest()
    assert (newest.act, newest.actor, newest.clause) == ("staff:disclosure:read", desk.approves.actor, "4.9")
    acts = [line.account.act for line in (await history_of(installation.engine, own.person_id)).lines]
    assert "staff:disclosure:read" not in acts  # not before the day
    with pytest.raises(DeniedError):
        await request_reading.read_request(installation.engine, await installation.staff("sato", ("support",)), request)
    stored = b"".join(bytes(row[0]) for row in installation.sql("SELECT sealed FROM disclosure_paper"))
    assert b"invented court" not in stored
    named = b"".join(bytes(row[0]) for row in installation.sql("SELECT named FROM disclosure_person"))
    assert MAIL.encode() not in named


async def test_that_it_was_read_is_put_down_to_the_law(installation, desk):
    """§4.9, §0.1: the line that somebody read the request has no purpose; its page says that a law requires it."""
    own = await installation.mori()
    request = await desk.record()
    await disclosures.ask(installation.engine, desk.legal, request)
    await request_reading.read_request(installation.engine, desk.approves, request)
    (entry,) = (
        line.entry_id
        for line in (await history_of(installation.engine, own.person_id)).lines
        if line.account.act == "staff:disclosure:read"
    )
    browser = Browser(installation)
    await browser.sign_in(own)
    page = (await browser.get(f"/en/my-data/why/{entry}")).text
    assert page.count("A law requires it") == 2
    assert "uses nothing you gave" not in page


async def test_without_its_paper_nothing_is_asked_for_and_afterwards_it_is_fixed(installation, desk):
    """§4.9 breach: no paper, no approval; another paper after the scope is fixed is refused, cited and recorded."""
    await installation.mori()
    request = await disclosures.record(installation.engine, desk.legal, desk.terms())
    await disclosures.name_person(installation.engine, desk.legal, request, criteria={"mail_address": MAIL})
    with pytest.raises(InputError) as missing:
        await disclosures.ask(installation.engine, desk.legal, request)
    assert missing.value.reason == "paper-missing"
    with pytest.raises(InputError) as none:
        await disclosures.attach_paper(installation.engine, desk.legal, request, b"MZ a program")
    assert (none.value.reason, cited(none.value)) == ("paper-type", "§4.9")
    await disclosures.attach_paper(installation.engine, desk.legal, request, PAPER)
    await disclosures.ask(installation.engine, desk.legal, request)
    with pytest.raises(DeniedError) as fixed:
        await disclosures.attach_paper(installation.engine, desk.legal, request, PAPER + b"another")
    assert (fixed.value.reason, cited(fixed.value)) == ("disclosure-fixed", "§4.9")
    installation.sql("DELETE FROM disclosure_paper")
    with pytest.raises(InputError):
        await request_reading.read_request(installation.engine, desk.approves, request)


@pytest.mark.parametrize(("days", "fits"), [(364.9, True), (366, False)])
async def test_silence_has_the_maximum_the_policy_declares(installation, desk, days, fits):
    """§4.9 breach: a year is what this policy lets a law ask for; a day more is no request."""
    told = desk.terms(told_from=installation.engine.clock.now() + days * DAY, waits_for="law-forbids")
    if fits:
        assert await disclosures.record(installation.engine, desk.legal, told)
        return
    with pytest.raises(InputError) as refused:
        await disclosures.record(installation.engine, desk.legal, told)
    assert (refused.value.reason, cited(refused.value)) == ("disclosure-terms", "§4.9")


async def test_a_policy_that_says_nothing_of_silence_lets_nobody_wait(installation, desk):
    """§4.9 breach: where no maximum is declared, the person is told at once, whatever the request says."""
    second = second_version((b"  silence: 1 year\n", b""))
    await activation.propose(installation.engine, second, by="test")
    await activation.activate(installation.engine, await installation.staff("ume", ("privacy",)), 2)
    await read_and_approve(activation.ACTIVATION, installation.engine, desk.approves, "2")
    later = desk.terms(told_from=installation.engine.clock.now() + DAY, waits_for="law-forbids")
    with pytest.raises(InputError) as refused:
        await disclosures.record(installation.engine, desk.legal, later)
    assert refused.value.reason == "disclosure-terms"
    assert 'value="later"' not in (await (await Console(installation).be("hara")).get("/en/legal")).text


async def test_who_may_be_told_only_later_sees_nothing_until_the_date(installation, desk):
    """§4.9 page: neither my data nor its count or proofs know of it; on the date all of it is there, and verifies."""
    own = await installation.mori()
    before = await history_of(installation.engine, own.person_id)
    told = installation.engine.clock.now() + 20 * DAY
    await desk.answer(await desk.record(told_from=told, waits_for="inquiry-at-risk"))
    (entry,) = await released(installation)
    assert dict(entry.facts)["told-from"] == str(int(told))
    after = await history_of(installation.engine, own.person_id)
    assert (after.total, after.lines) == (before.total, before.lines)
    assert await notifications.disclosures_to_authorities(installation.engine, own.person_id) == []
    installation.wall.pass_(19 * DAY)
    await tidy(installation.engine)
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    assert 'id="disclosed"' not in (await browser.get("/en/my-data")).text
    assert installation.sql("SELECT COUNT(*) FROM entry_later") == [(3,)]
    assert (await verify_installation(installation.engine)).problems == []
    installation.wall.pass_(2 * DAY)
    await tidy(installation.engine)
    await installation.engine.sequencer.integrate()
    lines = (await history_of(installation.engine, own.person_id)).lines
    acts = [line.account.act for line in lines]
    assert acts[0] == "system:disclosure:tell"
    assert {DISCLOSE, "actor:person:find"} <= set(acts)
    (line,) = await notifications.disclosures_to_authorities(installation.engine, own.person_id)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    assert "Invented District Court" in (await browser.get("/en/my-data")).text
    own = await installation.session(own.person_id)
    proof = await proof_of(installation.engine, own, line.line.entry_id)
    assert verify_proof(proof.text(), str(installation.engine.sequencer.verifier))
    shown = await own_data(installation.engine, own)
    assert shown.history.total >= len(lines)
    assert await notifications.tell_due(installation.engine) == 0


async def test_only_a_law_can_make_a_line_wait(installation, desk):
    """§4.9 attack: support that says its look-up is to be told later is on my data at once."""
    own = await installation.mori()
    case = await installation.case(await installation.staff("sato", ("support",)))
    law = LawRequest(frozenset({own.person_id}), frozenset({"phone"}), 0.0, 2e9)
    await gate.read(installation.engine,
        case.mandate, own.person_id, ("phone",), Exit.SCREEN,
        circumstances=Circumstances(law=law, told_from=installation.engine.clock.now() + DAY),
    )  # fmt: skip
    newest = (await history_of(installation.engine, own.person_id)).lines[0].account
    assert (newest.act, newest.items) == ("actor:value:read", ("phone",))


async def test_a_kill_between_two_people_goes_on_with_the_next(installation, desk):
    """§4.9 fault: whoever is in the bundle has their entry and the other way round; nobody is disclosed twice."""
    mails = [f"person{n}@example.jp" for n in range(4)]
    for mail in mails:
        await installation.give(await installation.join(), [("name", f"Invented {mail[6]}"), ("mail_address", mail)])
    request = await desk.record(*mails)
    await disclosures.ask(installation.engine, desk.legal, request)
    installation.stop_after(4)  # the reading, the approval with its effect, and two people
    with pytest.raises(KeptError):
        await read_and_approve(disclosures.DISCLOSING, installation.engine, desk.approves, request)
    await installation.close(integrate=False)
    await installation.open()
    rows = await installation.engine.data.all(sql.DisclosureRecords, disclosure_id=request)
    assert len(rows) == len(await released(installation)) == 2
    assert (await disclosure_bundle.bundle(installation.engine, request)).status == "ready"
    assert len(await released(installation)) == 4
    assert (await disclosure_bundle.bundle(installation.engine, request)).status == "ready"
    opened = await desk.open(request)
    assert sorted(one["person"] for one in opened["records"]) == [1, 2, 3, 4]
    with pytest.raises(ConflictError):
        await disclosure_bundle.fetch(installation.engine, desk.legal, request)
    assert installation.sql("SELECT COUNT(*) FROM disclosure_record") == [(0,)]


@pytest.mark.parametrize("when", ["before-approval", "before-fetch"])
async def test_who_was_erased_meanwhile_is_not_in_the_bundle(installation, desk, when):
    """§4.9: an erasure wins over a bundle that waits; the sheet says they are gone."""
    own = await installation.mori()
    await installation.give(await installation.join(), [("name", "Ren Other"), ("mail_address", "ren@example.jp")])
    request = await desk.record(MAIL, "ren@example.jp")
    if when == "before-fetch":
        await desk.answer(request)
    own = await installation.session(own.person_id)
    await erasure.intend_erasure(installation.engine, own)
    if when == "before-approval":
        await desk.answer(request)
    opened = await desk.open(request)
    assert [one["items"]["name"] for one in opened["records"]] == ["Ren Other"]
    outcomes = {(one["person"], one["item"]): one["outcome"] for one in opened["sheet"]["asked-against-released"]}
    assert outcomes[2, "name"] == "released"
    assert outcomes.get((1, "name"), "gone") == "gone"


async def test_the_board_says_kept(installation, desk):
    """§4.9 page: scope, entries and what was refused."""
    await installation.mori()
    await desk.answer(await desk.record())
    one = (await promise_board(installation.engine)).of("4.9")
    assert one.state is ClauseState.KEPT
    assert one.uses >= 1


class Console(Browser):
    """The staff's side."""

    async def be(self, login: str) -> Console:
        """Sign in as a member of staff."""
        self._client.base_url = "https://staff.example"
        self._client.headers["origin"] = "https://staff.example"
        self.cookies["__Host-kept_session"] = await sessions.start_demo_session(self.web.engine, login)
        return self

    async def send_file(self, path: str, content: bytes):
        """Send a file by a page's form."""
        await self.get(path.removesuffix("/paper"))
        return await self._ask("POST", path, data={"form_token": self._token}, files={"file": ("paper.pdf", content)})


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_pages_go_all_the_way(installation, desk, language):
    """§4.9 page: recorded, named, asked, approved, fetched; what is wrong comes back with what was typed."""
    await installation.mori()
    console = await Console(installation).be("hara")
    at = f"/{language}/legal"
    assert (await console.get(at)).status_code == 200
    page = (await console.get(at)).text
    assert 'type="radio"' in page
    assert "checked" not in page  # when the customer is told is chosen, never found chosen
    fields = {"authority": COURT, "reference": "invented 7", "ground": "warrant", "from": "2026-01-01", "to": "2026-12-31",
              "received": "2027-01-15", "due": "2027-01-25", "told": "at-once", "item": ["name", "fax"]}  # fmt: skip
    for wrong in ({"told": ""}, {"told": "sometime"}, {"authority": "another"}):
        refused = await console.post(at, **{**fields, "to": "2027-01-16", **wrong})
        assert refused.status_code == 422, wrong
        assert 'value="invented 7"' in refused.text
    gone = await console.post(at, **{**fields, "to": "2027-01-16"})
    assert gone.status_code == 303
    one = gone.headers["location"]
    assert (await console.post(one, step="person", mail_address="nobody@example.jp")).status_code in {404, 422}
    assert (await console.post(one, step="person", mail_address=MAIL)).status_code == 303
    assert (await console.send_file(f"{one}/paper", b"no paper")).status_code == 422
    assert (await console.send_file(f"{one}/paper", PAPER)).status_code == 303
    assert (await console.post(one, step="ask")).status_code == 303
    assert (await console.post(one, step="person", mail_address=MAIL)).status_code == 403
    assert (await console.post(one, step="other")).status_code == 422
    assert (await console.post(one, step="approve")).status_code == 403
    approver = await Console(installation).be("kato")
    assert 'value="approve"' not in (await approver.get(one)).text
    read = (await approver.post(one, step="read")).text
    assert 'value="approve"' in read
    for said in (COURT_TITLE, MAIL, "party-confirms", desk.key.public.hex()):
        assert said in read
    assert (await approver.post(one, step="paper")).content == PAPER
    await approver.post(one, step="read")
    assert (await approver.post(one, step="approve")).status_code == 303
    assert COURT_TITLE in (await console.get(one)).text
    raw = (await console.post(one, step="fetch")).content
    assert parse_bundle(raw, desk.key, installation.engine.sequencer.verifier)["records"][0]["items"] == {"name": NAME}
    await installation.staff("sato")
    support = await Console(installation).be("sato")
    assert (await support.get(at)).status_code == 403
    assert (await support.get(one)).status_code == 403


async def test_the_command_verifies_and_opens(tmp_path, capsys):
    """§4.9: `kept bundle open` is what the authority has."""
    installation = Installation(tmp_path)
    await installation.open()
    desk = await LegalDesk(installation).begin()
    await installation.mori()
    request = await desk.record()
    await desk.answer(request)
    (tmp_path / "bundle.json").write_bytes(await disclosure_bundle.fetch(installation.engine, desk.legal, request))
    write_key(tmp_path / "court.key", "recipient", desk.key.raw())
    line = ["bundle", "open", str(tmp_path / "bundle.json"), "--key", str(tmp_path / "court.key"), "--installation"]
    assert main([*line, str(installation.engine.sequencer.verifier)]) == 0
    assert json.loads(capsys.readouterr().out)["records"][0]["items"]["name"] == NAME
    assert main([*line, str(verifier_key("other.example", OpeningKey.new().public))]) == 3
    await installation.close()


async def test_nobody_names_people_under_a_colleagues_request(installation, desk):
    """§4.9, §5.2 breach: one who may approve puts people and a paper into another's request; it would stand as the other's."""
    await installation.mori()
    request = await disclosures.record(installation.engine, desk.legal, desk.terms())
    other = await installation.staff("both", ("legal", "privacy"))
    before = await installation.ledger()
    for act in (
        disclosures.name_person(installation.engine, other, request, criteria={"mail_address": MAIL}),
        disclosures.attach_paper(installation.engine, other, request, PAPER),
    ):
        with pytest.raises(DeniedError) as refused:
            await act
        assert (refused.value.reason, cited(refused.value)) == ("disclosure-recorder", "§4.9")
    assert await installation.ledger() == before, "nobody was looked for"
