"""What a key provider does, all by epoch. The root of an epoch never leaves its provider."""

from __future__ import annotations

from typing import Protocol

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


def missing_epoch(epoch: int) -> ClosedError:
    """Return the error for an epoch whose root is not there."""
    return ClosedError(
        f"expected the root of key epoch {epoch}, found none",
        reason="epoch-missing",
        hint="put the key file of that epoch back; without it everything sealed under it stays closed",
        rests_on="keys-apart",
    )
