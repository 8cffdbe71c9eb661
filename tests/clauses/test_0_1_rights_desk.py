"""§0.1 The rights desk (APPI Art. 32 to 35): asked by the person, by letter or by an agent; decided, answered in time, recorded."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from installation import MAIL, NAME
from writing_letters import answered, approved, came, checked, granted

from kept import limits
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.my_data import (
    rights_requests,
)

pytestmark = pytest.mark.anyio
PAPER = b"%PDF-1.7 a power of attorney"
ADDRESS = "604-8001 京都市中京区"


@pytest.fixture
async def desk(installation):
    """Who answers requests."""
    return await installation.staff("kato", ("privacy",))


@pytest.fixture
async def second(installation):
    """Who approves."""
    return await installation.staff("ono", ("privacy",))


def files(packed):
    """The files of an answer."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_a_copy_by_post_is_the_one_a_person_takes_along(installation, desk, second):
    """By post comes the same bundle as *take along*, with the letter, and a mark of who made it."""
    await installation.mori()
    made = await answered(installation, desk, await approved(installation, desk, second, "disclosure"))
    found = files(made.content)
    assert {"data.json", "data.schema.json", "items.csv", "uses.csv", "readable.html", "answer.html"} <= set(found)
    held = {one["item"]: one["value"] for one in json.loads(found["data.json"])["items"]}
    assert (held["mail_address"], held["name"]) == (MAIL, NAME)
    assert json.loads(found["answer.json"])["mark"]["by"] == desk.actor


async def test_an_overdue_request_turns_the_board(installation, desk):
    """The day is the policy's: a second later the clause is not kept, until somebody answers."""
    await installation.mori()
    request = await came(installation, desk, "purposes")

    async def state():
        return (await promise_board(installation.engine)).of("0.1").parts

    def ours(parts):
        return next(one for one in parts if one.part.id == "requests-in-time")

    assert ours(await state()).state is ClauseState.KEPT
    installation.wall.pass_(14 * limits.DAY + 1)
    late = ours(await state())
    assert (late.state, late.values) == (ClauseState.NOT_KEPT_YET, {"n": 1})
    (line,) = (await rights_requests.requests(installation.engine)).overdue
    assert line.id == request
    await checked(installation, desk, request)
    await granted(installation, desk, request)
    await answered(installation, desk, request)
    assert ours(await state()).state is ClauseState.KEPT
