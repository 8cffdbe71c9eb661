"""§0.1 The rights desk (APPI Art. 32 to 35): asked by the person, by letter or by an agent; decided, answered in time, recorded."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile

import pytest
from asked import Browser
from cited import cited
from installation import MAIL, NAME, PHONE, second_version
from reaching import reach
from second import read_and_approve, read_and_give
from writing_letters import answered, approved, asked_second, came, checked, granted

from kept import limits
from kept.errors import ConflictError, DeniedError, InputError, KeptError, SignInError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.day import begin_of, day_of
from kept.policy.words import ClauseState, Exit, Source
from kept.services.cases import cases
from kept.services.engine.entry import parse_person_part
from kept.services.gate import canaries
from kept.services.gate.history import history_of, proof_of
from kept.services.gate.own_session import Own
from kept.services.messages.outbox import send_due
from kept.services.my_data import (
    choices,
    corrections,
    erasure,
    own_requests,
    rights_answers,
    rights_decisions,
    rights_paper,
    rights_requests,
)
from kept.services.my_data.own_data import own_data
from kept.services.my_data.rights_requests import Asked, Letter
from kept.services.staff import activation
from kept.services.upkeep import approvals
from kept.services.upkeep.canary_planting import plant
from kept_verify.__main__ import main as kept_verify

pytestmark = pytest.mark.anyio
PAPER = b"%PDF-1.7 a power of attorney"
ADDRESS = "604-8001 京都市中京区"


@pytest.fixture
async def desk(installation):
    """Who answers requests."""
    return await installation.staff("kato", ("privacy",))


@pytest.fixture
async def second(installation):
    """Who approves."""
    return await installation.staff("ono", ("privacy",))


def files(packed):
    """The files of an answer."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_a_copy_by_post_is_the_one_a_person_takes_along(installation, desk, second, tmp_path):
    """By post comes the same bundle as *take along*, with the letter, and a mark of who made it; it proves itself as that does."""
    await installation.mori()
    await installation.engine.sequencer.integrate()
    made = await answered(installation, desk, await approved(installation, desk, second, "disclosure"))
    (tmp_path / "answer.zip").write_bytes(made.content)
    assert kept_verify([str(tmp_path / "answer.zip"), "--key", str(installation.engine.sequencer.verifier)]) == 0
    found = files(made.content)
    assert {
        "data.json",
        "data.schema.json",
        "tables/items.csv",
        "tables/uses.csv",
        "readable.html",
        "entries.chain",
        "answer.html",
    } <= set(found)
    held = {one["item"]: one["value"] for one in json.loads(found["data.json"])["items"]}
    assert (held["mail_address"], held["name"]) == (MAIL, NAME)
    assert json.loads(found["answer.json"])["mark"]["by"] == desk.actor


async def test_an_overdue_request_turns_the_board(installation, desk):
    """The day is the policy's: a second later the clause is not kept, until somebody answers."""
    await installation.mori()
    request = await came(installation, desk, "purposes")

    async def state():
        return (await promise_board(installation.engine)).of("0.1").parts

    def ours(parts):
        return next(one for one in parts if one.part.id == "requests-in-time")

    assert ours(await state()).state is ClauseState.KEPT
    installation.wall.pass_(14 * limits.DAY + 1)
    late = ours(await state())
    assert (late.state, late.values) == (ClauseState.NOT_KEPT_YET, {"n": 1})
    (line,) = (await rights_requests.requests(installation.engine)).overdue
    assert line.id == request
    await checked(installation, desk, request)
    await granted(installation, desk, request)
    await answered(installation, desk, request)
    assert ours(await state()).state is ClauseState.KEPT


async def test_found_by_name_and_address_and_corrected(installation, desk, second):
    """A letter carries name and address: it finds, at this desk alone; what it corrects shows as given by paper, and no more."""
    own = await installation.mori()
    await installation.give(own, [("postal_address", ADDRESS)])
    letter = {"name": NAME.replace(" ", "　"), "postal_address": ADDRESS}
    asked = ("correction", "phone", ("075-111-2222",))
    request = await approved(installation, desk, second, asked, criteria=letter)
    before = (await installation.engine.people.load(own.person_id)).state
    await answered(installation, desk, request)
    after = (await installation.engine.people.load(own.person_id)).state
    assert after.slots["phone"].source is Source.WITNESSED_PAPER
    assert (after.choices, after.grants) == (before.choices, before.grants)
    held = {one.slot: one.value for one in (await own_data(installation.engine, own)).held}
    assert held["phone"] == "075-111-2222"
    support = await installation.staff()
    with pytest.raises(SubmissionError) as refused:
        await cases.find_in_case(
            installation.engine, support, (await cases.open_case(installation.engine, support, "contact")).id, letter
        )
    assert refused.value.reason == "not-findable"
    line = next(one for one in await installation.ledger() if one.act == "customer:value:correct")
    assert (line.kind, line.actor, line.purpose) == ("staff", desk.actor, "rights-request")


async def test_noes_by_post_are_noes_and_never_a_yes(installation, desk):
    """Withdrawal, objection, stop of use and of provision need one person; the customer can take them back, no letter can."""
    own = await installation.mori()
    request = await came(
        installation, desk, ("withdrawal", "information-for-you"), ("stop-provision", "picture-club"),
        ("objection", "feedback"), ("stop-use", "contact"),
    )  # fmt: skip
    await checked(installation, desk, request)
    await granted(installation, desk, request)
    await answered(installation, desk, request)
    state = (await installation.engine.people.load(own.person_id)).state
    said = {(one.purpose, one.exit): (one.allow, one.by) for one in state.choices}
    assert said["information-for-you", None] == said["feedback", None] == (False, "paper")
    assert said["picture-club", Exit.PROVISION] == (False, "paper")
    assert "contact" in state.stops
    letter = Own(own.person_id, b"", own.signed_in_at, own.expires_at, source=Source.WITNESSED_PAPER)
    with pytest.raises(DeniedError):
        await choices.choose(installation.engine, letter, "information-for-you", None, allow=True)
    await choices.choose(installation.engine, own, "information-for-you", None, allow=True)


@pytest.mark.parametrize(
    "asked",
    [
        ("objection", "information-for-you"), ("withdrawal", "contact"), ("stop-provision", "contact"),
        ("stop-use", "rights-request"),
        ("stop-use", "legal-disclosure"), ("correction", "member_number", ("1",)), ("removal", "shoe_size"), ("resume", "contact"),
        ("correction", "mail_address", ("not an address",)), ("addition", "occupation", ("astronaut",)),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused_at_once(installation, desk, asked):
    """Breach: a kind, an item, a use or a value that does not fit is no request."""
    await installation.mori()
    with pytest.raises((InputError, SubmissionError)):
        await came(installation, desk, asked)
    assert installation.sql("SELECT COUNT(*) FROM rights_request") == [(0,)]


async def test_an_addition_answers_to_a_notice_they_saw(installation, desk, second):
    """What was left empty on a form they saw is added under its notice, with no consent; what no notice named is not."""
    own = await installation.mori()
    await answered(
        installation, desk, await approved(installation, desk, second, ("addition", "postal_address", (ADDRESS,)))
    )
    state = (await installation.engine.people.load(own.person_id)).state
    assert state.slots["postal_address"].notice_id == state.slots["name"].notice_id
    assert not any("postal_address" in one.slots for one in state.grants)
    stranger = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await corrections.add(installation.engine, stranger, "name", "Somebody")
    assert refused.value.reason == "addition-unseen"


async def test_nothing_held_is_an_answer_and_tells_no_stranger(installation, desk):
    """Nobody found: recorded, answered, nothing of the letter kept; who has not shown who they are reads one and the same answer."""
    await installation.mori()
    nobody = {"mail_address": "nobody.at.all@example.jp"}
    request = await came(installation, desk, "disclosure", criteria=nobody, note="a secret note")
    assert not (await rights_requests.request_of(installation.engine, request)).found
    with pytest.raises(InputError):
        await answered(installation, desk, request)
    await checked(installation, desk, request)
    made = await answered(installation, desk, request)
    assert made.outcome == "nothing held"
    assert b"hold nothing about you" in made.content
    for path in installation.folder.rglob("*.db*"):
        assert b"secret note" not in path.read_bytes()
    letters = []
    for criteria in (nobody, None):
        other = await came(installation, desk, "disclosure", criteria=criteria, language="ja")
        text = (await rights_answers.answer_unshown(installation.engine, desk, other)).content.decode()
        number = (await rights_requests.request_of(installation.engine, other)).number
        letters.append(re.sub(r"識別：[0-9a-f]+", "", text.replace(f"第{number}号", "")))
    assert letters[0] == letters[1]
    acts = [
        dict(one.facts).get("outcome")
        for one in await installation.ledger()
        if one.act == "staff:rights-request:finish"
    ]
    assert acts.count("identity not shown") == 2
    assert acts.count("nothing held") == 1


async def test_nothing_held_is_never_said_of_somebody_who_is_here(installation, desk):
    """Breach: who is being erased is not found, and the desk still cannot say that nothing is held."""
    own = await installation.mori()
    await erasure.intend_erasure(installation.engine, own, grace_seconds=limits.DAY)
    request = await came(installation, desk, "disclosure")
    await checked(installation, desk, request)
    with pytest.raises(InputError) as refused:
        await answered(installation, desk, request)
    assert refused.value.reason == "rights-unseen"
    await erasure.undo_erasure(installation.engine, own)
    request = await came(installation, desk, "disclosure")
    await checked(installation, desk, request)
    with pytest.raises(InputError) as refused:
        await rights_decisions.decide(installation.engine, desk, request, 0, "nothing held")
    assert refused.value.reason == "rights-held"


async def test_a_d_from_before_the_erasing_leaves_no_request_open(installation, desk):
    """Breach: D comes back from before the person was erased; their request is closed again, and is never overdue."""
    own = await installation.mori()
    request = await came(installation, desk, "disclosure")
    tables = ("state", "rights_request_person", "rights_request")
    rows = {one: installation.sql(f"SELECT * FROM {one}") for one in tables}  # noqa: S608 -- our own tables
    await erasure.intend_erasure(installation.engine, own)
    installation.sql("DELETE FROM rights_request")
    for table, them in rows.items():
        for row in them:
            installation.sql(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", *row)  # noqa: S608 -- our own tables
    assert await erasure.remove_returned(installation.engine) == 1
    assert (await rights_requests.request_of(installation.engine, request)).outcome == "erased meanwhile"


async def test_an_agent_needs_a_paper_and_two_people(installation, desk, second):
    """Even a no by an agent: authority recorded, paper sealed and read on record, a second approves; the person sees who asked."""
    own = await installation.mori()
    with pytest.raises(InputError):
        await came(installation, desk, "purposes", agent="Attorney Abe")
    request = await came(installation, desk, ("stop-use", "contact"), agent="Attorney Abe", authority="lawyer")
    with pytest.raises(InputError) as refused:
        await checked(installation, desk, request)
    assert refused.value.reason == "paper-missing"
    with pytest.raises(InputError):
        await rights_paper.attach_paper(installation.engine, desk, request, b"<html>")
    await rights_paper.attach_paper(installation.engine, desk, request, PAPER)
    await checked(installation, desk, request)
    await granted(installation, desk, request)
    with pytest.raises(DeniedError) as alone:
        await answered(installation, desk, request)
    assert alone.value.reason == "second-approver"
    await rights_decisions.ask_approval(installation.engine, desk, request)
    assert await rights_paper.open_paper(installation.engine, second, request) == PAPER
    await read_and_approve(rights_decisions.ANSWERING, installation.engine, second, request)
    await answered(installation, desk, request)
    for path in installation.folder.rglob("*.db*"):
        assert b"Attorney Abe" not in path.read_bytes()
        assert PAPER not in path.read_bytes()
    (mine,) = await own_requests.requests_of(installation.engine, own)
    assert mine.record.agent.name == "Attorney Abe"
    acts = [line.account.act for line in (await own_data(installation.engine, own)).history.lines]
    assert acts.count("staff:rights-request:read") == 2  # the paper, and the request before it was approved
    support = await installation.staff()
    with pytest.raises(DeniedError):
        await rights_paper.open_paper(installation.engine, support, request)


async def test_a_refusal_in_part_is_on_a_declared_ground(installation, desk, second):
    """What is left out is in no file of the answer, which names it and why; a ground nobody declared refuses nothing."""
    await installation.mori()
    request = await came(installation, desk, "disclosure", ("correction", "name", ("Canary Mori",)))
    await checked(installation, desk, request, "identity document copy", ("name",))
    engine = installation.engine
    for ground in ("", "inconvenient"):
        with pytest.raises(InputError) as refused:
            await rights_decisions.decide(engine, desk, request, 1, "refused", ground)
        assert refused.value.reason == "rights-ground"
    await rights_decisions.decide(engine, desk, request, 0, "granted")
    await rights_decisions.withhold(engine, desk, request, 0, "phone", "harms-others")
    await rights_decisions.decide(engine, desk, request, 1, "refused", "not-wrong")
    await rights_decisions.ask_approval(engine, desk, request)
    with pytest.raises(ConflictError):
        await rights_decisions.decide(engine, desk, request, 1, "granted")
    await read_and_approve(rights_decisions.ANSWERING, engine, second, request)
    made = await answered(installation, desk, request)
    found = files(made.content)
    assert made.outcome == "answered in part"
    assert not any(PHONE.encode() in content for content in found.values())
    assert MAIL.encode() in found["data.json"]
    assert "Phone number, because: it would harm" in found["answer.html"].decode()
    assert "what we hold is correct" in found["answer.html"].decode()


@pytest.mark.parametrize("kind", ["correction", "removal"])
async def test_a_letter_never_undoes_what_they_changed_since(installation, desk, second, kind):
    """Breach: the person corrects the value after the letter came; the letter is then overtaken, and says so."""
    own = await installation.mori()
    asked = (kind, "phone", ("03-9999-0000",) if kind == "correction" else ())
    request = await approved(installation, desk, second, asked)
    await corrections.correct(installation.engine, own, "phone", "075-333-4444", expected_version=1)
    made = await answered(installation, desk, request)
    assert "you changed this yourself" in files(made.content)["answer.html"].decode()
    held = {one.slot: one.value for one in (await own_data(installation.engine, own)).held}
    assert held["phone"] == "075-333-4444"


@pytest.mark.parametrize("kind", ["correction", "removal", "addition"])
async def test_a_kill_half_way_is_not_said_to_be_their_doing(installation, desk, second, monkeypatch, kind):
    """Breach: a kill comes right after the value was written; the answer goes on, and does not say that they did it."""
    own = await installation.mori()
    item = "postal_address" if kind == "addition" else "phone"
    value = {"correction": ("03-9999-0000",), "addition": (ADDRESS,)}.get(kind, ())
    request = await approved(installation, desk, second, (kind, item, value))

    async def kill(*_, **__):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(corrections, "ask_about_new", kill)
        patched.setattr(
            rights_answers, "load", _once_then(rights_answers.load, kill) if kind == "removal" else rights_answers.load
        )
        with pytest.raises(RuntimeError):
            await answered(installation, desk, request)
    installation.wall.pass_(limits.MINUTE + 1)
    made = await answered(installation, desk, request)
    assert made.outcome == "answered"
    assert "you changed this yourself" not in files(made.content)["answer.html"].decode()
    assert ("phone" in (await installation.engine.people.load(own.person_id)).state.slots) == (kind != "removal")


def _once_then(load, kill):
    """Answer twice, as it is, and then no more."""
    calls = []

    async def loading(*given):
        calls.append(1)
        return await (load if len(calls) < 3 else kill)(*given)

    return loading


async def test_what_cannot_be_carried_out_is_decided_anew(installation, desk):
    """Breach: an item no notice named is granted; the request is not stuck with it, and is answered when that is refused."""
    stranger = await installation.join()
    asked = ("addition", "name", ("Somebody",))
    request = await own_requests.ask(installation.engine, stranger, [Asked(*asked)])
    await granted(installation, desk, request)
    with pytest.raises(SubmissionError):
        await answered(installation, desk, request)
    found = await rights_requests.request_of(installation.engine, request)
    assert (found.status, found.parts[0].outcome, found.steps[-1].what) == ("checked", "", "undone")
    await rights_decisions.decide(installation.engine, desk, request, 0, "refused", "not-wrong")
    assert (await answered(installation, desk, request)).outcome == "refused"


async def test_a_letter_never_undoes_a_later_yes(installation, desk):
    """Breach: after the letter with a no came, the person said yes themselves; theirs stands, and the answer says so."""
    own = await installation.mori()
    request = await came(installation, desk, ("withdrawal", "information-for-you"))
    await checked(installation, desk, request)
    await granted(installation, desk, request)
    installation.wall.pass_(1)
    await choices.choose(installation.engine, own, "information-for-you", None, allow=True)
    made = await answered(installation, desk, request)
    assert "you changed this yourself" in files(made.content)["answer.html"].decode()
    assert (await installation.engine.people.load(own.person_id)).state.choice("information-for-you", None).allow


async def test_records_of_provision_and_purposes_on_paper(installation, desk, second):
    """Both are told on one page that prints, in the language asked for."""
    await installation.mori()
    request = await came(installation, desk, "purposes", "provision-records", format="paper", language="ja")
    await checked(installation, desk, request)
    await rights_decisions.decide(installation.engine, desk, request, 0, "granted")
    await rights_decisions.decide(installation.engine, desk, request, 1, "granted")
    await rights_decisions.ask_approval(installation.engine, desk, request)
    await read_and_approve(rights_decisions.ANSWERING, installation.engine, second, request)
    made = await answered(installation, desk, request)
    assert made.media_type == "text/html"
    text = made.content.decode()
    assert "項目ごとの利用目的" in text
    assert "お名前" in text or "氏名" in text
    assert "広告メール" in text or "consent" in text


async def test_the_person_asks_sees_each_step_and_fetches(installation, desk):
    """On my data: asked signed in, decided by staff, each step seen; the answer is theirs alone, with a fresh sign-in."""
    own = await installation.mori()
    engine = installation.engine
    asked = [Asked("disclosure"), Asked("removal", "phone")]
    request = await own_requests.ask(engine, own, asked, Letter(note="please hurry"))
    await granted(installation, desk, request)
    with pytest.raises(InputError):
        await rights_answers.fetch(engine, own, request)
    made = await answered(installation, desk, request)
    assert made.content == b""
    (mine,) = await own_requests.requests_of(engine, own)
    assert [one.what for one in mine.record.steps][:2] == ["received", "checked"]
    assert mine.request.outcome == "answered"
    held = json.loads(files((await rights_answers.fetch(engine, own, request)).content)["data.json"])["items"]
    assert "phone" not in {one["item"] for one in held}
    with pytest.raises(InputError):
        await rights_answers.fetch(engine, await installation.join(), request)
    installation.wall.pass_(limits.FRESH_SIGN_IN_SECONDS + 1)
    for attempt in (rights_answers.fetch(engine, own, request), own_requests.ask(engine, own, asked)):
        with pytest.raises(SignInError):
            await attempt


async def test_each_line_of_a_request_counts_those_before_it(installation, desk):
    """§5.3: asked, looked at, answered and fetched: whoever holds one of these proofs sees whether an earlier line was left out."""
    own = await installation.mori()
    request = await own_answered(installation, desk, own)
    await rights_answers.fetch(installation.engine, await installation.session(own.person_id), request)
    await installation.engine.sequencer.integrate()
    lines = (await history_of(installation.engine, own.person_id)).lines
    asked = [one for one in lines if ":rights-request:" in one.account.act]
    assert {one.account.act.rpartition(":")[2] for one in asked} == {"ask", "step", "finish", "fetch"}
    for one in asked:
        part = parse_person_part((await proof_of(installation.engine, own, one.entry_id)).opening.person.plaintext)
        assert 0 < part.entries < one.number, one.account.act


async def test_nobody_else_answers_requests(installation, desk):
    """Breach: support opens, reads, decides and answers nothing; the one who asks for a second is no second."""
    await installation.mori()
    request = await asked_second(installation, desk, "disclosure")
    support, engine = await installation.staff(), installation.engine
    attempts = (
        came(installation, support, "purposes"),
        rights_requests.read_request(engine, support, request),
        rights_decisions.decide(engine, support, request, 0, "granted"),
        rights_answers.answer(engine, support, request),
        rights_answers.answer_unshown(engine, support, request),
        read_and_approve(rights_decisions.ANSWERING, engine, desk, request),
        answered(installation, desk, request),
    )
    for attempt in attempts:
        with pytest.raises(DeniedError):
            await attempt


async def test_a_record_put_in_anothers_place_does_not_open(installation, desk):
    """Breach by whoever writes the database: what one letter says is not what another says."""
    await installation.mori()
    one = await came(installation, desk, "disclosure")
    other = await came(installation, desk, "erasure")
    sealed = installation.sql("SELECT sealed FROM rights_request_person WHERE request_id = ?", other)[0][0]
    installation.sql("UPDATE rights_request_person SET sealed = ? WHERE request_id = ?", sealed, one)
    with pytest.raises(KeptError):
        await rights_requests.request_of(installation.engine, one)


async def test_erasing_oneself_ends_ones_requests(installation, desk):
    """An open request of somebody who is gone is closed with that, and turns no board; what it said is gone."""
    own = await installation.mori()
    request = await came(installation, desk, "purposes")
    await rights_paper.attach_paper(installation.engine, desk, request, PAPER)
    await erasure.intend_erasure(installation.engine, own)
    found = await rights_requests.request_of(installation.engine, request)
    assert (found.status, found.outcome, found.parts) == ("finished", "erased meanwhile", ())
    assert installation.sql("SELECT COUNT(*) FROM rights_request_paper") == [(0,)]
    with pytest.raises(InputError) as refused:
        await answered(installation, desk, request)
    assert refused.value.reason == "rights-erased"


async def test_a_letter_about_a_canary_is_an_alarm(installation, desk, second):
    """Breach by staff: a letter that nobody wrote, about somebody nobody has a reason to ask for."""
    await plant(installation.engine, {"mail_address": "heron@example.jp", "name": "Heron"}, by="test")
    request = await approved(installation, desk, second, "disclosure", criteria={"mail_address": "heron@example.jp"})
    await answered(installation, desk, request)
    assert await canaries.standing_alarms(installation.engine) >= 1


async def test_a_fee_is_told_before_it_is_due(installation, desk, second):
    """A declared fee: not due before it was told, nothing answered before it is paid or waived; for other rights none."""
    own = await installation.mori()
    engine = installation.engine
    fee = b"rights:\n  fee:\n    amount: 300\n    currency: JPY\n    for:\n      - disclosure\n      - purposes\n"
    await activation.propose(engine, second_version((b"rights:\n", fee)), by="test")
    await activation.activate(engine, desk, 2)
    await read_and_give(engine, second, (await approvals.waiting(engine, second))[0].id)
    request = await came(installation, desk, "purposes")
    await checked(installation, desk, request)
    await granted(installation, desk, request)
    for early in ("paid", "told twice"):
        with pytest.raises(InputError):
            await rights_decisions.note_fee(engine, desk, request, early)
    with pytest.raises(InputError) as due:
        await answered(installation, desk, request)
    assert due.value.reason == "rights-fee"
    await rights_decisions.note_fee(engine, desk, request, "told")
    with pytest.raises(InputError):
        await answered(installation, desk, request)
    await rights_decisions.note_fee(engine, desk, request, "paid")
    assert b"300 JPY" in files((await answered(installation, desk, request)).content)["answer.html"]
    free = await came(installation, desk, ("stop-use", "contact"))
    assert (await rights_requests.request_of(engine, free)).fee == ""
    browser = Browser(installation)
    await browser.sign_in(own)
    assert "300 JPY" in (await browser.get("/en/my-data/requests")).text


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_pages(installation, language):
    """A customer asks and fetches on their page; overdue and open stand apart on the console."""
    own = await installation.mori()
    browser = Browser(installation)
    await browser.sign_in(own)
    at = f"/{language}/my-data/requests"
    assert at in (await browser.get(f"/{language}/my-data")).text
    page = (await browser.get(at)).text
    assert "JPY" not in page
    refused = await browser.post(at, kind="correction", target="phone", value="no number", format="electronic")
    assert refused.status_code == 422
    sent = await browser.post(at, kind="removal", target="phone", format="paper", note="")
    assert (sent.status_code, sent.headers["location"]) == (303, at)
    desk = await installation.staff("kato", ("privacy",))
    ((line,)) = (await rights_requests.requests(installation.engine)).open
    await granted(installation, desk, line.id)
    await answered(installation, desk, line.id)
    await browser.get(at)
    made = await browser.post(f"{at}/{line.id}")
    assert (made.status_code, made.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "attachment" in made.headers["content-disposition"]


async def test_a_copy_on_paper_is_one_page(installation, desk, second):
    """On paper the letter and the readable copy are one page that prints, in the language asked for."""
    await installation.mori()
    request = await approved(installation, desk, second, "disclosure", format="paper", language="ja")
    made = await answered(installation, desk, request)
    text = made.content.decode()
    assert (made.media_type, text.count("<html"), text.count("</body>")) == ("text/html", 1, 1)
    assert NAME in text
    assert "ご請求のとおりにいたしました" in text


async def test_an_answer_stopped_half_way_goes_on(installation, desk, second, monkeypatch):
    """A kill between two parts: nobody else begins at once; a minute later the rest is carried out, what was done is not again."""
    own = await installation.mori()
    request = await approved(installation, desk, second, ("removal", "phone"), ("correction", "name", ("Mori Hanako",)))

    async def killed(*_, **__):
        raise RuntimeError("killed")

    with monkeypatch.context() as half:
        half.setattr(corrections, "correct", killed)
        with pytest.raises(RuntimeError):
            await answered(installation, desk, request)
    with pytest.raises(ConflictError):
        await answered(installation, second, request)
    installation.wall.pass_(limits.MINUTE + 1)
    assert (await answered(installation, desk, request)).outcome == "answered"
    held = {one.slot: one.value for one in (await own_data(installation.engine, own)).held}
    assert (held["name"], "phone" in held) == ("Mori Hanako", False)
    acts = [one.act for one in await installation.ledger()]
    assert acts.count("customer:value:remove") == 1


async def test_no_case_answers_nobody(installation):
    """§0.1, §5.2 breach: the officer looks at whatever is held of a customer who asked nothing, in a case of their own."""
    await installation.mori()
    desk = await installation.staff("kato", ("privacy",))
    with pytest.raises(DeniedError) as refused:
        await cases.open_case(installation.engine, desk, "rights-request")
    assert (refused.value.reason, cited(refused.value)) == ("rights-case", "§0.1")
    newest = await installation.newest()
    assert (newest.act, newest.outcome, newest.clause) == ("staff:case:open", "refused", "0.1")


@pytest.mark.parametrize("ends", ["answered", "unshown"])
async def test_once_answered_nobody_looks_any_more(installation, ends):
    """§0.1, §5.2 breach: the request is answered, and its case would be good for weeks to come."""
    await installation.mori()
    desk, engine = await installation.staff("kato", ("privacy",)), installation.engine
    request = await came(installation, desk, "purposes")
    case = (await rights_requests.request_of(engine, request)).case_id
    await cases.open_item(engine, desk, case, "name")
    if ends == "answered":
        await checked(installation, desk, request)
        await granted(installation, desk, request)
        await answered(installation, desk, request)
    else:
        await rights_answers.answer_unshown(engine, desk, request)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(engine, desk, case, "name")
    assert refused.value.reason == "case-over"


async def test_many_windows_ask_no_more_than_one(installation):
    """§0.1 breach: twelve windows that ask the desk at the same moment leave as many requests open as one window may."""
    own = await installation.join()
    at_once = (own_requests.ask(installation.engine, own, [Asked("disclosure")]) for _ in range(12))
    answers = await asyncio.gather(*at_once, return_exceptions=True)
    assert sum(isinstance(one, InputError) for one in answers) == 12 - limits.RIGHTS_REQUESTS_OPEN
    assert len(await own_requests.requests_of(installation.engine, own)) == limits.RIGHTS_REQUESTS_OPEN


async def test_a_letter_that_fits_two_people_leaves_no_case(installation, desk):
    """§0.1, §5.2 breach: a letter that names nobody clearly is no request, and the case it began with ends with the refusal."""
    for _ in range(2):
        await installation.mori()
    with pytest.raises(InputError) as refused:
        await came(installation, desk, "disclosure")
    assert refused.value.reason == "ambiguous"
    (case,) = await cases.cases_of(installation.engine, desk)
    with pytest.raises(DeniedError) as over:
        await cases.find_in_case(installation.engine, desk, case.id, {"name": NAME})
    assert (case.closed, over.value.reason) == (True, "case-over")


# -------------------------------------------------------------------- told by the way they asked, from the day it came


async def own_answered(installation, desk, own, **letter):
    """A request of their own, granted in part, and answered."""
    asked = await own_requests.ask(installation.engine, own, [Asked("purposes"), Asked("disclosure")], Letter(**letter))
    for place, how in enumerate(("granted", "refused")):
        ground = "hinders-work" if how == "refused" else ""
        await rights_decisions.decide(installation.engine, desk, asked, place, how, ground)
    await rights_answers.answer(installation.engine, desk, asked)
    return asked


@pytest.mark.parametrize(
    ("confirmed", "wanted", "way"),
    [(True, "electronic", "mail"), (False, "electronic", "post"), (True, "paper", "post")],
)
async def test_an_answer_reaches_who_asked(installation, desk, confirmed, wanted, way):
    """§0.1: what was decided goes by mail to a confirmed address, else by letter, as a service notice; no value stands in it."""
    mail, _ = reach(installation)
    own = await installation.join()
    give = installation.give if confirmed else installation.give_only
    await give(own, [("name", NAME), ("mail_address", MAIL), ("postal_address", ADDRESS)])
    request = await own_answered(installation, desk, own, format=wanted)
    found = "SELECT origin_id, channel, purpose FROM outbox WHERE origin = 'rights-answer'"
    assert installation.sql(found) == [(request, way, "contact")]
    if way == "mail":
        await send_due(installation.engine)
        ((to, _, message),) = [one for one in mail.sent if "request no." in one[2].words.title]
        assert to == MAIL
        assert "the purposes of use: done as you asked" in message.words.text
        assert "it would seriously hinder our proper work" in message.words.text
        assert not any(one in message.words.text for one in (NAME, ADDRESS))


async def test_nothing_is_told_where_nothing_may_go(installation, desk):
    """§0.1 breach: an unconfirmed address alone, a stopped purpose: no message; the answer stands on my data, and nothing fails."""
    reach(installation)
    both = [("mail_address", MAIL), ("postal_address", ADDRESS)]
    for fields, stops in ((both[:1], False), (both, True)):
        own = await installation.join()
        await installation.give_only(own, fields)
        if stops:
            await choices.stop_use(installation.engine, own, "contact", stop=True)
        await own_answered(installation, desk, own)
        (request,) = await own_requests.requests_of(installation.engine, own)
        assert request.request.outcome == "answered in part"
    assert installation.sql("SELECT COUNT(*) FROM outbox WHERE origin = 'rights-answer'") == [(0,)]


async def test_a_letter_that_lay_on_a_desk_is_due_from_the_day_it_came(installation, desk):
    """§0.1 breach: recorded ten days late, its time is four days; what the person changed after it came is not undone."""
    own = await installation.mori()
    day = day_of(installation.engine.clock.now(), installation.engine.zone)
    installation.wall.pass_(10 * limits.DAY)
    own = await installation.session(own.person_id)
    desk, second = [await installation.staff(one, ("privacy",)) for one in ("kato3", "ono3")]
    await corrections.correct(installation.engine, own, "phone", "090-9999-0000", expected_version=1)
    for late in ("2030-01-01", "2020-01-01", "yesterday"):
        with pytest.raises(InputError) as refused:
            await came(installation, desk, "purposes", came_on=late)
        assert refused.value.reason == "rights-day", late
    request = await asked_second(installation, desk, ("correction", "phone", ("075-111-2222",)), came_on=day)
    made = await rights_requests.request_of(installation.engine, request)
    begins = begin_of(day, installation.engine.zone)
    assert (made.received_at, made.due_at) == (begins, begins + 14 * limits.DAY)
    await read_and_approve(rights_decisions.ANSWERING, installation.engine, second, request)
    await answered(installation, desk, request)
    (part,) = (await rights_requests.request_of(installation.engine, request)).parts
    held = {one.slot: one.value for one in (await own_data(installation.engine, own)).held}
    assert (part.outcome, held["phone"]) == ("overtaken", "090-9999-0000")
