"""Drawing lots so that anybody can check it: HMAC-SHA256 over what was fixed before, with rejection sampling.

Fixed before anybody could choose: the seed (its hash is published when entering opens), the list of blinded tickets (its
hash is published at the close) and a number others make after the close. Source: RFC 2104 §2 for HMAC; RFC 3797 §3 for
a public number in a public selection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from kept.crypto.digest import hmac_sha256

SPACE = 2**256


def blind_ticket(instance: str, secret: str) -> str:
    """Return the blinded ticket of a secret that only the entrant's receipt holds, hex."""
    return _hash("ticket", instance, secret)


def commit_seed(instance: str, seed: str) -> str:
    """Return what is published of a seed before the draw, hex."""
    return _hash("seed", instance, seed)


def commit_list(instance: str, blinded: Sequence[str]) -> str:
    """Return what is published of the blinded tickets at the close, hex."""
    return _hash("list", instance, *sorted(blinded))


def draw(seed: str, list_hash: str, public_number: str, tickets: int, wanted: int) -> list[int]:
    """Return the places, from 0, of the tickets drawn, in the order they are drawn; each at most once.

    Args:
        seed: Committed to before entering opened.
        list_hash: Of the blinded tickets, in their sorted order.
        public_number: As the named source published it.
        tickets: How many there are.
        wanted: How many are drawn; fewer when there are fewer tickets.
    """
    drawn: list[int] = []
    counter = 0
    while len(drawn) < min(wanted, tickets):
        message = "\n".join(("kept/draw/v1", list_hash, public_number, str(counter)))
        number = int.from_bytes(hmac_sha256(seed.encode(), message.encode()), "big")
        counter += 1
        if number < SPACE - SPACE % tickets and number % tickets not in drawn:  # every ticket the same chance
            drawn.append(number % tickets)
    return drawn


def _hash(label: str, *parts: str) -> str:
    return hashlib.sha256("\n".join((f"kept/{label}/v1", *parts)).encode()).hexdigest()
