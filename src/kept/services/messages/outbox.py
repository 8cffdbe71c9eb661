"""The outbox: every message waits here, is decided again when it is sent, and goes once.

The row moves by compare and set: *waiting*, then *handing* in the transaction of the entry that lets it go, then *sent*
(or *failed*, or *waiting* again). A kill before that transaction leaves it waiting: it is tried again, decided anew. A
kill while the other side's answer was not known leaves it in *handing*; from there it becomes *unknown*: never sent
again by itself, shown to staff, who may send it again under the same number. So nothing is lost
silently, and nothing doubled by itself (walk 3 of `docs/ARCHITECTURE.md`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kept import limits
from kept.channels.handed import Handed
from kept.crypto.random import random_id
from kept.errors import ClosedError, ConflictError, DeniedError, ErasedError, EvidenceError, KeptError, NotFoundError
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.decision import Allowed, Mandate, Refused
from kept.policy.model import Purpose
from kept.policy.words import Basis, Exit
from kept.services.engine.acts import GROUNDS, Act, Outcome
from kept.services.engine.dispatchers import Carrier, Compose, Handover, Message, Opened, Waiting
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, SealedEntry, insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import SYSTEM, Actor, about_person, entry_of
from kept.services.gate import gate
from kept.services.gate.gate import Circumstances
from kept.services.messages.confirmation_code import ORIGIN as CONFIRMATION
from kept.services.messages.holds import hold_back, note_fault, note_success, wait_until
from kept.services.messages.links import new_link
from kept.services.messages.states import state_of
from kept.services.messages.stop_list import (
    UNDELIVERABLE,
    address_item,
    name_item,
    put_on,
    stands_against,
    stop_token,
)
from kept.services.staff.mandates import find_mandate
from kept.store import sql
from kept.store.interface import Transaction

AGAIN = Handed.AGAIN.value
RECORDED_HERE = frozenset({"stop-list", "withdrawn", "uses", "mandate-over"})
"""Reasons for leaving a message out that the gate itself did not record."""


async def put_in_outbox(tx: Transaction, waiting: Waiting, at: float) -> None:
    """Let a message wait to be sent, within the transaction that decided so.

    Args:
        tx: A write transaction of D.
        waiting: The message; `message_id` is fresh (`new_message_id`).
        at: Unix seconds.
    """
    await tx.run(
        "outbox_put",
        person_id=waiting.person_id,
        message_id=waiting.message_id,
        origin=waiting.origin,
        origin_id=waiting.origin_id,
        purpose=waiting.purpose,
        channel=waiting.channel.value,
        mandate_id=waiting.mandate_id,
        queued_at=at,
        next_at=at,
        moved_at=at,
    )


def new_message_id() -> str:
    """Return a message's number, 32 hex digits."""
    return random_id()


async def send_due(engine: Engine) -> int:
    """Send every message whose time has come; return how many were tried.

    Some are under way at once: while one is with the other side, others are decided and recorded. No more than those can
    be unknown after a kill.
    """
    turns, tried = asyncio.Semaphore(limits.SENT_TOGETHER), 0

    async def one(row: sql.OutboxDue) -> None:
        async with turns:
            await send_one(engine, _waiting(row))

    await hold_back(engine)
    while rows := await engine.data.all(sql.OutboxDue, at=engine.clock.now(), limit=limits.OUTBOX_PAGE):
        await asyncio.gather(*(one(row) for row in rows))
        tried += len(rows)
        await hold_back(engine)
    return tried


async def send_one(engine: Engine, waiting: Waiting) -> str:
    """Try one message; return what became of it: a status of the outbox, or `taken` by another worker, or `gone`.

    It is decided while its channel has a turn for it: between that decision and the recipient's name on the wire nothing
    is waited for but the record of it.
    """
    dispatcher = engine.dispatchers.get(waiting.channel)
    if dispatcher is None or waiting.origin not in engine.origins:
        return await _put_off(engine, waiting)
    if wait := await wait_until(engine, waiting.channel):
        return await _put_off(engine, waiting, wait)
    async with dispatcher.turn() as carrier:
        if carrier is None:
            held = await note_fault(engine, waiting.channel, dispatcher.trouble)
            if reason := await _no_longer(engine, waiting):
                return await _leave_out(engine, waiting, reason, recorded=False)
            return await _put_off(engine, waiting, await wait_until(engine, waiting.channel) if held else 0.0)
        for _ in range(limits.MOVED_SENDING_TRIES):
            ended = await _try(engine, waiting, carrier)
            if ended != AGAIN:
                return ended
            waiting = replace(waiting, attempts=await _attempts(engine, waiting))
    return await _put_off(engine, waiting)


async def _try(engine: Engine, waiting: Waiting, carrier: Carrier) -> str:
    """Decide about a message now, and hand it over; return how that ended, or `again`."""
    compose = await engine.origins[waiting.origin].compose(waiting)
    if compose is None:
        return await _leave_out(engine, waiting, "withdrawn")
    mandate = await find_mandate(engine, waiting.mandate_id)
    if mandate is None:
        return await _leave_out(engine, waiting, "mandate-over")
    slots, person = await wanted_slots(engine, mandate, waiting)
    if not slots:
        return await _leave_out(engine, waiting, "uses")
    attempt = _Try(engine, carrier, waiting, compose)
    return await _let_go(attempt, mandate, slots, person) or await _hand_over(engine, attempt)


async def _no_longer(engine: Engine, waiting: Waiting) -> str:
    """Return why a message that cannot leave now shall not leave later either, a word; opens nothing."""
    if await engine.origins[waiting.origin].compose(waiting) is None:
        return "withdrawn"
    mandate = await find_mandate(engine, waiting.mandate_id)
    purpose = engine.policy.policy.purposes.get(waiting.purpose)
    address = address_item(engine.policy.policy, purpose, waiting.channel) if purpose else ""
    if mandate is None or not address:
        return "mandate-over" if mandate is None else "uses"
    try:
        person = await engine.people.load(waiting.person_id, (address,))
        answer = (await gate.decide(engine, mandate, person, (address,), waiting.channel, engine.clock.now()))[address]
    except (ErasedError, EvidenceError, ClosedError):
        return ""  # erased with their row; or met and recorded once there is a server
    return answer.reason if isinstance(answer, Refused) else ""


async def _attempts(engine: Engine, waiting: Waiting) -> int:
    """Return how often a message was taken up to now."""
    row = await engine.data.one(sql.OutboxFind, message_id=waiting.message_id)
    return row.attempts if row is not None else waiting.attempts


async def _let_go(attempt: _Try, mandate: Mandate, slots: tuple[str, ...], person: Person | None) -> str:
    """Decide and record; return nothing when the message may be handed over, or how the try ended without that."""
    engine, waiting = attempt.engine, attempt.waiting
    try:
        await gate.send(
            engine,
            mandate,
            waiting.person_id,
            slots,
            waiting.channel,
            attempt.parcel,
            circumstances=Circumstances(about=_about(waiting)),
            act=Act.MESSAGE_SEND,
            guard=attempt.guard,
            person=person,
        )
    except NotFoundError:
        await _put_off(engine, waiting)
        return "gone"  # erased, or being erased: the row goes with them
    except DeniedError as error:
        if error.items and error.items == slots[1:]:
            return AGAIN  # the name alone was refused meanwhile: without it
        return await _leave_out(engine, waiting, error.reason)
    except EvidenceError:
        return await _leave_out(engine, waiting, "evidence")
    except KeptError as error:  # taken by another worker; or the gate is closed, or cannot record: nothing left
        return "taken" if error.reason == "message-taken" else await _put_off(engine, waiting)
    return ""


async def _hand_over(engine: Engine, attempt: _Try) -> str:
    if attempt.handover is None:
        raise RuntimeError("a message let go without a handover")
    if attempt.handover.at_once:
        return "sent"
    return await _settle(engine, attempt, await attempt.handover.hand_over())


class _Try:
    """One try of one message: what the parcel makes, and what the guard looks at."""

    def __init__(self, engine: Engine, carrier: Carrier, waiting: Waiting, compose: Compose) -> None:
        self.engine, self.carrier, self.waiting, self.compose = engine, carrier, waiting, compose
        self.purpose: Purpose = engine.policy.policy.purposes[waiting.purpose]
        self.handover: Handover | None = None
        self.entry_id = self.notice_id = ""
        self.token = b""

    def parcel(self, person: Person, values: Mapping[str, str | tuple[str, ...]], entry_id: str) -> Effect:
        """Make the message while the values are open."""
        engine, waiting, policy = self.engine, self.waiting, self.engine.policy.policy
        item = address_item(policy, self.purpose, waiting.channel)
        opened = Opened(str(values[item]), str(values.get(name_item(policy, self.purpose), "")))
        slot = person.state.slots[item]
        self.notice_id = dict(slot.accepted).get(waiting.purpose, slot.notice_id)
        self.entry_id = entry_id
        self.token = stop_token(engine, waiting.channel, opened.address)
        link, link_hash = new_link(engine)
        message = Message(
            id=waiting.message_id,
            origin=waiting.origin,
            origin_id=waiting.origin_id,
            purpose=waiting.purpose,
            language=person.state.language,
            words=self.compose(person, opened),
            why=f"{engine.site}/{person.state.language}/w/{link}",
            stop=f"{engine.site}/u/{link}" if self.purpose.basis in {Basis.CONSENT, Basis.NOTICE} else "",
        )
        handover = self.handover = self.carrier.prepare(message, opened, person, entry_id)

        async def put(tx: Transaction) -> None:
            await tx.run(
                "message_link_put", person_id=waiting.person_id, token_hash=link_hash, message_id=waiting.message_id
            )
            await handover.put(tx)
            if handover.at_once:
                await count(tx, waiting, begins(waiting))

        return put

    async def guard(self, tx: Transaction) -> KeptError | None:
        """Look at the stop list, and take the message from every other worker; in the transaction of the entry."""
        waiting = self.waiting
        asks = (
            waiting.origin == CONFIRMATION
        )  # whom it reaches may be listed, and is asked whether they still want that
        if not asks and await stands_against(tx, waiting.channel, self.token, self.purpose.basis):
            return DeniedError(
                "expected an address one may write to, found it on the stop list",
                step=8,
                needed="its owner, who confirms that it is theirs and takes it off",
                reason="stop-list",
                rests_on=f"purposes:{self.purpose.id}",
            )
        at_once = self.handover is not None and self.handover.at_once
        if not await tx.run(
            "outbox_take",
            person_id=waiting.person_id,
            message_id=waiting.message_id,
            attempts=waiting.attempts,
            status="sent" if at_once else "handing",
            entry_id=self.entry_id,
            notice_id=self.notice_id,
            at=self.engine.clock.now(),
        ):
            return ConflictError("expected a message that waits, found it taken", reason="message-taken")
        return None


async def count(tx: Transaction, waiting: Waiting, outcome: str, reason: str = "", change: int = 1) -> None:
    """Count how a message of an origin ended, within *tx*."""
    await tx.run(
        "reach_tally_add",
        origin=waiting.origin,
        origin_id=waiting.origin_id,
        outcome=outcome,
        reason=reason,
        count=change,
    )


def begins(waiting: Waiting) -> str:
    """Return the state a message has once this installation has done its part: for a letter, say, *to be printed*."""
    return CHANNEL_TABLE[waiting.channel].begins


async def recount(tx: Transaction, waiting: Waiting, before: str, after: str, reason: str = "") -> None:
    """Count a message under another state than before, within *tx*."""
    await count(tx, waiting, before, change=-1)
    await count(tx, waiting, after, reason)


async def tallies(engine: Engine, origin: str, origin_id: str) -> dict[tuple[str, str], int]:
    """Return how many messages of an origin ended how: by outcome and reason."""
    rows = await engine.data.all(sql.ReachTallies, origin=origin, origin_id=origin_id)
    return {(row.outcome, row.reason): row.count for row in rows}


# -------------------------------------------------------------------- how a try ends


async def _settle(engine: Engine, attempt: _Try, handed: Handed) -> str:
    waiting, at, held = attempt.waiting, engine.clock.now(), False
    if handed is Handed.FAULT:
        dispatcher = engine.dispatchers[waiting.channel]
        held = await note_fault(engine, waiting.channel, dispatcher.trouble, waiting.message_id)
    elif handed not in {Handed.AGAIN, Handed.UNKNOWN}:
        await note_success(engine, waiting.channel)
    status, reason, next_at = _ending(waiting, handed, at, held=held)
    entry = None
    if handed is Handed.UNDELIVERABLE:
        facts = (("channel", waiting.channel.value), ("reason", UNDELIVERABLE))
        entry = await message_entry(engine, waiting, Act.STOP_LIST_ADD, at=at, facts=facts)

    async def body(tx: Transaction) -> None:
        if entry is not None:
            await put_on(tx, waiting.channel, attempt.token, UNDELIVERABLE, at)
            await insert_entries(tx, [entry], at)
        if (
            await tx.run(
                "outbox_settle",
                person_id=waiting.person_id,
                message_id=waiting.message_id,
                entry_id=attempt.entry_id,
                status=status,
                reason=reason,
                next_at=next_at,
                at=at,
            )
            and status != "waiting"
        ):
            await count(tx, waiting, begins(waiting) if status == "sent" else status, reason)

    await engine.data.write(body)
    if entry is not None:
        await engine.no_log.acknowledge()
    return AGAIN if handed is Handed.AGAIN else status


def _ending(waiting: Waiting, handed: Handed, at: float, *, held: bool) -> tuple[str, str, float]:
    """Return the status a try leaves, its reason, and when the next one is; on a held channel no message gives up."""
    if handed is Handed.AGAIN:
        return "waiting", "", at
    if handed in {Handed.LATER, Handed.FAULT}:
        if waiting.attempts + 1 >= limits.SENDING_TRIES and not held:
            return "failed", "gave-up", at
        return (
            "waiting",
            "",
            at + min(limits.SENDING_FIRST_WAIT_SECONDS * 4**waiting.attempts, limits.SENDING_LONGEST_WAIT_SECONDS),
        )
    if handed in {Handed.UNDELIVERABLE, Handed.NOT_TAKEN}:
        return "failed", handed.value, at
    return handed.value, "", at


async def _leave_out(engine: Engine, waiting: Waiting, reason: str, *, recorded: bool = True) -> str:
    """Leave a message out for good. The gate has recorded its own no, if it was asked; what else says no is recorded here."""
    at = engine.clock.now()
    entry = None
    if not recorded or reason in RECORDED_HERE:
        entry = await left_out_entry(engine, waiting, reason, at)

    async def body(tx: Transaction) -> None:
        if await tx.run(
            "outbox_leave_out", person_id=waiting.person_id, message_id=waiting.message_id, reason=reason, at=at
        ):
            await count(tx, waiting, "left-out", reason)
            if entry is not None:
                await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return "left-out"


async def _put_off(engine: Engine, waiting: Waiting, until: float = 0.0) -> str:
    """Let a message wait: until then, or for the first wait."""
    at = engine.clock.now()
    await engine.data.write(
        lambda tx: tx.run(
            "outbox_put_off",
            person_id=waiting.person_id,
            message_id=waiting.message_id,
            next_at=until or at + limits.SENDING_FIRST_WAIT_SECONDS,
            at=at,
        )
    )
    return "waiting"


# -------------------------------------------------------------------- small things


async def wanted_slots(engine: Engine, mandate: Mandate, waiting: Waiting) -> tuple[tuple[str, ...], Person | None]:
    """Return the slots to open, the address, and the name where the policy and the person allow it today; with the person.

    The person is the one it was decided on, loaded with these slots; None where the gate has to load them.
    """
    policy = engine.policy.policy
    purpose = policy.purposes.get(waiting.purpose)
    address = address_item(policy, purpose, waiting.channel) if purpose else ""
    name = name_item(policy, purpose) if purpose else ""
    if not address or not name:
        return ((address,) if address else ()), None
    try:
        person = await engine.people.load(waiting.person_id, (address, name))
        decisions = await gate.decide(engine, mandate, person, (name,), waiting.channel, engine.clock.now())
    except (ErasedError, EvidenceError):
        return (address,), None  # the gate meets it too, and records it
    return ((address, name) if isinstance(decisions[name], Allowed) else (address,)), person


def _about(waiting: Waiting) -> tuple[tuple[str, str], ...]:
    return (("message", waiting.message_id), (waiting.origin, waiting.origin_id))


async def message_entry(  # noqa: PLR0913 -- who, what and when, beside the message
    engine: Engine,
    waiting: Waiting,
    act: Act,
    who: Actor = SYSTEM,
    *,
    at: float,
    outcome: Outcome = Outcome.DONE,
    facts: tuple[tuple[str, str], ...] = (),
) -> SealedEntry:
    """Return the entry of something that became of a message, beside the release itself; it rests on the message's purpose."""
    return entry_of(
        engine,
        who.acting(purpose=waiting.purpose),
        act,
        await about_person(engine, waiting.person_id),
        outcome=outcome,
        at=at,
        rests_on=f"purposes:{waiting.purpose} {GROUNDS[act]}",
        exit=waiting.channel.value,
        facts=(*_about(waiting), *facts),
    )


async def left_out_entry(engine: Engine, waiting: Waiting, reason: str, at: float) -> SealedEntry:
    """Return the entry of a message that is not sent, for a reason the gate did not record."""
    facts = (("reason", reason),)
    return await message_entry(engine, waiting, Act.MESSAGE_LEAVE_OUT, at=at, outcome=Outcome.REFUSED, facts=facts)


def _waiting(row: sql.OutboxDue) -> Waiting:
    return Waiting(
        row.person_id, row.message_id, row.origin, row.origin_id, row.purpose, Exit(row.channel), row.mandate_id,
        row.attempts,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message.

    Args:
        state: `waiting`, `handing`, `sent`, `failed`, `unknown` or `left-out`, or one of its channel's own states.
        reason: Why, where the state needs one.
        at: Since when, unix seconds.
    """

    state: str
    reason: str
    at: float


async def sent_of(engine: Engine, message_id: str, origin: str, origin_id: str) -> Sent | None:
    """Return what became of a message of one origin; None when there is none, or its person was erased."""

    async def body(tx: Transaction) -> Sent | None:
        row = await tx.one(sql.OutboxFind, message_id=message_id)
        if row is None or (row.origin, row.origin_id) != (origin, origin_id):
            return None
        state = await state_of(tx, message_id, row)
        return Sent(state.word, state.reason, state.at)

    return await engine.data.read(body)
