"""Events: the check-in list at the door, one name at a time or all of them, each released for the event and recorded."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from kept import limits
from kept.errors import DeniedError, InputError, NotFoundError
from kept.policy.item_type import ItemType
from kept.policy.narrow import main_purpose
from kept.policy.words import Exit, PointKind
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.forms.instance_record import Standing
from kept.services.gate import gate
from kept.services.instances.instances import bulk, instance_entry, instance_of
from kept.services.staff.desk_mandate import issue_about_all
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction


async def _guests(engine: Engine, found: Standing) -> int:
    del engine
    return found.taken


LIST = bulk("check-in-list", "Open the check-in list", PointKind.EVENT, _guests)
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

    Where they are many, what was approved opens once, and once more for each who comes.

    Raises:
        DeniedError: No role of theirs has the event's purpose; or more than a few guests, and no second member of staff.
    """
    _, point = await instance_of(engine, session, instance_id, PointKind.EVENT)
    items = engine.policy.policy.items
    names = tuple(one for asked in point.stages.values() for one in asked if items[one].type is ItemType.PERSON_NAME)
    rows = await engine.data.all(sql.Participations, instance_id=instance_id)
    purpose = main_purpose(engine.policy.policy, point)
    mandate = await issue_about_all(
        engine, session, purpose, people=len(rows), act=LIST.act, subject=instance_id,
        seconds=limits.CHECK_IN_SECONDS, times=len(rows) + 1,
    )  # fmt: skip
    guests = []
    for row in rows:
        name = ""
        with contextlib.suppress(DeniedError, NotFoundError):  # no name given or asked, or stopped: a number is enough
            card = await gate.read(engine, mandate, row.person_id, names, Exit.SCREEN, on_denial="withhold")
            for item in card:
                with card[item].open(Exit.SCREEN) as value:
                    name = str(value)
        guests.append(Guest(row.number, name, row.status == "arrived"))
    return sorted(guests, key=lambda one: (one.name == "", one.name, one.number))


async def arrived(engine: Engine, session: StaffSession, instance_id: str, number: str) -> None:
    """Note that a guest came.

    Raises:
        InputError: No such guest, or one who came already.
    """
    found, point = await instance_of(engine, session, instance_id, PointKind.EVENT)
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
                entry = instance_entry(engine, session, Act.ARRIVE, at, found.file, ("number", number))
                await insert_entries(tx, [entry], at)
                return
        raise InputError(
            "expected a guest to come, found none of that number",
            reason="guest-unknown",
            rests_on=f"collection:{point.id}",
        )

    await engine.data.write(body)
