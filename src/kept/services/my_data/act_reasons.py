"""Why an act that concerns a person was done, what of it they can stop, and why the rest cannot be stopped."""

from __future__ import annotations

from dataclasses import dataclass

from kept.errors import InputError
from kept.policy.channel import CHANNELS
from kept.policy.duties import serving
from kept.policy.model import Purpose
from kept.policy.person import PersonState
from kept.policy.words import Basis, Exit, PurposeDuty
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account
from kept.services.gate.history import account_of
from kept.services.gate.own_session import Own
from kept.services.my_data.choices import Said, choose, stop_use
from kept.store import sql

WAYS = ("channel", "purpose", "use")
"""What can be stopped: the purpose by the way the act took, the purpose by every way, the whole use."""


LAWFUL = frozenset({Act.DISCLOSURE_READ, Act.DISCLOSURE_TELL})
"""Acts of a disclosure that have no purpose of their own: a law asks for them all the same."""


@dataclass(frozen=True, slots=True)
class ActWhy:
    """Why an act was done.

    Args:
        entry_id: Its entry, hex.
        account: What happened.
        purpose: What it was done for; None where it had none, or the policy has it no more.
        agreed_at: When the person agreed to that, unix seconds; None where it needs no agreement, or there is none now.
        stoppable: What they can stop now, of `WAYS`.
        stopped: What of it is stopped already.
        cannot: Why the rest cannot be stopped, a word: `yours`, `gone`, `law`, `answers`, `account`; empty where all of it can.
    """

    entry_id: str
    account: Account
    purpose: Purpose | None
    agreed_at: float | None
    stoppable: tuple[str, ...]
    stopped: tuple[str, ...]
    cannot: str


async def why_of(engine: Engine, own: Own, entry_id: str) -> ActWhy:
    """Return why an act that concerns the person was done.

    Args:
        engine: Open.
        own: The person's session.
        entry_id: Hex, from outside.

    Raises:
        InputError: There is no such entry of theirs, or they may not be told yet.
    """
    missing = InputError(
        "expected an entry that concerns you, found none", reason="entry-unknown", hint="pick a line of My data"
    )
    try:
        raw = bytes.fromhex(entry_id)
    except ValueError:
        raise missing from None
    mine = await engine.data.one(sql.EntryPersonGet, person_id=own.person_id, entry_id=raw)
    account = await account_of(engine, entry_id) if mine is not None else None
    if account is None:
        raise missing
    state = (await engine.people.load(own.person_id)).state
    purpose = engine.policy.policy.purposes.get(account.purpose)
    cannot = _cannot(engine, account, purpose)
    ways = () if purpose is None or cannot else _ways(account, purpose)
    stopped = tuple(way for way in ways if purpose is not None and _is_stopped(state, account, purpose, way))
    agreed = [one.at for one in state.grants if one.purpose == account.purpose and not one.withdrawn]
    return ActWhy(
        entry_id, account, purpose, max(agreed, default=None), tuple(one for one in ways if one not in stopped), stopped,
        cannot,
    )  # fmt: skip


async def stop_act(engine: Engine, own: Own, entry_id: str, way: str) -> Said:
    """Stop what an act belongs to; return the entry of that, and what it came too late for.

    Args:
        engine: Open.
        own: The person's session.
        entry_id: Hex, from outside.
        way: One of `WAYS`.

    Raises:
        InputError: No such entry of theirs, or nothing of it can be stopped that way; it says why.
    """
    found = await why_of(engine, own, entry_id)
    if found.purpose is None or way not in {*found.stoppable, *found.stopped}:
        raise InputError(
            "expected what can be stopped of this act, found another",
            reason="act-not-stoppable",
            hint="look at the page again: it says what can be stopped, and why the rest cannot",
        )
    if way == "use":
        return await stop_use(engine, own, found.purpose.id, stop=True)
    by = Exit(found.account.exit) if way == "channel" else None
    return await choose(engine, own, found.purpose.id, by, allow=False)


def _cannot(engine: Engine, account: Account, purpose: Purpose | None) -> str:
    """Return why nothing of an act can be stopped, a word; empty where something can."""
    if account.act in LAWFUL:
        return "law"
    if purpose is None:
        return "yours" if account.kind == "own" else ("gone" if account.purpose else "account")
    if purpose.basis is Basis.LAW:
        return "law"
    if purpose.id in serving(engine.policy.policy, PurposeDuty.RIGHTS_REQUEST):
        return "answers"
    return "" if purpose.uses else "account"


def _ways(account: Account, purpose: Purpose) -> tuple[str, ...]:
    choosable = purpose.basis in {Basis.CONSENT, Basis.NOTICE}
    by_channel = choosable and account.exit in {one.value for one in CHANNELS & purpose.exits}
    return (*(("channel",) if by_channel else ()), *(("purpose",) if choosable else ()), "use")


def _is_stopped(state: PersonState, account: Account, purpose: Purpose, way: str) -> bool:
    if way == "use":
        return purpose.id in state.stops
    said = state.choice(purpose.id, Exit(account.exit) if way == "channel" else None)
    return said is not None and not said.allow
