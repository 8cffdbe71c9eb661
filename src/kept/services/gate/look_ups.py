"""Look-ups of a day: how often one member of staff may look for somebody for one purpose, over all their cases.

A look-up is charged before anybody is looked for, so one that finds nobody counts as well. Beyond the role's limit a second
member of staff lets them go on once that day; that somebody came to the limit stands on the board.
"""

from __future__ import annotations

from kept import limits
from kept.errors import DeniedError
from kept.policy.day import day_of
from kept.policy.decision import Mandate
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.record import holder_of, record
from kept.store import sql


def today(engine: Engine) -> str:
    """Return the day look-ups are counted for, in the policy's zone."""
    return day_of(engine.clock.now(), engine.zone)


def a_day(engine: Engine, role: str) -> int:
    """Return how many look-ups a day the policy lets a role make for each purpose."""
    declared = engine.policy.policy.roles.get(role)
    return (declared.look_ups_a_day if declared else 0) or limits.LOOK_UPS_A_DAY


async def charge(engine: Engine, mandate: Mandate) -> None:
    """Charge one look-up of a member of staff before it is made; nothing for programs, which have their mandate's volume.

    Raises:
        DeniedError: The day's look-ups are used up (`look-ups`); recorded, and said on the board.
    """
    if mandate.kind != "staff":
        return
    whose = {"actor": mandate.actor, "purpose": mandate.purpose, "day": today(engine)}
    most = a_day(engine, mandate.role)
    if await engine.data.write(lambda tx: tx.run("look_up_try", **whose, most=most)):
        return
    await engine.data.write(lambda tx: tx.run("look_up_refuse", **whose))
    entry_id = await record(
        engine,
        holder_of(mandate),
        Act.PERSON_FIND,
        outcome=Outcome.REFUSED,
        rests_on="roles",
        facts=(("reason", "look-ups"),),
    )
    raise DeniedError(
        f"expected at most {most} look-ups a day for one purpose, found more",
        step=1,
        needed="another day, or a second member of staff who lets you go on: ask for it",
        entry_id=entry_id,
        reason="look-ups",
        rests_on="roles",
    )


async def at_the_limit(engine: Engine) -> list[sql.LookUpsRefused]:
    """Return who came to the limit lately, the newest day first."""
    since = day_of(engine.clock.now() - limits.LOOK_UPS_SHOWN_SECONDS, engine.zone)
    return await engine.data.all(sql.LookUpsRefused, since=since)
