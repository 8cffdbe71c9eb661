"""Signed notes, published keys and checkpoints, read as strictly as the texts allow (C2SP signed-note, C2SP tlog-checkpoint)."""

import base64
import hashlib
from functools import lru_cache

from kept_verify import ed25519

MOST_CHARACTERS = 1_000_000
MOST_SIGNATURES = 100
PUBLIC_BYTES = {1: 32, 4: 32, 6: 1312}
"""Length of a public key by kind of signature: of a note, a cosignature, a cosignature by ML-DSA-44."""
SPACES = frozenset(
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


class NotVerified(Exception):
    """The proof does not verify; the message names the step and what failed."""


@lru_cache(maxsize=16)
def verify_signed(note: str, key: str) -> str:
    """Verify the signature of a key on a note; return its text. The proofs of one copy share a note: it is verified once."""
    name, key_id, public, _ = parse_key(key)
    text, signatures = split_note(note)
    own = [signature for signer, signature in signatures if signer == name and signature[:4] == key_id]
    if not own:
        raise NotVerified("step 2: the checkpoint is not signed by the key given")
    if not all(ed25519.verify(public, signature[4:], text.encode()) for signature in own):
        raise NotVerified("step 2: the signature by the log's key does not verify")
    return text


def verify_checkpoint(note: str, key: str) -> tuple[str, int, bytes]:
    """Verify the log's signature on a checkpoint; return origin, size and root."""
    text, name = verify_signed(note, key), key.partition("+")[0]
    origin, size, root, *more = text.split("\n")[:-1] if text.count("\n") > 2 else ("", "", "")
    if origin != name or not all(more):
        raise NotVerified("step 3: expected the key's own origin, a size, a root, and no empty line")
    read = decimal(size, "step 3"), from_base64(root, "step 3")
    if len(read[1]) != 32:
        raise NotVerified("step 3: the root does not have 32 bytes")
    return name, *read


def parse_key(key: str, kinds: tuple[int, ...] = (1,)) -> tuple[str, bytes, bytes, int]:
    """Read `name+id+base64` of some kinds of signature; return the name, the id (4 bytes), the public key and its kind."""
    name, _, rest = key.partition("+")
    key_id, _, encoded = rest.partition("+")
    public = from_base64(encoded, "step 2")
    if not public or public[0] not in kinds or len(public) != PUBLIC_BYTES[public[0]] + 1 or not is_name(name):
        raise NotVerified("step 2: the key is not a verifier key that fits here")
    if public[0] != 6 and not ed25519.is_sound(public[1:]):
        raise NotVerified("step 2: the key is of small order, or spelled a second way")
    digest = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    if digest.hex() != key_id:
        raise NotVerified("step 2: the key's id is not its own")
    return name, digest, public[1:], public[0]


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Split a note into its text and its signatures: the signer's name, then key id and signature in one."""
    text, blank, block = note.rpartition("\n\n")
    lines = block[:-1].split("\n")
    if len(note) > MOST_CHARACTERS or len(lines) > MOST_SIGNATURES or not is_text(note):
        raise NotVerified("step 2: the checkpoint is too long, or has characters that no note has")
    if not blank or not text or not block.endswith("\n"):
        raise NotVerified("step 2: the checkpoint is not a signed note")
    signatures = []
    for line in lines:
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        signature = from_base64(encoded, "step 2")
        if dash != "\u2014" or not is_name(signer) or len(signature) < 5:
            raise NotVerified("step 2: a signature line is not a dash, a name, and a key id with a signature")
        signatures.append((signer, signature))
    return text + "\n", signatures


def is_text(note: str) -> bool:
    """Whether it has no control character but the newline, and can be written as UTF-8."""
    return not any((one < " " and one != "\n") or "\ud800" <= one <= "\udfff" for one in note)


def is_name(name: str) -> bool:
    """Whether a key may be called so: something, without spaces, plus signs and what no note has."""
    return bool(name) and is_text(name) and not any(one in SPACES or one in " +\n" for one in name)


def from_base64(text: str, step: str) -> bytes:
    """Decode canonical base64."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise NotVerified(f"{step}: not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise NotVerified(f"{step}: not canonical base64")
    return raw


def decimal(text: str, step: str) -> int:
    """Read a decimal number below 2^63, without leading zeros."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or (len(text) > 1 and text[0] == "0"):
        raise NotVerified(f"{step}: not a decimal number without leading zeros")
    if int(text) >= 2**63:
        raise NotVerified(f"{step}: the number is not below 2^63")
    return int(text)
