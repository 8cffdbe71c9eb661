"""What a browser was seen to hold, against what the policy declares and the phase allowed: exact, in both directions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kept import limits
from kept.cookies.rules import Rules

PHASES = ("no choice", "refused", "accepted", "withdrawn", "Sec-GPC")
"""Names of the phases of a scan, beside one for each purpose alone: `only <purpose>`."""

REASONS = {
    "undeclared": "is not declared",
    "unconsented": "needs a yes nobody gave",
    "life-longer": "lives longer than declared",
    "storage-undeclared": "lies in the browser's storage, which is not declared",
    "other-host": "is another host that was asked for something",
}
"""What is wrong, in words."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What one phase of a scan saw.

    Args:
        phase: Such as `no choice`, `refused`, `only remember-me`, `accepted`, `withdrawn`, `Sec-GPC`.
        allowed: Purposes on consent that were allowed in it.
        cookies: Name and life in seconds (None for a session cookie) of everything the browser held.
        storage: Keys found in its local and session storage.
        hosts: Other hosts that were asked for anything.
    """

    phase: str
    allowed: frozenset[str]
    cookies: tuple[tuple[str, float | None], ...]
    storage: tuple[str, ...]
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScanFinding:
    """One thing that should not be: in which phase, what, and why."""

    phase: str
    what: str
    reason: str


def compare(rules: Rules, phases: Iterable[Observed]) -> list[ScanFinding]:
    """Return everything seen that is not declared, not allowed, lives longer, or comes from elsewhere.

    Args:
        rules: What the policy declares.
        phases: What was seen.
    """
    found = []
    for seen in phases:
        for name, life in seen.cookies:
            declared = rules.cookie(name)
            if declared is None:
                found.append(ScanFinding(seen.phase, name, "undeclared"))
            elif rules.is_over(name, seen.allowed):
                found.append(ScanFinding(seen.phase, name, "unconsented"))
            elif life is not None and (
                declared.life_seconds is None or life > declared.life_seconds + limits.COOKIE_SLACK_SECONDS
            ):
                found.append(ScanFinding(seen.phase, name, "life-longer"))
        found += [ScanFinding(seen.phase, key, "storage-undeclared") for key in seen.storage]
        found += [ScanFinding(seen.phase, host, "other-host") for host in seen.hosts]
    return found
