"""Confirmations: the owner of a new address is asked, by one message to it, whether it is theirs; until then nothing else goes.

Whoever typed somebody else's address learns nothing and reaches nobody. Only a confirmed owner, knowing of it, takes an address
off the list never to write to. A confirmation is recorded, with a receipt.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from kept import limits
from kept.crypto.digest import framed, hmac_sha256
from kept.crypto.random import random_id
from kept.errors import ErasedError, InputError, LimitError
from kept.policy import change, needs
from kept.policy.channel import CHANNEL_TABLE, CONFIRMED_TYPES, channel_to
from kept.policy.day import moment
from kept.policy.decision import Mandate
from kept.policy.person import PersonState, Slot
from kept.policy.words import Basis, Exit
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.dispatchers import Waiting
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import OWN, SYSTEM, Actor, about, account_part, entry_of
from kept.services.gate.own_session import Own
from kept.services.gate.state_change import Change, Extra, change_person
from kept.services.messages.confirmation_code import ORIGIN, Asking, asking_now, is_code, parse_asking
from kept.services.messages.links import parse_link
from kept.services.messages.outbox import new_message_id, put_in_outbox
from kept.services.messages.own_mandate import own_mandate
from kept.services.messages.stop_list import TOLD_STAFF, address_item, lift, stop_token
from kept.services.staff.bulk_approval import ONE_PERSON, insert_mandate
from kept.services.staff.parties import PartyKind, title_of
from kept.store import sql
from kept.store.interface import Transaction

RECEIPT = "confirmation"
BASES = (Basis.NECESSARY, Basis.NOTICE, Basis.CONSENT)
"""In which order a purpose is looked for under which the one message may go."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a person, and what its owner has said of it.

    Args:
        slot: Where it stands.
        channel: What it reaches them by.
        needed: Whether nothing else is sent to it before it is confirmed.
        confirmed_at: When it was confirmed, unix seconds; None before.
        asked_at: When its owner was asked last, unix seconds; None before.
        until: Until when a code is taken, unix seconds; None when none is.
        again_at: From when on they may be asked again, unix seconds; None when that is not any more.
        listed: Whether it is on the list never to write to; told to its confirmed owner alone, False for anybody else.
    """

    slot: str
    channel: Exit
    needed: bool
    confirmed_at: float | None
    asked_at: float | None
    until: float | None
    again_at: float | None
    listed: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """What the link in the message that asks leads to: shown to whoever holds the message.

    Args:
        item: Which item it is about.
        given_at: When it was given, unix seconds.
        confirmed: Whether it is confirmed already.
        open: Whether it may be confirmed now.
        listed: Whether it is on the list never to write to.
        stated_by: The other company that gave it; empty where the person did.
    """

    item: str
    given_at: float
    confirmed: bool
    open: bool
    listed: bool
    stated_by: str


async def ask_about_new(engine: Engine, person_id: bytes, slots: Iterable[str]) -> None:
    """Ask the owners of addresses just given, corrected or taken in, where that needs neither people nor paper.

    Args:
        engine: Open.
        person_id: 16 bytes.
        slots: What has a new value; anything but an unconfirmed address is left alone.
    """
    for slot in slots:
        channel = _channel(engine, slot)
        if channel is None or CHANNEL_TABLE[channel].confirmation != "at-once" or channel not in engine.dispatchers:
            continue
        try:
            person = await engine.people.load(person_id)
        except ErasedError:
            return
        held = person.state.slots.get(slot)
        if held is not None and held.confirmed_at is None and held.asked is None:
            with suppress(LimitError):  # nobody is asked today; my data offers to ask
                await _ask(engine, SYSTEM, person, slot, channel, wanted=False)


async def ask_by_people(engine: Engine, person: Person, slot: str) -> bool:
    """Ask the owner of an address by whatever reaches it, a call too; return whether that waits.

    People and paper are sent to nobody because somebody typed something: two members of staff have seen that it was given.

    Args:
        engine: Open.
        person: Loaded with the slot.
        slot: An address, not confirmed, about which nobody was asked yet.
    """
    channel = _channel(engine, slot)
    return channel is not None and await _ask(engine, SYSTEM, person, slot, channel, wanted=False)


def slots_of(engine: Engine, state: PersonState) -> list[tuple[str, Exit]]:
    """Return the addresses among what a person has given, each with what it reaches them by.

    Args:
        engine: Open.
        state: The person's.
    """
    return [(slot, channel) for slot in state.slots if (channel := _channel(engine, slot)) is not None]


async def ask_again(engine: Engine, own: Own, slot: str) -> None:
    """Ask the owner of an address because the person wants it: the first time by a call or a letter, or once more.

    Args:
        engine: Open.
        own: The person's session.
        slot: An address of theirs, not confirmed.

    Raises:
        InputError: It is none, it is confirmed, nothing may go there, or it was asked about as often as may be.
        LimitError: It was asked about just now, or no more such messages may go today; nothing was sent, and a code that was
            sent before is as good as it was.
    """
    channel, person = _channel(engine, slot), await engine.people.load(own.person_id)
    held = person.state.slots.get(slot)
    if channel is None or held is None or held.confirmed_at is not None:
        raise _nothing_to_confirm()
    again_at = _again_at(held)
    if again_at is None:
        raise InputError(
            "expected an address asked about less often, found one asked about as often as may be",
            reason="confirmation-enough",
            hint="correct the address, or take it away and give it anew",
            rests_on="consent-checked-when-sent purposes:message",
        )
    if (wait := again_at - engine.ready()) > 0:
        raise LimitError(
            "expected some time between two messages that ask, found too little",
            retry_after_seconds=max(1, int(wait)),
            reason="confirmation-soon",
            hint="the one before may still be on its way",
            rests_on="consent-checked-when-sent purposes:message",
        )
    if channel not in engine.dispatchers or not await _ask(engine, own.acting(), person, slot, channel, wanted=True):
        raise InputError(
            "expected a purpose by which a message may go there, found none",
            reason="confirmation-no-way",
            hint="nothing is sent to this address, so there is nothing to confirm",
            rests_on="consent-checked-when-sent purposes:message",
        )


async def confirm_by_code(engine: Engine, own: Own, slot: str, typed: str) -> str:
    """Confirm an address by the code that was sent or told there; return the entry's id.

    Args:
        engine: Open.
        own: The person's session.
        slot: An address of theirs.
        typed: As typed.

    Raises:
        InputError: It is not the code (counted, recorded), or there is none that would be taken.
    """
    asking = asking_now((await engine.people.load(own.person_id)).state, slot, engine.ready())
    if asking is None:
        raise _over()
    right = is_code(engine, own.person_id, asking, typed)

    def make(person: Person, at: float) -> Change:
        if asking_now(person.state, slot, at) != asking:
            raise _over()
        if right:
            return _confirmed(engine, own.acting(), person, asking, "code", at, lifts=False)
        refused = account_part(
            engine, own.acting(), Act.CONFIRM, at=at, outcome=Outcome.FAILED, items=(slot,),
            facts=(("reason", "confirmation-code"),),
        )  # fmt: skip
        return Change(change.mistype(person.state, slot), refused)

    _, entry_id = await change_person(engine, own.person_id, make, slots=(slot,))
    if not right:
        raise InputError(
            "expected the code that was sent to this address, found another",
            reason="confirmation-code",
            hint="look at the newest message; after five wrong codes it has to be sent again",
            rests_on="consent-checked-when-sent purposes:message",
        )
    return entry_id


async def pending_by_link(engine: Engine, unverified: str) -> Pending | None:
    """Return what the link of a message that asks leads to; None for any other link.

    Args:
        engine: Open.
        unverified: From an address.
    """
    found = await _by_link(engine, unverified)
    if found is None:
        return None
    person, asking, channel = found
    held = person.state.slots[asking.slot]
    reasons = await engine.data.values(
        sql.StopListOf, channel=channel.value, token=stop_token(engine, channel, _value(engine, person, asking.slot))
    )
    now = asking_now(person.state, asking.slot, engine.clock.now())
    word = person.state.stated_of(asking.slot)
    return Pending(
        item=asking.slot.partition("#")[0],
        given_at=held.corrected_at,
        confirmed=held.confirmed_at is not None,
        open=bool(now),
        listed=bool(reasons),
        stated_by=await title_of(engine, PartyKind.PARTNER, word.partner, word.taken_at) if word else "",
    )


async def confirm_by_link(engine: Engine, unverified: str, *, lifts: bool) -> bool:
    """Confirm an address by the link that was sent there, without sign-in; return whether it is confirmed now.

    Args:
        engine: Open.
        unverified: From an address.
        lifts: Whether they ticked, having read that it is on the list never to write to, that it is taken off.
    """
    found = await _by_link(engine, unverified)
    if found is None:
        return False
    person, linked, _ = found

    def make(person: Person, at: float) -> Change:
        asking = asking_now(person.state, linked.slot, at)
        if asking is None or asking.version != linked.version:
            raise _over()
        return _confirmed(engine, OWN, person, asking, "link", at, lifts=lifts)

    try:
        await change_person(engine, person.id, make, slots=(linked.slot,))
    except (InputError, ErasedError):
        return False
    return True


async def write_again(engine: Engine, own: Own, slot: str) -> None:
    """Take an address off the list never to write to: its confirmed owner wants it, and was told that it stands there.

    Args:
        engine: Open.
        own: The person's session.
        slot: An address of theirs, confirmed.

    Raises:
        InputError: It is none of theirs that is confirmed.
    """
    channel, person = _channel(engine, slot), await engine.people.load(own.person_id, (slot,))
    held = person.state.slots.get(slot)
    if channel is None or held is None or held.confirmed_at is None:
        raise InputError(
            "expected an address its owner has confirmed, found another",
            reason="confirmation-first",
            hint="confirm it first",
            rests_on="consent-checked-when-sent purposes:message",
        )
    at = engine.ready()
    await engine.data.write(_lifting(engine, own.acting(), person, slot, at))


async def addresses_of(engine: Engine, person_id: bytes) -> list[Address]:
    """Return every address of a person with what its owner has said of it, for the person themselves.

    Args:
        engine: Open.
        person_id: 16 bytes.
    """
    person, found, at = await engine.people.load(person_id, None), [], engine.clock.now()
    for slot, held in person.state.slots.items():
        channel = _channel(engine, slot)
        if channel is None:
            continue
        listed = False
        if held.confirmed_at is not None:
            token = stop_token(engine, channel, _value(engine, person, slot))
            listed = bool(await engine.data.values(sql.StopListOf, channel=channel.value, token=token))
        asked = held.asked
        found.append(
            Address(
                slot,
                channel,
                engine.policy.policy.items[slot.partition("#")[0]].type in CONFIRMED_TYPES,
                held.confirmed_at,
                asked.at if asked else None,
                asked.at + limits.CONFIRMATION_SECONDS if asked and asking_now(person.state, slot, at) else None,
                _again_at(held) if channel in engine.dispatchers else None,
                listed,
            )
        )
    return found


# -------------------------------------------------------------------- asking


async def _ask(  # noqa: PLR0913 -- what asking needs
    engine: Engine, who: Actor, person: Person, slot: str, channel: Exit, *, wanted: bool
) -> bool:
    """Let the one message wait, under a purpose that may reach the person there; return whether there is one.

    To an address on a list none goes by itself: whoever asked is shown the same.

    Raises:
        LimitError: No more such messages may go today: everything is left as it was, a code that waits too.
    """
    mandate = await mandate_to(engine, person, slot, channel)
    if mandate is None:
        return False
    version = person.state.slots[slot].version

    def make(person: Person, at: float) -> Change:
        held = person.state.slots.get(slot)
        if held is None or held.version != version or held.confirmed_at is not None:
            raise _nothing_to_confirm()
        state = change.ask(person.state, slot, at)
        asking = asking_now(state, slot, at)
        if asking is None:
            raise _nothing_to_confirm()
        token = stop_token(engine, channel, _value(engine, person, slot))
        waiting = Waiting(person.id, new_message_id(), ORIGIN, asking.word(), mandate.purpose, channel, mandate.id, 0)

        async def write(tx: Transaction) -> None:
            if held.asked is not None:
                before = Asking(slot, version, held.asked.times)
                await tx.run("outbox_call_off", person_id=person.id, origin=ORIGIN, origin_id=before.word())
            reasons = await tx.values(sql.StopListOf, channel=channel.value, token=token)
            listed = bool(reasons)
            if TOLD_STAFF in reasons or (listed and not wanted):
                return  # who told our staff not to call or write again is asked nothing more, whoever asks for it
            await _count(engine, tx, person.id, token, at, listed=listed)
            await insert_mandate(tx, mandate, kind=ONE_PERSON)
            await put_in_outbox(tx, waiting, at)

        facts = (("channel", channel.value),)
        return Change(
            state, account_part(engine, who, Act.CONFIRMATION_ASK, at=at, items=(slot,), facts=facts), extra=write
        )

    try:
        await change_person(engine, person.id, make, slots=(slot,))
    except (InputError, ErasedError):
        return False
    return True


async def mandate_to(engine: Engine, person: Person, slot: str, channel: Exit) -> Mandate | None:
    """Return a mandate for one message of our own, under the first purpose that may reach the person by it; None when none may.

    Args:
        engine: Open.
        person: Loaded with the slot.
        slot: The address.
        channel: What it reaches them by.
    """
    policy, at = engine.policy.policy, engine.ready()
    by_basis = sorted(
        (one for one in policy.purposes.values() if one.basis in BASES), key=lambda one: BASES.index(one.basis)
    )
    for purpose in by_basis:
        if address_item(policy, purpose, channel) != slot:
            continue
        mandate = await own_mandate(engine, needs.CONFIRMATION, purpose, person, channel, at)
        if mandate is not None:
            return mandate
    return None


async def _count(  # noqa: PLR0913 -- whom it counts for, and when
    engine: Engine, tx: Transaction, person_id: bytes, token: bytes, at: float, *, listed: bool
) -> None:
    """Count a message that asks, to its address over all accounts and for its person.

    Raises:
        LimitError: Either had enough today.
    """
    most = limits.CONFIRMATIONS_OF_A_LISTED_ADDRESS if listed else limits.CONFIRMATIONS_OF_AN_ADDRESS
    counted = []
    for who, at_most in ((token, most), (person_id, limits.CONFIRMATIONS_OF_A_PERSON)):
        key = engine.keyring.installation_key("tokens")
        bucket = hmac_sha256(key, framed(b"kept/confirmations/v1", who)).hex()
        row = await tx.one(sql.RateGet, bucket=bucket)
        fresh = row is None or at - row.started_at >= limits.RATE_COUNT_SECONDS
        started_at, before = (at, 0) if row is None or fresh else (row.started_at, row.count)
        if before >= at_most:
            raise LimitError(
                "expected fewer messages that ask today, found as many as may go: nothing was sent",
                retry_after_seconds=max(1, int(started_at + limits.RATE_COUNT_SECONDS - at)),
                reason="confirmation-today",
                hint="a code that was sent before is still good; ask again tomorrow",
                rests_on="consent-checked-when-sent purposes:message",
            )
        counted.append((bucket, started_at, before + 1))
    for bucket, started_at, count in counted:
        await tx.run("rate_put", bucket=bucket, started_at=started_at, count=count)


# -------------------------------------------------------------------- confirming


def _confirmed(  # noqa: PLR0913 -- what a confirmation names
    engine: Engine, who: Actor, person: Person, asking: Asking, how: str, at: float, *, lifts: bool
) -> Change:
    """Return the change, with its receipt, and what takes the address off its list where its owner wants that."""
    slot, receipt_id = asking.slot, random_id()
    held = person.state.slots[slot]
    channel = _channel(engine, slot)
    record = {
        "@type": "dpv:Record",
        "dct:identifier": receipt_id,
        "dct:created": moment(at),
        "item": slot,
        "given": moment(held.corrected_at),
        "source": held.source.value,
        "confirmed by": f"{how}, sent to the address",
        "channel": channel.value if channel else "",
        "taken off the list never to write to": lifts,
    }

    lifting = _lifting(engine, who, person, slot, at) if lifts else None

    async def write(tx: Transaction) -> None:
        await tx.run("outbox_call_off", person_id=person.id, origin=ORIGIN, origin_id=asking.word())
        if lifting is not None:
            await lifting(tx)

    return Change(
        change.confirm(person.state, slot, at),
        account_part(engine, who, Act.CONFIRM, at=at, items=(slot,), facts=(("how", how),)),
        extra=write,
        receipt=(receipt_id, RECEIPT, msgspec.json.encode(record)),
    )


def _lifting(engine: Engine, who: Actor, person: Person, slot: str, at: float) -> Extra:
    channel = _channel(engine, slot)
    if channel is None:
        raise _nothing_to_confirm()
    change.require_staying(person.state)  # writing there again is something new
    token = stop_token(engine, channel, _value(engine, person, slot))

    async def write(tx: Transaction) -> None:
        if await lift(tx, channel, token):
            facts = (("channels", channel.value),)
            await insert_entries(tx, [entry_of(engine, who, Act.STOP_LIST_LIFT, about(person), at=at, facts=facts)], at)

    return write


async def _by_link(engine: Engine, unverified: str) -> tuple[Person, Asking, Exit] | None:
    token_hash = parse_link(engine, unverified)

    async def body(tx: Transaction) -> tuple[bytes, str] | None:
        link = await tx.one(sql.MessageLinkFind, token_hash=token_hash)
        row = await tx.one(sql.OutboxFind, message_id=link.message_id) if link else None
        return (link.person_id, row.origin_id) if link and row and row.origin == ORIGIN else None

    found = await engine.data.read(body) if token_hash else None
    if found is None:
        return None
    asking = parse_asking(found[1])
    channel = _channel(engine, asking.slot)
    try:
        person = await engine.people.load(found[0], (asking.slot,))
    except ErasedError:
        return None
    held = person.state.slots.get(asking.slot)
    return (person, asking, channel) if channel and held and held.version == asking.version else None


# -------------------------------------------------------------------- small things


def _channel(engine: Engine, slot: str) -> Exit | None:
    """Return what an address reaches people by; None for anything that is no address."""
    item = engine.policy.policy.items.get(slot.partition("#")[0])
    return channel_to(item.type) if item is not None else None


def _value(engine: Engine, person: Person, slot: str) -> str:
    return str(engine.people.open_slot(person, slot))


def _again_at(held: Slot) -> float | None:
    """Return from when on the owner of an unconfirmed address may be asked again; None when confirmed, or not any more."""
    if held.confirmed_at is not None:
        return None
    if held.asked is None:
        return 0.0
    if held.asked.times >= limits.CONFIRMATION_TIMES:
        return None
    return held.asked.at + limits.CONFIRMATION_AGAIN_SECONDS


def _nothing_to_confirm() -> InputError:
    return InputError(
        "expected an address of yours that is not confirmed, found none",
        reason="confirmation-none",
        hint="look at my data: it says what waits for your confirmation",
        rests_on="consent-checked-when-sent purposes:message",
    )


def _over() -> InputError:
    return InputError(
        "expected an address whose owner was asked, found none, or its time or tries are over",
        reason="confirmation-over",
        hint="send it again from my data",
        rests_on="consent-checked-when-sent purposes:message",
    )
