"""What every key provider does, tried on the one in memory and the one in files."""

from __future__ import annotations

import pytest
from memory_provider import MemoryProvider

from kept.errors import ClosedError, SealError
from kept.services.engine.key_files import KeyFiles
from kept.vault.sealed import wrap_binding

KEY = b"k" * 32
BINDING = wrap_binding(b"p" * 16, "key-1", "values", 1)


@pytest.fixture(params=["memory", "files"])
def provider(request, tmp_path):
    """A provider with the root of epoch 1."""
    made = MemoryProvider() if request.param == "memory" else KeyFiles(tmp_path / "keys")
    made.create(1)
    return made


def test_wraps_and_unwraps(provider):
    """A key wrapped under an epoch unwraps under it, and the wrapped bytes do not show it."""
    wrapped = provider.wrap(1, KEY, BINDING)
    assert KEY not in wrapped
    assert wrapped != provider.wrap(1, KEY, BINDING)
    assert provider.unwrap(1, wrapped, BINDING) == KEY


def test_create_again_keeps_the_root(provider):
    """Making an epoch that exists changes nothing."""
    wrapped = provider.wrap(1, KEY, BINDING)
    provider.create(1)
    assert provider.unwrap(1, wrapped, BINDING) == KEY


def test_other_epoch(provider):
    """A key wrapped under one epoch does not unwrap under another."""
    provider.create(2)
    with pytest.raises(SealError):
        provider.unwrap(2, provider.wrap(1, KEY, BINDING), BINDING)


@pytest.mark.parametrize(
    "other",
    [
        wrap_binding(b"q" * 16, "key-1", "values", 1),
        wrap_binding(b"p" * 16, "key-2", "values", 1),
        wrap_binding(b"p" * 16, "key-1", "evidence", 1),
        wrap_binding(b"p" * 16, "key-1", "values", 2),
        b"",
    ],
)
def test_other_binding(provider, other):
    """A wrapped key is one person's, of one id, kind and epoch."""
    wrapped = provider.wrap(1, KEY, BINDING)
    with pytest.raises(SealError):
        provider.unwrap(1, wrapped, other)


def test_missing_epoch(provider):
    """Without its root an epoch is missing: closed, and said so."""
    assert provider.state(7) == "missing"
    for attempt in (lambda: provider.wrap(7, KEY, BINDING), lambda: provider.unwrap(7, b"x" * 60, BINDING)):
        with pytest.raises(ClosedError) as refused:
            attempt()
        assert refused.value.reason == "epoch-missing"


def test_destroyed_epoch(provider):
    """After its root is destroyed nothing wrapped under it unwraps, not even when the epoch is made anew."""
    wrapped = provider.wrap(1, KEY, BINDING)
    assert provider.state(1) == "usable"
    provider.destroy(1)
    provider.destroy(1)
    assert provider.state(1) == "missing"
    with pytest.raises(ClosedError):
        provider.unwrap(1, wrapped, BINDING)
    provider.create(1)
    with pytest.raises(SealError):
        provider.unwrap(1, wrapped, BINDING)
