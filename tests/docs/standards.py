"""Collects which module names which standard, from the text of the source."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parent.parent.parent / "src"
STANDARD = re.compile(
    r"RFC \d{4}|C2SP [a-z]+(?:-[a-z]+)*|FIPS \d+-\d|NIST SP \d+-\d+[A-Z]?|ISO/IEC (?:TS )?\d+(?:-\d+)?|JIS X \d+|CommonMark"
    r"|YAML 1\.2|JSON Schema 2020-12|Data Privacy Vocabulary|Ordinance No\. \d+"
)


def named(folder: Path = SOURCE) -> dict[str, set[str]]:
    """Return, for each standard the source names, the modules that name it (paths below `src`)."""
    found: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        text = " ".join(path.read_text(encoding="utf-8").split())
        for standard in STANDARD.findall(text):
            found.setdefault(standard, set()).add(path.relative_to(folder).as_posix())
    return found
