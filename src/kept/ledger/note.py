"""Signed notes: a text, and signatures each by a named key. Source: C2SP signed-note §Format, §Signature types."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from kept import limits
from kept.crypto.lattice_signature import LATTICE_PUBLIC_BYTES
from kept.crypto.signature import SigningKey, is_sound_public_key, verify_signature
from kept.errors import NoteError

ED25519 = b"\x01"
COSIGNER = b"\x04"
LATTICE_COSIGNER = b"\x06"
PUBLIC_BYTES = {ED25519: 32, COSIGNER: 32, LATTICE_COSIGNER: LATTICE_PUBLIC_BYTES}
"""Kinds of signature that are known, with the length of their public keys: of a note, a cosignature, a cosignature by ML-DSA-44."""
KEY_ID_BYTES = 4
SPACES = frozenset(
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""The Unicode spaces above ASCII. Source: Unicode 15 PropList White_Space."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A published key.

    Args:
        name: Without spaces and plus signs.
        key_id: 4 bytes.
        public: 32 bytes for Ed25519, 1312 for ML-DSA-44.
        kind: The one byte that says what its signatures are.
    """

    name: str
    key_id: bytes
    public: bytes
    kind: bytes = ED25519

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self.kind + self.public).decode()}"


def verifier_key(name: str, public: bytes, kind: bytes = ED25519) -> VerifierKey:
    """Return the published form of *public* under *name*.

    Raises:
        NoteError: No key may be called so, or *public* is not a point that signatures can be trusted under.
    """
    if not _is_name(name):
        raise NoteError("expected a key name without spaces or plus signs", reason="note-key")
    if len(public) != PUBLIC_BYTES.get(kind) or (kind != LATTICE_COSIGNER and not is_sound_public_key(public)):
        raise NoteError("expected an Ed25519 public key of the whole group, found another", reason="note-key")
    digest = hashlib.sha256(name.encode() + b"\n" + kind + public).digest()
    return VerifierKey(name, digest[:KEY_ID_BYTES], public, kind)


def parse_verifier_key(unverified: str, kinds: Collection[bytes] = (ED25519,)) -> VerifierKey:
    """Read a published key, `name+id+key`, with nothing before or after it.

    Args:
        unverified: The key, from outside.
        kinds: The kinds of signature it may be for.

    Raises:
        NoteError: It is no verifier key of these kinds, or its id is not its own.
    """
    name, _, rest = unverified.partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = _decode(encoded, "key")
    if raw[:1] not in kinds:
        raise NoteError("expected a verifier key of a kind that fits here, found another", reason="note-key")
    key = verifier_key(name, raw[1:], raw[:1])
    if key.key_id.hex() != key_id:
        raise NoteError("expected a verifier key whose id is its own, found another", reason="note-key")
    return key


def sign_note(text: str, name: str, key: SigningKey) -> str:
    """Return *text*, which ends with a newline, with one signature under *name*."""
    signature = verifier_key(name, key.public).key_id + key.sign(text.encode())
    return f"{text}\n\u2014 {name} {base64.b64encode(signature).decode()}\n"


def verify_note(unverified: str, key: VerifierKey) -> str:
    """Verify that *key* signed the note and return its text.

    Args:
        unverified: The note, from outside.
        key: The one key trusted; signatures by others are ignored.

    Raises:
        NoteError: It is malformed, or not signed by *key*.
    """
    text, signatures = split_note(unverified)
    own = [raw for name, raw in signatures if name == key.name and raw[:KEY_ID_BYTES] == key.key_id]
    if not own:
        raise NoteError(f"expected a signature by {key.name}, found none", reason="note-unsigned")
    for raw in own:
        verify_signature(key.public, raw[KEY_ID_BYTES:], text.encode())
    return text


def split_note(unverified: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Split a note into its text and its unverified signatures (name, key id and signature).

    Raises:
        NoteError: It is malformed.
    """
    if len(unverified) > limits.NOTE_CHARACTERS or not _is_text(unverified):
        raise NoteError("expected a note without control characters", reason="note-malformed")
    text, blank, block = unverified.rpartition("\n\n")
    if not blank or not text or not block.endswith("\n"):
        raise NoteError("expected a text, an empty line and signatures", reason="note-malformed")
    signatures: list[tuple[str, bytes]] = []
    for line in block[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != "\u2014" or not _is_name(name) or len(signatures) >= limits.NOTE_SIGNATURES:
            raise NoteError("expected signature lines of dash, name and base64", reason="note-malformed")
        raw = _decode(encoded, "signature")
        if len(raw) <= KEY_ID_BYTES:
            raise NoteError("expected a key id and a signature, found fewer bytes", reason="note-malformed")
        signatures.append((name, raw))
    return text + "\n", signatures


def _is_text(unverified: str) -> bool:
    """Whether there is no control character but the newline, and nothing that UTF-8 cannot write."""
    return not any((one < " " and one != "\n") or "\ud800" <= one <= "\udfff" for one in unverified)


def _is_name(unverified: str) -> bool:
    return bool(unverified) and _is_text(unverified) and not any(one in SPACES or one in " +\n" for one in unverified)


def _decode(encoded: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise NoteError(f"expected canonical base64 in a {what}", reason="note-malformed") from None
    if base64.b64encode(raw).decode() != encoded:
        raise NoteError(f"expected canonical base64 in a {what}", reason="note-malformed")
    return raw
