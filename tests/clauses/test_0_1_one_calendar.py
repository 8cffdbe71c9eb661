"""§0.1: every day Kept says or asks is a day of the controller's zone, declared once; here Japan, half an hour after its midnight."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from asked import Browser
from counted import StatisticsDesk, person

from kept.errors import SubmissionError
from kept.policy.day import day_of, zone_named
from kept.services.my_data import corrections
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio
TOKYO = zone_named("Asia/Tokyo")
DAY = re.compile(r"20\d\d-\d\d-\d\d|\d{1,2} (?:January|February) 20\d\d|20\d\d年\d{1,2}月\d{1,2}日")


@pytest.fixture
async def after_midnight(installation):
    """The first half hour of a day in Japan, while UTC has the day before; answers both days."""
    now = datetime.fromtimestamp(installation.engine.clock.now(), tz=TOKYO)
    gone = now.hour * 3600 + now.minute * 60 + now.second
    installation.wall.pass_(86400 - gone + 1800)
    at = installation.engine.clock.now()
    here, there = day_of(at, TOKYO), day_of(at, zone_named("UTC"))
    assert here > there
    return here, there


async def test_a_child_born_today_is_taken_before_nine(installation, after_midnight):
    """§2.6 normal and breach: today is Japan's; tomorrow is not yet; on the form and as a correction."""
    today, yesterday = after_midnight
    tomorrow = f"{today[:8]}{int(today[8:]) + 1:02}"
    own = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, [("date_of_birth", tomorrow)])
    assert refused.value.reason == "value-date-range"
    await installation.give(own, [("date_of_birth", today)])
    with pytest.raises(SubmissionError):
        await corrections.correct(installation.engine, own, "date_of_birth", tomorrow, expected_version=1)
    await corrections.correct(installation.engine, own, "date_of_birth", yesterday, expected_version=1)
    ((held,)) = (await own_data(installation.engine, own)).held
    assert held.value == yesterday


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_page_has_one_today(installation, after_midnight, language):
    """§4.8: the day of release and the day in its sheet are one, and Japan's; so are those of the policy and of receipts."""
    today, yesterday = after_midnight
    desk = await StatisticsDesk.of(installation)
    await person(installation, prefecture="kyoto")
    await desk.build()
    found = await desk.ask("prefecture")
    await desk.release(found.id)
    browser = Browser(installation)
    page = (await browser.get(f"/{language}/statistics/{found.number}")).text
    said = {spelt(one) for one in DAY.findall(page)}
    assert today in said
    assert yesterday not in said
    own = await installation.mori()
    await browser.sign_in(own)
    for path in ("my-data", "my-data/receipts", "my-data/addresses"):
        assert yesterday not in {spelt(one) for one in DAY.findall((await browser.get(f"/{language}/{path}")).text)}, (
            path
        )


def spelt(day: str) -> str:
    """A day as records spell it."""
    for form in ("%Y-%m-%d", "%d %B %Y", "%Y年%m月%d日"):
        try:
            return f"{datetime.strptime(day, form):%Y-%m-%d}"  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            continue
    raise AssertionError(day)
