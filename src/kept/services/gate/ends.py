"""Retention events: when an instance closed, or its last prize was on its way; they end what was given under its notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kept.policy.notice import Notice
from kept.policy.retention import event_of
from kept.services.engine.engine import Engine
from kept.store import sql


async def events_of(engine: Engine, notices: Mapping[str, Notice]) -> dict[str, float]:
    """Return the events that end what was given under *notices*, by `event_of`; without instances nothing is read."""
    named = sorted({one.instance for one in notices.values() if one.instance})
    if not named:
        return {}
    return await events_of_instances(engine, named)


async def events_of_instances(engine: Engine, named: Iterable[str]) -> dict[str, float]:
    """Return the events of instances, by `event_of`."""
    events = {}
    for one in named:
        row = await engine.data.one(sql.InstanceGet, instance_id=one)
        for event, at in (("closed", row.closed_at), ("prize-delivered", row.delivered_at)) if row else ():
            if at is not None:
                events[event_of(event, one)] = at
    return events
