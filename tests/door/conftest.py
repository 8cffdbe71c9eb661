"""The bakery of these tests."""

from __future__ import annotations

import pytest
from bakery import Bakery

from kept.channels.mailbox import Mailbox


@pytest.fixture
def bakery(tmp_path) -> Bakery:
    """A bakery nobody has opened yet."""
    return Bakery(tmp_path)


@pytest.fixture
async def mailbox(anyio_backend):
    """A mail server that keeps what it gets."""
    receiver = await Mailbox().open()
    yield receiver
    await receiver.close()
