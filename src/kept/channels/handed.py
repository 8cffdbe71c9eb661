"""How handing a message over ended, the same words for every channel."""

from __future__ import annotations

from enum import StrEnum


class Handed(StrEnum):
    """What a channel says of one try."""

    SENT = "sent"
    """The other side took it."""
    UNDELIVERABLE = "undeliverable"
    """There is no such address: it is not tried again, and put on the stop list."""
    NOT_TAKEN = "not-taken"
    """The other side will not take this message, whatever its reason: it is not tried again."""
    LATER = "later"
    """Not now, for a reason of the recipient's: it is tried again, decided anew."""
    FAULT = "fault"
    """A server fails or refuses, and says nothing of the recipient: tried again; several in a row hold the channel."""
    AGAIN = "again"
    """Nothing was offered: at once again, decided anew."""
    UNKNOWN = "unknown"
    """It may have gone: never sent again by itself."""
