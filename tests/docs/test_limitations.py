"""The page of limitations can be read: one short whole sentence each, its reason one link away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = (DOCS / "LIMITATIONS.md").read_text(encoding="utf-8")
LINE = re.compile(r"- (?P<sentence>.+?\.)(?: \[Why\]\(limitations/(?P<page>[\w-]+)\.md#(?P<anchor>[\w-]+)\))?")
LINES = [line for line in PAGE.splitlines() if line.startswith("-")]
LONGEST = 140
REASONS = sorted((DOCS / "limitations").glob("*.md"))


def anchor(heading: str) -> str:
    """Return the anchor that is made from the words of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("line", LINES)
def test_a_limitation_is_one_short_sentence(line):
    """It begins with a capital (or a command), ends with a full stop, holds no second sentence, and fits one line."""
    said = LINE.fullmatch(line)
    assert said, line
    sentence = said["sentence"]
    assert len(sentence) <= LONGEST
    assert sentence[0].isupper() or sentence.startswith("`kept")
    assert not re.search(r"[.!?] [A-Z]", sentence)


def test_every_topic_is_one_that_has_limitations():
    """A heading without a line, or a line without a heading, is a slip."""
    before, *topics = PAGE.split("\n## ")
    assert "\n- " not in before
    assert [one.splitlines()[0] for one in topics if "\n- " not in one] == []
    assert len(topics) > 10


@pytest.mark.parametrize("page", REASONS, ids=lambda page: page.stem)
def test_each_reason_is_linked_once_and_begins_with_its_line(page):
    """Line and reason belong together: every heading of a topic's page has one line, which it repeats before it explains."""
    parts = page.read_text(encoding="utf-8").split("\n## ")[1:]
    said = {
        (found["anchor"]): found["sentence"] for line in LINES if (found := LINE.fullmatch(line))["page"] == page.stem
    }
    reasons = {anchor(part.splitlines()[0]): part.splitlines()[2:] for part in parts}
    assert list(said) == list(reasons)
    assert {name: " ".join(lines).split("** ")[0].strip("*") for name, lines in reasons.items()} == said
    assert [name for name, lines in reasons.items() if len([one for one in lines if one]) < 2] == []


def test_no_reason_is_without_a_line():
    """Each topic with reasons stands on the page; a line without a reason is one of what Kept does not want to be."""
    linked = {found["page"] for line in LINES if (found := LINE.fullmatch(line))}
    assert linked - {None} == {page.stem for page in REASONS}
    apart = [line for line in LINES if "[Why]" not in line]
    assert apart == [line for line in PAGE.split("\n## Not ours\n")[1].splitlines() if line]
