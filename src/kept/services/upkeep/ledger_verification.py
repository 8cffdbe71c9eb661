"""Verifying the ledger: every entry in the order of the tree, every tile of every level, the root; in memory that does not grow.

The walk begins behind a tree that was verified before, if there is one, and else at the first leaf.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from kept import limits
from kept.errors import EvidenceError
from kept.ledger.tile import WIDTH, fold, node_reader
from kept.ledger.tree import EMPTY_ROOT, HASH_BYTES, root_hash
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.entry import parse_account
from kept.services.engine.entry_check import EntryRow
from kept.services.engine.memories import LOG
from kept.store import sql
from kept.store.interface import Transaction

Wrong = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """A tree that was verified, to begin behind.

    Args:
        size: How many leaves it had.
        root: Its root, 32 bytes.
        at: When the newest of its entries was recorded, unix seconds.
        activated: Hashes of the policy versions whose activation it holds.
    """

    size: int = 0
    root: bytes = EMPTY_ROOT
    at: float = 0.0
    activated: frozenset[str] = frozenset()


async def verify_ledger(engine: Engine, wrong: Wrong, since: Verified | None = None) -> tuple[int, Verified]:
    """Verify every entry and the tree they stand in; not that it extends the last checkpoint.

    Args:
        engine: Open, or as far open as it got.
        wrong: Takes what does not hold.
        since: The tree to begin behind; None for the beginning.

    Returns:
        How many entries were looked at, and the tree they stand in.
    """
    since = since or Verified()
    for one in await engine.data.all(sql.TodoAside):
        wrong(f"entry {one.entry_id.hex()[:16]}: it was set aside and has no place in the tree: {one.flaw}")
    entries = _Entries(engine, wrong, set(since.activated))
    head = await engine.data.one(sql.HeadGet, name=LOG)
    size, root = (head.size, head.root) if head else (0, EMPTY_ROOT)
    tree = _Tree(engine, wrong)
    if await tree.begin(since, size):
        await _walk(engine, entries, tree, since.size, size)
        if await tree.root() != root:
            wrong(f"the tree's root is not that of its {size} entries")
    if await engine.data.all(sql.PositionsPage, from_position=size, limit=1):
        wrong(f"expected {size} entries in the tree, found a place behind the last")
    newest = await _look_at_unplaced(engine, entries, since.at)
    await _look_at_waiting(engine, wrong)
    if not entries.unreadable:
        for version in await engine.data.all(sql.PolicyVersions):
            if version.activated_at is not None and version.policy_hash not in entries.activated:
                wrong(f"policy version {version.version}: the ledger holds no activation of it")
    return entries.count, Verified(size, root, newest, frozenset(entries.activated))


@dataclass(slots=True)
class _Entries:
    """Looks at each entry, and remembers the activations they tell of."""

    engine: Engine
    wrong: Wrong
    activated: set[str]
    count: int = 0
    unreadable: int = 0

    def look(self, entry_id: bytes, row: EntryRow) -> None:
        self.count += 1
        try:
            said = parse_account(self.engine.entries.open_account(entry_id, row).plaintext)
        except EvidenceError as error:
            self.unreadable += 1
            self.wrong(f"entry {entry_id.hex()[:16]}: {error.message}")
            return
        if said.act == Act.POLICY_ACTIVATE.value:
            self.activated.add(dict(said.facts).get("hash", ""))


@dataclass(slots=True)
class _Tree:
    """The tree built anew from its leaves; each tile that is full is held against the one stored, and let go of.

    It holds one unfinished tile of each level, whatever the number of leaves.
    """

    engine: Engine
    wrong: Wrong
    _open: list[bytearray] = field(default_factory=list)
    _done: list[int] = field(default_factory=list)
    size: int = 0

    async def begin(self, since: Verified, size: int) -> bool:
        """Take the edge of the tree verified before; False when it is no part of this one."""
        if since.size > size:
            self.wrong(f"expected at least the {since.size} entries that were verified before, found {size}")
            return False
        level, count = 0, since.size
        while count:
            tile, width = divmod(count, WIDTH)
            self._open.append(bytearray((await self.stored(level, tile))[: width * HASH_BYTES] if width else b""))
            self._done.append(tile)
            level, count = level + 1, tile
        self.size = since.size
        if since.size and await self.root() != since.root:
            self.wrong("the tree does not extend the one that was verified before: run `kept verify --full`")
            return False
        return True

    async def stored(self, level: int, tile: int) -> bytes:
        return await self.engine.data.value(sql.TileGet, level=level, idx=tile) or b""

    async def leaf(self, place: int) -> bytes:
        """Return the leaf stored for *place*."""
        tile = await self.stored(0, place // WIDTH)
        return tile[place % WIDTH * HASH_BYTES : (place % WIDTH + 1) * HASH_BYTES].ljust(HASH_BYTES, b"\x00")

    async def push(self, leaf: bytes) -> None:
        self.size += 1
        level = 0
        while True:
            if level == len(self._open):
                self._open.append(bytearray())
                self._done.append(0)
            held = self._open[level]
            held += leaf
            if len(held) < WIDTH * HASH_BYTES:
                return
            await self._compare(level)
            leaf = fold(bytes(held))
            held.clear()
            self._done[level] += 1
            level += 1

    async def _compare(self, level: int) -> None:
        tile, held = self._done[level], bytes(self._open[level])
        stored = (await self.stored(level, tile))[: len(held)]
        if stored == held:
            return
        if len(stored) < len(held):
            self.wrong(f"tile {level}/{tile}: shorter than the tree needs")
            return
        if level:
            self.wrong(f"tile {level}/{tile}: it is not what follows from the tiles below it")
        for at in range(0, len(held), HASH_BYTES) if not level else ():
            if stored[at : at + HASH_BYTES] != held[at : at + HASH_BYTES]:
                place, entry = tile * WIDTH + at // HASH_BYTES, held[at : at + HASH_BYTES].hex()[:16]
                self.wrong(f"entry {entry}: the tree holds another leaf at its place {place}")

    async def root(self) -> bytes:
        """Return the root over what was pushed; every unfinished tile is held against the one stored."""
        for level, held in enumerate(self._open):
            if held:
                await self._compare(level)
        edge = {(level, self._done[level]): bytes(held) for level, held in enumerate(self._open)}
        return root_hash(node_reader(lambda level, tile: edge.get((level, tile), b"")), self.size)


async def _walk(engine: Engine, entries: _Entries, tree: _Tree, start: int, size: int) -> None:
    """Look at each entry in the order of the tree, and build the tree from them; where one is missing, from the stored leaf."""
    while start < size:
        end = min(size, start + limits.PEOPLE_PAGE)
        places = await _places(engine, entries.wrong, start, end)
        for place in range(start, end):
            entry_id, row = places.get(place, (b"", None))
            if row is not None:
                entries.look(entry_id, row)
            elif entry_id:
                entries.count += 1
                entries.wrong(f"entry {entry_id.hex()[:16]}: it was deleted from its place {place}")
            else:
                entries.wrong(f"position {place}: no entry stands there")
            await tree.push(entry_id if row is not None else await tree.leaf(place))
        start = end


async def _places(engine: Engine, wrong: Wrong, start: int, end: int) -> dict[int, tuple[bytes, sql.EntryGet | None]]:
    """Return what stands in the places from *start* up to *end*."""
    most = 2 * (end - start)

    async def body(tx: Transaction) -> tuple[list[sql.PositionsPage], list[sql.EntryGet | None]]:
        placed = await tx.all(sql.PositionsPage, from_position=start, limit=most)
        within = [one for one in placed if one.position < end]
        return within, await tx.each(sql.EntryGet, [{"entry_id": one.entry_id} for one in within])

    placed, rows = await engine.data.read(body)
    found = {one.position: (one.entry_id, row) for one, row in zip(placed, rows, strict=True)}
    if len(found) != len(placed):
        wrong(f"positions {start} to {end - 1}: two entries stand in one place")
    return found


async def _look_at_unplaced(engine: Engine, entries: _Entries, since: float) -> float:
    """Look at the entries without a place: each waits for one. Return when the newest entry was recorded."""
    after = b""
    while True:

        async def body(
            tx: Transaction, at: float = since, last: bytes = after
        ) -> tuple[list[sql.EntriesSince], list[sql.EntriesSince], list[bool]]:
            rows = await tx.all(sql.EntriesSince, since=at, after=last, limit=limits.PEOPLE_PAGE)
            places = await tx.each(sql.PositionGet, [{"entry_id": row.entry_id} for row in rows])
            unplaced = [row for row, place in zip(rows, places, strict=True) if place is None]
            ids = [{"entry_id": row.entry_id} for row in unplaced]
            waits = await tx.each(
                sql.TodoHas, [{"since": row.recorded_at, "entry_id": row.entry_id} for row in unplaced]
            )
            aside = await tx.each(sql.TodoAsideHas, ids)
            return (
                rows,
                unplaced,
                [one is not None or other is not None for one, other in zip(waits, aside, strict=True)],
            )

        rows, unplaced, waits = await engine.data.read(body)
        if not rows:
            return since
        since, after = rows[-1]
        for row, known in zip(unplaced, waits, strict=True):
            if not known:
                entries.wrong(
                    f"entry {row.entry_id.hex()[:16]}: it stands nowhere in the tree and does not wait for its place"
                )
            if entry := await engine.data.one(sql.EntryGet, entry_id=row.entry_id):
                entries.look(row.entry_id, entry)


async def _look_at_waiting(engine: Engine, wrong: Wrong) -> None:
    """Look at what waits for its place: each is an entry that has none, and waits since it was recorded."""
    since, after = -inf, b""
    while True:

        async def body(
            tx: Transaction, at: float = since, last: bytes = after
        ) -> tuple[list[sql.TodoPage], list[sql.EntryGet | None], list[sql.PositionGet | None]]:
            rows = await tx.all(sql.TodoPage, since=at, after=last, limit=limits.PEOPLE_PAGE)
            ids = [{"entry_id": row.entry_id} for row in rows]
            return rows, await tx.each(sql.EntryGet, ids), await tx.each(sql.PositionGet, ids)

        rows, entries, places = await engine.data.read(body)
        if not rows:
            return
        since, after = rows[-1]
        for row, entry, place in zip(rows, entries, places, strict=True):
            name = f"entry {row.entry_id.hex()[:16]}: it waits for its place"
            if entry is None:
                wrong(f"{name} and was deleted")
            elif place is not None:
                wrong(f"{name} and has one")
            elif entry.recorded_at != row.since:
                wrong(f"{name} since another moment than it was recorded at")
