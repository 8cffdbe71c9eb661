"""Networks: which accounts one tries in vain, and whether an account is signed in to from two within minutes.

Kept in memory alone, for an hour, under a keyed hash that means nothing to anybody else. No outside database is asked where a
network is: that it is another one than a moment ago is all that can be known, so a phone that leaves its home's network for
the street's looks the same. That is why a device seen before counts for more than the network it is in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from kept import limits
from kept.crypto.digest import framed, hmac_sha256
from kept.crypto.random import random_bytes

V = TypeVar("V")


@dataclass(slots=True)
class _Tried:
    since: float
    accounts: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Place:
    network: bytes
    at: float
    known: bool
    mark: str


class Networks:
    """What is remembered of networks.

    Args:
        now: Answers unix seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._key = random_bytes(32)
        self._tried: dict[bytes, _Tried] = {}
        self._places: dict[bytes, _Place] = {}

    def tried(self, network: str, account: bytes) -> frozenset[bytes]:
        """Note a try that failed; return whose accounts one network tries too many of, as far as that is not told yet.

        Args:
            network: As `rate_limits.network_of` has it.
            account: Whatever tells accounts apart.

        Returns:
            Nobody; all of them, when this one is the last of `limits.ACCOUNTS_FROM_A_NETWORK`; then each further one.
        """
        at, name = self._now(), self._name(network)
        held = self._tried.get(name)
        if held is None or at - held.since >= limits.NETWORK_SECONDS:
            held = _Tried(at)
            _put(self._tried, name, held)
        new = account not in held.accounts
        if len(held.accounts) < limits.NETWORKS_REMEMBERED:
            held.accounts.add(account)
        if not new or len(held.accounts) < limits.ACCOUNTS_FROM_A_NETWORK:
            return frozenset()
        first = len(held.accounts) == limits.ACCOUNTS_FROM_A_NETWORK
        return frozenset(held.accounts) if first else frozenset({account})

    def signed_in(self, network: str, account: bytes, *, came: str, goes: str) -> bool:
        """Note a sign-in; return whether the one before came from another network just now, and from another, new device.

        Args:
            network: As `rate_limits.network_of` has it.
            account: Whatever tells accounts apart.
            came: The mark of a device that signed in to this account before; empty for none.
            goes: The mark it was given now.
        """
        now = _Place(self._name(network), self._now(), bool(came), goes)
        before = self._places.pop(account, None)
        _put(self._places, account, now)
        if before is None or now.at - before.at > limits.NETWORK_CHANGE_SECONDS or before.network == now.network:
            return False
        return came != before.mark and not (before.known and now.known)

    def _name(self, network: str) -> bytes:
        return hmac_sha256(self._key, framed(b"kept/network/v1", network.encode()))


def _put(held: dict[bytes, V], key: bytes, value: V) -> None:
    """Put what is newest last; where there is no room the oldest goes."""
    held.pop(key, None)
    if len(held) >= limits.NETWORKS_REMEMBERED:
        del held[next(iter(held))]
    held[key] = value
