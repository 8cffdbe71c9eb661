"""The one way a person's state changes: D with its entry in one transaction (compare and set on g), then K's copy.

New index tokens are written before D and old ones removed after, so that a kill between leaves only a candidate too
many, never a person who cannot be found.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from msgspec import structs

from kept import limits
from kept.crypto.random import random_bytes
from kept.errors import ConflictError, ErasedError, StoreError
from kept.ledger.chain import begun
from kept.policy.person import PersonState, Slot, encode_state
from kept.services.engine.claims import hold_key
from kept.services.engine.engine import Engine, Unfinished
from kept.services.engine.entry import Account
from kept.services.engine.flush import insert_entries
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.people import NEWEST_COPY, Person
from kept.services.engine.record import About, sealed_entry
from kept.services.engine.sealed_record import seal_persons_record
from kept.services.gate.noes import note_noes
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.index import index_token
from kept.vault.normal import normalise
from kept.vault.sealed import seal_state, seal_value

Extra = Callable[[Transaction], Awaitable[object]]
FINISHING = "changes being finished"


@dataclass(slots=True)
class Change:
    """A change about to be written.

    Args:
        state: The next state; its g is one more than before.
        account: The entry's account part.
        values: New values by slot, written at the version the next state names.
        ended: (slot, version) of values that go.
        gained: (item, normal form) the person is findable by from now on.
        lost: (item, normal form) the person is no longer findable by.
        extra: Further statements of the same transaction.
        receipt: (receipt id, kind, encoded receipt) to keep for the person, if any.
        register: What the line of a register says, where a law obliges to keep one: see `entry.PersonPart`.
    """

    state: PersonState
    account: Account
    values: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    ended: tuple[tuple[str, int], ...] = ()
    gained: tuple[tuple[str, str], ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    extra: Extra | None = None
    receipt: tuple[str, str, bytes] | None = None
    register: Mapping[str, str] = field(default_factory=dict)


Make = Callable[[Person, float], Change]


async def change_person(
    engine: Engine, person_id: bytes, make: Make, *, slots: tuple[str, ...] | None = (), also: Extra | None = None
) -> tuple[PersonState, str]:
    """Change a person's state.

    Args:
        engine: Open.
        person_id: 16 bytes.
        make: Answers the change for the loaded person and the time; may be called again when somebody was faster.
        slots: Slots whose sealed values *make* needs; None for all.
        also: Further statements of the same transaction, of whoever has it changed.

    Returns:
        The new state and the id of its entry, hex.

    Raises:
        ConflictError: Somebody was faster every time.
        ErasedError: There is no such person any more.
    """
    for _ in range(limits.MOVED_TRIES):
        at = engine.ready()
        person = await engine.people.load(person_id, slots)
        try:
            return await write_change(engine, person, make(person, at), at, also)
        except ConflictError as error:
            if error.reason not in {"moved", "key-ended"}:
                raise
    raise ConflictError("somebody else keeps changing the same person", reason="moved", hint="try again")


async def write_change(  # noqa: PLR0913 -- what changes, of whom, and whether they begin with it
    engine: Engine, person: Person, change: Change, at: float, also: Extra | None = None, *, first: bool = False
) -> tuple[PersonState, str]:
    """Write one change; see `change_person`. The *first* makes the person: both are there, or neither is."""
    state, keys = change.state, person.keys
    key_id = keys.newest("values")
    versions = {slot: state.slots[slot].version for slot in change.values if slot in state.slots}
    entry = sealed_entry(
        engine, change.account, About(person.id, keys, state.g, versions, change.register, person.counted)
    )
    sealed_state = seal_state(
        keys.value_key(key_id), encode_state(state), vault_id=engine.vault_id, person_id=person.id, g=state.g
    )
    rows = [_value_row(engine, person, slot, state.slots[slot], value) for slot, value in change.values.items()]
    await _tokens(engine, "token_put", person.id, change.gained)

    async def body(tx: Transaction) -> None:
        row = {"person_id": person.id, "g": state.g, "key_id": key_id, "sealed": sealed_state}
        if first:
            await tx.run("state_insert", **row)
        elif not await tx.run("state_set", **row, expected_g=person.state.g):
            raise ConflictError("the person's state has moved", reason="moved", hint="read it again")
        await hold_key(tx, key_id)
        for row in rows:
            await tx.run("value_insert", **row)
        for slot, version in change.ended:
            await tx.run("value_delete", person_id=person.id, slot=slot, version=version)
        if change.receipt is not None:
            await _keep_receipt(tx, engine, person.id, keys, change.receipt, at)
        if change.extra is not None:
            await change.extra(tx)  # noqa: S610 -- not Django's
        if also is not None:
            await also(tx)
        await insert_entries(tx, [entry], at)
        if not engine.no_log.replaying:
            await note_noes(tx, person.id, person.state, state, at)

    await engine.data.write(body)
    await _finish(engine, Unfinished(person.id, state.g, key_id, sealed_state, change.lost))
    await engine.no_log.acknowledge()
    return state, entry.id


async def _finish(engine: Engine, unfinished: Unfinished) -> None:
    """Do in K what belongs to a change that is in force. What fails now is tried again by itself: the change is done either way."""
    earlier = engine.unfinished.get(unfinished.person_id)
    if earlier is not None:  # all of it late, by the person's newest values
        engine.unfinished[unfinished.person_id] = replace(unfinished, lost=(*earlier.lost, *unfinished.lost))
        return
    try:
        await copy_state(engine, unfinished.person_id, unfinished.g, unfinished.key_id, unfinished.sealed)
        await _tokens(engine, "token_delete", unfinished.person_id, unfinished.lost)
    except StoreError as error:
        engine.unfinished[unfinished.person_id] = unfinished
        await engine.supervision.note(FINISHING, error)


async def _finish_late(engine: Engine, one: Unfinished) -> None:
    """Copy the state, and drop the tokens of lost values as long as nothing changed since; else one is a candidate too many."""
    await copy_state(engine, one.person_id, one.g, one.key_id, one.sealed)
    if one.lost and await engine.data.value(sql.StateG, person_id=one.person_id) == one.g:
        await _tokens(engine, "token_delete", one.person_id, one.lost)


async def finish_changes(engine: Engine) -> int:
    """Finish in K what changes in force still lack; return how many were finished.

    Raises:
        StoreError: K cannot be written yet.
    """
    waiting = list(engine.unfinished.values())
    for one in waiting:
        try:
            await _finish_late(engine, one)
        except ErasedError:
            pass  # there is nothing to finish any more
        if engine.unfinished.get(one.person_id) is one:
            del engine.unfinished[one.person_id]
    return len(waiting)


def _value_row(
    engine: Engine, person: Person, slot: str, held: Slot, value: str | tuple[str, ...]
) -> dict[str, object]:
    """Return the row of a new value, sealed under the person's newest key."""
    key_id = person.keys.newest("values")
    return {
        "person_id": person.id,
        "slot": slot,
        "version": held.version,
        "key_id": key_id,
        "sealed": seal_value(
            person.keys.value_key(key_id),
            value,
            vault_id=engine.vault_id,
            person_id=person.id,
            key_id=key_id,
            slot=slot,
            version=held.version,
            notice_id=held.notice_id,
            source=held.source.value,
        ),
    }


async def new_person(  # noqa: PLR0913 -- what a person begins with
    engine: Engine,
    state: PersonState,
    account: Account,
    at: float,
    extra: Callable[[Transaction, bytes], Awaitable[object]],
    keys: PersonKeys | None = None,
) -> tuple[bytes, str]:
    """Make a new person: K, then D, then K's copy.

    Args:
        engine: Open.
        state: Their first state, with g 1.
        account: The entry's account part.
        at: Unix seconds.
        extra: Further statements of the transaction that makes them, given their id.
        keys: Theirs, where the caller has made them with something else; None to make them.

    Returns:
        Their id, 16 bytes, and the id of the entry, hex.

    Raises:
        ConflictError: Their keys were swept away meanwhile, as a kill would have left them (`key-ended`); nothing was made.
    """
    keys = keys or await engine.keyring.create_person(random_bytes(16), at)
    person = Person(keys.person_id, structs.replace(state, g=0), keys, {}, "", begun(keys.person_id))
    change = Change(state, account, extra=lambda tx: extra(tx, person.id))
    _, entry_id = await write_change(engine, person, change, at, first=True)
    return person.id, entry_id


async def copy_state(engine: Engine, person_id: bytes, g: int, key_id: str, sealed: bytes) -> None:
    """Write K's copy of an acknowledged state, and that it came last; an older one never replaces it, an erased person gets none."""

    async def body(tx: Transaction) -> None:
        if await tx.one(sql.TombstoneGet, person_id=person_id) is None:
            await tx.run("state_copy_put", person_id=person_id, g=g, key_id=key_id, sealed=sealed)
            await tx.run("meta_put", name=NEWEST_COPY, value=f"{person_id.hex()} {g}")

    await engine.keys.write(body)


async def _keep_receipt(  # noqa: PLR0913 -- what a receipt's row names
    tx: Transaction, engine: Engine, person_id: bytes, keys: PersonKeys, receipt: tuple[str, str, bytes], at: float
) -> None:
    receipt_id, kind, content = receipt
    key_id, sealed = seal_persons_record(engine, keys, "receipt", receipt_id, content)
    await tx.run(
        "receipt_insert", person_id=person_id, receipt_id=receipt_id, kind=kind, at=at, key_id=key_id, sealed=sealed
    )


def find_forms(engine: Engine, slot: str, value: str | tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the (item, normal form) a value is findable by; none when its item is not findable."""
    item = slot.partition("#")[0]
    kind = engine.findable(requests=True).get(item)
    if kind is None or not isinstance(value, str):
        return []
    return [(item, normalise(kind.about.normal, value).find_by)]


async def _tokens(engine: Engine, statement: str, person_id: bytes, forms: tuple[tuple[str, str], ...]) -> None:
    """Put or delete index tokens, by statement."""
    if not forms:
        return

    async def body(tx: Transaction) -> None:
        for item, form in forms:
            token = index_token(engine.keyring.installation_key(f"index:{item}"), item, form)
            await tx.run(statement, item=item, token=token, person_id=person_id)

    await engine.keys.write(body)
