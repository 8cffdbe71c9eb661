"""What concerned a person: every use, every refusal and every act, opened from the ledger with its proof."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kept import limits
from kept.errors import ErasedError, InputError
from kept.ledger.leaf import NONCE_BYTES, Opening
from kept.ledger.proof import LeafOpening, Proof
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, parse_account
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.sequencer import Published
from kept.services.gate.own_session import Own
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.sealed import open_account, open_evidence

FOREVER = 1e18


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history.

    Args:
        entry_id: Hex.
        account: What happened.
        at: When it was recorded, unix seconds.
        position: Its place in the tree; None while it is pending.
    """

    entry_id: str
    account: Account
    at: float
    position: int | None


PersonPart = (
    sql.EntryPersonGet
    | sql.EntriesOfPersonPage
    | sql.EntriesOfPersonUnder
    | sql.EntriesLaterOfPerson
    | sql.RegisterPage
)
"""What holds the person part of an entry: its key's id and the sealed part."""


@dataclass(frozen=True, slots=True)
class History:
    """A page of lines, newest first; *total* counts all of them, *older* begins the next page (empty at the end)."""

    lines: tuple[Line, ...]
    total: int
    older: str = ""


async def checkpoint_before(engine: Engine, size: int) -> str:
    """Return the newest signed checkpoint of at most *size* leaves; empty where there is none."""
    return await engine.data.value(sql.CheckpointAtMost, size=size) or ""


async def history_of(engine: Engine, person_id: bytes, *, older: str = "", limit: int = limits.HISTORY_PAGE) -> History:
    """Return what concerned a person.

    Args:
        engine: Open.
        person_id: 16 bytes.
        older: Where the page begins, from the page before, not trusted; empty for the newest.
        limit: Lines at most.
    """
    before, before_id = _parse_older(older)

    async def body(
        tx: Transaction,
    ) -> tuple[list[sql.EntriesOfPersonPage], list[sql.EntryGet | None], list[sql.PositionGet | None], int]:
        rows = await tx.all(
            sql.EntriesOfPersonPage, person_id=person_id, before=before, before_id=before_id, limit=limit
        )
        ids = [{"entry_id": row.entry_id} for row in rows]
        return (
            rows,
            await tx.each(sql.EntryGet, ids),
            await tx.each(sql.PositionGet, ids),
            await tx.value(sql.EntriesOfPersonCount, person_id=person_id),
        )

    rows, entries, positions, total = await engine.data.read(body)
    lines = []
    for row, entry, position in zip(rows, entries, positions, strict=True):
        if entry is None:
            continue
        opening = open_account_part(engine, row.entry_id, entry)
        lines.append(
            Line(
                row.entry_id.hex(),
                parse_account(opening.plaintext),
                row.recorded_at,
                int(position[0]) if position else None,
            )
        )
    more = len(rows) == limit
    return History(tuple(lines), total, f"{rows[-1].recorded_at!r}-{rows[-1].entry_id.hex()}" if more else "")


def _parse_older(unverified: str) -> tuple[float, bytes]:
    found = re.fullmatch(r"([0-9.]{1,24})-([0-9a-f]{64})", unverified)
    if not found:
        return FOREVER, b""
    try:
        return float(found[1]), bytes.fromhex(found[2])
    except ValueError:
        return FOREVER, b""


async def newest_entries(engine: Engine, limit: int = limits.HISTORY_PAGE) -> tuple[Line, ...]:
    """Return the newest entries of the whole ledger, account parts only: nobody is named there."""

    async def body(tx: Transaction) -> tuple[list[sql.EntriesPage], list[sql.PositionGet | None]]:
        rows = await tx.all(sql.EntriesPage, since=0.0, limit=limit)
        return rows, await tx.each(sql.PositionGet, [{"entry_id": row.entry_id} for row in rows])

    rows, positions = await engine.data.read(body)
    return tuple(
        Line(
            row.entry_id.hex(),
            parse_account(open_account_part(engine, row.entry_id, row).plaintext),
            row.recorded_at,
            int(position[0]) if position else None,
        )
        for row, position in zip(rows, positions, strict=True)
    )


async def account_of(engine: Engine, entry_id: str) -> Account | None:
    """Return the account part of an entry by its id, hex; None when there is none."""
    row = await engine.data.one(sql.EntryGet, entry_id=bytes.fromhex(entry_id))
    return parse_account(open_account_part(engine, bytes.fromhex(entry_id), row).plaintext) if row else None


async def proof_of(engine: Engine, own: Own, entry_id: str) -> Proof:
    """Return the proof of one entry that concerns the person of a session; see `proof_for`."""
    return await proof_for(engine, own.person_id, entry_id)


async def proof_for(engine: Engine, person_id: bytes, entry_id: str) -> Proof:
    """Return the proof of one entry that concerns a person.

    Args:
        engine: Open.
        person_id: 16 bytes; the caller has seen that who asks is them, or holds a message to them.
        entry_id: Hex, from outside.

    Raises:
        InputError: There is no such entry of theirs, or it is still pending.
    """
    missing = InputError(
        "expected an entry that concerns you, found none", reason="entry-unknown", hint="pick a line of My data"
    )
    try:
        raw = bytes.fromhex(entry_id)
    except ValueError:
        raise missing from None

    async def body(tx: Transaction) -> tuple[sql.EntryPersonGet | None, sql.EntryGet | None, int | None]:
        return (
            await tx.one(sql.EntryPersonGet, person_id=person_id, entry_id=raw),
            await tx.one(sql.EntryGet, entry_id=raw),
            await tx.value(sql.PositionGet, entry_id=raw),
        )

    mine, entry, position = await engine.data.read(body)
    if mine is None or entry is None:
        raise missing
    checkpoint, note = engine.published
    if position is None or checkpoint is None or position >= checkpoint.size:
        raise InputError(
            "expected an integrated entry, found it pending", reason="entry-pending", hint="try again in a second"
        )
    keys, _ = await engine.keyring.of_person(person_id)
    if keys is None:
        raise ErasedError("expected a person with keys, found none")
    return Proof(
        LeafOpening(open_account_part(engine, raw, entry), open_person_part(engine, keys, person_id, raw, mine)),
        position,
        tuple(await engine.sequencer.inclusion(position, checkpoint.size)),
        note,
    )


async def proofs_of(engine: Engine, person_id: bytes, entry_ids: Sequence[str], published: Published) -> list[Proof]:
    """Return proofs of many entries that concern a person, all under one checkpoint.

    Args:
        engine: Open.
        person_id: 16 bytes; the caller has seen that who asks is them.
        entry_ids: Hex; from their history, each within the tree of the checkpoint.
        published: The checkpoint.

    Raises:
        ErasedError: The person's keys are gone.
    """
    keys, _ = await engine.keyring.of_person(person_id)
    if keys is None or published.checkpoint is None:
        raise ErasedError("expected a person with keys, found none")
    raws = [bytes.fromhex(one) for one in entry_ids]
    ids = [{"entry_id": raw} for raw in raws]
    own = [{"person_id": person_id, **one} for one in ids]

    async def body(
        tx: Transaction,
    ) -> tuple[list[sql.EntryPersonGet | None], list[sql.EntryGet | None], list[sql.PositionGet | None]]:
        return (
            await tx.each(sql.EntryPersonGet, own),
            await tx.each(sql.EntryGet, ids),
            await tx.each(sql.PositionGet, ids),
        )

    mine, entries, positions = await engine.data.read(body)
    places = [one[0] for one in positions if one is not None]
    paths = await engine.sequencer.inclusions(places, published.checkpoint.size)
    return [
        Proof(
            LeafOpening(open_account_part(engine, raw, entry), open_person_part(engine, keys, person_id, raw, part)),
            place,
            tuple(path),
            published.note,
        )
        for raw, entry, part, place, path in zip(raws, entries, mine, places, paths, strict=True)
        if entry is not None and part is not None
    ]


def open_person_part(engine: Engine, keys: PersonKeys, person_id: bytes, entry_id: bytes, row: PersonPart) -> Opening:
    """Open the person part of an entry from its row."""
    raw = open_evidence(
        keys.evidence_key(row.key_id), row.sealed, vault_id=engine.vault_id, person_id=person_id, entry_id=entry_id
    )
    return Opening(raw[:NONCE_BYTES], raw[NONCE_BYTES:])


def open_account_part(engine: Engine, entry_id: bytes, row: sql.EntryGet | sql.EntriesPage) -> Opening:
    """Open the account part of an entry from its row."""
    raw = open_account(
        engine.keyring.installation_key(row.account_key),
        row.account_sealed,
        vault_id=engine.vault_id,
        key_name=row.account_key,
        entry_id=entry_id,
    )
    return Opening(raw[:NONCE_BYTES], raw[NONCE_BYTES:])
