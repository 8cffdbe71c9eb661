"""A question of 200 cells over a million synthetic people, sealed, against DuckDB's plain GROUP BY over Parquet.

Segments are read from SQLite, opened, counted, noised, charged and recorded. Without noise every cell is DuckDB's.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np

from kept.crypto.password import QUICK, Passwords
from kept.crypto.second_factor import code_at
from kept.guarantees import words
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.figures import projections, queries, sampler
from kept.services.figures.data_sets import data_set_of
from kept.services.staff import sessions
from kept.services.staff.activation import activate_first
from kept.statistics import counting
from kept.statistics.budget import Precision

SIZES = (1_000_000, 10_000_000)
ROUNDS = 9
REGIONS, SEGMENTS, CUT = 9, 3, (25, 40, 60)
DIMENSIONS = ("region", "age_band", "segment")
POLICY = f"""---
policy: bench
version: 1
effective: 2026-01-01
language: en
controller:
  name: "Bench"
  contact: "privacy@bench.example"
---

# Privacy policy

## What we do {{#1}}

We count our customers. {{#1.1}}

```yaml kept
items:
  region:
    title: "Region"
    type: one-of
    of: [{", ".join(f"region_{n}" for n in range(REGIONS))}]
  segment:
    title: "Segment"
    type: one-of
    of: [{", ".join(f"segment_{n}" for n in range(SEGMENTS))}]
  date_of_birth:
    title: "Date of birth"
    type: date
purposes:
  research:
    title: "Counting"
    basis: notice
    uses: [region, segment, date_of_birth]
    exits: [statistics]
collection:
  registration:
    kind: registration
    items: [region, segment, date_of_birth]
    purposes: [research]
    keep:
      for: 2 years
roles:
  research:
    title: "Research"
    purposes: [research]
    may: [statistics]
statistics:
  customers:
    about: person
    dimensions:
      region: declared
      age_band:
        of: date_of_birth
        cut: [{", ".join(str(one) for one in CUT)}]
      segment: declared
    budget:
      rho: 0.05
      per: year
      rho-year: 0.05
      delta: 1e-9
```
"""


def duck(folder, columns, options):
    """The same people as Parquet, in words; return a connection that reads nothing else."""
    base = duckdb.connect()
    base.execute("SET autoinstall_known_extensions = false")
    base.execute("SET autoload_known_extensions = false")
    base.execute("SET temp_directory = ''")
    base.register("people", columns)
    named = ", ".join(f"{options[name]}[{name} + 1] AS {name}" for name in columns)
    base.execute(f"COPY (SELECT {named} FROM people) TO '{folder}/people.parquet' (FORMAT parquet)")  # noqa: S608 -- a folder of this run
    base.unregister("people")
    return base


def plain(base, folder):
    """The plain query."""
    names = ", ".join(DIMENSIONS)
    return base.execute(f"SELECT {names}, count(*) FROM '{folder}/people.parquet' GROUP BY {names}").fetchall()  # noqa: S608 -- names of this file


class Bench:
    """An installation with the projection, the same people in DuckDB, and the times of each way."""

    def __init__(self, folder, people) -> None:
        self.folder = folder
        self.people = people
        self.times: dict[str, list[float]] = {name: [] for name in ("duck", "desk", "counts", "own")}
        self.seen = set()

    async def open(self):
        """Open, and fill both."""
        self.engine = engine = await Engine.start(
            installation_parts(
                parse_address(f"sqlite:///{self.folder}/bench.db"),
                words(),
                Settings(passwords=Passwords(QUICK)),
                create=True,
            ),
            sequence=False,
        )
        await activate_first(engine, {"bench.policy.md": POLICY.encode()}, by="bench")
        enrolled = await sessions.add_staff(
            engine, "bench", "four unrelated words here", ("research",), by="bench", who="bench"
        )
        code = code_at(enrolled.secret, int(engine.clock.now()) // 30)
        token = await sessions.sign_in(engine, "bench", "four unrelated words here", code)
        self.session = await sessions.session_of(engine, token)
        data_set = data_set_of(engine, "customers")
        options = {name: list(one.options) for name, one in data_set.dimensions.items()}
        dice = np.random.default_rng(7)
        columns = {name: dice.integers(0, len(words), self.people, dtype=np.uint8) for name, words in options.items()}
        await engine.keyring.ensure_installation_key(projections.KEY, engine.clock.now())
        await projections.write_build(engine, self.session, data_set, "research", columns)
        self.base = duck(self.folder, columns, options)
        self.built = await projections.usable_build(engine, data_set)
        self.cells = [(r, a, s) for r in options["region"] for a in options["age_band"] for s in options["segment"]]
        self.expected = {tuple(row[:3]): row[3] for row in plain(self.base, self.folder)}
        assert dict(zip(self.cells, await self.counted(), strict=True)) == self.expected

    async def duck_once(self):
        """The plain query."""
        return plain(self.base, self.folder)

    async def counted(self):
        """Without noise and without charge: the counts alone."""
        totals = [0] * 200
        dimensions = list(self.built.data_set.dimensions.values())
        for columns, size, weights in await projections.open_columns(self.engine, self.built, dimensions):
            totals = [one + more for one, more in zip(totals, counting.count(columns, size, weights), strict=True)]
        return totals

    async def desk(self):
        """The question, as it is asked."""
        return await queries.ask(self.engine, self.session, "customers", DIMENSIONS, Precision.ROUGH)

    async def timed(self, name, act):
        """Run one way once."""
        started = time.perf_counter()
        result = await act()
        self.times[name].append(time.perf_counter() - started)
        return result

    async def check(self, found):
        """Each noisy figure is near its cell, and none came from store; then let the next be a new question."""
        assert found not in self.seen, "answered from store"
        self.seen.add(found)
        answer = (await queries.statistic_of(self.engine, found)).figures
        spread = (answer.variance[0] / answer.variance[1]) ** 0.5
        for noisy, cell in zip(answer.noisy, self.cells, strict=True):
            assert abs(noisy - self.expected[cell]) < 8 * spread
        other = sqlite3.connect(f"{self.folder}/bench.db")
        other.execute("DELETE FROM statistic")
        other.commit()
        other.close()
        self.engine.data._end_snapshot()

    async def close(self):
        """Let go."""
        self.base.close()
        await self.engine.close()


async def measure(folder, people):
    bench = Bench(folder, people)
    await bench.open()
    await bench.check(await bench.desk())
    for _ in range(ROUNDS):
        await bench.timed("duck", bench.duck_once)
        await bench.check(await bench.timed("desk", bench.desk))
        await bench.timed("counts", bench.counted)
        library, sampler.library = sampler.library, lambda: None
        try:
            found = await bench.timed("own", bench.desk)
        finally:
            sampler.library = library
        await bench.check(found)
    await bench.close()
    return bench.times


WAYS = (
    ("DuckDB, plain GROUP BY over Parquet", "duck"),
    ("the desk: charge, open, count, noise, record", "desk"),
    ("the desk with our own sampler", "own"),
    ("open and count alone (no noise, no charge)", "counts"),
)


def table(people):
    """Measure one size, and return its table."""
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(measure(folder, people))
        size = Path(f"{folder}/people.parquet").stat().st_size
    lines = [
        f"{people:,} people; Parquet of {size / 1e6:.0f} MB in clear.",
        "",
        "| way | median | against DuckDB |",
        "|---|---|---|",
    ]
    for title, name in WAYS:
        ratio = statistics.median(a / b for a, b in zip(times[name], times["duck"], strict=True))
        lines.append(f"| {title} | {statistics.median(times[name]) * 1e3:.1f} ms | {ratio:.2f} |")
    return "\n".join(lines)


def run():
    """Measure, and return the section of RESULTS.md."""
    library = "OpenDP" if sampler.library() is not None else "our own sampler"
    return "\n\n".join(
        [
            "## A question of 200 cells",
            (
                f"Synthetic people; {ROUNDS} rounds, the ways in turn; segments sealed in SQLite; noise by {library}. Without noise every\n"
                "cell is DuckDB's; each noisy one within eight standard deviations. DuckDB reads words, the desk codes."
            ),
            *(table(people) for people in SIZES),
            "Two hundred draws and three durable commits are a fixed cost. To reach: 0.35 at ten million.",
        ]
    )
