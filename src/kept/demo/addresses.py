"""The invented people's addresses: most confirm theirs, by the code that was sent or told; what is invented is their typing it."""

from __future__ import annotations

from kept.services.engine.engine import Engine
from kept.services.gate.own_session import Own
from kept.services.messages.confirmation_code import asking_now, code_of
from kept.services.messages.confirmations import addresses_of, ask_again, confirm_by_code


async def confirm(engine: Engine, own: Own) -> None:
    """Confirm every address that needs it and whose channel is here.

    Args:
        engine: Open, with its channels.
        own: The person's session.
    """
    for one in await addresses_of(engine, own.person_id):
        if not one.needed or one.confirmed_at is not None or one.channel not in engine.dispatchers:
            continue
        if one.asked_at is None:
            await ask_again(engine, own, one.slot)
        state = (await engine.people.load(own.person_id)).state
        asking = asking_now(state, one.slot, engine.clock.now())
        if asking is not None:
            await confirm_by_code(engine, own, one.slot, code_of(engine, own.person_id, asking))
