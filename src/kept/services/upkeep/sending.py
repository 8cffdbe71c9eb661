"""Reaching people: which channels this installation has, what messages come from, and the work of sending while it is open."""

from __future__ import annotations

from kept import limits
from kept.services.campaigns.campaigns import ORIGIN, CampaignOrigin
from kept.services.campaigns.candidates import queue_unfinished
from kept.services.cases.witnessed_notice import ORIGIN as WITNESSED
from kept.services.cases.witnessed_notice import WitnessedOrigin
from kept.services.engine.dispatchers import Dispatcher
from kept.services.engine.engine import Engine
from kept.services.messages.confirmation_code import ORIGIN as CONFIRMATION
from kept.services.messages.confirmation_code import ConfirmationOrigin
from kept.services.messages.outbox import send_due
from kept.services.messages.sign_in_warnings import ORIGIN as SIGN_IN
from kept.services.messages.sign_in_warnings import SignInOrigin
from kept.services.messages.unknown_outcome import find_unknown
from kept.services.my_data.rights_notice import ORIGIN as RIGHTS
from kept.services.my_data.rights_notice import RightsOrigin


def equip(engine: Engine, site: str, *dispatchers: Dispatcher) -> None:
    """Say what carries messages here.

    Args:
        engine: Open.
        site: Address of the customers' site, for the links in messages; without a slash at its end.
        dispatchers: One for each channel this installation has.
    """
    engine.site = site
    engine.origins[ORIGIN] = CampaignOrigin(engine)
    engine.origins[CONFIRMATION] = ConfirmationOrigin(engine)
    engine.origins[WITNESSED] = WitnessedOrigin(engine)
    engine.origins[RIGHTS] = RightsOrigin(engine)
    engine.origins[SIGN_IN] = SignInOrigin(engine)
    for one in dispatchers:
        engine.dispatchers[one.channel] = one


async def begin_reaching(engine: Engine) -> None:
    """Go on with what a kill interrupted, then send what is due while the engine is open; for the process that serves."""
    await find_unknown(engine, older_than=engine.clock.now() + 1)  # whatever was under way, its answer is lost
    await queue_unfinished(engine)
    engine.every(limits.OUTBOX_LOOK_SECONDS, lambda: send_due(engine))
    engine.every(limits.HANDING_SECONDS, lambda: find_unknown(engine))
