"""§4.3: how the services are used, by page, feature and week: counts of visits that name nobody, through the same desk."""

from __future__ import annotations

import pytest
from cited import cited
from counted import StatisticsDesk, by_option, no_noise

from kept.cookies.visit_marks import FEATURES, PAGES
from kept.errors import DeniedError, InputError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.cookies.visits import Visits
from kept.services.figures import queries
from kept.services.figures.data_sets import VISIT_OPTIONS

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
