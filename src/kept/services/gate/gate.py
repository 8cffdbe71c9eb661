"""The gate: the only function through which personal information leaves the vault.

It decides, opens, records, and only then returns. Unknown means no (`kept.policy.reference`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kept import limits
from kept.errors import ClosedError, ConflictError, DeniedError, ErasedError, EvidenceError, KeptError, NotFoundError
from kept.policy import needs
from kept.policy.decision import Allowed, Decision, LawRequest, Mandate, Refused
from kept.policy.person import version_of
from kept.policy.words import Basis, Exit
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Refusal
from kept.services.engine.flush import SPENT, Condition, Effect, Guard, Moved, SealedEntry
from kept.services.engine.frames import forgotten
from kept.services.engine.people import Person
from kept.services.engine.record import SYSTEM, about, about_person, entry_of, holder_of
from kept.services.engine.restored_keys import require_signed_off
from kept.services.gate.canaries import alarm
from kept.services.gate.ends import events_of
from kept.services.gate.refusals import record_refusal
from kept.services.gate.released import Card, Released
from kept.store.interface import Transaction

UNDECLARED = "undeclared"
SLOT = re.compile(r"[a-z][a-z0-9_-]{0,63}(#[a-z0-9_-]{1,64})?", re.ASCII)

OnDenial = Literal["refuse", "withhold"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What some exits need beside the mandate: a recipient, an authority's request, events of instances.

    Args:
        recipient: Third party or processor; empty otherwise.
        law: What an authority's request names; only under basis *law*.
        events: Times of retention events.
        request: Number of the authority's request; empty otherwise.
        told_from: When the person may be told, unix seconds; 0 for at once. Only a request under a law may say so.
        about: Further machine facts for the entry, such as the number of the message that goes.
    """

    recipient: str = ""
    law: LawRequest | None = None
    events: dict[str, float] = field(default_factory=dict)
    request: str = ""
    told_from: float = 0.0
    about: tuple[tuple[str, str], ...] = ()

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Return what an entry says of them."""
        told = str(int(self.told_from)) if self.told_from else ""
        named = (("recipient", self.recipient), ("request", self.request), ("told-from", told))
        return tuple(one for one in (*named, *self.about) if one[1])


NO_CIRCUMSTANCES = Circumstances()

Parcel = Callable[["Person", "Mapping[str, str | tuple[str, ...]]", str], "Effect"]
"""Seals open values for where they go; given the person, the values by slot and the entry's id."""

Register = Callable[["Person", "Mapping[str, str | tuple[str, ...]]"], "Mapping[str, str]"]
"""Says what a register a law obliges to keep has to say of a release; given the person and the values by slot."""


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of the gate: the arguments of `read` and `send`."""

    mandate: Mandate
    person_id: bytes
    slots: tuple[str, ...]
    exit: Exit
    on_denial: OnDenial
    circumstances: Circumstances
    act: Act
    parcel: Parcel | None = None
    guard: Guard | None = None
    also: Callable[[str], Effect] | None = None
    register: Register | None = None


async def read(  # noqa: PLR0913 -- the question has this many parts
    engine: Engine,
    mandate: Mandate,
    person_id: bytes,
    slots: Sequence[str],
    exit: Exit,  # noqa: A002 -- the field's own word
    *,
    on_denial: OnDenial = "refuse",
    circumstances: Circumstances = NO_CIRCUMSTANCES,
    act: Act = Act.VALUE_READ,
    also: Callable[[str], Effect] | None = None,
    person: Person | None = None,
) -> Card:
    """Release *slots* of a person to the holder of *mandate*, by *exit*; a question to the gate has this many parts.

    Args:
        engine: Open.
        mandate: Issued by signing in.
        person_id: 16 bytes.
        slots: Slots asked for; at least one, at most 64.
        exit: Way out.
        on_denial: `refuse` the whole read when one item is refused, or `withhold` just that item.
        circumstances: What some exits need beside the mandate.
        act: What the entry calls it.
        also: Given the entry's id, answers statements that are written with a release, or neither is.
        person: The same person with these slots, where they are loaded already; who has changed since is loaded anew.

    Raises:
        DeniedError: The policy says no to at least one item (or to all of them, with `withhold`).
        NotFoundError: There is no such person any more.
        ClosedError: The gate is closed.
        EvidenceError: The person's state or value is not what it must be; recorded where possible.
    """
    if not slots or len(slots) > limits.SLOTS_OF_A_READ:
        error = DeniedError(
            f"expected 1 to 64 items, found {len(slots)}",
            needed="fewer items",
            reason="items-count",
            rests_on="nothing-unneeded",
        )
        whom = await about_person(engine, person_id)
        raise await record_refusal(engine, holder_of(mandate), error, whom, act=act, exit=exit.value)
    asked = _named(engine, slots)
    question = _Question(mandate, person_id, asked, exit, on_denial, circumstances, act, also=also)
    return await _answer(engine, question, person)


async def send(  # noqa: PLR0913 -- the question has this many parts
    engine: Engine,
    mandate: Mandate,
    person_id: bytes,
    slots: Sequence[str],
    exit: Exit,  # noqa: A002 -- the field's own word
    parcel: Parcel,
    *,
    on_denial: OnDenial = "refuse",
    circumstances: Circumstances = NO_CIRCUMSTANCES,
    act: Act = Act.VALUE_READ,
    guard: Guard | None = None,
    person: Person | None = None,
    register: Register | None = None,
) -> Card:
    """Release *slots* into a parcel that is written with the entry, in one transaction: both are there, or neither.

    A question to the gate has this many parts.

    Args:
        engine: Open.
        mandate: Issued by signing in.
        person_id: 16 bytes.
        slots: Slots asked for; at least one, at most 64.
        exit: Way out.
        parcel: Takes the values while they are open, seals them, and answers the statement that writes them.
        on_denial: `refuse` the whole when one item is refused, or `withhold` just that item.
        circumstances: What some exits need beside the mandate.
        act: What the entry calls it.
        guard: Looks in the same transaction whether something else stands against it (see `Flush.append`).
        person: As `read`.
        register: Says what the line of a register says, where a law obliges to keep one.

    Returns:
        A card with nothing to open: which items went, which were withheld, and the entry.

    Raises:
        DeniedError, NotFoundError, ClosedError, EvidenceError: As `read`.
        KeptError: What the guard answered.
    """
    asked = _named(engine, slots)
    question = _Question(
        mandate, person_id, asked, exit, on_denial, circumstances, act, parcel=parcel, guard=guard, register=register
    )
    return await _answer(engine, question, person)


def _named(engine: Engine, slots: Sequence[str]) -> tuple[str, ...]:
    """Return the slots asked for; whatever is no slot of a declared item is recorded as that, never as it was typed."""
    items = engine.policy.policy.items
    return tuple(
        dict.fromkeys(
            slot if slot.partition("#")[0] in items and SLOT.fullmatch(slot) else UNDECLARED for slot in slots
        )
    )


async def decide(  # noqa: PLR0913 -- the question has this many parts
    engine: Engine,
    mandate: Mandate,
    person: Person,
    slots: Sequence[str],
    exit: Exit,  # noqa: A002 -- the field's own word
    at: float,
    circumstances: Circumstances = NO_CIRCUMSTANCES,
) -> dict[str, Decision]:
    """Answer for each slot whether it may be opened; opens nothing and records nothing.

    Args:
        engine: Open.
        mandate: Issued by signing in.
        person: Loaded from one snapshot.
        slots: Slots asked for.
        exit: Way out.
        at: Decision time, unix seconds.
        circumstances: What some exits need beside the mandate.

    Raises:
        ClosedError: This process holds another policy than the one in force, or a restored K is not signed off.
    """
    if mandate.kind != "own":
        require_signed_off(engine.keys_restored)
    policy = engine.policy_in_force(person.policy_hash)
    notices = await engine.notices.of_person(person.state)
    events = await events_of(engine, notices)
    decisions = policy.evaluator.decide_slots(
        mandate,
        person.id,
        person.state,
        tuple(slots),
        exit,
        at,
        notices,
        recipient=circumstances.recipient,
        law=circumstances.law,
        events={**events, **circumstances.events} if circumstances.events else events,
    )
    return dict(zip(slots, decisions, strict=True))


async def _answer(engine: Engine, asked: _Question, person: Person | None) -> Card:
    """Answer a question; it is decided anew as often as the person's choices move meanwhile."""
    for _ in range(limits.MOVED_TRIES):
        try:
            with forgotten():
                return await _answer_once(engine, asked, person)
        except Moved:
            person = None
    raise ConflictError("the person's choices keep changing while they are read", reason="moved", hint="read again")


async def _answer_once(engine: Engine, asked: _Question, person: Person | None) -> Card:
    at, told_from = engine.ready(), _told_from(engine, asked.mandate, asked.circumstances)
    opened: dict[str, str | tuple[str, ...]] = {}
    try:
        person = person or await engine.people.load(asked.person_id, asked.slots)
        decisions = await decide(engine, asked.mandate, person, asked.slots, asked.exit, at, asked.circumstances)
        refused = {slot: decision for slot, decision in decisions.items() if isinstance(decision, Refused)}
        if not refused or asked.on_denial == "withhold":  # what is refused as a whole opens nothing
            for slot in (one for one in decisions if one not in refused):
                opened.update(_opened(engine, person, slot, asked.circumstances.law, at))
    except ErasedError as error:
        raise await _not_found(engine, asked, at) from error
    except EvidenceError as error:
        await record_evidence(engine, asked.mandate, asked.person_id, error, at, told_from=told_from)
        raise
    releases = bool(opened)
    register = asked.register(person, opened) if releases and asked.register is not None else {}
    entry = _entry(engine, asked, person, decisions, at, told_from, register, releases=releases)
    if not releases:
        await engine.flush.append(entry)
        raise _denied(refused, entry.id, asked.mandate.purpose)
    own = asked.mandate.kind == "own"
    try:
        await engine.flush.append(
            entry,
            Condition(person.state.g, person.policy_hash, mandate_id="" if own else asked.mandate.id, charge=1),
            _together(
                asked.parcel(person, opened, entry.id) if asked.parcel is not None else None,
                asked.also(entry.id) if asked.also is not None else None,
                alarm(engine, asked.mandate, asked.person_id, asked.exit.value, entry.id, at),
            ),
            asked.guard,
        )
    except DeniedError as error:
        if error.reason == SPENT:  # what a guard answered is recorded by whoever asked it
            await record_refusal(
                engine, holder_of(asked.mandate), error, about(person), act=asked.act, exit=asked.exit.value
            )
        raise
    return Card(
        {}
        if asked.parcel is not None
        else {
            slot: Released(
                item=slot,
                purpose=asked.mandate.purpose,
                exit=asked.exit,
                entry_id=entry.id,
                content=content,
                released_at=at,
                now=engine.clock.now,
            )
            for slot, content in opened.items()
        },
        {slot: _cited(decision) for slot, decision in refused.items()},
        entry.id,
    )


def _opened(
    engine: Engine, person: Person, slot: str, law: LawRequest | None, at: float
) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield what an allowed slot opens as: its current value, or, under a law, each version of the request's period.

    The current one goes by the slot's own name, a superseded one by `slot@version`.
    """
    current = person.state.slots[slot].version
    for version in (current,) if law is None else needs.versions_held(law, person.state, slot, at):
        held = version_of(person.state, slot, version)
        value = engine.people.open_version(person, slot, version, held.notice_id, held.source.value)
        yield (slot if version == current else f"{slot}@{version}"), value


def _told_from(engine: Engine, mandate: Mandate, circumstances: Circumstances) -> float:
    """Return when the person may be told: only what a law asks for may wait, whoever says so."""
    purpose = engine.policy.policy.purposes.get(mandate.purpose)
    waits = circumstances.law is not None and purpose is not None and purpose.basis is Basis.LAW
    return circumstances.told_from if waits else 0.0


def _entry(  # noqa: PLR0913 -- what was decided, when, when it may be told, and what a law has kept of it
    engine: Engine,
    asked: _Question,
    person: Person,
    decisions: Mapping[str, Decision],
    at: float,
    told_from: float,
    register: Mapping[str, str],
    *,
    releases: bool,
) -> SealedEntry:
    allowed = {slot: one for slot, one in decisions.items() if isinstance(one, Allowed)}
    refused = tuple(
        Refusal(slot, one.step, one.reason, one.clause) for slot, one in decisions.items() if isinstance(one, Refused)
    )
    went = tuple(allowed) if releases else ()
    law = asked.circumstances.law
    versions = {
        slot: needs.versions_held(law, person.state, slot, at)[0] if law else person.state.slots[slot].version
        for slot in went
    }
    clauses = [one.clause for one in allowed.values()] if releases else [one.clause for one in refused]
    return entry_of(
        engine,
        holder_of(asked.mandate),
        asked.act,
        about(person, versions, register),
        told_from=told_from,
        outcome=Outcome.PERMITTED if releases else Outcome.REFUSED,
        at=at,
        clause=next(iter(clauses), ""),
        items=went,
        exit=asked.exit.value,
        refused=refused,
        facts=asked.circumstances.facts(),
    )


async def _not_found(engine: Engine, asked: _Question, at: float) -> NotFoundError:
    entry = entry_of(
        engine,
        holder_of(asked.mandate),
        Act.VALUE_READ,
        outcome=Outcome.REFUSED,
        at=at,
        exit=asked.exit.value,
        facts=(("reason", "not-found"),),
    )
    await engine.flush.append(entry)
    return NotFoundError(
        "no person this mandate may see",
        needed="another person, or nothing: they may have been erased",
        entry_id=entry.id,
    )


async def record_evidence(  # noqa: PLR0913 -- what an entry names
    engine: Engine, mandate: Mandate | None, person_id: bytes, error: KeptError, at: float, *, told_from: float = 0.0
) -> None:
    """Record that evidence did not hold; a ledger that cannot be written does not hide the error itself.

    Args:
        engine: Open.
        mandate: Who met it; None for the system.
        person_id: Whose row it was; named only in the person part, and only while their keys exist.
        error: What was found.
        at: When, unix seconds.
        told_from: When the person may be told, unix seconds; 0 for at once.
    """
    entry = entry_of(
        engine,
        holder_of(mandate) if mandate else SYSTEM,
        Act.ROLLBACK_FOUND,
        await about_person(engine, person_id),
        told_from=told_from,
        outcome=Outcome.REFUSED,
        at=at,
        error=error,
        facts=(("reason", error.reason),),
    )
    try:
        await engine.flush.append(entry)
    except ClosedError:
        return


def _together(*effects: Effect | None) -> Effect | None:
    """Return the statements of all, for one transaction."""
    some = [one for one in effects if one is not None]
    if len(some) <= 1:
        return some[0] if some else None

    async def everything(tx: Transaction) -> None:
        for one in some:
            await one(tx)

    return everything


def _denied(refused: Mapping[str, Refused], entry_id: str, purpose: str) -> DeniedError:
    slot, first = next(iter(refused.items()))
    others = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
    return DeniedError(
        f"{slot}{others} refused for {purpose} at step {first.step}: {first.reason}",
        step=first.step,
        items=tuple(refused),
        needed=first.needed,
        entry_id=entry_id,
        reason=first.reason,
        clause=_cited(first),
    )


def _cited(answer: Refused) -> str:
    """Return the clause of a refusal with its sign; empty where the policy in force has none of what it rests on."""
    return f"§{answer.clause}" if answer.clause else ""
