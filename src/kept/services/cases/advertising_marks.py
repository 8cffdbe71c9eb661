"""Marks of advertising: a person says of what was written to them that it was advertising; the board shows it until it is settled."""

from __future__ import annotations

from kept.errors import DeniedError, InputError
from kept.services.cases.other_words import WRITING
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import about, entry_of
from kept.services.gate.own_session import Own
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction


async def mark(engine: Engine, own: Own, message_id: str) -> None:
    """Say that a message was advertising; said twice, it is one mark.

    Args:
        engine: Open.
        own: The person's session.
        message_id: A message staff or a program wrote to them.

    Raises:
        InputError: It is no message written to them.
    """
    found = await engine.data.one(sql.ContactGet, person_id=own.person_id, message_id=message_id)
    if found is None:
        raise _unknown()
    person, at = await engine.people.load(own.person_id), engine.ready()
    entry = entry_of(
        engine, own.acting(), Act.ADVERTISING_MARK, about(person), at=at, rests_on=f"purposes:{found.purpose}",
        facts=(("message", message_id),),
    )  # fmt: skip

    async def body(tx: Transaction) -> None:
        if await tx.run("contact_mark", person_id=own.person_id, message_id=message_id, at=at):
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def marked(engine: Engine, session: StaffSession) -> list[sql.ContactsMarked]:
    """Return what people marked and nobody settled, the oldest first; neither the person nor what it said.

    Raises:
        DeniedError: The right `approve` is missing.
    """
    session.require(engine, "approve")
    return await engine.data.all(sql.ContactsMarked)


async def settle(engine: Engine, session: StaffSession, message_id: str) -> None:
    """Say that a mark was looked into, by somebody who neither wrote the message nor let it go.

    Raises:
        DeniedError: The right `approve` is missing, or they wrote it or approved it.
        InputError: No such mark stands.
    """
    found = next((one for one in await marked(engine, session) if one.message_id == message_id), None)
    if found is None:
        raise _unknown()
    let_go = await engine.data.value(sql.ApprovalGiven, act=WRITING.act, subject=message_id)
    if found.written_by == session.actor or let_go == session.login:
        raise DeniedError(
            "expected somebody else to look into it, found who wrote it, or let it go",
            step=1,
            needed="another member of staff",
            reason="second-approver",
            rests_on="roles",
        )
    at = engine.ready()
    entry = entry_of(
        engine, session.acting(), Act.ADVERTISING_SETTLE, at=at, rests_on=f"purposes:{found.purpose}",
        facts=(("message", message_id),),
    )  # fmt: skip

    async def body(tx: Transaction) -> None:
        if await tx.run("contact_settle", message_id=message_id, at=at, settled_by=session.login):
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)


def _unknown() -> InputError:
    return InputError(
        "expected a message written to you, or one that is marked, found none",
        reason="contact-unknown",
        hint="look at the page again",
        rests_on="roles",
    )
