"""The no-log: what a restore must not undo, as sealed lines of keyed hashes, in a place outside both databases.

Whatever says no notes it in the transaction that does it (`note`). `NoLog.deliver` seals the notes as lines, each chained to the
one before it, and hands them to every place before the act is acknowledged. A place that cannot take them keeps nobody from
saying no: the lines wait in D, are handed over later, and the board says so. D keeps every line, so that a place that lost its
copy is filled again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from kept import limits
from kept.channels.place import Place
from kept.crypto.digest import framed, hmac_sha256
from kept.crypto.random import random_id
from kept.errors import EvidenceError, MalformedError, StoreError
from kept.services.engine.keyring import Keyring
from kept.store import sql
from kept.store.interface import Store, Transaction
from kept.vault.no_log import FIRST, Line, open_line, parse_line, seal_line

SEALS, NAMES = "no-log", "no-log-names"
"""The installation's keys for it: made with the vault, so that every backup of K has them."""
AHEAD = "no-log-ahead"
"""Why nothing is handed to a place that holds lines of ours which D does not know."""
GIVEN = "no_log_given"
"""In K: the newest line every place had."""


class No(StrEnum):
    """What a line can say; words are permanent."""

    CHOICE = "choice"
    USE = "use"
    VALUE = "value"
    UNACCEPTED = "unaccepted"
    ERASING = "erasing"
    ERASED = "erased"
    STOP_LIST = "stop-list"
    PASSWORD = "password"  # noqa: S105 -- a word, no password
    CODES = "codes"
    PASSKEY = "passkey"
    UNLINKED = "unlinked"
    CREDENTIAL = "credential"
    STAFF = "staff"
    PARTY_KEY = "party-key"
    VERSION = "version"
    CHARGE = "charge"


async def note(tx: Transaction, kind: No, at: float, *, person: bytes = b"", **facts: str | float) -> None:
    """Note what a restore must not undo, within the transaction that does it.

    Args:
        tx: A write transaction of D.
        kind: What it is.
        at: When, unix seconds.
        person: Whose it is, 16 bytes; a line names them by a keyed hash alone. Empty for nobody's.
        **facts: What else the line says: ids, hashes, words; nothing a person gave.
    """
    said = {"kind": kind.value, "at": at, "who": person.hex(), **facts}
    await tx.run("no_log_note", note_id=random_id(), at=at, content=json.dumps(said))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the places hold.

    Args:
        lines: Lines that are this installation's, in order; where two fork, both.
        said: What each says.
        complete: Whether they reach, without a gap, as far as either database knows.
        why: What is missing, a word: `none`, `absent`, `unreadable`, `behind`, `gap`.
        numbers: Which lines are missing, as far as anybody knows of them: `4, 7-9`; empty where none is.
    """

    lines: tuple[Line, ...]
    said: tuple[dict[str, Any], ...]
    complete: bool
    why: str
    numbers: str = ""


class NoLog:
    """The no-log of an open installation.

    Args:
        data: Database D.
        keys: Database K.
        keyring: Has the installation's keys.
        vault_id: Id of the vault.
        places: Where the lines go; all of them have all lines.
        now: Answers unix seconds.
    """

    def __init__(  # noqa: PLR0913 -- two databases, their keys, and where the lines go
        self,
        data: Store,
        keys: Store,
        keyring: Keyring,
        vault_id: str,
        places: Sequence[Place],
        now: Callable[[], float],
    ) -> None:
        self._data = data
        self._keys = keys
        self._keyring = keyring
        self._vault_id = vault_id
        self._now = now
        self._turn = asyncio.Lock()
        self._reached: dict[str, int] = {}
        self.places = tuple(places)
        self.failing = ""
        self.failing_since = 0.0
        self.replaying = False

    # ---------------------------------------------------------------- handing over

    async def acknowledge(self) -> None:
        """Hand over what was just noted, before the act is acknowledged; a place that fails, or is slow, is not waited for."""
        if self.replaying:
            return
        try:
            if self.failing:
                await self._seal()
                return
            async with asyncio.timeout(limits.NO_LOG_WAIT_SECONDS):
                await self.deliver()
        except TimeoutError:
            self._fails("no-log-slow")
        except (
            StoreError
        ) as error:  # what was noted is durable, and so is what it says: the line is sealed as soon as it can be
            self._fails(error.reason)

    async def deliver(self) -> None:
        """Seal what was noted and hand every place what it does not have yet; what fails is tried again later."""
        async with self._turn:
            if self.replaying:
                return
            await self._seal()
            why = "" if self.places else "no-log-absent"
            for place in self.places:
                try:
                    await self._fill(place)
                except StoreError as error:
                    why = error.reason
            if self.places and not why:
                await self._given(min(self._reached[one.name] for one in self.places))
            self._fails(why)

    def _fails(self, why: str) -> None:
        if why and not self.failing:
            self.failing_since = self._now()
        self.failing = why

    async def _seal(self) -> None:
        if not await self._data.all(sql.NoLogNotes, limit=1):
            return

        async def body(tx: Transaction) -> None:
            number, previous = _after(await tx.one(sql.NoLogHead))
            for row in await tx.all(sql.NoLogNotes, limit=limits.NO_LOG_PAGE):
                said = json.loads(row.content)
                if who := said.pop("who", ""):
                    said["person"] = self.name_of(bytes.fromhex(who))
                number += 1
                content = json.dumps(said, separators=(",", ":")).encode()
                line = seal_line(self._key(SEALS), content, vault_id=self._vault_id, number=number, previous=previous)
                await tx.run("no_log_line_put", seq=number, line=line.raw)
                await tx.run("no_log_note_delete", note_id=row.note_id)
                previous = line.hash

        await self._data.write(body)

    async def _fill(self, place: Place) -> None:
        """Hand a place what it lacks.

        Raises:
            StoreError: It takes nothing, or holds lines of ours that D does not know: then a start says them again first.
        """
        reached = self._reached.pop(place.name, None)  # however this ends early, how far it came is asked again
        if reached is None and not place.reads:
            reached = await self.given()  # what left cannot be looked at: K remembers how far that was
        elif reached is None or await self._data.all(sql.NoLogLines, after=reached, limit=1):
            reached, raw = await self._newest(place)
            if reached and await self._data.value(sql.NoLogLineGet, seq=reached) != raw:
                raise StoreError(
                    "expected a no-log that goes no further than this installation, found one that does",
                    reason="no-log-ahead",
                    hint="restart: what it says is said again before anybody is served",
                    rests_on="restore-drill",
                )
        while rows := await self._data.all(sql.NoLogLines, after=reached, limit=limits.NO_LOG_PAGE):
            await place.append([row.line for row in rows])
            reached = rows[-1].seq
        self._reached[place.name] = reached

    async def _given(self, number: int) -> None:
        if await self.given() < number:
            await self._keys.write(lambda tx: tx.run("meta_put", name=GIVEN, value=str(number)))

    # ---------------------------------------------------------------- looking

    async def look(self) -> list[str]:
        """Return the places that do not hold any more what they took; the next handing over fills them again."""
        async with self._turn:
            lost = []
            for place in self.places if not self.replaying else ():
                reached = self._reached.get(place.name)
                if not reached or not place.reads:
                    continue
                try:
                    number, _ = await self._newest(place)
                except StoreError as error:
                    self._fails(error.reason)
                    continue
                if number != reached:
                    del self._reached[place.name]
                if number < reached:
                    lost.append(place.name)
            return lost

    async def flaws(self) -> AsyncIterator[str]:
        """Yield what does not hold of the lines D keeps: each opens, follows the one before it, and the newest K knows is there."""
        number, previous = 0, FIRST
        while rows := await self._data.all(sql.NoLogLines, after=number, limit=limits.NO_LOG_PAGE):
            for row in rows:
                line, _ = self._opened(row.line)
                if line is None or (line.number, line.previous) != (number + 1, previous) or row.seq != line.number:
                    yield f"line {row.seq}: it is not the one that follows line {number}"
                number, previous = row.seq, line.hash if line else ""
        if number < (given := await self.given()):
            yield f"expected lines up to {given}, found {number}"

    def name_of(self, person_id: bytes) -> str:
        """Return what lines call a person: a keyed hash, hex."""
        return hmac_sha256(self._key(NAMES), framed(b"kept/no-log-name/v1", person_id)).hex()

    async def given(self) -> int:
        """Return the number of the newest line K knows that every place had; 0 for none."""
        return int(await self._keys.value(sql.MetaGet, name=GIVEN) or 0)

    async def head(self) -> int:
        """Return the number of the newest line D has; 0 for none."""
        return _after(await self._data.one(sql.NoLogHead))[0]

    async def waiting(self) -> int:
        """Return how many lines no place has yet, as far as K knows."""
        return max(0, await self.head() - await self.given())

    async def ahead(self) -> bool:
        """Whether a place has lines that D or K does not know of: one of them was restored from before."""
        known = min(await self.head(), await self.given())
        for place in self.places:
            if not place.reads:
                if await self.given() > await self.head():
                    return True  # D is from before, and what went there says what it forgot
                continue
            try:
                number, last = await self._newest(place)
            except StoreError as error:
                self._fails(error.reason)
                continue
            ours = await self._data.value(sql.NoLogLineGet, seq=number)
            if number > known or (number and ours != last):
                return True
        return False

    async def _newest(self, place: Place) -> tuple[int, bytes]:
        """Return the newest line of a place that this installation sealed, with its number; 0 for none.

        Its last line is enough where it is ours; behind one that somebody else put there, or a kill cut, all are read.
        """
        last = await place.last()
        if not last or (number := self._number(last)):
            return (number, last) if last else (0, b"")
        return max(((self._number(raw), raw) for raw in await place.read()), default=(0, b""))

    def _number(self, raw: bytes) -> int:
        """Return the number of a line this installation sealed; 0 for any other."""
        return line.number if (line := self._opened(raw)[0]) else 0

    def _opened(self, raw: bytes) -> tuple[Line | None, dict[str, Any]]:
        """Open a line; None for one that is not ours, torn by a kill, or changed."""
        try:
            line = parse_line(raw)
            return line, json.loads(open_line(self._key(SEALS), line, vault_id=self._vault_id))
        except (MalformedError, EvidenceError):
            return None, {}

    async def read(self) -> Reading:
        """Return what all places hold together; where one cannot be read, that is what is missing."""
        found: dict[bytes, tuple[Line, dict[str, Any]]] = {}
        unreadable = False
        for place in self.places:
            try:
                raws = await place.read()
            except StoreError:
                unreadable = True
                continue
            for raw in raws:
                line, said = self._opened(raw)
                if line is not None:  # without one that is torn or changed the chain has a gap
                    found[raw] = line, said
        held = sorted(found.values(), key=lambda one: one[0].number)
        lines = tuple(line for line, _ in held)
        why = await self._missing(lines, unreadable=unreadable)
        known = max(await self.given(), await self.head())
        return Reading(lines, tuple(said for _, said in held), not why, why, _absent(lines, known) if why else "")

    async def _missing(self, lines: Sequence[Line], *, unreadable: bool) -> str:
        if not self.places:
            return "none"
        if unreadable:
            return "unreadable"  # another place may lack what only this one had
        if not lines:
            return "absent"
        hashes = {FIRST, *(line.hash for line in lines)}
        if any(line.previous not in hashes for line in lines):
            return "gap"
        return "behind" if lines[-1].number < max(await self.given(), await self.head()) else ""

    async def adopt(self, reading: Reading) -> None:
        """Go on behind the lines of the places: D takes them, and says again behind them what it alone said.

        Args:
            reading: Replayed.
        """
        theirs = {line.number: line.raw for line in reading.lines}
        last = max(theirs, default=0)
        at = self._now()

        async def body(tx: Transaction) -> None:
            for number, raw in theirs.items():
                ours = await tx.value(sql.NoLogLineGet, seq=number)
                if ours is not None and ours != raw:
                    await self._again(tx, ours, at)
                await tx.run("no_log_line_put", seq=number, line=raw)

        await self._data.write(body)
        self._reached.clear()
        await self._keys.write(lambda tx: tx.run("meta_put", name=GIVEN, value=str(max(last, 0))))

    async def _again(self, tx: Transaction, raw: bytes, at: float) -> None:
        content = open_line(self._key(SEALS), parse_line(raw), vault_id=self._vault_id).decode()
        await tx.run("no_log_note", note_id=random_id(), at=at, content=content)

    def _key(self, name: str) -> bytes:
        return self._keyring.installation_key(name)


def _absent(lines: Sequence[Line], known: int) -> str:
    """Return the numbers that are missing up to the last one known, ranges of them together."""
    ends = [0, *sorted({line.number for line in lines}), max([known, *(line.number for line in lines)]) + 1]
    gaps = [(low + 1, high - 1) for low, high in pairwise(ends) if high - low > 1]
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in gaps)


def _after(head: sql.NoLogHead | None) -> tuple[int, str]:
    """Return the number of the newest line and its hash."""
    return (head.seq, parse_line(head.line).hash) if head else (0, FIRST)
