"""§2.8: given on paper or by phone: entered by one, witnessed by another, told to the customer, who takes it all back."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import zipfile
from dataclasses import replace

import pytest
from asked import Browser
from cited import cited
from installation import MAIL, NAME, PHONE, second_version
from reaching import reach, text_of
from receiving import FILE
from second import read_and_approve

from kept import limits
from kept.errors import (
    ConflictError,
    DeniedError,
    InputError,
    LimitError,
    NotFoundError,
    SignInError,
    StoreError,
    SubmissionError,
)
from kept.policy.words import Exit
from kept.services.accounts import accounts, first_sign_in
from kept.services.cases import cases, witnessed_entry, witnessing
from kept.services.cases.witnessed_entry import Typed
from kept.services.engine.dispatchers import Opened, Waiting
from kept.services.engine.people import each_person
from kept.services.forms.receipts import receipts_of
from kept.services.gate.witnessed_form import code_of, first_code_of, holder_of, standing
from kept.services.messages import letters
from kept.services.messages.confirmations import confirm_by_link
from kept.services.messages.outbox import send_due
from kept.services.my_data import choices, corrections, disowning, erasure
from kept.services.my_data.own_data import own_data
from kept.services.my_data.portability import take_along
from kept.services.staff import activation
from kept.services.upkeep.routine import tidy
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio
EVERYBODY = FILE.replace("to:\n  interests:\n    - landscape\n    - seasons\n", "")
NEWS, NEWS_BY_POST = "information-for-you/mail/", "information-for-you/post/"
POSTAL = (
    b"      - mail_address\n      - postal_address\n      - phone\n      - fax\n      - prefecture",
    b"      - mail_address\n      - phone\n      - fax\n      - prefecture",
)
ADDRESS = "604-8001 京都市中京区木屋町通 1-2"


class PaperDesk:
    """One who enters, another who witnesses, and a shop that can write."""

    def __init__(self, installation) -> None:
        self.installation, self.engine = installation, installation.engine

    async def begin(self):
        """Hire two."""
        self.kato = await self.installation.staff("hana", ("privacy", "support"))
        self.ono = await self.installation.staff("ono", ("privacy",))
        return self

    def typed(self, **what) -> Typed:
        """A paper given today by a new customer, in English, unless a test says otherwise."""
        today = witnessed_entry.day_today(self.engine)
        paper = Typed("paper", "registration", 1, "en", today, fields=(("name", NAME), ("mail_address", MAIL)))
        return replace(paper, **what)

    async def enter(self, **what) -> str:
        """Enter it."""
        return await witnessing.enter(self.engine, self.kato, self.typed(**what))

    async def taken(self, **what) -> str:
        """Enter it, and let the other witness it."""
        form_id = await self.enter(**what)
        assert await read_and_approve(witnessing.WITNESSING, self.engine, self.ono, form_id) == "taken"
        return form_id

    async def case(self, mail: str = MAIL) -> str:
        """A case of who enters, which holds the customer of that address."""
        return (await self.installation.case(self.kato, mail=mail)).id

    async def owner(self, form_id: str):
        """A session of whom it is about."""
        return await self.installation.session(await holder_of(self.engine, form_id))

    async def acts(self, act: str):
        """Entries of an act, newest first."""
        return [one for one in await self.installation.ledger() if one.act == act]


@pytest.fixture
async def paper(installation):
    """A desk that takes papers and calls."""
    return await PaperDesk(installation).begin()


# -------------------------------------------------------------------- the normal way


@pytest.mark.parametrize(("how", "source"), [("paper", "witnessed-paper"), ("call", "witnessed-call")])
async def test_entered_witnessed_and_taken_in_under_the_notice_that_was_read(installation, paper, how, source):
    """§2.8 normal: the value says how it came, the choice whose word it is, the receipt who entered and who witnessed it."""
    form_id = await paper.enter(how=how, said={NEWS: "yes", "announcements/mail/": "no"})
    assert [one async for one in each_person(paper.engine.data)] == []  # nobody, and nothing, before the second saw it
    assert await read_and_approve(witnessing.WITNESSING, paper.engine, paper.ono, form_id) == "taken"
    own = await paper.owner(form_id)
    mine = await own_data(paper.engine, own)
    assert {(one.slot, one.source, one.point) for one in mine.held} == {
        ("name", source, "registration"), ("mail_address", source, "registration"),
    }  # fmt: skip
    form = (await standing(paper.engine, form_id)).form
    assert {one.notice_id for one in mine.held} == {form.notice_id}
    said = {(one.purpose, one.exit): (one.allow, one.by) for one in mine.state.choices}
    assert said == {
        ("information-for-you", None): (True, how),
        ("information-for-you", Exit.MAIL): (True, how),
        ("announcements", Exit.MAIL): (False, how),
    }
    (receipt,) = [one.record for one, kind, _ in await receipts_of(paper.engine, own) if kind == "witnessed"]
    assert receipt["dpv:hasNotice"]["text"].startswith("Before you give us anything.")
    event = receipt["event"][0]
    assert (event["entered by"], event["witnessed by"]) == (f"staff {paper.kato.actor}", f"staff {paper.ono.actor}")
    (entry,) = await paper.acts("staff:value:witness")
    with zipfile.ZipFile(io.BytesIO(await take_along(paper.engine, own, "en"))) as copy:
        kept = json.loads(copy.read("data.json"))
        assert {one["source"] for one in kept["items"]} == {source}
        assert {one["by"] for one in kept["choices"]} == {how}
        assert f"receipts/witnessed-{receipt['dct:identifier']}.jsonld" in copy.namelist()
    assert (entry.clause, entry.actor, dict(entry.facts)["witnessed-by"]) == (
        "2.8", paper.kato.actor, paper.ono.actor,
    )  # fmt: skip
    assert form.values == {}  # what was entered stands where every value stands, and nowhere else


async def test_an_existing_customer_is_found_through_a_case_and_nowhere_else(installation, paper):
    """§2.8, §5.2: the case is one of theirs, open, and holds somebody; the page has no other way to find anybody."""
    own = await installation.join()
    await installation.give(own, [("mail_address", MAIL)])
    form_id = await paper.taken(case=await paper.case(), fields=(("interests", "food"), ("interests", "city")))
    assert await holder_of(paper.engine, form_id) == own.person_id
    held = {one.slot: one.value for one in (await own_data(paper.engine, own)).held}
    assert set(held["interests"]) == {"food", "city"}
    empty = await cases.open_case(paper.engine, paper.kato, "contact")
    with pytest.raises(InputError) as refused:
        await paper.enter(case=empty.id)
    assert refused.value.reason == "case-empty"
    for other in ("0" * 32, (await installation.case(await installation.staff("abe"))).id):
        with pytest.raises(InputError) as refused:
            await paper.enter(case=other)
        assert refused.value.reason == "case-unknown"


async def test_a_paper_of_last_week_is_bound_to_the_notice_of_last_week(installation, paper):
    """§2.8, §4.1: the version in force on the day it was given, not today's; one that was not in force then is refused."""
    day = witnessed_entry.day_today(paper.engine)
    installation.wall.pass_(7 * limits.DAY)
    await activation.propose(paper.engine, second_version(), by="test")
    await activation.activate(paper.engine, await installation.staff("asker", ("privacy",)), 2)
    await read_and_approve(activation.ACTIVATION, paper.engine, await installation.staff("giver", ("privacy",)), "2")
    paper.kato, paper.ono = (
        await installation.staff("kato2", ("privacy",)),
        await installation.staff("ono2", ("privacy",)),
    )
    assert paper.engine.policy.policy.version == 2
    with pytest.raises(SubmissionError) as refused:
        await paper.enter(given_on=day, version=2)
    assert refused.value.reason == "notice-not-in-force"
    form_id = await paper.taken(given_on=day, version=1)
    notice = await paper.engine.notices.get((await standing(paper.engine, form_id)).form.notice_id)
    assert notice.version == 1
    with pytest.raises(SubmissionError):
        await paper.enter(given_on=day, version=7)


# -------------------------------------------------------------------- who may


async def test_one_alone_enters_nothing(installation, paper):
    """§2.8 breach: who entered it does not witness it, who lacks a right neither enters nor witnesses, and nothing is collected."""
    form_id = await paper.enter()
    with pytest.raises(DeniedError):
        await read_and_approve(witnessing.WITNESSING, paper.engine, paper.kato, form_id)
    support = await installation.staff("abe")
    for attempt in (
        read_and_approve(witnessing.WITNESSING, paper.engine, support, form_id),
        witnessing.enter(paper.engine, support, paper.typed()),
        witnessing.read(paper.engine, support, form_id),
        disowning.disown_by_post(paper.engine, support, form_id),
    ):
        with pytest.raises(DeniedError) as refused:
            await attempt
        assert cited(refused.value) == "§5.2"
    assert [one async for one in each_person(paper.engine.data)] == []


async def test_reading_what_waits_is_recorded_also_for_whom_it_is_about(installation, paper):
    """§2.8 evidence: entering, reading and taking in stand among the uses that the customer sees."""
    own = await installation.mori()
    form_id = await paper.enter(case=await paper.case(), fields=(("occupation", "teacher"),))
    shown = await witnessing.read(paper.engine, paper.ono, form_id)
    assert shown.form.values == {"occupation": "teacher"}
    await read_and_approve(witnessing.WITNESSING, paper.engine, paper.ono, form_id)
    acts = [line.account.act for line in (await own_data(paper.engine, own)).history.lines]
    assert {"staff:witnessed:enter", "staff:witnessed:read", "staff:value:witness"} <= set(acts)
    with pytest.raises(InputError):
        await witnessing.read(paper.engine, paper.ono, form_id)  # it is where every value is: through the gate


async def test_what_waits_is_sealed_and_ends(installation, paper):
    """§2.8, §5.5: nothing of it lies open in the database; unwitnessed it is gone after its time, with its approval."""
    await installation.mori()
    own_paper = await paper.enter()
    about_mori = await paper.enter(case=await paper.case(), fields=(("fax", "03-1234-5678"),))
    raw = installation.address.data.read_bytes() if hasattr(installation.address.data, "read_bytes") else b""
    assert NAME.encode() not in raw
    installation.wall.pass_(limits.WITNESSED_WAIT_SECONDS + 1)
    await tidy(paper.engine)
    for form_id in (own_paper, about_mori):
        with pytest.raises(InputError):
            await standing(paper.engine, form_id)
    assert installation.sql("SELECT status, length(sealed) FROM witnessed") == [("over", 0)] * 2
    assert installation.sql("SELECT COUNT(*) FROM witnessed_person") == [(0,)]


# -------------------------------------------------------------------- what stays undone


@pytest.mark.parametrize("undone", ["removed", "refused", "stopped", "withdrawn"])
@pytest.mark.parametrize("day_after", [0, 2])
async def test_an_older_paper_brings_nothing_back(installation, paper, undone, day_after):
    """§2.8 breach: what was removed, refused or stopped on the day it was given, or later, is not entered."""
    own, day = await installation.mori(), witnessed_entry.day_today(paper.engine)
    installation.wall.pass_(day_after * limits.DAY)
    own = await installation.session(own.person_id)
    what = {"case": "", "given_on": day, "fields": (("occupation", "teacher"),), "said": {NEWS: "yes"}}
    if undone == "removed":
        await corrections.remove_value(paper.engine, own, "phone")
        what |= {"fields": (("phone", PHONE),), "said": {}}
    elif undone == "refused":
        await choices.choose(paper.engine, own, "information-for-you", Exit.MAIL, allow=False)
    elif undone == "stopped":
        await choices.stop_use(paper.engine, own, "information-for-you", stop=True)
    else:
        await choices.choose(paper.engine, own, "information-for-you", None, allow=False)
    paper.kato = await installation.staff("kato3", ("privacy", "support"))
    refused = await _refused(paper, what | {"case": await _case(paper)})
    assert refused.reason in {"witnessed-removed", "witnessed-yes", "witnessed-stopped"}
    assert cited(refused) == "§2.8"
    assert installation.sql("SELECT COUNT(*) FROM witnessed") == [(0,)]


async def _refused(paper, what):
    with pytest.raises((SubmissionError, DeniedError)) as refused:
        await paper.enter(**what)
    return refused.value


async def _case(paper) -> str:
    try:
        return await paper.case()
    except NotFoundError:
        raise AssertionError("the customer is not found") from None


async def test_what_is_undone_between_the_entering_and_the_witnessing_stays_undone(installation, paper):
    """§2.8 breach: decided again when it is taken in; what was entered is gone, and the refusal stands in the record."""
    own = await installation.mori()
    form_id = await paper.enter(case=await paper.case(), fields=(("occupation", "teacher"),), said={NEWS: "yes"})
    await choices.choose(paper.engine, own, "information-for-you", Exit.MAIL, allow=False)
    assert await read_and_approve(witnessing.WITNESSING, paper.engine, paper.ono, form_id) == "refused"
    assert installation.sql("SELECT status, reason FROM witnessed") == [("refused", "witnessed-yes")]
    assert "occupation" not in {one.slot for one in (await own_data(paper.engine, own)).held}
    (entry,) = await paper.acts("staff:value:witness")
    assert entry.outcome == "refused"


async def test_who_is_erased_meanwhile_takes_what_waits_along(installation, paper):
    """§2.8: the paper of somebody who has themselves erased is unreadable at once, and its approval dies."""
    own = await installation.mori()
    form_id = await paper.enter(case=await paper.case(), fields=(("occupation", "teacher"),))
    seen = (await witnessing.read(paper.engine, paper.ono, form_id)).seen
    await erasure.intend_erasure(paper.engine, own)
    assert installation.sql("SELECT COUNT(*) FROM witnessed_person") == [(0,)]
    with pytest.raises(ConflictError) as refused:
        await witnessing.WITNESSING.approve(paper.engine, paper.ono, form_id, seen)
    assert refused.value.reason == "approval-dead"


async def test_nobody_witnesses_what_they_did_not_open(installation, paper):
    """§2.8 breach: without opening it, with the mark of somebody else's opening, and for another form: not witnessed."""
    await installation.mori()
    form_id, other = await paper.enter(), await paper.enter(fields=(("occupation", "teacher"),))
    marks = ["", (await witnessing.read(paper.engine, paper.kato, form_id)).seen]
    marks.append((await witnessing.read(paper.engine, paper.ono, other)).seen)
    for seen in marks:
        with pytest.raises(ConflictError) as refused:
            await witnessing.WITNESSING.approve(paper.engine, paper.ono, form_id, seen)
        assert refused.value.reason == "approval-unread"


async def test_a_filled_item_and_a_choice_of_their_own_stand(installation, paper):
    """§2.8 breach: a paper replaces no value, and the customer's own later yes is not turned by a no on it."""
    own = await installation.mori()
    refused = await _refused(paper, {"case": await paper.case(), "fields": (("name", "Somebody Else"),)})
    assert refused.reason == "slot-filled"
    await paper.taken(case=await paper.case(), fields=(), said={NEWS: "no"})
    choice = (await paper.engine.people.load(own.person_id)).state.choice("information-for-you", Exit.MAIL)
    assert (choice.allow, choice.by) == (True, "self")


# -------------------------------------------------------------------- what is refused as everywhere


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"fields": (("name", "123456789018"),)}, "individual-number"),
        ({"fields": (("name", "番号は123456789018です"),)}, "individual-number"),
        ({"fields": (("postal_address", "1 2 3 4 5 6 7 8 9 0 1 8"),)}, "individual-number"),
        ({"fields": (("blood_type", "A"),)}, "field-undeclared"),
        ({"fields": (("member_number", "1"),)}, "field-undeclared"),
        ({"fields": (("name", "A"), ("name", "B"))}, "field-twice"),
        ({"fields": (("interests", "weapons"),)}, "value-options"),
        ({"said": {"picture-club//picture-club": "yes"}}, "choice-unknown"),
        ({"said": {"contact/mail/": "yes"}}, "choice-unknown"),
        ({"said": {NEWS: "perhaps"}}, "choice-unknown"),
        ({"fields": (), "said": {}}, "witnessed-empty"),
        ({"point": "sweepstake"}, "point-unknown"),
        ({"point": "nowhere"}, "point-unknown"),
        ({"language": "de"}, "language-not-offered"),
        ({"how": "fax"}, "witnessed-way"),
        ({"given_on": "2099-01-01"}, "witnessed-day"),
        ({"given_on": "yesterday"}, "witnessed-day"),
        ({"version": 0}, "notice-not-in-force"),
    ],
)
async def test_refused_as_on_every_form(installation, paper, what, reason):
    """§1.1, §2.2, §2.3, §2.8 breach: nothing the form does not ask, no Individual Number, no third party, no other day."""
    with pytest.raises((InputError, SubmissionError)) as refused:
        await paper.enter(**what)
    assert refused.value.reason == reason
    assert installation.sql("SELECT COUNT(*) FROM witnessed") == [(0,)]


# -------------------------------------------------------------------- what the customer is told


async def test_the_address_is_unconfirmed_and_its_message_says_who_entered_it(installation, paper, desk):
    """§2.8, §4.4: one message that asks, says that staff entered it, and carries the code that takes it back; nothing else."""
    form_id = await paper.taken(said={NEWS: "yes"})
    assert await desk.sent(EVERYBODY) == {("not-chosen", "unconfirmed"): 1}
    (mail,) = desk.box.received
    assert "our staff entered it for you" in " ".join(mail.text.split())
    assert code_of(paper.engine, form_id) in mail.text.replace(" ", "").replace("\n", "")
    assert NAME not in mail.message.as_string()
    await confirm_by_link(paper.engine, mail.link("w").rsplit("/", 1)[1], lifts=False)
    assert ("sent", "") in await desk.sent(EVERYBODY.replace("id: ", "id: later-"))
    why = (await Browser(installation).get(desk.box.received[-1].link("w"))).text
    assert ("Given on paper, entered by staff" in why, "You agreed on" in why) == (True, False)


async def test_where_only_a_postal_address_was_given_a_letter_goes(installation, paper):
    """§2.8: by the way they gave: the letter names items and purposes, no value but the address in its window."""
    reach(installation)
    form_id = await paper.taken(
        fields=(("postal_address", ADDRESS), ("occupation", "teacher")), said={NEWS_BY_POST: "yes"}
    )
    await send_due(paper.engine)
    support = await installation.staff("abe")
    (run,) = await letters.waiting_runs(paper.engine, support)
    text = text_of((await letters.fetch(paper.engine, support, run.purpose, run.origin, run.origin_id)).pdf)
    assert code_of(paper.engine, form_id) in text.replace(" ", "").replace("\n", "")
    assert "Occupation" in text
    assert "teacher" not in text


async def test_who_gave_no_new_address_is_told_where_they_are_known(installation, paper, desk):
    """§2.8: an existing customer learns of a paper in their name by the address they confirmed."""
    await installation.mori()
    form_id = await paper.taken(case=await paper.case(), fields=(("occupation", "teacher"),))
    await send_due(paper.engine)
    (mail,) = desk.box.received
    assert (mail.recipient, "on paper" in mail.message["Subject"]) == (MAIL, True)
    assert code_of(paper.engine, form_id) in mail.text.replace(" ", "").replace("\n", "")


# -------------------------------------------------------------------- not me


async def test_disowned_on_my_data_everything_goes_and_stays_gone(installation, paper):
    """§2.8: values go for good, each yes is the customer's own no, it is recorded, and staff enter it no more."""
    own = await installation.mori()
    said = {"announcements/mail/": "yes"}
    case = await paper.case()
    form_id = await paper.taken(case=case, fields=(("occupation", "teacher"),), said=said)
    ((held_key,),) = installation.sql("SELECT key_id FROM value WHERE slot = 'occupation'")
    await disowning.disown(paper.engine, own, form_id)
    mine = await own_data(paper.engine, own)
    assert "occupation" not in {one.slot for one in mine.held}
    assert {one.slot for one in mine.held} == {"name", "mail_address", "phone", "interests"}
    for way in (None, Exit.MAIL):
        choice = mine.state.choice("announcements", way)
        assert (choice.allow, choice.by) == (False, "self")
    assert not [one for one in mine.state.grants if one.purpose == "announcements"]
    assert mine.state.choice("information-for-you", Exit.MAIL).allow  # their own yes is not touched
    assert held_key not in {one for (one,) in installation.sql("SELECT key_id FROM value")}
    (entry,) = await paper.acts("actor:witnessed:disown")
    assert (entry.clause, entry.kind, dict(entry.facts)["by"]) == ("2.8", "own", "my-data")
    assert (await _refused(paper, {"case": case, "fields": (("occupation", "teacher"),)})).reason == "witnessed-removed"
    assert (await _refused(paper, {"case": case, "fields": (), "said": said})).reason == "witnessed-yes"
    with pytest.raises(InputError):
        await disowning.disown(paper.engine, own, form_id)


async def test_nobody_disowns_what_is_somebody_elses(installation, paper):
    """§2.8 breach: another customer's form, one that waits, another code: nothing happens."""
    await installation.mori()
    form_id = await paper.taken(case=await paper.case(), fields=(("occupation", "teacher"),))
    waits = await paper.enter(fields=(("occupation", "student"),))
    other = await installation.join()
    for wrong in (form_id, waits, "0" * 32):
        with pytest.raises(InputError):
            await disowning.disown(paper.engine, other, wrong)
    for code in ("", "AAAA AAAA AAAA AAAA", code_of(paper.engine, waits), form_id):
        assert not await disowning.disown_by_code(paper.engine, code)
    assert (await standing(paper.engine, form_id)).status == "taken"


@pytest.mark.parametrize("by", ["code", "post"])
async def test_a_new_account_that_was_not_theirs_goes_as_a_whole(installation, paper, by):
    """§2.8: who never came here is not held here: by the code of the message, typed as people type, or by post."""
    form_id = await paper.taken(said={NEWS: "yes"})
    if by == "code":
        code = code_of(paper.engine, form_id)
        assert await disowning.disown_by_code(paper.engine, f" {code[:8].lower()}-{code[8:]} ")
    else:
        await disowning.disown_by_post(paper.engine, paper.ono, form_id)
    assert [one async for one in each_person(paper.engine.data)] == []
    assert installation.sql("SELECT status FROM witnessed") == [("disowned",)]
    (entry,) = await paper.acts("actor:witnessed:disown")
    assert entry.kind == {"code": "own", "post": "staff"}[by]
    assert await disowning.disown_by_code(paper.engine, code_of(paper.engine, form_id))  # it is so already
    assert len(await paper.acts("actor:witnessed:disown")) == 1


@pytest.mark.parametrize("writes", range(6))
async def test_a_kill_while_it_is_taken_back_leaves_no_empty_account(installation, paper, writes):
    """§5.6: whoever says again that it was not them has nothing left here; no account without a way in stays behind."""
    form_id = await paper.taken(said={NEWS: "yes"})
    code = code_of(paper.engine, form_id)
    installation.stop_after(writes)
    with contextlib.suppress(StoreError):
        await disowning.disown_by_code(paper.engine, code)
    await installation.close(integrate=False)
    await installation.open()
    assert await disowning.disown_by_code(installation.engine, code)
    assert [one async for one in each_person(installation.engine.data)] == []


async def test_what_they_made_their_own_stays(installation, paper):
    """§2.8: a value the customer corrected since is theirs, not the paper's."""
    own = await installation.mori()
    form_id = await paper.taken(case=await paper.case(), fields=(("occupation", "teacher"), ("prefecture", "kyoto")))
    await corrections.correct(paper.engine, own, "occupation", "designer", expected_version=1)
    await disowning.disown(paper.engine, own, form_id)
    held = {one.slot: one.value for one in (await own_data(paper.engine, own)).held}
    assert (held["occupation"], "prefecture" in held) == ("designer", False)


async def test_what_was_changed_past_kept_is_found_and_not_taken_in(installation, paper):
    """§5.3: a waiting paper, a witness made up by hand and one about a customer are each named by `kept verify`."""
    await installation.mori()
    nobodys = await paper.enter()
    about = await paper.taken(case=await paper.case(), fields=(("occupation", "teacher"),))
    assert not (await verify_installation(paper.engine)).problems
    installation.ours("UPDATE witnessed SET status = 'seen', witness = X'00' WHERE form_id = ?", nobodys)
    installation.sql("UPDATE witnessed_person SET sealed = X'00' WHERE form_id = ?", about)
    found = (await verify_installation(paper.engine)).problems
    assert [one.split(":")[0] for one in found if one.startswith("paper")] == [
        f"paper {one[:16]}" for one in (about, nobodys)
    ]
    assert await witnessing.take_in(paper.engine, nobodys) == "refused"
    assert len([one async for one in each_person(paper.engine.data)]) == 1


async def test_one_that_does_not_hold_keeps_nobody_else_waiting(installation, paper):
    """§5.3 breach: a paper is changed past Kept before its customer is told; the other is told, and the minute's work goes on."""
    assert not paper.engine.dispatchers  # nothing carries a message yet: both are taken in, and nobody is told
    forms = sorted([await paper.taken(), await paper.taken(fields=(("name", NAME), ("mail_address", "b@example.jp")))])
    installation.sql("UPDATE witnessed_person SET sealed = X'00' WHERE form_id = ?", forms[0])
    reach(installation)
    await tidy(paper.engine)
    assert installation.sql("SELECT form_id, status FROM witnessed ORDER BY form_id") == [
        (forms[0], "telling"), (forms[1], "taken"),
    ]  # fmt: skip


@pytest.mark.parametrize("writes", range(1, 12))
async def test_a_kill_between_the_witness_and_the_taking_in_loses_nothing(installation, paper, writes):
    """§5.6: what was witnessed is taken in at the next start, once, for one person, and they are told of it once."""
    reach(installation)
    form_id = await paper.enter(fields=(("name", NAME), ("postal_address", ADDRESS)), said={NEWS_BY_POST: "yes"})
    seen = (await witnessing.read(paper.engine, paper.ono, form_id)).seen
    installation.stop_after(writes)
    with contextlib.suppress(StoreError):
        await witnessing.WITNESSING.approve(paper.engine, paper.ono, form_id, seen)
    await installation.close(integrate=False)
    await installation.open()
    reach(installation)
    for _ in range(2):
        await tidy(installation.engine)
        assert installation.sql("SELECT status FROM witnessed") == [("taken",)]
        assert len([one async for one in each_person(installation.engine.data)]) == 1
        assert installation.sql("SELECT COUNT(*) FROM outbox WHERE origin = 'witnessed'") == [(1,)], "told, once"


async def _witnessed(paper, **what) -> str:
    """A form that was witnessed, and that nobody took in yet, as after a kill."""
    form_id = await paper.enter(**what)

    async def killed(*_):
        return None

    await read_and_approve(replace(witnessing.WITNESSING, then=killed), paper.engine, paper.ono, form_id)
    return form_id


async def test_taken_in_twice_at_once_opens_one_account(installation, paper):
    """§5.6 breach: who approves and the minute's work take the same paper in; one person comes of it."""
    form_id = await _witnessed(paper)
    done = await asyncio.gather(*(witnessing.take_in(paper.engine, form_id) for _ in range(3)))
    assert set(done) <= {"taken", "seen"}
    assert await witnessing.take_in(paper.engine, form_id) == "taken"
    assert len([one async for one in each_person(paper.engine.data)]) == 1
    assert installation.sql("SELECT COUNT(*) FROM witnessed_person") == [(1,)]


async def test_somebody_faster_does_not_destroy_what_was_witnessed(installation, paper, monkeypatch):
    """§5.6: a customer whose state keeps moving is no refusal of their paper: it is taken in the next minute."""
    await installation.mori()
    form_id = await _witnessed(paper, case=await paper.case(), fields=(("occupation", "teacher"),))

    async def moving(*_, **__):
        raise ConflictError("somebody else keeps changing the same person", reason="moved")

    with monkeypatch.context() as patched:
        patched.setattr(witnessing, "change_person", moving)
        assert await witnessing.take_in(paper.engine, form_id) == "seen"
    await tidy(paper.engine)
    assert (await standing(paper.engine, form_id)).status == "taken"


async def test_what_the_policy_asks_for_no_more_is_not_taken_in(installation, paper):
    """§2.2 breach: between the entering and the witnessing a version comes that does not ask for an item of the paper."""
    form_id = await _witnessed(paper, fields=(("name", NAME), ("postal_address", ADDRESS)))
    await activation.propose(paper.engine, second_version(POSTAL), by="test")
    await activation.activate(paper.engine, await installation.staff("asker", ("privacy",)), 2)
    await read_and_approve(activation.ACTIVATION, paper.engine, await installation.staff("giver", ("privacy",)), "2")
    assert await witnessing.take_in(paper.engine, form_id) == "refused"
    assert installation.sql("SELECT status, reason FROM witnessed") == [("refused", "field-undeclared")]
    assert [one async for one in each_person(paper.engine.data)] == []


async def test_no_more_than_so_many_a_day(installation, paper, monkeypatch):
    """§5.2: one member of staff enters so many within a day."""
    monkeypatch.setattr(limits, "WITNESSED_A_DAY", 2)
    for _ in range(2):
        await paper.enter()
    with pytest.raises(LimitError):
        await paper.enter()
    assert await accounts.session_of(paper.engine, "nobody") is None


@pytest.mark.parametrize("why", ["a language the policy dropped", "a rule of the state", "somebody faster"])
async def test_what_is_turned_down_leaves_no_account(installation, paper, monkeypatch, why):
    """§2.8, §1.1 breach: witnessed, and refused as it is taken in: no account, no key, no token, and the list says why."""
    form_id = await paper.enter()
    if why == "a language the policy dropped":
        policy = paper.engine.policy.policy
        monkeypatch.setattr(accounts, "first_state", lambda *_: accounts._language(paper.engine, "de"))
        monkeypatch.setattr(witnessing, "first_state", accounts.first_state)
        assert "de" not in policy.languages
    elif why == "a rule of the state":

        def refuse(*_, **__):
            raise SubmissionError("no", reason="slot-given")

        monkeypatch.setattr(witnessing.change, "fill", refuse)
    else:
        write = witnessing.write_change

        async def slow(engine, *taking, **how):
            await engine.data.write(lambda tx: witnessing._end(tx, form_id, "seen", "over", "", 9.0))
            return await write(engine, *taking, **how)

        monkeypatch.setattr(witnessing, "write_change", slow)
    became = await read_and_approve(witnessing.WITNESSING, paper.engine, paper.ono, form_id)
    assert became == ("over" if why == "somebody faster" else "refused")
    for table, part in (("state", "data"), ("person_key", "keys"), ("index_token", "keys")):
        assert installation.sql(f"SELECT COUNT(*) FROM {table}", part=part) == [(0,)], table  # noqa: S608 -- three fixed words
    assert not [one for one in await installation.ledger() if one.act == "customer:account:open"]
    assert [one.status for one in await witnessing.lines(paper.engine)] == [became]
    assert (await paper.engine.data.one(witnessing.sql.WitnessedGet, form_id=form_id)).sealed == b""


# -------------------------------------------------------------------- the first sign-in


async def told(installation, paper, **what):
    """A new customer's paper, and the mail that told of it: the form, and the code in that mail."""
    mail, _ = reach(installation)
    form_id = await paper.taken(**what)
    await send_due(paper.engine)
    text = mail.sent[-1][2].words.text
    code = next((line for line in text.splitlines() if len(line.replace(" ", "")) == 24), "")
    return form_id, code


async def test_who_gave_a_paper_signs_in_by_the_code_of_the_message(installation, paper):
    """§2.8 normal: the mail carries a code; with the name they gave it opens the account once, and they see what is held."""
    form_id, code = await told(installation, paper)
    site = Browser(installation)
    await site.get("/en/first-sign-in")
    asked = await site.sent("/en/first-sign-in", code=code.lower())
    assert (asked.status_code, "Name" in asked.text, NAME in asked.text) == (200, True, False)
    plain = code.replace(" ", "")
    issued = await site.sent(
        f"/en/first-sign-in/{plain}", known=" hanako  canary-mori", password="ten green bottles hanging"
    )
    assert "Your account is open" in issued.text
    assert NAME in (await site.get("/en/my-data")).text
    entry = (await paper.acts("customer:account:sign-in-first"))[0]
    assert dict(entry.facts) == {"form": form_id}
    again = await Browser(installation).get(f"/en/first-sign-in/{plain}")
    assert again.status_code == 404
    own = await paper.owner(form_id)
    name = await accounts.login_name_of(paper.engine, own.person_id)
    assert await accounts.sign_in_with_password(paper.engine, name, "ten green bottles hanging") == own.person_id


async def test_the_code_alone_lets_no_stranger_in(installation, paper):
    """§2.8, §5.5 breach: who got the mail by mistake, holds the code that takes back, or guesses, learns and opens nothing."""
    form_id, code = await told(installation, paper)
    assert await first_sign_in.question_of(paper.engine, code) == "name"
    tries = {
        "no name": (code, ""), "another name": (code, "Taro Yamada"),
        "the code that takes back": (code_of(paper.engine, form_id), NAME),
        "one letter off": (code[:-1] + ("A" if code[-1] != "A" else "B"), NAME), "nothing": ("", NAME), "longer": (code + "A", NAME),
    }  # fmt: skip
    for what, (typed, known) in tries.items():
        with pytest.raises(SignInError) as refused:
            await first_sign_in.sign_in_first(paper.engine, typed, known, "ten green bottles hanging")
        assert refused.value.reason == "first-code-wrong", what
    site = Browser(installation)
    await site.get("/en/first-sign-in")
    plain = code.replace(" ", "")
    for _ in range(limits.ACCOUNT_TRIES):
        await site.post(f"/en/first-sign-in/{plain}", known="Taro Yamada", password="")
    assert (await site.post(f"/en/first-sign-in/{plain}", known=NAME, password="")).status_code == 429
    await disowning.disown_by_code(paper.engine, code)
    assert await first_sign_in.question_of(paper.engine, code) is None


async def test_two_windows_sign_in_first_once(installation, paper):
    """§2.8 breach: the code is typed in two windows at the same moment: one account, one set of codes."""
    _, code = await told(installation, paper)
    came = await asyncio.gather(
        *(first_sign_in.sign_in_first(paper.engine, code, NAME, "") for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in came) == ["Issued", "SignInError"]


@pytest.mark.parametrize("whose", ["a call", "a customer's"])
async def test_no_code_where_somebody_else_would_know_it_or_there_is_an_account(installation, paper, whose):
    """§2.8 breach: a call is read out by staff, and carries no code; a customer who signs in already gets none either."""
    if whose == "a call":
        reach(installation)
        await paper.taken(fields=(("name", NAME), ("phone", PHONE)))
        at = paper.engine.clock.now()
        (row,) = await paper.engine.data.all(witnessing.sql.OutboxDue, at=at, limit=9)
        waiting = Waiting(row.person_id, row.message_id, row.origin, row.origin_id, row.purpose, Exit.PHONE, "", 0)
        compose = await paper.engine.origins[row.origin].compose(waiting)
        said = compose(await paper.engine.people.load(row.person_id), Opened("", ""))
        assert ("/not-me" in said.text, "first-sign-in" in said.text) == (True, False)
    else:
        own = await installation.mori()
        form_id, code = await told(installation, paper, case=await paper.case(), fields=(("occupation", "teacher"),))
        assert (code, await holder_of(paper.engine, form_id)) == ("", own.person_id)
        assert await first_sign_in.question_of(paper.engine, first_code_of(paper.engine, form_id)) is None


async def test_where_the_address_is_all_they_gave_the_code_is_enough(installation, paper):
    """§2.8: nothing else is known that could be asked; a passkey is added afterwards, so no password is needed."""
    _, code = await told(installation, paper, fields=(("mail_address", MAIL),))
    assert await first_sign_in.question_of(paper.engine, code) == ""
    issued = await first_sign_in.sign_in_first(paper.engine, code, "")
    assert (len(issued.recovery_codes), issued.login_name != "") == (limits.RECOVERY_CODES, True)
