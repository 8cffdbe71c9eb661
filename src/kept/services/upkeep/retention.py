"""Retention that ends: values whose time is over are removed, and so are people of whom nothing may stay.

The gate refuses an ended value at read time in any case; the sweep removes it. Frozen after a leap of the clock; a sweep
that would touch more than 5 % of the people waits for an operator.
"""

from __future__ import annotations

from kept import limits
from kept.errors import ErasedError, EvidenceError
from kept.policy import change
from kept.policy.retention import end_of_slot
from kept.services.engine.acts import Act
from kept.services.engine.claims import end_keys
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person, each_person
from kept.services.engine.record import SYSTEM, account_part, operator, record
from kept.services.engine.sequencer import LEAPT
from kept.services.gate.ends import events_of
from kept.services.gate.state_change import Change, change_person, find_forms
from kept.services.instances.instances import close_due, end_instances
from kept.store import sql
from kept.store.interface import Transaction


async def sweep(engine: Engine) -> int:
    """Remove what has ended; return how many people were touched.

    Does nothing while frozen: after a leap of the clock, or while a large sweep waits.
    """
    if engine.stands_still() or await engine.meta("sweep_waits"):
        if engine.clock.leapt_seconds and not await engine.meta("sweep_frozen"):
            await engine.put_meta("sweep_frozen", repr(engine.clock.leapt_seconds))
            facts = (("leap-seconds", f"{engine.clock.leapt_seconds:.0f}"),)
            await record(engine, SYSTEM, Act.SWEEP_FREEZE, facts=facts)
        return 0
    await close_due(engine)
    await end_instances(engine)
    ended, people = await _find_ended(engine)
    if not ended:
        return 0
    if (
        len(ended) > max(limits.SWEEP_PEOPLE, people * limits.SWEEP_SHARE)
        and await engine.meta("sweep_confirmed") != "yes"
    ):
        await engine.put_meta("sweep_waits", str(len(ended)))
        await record(engine, SYSTEM, Act.SWEEP_FREEZE, facts=(("people", str(len(ended))), ("of", str(people))))
        return 0
    await engine.put_meta("sweep_confirmed", "")
    for person_id in ended:
        await _end_slots(engine, person_id)
    return len(ended)


async def confirm_sweep(engine: Engine, *, by: str) -> None:
    """An operator looked: the time is right, and a waiting sweep may go on."""
    engine.clock.confirm_leap()
    await engine.put_meta(LEAPT, "")
    if await engine.meta("sweep_waits"):
        await engine.put_meta("sweep_confirmed", "yes")
    await engine.put_meta("sweep_waits", "")
    await engine.put_meta("sweep_frozen", "")
    await record(engine, operator(by), Act.SWEEP_CONFIRM)


async def _find_ended(engine: Engine) -> tuple[list[bytes], int]:
    ended, people = [], 0
    async for person_id in each_person(engine.data):
        people += 1
        try:
            person = await engine.people.load(person_id)
        except (ErasedError, EvidenceError):
            continue
        await destroy_unused_keys(engine, person)
        if await _ended_slots(engine, person) or change.prune(person.state, engine.clock.now())[1]:
            ended.append(person_id)
    return ended, people


async def destroy_unused_keys(engine: Engine, person: Person) -> int:
    """Destroy value keys nothing is sealed under any more, and return how many.

    A kill while one value was being taken away leaves them.
    """
    destroyed = 0
    if len(person.keys.ids("values")) < 2:  # noqa: PLR2004 -- one is in use
        return destroyed

    async def end(tx: Transaction) -> list[str]:
        rows = await tx.all(sql.ValueAll, person_id=person.id)
        state = await tx.one(sql.StateGet, person_id=person.id)
        used = {row.key_id for row in rows} | {state.key_id if state else "", person.keys.newest("values")}
        unused = [one for one in person.keys.ids("values") if one not in used]
        await end_keys(tx, unused, engine.holder, engine.clock.now())
        return unused

    for key_id in await engine.data.write(end):
        await engine.keyring.destroy_key(person.id, key_id)
        destroyed += 1
    return destroyed


async def _ended_slots(engine: Engine, person: Person) -> list[str]:
    at = engine.clock.now()
    notices = await engine.notices.of_person(person.state)
    events = await events_of(engine, notices)
    found = []
    for slot, held in person.state.slots.items():
        end = end_of_slot(engine.policy.policy, person.state, slot, held, notices.get(held.notice_id), events)
        if end is not None and at >= end:
            found.append(slot)
    return found


async def _end_slots(engine: Engine, person_id: bytes) -> None:
    first = await engine.people.load(person_id, None)
    slots = await _ended_slots(engine, first)

    def make(person: Person, at: float) -> Change:
        lost = tuple(
            form for slot in slots if slot in person.state.slots
            for form in find_forms(engine, slot, engine.people.open_slot(person, slot))
        )  # fmt: skip
        state = change.remove(person.state, slots)
        pruned, old = change.prune(state, at)
        ended = [place for place in person.sealed if place[0] in slots] + [(one.slot, one.version) for one in old]
        return Change(
            change.replace(pruned, g=person.state.g + 1),
            account_part(
                engine,
                SYSTEM,
                Act.RETENTION_END,
                at=at,
                items=tuple(slots),
                facts=(("older-versions", str(len(old))),),
            ),
            ended=tuple(dict.fromkeys(ended)),
            lost=lost,
        )

    await change_person(engine, person_id, make, slots=None)
