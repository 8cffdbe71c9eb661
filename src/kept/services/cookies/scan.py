"""The scan of a site with a real browser: before any choice, after refusing, each yes alone, all, none again.

Chromium runs with a fresh profile on disk for each phase and third-party cookies let in, since a browser that blocks them
by itself would make any site look clean. Nothing is asked of another host than the site asks.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kept import limits
from kept.cookies.findings import Observed, ScanFinding, compare
from kept.cookies.rules import Rules
from kept.crypto.random import random_id
from kept.errors import SettingError
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import entry_of, operator
from kept.store import sql
from kept.store.interface import Transaction

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CENTRE = "/en/cookies"
ACCEPT, REFUSE = "button[name=choice][value=accept]", "button[name=choice][value=refuse]"


@dataclass(frozen=True, slots=True)
class ScanOf:
    """The result of a scan as kept: what was seen, and what should not have been.

    Args:
        at: When, unix seconds.
        url: Site scanned.
        clean: Whether nothing was found.
        phases: Names of the phases, with the cookies seen in each.
        findings: What should not be.
    """

    at: float
    url: str
    clean: bool
    phases: tuple[tuple[str, tuple[str, ...]], ...]
    findings: tuple[ScanFinding, ...]


@dataclass(frozen=True, slots=True)
class _Phase:
    """One phase of a scan: its name, the purposes allowed in it, what is pressed before, and what the browser says."""

    name: str
    allowed: frozenset[str]
    acts: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


async def scan_site(rules: Rules, url: str, centre: str = CENTRE) -> tuple[list[Observed], list[ScanFinding]]:
    """Scan a site.

    Args:
        rules: What its policy declares.
        url: Address of its first page.
        centre: Path of its cookie centre: a form with a box named `purpose` for each purpose, and buttons named `choice`.

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
    none: frozenset[str] = frozenset()
    phases = (
        _Phase("no choice", none),
        _Phase("refused", none, ("refuse",)),
        *(_Phase(f"only {one}", frozenset({one}), (one,)) for one in rules.asked),
        _Phase("accepted", frozenset(rules.asked), ("accept",)),
        _Phase("withdrawn", none, ("accept", "refuse")),
        _Phase("Sec-GPC", none, headers=(("Sec-GPC", "1"),)),
    )
    seen = []
    async with async_playwright() as driver:
        for phase in phases:
            try:
                seen.append(await _look(driver, binary, url, centre, phase))
            except Error as error:
                raise SettingError(
                    f"expected {urlsplit(url).netloc} to answer in the phase {phase.name!r}, found that it did not",
                    reason="site-silent",
                    hint="is it running, and is its cookie centre where --centre says?",
                    rests_on="only-declared-cookies",
                ) from error
    return seen, compare(rules, seen)


async def _look(driver: Any, binary: str, url: str, centre: str, phase: _Phase) -> Observed:
    host = urlsplit(url).hostname
    hosts: set[str] = set()
    storage: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Default").mkdir()
        (Path(folder) / "Default" / "Preferences").write_text(json.dumps({"profile": {"cookie_controls_mode": 0}}))
        context = await driver.chromium.launch_persistent_context(
            folder, executable_path=binary, args=["--no-sandbox"], extra_http_headers=dict(phase.headers)
        )
        try:
            page = context.pages[0] if context.pages else await context.new_page()
            page.set_default_timeout(10_000)
            page.on(
                "request",
                lambda one: (
                    hosts.add(urlsplit(one.url).hostname or "")
                    if urlsplit(one.url).scheme in {"http", "https"} and urlsplit(one.url).hostname != host
                    else None
                ),
            )
            await page.goto(url)
            for act in phase.acts:
                await page.goto(f"{url.rstrip('/')}{centre}")
                await _choose(page, act)
            await _look_around(page, url, storage)
            now = await page.evaluate("Date.now() / 1000")
            cookies = tuple(
                (one["name"], None if one.get("expires", -1) < 0 else one["expires"] - now)
                for one in await context.cookies()
            )
        finally:
            await context.close()
    return Observed(phase.name, phase.allowed, cookies, tuple(sorted(storage)), tuple(sorted(hosts)))


async def _choose(page: Any, act: str) -> None:
    if act in {"accept", "refuse"}:
        await page.locator(ACCEPT if act == "accept" else REFUSE).first.click()
    else:
        for box in await page.locator("input[name=purpose]").all():
            await box.set_checked(await box.get_attribute("value") == act)
        await page.locator("button[name=choice][value=some]").first.click()
    await page.wait_for_load_state()


async def _look_around(page: Any, url: str, storage: set[str]) -> None:
    await page.goto(url)
    start = page.url
    links = await page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(start))
    own = [one for one in dict.fromkeys(link.split("#")[0] for link in links) if one.startswith(origin)]
    for link in [start, *own][: limits.SCANNED_PAGES]:
        await page.goto(link)
        storage.update(await page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"))


async def keep_scan(engine: Engine, url: str, seen: list[Observed], found: list[ScanFinding]) -> None:
    """Keep the result, and record that a scan was made."""
    at = engine.ready()
    result = {
        "phases": [[one.phase, sorted(name for name, _ in one.cookies)] for one in seen],
        "findings": [[one.phase, one.what, one.reason] for one in found],
    }
    facts = (("phases", str(len(seen))), ("findings", str(len(found))))
    outcome = Outcome.FAILED if found else Outcome.DONE
    entry = entry_of(engine, operator(""), Act.COOKIE_SCAN, at=at, outcome=outcome, facts=facts)

    async def body(tx: Transaction) -> None:
        await tx.run(
            "scan_insert", scan_id=random_id(), at=at, url=url, clean=int(not found), result=json.dumps(result)
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
    )
