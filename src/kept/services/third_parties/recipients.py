"""Recipients: the third parties a policy declares, and the key each opens its files with."""

from __future__ import annotations

from kept.crypto.sealed_to import KEY_BYTES, seal_to
from kept.errors import InputError, MalformedError
from kept.policy.model import Recipient
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.no_log import No, note
from kept.services.engine.record import entry_of, operator
from kept.store import sql
from kept.store.interface import Transaction


def declared_recipient(engine: Engine, recipient: str) -> Recipient:
    """Return a declared recipient.

    Raises:
        InputError: The policy declares none of that name.
    """
    declared = engine.policy.policy.recipients.get(recipient)
    if declared is None:
        raise InputError(
            "expected a declared recipient, found another",
            reason="recipient-unknown",
            hint="declare it under `recipients` in the policy",
            rests_on="recipients",
        )
    return declared


async def register_key(engine: Engine, recipient: str, public: bytes, *, by: str) -> None:
    """Register the key a recipient opens its files with.

    Args:
        engine: Open.
        recipient: A declared recipient.
        public: 32 bytes, from outside.
        by: Operator on the machine.

    Raises:
        InputError: The policy declares no such recipient.
        MalformedError: It is no key.
    """
    declared = declared_recipient(engine, recipient)
    if len(public) != KEY_BYTES:
        raise MalformedError(
            "expected an X25519 public key of 32 bytes, found another",
            reason="recipient-key",
            hint="ask the recipient for the output of `kept recipient new-key`",
            clause=f"§{declared.clause}",
        )
    seal_to(public, b"", b"")
    at = engine.ready()
    facts = (("recipient", recipient), ("key", public.hex()[:16]))
    entry = entry_of(engine, operator(by), Act.RECIPIENT_CHANGE, at=at, rests_on=f"recipients:{recipient}", facts=facts)

    async def body(tx: Transaction) -> None:
        await tx.run("recipient_key_put", recipient=recipient, public_key=public, registered_by=by, registered_at=at)
        await note(tx, No.RECIPIENT_KEY, at, recipient=recipient, key=public.hex())
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    await engine.no_log.acknowledge()


async def key_of(engine: Engine, recipient: str) -> bytes:
    """Return a recipient's registered key; empty when there is none."""
    row = await engine.data.one(sql.RecipientKeyGet, recipient=recipient)
    return row.public_key if row else b""
