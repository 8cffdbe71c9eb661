"""Ways out for tests: a mail channel that keeps what it was handed, and a fax server that is asked without programs."""

from __future__ import annotations

import io

from pypdf import PdfReader

from kept.channels.fax import FaxJob, FaxOutcome, FaxServer, dial
from kept.channels.handed import Handed
from kept.policy.words import Exit
from kept.services.engine.dispatchers import AlwaysReady
from kept.services.upkeep.channels import set_up_channels
from kept.services.upkeep.sending import equip


class MailOut(AlwaysReady):
    """A mail channel whose other side is a list."""

    channel = Exit.MAIL

    def __init__(self) -> None:
        self.sent = []
        self.answer = Handed.SENT

    def prepare(self, message, opened, person, entry_id):  # noqa: ARG002 -- the interface
        """Make it ready."""
        return _Handing(self, (opened.address, opened.name, message))


class _Handing:
    at_once = False

    def __init__(self, out, what) -> None:
        self._out, self._what = out, what

    async def put(self, tx):
        """Nothing belongs to it."""

    async def hand_over(self):
        """Keep it."""
        self._out.sent.append(self._what)
        return self._out.answer


class FaxOut(FaxServer):
    """A fax server that keeps what it was given; nothing is run."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = []
        self.answer = FaxOutcome.QUEUED
        self.jobs = {}
        self.missing = None
        self.gives_back = True

    def require(self):
        """The programs are here, unless a test says otherwise."""
        if self.missing is not None:
            raise self.missing

    async def send(self, pdf, number, tag):
        """Keep it."""
        self.require()
        number = dial(number)
        if self.answer in {FaxOutcome.QUEUED, FaxOutcome.UNKNOWN}:
            self.sent.append((number, tag, pdf))
            self.jobs[tag] = FaxJob(FaxOutcome.QUEUED, str(len(self.sent)))
        return FaxJob(self.answer, str(len(self.sent)) if self.answer is FaxOutcome.QUEUED else "")

    async def remove(self, job):
        """Take a job back, unless a test says otherwise."""
        self.require()
        if self.gives_back:
            self.jobs = {tag: one for tag, one in self.jobs.items() if one.id != job}
        return self.gives_back

    async def look_at_all(self):
        """Answer what became of its jobs."""
        self.require()
        return self.jobs if self.jobs is None else dict(self.jobs)


def reach(installation):
    """Give an installation its channels; return the mail channel's and the fax server's other side."""
    mail, fax = MailOut(), FaxOut()
    set_up_channels(installation.engine, fax)
    equip(installation.engine, "https://shop.example", mail)
    return mail, fax


def text_of(pdf: bytes) -> str:
    """Return what stands on the pages, without the marks where a long word may break."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\u200b", "")
