"""§2.9: another company may give what its customer agreed to: one signed file, a statement each, the rest in quarantine."""

from __future__ import annotations

import base64
import contextlib
import json
import re

import pytest
from asked import CONSOLE, Browser
from cited import cited
from installation import MAIL, NAME, PHONE
from receiving import FILE
from registered import COURT_TITLE, asked, registered

from kept.crypto.signature import SigningKey, new_seed
from kept.door.staff import Staff
from kept.errors import DeniedError, InputError, KeptError, MalformedError, NoteError, StoreError
from kept.guarantees.board import promise_board
from kept.policy.day import moment
from kept.policy.words import ClauseState, Exit, Source
from kept.services.accounts import accounts
from kept.services.cases import cases
from kept.services.engine.record import operator
from kept.services.forms.collection import keep_notice
from kept.services.forms.receipts import receipts_of
from kept.services.messages.outbox import send_due
from kept.services.my_data import choices, erasure
from kept.services.my_data.corrections import remove_value
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions
from kept.services.third_parties import intake
from kept.services.third_parties.intake_file import sign_file
from kept.services.upkeep.verification import verify_installation
from kept.store import sql

pytestmark = pytest.mark.anyio
FRIENDS = "photo-friends"
DAY = 86400.0


class Partner:
    """Another company, its key, and the notice of ours it shows."""

    def __init__(self, installation) -> None:
        self.installation, self.key = installation, SigningKey(new_seed())

    async def begin(self):
        """Register, and learn the notice."""
        await registered(self.installation, "partner", FRIENDS, self.key.public)
        self.notice = (await keep_notice(self.installation.engine, "registration", "", "en")).id
        return self

    def now(self, ago: float = 0.0) -> str:
        """A moment as statements have it."""
        return moment(self.installation.engine.clock.now() - ago)

    async def login(self, own) -> str:
        """The login name this installation issued to somebody."""
        return await accounts.login_name_of(self.installation.engine, own.person_id)

    def record(self, login_name: str, values=None, **changed):
        """One record; *changed* changes its statement."""
        given = values if values is not None else {"name": NAME, "mail_address": MAIL}
        statement = {
            "notice": self.notice, "to": "Photolibrary", "given": self.now(), "how": "form",
            "items": list(given), "choices": [], **changed,
        }  # fmt: skip
        return {"login_name": login_name, "items": given, "statement": statement}

    def file(self, *records, key=None, name=FRIENDS) -> bytes:
        """A signed file."""
        return sign_file(list(records), name, key or self.key, self.installation.engine.clock.now())

    async def give(self, *records):
        """Sign records and have them taken in."""
        return await intake.take_in(self.installation.engine, self.file(*records), by=operator("test"))


@pytest.fixture
async def partner(installation):
    """A registered partner."""
    return await Partner(installation).begin()


async def test_what_was_agreed_is_taken_and_says_where_it_came_from(installation, partner):
    """§2.9 normal: values under the notice shown, source and receipt record; the person sees them at once."""
    own = await installation.join()
    made = await partner.give(partner.record(await partner.login(own), choices=["information-for-you/mail/"]))
    assert made.reasons == {"taken": 1}
    mine = await own_data(installation.engine, own)
    assert {one.slot: one.value for one in mine.held} == {"name": NAME, "mail_address": MAIL}
    assert {one.source for one in mine.held} == {Source.PARTNER.value}
    assert {one.notice_id for one in mine.held} == {partner.notice}
    assert "information-for-you" not in mine.held[0].purposes, "that they agreed is the partner's word"
    receipt, kind, _ = (await receipts_of(installation.engine, own))[0]
    assert kind == "partner"
    assert receipt.record["dct:conformsTo"] == "jp-appi-30"
    assert receipt.record["received from"] == FRIENDS
    agreed = moment(mine.held[0].given_at)
    assert receipt.record["how it was acquired"] == {"from": "the person", "by": "form", "agreed": agreed}
    assert (receipt.record["stated by"], receipt.record["confirmed by the person"]) == (COURT_TITLE, False)
    entry = next(one for one in await installation.ledger() if one.act == "partner:value:take-in")
    assert (entry.clause, entry.items, dict(entry.facts)["partner"]) == ("2.9", ("name", "mail_address"), FRIENDS)


async def test_what_was_taken_in_verifies(installation, partner):
    """§2.9 and §5.3: the receipt of what another company gave is one of the installation's own; verification raises no false alarm."""
    made = await partner.give(partner.record(await partner.login(await installation.join())))
    assert made.reasons == {"taken": 1}
    await installation.engine.sequencer.integrate()
    assert (await verify_installation(installation.engine)).problems == []


async def test_it_serves_what_its_notice_bound_and_nothing_else(installation, partner):
    """§4.1: contact opens it as it would a value given here; a purpose without its tick does not."""
    own = await installation.join()
    await partner.give(partner.record(await partner.login(own)))
    session = await installation.staff()
    await installation.give(own, [("phone", PHONE)])
    case = await cases.open_case(installation.engine, session, "contact")
    case = await cases.find_in_case(installation.engine, session, case.id, {"phone": PHONE})
    card = await cases.open_item(installation.engine, session, case.id, "name")
    with card["name"].open(Exit.SCREEN) as value:
        assert value == NAME
    held = (await own_data(installation.engine, own)).held
    assert "information-for-you" not in held[0].purposes


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"statement": None}, "statement-missing"),
        ({"to": "Somebody else"}, "statement-incomplete"),
        ({"how": "rumour"}, "statement-incomplete"),
        ({"given": "2099-01-01T00:00:00Z"}, "statement-incomplete"),
        ({"given": "yesterday"}, "statement-incomplete"),
        ({"items": ["name"]}, "statement-items"),
        ({"notice": "0" * 64}, "notice-unknown"),
        ({"choices": ["picture-club//picture-club"]}, "statement-recipient"),
        ({"choices": ["contact/mail/"]}, "choice-unknown"),
    ],
)
async def test_without_a_sound_statement_it_waits_sealed(installation, partner, changed, reason):
    """§2.9 breach: each flaw of a statement is named; the record is sealed apart, and opens for nothing."""
    own = await installation.join()
    record = partner.record(await partner.login(own), **{k: v for k, v in changed.items() if k != "statement"})
    if "statement" in changed:
        record["statement"] = None
    made = await partner.give(record)
    assert made.reasons == {reason: 1}
    assert (await own_data(installation.engine, own)).held == ()
    entry = next(one for one in await installation.ledger() if one.act == "system:intake:quarantine")
    assert (entry.outcome, entry.clause, dict(entry.facts)["reason"]) == ("refused", "2.9", reason)
    rows = await installation.engine.data.all(sql.IntakeRecords, intake_id=made.id)
    assert NAME.encode() not in bytes(rows[0][3])
    assert MAIL.encode() not in bytes(rows[0][3])


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ({"shoe_size": "43"}, "field-undeclared"),
        ({"individual_number": "123456789018"}, "field-undeclared"),
        ({"name": "123456789018"}, "individual-number"),
        ({"mail_address": "not an address"}, "value-email"),
        ({"name": "x" * 3000}, "value-long"),
        ({"interests": ("landscape", "yachts")}, "value-options"),
        ({}, "statement-items"),
    ],
)
async def test_an_item_we_would_not_take_from_the_person_is_not_taken_from_a_partner(
    installation, partner, items, reason
):
    """§2.2 breach: undeclared, unacceptable or never collected: quarantined, whoever signs it."""
    own = await installation.join()
    made = await partner.give(partner.record(await partner.login(own), items))
    assert [one for one in made.reasons if reason in one]
    assert (await own_data(installation.engine, own)).held == ()


async def test_it_replaces_nothing_and_lifts_no_no(installation, partner):
    """§2.8 breach: what the person gave stays; their own no outlives a partner's yes."""
    own = await installation.mori()
    made = await partner.give(partner.record(await partner.login(own), {"name": "Another Name"}))
    assert made.reasons == {"slot-filled": 1}
    other = await installation.join()
    await choices.choose(installation.engine, other, "information-for-you", Exit.MAIL, allow=False)
    await choices.choose(installation.engine, other, "information-for-you", None, allow=False)
    await partner.give(partner.record(await partner.login(other), choices=["information-for-you/mail/"]))
    state = (await installation.engine.people.load(other.person_id)).state
    assert not state.choice("information-for-you", None).allow
    assert not state.choice("information-for-you", Exit.MAIL).allow
    held = {one.slot: one for one in (await own_data(installation.engine, other)).held}
    assert "information-for-you" not in held["mail_address"].purposes


@pytest.mark.parametrize("flaw", ["other key", "changed", "other name", "not a file", "unknown field", "too large"])
async def test_a_file_its_partner_did_not_sign_is_refused_whole(installation, partner, flaw):
    """§2.9 breach: forged, changed, unregistered or malformed: nothing is taken, and the ledger says so."""
    own = await installation.join()
    record = partner.record(await partner.login(own))
    file = partner.file(record)
    outer = json.loads(file)
    if flaw == "other key":
        file = partner.file(record, key=SigningKey(new_seed()))
    elif flaw == "changed":
        payload = base64.b64decode(outer["payload"]).replace(NAME.encode(), b"Somebody")
        file = json.dumps(outer | {"payload": base64.b64encode(payload).decode()}).encode()
    elif flaw == "other name":
        file = partner.file(record, name="strangers")
    elif flaw == "not a file":
        file = b"[" * 100_000
    elif flaw == "unknown field":
        payload = base64.b64decode(outer["payload"]).replace(b'{"partner"', b'{"trust":true,"partner"')
        file = json.dumps(outer | {"payload": base64.b64encode(payload).decode()}).encode()
    else:
        file = b" " * 8_000_001
    with pytest.raises((NoteError, InputError, MalformedError)) as refused:
        await intake.take_in(installation.engine, file, by=operator("test"))
    assert cited(refused.value) == "§2.9"
    assert NAME not in str(refused.value)
    assert (await own_data(installation.engine, own)).held == ()
    assert await intake.all_intakes(installation.engine) == []
    if flaw in {"other key", "changed", "other name"}:
        entry = next(one for one in await installation.ledger() if one.act == "actor:intake:begin")
        assert entry.outcome == "refused"


async def test_the_same_file_again_doubles_nothing(installation, partner):
    """§5.6: a file is known by what was signed; what was taken is not taken again."""
    own = await installation.join()
    file = partner.file(partner.record(await partner.login(own)), partner.record("nobody-here"))
    for _ in range(2):
        made = await intake.take_in(installation.engine, file, by=operator("test"))
        assert made.reasons == {"person-unknown": 1, "taken": 1}
    assert len(await intake.all_intakes(installation.engine)) == 1
    assert len([one for one in await installation.ledger() if one.act == "partner:value:take-in"]) == 1
    assert len([one for one in await installation.ledger() if one.act == "system:intake:quarantine"]) == 1


@pytest.mark.parametrize("writes", range(1, 9))
async def test_a_kill_in_the_middle_of_importing_goes_on(installation, partner, writes):
    """§5.6: killed after any write, the same file finishes what it began: every record once, nothing lost."""
    people = [await installation.join() for _ in range(3)]
    file = partner.file(*[partner.record(await partner.login(own)) for own in people])
    left = installation.stop_after(writes)
    with contextlib.suppress(StoreError):  # the last of them are too many writes to be killed by
        await intake.take_in(installation.engine, file, by=operator("test"))
    left[0] = 10_000
    made = await intake.take_in(installation.engine, file, by=operator("test"))
    assert made.reasons == {"taken": 3}
    for own in people:
        assert {one.slot for one in (await own_data(installation.engine, own)).held} == {"name", "mail_address"}
        assert len(await receipts_of(installation.engine, own)) == 1


async def test_quarantine_is_tried_again_and_ends(installation, partner):
    """§2.9: what the partner mends is taken later; what nobody mends is destroyed after thirty days, unread."""
    own = await installation.mori()
    login = await partner.login(own)
    made = await partner.give(
        partner.record(login, {"fax": "03-1234-5678", "name": "Another"}), partner.record("nobody")
    )
    assert made.reasons == {"person-unknown": 1, "slot-filled": 1}
    await remove_value(installation.engine, own, "name")
    assert (await intake.try_again(installation.engine, made.id)).reasons == {"person-unknown": 1, "taken": 1}
    installation.wall.pass_(29 * DAY)
    installation.engine.clock.confirm_leap()
    assert await intake.end_quarantine(installation.engine) == 0
    installation.wall.pass_(2 * DAY)
    assert await intake.end_quarantine(installation.engine) == 1
    assert (await intake.intake_of(installation.engine, made.id)).reasons == {"quarantine-over": 1, "taken": 1}
    assert (await intake.try_again(installation.engine, made.id)).reasons == {"quarantine-over": 1, "taken": 1}


async def test_an_erased_person_is_not_brought_back(installation, partner):
    """§0.1 breach: a partner's file names somebody who was erased: nobody of that name is here."""
    own = await installation.join()
    login = await partner.login(own)
    await erasure.intend_erasure(installation.engine, own)
    assert (await partner.give(partner.record(login))).reasons == {"person-unknown": 1}


async def test_the_pages_say_it(installation, partner):
    """§2.9 page: the console shows file and reasons, my data the source; a role without the right takes nothing in."""
    own = await installation.join()
    file = partner.file(partner.record(await partner.login(own)), partner.record("nobody"))
    await installation.staff("kato", ("privacy",))
    desk = Browser(installation, at=CONSOLE)
    desk.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "kato")
    page = (await desk.get("/en/intake")).text
    token = page.split('name="form_token" value="')[1].split('"')[0]
    sent = await desk._ask("POST", "/en/intake", data={"form_token": token}, files={"file": ("f.json", file)})
    assert sent.status_code == 303
    page = (await desk.get("/en/intake")).text
    assert "nobody here has that login name" in page
    assert NAME not in page
    made = re.search(r'action="(/en/intake/[^"]+)"', page)[1]
    assert (await desk.post(made)).headers["location"] == "/en/intake"
    wrong = await desk._ask("POST", "/en/intake", data={"form_token": token}, files={"file": ("f.json", b"{}")})
    assert wrong.status_code == 422
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    assert f"{COURT_TITLE} says you agreed on" in (await browser.get("/en/my-data")).text
    assert (
        "Record of what another company gave, and says you agreed to"
        in (await browser.get("/en/my-data/receipts")).text
    )
    await installation.staff("sato", ("support",))
    desk.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "sato")
    assert (await desk.get("/en/intake")).status_code == 403
    with pytest.raises(DeniedError):
        (await installation.staff("ueda", ("support",))).require(installation.engine, "witness")


async def test_the_board_says_kept(installation):
    """§2.9: declared and operated."""
    board = await promise_board(installation.engine)
    assert board.of("2.9").state is ClauseState.KEPT


async def test_a_name_or_key_that_is_none_is_not_registered(installation):
    """§2.9 breach: what cannot be a name or a key is refused."""
    for name, key, reason in (
        ("Photo Friends", b"k" * 32, "party-terms"),
        ("friends", b"short", "party-key"),
        ("", b"k" * 32, "party-terms"),
    ):
        with pytest.raises(KeptError) as refused:
            await asked(installation, "partner", name, key)
        assert (refused.value.reason, cited(refused.value)) == (reason, "§2.9")


@pytest.mark.parametrize("title", ["Photolibrary", "ＰＨＯＴＯＬＩＢＲＡＲＹ", " Photo Library ", "ﾌｫﾄﾗｲﾌﾞﾗﾘ"])
async def test_nobody_is_registered_under_our_own_name(installation, title):
    """§2.9 breach: *Photolibrary says you agreed*: a partner that is called as we are would speak with our voice."""
    with pytest.raises(InputError) as refused:
        await asked(installation, "partner", "friends", b"k" * 32, title=title)
    assert (refused.value.reason, cited(refused.value)) == ("party-other", "§2.9")
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause) == ("staff:party:ask", "refused", "2.9")


async def test_a_program_takes_it_in_for_staff_as_their_page_does(installation, partner):
    """§2.9: by the door: the file, what is in quarantine and why, trying again; the entry names who took it in."""
    own = await installation.join()
    await installation.staff("kato", ("privacy",))
    staff = Staff(installation.engine, await sessions.start_demo_session(installation.engine, "kato"))
    made = await staff.take_in(partner.file(partner.record(await partner.login(own)), partner.record("nobody")))
    assert made.reasons == {"person-unknown": 1, "taken": 1}
    assert [one.id for one in await staff.all_intakes()] == [made.id]
    assert (await staff.try_intake_again(made.id)).reasons == (await staff.intake(made.id)).reasons == made.reasons
    assert [one.name for one in await staff.all_parties()] == [FRIENDS]
    entry = next(one for one in await installation.ledger() if one.act == "actor:intake:begin")
    assert entry.kind == "staff"


async def test_an_address_a_partner_gave_reaches_nobody_before_its_owner_confirmed_it(installation, desk):
    """§2.9, §4.4 breach: a statement with a yes lifts no stop; the owner is asked by one message, as for any other address."""
    engine, partner, own = installation.engine, await Partner(installation).begin(), await installation.join()
    gone = await installation.mori()
    await erasure.intend_erasure(engine, gone, never_write=True)
    yes = ["information-for-you/mail/"]
    await partner.give(partner.record(await partner.login(own), {"mail_address": MAIL.upper()}, choices=yes))
    other = await installation.join()
    await partner.give(partner.record(await partner.login(other), {"mail_address": "sato@example.jp"}, choices=yes))
    await send_due(engine)
    assert [(one.recipient, "Is this yours?" in one.message["Subject"]) for one in desk.box.received] == [
        ("sato@example.jp", True)
    ]
    assert await desk.sent(FILE[: FILE.index("to:")]) == {("not-chosen", "stated"): 2}
    assert installation.sql("SELECT reason FROM stop_list WHERE channel = 'mail'") == [("asked",)]
