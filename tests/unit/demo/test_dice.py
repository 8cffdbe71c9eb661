"""The demo's dice: each throw stands by itself, in every process."""

from __future__ import annotations

from pathlib import Path

from kept.demo import dice as file
from kept.demo.dice import dice


def test_a_throw_depends_on_what_it_is_for_alone():
    """Whatever else is thrown before or after, person 7 is born on the same day."""
    before = dice(7, "date_of_birth").randint(1950, 2005)
    dice(7, "shoe_size").random()
    assert dice(7, "date_of_birth").randint(1950, 2005) == before


def test_it_is_the_same_in_every_process():
    """The seed is text, so no hash of a process goes into it."""
    assert [dice(one, "occupation").randint(0, 99) for one in range(6)] == EXPECTED


def test_people_differ():
    """Many people are not many times the same one."""
    assert len({dice(one, "date_of_birth").random() for one in range(40)}) == 40


def test_nothing_else_in_the_demo_throws():
    """Every other file of the demo asks for dice of its own thing."""
    others = [one for one in Path(file.__file__).parent.glob("*.py") if one.name != "dice.py"]
    assert [one.name for one in others if "import random" in one.read_text("utf-8")] == []


EXPECTED = [17, 95, 65, 7, 66, 87]
"""Thrown once; another list means that every demo tells another story."""
