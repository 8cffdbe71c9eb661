"""Provision to a third party: per recipient, item and purpose consented to, sealed to the recipient's own key.

One member of staff asks, another approves. Each person is decided alone, now, and what is released is written sealed in
the transaction of its own entry: the entry *is* the register (APPI Art. 29), and nothing can be in the file without it.
A kill goes on with the next person. A withdrawal takes out what was not fetched yet, and writes the recall of what was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from kept import limits
from kept.crypto.random import random_id
from kept.crypto.sealed_to import seal_to
from kept.errors import ConflictError, DeniedError, ErasedError, EvidenceError, InputError, NotFoundError
from kept.policy.decision import Mandate
from kept.policy.model import Recipient
from kept.policy.words import Exit
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, SealedEntry, insert_entries
from kept.services.engine.people import Person, each_person
from kept.services.engine.record import Actor, entry_of
from kept.services.gate import gate
from kept.services.gate.gate import Circumstances
from kept.services.staff.approvals import Approval, Given, Subject, require_approved
from kept.services.staff.bulk_approval import insert_mandate
from kept.services.staff.mandates import load_mandate, staff_mandate
from kept.services.staff.sessions import StaffSession
from kept.services.third_parties.provision_file import file_info, pack_file, record_of
from kept.services.third_parties.provision_record import Provision
from kept.services.third_parties.recipients import declared_recipient, key_of
from kept.store import sql
from kept.store.interface import Transaction

EVERYBODY = 2**53


async def ask(engine: Engine, session: StaffSession, recipient: str) -> str:
    """Ask to provide to a recipient whatever people consented to; return the provision's id.

    Raises:
        InputError: No such recipient, or no key of it.
        DeniedError: No role of theirs has the recipient's purpose.
    """
    declared = declared_recipient(engine, recipient)
    session.require_purpose(engine, declared.purpose)
    if not await key_of(engine, recipient):
        raise InputError(
            "expected the recipient's key, found none registered",
            reason="recipient-key-missing",
            hint="`kept recipient add NAME --public KEY`, with what the recipient made by `kept recipient new-key`",
            clause=f"§{declared.clause}",
        )
    provision_id, at = random_id(), engine.ready()
    entry = _entry(engine, session.acting(), Act.PROVISION_ASK, at, declared)

    async def also(tx: Transaction, approval_id: str) -> None:
        await tx.run(
            "provision_insert",
            provision_id=provision_id,
            number=await tx.value(sql.ProvisionNext) + 1,
            recipient=recipient,
            asked_by=session.login,
            asked_at=at,
            approval_id=approval_id,
        )
        await insert_entries(tx, [entry], at)

    await PROVIDING.ask(engine, session, provision_id, also, Subject("", purposes=(declared.purpose,)))
    return provision_id


async def _about(engine: Engine, provision_id: str) -> Subject:
    found = await provision_of(engine, provision_id)
    declared = declared_recipient(engine, found.recipient)
    titles = {language: f"{found.number} · {name}" for language, name in declared.names.items()}
    return Subject(str(found.number), titles, purposes=(declared.purpose,))


async def _let(engine: Engine, given: Given) -> Effect:
    """Let the file be made, under a mandate of who asked."""
    declared = declared_recipient(engine, (await provision_of(engine, given.subject)).recipient)
    mandate = staff_mandate(
        given.asker, given.role, declared.purpose, expires_at=given.at + limits.PROVISION_RUN_SECONDS, volume=EVERYBODY
    )

    async def effect(tx: Transaction) -> bool:
        if not await tx.run("provision_approve", provision_id=given.subject, mandate_id=mandate.id):
            return False
        await insert_mandate(tx, mandate, approval_id=given.id)
        return True

    return effect


async def provide(engine: Engine, provision_id: str) -> Provision:
    """Make an approved provision's file, or go on where a kill stopped it.

    Raises:
        DeniedError: Nobody approved it, or its twelve hours are over.
    """
    found = await provision_of(engine, provision_id)
    await require_approved(engine, found.approval_id)
    if found.status != "approved":
        return found
    declared = declared_recipient(engine, found.recipient)
    public = await key_of(engine, found.recipient)
    mandate = await load_mandate(engine, found.mandate_id)
    people = refused = 0
    async for person_id in each_person(engine.data):
        done = await engine.data.one(sql.ProvisionRecordGet, person_id=person_id, provision_id=provision_id)
        if done is None:
            outcome = await _provide_one(engine, mandate, declared, found, public, person_id)
            refused += outcome == "refused"
            people += outcome == "provided"
        else:
            people += 1
    return await _finish(engine, found, declared, people, refused)


PROVIDING = Approval(
    act="provision",
    title="Provide to a third party",
    page="/provision",
    about=_about,
    effect=_let,
    then=provide,
    back=lambda tx, provision_id: tx.run("provision_back", provision_id=provision_id),
)


async def _provide_one(  # noqa: PLR0913 -- what one release needs
    engine: Engine, mandate: Mandate, declared: Recipient, found: Provision, public: bytes, person_id: bytes
) -> str:
    """Decide about one person; those who never consented are no use and leave no entry."""
    try:
        person = await engine.people.load(person_id)
    except ErasedError:
        return "nobody"
    except EvidenceError as error:
        await gate.record_evidence(engine, mandate, person_id, error, engine.clock.now())
        return "refused"
    granted = [one for one in person.state.grants if declared.id in one.recipients and one.purpose == declared.purpose]
    slots = tuple(slot for slot in declared.items if any(slot in one.slots for one in granted))
    if not slots:
        return "nobody"

    def parcel(held: Person, values: Mapping[str, str | tuple[str, ...]], entry_id: str) -> Effect:
        record = record_of(engine, held, declared, values, entry_id)
        sealed = seal_to(public, json.dumps(record, ensure_ascii=False).encode(), file_info(found.recipient, found.id))

        async def put(tx: Transaction) -> None:
            await tx.run("provision_record_put", person_id=held.id, provision_id=found.id, sealed=sealed)

        return put

    try:
        await gate.send(
            engine,
            mandate,
            person_id,
            slots,
            Exit.PROVISION,
            parcel,
            on_denial="withhold",
            circumstances=Circumstances(recipient=declared.id),
            act=Act.PROVIDE,
        )
    except DeniedError as error:
        if error.reason in {"mandate-spent", "mandate"}:
            raise
        return "refused"
    except NotFoundError:
        return "nobody"
    return "provided"


async def _finish(engine: Engine, found: Provision, declared: Recipient, people: int, refused: int) -> Provision:
    at = engine.ready()
    asked_by = Actor("staff", engine.actor_of(found.asked_by))
    facts = (("provision", str(found.number)), ("people", str(people)))
    entry = _entry(engine, asked_by, Act.PROVISION_FINISH, at, declared, *facts)

    async def body(tx: Transaction) -> None:
        recalls = await tx.all(sql.RecallsWaiting, recipient=declared.id)
        if not await tx.run(
            "provision_finish",
            provision_id=found.id,
            finished_at=at,
            people=people,
            refused=refused,
            recalls=len(recalls),
        ):
            return
        await tx.run("recalls_tell", recipient=declared.id, provision_id=found.id)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return await provision_of(engine, found.id)


async def fetch(engine: Engine, session: StaffSession, provision_id: str) -> bytes:
    """Return the file for the recipient, once; afterwards nothing of it is here any more.

    Raises:
        DeniedError: No role of theirs has the recipient's purpose.
        ConflictError: It is not ready, or was fetched before.
    """
    found = await provision_of(engine, provision_id)
    declared = declared_recipient(engine, found.recipient)
    session.require_purpose(engine, declared.purpose)
    public = await key_of(engine, found.recipient)
    at = engine.ready()
    fact = ("provision", str(found.number))
    entry = _entry(engine, session.acting(), Act.PROVISION_FETCH, at, declared, fact)

    async def body(tx: Transaction) -> tuple[list[sql.ProvisionRecords], list[sql.RecallsOfProvision]]:
        records = await tx.all(sql.ProvisionRecords, provision_id=provision_id)
        recalls = await tx.all(sql.RecallsOfProvision, provision_id=provision_id)
        if not await tx.run("provision_fetch", provision_id=provision_id, fetched_at=at):
            raise ConflictError(
                "expected a file that waits to be fetched, found none",
                reason="provision-fetched",
                hint="a file is fetched once; ask for a new provision",
                clause=f"§{declared.clause}",
            )
        await tx.run("provision_records_delete", provision_id=provision_id)
        await insert_entries(tx, [entry], at)
        return records, recalls

    records, recalls = await engine.data.write(body)
    return pack_file(engine, found, declared, public, [row.sealed for row in records], recalls, at)


# -------------------------------------------------------------------- small things


async def provision_of(engine: Engine, provision_id: str) -> Provision:
    """Return one provision.

    Raises:
        InputError: There is none of that id.
    """
    row = await engine.data.one(sql.ProvisionGet, provision_id=provision_id)
    if row is None:
        raise InputError(
            "expected a provision, found none of that number",
            reason="provision-unknown",
            rests_on="recipients",
        )
    return Provision(
        provision_id, row.number, row.recipient, row.asked_by, row.asked_at, row.approval_id, row.mandate_id, row.status,
        row.people, row.refused, row.recalls,
        row.finished_at, row.fetched_at,
    )  # fmt: skip


async def all_provisions(engine: Engine) -> list[Provision]:
    """Return all provisions, newest first."""
    rows = await engine.data.all(sql.Provisions)
    return [await provision_of(engine, row.provision_id) for row in rows]


def _entry(
    engine: Engine, actor: Actor, act: Act, at: float, declared: Recipient, *facts: tuple[str, str]
) -> SealedEntry:
    return entry_of(
        engine,
        actor,
        act,
        at=at,
        clause=declared.clause,
        purpose=declared.purpose,
        exit=Exit.PROVISION.value if act is Act.PROVISION_FINISH else "",
        facts=(("recipient", declared.id), *facts),
    )
