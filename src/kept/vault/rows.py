"""Seals of rows, and of the sums over them: who writes a database and has no key cannot make, move or miss one.

The key is one of the installation, wrapped in K. Half of HMAC-SHA256 is enough for a seal: it is checked where the key is, and
nobody can try one elsewhere.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import msgspec

from kept.crypto.aead import open_sealed, seal
from kept.crypto.digest import framed, hmac_sha256, same
from kept.errors import SealError

SEAL_BYTES = 16
"""Half of HMAC-SHA256. Source: RFC 2104 §5 allows to truncate to half, and never below 80 bits."""
SUMS_LABEL = b"kept/row-sums/v1"
Scope = tuple[str, bytes | str]
Sums = dict[str, tuple[int, bytes]]
_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(Sums)


class RowSeals:
    """Seals rows and sums of one database under one key.

    Args:
        key: 32 bytes, of the installation.
        part: `data` or `keys`: some tables stand in both, and a row of one is none of the other.
    """

    def __init__(self, key: bytes, part: str) -> None:
        self._key = key
        self._part = part

    def seal(self, table: str, row: Sequence[object]) -> bytes:
        """Return the seal of a row, 16 bytes.

        Args:
            table: The table's name.
            row: Its bound columns in the order of the schema: bytes, texts, whole numbers, times or None.
        """
        # the literals of Python say type, length and end of each value, and ASCII makes them the same in every version
        return hmac_sha256(self._key, ascii(("kept/row/v1", self._part, table, *row)).encode())[:SEAL_BYTES]

    def holds(self, table: str, row: Sequence[object], unverified: bytes | None) -> bool:
        """Whether *unverified* is the seal of a row."""
        return unverified is not None and same(unverified, self.seal(table, row))

    def addend(self, row_seal: bytes) -> int:
        """Return what a row adds to its sum, below 2^128: a keyed hash of its seal that nobody sees."""
        return int.from_bytes(hmac_sha256(self._key, framed(b"kept/row-addend/v1", row_seal))[:SEAL_BYTES], "big")

    def seal_sums(self, scope: Scope, changes: int, sums: Sums) -> bytes:
        """Seal sums for their scope and number."""
        return seal(self._key_of(scope), _encode(sums), _binding(scope, changes))

    def open_sums(self, scope: Scope, changes: int, sealed: bytes) -> Sums:
        """Open sums sealed by `seal_sums`.

        Raises:
            SealError: They were changed, or are another scope's or number's (reason `row-rewritten`).
        """
        try:
            return _decoder.decode(open_sealed(self._key_of(scope), sealed, _binding(scope, changes)))
        except (SealError, struct.error):
            raise SealError(
                "expected the sums of rows as Kept wrote them, found others",
                reason="row-rewritten",
                hint="run `kept verify`, then restore a backup",
                rests_on="ledger-consistent",
            ) from None

    def _key_of(self, scope: Scope) -> bytes:
        """A key of its own for each scope, so that none seals more than its changes."""
        kind, name = scope
        parts = self._part.encode(), kind.encode(), name if isinstance(name, bytes) else name.encode()
        return hmac_sha256(self._key, framed(SUMS_LABEL, *parts))


def _binding(scope: Scope, changes: int) -> bytes:
    return framed(SUMS_LABEL, struct.pack(">Q", changes), ascii(scope).encode())
