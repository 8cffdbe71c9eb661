"""Guesses at an account: what the sign-in saw of them, by the day, for its owner; what is out of the ordinary, for staff too.

A try at an account that does not exist is written down like any other, under nobody's number, so that neither the answer nor
the time it takes tells the two apart. The entries, and a message to who allowed one, follow within the minute.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from kept.crypto.digest import framed, sha256
from kept.policy.day import day_of
from kept.services.accounts.accounts import PASSKEY_NAME
from kept.services.accounts.networks import Networks
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.record import SYSTEM, record
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.normal import login_form

ALARM = "alarm:"
"""Begins the kind of what the board shows; it stands under nobody's number."""
NOBODY = bytes(16)
"""What was tried does not exist."""


class Sign(StrEnum):
    """What the sign-in can see at an account; words are permanent."""

    GUESS = "guess"
    OWN_DEVICE = "own-device"
    MANY_ACCOUNTS = "many-accounts"
    TWO_NETWORKS = "two-networks"
    WRITTEN = "written"


ALARMS = frozenset({Sign.MANY_ACCOUNTS, Sign.TWO_NETWORKS})
"""What is out of the ordinary: flagged to staff and to the owner."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the sign-in saw at an account on one day.

    Args:
        day: In the policy's zone, YYYY-MM-DD.
        kind: `guess` (wrong, from a device not seen before), `own-device` (wrong, from one seen before), `many-accounts` (by a
            network that tried many accounts), `two-networks` (signed in from two networks within minutes), `written` (told by
            a message).
        count: How often.
        last_at: When last, unix seconds.
    """

    day: str
    kind: str
    count: int
    last_at: float


async def note_failed(engine: Engine, networks: Networks, login_name: str, network: str, *, known: bool) -> None:
    """Write down a try at an account that failed.

    Args:
        engine: Open.
        networks: What is remembered of networks.
        login_name: As typed, or as `passkeys.account_of` has it.
        network: Where from, as `rate_limits.network_of` has it; empty where nobody knows.
        known: Whether the device signed in to this account before.
    """
    passkey = login_name.startswith(PASSKEY_NAME)
    name = login_name if passkey else login_form(login_name)  # a key's number is longer than any name we issue
    person_id = await engine.data.value(sql.LoginGet, login_name=name) or NOBODY
    who = person_id if person_id != NOBODY else sha256(framed(b"kept/tried/v1", name.encode()))
    tried = networks.tried(network, who) if network else frozenset()
    kind = Sign.OWN_DEVICE if known else Sign.GUESS
    signs = [(person_id, kind), *((_person(one), Sign.MANY_ACCOUNTS) for one in sorted(tried))]
    await _write(engine, signs)
    if tried:
        await _alarm(engine, Sign.MANY_ACCOUNTS)


async def note_signed_in(  # noqa: PLR0913 -- who, where, and the device before and after
    engine: Engine, networks: Networks, person_id: bytes, network: str, *, came: str, goes: str
) -> None:
    """Look at where a sign-in comes from; write down what is out of the ordinary.

    Args:
        engine: Open.
        networks: What is remembered of networks.
        person_id: Who signed in, 16 bytes.
        network: Where from, as `rate_limits.network_of` has it.
        came: The mark of a device that signed in to this account before; empty for none.
        goes: The mark it was given now.
    """
    if networks.signed_in(network, person_id, came=came, goes=goes):
        await _write(engine, [(person_id, Sign.TWO_NETWORKS)])
        await _alarm(engine, Sign.TWO_NETWORKS)


async def note_staff_signed_in(  # noqa: PLR0913 -- as `note_signed_in`
    engine: Engine, networks: Networks, account: str, network: str, *, came: str, goes: str
) -> None:
    """Look at where a member of staff signs in from, as `note_signed_in`; nobody's page shows it but the board.

    Args:
        engine: Open.
        networks: What is remembered of networks.
        account: As `devices.account_of_staff` has it.
        network: Where from.
        came: The mark of a device that signed in to this account before; empty for none.
        goes: The mark it was given now.
    """
    if networks.signed_in(network, account.encode(), came=came, goes=goes):
        await _write(engine, [(NOBODY, Sign.TWO_NETWORKS)])
        await _alarm(engine, Sign.TWO_NETWORKS)


async def seen_at(engine: Engine, person_id: bytes) -> tuple[Seen, ...]:
    """Return what the sign-in saw at an account lately, the newest day first."""
    return tuple(Seen(*row) for row in await engine.data.all(sql.SignsOf, person_id=person_id))


async def alarms_by_day(engine: Engine) -> tuple[Seen, ...]:
    """Return what was out of the ordinary lately, over all accounts, the newest day first; nobody is named."""
    return tuple(
        replace(one, kind=one.kind.removeprefix(ALARM)) for one in await seen_at(engine, NOBODY) if ALARM in one.kind
    )


async def _write(engine: Engine, signs: list[tuple[bytes, Sign]]) -> None:
    at = engine.clock.now()
    day = day_of(at, engine.zone)

    async def body(tx: Transaction) -> None:
        for one, kind in signs:
            known = (
                await tx.value(sql.StateG, person_id=one) is not None
            )  # memory outlives who was erased within the hour
            person_id = one if known else NOBODY
            await tx.run("sign_add", person_id=person_id, day=day, kind=kind.value, at=at)

    await engine.data.write(body)


async def _alarm(engine: Engine, kind: Sign) -> None:
    """Count what is out of the ordinary for the board; the first of a day is recorded at once."""
    at = engine.clock.now()
    what = {"person_id": NOBODY, "day": day_of(at, engine.zone), "kind": f"{ALARM}{kind.value}", "at": at}

    async def body(tx: Transaction) -> bool:
        return bool(await tx.run("sign_once", **what)) or not await tx.run("sign_add", **what)

    if await engine.data.write(body):
        await record(engine, SYSTEM, Act.SIGN_IN_ALARM, at=at, facts=(("kind", kind.value),))


def _person(tried: bytes) -> bytes:
    return tried if len(tried) == len(NOBODY) else NOBODY
