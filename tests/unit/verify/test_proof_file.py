"""A `.tlog-proof` file through the independent verifier: sound, and with one thing done to it."""

from __future__ import annotations

import base64
import json

import pytest

from kept.crypto.signature import SigningKey
from kept.ledger.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from kept.ledger.leaf import Opening
from kept.ledger.note import verifier_key
from kept.ledger.proof import LeafOpening, Proof
from kept.ledger.tile import node_reader, tiles_after_append
from kept.ledger.tree import inclusion_proof, root_hash
from kept_verify import NotVerified, verify_proof
from kept_verify.__main__ import main

KEY, OTHER = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
NAME = "log.example/kept"
PUBLISHED = str(verifier_key(NAME, KEY.public))
SAID = {"act": "actor:value:read", "outcome": "permitted", "at": 1_795_000_000.0, "policy": "00", "items": ["name"]}


def opening(number, *, whose=True):
    """Return an entry's openings."""
    person = Opening(bytes([number]) * 32, json.dumps({"person": "aa", "g": number}).encode())
    account = Opening(bytes([100 + number]) * 32, json.dumps(SAID).encode())
    return LeafOpening(account, person if whose else b"c" * 32)


def proof(index=2, size=5, key=KEY, name=NAME, *, whose=True):
    """Return a sound proof of one of five entries."""
    openings = [opening(one, whose=whose) for one in range(size)]
    tiles = tiles_after_append(0, [one.entry_id() for one in openings], lambda *_: b"")
    node = node_reader(lambda level, tile: tiles.get((level, tile), b""))
    note = sign_checkpoint(Checkpoint(name, size, root_hash(node, size)), key)
    return Proof(openings[index], index, tuple(inclusion_proof(node, index, size)), note)


def test_a_sound_proof_verifies_and_says_what_the_entry_says():
    """Origin, place, account part and person part come out."""
    verified = verify_proof(proof().text(), PUBLISHED)
    assert (verified.origin, verified.index, verified.size) == (NAME, 2, 5)
    assert verified.account["items"] == ["name"]
    assert verified.person == {"person": "aa", "g": 2}


def test_the_person_part_may_stay_closed():
    """With its bare commitment the account part still verifies."""
    verified = verify_proof(proof(whose=False).text(), PUBLISHED)
    assert verified.person is None


def test_the_checkpoint_in_it_is_the_one_that_was_signed():
    """What the proof carries verifies by itself."""
    assert verify_checkpoint(proof().checkpoint, verifier_key(NAME, KEY.public)).size == 5


def changed(text, line, make):
    """Return *text* with one line changed."""
    lines = text.split("\n")
    lines[line] = make(lines[line])
    return "\n".join(lines)


def other_words(line):
    """Return the extra line with one letter of what the entry says changed."""
    raw = base64.b64decode(line.removeprefix("extra "))
    return "extra " + base64.b64encode(raw.replace(b"permitted", b"refused__")).decode()


FLAWS = {
    "header-of-another-format": lambda text: changed(text, 0, lambda _: "c2sp.org/tlog-proof@v2"),
    "extra-line-missing": lambda text: "\n".join(text.split("\n")[:1] + text.split("\n")[2:]),
    "what-it-says-changed": lambda text: changed(text, 1, other_words),
    "extra-cut-short": lambda text: changed(text, 1, lambda line: line[:-8]),
    "extra-not-base64": lambda text: changed(text, 1, lambda _: "extra ###"),
    "index-of-the-neighbour": lambda text: changed(text, 2, lambda _: "index 3"),
    "index-beyond-the-size": lambda text: changed(text, 2, lambda _: "index 5"),
    "index-with-leading-zero": lambda text: changed(text, 2, lambda _: "index 02"),
    "index-negative": lambda text: changed(text, 2, lambda _: "index -2"),
    "index-missing": lambda text: "\n".join(text.split("\n")[:2] + text.split("\n")[3:]),
    "path-hash-missing": lambda text: "\n".join(text.split("\n")[:3] + text.split("\n")[4:]),
    "path-hash-exchanged": lambda text: changed(text, 3, lambda _: base64.b64encode(b"x" * 32).decode()),
    "path-hash-in-other-spelling": lambda text: changed(text, 3, lambda line: line.rstrip("=")),
    "checkpoint-missing": lambda text: text.split("\n\n")[0] + "\n",
    "checkpoint-of-another-size": lambda text: text.replace(f"{NAME}\n5\n", f"{NAME}\n6\n"),
    "checkpoint-of-another-origin": lambda text: text.replace(f"\n{NAME}\n5", "\nother.example/kept\n5"),
    "checkpoint-unsigned": lambda text: "\n".join(text.rstrip("\n").split("\n")[:-1]) + "\n",
    "signature-of-another-key": lambda _: proof(key=OTHER).text(),
    "signature-one-bit-flipped": lambda text: text[:-6] + ("A" if text[-6] != "A" else "B") + text[-5:],
    "log-of-another-name": lambda _: proof(name="other.example/kept").text(),
    "empty": lambda _: "",
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flawed_file_is_refused(flaw):
    """Each flaw alone is enough, and the message names the step."""
    with pytest.raises(NotVerified, match=r"^step [1-5]:"):
        verify_proof(FLAWS[flaw](proof().text()), PUBLISHED)


@pytest.mark.parametrize(
    "key", ["", "x", f"{NAME}+00000000+{PUBLISHED.split('+', 2)[2]}", PUBLISHED.replace("+A", "+B", 1)]
)
def test_a_key_that_is_not_one_is_refused(key):
    """An id that is not its own, another type, nothing."""
    with pytest.raises(NotVerified):
        verify_proof(proof().text(), key)


def test_the_command_answers_by_exit_code(tmp_path, capsys):
    """0 verified, 1 not verified, 2 used wrongly."""
    file = tmp_path / "entry.tlog-proof"
    file.write_text(proof().text(), encoding="utf-8")
    assert main([str(file), "--key", PUBLISHED]) == 0
    assert "entry at place 2 (from 0) of 5 " in capsys.readouterr().out
    file.write_text(FLAWS["what-it-says-changed"](proof().text()), encoding="utf-8")
    assert main([str(file), "--key", PUBLISHED, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verified"] is False
    assert main([str(tmp_path / "none"), "--key", PUBLISHED]) == 2
