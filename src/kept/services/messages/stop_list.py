"""Stop lists: addresses not to be written to, kept as keyed hashes under a key of each channel.

They name nobody and outlive erasure, so that *erase me* and *never write to me again* can both hold. Only the owner of the
address lifts one, once they have confirmed that it is theirs and knowing that it is listed (`confirmations`). Under a purpose
on consent or notice every reason counts; under one that is *necessary* only that the address does not exist: whoever must be
told something is told it, whatever they said about news.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kept.crypto.digest import framed, hmac_sha256
from kept.policy.channel import CHANNEL_TABLE, CHANNELS
from kept.policy.duties import used_channels
from kept.policy.item_type import ItemType
from kept.policy.model import Policy, Purpose
from kept.policy.words import Basis, Exit
from kept.services.engine.engine import Engine
from kept.services.engine.no_log import No, note
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.normal import normalise

UNDELIVERABLE, ASKED, TOLD_STAFF = "undeliverable", "asked", "told-staff"


def stop_key(channel: Exit) -> str:
    """Return the name of the installation's key for a channel's list."""
    return f"stop:{channel.value}"


def address_item(policy: Policy, purpose: Purpose, channel: Exit) -> str:
    """Return the item a purpose reaches people by over *channel*: of the type the channel prefers; empty when it uses none."""
    return next((item for kind in CHANNEL_TABLE[channel].address if (item := _item(policy, purpose, kind))), "")


def name_item(policy: Policy, purpose: Purpose) -> str:
    """Return the item a purpose calls people by; empty when it uses none."""
    return _item(policy, purpose, ItemType.PERSON_NAME)


def _item(policy: Policy, purpose: Purpose, kind: ItemType) -> str:
    found = (one.id for one in policy.items.values() if one.type is kind and purpose.may_use(one.id))
    return next((one for one in found if not policy.items[one].per_instance), "")


def stop_token(engine: Engine, channel: Exit, address: str) -> bytes:
    """Return what an address is called on a channel's list, 32 bytes; two spellings of one address are called the same.

    Args:
        engine: Open.
        channel: Which list.
        address: A value of the channel's item, as kept.
    """
    form = normalise(CHANNEL_TABLE[channel].address[0].about.normal, address).find_by or address
    key = engine.keyring.installation_key(stop_key(channel))
    return hmac_sha256(key, framed(b"kept/stop-list/v1", channel.value.encode(), form.encode()))


async def put_on(tx: Transaction, channel: Exit, token: bytes, reason: str, at: float) -> None:
    """Put an address on a list, within *tx*."""
    await tx.run("stop_list_put", channel=channel.value, token=token, reason=reason, since=at)
    await note(tx, No.STOP_LIST, at, channel=channel.value, token=token.hex(), reason=reason)


async def stands_against(tx: Transaction, channel: Exit, token: bytes, basis: Basis) -> bool:
    """Whether a list keeps an address from being written to, within the transaction that sends."""
    reasons = await tx.values(sql.StopListOf, channel=channel.value, token=token)
    return any(basis is not Basis.NECESSARY or reason == UNDELIVERABLE for reason in reasons)


def tokens_of(
    engine: Engine, values: Mapping[str, str | tuple[str, ...]], channels: Iterable[Exit] = CHANNELS
) -> list[tuple[Exit, bytes]]:
    """Return what the addresses among *values* are called on the lists of *channels*.

    Args:
        engine: Open.
        values: By slot or item.
        channels: Which lists.
    """
    items = engine.policy.policy.items
    return [
        (channel, stop_token(engine, channel, value))
        for channel in sorted(channels)
        for slot, value in values.items()
        if isinstance(value, str) and slot in items and items[slot].type in CHANNEL_TABLE[channel].address
    ]


async def lift(tx: Transaction, channel: Exit, token: bytes) -> int:
    """Take an address off its list, within *tx*: its owner, who confirmed it, wants that; return how many entries went."""
    return await tx.run("stop_list_lift", channel=channel.value, token=token)


async def counts(engine: Engine) -> dict[Exit, int]:
    """Return how many entries the list of each channel has that the policy uses, or that an earlier one filled."""
    found = {one: await engine.data.value(sql.StopListCount, channel=one.value) or 0 for one in sorted(CHANNELS)}
    used = used_channels(engine.policy.policy)
    return {one: count for one, count in found.items() if count or one in used}
