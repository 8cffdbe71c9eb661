"""A second member of staff, who reads what waits before they approve it."""

from __future__ import annotations

from kept.services.authorities.request_reading import read_request
from kept.services.cases.witnessing import WITNESSING
from kept.services.cases.witnessing import read as read_witnessed
from kept.services.my_data.rights_decisions import ANSWERING
from kept.services.my_data.rights_requests import read_request as read_rights_request
from kept.services.staff import activation
from kept.services.staff.approvals import waiting_for
from kept.services.upkeep import after_restore, approvals


async def mark_of(engine, session, approval_id, *, subject=""):
    """The mark of having been shown it; empty where this member of staff is shown nothing of it."""
    if not session.may(engine, "approve"):
        return ""
    found = next((one for one in await approvals.waiting(engine, session) if one.id == approval_id), None)
    if found is not None and found.kind is ANSWERING:
        return (await read_rights_request(engine, session, subject)).seen
    if found is not None and found.kind is WITNESSING:
        return (await read_witnessed(engine, session, subject)).seen
    if found is not None and found.kind.apart:
        return (await read_request(engine, session, subject)).seen
    return found.seen if found else ""


async def read_and_give(engine, session, approval_id):
    """Read what waits under an approval's id, and approve it."""
    row = await engine.data.one(approvals.sql.ApprovalGet, approval_id=approval_id)
    seen = await mark_of(engine, session, approval_id, subject=row.subject if row else "")
    return await approvals.approve(engine, session, approval_id, seen)


async def read_and_approve(kind, engine, session, subject):
    """Read what waits for a subject, and approve it."""
    waits = await waiting_for(engine, kind.act, subject)
    return await kind.approve(engine, session, subject, await mark_of(engine, session, waits, subject=subject))


async def activate_as_read(engine, session, version):
    """Ask for a version of the policy, or approve it having read what it changes."""
    seen = (await approvals.marks(engine, session)).get((activation.ACTIVATION.act, str(version)), "")
    await activation.activate_or_approve(engine, session, version, seen)


async def sign_as_read(engine, session):
    """Sign what a restore may have lost, the second time having read it."""
    found = await approvals.marks(engine, session)
    seen = next((mark for (act, _), mark in found.items() if act == after_restore.SIGNING.act), "")
    await after_restore.sign(engine, session, seen)
