"""Pages and commands ask services: they put no statement to a database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src/kept"
STATEMENT = re.compile(r"\b(?:data|keys)\.(?:read|write)\(|\btx\.")


@pytest.mark.parametrize("part", ["web", "cli", "door"])
def test_no_statement_stands_in(part):
    """A query or a transaction in one of these files belongs into a service."""
    files = sorted((SOURCE / part).rglob("*.py"))
    assert files
    assert [file.name for file in files if STATEMENT.search(file.read_text("utf-8"))] == []
