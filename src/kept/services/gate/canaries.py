"""Canaries: invented people among the others, whom nobody has a reason to look at. Their release is an alarm.

Who they are stands in K alone; in D they are people like any other. The alarm is written in the transaction of the very
entry that released one.
"""

from __future__ import annotations

from kept.crypto.random import random_id
from kept.errors import DeniedError, InputError
from kept.policy.decision import Mandate
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.record import Actor, entry_of
from kept.store import sql
from kept.store.interface import Transaction

Alarm = sql.AlarmsNewest
"""An alarm: who released a canary, when, for what, by which way, and what looking into it found."""
FINDINGS = ("mistake", "curiosity", "exercise", "theft")
"""What somebody who looked into an alarm found, in words of a closed list."""


def alarm(  # noqa: PLR0913 -- what an alarm names
    engine: Engine, mandate: Mandate, person_id: bytes, way: str, entry_id: str, at: float
) -> Effect | None:
    """Return the statements that raise the alarm of a release, for its own transaction; None for anybody else's.

    Args:
        engine: Open.
        mandate: Who releases.
        person_id: Whom.
        way: By which exit.
        entry_id: Of the release, hex.
        at: When, unix seconds.
    """
    if person_id not in engine.canaries or mandate.kind == "own":
        return None
    found = Actor("system", mandate.actor, mandate.role, mandate.purpose, mandate.case)
    entry = entry_of(engine, found, Act.CANARY_ALARM, at=at, exit=way, facts=(("entry", entry_id),))

    async def write(tx: Transaction) -> None:
        await tx.run(
            "alarm_insert",
            alarm_id=random_id(),
            at=at,
            released_entry=entry_id,
            actor=mandate.actor,
            purpose=mandate.purpose,
            way=way,
            case_number=mandate.case,
        )
        await insert_entries(tx, [entry], at)

    return write


async def standing_alarms(engine: Engine) -> int:
    """Return how many alarms nobody has looked into."""
    return await engine.data.value(sql.AlarmsStanding)


async def alarms(engine: Engine, limit: int = 50) -> list[Alarm]:
    """Return the newest alarms."""
    return await engine.data.all(sql.AlarmsNewest, limit=limit)


async def acknowledge(engine: Engine, alarm_id: str, finding: str, *, by: Actor) -> None:
    """Say what looking into an alarm found.

    Args:
        engine: Open.
        alarm_id: Which, from outside; its first digits are enough.
        finding: One of `FINDINGS`.
        by: Who looked.

    Raises:
        InputError: No such alarm stands, or another word.
        DeniedError: It is who released it that looks.
    """
    standing = [row for row in await alarms(engine, 1000) if row.acknowledged_by is None]
    named = [row for row in standing if alarm_id and row.alarm_id.startswith(alarm_id)]
    if len(named) != 1 or finding not in FINDINGS:
        raise InputError(
            "expected one alarm that stands and a known finding, found something else",
            reason="alarm-unknown",
            hint=f"findings: {', '.join(FINDINGS)}; `kept canary list` shows the alarms",
            rests_on="canaries-silent",
        )
    if named[0].actor == by.name:
        raise DeniedError(
            "expected somebody else to look into an alarm, found who set it off",
            step=1,
            needed="another member of staff, or an operator",
            reason="alarm-own",
            rests_on="canaries-silent",
        )
    at = engine.ready()
    facts = (("finding", finding), ("entry", str(named[0][2])))
    entry = entry_of(engine, by, Act.CANARY_ACKNOWLEDGE, at=at, facts=facts)

    async def body(tx: Transaction) -> None:
        if await tx.run(
            "alarm_acknowledge",
            alarm_id=str(named[0][0]),
            acknowledged_by=by.name,
            acknowledged_at=at,
            finding=finding,
        ):
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)
