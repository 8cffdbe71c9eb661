"""The link in each message: signed, random, and known to the installation by a keyed hash alone.

Who has the message may read why it came and say no to what brought it; nothing else.
"""

from __future__ import annotations

import base64
import binascii

from kept.crypto.digest import framed, hmac_sha256, same
from kept.crypto.random import random_bytes
from kept.services.engine.engine import Engine

RANDOM_BYTES, MAC_BYTES = 16, 8
CHARACTERS = 32
KIND = "message-link"


def new_link(engine: Engine) -> tuple[str, bytes]:
    """Return a fresh token, 32 characters that may stand in an address, and the hash it is known by."""
    drawn = random_bytes(RANDOM_BYTES)
    return base64.urlsafe_b64encode(drawn + _mac(engine, drawn)).decode(), engine.token_hash(KIND, drawn)


def parse_link(engine: Engine, unverified: str) -> bytes:
    """Return the hash a token is known by; empty when this installation never signed it.

    Args:
        engine: Open.
        unverified: From an address.
    """
    if len(unverified) != CHARACTERS or not unverified.isascii():
        return b""
    try:
        raw = base64.b64decode(unverified, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""
    drawn = raw[:RANDOM_BYTES]
    return engine.token_hash(KIND, drawn) if same(raw[RANDOM_BYTES:], _mac(engine, drawn)) else b""


def _mac(engine: Engine, drawn: bytes) -> bytes:
    """Sign a token: what is guessed is refused before anything is looked up."""
    return hmac_sha256(engine.keyring.installation_key("tokens"), framed(b"kept/message-link/v1", drawn))[:MAC_BYTES]
