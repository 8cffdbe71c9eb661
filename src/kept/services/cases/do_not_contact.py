"""A wish never to be written to again: asked for with an erasure, or told to staff, who note it in a case."""

from __future__ import annotations

from kept.errors import InputError
from kept.policy.channel import CHANNELS
from kept.policy.words import Exit
from kept.services.cases.cases import case_of, nobody_in_it, require_open
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import about, entry_of
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
    """Note what a person told staff: do not write to me again by this channel. Nobody sees the address.

    Args:
        engine: Open.
        session: Whose case it is.
        case_id: An open case that holds the person.
        channel: Which way.

    Raises:
        DeniedError: The case is over.
        InputError: The case holds nobody, or the person gave no address for that channel.
    """
    case = await case_of(engine, session, case_id)
    await require_open(engine, case, Act.STOP_LIST_ADD)
    if not case.person_id or channel not in CHANNELS:
        raise nobody_in_it()
    at = engine.ready()
    items = engine.policy.policy.items
    person = await engine.people.load(case.person_id, None)
    values = {slot: engine.people.open_slot(person, slot) for slot in person.state.slots if slot in items}
    tokens = tokens_of(engine, values, (channel,))
    if not tokens:
        raise InputError(
            "expected an address for that way, found none given",
            reason="address-none",
            hint="there is nothing to write to",
            rests_on="consent-checked-when-sent",
        )
    entry = entry_of(
        engine,
        case.actor,
        Act.STOP_LIST_ADD,
        about(person),
        at=at,
        rests_on=f"purposes:{case.purpose}",
        facts=(("channel", channel.value), ("reason", TOLD_STAFF)),
    )

    async def body(tx: Transaction) -> None:
        for one, token in tokens:
            await put_on(tx, one, token, TOLD_STAFF, at)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    await engine.no_log.acknowledge()
