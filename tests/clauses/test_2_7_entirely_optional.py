"""§2.7: giving information is entirely optional."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from cited import cited
from installation import PASSWORD, POLICY, second_version
from taking import CONTEST, EVENT, SURVEY, SWEEPSTAKE, opened

from kept.errors import PolicyError, SignInError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.demand import demands_in
from kept.policy.words import Basis, ClauseState
from kept.services.accounts import accounts
from kept.services.forms.instance_record import all_standing
from kept.services.instances import contests, instances
from kept.services.instances.participations import part_of
from kept.services.my_data import choices
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions
from kept.services.staff.activation import propose

pytestmark = pytest.mark.anyio


async def test_an_account_exists_without_one_personal_item(installation):
    """§2.7 normal: an issued login name opens an account that holds nothing, and its page still answers."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "ja")
    person_id = await accounts.sign_in_with_password(installation.engine, issued.login_name.upper(), PASSWORD)
    own = await installation.session(person_id)
    assert (await own_data(installation.engine, own)).held == ()
    opened = [one for one in await installation.ledger() if one.act == "customer:account:open"]
    assert [(one.clause, one.items) for one in opened] == [("2.7", ())]


async def test_every_field_can_be_left_empty(installation):
    """§2.7 normal: a form sent with every field empty is taken, grants nothing and holds nothing."""
    own = await installation.join()
    form = await installation.form(own=own)
    receipt = await installation.give(own, [(hint.item.id, "  ") for hint in form.hints], token=form.token)
    assert receipt.id
    assert (await own_data(installation.engine, own)).held == ()


async def test_a_wrong_password_says_the_same_for_a_known_and_an_unknown_name(installation):
    """§2.7 breach: whether an account exists is not told by trying to sign in."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    answers = []
    for name in (issued.login_name, "heron-nobody22"):
        with pytest.raises(SignInError) as refused:
            await accounts.sign_in_with_password(installation.engine, name, "not the right one at all")
        answers.append((str(refused.value), refused.value.reason, refused.value.hint))
    assert answers[0] == answers[1]


PLAIN = {
    "contest": (CONTEST, "contests", "A caption", "題"),
    "sweepstake": (SWEEPSTAKE, "contests", "A calendar", "カレンダー"),
    "event": (EVENT, "support", "An afternoon", "午後の会"),
    "questionnaire": (SURVEY, "research", "What else?", "ほかには"),
}


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("Your address (required)", ""), ("Entries without a name are excluded", ""), ("", "氏名必須"),
        ("You must tell us your age", ""), ("", "お名前のない応募は無効になります"),
    ],
)  # fmt: skip
async def test_no_text_of_staff_demands_anything(installation, kind, english, japanese):
    """§2.7 breach: staff write into a form that something has to be given, in either language: not drafted, and recorded."""
    file, role, plain, word = PLAIN[kind]
    session = await installation.staff("ueda", (role,))
    demanding = file.replace(plain, english or plain).replace(word, japanese or word)
    assert demanding != file
    with pytest.raises(SubmissionError) as refused:
        await instances.draft(installation.engine, session, demanding)
    said = await installation.newest()
    who_somebody_is = kind == "questionnaire" and ("address" in english or "名" in japanese)  # not asked there at all
    reason, clause = ("instance-special", "2.2") if who_somebody_is else ("instance-demands", "2.7")
    assert (refused.value.reason, cited(refused.value)) == (reason, f"§{clause}")
    assert (said.act, said.outcome, said.clause, dict(said.facts)["reason"]) == (
        "staff:instance:draft", "refused", clause, reason,
    )  # fmt: skip
    assert await all_standing(installation.engine) == []


async def test_the_console_says_why_and_what_to_write_instead(installation):
    """§2.7 page: the member of staff reads it in their language, with the clause; what says that nothing is needed is taken."""
    await installation.staff("ueda", ("contests",))
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "ueda")
    for language, said in (("en", "and here nothing has to be"), ("ja", "ここでは何も提供しなくてかまいません")):
        await browser.get(f"/{language}/instances")
        refused = await browser.post(
            f"/{language}/instances", file=CONTEST.replace("A caption", "A caption (required)")
        )
        assert refused.status_code == 422
        assert said in refused.text
        assert "§2.7" in refused.text
    for text in ("A name is not required", "Nothing has to be given", "You do not have to give a name"):
        file = CONTEST.replace("A caption", text).replace("caption", f"caption-{len(text)}")
        assert (await browser.post("/en/instances", file=file)).status_code == 303


@pytest.mark.parametrize(
    ("text", "demands"),
    [
        ("Name: mandatory", True), ("You will have to enter your phone", True), ("Not valid unless you state your age", True),
        ("必ずご住所をご記入ください", True), ("回答が必要です", True), ("お名前がないと受け付けできません", True),
        ("Nobody has to give a name", False), ("No name is required", False), ("お名前は必須ではありません", False),
        ("記入の必要はありません", False), ("A name is enough, and not even that is needed.", False),
        ("What do you need to find pictures?", False),
    ],
)  # fmt: skip
def test_what_demands_and_what_says_that_nothing_does(text, demands):
    """§2.7: the plain demand is found, and a sentence that says no is none."""
    assert bool(demands_in([text])) is demands


async def test_a_policy_that_requires_something_beside_the_promise_does_not_run(installation):
    """§2.7 breach: the company declares an item as needed and leaves the promise: the version is not even proposed."""
    needed = b'    kind: registration\n    needed:\n      name: "we like to know"\n'
    files = second_version((b"    kind: registration\n", needed), (b"translations:\n  - ja\n", b""))
    with pytest.raises(PolicyError) as refused:
        await propose(installation.engine, {POLICY.name: files[POLICY.name]}, by="test")
    assert refused.value.reason == "needed-but-optional"
    assert (await installation.form()).notice is not None


async def test_who_gives_nothing_takes_part_and_wins(installation):
    """§2.7 breach: a judge picks among entries; one that holds nothing at all is an entry, and wins like any other."""
    contest = await opened(installation, CONTEST, "contests")
    own = await installation.join()
    await contest.enter(own)
    await contest.close()
    ((number, _),) = await contests.entries_of(installation.engine, contest.session, "caption")
    await contests.choose_winner(installation.engine, contest.session, "caption", number)
    assert (await part_of(installation.engine, own.person_id, "caption")).status == "winner"
    assert await contests.publish(installation.engine, contest.session, "caption") == 0
    assert (await own_data(installation.engine, own)).held == ()


async def test_who_refuses_every_use_is_served_all_the_same(installation):
    """§2.7 breach: no to every purpose, and every use stopped: each page of theirs answers, and they take part and leave."""
    event = await opened(installation, EVENT, "support")
    own = await installation.join()
    engine = installation.engine
    for purpose in engine.policy.policy.purposes.values():
        if purpose.basis in {Basis.CONSENT, Basis.NOTICE} and purpose.exits:
            await choices.choose(engine, own, purpose.id, None, allow=False)
        if purpose.id in {one.purpose.id for one in (await own_data(engine, own)).switches if one.can_be_stopped}:
            await choices.stop_use(engine, own, purpose.id, stop=True)
    browser = Browser(installation)
    await browser.sign_in(own)
    for path in ("/my-data", "/registration", "/take-part", "/take-part/afternoon", "/account", "/my-data/receipts"):
        assert (await browser.get(f"/en{path}")).status_code == 200
    await event.enter(own)
    assert (await part_of(engine, own.person_id, "afternoon")) is not None
    assert (await browser.post("/en/my-data/take-along")).status_code == 200


async def test_the_board_says_so(installation):
    """§2.7 page: the promise is kept, by a live check."""
    assert (await promise_board(installation.engine)).of("2.7").state is ClauseState.KEPT
