"""A channel that is held: its server failed for several messages in a row, so nothing is tried but one message now and then.

A failing server is no fact about a recipient. What waits goes on waiting, and is decided again when it is tried; staff are
told on the board and may have it tried at once.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from kept import limits
from kept.errors import ConflictError
from kept.policy.words import Exit
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import SYSTEM, entry_of
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

NOTED = "channel-faults:"


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults of a channel's server since it last took a message.

    Args:
        channel: Word of the channel.
        messages: Which messages met one, each once, and the tries at which there was no server at all; no more than hold
            the channel.
        since: When the first was, unix seconds.
        said: What the server said last, as a code; empty where nothing is known.
        next_at: When one message is tried again, unix seconds; 0 while the channel is not held.
    """

    channel: str
    messages: tuple[str, ...]
    since: float
    said: str
    next_at: float

    @property
    def held(self) -> bool:
        """Whether the channel is held."""
        return self.next_at > 0


async def held_channels(engine: Engine) -> list[Faults]:
    """Return the channels that are held, in the order of the table of channels."""
    found = [await _faults(engine, channel) for channel in engine.dispatchers]
    return [one for one in found if one is not None and one.held]


async def wait_until(engine: Engine, channel: Exit) -> float:
    """Return when a message of a channel may be tried: 0 for now. On a held channel that is due, one caller gets the now."""
    now = engine.clock.now()
    noted = await _faults(engine, channel)
    if noted is None or not noted.held:
        return 0.0
    if noted.next_at > now:
        return noted.next_at

    async def body(tx: Transaction) -> float:
        one = await _noted(tx, channel)
        if one is None or not one.held:
            return 0.0
        if one.next_at > now:
            return one.next_at
        await _write(tx, channel, Faults(one.channel, one.messages, one.since, one.said, _next(now)))
        return 0.0

    return await engine.data.write(body)


async def hold_back(engine: Engine) -> None:
    """Let whatever waits for a held channel wait until its next try, in one statement for each channel."""
    now = engine.clock.now()
    for one in await held_channels(engine):
        if one.next_at > now:

            async def body(tx: Transaction, held: Faults = one) -> None:
                await tx.run("outbox_hold_back", channel=held.channel, next_at=held.next_at)

            await engine.data.write(body)


async def note_fault(engine: Engine, channel: Exit, said: str, message_id: str = "") -> bool:
    """Note that a channel's server failed; return whether the channel is held now.

    Args:
        engine: Open.
        channel: Whose server.
        said: What it said, as a code.
        message_id: Which message it would not take: one that is refused again and again does not hold the others. Empty
            where no message was offered.
    """
    now = engine.clock.now()
    entry = entry_of(
        engine, SYSTEM, Act.CHANNEL_HOLD, outcome=Outcome.FAILED, at=now, exit=channel.value, facts=(("server", said),)
    )

    async def body(tx: Transaction) -> bool:
        one = await _noted(tx, channel) or Faults(channel.value, (), now, said, 0)
        messages, met = one.messages, message_id or f"try-{len(one.messages)}"
        if met not in messages and len(messages) < limits.FAULTS_IN_A_ROW:
            messages = (*messages, met)
        held = len(messages) >= limits.FAULTS_IN_A_ROW
        if held and not one.held:
            await insert_entries(tx, [entry], now)
        next_at = max(one.next_at, _next(now)) if held else 0.0
        await _write(tx, channel, Faults(channel.value, messages, one.since, said, next_at))
        return held

    return await engine.data.write(body)


async def note_success(engine: Engine, channel: Exit) -> None:
    """Note that a channel's server took a message, or refused one for a reason of the recipient's: it works."""
    if await _faults(engine, channel) is None:
        return

    async def body(tx: Transaction) -> None:
        one = await _noted(tx, channel)
        await tx.run("meta_put", name=NOTED + channel.value, value="")
        if one is not None and one.held:
            await tx.run("outbox_go_on", channel=channel.value, at=engine.clock.now())

    await engine.data.write(body)


async def try_now(engine: Engine, session: StaffSession, channel: str) -> None:
    """Have a held channel tried at once, as a member of staff who sends decides; recorded.

    Args:
        engine: Open.
        session: Has a role with a purpose that leaves by this channel.
        channel: Word of a channel that is held.

    Raises:
        DeniedError: No role of theirs reaches people by it.
        ConflictError: It is not held.
    """
    way = next((one for one in engine.dispatchers if one.value == channel), None)
    if way is None:
        raise _not_held()
    using = [one.id for one in engine.policy.policy.purposes.values() if way in one.exits]
    purpose = next((one for one in using if session.acts_for(engine, one)), using[0] if using else "")
    session.require_purpose(engine, purpose)
    now = engine.ready()
    entry = entry_of(engine, session.acting(purpose=purpose), Act.CHANNEL_TRY, at=now, exit=channel)

    async def body(tx: Transaction) -> None:
        one = await _noted(tx, way)
        if one is None or not one.held:
            raise _not_held()
        await _write(tx, way, Faults(one.channel, one.messages, one.since, one.said, now))
        await tx.run("outbox_go_on", channel=channel, at=now)
        await insert_entries(tx, [entry], now)

    await engine.data.write(body)


def _next(now: float) -> float:
    return now + limits.CHANNEL_HELD_SECONDS


def _not_held() -> ConflictError:
    return ConflictError("expected a channel that is held, found none", reason="channel-not-held", hint="look again")


async def _faults(engine: Engine, channel: Exit) -> Faults | None:
    return _read(await engine.meta(NOTED + channel.value))


async def _noted(tx: Transaction, channel: Exit) -> Faults | None:
    row = await tx.one(sql.MetaGet, name=NOTED + channel.value)
    return _read(row[0] if row is not None else "")


def _read(text: str) -> Faults | None:
    if not text:
        return None
    plain = json.loads(text)
    return Faults(**{**plain, "messages": tuple(plain["messages"])})


async def _write(tx: Transaction, channel: Exit, one: Faults) -> None:
    await tx.run("meta_put", name=NOTED + channel.value, value=json.dumps(asdict(one)))
