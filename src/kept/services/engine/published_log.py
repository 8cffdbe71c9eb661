"""What strangers read of the log: tiles and entry bundles, as far as the published checkpoint reaches and no further.

An entry of a bundle is a leaf's bytes, two commitments of 32 bytes behind a label (`kept/ledger/leaf.py`): whoever has it
learns nothing of what it commits to. docs/decisions/0130-witnesses.md says what size and time do reveal.
"""

from __future__ import annotations

from kept.errors import EvidenceError
from kept.ledger.leaf import leaf_data
from kept.ledger.tile import WIDTH
from kept.ledger.tile_path import TilePlace, width_at
from kept.ledger.tree import HASH_BYTES
from kept.services.engine.engine import Engine
from kept.store import sql
from kept.store.interface import Transaction


async def read_tile(engine: Engine, level: int, place: TilePlace) -> bytes | None:
    """Return the hashes of a tile, 32 bytes each.

    Args:
        engine: Open.
        level: 0 to 63.
        place: Which tile of the level, and how many of its hashes.

    Returns:
        Exactly as many hashes as asked for, or None when the tree of the published checkpoint has fewer there.

    Raises:
        EvidenceError: The stored tile is shorter than the tree.
    """
    if not _published(engine, level, place):
        return None
    data = await engine.data.value(sql.TileGet, level=level, idx=place.nth) or b""
    wanted = place.width * HASH_BYTES
    if len(data) < wanted:
        raise _short(f"tile {level}/{place.nth}", place.width, len(data) // HASH_BYTES)
    return data[:wanted]


async def read_entries(engine: Engine, place: TilePlace) -> bytes | None:
    """Return an entry bundle: leaves, each behind its length as two bytes, big-endian.

    Args:
        engine: Open.
        place: Which bundle, and how many of its entries.

    Returns:
        Exactly as many entries as asked for, or None when the tree of the published checkpoint has fewer there.

    Raises:
        EvidenceError: An entry of the tree is not there.
    """
    if not _published(engine, 0, place):
        return None
    first = place.nth * WIDTH

    async def body(tx: Transaction) -> list[sql.EntryGet]:
        places = await tx.all(sql.PositionsPage, from_position=first, limit=place.width)
        expected = range(first, first + place.width)
        ids = [one.entry_id for one, position in zip(places, expected, strict=False) if one.position == position]
        rows = await tx.each(sql.EntryGet, [{"entry_id": one} for one in ids])
        return [row for row in rows if row is not None]

    rows = await engine.data.read(body)
    if len(rows) < place.width:
        raise _short(f"bundle {place.nth}", place.width, len(rows))
    leaves = (leaf_data(row.account_commitment, row.person_commitment) for row in rows)
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def log_name(engine: Engine) -> str:
    """Return the last part of the log's origin, under which the site serves it: `/ledger/<name>/checkpoint`."""
    return engine.sequencer.origin.rpartition("/")[2]


def _published(engine: Engine, level: int, place: TilePlace) -> bool:
    checkpoint = engine.published.checkpoint
    return checkpoint is not None and place.width <= width_at(checkpoint.size, level, place.nth)


def _short(what: str, wanted: int, found: int) -> EvidenceError:
    return EvidenceError(
        f"expected {what} to have {wanted}, found {found}",
        reason="tile-short",
        rests_on="sealed-values",
        hint="run `kept verify`; restore database D from a backup",
    )
