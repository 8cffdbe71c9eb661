"""Vectors other projects published: proofs of a tree, and Ed25519 signatures; both of our verifiers take them alike."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from kept.crypto.signature import SigningKey, is_sound_public_key, verify_signature
from kept.errors import NoteError, ProofError
from kept.ledger.checkpoint import Checkpoint, sign_checkpoint
from kept.ledger.note import verifier_key
from kept.ledger.tree import verify_consistency
from kept_verify import NotVerified, ed25519
from kept_verify import proof as theirs

VECTORS = Path(__file__).parent / "vectors"
MERKLE = json.loads((VECTORS / "merkle_proofs.json").read_text())
WYCHEPROOF = json.loads((VECTORS / "wycheproof_ed25519.json").read_text())
SPECCHECK = json.loads((VECTORS / "speccheck_ed25519.json").read_text())
LOG = SigningKey(b"l" * 32)
KEY = verifier_key("log.example", LOG.public)


def raw(texts: list[str]) -> list[bytes]:
    """Decode hashes, also such as are none."""
    return [base64.b64decode(one) for one in texts]


def ours_extends(one, roots) -> bool:
    """Whether the ledger takes a consistency proof."""
    try:
        verify_consistency(one["size1"], one["size2"], raw(one["proof"] or []), *roots)
    except ProofError:
        return False
    return True


def theirs_extends(one, roots) -> bool:
    """Whether the independent verifier does."""
    older, newer = (
        sign_checkpoint(Checkpoint(KEY.name, size, root), LOG)
        for size, root in zip((one["size1"], one["size2"]), roots, strict=True)
    )
    try:
        theirs.verify_consistency(older, newer, raw(one["proof"] or []), str(KEY))
    except NotVerified:
        return False
    return True


@pytest.mark.parametrize(
    "one", MERKLE["consistency"], ids=[one["file"].partition("/")[2] for one in MERKLE["consistency"]]
)
def test_consistency(one):
    """What has to be refused is refused by both, what has to be taken is taken by both."""
    roots = raw([one["root1"], one["root2"]])
    if not one["wantErr"] and any(len(root) != 32 for root in roots):
        assert not ours_extends(one, roots)  # such a root is no hash, and no checkpoint has one
        return
    assert ours_extends(one, roots) == (not one["wantErr"])
    if all(len(root) == 32 for root in roots):
        assert theirs_extends(one, roots) == (not one["wantErr"])


@pytest.mark.parametrize("one", MERKLE["inclusion"], ids=[one["file"].partition("/")[2] for one in MERKLE["inclusion"]])
def test_inclusion(one):
    """The path of a leaf, or one that was made to look like it."""
    try:
        theirs.verify_inclusion(
            base64.b64decode(one["leafHash"]),
            one["leafIdx"],
            one["treeSize"],
            raw(one["proof"] or []),
            base64.b64decode(one["root"]),
        )
        taken = True
    except NotVerified:
        taken = False
    if base64.b64decode(one["root"]):  # no checkpoint has an empty one
        assert taken == (not one["wantErr"])


def both(public: bytes, signature: bytes, message: bytes) -> bool:
    """What both verifiers say of a signature; a key that no log may have verifies nothing."""
    try:
        verify_signature(public, signature, message)
        one = is_sound_public_key(public)
    except NoteError:
        one = False
    assert one == (ed25519.is_sound(public) and ed25519.verify(public, signature, message))
    return one


@pytest.mark.parametrize("group", WYCHEPROOF["testGroups"], ids=lambda group: group["publicKey"]["pk"][:8])
def test_wycheproof(group):
    """Every signature, by its own verdict."""
    public = bytes.fromhex(group["publicKey"]["pk"])
    for one in group["tests"]:
        sound = both(public, bytes.fromhex(one["sig"]), bytes.fromhex(one["msg"]))
        assert sound == (one["result"] == "valid"), one


def test_speccheck():
    """Keys of small order, points of mixed order, scalars beyond the order, points spelled a second way."""
    verdicts = [both(*(bytes.fromhex(one[part]) for part in ("pub_key", "signature", "message"))) for one in SPECCHECK]
    assert verdicts == [False, False, True, True, False, False, False, False, False, False]
