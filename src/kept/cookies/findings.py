"""What a browser was seen to hold and to send, against what the policy declares and the phase allowed: exact, in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from kept import limits
from kept.cookies.rules import Rules

JOINING, SIGNED_IN, ANOTHER, AGAIN = "joining", "signed in", "another visitor", "signed in again"
PHASES = ("no choice", "refused", "accepted", "withdrawn", "Sec-GPC", JOINING, SIGNED_IN, ANOTHER, AGAIN)
"""Names of the phases of a scan, beside one for each purpose alone: `only <purpose>`."""

REASONS = {
    "undeclared": "is not declared",
    "unconsented": "needs a yes nobody gave",
    "life-longer": "lives longer than declared",
    "identifier": "says more than is declared of it",
    "tells-apart": "tells two visitors apart, and is declared to identify nobody",
    "identifier-stays": "stays the same from one sign-in to the next",
    "storage-undeclared": "lies in the browser’s storage, which is not declared",
    "worker-undeclared": "goes on working behind the pages, which is not declared",
    "other-host": "is another host that was asked for something",
    "peer": "connects to computers nobody can list",
}
"""What is wrong, in words."""

PLACES = {
    "localStorage": "storage-undeclared",
    "sessionStorage": "storage-undeclared",
    "window.name": "storage-undeclared",
    "indexedDB": "storage-undeclared",
    "cache": "storage-undeclared",
    "file system": "storage-undeclared",
    "service worker": "worker-undeclared",
    "shared worker": "worker-undeclared",
    "WebRTC": "peer",
    "frame": "other-host",
    "beacon": "other-host",
    "websocket": "other-host",
    "WebTransport": "other-host",
    "event source": "other-host",
    "request": "other-host",
    "preconnect": "other-host",
    "broadcast channel": "",
}
"""Where a page can keep or send something, and why that should not be; what sends to our own host alone is only listed."""

UNSEEN = {
    "not-signed-in": "pages of somebody signed in: the site has no account this scan can open",
    "account-stays": "whether an account of the scan can be erased: one stays, and has to be erased by hand",
    "frames": "a frame that went away, or could not be asked, while its page was looked at",
    "further-pages": "further pages than those a visitor of the scan opened",
    "staff-console": "the console of staff",
    "forms": "what a page does after forms other than the choice, signing in, and those that name a cookie",
    "later": "what a page does after the seconds the scan waits",
    "other-browsers": "any browser but this Chromium",
    "browser-cache": "what the browser’s own cache could tell (ETag, HSTS, favicons)",
    "server": "what the server notes of a request: address, kind of browser, time",
    "sealed": "what a sealed value means to whoever can open it",
}
"""What a scan did not look at, in words."""
ALWAYS_UNSEEN = ("staff-console", "forms", "later", "other-browsers", "browser-cache", "server", "sealed")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Held:
    """A cookie a browser held: its name, its life in seconds (None for a session cookie), and its value, which is kept nowhere."""

    name: str
    life: float | None = None
    value: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Something a page kept or sent.

    Args:
        kind: A word of `PLACES`.
        what: The key, name or host.
        own: Whether it stays with the host that was scanned.
    """

    kind: str
    what: str
    own: bool = True

    @property
    def reason(self) -> str:
        """Why it should not be; empty where it may."""
        found = PLACES[self.kind]
        return "" if found == "other-host" and self.own else found


@dataclass(frozen=True, slots=True)
class Observed:
    """What one phase of a scan saw.

    Args:
        phase: Such as `no choice`, `refused`, `only remember-me`, `accepted`, `withdrawn`, `Sec-GPC`.
        allowed: Purposes on consent that were allowed in it.
        cookies: Everything the browser held at any moment of it.
        places: What its pages kept elsewhere, and sent.
        unseen: Words of `UNSEEN` that hold for this phase.
    """

    phase: str
    allowed: frozenset[str]
    cookies: tuple[Held, ...]
    places: tuple[Place, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the cookies, sorted."""
        return tuple(sorted({one.name for one in self.cookies}))


@dataclass(frozen=True, slots=True)
class ScanFinding:
    """One thing that should not be: in which phase, what, and why."""

    phase: str
    what: str
    reason: str


def compare(rules: Rules, phases: Iterable[Observed], at: float) -> list[ScanFinding]:
    """Return everything seen that is not declared, not allowed, lives longer, says more, or goes elsewhere.

    Args:
        rules: What the policy declares.
        phases: What was seen.
        at: Now, unix seconds.
    """
    found: dict[ScanFinding, None] = {}
    seen = {one.phase: one for one in phases}
    for one in seen.values():
        for held in one.cookies:
            if reason := _wrong(rules, one.allowed, held, at):
                found[ScanFinding(one.phase, held.name, reason)] = None
        for place in one.places:
            if place.reason:
                found[ScanFinding(one.phase, f"{place.kind} {place.what}".strip(), place.reason)] = None
    if {SIGNED_IN, ANOTHER, AGAIN} <= set(seen):
        found |= dict.fromkeys(_identified(rules, seen[SIGNED_IN], seen[ANOTHER], seen[AGAIN]))
    return list(found)


def never_seen(rules: Rules, phases: Iterable[Observed]) -> tuple[str, ...]:
    """Return the declared cookies that no phase saw: what they hold was not looked at."""
    seen = {name for one in phases for name in one.names}
    return tuple(one for one in rules.names if one not in seen)


def _wrong(rules: Rules, allowed: frozenset[str], held: Held, at: float) -> str:
    declared = rules.cookie(held.name)
    if declared is None:
        return "undeclared"
    if rules.is_over(held.name, allowed):
        return "unconsented"
    if held.life is not None and (
        declared.life_seconds is None or held.life > declared.life_seconds + limits.COOKIE_SLACK_SECONDS
    ):
        return "life-longer"
    return "" if rules.says(held.name, held.value, at) else "identifier"


def _identified(rules: Rules, first: Observed, other: Observed, again: Observed) -> Iterable[ScanFinding]:
    """Compare two visitors who did the same, and one of them on two devices.

    What identifies nobody is the same for both, but for the day. What identifies a session or a device shares nothing between two
    sign-ins of one person that it does not share with somebody else.
    """
    one, two, three = ({held.name: held.value for held in seen.cookies} for seen in (first, other, again))
    for name in sorted(set(one) & set(two)):
        if rules.cookie(name) is None:
            continue
        if not rules.identifies(name):
            if DAY.sub("", one[name]) != DAY.sub("", two[name]):
                yield ScanFinding(other.phase, name, "tells-apart")
        elif name in three and _common(one[name], three[name], two[name]):
            yield ScanFinding(again.phase, name, "identifier-stays")


def _common(value: str, again: str, other: str) -> bool:
    """Whether two values of one person share a part that somebody else's does not have."""
    if value == again:
        return value != other
    blocks = SequenceMatcher(None, value, again, autojunk=False).get_matching_blocks()
    return any(
        block.size > limits.SCAN_SAME_CHARACTERS and value[block.a : block.a + block.size] not in other
        for block in blocks
    )
