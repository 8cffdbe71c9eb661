"""Counts of people for staff: floor, budget, and how long an answer is remembered, each at both sides of its edge."""

from __future__ import annotations

import pytest
from installation import POLICY
from receiving import FILE

from kept import limits, policy_files
from kept.guarantees import words
from kept.policy.read import read_policy
from kept.services.campaigns import campaigns, candidates
from kept.statistics.budget import room
from kept.statistics.data_set import MICRO
from kept.statistics.head_count import narrowing

AT = 1_800_000_000.0


@pytest.fixture(scope="module")
def rules():
    """What a policy that declares neither `counts` nor statistics gives away."""
    return narrowing(read_policy(policy_files(POLICY.parent / "teahouse.policy.md"), words()))


@pytest.mark.edge("HEAD_COUNT_FEWER_THAN")
def test_fewer_than_the_floor_is_no_figure(rules):
    """One fewer says nothing, the floor itself does."""
    assert rules.shown(limits.HEAD_COUNT_FEWER_THAN - 1) is None
    assert rules.shown(limits.HEAD_COUNT_FEWER_THAN) == limits.HEAD_COUNT_FEWER_THAN


@pytest.mark.edge("HEAD_COUNTS", "HEAD_COUNT_RHO")
def test_a_period_bears_so_many_counts_and_no_more(rules):
    """The last one fits, one more does not; together they cost the period's budget."""
    before = [(AT, rules.price)] * (limits.HEAD_COUNTS - 1)
    assert room(rules.budget, before, AT).left == rules.price
    assert room(rules.budget, [*before, (AT, rules.price)], AT).left == 0
    assert limits.HEAD_COUNTS * rules.price == limits.HEAD_COUNT_RHO * MICRO


@pytest.mark.edge("HEAD_COUNT_RHO_YEAR")
def test_twelve_months_bear_so_much_and_no_more(rules):
    """Counts of earlier quarters leave room for the last one, or for none."""
    whole = int(limits.HEAD_COUNT_RHO_YEAR * MICRO)
    earlier = AT - 100 * limits.DAY
    assert room(rules.budget, [(earlier, whole - rules.price)], AT).left == rules.price
    assert room(rules.budget, [(earlier, whole)], AT).left == 0


@pytest.mark.anyio
@pytest.mark.edge("HEAD_COUNT_SECONDS")
async def test_an_answer_is_remembered_so_long(installation, desk):
    """To the last second it is the answer; then there is none, and the next is charged anew."""
    found = await campaigns.draft(installation.engine, desk.ume, FILE)
    counted = await candidates.preview(installation.engine, desk.ume, found.id)
    installation.wall.pass_(counted.at + limits.HEAD_COUNT_SECONDS - 1 - installation.engine.clock.now())
    assert await candidates.previewed(installation.engine, found.id) == counted
    installation.wall.pass_(2)
    assert await candidates.previewed(installation.engine, found.id) is None
