"""Each refusal of a value says which field, what was expected and what to type instead, and what a search compares."""

from __future__ import annotations

import pytest

from kept import limits
from kept.errors import SubmissionError
from kept.policy.model import Retention
from kept.policy.person import PersonState
from kept.policy.retention import end_of, event_of
from kept.vault.normal import normalise

PHONE = "write one number in digits, with its area code; a number abroad begins with +"
REFUSALS = [
    ("email", "x", "value-email", "expected an e-mail address, found something else", "write it as name@example.jp"),
    ("phone", "x", "value-phone", "expected a phone number, found something else", PHONE),
    ("phone", "+4911111111111111", "value-phone", "expected a phone number, found something else", PHONE),
    ("date", "x", "value-date", "expected a date, found something else", "write it as 1990-04-01 or 平成2年4月1日"),
    ("date", "1800-01-01", "value-date-range", "expected a date in a lifetime, found another", "check the year"),
    ("one-of", "x", "value-options", "expected one of the declared options, found another", "choose from the list"),
    ("some-of", ("x",), "value-options", "expected some of the declared options, found another", "choose from the list"),
    ("text", ("a", "b"), "value-one-value", "expected one text, found several", "fill the field once"),
    ("", "x", "value-never-collected", "expected an item that may be collected, found one that never is", "leave it out"),
    ("person-name", "x" * 201, "value-long", "expected at most 200 characters, found more", "shorten it"),
    (
        "address-jp", "604-8001", "value-address", "expected an address behind the postcode, found none",
        "add the address",
    ),
    (
        "address-jp", "604-8001 " + "x" * 1991, "value-long", "expected at most 2000 characters, found more",
        "shorten it",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "raw", "reason", "message", "hint"), REFUSALS)
def test_a_refusal_says_what_to_do(kind, raw, reason, message, hint):
    """Word for word: people read these sentences, and other programs the reasons."""
    with pytest.raises(SubmissionError) as refused:
        normalise(kind, raw, field="the-field", options=("a", "b"), today="2027-01-01")
    found = refused.value
    assert (found.field, found.reason, found.message, found.hint) == ("the-field", reason, message, hint)
    assert found.rests_on == ("declared-items-only" if reason == "value-never-collected" else "nothing-unneeded")


def test_an_individual_number_names_its_field():
    """Also where it begins like a number of a phone."""
    with pytest.raises(SubmissionError) as refused:
        normalise("text", "123456789018", field="the-field")
    assert (refused.value.field, refused.value.reason) == ("the-field", "individual-number")
    assert normalise("phone", "810312345600").value == "03-1234-5600"  # a valid number is one there, and nowhere else
    with pytest.raises(SubmissionError):
        normalise("text", "810312345600")


def test_without_a_field_none_is_named():
    """A value kept earlier is looked at again without one."""
    with pytest.raises(SubmissionError) as refused:
        normalise("email", "x")
    assert refused.value.field == ""


@pytest.mark.parametrize(
    ("kind", "raw", "find_by"),
    [
        ("some-of", ("a",), ""),
        ("one-of", "a", "a"),
        ("person-name", "ＭＯＲＩ Hanako", "morihanako"),
        ("text", "Ｗｉｔｈ  Space", "with space"),
        ("email", "花子@例え.jp", "花子@xn--r8jz45g.jp"),
        ("email", "a@b.test", "a@b.test"),
        ("phone", "+49 1111111111111", "+491111111111111"),
        ("address-jp", "604-8001 Kyoto", "〒604-8001kyoto"),
    ],
)
def test_what_a_search_compares(kind, raw, find_by):
    """Nothing is looked up elsewhere: an address of a host that is not there is an address."""
    assert normalise(kind, raw, options=("a", "b")).find_by == find_by


def test_the_longest_address():
    """2,000 characters as it is kept."""
    text = "x" * limits.TEXT_CHARACTERS
    assert normalise("address-jp", text).value == text


def test_an_event_of_an_instance_ends_only_what_its_own_notice_gave():
    """A point without instances has the event's plain name; an instance's own is named with it."""
    assert (event_of("closed", ""), event_of("closed", "spring")) == ("closed", "closed#spring")
    state = PersonState(g=1, status="active", opened_at=0.0, last_seen_at=0.0, language="en")
    retention = Retention(until="closed", then_seconds=5.0)
    assert end_of(retention, 1.0, state, {"closed": 10.0}) == 15.0
    assert end_of(retention, 1.0, state, {"closed": 10.0}, "spring") is None
    assert end_of(retention, 1.0, state, {"closed#spring": 20.0}, "spring") == 25.0
