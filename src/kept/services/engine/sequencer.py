"""The sequencer: takes entries from `todo`, gives them their place in the tree, signs the checkpoint once that is durable.

It signs only what was checked. Before an entry gets its place, its row is there, its id is that of the row's bytes and its
account part opens; what does not hold is set aside, and the rest goes on. The tree it is appended to is the one signed last:
its root is computed anew from the edge.
Tiles, positions and head are written in one transaction that starts from the stored head (compare and set on size:
the fence). The signed checkpoint lies in K, in D and in a file outside both (`docs/formats/ledger.md`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kept import limits
from kept.crypto.signature import SigningKey
from kept.errors import ConflictError, EvidenceError, NoteError, RollbackError, StoreError
from kept.ledger.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from kept.ledger.note import verifier_key
from kept.ledger.tile import WIDTH, node_reader, tiles_after_append, tiles_of_size
from kept.ledger.tree import (
    EMPTY_ROOT,
    HASH_BYTES,
    Node,
    consistency_proof,
    inclusion_proof,
    root_hash,
    verify_consistency,
)
from kept.machine import refused
from kept.services.engine.clock import Clock
from kept.services.engine.entry_chain import EntryChains, Heard
from kept.services.engine.entry_check import EntryCheck
from kept.services.engine.memories import FILE_LOST, LOG, Lost
from kept.services.engine.restored_keys import DATA_RESTORED, RESTORED
from kept.store import sql
from kept.store.interface import Store, Transaction, lost_write

LEAPT = "clock_leapt"
"""Names the fact that the clock leapt and nobody has confirmed it yet, seconds."""


class Checks(NamedTuple):
    """What is looked at before entries get their place: their rows, and that K has heard how far people's were counted."""

    entries: EntryCheck
    chains: EntryChains


class Published(NamedTuple):
    """A checkpoint with its signatures; None and empty before the first.

    Args:
        checkpoint: What it says.
        note: The signed note.
    """

    checkpoint: Checkpoint | None
    note: str


UNPUBLISHED = Published(None, "")


class Sequencer:
    """Integrates entries and signs checkpoints.

    Args:
        data: Database D.
        keys: Database K.
        key: The ledger's signing key.
        origin: Name of the log.
        outside: File outside both databases for the last checkpoint; None to keep none.
        clock: The one clock.
        checks: What is looked at before an entry gets its place.
    """

    def __init__(  # noqa: PLR0913 -- each is a separate part
        self,
        data: Store,
        keys: Store,
        key: SigningKey,
        origin: str,
        outside: Path | None,
        clock: Clock,
        checks: Checks,
    ) -> None:
        self._data = data
        self._keys = keys
        self._key = key
        self.origin = origin
        self.verifier = verifier_key(origin, key.public)
        self._outside = outside
        self._clock = clock
        self._entries, self._chains = checks
        self._running = asyncio.Lock()
        self._checked = 0, EMPTY_ROOT
        self._looked_again = False
        self._signed = False
        self.checkpoint: Checkpoint | None = None
        self.note = ""
        self.fault: EvidenceError | None = None

    async def integrate(self) -> int:
        """Integrate what waits and holds, sign, and return how many entries were integrated; what does not hold is set aside.

        Raises:
            StoreError: The ledger, or the checkpoint file, cannot be written.
            EvidenceError: The tree is not the one that was signed: nothing is integrated, and nothing signed.
        """
        async with self._running:
            try:
                if not self._looked_again and await self._data.value(sql.TodoAsideCount):
                    await self._data.write(_wait_again)
                self._looked_again = True
                total = 0
                while count := await self._integrate_batch():
                    total += count
                if total or not self._signed:
                    await self._sign()
            except EvidenceError as error:
                self.fault = error
                raise
            self.fault = None
            return total

    async def oldest_waiting_since(self) -> float | None:
        """Return since when the oldest entry waits, unix seconds; None when none waits."""
        return await self._data.value(sql.TodoOldest)

    async def _integrate_batch(self) -> int:
        """Integrate some of what waits; return how much no longer waits."""
        if self._checked != await self._head():
            await self.check_head()
        waiting = await self._data.all(sql.TodoTake, limit=limits.SEQUENCED_AT_ONCE)
        if not waiting:
            return 0
        heard = await self._chains.copy(self._data, self._keys)
        try:
            return await self._place(waiting, heard, alone=False)
        except ConflictError as error:
            if error.reason != "exists":
                raise
        except StoreError as error:
            if error.reason != "database-corrupt":
                raise
        return await self._place(waiting, heard, alone=True)  # one of them has its place already, or is no row: which?

    async def _place(self, waiting: list[sql.TodoTake], heard: Heard, *, alone: bool) -> int:
        """Give what waits and holds its place, in one transaction that starts from the head that was checked.

        Args:
            waiting: What waits.
            heard: Of whom K has heard how far their entries were counted.
            alone: Whether each is looked at by itself, also for a place it has already.
        """
        at = self._clock.now()
        size, root = self._checked

        async def body(tx: Transaction) -> tuple[int, bytes]:
            head = await tx.one(sql.HeadGet, name=LOG)
            if ((head.size, head.root) if head else (0, EMPTY_ROOT)) != (size, root):
                raise _fenced()
            flaws = await (self._flaws_alone(tx, waiting) if alone else self._flaws_of_all(tx, waiting))
            sound = [row.entry_id for row in waiting if row.entry_id not in flaws]
            await tx.many(
                "todo_aside_put",
                [
                    {"entry_id": row.entry_id, "since": row.since, "flaw": flaws[row.entry_id]}
                    for row in waiting
                    if row.entry_id in flaws
                ],
            )
            await tx.many("entry_chain_moved_delete", heard)
            taken = await tx.many("todo_delete", [{"since": row.since, "entry_id": row.entry_id} for row in waiting])
            if taken != len(waiting):
                raise lost_write("todo_delete", len(waiting), taken)
            return await self._append(tx, (size, root), sound, at) if sound else (size, root)

        self._checked = await self._data.write(body)
        return len(waiting)

    async def _flaws(self, tx: Transaction, waiting: Sequence[sql.TodoTake | sql.PositionsPage]) -> dict[bytes, str]:
        rows = await tx.each(sql.EntryGet, [{"entry_id": one.entry_id} for one in waiting])
        found = ((one.entry_id, self._entries.flaw(one.entry_id, row)) for one, row in zip(waiting, rows, strict=True))
        return {entry_id: flaw for entry_id, flaw in found if flaw}

    async def _flaws_of_all(self, tx: Transaction, waiting: Sequence[sql.TodoTake]) -> dict[bytes, str]:
        """Look at all that waits: the rows come by their time, in one query; whatever is not among those is looked up."""
        rows = await tx.all(sql.EntriesFrom, since=waiting[0].since, limit=len(waiting))
        there = {row.entry_id: row for row in rows}
        found = (
            (one.entry_id, self._entries.flaw(one.entry_id, there[one.entry_id]))
            for one in waiting
            if one.entry_id in there
        )
        flaws = {entry_id: flaw for entry_id, flaw in found if flaw}
        return flaws | await self._flaws(tx, [one for one in waiting if one.entry_id not in there])

    async def _flaws_alone(self, tx: Transaction, waiting: Sequence[sql.TodoTake]) -> dict[bytes, str]:
        found = {}
        for one in waiting:
            if await tx.value(sql.PositionGet, entry_id=one.entry_id) is not None:
                found[one.entry_id] = "it has its place already"
                continue
            try:
                found |= await self._flaws(tx, [one])
            except StoreError:
                found[one.entry_id] = "its row is damaged"
        return found

    async def _append(
        self, tx: Transaction, head: tuple[int, bytes], leaves: list[bytes], at: float
    ) -> tuple[int, bytes]:
        """Append leaves that were looked at to the tree of *head*; return the next head."""
        size, root = head
        edge = await self._edge(tx, size, root)
        changed = tiles_after_append(size, leaves, lambda level, tile: edge.get((level, tile), b""))
        new_size = size + len(leaves)
        tiles = edge | changed
        new_root = root_hash(node_reader(lambda level, tile: tiles.get((level, tile), b"")), new_size)
        await tx.many(
            "tile_put", [{"level": level, "idx": tile, "data": data} for (level, tile), data in changed.items()]
        )
        await tx.many("position_insert", [{"entry_id": one, "position": size + at_} for at_, one in enumerate(leaves)])
        moved = (
            await tx.run("head_set", name=LOG, size=new_size, root=new_root, at=at, expected_size=size)
            if size
            else await tx.run("head_insert", name=LOG, size=new_size, root=new_root, at=at)
        )
        if not moved:
            raise _fenced()
        return new_size, new_root

    async def _edge(self, tx: Transaction, size: int, root: bytes) -> dict[tuple[int, int], bytes]:
        """Return the tiles at the right edge of the tree of *size*, once they lead to *root*.

        Raises:
            EvidenceError: They do not: a tile was changed.
        """
        edge = {}
        for level, tile, width in _edge_tiles(size):
            edge[level, tile] = (await tx.value(sql.TileGet, level=level, idx=tile) or b"")[: width * HASH_BYTES]
        if root_hash(node_reader(lambda level, tile: edge.get((level, tile), b"")), size) != root:
            raise EvidenceError(
                "expected the edge of the tree to lead to the root that was signed, found another",
                reason="tree-edge",
                hint="a tile was changed: nothing is signed over it; run `kept verify`, which names the tile, and restore "
                "database D from a backup",
                rests_on="ledger-consistent sealed-values",
            )
        return edge

    async def _sign(self) -> None:
        self._signed = False  # until the last of the three places has it
        size, root = self._checked
        checkpoint = Checkpoint(self.origin, size, root)
        note = sign_checkpoint(checkpoint, self._key)
        at = self._clock.high_water

        async def into_data(tx: Transaction) -> None:
            await tx.run("checkpoint_put", size=checkpoint.size, note=note, at=at)
            await tx.run("meta_put", name="high_water", value=repr(at))
            if self._clock.leapt_seconds:  # never the time without this: the next start would take it for the right one
                await tx.run("meta_put", name=LEAPT, value=repr(self._clock.leapt_seconds))

        async def into_keys(tx: Transaction) -> None:
            await tx.run("last_checkpoint_put", size=checkpoint.size, note=note, at=at)

        await self._data.write(into_data)
        await self._keys.write(into_keys)
        if self._outside is not None:
            try:
                await asyncio.get_running_loop().run_in_executor(None, write_file, self._outside, note)
            except OSError as error:
                raise refused(error, "the checkpoint file") from error
        self.checkpoint, self.note, self._signed = checkpoint, note, True

    async def _head(self) -> tuple[int, bytes]:
        row = await self._data.one(sql.HeadGet, name=LOG)
        return (row.size, row.root) if row else (0, EMPTY_ROOT)

    async def _tiles(self, places: list[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        async def body(tx: Transaction) -> dict[tuple[int, int], bytes]:
            rows = await tx.each(sql.TileGet, [{"level": level, "idx": tile} for level, tile in places])
            return {place: row[0] for place, row in zip(places, rows, strict=True) if row}

        return await self._data.read(body)

    async def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the audit path of entry *index* in the tree of *size*."""
        return await self._with_tiles(lambda node: inclusion_proof(node, index, size))

    async def inclusions(self, indexes: Sequence[int], size: int) -> list[list[bytes]]:
        """Return the audit path of each entry in the tree of *size*; a tile they share is read once."""
        tiles: dict[tuple[int, int], bytes] = {}
        return [await self._with_tiles(partial(inclusion_proof, index=one, size=size), tiles) for one in indexes]

    async def consistency(self, older: int, newer: int) -> list[bytes]:
        """Return the proof that the tree of *newer* entries extends that of *older*."""
        if older in {0, newer}:
            return []
        return await self._with_tiles(lambda node: consistency_proof(node, older, newer))

    async def _with_tiles(
        self, prove: Callable[[Node], list[bytes]], tiles: dict[tuple[int, int], bytes] | None = None
    ) -> list[bytes]:
        """Run *prove* with a node reader, fetching the tiles it turns out to need into *tiles*."""
        tiles = {} if tiles is None else tiles
        while True:
            missing: list[tuple[int, int]] = []

            def read(level: int, tile: int) -> bytes:
                if (level, tile) not in tiles:
                    missing.append((level, tile))  # noqa: B023 -- read within this turn of the loop only
                    raise LookupError
                return tiles[level, tile]

            try:
                return prove(node_reader(read))
            except LookupError:
                found = await self._tiles(missing)
                for place in missing:
                    tiles[place] = found.get(place, b"")

    async def verify_head(self, *, file_lost: bool = False) -> None:
        """Check the head and the outside file, then sign: what a start does.

        Args:
            file_lost: Whether the operator says that the outside file is lost; it is then written anew.

        Raises:
            EvidenceError: It does not hold.
        """
        await self.check_head(file_lost=file_lost)
        if not file_lost:
            await self.check_outside()
        await self._sign()

    async def check_outside(self) -> None:
        """Look whether the file outside both databases holds a checkpoint, where there is something to hold.

        Raises:
            EvidenceError: It is gone or empty, and no database was restored.
        """
        if self._outside is None or not (await self._head())[0]:
            return
        if not _left_in(self._outside) and not await self._restored():
            raise Lost("no checkpoint in the file outside both databases", FILE_LOST).error()

    async def _restored(self) -> bool:
        """Whether a database was restored and that is not signed yet: the other place may have had no file."""
        marks = [
            await self._keys.value(sql.MetaGet, name=RESTORED),
            await self._data.value(sql.MetaGet, name=DATA_RESTORED),
        ]
        return any(marks)

    async def check_head(self, *, file_lost: bool = False) -> None:
        """Hold D's tree against every checkpoint that is remembered: this process's last, K's and that of the outside file.

        What stands behind the newest of them was placed before a kill prevented its signature: it is looked at again, entry by
        entry, since nobody signed it yet.

        Args:
            file_lost: Whether an outside file that holds no checkpoint of this log counts as none; one that does counts all the same.

        Raises:
            RollbackError: D is behind: an older copy was put back.
            EvidenceError: D's tree is not an extension of it: it was rewritten, or a leaf has no entry that holds; or the outside
                file holds something else.
        """
        size, root = await self._head()
        signed = 0
        for last in await self._remembered(file_lost=file_lost):
            await self._extends(last, size, root)
            signed = max(signed, last.size)
        await self._data.read(lambda tx: self._edge(tx, size, root))
        await self._check_leaves(signed, size)
        self._checked = size, root

    async def _remembered(self, *, file_lost: bool) -> list[Checkpoint]:
        row = await self._keys.one(sql.LastCheckpointGet)
        found = [verify_checkpoint(one, self.verifier) for one in (self.note, row.note if row else "") if one]
        try:
            if self._outside is not None and (note := _left_in(self._outside)):
                found.append(verify_checkpoint(note, self.verifier))
        except NoteError as error:
            if not file_lost:
                raise Lost("no checkpoint of this log in the file outside both databases", FILE_LOST).error() from error
        return found

    async def _extends(self, last: Checkpoint, size: int, root: bytes) -> None:
        if size < last.size:
            raise RollbackError(
                f"expected a ledger of at least {last.size} entries, found {size}: an older copy of database D "
                "was put back",
                reason="ledger-behind",
                hint="restore the newer database; if it is lost, run `kept recover`, which opens a new log that "
                "names the gap",
                rests_on="ledger-consistent sealed-values",
            )
        try:
            verify_consistency(last.size, size, await self.consistency(last.size, size), last.root, root)
        except EvidenceError as error:
            raise EvidenceError(
                "expected the ledger to extend its last signed checkpoint, found another tree",
                reason="ledger-rewritten",
                hint="run `kept verify` to find the entry; restore database D from a backup",
                rests_on="ledger-consistent sealed-values",
            ) from error

    async def _check_leaves(self, start: int, end: int) -> None:
        """Look at the entries placed from *start* up to *end*, as before they were placed."""
        while start < end:
            until = min(end, (start // WIDTH + 1) * WIDTH)

            async def body(tx: Transaction, first: int = start, last: int = until) -> tuple[list[bytes], bytes]:
                placed = await tx.all(sql.PositionsPage, from_position=first, limit=last - first)
                flaws = await self._flaws(tx, placed)
                held = [one.entry_id for one in placed if one.entry_id not in flaws]
                return held, await tx.value(sql.TileGet, level=0, idx=first // WIDTH) or b""

            held, tile = await self._data.read(body)
            if b"".join(held) != tile[start % WIDTH * HASH_BYTES : ((until - 1) % WIDTH + 1) * HASH_BYTES]:
                raise EvidenceError(
                    f"expected an entry that holds behind each leaf from {start} to {until - 1}, which nobody signed yet",
                    reason="leaf-without-entry",
                    hint="the tree was lengthened by hand: nothing is signed over it; run `kept verify`, which names the leaf, "
                    "and restore database D from a backup",
                    rests_on="ledger-consistent sealed-values",
                )
            start = until


def _fenced() -> ConflictError:
    return ConflictError(
        "another sequencer was faster",
        reason="sequencer-fenced",
        rests_on="ledger-consistent durable-writes",
        hint="run one sequencer",
    )


async def _wait_again(tx: Transaction) -> None:
    """Let what was set aside wait once more: a restore may have brought back what was missing."""
    for row in await tx.all(sql.TodoAside):
        await tx.run("todo_aside_delete", entry_id=row.entry_id)
        await tx.run("todo_insert", entry_id=row.entry_id, since=row.since)


def _edge_tiles(size: int) -> list[tuple[int, int, int]]:
    return [place for place in tiles_of_size(size) if place[2] < WIDTH]


def _left_in(path: Path) -> str:
    """Return what a checkpoint file holds, each byte as it stands; empty where there is none. Bytes that are no text make no note.

    Raises:
        StoreError: The machine does not give it.
    """
    try:
        return path.read_bytes().decode(errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise refused(error, "the checkpoint file") from error


def write_file(path: Path, text: str) -> None:
    """Replace a small file: after a loss of power either it or the one before stands there, whole."""
    fresh = path.with_suffix(path.suffix + ".new")
    handle = os.open(
        fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644
    )  # whatever the umask: others read it, none writes it
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
