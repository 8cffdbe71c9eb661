"""One person, loaded as a decision needs them: keys, sealed state, values; authenticated, and never older than K's copy.

Read D, then the key; no key means erased. D behind K's copy of the state was rolled back: refused and recorded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from kept import limits
from kept.errors import ErasedError, RollbackError, SealError
from kept.ledger.chain import Chain
from kept.policy.person import PersonState, parse_state
from kept.services.engine.entry_chain import counted
from kept.services.engine.keyring import Keyring, PersonKeys
from kept.store import sql
from kept.store.interface import Single, Store, Transaction
from kept.store.paging import pages
from kept.vault.sealed import open_state, open_value


@dataclass(slots=True)
class Person:
    """One person, loaded.

    Args:
        id: 16 bytes.
        state: The opened state.
        keys: The person's keys, unwrapped.
        sealed: Sealed values by (slot, version), as far as they were asked for, with the key id each names.
        policy_hash: Hash of the active policy in the same snapshot as the state.
        counted: How many entries about them were counted, in the same snapshot.
    """

    id: bytes
    state: PersonState
    keys: PersonKeys
    sealed: dict[tuple[str, int], tuple[str, bytes]]
    policy_hash: str
    counted: Chain


async def each_person(store: Store, query: type[Single[bytes]] = sql.PeoplePage) -> AsyncIterator[bytes]:
    """Yield the id of each person once, 16 bytes, in the order of the ids.

    Who joins meanwhile may be met or not; who is erased meanwhile may still be named.

    Args:
        store: D, or K with its own query.
        query: Answers ids a page at a time.
    """
    async for page in pages(store, query):
        for (person_id,) in dict.fromkeys(page):
            yield person_id


NEWEST_COPY = "newest_copy"
"""In K: whose state was copied last, and its number. A D that was cut short lacks what came last."""


class People:
    """Loads people.

    Args:
        data: Database D.
        keyring: Gives a person's keys from K.
        vault_id: Id of this vault, bound into every seal.
    """

    def __init__(self, data: Store, keyring: Keyring, vault_id: str) -> None:
        self._data = data
        self._keyring = keyring
        self._vault_id = vault_id

    async def stays(self, person_id: bytes) -> bool:
        """Whether there is such a person, and nothing waits to erase them.

        Args:
            person_id: 16 bytes.
        """
        try:
            return (await self.load(person_id)).state.status == "active"
        except ErasedError:
            return False

    async def verify_newest(self) -> None:
        """Verify on start that D holds the state K acknowledged last; what was in a log of D's that is gone is missed here.

        Raises:
            RollbackError: It does not.
        """
        named = await self._keyring.newest_copy(NEWEST_COPY)
        if named is None:
            return
        person_id, g = named
        found = await self._data.value(sql.StateG, person_id=person_id)
        if found is None or found < g:
            raise RollbackError(
                f"expected the state that was acknowledged last, number {g} of its person, found {found or 'none'}: an older copy of "
                "database D was put back, or its log was deleted",
                reason="state-missing",
                hint="put back D with its -wal file; if it is lost, run `kept recover`",
                rests_on="sealed-values durable-writes",
            )

    async def load(self, person_id: bytes, slots: Iterable[str] | None = ()) -> Person:
        """Load a person's state and the sealed values of *slots*, from one snapshot.

        Args:
            person_id: 16 bytes.
            slots: Slots whose values are wanted; None for all of them.

        Raises:
            ErasedError: There is no such person, or no key for them any more.
            RollbackError: D holds an older state than K acknowledged, or none although K has one.
            SealError: The state does not open under the person's key.
        """
        wanted = None if slots is None else list(slots)

        async def body(
            tx: Transaction,
        ) -> tuple[sql.StateGet | None, list[tuple[str, int, str, bytes]], str, Chain]:
            row = await tx.one(sql.StateGet, person_id=person_id)
            active = await tx.value(sql.MetaGet, name="active_policy") or ""
            values: list[tuple[str, int, str, bytes]] = []
            if wanted is None:
                values += await tx.all(sql.ValueAll, person_id=person_id)
            for slot in wanted or ():
                values += [(slot, *one) for one in await tx.all(sql.ValueOfSlot, person_id=person_id, slot=slot)]
            return row, values, active, await counted(tx, person_id)

        for _ in range(
            limits.PERSON_READS
        ):  # a change may land between the two reads: D is read anew before it is called old
            state_row, values, policy_hash, chain = await self._data.read(body)
            keys, copy_g = await self._keyring.of_person(person_id)
            if state_row is None or copy_g is None or state_row.g >= copy_g:
                break
        if keys is None:
            raise ErasedError("expected a person with keys, found none", reason="erased")
        if state_row is None:
            raise RollbackError(
                "expected a state for a person whose keys exist, found none",
                reason="state-missing",
                hint="restore database D from a newer backup, or run `kept recover`",
                rests_on="sealed-values",
            )
        return Person(
            person_id,
            self._open_state(keys, copy_g, state_row),
            keys,
            {(slot, version): (value_key, value) for slot, version, value_key, value in values},
            policy_hash,
            chain,
        )

    def _open_state(self, keys: PersonKeys, copy_g: int | None, row: tuple[int, str, bytes]) -> PersonState:
        """Open a person's state from its row (g, key id, sealed), not older than K's copy of it."""
        g, key_id, sealed = row
        if copy_g is not None and g < copy_g:
            raise RollbackError(
                f"expected a person's state number {copy_g} or later, found {g}",
                reason="state-rolled-back",
                hint="somebody put an older state back; run `kept verify`, then `kept recover`",
                rests_on="sealed-values",
            )
        state = parse_state(
            open_state(keys.value_key(key_id), sealed, vault_id=self._vault_id, person_id=keys.person_id, g=g)
        )
        if state.g != g:
            raise SealError(
                "a state names another number than its row",
                reason="state-malformed",
                rests_on="sealed-values",
            )
        return state

    def open_slot(self, person: Person, slot: str) -> str | tuple[str, ...]:
        """Open the current value of *slot*.

        Args:
            person: Loaded with this slot.
            slot: A slot of the person's state.

        Raises:
            SealError: The value does not open under exactly what the state says it is.
            RollbackError: The version the state names is missing.
        """
        held = person.state.slots[slot]
        return self.open_version(person, slot, held.version, held.notice_id, held.source.value)

    def open_version(
        self, person: Person, slot: str, version: int, notice_id: str, source: str
    ) -> str | tuple[str, ...]:
        """Open one version of *slot*, current or superseded; see `open_slot`."""
        row = person.sealed.get((slot, version))
        if row is None:
            raise RollbackError(
                f"expected version {version} of an item, found none",
                reason="value-missing",
                hint="run `kept verify`; restore database D from a backup",
                rests_on="sealed-values",
            )
        key_id, sealed = row
        return open_value(
            person.keys.value_key(key_id),
            sealed,
            vault_id=self._vault_id,
            person_id=person.id,
            key_id=key_id,
            slot=slot,
            version=version,
            notice_id=notice_id,
            source=source,
        )
