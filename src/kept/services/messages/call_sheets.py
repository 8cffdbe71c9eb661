"""Call sheets: how many calls for which purpose. Who is called, number, name and script, shows when a line is opened.

Whoever leaves (a no, a stop, an erasure, the stop list) is off the sheet before anybody looks at it again. A sheet takes
rows until somebody begins with it, and runs for twelve hours from then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kept.crypto.random import random_id
from kept.errors import InputError
from kept.policy.words import Exit
from kept.services.engine.dispatchers import AlwaysReady, Message, Opened, Waiting
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.people import Person
from kept.services.messages.leaving import looking, reason_to_leave
from kept.services.messages.letters import Put, unsend
from kept.services.messages.outbox import left_out_entry
from kept.services.messages.sealed_words import CALL, Said, seal_words, words_of
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

WAITING, SHOWN, ENDED = "waiting", "shown", "ended"
REACHED, NOT_REACHED, WRONG_NUMBER, NOT_AGAIN = "reached", "not-reached", "wrong-number", "not-again"
OUTCOMES = (REACHED, NOT_REACHED, WRONG_NUMBER, NOT_AGAIN)


@dataclass(frozen=True, slots=True)
class CallRow:
    """One line of a sheet; no number, and nobody's name before it is opened.

    Args:
        place: On the sheet, from 1.
        said: The script, while the line is being called, for who opened it; None otherwise.
        outcome: `waiting`, `shown`, one of `OUTCOMES`, `ended`, or a reason it was left out for.
        moved_at: Since when, unix seconds.
    """

    place: int
    said: Said | None
    outcome: str
    moved_at: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A call sheet.

    Args:
        id: Its id.
        number: Its number.
        origin: `campaign`, `case` or `program`.
        origin_id: The campaign's id, or the case's number.
        purpose: Declared purpose.
        made_at: Unix seconds.
        status: `waiting`, `begun` or `ended`.
        begun_by: Login of who began with it; empty before.
        ends_at: End of the time box, unix seconds; 0 before.
        rows: In order.
    """

    id: str
    number: int
    origin: str
    origin_id: str
    purpose: str
    made_at: float
    status: str
    begun_by: str
    ends_at: float
    rows: tuple[CallRow, ...]

    @property
    def left(self) -> int:
        """How many rows have no outcome yet."""
        return sum(1 for one in self.rows if one.outcome in {WAITING, SHOWN})


class PhoneDispatcher(AlwaysReady):
    """Puts a person on the call sheet of a message's origin: `put` is the whole of it.

    Args:
        engine: Open.
    """

    channel = Exit.PHONE

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prepare(self, message: Message, opened: Opened, person: Person, entry_id: str) -> Put:
        """Seal the script; the number is opened again when the call is made."""
        del opened, entry_id
        said = Said(message.words.title, message.words.text, message.language)
        key_id, sealed = seal_words(self._engine, person.keys, CALL, message.id, said)
        at, fresh = self._engine.clock.now(), random_id()

        async def put(tx: Transaction) -> None:
            standing = await tx.value(
                sql.CallSheetOfOrigin, origin=message.origin, origin_id=message.origin_id, purpose=message.purpose
            )
            sheet_id = standing or fresh
            if standing is None:
                await tx.run(
                    "call_sheet_insert",
                    sheet_id=sheet_id,
                    number=await tx.value(sql.CallSheetNext) + 1,
                    origin=message.origin,
                    origin_id=message.origin_id,
                    purpose=message.purpose,
                    made_at=at,
                )
            await tx.run(
                "call_row_put",
                person_id=person.id,
                message_id=message.id,
                sheet_id=sheet_id,
                place=await tx.value(sql.CallRowNext, sheet_id=sheet_id) + 1,
                key_id=key_id,
                sealed=sealed,
                moved_at=at,
            )

        return Put(put)


async def sheets_of(engine: Engine, session: StaffSession) -> list[Sheet]:
    """Return the call sheets for the purposes of a staff member's own roles, newest first; no line is opened."""
    found = []
    for sheet_id in await engine.data.values(sql.CallSheets):
        sheet, rows = await load_sheet(engine, sheet_id)
        if session.acts_for(engine, sheet.purpose):
            if await _shrink(engine, session, sheet, rows):
                sheet, _ = await load_sheet(engine, sheet_id)
            found.append(sheet)
    return found


async def sheet_of(engine: Engine, session: StaffSession, sheet_id: str) -> Sheet:
    """Return one sheet; with the script of the line that is being called, for who opened it, and of no other.

    Raises:
        DeniedError: No role of theirs has its purpose.
        InputError: There is no such sheet.
    """
    sheet, rows = await load_sheet(engine, sheet_id)
    session.require_purpose(engine, sheet.purpose)
    if await _shrink(engine, session, sheet, rows):
        sheet, rows = await load_sheet(engine, sheet_id)
    mine = sheet.begun_by == session.login
    said = [await _script(engine, row) if mine else None for row in rows]
    return replace(sheet, rows=tuple(replace(one, said=text) for one, text in zip(sheet.rows, said, strict=True)))


async def _shrink(engine: Engine, session: StaffSession, sheet: Sheet, rows: list[sql.CallRows]) -> bool:
    """Take off a sheet whoever is not to be called any more, each with an entry they see; return whether anybody left."""
    if sheet.status not in {WAITING, "begun"}:
        return False
    mandate, at = looking(engine, session, sheet.purpose, sheet.origin), engine.clock.now()
    left = []
    for row in rows:
        if row.outcome == WAITING:
            waiting = Waiting(
                row.person_id, row.message_id, sheet.origin, sheet.origin_id, sheet.purpose, Exit.PHONE, "", 0
            )
            if reason := await reason_to_leave(engine, mandate, waiting):
                left.append((waiting, reason, await left_out_entry(engine, waiting, reason, at)))

    async def body(tx: Transaction) -> None:
        for waiting, reason, entry in left:
            if await tx.run("call_row_leave", person_id=waiting.person_id, message_id=waiting.message_id):
                await unsend(tx, waiting, reason, at)
                await insert_entries(tx, [entry], at)
        if left and not any(one.outcome in {WAITING, SHOWN} for one in await tx.all(sql.CallRows, sheet_id=sheet.id)):
            await tx.run("call_sheet_end", sheet_id=sheet.id)

    if left:
        await engine.data.write(body)
    return bool(left)


async def load_sheet(engine: Engine, sheet_id: str) -> tuple[Sheet, list[sql.CallRows]]:
    """Return a sheet without its scripts, and its rows.

    Raises:
        InputError: There is no such sheet.
    """

    async def body(tx: Transaction) -> tuple[sql.CallSheetGet | None, list[sql.CallRows]]:
        return await tx.one(sql.CallSheetGet, sheet_id=sheet_id), await tx.all(sql.CallRows, sheet_id=sheet_id)

    row, rows = await engine.data.read(body)
    if row is None:
        raise InputError("expected a call sheet, found none of that number", reason="call-sheet-unknown")
    shown = tuple(CallRow(one.place, None, one.outcome, one.moved_at) for one in rows)
    return Sheet(
        sheet_id, row.number, row.origin, row.origin_id, row.purpose, row.made_at, row.status, row.begun_by,
        row.ends_at, shown,
    ), rows  # fmt: skip


async def _script(engine: Engine, row: sql.CallRows) -> Said | None:
    """Open a row's script while it is being called."""
    if row.outcome != SHOWN:
        return None
    return await words_of(engine, row.person_id, CALL, row.message_id, row.key_id, row.sealed)


def row_of(rows: list[sql.CallRows], place: int) -> sql.CallRows:
    """Return the row at a place.

    Raises:
        InputError: There is none.
    """
    for one in rows:
        if one.place == place:
            return one
    raise InputError("expected a row of this sheet, found none", reason="call-row-unknown", hint="look at it again")
