"""What a key provider does, all by epoch. The root of an epoch never leaves its provider."""

from __future__ import annotations

from typing import Protocol

from kept.crypto.aead import open_sealed, seal
from kept.crypto.random import random_bytes
from kept.errors import ClosedError


class Provider(Protocol):
    """Wraps and unwraps keys under an epoch's root."""

    def create(self, epoch: int) -> None:
        """Make the root of *epoch*; does nothing when it exists."""
        ...

    def wrap(self, epoch: int, key: bytes, associated: bytes) -> bytes:
        """Wrap a 32-byte key, bound to *associated*."""
        ...

    def unwrap(self, epoch: int, wrapped: bytes, associated: bytes) -> bytes:
        """Unwrap a key.

        Raises:
            ClosedError: The provider is away, or the epoch's root is missing (`epoch-missing`).
            SealError: It was wrapped under another root or binding.
        """
        ...

    def destroy(self, epoch: int) -> None:
        """Destroy the root of *epoch*: nothing wrapped under it opens again."""
        ...

    def state(self, epoch: int) -> str:
        """Return `usable` or `missing`."""
        ...


class MemoryProvider:
    """Roots in memory: for tests and for an installation that lives as long as its process."""

    def __init__(self) -> None:
        self._roots: dict[int, bytes] = {}

    def create(self, epoch: int) -> None:
        """Make the root of *epoch*; does nothing when it exists."""
        self._roots.setdefault(epoch, random_bytes(32))

    def wrap(self, epoch: int, key: bytes, associated: bytes) -> bytes:
        """Wrap a 32-byte key, bound to *associated*."""
        return seal(self._root(epoch), key, associated)

    def unwrap(self, epoch: int, wrapped: bytes, associated: bytes) -> bytes:
        """Unwrap a key; see `Provider.unwrap`."""
        return open_sealed(self._root(epoch), wrapped, associated)

    def destroy(self, epoch: int) -> None:
        """Destroy the root of *epoch*."""
        self._roots.pop(epoch, None)

    def state(self, epoch: int) -> str:
        """Return `usable` or `missing`."""
        return "usable" if epoch in self._roots else "missing"

    def _root(self, epoch: int) -> bytes:
        try:
            return self._roots[epoch]
        except KeyError:
            raise missing_epoch(epoch) from None


def missing_epoch(epoch: int) -> ClosedError:
    """Return the error for an epoch whose root is not there."""
    return ClosedError(
        f"expected the root of key epoch {epoch}, found none",
        reason="epoch-missing",
        hint="put the key file of that epoch back; without it everything sealed under it stays closed",
        rests_on="keys-apart",
    )
