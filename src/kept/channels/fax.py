"""Faxes, handed to HylaFAX by its own programs: `sendfax` queues a job, `faxstat` tells what became of it.

No shell, an environment of our own, the document in a private folder that is removed afterwards. A job carries the
number of our message as its tag: whoever does not know whether a job was queued looks for the tag before trying again.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kept import limits
from kept.errors import InputError, SettingError

PATH = "/usr/bin:/bin:/usr/sbin:/usr/local/bin:/opt/homebrew/bin"
OWNER = "kept"
SEPARATOR = "|"
FORMAT = f'JobFmt: "%j{SEPARATOR}%a{SEPARATOR}%J{SEPARATOR}%P{SEPARATOR}%s"\n'  # without the number
NUMBER = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}", re.ASCII)
HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}", re.ASCII)
QUEUED = re.compile(r"request id is ([0-9]+) ", re.ASCII)
NOT_REACHED = re.compile(r"can not reach|connection refused|timed out|unknown host|no route", re.IGNORECASE)


class FaxOutcome(StrEnum):
    """What became of a fax, as far as the fax server says.

    `queued`: the server has it. `sent`: the other machine took it. `refused`: it will not go. `later`: nothing was
    queued, try again. `unknown`: look for its tag before trying again.
    """

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


STATES = {"D": FaxOutcome.SENT, "F": FaxOutcome.REFUSED, "?": FaxOutcome.UNKNOWN}
"""Letters of `%a`; every other one is a job that still waits. Source: faxstat(1)."""


@dataclass(frozen=True, slots=True)
class FaxJob:
    """A job of the fax server.

    Args:
        outcome: What became of it.
        id: The server's number of it; empty when it has none.
        detail: A word for the reason; never the number dialled, nor the server's own words.
    """

    outcome: FaxOutcome
    id: str = ""
    detail: str = ""


class FaxServer:
    """Hands faxes to one HylaFAX server.

    Args:
        host: Name or address of the server.
        port: Its port.
        seconds: How long one of its programs may take.
        path: Where the programs are looked for.

    Raises:
        SettingError: No such host name or port.
    """

    def __init__(
        self, host: str = "localhost", port: int = 4559, seconds: float = limits.FAX_PROGRAM_SECONDS, path: str = PATH
    ) -> None:
        if not HOST.fullmatch(host) or not 1 <= port <= 65535:  # noqa: PLR2004 -- ports
            raise SettingError("expected a host and a port of a fax server, found another", reason="fax-server")
        self._at = f"{host}:{port}"
        self._seconds = seconds
        self._path = path

    def require(self) -> None:
        """Insist that the programs are here.

        Raises:
            SettingError: They are not.
        """
        if any(shutil.which(one, path=self._path) is None for one in ("sendfax", "faxstat", "faxrm")):
            raise SettingError(
                "expected HylaFAX's programs sendfax, faxstat and faxrm, found none on this machine",
                reason="fax-missing",
                hint="on Debian: apt install hylafax-client",
            )

    async def send(self, pdf: bytes, number: str, tag: str) -> FaxJob:
        """Queue a document for a number.

        Args:
            pdf: The document, at most 10 MB.
            number: Fax number as it is kept: digits, with spaces and hyphens; a leading `+` for another country.
            tag: Our number of the message, letters, digits and hyphens.

        Raises:
            InputError: No number a fax can be dialled to, or no PDF.
            SettingError: The programs are not here.
        """
        dialled = dial(number)
        if not TAG.fullmatch(tag):
            raise InputError("expected a tag of letters, digits and hyphens, found another", reason="fax-tag")
        if not pdf.startswith(b"%PDF-") or len(pdf) > limits.FAX_BYTES:
            raise InputError("expected a PDF of at most 10 MB, found something else", reason="fax-document")
        self.require()
        with tempfile.TemporaryDirectory(prefix="kept-fax-") as folder:  # 0700, and gone afterwards
            document = Path(folder) / "fax.pdf"
            document.write_bytes(pdf)
            document.chmod(0o600)
            code, out, told = await self._run(
                folder,
                "sendfax",
                "-n",
                "-N",
                "-h",
                self._at,
                "-f",
                OWNER,
                "-o",
                OWNER,
                "-i",
                tag,
                "-d",
                dialled,
                str(document),
            )
        if found := QUEUED.search(out):
            return FaxJob(FaxOutcome.QUEUED, found[1])
        if code is None:
            return FaxJob(FaxOutcome.UNKNOWN, detail="timeout")
        if NOT_REACHED.search(told):
            return FaxJob(FaxOutcome.LATER, detail="unreachable")
        if "password" in (out + told).lower():
            return FaxJob(FaxOutcome.LATER, detail="not-allowed")
        return FaxJob(FaxOutcome.REFUSED, detail="refused")

    async def look(self, tag: str) -> FaxJob | None:
        """Return what became of the job with a tag; None when the server knows none.

        Raises:
            SettingError: The programs are not here.
        """
        return (await self.look_at_all() or {}).get(tag)

    async def look_at_all(self) -> dict[str, FaxJob] | None:
        """Return every job of the server that waits or is done, by its tag; None when it does not answer.

        Raises:
            SettingError: The programs are not here.
        """
        self.require()
        with tempfile.TemporaryDirectory(prefix="kept-fax-") as folder:
            (Path(folder) / ".hylarc").write_text(FORMAT, encoding="ascii")
            _, out, _ = await self._run(folder, "faxstat", "-s", "-d", "-h", self._at)
        if not out.strip():
            return None
        found = {}
        for line in out.splitlines():
            job, _, rest = line.partition(SEPARATOR)
            state, _, rest = rest.partition(SEPARATOR)
            tag, _, _ = rest.partition(SEPARATOR)
            if job.strip().isdigit() and tag:
                found[tag.strip()] = FaxJob(STATES.get(state.strip(), FaxOutcome.QUEUED), job.strip())
        return found

    async def remove(self, job: str) -> bool:
        """Take a job back; return whether the server did.

        Args:
            job: Its number.

        Raises:
            InputError: No job number.
            SettingError: The programs are not here.
        """
        if not job.isdigit() or not job.isascii():
            raise InputError("expected a job's number, found something else", reason="fax-job")
        self.require()
        with tempfile.TemporaryDirectory(prefix="kept-fax-") as folder:
            _, out, _ = await self._run(folder, "faxrm", "-h", self._at, job)
        return "removed" in out

    async def _run(self, folder: str, program: str, *arguments: str) -> tuple[int | None, str, str]:
        """Run one of its programs; the code is None when it did not end in time."""
        found = shutil.which(program, path=self._path) or program
        process = await asyncio.create_subprocess_exec(
            found,
            *arguments,
            cwd=folder,
            env={"PATH": self._path, "HOME": folder, "TMPDIR": folder, "FAXUSER": OWNER, "LC_ALL": "C"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, told = await asyncio.wait_for(process.communicate(), self._seconds)
        except TimeoutError:
            process.kill()
            await process.wait()
            return None, "", ""
        return process.returncode, out.decode(errors="replace"), told.decode(errors="replace")


def dial(number: str) -> str:
    """Return a fax number as it is dialled: digits, with a leading `+` for another country.

    Raises:
        InputError: It is none: letters, an extension, an option, a second number.
    """
    dialled = re.sub(r"[ ()\-.]", "", number) if not number.startswith("-") else ""
    if not NUMBER.fullmatch(dialled):
        raise InputError(
            "expected a fax number of 3 to 20 digits, found something else",
            reason="fax-number",
            hint="correct it with the person, or send it another way",
        )
    return dialled
