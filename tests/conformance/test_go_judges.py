"""Tools that know nothing of Kept read its live log, cosign it, and are cosigned by it: Tessera, torchwood, sumdb, litewitness.

They are built from `tests/go`, by a Go of 1.24 or newer that has their modules or reaches them. Elsewhere these tests are
skipped, and the run says so.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Served
from witnessing import OurWitness, policy_of

from kept.door.background import have_witnesses
from kept.ledger.cosignature import find_cosignature, parse_cosigner_key
from kept.ledger.tree import EMPTY_ROOT
from kept.services.engine.published_log import log_name
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.go

SOURCE = Path(__file__).parents[1] / "go"
ENTRIES = 300


@pytest.fixture(scope="module")
def judges(tmp_path_factory) -> Path:
    """The folder of the built judges."""
    folder = tmp_path_factory.mktemp("judges")
    command = [
        "go",
        "build",
        "-o",
        f"{folder}/",
        "./judge",
        "./agent",
        "./tesseralog",
        "filippo.io/torchwood/cmd/litewitness",
    ]
    built = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=False)  # noqa: S603 -- written here
    if built.returncode:
        pytest.skip(f"needs go: the modules of tests/go do not build here: {built.stderr[-200:]}")
    return folder


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    """A house whose log has more than one tile, behind a real server."""
    (tmp_path / "house").mkdir()
    with Served(tmp_path / "house") as one:

        async def grow() -> None:
            own = await one.installation.join()
            while one.installation.engine.sequencer.checkpoint.size < ENTRIES:
                for _ in range(60):
                    await own_data(one.installation.engine, own)
                await one.installation.engine.sequencer.integrate()

        one.run(grow)
        yield one


def judged(judges: Path, served: Served, *witnesses: str) -> str:
    """Let the judge read the log; it names what it finds fault with."""
    engine = served.installation.engine
    command = [judges / "judge", f"{served.site}/ledger/{log_name(engine)}", str(engine.sequencer.verifier), *witnesses]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 -- built here
    return done.stdout if done.returncode == 0 else f"FAULT {done.stderr}"


def test_foreign_tools_read_a_live_log_unchanged(judges, served):
    """Tessera's fsck, torchwood's client, sumdb/tlog and sumdb/note, over HTTP."""
    size = served.installation.engine.published.checkpoint.size
    assert judged(judges, served) == f"read {size} entries, 1 signatures\n"


def test_they_do_find_fault(judges, served):
    """One commitment, or one hash of a tile, exchanged in D: the judge names it, so the test above can fail."""
    installation = served.installation
    served.run(lambda: exchanged(installation, "UPDATE entry SET person_commitment = account_commitment"))
    assert "FAULT" in judged(judges, served)
    served.run(lambda: exchanged(installation, "UPDATE tile SET data = zeroblob(length(data)) WHERE level = 0"))
    assert "FAULT" in judged(judges, served)


async def exchanged(installation, statement: str) -> None:
    """Run a statement past all of Kept."""
    installation.sql(statement)


@pytest.fixture
def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def litewitness(judges: Path, folder: Path, port: int, log_key: str) -> Iterator[str]:
    """Run torchwood's witness for one log; yield its published key."""
    agent = subprocess.Popen([judges / "agent", folder / "agent", "lite.example/w"], stdout=subprocess.PIPE, text=True)  # noqa: S603 -- built here
    assert agent.stdout
    fingerprint, vkey = agent.stdout.readline().split()
    command = [judges / "litewitness", "-db", folder / "lite.db", "-name", "lite.example/w", "-key", fingerprint]
    witness = subprocess.Popen(  # noqa: S603 -- built here
        [*command, "-ssh-agent", folder / "agent", "-listen", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            with (
                contextlib.suppress(sqlite3.Error),
                contextlib.closing(sqlite3.connect(folder / "lite.db")) as database,
            ):
                origin = log_key.partition("+")[0]
                database.execute("INSERT INTO log VALUES (?, 0, ?)", (origin, base64.b64encode(EMPTY_ROOT).decode()))
                database.execute("INSERT INTO key VALUES (?, ?)", (origin, log_key))
                database.commit()
                break
            time.sleep(0.1)
        yield vkey
    finally:
        for one in (witness, agent):
            one.terminate()
            one.wait(20)
        agent.stdout.close()


def test_a_foreign_witness_cosigns_our_log_beside_ours(judges, served, tmp_path, free_port):
    """Litewitness and our own: both of both, twice, and sumdb/note opens the published checkpoint with all three keys."""
    engine, installation = served.installation.engine, served.installation
    log = str(engine.sequencer.verifier)
    with litewitness(judges, tmp_path, free_port, log) as theirs, OurWitness(tmp_path / "seen", log) as ours:
        policy = policy_of("all", theirs=(theirs, f"http://127.0.0.1:{free_port}"), ours=(ours.vkey, ours.url))

        async def cosign() -> int:
            if engine.witnesses is None:
                await have_witnesses(engine, policy, "late")
            own = await installation.join()
            await own_data(engine, own)
            await engine.sequencer.integrate()
            await engine.witnesses.submit()
            assert engine.published.checkpoint == engine.sequencer.checkpoint, engine.witnesses.standings
            return int(engine.published.checkpoint.size)

        first = served.run(cosign)
        second = served.run(cosign)
        assert first < second
        assert judged(judges, served, theirs, ours.vkey) == f"read {second} entries, 3 signatures\n"


def test_our_witness_cosigns_a_foreign_log(judges, tmp_path):
    """A log of Tessera's own, submitted by its own client, twice: published with our cosignature or not at all."""
    key = subprocess.run([judges / "tesseralog", "key"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 -- built here
    with OurWitness(tmp_path / "seen", key) as ours:
        (tmp_path / "policy").write_text(f"witness ours {ours.vkey} {ours.url}\nquorum ours\n")
        sizes = []
        for entries in (5, 20):
            command = [judges / "tesseralog", tmp_path / "log", tmp_path / "policy", str(entries)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)  # noqa: S603 -- built here
            assert find_cosignature(done.stdout, parse_cosigner_key(ours.vkey))
            sizes.append(int(done.stdout.split("\n")[1]))
            assert ours.memory.checkpoint_of("tessera.example/log").size == sizes[-1]
        assert sizes == [5, 25]
