"""A witness policy is read the same by the ledger and by the independent verifier, and enforced without a network."""

from __future__ import annotations

import base64
import json

import pytest

from kept.crypto.lattice_signature import LatticeSigningKey
from kept.crypto.signature import SigningKey
from kept.errors import SettingError
from kept.ledger.checkpoint import Checkpoint
from kept.ledger.cosignature import cosign, cosigner_key
from kept.ledger.leaf import Opening
from kept.ledger.note import sign_note, verifier_key
from kept.ledger.proof import LeafOpening, Proof
from kept.ledger.trust_policy import parse_trust_policy
from kept_verify import NotVerified
from kept_verify import policy as theirs
from kept_verify.__main__ import main

LOG_NAME = "log.example/kept"
LOG = SigningKey(b"l" * 32)
LOG_KEY = str(verifier_key(LOG_NAME, LOG.public))
SEEDS = {name: SigningKey(name.encode() * 32) for name in "abcde"}
KEYS = {name: str(cosigner_key(f"{name}.example", key)) for name, key in SEEDS.items()}
LATTICE = LatticeSigningKey(b"q" * 32)
LATTICE_KEY = str(cosigner_key("q.example", LATTICE))
THREE = "".join(f"witness {name} {KEYS[name]}\n" for name in "abc")


def both(text: bytes) -> bool:
    """Whether the two readers take it; they never differ, and where both do they read the same."""
    try:
        one = parse_trust_policy(text)
    except SettingError:
        one = None
    try:
        other = theirs.read_policy(text)
    except NotVerified:
        other = None
    assert (one is None) == (other is None), text
    if one and other:
        assert [str(key) for key in one.logs] == other.logs
        assert {
            name: (found.key.name, found.key.key_id, found.key.public) for name, found in one.witnesses.items()
        } == {name: found[:3] for name, found in other.witnesses.items()}
        assert {name: (group.needed, list(group.members)) for name, group in one.groups.items()} == other.groups
        assert one.quorum == other.quorum
    return one is not None


ACCEPTED = {
    "no witnesses": "quorum none\n",
    "one witness": f"witness a {KEYS['a']}\nquorum a\n",
    "addresses": f"log {LOG_KEY} https://log.example\nwitness a {KEYS['a']} https://a.example/w\nquorum a\n",
    "spaces, tabs, comments, empty lines": f"\n \t# words\n\t witness \t a  {KEYS['a']}\t\n  \nquorum a \n#end\n",
    "two levels": THREE
    + f"witness d {KEYS['d']}\ngroup x 2 a b c\ngroup all any d\ngroup both all x all\nquorum both\n",
    "a quorum before another group": THREE + "group x any a\nquorum x\ngroup y all b c\n",
    "a log after the quorum": f"quorum none\nlog {LOG_KEY}\n",
    "names that are no text": f"witness \udcff\udcfe {KEYS['a']}\nquorum \udcff\udcfe\n",
    "a name of another alphabet": f"witness 証人 {KEYS['a']}\nquorum 証人\n",
    "a name that is a word of the grammar": f"witness quorum {KEYS['a']}\nquorum quorum\n",
    "a lattice key": f"witness q {LATTICE_KEY}\nquorum q\n",
    "a log that signs as cosigners do": f"log {KEYS['a']}\nquorum none\n",
}
REFUSED = {
    "nothing": "",
    "no quorum": THREE,
    "two quorums": "quorum none\nquorum none\n",
    "no newline at the end": "quorum none",
    "a carriage return": "quorum none\r\n",
    "a control character in a comment": "# \x07\nquorum none\n",
    "a delete character": "#\x7f\nquorum none\n",
    "an unknown word": "quorum none\nwitnesses a\n",
    "a word in capitals": "Quorum none\n",
    "a comment after a line": f"witness a {KEYS['a']} https://a.example # ours\nquorum a\n",
    "a quorum of nobody": "quorum x\n",
    "a quorum before its group": f"quorum x\n{THREE}group x any a\n",
    "a group before its witness": f"group x any a\n{THREE}quorum x\n",
    "a group of itself": "group x any x\nquorum x\n",
    "a group without members": THREE + "group x any\nquorum x\n",
    "more than there are": THREE + "group x 4 a b c\nquorum x\n",
    "none at all": THREE + "group x 0 a b c\nquorum x\n",
    "a negative number": THREE + "group x -1 a b c\nquorum x\n",
    "a leading zero": THREE + "group x 02 a b c\nquorum x\n",
    "other digits": THREE + "group x ２ a b c\nquorum x\n",
    "a member twice": THREE + "group x 2 a a\nquorum x\n",
    "a member of two groups": THREE + "group x any a\ngroup y any a\nquorum x\n",
    "none as a member": THREE + "group x any none\nquorum x\n",
    "none as a name": f"witness none {KEYS['a']}\nquorum none\n",
    "a name twice": f"witness a {KEYS['a']}\nwitness a {KEYS['b']}\nquorum a\n",
    "a group called like a witness": THREE + "group a any b\nquorum a\n",
    "a key twice": f"witness a {KEYS['a']}\nwitness b {KEYS['a']}\nquorum a\n",
    "a key twice under another name": f"witness a {KEYS['a']}\nwitness b {cosigner_key('z.example', SEEDS['a'])}\nquorum a\n",
    "a log twice": f"log {LOG_KEY}\nlog {LOG_KEY}\nquorum none\n",
    "a log's key as a witness": f"witness a {LOG_KEY}\nquorum a\n",
    "a key with another id": f"witness a {KEYS['a'].replace('+', '+0', 1)}\nquorum a\n",
    "a key of small order": f"witness a {base64.b64encode(bytes(33)).decode()}\nquorum a\n",
    "a line too long": f"witness a {KEYS['a']} https://a.example more\nquorum a\n",
    "a file too long": "#" * 262_144 + "\nquorum none\n",
    "a space of Japan between": f"witness\u3000a {KEYS['a']}\nquorum a\n",
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_grammar_has_is_read(text):
    """By both, and the same."""
    assert both(text.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_the_grammar_has_not_is_refused(text):
    """By both."""
    assert not both(text.encode("utf-8", "surrogateescape"))


def test_no_mutation_is_read_by_one_alone():
    """Each byte of a sound file, taken away or made another: the two readers never differ."""
    sound = ACCEPTED["two levels"].encode()
    lines = [at for at in range(len(sound)) if at < 40 or at > sound.index(b"group")]
    for at in lines:
        for other in (b"", b" ", b"\n", b"\t", b"#", b"+", b"\xff", b"a", b"2", sound[at : at + 1] * 2):
            both(sound[:at] + other + sound[at + 1 :])


OPENING = LeafOpening(
    Opening(b"n" * 32, json.dumps({"at": 1.0, "act": "gate:read:release", "outcome": "allowed"}).encode()), b"p" * 32
)


def proof(*signers: str, at: int = 1_700_000_000) -> str:
    """Return a proof of a log of one entry whose checkpoint these cosigned."""
    text = Checkpoint(LOG_NAME, 1, OPENING.entry_id()).text()
    lines = [cosign(text, f"{one}.example", LATTICE if one == "q" else SEEDS[one], at).line for one in signers]
    return Proof(OPENING, 0, (), sign_note(text, LOG_NAME, LOG) + "".join(lines)).text()


@pytest.mark.parametrize(
    ("quorum", "signers", "enough"),
    [
        ("group x 2 a b c\nquorum x\n", "ab", True),
        ("group x 2 a b c\nquorum x\n", "a", False),
        ("group x 2 a b c\nquorum x\n", "ae", False),
        ("group x all a b c\nquorum x\n", "ab", False),
        ("group x any a b c\nquorum x\n", "c", True),
        ("group x 2 a b\ngroup y any c\ngroup z all x y\nquorum z\n", "abc", True),
        ("group x 2 a b\ngroup y any c\ngroup z all x y\nquorum z\n", "ab", False),
        ("quorum b\n", "b", True),
        ("quorum b\n", "ac", False),
        ("quorum none\n", "", True),
    ],
)
def test_the_quorum_is_enforced_offline(tmp_path, capsys, quorum, signers, enough):
    """`kept-verify --policy` finds the log's key and the witnesses in the file; our own reader counts the same."""
    (tmp_path / "policy").write_text(f"log {LOG_KEY}\n{THREE}{quorum}")
    (tmp_path / "proof").write_text(proof(*signers), newline="")
    assert main([str(tmp_path / "proof"), "--policy", str(tmp_path / "policy")]) == (0 if enough else 1)
    said = capsys.readouterr().out
    assert ("too few" in said) != enough
    assert said.count("cosigned by") == (len(signers) if enough else 0)
    policy = parse_trust_policy((tmp_path / "policy").read_bytes())
    assert policy.is_met(policy.cosigned(proof(*signers).partition("\n\n")[2])) == enough


def test_what_is_no_cosignature_counts_for_nobody(tmp_path, capsys):
    """A flipped bit, a time that is none, a second one that is broken, another checkpoint's, a note's signature, ML-DSA-44."""
    (tmp_path / "policy").write_text(
        f"log {LOG_KEY}\nwitness a {KEYS['a']}\nwitness q {LATTICE_KEY}\ngroup x any a q\nquorum x\n"
    )
    sound = proof("a")
    line = sound.rstrip("\n").rpartition("\n")[2]
    raw = bytearray(base64.b64decode(line.rpartition(" ")[2]))
    raw[-1] ^= 1
    broken = f"{line.rpartition(' ')[0]} {base64.b64encode(raw).decode()}"
    zero = cosign(Checkpoint(LOG_NAME, 1, OPENING.entry_id()).text(), "a.example", SEEDS["a"], 0).line
    other = cosign(Checkpoint(LOG_NAME, 2, OPENING.entry_id()).text(), "a.example", SEEDS["a"], 7).line
    text = Checkpoint(LOG_NAME, 1, OPENING.entry_id()).text()
    plain = sign_note(text, "a.example", SEEDS["a"]).rpartition("\n\n")[2]
    attempts = {
        "a flipped bit": sound.replace(line, broken),
        "a second one that is broken": f"{sound}{broken}\n",
        "no time": proof() + zero,
        "of another checkpoint": proof() + other,
        "a note's signature": proof() + plain,
        "ML-DSA-44, which the verifier cannot read": proof("q"),
    }
    for name, attempt in attempts.items():
        (tmp_path / "proof").write_text(attempt, newline="")
        assert main([str(tmp_path / "proof"), "--policy", str(tmp_path / "policy")]) == 1, name
        assert "too few" in capsys.readouterr().out, name


def test_a_policy_of_another_log_verifies_nothing(tmp_path, capsys):
    """With its key by hand or without; and neither key nor policy is a wrong use."""
    other = str(verifier_key("other.example", SEEDS["a"].public))
    (tmp_path / "policy").write_text(f"log {other}\nquorum none\n")
    (tmp_path / "proof").write_text(proof(), newline="")
    assert main([str(tmp_path / "proof"), "--policy", str(tmp_path / "policy")]) == 1
    assert main([str(tmp_path / "proof"), "--policy", str(tmp_path / "policy"), "--key", LOG_KEY]) == 1
    assert "not one of those" in capsys.readouterr().out
    (tmp_path / "policy").write_text("quorum none\n")
    assert main([str(tmp_path / "proof"), "--policy", str(tmp_path / "policy"), "--key", LOG_KEY, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cosigned"] == {}
    with pytest.raises(SystemExit) as wrong:
        main([str(tmp_path / "proof")])
    assert wrong.value.code == 2
