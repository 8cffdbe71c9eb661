"""Reaching people: which channels this house has, what messages come from, and the work of sending while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kept.services.campaigns import ORIGIN, CampaignOrigin
from kept.services.candidates import queue_unfinished
from kept.services.outbox import send_due
from kept.services.unknown import HANDING_AT_MOST_SECONDS, find_unknown

if TYPE_CHECKING:
    from kept.services.dispatching import Dispatcher
    from kept.services.engine import Engine


LOOK_EVERY_SECONDS = 1.0


def equip(engine: Engine, site: str, *dispatchers: Dispatcher) -> None:
    """Say what carries messages here.

    Args:
        engine: Open.
        site: Address of the customers' site, for the links in messages; without a slash at its end.
        dispatchers: One for each channel this house has.
    """
    engine.site = site
    engine.origins[ORIGIN] = CampaignOrigin()
    for one in dispatchers:
        engine.dispatchers[one.channel] = one


async def begin_reaching(engine: Engine) -> None:
    """Go on with what a kill interrupted, then send what is due while the engine is open; for the process that serves."""
    await find_unknown(engine, older_than=engine.clock.now() + 1)  # whatever was under way, its answer is lost
    await queue_unfinished(engine)
    engine.every(LOOK_EVERY_SECONDS, lambda: send_due(engine))
    engine.every(HANDING_AT_MOST_SECONDS, lambda: find_unknown(engine))
