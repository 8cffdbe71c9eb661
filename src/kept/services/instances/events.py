"""Events: the check-in list at the door, one name at a time or all of them, each released for the event and recorded."""

from __future__ import annotations

from dataclasses import dataclass

from kept.errors import DeniedError, InputError, NotFoundError
from kept.policy.model import Point
from kept.policy.narrow import main_purpose
from kept.policy.words import Exit, ItemType, PointKind
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.forms.instance_record import Standing, standing
from kept.services.gate import gate
from kept.services.instances.instances import instance_entry
from kept.services.staff.bulk_approval import ask
from kept.services.staff.desk_mandate import issue_mandate
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

ACT = "check-in-list"
"""What a second member of staff approves, where there are many."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A line of the check-in list.

    Args:
        number: Of the participation.
        name: As released; empty where none was given, or its use was stopped.
        arrived: Whether they came.
    """

    number: str
    name: str
    arrived: bool


async def check_in_list(engine: Engine, session: StaffSession, instance_id: str) -> list[Guest]:
    """Open the names of who signed up, on the screen at the door.

    Raises:
        DeniedError: No role of theirs has the event's purpose; or more than a few guests, and no second member of staff.
    """
    _, point = await _of(engine, session, instance_id)
    items = engine.policy.policy.items
    names = tuple(one for asked in point.stages.values() for one in asked if items[one].type is ItemType.PERSON_NAME)
    rows = await engine.data.all(sql.Participations, instance_id=instance_id)
    purpose = main_purpose(engine.policy.policy, point)
    mandate = await issue_mandate(engine, session, purpose, people=len(rows), act=ACT, subject=instance_id)
    guests = []
    for row in rows:
        name = ""
        try:
            card = await gate.read(engine, mandate, row.person_id, names, Exit.SCREEN, on_denial="withhold")
            for item in card:
                with card[item].open(Exit.SCREEN) as value:
                    name = str(value)
        except (DeniedError, NotFoundError):
            pass  # they gave no name, or stopped its use: a number is enough at the door
        guests.append(Guest(row.number, name, row.status == "arrived"))
    return sorted(guests, key=lambda one: (one.name == "", one.name, one.number))


async def ask_second(engine: Engine, session: StaffSession, instance_id: str) -> str:
    """Ask for a second member of staff for the list of an event with many guests; return the approval's id.

    Raises:
        DeniedError: No role of theirs has the event's purpose.
        ConflictError: They asked already.
    """
    await _of(engine, session, instance_id)
    return await ask(engine, session, ACT, instance_id)


async def arrived(engine: Engine, session: StaffSession, instance_id: str, number: str) -> None:
    """Note that a guest came.

    Raises:
        InputError: No such guest, or one who came already.
    """
    found, point = await _of(engine, session, instance_id)
    at = engine.ready()

    async def body(tx: Transaction) -> None:
        for row in await tx.all(sql.Participations, instance_id=instance_id):
            if row.number == number and await tx.run(
                "participation_status",
                person_id=row.person_id,
                instance_id=instance_id,
                status="arrived",
                expected="in",
            ):
                entry = instance_entry(engine, session, Act.ARRIVE, at, found.file, point, (("number", number),))
                await insert_entries(tx, [entry], at)
                return
        raise InputError("expected a guest to come, found none of that number", reason="guest-unknown", clause="§2.4")

    await engine.data.write(body)


async def _of(engine: Engine, session: StaffSession, instance_id: str) -> tuple[Standing, Point]:
    found = await standing(engine, instance_id)
    point = engine.policy.policy.points[found.file.point]
    if found.kind is not PointKind.EVENT:
        raise InputError("expected an event, found another kind", reason="instance-kind", clause="§2.4")
    session.require_purpose(engine, main_purpose(engine.policy.policy, point))
    return found, point
