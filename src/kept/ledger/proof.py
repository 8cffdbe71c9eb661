"""The file a customer takes away: one entry, its path, the checkpoint. Source: C2SP tlog-proof §Format.

The `extra` line carries the openings of the two commitments: framed(account nonce, account plaintext, person nonce,
person plaintext). With them the leaf is rebuilt, so `extra` needs no trust of its own. When the person part is not
opened, the person nonce is left empty and the 32-byte commitment stands in the place of its plaintext.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from kept.crypto.digest import framed
from kept.ledger.leaf import Opening, commit_account, commit_person, entry_id_of

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class LeafOpening:
    """What rebuilds one leaf: the account part, and the person part or its bare commitment."""

    account: Opening
    person: Opening | bytes

    def entry_id(self) -> bytes:
        """Return the leaf hash, 32 bytes."""
        person = self.person if isinstance(self.person, bytes) else commit_person(self.person)
        return entry_id_of(commit_account(self.account), person)

    def encode(self) -> bytes:
        """Return the bytes of the `extra` line."""
        nonce, plaintext = (b"", self.person) if isinstance(self.person, bytes) else self.person
        return framed(self.account.nonce, self.account.plaintext, nonce, plaintext)


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof: openings, index, path (32 bytes each), signed checkpoint."""

    opening: LeafOpening
    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        """Return the `.tlog-proof` file."""
        lines = [HEADER, f"extra {_encode(self.opening.encode())}", f"index {self.index}"]
        lines += [_encode(one) for one in self.path]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
