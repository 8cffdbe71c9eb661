"""Calls from a sheet: one line at a time, decided at the moment it is opened; how each call ended.

Opening a line shows number, name and script. A line is opened once the call before it has its outcome. *Do not call again*
goes on the stop list at once, and no member of staff takes it off again.
"""

from __future__ import annotations

from dataclasses import replace

from kept import limits
from kept.errors import ConflictError, DeniedError, InputError, KeptError
from kept.policy import needs
from kept.policy.words import Exit
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.dispatchers import Waiting
from kept.services.engine.engine import Engine
from kept.services.engine.flush import SealedEntry, insert_entries
from kept.services.engine.record import about_person, entry_of
from kept.services.gate import gate
from kept.services.gate.gate import UNDECLARED, Circumstances
from kept.services.gate.released import Card
from kept.services.messages.call_sheets import (
    ENDED,
    NOT_AGAIN,
    NOT_REACHED,
    OUTCOMES,
    SHOWN,
    WAITING,
    WRONG_NUMBER,
    Sheet,
    load_sheet,
    row_of,
    sheet_of,
)
from kept.services.messages.confirmation_code import ORIGIN as CONFIRMATION
from kept.services.messages.leaving import number_is_listed, number_token
from kept.services.messages.letters import called_off, unsend
from kept.services.messages.outbox import begins, recount, wanted_slots
from kept.services.messages.stop_list import TOLD_STAFF, UNDELIVERABLE, put_on
from kept.services.staff.desk_mandate import issue_mandate
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

LISTED = {WRONG_NUMBER: UNDELIVERABLE, NOT_AGAIN: TOLD_STAFF}
"""Outcomes that put the number on the stop list, each with the reason that stands there."""


async def begin(engine: Engine, session: StaffSession, sheet_id: str) -> None:
    """Begin to call: from now on twelve hours.

    Raises:
        DeniedError: No role of theirs has its purpose.
        ConflictError: Somebody began with it before.
    """
    sheet = await sheet_of(engine, session, sheet_id)
    at = engine.ready()
    entry = await _entry(engine, session, Act.CALL_SHEET_BEGIN, sheet, (("rows", str(len(sheet.rows))),))

    async def body(tx: Transaction) -> None:
        if not await tx.run(
            "call_sheet_begin", sheet_id=sheet_id, begun_by=session.login, ends_at=at + limits.CALL_SHEET_SECONDS
        ):
            raise ConflictError(
                "expected a sheet nobody began with, found another", reason="call-sheet-step", hint="look at it again"
            )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def show_number(engine: Engine, session: StaffSession, sheet_id: str, place: int) -> Card:
    """Open one line: show its number, once, decided about now, under a mandate for this one call, and recorded.

    Args:
        engine: Open.
        session: Who began with the sheet.
        sheet_id: Begun, its time box not over.
        place: Row on it.

    Returns:
        A card with the number, and the name where the person gave one; both open by exit *phone*.

    Raises:
        DeniedError: The policy says no (the row is left out), the sheet is another's, or its time is over.
        ConflictError: The call before has no outcome yet, or the row has one.
        NotFoundError: The person was erased.
    """
    sheet, rows = await load_sheet(engine, sheet_id)
    _require_running(engine, session, sheet)
    person_id, message_id = bytes(row_of(rows, place)[0]), str(row_of(rows, place)[1])
    issued = await issue_mandate(engine, session, sheet.purpose, people=1, seconds=sheet.ends_at - engine.clock.now())
    asks = sheet.origin == CONFIRMATION
    mandate = replace(issued, case=_case(sheet), kind=needs.CONFIRMATION if asks else issued.kind)
    waiting = Waiting(
        person_id, message_id, sheet.origin, sheet.origin_id, sheet.purpose, Exit.PHONE, mandate.id, 0
    )  # fmt: skip
    await _claim(engine, sheet, waiting)
    try:
        off = await called_off(engine, waiting)
        if off or (not asks and await number_is_listed(engine, sheet.purpose, person_id)):
            facts = (("message", message_id), ("reason", "withdrawn" if off else "stop-list"))
            entry = await _entry(engine, session, Act.CALL_REVEAL, sheet, facts, person_id, Outcome.REFUSED)
            await engine.flush.append(entry)
            raise _called_off(sheet) if off else _listed(sheet)
        slots, person = await wanted_slots(engine, mandate, waiting)
        return await gate.read(
            engine,
            mandate,
            person_id,
            slots or (UNDECLARED,),
            Exit.PHONE,
            circumstances=Circumstances(about=_about(sheet, waiting)),
            act=Act.CALL_REVEAL,
            person=person,
        )
    except DeniedError as error:
        await _leave_out(engine, sheet, waiting, error.reason)
        raise
    except KeptError:
        await _move(engine, waiting, SHOWN, WAITING)  # the gate is closed: nothing was shown
        raise


async def _claim(engine: Engine, sheet: Sheet, waiting: Waiting) -> None:
    """Take a row as the one whose number is shown, if none is.

    Raises:
        ConflictError: The call before has no outcome yet, or this row has one.
    """
    at, dialled = engine.clock.now(), await number_token(engine, waiting.purpose, waiting.person_id)

    async def body(tx: Transaction) -> None:
        if any(one.outcome == SHOWN for one in await tx.all(sql.CallRows, sheet_id=sheet.id)):
            raise ConflictError(
                "expected the call before to have its outcome, found it without",
                reason="call-open",
                hint="say first how that call ended; one number is shown at a time",
                rests_on="roles",
            )
        if not await tx.run(
            "call_row_move", person_id=waiting.person_id, message_id=waiting.message_id, expected=WAITING,
            outcome=SHOWN, moved_at=at,
        ):  # fmt: skip
            raise ConflictError(
                "expected a row without outcome, found one with it", reason="call-ended", hint="take the next row"
            )
        await tx.run("call_row_dial", person_id=waiting.person_id, message_id=waiting.message_id, dialled=dialled)

    await engine.data.write(body)


async def _move(engine: Engine, waiting: Waiting, expected: str, outcome: str) -> None:
    at = engine.clock.now()
    await engine.data.write(
        lambda tx: tx.run(
            "call_row_move", person_id=waiting.person_id, message_id=waiting.message_id, expected=expected,
            outcome=outcome, moved_at=at,
        )
    )  # fmt: skip


async def end_call(engine: Engine, session: StaffSession, sheet_id: str, place: int, outcome: str) -> None:
    """Say how a call ended. A wrong number, and *do not call again*, put the number on the stop list.

    Raises:
        InputError: No such outcome or row.
        DeniedError: The sheet is another's.
        ConflictError: The row is not the one whose number was shown.
    """
    if outcome not in OUTCOMES:
        raise InputError(
            "expected a known outcome of a call, found another", reason="call-outcome", hint=", ".join(OUTCOMES)
        )
    sheet, rows = await load_sheet(engine, sheet_id)
    _require_own(engine, session, sheet)
    row = row_of(rows, place)
    person_id, message_id, at = row.person_id, row.message_id, engine.ready()
    token = (row.dialled or b"") if outcome in LISTED else b""
    called = Waiting(person_id, message_id, sheet.origin, sheet.origin_id, sheet.purpose, Exit.PHONE, "", 0)
    facts = (("message", message_id), ("outcome", outcome))
    entry = await _entry(engine, session, Act.CALL_END, sheet, facts, person_id)

    async def body(tx: Transaction) -> None:
        if not await tx.run(
            "call_row_move", person_id=person_id, message_id=message_id, expected=SHOWN, outcome=outcome, moved_at=at
        ):
            raise ConflictError(
                "expected the row whose number was shown, found another", reason="call-ended", hint="look at it again"
            )
        await recount(tx, called, begins(called), outcome)
        if token:
            await put_on(tx, Exit.PHONE, token, LISTED[outcome], at)
        await _end_when_done(tx, sheet_id)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    await engine.no_log.acknowledge()


async def end_sheets(engine: Engine) -> int:
    """End every sheet whose time box is over: rows without outcome are over with it; return how many sheets."""
    if engine.stands_still():
        return 0
    at = engine.clock.now()

    async def body(tx: Transaction) -> int:
        over = await tx.values(sql.CallSheetsOver, at=at)
        for sheet_id in over:
            sheet = await tx.one(sql.CallSheetGet, sheet_id=sheet_id)
            for row in await tx.all(sql.CallRows, sheet_id=sheet_id):
                ended = await tx.run(
                    "call_row_move", person_id=row.person_id, message_id=row.message_id, expected=WAITING,
                    outcome=ENDED, moved_at=at,
                )  # fmt: skip
                if sheet is None:
                    continue
                one = Waiting(
                    row.person_id, row.message_id, sheet.origin, sheet.origin_id, sheet.purpose, Exit.PHONE, "", 0
                )
                if ended:
                    await unsend(tx, one, "time-over", at)
                if await tx.run(
                    "call_row_move", person_id=row.person_id, message_id=row.message_id, expected=SHOWN,
                    outcome=NOT_REACHED, moved_at=at,
                ):  # fmt: skip
                    await recount(tx, one, begins(one), NOT_REACHED)
            await tx.run("call_sheet_end", sheet_id=sheet_id)
        return len(over)

    return await engine.data.write(body)


# -------------------------------------------------------------------- small things


def _require_running(engine: Engine, session: StaffSession, sheet: Sheet) -> None:
    _require_own(engine, session, sheet)
    if sheet.status != "begun" or sheet.ends_at < engine.clock.now():
        raise DeniedError(
            "expected a sheet whose time is not over, found one that is",
            step=1,
            needed="another sheet; what is over is not called any more",
            reason="call-sheet-over",
            rests_on="roles",
        )


def _require_own(engine: Engine, session: StaffSession, sheet: Sheet) -> None:
    session.require_purpose(engine, sheet.purpose)
    if sheet.begun_by != session.login:
        raise DeniedError(
            "expected a sheet you began with, found another",
            step=1,
            needed="a sheet you begin with",
            reason="call-sheet-over",
            rests_on="roles",
        )


def _called_off(sheet: Sheet) -> DeniedError:
    return DeniedError(
        "expected a call that is still wanted, found it called off",
        step=1,
        needed="nothing: whom it comes from does not want it any more",
        reason="withdrawn",
        rests_on=f"purposes:{sheet.purpose}",
    )


def _listed(sheet: Sheet) -> DeniedError:
    return DeniedError(
        "expected a number one may call, found it on the stop list",
        step=8,
        needed="its owner, who confirms that it is theirs and takes it off",
        reason="stop-list",
        rests_on=f"purposes:{sheet.purpose}",
    )


async def _leave_out(engine: Engine, sheet: Sheet, waiting: Waiting, reason: str) -> None:
    at = engine.clock.now()

    async def body(tx: Transaction) -> None:
        if await tx.run(
            "call_row_move", person_id=waiting.person_id, message_id=waiting.message_id, expected=SHOWN,
            outcome=reason, moved_at=at,
        ):  # fmt: skip
            await unsend(tx, waiting, reason, at)
        await _end_when_done(tx, sheet.id)

    await engine.data.write(body)


async def _end_when_done(tx: Transaction, sheet_id: str) -> None:
    """End a sheet once every row has its outcome, within *tx*."""
    if not any(one.outcome in {WAITING, SHOWN} for one in await tx.all(sql.CallRows, sheet_id=sheet_id)):
        await tx.run("call_sheet_end", sheet_id=sheet_id)


def _case(sheet: Sheet) -> str:
    return sheet.origin_id if sheet.origin == "case" else ""


def _about(sheet: Sheet, waiting: Waiting) -> tuple[tuple[str, str], ...]:
    return (("message", waiting.message_id), (sheet.origin, sheet.origin_id), ("call-sheet", str(sheet.number)))


async def _entry(  # noqa: PLR0913 -- the fields of an entry
    engine: Engine,
    session: StaffSession,
    act: Act,
    sheet: Sheet,
    facts: tuple[tuple[str, str], ...],
    person_id: bytes = b"",
    outcome: Outcome = Outcome.DONE,
) -> SealedEntry:
    return entry_of(
        engine,
        session.acting(purpose=sheet.purpose, case=_case(sheet)),
        act,
        await about_person(engine, person_id) if person_id else None,
        outcome=outcome,
        rests_on=f"purposes:{sheet.purpose}",
        exit=Exit.PHONE.value,
        facts=((sheet.origin, sheet.origin_id), ("call-sheet", str(sheet.number)), *facts),
    )
