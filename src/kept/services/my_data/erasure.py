"""Erasure of a person: preview, intent, destroy, receipt naming the level reached.

Intent entry in D; one transaction of K removes keys and tokens and writes the tombstone; rows go and the `erased` entry
commits in D; the receipt comes last. Each step may be repeated: what a kill interrupts is finished on the next start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ErasedError, InputError
from kept.policy import change
from kept.policy.day import moment
from kept.services.cases.do_not_contact import never_again
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.no_log import No, note
from kept.services.engine.people import Person
from kept.services.engine.record import SYSTEM, Actor, account_part, entry_of
from kept.services.gate.own_session import Own
from kept.services.gate.state_change import Change, change_person
from kept.services.messages.taking_back import count_under_way, take_back_faxes
from kept.services.third_parties.recalls import recall, recalled, recalls_due
from kept.services.third_parties.register import RegisterLine, lines_to_keep, stays_of
from kept.store import sql
from kept.store.interface import Transaction

ERASE_IN_DATA = (
    "value_erase",
    "state_erase",
    "login_erase",
    "external_id_erase",
    "password_erase",
    "passkey_erase",
    "recovery_code_erase",
    "session_erase",
    "shown_once_erase",
    "link_code_erase",
    "remembered_erase",
    "sign_erase",
    "provision_record_erase",
    "participation_erase",
    "outbox_erase",
    "message_link_erase",
    "publication_erase",
    "receipt_erase",
    "disclosure_person_erase",
    "disclosure_record_erase",
    "entry_later_erase",
    "entry_person_erase",
    "case_person_erase",
    "emergency_person_erase",
    "letter_erase",
    "fax_job_erase",
    "call_row_erase",
    "contact_erase",
    "inquiry_erase",
    "rights_request_person_erase",
    "witnessed_person_erase",
    "rights_request_paper_erase",
    "erasure_erase",
    "other_person_changes_erase",
    "person_rows_erase",
)
"""Every table of D with a person column; a test fails on one that is not here."""

LEVELS = ("unreadable", "removed", "scrubbed", "epoch destroyed")
NOT_REWRITTEN = "the freed pages of the database files are not rewritten yet; it is tried again every minute"
COPIES_OF_KEYS = "copies of wrapped keys in backups of database K, if any, until this key epoch is destroyed"
STAYS = (
    "account parts of ledger entries (who acted, for which purpose, when); they name nobody",
    "a tombstone: a random number that keeps a restored backup from bringing you back",
    "keyed hashes of addresses on a stop list, where you asked never to be written to or one proved undeliverable",
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure takes, what it leaves, and why."""

    items: tuple[str, ...]
    sign_in_ways: int
    receipts: int
    entries: int
    stays: tuple[str, ...]
    register: tuple[RegisterLine, ...] = ()


async def preview(engine: Engine, person_id: bytes) -> Preview:
    """Return what erasing a person would take and leave."""
    person = await engine.people.load(person_id)

    async def body(tx: Transaction) -> tuple[int, int, int]:
        passkeys = await tx.all(sql.Passkeys, person_id=person_id)
        password = await tx.one(sql.PasswordGet, person_id=person_id)
        entries = await tx.value(sql.EntriesOfPersonCount, person_id=person_id)
        receipts = await tx.all(sql.Receipts, person_id=person_id)
        return len(passkeys) + (1 if password else 0), len(receipts), entries

    ways, receipts, entries = await engine.data.read(body)
    register = tuple(await stays_of(engine, person_id))
    stays = ("account-parts", "tombstone", "backups", *(("register",) if register else ()))
    return Preview(tuple(person.state.slots), ways, receipts, entries, stays, register)


async def intend_erasure(engine: Engine, own: Own, *, grace_seconds: float = 0.0, never_write: bool = False) -> str:
    """The person asks to be erased; return the receipt's id. Asked for now, one that waits for its day happens now.

    Args:
        engine: Open.
        own: Their session, signed in within five minutes.
        grace_seconds: How long it can be undone; 0 erases at once.
        never_write: Whether their addresses are put on the stop lists, as keyed hashes that outlive them.

    Raises:
        SignInError: The sign-in is longer ago than five minutes.
    """
    own.require_fresh(engine.ready())
    receipt_id = await intend(
        engine,
        own.person_id,
        started_by="customer",
        grace_seconds=grace_seconds,
        never_write=never_write,
        vouched_by=own.vouched_by,
    )
    if grace_seconds <= 0:
        await finish_erasure(engine, own.person_id)
    return receipt_id


async def intend(  # noqa: PLR0913 -- what an intent says
    engine: Engine,
    person_id: bytes,
    *,
    started_by: str,
    grace_seconds: float = 0.0,
    never_write: bool = False,
    vouched_by: str = "",
    also: Effect | None = None,
) -> str:
    """Record the intent to erase a person; from here on nothing of theirs is released to anybody else.

    Args:
        engine: Open.
        person_id: 16 bytes.
        started_by: `customer`, or `staff` (who needed a second approver before).
        grace_seconds: How long it can be undone.
        never_write: Whether their addresses are put on the stop lists.
        vouched_by: Credential of the program that vouched for the customer; empty otherwise.
        also: Statements of the same transaction.

    Raises:
        ErasedError: There is no such person any more.
        InputError: An erasure is under way already, and this one would wait too.
    """
    earlier = await engine.data.one(sql.ErasureGet, person_id=person_id) if grace_seconds <= 0 else None
    receipt_id = earlier.receipt_id if earlier else random_id()
    due = await recalls_due(engine, person_id, None)

    def make(person: Person, at: float) -> Change:
        if not (hastened := earlier is not None and person.state.status == "erasing"):
            _require_active(person)
        again = never_again(engine, person, at) if never_write else None

        async def extra(tx: Transaction) -> None:
            for one in (also, again):
                if one is not None:
                    await one(tx)
            if hastened:
                await tx.run("erasure_hasten", person_id=person_id, at=at)
                return
            due_at = at + grace_seconds
            await _insert(tx, person_id, receipt_id, at, due_at, started_by)
            await note(tx, No.ERASING, at, person=person_id, receipt=receipt_id, due=due_at, started=started_by)
            await recall(engine, person_id, None, at)(tx)

        actor = Actor("own", vouched_by) if started_by == "customer" else Actor(started_by)
        facts = (("receipt", receipt_id), *((("stop-list", "asked"),) if never_write else ()), *recalled(due))
        account = account_part(engine, actor, Act.ERASE_INTEND, at=at, facts=facts)
        return Change(change.begin_erasing(person.state), account, extra=extra)

    await change_person(engine, person_id, make, slots=None if never_write else ())
    return receipt_id


async def _insert(  # noqa: PLR0913 -- the columns of an intent
    tx: Transaction, person_id: bytes, receipt_id: str, at: float, due_at: float, started_by: str
) -> None:
    await tx.run(
        "erasure_insert",
        person_id=person_id,
        receipt_id=receipt_id,
        intended_at=at,
        due_at=due_at,
        started_by=started_by,
    )


def _require_active(person: Person) -> None:
    if person.state.status != "active":
        raise InputError(
            "expected a person not being erased, found one who is", reason="erasing", rests_on="purposes:rights-request"
        )


async def erased_at(engine: Engine, person_id: bytes) -> float | None:
    """Return when an erasure of a person that waits for its day is due, unix seconds; None where none waits."""
    waits = await engine.data.one(sql.ErasureGet, person_id=person_id)
    return waits.due_at if waits else None


async def undo_erasure(engine: Engine, own: Own) -> None:
    """Undo an erasure within its grace period.

    Raises:
        InputError: None is under way.
    """

    def make(person: Person, at: float) -> Change:
        if person.state.status != "erasing":
            raise InputError("expected an erasure under way, found none", reason="not-erasing")

        async def extra(tx: Transaction) -> None:
            await tx.run("erasure_erase", person_id=own.person_id)
            await note(tx, No.ERASING, at, person=own.person_id, receipt="", due=0.0, started="customer")

        return Change(
            change.undo_erasing(person.state),
            account_part(engine, own.acting(), Act.ERASE_UNDO, at=at),
            extra=extra,
        )

    await change_person(engine, own.person_id, make)


async def finish_erasure(engine: Engine, person_id: bytes) -> str:
    """Finish one intended erasure and return the level reached; may be repeated.

    Args:
        engine: Open.
        person_id: 16 bytes.
    """
    row = await engine.data.one(sql.ErasureGet, person_id=person_id)
    if row is None:
        raise ErasedError("expected an intended erasure, found none")
    receipt_id = row.receipt_id
    at = engine.ready()
    kept = await lines_to_keep(engine, person_id)
    keep_until = max((float(str(one["until"])) for one in kept), default=0.0)
    held = await take_back_faxes(engine, person_id, "erasing")
    going = await engine.data.read(lambda tx: count_under_way(tx, person_id))
    await engine.keyring.erase_person(
        person_id, receipt_id, at, keep_until=keep_until, under_way=going, faxes_held=held
    )
    facts = (("receipt", receipt_id), ("started-by", row.started_by), ("epoch", str(engine.keyring.epoch)))
    entry = entry_of(engine, SYSTEM, Act.ERASED, at=at, facts=facts)

    async def body(tx: Transaction) -> None:
        await tx.many("register_put", kept)
        await _remove(tx, person_id, at)
        await insert_entries(tx, [entry], at)
        if not engine.no_log.replaying:
            await note(tx, No.ERASED, at, person=person_id, receipt=receipt_id, started=row.started_by)

    await engine.data.write(body)
    await engine.no_log.acknowledge()
    await _reach(engine, person_id, "removed")
    if _bytes_stored(engine) <= limits.SCRUB_AT_ONCE_BYTES:
        return await scrub(engine)
    return "removed"


async def _remove(tx: Transaction, person_id: bytes, at: float) -> None:
    """Remove every row of a person; what they asked and nobody answered has nobody left to answer."""
    for request_id in await tx.values(sql.RightsOfPerson, person_id=person_id):
        await tx.run("rights_end", request_id=request_id, at=at, outcome="erased meanwhile")
    for query in ERASE_IN_DATA:
        await tx.run(query, person_id=person_id)


async def scrub(engine: Engine) -> str:
    """Rewrite the database files without the freed pages, for every erasure that waits; return the level reached.

    A large installation does this in its minute's work, once for all who were erased: rewriting blocks writers.
    """
    waiting = [row.person_id for row in await engine.keys.all(sql.Tombstones) if row.level == "removed"]
    if not waiting:
        return "scrubbed"
    for store in (engine.data, engine.keys):
        if not await store.scrubbed():
            return "removed"
    for person_id in waiting:
        await _reach(engine, person_id, "scrubbed")
    return "scrubbed"


def _bytes_stored(engine: Engine) -> int:
    paths = [getattr(store, "path", None) for store in (engine.data, engine.keys)]
    return sum(path.stat().st_size for path in paths if path is not None)


async def finish_unfinished(engine: Engine) -> int:
    """Finish every erasure whose time has come; return how many were finished.

    Also removes rows in D of people whose tombstone lies in K: an erasure killed half way, or a D restored from before.
    """
    due = await engine.data.all(sql.ErasuresDue, at=engine.clock.now())
    for row in due:
        await finish_erasure(engine, row.person_id)
    return len(due)


async def remove_returned(engine: Engine) -> int:
    """Remove rows in D of people who were erased: K's tombstones win over a D restored from before."""
    removed = 0
    for tombstone in await engine.keys.all(sql.Tombstones):
        person_id = tombstone.person_id
        if await engine.data.value(sql.StateG, person_id=person_id) is None:
            continue
        kept = await lines_to_keep(engine, person_id)

        async def body(tx: Transaction, one: bytes = person_id, lines: list[Any] = kept) -> int:
            if await tx.one(sql.StateGet, person_id=one) is None:
                return 0
            await tx.many("register_put", lines)
            await _remove(tx, one, engine.clock.now())
            return 1

        removed += await engine.data.write(body)
    return removed


async def erasure_receipt(engine: Engine, receipt_id: str) -> dict[str, Any] | None:
    """Return the receipt of an erasure by its id, which names nobody; None when there is none.

    Args:
        engine: Open.
        receipt_id: 32 hex digits, from outside.
    """
    row = await engine.keys.one(sql.TombstoneByReceipt, receipt_id=receipt_id)
    if row is None:
        return None
    level, epoch = row.level, row.epoch
    whose = await engine.keys.value(sql.TombstonePerson, receipt_id=receipt_id)
    held = await engine.keys.all(sql.StatutoryOfPerson, person_id=whose or b"")
    outstanding = []
    if level in {"unreadable", "removed"}:
        outstanding.append(NOT_REWRITTEN)
    if level != "epoch destroyed":
        outstanding.append(COPIES_OF_KEYS)
    return {
        "receipt": receipt_id,
        "what": "erasure",
        "erased": moment(row.erased_at),
        "level": level,
        "levels": list(LEVELS),
        "epoch": epoch,
        "outstanding": outstanding,
        "stays": list(STAYS),
        "under_way": row.under_way,
        "faxes_held": row.faxes_held,
        "register_until_at": max((one.until for one in held), default=None),
    }


async def _reach(engine: Engine, person_id: bytes, level: str) -> None:
    await engine.keys.write(lambda tx: tx.run("tombstone_level", person_id=person_id, level=level))
