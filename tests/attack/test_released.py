"""Attacks on a released value: nothing ordinary a program does shows what it holds."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import pprint
import sys
import traceback

import msgspec
import pytest
from cited import cited
from installation import NAME

from kept.errors import DeniedError
from kept.policy.words import Exit
from kept.services.cases import cases

pytestmark = pytest.mark.anyio


def _fail(value):
    raise RuntimeError(f"with {value}", value)


@pytest.fixture
async def released(installation):
    """A name, released to support for the screen."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    return (await cases.open_item(installation.engine, session, case.id, "name"))["name"]


async def test_it_prints_as_what_it_is(released, caplog, capsys):
    """Printed, formatted, logged and in a traceback it says item and purpose, never the value."""
    caplog.set_level(logging.DEBUG)
    sys.stdout.write(f"{[released]} { ({1: released}) }")
    logging.getLogger("x").info("read %s %r", released, released)
    try:
        _fail(released)
    except RuntimeError:
        shown = traceback.format_exc()
    shown += f"{released} {released!r} {released!s} {released:>40}" + pprint.pformat([released])
    shown += capsys.readouterr().out + caplog.text
    assert NAME not in shown
    assert "<name released for contact>" in shown


ORDINARY = (
    copy.copy, copy.deepcopy, pickle.dumps, json.dumps, msgspec.json.encode, msgspec.msgpack.encode, hash, bool, len, list,
    sorted, "".join, vars, lambda one: one == NAME, lambda one: one != NAME, lambda one: one < NAME,
    lambda one: NAME in one, lambda one: one + "", lambda one: one[0], lambda one: {one}, lambda one: {one: 1},
    lambda one: json.dumps({"name": one}), str.upper, bytes, lambda one: one.encode(), iter,
)  # fmt: skip


async def test_ordinary_acts_are_refused(released):
    """Copying, pickling, encoding, comparing, hashing, measuring, iterating and joining raise without the value."""
    for act in ORDINARY:
        with pytest.raises((TypeError, AttributeError, NotImplementedError)) as refused:
            act(released)
        assert NAME not in f"{refused.value!r}"


async def test_it_opens_once_at_its_exit(released):
    """The first opening answers, the second is refused with the clause, and the value is gone from the object."""
    with released.open(Exit.SCREEN) as text:
        assert text == NAME
    with pytest.raises(DeniedError) as refused, released.open():
        pass
    assert (refused.value.reason, cited(refused.value)) == ("opened-before", "§0.1")
    assert released._content is None


async def test_it_does_not_open_at_another_exit(released):
    """At every other way out it stays closed, and the right one still works afterwards."""
    for way_out in set(Exit) - {Exit.SCREEN}:
        with pytest.raises(DeniedError) as refused, released.open(way_out):
            pass
        assert refused.value.reason == "other-exit"
    with released.open() as text:
        assert text == NAME


async def test_after_five_minutes_it_is_gone(installation, released):
    """Opened late it is refused, and even the object no longer holds it."""
    installation.wall.pass_(301)
    with pytest.raises(DeniedError) as refused, released.open():
        pass
    assert refused.value.reason == "opened-late"
    assert released._content is None


async def test_two_tasks_cannot_both_open_it(released):
    """Opened by many tasks at once, exactly one gets it."""

    async def take():
        with released.open() as text:
            await asyncio.sleep(0)
            return text

    done = await asyncio.gather(*(take() for _ in range(5)), return_exceptions=True)
    assert sum(1 for one in done if one == NAME) == 1
    assert sum(1 for one in done if isinstance(one, DeniedError)) == 4
