"""The record of an instance of a collection point: its file as read, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache

from kept import limits
from kept.errors import InputError
from kept.policy.instance import Instance, parse_instance
from kept.policy.words import PointKind
from kept.services.engine.engine import Engine
from kept.store import sql


@dataclass(frozen=True, slots=True)
class Standing:
    """An instance and where it stands.

    Args:
        file: As read.
        kind: Of its point.
        status: `draft`, `open`, `closed` or `ended`.
        made_by: Login of who drafted it.
        opened_at: Unix seconds; None before. So are the other times.
        closed_at: When it closed.
        delivered_at: When the last prize was on its way.
        ended_at: When what its people gave was gone.
        taken: How many take part.
    """

    file: Instance
    kind: PointKind
    status: str
    made_by: str
    opened_at: float | None
    closed_at: float | None
    delivered_at: float | None
    ended_at: float | None
    taken: int

    @property
    def id(self) -> str:
        """Its word."""
        return self.file.id


async def standing(engine: Engine, instance_id: str) -> Standing:
    """Return one instance.

    Raises:
        InputError: There is none of that id.
    """
    row = await engine.data.one(sql.InstanceGet, instance_id=instance_id)
    if row is None:
        raise InputError(
            "expected a questionnaire, contest, sweepstake or event, found none",
            reason="instance-unknown",
            rests_on="collection",
        )
    policy = engine.policy.policy
    kinds = tuple((one.id, one.kind.value) for one in policy.points.values())
    known = policy.points.get(row.point)
    return Standing(
        _parsed(row.file, kinds, policy.languages, policy.zone),
        known.kind if known else PointKind.EVENT,
        row.status,
        row.made_by,
        row.opened_at,
        row.closed_at,
        row.delivered_at,
        row.ended_at,
        row.taken,
    )


@lru_cache(maxsize=limits.INSTANCES_HELD)
def _parsed(file: str, kinds: tuple[tuple[str, str], ...], languages: tuple[str, ...], zone: tzinfo) -> Instance:
    return parse_instance(file, dict(kinds), languages, zone)


async def all_standing(engine: Engine) -> list[Standing]:
    """Return all instances, newest first; one whose point or language the policy no longer has is left out."""
    found = []
    for row in await engine.data.all(sql.Instances):
        try:
            found.append(await standing(engine, row.instance_id))
        except InputError:
            continue
    return found
