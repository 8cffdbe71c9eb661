"""Serving the demo as `make run` does: a real process, a second one beside it, and what an interrupted one leaves."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
APP = "examples/photolibrary/app.py"


def test_a_second_start_says_that_one_is_running_even_beside_the_very_first(tmp_path: Path) -> None:
    """A second `make run` names the running one, on whatever port; Ctrl-C stops cleanly and the next start finds all."""
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "begun").touch()
    (folder / "photolibrary.db").write_bytes(b"left by a demo that was killed while it was made")
    port = _free_port()
    first = _serve(folder, port)
    try:
        said = _until_served(first)
        assert "inventing 240 customers" in said
        with urlopen(f"http://localhost:{port}/en", timeout=10) as front:
            assert "Pictures that wait to be used" in front.read().decode()
        second = _serve(folder, _free_port())
        try:
            _, wrong = second.communicate(timeout=30)
        finally:
            second.kill()
        assert second.returncode != 0
        assert "one process serving it already" in wrong
    finally:
        first.send_signal(signal.SIGINT)
        out, _ = first.communicate(timeout=30)
    assert first.returncode == 0
    assert "everything is as you left it" in out
    third = _serve(folder, _free_port())
    try:
        assert "inventing" not in _until_served(third)
    finally:
        third.send_signal(signal.SIGINT)
        third.communicate(timeout=30)
    assert third.returncode == 0


def test_a_demo_never_replaces_an_installation_it_did_not_make(tmp_path: Path) -> None:
    """A folder that holds somebody's installation is refused, and nothing in it is touched."""
    (tmp_path / "photolibrary.db").write_bytes(b"somebody's installation")
    refused = _serve(tmp_path, _free_port())
    try:
        _, wrong = refused.communicate(timeout=30)
    finally:
        refused.kill()
    assert refused.returncode != 0
    assert "found an installation in" in wrong
    assert (tmp_path / "photolibrary.db").read_bytes() == b"somebody's installation"


def test_a_port_that_is_none_is_said() -> None:
    """Expected and found, no traceback."""
    wrong = subprocess.run(
        [sys.executable, "-m", "kept.cli.main", "serve", "--port", "99999"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 2
    assert "expected a port from 1 to 65535, found '99999'" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def _serve(folder: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-m", "kept.cli.main", "serve", "--demo", str(folder), "--app", APP, "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _until_served(process: subprocess.Popen[str]) -> str:
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            return said
    raise AssertionError(said + (process.stderr.read() if process.stderr else ""))


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
