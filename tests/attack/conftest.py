"""The installation every attack is tried on."""

from __future__ import annotations

import pytest
from installation import Installation
from receiving import MailDesk


@pytest.fixture
async def installation(tmp_path, anyio_backend):
    """A fresh installation over database files, with the Photolibrary policy active."""
    one = Installation(tmp_path)
    await one.open()
    yield one
    await one.close()


@pytest.fixture
async def desk(installation):
    """An installation that sends by mail, two of its staff, and the mail server on the other side."""
    one = await MailDesk(installation).begin()
    yield one
    await one.end()
