"""Which channels an installation reaches people by beside mail: letters and calls always, faxes where a fax server is."""

from __future__ import annotations

from kept import limits
from kept.channels.fax import FaxServer
from kept.policy.words import Exit
from kept.services.cases.contacts import ORIGIN, PROGRAM, ContactOrigin
from kept.services.engine.engine import Engine
from kept.services.messages.call_sheets import PhoneDispatcher
from kept.services.messages.calls import end_sheets
from kept.services.messages.fax import FaxDispatcher, look_after_faxes
from kept.services.messages.letters import PostDispatcher


def set_up_channels(engine: Engine, fax: FaxServer | None = None) -> None:
    """Register letters, call sheets, faxes, and contact from a case.

    Args:
        engine: Open.
        fax: Fax server; by default HylaFAX on this machine. Where its programs are missing faxes are refused.
    """
    engine.dispatchers[Exit.POST] = PostDispatcher(engine)
    engine.dispatchers[Exit.PHONE] = PhoneDispatcher(engine)
    engine.dispatchers[Exit.FAX] = FaxDispatcher(engine, fax or FaxServer())
    engine.origins[ORIGIN] = engine.origins[PROGRAM] = ContactOrigin(engine)


def look_after_channels(engine: Engine) -> None:
    """End call sheets and ask the fax server, every minute while the engine is open; for the process that serves."""
    engine.every(limits.CHANNELS_LOOK_SECONDS, lambda: end_sheets(engine))
    engine.every(limits.CHANNELS_LOOK_SECONDS, lambda: look_after_faxes(engine))
