"""Identifiers a gate gave to browsers: none is given twice, so that none stays behind from session to session.

A cookie that identifies a session or a device holds another value each time one is begun. A value that is given to a browser that
did not bring it, and was given before, is somebody's number under another name. Kept as keyed hashes in memory only.
"""

from __future__ import annotations

from collections import OrderedDict

from kept import limits
from kept.crypto.digest import hmac_sha256
from kept.crypto.random import random_bytes


class Given:
    """What one gate gave since it began; the oldest is forgotten first."""

    def __init__(self) -> None:
        self._key = random_bytes(32)
        self._seen: OrderedDict[bytes, float] = OrderedDict()

    def again(self, name: str, value: str, at: float) -> bool:
        """Note that a value is given to a browser that did not bring it; return whether it was given before.

        Args:
            name: The cookie.
            value: What it is to hold.
            at: Now, unix seconds.
        """
        mark = hmac_sha256(self._key, f"{name}={value}".encode("latin-1"))[:16]
        first = self._seen.setdefault(mark, at)
        while len(self._seen) > limits.COOKIES_GIVEN:
            self._seen.popitem(last=False)
        return at - first > limits.COOKIE_GIVEN_AGAIN_SECONDS
