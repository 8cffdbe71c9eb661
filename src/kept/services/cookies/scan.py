"""The scan of a site with a real browser: before any choice, after refusing, each yes alone, all, none again, and signed in.

Signed in, two visitors do the same with an account each, and one of them once more on another device: what their cookies say is held
against each other. The accounts are opened on the site's own pages, hold no item, and are erased there at the end.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from kept import limits
from kept.cookies.findings import (
    AGAIN,
    ALWAYS_UNSEEN,
    ANOTHER,
    JOINING,
    SIGNED_IN,
    Observed,
    ScanFinding,
    compare,
    never_seen,
)
from kept.cookies.rules import Rules
from kept.crypto.random import random_id
from kept.errors import SettingError
from kept.services.cookies.visitor import Visitor, visitor
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import entry_of, operator
from kept.store import sql
from kept.store.interface import Transaction

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Result:
    """What a scan saw, and what should not have been.

    Args:
        phases: What each phase saw.
        findings: What should not be.
        never: Declared cookies no phase saw.
        unseen: Words of `UNSEEN`: what was not looked at.
        listed: What pages kept or sent that is no finding, such as a broadcast channel, or a beacon to the site itself.
    """

    phases: tuple[Observed, ...]
    findings: tuple[ScanFinding, ...]
    never: tuple[str, ...]
    unseen: tuple[str, ...]
    listed: tuple[str, ...]


def result_of(rules: Rules, phases: list[Observed], at: float) -> Result:
    """Hold what was seen against the policy.

    Args:
        rules: What it declares.
        phases: What was seen.
        at: Now, unix seconds.
    """
    signed_in = {one.phase for one in phases} >= {SIGNED_IN, ANOTHER, AGAIN}
    unseen = dict.fromkeys(() if signed_in else ("not-signed-in",))
    unseen |= dict.fromkeys(word for one in phases for word in one.unseen)
    listed = {f"{place.kind} {place.what}".strip() for one in phases for place in one.places if not place.reason}
    return Result(
        tuple(phases),
        tuple(compare(rules, phases, at)),
        never_seen(rules, phases),
        (*unseen, *ALWAYS_UNSEEN),
        tuple(sorted(listed)),
    )


@dataclass(frozen=True, slots=True)
class ScanOf:
    """The result of a scan as kept: what was seen, and what should not have been.

    Args:
        at: When, unix seconds.
        url: Site scanned.
        clean: Whether nothing was found.
        phases: Names of the phases, with the cookies seen in each.
        findings: What should not be.
        never: Declared cookies no phase saw.
        unseen: Words of `UNSEEN`: what was not looked at.
        listed: What pages kept or sent that is no finding.
    """

    at: float
    url: str
    clean: bool
    phases: tuple[tuple[str, tuple[str, ...]], ...]
    findings: tuple[ScanFinding, ...]
    never: tuple[str, ...]
    unseen: tuple[str, ...]
    listed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Phase:
    """One phase of a scan: its name, the purposes allowed in it, what is pressed before, and what the browser says."""

    name: str
    allowed: frozenset[str]
    acts: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


def _phases(rules: Rules) -> tuple[_Phase, ...]:
    none: frozenset[str] = frozenset()
    return (
        _Phase("no choice", none),
        _Phase("refused", none, ("refuse",)),
        *(_Phase(f"only {one}", frozenset({one}), (one,)) for one in rules.asked),
        _Phase("accepted", frozenset(rules.asked), ("accept",)),
        _Phase("withdrawn", none, ("accept", "refuse")),
        _Phase("Sec-GPC", none, headers=(("Sec-GPC", "1"),)),
    )


async def scan_site(
    rules: Rules, url: str, centre: str, *, accounts: bool = True, patience: float = limits.SCAN_WAIT_SECONDS
) -> list[Observed]:
    """Scan a site.

    Args:
        rules: What its policy declares.
        url: Address of its first page.
        centre: Path of its cookie centre: a form with a box named `purpose` for each purpose, and buttons named `choice`.
        accounts: Whether to open accounts, and look at what somebody signed in sees.
        patience: How long to wait on the first page for what it does later, in seconds.

    Raises:
        SettingError: There is no browser, or no Playwright to drive it (reason `no-browser`), or the site does not answer
            (`site-silent`).
    """
    binary = next((found for one in BROWSERS if (found := shutil.which(one))), None)
    try:
        from playwright.async_api import Error, async_playwright  # noqa: PLC0415 -- only a scan needs it
    except ImportError:
        binary = None
    if binary is None:
        raise SettingError(
            "expected Chromium and Playwright, found at least one missing",
            reason="no-browser",
            hint="install Debian's `chromium`, and `pip install playwright`; nothing else of Kept needs them",
            rests_on="only-declared-cookies",
        )
    seen: list[Observed] = []
    phase = ""
    async with async_playwright() as driver:

        def begin(**headers: str) -> Any:
            launch = partial(driver.chromium.launch_persistent_context, executable_path=binary)
            return visitor(launch, url, centre, patience, headers)

        try:
            for one in _phases(rules):
                phase = one.name
                async with begin(**dict(one.headers)) as who:
                    await who.go(url)
                    for act in one.acts:
                        who.cookies.clear()  # what a choice took away is not held against the next
                        await who.choose(act)
                    await who.look_around(filling_in=one.name == "accepted")
                    seen.append(_observed(one.name, one.allowed, who))
            phase = SIGNED_IN
            if accounts:
                seen += await _signed_in(rules, begin)
        except Error as error:
            raise SettingError(
                f"expected {urlsplit(url).netloc} to answer in the phase {phase!r}, found that it did not",
                reason="site-silent",
                hint="is it running, and is its cookie centre where --centre says?",
                rests_on="only-declared-cookies",
            ) from error
    return seen


def _observed(name: str, allowed: frozenset[str], who: Visitor) -> Observed:
    return Observed(name, allowed, tuple(who.cookies.values()), tuple(sorted(who.places)), tuple(sorted(who.unseen)))


async def _signed_in(rules: Rules, begin: Any) -> list[Observed]:
    """Open two accounts, look around with each, and with the first once more on another device; erase both."""
    allowed = frozenset(rules.asked)
    accounts: dict[str, tuple[str, str]] = {}
    seen = []
    for phase in (SIGNED_IN, ANOTHER):
        password = f"{random_id()}-{random_id()}"
        async with begin() as who:
            accounts[phase] = await who.join(password), password
            if not accounts[phase][0]:
                return []
            seen = [_observed(JOINING, frozenset(), who)]
    for phase, account in ((SIGNED_IN, SIGNED_IN), (ANOTHER, ANOTHER), (AGAIN, SIGNED_IN)):
        async with begin() as who:
            await who.choose("accept")
            if not await who.sign_in(*accounts[account]):
                return []
            await who.look_around(filling_in=True)
            found = _observed(phase, allowed, who)
            if phase != SIGNED_IN and not await who.erase():
                who.unseen.add("account-stays")
                found = _observed(phase, allowed, who)
            seen.append(found)
    return seen


async def keep_scan(engine: Engine, url: str, found: Result) -> None:
    """Keep the result, without any value of a cookie, and record that a scan was made."""
    at = engine.ready()
    result = {
        "phases": [[one.phase, one.names] for one in found.phases],
        "findings": [[one.phase, one.what, one.reason] for one in found.findings],
        "never": found.never,
        "unseen": found.unseen,
        "listed": found.listed,
    }
    facts = (("phases", str(len(found.phases))), ("findings", str(len(found.findings))))
    outcome = Outcome.FAILED if found.findings else Outcome.DONE
    entry = entry_of(engine, operator(""), Act.COOKIE_SCAN, at=at, outcome=outcome, facts=facts)

    async def body(tx: Transaction) -> None:
        await tx.run(
            "scan_insert", scan_id=random_id(), at=at, url=url, clean=int(not found.findings), result=json.dumps(result)
        )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def newest_scan(engine: Engine) -> ScanOf | None:
    """Return the newest scan's result; None when there was none."""
    row = await engine.data.one(sql.ScansNewest)
    if row is None:
        return None
    result = json.loads(row.result)
    return ScanOf(
        row.at,
        row.url,
        bool(row.clean),
        tuple((phase, tuple(names)) for phase, names in result["phases"]),
        tuple(ScanFinding(*one) for one in result["findings"]),
        tuple(result["never"]),
        tuple(result["unseen"]),
        tuple(result["listed"]),
    )
