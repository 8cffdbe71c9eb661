"""What a browser chose about cookies: kept on the customer's own computer, as words, without any number of theirs.

The cookie says the revision of the question it answers, the purposes that got a yes, and the day. Whatever else it says
is no choice at all, and no choice is a no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kept import limits

REVISION_CHARACTERS = 12
_FORM = re.compile(r"([0-9a-f]{12})!(\d{4}-\d{2}-\d{2})!([a-z0-9-]*(?:\.[a-z0-9-]+)*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Choices:
    """An answer to the question of one revision.

    Args:
        revision: 12 hex digits of the question: purposes on consent, with their words and cookies.
        day: `YYYY-MM-DD`, when it was given.
        allowed: Purposes that got a yes; every other one got a no.
    """

    revision: str
    day: str
    allowed: frozenset[str]

    def text(self) -> str:
        """Return it as the cookie's value."""
        return f"{self.revision}!{self.day}!{'.'.join(sorted(self.allowed))}"


def parse_choices(unverified: str, revision: str, asked: Iterable[str]) -> Choices | None:
    """Read a choice from the cookie's value.

    Args:
        unverified: As the browser sent it.
        revision: Of the question as it is asked now.
        asked: Purposes the question is about.

    Returns:
        The choice; None when it answers another question or cannot be read, which both mean: ask again, and until then no.
    """
    if len(unverified) > limits.CHOICES_CHARACTERS:
        return None
    found = _FORM.fullmatch(unverified)
    if found is None or found[1] != revision:
        return None
    allowed = frozenset(one for one in found[3].split(".") if one)
    return Choices(found[1], found[2], allowed) if allowed <= frozenset(asked) else None
