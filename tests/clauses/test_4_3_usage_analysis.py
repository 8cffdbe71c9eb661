"""§4.3: how the services are used, by page, feature and week: counts of visits that name nobody, through the same desk."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from cited import cited
from counted import StatisticsDesk, by_option, no_noise
from installation import second_version

from kept.cookies.visit_marks import FEATURES, PAGES
from kept.errors import DeniedError, InputError, PolicyError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.cookies.visits import Visits
from kept.services.figures import queries
from kept.services.figures.data_sets import VISIT_OPTIONS, data_set_of
from kept.services.staff import activation, sessions

pytestmark = pytest.mark.anyio
DAY = 86400.0


async def visited(installation, *seen):
    """Browsers that agreed looked at these pages, each for the first time that day."""
    visits = Visits(installation.engine)
    for page, feature in seen:
        visits.count(page, feature, "")
    await visits.keep()


@pytest.fixture
async def desk(installation):
    """A researcher and an approver."""
    return await StatisticsDesk.of(installation)


async def test_visits_are_counted_by_page_feature_and_week(installation, desk, monkeypatch):
    """§4.3: what §3.5 counted, and nothing else, divided by its three dimensions."""
    no_noise(monkeypatch)
    await visited(installation, ("home", "look"), ("home", "look"), ("policy", "look"))
    installation.wall.pass_(7 * DAY)
    await visited(installation, ("home", "filter"))
    await desk.build("usage")
    assert by_option((await desk.ask("page", name="usage")).figures) == {"home": 3, "policy": 1}
    assert by_option((await desk.ask("feature", name="usage")).figures) == {"look": 3, "filter": 1}
    assert by_option((await desk.ask("week", name="usage")).figures) == {"2027-W02": 3, "2027-W03": 1}
    assert (await desk.ask(name="usage", precision="rough")).figures.noisy == (4,)
    assert not [one for one in await installation.ledger() if one.act in {"actor:value:read", "staff:value:count"}]


async def test_the_noise_covers_a_browsers_whole_day(installation, desk):
    """§4.3: a browser counts at most once a day for each page and feature; undivided it could be twelve, and the noise is for that."""
    await desk.build("usage")
    squares = {}
    for dimensions in ((), ("page",), ("feature",), ("page", "feature"), ("week",), ("page", "feature", "week")):
        found = await desk.ask(*dimensions, name="usage", precision="rough")
        squares[dimensions] = found.figures.variance[0] / found.figures.variance[1] * 2 * 500 / 1_000_000
    assert squares == {
        (): 144.0, ("page",): 24.0, ("feature",): 72.0, ("page", "feature"): 12.0, ("week",): 144.0,
        ("page", "feature", "week"): 12.0,
    }  # fmt: skip


async def test_weeks_are_the_calendars_not_the_datas(installation, desk):
    """§4.3 breach: a build without one visit has the same cells as any other, so that no cell says somebody was there."""
    await desk.build("usage")
    found = await desk.ask("week", name="usage", precision="rough")
    assert len(found.figures.axes[0].options) == 13
    assert found.figures.axes[0].options[-1] == "2027-W02"


async def test_usage_and_customers_have_budgets_of_their_own(installation, desk):
    """§4.3 breach: one budget spent does not open the other, and the refusal cites this clause."""
    await desk.build("usage")
    for dimensions in ((), ("page",)):
        await desk.ask(*dimensions, name="usage", precision="finest")
    with pytest.raises(DeniedError) as refused:
        await desk.ask("feature", name="usage")
    assert cited(refused.value) == "§4.3"
    assert ((await installation.newest()).clause, (await installation.newest()).outcome) == ("4.3", "refused")
    await desk.build()
    assert (await desk.ask()).status == "answered"


async def test_a_dimension_of_people_is_none_of_visits(installation, desk):
    """§4.3 breach: visits are not divided by what people gave, since nobody knows whose they are."""
    await desk.build("usage")
    with pytest.raises(InputError) as refused:
        await desk.ask("prefecture", name="usage")
    assert cited(refused.value) == "§4.3"
    assert await queries.all_statistics(installation.engine) == []


@pytest.mark.parametrize(
    "dimension", [b"prefecture: declared", b"feature: calendar", b"age:\n        of: date_of_birth\n        cut: [18]"]
)
async def test_a_policy_that_would_count_persons_among_visits_does_not_run(installation, dimension):
    """§4.3 breach: the company divides visits by what people gave: such a version is not even proposed."""
    with pytest.raises(PolicyError) as refused:
        await activation.propose(installation.engine, second_version((b"feature: declared", dimension)), by="test")
    assert refused.value.reason == "statistics-unfit"


async def test_who_was_there_stands_nowhere(installation, desk):
    """§4.3 breach: two customers, signed in, look at the same pages: rows and ledger are the same as for one who is nobody."""
    browsers = [Browser(installation) for _ in range(3)]
    for browser in browsers[:2]:
        await browser.sign_in(await installation.join())
    entries = len(await installation.ledger())
    for browser in browsers:
        await browser.get("/en/cookies")
        await browser.post("/en/cookies", choice="accept")
        for path in ("/en", "/en/policy", "/en/registration"):
            await browser.get(path)
        await browser.web.visits.keep()
    rows = installation.sql("SELECT * FROM visit_count")
    assert {len(row) for row in rows} == {4}
    assert {(row[1], row[2]): row[3] for row in rows} == {
        ("home", "look"): 3, ("policy", "look"): 3, ("registration", "look"): 2,
    }  # fmt: skip
    assert len(await installation.ledger()) == entries


@pytest.mark.parametrize(
    ("how", "counts"),
    [
        ("no choice", 0),
        ("refused", 0),
        ("withdrew", 1),
        ("gpc", 0),
        ("stolen", 0),
        ("twice", 1),
        ("tomorrow", 1),
        ("head", 0),
    ],
)
async def test_only_a_browser_that_agreed_is_counted_and_once(installation, how, counts):
    """§4.3 breach: no choice, a no, a yes taken back, Sec-GPC, another's cookie without a yes, a replay, a mark of another day."""
    browser = Browser(installation, {"sec-gpc": "1"} if how == "gpc" else {})
    if how in {"withdrew", "twice", "tomorrow"}:
        await browser.post("/en/cookies", choice="accept")
    if how == "refused":
        await browser.post("/en/cookies", choice="refuse")
    if how == "stolen":
        browser.cookies["__Host-kept_visit"] = "2027-01-15!home-look"
    if how == "tomorrow":
        browser.cookies["__Host-kept_visit"] = "2027-02-15!home-look"
    await (browser._ask("HEAD", "/en/policy") if how == "head" else browser.get("/en/policy"))
    if how == "withdrew":
        await browser.post("/en/cookies", choice="refuse")
    held = dict(browser.cookies)
    for _ in range(3):
        await browser.get("/en/policy")
        browser.cookies = dict(held)
    await browser.web.visits.keep()
    assert sum(row[0] for row in installation.sql("SELECT count FROM visit_count")) == counts


async def test_a_build_more_is_a_question_more(installation, desk):
    """§4.3 breach: the difference of two builds an hour apart would be what one browser did: each has noise and a price of its own."""
    await visited(installation, ("home", "look"))
    await desk.build("usage")
    first = await desk.ask("page", name="usage")
    await visited(installation, ("policy", "look"))
    assert (await desk.ask("page", name="usage")).id == first.id
    await desk.build("usage")
    second = await desk.ask("page", name="usage")
    assert (first.id != second.id, first.micro_rho, second.micro_rho) == (True, 2_500, 2_500)
    left = await queries.budget_left(installation.engine, data_set_of(installation.engine, "usage"))
    assert left.period == 50_000 - 5_000


@pytest.mark.parametrize("role", ["support", "marketing", "contests", "partners", "legal", "privacy"])
async def test_no_other_role_asks(installation, desk, role):
    """§4.3 breach: every role but the one with the right and the purpose, on the page: refused, and nothing is charged."""
    await desk.build("usage")
    await installation.staff("ueda", (role,))
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "ueda")
    await browser.get("/en")
    asked = await browser.post("/en/statistics", data_set="usage", by="page", precision="rough")
    built = await browser.post("/en/statistics/build", data_set="usage")
    assert (asked.status_code, built.status_code) == (403, 403)
    assert await queries.all_statistics(installation.engine) == []


async def test_every_page_that_is_counted_has_its_titles(installation):
    """§4.3: the desk knows exactly what §3.5 counts."""
    assert (tuple(VISIT_OPTIONS["page"]), tuple(VISIT_OPTIONS["feature"])) == (PAGES, FEATURES)
    assert all(set(titles) == {"en", "ja"} for one in VISIT_OPTIONS.values() for titles in one.values())


async def test_the_board_says_kept(installation, desk):
    """§4.3 page: in use, with its evidence."""
    await desk.build("usage")
    await desk.ask("page", name="usage")
    one = (await promise_board(installation.engine)).of("4.3")
    assert (one.state, one.uses) == (ClauseState.KEPT, 3)
