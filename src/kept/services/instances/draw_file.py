"""The published file of a draw: written once for what it says, in slices, and streamed from there to whoever asks.

A sweepstake may have a million tickets, and anybody may ask for its file, and for the page that says how many there are. What
a closed list or a draw says does not change, so it is written when somebody first asks; while the list still grows, at most
once in a while.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import NamedTemporaryFile, mkdtemp
from typing import Any
from weakref import finalize

from kept import limits
from kept.services.engine.engine import Engine
from kept.services.instances.sweepstakes import draw_facts, places_drawn
from kept.store import sql


@dataclass(frozen=True, slots=True)
class DrawFile:
    """A written file.

    Args:
        path: Where it lies.
        facts: What it says beside the tickets; *tickets* is how many there are.
        written_at: When, unix seconds.
        said: What it was written of; another word is another file.
        before: The file it took the place of, which somebody may still be about to read.
    """

    path: Path
    facts: dict[str, Any]
    written_at: float
    said: str
    before: Path | None


class DrawFiles:
    """The files of an installation's draws, in a folder that goes with the process.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._folder = ""
        self._written: dict[str, DrawFile] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def file_of(self, instance_id: str) -> DrawFile:
        """Return a draw's file as it stands; whoever asks meanwhile waits for the one that is being written.

        Args:
            instance_id: From outside.

        Raises:
            InputError: No such sweepstake, or it was never open.
        """
        facts = await draw_facts(self._engine, instance_id)
        said, at = json.dumps(facts, sort_keys=True), self._engine.clock.now()
        async with self._turns[instance_id]:
            known = self._written.get(instance_id)
            grows = not facts["list_hash"]
            if known and known.said == said and not (grows and at - known.written_at > limits.DRAW_FILE_SECONDS):
                return known
            path, more = await self._write(instance_id, facts)
            if known and known.before:
                known.before.unlink(missing_ok=True)
            made = DrawFile(path, {**facts, **more}, at, said, known.path if known else None)
            self._written[instance_id] = made
            return made

    async def _write(self, instance_id: str, facts: dict[str, Any]) -> tuple[Path, dict[str, Any]]:
        count = 0
        with NamedTemporaryFile("w", dir=self._own_folder(), suffix=".json", delete=False, encoding="utf-8") as file:
            head = json.dumps(facts, ensure_ascii=False, indent=1)
            file.write(f'{head[:-2]},\n "tickets": [')
            async for page in self._pages(instance_id):
                file.write(("," if count else "") + ",".join(f'\n  "{one}"' for one in page))
                count += len(page)
            winners = await self._at(instance_id, places_drawn(facts, count))
            file.write(f'\n ],\n "winners": {json.dumps(winners)}\n}}\n')
        return Path(file.name), {"tickets": count, "winners": winners}

    def _own_folder(self) -> str:
        """Return a folder nobody else writes to, 0700; it goes with these files."""
        if not self._folder:
            self._folder = mkdtemp(prefix="kept-draws-")
            finalize(self, rmtree, self._folder, ignore_errors=True)
        return self._folder

    async def _pages(self, instance_id: str) -> AsyncIterator[list[str]]:
        after = ""
        while page := await self._engine.data.values(
            sql.TicketsPage, instance_id=instance_id, after=after, limit=limits.TICKETS_PAGE
        ):
            yield page
            after = page[-1]
            await asyncio.sleep(0)  # a read of the database does not let others on; a page is as long as they wait

    async def _at(self, instance_id: str, places: Iterable[int]) -> list[str]:
        """Return the tickets at *places*, in their order."""
        seen, found = 0, dict.fromkeys(places, "")
        async for page in self._pages(instance_id):
            found |= {place: page[place - seen] for place in found if seen <= place < seen + len(page)}
            seen += len(page)
        return [found[one] for one in places]
