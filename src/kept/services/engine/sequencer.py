"""The sequencer: takes entries from `todo`, gives them their place in the tree, signs the checkpoint once that is durable.

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
from kept.errors import ConflictError, EvidenceError, RollbackError
from kept.ledger.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from kept.ledger.note import verifier_key
from kept.ledger.tile import WIDTH, node_reader, tiles_after_append, tiles_of_size
from kept.ledger.tree import EMPTY_ROOT, Node, consistency_proof, inclusion_proof, root_hash, verify_consistency
from kept.services.engine.clock import Clock
from kept.services.engine.memories import FILE_LOST, LOG, Lost
from kept.services.engine.restored_keys import DATA_RESTORED, RESTORED
from kept.store import sql
from kept.store.interface import Store, Transaction, lost_write


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
    """

    def __init__(  # noqa: PLR0913 -- each is a separate part
        self, data: Store, keys: Store, key: SigningKey, origin: str, outside: Path | None, clock: Clock
    ) -> None:
        self._data = data
        self._keys = keys
        self._key = key
        self.origin = origin
        self.verifier = verifier_key(origin, key.public)
        self._outside = outside
        self._clock = clock
        self._running = asyncio.Lock()
        self.checkpoint: Checkpoint | None = None
        self.note = ""

    async def integrate(self) -> int:
        """Integrate everything that waits, sign, and return how many entries were integrated.

        Raises:
            StoreError: The ledger cannot be written.
        """
        async with self._running:
            total = 0
            while count := await self._integrate_batch():
                total += count
            if total or self.checkpoint is None:
                await self._sign()
            return total

    async def oldest_waiting_since(self) -> float | None:
        """Return since when the oldest entry waits, unix seconds; None when none waits."""
        return await self._data.value(sql.TodoOldest)

    async def _integrate_batch(self) -> int:
        at = self._clock.now()

        async def body(tx: Transaction) -> int:
            waiting = await tx.values(sql.TodoTake, limit=limits.SEQUENCED_AT_ONCE)
            if not waiting:
                return 0
            head = await tx.one(sql.HeadGet, name=LOG)
            size = head.size if head else 0
            edge = {}
            for level, tile, width in tiles_of_size(size):
                if width < WIDTH:
                    edge[level, tile] = await tx.value(sql.TileGet, level=level, idx=tile) or b""
            changed = tiles_after_append(size, waiting, lambda level, tile: edge.get((level, tile), b""))
            new_size = size + len(waiting)
            tiles = dict(edge)
            tiles.update(changed)
            for level, tile, _ in _edge_tiles(new_size):
                if (level, tile) not in tiles:
                    tiles[level, tile] = await tx.value(sql.TileGet, level=level, idx=tile) or b""
            root = root_hash(node_reader(lambda level, tile: tiles.get((level, tile), b"")), new_size)
            await tx.many(
                "tile_put", [{"level": level, "idx": tile, "data": data} for (level, tile), data in changed.items()]
            )
            await tx.many(
                "position_insert", [{"entry_id": one, "position": size + at_} for at_, one in enumerate(waiting)]
            )
            taken = await tx.many("todo_delete", [{"entry_id": one} for one in waiting])
            if taken != len(waiting):
                raise lost_write("todo_delete", len(waiting), taken)
            if head is None:
                await tx.run("head_insert", name=LOG, size=new_size, root=root, at=at)
            elif not await tx.run("head_set", name=LOG, size=new_size, root=root, at=at, expected_size=size):
                raise ConflictError(
                    "another sequencer was faster",
                    reason="sequencer-fenced",
                    rests_on="ledger-consistent durable-writes",
                    hint="run one sequencer",
                )
            return len(waiting)

        return await self._data.write(body)

    async def _sign(self) -> None:
        head = await self._head()
        checkpoint = Checkpoint(self.origin, head[0], head[1])
        note = sign_checkpoint(checkpoint, self._key)
        at = self._clock.high_water

        async def into_data(tx: Transaction) -> None:
            await tx.run("checkpoint_put", size=checkpoint.size, note=note, at=at)
            await tx.run("meta_put", name="high_water", value=repr(at))

        async def into_keys(tx: Transaction) -> None:
            await tx.run("last_checkpoint_put", size=checkpoint.size, note=note, at=at)

        await self._data.write(into_data)
        await self._keys.write(into_keys)
        if self._outside is not None:
            await asyncio.get_running_loop().run_in_executor(None, write_file, self._outside, note)
        self.checkpoint, self.note = checkpoint, note

    async def _head(self) -> tuple[int, bytes]:
        row = await self._data.one(sql.HeadGet, name=LOG)
        return (row.size, row.root) if row else (0, EMPTY_ROOT)

    async def node(self, size: int, wanted: list[tuple[int, int]] | None = None) -> dict[tuple[int, int], bytes]:
        """Return the tiles of a tree of *size*, all of them or those *wanted*."""
        places = wanted if wanted is not None else [(level, tile) for level, tile, _ in tiles_of_size(size)]

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
                found = await self.node(0, missing)
                for place in missing:
                    tiles[place] = found.get(place, b"")

    async def verify_head(self, *, file_lost: bool = False) -> None:
        """Verify on start that D's tree extends the last checkpoint that K and the outside file remember.

        Args:
            file_lost: Whether the operator says that the outside file is lost; it is then written anew.

        Raises:
            RollbackError: D is behind: an older copy was put back.
            EvidenceError: D's tree is not an extension of it: it was rewritten; or the outside file is gone or empty, where no
                database was restored.
        """
        size, root = await self._head()

        async def body(tx: Transaction) -> str:
            row = await tx.one(sql.LastCheckpointGet)
            return row.note if row else ""

        remembered = [await self._keys.read(body)]
        if self._outside is not None:
            there = self._outside.read_text(encoding="utf-8") if self._outside.exists() else ""
            remembered.append(there)
            if size and not there and not file_lost and not await self._restored():
                raise Lost("no checkpoint in the file outside both databases", FILE_LOST).error()
        for note in remembered:
            if not note:
                continue
            last = verify_checkpoint(note, self.verifier)
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
        await self._sign()

    async def _restored(self) -> bool:
        """Whether a database was restored and that is not signed yet: the other place may have had no file."""
        marks = [
            await self._keys.value(sql.MetaGet, name=RESTORED),
            await self._data.value(sql.MetaGet, name=DATA_RESTORED),
        ]
        return any(marks)


def _edge_tiles(size: int) -> list[tuple[int, int, int]]:
    return [place for place in tiles_of_size(size) if place[2] < WIDTH]


def write_file(path: Path, text: str) -> None:
    """Replace a small file, durable before this returns."""
    fresh = path.with_suffix(path.suffix + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
