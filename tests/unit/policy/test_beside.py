"""Two texts beside each other: what is equal is not marked, and each side stays what it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.policy.beside import beside


@pytest.mark.parametrize(
    ("before", "after", "taken_out", "added"),
    [
        ("To send you letters.", "To send you letters and gifts.", (), ("and gifts",)),
        ("Unless you object.", "Only with your consent.", ("Unless you object",), ("Only with your consent",)),
        ("同意がある場合に限ります。", "反対されない限り使います。", None, None),
        ("the same", "the same", (), ()),
        ("", "all new", (), ("all new",)),
    ],
)
def test_what_differs_is_marked(before, after, taken_out, added):
    """Words changed together are read together; what is the same stays unmarked."""
    found = beside(before, after)
    if taken_out is None:
        assert found.taken_out
        assert found.added
    else:
        assert (found.taken_out, found.added) == (taken_out, added)


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_is_lost_and_what_is_unmarked_is_the_same(before, after):
    """Each side reads as it was; the unmarked parts of both are one text."""
    found = beside(before, after)
    assert "".join(text for text, _ in found.before) == before
    assert "".join(text for text, _ in found.after) == after
    if before == after:
        assert not any(marked for _, marked in (*found.before, *found.after))
    if not (before and after):
        assert all(marked for text, marked in (*found.before, *found.after) if text)
