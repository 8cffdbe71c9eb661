"""The paper a rights request came on, or an agent’s authority: sealed under the person’s key, and gone with them or on its day."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from kept import limits
from kept.errors import InputError
from kept.services.authorities.request_paper import media_type_of
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.sealed_record import open_persons_record, seal_persons_record
from kept.services.my_data.rights_record import OPEN, load, moved, moving, paper_of, with_hand
from kept.services.my_data.rights_requests import acting, at_step, read_request, require_desk, said_by
from kept.services.staff.sessions import StaffSession
from kept.store.interface import Transaction

PAPER = "rights-paper"


async def attach_paper(engine: Engine, session: StaffSession, request_id: str, unverified: bytes) -> None:
    """Keep the paper a request came on, or an agent's authority, sealed under the person's key; another one replaces it.

    Raises:
        InputError: It is no PDF, PNG or JPEG, or too large; or the request is about nobody we know, or checked already.
    """
    require_desk(engine, session)
    media_type_of(unverified)
    if len(unverified) > limits.RIGHTS_PAPER_BYTES:
        raise InputError(
            f"expected a paper of at most {limits.RIGHTS_PAPER_BYTES} bytes, found {len(unverified)}",
            reason="paper-size",
            hint="scan it in grey, at 150 dots an inch",
        )
    found = await at_step(engine, request_id, OPEN)
    if found.keys is None:
        raise InputError(
            "expected a request about somebody we know, found another: of nobody a paper is kept",
            reason="rights-nobody",
        )
    key_id, sealed = seal_persons_record(engine, found.keys, PAPER, request_id, unverified)
    said = said_by(found)
    record = msgspec.structs.replace(said, hands=with_hand(said, session.login))
    found = replace(found, record=record)
    move = moving(engine, found, acting(engine, session), Act.RIGHTS_REQUEST_STEP, ("paper", "put"), what="paper")
    until = engine.ready() + limits.RIGHTS_PAPER_SECONDS

    async def body(tx: Transaction) -> bool:
        if not await move(tx):
            return False
        await tx.run(
            "rights_paper_put",
            person_id=found.person_id,
            request_id=request_id,
            key_id=key_id,
            sealed=sealed,
            until=until,
        )
        return True

    await moved(engine, body)


async def open_paper(engine: Engine, session: StaffSession, request_id: str) -> bytes:
    """Return the paper of a request; that it was read is recorded.

    Raises:
        InputError: It has none, or its day has come.
    """
    await read_request(engine, session, request_id)
    found, row = await load(engine, request_id), await paper_of(engine, request_id)
    if row is None or found.keys is None:
        raise InputError("expected the paper of the request, found none", reason="paper-missing")
    return open_persons_record(engine, found.keys, PAPER, request_id, row.key_id, row.sealed)


async def end_papers(engine: Engine) -> int:
    """Destroy papers whose day has come; return how many."""
    return await engine.data.write(lambda tx: tx.run("rights_papers_end", at=engine.clock.now()))
