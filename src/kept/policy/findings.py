"""What is wrong with a policy, each with its place, so that an editor can jump there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kept import limits
from kept.errors import PolicyError
from kept.policy.next_step import NEXT_STEPS


class Severity(StrEnum):
    """An error stops activation; a warning is shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file name, line and column from 1 (0 when a file or line as a whole is meant)."""

    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing `kept check` has to say.

    Args:
        code: Stable machine word, listed in `docs/policy-language.md`.
        severity: `error` stops activation, `warning` does not.
        message: What was expected, then what was found.
        file: File name without its folder.
        line: Line from 1; 0 when the file as a whole is meant.
        column: Column from 1; 0 when the line as a whole is meant.
        clause: Clause id without the section sign; empty when none is concerned.
        hint: What to do next.
    """

    code: str
    severity: Severity
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    clause: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        clause = f" (§{self.clause})" if self.clause else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}: {self.severity}: {self.message}{clause} [{self.code}]{hint}"


class Report:
    """Collects findings while a file is read, so that one mistake does not hide the next."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.clause = ""
        self._hints_given = 0

    def error(self, place: Place, code: str, message: str, *, hint: str = "", clause: str | None = None) -> None:
        """Add an error at *place*; the clause being read is taken when none is named."""
        self._add(Severity.ERROR, place, code, message, hint, clause)

    def warning(self, place: Place, code: str, message: str, *, hint: str = "", clause: str | None = None) -> None:
        """Add a warning at *place*; the clause being read is taken when none is named."""
        self._add(Severity.WARNING, place, code, message, hint, clause)

    def caught(self, error: PolicyError) -> None:
        """Add what a parser raised."""
        self.error(Place(error.file, error.line, error.column), error.reason, error.message, hint=error.hint)

    def nearest(self, word: str, known: Iterable[str]) -> str:
        """Return the hint naming the nearest known word, or the known words when none is near; bounded work."""
        if self._hints_given >= limits.NEAREST_WORDS:
            return ""
        self._hints_given += 1
        candidates = sorted(known)[: limits.KNOWN_WORDS]
        near = difflib.get_close_matches(word[:64], candidates, n=1)
        if near:
            return f"did you mean `{near[0]}`?"
        return f"known: {', '.join(candidates[:40])}" if candidates else ""

    @property
    def first_error(self) -> Finding | None:
        """The first error in the order of reading, or None."""
        return next(iter(self.errors), None)

    @property
    def errors(self) -> list[Finding]:
        """The errors, in the order of reading."""
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    def continued(self) -> Report:
        """Return a report that goes on from here, without a trace in this one."""
        goes_on = Report()
        goes_on.findings, goes_on.clause, goes_on._hints_given = [*self.findings], self.clause, self._hints_given
        return goes_on

    def _add(  # noqa: PLR0913 -- the parts of a finding
        self, severity: Severity, place: Place, code: str, message: str, hint: str, clause: str | None
    ) -> None:
        if len(self.findings) < limits.FINDINGS:
            where = self.clause if clause is None else clause
            said = hint or NEXT_STEPS.get(code, "")
            finding = Finding(code, severity, message, place.file, place.line, place.column, where, said)
            self.findings.append(finding)


def as_error(finding: Finding) -> PolicyError:
    """Return the exception that says the same as *finding*."""
    return PolicyError(
        finding.message,
        file=finding.file,
        line=finding.line,
        column=finding.column,
        reason=finding.code,
        hint=finding.hint,
        clause=f"§{finding.clause}" if finding.clause else "",
    )
