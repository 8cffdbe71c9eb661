"""Sums over the rows of bound tables: they show that a row was deleted, added, or put back as it once was.

Each table without people has one sum, each person has one for each table that holds their rows. A sum is kept up by
every write, sealed and numbered; the other database remembers the number. The addend of a row is a keyed hash of its
seal that nobody sees, so rows cannot be chosen that leave the sum as it is.

Source: D. Clarke et al., Incremental Multiset Hash Functions and Their Application to Memory Integrity Checking (2003), §5
(MSet-Add-Hash).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import cast

import msgspec

from kept.crypto.aead import open_sealed, seal
from kept.crypto.digest import framed, hmac_sha256
from kept.errors import SealError
from kept.store.interface import Scope
from kept.store.register import bound_columns, is_counted, is_persons

Sum = tuple[int, bytes]
"""How many rows, and their addends together, 16 bytes."""
Sums = dict[str, Sum]
"""By table; one without rows is left out."""
PERSON, TABLE = "person_id", "table_name"
NOTHING: Sum = (0, bytes(16))
_MODULUS = 1 << 128
_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(Sums)


def scope_of(part: str, table: str, row: Sequence[object]) -> Scope | None:
    """Return whose sum a row belongs to; None for a table that is not counted.

    Args:
        part: `data` or `keys`.
        table: A bound table.
        row: Its sealed columns.
    """
    if not is_counted(part, table):
        return None
    if not is_persons(part, table):
        return TABLE, table
    return PERSON, cast("bytes", row[bound_columns(part, table).index(PERSON)])


def addend(key: bytes, row_seal: bytes) -> int:
    """Return what a row adds to its sum."""
    return int.from_bytes(hmac_sha256(key, framed(b"kept/row-addend/v1", row_seal))[:16], "big")


def sum_of(key: bytes, row_seals: Iterable[bytes]) -> Sum:
    """Return the sum of rows by their seals."""
    addends = [addend(key, one) for one in row_seals]
    return len(addends), (sum(addends) % _MODULUS).to_bytes(16, "big")


def moved(before: Sum, count: int, total: int) -> Sum:
    """Return a sum after *count* rows with *total* of addends came (less than none: went)."""
    return before[0] + count, ((int.from_bytes(before[1], "big") + total) % _MODULUS).to_bytes(16, "big")


def seal_sums(key: bytes, scope: Scope, changes: int, sums: Sums) -> bytes:
    """Seal sums for their scope and number."""
    return seal(_key_of(key, scope), _encode(sums), _binding(scope, changes))


def open_sums(key: bytes, scope: Scope, changes: int, sealed: bytes) -> Sums:
    """Open sums sealed by `seal_sums`.

    Raises:
        SealError: They were changed, or are another scope's or number's.
    """
    try:
        return _decoder.decode(open_sealed(_key_of(key, scope), sealed, _binding(scope, changes)))
    except (SealError, struct.error):
        raise SealError(
            f"expected the sums of {scope_name(scope)} as Kept wrote them, found others",
            reason="row-rewritten",
            hint="run `kept verify`, then restore a backup",
            rests_on="ledger-consistent",
        ) from None


def scope_name(scope: Scope) -> str:
    """Return what messages call a scope: its table, or a person by the beginning of their number."""
    name = scope[1]
    return f"person {name.hex()[:8]}" if isinstance(name, bytes) else f"table {name}"


def rows_missing(table: str) -> SealError:
    """Return the error for a table whose rows are not those of its sum."""
    return SealError(
        f"expected every row of `{table}` that Kept wrote, found one missing, added or put back as it once was",
        reason="rows-missing",
        hint="nothing of it is used; run `kept verify`, then restore a backup",
        rests_on="ledger-consistent",
    )


def _key_of(key: bytes, scope: Scope) -> bytes:
    """A key of its own for each scope, so that none seals more than its changes."""
    kind, name = scope
    return hmac_sha256(
        key, framed(b"kept/row-sums/v1", kind.encode(), name if isinstance(name, bytes) else name.encode())
    )


def _binding(scope: Scope, changes: int) -> bytes:
    return framed(b"kept/row-sums/v1", struct.pack(">Q", changes), ascii(scope).encode())
