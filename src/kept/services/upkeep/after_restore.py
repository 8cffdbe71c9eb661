"""After a restore: the no-log is said again before anybody is served, and two members of staff sign what may be missing.

A restored database is noticed by its mark, or by a no-log that knows more. While no-log or policy version is missing the
installation serves the person alone. Until two have signed, the board does not say that the promise is kept.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from kept import limits
from kept.crypto.digest import sha256
from kept.crypto.random import random_id
from kept.errors import ConflictError, ErasedError, EvidenceError, InputError
from kept.policy.day import moment
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, SealedEntry, insert_entries
from kept.services.engine.no_log import AHEAD, Reading
from kept.services.engine.record import SYSTEM, entry_of, record
from kept.services.engine.restored_keys import DATA_RESTORED, NOT_REPLAYED, RESTORED, restored_keys
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.gate import gate
from kept.services.gate.person_search import forms_of, named_by
from kept.services.my_data.erasure import finish_erasure, intend
from kept.services.staff.approvals import Approval, Given, Subject, said
from kept.services.staff.sessions import StaffSession
from kept.services.upkeep.no_log_replay import say_again
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number

LOST = "restore_lost"
REPORT, SIGNED = "restore_report", "restore_signed"


class ToErase(msgspec.Struct, frozen=True):
    """Whom staff ask to erase again, as a receipt or a letter calls them; whether somebody is here by it, nobody is told.

    Args:
        criteria: Text by findable item, as typed.
        by: Login of who put it on the list.
    """

    criteria: dict[str, str]
    by: str


class Report(msgspec.Struct, frozen=True):
    """What a restore brought back, what was said again, and what may be missing.

    Args:
        id: Its number, hex.
        at: When the restored installation was opened, unix seconds.
        made_at: The moment the restored databases are of, unix seconds; 0 where nobody said so.
        keys_mark: K's mark it is about.
        missing: Why the no-log is not whole: `none`, `absent`, `unreadable`, `behind`, `gap`; empty where it is.
        lines: Lines the no-log had.
        numbers: Which of its lines are missing, as `4, 7-9`; empty where none is, or nobody knows.
        again: How much of each kind was said again: *erased*, *people*, *stop-list*, *held* messages, ended *sessions*, and so on.
        values_lost: Values newer than the backup.
        entries_missing: Entries of the ledger that are gone.
        counted: Whether both numbers are known: K, which would know them, is not from before itself.
        versions: Lost versions of the policy, with their hashes: only the same files bring them back.
        to_erase: Whom staff named to be erased again.
    """

    id: str
    at: float
    made_at: float
    keys_mark: str
    missing: str
    lines: int
    again: dict[str, int] = {}
    numbers: str = ""
    values_lost: int = 0
    entries_missing: int = 0
    counted: bool = True
    versions: dict[str, str] = {}
    to_erase: tuple[ToErase, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether only the person is served until it is signed."""
        return bool(self.missing or self.versions)


async def report_of(engine: Engine) -> Report | None:
    """Return what waits to be signed after a restore; None when nothing does.

    Raises:
        SealError: Somebody wrote it by hand.
    """
    held = await engine.meta(REPORT)
    if not held:
        return None
    found = msgspec.json.decode(open_installation_record(engine, REPORT, "", bytes.fromhex(held)), type=Report)
    lost = {one: hashed for one, hashed in found.versions.items() if not await _is_back(engine, one, hashed)}
    return msgspec.structs.replace(found, versions=lost)


def _sealed(engine: Engine, report: Report) -> str:
    return seal_installation_record(engine, REPORT, "", msgspec.json.encode(report)).hex()


async def _is_back(engine: Engine, version: str, policy_hash: str) -> bool:
    """Whether a lost version is in force again, or a later one is."""
    rows = [row for row in await engine.data.all(sql.PolicyVersions) if row.activated_at is not None]
    return any(row.version > int(version) or row.policy_hash == policy_hash for row in rows)


async def note_lost(engine: Engine, *, values: int, entries: int) -> None:
    """Note what a recovery found missing, for the report."""
    await engine.put_meta(LOST, f"{values} {entries}")
    if not await engine.meta(DATA_RESTORED):
        await engine.put_meta(DATA_RESTORED, NOT_REPLAYED)


async def settle(engine: Engine) -> Report | None:
    """Say the no-log again where a database was restored from before; return the report that waits then, if one does.

    Nothing else of an installation runs before it. What a kill interrupts begins anew on the next start.

    Args:
        engine: Open, not serving yet.
    """
    if await engine.meta(SIGNED):
        await _go_on(engine, "")
    ahead, data_mark, keys_mark = (
        engine.no_log.replaying,
        await engine.meta(DATA_RESTORED),
        await restored_keys(engine.keys),
    )
    open_report = await report_of(engine)
    known = open_report is not None and open_report.keys_mark == keys_mark
    if not (ahead or data_mark or (keys_mark and not known)):
        return open_report
    engine.no_log.replaying = True
    reading = await engine.no_log.read()
    newest = max((line.number for line in reading.lines), default=0)
    data_restored = bool(data_mark) or await engine.no_log.head() < max(newest, await engine.no_log.given())
    again = await say_again(engine, reading, data_restored=data_restored)
    await engine.no_log.adopt(reading)
    engine.no_log.replaying = False
    if not (data_restored or keys_mark or any(again.values())):
        engine.keys_restored = keys_mark  # a kill between the place and K: nothing was forgotten
        return open_report
    return await _report(engine, reading, again, data_mark, keys_mark)


async def _report(engine: Engine, reading: Reading, again: Counter[str], data_mark: str, keys_mark: str) -> Report:
    versions = {str(said["version"]): str(said["hash"]) for said in reading.said if said["kind"] == "version"}
    lost = (await engine.meta(LOST) or "0 0").split()
    marks = [one for one in (data_mark, keys_mark) if one not in {"", NOT_REPLAYED}]
    report = Report(
        id=random_id(),
        at=engine.clock.now(),
        made_at=min((float(one) for one in marks), default=0.0),
        keys_mark="",
        missing=reading.why,
        numbers=reading.numbers,
        lines=len(reading.lines),
        again={kind: count for kind, count in again.items() if count},
        values_lost=int(lost[0]),
        entries_missing=int(lost[1]),
        counted=not keys_mark,
        versions={one: hashed for one, hashed in versions.items() if not await _is_back(engine, one, hashed)},
    )
    limit = (keys_mark or data_mark or NOT_REPLAYED) if report.closed else ""
    report = msgspec.structs.replace(report, keys_mark=limit)
    await engine.keys.write(lambda tx: tx.run("meta_put", name=RESTORED, value=limit))
    if keys_mark:
        await engine.chains.tell_anew(engine.data)
    facts = (
        ("made-at", repr(report.made_at)),
        ("lines", str(report.lines)),
        ("missing", " ".join((report.missing or "nothing", report.numbers)).strip()),
    )
    counts = tuple((f"again-{kind}", str(count)) for kind, count in sorted(report.again.items()))
    outcome = Outcome.FAILED if report.closed else Outcome.DONE
    entry = entry_of(engine, SYSTEM, Act.NO_LOG_REPLAY, at=report.at, outcome=outcome, facts=(*facts, *counts))

    async def body(tx: Transaction) -> None:
        await tx.run("meta_put", name=REPORT, value=_sealed(engine, report))
        await tx.run("meta_put", name=DATA_RESTORED, value="")
        await tx.run("meta_put", name=LOST, value="")
        await insert_entries(tx, [entry], report.at)

    await engine.data.write(body)
    engine.keys_restored = limit
    return report


# -------------------------------------------------------------------- what staff do about it


async def erase_again(engine: Engine, session: StaffSession, criteria: dict[str, str]) -> int:
    """Put whoever has these values on the list of those who are erased once two have signed; return how many lines it has.

    Nobody is looked for before two have signed, so neither this answer nor the list tells whether somebody is here. Both
    read on the list what was typed.

    Args:
        engine: Open.
        session: Has the right `approve`.
        criteria: Text by findable item, such as the address on somebody's receipt or letter.

    Raises:
        DeniedError: The right is missing.
        InputError: Nothing waits to be signed, or a text is no value of its item.
        SubmissionError: Nobody is found by such an item.
    """
    session.require(engine, "approve")
    await _waiting(engine)
    forms_of(engine, criteria)
    for item, text in criteria.items():
        guard_individual_number(text, item)
    named = ToErase(dict(sorted(criteria.items())), session.login)
    for _ in range(limits.MOVED_TRIES):
        held, report = await engine.meta(REPORT), await _waiting(engine)
        others = tuple(one for one in report.to_erase if one.criteria != named.criteria)
        listed = msgspec.structs.replace(report, to_erase=(*others, named))
        at, facts = engine.ready(), (("listed", str(len(listed.to_erase))),)
        entry = entry_of(engine, session.acting(), Act.ERASE_AGAIN, at=at, items=tuple(criteria), facts=facts)

        async def body(tx: Transaction, read: str = held, written: Report = listed, said: SealedEntry = entry) -> bool:
            if await tx.value(sql.MetaGet, name=REPORT) != read:
                return False  # somebody else listed somebody, or two have signed
            await tx.run("meta_put", name=REPORT, value=_sealed(engine, written))
            await insert_entries(tx, [said], engine.clock.now())
            return True

        if await engine.data.write(body):
            return len(listed.to_erase)
    raise ConflictError("the list keeps changing while somebody is put on it", reason="moved", hint="look at it again")


async def sign(engine: Engine, session: StaffSession, seen: str = "") -> None:
    """Sign what may be missing: the first of two asks, the second approves.

    Args:
        engine: Open.
        session: Has the right `approve`.
        seen: For the second: the mark of what waits, as it was shown.

    Raises:
        DeniedError: The right is missing, or both signatures would be one person's.
        ConflictError: The second was not shown it as it stands.
        InputError: Nothing waits to be signed, or a version of the policy is still missing.
    """
    subject = _subject(await _waiting(engine))
    if await asked_by(engine):
        await SIGNING.approve(engine, session, subject, seen)
    else:
        await SIGNING.ask(engine, session, subject)


def _subject(report: Report) -> str:
    """Return what is signed: this restore, with the list of whom to erase as it stands."""
    return f"{report.id}:{sha256(said(report.to_erase).encode()).hex()[:32]}"


async def asked_by(engine: Engine) -> str:
    """Return who signed what is to be signed as it stands; empty while nobody has."""
    report = await report_of(engine)
    rows = await engine.data.all(sql.ApprovalsWaiting, at=engine.clock.now())
    standing = (SIGNING.act, _subject(report) if report else "")
    return next((row.requested_by for row in rows if (row.act, row.subject) == standing), "")


async def _waiting(engine: Engine) -> Report:
    report = await report_of(engine)
    if report is None:
        raise InputError(
            "expected a restore that waits to be signed, found none",
            reason="nothing-to-sign-off",
            hint="nothing is limited; go on",
        )
    return report


async def _about(engine: Engine, subject: str) -> Subject:
    report = await _waiting(engine)
    if _subject(report) != subject:
        raise InputError(
            "expected the newest restore and its list as it stands, found another",
            reason="nothing-to-sign-off",
            hint="look again; two sign the same list",
        )
    if engine.no_log.failing == AHEAD:
        raise InputError(
            "expected a no-log that was said again, found one that knows more",
            reason="no-log-ahead",
            hint="restart first: then it is said again",
            rests_on="restore-drill",
        )
    if report.versions:
        raise InputError(
            f"expected version {min(report.versions, key=int)} of the policy in force again, found an older one",
            reason="version-lost",
            hint="give its files to `kept init`, activate it, then sign",
            rests_on="bound-to-notice",
        )
    return Subject(moment(report.made_at or report.at), shown={"report": said(report)})


async def _signed(engine: Engine, given: Given) -> Effect:
    held, report = await engine.meta(REPORT), await _waiting(engine)
    facts = (
        ("made-at", repr(report.made_at)),
        ("missing", report.missing or "nothing"),
        ("listed", str(len(report.to_erase))),
    )
    entry = entry_of(engine, given.by.acting(), Act.BACKUP_SIGN_OFF, at=given.at, facts=facts)

    async def effect(tx: Transaction) -> bool:
        if not held or await tx.value(sql.MetaGet, name=REPORT) != held:
            return False
        await tx.run("meta_put", name=REPORT, value="")
        await tx.run("meta_put", name=SIGNED, value=_sealed(engine, report))
        await insert_entries(tx, [entry], given.at)
        return True

    return effect


async def _go_on(engine: Engine, subject: str) -> None:
    """Erase whoever was named, then serve everybody again; may be repeated.

    Somebody whose state no longer holds is closed to everybody as it is: that is recorded, and keeps nobody else waiting.
    """
    del subject
    held = await engine.meta(SIGNED)
    if not held:
        return
    report = msgspec.json.decode(open_installation_record(engine, REPORT, "", bytes.fromhex(held)), type=Report)
    for one in report.to_erase:
        await _erase_named(engine, one)
    await engine.keys.write(lambda tx: tx.run("meta_put", name=RESTORED, value=""))
    await engine.put_meta(SIGNED, "")
    engine.keys_restored = ""


async def _erase_named(engine: Engine, named: ToErase) -> None:
    """Erase the one person whom a line of the list names; nobody where it names several, which is recorded."""
    found = await named_by(engine, named.criteria)
    if len(found) > 1:
        facts = (("reason", "ambiguous"),)
        await record(engine, SYSTEM, Act.ERASE_AGAIN, outcome=Outcome.REFUSED, items=tuple(named.criteria), facts=facts)
        return
    for person_id in found:
        try:
            if await engine.data.one(sql.ErasureGet, person_id=person_id) is None:
                await intend(engine, person_id, started_by="staff")
            await finish_erasure(engine, person_id)
        except ErasedError:
            continue
        except EvidenceError as error:
            await gate.record_evidence(engine, None, person_id, error, engine.clock.now())


SIGNING = Approval(
    act="sign-restore",
    title="Sign what a restore may have lost",
    right="approve",
    page="/restore",
    about=_about,
    effect=_signed,
    then=_go_on,
)
