"""A key provider that keeps its roots in memory: the interface alone, without files."""

from __future__ import annotations

from kept.crypto.aead import open_sealed, seal
from kept.crypto.random import random_bytes
from kept.vault.provider import missing_epoch


class MemoryProvider:
    """Roots in memory."""

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
