"""A question put to the policy, and its answer.

The answer cannot be used as a truth value by accident: `if decide(...)` raises, and mypy rejects it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

import msgspec

from kept.policy.words import Basis, Exit


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who acts, for exactly one purpose, in which case, until when. Issued by signing in, never typed.

    Args:
        id: Random id, hex.
        kind: `staff`, `program` (an API credential) or `own` (the person on their own data).
        actor: Staff login or credential id; empty for own-access (the person is *person_id*).
        role: Role the purpose is taken from; empty for own-access.
        purpose: The one purpose; `own-access` for the person's own.
        case: Case number; empty when there is none.
        person_id: The person this mandate is bound to, 16 bytes; empty until a case is bound by its first hit.
        signed_in_at: When the actor last showed who they are, unix seconds.
        expires_at: End of the time box, unix seconds.
        revoked: True once it was taken back.
        volume_left: Releases left; counted down in the flush transaction.
    """

    id: str
    kind: str
    actor: str
    role: str
    purpose: str
    case: str
    person_id: bytes
    signed_in_at: float
    expires_at: float
    revoked: bool = False
    volume_left: int = 1


@dataclass(frozen=True, slots=True)
class LawRequest:
    """What a request under a law names: persons, items and period (unix seconds, both ends included)."""

    persons: frozenset[bytes]
    items: frozenset[str]
    starts_at: float
    ends_at: float


@dataclass(frozen=True, slots=True)
class Request:
    """May *mandate* open *slot* of *person_id*, leaving by *exit*, at *at*?

    Args:
        mandate: Presented mandate; its id was checked by the caller.
        person_id: The person, 16 bytes.
        slot: Slot asked for: an item id, or `item#instance`.
        exit: Way out asked for.
        at: The decision's time, unix seconds, from the one clock.
        recipient: Third party (exit provision) or processor (exit processor); empty otherwise.
        law: The request of an authority; only under basis *law*.
        events: Times of retention events, by `retention.event_of`, such as `closed#spring-survey`; the person's own
            closing and last sign-in come from the state.
    """

    mandate: Mandate
    person_id: bytes
    slot: str
    exit: Exit
    at: float
    recipient: str = ""
    law: LawRequest | None = None
    events: dict[str, float] = field(default_factory=dict)

    @property
    def item(self) -> str:
        """The declared item the slot belongs to."""
        return self.slot.partition("#")[0]


class _NotATruthValue:
    """Makes `if decision:` an error instead of always true."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("a decision is not a truth value: match on Allowed or Refused")


class Allowed(_NotATruthValue, msgspec.Struct, frozen=True):
    """Yes, with what it rests on.

    Args:
        clause: Clause of the purpose, without the section sign.
        basis: The narrower basis it was decided on.
        notice_id: Notice the value answers to, hex; empty under basis *law* and for old versions.
        until: End of the value, unix seconds; None when no end is known yet.
    """

    clause: str
    basis: Basis
    notice_id: str
    until: float | None


class Refused(_NotATruthValue, msgspec.Struct, frozen=True):
    """No, with the step, the clause and what would be needed.

    Args:
        step: Step of `kept.policy.reference.decide` that refused, 1 to 9.
        reason: Stable machine word, listed in `docs/ERRORS.md`.
        clause: Clause it follows from, without the section sign.
        needed: What would be needed for a yes: a closed English sentence, translated at the edges.
    """

    step: int
    reason: str
    clause: str
    needed: str


Decision = Allowed | Refused
