"""The sealed value of docs/formats/vault.md, against vectors made without Kept's code; each file is named by its flaw."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kept.errors import SealError
from kept.vault.sealed import open_value, seal_value

FOLDER = Path(__file__).parent / "sealed-value"
SOUND = sorted(path.stem for path in FOLDER.glob("sound-*.json"))
FLAWED = sorted(path.stem for path in FOLDER.glob("*.json") if not path.stem.startswith("sound-"))


def load(name):
    """Return key, sealed bytes, binding and value of a vector."""
    vector = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    where = vector["where"] | {"person_id": bytes.fromhex(vector["where"]["person_id"])}
    value = vector.get("value")
    return (
        bytes.fromhex(vector["key"]),
        bytes.fromhex(vector["sealed"]),
        where,
        tuple(value) if isinstance(value, list) else value,
    )


@pytest.mark.parametrize("name", SOUND)
def test_sound(name):
    """A sound vector opens to its value."""
    key, sealed, where, value = load(name)
    assert open_value(key, sealed, **where) == value


@pytest.mark.parametrize("name", FLAWED)
def test_flawed(name):
    """A flawed vector does not open."""
    key, sealed, where, value = load(name)
    assert value is None
    with pytest.raises(SealError):
        open_value(key, sealed, **where)


@pytest.mark.parametrize("name", SOUND)
def test_what_kept_seals(name):
    """What Kept seals, the library alone opens by the words of the format, to the same padded bytes as the vector's."""
    key, sealed, where, value = load(name)
    parts = (
        b"kept/value/v1",
        where["vault_id"].encode(),
        where["person_id"],
        where["key_id"].encode(),
        where["slot"].encode(),
        struct.pack(">Q", where["version"]),
        where["notice_id"].encode(),
        where["source"].encode(),
    )
    associated = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    ours = seal_value(key, value, **where)
    assert AESGCM(key).decrypt(ours[:12], ours[12:], associated) == AESGCM(key).decrypt(
        sealed[:12], sealed[12:], associated
    )


def test_every_part_has_its_vector():
    """Each part of the binding has a vector in which it alone is wrong."""
    _, _, where, _ = load("sound-text")
    assert {f"wrong-{part.removesuffix('_id')}" for part in where} <= set(FLAWED)
    assert len(SOUND) == 5
