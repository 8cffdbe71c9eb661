"""One word per concept: every word of the glossary is used, and no word that it rules out."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
GLOSSARY = ROOT / "docs/GLOSSARY.md"
USED, NOT_USED = (
    re.findall(r"^\| (?!word |not |-)(.+?) \| .+ \|$", part, re.MULTILINE)
    for part in GLOSSARY.read_text(encoding="utf-8").split("## Words not used")
)
ENDINGS = {".py", ".sql", ".html", ".js", ".typ", ".md"}
NAMED_SERVICE = {"entry.py", "decision.py", "decide.py", "needs.py", "credentials.py"}
"""Files in which a mandate of a program is still of the kind `service`."""


@cache
def texts() -> dict[Path, str]:
    """Return the text of every file of the source and the documents, but for the glossary."""
    files = [one for folder in ("src", "docs") for one in sorted((ROOT / folder).rglob("*")) if one.suffix in ENDINGS]
    return {one: one.read_text(encoding="utf-8") for one in files if one != GLOSSARY}


def words(cell: str) -> list[str]:
    """Return the words of a first cell: several are divided by commas, and what stands in brackets tells two apart."""
    return [one.strip().strip("`") for one in re.sub(r" \(.*\)", "", cell).split(",")]


def files_with(word: str, ends: str, between: str = r"[\s_-]+") -> list[str]:
    """Return the files in which a word stands: as words or as a name, in whatever number and case."""
    together = between.join(re.escape(part) for part in re.split(r"[ -]", word))
    pattern = re.compile(f"(?<![A-Za-z]){together}(?:{ends})?(?![A-Za-z])", re.IGNORECASE)
    return [path.relative_to(ROOT).as_posix() for path, text in texts().items() if pattern.search(text)]


@pytest.mark.parametrize("word", [word for cell in USED for word in words(cell)])
def test_a_word_of_the_glossary_is_used(word):
    """It stands in the source or in a document."""
    assert files_with(word, "s|d|ed") != []


@pytest.mark.parametrize("word", [word for cell in NOT_USED if '"' not in cell for word in words(cell)])
def test_a_word_ruled_out_is_not_used(word):
    """It stands in no file of the source and in no document."""
    assert files_with(word, "s|es|ed", r"[\s-]+") == []


def test_no_actor_is_a_service():
    """A program that signs in is called a program."""
    found = {path.name for path, text in texts().items() if re.search(r"`service`|\"service\"|service \(an API", text)}
    assert found <= NAMED_SERVICE


def test_the_words_are_in_order():
    """Each word stands once, and where one looks for it."""
    assert len(USED) == len(set(USED)) > 80
    assert sorted(USED, key=lambda cell: cell.strip("`*").lower()) == USED
