"""What a database is made of, compared with what its migrations make: nothing missing, nothing changed, nothing more.

A trigger, a view in a table's place or a constraint that ignores what does not suit it would let a statement do something
else than it says. So any difference is refused, not known bad ones. Each driver tells its own kinds of pieces: SQLite tables,
indexes, triggers and views; an engine that has rules, policies and grants tells them as well, and is compared alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from kept.errors import StoreError

_COMMENT = re.compile(r"--[^\n]*")
_SHOWN = 60


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """One thing a database is made of.

    Args:
        kind: `table`, `index`, `trigger`, `view`; where an engine has them also `rule`, `policy`, `grant`.
        name: Its name.
        text: What makes it, as `plain` answers; the table it belongs to stands in front where that is not in it.
    """

    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A piece that is not as its migrations make it.

    Args:
        part: `data` or `keys`.
        kind: As in `Piece`.
        name: Its name; what is not ours was named by somebody else.
        how: `missing`, `changed` or `additional`.
    """

    part: str
    kind: str
    name: str
    how: str

    def __str__(self) -> str:
        name, kind = (
            ascii(one)[1:-1][:_SHOWN] for one in (self.name, self.kind)
        )  # what somebody else wrote moves no cursor
        what = {"missing": "it is missing", "changed": "it was changed", "additional": "no migration made it"}[self.how]
        return f"{kind} {name} of database {'D' if self.part == 'data' else 'K'}: {what}"

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.how == "additional" and self.kind != "table":
            return "look at who made it, drop it, then run `kept verify`: what was written since may be missing"
        if self.how == "additional":
            return "move it to a database of its own, then run `kept verify`: nothing but Kept's own tables stands here"
        return "keep the files, run `kept verify`, then restore a backup of this database"


@lru_cache(1024)
def plain(statement: str) -> str:
    """Return a statement without its comments and with single spaces, so that only what it does is compared."""
    return " ".join(_COMMENT.sub("", statement).split())


def differences(part: str, expected: Iterable[Piece], found: Iterable[Piece]) -> list[Difference]:
    """Return every piece of a database that is not as expected, by kind and name; indexes last, since many follow from a table.

    Args:
        part: `data` or `keys`.
        expected: What its migrations make.
        found: What is there.
    """
    due, there = ({(one.kind, one.name): one.text for one in pieces} for pieces in (expected, found))
    return [
        Difference(part, *place, "missing" if place not in there else "changed" if place in due else "additional")
        for place in sorted(due.keys() | there.keys(), key=lambda place: (place[0] == "index", place))
        if due.get(place) != there.get(place)
    ]


def refuse_differences(found: list[Difference]) -> None:
    """Go on where there is no difference.

    Raises:
        StoreError: There is one (reason `schema-other`); it names the first, and how many more.
    """
    if not found:
        return
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    raise StoreError(
        f"expected a database as its migrations make it, found {found[0]}{more}",
        reason="schema-other",
        hint=found[0].remedy,
        rests_on="durable-writes ledger-consistent",
    )
