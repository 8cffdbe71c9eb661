"""Every ledger vector, through both verifiers: what is sound verifies, what is flawed does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kept.crypto.signature import SigningKey
from kept.errors import ProofError
from kept.ledger.checkpoint import Checkpoint, sign_checkpoint
from kept.ledger.note import verifier_key
from kept.ledger.tree import verify_consistency
from kept_verify import NotVerified, proof

FILES = sorted((Path(__file__).parent / "ledger").glob("*.json"))
KEY = SigningKey(b"k" * 32)
NAME = "vectors.example/log"


def read(file):
    """Return a vector with its hashes as bytes."""
    vector = json.loads(file.read_text(encoding="utf-8"))
    for name in ("leaf", "root", "older-root", "newer-root"):
        if name in vector:
            vector[name] = bytes.fromhex(vector[name])
    vector["proof"] = [bytes.fromhex(one) for one in vector["proof"]]
    return vector


@pytest.mark.parametrize(
    "file", [one for one in FILES if read(one)["kind"] == "consistency"], ids=lambda file: file.stem
)
def test_the_ledger_tells_sound_from_flawed(file):
    """Our own verification accepts exactly the sound vectors, and raises only our error."""
    vector = read(file)
    try:
        verify_consistency(
            vector["older"], vector["newer"], vector["proof"], vector["older-root"], vector["newer-root"]
        )
    except ProofError:
        assert not vector["holds"]
    else:
        assert vector["holds"]


@pytest.mark.parametrize("file", [one for one in FILES if read(one)["kind"] == "inclusion"], ids=lambda file: file.stem)
def test_the_independent_verifier_agrees_on_inclusion(file):
    """`kept_verify` accepts exactly the sound vectors; a leaf is always 32 bytes there, since it computes it."""
    vector = read(file)
    if len(vector["leaf"]) != 32:
        return
    try:
        proof.verify_inclusion(vector["leaf"], vector["index"], vector["size"], vector["proof"], vector["root"])
    except NotVerified:
        assert not vector["holds"]
    else:
        assert vector["holds"]


@pytest.mark.parametrize(
    "file", [one for one in FILES if read(one)["kind"] == "consistency"], ids=lambda file: file.stem
)
def test_the_independent_verifier_agrees_on_consistency(file):
    """`kept_verify` accepts exactly the sound vectors, through signed checkpoints."""
    vector = read(file)
    key = str(verifier_key(NAME, KEY.public))
    older = sign_checkpoint(Checkpoint(NAME, vector["older"], vector["older-root"]), KEY)
    newer = sign_checkpoint(Checkpoint(NAME, vector["newer"], vector["newer-root"]), KEY)
    try:
        proof.verify_consistency(older, newer, vector["proof"], key)
    except NotVerified:
        assert not vector["holds"]
    else:
        assert vector["holds"]


def test_flawed_vectors_far_outnumber_sound_ones():
    """A verifier is judged by what it refuses."""
    sound = [file for file in FILES if read(file)["holds"]]
    assert len(FILES) - len(sound) > 2 * len(sound)
