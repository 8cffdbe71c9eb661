"""Verifying that none of a person's entries was left out: by what was counted, and by what each entry says of those before it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kept import limits
from kept.errors import KeptError, SealError
from kept.services.engine.engine import Engine
from kept.services.engine.entry import parse_person_part
from kept.services.engine.entry_chain import Count
from kept.services.engine.keyring import PersonKeys
from kept.services.gate.history import open_person_part
from kept.store import sql
from kept.store.interface import Transaction

Wrong = Callable[[str], None]


async def verify_chain(engine: Engine, keys: PersonKeys, person_id: bytes, wrong: Wrong) -> None:
    """Verify a person's entries by their numbers: each is there, opens, and says of those before it what was counted.

    Args:
        engine: Open, or as far open as it got.
        keys: Theirs.
        person_id: 16 bytes.
        wrong: Takes what does not hold.
    """
    name = f"person {person_id.hex()[:8]}"
    count = await engine.chains.count(engine.data, engine.keys, person_id)
    for said in said_of(count):
        wrong(f"{name}: {said}")
    if await _is_forgotten(engine, person_id):
        wrong(f"{name}: database K remembers fewer entries of theirs than were counted")
    heads = await engine.chains.heads(engine.data, engine.keys, person_id) if count.whole else {}
    after = 0
    while page := await engine.data.all(sql.EntryPartsPage, person_id=person_id, after=after, limit=limits.PEOPLE_PAGE):
        for row in page:
            after = row.number
            _verify_part(engine, keys, person_id, row, heads, wrong)


async def _is_forgotten(engine: Engine, person_id: bytes) -> bool:
    """Whether K remembers fewer entries than D counted, and nothing says that it has yet to hear of them; K is read last."""

    async def body(tx: Transaction) -> tuple[sql.EntryChainGet | None, int | None]:
        moved = await tx.value(sql.EntryChainMovedGet, person_id=person_id)
        return await tx.one(sql.EntryChainGet, person_id=person_id), moved

    counted, moved = await engine.data.read(body)
    if counted is None or moved is not None:
        return False
    try:
        remembered = await engine.chains.remembered(engine.keys, person_id)
    except SealError:
        return False  # that it does not open is said already
    known = remembered.number if remembered else 0
    return known < counted.number and await engine.data.value(sql.StateG, person_id=person_id) is not None


def said_of(count: Count) -> list[str]:
    """Return what does not hold of a person's entries, in words; empty when all are there."""
    return [f"{_numbers(one)} missing from the {count.number} that were counted" for one in count.missing] + (
        [f"{_numbers(count.changed)} not what was counted"] if count.changed else []
    )


def _numbers(between: tuple[int, int]) -> str:
    first, last = between
    return f"entry {first} of theirs is" if first == last else f"entries {first} to {last} of theirs are"


def _verify_part(  # noqa: PLR0913 -- what an entry is held against
    engine: Engine,
    keys: PersonKeys,
    person_id: bytes,
    row: sql.EntryPartsPage,
    heads: dict[int, bytes],
    wrong: Wrong,
) -> None:
    name = f"entry {row.entry_id.hex()[:16]}"
    try:
        part = parse_person_part(open_person_part(engine, keys, person_id, row.entry_id, row).plaintext)
    except (KeptError, msgspec.DecodeError):
        wrong(f"{name}: its person part does not open")
        return
    if heads and part.chain and (part.entries >= row.number or heads.get(part.entries, b"").hex() != part.chain):
        wrong(f"{name}: it says something else of the {part.entries} entries before it than they do")
