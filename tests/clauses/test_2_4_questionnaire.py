"""§2.4, §2.5: a questionnaire narrows its point, is answered through its own notice, counted through the gate."""

from __future__ import annotations

import pytest
from asked import Browser
from cited import cited
from counted import exactly
from installation import NAME
from taking import DAY, SURVEY, opened

from kept.errors import ConflictError, DeniedError, PolicyError, SubmissionError
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.forms import instance_record
from kept.services.instances import instances, questionnaires
from kept.services.instances.participations import leave, part_of, parts_of, present_part, take_part
from kept.services.my_data import choices, corrections, erasure
from kept.services.my_data.own_data import own_data
from kept.services.upkeep import approvals
from kept.services.upkeep.retention import sweep

pytestmark = pytest.mark.anyio
ANSWERS = (("answer.how", "words"), ("answer.content", "4"), ("answer.wish", "More winter"))


@pytest.fixture
async def survey(installation):
    """A questionnaire that is open."""
    return await opened(installation, SURVEY, "research")


async def test_it_is_answered_counted_and_the_person_sees_both(installation, survey, monkeypatch):
    """§2.4 normal: answers are bound to the notice that shows the questions; each count is a use the person sees."""
    exactly(monkeypatch)
    own = await installation.join()
    form = await present_part(installation.engine, own, "survey", "en")
    assert "Asked: How content?" in form.notice.text
    receipt = await survey.enter(own, *ANSWERS)
    assert receipt.record["instance"] == "survey"
    mine = await own_data(installation.engine, own)
    assert [(one.slot, one.value) for one in mine.held] == [
        ("answer#survey", ("how=words", "content=4", "wish=More winter"))
    ]
    assert set(mine.held[0].purposes) == {"feedback", "market-research", "rights-request"}
    assert await questionnaires.count_answers(installation.engine, survey.session, "survey") == 1
    counted = await questionnaires.results_of(installation.engine, "survey")
    assert counted.people == 1
    assert [(one.question.id, one.counts, one.answered) for one in counted.results] == [
        ("how", {"words": 1, "chance": None}, None),
        ("content", {"1": None, "2": None, "3": None, "4": 1, "5": None}, None),
        ("wish", {}, 1),
    ]
    read = next(one for one in await installation.ledger() if one.act == "actor:value:read")
    assert (read.outcome, read.purpose, read.exit, read.items) == (
        "permitted", "feedback", "statistics", ("answer#survey",),
    )  # fmt: skip
    lines = (await own_data(installation.engine, own)).history.lines
    assert any(one.account.purpose == "feedback" for one in lines)


async def test_an_empty_answer_is_taken_too(installation, survey):
    """§2.7: every question can be left empty."""
    own = await installation.join()
    await survey.enter(own, ("answer.wish", "   "))
    assert (await own_data(installation.engine, own)).held == ()
    assert (await part_of(installation.engine, own.person_id, "survey")).status == "in"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([("answer.other", "x")], "field-undeclared"),
        ([("answer", "x")], "field-undeclared"),
        ([("name", "x")], "field-undeclared"),
        ([("answer.how", "magic")], "value-options"),
        ([("answer.content", "6")], "value-options"),
        ([("answer.how", "words"), ("answer.how", "chance")], "field-twice"),
        ([("answer.wish", "123456789018")], "individual-number"),
        ([("choice", "announcements/mail/")], "choice-unknown"),
        ([("use", "name")], "choice-unknown"),
        ([("publish", "answer")], "choice-unknown"),
        ([("answer.wish", "x" * 2001)], "value-long"),
        ([("answer.wish", "a\u202eb")], "value-characters"),
    ],
)
async def test_what_was_not_asked_is_refused(installation, survey, fields, reason):
    """§2.2 breach: another field, another option, a number that identifies: refused, and nothing is taken."""
    own = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await survey.enter(own, *fields)
    assert reason in refused.value.reason
    assert cited(refused.value).startswith("§")
    slip = reason in {"value-long", "value-characters"}  # nobody's refusal, and in nobody's history
    assert ((await installation.newest()).act == "system:submission:refuse") is not slip
    assert await part_of(installation.engine, own.person_id, "survey") is None
    assert (await survey.now()).taken == 0


async def test_the_notice_of_another_form_is_no_notice(installation, survey):
    """§2.1 breach: a registration's token, or that of a questionnaire since redrafted, opens nothing here."""
    own = await installation.join()
    token = (await installation.form(own=own)).token
    with pytest.raises(SubmissionError, match="the notice of this form"):
        await take_part(installation.engine, own, "survey", language="en", unverified_token=token, fields=ANSWERS)
    form = await present_part(installation.engine, own, "survey", "ja")
    with pytest.raises(SubmissionError, match="the notice of this form"):
        await take_part(installation.engine, own, "survey", language="en", unverified_token=form.token, fields=ANSWERS)


@pytest.mark.parametrize(
    ("change", "error", "reason"),
    [
        (("questionnaire\n", "registration\n"), PolicyError, "instance-point"),
        (("questionnaire\n", "raffle\n"), PolicyError, "instance-point"),
        (("closes: 2027-03-31\n", "closes: 2027-03-31\nitems:\n  - name\n"), SubmissionError, "instance-wider"),
        (("closes: 2027-03-31\n", "closes: 2027-03-31\npurposes:\n  - contact\n"), SubmissionError, "instance-wider"),
        (
            ("closes: 2027-03-31\n", "closes: 2027-03-31\npurposes:\n  - market-research\n"),
            SubmissionError,
            "instance-purpose",
        ),
        (("closes: 2027-03-31\n", "closes: 2027-03-31\ncapacity: 3\n"), PolicyError, "instance-word"),
        (("closes: 2027-03-31\n", "closes: 2027-02-31\n"), PolicyError, "value-unfit"),
        (('  ja: "アンケート"\n', ""), PolicyError, "value-unfit"),
        (("    to: 5\n", "    to: 1\n"), PolicyError, "value-unfit"),
        (("    to: 5\n", ""), PolicyError, "value-unfit"),
        (("id: survey", "id: Survey 1"), PolicyError, "value-unfit"),
        (("id: survey", "id: survey\nid: survey"), PolicyError, "yaml-duplicate-key"),
        (("id: survey", "id: &a survey"), PolicyError, "yaml-alias"),
        (("id: survey", "id: survey\nhidden: true"), PolicyError, "word-unknown"),
    ],
)
async def test_an_instance_never_widens_its_point(installation, change, error, reason):
    """§2.1, §2.2 breach: another item, purpose, point or word; each is refused where it stands."""
    session = await installation.staff("ueda", ("research",))
    with pytest.raises(error) as refused:
        await instances.draft(installation.engine, session, SURVEY.replace(*change))
    assert refused.value.reason == reason
    assert await instance_record.all_standing(installation.engine) == []


async def test_fewer_purposes_make_a_narrower_notice(installation):
    """§2.1: what an instance leaves out is not in its notice, and its answers do not serve it."""
    own = await installation.join()
    file = SURVEY.replace("closes", "purposes:\n  - feedback\ncloses")
    desk = await opened(installation, file, "research")
    await desk.enter(own, *ANSWERS)
    assert set((await own_data(installation.engine, own)).held[0].purposes) == {"feedback", "rights-request"}


async def test_only_a_role_with_the_purpose_makes_opens_counts_and_reads(installation, survey):
    """§5.2 breach: a role without the purpose does none of it."""
    await survey.enter(await installation.join(), *ANSWERS)
    other = await installation.staff("sato", ("support",))
    engine = installation.engine
    number = (await questionnaires.numbers_of(engine, "survey"))[0]
    for act in (
        lambda: instances.draft(engine, other, SURVEY.replace("id: survey", "id: second")),
        lambda: instances.close_instance(engine, other, "survey"),
        lambda: questionnaires.count_answers(engine, other, "survey"),
        lambda: questionnaires.open_answer(engine, other, "survey", number),
    ):
        with pytest.raises(DeniedError) as refused:
            await act()
        assert (refused.value.reason, cited(refused.value)) == ("role", "§5.2")


async def test_a_single_answer_is_a_use_of_its_own(installation, survey):
    """§4.2: one answer is read through the gate, without a name, and its giver sees that it was."""
    own = await installation.join()
    await survey.enter(own, *ANSWERS)
    number = (await questionnaires.numbers_of(installation.engine, "survey"))[0]
    card = await questionnaires.open_answer(installation.engine, survey.session, "survey", number)
    assert list(card) == ["answer#survey"]
    with card["answer#survey"].open(Exit.SCREEN) as value:
        assert "wish=More winter" in value
    assert (await installation.newest()).exit == "screen"


async def test_who_objects_or_stops_is_not_counted(installation, survey, monkeypatch):
    """§4.1 breach: an objection to the purpose, or a stopped use, takes the answer out of the next count."""
    exactly(monkeypatch)
    for act in (
        lambda own: choices.choose(installation.engine, own, "feedback", None, allow=False),
        lambda own: choices.stop_use(installation.engine, own, "feedback", stop=True),
        lambda own: erasure.intend_erasure(installation.engine, own),
    ):
        own = await installation.join()
        await survey.enter(own, *ANSWERS)
        await act(own)
    assert await questionnaires.count_answers(installation.engine, survey.session, "survey") == 0
    assert (await questionnaires.results_of(installation.engine, "survey")).people is None


async def test_twice_late_or_closed_is_refused(installation, survey):
    """§2.4 breach: one answer each, none after the last day, none once it is closed."""
    own, late = await installation.join(), await installation.join()
    await survey.enter(own, *ANSWERS)
    with pytest.raises(SubmissionError, match="does not take part yet"):
        await survey.enter(own, *ANSWERS)
    form = await present_part(installation.engine, late, "survey", "en")
    installation.wall.pass_((await survey.now()).file.closes_at - installation.engine.clock.now() + 1)
    late = await installation.session(late.person_id)
    with pytest.raises(SubmissionError, match="one that is open"):
        await take_part(installation.engine, late, "survey", language="en", unverified_token=form.token, fields=ANSWERS)
    assert await instances.close_due(installation.engine) == 1
    assert (await survey.now()).status == "closed"
    with pytest.raises(ConflictError):
        await instances.close_instance(installation.engine, survey.session, "survey")


async def test_leaving_takes_the_answer_back(installation, survey):
    """§2.3: as easy as giving; the answer is gone, and one can answer again."""
    own = await installation.join()
    await survey.enter(own, *ANSWERS)
    with pytest.raises(SubmissionError, match="answers to questions"):
        await corrections.correct(installation.engine, own, "answer#survey", "x", expected_version=1)
    await leave(installation.engine, own, "survey")
    assert (await own_data(installation.engine, own)).held == ()
    assert await parts_of(installation.engine, own.person_id) == []
    assert (await installation.newest()).act == "customer:own-data:view"
    assert "customer:participation:end" in {one.act for one in await installation.ledger()}
    await survey.enter(own, ("answer.how", "chance"))
    assert (await own_data(installation.engine, own)).held[0].value == ("how=chance",)


async def test_answers_end_when_they_must(installation, survey, monkeypatch):
    """§4.1: two years after it was given an answer is refused, swept and gone."""
    exactly(monkeypatch)
    own = await installation.join()
    await survey.enter(own, *ANSWERS)
    await survey.close()
    installation.wall.pass_(731 * DAY)
    session = await installation.staff("ueda", ("research",))
    assert await questionnaires.count_answers(installation.engine, session, "survey") == 0
    installation.engine.clock.confirm_leap()
    await sweep(installation.engine)
    own = await installation.session(own.person_id)
    assert (await own_data(installation.engine, own)).held == ()
    assert await parts_of(installation.engine, own.person_id) == []


async def test_information_for_you_is_an_unticked_offer(installation, survey):
    """§2.5: every kind of point can offer it; ticked, it covers the answer, and nothing else."""
    own = await installation.mori()
    form = await present_part(installation.engine, own, "survey", "en")
    assert [box.purpose for box in form.boxes] == ["information-for-you"]
    await survey.enter(own, *ANSWERS, ("choice", "information-for-you//"))
    held = {one.slot: one for one in (await own_data(installation.engine, own)).held}
    assert "information-for-you" in held["answer#survey"].purposes
    assert held["name"].value == NAME


async def test_the_pages_say_it(installation, survey):
    """§2.4 page: the form with its notice, the receipt, my data with the answer in words, the console's chart."""
    browser = Browser(installation)
    page = (await browser.get("/en/take-part/survey")).text
    assert "the account needs nothing of you" in page
    assert "A survey" in (await browser.get("/en/take-part")).text
    own = await installation.join()
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    page = (await browser.get("/en/take-part/survey")).text
    assert " checked" not in page
    assert " required" not in page
    token = page.split('name="notice_token" value="')[1].split('"')[0]
    wrong = await browser.post("/en/take-part/survey", notice_token=token, **{"answer.wish": "x" * 3000})
    assert (wrong.status_code, "This is too long: at most" in wrong.text) == (422, True)
    token = wrong.text.split('name="notice_token" value="')[1].split('"')[0]
    done = await browser.sent("/en/take-part/survey", notice_token=token, **{"answer.how": "words"})
    assert (done.status_code, "Here is your receipt" in done.text) == (200, True)
    mine = (await browser.get("/en/my-data")).text
    assert "By words" in mine
    assert 'id="parts"' in mine
    assert (await browser.post("/en/take-part/survey/leave")).status_code == 303
    assert (await browser.get("/en/take-part/none")).status_code == 404


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("Any illness?", "その他"), ("Your BLOOD TYPE?", "その他"), ("Other", "ご病気はありますか"), ("Other", "信仰は"),
        ("Full name and phone", "その他"), ("Are you in a trade union?", "その他"), ("Other", "前科はありますか"),
    ],
)  # fmt: skip
async def test_what_needs_special_care_is_not_asked(installation, english, japanese):
    """§2.2 breach: a question about health, belief or who somebody is, in either language, is not even drafted."""
    session = await installation.staff("ono", ("research",))
    file = SURVEY.replace('"How?"', f'"{english}"').replace('"どのように"', f'"{japanese}"')
    with pytest.raises(SubmissionError) as refused:
        await instances.draft(installation.engine, session, file)
    assert refused.value.reason == "instance-special"
    file = SURVEY.replace('"By words"', f'"{english}"').replace('"言葉で"', f'"{japanese}"')
    with pytest.raises(SubmissionError, match="special category"):
        await instances.draft(installation.engine, session, file)


async def test_a_questionnaire_is_opened_by_two(installation):
    """§2.4 breach: one person alone asks nobody anything; the second reads every question beside the clause."""
    session = await installation.staff("ono", ("research", "privacy"))
    await instances.draft(installation.engine, session, SURVEY)
    assert (await instances.open_instance(installation.engine, session, "survey")).status == "draft"
    own = await installation.join()
    with pytest.raises(SubmissionError):
        await present_part(installation.engine, own, "survey", "en")
    with pytest.raises(DeniedError):
        await instances.OPENING.approve(installation.engine, session, "survey")
    second = await installation.staff("kato", ("privacy",))
    (waits,) = await approvals.waiting(installation.engine, second)
    assert {"How?", "How content?"} <= {one.get("en") for one in waits.subject.texts}
    assert waits.subject.clause == "2.4"
    opened_now = await instances.OPENING.approve(installation.engine, second, "survey")
    assert opened_now.status == "open"
