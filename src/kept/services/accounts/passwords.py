"""Passwords of customers: hashed on a thread of their own, only so many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from kept.services.engine.engine import Engine

T = TypeVar("T")


async def hash_password(engine: Engine, password: str, name: str = "") -> str:
    """Return the hash of a new password.

    Args:
        engine: Open.
        password: 12 to 200 characters.
        name: Login name it is for; empty where that is not known yet.

    Raises:
        SubmissionError: It is too short or too long, repeats few characters, or holds the login name.
    """
    return await _in_turn(engine, lambda: engine.passwords.hash(password, name))


async def hash_again(engine: Engine, password: str) -> str:
    """Return the hash of a password just verified, at the cost of now."""
    return await _in_turn(engine, lambda: engine.passwords.hash_again(password))


async def verify_password(engine: Engine, stored_hash: str | None, password: str) -> None:
    """Verify a password; an unknown account costs the same and says the same.

    Args:
        engine: Open.
        stored_hash: Hash of the account; None when there is no such account, or it has no password.
        password: As typed.

    Raises:
        SignInError: Wrong, or no such account.
    """
    await _in_turn(engine, lambda: engine.passwords.verify_password(stored_hash, password))


async def _in_turn(engine: Engine, act: Callable[[], T]) -> T:
    async with engine.password_turns:
        return await asyncio.get_running_loop().run_in_executor(None, act)
