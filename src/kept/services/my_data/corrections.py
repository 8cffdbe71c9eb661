"""Corrections of a value: a new version under the same notice, grants and end, never more; and taking one value away."""

from __future__ import annotations

from collections.abc import Callable, Collection

from kept.errors import ConflictError, SubmissionError
from kept.policy import change
from kept.policy.day import day_of
from kept.policy.item_type import ItemType
from kept.policy.person import PersonState
from kept.services.engine.acts import Act
from kept.services.engine.claims import hold_key
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.engine.record import Actor, account_part
from kept.services.forms.collection import record_refusal
from kept.services.gate.own_session import Own
from kept.services.gate.state_change import Change, Extra, change_person, find_forms
from kept.services.instances.contests import take_down
from kept.services.messages.confirmations import ask_about_new
from kept.services.third_parties.recalls import Recalling, holding, recall_item, recalled
from kept.store.interface import Transaction
from kept.vault.normal import normalise
from kept.vault.sealed import seal_value

Without = Callable[[PersonState, float], PersonState]
"""Answers a person's state without some of its values, at a moment, unix seconds."""
NOWHERE = "-"
"""No instance has this id."""


async def correct(  # noqa: PLR0913 -- what a correction names
    engine: Engine, own: Own, slot: str, raw: str | list[str], *, expected_version: int, also: Extra | None = None
) -> str:
    """Correct one value in the person's own session; return the entry's id.

    Args:
        engine: Open.
        own: The person's session, signed in within five minutes.
        slot: A filled slot.
        raw: As typed; a list for some-of.
        expected_version: Version the person saw.
        also: Further statements of the same transaction.

    Raises:
        ConflictError: Another version is current.
        SubmissionError: The value is not acceptable, or the slot was never filled (filling is collection).
        SignInError: The sign-in is longer ago than five minutes.
    """
    at = engine.ready()
    own.require_fresh(at)
    try:
        value = typed(engine, slot, raw, at)
    except SubmissionError as error:
        await record_refusal(engine, own, error)
        raise
    due = await holding(engine, own.person_id, slot)
    facts = (("replaces", str(expected_version)), *recalled(due))

    def make(person: Person, now: float) -> Change:
        if slot not in person.state.slots:
            raise SubmissionError(
                "expected an item given before, found an empty one",
                field=slot,
                reason="slot-empty",
                hint="give it on the registration form, which shows the notice first",
                rests_on="purpose-before-collection",
            )
        before = engine.people.open_slot(person, slot)
        fresh = change.correct(
            person.state,
            slot,
            expected_version=expected_version,
            source=own.source,
            key_id=person.keys.newest("values"),
            at=now,
            same=value == before,
        )
        gained, lost = set(find_forms(engine, slot, value)), set(find_forms(engine, slot, before))
        return Change(
            fresh,
            account_part(engine, own.acting(), Act.VALUE_CORRECT, at=now, items=(slot,), facts=facts),
            values={slot: value},
            gained=tuple(sorted(gained - lost)),
            lost=tuple(sorted(lost - gained)),
            extra=beyond_a_value(engine, own.person_id, slot, Recalling.CORRECTED, at),
        )

    _, entry_id = await change_person(engine, own.person_id, make, slots=(slot,), also=also)
    await ask_about_new(engine, own.person_id, (slot,))
    return entry_id


async def add(engine: Engine, own: Own, item: str, raw: str | list[str], *, also: Extra | None = None) -> str:
    """Fill an item the person left empty, under the newest notice they were shown that named it; return the entry's id.

    It allows what that notice said without asking, and nothing that rests on consent: no box was ticked.

    Raises:
        SubmissionError: It is filled already, not acceptable, or no notice shown to them names it.
        SignInError: The sign-in is longer ago than five minutes.
    """
    at = engine.ready()
    own.require_fresh(at)
    value = typed(engine, item, raw, at)
    notices = await engine.notices.of_person((await engine.people.load(own.person_id)).state)

    def make(person: Person, now: float) -> Change:
        seen = {one.notice_id: one.given_at for one in person.state.slots.values()}
        seen |= {one.notice_id: one.at for one in person.state.grants}
        naming = [one for one in seen if one in notices and any(term.item == item for term in notices[one].terms)]
        if not naming:
            raise SubmissionError(
                "expected an item a notice shown to them names, found another",
                field=item,
                reason="addition-unseen",
                hint="send them the form, which shows the notice first",
                rests_on="purpose-before-collection",
            )
        newest = max(naming, key=lambda one: seen[one])
        state = change.fill(
            person.state,
            (item,),
            notice_id=newest,
            point=notices[newest].point,
            source=own.source,
            key_id=person.keys.newest("values"),
            at=now,
        )
        return Change(
            state,
            account_part(
                engine,
                own.acting(),
                Act.VALUE_COLLECT,
                at=now,
                items=(item,),
                facts=(("point", notices[newest].point),),
            ),
            values={item: value},
            gained=tuple(sorted(find_forms(engine, item, value))),
        )

    _, entry_id = await change_person(engine, own.person_id, make, also=also)
    await ask_about_new(engine, own.person_id, (item,))
    return entry_id


def typed(engine: Engine, slot: str, raw: str | list[str], at: float) -> str | tuple[str, ...]:
    """Return what was typed as it is kept.

    Raises:
        SubmissionError: It is not acceptable, or not an item that is corrected by itself.
    """
    item = engine.policy.policy.items.get(slot.partition("#")[0])
    if item is None or item.source == "made-by-us":
        raise SubmissionError(
            "expected an item you gave, found another",
            field=slot,
            reason="item-unknown",
            rests_on="declared-items-only",
        )
    if item.type is ItemType.ANSWER:
        raise SubmissionError(
            "expected an item corrected by itself, found answers to questions",
            field=slot,
            reason="answers-together",
            hint="take them back and answer again, as long as the questions are open",
            rests_on="collection:questionnaire",
        )
    today = day_of(at, engine.zone)
    given = (
        raw[0] if not item.type.about.several and len(raw) == 1 else raw
    )  # several of one: refused below, none is dropped
    return normalise(item.type.about.normal, given, field=slot, options=item.options, today=today).value


def beyond_a_value(engine: Engine, person_id: bytes, slot: str, what: Recalling, at: float) -> Extra:
    """Return what a value that changes or goes writes with itself: it is published no more, and who holds it is told.

    Args:
        engine: Open.
        person_id: 16 bytes.
        slot: What changed.
        what: Whether it was corrected or removed.
        at: When, unix seconds.
    """

    async def write(tx: Transaction) -> None:
        await take_down(tx, person_id, _published_in(engine, slot))
        await recall_item(engine, person_id, slot, what, at)(tx)

    return write


def _published_in(engine: Engine, slot: str) -> tuple[str, ...]:
    """Return where a value may stand published: what is corrected or removed comes down, and may be published anew."""
    item, _, instance = slot.partition("#")
    kind = engine.policy.policy.items[item].type if item in engine.policy.policy.items else None
    if kind is None or not kind.about.published:
        return (NOWHERE,)
    return (instance,) if instance else ()


async def remove_value(
    engine: Engine, own: Own, slot: str, *, expected_version: int | None = None, also: Extra | None = None
) -> str:
    """Take one value away for good; return the entry's id.

    The remaining values are sealed under a fresh key and the old key is destroyed, so that the one taken away is
    unreadable wherever a copy of its bytes lies.

    Args:
        engine: Open.
        own: The person's session, signed in within five minutes.
        slot: A filled slot.
        expected_version: Version that goes; None for whichever is current.
        also: Further statements of the same transaction.

    Raises:
        ConflictError: Another version is current.
        SubmissionError: There is no such value.
        SignInError: The sign-in is longer ago than five minutes.
    """

    def without(state: PersonState, at: float) -> PersonState:
        if slot not in state.slots:
            raise SubmissionError(
                "expected a value, found none", field=slot, reason="slot-empty", rests_on="bound-to-notice"
            )
        if expected_version not in {None, state.slots[slot].version}:
            raise ConflictError(
                f"expected version {expected_version} of {slot} to be current, found another",
                reason="corrected-elsewhere",
                hint="it was corrected meanwhile: look at it again",
            )
        return change.remove(state, [slot], by_person_at=at)

    own.require_fresh(engine.ready())
    due = await holding(engine, own.person_id, slot)
    act, facts = Act.VALUE_REMOVE, recalled(due)
    return await take_away_for(engine, own.person_id, own.acting(), without, act, *facts, also=also)


async def take_away(engine: Engine, own: Own, without: Without, act: Act, *facts: tuple[str, str]) -> str:
    """Take values away for good, as `remove_value` does; return the entry's id.

    Args:
        engine: Open.
        own: The person's session, signed in within five minutes.
        without: Answers the state without them, at a moment, or raises.
        act: What the entry calls it.
        *facts: What it says beside.

    Raises:
        SignInError: The sign-in is longer ago than five minutes; or what *without* raises.
    """
    own.require_fresh(engine.ready())
    return await take_away_for(engine, own.person_id, own.acting(), without, act, *facts)


async def take_away_for(  # noqa: PLR0913 -- what is taken away, of whom, by whom
    engine: Engine,
    person_id: bytes,
    who: Actor,
    without: Without,
    act: Act,
    *facts: tuple[str, str],
    also: Extra | None = None,
) -> str:
    """Take a person's values away for good, whoever does it for them; return the entry's id.

    Args:
        engine: Open.
        person_id: 16 bytes.
        who: Who acts.
        without: Answers the state without them, at a moment, or raises.
        act: What the entry calls it.
        *facts: What it says beside.
        also: Further statements of the same transaction.
    """
    fresh_key = await engine.keyring.add_value_key(person_id, engine.clock.now())
    dropped: list[str] = []

    def make(person: Person, at: float) -> Change:
        state = without(person.state, at)
        gone = tuple(slot for slot in person.state.slots if slot not in state.slots)
        values = {slot: engine.people.open_slot(person, slot) for slot in gone}
        resealed = _resealed(engine, person, gone, fresh_key)
        dropped[:] = sorted(
            {key_id for key_id, _ in person.sealed.values()} | {one.key_id for one in person.state.slots.values()}
        )
        state = change.replace(
            state,
            slots={name: change.replace(held, key_id=fresh_key) for name, held in state.slots.items()},
            old=tuple(change.replace(one, key_id=fresh_key) for one in state.old),
        )

        async def extra(tx: Transaction) -> None:
            await hold_key(tx, fresh_key)
            for row in resealed:
                await tx.run("value_set", **row)
            for slot in gone:
                await beyond_a_value(engine, person_id, slot, Recalling.REMOVED, at)(tx)

        return Change(
            state,
            account_part(engine, who, act, at=at, items=gone, facts=facts),
            ended=tuple(place for place in person.sealed if place[0] in gone),
            lost=tuple(form for slot, value in values.items() for form in find_forms(engine, slot, value)),
            extra=extra,
        )

    _, entry_id = await change_person(engine, person_id, make, slots=None, also=also)
    for key_id in dropped:
        if key_id != fresh_key:
            await engine.keyring.destroy_key(person_id, key_id)
    return entry_id


def _resealed(engine: Engine, person: Person, without: Collection[str], key_id: str) -> list[dict[str, object]]:
    """Return every other value of a person, current and superseded, sealed anew under one of their keys."""
    held = {(name, one.version): (one.notice_id, one.source.value) for name, one in person.state.slots.items()}
    held |= {(one.slot, one.version): (one.notice_id, one.source.value) for one in person.state.old}
    return [
        {
            "person_id": person.id, "slot": name, "version": version, "key_id": key_id,
            "sealed": seal_value(
                person.keys.value_key(key_id), engine.people.open_version(person, name, version, notice_id, source),
                vault_id=engine.vault_id, person_id=person.id, key_id=key_id,
                slot=name, version=version, notice_id=notice_id, source=source,
            ),
        }
        for (name, version), (notice_id, source) in held.items() if name not in without
    ]  # fmt: skip
