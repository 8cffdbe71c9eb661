"""What was provided about a person, as the register has it, and the recall that a withdrawal writes.

The register is the ledger: each provision's entry was written by the release itself. A recipient knows a person by a
pseudonym of its own, and a recall names that and nothing else.
"""

from __future__ import annotations

from kept import limits
from kept.crypto.digest import framed, hmac_sha256
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect
from kept.services.gate.history import Line, history_of
from kept.store import sql
from kept.store.interface import Transaction

RECALLED = "recalled"


async def provisions_to(engine: Engine, person_id: bytes) -> list[Line]:
    """Return what was provided about a person, newest first: the register, as the person reads it (APPI Art. 33(5))."""
    found: list[Line] = []
    older = ""
    while True:
        page = await history_of(engine, person_id, older=older, limit=limits.PEOPLE_PAGE)
        found += [
            line
            for line in page.lines
            if (line.account.act == Act.PROVIDE.value and line.account.outcome != "refused")
            or RECALLED in dict(line.account.facts)
        ]
        if not page.older:
            return found
        older = page.older


async def recalls_due(engine: Engine, person_id: bytes, recipients: tuple[str, ...] = ()) -> list[str]:
    """Return the recipients that hold something of a person and were not told to give it up yet.

    Args:
        engine: Open.
        person_id: 16 bytes.
        recipients: Only these; all when empty.
    """
    told: set[str] = set()
    due: list[str] = []
    for line in await provisions_to(engine, person_id):
        facts = dict(line.account.facts)
        told |= set(facts.get(RECALLED, "").split(","))
        recipient = facts.get("recipient", "")
        if recipient and recipient not in told and recipient not in due and (not recipients or recipient in recipients):
            due.append(recipient)
    return due


def recalled(recipients: list[str]) -> tuple[tuple[str, str], ...]:
    """Return what the entry of a withdrawal says about its recalls."""
    return ((RECALLED, ",".join(recipients)),) if recipients else ()


def recall(engine: Engine, person_id: bytes, recipients: list[str], due: list[str], at: float) -> Effect:
    """Return the statements of a withdrawal, for its own transaction.

    Args:
        engine: Open.
        person_id: 16 bytes.
        recipients: Whom nothing may go to any more: what waits for them to fetch it is taken out.
        due: Of those, who has something: each is told to give it up, with the next file.
        at: When, unix seconds.
    """

    async def write(tx: Transaction) -> None:
        for provision_id in await tx.values(sql.ProvisionRecordsOf, person_id=person_id):
            provision = await tx.one(sql.ProvisionGet, provision_id=provision_id)
            if provision is not None and provision.recipient in recipients:
                await tx.run("provision_record_delete", person_id=person_id, provision_id=provision_id)
        for recipient in due:
            await tx.run("recall_put", recipient=recipient, pseudonym=pseudonym(engine, recipient, person_id), at=at)

    return write


def pseudonym(engine: Engine, recipient: str, person_id: bytes) -> str:
    """Return the number a recipient knows a person by: another for each recipient, and only this installation can make it."""
    key = engine.keyring.installation_key("tokens")
    return hmac_sha256(key, framed(b"kept/pseudonym/v1", recipient.encode(), person_id)).hex()[:32]
