"""The bundle of an approved disclosure: made person by person, and fetched once.

Each person is decided about alone, and what is released is written sealed to the authority's key in the transaction of
its own entry. A kill goes on with the next person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from kept.crypto.sealed_to import seal_to
from kept.errors import ConflictError, DeniedError, ErasedError, EvidenceError, NotFoundError
from kept.policy.decision import LawRequest, Mandate
from kept.policy.words import Exit
from kept.services.authorities.disclosure_file import bundle_info, pack_bundle, record_of
from kept.services.authorities.disclosure_record import (
    GROUND,
    Disclosure,
    desk_entry,
    disclosure_of,
    require_authority,
    require_desk,
    require_scope,
)
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import Actor
from kept.services.gate import gate
from kept.services.gate.gate import Circumstances
from kept.services.staff.approvals import require_approved
from kept.services.staff.mandates import load_mandate
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction


async def bundle(engine: Engine, disclosure_id: str) -> Disclosure:
    """Make an approved request's bundle, or go on where a kill stopped it.

    Raises:
        DeniedError: Nobody approved it, or its mandate is over.
        EvidenceError: What the request names is not what was approved.
    """
    found = await disclosure_of(engine, disclosure_id)
    await require_approved(engine, found.approval_id)
    if found.status != "approved":
        return found
    await require_scope(engine, found)
    for named in found.people:
        if not named.done:
            await _disclose(engine, await load_mandate(engine, found.mandate_id), found, named)
    at = engine.ready()
    done = await disclosure_of(engine, disclosure_id)
    released = sum(1 for one in done.outcomes.values() if one == "released")
    asked = len(found.people) * len(found.terms.items)
    recorded_by = Actor("staff", engine.actor_of(found.recorded_by))
    facts = (("request", str(found.number)), ("asked", str(asked)), ("released", str(released)))
    entry = desk_entry(engine, recorded_by, Act.DISCLOSURE_FINISH, at, *facts)

    async def body(tx: Transaction) -> None:
        if await tx.run("disclosure_finish", disclosure_id=disclosure_id, finished_at=at):
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return await disclosure_of(engine, disclosure_id)


async def _disclose(engine: Engine, mandate: Mandate, found: Disclosure, named: sql.DisclosurePeople) -> None:
    """Decide about one person and release what the request covers, or note that nothing of it is."""
    items = found.terms.items
    try:
        slots = await _slots_asked(engine, named.person_id, items)
    except ErasedError:
        await _note(engine, found, named, dict.fromkeys(items, "gone"))
        return
    except EvidenceError as error:
        at = engine.clock.now()
        await gate.record_evidence(engine, mandate, named.person_id, error, at, told_from=found.terms.told_from)
        raise

    def parcel(held: Person, values: Mapping[str, str | tuple[str, ...]], entry_id: str) -> Effect:
        content = json.dumps(record_of(held, named.place, values, entry_id), ensure_ascii=False).encode()
        sealed = seal_to(found.terms.public_key, content, bundle_info(found.id, found.number))
        outcomes = {one: _outcome(held, one, values) for one in items}

        async def put(tx: Transaction) -> None:
            await tx.run("disclosure_record_put", person_id=named.person_id, disclosure_id=found.id, sealed=sealed)
            await _put_outcomes(tx, found, named, outcomes)

        return put

    circumstances = Circumstances(
        law=LawRequest(
            frozenset(one.person_id for one in found.people),
            frozenset(items),
            found.terms.starts_at,
            found.terms.ends_at,
        ),
        request=str(found.number),
        told_from=found.terms.told_from,
    )
    try:
        await gate.send(
            engine,
            mandate,
            named.person_id,
            slots,
            Exit.LEGAL_BUNDLE,
            parcel,
            on_denial="withhold",
            circumstances=circumstances,
            act=Act.DISCLOSE,
        )
    except DeniedError as error:
        if error.step not in {3, 4, 5}:  # the request's own limits; anything else is no answer to it
            raise
        held = await engine.people.load(named.person_id)
        await _note(engine, found, named, {one: _outcome(held, one, {}) for one in items})
    except NotFoundError:
        await _note(engine, found, named, dict.fromkeys(items, "gone"))


async def fetch(engine: Engine, session: StaffSession, disclosure_id: str) -> bytes:
    """Return the bundle for the authority, once; afterwards nothing of it is here any more.

    Raises:
        DeniedError: No role of theirs has the purpose.
        ConflictError: It is not ready, was fetched before, or the authority has another key by now.
    """
    require_desk(engine, session)
    found = await disclosure_of(engine, disclosure_id)
    await require_authority(engine, found)
    at = engine.ready()
    entry = desk_entry(engine, session.acting(), Act.DISCLOSURE_FETCH, at, ("request", str(found.number)))

    async def body(tx: Transaction) -> list[sql.DisclosureRecords]:
        records = await tx.all(sql.DisclosureRecords, disclosure_id=disclosure_id)
        if not await tx.run("disclosure_fetch", disclosure_id=disclosure_id, fetched_at=at):
            raise ConflictError(
                "expected a bundle that waits to be fetched, found none",
                reason="disclosure-fetched",
                hint="a bundle is fetched once; record a new request",
                rests_on=GROUND,
            )
        await tx.run("disclosure_records_delete", disclosure_id=disclosure_id)
        await tx.run("mandates_revoke_case", case_id=disclosure_id, at=at)
        await insert_entries(tx, [entry], at)
        return records

    records = {row.person_id: row.sealed for row in await engine.data.write(body)}
    return pack_bundle(engine, found, records, at)


async def _slots_asked(engine: Engine, person_id: bytes, items: tuple[str, ...]) -> tuple[str, ...]:
    state = (await engine.people.load(person_id)).state
    held = tuple(slot for slot in state.slots if slot.partition("#")[0] in items)
    return (*held, *(one for one in items if not any(slot.partition("#")[0] == one for slot in held)))


def _outcome(held: Person, item: str, values: Mapping[str, object]) -> str:
    if any(slot.partition("@")[0].partition("#")[0] == item for slot in values):
        return "released"
    return "outside" if any(slot.partition("#")[0] == item for slot in held.state.slots) else "not-held"


async def _note(engine: Engine, found: Disclosure, named: sql.DisclosurePeople, outcomes: dict[str, str]) -> None:
    await engine.data.write(lambda tx: _put_outcomes(tx, found, named, outcomes))


async def _put_outcomes(
    tx: Transaction, found: Disclosure, named: sql.DisclosurePeople, outcomes: dict[str, str]
) -> None:
    for item, outcome in outcomes.items():
        await tx.run("disclosure_item_put", disclosure_id=found.id, place=named.place, item=item, outcome=outcome)
    await tx.run("disclosure_person_done", person_id=named.person_id, disclosure_id=found.id)
