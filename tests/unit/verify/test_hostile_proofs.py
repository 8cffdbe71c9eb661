"""`kept-verify` given files made to mislead whoever reads its answer: it ends with an answer, and shows what is there."""

from __future__ import annotations

import base64
import json

import pytest

from kept.crypto.signature import SigningKey
from kept.ledger.checkpoint import Checkpoint, sign_checkpoint
from kept.ledger.leaf import Opening
from kept.ledger.note import verifier_key
from kept.ledger.proof import LeafOpening, Proof
from kept.ledger.tile import node_reader, tiles_after_append
from kept.ledger.tree import consistency_proof, inclusion_proof, root_hash
from kept_verify import NotVerified
from kept_verify.__main__ import main
from kept_verify.bundle import verify_policies
from kept_verify.proof import Verified

KEY = SigningKey(b"k" * 32)
NAME = "log.example/kept"
PUBLISHED = str(verifier_key(NAME, KEY.public))
SOUND = b'{"act":"actor:value:read","outcome":"permitted","at":1795000000.5}'


def log_of(*accounts):
    """Return the proof of the last of *accounts* (bytes each), and a function that gives an earlier checkpoint."""
    openings = [LeafOpening(Opening(bytes([number]) * 32, said), b"c" * 32) for number, said in enumerate(accounts)]
    tiles = tiles_after_append(0, [one.entry_id() for one in openings], lambda *_: b"")
    node = node_reader(lambda level, tile: tiles.get((level, tile), b""))

    def checkpoint(size):
        return sign_checkpoint(Checkpoint(NAME, size, root_hash(node, size)), KEY)

    def joining(older, newer):
        return "".join(f"{base64.b64encode(one).decode()}\n" for one in consistency_proof(node, older, newer))

    size = len(openings)
    return (
        Proof(openings[-1], size - 1, tuple(inclusion_proof(node, size - 1, size)), checkpoint(size)),
        checkpoint,
        joining,
    )


@pytest.fixture
def ask(tmp_path, capsys):
    """Return a function that runs the command on files of the given contents and answers code and words."""

    def run(text, *options, **files):
        (tmp_path / "entry.tlog-proof").write_bytes(text if isinstance(text, bytes) else text.encode())
        arguments = [str(tmp_path / "entry.tlog-proof"), "--key", PUBLISHED, *options]
        for name, content in files.items():
            (tmp_path / name).write_bytes(content.encode())
            arguments += [f"--{name}", str(tmp_path / name)]
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


HOSTILE = {
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep in an object": b'{"act":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "not a number": b'{"at": NaN}',
    "infinite": b'{"at": 1e999}',
    "a number of five thousand digits": b'{"at": ' + b"9" * 5000 + b"}",
    "one name twice": b'{"act": "a", "act": "b"}',
    "in UTF-16": '{"act": "a"}'.encode("utf-16"),
    "with a mark of byte order": b'\xef\xbb\xbf{"act": "a"}',
    "not UTF-8": b'{"act": "\xff"}',
    "a list": b"[]",
    "nothing": b"",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_entry_is_not_verified(ask, case):
    """The signature and the path are sound, and what it says is not what an entry says: the answer is no, not a traceback."""
    code, said = ask(log_of(SOUND, HOSTILE[case])[0].text())
    assert code == 1
    assert said.startswith("not verified: step 4")


@pytest.mark.parametrize("at", ["1e300", "-1e300", "253402300800", "-1", "true", '"now"', "9" * 300, "[]", "null"])
def test_a_time_that_is_none_is_a_question_mark(ask, at):
    """What happened is verified; when is not known."""
    code, said = ask(log_of(SOUND, b'{"act":"a","outcome":"b","at":' + at.encode() + b"}")[0].text())
    assert code == 0
    assert "when     ?" in said


@pytest.mark.parametrize(
    "act", ["\x1b[2J\x1b[1;1Hverified", "a\nverified: entry 9", "\u202everified", "\ud800", "a\rb", "\u2028"]
)
def test_text_that_moves_the_terminal_is_shown_escaped(ask, act):
    """Nothing an entry says begins a line, turns the direction or clears the screen."""
    code, said = ask(log_of(SOUND, json.dumps({"act": act, "outcome": "x", "items": [act]}).encode())[0].text())
    assert code == 0
    assert len(said.splitlines()) == 4
    assert all(one.isprintable() or one == "\n" for one in said)
    assert "\\" in said


def test_long_text_is_cut(ask):
    """A megabyte in one word does not scroll the answer away."""
    code, said = ask(log_of(SOUND, json.dumps({"act": "a" * 1_000_000}).encode())[0].text())
    assert code == 0
    assert len(said) < 1000


def test_carriage_returns_are_not_read_away(ask):
    """A file whose lines end as on Windows is another file."""
    text = log_of(SOUND, SOUND)[0].text()
    assert ask(text)[0] == 0
    assert ask(text.replace("\n", "\r\n"))[0] == 1
    assert ask(text + "CERTIFIED COMPLETE\n")[0] == 1


def test_an_older_checkpoint_is_compared_as_the_site_gives_it(ask):
    """The hashes a line each, as `/ledger/consistency/2/5` answers them."""
    proof, checkpoint, joining = log_of(*[SOUND] * 5)
    code, said = ask(proof.text(), older=checkpoint(2), consistency=joining(2, 5))
    assert code == 0
    assert "extends the checkpoint you kept" in said
    assert ask(proof.text(), older=checkpoint(2), consistency=joining(3, 5))[0] == 1
    assert ask(proof.text(), older=checkpoint(2))[0] == 1


def test_the_same_checkpoint_is_never_called_forked(ask):
    """Nothing joins a checkpoint with itself; hashes beside it are a mistake, and not a fork."""
    proof, checkpoint, joining = log_of(*[SOUND] * 5)
    assert ask(proof.text(), older=checkpoint(5))[0] == 0
    code, said = ask(proof.text(), older=checkpoint(5), consistency=joining(2, 5))
    assert code == 1
    assert "forked" not in said
    other = log_of(*[SOUND] * 4, b"{}")[1](5)
    code, said = ask(proof.text(), older=other)
    assert code == 1
    assert "forked" in said


def test_an_empty_older_checkpoint_is_a_mistake(ask):
    """It must not pass for having compared."""
    proof = log_of(SOUND)[0].text()
    assert ask(proof, older="")[0] == 2
    code, said = ask(proof, consistency="AAAA")
    assert code == 2
    assert "--older" in said
    assert ask("")[0] == 2
    assert ask(b"\xff\xfe")[0] == 2


@pytest.mark.parametrize("named", [["0" * 16], {"a": 1}, 7, "0" * 16])
def test_a_policy_that_is_no_hash_is_not_there(named):
    """What an entry of a copy names is not among its files, whatever kind of value it is."""
    entry = Verified(NAME, 1, b"r" * 32, 0, b"e" * 32, {"policy": named}, None)
    with pytest.raises(NotVerified, match="policy"):
        verify_policies({"policies/1/p.md": b"text"}, [entry])
