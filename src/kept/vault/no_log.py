"""A line of the no-log: sealed, padded so that its length tells nothing, and chained to the line before it.

    kept-no-log 1 NUMBER PREVIOUS SEALED

PREVIOUS is the SHA-256 of the line before, in hex; SEALED is AES-256-GCM in base64, bound to vault, number and PREVIOUS. Who
reads the file learns how many lines it has, and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from kept.crypto.aead import open_sealed, seal
from kept.crypto.digest import framed, sha256
from kept.errors import MalformedError

LABEL = b"kept/no-log/v1"
PAD_BYTES = 512
PAD_MARK = b"\x80"
FIRST = "0" * 64
"""What the first line names as the line before it."""
FORM = re.compile(rb"kept-no-log 1 ([1-9][0-9]{0,17}) ([0-9a-f]{64}) ([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it lies, not opened.

    Args:
        number: Its place, from 1.
        previous: SHA-256 of the line before it, hex.
        sealed: What it says, sealed.
        raw: The whole line, without its end.
    """

    number: int
    previous: str
    sealed: bytes
    raw: bytes

    @property
    def hash(self) -> str:
        """SHA-256 of the line, hex."""
        return sha256(self.raw).hex()


def seal_line(key: bytes, content: bytes, *, vault_id: str, number: int, previous: str) -> Line:
    """Seal what a line says.

    Args:
        key: Key of the no-log, 32 bytes.
        content: What it says.
        vault_id: Id of the vault.
        number: Its place, from 1.
        previous: SHA-256 of the line before it, hex; `FIRST` for the first.
    """
    padded = content + PAD_MARK
    padded += bytes(-len(padded) % PAD_BYTES)
    sealed = seal(key, padded, _binding(vault_id, number, previous))
    raw = f"kept-no-log 1 {number} {previous} {base64.b64encode(sealed).decode()}".encode()
    return Line(number, previous, sealed, raw)


def parse_line(unverified: bytes) -> Line:
    """Read a line; it is not opened.

    Args:
        unverified: As it lies, without its end.

    Raises:
        MalformedError: It is none: cut short, or something else.
    """
    found = FORM.fullmatch(unverified)
    try:
        if found is not None:
            sealed = base64.b64decode(found[3], validate=True)
            return Line(int(found[1]), found[2].decode(), sealed, unverified)
    except binascii.Error:
        pass
    raise MalformedError("expected a line of a no-log, found something else", reason="no-log-malformed")


def open_line(key: bytes, line: Line, *, vault_id: str) -> bytes:
    """Open a line.

    Args:
        key: Key of the no-log, 32 bytes.
        line: Parsed.
        vault_id: Id of the vault.

    Raises:
        SealError: It was changed or moved, or is another installation's.
    """
    padded = open_sealed(key, line.sealed, _binding(vault_id, line.number, line.previous))
    return padded.rstrip(b"\0").removesuffix(PAD_MARK)


def _binding(vault_id: str, number: int, previous: str) -> bytes:
    return framed(LABEL, vault_id.encode(), str(number).encode(), previous.encode())
