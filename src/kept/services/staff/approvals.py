"""Four eyes: an act that one member of staff asks for, and another with the right `approve` approves, once.

Each kind of act is one `Approval`, declared beside its use case; `services/upkeep/approvals.py` is the table of all kinds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

from kept import limits
from kept.crypto.digest import framed, hmac_sha256, same
from kept.crypto.random import random_id
from kept.errors import ConflictError, DeniedError, InputError
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.record import entry_of
from kept.services.staff.sessions import StaffSession, same_human, staff_as_is
from kept.store import sql
from kept.store.interface import Transaction

WAITING, APPROVED, USED, DEAD = "waiting", "approved", "used", "dead"
T = TypeVar("T")
Asking = Callable[[Transaction, str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act is done to, as far as who approves may know.

    Args:
        name: Number or word it goes by at work; it names no person.
        titles: Title by language; empty where it has none.
        people: How many people it concerns; None where only deciding about each of them tells.
        purposes: Purposes it is done for, of which who asks has one; empty where a right is enough.
        texts: What who approves has to have read, each by language.
        clause: Id of the clause it is read against, such as `2.4`; empty where there are no texts.
        shown: What else its page shows of it, by what it is called: an approval is bound to it.
        hands: Logins of who made it what it is, as far as is known: none of them approves it, whoever asked.
    """

    name: str
    titles: Mapping[str, str] = field(default_factory=dict)
    people: int | None = None
    purposes: tuple[str, ...] = ()
    texts: tuple[Mapping[str, str], ...] = ()
    clause: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)
    hands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """An approval, while it is given.

    Args:
        id: Of the approval.
        subject: What the act is done to.
        asker: Who asked, with the roles they have now.
        role: The role they asked in.
        by: Who approves.
        at: Now, unix seconds.
    """

    id: str
    subject: str
    asker: StaffSession
    role: str
    by: StaffSession
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Generic[T]):
    """A kind of act that needs two members of staff.

    Args:
        act: Its permanent word, as entries and rows name it.
        title: The act as the console names it; translated by the catalogue.
        right: Right that who asks needs; empty where a purpose of the subject is enough.
        page: Address of the subject's page on the console below the language, with `{subject}`; `/approvals` where there
            is none that everybody who approves may look at.
        about: Describes a subject; raises a `KeptError` where it is none, or no longer one.
        effect: Prepares what approving does, and answers the statements: they run in the transaction that uses the approval
            up, with their own entries, and answer nothing where the subject has moved on.
        then: What follows once that transaction is durable, begins from the state it wrote, and can go on after a kill;
            its answer is the answer of approving.
        back: Takes a subject back to where it can be asked for again, once its approval is dead; None where it does not wait.
        apart: Whether what has to be read is read elsewhere, where reading is recorded: that alone gives a mark.
    """

    act: str
    title: str
    right: str = ""
    page: str
    about: Callable[[Engine, str], Awaitable[Subject]]
    effect: Callable[[Engine, Given], Awaitable[Effect]]
    then: Callable[[Engine, str], Awaitable[T]]
    back: Callable[[Transaction, str], Awaitable[object]] | None = None
    apart: bool = False

    async def ask(
        self,
        engine: Engine,
        session: StaffSession,
        subject: str,
        also: Asking | None = None,
        described: Subject | None = None,
    ) -> str:
        """Ask for a second member of staff; return the approval's id.

        Args:
            engine: Open.
            session: Who asks.
            subject: What the act is to be done to, an id.
            also: Statements of the same transaction, with their own entries, which take the subject to its waiting state and
                raise a `ConflictError` where that cannot be; takes the transaction and the approval's id.
            described: The subject, where *also* makes it.

        Raises:
            DeniedError: The right, or every purpose of the subject, is missing.
            ConflictError: They asked for it already, or the subject is at another step.
        """
        self.role_of(engine, session, described or await self.about(engine, subject))
        approval_id, at = random_id(), engine.ready()
        facts = (("act", self.act), ("subject", subject))
        entry = entry_of(engine, session.acting(), Act.APPROVAL_ASK, at=at, facts=facts)

        async def body(tx: Transaction) -> None:
            row = await tx.one(sql.ApprovalOf, act=self.act, subject=subject, requested_by=session.login, at=at)
            if row is not None and row.outcome != USED:
                raise ConflictError(
                    "expected an act not asked for yet, found one that waits or was approved",
                    reason="approval-asked",
                    hint="look at it again",
                    rests_on="roles",
                )
            await tx.run(
                "approval_insert",
                approval_id=approval_id,
                act=self.act,
                subject=subject,
                requested_by=session.login,
                requested_at=at,
                expires_at=at + limits.APPROVAL_SECONDS,
            )
            if also is not None:
                await also(tx, approval_id)
            await insert_entries(tx, [entry], at)

        await engine.data.write(body)
        return approval_id

    async def approve(self, engine: Engine, session: StaffSession, subject: str, seen: str) -> T:
        """Approve as the second whatever waits for this subject, the oldest first, and do it; see `give`."""
        return await self.give(engine, session, await waiting_for(engine, self.act, subject), seen)

    async def give(self, engine: Engine, session: StaffSession, approval_id: str, seen: str) -> T:
        """Approve as the second, and do it: the approval is used up in the transaction of its effect.

        Args:
            engine: Open.
            session: Has the right `approve`, and is not who asked.
            approval_id: From outside.
            seen: The mark that came with what is approved, as this member of staff was shown it.

        Raises:
            DeniedError: The same person asked, or had a hand in it; or the right is missing.
            ConflictError: Nothing waits under that id; they were not shown it as it stands; or what it was asked for has
                moved on: then the approval is dead.
        """
        session.require(engine, "approve")
        row, at = await engine.data.one(sql.ApprovalGet, approval_id=approval_id), engine.ready()
        if row is None or row.act != self.act or row.outcome != WAITING or row.expires_at < at:
            raise _nothing_waits()
        if await same_human(engine, session.login, [row.requested_by]):
            raise _not_second()
        await self._require_seen(engine, session, row, approval_id, seen)
        asker = await staff_as_is(engine, row.requested_by, row.requested_at)
        effect = await self._effect(engine, row.subject, approval_id, asker, session, at)
        facts = (("act", self.act), ("subject", row.subject), ("asked-by", asker.actor))

        async def body(tx: Transaction) -> bool:
            decided = {"approval_id": approval_id, "decided_by": session.login, "at": at}
            if not await tx.run("approval_decide", **decided, expected=WAITING, outcome=APPROVED):
                raise _nothing_waits()
            done = bool(await effect(tx))
            if not done:
                await tx.run("approval_decide", **decided, expected=APPROVED, outcome=DEAD)
                await self._back(tx, row.subject)
            outcome = Outcome.DONE if done else Outcome.REFUSED
            entry = entry_of(engine, session.acting(), Act.APPROVAL_GIVE, at=at, outcome=outcome, facts=facts)
            await insert_entries(tx, [entry], at)
            return done

        if not await engine.data.write(body):
            raise ConflictError(
                "expected what was asked for to be as it was, found that it has moved on",
                reason="approval-dead",
                hint="look at it again; it has to be asked anew",
                rests_on="roles",
            )
        return await self.then(engine, row.subject)

    async def _require_seen(
        self, engine: Engine, session: StaffSession, row: sql.ApprovalGet, approval_id: str, seen: str
    ) -> None:
        """Insist that who approves was shown what they approve, as it stands, and did not make it.

        What is none any more is left to die.
        """
        try:
            subject = await self.about(engine, row.subject)
        except InputError:
            return
        if await same_human(engine, session.login, subject.hands):
            raise _not_second()
        if not same(seen.encode(), mark_of(engine, session, approval_id, subject).encode()):
            raise ConflictError(
                "expected what was read to be what is approved, found it unread, or changed since",
                reason="approval-unread",
                hint="read it as it stands now, then approve it",
                rests_on="roles",
            )

    async def end(self, engine: Engine, approval_id: str, subject: str) -> None:
        """Let an approval die that nobody gave in time."""

        async def body(tx: Transaction) -> None:
            if await tx.run("approval_end", approval_id=approval_id, at=engine.clock.now()):
                await self._back(tx, subject)

        await engine.data.write(body)

    async def _back(self, tx: Transaction, subject: str) -> None:
        if self.back is not None:
            await self.back(tx, subject)

    async def _effect(  # noqa: PLR0913 -- what `Given` says
        self, engine: Engine, subject: str, approval_id: str, asker: StaffSession, by: StaffSession, at: float
    ) -> Effect:
        """Prepare the effect; nothing where the subject is none any more, or who asked may not ask any more."""
        try:
            role = self.role_of(engine, asker, await self.about(engine, subject))
        except (DeniedError, InputError):
            return _nothing
        return await self.effect(engine, Given(approval_id, subject, asker, role, by, at))

    def role_of(self, engine: Engine, who: StaffSession, subject: Subject) -> str:
        """Return the role in which somebody may ask for it.

        Raises:
            DeniedError: The right, or every purpose of the subject, is missing.
        """
        role = who.require(engine, self.right) if self.right else ""
        able = [one for one in subject.purposes if who.acts_for(engine, one)] or subject.purposes[:1]
        return who.require_purpose(engine, able[0]) if able else role


async def waiting_for(engine: Engine, act: str, subject: str) -> str:
    """Return the id under which an act waits for a second, the oldest where several do; empty where none does."""
    rows = await engine.data.all(sql.ApprovalsWaiting, at=engine.clock.now())
    return next((row.approval_id for row in rows if (row.act, row.subject) == (act, subject)), "")


def mark_of(engine: Engine, session: StaffSession, approval_id: str, subject: Subject) -> str:
    """Return the mark that says that a member of staff was shown what waits; nobody else's, and nothing changed, has it.

    Args:
        engine: Open.
        session: Whom it is shown to.
        approval_id: What it waits under.
        subject: What is shown.
    """
    content = msgspec.json.encode(msgspec.to_builtins(subject, enc_hook=dict), order="deterministic")
    key = engine.keyring.installation_key("tokens")
    return hmac_sha256(key, framed(b"kept/seen/v1", approval_id.encode(), session.login.encode(), content)).hex()


def said(value: object) -> str:
    """Return everything a record says, as text: what a subject shows of it."""
    return msgspec.json.encode(value, enc_hook=_plain, order="deterministic").decode()


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)


async def approved_by(engine: Engine, approval_id: str) -> str:
    """Return who approved an act; empty while nobody has."""
    row = await engine.data.one(sql.ApprovalGet, approval_id=approval_id)
    return (row.decided_by or "") if row and row.outcome in {APPROVED, USED} else ""


async def require_approved(engine: Engine, approval_id: str) -> str:
    """Insist on a second approver; return their login.

    Raises:
        DeniedError: Nobody has approved it.
    """
    if not (found := await approved_by(engine, approval_id)):
        raise second_needed()
    return found


def second_needed() -> DeniedError:
    """Return what is said to whoever goes on before a second approved."""
    return DeniedError(
        "expected a second approver, found none",
        step=1,
        needed="another member of staff with the right `approve`",
        reason="second-approver",
        rests_on="roles",
    )


def _not_second() -> DeniedError:
    return DeniedError(
        "expected a second approver, found who asked for it, or made it",
        step=1,
        needed="another member of staff",
        reason="second-approver",
        rests_on="roles",
    )


def _nothing_waits() -> ConflictError:
    return ConflictError(
        "expected an act that waits for approval, found none", reason="approval-none", hint="ask again"
    )


async def _nothing(tx: Transaction) -> bool:
    del tx
    return False
