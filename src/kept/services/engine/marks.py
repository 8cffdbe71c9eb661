"""Marks: what our cookies hold of a person or device, sealed: another text each time, and nobody's name or number in it."""

from __future__ import annotations

from kept.crypto.token import token_bytes, token_text
from kept.errors import SealError
from kept.services.engine.engine import Engine
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record

KIND = "mark"


def new_mark(engine: Engine, use: str, content: bytes) -> str:
    """Return a cookie's text; the same content makes another one each time.

    Args:
        engine: Open.
        use: What the cookie is for, a word; a mark of one use is none of another.
        content: What only this installation reads again.
    """
    return token_text(seal_installation_record(engine, KIND, use, content))


def read_mark(engine: Engine, use: str, unverified: str) -> bytes:
    """Return what a mark holds; empty for one this installation did not make for this use.

    Args:
        engine: Open.
        use: What the cookie is for.
        unverified: As the browser sent it.
    """
    sealed = token_bytes(unverified)
    if token_text(sealed) != unverified:
        return b""  # another spelling of a mark is none
    try:
        return open_installation_record(engine, KIND, use, sealed)
    except SealError:
        return b""
