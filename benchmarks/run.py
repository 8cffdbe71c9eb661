"""Runs every benchmark and writes RESULTS.md: machine, versions, medians, spread; ratios in one run, answers checked."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import bound_rows  # noqa: E402 -- beside this file
import cookies  # noqa: E402 -- beside this file
import decision  # noqa: E402 -- beside this file
import erasing  # noqa: E402 -- same
import faults  # noqa: E402 -- same
import figures  # noqa: E402 -- same
import integrating  # noqa: E402 -- same
import ledger  # noqa: E402 -- same
import parsing  # noqa: E402 -- same
import reading  # noqa: E402 -- same
import sending  # noqa: E402 -- same
import witnesses  # noqa: E402 -- same

PACKAGES = ("cryptography", "msgspec", "casbin", "cedarpy", "numpy", "opendp", "duckdb")


def machine() -> str:
    """Return what the figures were taken on."""
    model = (
        next(
            (
                line.split(":", 1)[1].strip()
                for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")
            ),
            platform.processor(),
        )
        if Path("/proc/cpuinfo").exists()
        else platform.processor()
    )
    packages = ", ".join(f"{one} {version(one)}" for one in PACKAGES)
    return (
        f"{os.cpu_count()} cores, {model}; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {packages}.\n"
        "Trust the ratios: each is taken in one run, and every answer was checked."
    )


def main() -> None:
    """Run everything and write the page."""
    parts = ["# Figures", "", machine(), ""]
    for name, section in (
        ("decisions", lambda: "## Decisions\n\n" + decision.table(decision.run())),
        ("reading", reading.run),
        ("bound rows", bound_rows.run),
        ("dear to read", parsing.run),
        ("ledger", ledger.run),
        ("integrating", integrating.run),
        ("witnesses", witnesses.run),
        ("erasing", erasing.run),
        ("cookies", cookies.run),
        ("sending", sending.run),
        ("figures", figures.run),
        ("faults", faults.run),
    ):
        print(f"measuring: {name} …", flush=True)
        parts += [section(), ""]
    (HERE / "RESULTS.md").write_text("\n".join(parts), encoding="utf-8")
    print((HERE / "RESULTS.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
