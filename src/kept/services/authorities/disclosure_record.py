"""One disclosure, as it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from kept.services.engine.acts import GROUNDS, Act

GROUND = GROUNDS[Act.DISCLOSE]
"""What the legal desk rests on."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request says, as it is recorded.

    Args:
        authority: Who asks, 1 to 200 characters.
        reference: Its file number, at most 500 characters.
        ground: From the policy's list.
        items: Declared items.
        starts_at: Begin of its period, unix seconds.
        ends_at: End of it; not in the future.
        received_at: When it came.
        due_at: By when it is to be answered.
        public_key: The authority's key, from outside.
        told_from: When the person may be told, unix seconds; 0 for at once.
        waits_for: Why not at once, from `WAITS`; empty for at once.
    """

    authority: str
    reference: str
    ground: str
    items: tuple[str, ...]
    starts_at: float
    ends_at: float
    received_at: float
    due_at: float
    public_key: bytes
    told_from: float = 0.0
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """One person a request names, by their place in it; *found_by* says by what, item names only."""

    person_id: bytes
    place: int
    found_by: str
    seal: str
    done: bool


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One request, as its page shows it.

    Args:
        id: Its id.
        number: Its number.
        terms: What it says.
        recorded_by: Login of who recorded it.
        recorded_at: Unix seconds.
        mandate_id: What its findings and releases are charged to.
        approval_id: The approval it waits for, or got; empty before.
        scope_seal: Seal of what was approved; empty before.
        status: `recorded`, `asked`, `approved`, `ready` or `fetched`.
        finished_at: When the bundle was whole; None before.
        fetched_at: When it was fetched; None before.
        people: Whom it names, without those who were erased.
        outcomes: By place and item: `released`, `not-held`, `outside` or `gone`.
    """

    id: str
    number: int
    terms: Terms
    recorded_by: str
    recorded_at: float
    mandate_id: str
    approval_id: str
    scope_seal: str
    status: str
    finished_at: float | None
    fetched_at: float | None
    people: tuple[Named, ...]
    outcomes: dict[tuple[int, str], str]
