"""The page of the architecture names what is there: the picture, the rooms, and every step of its walks."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src/kept"
PAGE = (ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8")
WALKS = dict(re.findall(r"^## Walk \d: (.+)\n((?:(?!## ).*\n)*)", PAGE, re.MULTILINE))
NAMED = re.compile(r"`([\w/]+\.py): ([\w.]+)`")


@pytest.fixture(scope="module")
def rooms():
    """The script that draws the rooms."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import draw_rooms  # noqa: PLC0415 -- a script, found only with its folder on the path
    finally:
        sys.path.pop(0)
    return draw_rooms


@cache
def defined(path: Path) -> set[str]:
    """Return the functions, classes, constants and methods (`Class.method`) a file defines."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        names = [one.name for one in inside if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        targets = [one for each in inside if isinstance(each, ast.Assign) for one in each.targets]
        targets += [one.target for one in inside if isinstance(one, ast.AnnAssign)]
        names += [one.id for one in targets if isinstance(one, ast.Name)]
        found |= {f"{node.name}.{one}" if isinstance(node, ast.ClassDef) else one for one in names}
    return found


def test_the_picture_is_of_these_imports(rooms):
    """The drawing is what the script draws today; `python scripts/draw_rooms.py` draws it anew."""
    assert rooms.OUT.read_text(encoding="utf-8") == rooms.picture()
    assert f"({rooms.OUT.relative_to(ROOT / 'docs').as_posix()})" in PAGE


def test_an_arrow_that_leads_up_or_sideways_is_not_drawn(rooms):
    """An import against the floors is an error, and so is a room without a floor."""
    assert rooms.arrows([["a"], ["b"], ["c"]], {"a": {"b", "c"}, "b": {"c"}, "c": set()}) == [("a", "b"), ("b", "c")]
    for floors, known in (
        ([["a"], ["b"]], {"a": set(), "b": {"a"}}),
        ([["a", "b"]], {"a": {"b"}, "b": set()}),
        ([["a"]], {"a": set(), "b": set()}),
    ):
        with pytest.raises(ValueError, match=r"lead down|differ"):
            rooms.arrows(floors, known)


@pytest.mark.parametrize(("package", "title"), [("kept", "layer"), ("kept.services", "room of the services")])
def test_every_room_has_its_row(rooms, package, title):
    """Each layer, and each room of the services, says in one row what is there."""
    table = PAGE.split(f"| {title} | what is there |\n")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == {
        one for floor in rooms.floors(package) for one in floor
    }


def test_every_file_and_name_exists():
    """Each `file.py: name` of the page is a file of the source that defines the name; each `file.py` alone is there."""
    pairs = NAMED.findall(PAGE)
    assert len(pairs) > 60
    assert [
        f"{path}: {name}" for path, name in pairs if not (SOURCE / path).is_file() or name not in defined(SOURCE / path)
    ] == []
    alone = re.findall(r"`([\w/]+\.py)`", PAGE)
    assert [one for one in alone if not any((folder / one).is_file() for folder in (ROOT, SOURCE))] == []


def test_every_dotted_name_exists():
    """Each `Class.name` of the page is defined in the source."""
    known = {name for path in SOURCE.rglob("*.py") for name in defined(path)}
    named = re.findall(r"`([A-Z]\w+\.\w+)`", PAGE)
    assert named
    assert [one for one in named if one not in known] == []


@pytest.mark.parametrize("walk", ["a read", "a form", "a message", "a cookie"])
def test_a_walk_names_where_each_step_happens(walk):
    """A walk has six to ten numbered steps; each names a file and a function, or the act that records it."""
    steps = re.findall(r"^(\d+)\. ((?:.+\n?)(?: {3,}.+\n?)*)", WALKS[walk], re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
    assert 6 <= len(steps) <= 10
    assert [number for number, text in steps if not NAMED.search(text) and "`Act." not in text] == []
