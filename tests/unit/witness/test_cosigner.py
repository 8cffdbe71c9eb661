"""What our witness answers, status by status, and what it never does: cosign two histories, or answer before it remembers."""

from __future__ import annotations

import hashlib
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from witnessing import OurWitness

from kept.crypto.signature import SigningKey
from kept.errors import BusyError, NoteError
from kept.ledger.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from kept.ledger.cosignature import find_cosignature, parse_cosigner_key
from kept.ledger.note import verifier_key
from kept.ledger.submission import Submission, parse_submission
from kept.ledger.tile import node_reader, tiles_after_append
from kept.ledger.tree import EMPTY_ROOT, consistency_proof, root_hash
from kept.witness.cosigner import Cosigner
from kept.witness.memory import Memory, origin_hash

ORIGIN = "log.example/kept"
LOG, SECOND = SigningKey(b"l" * 32), SigningKey(b"s" * 32)
LOG_KEY, SECOND_KEY = verifier_key(ORIGIN, LOG.public), verifier_key(ORIGIN, SECOND.public)
KEY = SigningKey(b"w" * 32)
NAME = "witness.example/w1"


def leaf_hash(data: bytes) -> bytes:
    """As RFC 9162 has it, in words of this test's own."""
    return hashlib.sha256(b"\x00" + data).digest()


class Log:
    """A log of *size* leaves; another *salt* is another history."""

    def __init__(self, size: int, salt: bytes = b"") -> None:
        leaves = [leaf_hash(salt + bytes([at])) for at in range(size)]
        tiles = tiles_after_append(0, leaves, lambda _level, _tile: b"")
        self.size, self.node = size, node_reader(lambda level, tile: tiles.get((level, tile), b""))
        self.root = root_hash(self.node, size)

    def note(self, key: SigningKey = LOG) -> str:
        """Return its checkpoint."""
        return sign_checkpoint(Checkpoint(ORIGIN, self.size, self.root), key)

    def submitted(self, old: int, key: SigningKey = LOG) -> bytes:
        """Return what is submitted to a witness that knows it at *old*."""
        proof = consistency_proof(self.node, old, self.size) if 0 < old < self.size else []
        return Submission(old, proof, self.note(key)).body()


def spoiled(note: str) -> str:
    """Return a note whose last signature does not verify."""
    return note[:-8] + "AAAA" + note[-4:]


@pytest.fixture
def witness(tmp_path):
    """A witness of one log with two keys."""
    with Memory(tmp_path / "seen") as memory:
        yield Cosigner(NAME, KEY, [LOG_KEY, SECOND_KEY], memory, lambda: 1_700_000_000.9)


def test_it_cosigns_what_extends_what_it_cosigned(witness, tmp_path):
    """Five, seven, seven again, twelve: each answered with a cosignature that verifies, and kept as it was given out."""
    for old, size in ((0, 5), (5, 7), (7, 7), (7, 12)):
        log = Log(size)
        answer = witness.answer(log.submitted(old))
        assert answer.status == 200, answer
        assert find_cosignature(log.note() + answer.body, witness.published).at == 1_700_000_000
        kept = (tmp_path / "seen" / f"{origin_hash(ORIGIN)}.checkpoint").read_text()
        assert kept == log.note() + answer.body
        assert verify_checkpoint(kept, LOG_KEY).size == size


def test_every_refusal_of_the_specification(witness):
    """Each with its status; and after all of them the witness still knows seven, and nothing else."""
    assert witness.answer(Log(7).submitted(0)).status == 200
    five, nine, other = Log(5), Log(9), Log(9, b"other")
    broken = spoiled(nine.note())
    unknown = sign_checkpoint(Checkpoint("other.example", 9, nine.root), LOG)
    wrong_proof = Submission(7, [bytes(32)], nine.note()).body()
    short = Submission(7, consistency_proof(nine.node, 7, 9)[:-1], nine.note()).body()
    attempts = [
        (404, Submission(0, [], unknown).body()),
        (403, nine.submitted(7, KEY)),
        (403, Submission(7, [], broken).body()),
        (403, Submission(7, [], nine.note() + spoiled(nine.note(SECOND)).rpartition("\n\n")[2]).body()),
        (400, Submission(10, [], nine.note()).body()),
        (409, nine.submitted(0)),
        (409, nine.submitted(5)),
        (409, five.submitted(0)),
        (409, five.submitted(5)),
        (400, five.submitted(7)),
        (422, wrong_proof),
        (422, short),
        (422, Submission(7, [], nine.note()).body()),
        (422, other.submitted(7)),
        (422, Log(7, b"other").submitted(7)),
        (422, Submission(7, [bytes(32)], Log(7).note()).body()),
    ]
    for status, body in attempts:
        answer = witness.answer(body)
        assert answer.status == status, (status, answer, body)
        if status == 409:
            assert (answer.body, answer.media_type) == ("7\n", "text/x.tlog.size")
    assert witness.answer(nine.submitted(7)).status == 200


def test_a_first_checkpoint_needs_no_proof_and_takes_none(witness):
    """A proof from nothing is refused, an empty tree has one root, and signatures by strangers are ignored."""
    five = Log(5)
    assert witness.answer(Submission(0, [bytes(32)], five.note()).body()).status == 422
    assert (
        witness.answer(Submission(0, [], sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), LOG)).body()).status == 422
    )
    assert (
        witness.answer(Submission(0, [], sign_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), LOG)).body()).status == 200
    )
    assert witness.answer(Submission(0, [], f"{five.note()}\u2014 stranger AAAAAAAA\n").body()).status == 200
    assert witness.answer(Log(6).submitted(5, SECOND)).status == 200  # the log changed its key


SOUND = Log(7).submitted(5)
MALFORMED = {
    "nothing": b"",
    "no old line": SOUND.partition(b"\n")[2],
    "another word": SOUND.replace(b"old", b"new", 1),
    "capitals": SOUND.replace(b"old", b"Old", 1),
    "two spaces": SOUND.replace(b"old ", b"old  ", 1),
    "a tab": SOUND.replace(b"old ", b"old\t", 1),
    "a leading zero": SOUND.replace(b"old 5", b"old 05", 1),
    "a sign": SOUND.replace(b"old 5", b"old +5", 1),
    "too large": SOUND.replace(b"old 5", b"old 9223372036854775808", 1),
    "a carriage return": SOUND.replace(b"old 5\n", b"old 5\r\n", 1),
    "a space at the end": SOUND.replace(b"old 5\n", b"old 5 \n", 1),
    "no empty line": SOUND.replace(b"\n\n", b"\n", 1),
    "64 hashes": Submission(5, [bytes(32)] * 64, Log(7).note()).body(),
    "a short hash": Submission(5, [bytes(31)], Log(7).note()).body(),
    "not base64": SOUND.replace(b"old 5\n", b"old 5\n!\n", 1),
    "base64 spelled another way": SOUND.replace(b"=\n", b"\n", 1),
    "no text": SOUND + b"\xff\xfe\n",
    "text after the checkpoint": SOUND + b"CERTIFIED\n",
    "no note": b"old 0\n\nhello\n",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_submission(witness, body):
    """400, and nothing is remembered."""
    assert witness.answer(body).status == 400
    assert witness.answer(Log(5).submitted(0)).status == 200


def test_what_is_written_is_read_back():
    """A submission of 63 hashes, the most there may be."""
    one = Submission(5, [bytes([at]) * 32 for at in range(63)], Log(7).note())
    assert parse_submission(one.body()) == one


def test_a_damaged_memory_cosigns_nothing(witness, tmp_path):
    """Half a file, another log's file, an empty one: the witness says that it cannot, and does not begin anew."""
    assert witness.answer(Log(5).submitted(0)).status == 200
    file = tmp_path / "seen" / f"{origin_hash(ORIGIN)}.checkpoint"
    whole = file.read_bytes()
    for damaged in (whole[:40], b"", b"\xff", whole.replace(b"log.example", b"lag.example", 1)):
        file.write_bytes(damaged)
        with pytest.raises(NoteError) as refused:
            witness.answer(Log(7).submitted(0))
        assert refused.value.reason == "witness-memory"
    file.write_bytes(whole)
    assert witness.answer(Log(7).submitted(5)).status == 200


def test_two_witnesses_never_share_a_memory(tmp_path):
    """The second is refused while the first is there."""
    with Memory(tmp_path), pytest.raises(BusyError):
        Memory(tmp_path)
    with Memory(tmp_path):
        pass


def ask(url: str, body: bytes | None = None) -> tuple[int, str, str]:
    """Return status, media type and body of an answer over HTTP."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=10) as answer:  # noqa: S310 -- loopback
            return answer.status, answer.headers["content-type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["content-type"], error.read().decode()


def test_its_http_is_the_specifications(tmp_path):
    """Submitting, a conflict with its media type, the monitors' address, and nothing anywhere else."""
    with OurWitness(tmp_path, str(LOG_KEY)) as ours:
        assert ask(f"{ours.url}/{origin_hash(ORIGIN)}/checkpoint")[0] == 404
        status, media_type, line = ask(f"{ours.url}/add-checkpoint", Log(5).submitted(0))
        assert (status, media_type) == (200, "text/plain; charset=utf-8")
        assert line.startswith("\u2014 witness.example/w1 ")
        assert ask(f"{ours.url}/add-checkpoint", Log(7).submitted(0)) == (409, "text/x.tlog.size", "5\n")
        status, _, note = ask(f"{ours.url}/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint")
        assert (status, note) == (200, Log(5).note() + line)
        assert find_cosignature(note, parse_cosigner_key(ours.vkey))
        assert ask(f"{ours.url}/add-checkpoint")[0] == 405
        assert ask(f"{ours.url}/add-checkpoint", b"x" * 300_000)[0] == 400
        (tmp_path / f"{origin_hash(ORIGIN)}.checkpoint").write_bytes(b"")
        for asked in (("add-checkpoint", Log(7).submitted(5)), (f"{origin_hash(ORIGIN)}/checkpoint",)):
            status, _, why = ask(f"{ours.url}/{asked[0]}", *asked[1:])
            assert (status, why) == (500, "witness-memory\n")
        (tmp_path / f"{origin_hash(ORIGIN)}.checkpoint").unlink()
        (tmp_path / f"{origin_hash(ORIGIN)}.checkpoint").mkdir()
        assert ask(f"{ours.url}/{origin_hash(ORIGIN)}/checkpoint")[0] == 500


def started(folder: Path, port: int) -> subprocess.Popen[str]:
    """Start `kept witness serve` as a process of its own."""
    command = [
        sys.executable,
        "-m",
        "kept.cli.main",
        "witness",
        "serve",
        str(folder / "seen"),
        "--key",
        str(folder / "w.key"),
    ]
    process = subprocess.Popen(  # noqa: S603 -- our own command
        [*command, "--name", NAME, "--logs", str(folder / "logs"), "--port", str(port)],
        text=True,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("cosigns"):
            return process
    raise AssertionError(process.wait())


def test_killed_at_any_moment_it_never_cosigns_less_than_it_answered(tmp_path):
    """`kept witness serve`, killed again and again while it answers: what was answered is known to the next one."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    run = [sys.executable, "-m", "kept.cli.main", "witness", "new-key", str(tmp_path / "w.key"), "--name", NAME]
    vkey = subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 -- our own command
    (tmp_path / "logs").write_text(f"log {LOG_KEY}\nquorum none\n")
    known = size = 0
    for turn in range(4):
        process = started(tmp_path, port)
        try:
            killer = threading.Timer(0.1 + 0.3 * turn, process.kill)
            killer.start()
            while True:
                size = min(size + 1, 200)
                try:
                    status, _, body = ask(f"http://127.0.0.1:{port}/add-checkpoint", Log(size).submitted(known))
                except OSError:
                    break
                assert status in {200, 409}, body
                if status == 200:
                    assert find_cosignature(Log(size).note() + body, parse_cosigner_key(vkey))
                    known = size
                else:  # it was killed after it had remembered, before it had answered
                    assert known < int(body) <= size
                    known = int(body)
            killer.join()
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            assert process.stdout
            process.stdout.close()
    process = started(tmp_path, port)
    try:
        _, _, note = ask(f"http://127.0.0.1:{port}/{origin_hash(ORIGIN)}/checkpoint")
        assert verify_checkpoint(note, LOG_KEY).size >= known > 0
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stdout
        process.stdout.close()
