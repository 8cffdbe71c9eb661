"""What every test has: no network beyond this machine, loud skips, a fixed order of seeds."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from installation import Installation
from receiving import MailDesk

from kept.channels.fax import FaxServer

settings.register_profile(
    "kept",
    deadline=None,
    print_blob=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.differing_executors,  # `make mutate` runs a test several times in one process
    ],
)
settings.load_profile("kept")


def _has_go() -> bool:
    """Whether there is a Go of 1.24 or newer."""
    go = shutil.which("go")
    said = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout if go else ""  # noqa: S603 -- found on the path
    found = re.search(r"go1\.([0-9]+)", said)
    return found is not None and int(found[1]) >= 24


CHROMIUM = shutil.which("chromium")
FAX_SERVER = all(Path("/usr/sbin", one).exists() for one in ("faxq", "hfaxd")) and os.geteuid() == 0
GO = _has_go()
FAX_SCRIPT = Path(__file__).parents[1] / "scripts" / "fax_server.sh"
LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection that is not to this machine."""
    plain = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):  # type: ignore[index]
            raise AssertionError(f"a test tried to reach {address}")
        plain(self, address)  # type: ignore[arg-type]

    socket.socket.connect = connect  # type: ignore[method-assign]
    yield
    socket.socket.connect = plain  # type: ignore[method-assign]


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio."""
    return "asyncio"


@pytest.fixture
async def installation(tmp_path, anyio_backend):
    """A fresh installation over database files, with the Photolibrary policy active."""
    one = Installation(tmp_path)
    await one.open()
    yield one
    await one.close()


@pytest.fixture
async def desk(installation):
    """An installation that sends by mail, two of its staff, and the mail server on the other side."""
    one = await MailDesk(installation).begin()
    yield one
    await one.end()


@pytest.fixture(scope="session")
def fax_server() -> Iterator[tuple[FaxServer, Path]]:
    """A HylaFAX server of the packages, without a modem, on loopback; its processes end by their ids."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="kept-fax-server-") as folder:
        Path(folder).chmod(0o755)
        spool = Path(folder) / "spool"
        process = subprocess.Popen([FAX_SCRIPT, spool, str(port)], stdout=subprocess.PIPE, text=True)  # noqa: S603 -- ours
        assert process.stdout is not None
        try:
            assert re.fullmatch(r"\d+ \d+\n", process.stdout.readline())
            for _ in range(100):
                with socket.socket() as asked:
                    if asked.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield FaxServer("localhost", port), spool
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            process.stdout.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs chromium, or a fax server, where there is none.

    Those of one browser file share a browser and a served installation, and all tests of the fax server share the server:
    `make test-full` runs them in one process.
    """
    for item in items:
        marks = {one.name for one in item.iter_markers()}  # not its keywords: a parameter may be called `fax`
        if CHROMIUM is None and "chromium" in marks:
            item.add_marker(pytest.mark.skip(reason="needs chromium: run `make test-full`"))
        if not GO and "go" in marks:
            item.add_marker(pytest.mark.skip(reason="needs go 1.24 or newer: install it and run `make test-full`"))
        if not FAX_SERVER and "fax" in marks:
            item.add_marker(pytest.mark.skip(reason="needs a hylafax server, started as root: run `make test-full`"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tried."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "chromium" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("NOT TRIED: no chromium on this machine", sep="!")
        terminalreporter.line(
            f"{len(skipped)} browser tests were skipped. `make test-full` installs chromium and runs them."
        )
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "needs go" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("NOT TRIED: no Go 1.24, or not the modules of tests/go", sep="!")
        terminalreporter.line(f"{len(skipped)} tests that let foreign tools read, cosign and be cosigned were skipped.")
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "hylafax" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("NOT TRIED: no fax server on this machine", sep="!")
        terminalreporter.line(
            f"{len(skipped)} fax tests were skipped. `make test-full`, as root, installs HylaFAX and runs them."
        )
