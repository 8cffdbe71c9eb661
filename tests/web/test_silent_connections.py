"""A stranger opens connections and says nothing: the site goes on, and its log does not grow."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
DESCRIPTORS = 120


def test_three_hundred_silent_connections_close_nothing(tmp_path: Path) -> None:
    """More than the process has descriptors: pages are answered while they are open, and what runs by itself goes on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = f"sqlite:///{tmp_path / 'shop.db'}"
    kept = [sys.executable, "-m", "kept.cli.main"]
    policy = str(ROOT / "policies/photolibrary.policy.md")
    subprocess.run([*kept, "init", policy, "--store", store], check=True, cwd=tmp_path)  # noqa: S603 -- our own
    log = (tmp_path / "log").open("wb")
    few = [
        "sh",
        "-c",
        f'ulimit -n {DESCRIPTORS}; exec "$@"',
        "sh",
        *kept,
        "serve",
        "--store",
        store,
        "--port",
        str(port),
    ]
    served = subprocess.Popen(few, stdout=subprocess.PIPE, stderr=log, cwd=tmp_path)  # noqa: S603 -- our own
    silent = []
    try:
        assert served.stdout
        while b"Ctrl-C" not in served.stdout.readline():
            assert served.poll() is None
        for _ in range(300):
            one = socket.create_connection(("127.0.0.1", port), timeout=5)
            silent.append(one)
        answered, until = 0, time.monotonic() + 20
        while answered < 3 and time.monotonic() < until:
            try:
                with urlopen(f"http://127.0.0.1:{port}/en", timeout=5) as page:
                    answered += page.status == 200
            except OSError:
                time.sleep(0.2)
        assert answered == 3
    finally:
        for one in silent:
            one.close()
        served.send_signal(signal.SIGINT)
        served.communicate(timeout=30)
        log.close()
    assert served.returncode == 0
    assert (tmp_path / "log").stat().st_size < 100_000
