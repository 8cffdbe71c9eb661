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
from kept.policy.duties import serving
from kept.policy.model import Purpose
from kept.policy.notice import Notice
from kept.policy.person import PersonState, Stated
from kept.policy.retention import end_of_slot
from kept.policy.words import Basis, Exit, PurposeDuty
from kept.services.accounts.known_by import KnownBy, known_by
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Condition, Moved
from kept.services.engine.people import Person
from kept.services.engine.record import about, entry_of
from kept.services.engine.sequencer import UNPUBLISHED, Published
from kept.services.forms.instance_record import standing
from kept.services.gate import gate
from kept.services.gate.ends import events_of
from kept.services.gate.external_ids import external_ids_of
from kept.services.gate.history import History, history_of
from kept.services.gate.own_session import Own
from kept.services.messages.open_ways import Way, standing_of
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
    """One purpose on my data: what it may do now, as the gate would decide.

    Args:
        purpose: The purpose.
        said: What the person said of it as a whole, last; None where they said nothing.
        stopped: Whether they stopped it.
        ways: Its ways out, each open or with what it lacks.
        yes_opens: Whether their own yes to it as a whole, and nothing else, would open a way.
        answers: Whether what they ask about their own information is answered under it: then nobody stops it.
    """

    purpose: Purpose
    said: bool | None
    stopped: bool
    ways: tuple[Way, ...]
    yes_opens: bool
    answers: bool = False

    @property
    def given(self) -> bool:
        """Whether it is on: the gate would say yes to a way of it."""
        return any(one.open for one in self.ways)

    @property
    def withdrawn(self) -> bool:
        """Whether the person said no to it as a whole."""
        return self.said is False

    @property
    def missing(self) -> Way | None:
        """What is nearest to being open while it is off: the first channel the person said yes to, or else the first way."""
        if self.given or not self.ways:
            return None
        return next((one for one in self.ways if one.said), self.ways[0])

    @property
    def channels(self) -> tuple[tuple[Exit, bool], ...]:
        """Each channel, and whether the gate would say yes to it."""
        return tuple((one.exit, one.open) for one in self.ways if one.exit in CHANNEL_TABLE)

    @property
    def can_be_stopped(self) -> bool:
        """Whether there is a use to stop or to resume: what they never allowed does not happen."""
        if self.answers:
            return self.stopped
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
        published: The checkpoint strangers were shown then; the entry of what is taken along names its size.
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
    published: Published = UNPUBLISHED


SIZE_FACT = "checkpoint"
"""The fact that says at which size of the log the evidence of what is taken along ends."""


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
    engine.policy_in_force(person.policy_hash)
    mandate = own.mandate()
    decisions = await gate.decide(engine, mandate, person, tuple(person.state.slots), exit, at)
    notices = await engine.notices.of_person(person.state)
    events = await events_of(engine, notices)
    switches = await _switches(engine, person)
    held = [
        _held(engine, person, slot, notices.get(person.state.slots[slot].notice_id), events, switches)
        for slot, decision in decisions.items()
        if isinstance(decision, Allowed)
    ]
    limit = limits.LINES_TAKEN_ALONG if exit is Exit.TAKE_ALONG else limits.HISTORY_PAGE
    history = await history_of(engine, own.person_id, older=older, limit=limit)
    shown = sha256(b"".join(bytes.fromhex(line.entry_id) for line in history.lines)).hex()
    published = engine.published
    ends = published.checkpoint.size if published.checkpoint and exit is Exit.TAKE_ALONG else 0
    sealed = entry_of(
        engine,
        own.acting().acting(purpose=mandate.purpose),
        act,
        about(person, {one.slot: one.version for one in held}),
        at=at,
        outcome=Outcome.PERMITTED,
        exit=exit.value,
        items=tuple(one.slot for one in held),
        facts=(("shown", str(len(history.lines))), ("shown-hash", shown), *([(SIZE_FACT, str(ends))] if ends else [])),
    )
    await engine.flush.append(sealed, Condition(g=person.state.g, policy_hash=person.policy_hash))
    external = await external_ids_of(engine, person.keys)
    known = await known_by(engine, own)
    erasure = await engine.data.one(sql.ErasureGet, person_id=own.person_id)
    entry_id, due = sealed.entry.id.hex(), erasure.due_at if erasure else None
    said = await statements_of(engine, person.state)
    return OwnData(person.state, tuple(held), switches, external, known, history, entry_id, due, said, published)


def _held(  # noqa: PLR0913 -- what there is to say of a value
    engine: Engine,
    person: Person,
    slot: str,
    notice: Notice | None,
    events: Mapping[str, float],
    switches: tuple[PurposeSwitch, ...],
) -> Held:
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
        purposes=tuple(one.purpose.id for one in switches if any(slot in way.slots for way in one.ways)),
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


async def _switches(engine: Engine, person: Person) -> tuple[PurposeSwitch, ...]:
    """Return every purpose with what it may do now."""
    standing, state = await standing_of(engine, person), person.state
    answering = serving(engine.policy.policy, PurposeDuty.RIGHTS_REQUEST)
    found = []
    for purpose in engine.policy.policy.purposes.values():
        if purpose.uses and purpose.basis is not Basis.LAW and purpose.exits:
            whole = state.choice(purpose.id, None)
            found.append(
                PurposeSwitch(
                    purpose,
                    said=whole.allow if whole else None,
                    stopped=purpose.id in state.stops,
                    ways=standing.ways(state, purpose),
                    yes_opens=standing.yes_opens(state, purpose),
                    answers=purpose.id in answering,
                )
            )
    return tuple(found)
