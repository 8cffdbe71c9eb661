"""A segment's rule means what it says: held against a model of one line, however it is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept import policy_files
from kept.errors import InputError
from kept.guarantees import words
from kept.policy.read import read_policy
from kept.policy.segment import parse_rule, segment_items

POLICY = Path(__file__).parents[2] / "policies" / "photolibrary.policy.md"
FILES = policy_files(POLICY)
POLICY_READ = read_policy(FILES, words())
OPTIONS = {one: POLICY_READ.items[one].options for one in ("interests", "prefecture", "occupation")}


@st.composite
def rules(draw):
    """Some conditions, each with some options."""
    items = draw(st.lists(st.sampled_from(sorted(OPTIONS)), unique=True))
    return {
        one: tuple(draw(st.lists(st.sampled_from(OPTIONS[one]), min_size=1, max_size=5, unique=True))) for one in items
    }


@st.composite
def people(draw):
    """What somebody gave, of what the rule may name."""
    given_items = draw(st.lists(st.sampled_from(sorted(OPTIONS)), unique=True))
    return {
        one: tuple(draw(st.lists(st.sampled_from(OPTIONS[one]), max_size=4, unique=True)))
        if one == "interests"
        else draw(st.sampled_from(OPTIONS[one]))
        for one in given_items
    }


@given(rules(), people())
def test_everything_named_must_hold_and_one_option_of_each_is_enough(plain, values):
    """The model: for each item, what was given and what is wanted meet."""
    rule = parse_rule(plain, POLICY_READ, "information-for-you", {})
    meant = all(
        item in values and set(options) & set((values[item],) if isinstance(values[item], str) else values[item])
        for item, options in plain.items()
    )
    assert rule.matches(values) == meant
    assert set(rule.slots) == set(plain)


@given(rules(), st.randoms())
def test_the_order_it_is_written_in_says_nothing(plain, dice):
    """Canonical form."""
    turned = [(one, tuple(dice.sample(options, len(options)))) for one, options in plain.items()]
    dice.shuffle(turned)
    one = parse_rule(plain, POLICY_READ, "announcements", {})
    assert one == parse_rule(dict(turned), POLICY_READ, "announcements", {})


@given(
    st.dictionaries(
        st.text(max_size=30), st.lists(st.text(max_size=10), max_size=3).map(tuple), min_size=1, max_size=20
    )
)
def test_whatever_else_is_written_is_refused(plain):
    """Unknown items and options give our own error, and cite the clause."""
    with pytest.raises(InputError) as refused:
        parse_rule(plain, POLICY_READ, "information-for-you", {})
    assert (refused.value.reason, refused.value.clause) == ("rule-unfit", "§2.5")


def test_a_purpose_chooses_by_its_own_items_alone():
    """Announcements use no answers, so none is chosen by; contact chooses nobody."""
    assert segment_items(POLICY_READ, "information-for-you") == ("interests", "prefecture", "occupation", "answer")
    assert segment_items(POLICY_READ, "announcements") == ("interests", "prefecture", "occupation")
    assert segment_items(POLICY_READ, "contact") == ()
