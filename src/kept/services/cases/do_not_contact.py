"""A wish never to be written to again: asked for with an erasure, or told to staff, who note it in a case."""

from __future__ import annotations

from collections.abc import Mapping

from kept.policy.channel import CHANNEL_TABLE, CHANNELS
from kept.policy.words import Exit
from kept.services.cases.cases import acting_about, case_of, nobody_in_it
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect
from kept.services.engine.people import Person
from kept.services.gate import gate
from kept.services.gate.gate import Circumstances
from kept.services.gate.state_change import Extra
from kept.services.messages.stop_list import ASKED, TOLD_STAFF, put_on, tokens_of
from kept.services.staff.sessions import StaffSession
from kept.store.interface import Transaction


def never_again(engine: Engine, person: Person, at: float) -> Extra:
    """Return what puts every address of a person on its list, in the transaction of their erasure's intent.

    Args:
        engine: Open.
        person: Loaded with all values; they stay in this process.
        at: Unix seconds.
    """
    items = engine.policy.policy.items
    values = {slot: engine.people.open_slot(person, slot) for slot in person.state.slots if slot in items}
    tokens = tokens_of(engine, values)

    async def write(tx: Transaction) -> None:
        for channel, token in tokens:
            await put_on(tx, channel, token, ASKED, at)

    return write


async def note_in_case(engine: Engine, session: StaffSession, case_id: str, channel: Exit) -> None:
    """Note what a person told staff: do not write to me again by this channel.

    It is a read of their address for that way, decided, charged and recorded as one, and nobody sees the address: in its
    transaction it goes on the list. So it says of an address no more than a read would.

    Args:
        engine: Open.
        session: Whose case it is.
        case_id: An open case that holds the person.
        channel: Which way.

    Raises:
        DeniedError: The case may not read an address for that way (recorded): there is none, its use is stopped, the case is
            an emergency, used up or over.
        InputError: The case holds nobody, or that is no way.
    """
    case = await case_of(engine, session, case_id)
    if channel not in CHANNELS:
        raise nobody_in_it()
    await acting_about(engine, session, case, Act.STOP_LIST_ADD)
    policy, at = engine.policy.policy, engine.ready()
    kinds = CHANNEL_TABLE[channel].address
    slots = [one.id for one in policy.items.values() if one.type in kinds and not one.per_instance]
    used = [one for one in slots if policy.purposes[case.purpose].may_use(one)]

    def parcel(held: Person, values: Mapping[str, str | tuple[str, ...]], entry_id: str) -> Effect:
        del held, entry_id
        tokens = tokens_of(engine, values, (channel,))

        async def put(tx: Transaction) -> None:
            for one, token in tokens:
                await put_on(tx, one, token, TOLD_STAFF, at)

        return put

    await gate.send(
        engine, case.mandate, case.person_id, used or slots, Exit.SCREEN, parcel, on_denial="withhold",
        act=Act.STOP_LIST_ADD, circumstances=Circumstances(about=(("channel", channel.value), ("reason", TOLD_STAFF))),
    )  # fmt: skip
    await engine.no_log.acknowledge()
