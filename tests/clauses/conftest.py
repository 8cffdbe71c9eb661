"""The house every clause is tried in."""

from __future__ import annotations

import pytest

from house import House
from receiving import Desk


@pytest.fixture(params=["memory", "sqlite"])
async def house(request, tmp_path, anyio_backend):
    """A fresh house over each store, with the Photolibrary policy active."""
    one = House(tmp_path, request.param)
    await one.open()
    yield one
    await one.close()


@pytest.fixture
async def desk(house):
    """A house that sends by mail, two of its staff, and the mail server on the other side."""
    one = await Desk(house).begin()
    yield one
    await one.end()
