"""Counting a person's entries: each has its number in the transaction that writes it, K remembers how far they were counted.

The number and the head stand in D beside the entries, so that whoever writes an entry compares and sets them. K's copy is
sealed, and follows before an entry gets its place in the tree: nobody rewrites it who has D. What D shows is held against both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from kept import limits
from kept.errors import ConflictError, SealError
from kept.ledger.chain import CHAIN_LABEL, Chain, begun, extended, ranges
from kept.services.engine.keyring import Keyring
from kept.store import sql
from kept.store.interface import Store, Transaction
from kept.store.paging import pages
from kept.vault.sealed import open_record, seal_record

KEY = "ledger"
KIND = "entry-chain"
Heard = list[dict[str, object]]


class Gap(NamedTuple):
    """Entries a restore lost: the first and the last number, and the head behind them."""

    first: int
    last: int
    head: bytes


class Remembered(msgspec.Struct, frozen=True):
    """What K remembers of a person's chain, as it is sealed: how far it was counted, and what a restore lost."""

    number: int
    head: bytes
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """What is to be said of a person's entries.

    Args:
        number: How many were counted.
        missing: Numbers of entries that are not there, as ranges.
        lost: The same for those that a restore lost, which the person was told of.
        changed: Numbers among which one is not the entry that was counted; None where all are.
    """

    number: int
    missing: tuple[tuple[int, int], ...] = ()
    lost: tuple[tuple[int, int], ...] = ()
    changed: tuple[int, int] | None = None

    @property
    def whole(self) -> bool:
        """Whether every entry counted is there, but for those a restore lost."""
        return not self.missing and self.changed is None


async def link_entries(tx: Transaction, entries: Sequence[tuple[bytes, bytes]]) -> list[int]:
    """Count entries, within *tx*; return their numbers.

    Args:
        tx: The write transaction of D that writes their person parts.
        entries: Whose each is (16 bytes), and its id (32 bytes), in their order.

    Raises:
        ConflictError: Somebody else counted meanwhile; nothing of *tx* holds.
    """
    people = list(dict.fromkeys(person_id for person_id, _ in entries))
    rows = await tx.each(sql.EntryChainGet, [{"person_id": one} for one in people])
    before = {one: Chain(*row) for one, row in zip(people, rows, strict=True) if row}
    chains = {one: before.get(one) or begun(one) for one in people}
    numbers = []
    for person_id, entry_id in entries:
        chains[person_id] = extended(chains[person_id], entry_id)
        numbers.append(chains[person_id].number)
    if fresh := [one for one in people if one not in before]:
        await tx.many("entry_chain_insert", [_row(one, chains[one]) for one in fresh])
    known = [{**_row(one, chains[one]), "expected_number": chain.number} for one, chain in before.items()]
    if known and await tx.many("entry_chain_set", known) != len(known):
        raise ConflictError("somebody else recorded something about the same person", reason="moved", hint="try again")
    await tx.many(
        "entry_chain_moved_put", [{"person_id": one, "number": chain.number} for one, chain in chains.items()]
    )
    return numbers


def _row(person_id: bytes, chain: Chain) -> dict[str, object]:
    return {"person_id": person_id, "number": chain.number, "head": chain.head}


async def counted(tx: Transaction, person_id: bytes) -> Chain:
    """Return how many entries of a person stand, with their head."""
    row = await tx.one(sql.EntryChainGet, person_id=person_id)
    return Chain(*row) if row else begun(person_id)


def hold(
    person_id: bytes, links: Iterable[tuple[int, bytes]], chain: Chain | None, remembered: Remembered | None
) -> Count:
    """Hold the entries that are there against what was counted.

    Args:
        person_id: 16 bytes.
        links: Number and id of each entry, by number.
        chain: What D says was counted; None where it says nothing.
        remembered: What K remembers; None where it remembers nothing.
    """
    there = list(links)
    if chain is None and remembered is None and not there:
        return Count(0)
    gaps = remembered.gaps if remembered else ()
    known = [Chain(remembered.number, remembered.head)] if remembered else []
    known += [chain] if chain is not None else []
    highest = there[-1][0] if there else 0
    total = max([highest, *(one.number for one in known)])
    lost = {number for gap in gaps for number in range(gap.first, gap.last + 1)}
    numbers = {number for number, _ in there}
    missing = ranges(number for number in range(1, total + 1) if number not in numbers and number not in lost)
    said = tuple((gap.first, gap.last) for gap in gaps)
    if missing:
        return Count(total, missing, said)
    heads = _heads(begun(person_id), there, gaps)
    sound = 0
    for one in sorted(known):
        if heads.get(one.number) != one.head:
            return Count(total, lost=said, changed=(sound + 1, one.number))
        sound = one.number
    uncounted = chain is None or chain.number < total or len(numbers) != len(there) or not numbers.isdisjoint(lost)
    return Count(total, lost=said, changed=(min(sound + 1, total), total) if uncounted else None)


def _heads(chain: Chain, links: Iterable[tuple[int, bytes]], gaps: Iterable[Gap]) -> dict[int, bytes]:
    """Return the head behind each number, as it follows from the entries; a gap's is the one remembered."""
    heads = {chain.number: chain.head}
    behind = {gap.first: gap for gap in gaps}
    for number, entry_id in links:
        while gap := behind.get(chain.number + 1):
            chain = Chain(gap.last, gap.head)
            heads[chain.number] = chain.head
        if number == chain.number + 1:
            chain = extended(chain, entry_id)
            heads[number] = chain.head
    while gap := behind.get(chain.number + 1):
        chain = Chain(gap.last, gap.head)
        heads[chain.number] = chain.head
    return heads


class EntryChains:
    """K's memory of people's chains.

    Args:
        keyring: Has the key it is sealed by.
        vault_id: Id of this vault.
    """

    def __init__(self, keyring: Keyring, vault_id: str) -> None:
        self._keyring = keyring
        self._vault_id = vault_id
        self.broken: set[bytes] = set()

    def seal(self, person_id: bytes, remembered: Remembered) -> bytes:
        """Seal what K is to remember of a person."""
        return seal_record(
            self._keyring.installation_cipher(KEY),
            msgspec.msgpack.encode(remembered),
            vault_id=self._vault_id,
            owner=person_id,
            kind=KIND,
            record_id="",
        )

    def open(self, person_id: bytes, row: sql.ChainCopyGet) -> Remembered:
        """Open what K remembers of a person.

        Raises:
            SealError: Its row was changed, or is somebody else's.
        """
        raw = open_record(
            self._keyring.installation_cipher(KEY),
            row.sealed,
            vault_id=self._vault_id,
            owner=person_id,
            kind=KIND,
            record_id="",
        )
        remembered = msgspec.msgpack.decode(raw, type=Remembered)
        if remembered.number != row.number:
            raise SealError("a count names another number than its row", rests_on="sealed-values")
        return remembered

    async def remembered(self, keys: Store, person_id: bytes) -> Remembered | None:
        """Return what K remembers of a person; None where it remembers nothing.

        Raises:
            SealError: Its row was changed.
        """
        row = await keys.one(sql.ChainCopyGet, person_id=person_id)
        return self.open(person_id, row) if row else None

    async def copy(self, data: Store, keys: Store) -> Heard:
        """Let K remember how far everybody's entries were counted of whom it has not heard.

        It does so once what D shows leads there from what K remembers; whoever's does not stands in `broken`.

        Args:
            data: Database D.
            keys: Database K.

        Returns:
            Of whom K has heard last: rows for `entry_chain_moved_delete`, to go with the next write to D, or to be heard again.
        """
        heard: Heard = []
        async for rows in pages(data, sql.EntryChainMovedPage, limit=limits.COUNTED_A_TURN):
            if heard:
                await data.write(lambda tx, them=heard: tx.many("entry_chain_moved_delete", them))  # type: ignore[misc]
            people = [{"person_id": row.person_id} for row in rows]
            copies = await keys.read(lambda tx, them=people: tx.each(sql.ChainCopyGet, them))  # type: ignore[misc]
            known = {row.person_id: self._opened(row.person_id, copy) for row, copy in zip(rows, copies, strict=True)}
            shown = await data.read(lambda tx, them=known: _shown(tx, them))  # type: ignore[misc]
            reached = {one: _reach(remembered, *shown[one]) for one, remembered in known.items()}
            self.broken.update(one for one, end in reached.items() if end is None)
            self.broken.difference_update(one for one, end in reached.items() if end is not None)
            if moved := [(one, end) for one, end in reached.items() if end is not None and end != known[one]]:
                await keys.write(lambda tx, them=moved: self._remember(tx, them))  # type: ignore[misc]
            heard = [{"person_id": row.person_id, "number": row.number} for row in rows]
        return heard

    async def tell_anew(self, data: Store) -> None:
        """K was put back as it was: it has to hear of everybody's entries again.

        Args:
            data: Database D.
        """
        async for page in pages(data, sql.PeoplePage):

            async def body(tx: Transaction, them: list[sql.PeoplePage] = page) -> None:
                counted = await tx.each(sql.EntryChainGet, [{"person_id": one} for (one,) in them])
                told = [
                    {"person_id": one, "number": chain.number}
                    for (one,), chain in zip(them, counted, strict=True)
                    if chain
                ]
                await tx.many("entry_chain_moved_put", told)

            await data.write(body)

    def _opened(self, person_id: bytes, row: sql.ChainCopyGet | None) -> Remembered | None:
        """Return what K remembers of a person, nothing of whom it remembers nothing; None where its row was changed."""
        try:
            return self.open(person_id, row) if row is not None else Remembered(*begun(person_id))
        except SealError:
            return None

    async def _remember(self, tx: Transaction, moved: list[tuple[bytes, Remembered]]) -> None:
        there = await tx.each(sql.PersonHasKeys, [{"person_id": person_id} for person_id, _ in moved])
        rows = [one for one, keys in zip(moved, there, strict=True) if keys is not None]  # the others were erased
        await tx.many(
            "chain_copy_put",
            [{"person_id": one, "number": said.number, "sealed": self.seal(one, said)} for one, said in rows],
        )

    async def count(self, data: Store, keys: Store, person_id: bytes) -> Count:
        """Hold a person's entries against what was counted.

        Args:
            data: Database D.
            keys: Database K.
            person_id: 16 bytes.
        """
        try:
            remembered = await self.remembered(keys, person_id)
        except SealError:
            row, links = await _links(data, person_id)
            return Count(row.number if row else len(links), changed=(1, row.number if row else len(links)))
        row, links = await _links(data, person_id)
        return hold(person_id, links, row, remembered)

    async def heads(self, data: Store, keys: Store, person_id: bytes) -> dict[int, bytes]:
        """Return the head behind each of a person's entries, as it follows from those that are there.

        Raises:
            SealError: What K remembers of them was changed.
        """
        remembered = await self.remembered(keys, person_id)
        _, links = await _links(data, person_id)
        return _heads(begun(person_id), links, remembered.gaps if remembered else ())

    async def listed(self, data: Store, keys: Store, person_id: bytes) -> str:
        """Return the list of a person's entries as `kept-verify --chain` takes it (`docs/formats/ledger.md`).

        Args:
            data: Database D.
            keys: Database K.
            person_id: 16 bytes.

        Raises:
            SealError: What K remembers of them was changed.
        """
        remembered = await self.remembered(keys, person_id)
        _, links = await _links(data, person_id)
        gaps = remembered.gaps if remembered else ()
        lines = [(number, f"entry {entry_id.hex()}") for number, entry_id in links]
        lines += [(gap.first, f"lost {gap.first} {gap.last} {gap.head.hex()}") for gap in gaps]
        return "\n".join([CHAIN_LABEL.decode(), f"person {person_id.hex()}", *(one for _, one in sorted(lines)), ""])

    async def accept_lost(self, data: Store, keys: Store, person_id: bytes) -> int:
        """After a restore: go on counting behind what K remembers, and let it remember what is missing in D; return how much.

        Args:
            data: Database D, from before.
            keys: Database K.
            person_id: 16 bytes.
        """
        remembered = await self.remembered(keys, person_id)
        row = await data.one(sql.EntryChainGet, person_id=person_id)
        behind = row.number if row else 0
        if remembered is None or behind >= remembered.number:
            return 0
        chain = Chain(remembered.number, remembered.head)

        async def into_data(tx: Transaction) -> None:
            await tx.run("entry_chain_restore", **_row(person_id, chain))

        lost = Gap(behind + 1, remembered.number, remembered.head)
        noted = Remembered(*chain, remembered.gaps if lost in remembered.gaps else (*remembered.gaps, lost))
        await keys.write(lambda tx: self._remember(tx, [(person_id, noted)]))
        await data.write(into_data)
        return remembered.number - behind


Shown = tuple[Chain | None, list[sql.EntryLinks]]
"""What D says was counted of a person, and their entries by number."""


async def _shown(tx: Transaction, known: Mapping[bytes, Remembered | None]) -> dict[bytes, Shown]:
    """Return what D shows of people; of their entries, those behind the number remembered."""
    chains = await tx.each(sql.EntryChainGet, [{"person_id": one} for one in known])
    return {
        one: (
            None if chain is None else Chain(*chain),
            await tx.all(sql.EntryLinks, person_id=one, after=said.number if said else 0),
        )
        for (one, said), chain in zip(known.items(), chains, strict=True)
    }


def _reach(remembered: Remembered | None, row: Chain | None, links: list[sql.EntryLinks]) -> Remembered | None:
    """Return what is to be remembered of a person; None where what D shows does not lead there from what was."""
    if remembered is None:
        return None
    if row is None and not remembered.number:
        return remembered  # erased meanwhile
    reached = Chain(remembered.number, remembered.head)
    for number, entry_id in links:
        if number == reached.number + 1:
            reached = extended(reached, entry_id)
    if row is None or reached != row:
        return None
    return Remembered(*reached, remembered.gaps)


async def _links(data: Store, person_id: bytes) -> Shown:
    return (await data.read(lambda tx: _shown(tx, {person_id: None})))[person_id]
