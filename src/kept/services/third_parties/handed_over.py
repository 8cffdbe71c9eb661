"""What was handed over to recipients: a line of the register of provisions counts once its file was handed over."""

from __future__ import annotations

from kept.crypto.digest import framed, hmac_sha256
from kept.services.engine.engine import Engine
from kept.services.engine.entry import parse_account
from kept.services.gate.history import open_account_part
from kept.store import sql
from kept.store.interface import Transaction


async def handed_to(tx: Transaction, person_id: bytes) -> dict[str, float]:
    """Return each recipient that was handed something of a person, and when last.

    Args:
        tx: A transaction of D.
        person_id: 16 bytes.
    """
    newest: dict[str, float] = {}
    for row in await tx.all(sql.ProvisionsOfPerson, person_id=person_id):
        provision = await tx.one(sql.ProvisionGet, provision_id=row.provision_id) if row.handed_at else None
        if provision is not None and row.handed_at is not None:
            newest[provision.recipient] = max(row.handed_at, newest.get(provision.recipient, 0.0))
    return newest


async def holders(engine: Engine, tx: Transaction, person_id: bytes, item: str) -> dict[str, float]:
    """Return each recipient that was handed one item of a person, and when last.

    Args:
        engine: Open.
        tx: A transaction of D.
        person_id: 16 bytes.
        item: Declared item.
    """
    newest: dict[str, float] = {}
    for row in await tx.all(sql.ProvisionsOfPerson, person_id=person_id):
        entry = await tx.one(sql.EntryGet, entry_id=row.entry_id) if row.handed_at else None
        if entry is None or row.handed_at is None:
            continue
        account = parse_account(open_account_part(engine, row.entry_id, entry).plaintext)
        recipient = dict(account.facts).get("recipient", "")
        if recipient and item in {slot.partition("#")[0] for slot in account.items}:
            newest[recipient] = max(row.handed_at, newest.get(recipient, 0.0))
    return newest


async def handed_entries(engine: Engine, person_id: bytes) -> dict[bytes, float]:
    """Return the entries of a person whose files were handed over, and when."""
    rows = await engine.data.all(sql.ProvisionsOfPerson, person_id=person_id)
    return {row.entry_id: row.handed_at for row in rows if row.handed_at is not None}


def pseudonym(engine: Engine, recipient: str, person_id: bytes) -> str:
    """Return the number a recipient knows a person by: another for each recipient, and only this installation can make it."""
    key = engine.keyring.installation_key("tokens")
    return hmac_sha256(key, framed(b"kept/pseudonym/v1", recipient.encode(), person_id)).hex()[:32]
