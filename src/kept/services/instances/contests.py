"""Contests: judged without names, published only as far as each entrant agreed, taken down when they say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from kept.errors import DeniedError, ErasedError, InputError, NotFoundError
from kept.policy import needs
from kept.policy.item_type import ItemType
from kept.policy.model import Point
from kept.policy.narrow import main_purpose
from kept.policy.words import Exit, PointKind
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.people import Person
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.forms.instance_record import Standing
from kept.services.forms.submission import publishable_items
from kept.services.gate import gate
from kept.services.gate.released import Card
from kept.services.instances.instances import bulk, instance_entry, instance_of, slot_of_type
from kept.services.staff.desk_mandate import issue_about_all, issue_mandate
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

KIND = "publication"


async def _winners(engine: Engine, found: Standing) -> int:
    rows = await engine.data.all(sql.Participations, instance_id=found.id)
    return sum(1 for row in rows if row.status == "winner")


PUBLICATION = bulk("publish-winners", "Publish what the winners agreed to", PointKind.CONTEST, _winners)
"""What a second member of staff approves, where there are many."""


@dataclass(frozen=True, slots=True)
class Published:
    """An entry as everybody sees it.

    Args:
        number: The entry's.
        at: Since when, unix seconds.
        entry: Its text.
        name: Of who made it; empty where they did not agree to that.
    """

    number: str
    at: float
    entry: str
    name: str


async def entries_of(engine: Engine, session: StaffSession, instance_id: str) -> list[tuple[str, str]]:
    """Return the numbers of a contest's entries and where each stands: `in`, `winner` or `published`; no names."""
    await instance_of(engine, session, instance_id, PointKind.CONTEST)
    rows = await engine.data.all(sql.Participations, instance_id=instance_id)
    return [(row.number, row.status) for row in rows]


async def open_entry(engine: Engine, session: StaffSession, instance_id: str, number: str) -> Card:
    """Open one entry on the judge's screen: the entry alone, not whose it is.

    Raises:
        DeniedError: The policy says no.
        InputError: No such entry.
    """
    found, point = await instance_of(engine, session, instance_id, PointKind.CONTEST)
    person_id = await _entrant(engine, instance_id, number)
    mandate = await issue_mandate(engine, session, main_purpose(engine.policy.policy, point), people=1)
    return await gate.read(
        engine, mandate, person_id, (slot_of_type(engine, found, point, ItemType.CONTEST_ENTRY),), Exit.SCREEN
    )


async def choose_winner(engine: Engine, session: StaffSession, instance_id: str, number: str) -> None:
    """Choose a winner among the entries of a closed contest.

    Raises:
        InputError: No such entry, it is still open, or every prize is given.
    """
    found, point = await instance_of(engine, session, instance_id, PointKind.CONTEST)
    if found.status != "closed":
        raise InputError(
            "expected a closed contest, found another",
            reason="instance-status",
            hint="close it first",
            rests_on=f"collection:{point.id}",
        )
    person_id = await _entrant(engine, instance_id, number)
    at = engine.ready()

    async def body(tx: Transaction) -> None:
        rows = await tx.all(sql.Participations, instance_id=instance_id)
        if sum(1 for row in rows if row.status != "in") >= found.file.prizes:
            raise InputError(
                "expected a prize that is left, found none", reason="prize-none", rests_on=f"collection:{point.id}"
            )
        if not await tx.run(
            "participation_status", person_id=person_id, instance_id=instance_id, status="winner", expected="in"
        ):
            raise InputError("expected an entry not chosen yet, found one that is", reason="entry-chosen")
        entry = instance_entry(engine, session, Act.ENTRY_CHOOSE, at, found.file, ("number", number))
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def publish(engine: Engine, session: StaffSession, instance_id: str) -> int:
    """Publish what each winner agreed to; return how many are published now.

    Decided again for each, now: what was not ticked on this contest's form, was taken back, stopped or removed, stays here.

    Raises:
        DeniedError: No role of theirs has the purpose; or more than a few winners, and no second member of staff.
    """
    found, point = await instance_of(engine, session, instance_id, PointKind.CONTEST)
    purpose = main_purpose(engine.policy.policy, point)
    rows = await engine.data.all(sql.Participations, instance_id=instance_id)
    people = await _winners(engine, found)
    mandate = await issue_about_all(engine, session, purpose, people=people, act=PUBLICATION.act, subject=instance_id)
    published = 0
    for row in rows:
        person_id, number = row.person_id, row.number
        if row.status != "winner":
            published += row.status == "published"
            continue
        slots = await _agreed(engine, person_id, found, point, purpose)
        if slot_of_type(engine, found, point, ItemType.CONTEST_ENTRY) not in slots:
            continue

        def parcel(
            held: Person, values: Mapping[str, str | tuple[str, ...]], entry_id: str, of: str = number
        ) -> Effect:
            del entry_id
            return _put(engine, held.id, found, of, _words(engine, values))

        try:
            await gate.send(
                engine, mandate, person_id, slots, Exit.PUBLICATION, parcel, on_denial="withhold", act=Act.PUBLISH
            )
        except (DeniedError, NotFoundError):
            continue
        published += 1
    return published


async def _agreed(engine: Engine, person_id: bytes, found: Standing, point: Point, purpose: str) -> tuple[str, ...]:
    """Return the slots this winner agreed to have published, on this contest's own form."""
    policy = engine.policy.policy
    try:
        person = await engine.people.load(person_id)
    except ErasedError:
        return ()
    notices = await engine.notices.of_person(person.state)
    here = {one for one, notice in notices.items() if notice.instance == found.id}
    agreed = []
    for item in publishable_items(policy, point.purposes):
        slot = found.file.slot(item, per_instance=policy.items[item].per_instance)
        if any(needs.covers(grant, purpose, one, slot) for one in here for grant in person.state.grants):
            agreed.append(slot)
    return tuple(sorted(agreed))


def _words(engine: Engine, values: Mapping[str, str | tuple[str, ...]]) -> dict[str, str]:
    items = engine.policy.policy.items
    found = {"entry": "", "name": ""}
    for slot, value in values.items():
        kind = items[slot.partition("#")[0]].type
        found["entry" if kind is ItemType.CONTEST_ENTRY else "name"] = str(value)
    return found


def _put(engine: Engine, person_id: bytes, found: Standing, number: str, words: dict[str, str]) -> Effect:
    sealed = seal_installation_record(engine, KIND, f"{found.id}/{number}", msgspec.json.encode(words))
    at = engine.clock.now()

    async def put(tx: Transaction) -> None:
        if words["entry"]:  # a name alone says nothing
            await tx.run(
                "publication_put", person_id=person_id, instance_id=found.id, number=number, at=at, sealed=sealed
            )
            await tx.run(
                "participation_status",
                person_id=person_id,
                instance_id=found.id,
                status="published",
                expected="winner",
            )

    return put


async def published_of(engine: Engine, instance_id: str) -> list[Published]:
    """Return what is published of a contest."""
    rows = await engine.data.all(sql.Publications, instance_id=instance_id)
    found = []
    for number, at, sealed in rows:
        words = msgspec.json.decode(
            open_installation_record(engine, KIND, f"{instance_id}/{number}", sealed),
            type=dict[str, str],
        )
        found.append(Published(number, at, words["entry"], words["name"]))
    return found


async def take_down(tx: Transaction, person_id: bytes, instances: tuple[str, ...] = ()) -> None:
    """Take down what is published of a person: everywhere, or of some instances; within *tx*, with the no that says so."""
    for instance_id in await tx.values(sql.PublicationsOfPerson, person_id=person_id):
        if not instances or instance_id in instances:
            await tx.run("publication_delete", person_id=person_id, instance_id=instance_id)


async def _entrant(engine: Engine, instance_id: str, number: str) -> bytes:
    rows = await engine.data.all(sql.Participations, instance_id=instance_id)
    for row in rows:
        if row.number == number:
            return row.person_id
    raise InputError(
        "expected an entry, found none of that number",
        reason="entry-unknown",
        rests_on=f"collection:{PointKind.CONTEST}",
    )
