"""The ledger and the independent verifier accept exactly the same bytes of a checkpoint, and those of the specifications."""

from __future__ import annotations

import base64
import hashlib

import pytest

from kept.crypto.signature import SMALL_ORDER, SigningKey
from kept.errors import NoteError
from kept.ledger import checkpoint as ours
from kept.ledger.note import parse_verifier_key, sign_note, verifier_key
from kept_verify import NotVerified
from kept_verify import note as theirs

KEY, WITNESS = SigningKey(b"k" * 32), SigningKey(b"w" * 32)
NAME = "log.example/kept"
PUBLISHED = str(verifier_key(NAME, KEY.public))
ROOT = base64.b64encode(b"r" * 32).decode()
SOUND = sign_note(f"{NAME}\n5\n{ROOT}\n", NAME, KEY)
COSIGNED = SOUND + sign_note("another text\n", "witness.example", WITNESS).rpartition("\n\n")[2]
STRANGE = ("", "\r", "\n", "\t", " ", "\x00", "\u00a0", "\u2028", "+", "=", "A", "0", "\ud800", "\u0661", "é")


def both(note, key=PUBLISHED):
    """Return what each of the two says of *note*: what it read, or None where it refuses."""
    try:
        read = ours.verify_checkpoint(note, parse_verifier_key(key))
        one = (read.origin, read.size, read.root)
    except NoteError:
        one = None
    try:
        other = theirs.verify_checkpoint(note, key)
    except NotVerified:
        other = None
    return one, other


def signed(text):
    """Return *text* as a note that the key did sign."""
    return sign_note(text, NAME, KEY)


ACCEPTED = {
    "as we write it": SOUND,
    "with a cosignature by an unknown witness": COSIGNED,
    "with the witness before the log": SOUND.rpartition("\n\n")[0]
    + "\n\n"
    + COSIGNED.rpartition("\n\n")[2].split("\n")[1]
    + "\n"
    + SOUND.rpartition("\n\n")[2],
    "with a line more that says nothing to us": signed(f"{NAME}\n5\n{ROOT}\nextension 1\n"),
    "empty log": signed(f"{NAME}\n0\n{ROOT}\n"),
    "words that happen to have the form of a signature by a key nobody knows": SOUND + "\u2014 CERTIFIED COMPLETE\n",
    "largest size": signed(f"{NAME}\n{2**63 - 1}\n{ROOT}\n"),
}

REFUSED = {
    "text after the signatures": SOUND + "CERTIFIED COMPLETE\n",
    "lines that end as on Windows": SOUND.replace("\n", "\r\n"),
    "one carriage return": SOUND[:-1] + "\r\n",
    "no newline at the end": SOUND[:-1],
    "a newline more at the end": SOUND + "\n",
    "the signature twice, the second broken": SOUND
    + SOUND.rpartition("\n\n")[2].replace(SOUND[-8:-3], "AAAAA" if SOUND[-8:-3] != "AAAAA" else "BBBBB"),
    "size of 2^63": signed(f"{NAME}\n{2**63}\n{ROOT}\n"),
    "size with a leading zero": signed(f"{NAME}\n05\n{ROOT}\n"),
    "size in other digits": signed(f"{NAME}\n\u0665\n{ROOT}\n"),
    "size with a sign": signed(f"{NAME}\n+5\n{ROOT}\n"),
    "size of five thousand nines": signed(f"{NAME}\n{'9' * 5000}\n{ROOT}\n"),
    "an empty line before the end": signed(f"{NAME}\n5\n{ROOT}\n\n"),
    "an empty line within": signed(f"{NAME}\n5\n{ROOT}\n\nextension\n"),
    "two lines": signed(f"{NAME}\n5\n"),
    "another origin": signed(f"other.example\n5\n{ROOT}\n"),
    "a root of 31 bytes": signed(f"{NAME}\n5\n{base64.b64encode(b'r' * 31).decode()}\n"),
    "a root in another spelling": signed(f"{NAME}\n5\n{ROOT.rstrip('=')}\n"),
    "a root with other last bits": signed(f"{NAME}\n5\n{ROOT[:-2]}J=\n"),
    "a signer with a space of Japan in the name": SOUND + "\u2014 wit\u3000ness AAAAAAAA\n",
    "a signer with a plus in the name": SOUND + "\u2014 wit+ness AAAAAAAA\n",
    "a signer without a name": SOUND + "\u2014  AAAAAAAA\n",
    "a signature of four bytes": SOUND + "\u2014 witness AAAAAA==\n",
    "half a character": SOUND + "\u2014 wit\ud800ness AAAAAAAA\n",
    "a hundred signatures more": SOUND + "\u2014 witness AAAAAAAA\n" * 100,
    "a million characters": SOUND.replace("\n\n", "\n" + "x" * 1_000_000 + "\n\n"),
    "nothing": "",
    "only newlines": "\n\n\n",
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_the_specifications_allow_is_read_alike(case):
    """Both read it, and read the same."""
    one, other = both(ACCEPTED[case])
    assert one is not None
    assert one == other


@pytest.mark.parametrize("case", REFUSED)
def test_what_they_do_not_allow_is_refused_by_both(case):
    """Neither reads it, and neither raises anything but its own error."""
    assert REFUSED[case] != SOUND
    assert both(REFUSED[case]) == (None, None)


def test_they_agree_on_everything_near_a_sound_checkpoint():
    """Each character of a cosigned checkpoint taken away, doubled, or replaced by a strange one: they say the same."""
    agreed = 0
    for at in range(len(COSIGNED)):
        for strange in (*STRANGE, COSIGNED[at] * 2):
            one, other = both(COSIGNED[:at] + strange + COSIGNED[at + 1 :])
            assert one == other, (at, strange)
            agreed += one is not None
    assert agreed  # the name and the signature of the unknown witness may be anything well formed


def small_order():
    """Return published keys of small order, in each spelling of 32 bytes, and one that is written beyond the field."""
    for height in sorted(SMALL_ORDER):
        for sign in (0, 1 << 255):
            yield (height | sign).to_bytes(32, "little")
    yield (2**255 - 19 + 9).to_bytes(32, "little")  # the base point's neighbour, spelled a second way


def test_a_key_under_which_anything_verifies_is_no_key():
    """A point of small order, or one spelled a second way, is refused before any signature is looked at."""
    for public in small_order():
        digest = hashlib.sha256(NAME.encode() + b"\n\x01" + public).digest()[:4]
        key = "+".join((NAME, digest.hex(), base64.b64encode(b"\x01" + public).decode()))
        forged = base64.b64encode(digest + public[:31] + bytes([public[31] & 127]) + bytes(32)).decode()
        assert both(f"{NAME}\n5\n{ROOT}\n\n\u2014 {NAME} {forged}\n", key) == (None, None)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb", "a\x85b", "\ud800"])
def test_a_key_of_an_odd_name_is_no_key(name):
    """Neither makes nor reads it."""
    with pytest.raises(NoteError):
        verifier_key(name, KEY.public)
    rest = PUBLISHED.partition("+")[2]
    for key in (f"{name}+{rest}", f" {PUBLISHED}", f"{PUBLISHED}\n", f"{PUBLISHED}+"):
        assert both(SOUND, key) == (None, None)
