"""How a person's state changes: each act answers the next state, with `g + 1`, or refuses.

Laws (tests/property): a correction never widens what is allowed; an empty box changes nothing; a general yes never lifts
a channel's no; a witnessed choice never lifts a no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kept.errors import ConflictError, DeniedError, SubmissionError
from kept.policy.person import Choice, Grant, OldVersion, PersonState, Slot
from kept.policy.retention import OLD_VERSION_SECONDS
from kept.policy.words import Exit, Source

replace = msgspec.structs.replace


def fill(  # noqa: PLR0913 -- what a value remembers
    state: PersonState, slots: Iterable[str], *, notice_id: str, point: str, source: Source, key_id: str, at: float
) -> PersonState:
    """Fill empty slots under a notice; filling is collection, so a filled slot is corrected instead.

    Raises:
        SubmissionError: A slot is filled already.
    """
    filled = dict(state.slots)
    for slot in slots:
        if slot in filled:
            raise SubmissionError(
                "expected an item not given yet, found one given before", field=slot, reason="slot-filled",
                hint="correct it on my data", clause="§4.1",
            )
        version = 1 + max((old.version for old in state.old if old.slot == slot), default=0)
        filled[slot] = Slot(version, notice_id, at, source, point, key_id, at)
    return replace(state, g=state.g + 1, slots=filled)


def grant(  # noqa: PLR0913 -- what a consent names
    state: PersonState,
    ticks: Mapping[str, Iterable[Exit]],
    *,
    notice_id: str,
    slots: Iterable[str],
    recipients: Mapping[str, Iterable[str]],
    at: float,
    by: str = "self",
) -> PersonState:
    """Record the boxes ticked on a form. A box left empty grants nothing here and withdraws nothing elsewhere.

    Args:
        state: Before.
        ticks: For each purpose ticked, the channels ticked for it (none for purposes without channels).
        notice_id: The form's notice, hex.
        slots: Slots filled on that form.
        recipients: Third parties consented to, by purpose.
        at: Unix seconds.
        by: `self`, `paper` or `call`.
    """
    named = tuple(sorted(slots))
    grants, choices = list(state.grants), {(one.purpose, one.exit): one for one in state.choices}
    for purpose, exits in ticks.items():
        grants.append(Grant(purpose, notice_id, named, tuple(sorted(recipients.get(purpose, ()))), at))
        for way_out in (None, *exits):
            before = choices.get((purpose, way_out))
            if before is not None and not before.allow and by != "self":
                continue
            choices[purpose, way_out] = Choice(purpose, way_out, True, notice_id, at, by)
    return replace(state, g=state.g + 1, grants=tuple(grants), choices=tuple(choices.values()))


def choose(  # noqa: PLR0913 -- what a choice names
    state: PersonState, purpose: str, way_out: Exit | None, *, allow: bool, at: float, by: str = "self"
) -> PersonState:
    """Record a yes or no for (purpose) or (purpose, exit).

    Raises:
        DeniedError: A witnessed yes would lift the person's own no.
    """
    before = state.choice(purpose, way_out)
    if allow and by != "self" and before is not None and not before.allow:
        raise DeniedError(
            "a witnessed yes cannot lift the person's own no", step=6, needed="the person's own yes, on my data",
            reason="witnessed-yes", clause="§2.8",
        )
    rest = tuple(one for one in state.choices if (one.purpose, one.exit) != (purpose, way_out))
    return replace(state, g=state.g + 1, choices=(*rest, Choice(purpose, way_out, allow, "", at, by)))


def stop(state: PersonState, purpose: str) -> PersonState:
    """Stop a use."""
    return replace(state, g=state.g + 1, stops=tuple(sorted({*state.stops, purpose})))


def resume(state: PersonState, purpose: str) -> PersonState:
    """Resume a use stopped before."""
    return replace(state, g=state.g + 1, stops=tuple(one for one in state.stops if one != purpose))


def correct(  # noqa: PLR0913 -- what a correction names
    state: PersonState, slot: str, *, expected_version: int, source: Source, key_id: str, at: float, claimed: bool = False
) -> PersonState:
    """Write a new version of a slot under the same notice, grants and end.

    Raises:
        ConflictError: Another version is current than the one being replaced.
    """
    held = state.slots.get(slot)
    if held is None or held.version != expected_version:
        raise ConflictError(
            f"expected version {expected_version} of {slot} to be current, found another", reason="corrected-elsewhere",
            hint="somebody, perhaps you in another window, corrected it first: look at it again",
        )
    old = OldVersion(slot, held.version, held.notice_id, held.source, held.key_id, at)
    fresh = replace(held, version=held.version + 1, source=source, key_id=key_id, corrected_at=at, claimed=claimed)
    return replace(state, g=state.g + 1, slots={**state.slots, slot: fresh}, old=(*state.old, old))


def confirm(state: PersonState, slot: str) -> PersonState:
    """The owner confirms what staff corrected."""
    held = state.slots[slot]
    return replace(state, g=state.g + 1, slots={**state.slots, slot: replace(held, claimed=False)})


def accept(state: PersonState, slots: Iterable[str], purpose: str, notice_id: str) -> PersonState:
    """The person accepts a later notice's tuple of *purpose* for *slots*."""
    changed = dict(state.slots)
    for slot in slots:
        held = changed[slot]
        rest = tuple(one for one in held.accepted if one[0] != purpose)
        changed[slot] = replace(held, accepted=(*rest, (purpose, notice_id)))
    return replace(state, g=state.g + 1, slots=changed)


def remove(state: PersonState, slots: Iterable[str]) -> PersonState:
    """Take values away, with their older versions and what was granted for them."""
    gone = set(slots)
    return replace(
        state,
        g=state.g + 1,
        slots={name: slot for name, slot in state.slots.items() if name not in gone},
        old=tuple(one for one in state.old if one.slot not in gone),
        grants=tuple(
            replace(one, slots=tuple(name for name in one.slots if name not in gone))
            for one in state.grants
            if set(one.slots) - gone
        ),
    )


def prune(state: PersonState, at: float) -> tuple[PersonState, tuple[OldVersion, ...]]:
    """End older versions after 30 days; answers the next state and what ended (the same state when nothing did)."""
    ended = tuple(one for one in state.old if at >= one.replaced_at + OLD_VERSION_SECONDS)
    if not ended:
        return state, ()
    return replace(state, g=state.g + 1, old=tuple(one for one in state.old if one not in ended)), ended


def seen(state: PersonState, at: float) -> PersonState | None:
    """The person signed in: remembered to the day; None when nothing changes."""
    day = at - at % 86400
    return replace(state, g=state.g + 1, last_seen_at=day) if day > state.last_seen_at else None


def close(state: PersonState, at: float) -> PersonState:
    """The account is closed; retention until account-closed begins to run."""
    return replace(state, g=state.g + 1, closed_at=at)


def begin_erasing(state: PersonState) -> PersonState:
    """An erasure is intended: nothing is released but to the person, until it is done or undone."""
    return replace(state, g=state.g + 1, status="erasing")


def undo_erasing(state: PersonState) -> PersonState:
    """An erasure is undone within its grace period."""
    return replace(state, g=state.g + 1, status="active")
