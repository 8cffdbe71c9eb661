"""My data: what is held about the person, where from, why, until when, and every use made of it.

The view is an own-access read through the gate; its entry commits the count and hash of the entries it showed, since
inclusion alone does not show that nothing was left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kept import limits
from kept.crypto.digest import sha256
from kept.errors import InputError
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.decision import Allowed
from kept.policy.model import Policy, Purpose
from kept.policy.notice import Notice
from kept.policy.person import PersonState, Stated
from kept.policy.retention import end_of_slot
from kept.policy.words import Basis, Exit
from kept.services.accounts.known_by import KnownBy, known_by
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Condition, Moved
from kept.services.engine.people import Person
from kept.services.engine.record import about, entry_of
from kept.services.forms.instance_record import standing
from kept.services.gate import gate
from kept.services.gate.ends import events_of
from kept.services.gate.external_ids import external_ids_of
from kept.services.gate.history import History, history_of
from kept.services.gate.own_session import Own
from kept.services.my_data.statements import Statement, statements_of
from kept.store import sql


@dataclass(frozen=True, slots=True)
class Held:
    """One value held; *stated* is the word of the company it came from, None where it came from nobody else."""

    slot: str
    item: str
    value: str | tuple[str, ...]
    version: int
    given_at: float
    corrected_at: float
    point: str
    source: str
    notice_id: str
    ends_at: float | None
    purposes: tuple[str, ...]
    earlier: tuple[str | tuple[str, ...], ...]
    stated: Stated | None = None


@dataclass(frozen=True, slots=True)
class PurposeSwitch:
    """One purpose on my data: what it may do now, by the person's own choices."""

    purpose: Purpose
    given: bool
    withdrawn: bool
    stopped: bool
    channels: tuple[tuple[Exit, bool], ...]

    @property
    def can_be_stopped(self) -> bool:
        """Whether there is a use to stop or to resume: what they never allowed does not happen."""
        return self.stopped or self.given or self.withdrawn or self.purpose.basis is not Basis.CONSENT


@dataclass(frozen=True, slots=True)
class OwnData:
    """Everything my data shows.

    Args:
        state: The person's state.
        held: Every value held, with where from, why and until when.
        switches: Every purpose, with what it may do now.
        external: What your own systems call the person, by system.
        known_by: What the account is known by: numbers and names we made, and what it signs in with.
        history: What concerned them, newest first.
        entry_id: Of the entry this view is, hex.
        erased_at: When an erasure under way is due, unix seconds; None where none is.
        statements: What other companies say the person agreed to; nothing counts before the person confirmed it.
    """

    state: PersonState
    held: tuple[Held, ...]
    switches: tuple[PurposeSwitch, ...]
    external: dict[str, str]
    known_by: KnownBy
    history: History
    entry_id: str
    erased_at: float | None = None
    statements: tuple[Statement, ...] = ()


async def own_data(
    engine: Engine,
    own: Own,
    *,
    exit: Exit = Exit.OWN_PAGE,  # noqa: A002 -- the field's own word
    act: Act = Act.OWN_VIEW,
    older: str = "",
) -> OwnData:
    """Open everything held about the person, for themselves.

    Args:
        engine: Open.
        own: The person's session.
        exit: `own-page`, or `take-along` with a fresh sign-in.
        act: What the entry calls it.
        older: Where the page of the history begins, from the page before.

    Raises:
        DeniedError: The session may not (anymore), or take-along without a fresh sign-in.
    """
    for _ in range(limits.MOVED_TRIES):
        try:
            return await _own_data_once(engine, own, exit, act, older)
        except Moved:
            continue
    raise InputError("your data keeps changing while it is shown", reason="moved", hint="load the page again")


async def _own_data_once(engine: Engine, own: Own, exit: Exit, act: Act, older: str) -> OwnData:  # noqa: A002 -- see own_data
    at = engine.ready()
    if exit is Exit.TAKE_ALONG:
        own.require_fresh(at)
    person = await engine.people.load(own.person_id, None)
    policy = engine.policy_in_force(person.policy_hash).policy
    mandate = own.mandate()
    decisions = await gate.decide(engine, mandate, person, tuple(person.state.slots), exit, at)
    notices = await engine.notices.of_person(person.state)
    events = await events_of(engine, notices)
    held = [
        _held(engine, person, slot, notices.get(person.state.slots[slot].notice_id), events)
        for slot, decision in decisions.items()
        if isinstance(decision, Allowed)
    ]
    limit = limits.LINES_TAKEN_ALONG if exit is Exit.TAKE_ALONG else limits.HISTORY_PAGE
    history = await history_of(engine, own.person_id, older=older, limit=limit)
    shown = sha256(b"".join(bytes.fromhex(line.entry_id) for line in history.lines)).hex()
    sealed = entry_of(
        engine,
        own.acting().acting(purpose=mandate.purpose),
        act,
        about(person, {one.slot: one.version for one in held}),
        at=at,
        outcome=Outcome.PERMITTED,
        exit=exit.value,
        items=tuple(one.slot for one in held),
        facts=(("shown", str(len(history.lines))), ("shown-hash", shown)),
    )
    await engine.flush.append(sealed, Condition(g=person.state.g, policy_hash=person.policy_hash))
    switches = tuple(
        _switch(person.state, purpose)
        for purpose in policy.purposes.values()
        if purpose.uses and purpose.basis is not Basis.LAW and purpose.exits
    )
    external = await external_ids_of(engine, person.keys)
    known = await known_by(engine, own)
    erasure = await engine.data.one(sql.ErasureGet, person_id=own.person_id)
    entry_id, due = sealed.entry.id.hex(), erasure.due_at if erasure else None
    said = await statements_of(engine, person.state)
    return OwnData(person.state, tuple(held), switches, external, known, history, entry_id, due, said)


def _held(engine: Engine, person: Person, slot: str, notice: Notice | None, events: Mapping[str, float]) -> Held:
    """Open one value with all there is to say of it."""
    policy, current = engine.policy.policy, person.state.slots[slot]
    return Held(
        slot=slot,
        item=slot.partition("#")[0],
        value=engine.people.open_slot(person, slot),
        version=current.version,
        given_at=current.given_at,
        corrected_at=current.corrected_at,
        point=current.point,
        source=current.source.value,
        notice_id=current.notice_id,
        ends_at=end_of_slot(policy, person.state, slot, current, notice, events),
        purposes=_serves(policy, person.state, slot, notice),
        earlier=tuple(
            engine.people.open_version(person, slot, one.version, one.notice_id, one.source.value)
            for one in person.state.old
            if one.slot == slot
        ),
        stated=person.state.stated_of(slot),
    )


async def answers_in_words(engine: Engine, mine: OwnData, language: str) -> dict[str, list[tuple[str, str]]]:
    """Return, for values that are answers, each question with its answer as the person reads it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for held in mine.held:
        instance = held.slot.partition("#")[2]
        if not instance or isinstance(held.value, str):
            continue
        file = (await standing(engine, instance)).file
        for line in held.value:
            name, _, answer = line.partition("=")
            question = file.question(name)
            if question is not None:
                said = question.options.get(answer, {}).get(language, answer)
                found.setdefault(held.slot, []).append((question.ask[language], said))
    return found


def _serves(policy: Policy, state: PersonState, slot: str, notice: Notice | None) -> tuple[str, ...]:
    """Return the purposes a value serves as things stand: bound by its notice, agreed to where that is needed, not stopped."""
    found = []
    for term in notice.terms if notice else ():
        purpose = policy.purposes.get(term.purpose)
        if term.item != slot.partition("#")[0] or purpose is None or term.purpose in state.stops:
            continue
        whole = state.choice(term.purpose, None)
        if whole is not None and not whole.allow and purpose.basis is not Basis.NECESSARY:
            continue
        granted = any(one.purpose == term.purpose and not one.withdrawn and slot in one.slots for one in state.grants)
        if granted or Basis.CONSENT not in {purpose.basis, term.basis}:
            found.append(term.purpose)
    return tuple(found)


def _switch(state: PersonState, purpose: Purpose) -> PurposeSwitch:
    whole = state.choice(purpose.id, None)
    withdrawn = whole is not None and not whole.allow
    given = purpose.basis is not Basis.CONSENT or any(
        grant.purpose == purpose.id and not grant.withdrawn for grant in state.grants
    )
    channels = tuple(
        (way_out, bool((choice := state.choice(purpose.id, way_out)) and choice.allow))
        for way_out in CHANNEL_TABLE
        if way_out in purpose.exits and purpose.basis is Basis.CONSENT
    )
    return PurposeSwitch(purpose, given and not withdrawn, withdrawn, purpose.id in state.stops, channels)
