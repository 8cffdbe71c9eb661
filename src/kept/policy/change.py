"""How a person's state changes: each act answers the next state, with `g + 1`, or refuses.

Laws (tests/property): a correction never widens what is allowed; an empty box changes nothing; a general yes never
lifts a channel's no; a witnessed choice never lifts a no; a box ticked on one form never revives what was withdrawn
elsewhere; what another company says widens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kept import limits
from kept.errors import ConflictError, DeniedError, SubmissionError
from kept.policy.person import Asked, Choice, Grant, OldVersion, PersonState, Slot, Stated
from kept.policy.words import WITNESSED, Exit, Source

replace = msgspec.structs.replace

CORRECTORS = frozenset({Source.OWN_SESSION}) | WITNESSED
"""Where a correction may come from: the person, directly or witnessed."""


def fill(  # noqa: PLR0913 -- what a value remembers
    state: PersonState,
    slots: Iterable[str],
    *,
    notice_id: str,
    point: str,
    source: Source,
    key_id: str,
    at: float,
) -> PersonState:
    """Fill empty slots under a notice; filling is collection, so a filled slot is corrected instead.

    Args:
        state: Before.
        slots: Which.
        notice_id: Notice it is given under, hex.
        point: Collection point.
        source: Where it comes from.
        key_id: Value key it is sealed under.
        at: Now, unix seconds.

    Raises:
        SubmissionError: A slot is filled already, or the person is being erased.
    """
    require_staying(state)
    filled = dict(state.slots)
    for slot in slots:
        if slot in filled:
            raise SubmissionError(
                "expected an item not given yet, found one given before",
                field=slot,
                reason="slot-filled",
                hint="correct it on my data",
                rests_on="bound-to-notice",
            )
        version = 1 + max((old.version for old in state.old if old.slot == slot), default=0)
        filled[slot] = Slot(version, notice_id, at, source, point, key_id, at)
    return replace(state, g=state.g + 1, slots=filled)


def given_earlier(state: PersonState, slots: Iterable[str], at: float) -> PersonState:
    """Let the time of values run from when they were given elsewhere, on paper say, and not from when they came here.

    Args:
        state: In which they were just filled.
        slots: Which.
        at: When they were given, unix seconds; never later than they came here.
    """
    earlier = {name: replace(state.slots[name], given_at=min(at, state.slots[name].given_at)) for name in slots}
    return replace(state, slots={**state.slots, **earlier})


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

    A ticked box grants for the named slots alone: what was withdrawn for other slots stays withdrawn. With no box
    ticked the same state is answered.

    Args:
        state: Before.
        ticks: For each purpose ticked, the channels ticked for it (none for purposes without channels).
        notice_id: The form's notice, hex.
        slots: Slots filled on that form; one that does not answer to this notice is not covered.
        recipients: Third parties consented to, by purpose.
        at: Unix seconds.
        by: `self`, `paper` or `call`; what the person chose before stands beside anybody else's word.
    """
    if not ticks:
        return state
    require_staying(state)
    named = tuple(sorted(name for name in set(slots) if _answers_to(state, name, notice_id)))
    grants, choices = list(state.grants), {(one.purpose, one.exit): one for one in state.choices}
    for purpose, exits in ticks.items():
        whole = choices.get((purpose, None))
        refused = by != "self" and whole is not None and not whole.allow
        to = tuple(sorted(recipients.get(purpose, ())))
        grants.append(Grant(purpose, notice_id, named, to, at, withdrawn=refused))
        for way_out in (None, *exits):
            before = choices.get((purpose, way_out))
            if before is not None and by != "self":
                continue
            choices[purpose, way_out] = Choice(purpose, way_out, allow=True, notice_id=notice_id, at=at, by=by)
    return replace(state, g=state.g + 1, grants=tuple(grants), choices=tuple(choices.values()))


def _answers_to(state: PersonState, slot: str, notice_id: str) -> bool:
    held = state.slots.get(slot)
    return held is not None and (held.notice_id == notice_id or notice_id in dict(held.accepted).values())


def choose(  # noqa: PLR0913 -- what a choice names
    state: PersonState, purpose: str, way_out: Exit | None, *, allow: bool, at: float, by: str = "self"
) -> PersonState:
    """Record a yes or no for (purpose) or (purpose, exit).

    A no to the purpose as a whole withdraws every consent given to it; the person's own yes, made on my data before all
    their values, takes the withdrawal back. Neither touches the choice for a channel.

    Args:
        state: Before.
        purpose: Purpose id.
        way_out: Channel it is about; None for the purpose as a whole.
        allow: True for a yes.
        at: Unix seconds.
        by: `self`, `paper` or `call`.

    Raises:
        DeniedError: A witnessed yes would lift the person's own no.
        SubmissionError: It is a yes, and the person is being erased.
    """
    if allow:
        require_staying(state)
    before = state.choice(purpose, way_out)
    if allow and by != "self" and before is not None and not before.allow:
        raise _witnessed_yes()
    rest = tuple(one for one in state.choices if (one.purpose, one.exit) != (purpose, way_out))
    grants = state.grants
    if way_out is None and (by == "self" or not allow):
        grants = tuple(replace(one, withdrawn=not allow) if one.purpose == purpose else one for one in grants)
    return replace(state, g=state.g + 1, choices=(*rest, Choice(purpose, way_out, allow, "", at, by)), grants=grants)


def _witnessed_yes() -> DeniedError:
    return DeniedError(
        "a witnessed yes cannot lift the person's own no",
        step=6,
        needed="the person's own yes, on my data",
        reason="witnessed-yes",
        rests_on="sources:direct",
    )


def stop(state: PersonState, purpose: str) -> PersonState:
    """Stop a use."""
    return replace(state, g=state.g + 1, stops=tuple(sorted({*state.stops, purpose})))


def resume(state: PersonState, purpose: str) -> PersonState:
    """Resume a use stopped before.

    Raises:
        SubmissionError: The person is being erased.
    """
    require_staying(state)
    return replace(state, g=state.g + 1, stops=tuple(one for one in state.stops if one != purpose))


def correct(  # noqa: PLR0913 -- what a correction names
    state: PersonState,
    slot: str,
    *,
    expected_version: int,
    source: Source,
    key_id: str,
    at: float,
    same: bool = False,
) -> PersonState:
    """Write a new version of a slot under the same notice, grants and end. A new address is confirmed by nobody yet.

    Args:
        state: Before.
        slot: A filled slot.
        expected_version: Version the correction replaces.
        source: The person's own session, or a witness.
        key_id: Value key the new version is sealed under.
        at: Unix seconds.
        same: True where the value is the one before.

    Raises:
        ConflictError: Another version is current than the one being replaced.
        SubmissionError: The correction comes from somebody else than the person.
    """
    if source not in CORRECTORS:
        raise SubmissionError(
            "expected a correction from the person, directly or witnessed, found another source",
            field=slot,
            reason="correction-source",
            rests_on="sources:direct",
        )
    held = state.slots.get(slot)
    if held is None or held.version != expected_version:
        raise ConflictError(
            f"expected version {expected_version} of {slot} to be current, found another",
            reason="corrected-elsewhere",
            hint="somebody, perhaps you in another window, corrected it first: look at it again",
        )
    old = OldVersion(slot, held.version, held.notice_id, held.source, held.key_id, at, held.corrected_at)
    fresh = replace(held, version=held.version + 1, source=source, key_id=key_id, corrected_at=at)
    if not same:
        fresh = replace(fresh, confirmed_at=None, asked=None)
        state = remember_removed(state, [slot], at)
    return replace(state, g=state.g + 1, slots={**state.slots, slot: fresh}, old=(*state.old, old))


def ask(state: PersonState, slot: str, at: float) -> PersonState:
    """The owner of an address is asked to confirm it, once more.

    Raises:
        SubmissionError: There is no such value.
    """
    before = _held(state, slot).asked
    return _with(state, slot, asked=Asked((before.times if before else 0) + 1, at))


def mistype(state: PersonState, slot: str) -> PersonState:
    """A wrong code was typed for an address whose owner was asked.

    Raises:
        SubmissionError: There is no such value, or nobody was asked.
    """
    asked = _held(state, slot).asked
    if asked is None:
        raise _empty(slot)
    return _with(state, slot, asked=replace(asked, wrong=asked.wrong + 1))


def confirm(state: PersonState, slot: str, at: float) -> PersonState:
    """The owner of an address showed that it is theirs.

    Raises:
        SubmissionError: There is no such value.
    """
    return _with(state, slot, confirmed_at=at, asked=None)


def accept(state: PersonState, slots: Iterable[str], purpose: str, notice_id: str) -> PersonState:
    """The person accepts a later notice's tuple of *purpose* for *slots*; where the basis is consent, a grant follows.

    Raises:
        SubmissionError: There is no such value, or the person is being erased.
    """
    require_staying(state)
    changed = dict(state.slots)
    for slot in slots:
        held = _held(state, slot)
        rest = tuple(one for one in held.accepted if one[0] != purpose)
        changed[slot] = replace(held, accepted=(*rest, (purpose, notice_id)))
    return replace(state, g=state.g + 1, slots=changed)


def unaccept(state: PersonState, notice_ids: Iterable[str]) -> PersonState:
    """The person takes back what they accepted under some notices; what a notice before them bound holds again."""
    gone = set(notice_ids)
    slots = {
        name: replace(slot, accepted=tuple(one for one in slot.accepted if one[1] not in gone))
        for name, slot in state.slots.items()
    }
    grants = tuple(one for one in state.grants if one.notice_id not in gone)
    return replace(state, g=state.g + 1, slots=slots, grants=grants)


def _with(state: PersonState, slot: str, **fields: object) -> PersonState:
    held = replace(_held(state, slot), **fields)
    return replace(state, g=state.g + 1, slots={**state.slots, slot: held})


def _held(state: PersonState, slot: str) -> Slot:
    held = state.slots.get(slot)
    if held is None:
        raise _empty(slot)
    return held


def _empty(slot: str) -> SubmissionError:
    return SubmissionError("expected a value, found none", field=slot, reason="slot-empty", rests_on="bound-to-notice")


def require_not_undone(
    state: PersonState, slots: Iterable[str], ticks: Iterable[tuple[str, Exit | None]], *, since: float
) -> None:
    """Insist that a person has not undone what they gave elsewhere: an older paper brings nothing back.

    Args:
        state: As it is now.
        slots: What was given there.
        ticks: What was said yes to there: purpose, and channel where it has one.
        since: Begin of the day on which it was given, unix seconds; what was taken away on that day counts as later.

    Raises:
        SubmissionError: They took a value away since, or stopped a use.
        DeniedError: Their own no stands.
    """
    for slot in slots:
        if state.removed.get(slot, -1.0) >= since:
            raise SubmissionError(
                "expected an item not taken away since it was given, found one that was",
                field=slot,
                reason="witnessed-removed",
                hint="leave it out: only the person gives it again",
                rests_on="sources:direct",
            )
    for purpose, way_out in ticks:
        if purpose in state.stops:
            raise SubmissionError(
                "expected a purpose in use, found one the person has stopped",
                field=purpose,
                reason="witnessed-stopped",
                hint="leave the yes out: only the person resumes it",
                rests_on="sources:direct",
            )
        said = (state.choice(purpose, None), state.choice(purpose, way_out))
        if any(one is not None and not one.allow for one in said):
            raise _witnessed_yes()


def disown(state: PersonState, slots: Iterable[str], notice_id: str, taken_at: float, at: float) -> PersonState:
    """The person says that what was entered for them is not theirs: values go, and each yes becomes their own no.

    Args:
        state: Before.
        slots: What was entered; what they corrected or gave anew since is their own, and stays.
        notice_id: Notice it was entered under, hex.
        taken_at: When it was taken in, unix seconds.
        at: Now, unix seconds.
    """
    gone = [one for one in slots if one in state.slots and _entered(state.slots[one], notice_id, taken_at)]
    after = remove(state, gone, by_person_at=at)
    grants = tuple(one for one in after.grants if (one.notice_id, one.at) != (notice_id, taken_at))
    choices = tuple(
        Choice(one.purpose, one.exit, allow=False, notice_id="", at=at, by="self")
        if one.allow and (one.notice_id, one.at) == (notice_id, taken_at)
        else one
        for one in after.choices
    )
    return replace(after, grants=grants, choices=choices)


def _entered(held: Slot, notice_id: str, taken_at: float) -> bool:
    return held.source in WITNESSED and (held.notice_id, held.corrected_at) == (notice_id, taken_at)


def state_word(state: PersonState, word: Stated) -> PersonState:
    """Remember what another company says; it allows nothing. The time of what it gave runs from when they are said to have agreed.

    Args:
        state: Before, with what it gave.
        word: What it says.

    Raises:
        SubmissionError: The person is being erased.
    """
    require_staying(state)
    given = {slot: replace(state.slots[slot], given_at=word.agreed_at, by_word=True) for slot in word.slots}
    return replace(state, g=state.g + 1, slots={**state.slots, **given}, stated=(*state.stated, word))


def stated(state: PersonState, word_id: str) -> Stated:
    """Return a company's word that waits for the person.

    Raises:
        SubmissionError: There is none of that number that waits.
    """
    for one in state.stated:
        if one.id == word_id and one.confirmed_at is None:
            return one
    raise SubmissionError(
        "expected what another company says and you have not answered yet, found none",
        reason="statement-none",
        hint="look at my data: it says what waits for your answer",
        rests_on="sources:partner",
    )


def confirm_word(state: PersonState, word_id: str, ticks: Iterable[tuple[str, str]], at: float) -> PersonState:
    """The person says that a company's word is so; the boxes they name become their own yes, from now on.

    Args:
        state: Before.
        word_id: Number of the word.
        ticks: Which of its boxes; the others are not said by anybody any more.
        at: Unix seconds.

    Raises:
        SubmissionError: There is no such word that waits, it says nothing of a box, or the person is being erased.
    """
    require_staying(state)
    word, chosen = stated(state, word_id), tuple(dict.fromkeys(ticks))
    if not set(chosen) <= set(word.ticks):
        raise SubmissionError(
            "expected boxes the statement names, found another", reason="choice-unknown", rests_on="fair-forms"
        )
    by_purpose: dict[str, list[Exit]] = {}
    for purpose, way_out in chosen:
        by_purpose.setdefault(purpose, []).extend([Exit(way_out)] if way_out else [])
    confirmed = replace(word, ticks=chosen, confirmed_at=at)
    words = tuple(confirmed if one is word else one for one in state.stated)
    granted = grant(state, by_purpose, notice_id=word.notice_id, slots=word.slots, recipients={}, at=at)
    own = {slot: replace(state.slots[slot], by_word=False) for slot in word.slots}
    return replace(granted, g=state.g + 1, slots={**state.slots, **own}, stated=words)


def refuse_word(state: PersonState, word_id: str, at: float) -> PersonState:
    """The person says that a company's word is not so: what it gave goes, and what it says they agreed to is their no.

    A yes of their own, given elsewhere, stays.

    Raises:
        SubmissionError: There is no such word that waits.
    """
    word = stated(state, word_id)
    said = {(one.purpose, one.exit) for one in state.choices}
    noes = tuple(
        Choice(purpose, way_out, allow=False, notice_id="", at=at, by="self")
        for purpose, way_out in ((one, Exit(way) if way else None) for one, way in word.ticks)
        if (purpose, way_out) not in said
    )
    gone = [one for one in word.slots if state.stated_of(one) is word]
    after = remove(state, gone, by_person_at=at)
    words = tuple(one for one in after.stated if one.id != word_id)
    return replace(after, g=state.g + 1, choices=(*after.choices, *noes), stated=words)


def remember_removed(state: PersonState, slots: Iterable[str], at: float) -> PersonState:
    """Remember that values were taken away: what was agreed elsewhere before that brings none of them back."""
    kept = dict(state.removed)
    kept |= {slot: max(at, kept.get(slot, 0.0)) for slot in slots if "#" not in slot}
    return replace(state, removed=kept)


def remove(state: PersonState, slots: Iterable[str], *, by_person_at: float | None = None) -> PersonState:
    """Take values away, with their older versions, what was granted for them, and what another company said of them.

    Args:
        state: Before.
        slots: Which.
        by_person_at: When the person took them away, unix seconds; None where their time ended.
    """
    gone = set(slots)
    if by_person_at is not None:
        state = remember_removed(state, gone, by_person_at)
    words = (replace(one, slots=tuple(name for name in one.slots if name not in gone)) for one in state.stated)
    return replace(
        state,
        g=state.g + 1,
        stated=tuple(one for one in words if one.slots or one.ticks),
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
    ended = tuple(one for one in state.old if at >= one.replaced_at + limits.OLD_VERSION_SECONDS)
    if not ended:
        return state, ()
    return replace(state, g=state.g + 1, old=tuple(one for one in state.old if one not in ended)), ended


def seen(state: PersonState, at: float) -> PersonState | None:
    """The person signed in: remembered to the day; None when nothing changes."""
    day = at - at % limits.DAY
    return replace(state, g=state.g + 1, last_seen_at=day) if day > state.last_seen_at else None


def linked(state: PersonState) -> PersonState:
    """One of your own systems calls the person something from now on: it stands beside the state, whose g counts it."""
    require_staying(state)
    return replace(state, g=state.g + 1)


def unlinked(state: PersonState) -> PersonState:
    """One of your own systems calls the person nothing any more."""
    return replace(state, g=state.g + 1)


def close(state: PersonState, at: float) -> PersonState:
    """The account is closed; retention until account-closed begins to run, and a second closing does not restart it."""
    return replace(state, g=state.g + 1, closed_at=at if state.closed_at is None else min(at, state.closed_at))


def require_staying(state: PersonState) -> None:
    """Insist that nothing new is given to, or allowed for, an account that is being erased; a no is always taken."""
    if state.status == "erasing":
        raise SubmissionError(
            "expected an account that stays, found one that is being erased",
            reason="erasing",
            hint="undo the erasure first",
            rests_on="purposes:rights-request",
        )


def begin_erasing(state: PersonState) -> PersonState:
    """An erasure is intended: nothing is released but to the person, until it is done or undone."""
    return replace(state, g=state.g + 1, status="erasing")


def undo_erasing(state: PersonState) -> PersonState:
    """An erasure is undone within its grace period."""
    return replace(state, g=state.g + 1, status="active")
