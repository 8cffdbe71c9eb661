"""What a page says of the form that led to it: in its address, but sealed by this server, for one page, one session and some minutes.

Somebody else's link says nothing: a page repeats no word of an address that this server did not write for whoever follows it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kept import limits
from kept.services.engine.engine import Engine
from kept.services.engine.marks import new_mark, read_mark

SAID = "said"
"""Name of the parameter."""


class _Said(msgspec.Struct, frozen=True):
    """What was said, to whom, on which page, and until when (unix seconds)."""

    said: dict[str, str]
    page: str
    whose: str
    until: float


def say(engine: Engine, said: Mapping[str, str], page: str, whose: str) -> str:
    """Return what to put into the address of a page.

    Args:
        engine: Open.
        said: What it is to say, by name.
        page: Its path, with the language.
        whose: Hash of the session it is said to; empty for none.
    """
    until = engine.clock.now() + limits.SAID_SECONDS
    return new_mark(engine, SAID, msgspec.json.encode(_Said(dict(said), page, whose, until)))


def read_said(engine: Engine, unverified: str, page: str, whose: str) -> Mapping[str, str]:
    """Return what was said to this session on this page; nothing for any other text.

    Args:
        engine: Open.
        unverified: From the address.
        page: The path asked, with the language.
        whose: Hash of the session that asks; empty for none.
    """
    content = read_mark(engine, SAID, unverified) if unverified else b""
    if not content:
        return {}
    found = msgspec.json.decode(content, type=_Said)
    same = (found.page, found.whose) == (page, whose) and engine.clock.now() <= found.until
    return found.said if same else {}
