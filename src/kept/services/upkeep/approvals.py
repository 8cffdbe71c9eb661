"""The table of approvals: every kind of act that needs two members of staff, and what waits for a second."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kept.errors import ConflictError, ErasedError, EvidenceError, InputError
from kept.services.authorities.disclosures import DISCLOSING
from kept.services.campaigns.candidates import SENDING
from kept.services.cases.other_words import WRITING
from kept.services.cases.witnessing import WITNESSING
from kept.services.engine.engine import Engine
from kept.services.figures.releases import RELEASE
from kept.services.instances.contests import PUBLICATION
from kept.services.instances.events import LIST
from kept.services.instances.instances import OPENING
from kept.services.my_data.rights_decisions import ANSWERING
from kept.services.staff.activation import ACTIVATION
from kept.services.staff.approvals import Approval, Subject, mark_of
from kept.services.staff.more_look_ups import MORE
from kept.services.staff.parties import CONFIRMING
from kept.services.staff.sessions import StaffSession
from kept.services.third_parties.provisions import PROVIDING
from kept.services.upkeep.after_restore import SIGNING
from kept.store import sql

KINDS: MappingProxyType[str, Approval[Any]] = MappingProxyType(
    {
        one.act: one
        for one in (
            ACTIVATION,
            ANSWERING,
            SENDING,
            PROVIDING,
            DISCLOSING,
            CONFIRMING,
            RELEASE,
            LIST,
            PUBLICATION,
            OPENING,
            MORE,
            SIGNING,
            WRITING,
            WITNESSING,
        )
    }
)
"""Every kind, by its word."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An act that waits for a second member of staff.

    Args:
        id: Of the approval.
        kind: Its kind.
        subject: What it is done to.
        page: Address of the subject's page below the language; empty where the act is approved in the list itself.
        asked_by: Login.
        asked_at: Unix seconds.
        ends_at: When the approval can be given no more, unix seconds.
        seen: The mark that it was shown, for giving the approval; empty where reading it elsewhere gives the mark.
    """

    id: str
    kind: Approval[Any]
    subject: Subject
    page: str
    asked_by: str
    asked_at: float
    ends_at: float
    seen: str


async def waiting(engine: Engine, session: StaffSession) -> list[Waiting]:
    """Return what this member of staff may approve, the oldest first: what waits but what they asked for, or made.

    Raises:
        DeniedError: The right `approve` is missing.
    """
    session.require(engine, "approve")
    found = []
    for row in await engine.data.all(sql.ApprovalsWaiting, at=engine.clock.now()):
        if row.requested_by == session.login:
            continue
        kind = KINDS[row.act]
        try:
            subject = await kind.about(engine, row.subject)
        except (InputError, EvidenceError, ErasedError):
            subject = Subject(row.subject)  # moved on, of an earlier policy, or changed past Kept: who approves is told
        if session.login in subject.hands:
            continue
        page = "" if kind.page == "/approvals" else kind.page.format(subject=row.subject)
        seen = "" if kind.apart else mark_of(engine, session, row.approval_id, subject)
        found.append(
            Waiting(row.approval_id, kind, subject, page, row.requested_by, row.requested_at, row.expires_at, seen)
        )
    return found


async def end_over(engine: Engine) -> None:
    """Let what nobody approved in time go back to where it can be asked for again."""
    for row in await engine.data.all(sql.ApprovalsOver, at=engine.clock.now()):
        await KINDS[row.act].end(engine, row.approval_id, row.subject)


async def marks(engine: Engine, session: StaffSession) -> dict[tuple[str, str], str]:
    """Return the mark of everything this member of staff may approve, by kind and subject: for a page that shows it whole."""
    if not session.may(engine, "approve"):
        return {}
    rows = {row.approval_id: row.subject for row in await engine.data.all(sql.ApprovalsWaiting, at=engine.clock.now())}
    return {(one.kind.act, rows[one.id]): one.seen for one in await waiting(engine, session) if one.id in rows}


async def approve(engine: Engine, session: StaffSession, approval_id: str, seen: str) -> object:
    """Approve as the second, and do it; what comes of it depends on the kind.

    Args:
        engine: Open.
        session: Has the right `approve`, and is not who asked.
        approval_id: As `waiting` names it.
        seen: The mark of `waiting`; a disclosure's comes with reading the request.

    Raises:
        DeniedError: The same person asked, or the right is missing.
        ConflictError: Nothing waits under that id; they were not shown it as it stands; or what it was asked for has
            moved on: then the approval is dead.
    """
    session.require(engine, "approve")
    row = await engine.data.one(sql.ApprovalGet, approval_id=approval_id)
    if row is None or row.act not in KINDS:
        raise ConflictError(
            "expected an act that waits for approval, found none", reason="approval-none", hint="ask again"
        )
    return await KINDS[row.act].give(engine, session, approval_id, seen)
