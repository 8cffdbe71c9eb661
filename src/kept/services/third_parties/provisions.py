"""Provision to a third party: per recipient, item and purpose consented to, sealed to the recipient's own key.

One member of staff asks, another approves; until the file is fetched nothing of anybody is in it. Fetching makes it: each
person is decided about alone, under the policy in force, and whoever changed something meanwhile is decided about again,
so that what is handed over is what holds at that moment. The entry written by each release *is* the register (APPI
Art. 29), and it counts once its file was handed over.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from kept import limits
from kept.crypto.random import random_id
from kept.crypto.sealed_to import seal_to
from kept.errors import ConflictError, DeniedError, ErasedError, EvidenceError, InputError, KeptError, NotFoundError
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
from kept.services.staff.approvals import Approval, Given, Subject, require_approved, said
from kept.services.staff.bulk_approval import insert_mandate
from kept.services.staff.mandates import load_mandate, staff_mandate
from kept.services.staff.parties import Party, PartyKind, insist_on_title, party_of
from kept.services.staff.sessions import StaffSession
from kept.services.third_parties.handed_over import pseudonym
from kept.services.third_parties.provision_file import file_info, pack_file, record_of
from kept.services.third_parties.provision_record import Provision
from kept.services.third_parties.recipients import declared_recipient, registered_recipient
from kept.services.third_parties.register_text import agreed, identity, register_of
from kept.store import sql
from kept.store.interface import Transaction

EVERYBODY = 2**53
HANDED_OVER = b""
"""What stays of a record's content."""


async def ask(engine: Engine, session: StaffSession, recipient: str) -> str:
    """Ask to provide to a recipient whatever people consented to; return the provision's id.

    Raises:
        InputError: No such recipient, no key of it is in effect, or it is registered under another name.
        DeniedError: No role of theirs has the recipient's purpose.
    """
    declared = declared_recipient(engine, recipient)
    session.require_purpose(engine, declared.purpose)
    await insist_on_title(engine, session, await registered_recipient(engine, recipient), Act.PROVISION_ASK)
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
    party = await party_of(engine, PartyKind.RECIPIENT, declared.id)
    shown = {"recipient": said(declared), "party": said(party)}
    return Subject(str(found.number), titles, purposes=(declared.purpose,), shown=shown)


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
    return Provision(provision_id, *row)


PROVIDING = Approval(
    act="provision",
    title="Provide to a third party",
    page="/provision",
    about=_about,
    effect=_let,
    then=provision_of,
    back=lambda tx, provision_id: tx.run("provision_back", provision_id=provision_id),
)


async def fetch(engine: Engine, session: StaffSession, provision_id: str) -> bytes:
    """Make an approved provision's file and return it, once; afterwards nothing of its content is here any more.

    Abandoned, whatever ends it, it leaves nothing sealed behind and stays approved: the next fetch decides about everybody anew.
    Of two at once the later one makes the file.

    Args:
        engine: Open.
        session: Acts for the recipient's purpose.
        provision_id: From outside.

    Raises:
        DeniedError: No role of theirs has the recipient's purpose, nobody approved it, or its twelve hours are over.
        InputError: No key of it is in effect, or it is registered under another name than people read.
        ConflictError: It was fetched before, or people keep changing their choices while it is made.
    """
    found = await provision_of(engine, provision_id)
    declared = declared_recipient(engine, found.recipient)
    session.require_purpose(engine, declared.purpose)
    await require_approved(engine, found.approval_id)
    if found.status != "approved":
        raise _fetched(declared)
    party = await registered_recipient(engine, found.recipient)
    await insist_on_title(engine, session, party, Act.PROVISION_FETCH)
    making = _Making(
        engine,
        found,
        declared,
        party,
        await load_mandate(engine, found.mandate_id),
        random_id(),
    )
    await making.begin()
    try:
        records = await _make(making, session)
    except BaseException:
        await making.abandon()
        raise
    at = (await provision_of(engine, provision_id)).fetched_at or 0.0
    return pack_file(engine, found, declared, records, at)


async def end_abandoned(engine: Engine) -> int:
    """Take away what a kill left of files that were being made; return of how many. Nothing is being made while this runs."""
    half_made = [one.id for one in await all_provisions(engine) if one.status == "approved"]

    async def body(tx: Transaction) -> int:
        return sum([bool(await tx.run("provision_records_delete", provision_id=one)) for one in half_made])

    return await engine.data.write(body) if half_made else 0


async def _make(making: _Making, session: StaffSession) -> list[bytes]:
    """Decide about everybody, and again about whoever changed something meanwhile; hand the file over and return its records."""
    again: AsyncIterator[bytes] = each_person(making.engine.data)
    refused: set[bytes] = set()
    for _ in range(limits.MOVED_TRIES):
        async for person_id in again:
            (refused.add if await making.decide(person_id) == "refused" else refused.discard)(person_id)
        records, moved = await making.hand_over(session, len(refused))
        if not moved:
            return records
        again = _each(moved)
    raise ConflictError(
        "people keep changing their choices while the file is made", reason="moved", hint="fetch it again"
    )


@dataclass(frozen=True, slots=True)
class _Making:
    """The making of one file.

    Args:
        engine: Open.
        found: The provision.
        declared: Its recipient, as the policy in force declares it.
        party: Its entry in the register of other parties, with its key.
        mandate: What its releases are charged to.
        run: Word of this run.
    """

    engine: Engine
    found: Provision
    declared: Recipient
    party: Party
    mandate: Mandate
    run: str

    async def begin(self) -> None:
        """Take the making over: what an earlier run holds of the file goes, and it hands over nothing."""

        async def body(tx: Transaction) -> None:
            if not await tx.run("provision_make", provision_id=self.found.id, making=self.run):
                raise _fetched(self.declared)
            await tx.run("provision_records_delete", provision_id=self.found.id)

        await self.engine.data.write(body)

    async def abandon(self) -> None:
        """Take away what is sealed of a file that is not handed over, unless a later run makes it by now."""

        async def body(tx: Transaction) -> None:
            if await tx.one(sql.ProvisionMadeBy, provision_id=self.found.id, making=self.run) is not None:
                await tx.run(
                    "provision_make", provision_id=self.found.id, making=""
                )  # what is on its way comes too late
                await tx.run("provision_records_delete", provision_id=self.found.id)

        await self.engine.data.write(body)

    async def decide(self, person_id: bytes) -> str:
        """Decide about one person; those who never consented are no use and leave no entry."""
        engine, declared = self.engine, self.declared
        try:
            person = await engine.people.load(person_id)
        except ErasedError:
            return "nobody"
        except EvidenceError as error:
            await gate.record_evidence(engine, self.mandate, person_id, error, engine.clock.now())
            return "refused"
        granted = [
            one for one in person.state.grants if declared.id in one.recipients and one.purpose == declared.purpose
        ]
        slots = tuple(slot for slot in declared.items if any(slot in one.slots for one in granted))
        if not slots:
            return "nobody"
        try:
            await gate.send(
                engine,
                self.mandate,
                person_id,
                slots,
                Exit.PROVISION,
                self._parcel,
                on_denial="withhold",
                circumstances=Circumstances(recipient=declared.id, about=(("provision", str(self.found.number)),)),
                act=Act.PROVIDE,
                guard=self._still_made,
                register=self._register,
            )
        except DeniedError as error:
            if error.reason in {"mandate-spent", "mandate"}:
                raise
            return "refused"
        except NotFoundError:
            return "nobody"
        return "provided"

    def _parcel(self, held: Person, values: Mapping[str, str | tuple[str, ...]], entry_id: str) -> Effect:
        record = record_of(self.engine, held, self.declared, values, entry_id)
        info = file_info(self.found.recipient, self.found.id)
        sealed = seal_to(self.party.public_key, json.dumps(record, ensure_ascii=False).encode(), info)

        async def put(tx: Transaction) -> None:
            await tx.run(
                "provision_record_put",
                person_id=held.id,
                provision_id=self.found.id,
                entry_id=bytes.fromhex(entry_id),
                g=held.state.g,
                sealed=sealed,
            )

        return put

    def _register(self, held: Person, values: Mapping[str, str | tuple[str, ...]]) -> dict[str, str]:
        """Say what the register of provisions says beside recipient, items and time (APPI Art. 29)."""
        number = pseudonym(self.engine, self.declared.id, held.id)
        person = identity(self.engine, values, number)
        return {**register_of(self.party), "person": person, **agreed(held, self.declared.id, values)}

    async def _still_made(self, tx: Transaction) -> KeptError | None:
        row = await tx.one(sql.ProvisionMadeBy, provision_id=self.found.id, making=self.run)
        return None if row is not None else _fetched(self.declared)

    async def hand_over(self, session: StaffSession, refused: int) -> tuple[list[bytes], list[bytes]]:
        """Hand the file over, unless somebody in it changed something since: then return who, and hand over nothing."""
        engine, found, at = self.engine, self.found, self.engine.ready()

        async def body(tx: Transaction) -> tuple[list[bytes], list[bytes]]:
            if refusal := await self._still_made(tx):
                raise refusal
            records = await tx.all(sql.ProvisionRecords, provision_id=found.id)
            now = await tx.each(sql.StateG, [{"person_id": row.person_id} for row in records])
            in_force = await tx.value(sql.MetaGet, name="active_policy") == engine.policy.hash
            moved = [
                row.person_id
                for row, state in zip(records, now, strict=True)
                if state is None or state[0] != row.g or not in_force
            ]
            if moved:
                for person_id in moved:
                    await tx.run("provision_record_delete", person_id=person_id, provision_id=found.id)
                return [], moved
            done = {"fetched_at": at, "people": len(records), "refused": refused}
            if not await tx.run("provision_fetch", provision_id=found.id, making=self.run, **done):
                raise _fetched(self.declared)
            await tx.run("provision_records_handed", provision_id=found.id, sealed=HANDED_OVER, handed_at=at)
            facts = (("provision", str(found.number)), ("people", str(len(records))))
            await insert_entries(
                tx, [_entry(engine, session.acting(), Act.PROVISION_FETCH, at, self.declared, *facts)], at
            )
            return [row.sealed for row in records], []

        return await engine.data.write(body)


async def _each(people: list[bytes]) -> AsyncIterator[bytes]:
    for one in people:
        yield one


def _fetched(declared: Recipient) -> ConflictError:
    return ConflictError(
        "expected a file that waits to be fetched, found none",
        reason="provision-fetched",
        hint="a file is fetched once; ask for a new provision",
        clause=f"§{declared.clause}",
    )


async def all_provisions(engine: Engine) -> list[Provision]:
    """Return all provisions, newest first."""
    return [Provision(*row) for row in await engine.data.all(sql.Provisions)]


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
        exit=Exit.PROVISION.value if act is Act.PROVISION_FETCH else "",
        facts=(("recipient", declared.id), *facts),
    )
