"""The blind index: a keyed hash of a normal form, one key per item, so that equal values can be found and not read."""

from __future__ import annotations

from kept.crypto.digest import framed, hmac_sha256


def index_token(index_key: bytes, item: str, normal_form: str) -> bytes:
    """Return the token of a value, 32 bytes.

    Args:
        index_key: 32 bytes, of this item alone.
        item: Item id.
        normal_form: From `normal.normalise`; two spellings of one value have the same.
    """
    return hmac_sha256(index_key, framed(b"kept/index/v1", item.encode(), normal_form.encode()))
