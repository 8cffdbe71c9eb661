"""Random bytes from the operating system; the one place they come from."""

from __future__ import annotations

import os
import secrets
from typing import Any


def random_bytes(count: int) -> bytes:
    """Return *count* fresh random bytes."""
    return os.urandom(count)


def random_id() -> str:
    """Return a fresh 128-bit id, 32 hex digits."""
    return os.urandom(16).hex()


def random_secret() -> str:
    """Return a fresh 256-bit secret, URL-safe text."""
    return secrets.token_urlsafe(32)


def random_bits(count: int) -> int:
    """Return a whole number of *count* fresh random bits, 0 or more."""
    return secrets.randbits(count)


def shuffle(items: list[Any]) -> None:
    """Put a list into a fresh random order."""
    secrets.SystemRandom().shuffle(items)
