"""Recovery after a restore: K's newer states and tombstones win, and a new log names the gap.

The new log's first leaf commits to the old log's last checkpoint and to what is missing; everything still in D is then
integrated anew. Nothing is hidden: whoever holds an older checkpoint sees another origin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kept.crypto.digest import sha256
from kept.errors import ErasedError, EvidenceError, RollbackError
from kept.policy import change
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine, Parts
from kept.services.engine.flush import insert_entries
from kept.services.engine.memories import LOG
from kept.services.engine.people import Person, each_person
from kept.services.engine.record import SYSTEM, account_part, entry_of, operator, record
from kept.services.engine.restored_keys import DATA_RESTORED, restored_keys
from kept.services.engine.sequencer import LEAPT
from kept.services.gate.state_change import Change, change_person
from kept.services.messages.held_after_restore import hold_put_aside
from kept.services.messages.unknown_outcome import hold_after_restore
from kept.services.my_data.erasure import remove_returned, remove_rows
from kept.services.upkeep.after_restore import note_lost, settle
from kept.store import sql
from kept.store.interface import Transaction
from kept.store.paging import pages


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a recovery did."""

    states_restored: int
    values_lost: int
    erased_again: int
    people_lost: int
    entries_kept: int
    entries_missing: int


async def recover(engine: Engine, *, by: str, let_go: bool = False) -> Recovered:
    """Put K's newer states back, remove whoever was erased, and open a new log.

    Args:
        engine: Open without its log having been verified.
        by: Who recovers: an operator's name on the machine.
        let_go: Whether the rows of people whose keys are nowhere any more are removed: nothing opens them but a newer K.
    """
    restored = await _restore_states(engine)
    erased = await remove_returned(engine)
    await _restore_chains(engine)
    gone = await _without_keys(engine) if let_go else []
    for person_id in gone:
        await engine.data.write(lambda tx, one=person_id: remove_rows(engine, tx, one, engine.clock.now()))  # type: ignore[misc]
        await engine.keyring.forget_person(person_id)
    engine.people_without_keys = 0 if let_go else engine.people_without_keys
    lost = await _count_lost_values(engine)
    await hold_after_restore(engine)
    await hold_put_aside(engine)
    kept, missing = await _new_log(engine, by, lost, len(gone))
    for numbers in engine.row_numbers:
        await numbers.forget()
    await note_lost(engine, values=lost, entries=missing)
    if engine.has_policy:
        await _let_go_of_lost_values(engine)
        await settle(engine)
    return Recovered(restored, lost, erased, len(gone), kept, missing)


async def start_or_recover(parts: Callable[[], Parts]) -> Engine:
    """Start an installation that is to be served: one whose D is older than acknowledged starts closed rather than not at all.

    It is recovered as the operator would, and what may be missing waits to be signed (`upkeep/after_restore`).

    Args:
        parts: Opens its parts; called again after a recovery.

    Raises:
        EvidenceError: It was rewritten, or does not extend its checkpoint for another reason than being older.
    """
    try:
        engine = await Engine.start(parts())
        if not await both_restored(engine):
            return engine
        await engine.close()
    except RollbackError:
        pass
    engine = await Engine.start(parts(), sequence=False, verify=False)
    try:
        await recover(engine, by=SYSTEM.kind)
    finally:
        await engine.close()
    return await Engine.start(parts())


async def both_restored(engine: Engine) -> bool:
    """Whether neither database remembers what the log had: whatever is added now would sign another tree under its name."""
    return bool(await engine.meta(DATA_RESTORED) and await restored_keys(engine.keys))


async def reasons_to_recover(engine: Engine) -> list[str]:
    """Return what is missing or rolled back, by reason, with how much; empty for a healthy installation.

    A new log makes every older checkpoint somebody kept lead nowhere, so none is opened without need.

    Args:
        engine: Open without its log having been verified.
    """
    found = []
    try:
        await engine.sequencer.check_head(file_lost=True)  # it is written anew; no new log for it
    except EvidenceError as error:
        found.append(f"{error.reason}: {error.message}")
    if await both_restored(engine):
        found.append("restored: both databases are of an earlier moment, so the log goes on under a name of its own")
    found += await _older_tables(engine)
    return [*found, *await _people_behind(engine)]


async def _people_behind(engine: Engine) -> list[str]:
    found, behind, fewer = [], 0, 0
    async for rows in pages(engine.keys, sql.StateCopiesPage):
        for row in rows:
            g = await engine.data.value(sql.StateG, person_id=row.person_id)
            behind += g is None or g < row.g
    async for copies in pages(engine.keys, sql.ChainCopiesPage):
        for copy in copies:
            chain = await engine.data.one(sql.EntryChainGet, person_id=copy.person_id)
            fewer += chain is None or chain.number < copy.number
    if fewer:
        found.append(f"entries-missing: of {fewer} people D shows fewer entries than were counted")
    if behind:
        found.append(f"state-rolled-back: {behind} people have an older state in D than K acknowledged, or none")
    if without := len(await _without_keys(engine)):
        found.append(f"keys-missing: {without} people in D have no key in K that opens their state")
    return found


async def _older_tables(engine: Engine) -> list[str]:
    found = []
    for numbers in engine.row_numbers:
        try:
            await numbers.verify_tables()
        except EvidenceError as error:
            found.append(f"{error.reason}: {error.message}")
    return found


async def _without_keys(engine: Engine) -> list[bytes]:
    """Return who is in D and cannot be opened because K is older: nobody erased them, and no key is there."""
    found = []
    async for person_id in each_person(engine.data):
        try:
            await engine.people.load(person_id)
        except ErasedError:
            if await engine.keys.one(sql.TombstoneGet, person_id=person_id) is None:
                found.append(person_id)
        except EvidenceError:
            continue
    return found


async def _restore_chains(engine: Engine) -> None:
    """Go on counting each person's entries where K stopped; they are told which numbers are lost."""
    async for rows in pages(engine.keys, sql.ChainCopiesPage):
        for row in rows:
            await engine.chains.accept_lost(engine.data, engine.keys, row.person_id)


async def _restore_states(engine: Engine) -> int:
    restored = 0
    async for rows in pages(engine.keys, sql.StateCopiesPage):
        for row in rows:
            copy = await engine.keys.one(sql.StateCopyGet, person_id=row.person_id)
            if copy is None:
                continue
            restored += await engine.data.write(
                lambda tx, one=row.person_id, state=copy: tx.run(  # type: ignore[misc]
                    "state_restore", person_id=one, g=state.g, key_id=state.key_id, sealed=state.sealed
                )
            )
    return restored


async def _count_lost_values(engine: Engine) -> int:
    lost = 0
    async for person_id in each_person(engine.data):
        try:
            person = await engine.people.load(person_id, None)
        except (ErasedError, EvidenceError):
            continue
        lost += len(_lost_slots(engine, person))
    return lost


async def _let_go_of_lost_values(engine: Engine) -> None:
    """Take out of people's states the values that are nowhere any more: each person is told which, and can give them again."""
    async for person_id in each_person(engine.data):
        try:
            person = await engine.people.load(person_id, None)
        except (ErasedError, EvidenceError):
            continue
        if lost := _lost_slots(engine, person):
            await _drop_tokens(engine, person_id, {slot.partition("#")[0] for slot in lost})
            await change_person(engine, person_id, lambda held, at: _without_lost(engine, held, at), slots=None)


def _lost_slots(engine: Engine, person: Person) -> list[str]:
    lost = []
    for slot in person.state.slots:
        try:
            engine.people.open_slot(person, slot)
        except (ErasedError, EvidenceError):  # never in this D, or its key was destroyed since
            lost.append(slot)
    return lost


def _without_lost(engine: Engine, person: Person, at: float) -> Change:
    lost = _lost_slots(engine, person)
    state = change.remove(person.state, lost)
    old = tuple(one for one in state.old if (one.slot, one.version) in person.sealed)
    kept = {(slot, held.version) for slot, held in state.slots.items()} | {(one.slot, one.version) for one in old}
    return Change(
        change.replace(state, old=old, g=person.state.g + 1),
        account_part(engine, SYSTEM, Act.VALUE_LOST, at=at, items=tuple(lost)),
        ended=tuple(place for place in person.sealed if place not in kept),
    )


async def _drop_tokens(engine: Engine, person_id: bytes, items: set[str]) -> None:
    """Nobody is found by a value that is lost."""

    async def body(tx: Transaction) -> None:
        for item, token in await tx.all(sql.TokensOfPerson, person_id=person_id):
            if item in items:
                await tx.run("token_delete", item=item, token=token, person_id=person_id)

    await engine.keys.write(body)


async def _new_log(engine: Engine, by: str, lost: int, gone: int) -> tuple[int, int]:
    last = await engine.keys.one(sql.LastCheckpointGet)
    note, size = (last.note, last.size) if last else ("", 0)
    at = engine.clock.now()
    ids = await _entry_ids(engine)
    missing = max(0, size - len(ids))
    generation = int(await engine.meta("log_generation") or "1") + 1
    if await both_restored(engine):
        generation = max(generation, int(at))  # the same backup restored again makes another log again
    facts = (
        ("old-checkpoint", sha256(note.encode()).hex()), ("old-size", str(size)), ("entries-missing", str(missing)),
        ("values-lost", str(lost)), ("people-lost", str(gone)),
    )  # fmt: skip
    entry = entry_of(engine, operator(by), Act.RECOVER, at=at, facts=facts)

    async def body(tx: Transaction) -> None:
        for query in ("tiles_forget", "positions_forget", "checkpoints_forget", "cosignatures_forget"):
            await tx.run(query)
        await tx.run("head_forget", name=LOG)
        await tx.run("todo_forget")
        for one in await tx.all(sql.TodoAside):  # looked at again with all the others
            await tx.run("todo_aside_delete", entry_id=one.entry_id)
        await insert_entries(tx, [entry], 0.0)
        await tx.many("todo_insert", [{"entry_id": entry_id, "since": when} for entry_id, when in ids])
        await tx.run("meta_put", name="log_generation", value=str(generation))

    await engine.data.write(body)
    await engine.keys.write(lambda tx: tx.run("last_checkpoint_forget"))
    await engine.begin_log(generation)
    await engine.sequencer.integrate()
    return len(ids), missing


async def _entry_ids(engine: Engine) -> list[tuple[bytes, float]]:
    every = pages(engine.data, sql.EntriesAll)
    return [(row.entry_id, row.recorded_at) async for rows in every for row in rows]


async def renew_checkpoint_file(engine: Engine, *, by: str) -> None:
    """Write the lost checkpoint file anew, from what K remembers, and record who said that it is lost.

    Args:
        engine: Open without its log having been verified.
        by: An operator's name on the machine.

    Raises:
        EvidenceError: The tree does not extend the checkpoint K remembers either.
    """
    await engine.sequencer.verify_head(file_lost=True)
    await record(engine, operator(by), Act.RECOVER, facts=(("checkpoint-file", "written anew"),))


async def confirm_clock(engine: Engine) -> None:
    """An operator says the clock is right now: the stored high water is taken back to it."""
    engine.clock.reset()
    await engine.put_meta(LEAPT, "")
    await engine.put_meta("high_water", repr(engine.clock.now()))
