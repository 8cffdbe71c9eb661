"""Days and moments: moments are kept in UTC, days are those of the zone the policy declares, in one place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from kept import policy_files
from kept.errors import SubmissionError
from kept.guarantees import words
from kept.policy import day, present
from kept.policy.instance import parse_instance
from kept.policy.read import read_policy
from kept.services.forms.submission import parse_submission
from kept.statistics.budget import period_of

POLICIES = Path(__file__).parents[3] / "policies"
SAMPLE = read_policy(policy_files(str(POLICIES / "photolibrary.policy.md")), words())
TOKYO, BERLIN = day.zone_named("Asia/Tokyo"), day.zone_named("Europe/Berlin")
EVENT = """id: evening
point: event
title: {en: Evening, ja: 夕べ}
closes: 2026-12-01
capacity: 3
"""
SOURCE = Path(day.__file__).parents[1]
BEFORE_MIDNIGHT_IN_JAPAN = 1_795_877_999.9  # 2026-11-28 14:59:59.9 UTC


def test_a_day_is_that_of_its_zone():
    """One moment lies in two days; seconds are cut, never rounded into the next day."""
    assert day.day_of(BEFORE_MIDNIGHT_IN_JAPAN, UTC) == "2026-11-28"
    assert day.day_of(BEFORE_MIDNIGHT_IN_JAPAN, TOKYO) == "2026-11-28"
    assert day.day_of(BEFORE_MIDNIGHT_IN_JAPAN + 1, UTC) == "2026-11-28"
    assert day.day_of(BEFORE_MIDNIGHT_IN_JAPAN + 1, TOKYO) == "2026-11-29"
    assert day.moment(BEFORE_MIDNIGHT_IN_JAPAN) == "2026-11-28T14:59:59Z"


def test_it_is_read_in_its_zone():
    """The same moment is the last second of the day in Japan."""
    assert f"{day.local(BEFORE_MIDNIGHT_IN_JAPAN, TOKYO):%Y-%m-%d %H:%M:%S %Z}" == "2026-11-28 23:59:59 JST"


def test_a_day_may_have_another_length():
    """The end of a day is the begin of the next, also where the clocks change in between."""
    begins = day.begin_of("2026-10-25", BERLIN)
    assert day.begin_of("2026-10-25", BERLIN, after=1) - begins == 25 * 3600
    assert day.begin_of("2026-10-25", UTC, after=1) - day.begin_of("2026-10-25", UTC) == 24 * 3600
    with pytest.raises(ValueError, match="day is out of range"):
        day.begin_of("2026-02-30", UTC)


@pytest.mark.parametrize("name", ["Asia", "Asia/Tokio", "../etc/passwd", ""])
def test_an_unknown_zone_is_none(name):
    """Neither a mistyped name nor a folder of names is a zone."""
    assert day.zone_named(name) is None


@pytest.mark.parametrize(("name", "accepted"), [("Asia/Tokyo", True), ("UTC", False), ("America/New_York", False)])
def test_today_is_the_controllers(name, accepted):
    """A minute past midnight in Japan, a birth on that day is in the future for everybody west of it."""
    policy = replace(SAMPLE, time_zone=name)
    notice = present.build_notice(policy, "registration", "", "en")
    fields = [("date_of_birth", "2026-11-29")]
    if accepted:
        assert parse_submission(policy, notice, fields, BEFORE_MIDNIGHT_IN_JAPAN + 60).values == {
            "date_of_birth": "2026-11-29"
        }
    else:
        with pytest.raises(SubmissionError) as refused:
            parse_submission(policy, notice, fields, BEFORE_MIDNIGHT_IN_JAPAN + 60)
        assert refused.value.reason == "value-date-range"


def test_an_instance_closes_at_the_controllers_midnight():
    """The day a file names ends where the controller is."""
    ends = [parse_instance(EVENT, {"event": "event"}, ("en", "ja"), zone).closes_at for zone in (TOKYO, UTC)]
    assert ends[1] - ends[0] == 9 * 3600
    assert day.day_of(ends[0], TOKYO) == "2026-12-02"


def test_a_budget_returns_at_the_controllers_new_year():
    """A quarter is one of the controller's calendar."""
    new_year = day.begin_of("2027-01-01", TOKYO)
    assert period_of(new_year, "quarter", TOKYO)[0] == new_year
    assert period_of(new_year, "quarter", UTC)[1] == new_year + 9 * 3600


def test_a_policy_says_whose_days_count():
    """The sample says Japan; a policy that says nothing means the world's; each begins there."""
    assert (SAMPLE.time_zone, SAMPLE.zone) == ("Asia/Tokyo", TOKYO)
    assert SAMPLE.effective_at == day.begin_of(SAMPLE.effective, TOKYO)
    assert "time-zone" not in SAMPLE.controller
    other = read_policy(policy_files(str(POLICIES / "bicycles.policy.md")), words())
    assert (other.time_zone, other.zone) == ("UTC", UTC)
    assert other.effective_at == day.begin_of(other.effective, UTC)


def test_the_zone_stands_in_one_place():
    """No other file names a zone, or writes a day in a way of its own."""
    others = [file for file in SOURCE.rglob("*.py") if file.name != "day.py"]
    assert [file.name for file in others if "ZoneInfo" in (text := file.read_text("utf-8")) or "Asia/" in text] == []
    assert [file.name for file in others if 'strftime("%Y-%m-%d")' in file.read_text("utf-8")] == []
