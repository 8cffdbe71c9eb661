"""The gate for cookies against the bare app, and the weight of a page; every answer checked."""

from __future__ import annotations

import asyncio
import gzip
import statistics
import time
from pathlib import Path

from kept import policy_files
from kept.cookies.asgi import CookieGate
from kept.cookies.rules import Rules
from kept.guarantees import words
from kept.policy.read import read_policy

ROOT = Path(__file__).parent.parent
ROUNDS, CALLS = 9, 4000
RULES = Rules(read_policy(policy_files(ROOT / "policies/photolibrary.policy.md"), words()))
CASES = {
    "no cookie": ([(b"host", b"shop.example")], [(b"content-type", b"text/html")]),
    "session and choices": (
        [
            (b"host", b"shop.example"),
            (
                b"cookie",
                f"__Host-kept_session={'a' * 64}; __Host-kept_choices={RULES.choose((), '2026-11-23').text()}".encode(),
            ),
        ],
        [(b"content-type", b"text/html")],
    ),
    "six in, two out": (
        [
            (b"host", b"shop.example"),
            (b"cookie", b"__Host-kept_session=a; _ga=1; _fbp=2; __Host-kept_device=b; __Host-kept_visit=c; x=d"),
        ],
        [
            (b"set-cookie", b"__Host-kept_session=b; Path=/; Secure; HttpOnly; SameSite=lax"),
            (b"set-cookie", b"_tracker=1; Path=/"),
        ],
    ),
}


async def measure() -> list[tuple[str, float, float]]:
    """Return name, bare µs and gate µs of each case."""
    found = []
    for name, (headers, answer) in CASES.items():
        start = {"type": "http.response.start", "status": 200, "headers": answer}
        sent: list[dict] = []

        async def app(_scope, _receive, send, start=start):
            await send(start)

        async def send(message, sent=sent):
            sent.append(message)

        gate = CookieGate(app, lambda: RULES, now=time.time)
        scope = {"type": "http", "headers": headers}
        await gate(scope, None, send)
        told = [value.split(b"=")[0] for key, value in sent[-1]["headers"] if key == b"set-cookie"]
        wanted = {"six in, two out": [b"__Host-kept_session", b"__Host-kept_visit"]}.get(name, [])
        assert told == wanted, told
        rates = {}
        for kind, one in (("bare", app), ("gate", gate)):
            rounds = []
            for _ in range(ROUNDS):
                sent.clear()
                began = time.perf_counter()
                for _ in range(CALLS):
                    await one(scope, None, send)
                rounds.append((time.perf_counter() - began) / CALLS * 1e6)
            rates[kind] = statistics.median(rounds)
        found.append((name, rates["bare"], rates["gate"]))
    return found


def run() -> str:
    """Return the section of the page."""
    lines = ["## Cookies", "", "The gate in front of an app that does nothing, µs a request (to reach: 20 more).", ""]
    lines += ["| request | bare | gate | more |", "|---|--:|--:|--:|"]
    lines += [
        f"| {name} | {bare:.1f} | {gate:.1f} | {gate - bare:.1f} |" for name, bare, gate in asyncio.run(measure())
    ]
    static = ROOT / "src/kept/web/static"
    weights = {one.name: len(gzip.compress(one.read_bytes(), 9)) for one in sorted(static.iterdir()) if one.is_file()}
    said = ", ".join(f"{name} {weight / 1024:.1f}" for name, weight in weights.items())
    total = sum(weights.values()) / 1024
    lines += ["", f"Style and scripts, gzip: {total:.1f} KB ({said}). To reach: 8 KB for everything but pictures."]
    return "\n".join(lines)
