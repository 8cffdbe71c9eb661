"""Every built-in promise is whole: its words, where it is enforced, how it is known, its test and its line in the docs."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

from kept.guarantees import ALL
from kept.guarantees.guarantee import Known
from kept.policy.phrase import LANGUAGES

ROOT = Path(__file__).parents[3]
GUARANTEES = ROOT / "src" / "kept" / "guarantees"
EVERY = pytest.mark.parametrize("guarantee", ALL.values(), ids=ALL)


@EVERY
def test_it_is_said_in_every_language_and_enforced_somewhere(guarantee):
    """Its sentence has every language; each place it is enforced at exists."""
    assert tuple(guarantee.sentence) == LANGUAGES
    assert guarantee.enforced_at
    for place in guarantee.enforced_at:
        assert _found(place), place


@EVERY
def test_how_it_is_known_can_be_looked_up(guarantee):
    """What is watched has a check that a test sees fail; what is not, names the test or the finding that shows it."""
    assert (guarantee.check is not None) is (guarantee.known is Known.WATCHED)
    if guarantee.known is Known.BY_POLICY_CHECK:
        assert (ROOT / "tests" / "policies" / guarantee.shown_by / "shop.policy.md").exists()
        return
    file, _, test = guarantee.shown_by.partition("::")
    tests = _tests_of(ROOT / file)
    assert (test in tests) if guarantee.known is Known.WATCHED else tests


@EVERY
def test_the_docs_say_how_it_is_known(guarantee):
    """The page of the language lists it with how it is known and by what."""
    page = (ROOT / "docs" / "policy-language.md").read_text(encoding="utf-8")
    assert f"| `{guarantee.id}` | {guarantee.known} | `{guarantee.shown_by}` |" in page


def test_its_file_is_named_after_it():
    """A file for each that is watched, under its own name, and no other."""
    checks = {path.stem.replace("_", "-") for path in GUARANTEES.glob("*.py")} - {
        "--init--",
        "board",
        "guarantee",
        "sample",
        "what-happened",
    }
    assert checks == {one.id for one in ALL.values() if one.known is Known.WATCHED}
    for one in ALL.values():
        assert one.check is None or one.check.__module__ == f"kept.guarantees.{one.id.replace('-', '_')}"


def _tests_of(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        one.name
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name[:5] == "test_"
    }


def _found(place):
    """Whether `module.function` or `module.Class.method` is there."""
    parts = place.split(".")
    for split in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:split]))
        except ModuleNotFoundError:
            continue
        for name in parts[split:]:
            found = getattr(found, name, None)
        return found is not None
    return False
