"""Attacks on a released value: nothing ordinary a program does shows what it holds."""

from __future__ import annotations

import asyncio
import copy
import inspect
import json
import logging
import pickle
import pprint
import sys
import traceback
from functools import partial

import msgspec
import pytest
from bakery import MORI, Bakery
from cited import cited
from installation import MAIL, NAME

from kept.errors import DeniedError, StoreError
from kept.policy.words import Exit
from kept.services.cases import cases
from kept.services.engine.flush import Moved
from kept.services.gate import gate

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


def held_by(released):
    """What it holds, to whoever takes its function apart on purpose."""
    (cell,) = released._take.__closure__
    return cell.cell_contents


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
    lambda one: one.__getstate__(), lambda one: one.__reduce__(), lambda one: one.__dict__,
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
    assert held_by(released) == []


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
    assert held_by(released) == []


async def test_two_tasks_cannot_both_open_it(released):
    """Opened by many tasks at once, exactly one gets it."""

    async def take():
        with released.open() as text:
            await asyncio.sleep(0)
            return text

    done = await asyncio.gather(*(take() for _ in range(5)), return_exceptions=True)
    assert sum(1 for one in done if one == NAME) == 1
    assert sum(1 for one in done if isinstance(one, DeniedError)) == 4


async def test_no_attribute_shows_it(released):
    """Listed attribute by attribute, as debuggers and error reporters do, it shows item, purpose, exit and entry."""
    shown = [repr(one) for one in inspect.getmembers(released)]
    shown += [repr(getattr(released, one)) for one in released.__slots__]
    assert NAME not in "".join(shown)
    assert "'name'" in "".join(shown)


def locals_of(error):
    """Every local variable of every frame below an error's first, its causes' and its contexts', as a reporter prints them."""
    found, rest = [], [error]
    while rest:
        one = rest.pop()
        if one is None:
            continue
        rest += [one.__cause__, one.__context__]
        frames = [frame for frame, _ in traceback.walk_tb(one.__traceback__)]
        found += [
            f"{name}={value!r}"
            for frame in frames
            for name, value in frame.f_locals.items()
            if frame.f_globals is not globals()
        ]
    return "\n".join(found)


async def case_of_mori(installation):
    """A case that holds the customer."""
    await installation.mori()
    session = await installation.staff()
    return session, await installation.case(session)


async def test_an_error_at_the_exit_carries_no_value_away(released):
    """Raised while it is open, an error's frames of ours hold nothing; the exit's own variables are the exit's."""
    with pytest.raises(RuntimeError) as failed, released.open(Exit.SCREEN):
        raise RuntimeError
    assert NAME not in locals_of(failed.value)


@pytest.mark.parametrize("fault", ["refused", "store", "moved", "parcel", "evidence"])
async def test_a_failed_read_leaves_nothing_open_in_its_traceback(installation, monkeypatch, fault):
    """§5.5 breach: half refused, not recordable, overtaken, failing where it is sealed, or damaged: no frame holds the name."""
    engine = installation.engine
    _, case = await case_of_mori(installation)
    asked = ("name", "mail_address")
    parcel = None
    if fault == "refused":
        asked = (*asked, "birth_date")
    elif fault == "store":
        monkeypatch.setattr(engine.flush, "append", failing(StoreError("the disk is full", reason="disk-full")))
    elif fault == "moved":
        monkeypatch.setattr(engine.flush, "append", failing(Moved("moved", reason="moved")))
    elif fault == "evidence":
        installation.sql("UPDATE value SET sealed = zeroblob(60) WHERE slot = 'mail_address'")
    else:

        def parcel(held, values, entry_id):
            letter = [held, dict(values), entry_id]
            raise RuntimeError(len(letter))

    way = gate.read if parcel is None else partial(gate.send, parcel=parcel)
    with pytest.raises(Exception) as failed:  # noqa: PT011 -- each fault has its own; what they leave is looked at
        await way(engine, case.mandate, case.person_id, asked, Exit.SCREEN)
    shown = locals_of(failed.value)
    assert NAME not in shown
    assert MAIL not in shown


async def test_a_failed_act_of_the_door_leaves_nothing_either(tmp_path, monkeypatch):
    """§5.5 breach: a person's own page whose record cannot be written, through the door: her data is in no frame of ours."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k, k.person(await bakery.program(k), external="C-4711") as me:
        await bakery.mori(me)
        monkeypatch.setattr(k._engine.flush, "append", failing(StoreError("the disk is full", reason="disk-full")))
        with pytest.raises(StoreError) as failed:
            await me.data()
    shown = locals_of(failed.value)
    assert "self=" not in shown.partition("own_data")[2]
    for value in MORI.values():
        assert repr(value) not in shown
    assert "own_data" in "".join(traceback.format_tb(failed.value.__traceback__))  # where it failed is still told


def failing(error):
    """What cannot be appended."""

    async def append(*what):
        raise error

    return append
