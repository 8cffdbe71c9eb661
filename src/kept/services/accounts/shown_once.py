"""What is shown once: kept sealed for one session for some minutes, so that a reload or going back loses nothing.

It goes when it was seen and closed, when its minutes are over, and with the person; no other session of theirs sees it.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from kept import limits
from kept.services.engine.engine import Engine
from kept.services.engine.sealed_record import open_persons_record, seal_persons_record
from kept.services.gate.own_session import Own
from kept.store import sql
from kept.store.interface import Transaction

S = TypeVar("S", bound=msgspec.Struct)
KIND = "shown-once"


class Codes(msgspec.Struct, frozen=True):
    """What a new account, or one that asked for new codes, is told; a name is told with new codes too."""

    login_name: str
    recovery_codes: tuple[str, ...]
    opened: bool


class LinkCode(msgspec.Struct, frozen=True):
    """A code for one system."""

    system: str
    code: str


async def show(engine: Engine, own: Own, what: Codes | LinkCode) -> None:
    """Keep something for the session it is shown to; a newer one of its kind takes its place.

    Args:
        engine: Open.
        own: The session.
        what: To be shown.
    """
    keys = (await engine.people.load(own.person_id)).keys
    kind = type(what).__name__
    key_id, sealed = seal_persons_record(engine, keys, KIND, _id(own, kind), msgspec.json.encode(what))
    ends_at = engine.ready() + limits.SHOWN_ONCE_SECONDS

    async def body(tx: Transaction) -> None:
        await tx.run(
            "shown_once_put",
            person_id=own.person_id,
            token_hash=own.token_hash,
            kind=kind,
            key_id=key_id,
            sealed=sealed,
            expires_at=ends_at,
        )

    await engine.data.write(body)


async def shown(engine: Engine, own: Own, kind: type[S]) -> S | None:
    """Return what a session is shown; None where it was closed or its minutes are over.

    Args:
        engine: Open.
        own: The session.
        kind: `Codes` or `LinkCode`.
    """
    row = await engine.data.one(
        sql.ShownOnceGet, person_id=own.person_id, token_hash=own.token_hash, kind=kind.__name__
    )
    if row is None or row.expires_at < engine.clock.now():
        return None
    keys = (await engine.people.load(own.person_id)).keys
    content = open_persons_record(engine, keys, KIND, _id(own, kind.__name__), row.key_id, row.sealed)
    return msgspec.json.decode(content, type=kind)


async def close(engine: Engine, own: Own, kind: type[Codes | LinkCode]) -> None:
    """Forget it: it was seen.

    Args:
        engine: Open.
        own: The session.
        kind: `Codes` or `LinkCode`.
    """

    async def body(tx: Transaction) -> None:
        await tx.run("shown_once_delete", person_id=own.person_id, token_hash=own.token_hash, kind=kind.__name__)

    await engine.data.write(body)


def _id(own: Own, kind: str) -> str:
    return f"{own.token_hash.hex()}/{kind}"
