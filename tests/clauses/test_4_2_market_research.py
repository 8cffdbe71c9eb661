"""§4.2: market research by figures in which nobody can be found: built through the gate, noisy, within a budget."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from asked import CONSOLE, Browser
from cited import cited
from counted import StatisticsDesk, by_option, no_noise, person
from installation import MAIL, NAME, POLICY, Installation, second_version

from kept import limits
from kept.errors import DeniedError, InputError, KeptError, PolicyError, SealError, StoreError
from kept.guarantees.board import promise_board
from kept.policy.decision import Mandate
from kept.policy.words import ClauseState, Exit
from kept.services.accounts import accounts
from kept.services.cases import cases
from kept.services.figures import projections, queries, sampler
from kept.services.figures.projections import end_builds
from kept.services.gate import gate
from kept.services.my_data import choices, erasure
from kept.services.staff import activation, sessions
from kept.services.upkeep.canary_planting import plant
from kept.services.upkeep.verification import verify_installation
from kept.statistics import counting
from kept.statistics.budget import Precision, variance
from kept.statistics.data_set import MICRO

pytestmark = pytest.mark.anyio
DAY = 86400.0
RESEARCH = "market-research"


@pytest.fixture
async def desk(installation):
    """A researcher and an approver."""
    return await StatisticsDesk.of(installation)


async def test_people_are_counted_through_the_gate_and_nobody_twice(installation, desk, monkeypatch):
    """§4.2: each person's items leave once, by the exit *statistics*, and stand in the cells they belong to."""
    no_noise(monkeypatch)
    for town, job in (("kyoto", "teacher"), ("kyoto", "student"), ("nara", "student")):
        await person(installation, prefecture=town, occupation=job, name=NAME)
    await person(installation, prefecture="kyoto")
    await desk.build()
    found = await desk.ask("occupation")
    assert by_option(found.figures) == {"teacher": 1, "student": 2, "not-given": 1}
    both = await desk.ask("occupation", "prefecture")
    assert [one.dimension for one in both.figures.axes] == ["prefecture", "occupation"]
    assert sum(both.figures.noisy) == 4
    assert (await desk.ask()).figures.noisy == (4,)
    read = [one for one in await installation.ledger() if one.act == "staff:value:count"]
    assert len(read) == 4
    assert {(one.purpose, one.exit, one.clause) for one in read} == {(RESEARCH, "statistics", "4.2")}
    assert all("name" not in one.items for one in read)


async def test_somebody_with_several_interests_is_in_several_cells_and_the_noise_knows(installation, desk, monkeypatch):
    """§4.2: a some-of item puts one person into many cells; the sensitivity follows from the item, not from who asks."""
    no_noise(monkeypatch)
    await person(installation, interests=("landscape", "food"))
    await person(installation, interests="food")
    await person(installation, prefecture="nara")
    await desk.build()
    found = await desk.ask("interests")
    assert by_option(found.figures) == {"landscape": 1, "food": 2, "not-given": 1}
    plain = await desk.ask("prefecture")
    ratio = (found.figures.variance[0] / found.figures.variance[1]) / (
        plain.figures.variance[0] / plain.figures.variance[1]
    )
    assert ratio == 8
    assert found.figures.axes[0].several


async def test_ages_are_bands_of_the_day_the_data_set_is_built(installation, desk, monkeypatch):
    """§4.2: a date of birth becomes a declared band; the date itself is nowhere."""
    no_noise(monkeypatch)
    for born in ("2009-01-16", "2009-01-15", "1950-04-01", "2001-01-15"):  # the tests' clock stands on 2027-01-15
        await person(installation, date_of_birth=born)
    await desk.build()
    assert by_option((await desk.ask("age_band")).figures) == {"0-17": 1, "18-24": 1, "25-34": 1, "65-": 1}


async def test_figures_carry_noise(installation, desk):
    """§4.2: sixty cells without anybody do not all come out as nought."""
    await person(installation, prefecture="nara")
    await desk.build()
    found = await desk.ask("prefecture")
    assert len(set(found.figures.noisy)) > 5
    assert found.figures.sampler.startswith(("kept-exact", "opendp"))


async def test_the_base_install_asks_too(installation, desk, monkeypatch):
    """§4.2: without numpy and OpenDP the desk counts in plain Python, and its own sampler draws."""
    monkeypatch.setattr(counting, "fast", lambda: None)
    monkeypatch.setattr(sampler, "library", lambda: None)
    await person(installation, prefecture="nara", interests=("food", "city"))
    await desk.build()
    found = await desk.ask("prefecture", "interests")
    assert (found.figures.sampler, len(found.figures.noisy)) == ("kept-exact", 48 * 9)


async def test_asking_again_is_the_same_answer_and_costs_nothing(installation, desk):
    """§4.2 breach: averaging: the same question, in whatever order, is answered from store; a finer one is dearer."""
    await person(installation, prefecture="nara", occupation="student")
    await desk.build()
    first = await desk.ask("occupation", "prefecture")
    left = await queries.budget_left(installation.engine, (await data_set(installation)))
    for dimensions in (("prefecture", "occupation"), ("occupation", "prefecture", "occupation")):
        again = await desk.ask(*dimensions)
        assert (again.id, again.figures) == (first.id, first.figures)
    rougher = await desk.ask("prefecture", "occupation", precision="rough")
    assert rougher.id == first.id
    assert (await queries.budget_left(installation.engine, await data_set(installation))).left == left.left
    assert (await desk.ask("prefecture", "occupation", precision="fine")).id != first.id


async def data_set(installation, name="customers"):
    """The declared data set."""
    return projections.data_set_of(installation.engine, name)


async def test_who_leaves_is_gone_from_the_next_build_and_the_question_costs_anew(installation, desk, monkeypatch):
    """§4.2 breach: differencing before and after one person leaves is two questions, each with noise and price of its own."""
    await person(installation, prefecture="nara")
    own = await person(installation, prefecture="nara")
    await desk.build()
    before = await desk.ask("prefecture")
    await erasure.intend_erasure(installation.engine, own)
    assert (await desk.ask("prefecture")).id == before.id
    await desk.build()
    no_noise(monkeypatch)
    after = await desk.ask("prefecture")
    assert (after.id != before.id, by_option(after.figures)) == (True, {"nara": 1})
    left = await queries.budget_left(installation.engine, await data_set(installation))
    assert left.period == 50_000 - 2 * 2_500


@pytest.mark.parametrize("how", ["object", "stop"])
async def test_who_objects_or_stops_the_use_is_not_counted(installation, desk, monkeypatch, how):
    """§4.2: market research stands on the notice: an objection is honoured from the next build on."""
    no_noise(monkeypatch)
    own = await person(installation, prefecture="nara")
    await person(installation, prefecture="nara")
    if how == "object":
        await choices.choose(installation.engine, own, RESEARCH, None, allow=False)
    else:
        await choices.stop_use(installation.engine, own, RESEARCH, stop=True)
    await desk.build()
    assert by_option((await desk.ask("prefecture")).figures) == {"nara": 1}
    refused = [one for one in await installation.ledger() if one.exit == "statistics" and one.outcome == "refused"]
    assert [(one.clause, one.refused[0].step) for one in refused] == [("4.2", 6 if how == "object" else 8)]


async def test_a_canary_is_not_counted_and_no_alarm_is_raised(installation, desk, monkeypatch):
    """§4.2, §5.5: canaries are nobody, so they are in no figure, and counting releases none."""
    no_noise(monkeypatch)
    await plant(installation.engine, {"prefecture": "nara", "name": "Ren"}, by="test")
    await person(installation, prefecture="nara")
    await desk.build()
    assert by_option((await desk.ask("prefecture")).figures) == {"nara": 1}
    assert not [one for one in await installation.ledger() if one.act == "system:canary:alarm"]


async def test_the_budget_refuses_and_says_when_it_is_back(installation, desk):
    """§4.2 breach: more than the quarter's budget is refused, recorded, and possible again in the next quarter."""
    await person(installation, prefecture="nara")
    await desk.build()
    for dimensions in ((), ("prefecture",)):
        await desk.ask(*dimensions, precision="finest")
    with pytest.raises(DeniedError) as refused:
        await desk.ask("occupation", precision="rough")
    assert (cited(refused.value), refused.value.reason) == ("§4.2", "budget-spent")
    assert "2027-04-01" in refused.value.needed
    newest = await installation.newest()
    assert (newest.act, newest.outcome, newest.clause) == ("staff:statistic:ask", "refused", "4.2")
    installation.wall.pass_(80 * DAY)
    await desk.build()
    await desk.ask("occupation", precision="rough")


async def test_twelve_months_have_a_budget_of_their_own(installation, desk):
    """§4.2 breach: four full quarters are the year's budget; the fifth within twelve months waits for the first to pass."""
    await person(installation, prefecture="nara")
    for _ in range(4):
        await desk.build()
        for dimensions in ((), ("prefecture",)):
            await desk.ask(*dimensions, precision="finest")
        installation.wall.pass_(91 * DAY)
    await desk.build()
    with pytest.raises(DeniedError) as refused:
        await desk.ask(precision="finest")
    assert refused.value.reason == "budget-spent"
    installation.wall.pass_(2 * DAY)
    await desk.ask(precision="finest")


async def test_two_who_ask_at_once_cannot_both_spend_the_last(installation, desk):
    """§4.2 breach: a race for the last of the budget has one winner."""
    await person(installation, prefecture="nara")
    await desk.build()
    await desk.ask(precision="finest")
    questions = [("prefecture",), ("occupation",), ("age_band",)]
    found = await asyncio.gather(*(desk.ask(*one, precision="finest") for one in questions), return_exceptions=True)
    assert [isinstance(one, DeniedError) for one in found].count(True) == 2
    assert (await queries.budget_left(installation.engine, await data_set(installation))).period == 0


async def test_a_database_put_back_gives_no_budget_back(installation, desk):
    """§4.2 breach: a D without the questions of a moment ago, restored or written by hand, has as little budget as before."""
    await person(installation, prefecture="nara")
    await desk.build()
    for dimensions in ((), ("prefecture",)):
        await desk.ask(*dimensions, precision="finest")
    installation.sql("DELETE FROM statistic")
    installation.sql("DELETE FROM statistic_account")
    with pytest.raises(DeniedError) as refused:
        await desk.ask("occupation", precision="rough")
    assert refused.value.reason == "budget-spent"


@pytest.mark.parametrize("writes", [1, 2])
async def test_a_kill_after_the_charge_leaves_it_spent_and_says_so(installation, desk, writes):
    """§4.2 fault: what was charged stays charged; the page says that there is no answer; asking again costs again."""
    await person(installation, prefecture="nara")
    await desk.build()
    installation.stop_after(writes)
    with pytest.raises(StoreError):
        await desk.ask("prefecture")
    await installation.close(integrate=False)
    await installation.open()
    made = await queries.all_statistics(installation.engine)
    assert [(one.status, one.figures) for one in made] == [("charged", None)]
    assert (await queries.budget_left(installation.engine, await data_set(installation))).period == 47_500
    desk = await StatisticsDesk.of(installation)
    browser = await console(installation, desk.researcher.login)
    assert "interrupted" in (await browser.get("/en/statistics")).text
    assert "no answer" in (await browser.get(f"/en/statistics/{made[0].id}")).text
    assert (await desk.ask("prefecture")).status == "answered"
    assert (await queries.budget_left(installation.engine, await data_set(installation))).period == 45_000


async def test_a_kill_while_building_leaves_the_old_build_or_the_new(installation, desk):
    """§4.2 fault: a build is there whole or not at all."""
    for _ in range(3):
        await person(installation, prefecture="nara")
    first = await desk.build()
    for writes in range(1, 4):
        left = installation.stop_after(writes)
        try:
            await desk.build()
        except KeptError:
            pass
        await installation.close(integrate=False)
        await installation.open()
        desk = await StatisticsDesk.of(installation)
        built = await projections.newest_build(installation.engine, await data_set(installation))
        assert built is not None
        assert (built.id == first) is (left[0] == 0 and writes < 3)
        first = built.id


@pytest.mark.parametrize(
    ("roles", "reason", "clause"),
    [(("support",), "right", "§5.2"), (("marketing",), "right", "§5.2"), (("privacy",), "right", "§5.2")],
)
async def test_without_the_right_nothing_is_built_or_asked(installation, desk, roles, reason, clause):
    """§4.2 breach: the right `statistics` and a purpose of the data set are both needed."""
    await desk.build()
    other = await installation.staff("other", roles)
    for act in (
        lambda: projections.build(installation.engine, other, "customers"),
        lambda: queries.ask(installation.engine, other, "customers", (), Precision.ROUGH),
    ):
        with pytest.raises(DeniedError) as refused:
            await act()
        assert (refused.value.reason, cited(refused.value)) == (reason, clause)


async def test_the_right_without_the_purpose_is_not_enough(tmp_path):
    """§4.2 breach: a role may hold the right for usage alone; customers stay closed to it."""
    for name, content in second_version(
        (b"        - market-research\n        - usage", b"        - usage"),
        (b"        - picture-club\n", b"        - picture-club\n        - market-research\n"),
    ).items():
        (tmp_path / name).write_bytes(content)
    installation = Installation(tmp_path, tmp_path / POLICY.name)
    await installation.open()
    desk = await StatisticsDesk.of(installation)
    await desk.build("usage")
    with pytest.raises(DeniedError) as refused:
        await desk.build("customers")
    assert (refused.value.reason, cited(refused.value)) == ("statistics-purpose", "§4.2")
    await installation.close()


@pytest.mark.parametrize(
    ("dimensions", "reason"),
    [
        (("name",), "question-dimension"),
        (("prefecture; DROP TABLE state",), "question-dimension"),
        (("prefecture", "occupation", "interests", "age_band"), "question-dimension"),
    ],
)
async def test_a_question_outside_the_catalogue_is_refused_before_it_costs(installation, desk, dimensions, reason):
    """§4.2 breach: only declared dimensions, three at most; nothing is charged."""
    await desk.build()
    with pytest.raises(InputError) as refused:
        await desk.ask(*dimensions)
    assert (refused.value.reason, cited(refused.value)) == (reason, "§4.2")
    assert await queries.all_statistics(installation.engine) == []


async def test_a_build_serves_seven_days(installation, desk):
    """§4.2: an older build is refused, and removed with its segments by the minute's work."""
    with pytest.raises(InputError) as none:
        await desk.ask()
    assert none.value.reason == "projection-none"
    await person(installation, prefecture="nara")
    await desk.build()
    installation.wall.pass_(7 * DAY)
    with pytest.raises(InputError) as old:
        await desk.ask()
    assert old.value.reason == "projection-none"
    await end_builds(installation.engine)
    assert await projections.newest_build(installation.engine, await data_set(installation)) is None


async def test_a_flipped_bit_in_a_segment_is_found(installation, desk):
    """§4.2, §5.3 breach: a changed segment does not open; what was charged stays charged."""
    await person(installation, prefecture="nara")
    await desk.build()
    (sealed,) = installation.sql("SELECT sealed FROM projection_segment WHERE column_name = 'prefecture'")[0]
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    installation.sql("UPDATE projection_segment SET sealed = ? WHERE column_name = 'prefecture'", flipped)
    with pytest.raises(SealError):
        await desk.ask("prefecture")
    assert (
        "data set customers: a segment of its build does not open"
        in (await verify_installation(installation.engine)).problems
    )
    # nor does one column stand in for another
    installation.sql("UPDATE projection_segment SET sealed = ? WHERE column_name = 'occupation'", sealed)
    with pytest.raises(SealError):
        await desk.ask("occupation")


async def test_the_projection_holds_no_name_no_id_and_no_order(installation, desk):
    """§4.2 breach: whoever reads the files of D finds no person in a projection, and no true count in a question."""
    own = await installation.mori()
    for _ in range(20):
        await person(installation, prefecture="nara", occupation="student")
    await desk.build()
    found = await desk.ask("prefecture")
    rows = installation.sql("SELECT build_id, column_name, segment, sealed FROM projection_segment")
    rows += installation.sql("SELECT * FROM projection") + installation.sql("SELECT * FROM statistic")
    for row in rows:
        for cell in row:
            content = cell if isinstance(cell, bytes) else str(cell).encode()
            for secret in (own.person_id, own.person_id.hex().encode(), NAME.encode(), MAIL.encode(), b"nara"):
                assert secret not in content or (
                    secret == b"nara" and cell == row[5]
                )  # the manifest lists every option
    assert found.figures.noisy.count(0) < len(found.figures.noisy)


async def test_the_order_of_rows_means_nothing(installation, desk, monkeypatch):
    """§4.2: rows are shuffled with the system's randomness before they are sealed."""
    shuffled = []
    monkeypatch.setattr(projections, "shuffle", lambda rows: shuffled.append(len(rows)))
    await person(installation, prefecture="nara")
    await desk.build()
    assert shuffled == [1]


async def test_my_data_says_that_one_was_counted(installation, desk):
    """§4.2 page: the person sees the use, its purpose and that it left as a statistic."""
    own = await person(installation, prefecture="nara")
    await desk.build()
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    page = (await browser.get("/en/my-data")).text
    assert "Market research, published without identifying anyone" in page
    assert "counted" in page


@pytest.mark.parametrize("how", ["object", "stop"])
async def test_a_no_says_what_it_comes_too_late_for(installation, desk, how):
    """§4.2 breach: who objects after a build is in it until it ends; my data says so, in both languages, and not to anybody else."""
    own = await person(installation, prefecture="nara")
    await desk.build()
    browser = Browser(installation)
    await browser.sign_in(own)
    said = {"en": "A data set built before your no", "ja": "お断りになる前に作成したデータセット"}
    for language, words in said.items():
        assert words not in (await browser.get(f"/{language}/my-data")).text
    if how == "object":
        await browser.post("/en/my-data/choice", purpose=RESEARCH, allow="no")
    else:
        await browser.post("/en/my-data/stop", purpose=RESEARCH, stop="yes")
    for language, words in said.items():
        assert (await browser.get(f"/{language}/my-data")).text.count(words) == 1


async def test_research_reads_no_single_answer(installation, desk):
    """§4.2 breach: who researches opens a case, reads by the gate and by a program: nothing leaves but by *statistics*."""
    own = await person(installation, prefecture="nara", mail_address=MAIL)
    engine, at = installation.engine, installation.engine.clock.now()
    with pytest.raises(DeniedError):
        await cases.open_case(engine, desk.researcher, RESEARCH)
    for kind, way in (("staff", Exit.SCREEN), ("staff", Exit.MAIL), ("program", Exit.APP), ("staff", Exit.PUBLICATION)):
        mandate = Mandate("m", kind, "a", "research", RESEARCH, "", b"", at, at + 60, revoked=False, volume_left=9)
        person_now = await engine.people.load(own.person_id)
        said = (await gate.decide(engine, mandate, person_now, ("prefecture",), way, at))["prefecture"]
        assert (said.step, said.reason, said.clause) == (7, "exit", "4.2")


@pytest.mark.parametrize(
    ("declared", "wrong"),
    [
        (b"rho: 0.05", b"rho: 10"), (b"rho: 0.05", b"rho: 0.26"), (b"rho-year: 0.2", b"rho-year: 0.6"),
        (b"delta: 1e-9", b"delta: 0.001"), (b"      prefecture: declared", b"      name: declared"),
        (b"      prefecture: declared", b"      fax: declared"), (b"      prefecture: declared", b"      phone: declared"),
    ],
)  # fmt: skip
async def test_a_policy_that_would_show_somebody_does_not_run(installation, declared, wrong):
    """§4.2 breach: a budget so large that its noise hides nobody, or names as a dimension: not even proposed, by anybody."""
    with pytest.raises(PolicyError) as refused:
        await activation.propose(installation.engine, second_version((declared, wrong)), by="test")
    assert refused.value.reason in {"value-unfit", "statistics-unfit"}
    assert installation.engine.policy.policy.version == 1


def test_the_largest_budget_a_policy_may_have_still_hides():
    """§4.2 breach: all but one answer known, a whole year's largest budget spent on that one: right in 69 of 100, not more."""
    spread = variance(1, round(limits.COUNTED_RHO_YEAR * MICRO))
    dice = Random(7)  # noqa: S311 -- which answer is the truth; the noise is the desk's own
    rounds = 2_000
    noise, _ = sampler.draw(rounds, spread)
    right = sum((truth + one > 0.5) == bool(truth) for one in noise for truth in (dice.randrange(2),))
    assert 0.55 < right / rounds < 0.75, "more than guessing, and far from knowing"


async def console(installation, login):
    """A member of staff's browser, signed in."""
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, login)
    return browser


async def test_it_is_built_and_asked_on_the_page(installation, desk):
    """§4.2 page: build, ask by ticking, see the answer as a table and as a chart; a spent budget is said on the page."""
    await person(installation, prefecture="nara", occupation="student")
    browser = await console(installation, desk.researcher.login)
    assert "Build it anew" in (await browser.get("/en/statistics")).text
    assert (await browser.post("/en/statistics/build", data_set="customers")).status_code == 303
    await browser.get("/ja/statistics")
    asked = await browser.post(
        "/en/statistics", data_set="customers", by=["occupation", "prefecture"], precision="normal"
    )
    assert asked.status_code == 303
    for language in ("en", "ja"):
        answered = await browser.get(asked.headers["location"].replace("/en/", f"/{language}/"))
        assert answered.status_code == 200
        assert "<svg" in answered.text
        assert "<table" in answered.text
    await browser.get("/en/statistics")
    for by in ("occupation", "prefecture"):
        refused = await browser.post("/en/statistics", data_set="customers", by=by, precision="finest")
    assert refused.status_code == 403
    assert "§4.2" in refused.text
    assert "from Apr 1, 2027 on" in refused.text
    wrong = await browser.post("/en/statistics", data_set="customers", by="name", precision="normal")
    assert wrong.status_code == 422
    assert (await browser.post("/en/statistics", data_set="customers", precision="exact")).status_code == 422
    other = await console(installation, desk.approver.login)
    page = (await other.get("/en/statistics")).text
    assert "Build it anew" not in page
    assert (await other.post("/en/statistics", data_set="customers", precision="normal")).status_code == 403


async def test_the_board_says_kept(installation, desk):
    """§4.2 page: a build, a question, an answer; how many people were counted is a true count, and is not told."""
    await person(installation, prefecture="nara")
    await desk.build()
    await desk.ask()
    one = (await promise_board(installation.engine)).of("4.2")
    assert (one.state, one.uses) == (ClauseState.KEPT, 3)
