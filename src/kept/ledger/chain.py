"""The chain of one person's entries: each is numbered, and the head over all of them follows from the ids in their order.

    head 0 = SHA-256( framed("kept/chain/v1", person id) )
    head n = SHA-256( framed("kept/chain/v1", head n − 1, n as 8 bytes, entry id) )

A head fixes the whole list before it: no other list of ids, and no other order, leads to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kept.crypto.digest import framed, sha256

CHAIN_LABEL = b"kept/chain/v1"
_LABELLED = framed(CHAIN_LABEL)


class Chain(NamedTuple):
    """How many entries were counted, and the head over them (32 bytes)."""

    number: int
    head: bytes


def begun(person_id: bytes) -> Chain:
    """Return the chain of a person about whom nothing was recorded."""
    return Chain(0, sha256(framed(CHAIN_LABEL, person_id)))


def extended(chain: Chain, entry_id: bytes) -> Chain:
    """Return the chain with one entry more."""
    number = chain.number + 1
    return Chain(number, sha256(_LABELLED + framed(chain.head, number.to_bytes(8, "big"), entry_id)))


def ranges(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return rising numbers as ranges, first and last of each."""
    found: list[tuple[int, int]] = []
    for one in numbers:
        if found and found[-1][1] == one - 1:
            found[-1] = found[-1][0], one
        else:
            found.append((one, one))
    return tuple(found)
