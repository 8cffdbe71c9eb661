"""Faxes: the pages of a message, handed to the fax server once the entry that lets them go is durable.

What stays here is the server's number of the job and what became of it: no page, no number dialled. Every minute the server
is asked what became of the jobs it has; a job whose answer a kill lost is found by its tag.
"""

from __future__ import annotations

from kept import limits
from kept.channels.fax import FaxJob, FaxOutcome, FaxServer
from kept.channels.handed import Handed
from kept.channels.letter import print_letters
from kept.errors import InputError, SettingError
from kept.policy.words import Exit
from kept.services.engine.acts import GROUNDS, Act, Outcome
from kept.services.engine.dispatchers import AlwaysReady, Message, Opened, Waiting
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import SYSTEM, about_person, entry_of
from kept.services.messages.letter_words import fax_of
from kept.services.messages.outbox import begins, recount
from kept.store import sql
from kept.store.interface import Transaction

HANDING, QUEUED = "handing", "queued"
HANDED = {
    FaxOutcome.QUEUED: Handed.SENT,
    FaxOutcome.SENT: Handed.SENT,
    FaxOutcome.REFUSED: Handed.NOT_TAKEN,
    FaxOutcome.LATER: Handed.FAULT,
    FaxOutcome.UNKNOWN: Handed.UNKNOWN,
}

ENDED = {FaxOutcome.REFUSED: "failed"}
REASON = {FaxOutcome.REFUSED: "fax-failed"}
"""How a job that ended is counted, where the server's word is not the outbox's."""


def tag_of(message_id: str) -> str:
    """Return what a message is called at the fax server."""
    return f"kept-{message_id}"


class FaxDispatcher(AlwaysReady):
    """Hands faxes to one server.

    Args:
        engine: Open.
        server: Of the installation.
    """

    channel = Exit.FAX

    def __init__(self, engine: Engine, server: FaxServer) -> None:
        self._engine = engine
        self.server = server

    def prepare(self, message: Message, opened: Opened, person: Person, entry_id: str) -> FaxHandover:
        """Set the pages while the values are open.

        Raises:
            SettingError: The fax programs, typst or a font are not on this machine: the message waits.
        """
        del entry_id
        self.server.require()
        try:
            pdf = print_letters([fax_of(self._engine.policy.policy, message, opened, self._engine.clock.now())])
        except SettingError:
            raise
        except InputError:
            pdf = b""
        return FaxHandover(self._engine, self.server, message, person.id, opened.address, pdf)


class FaxHandover:
    """One fax, ready to leave; number and pages are in memory alone.

    Args:
        engine: Open.
        server: Which takes it.
        message: What it says.
        person_id: 16 bytes.
        number: Where it goes.
        pdf: The pages; empty when they cannot be set.
    """

    at_once = False

    def __init__(  # noqa: PLR0913 -- what one fax is
        self, engine: Engine, server: FaxServer, message: Message, person_id: bytes, number: str, pdf: bytes
    ) -> None:
        self._engine, self._server, self._message = engine, server, message
        self._person_id, self._number, self._pdf = person_id, number, pdf

    async def put(self, tx: Transaction) -> None:
        """Note that the server is about to get it."""
        await tx.run(
            "fax_job_put",
            person_id=self._person_id,
            message_id=self._message.id,
            purpose=self._message.purpose,
            state=HANDING,
            moved_at=self._engine.clock.now(),
        )

    async def hand_over(self) -> Handed:
        """Give it to the server."""
        if not self._pdf:
            return Handed.NOT_TAKEN
        try:
            job = await self._server.send(self._pdf, self._number, tag_of(self._message.id))
        except SettingError:
            return Handed.FAULT
        except InputError:
            return Handed.NOT_TAKEN
        except OSError:
            return Handed.FAULT
        await move_job(self._engine, self._person_id, self._message.id, job.id, job.outcome.value)
        return HANDED[job.outcome]


async def move_job(engine: Engine, person_id: bytes, message_id: str, job: str, state: str) -> None:
    """Note what the server says of a job."""
    at = engine.clock.now()
    await engine.data.write(
        lambda tx: tx.run("fax_job_move", person_id=person_id, message_id=message_id, job=job, state=state, moved_at=at)
    )


async def look_after_faxes(engine: Engine) -> int:
    """Ask the fax server what became of the jobs it has; return how many ended.

    A fax the server gave up is *failed* from here on; one whose answer was lost and that the server has is *sent*.

    Raises:
        SettingError: The fax programs are not on this machine.
    """
    dispatcher = engine.dispatchers.get(Exit.FAX)
    if not isinstance(dispatcher, FaxDispatcher):
        return 0
    waiting = [
        (state, row.person_id, row.message_id, row.purpose, row.moved_at)
        for state in (QUEUED, HANDING, FaxOutcome.UNKNOWN.value)
        for row in await engine.data.all(sql.FaxJobsInState, state=state)
    ]
    if not waiting:
        return 0
    jobs, ended = await dispatcher.server.look_at_all(), 0
    if jobs is None:
        return 0
    forgotten = 0.0 if engine.stands_still() else engine.clock.now() - limits.FAX_FORGOTTEN_SECONDS
    for state, person_id, message_id, purpose, moved_at in waiting:
        job = jobs.get(tag_of(message_id))
        if job is None and state == QUEUED and moved_at < forgotten:
            job = FaxJob(FaxOutcome.UNKNOWN)  # the server cleaned its queue before it was asked
        if job is None or (job.outcome.value == state):
            continue
        await _end(engine, person_id, message_id, purpose, job.id, job.outcome, state)
        ended += job.outcome is not FaxOutcome.QUEUED
    return ended


async def _end(  # noqa: PLR0913 -- what one answer says
    engine: Engine, person_id: bytes, message_id: str, purpose: str, job: str, outcome: FaxOutcome, before: str
) -> None:
    concerning = await about_person(engine, person_id)
    at = engine.clock.now()
    entries = []
    if outcome in {FaxOutcome.SENT, FaxOutcome.REFUSED} and concerning.keys is not None:
        entries.append(
            entry_of(
                engine,
                SYSTEM,
                Act.FAX_END,
                concerning,
                outcome=Outcome.DONE if outcome is FaxOutcome.SENT else Outcome.FAILED,
                at=at,
                purpose=purpose,
                rests_on=f"purposes:{purpose} {GROUNDS[Act.FAX_END]}",
                exit=Exit.FAX.value,
                facts=(("message", message_id),),
            )
        )

    async def body(tx: Transaction) -> None:
        await tx.run(
            "fax_job_move", person_id=person_id, message_id=message_id, job=job, state=outcome.value, moved_at=at
        )
        if outcome is FaxOutcome.UNKNOWN:
            await tx.run("sent_is_unknown", person_id=person_id, message_id=message_id, moved_at=at)
        else:
            await tx.run("unknown_is_sent", person_id=person_id, message_id=message_id, moved_at=at)
        if outcome is FaxOutcome.REFUSED:
            await tx.run("sent_is_failed", person_id=person_id, message_id=message_id, reason="fax-failed", moved_at=at)
        message = await tx.one(sql.OutboxFind, message_id=message_id)
        if message is not None and before == QUEUED and outcome is not FaxOutcome.QUEUED:
            sent = Waiting(person_id, message_id, message.origin, message.origin_id, purpose, Exit.FAX, "", 0)
            await recount(tx, sent, begins(sent), ENDED.get(outcome, outcome.value), REASON.get(outcome, ""))
        if entries:
            await insert_entries(tx, entries, at)

    await engine.data.write(body)
