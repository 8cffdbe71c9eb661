"""The blind index."""

from __future__ import annotations

import hashlib
import hmac
import struct

from kept.vault.index import index_token

KEY = b"i" * 32


def test_is_hmac_over_framed_parts():
    """The token is HMAC-SHA256 over label, item and form, each behind its length."""
    parts = (b"kept/index/v1", b"phone", b"+819012345678")
    message = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    assert index_token(KEY, "phone", "+819012345678") == hmac.new(KEY, message, hashlib.sha256).digest()


def test_differs_by_every_part():
    """Another key, item or form gives another token; the border between item and form counts."""
    tokens = {
        index_token(KEY, "phone", "1"),
        index_token(b"j" * 32, "phone", "1"),
        index_token(KEY, "fax", "1"),
        index_token(KEY, "phone", "2"),
        index_token(KEY, "phone1", ""),
        index_token(KEY, "", "phone1"),
    }
    assert len(tokens) == 6
    assert {len(token) for token in tokens} == {32}
