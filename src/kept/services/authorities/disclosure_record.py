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
        authority: Who asks: while it is recorded its name in the register of other parties, afterwards its title there.
        reference: Its file number, at most 500 characters.
        ground: From the policy's list.
        items: Declared items.
        starts_at: Begin of its period, unix seconds.
        ends_at: End of it; not in the future.
        received_at: When it came.
        due_at: By when it is to be answered.
        told_from: When the person may be told, unix seconds; 0 for at once. It is always chosen: there is no default.
        waits_for: Why not at once, from `WAITS`; empty for at once.
        public_key: The authority's key, from its entry in the register; whoever records a request gives none.
        party: Id of that entry; whoever records a request gives none.
    """

    authority: str
    reference: str
    ground: str
    items: tuple[str, ...]
    starts_at: float
    ends_at: float
    received_at: float
    due_at: float
    told_from: float
    waits_for: str
    public_key: bytes = b""
    party: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """One person a request names, by their place in it.

    *found_by* says by what, item names only; *named* how the request names them, sealed (see `disclosures.read_request`).
    """

    person_id: bytes
    place: int
    found_by: str
    named: bytes
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
        paper_hash: SHA-256 of the paper it came on, hex; empty before it was put there.
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
    paper_hash: str
    status: str
    finished_at: float | None
    fetched_at: float | None
    people: tuple[Named, ...]
    outcomes: dict[tuple[int, str], str]
