"""Migrations: the named steps that made a database, and which of them an older one still lacks.

A step is a file `sql/<part>/migrations/NNNN_name.sql`; a database records number, name and hash of each step that made
it. So two branches that each added a step of one number are told when the files meet, and when a file of one of them
meets a database of the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from kept.errors import SettingError

_NAME = re.compile(r"(\d{4})_\w+\.sql")
_COMMENT = re.compile(r"--.*")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step.

    Args:
        number: Its place, counted from 1.
        name: Its file's name without the ending, such as `0001_initial`.
        hash: SHA-256 of its statements, comments and spaces aside; hexadecimal.
        statements: The statements.
    """

    number: int
    name: str
    hash: str
    statements: str


def read_migrations(folder: Traversable) -> tuple[Migration, ...]:
    """Read the steps of a folder, in order.

    Raises:
        SettingError: A file is named otherwise, a number stands twice, or one is missing (reason `migrations-broken`).
    """
    found: list[Migration] = []
    for file in sorted((one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name):
        head, due = _NAME.fullmatch(file.name), f"{len(found) + 1:04}"
        if head is None or head[1] != due:
            raise SettingError(
                f"expected a migration {due}_<name>.sql after {found[-1].name if found else 'none'}, found {file.name}",
                reason="migrations-broken",
                rests_on="durable-writes",
                hint="two branches may have met: give the later one the next number; no database was changed",
            )
        statements = file.read_text(encoding="utf-8")
        plain = " ".join(_COMMENT.sub("", statements).split())
        name = file.name.removesuffix(".sql")
        found.append(Migration(int(due), name, hashlib.sha256(plain.encode()).hexdigest(), statements))
    return tuple(found)


@cache
def migrations(part: str) -> tuple[Migration, ...]:
    """Return the steps of *part*, `data` or `keys`; the schema is their sum."""
    return read_migrations(files("kept.store").joinpath("sql", part, "migrations"))


def missing_migrations(known: tuple[Migration, ...], recorded: Iterable[tuple[int, str, str]]) -> tuple[Migration, ...]:
    """Return the steps a database still lacks.

    Args:
        known: The steps of this version.
        recorded: Number, name and hash of each step the database records, by number.

    Raises:
        SettingError: It records none (reason `database-unreleased`), one this version does not know
            (`database-newer`), or another one of a number (`database-diverged`).
    """
    recorded = list(recorded)
    if not recorded:
        raise SettingError(
            "expected a database that records its migrations, found none recorded",
            reason="database-unreleased",
            rests_on="durable-writes",
            hint="it was made before Kept 0.1.0 was released: move its files away and run `kept init`",
        )
    for place, (number, name, digest) in enumerate(recorded):
        if place >= len(known):
            raise SettingError(
                f"expected migration {known[-1].name} to be the newest, found {name}",
                reason="database-newer",
                rests_on="durable-writes",
                hint="install the version of Kept that wrote it, or a newer one; nothing was changed",
            )
        step = known[place]
        if (number, name, digest) != (step.number, step.name, step.hash):
            raise SettingError(
                f"expected a database made by migration {step.name} as this version has it, found {name} otherwise",
                reason="database-diverged",
                rests_on="durable-writes",
                hint="use the version of Kept that wrote it, or restore a backup made by this one; nothing was changed",
            )
    return known[len(recorded) :]
