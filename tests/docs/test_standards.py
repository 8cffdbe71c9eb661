"""The page of standards and the source name the same standards in the same modules; tests it names exist."""

from __future__ import annotations

import re
from pathlib import Path

from docs.standards import named

ROOT = Path(__file__).parent.parent.parent


def rows() -> dict[str, tuple[set[str], list[str]]]:
    """Return modules and tests by standard, from the page."""
    found = {}
    for line in (ROOT / "docs/STANDARDS.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 5 and not cells[0].startswith(("standard", "-")):
            standard, _, _, modules, tests = cells
            found[standard.strip("| ")] = (set(re.findall(r"`([^`]+)`", modules)), re.findall(r"`([^`]+)`", tests))
    return found


def test_page_and_source_name_the_same() -> None:
    """Each standard stands on the page with exactly the modules that name it."""
    assert {standard: modules for standard, (modules, _) in rows().items()} == named()


def test_its_tests_exist() -> None:
    """Every test the page names is a file."""
    tests = [test for _, found in rows().values() for test in found]
    assert len(tests) > 20
    assert [test for test in tests if not (ROOT / test).is_file()] == []
