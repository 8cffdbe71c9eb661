"""The register of provisions about people who were erased (APPI Art. 29): kept until its day, and then ended.

While a person is here, the register is the ledger itself, as they read it on my data. When they are erased, values and
evidence go; of the entries of provisions their part stays, sealed under their statutory key, in a table that names
nobody: only K can say whose key it is. It tells under which pseudonym a recipient knew the person, and nothing they gave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kept import limits
from kept.errors import ErasedError, KeptError
from kept.ledger.leaf import commit_person
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.entry import parse_account, parse_person_part
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import SYSTEM, entry_of, record
from kept.services.gate.history import open_account_part, open_person_part
from kept.services.staff.sessions import StaffSession
from kept.services.third_parties.recalls import provisions_to, pseudonym
from kept.store import sql
from kept.store.interface import Transaction

FOREVER = 1e18


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One provision about somebody who was erased since.

    Args:
        at: When, unix seconds.
        recipient: Who received it.
        items: Names of the items.
        pseudonym: Under which number the recipient knew the person.
        until: When this line ends, unix seconds.
    """

    at: float
    recipient: str
    items: tuple[str, ...]
    pseudonym: str
    until: float


def keep_seconds(engine: Engine) -> float:
    """Return how long a line stays after the provision; 0 where the policy promises no register."""
    if not any(one.id == "provision-register" for one in engine.policy.policy.guarantees):
        return 0.0
    years = engine.policy.policy.promised("provision-register", "keep", limits.REGISTER_SECONDS)
    return years + limits.DAY  # a leap day may lie between; a day too many breaks no law


async def stays_of(engine: Engine, person_id: bytes) -> list[RegisterLine]:
    """Return what the register would go on to say about a person who is erased now, newest first.

    Args:
        engine: Open.
        person_id: 16 bytes.
    """
    keep, now = keep_seconds(engine), engine.clock.now()
    return [
        RegisterLine(
            line.at,
            dict(line.account.facts).get("recipient", ""),
            line.account.items,
            pseudonym(engine, dict(line.account.facts).get("recipient", ""), person_id),
            line.at + keep,
        )
        for line in await provisions_to(engine, person_id)
        if line.account.act == Act.PROVIDE.value and line.at + keep > now
    ]


async def lines_to_keep(engine: Engine, person_id: bytes) -> list[dict[str, object]]:
    """Return the rows an erasure moves to the register: those under a statutory key whose day is to come.

    Args:
        engine: Open.
        person_id: Being erased; K may have let go of them already.
    """
    keys, _ = await engine.keyring.of_person(person_id)
    held = await engine.keys.all(sql.StatutoryOfPerson, person_id=person_id)
    named = dict.fromkeys([*(keys.ids("statutory") if keys else ()), *(row.key_id for row in held)])
    keep, now = keep_seconds(engine), engine.clock.now()
    found: list[dict[str, object]] = []
    for key_id in named:
        rows = await engine.data.all(sql.EntriesOfPersonUnder, person_id=person_id, key_id=key_id)
        found += [
            {
                "entry_id": row.entry_id,
                "key_id": key_id,
                "sealed": row.sealed,
                "recorded_at": row.recorded_at,
                "until": row.recorded_at + keep,
            }
            for row in rows
            if row.recorded_at + keep > now
        ]
    return found


async def show_register(engine: Engine, session: StaffSession) -> list[RegisterLine]:
    """Return the register about erased people, newest first; that it was looked at is recorded.

    Args:
        engine: Open.
        session: Of staff who approve, or act for a recipient's purpose: they see that recipient's lines.

    Raises:
        DeniedError: Neither.
    """
    policy = engine.policy.policy
    everything = session.may(engine, "approve")
    mine = {one.id for one in policy.recipients.values() if session.acts_for(engine, one.purpose)}
    if not everything and not mine:
        session.require(engine, "approve")
    lines = [
        line
        for row, entry in await _rows(engine)
        if entry is not None
        and (line := await _line(engine, row, entry)) is not None
        and (everything or line.recipient in mine)
    ]
    facts = (("lines", str(len(lines))),)
    await record(engine, session.acting(), Act.REGISTER_VIEW, at=engine.ready(), facts=facts)
    return lines


async def end_register(engine: Engine) -> int:
    """End the lines and keys whose day has come, the key first; return how many lines ended."""
    at = engine.clock.now()
    due = await engine.data.all(sql.RegisterDue, at=at)
    keys = await engine.keys.all(sql.StatutoryDue, at=at)
    if not due and not keys:
        return 0
    await engine.keys.write(lambda tx: tx.run("statutory_end", at=at))
    entry = entry_of(engine, SYSTEM, Act.REGISTER_END, at=at, facts=(("lines", str(len(due))),))

    async def body(tx: Transaction) -> int:
        ended = await tx.run("register_end", at=at)
        if ended:
            await insert_entries(tx, [entry], at)
        return ended

    ended = await engine.data.write(body)
    for store in (engine.data, engine.keys):
        await store.scrubbed()
    return ended


async def verify_register(engine: Engine, wrong: Callable[[str], None]) -> None:
    """Open every line of the register and hold it against its entry; changes nothing.

    Args:
        engine: Open, or as far open as it got.
        wrong: Takes what does not hold.
    """
    now = engine.clock.now()
    for row, entry in await _rows(engine):
        name = f"register line {row.entry_id.hex()[:16]}"
        if entry is None:
            wrong(f"{name}: it has no entry")
            continue
        held = await engine.keyring.statutory(row.key_id)
        if held is None:
            if row.until > now:
                wrong(f"{name}: its key is gone before its day")
            continue
        try:
            opening = open_person_part(engine, held[1], held[0], row.entry_id, row)
        except KeptError:
            wrong(f"{name}: it does not open")
            continue
        if commit_person(opening) != entry.person_commitment:
            wrong(f"{name}: it is not what was committed to")


async def _line(engine: Engine, row: sql.RegisterPage, entry: sql.EntryGet) -> RegisterLine | None:
    held = await engine.keyring.statutory(row.key_id)
    if held is None:
        return None
    person_id, keys = held
    try:
        part = parse_person_part(open_person_part(engine, keys, person_id, row.entry_id, row).plaintext)
    except ErasedError:
        return None
    said = parse_account(open_account_part(engine, row.entry_id, entry).plaintext)
    recipient = dict(said.facts).get("recipient", "")
    number = pseudonym(engine, recipient, bytes.fromhex(part.person))
    return RegisterLine(row.recorded_at, recipient, said.items, number, row.until)


async def _rows(engine: Engine) -> list[tuple[sql.RegisterPage, sql.EntryGet | None]]:
    """Return every line with its entry, newest first."""
    found: list[tuple[sql.RegisterPage, sql.EntryGet | None]] = []
    before, before_id = FOREVER, b""
    while True:

        async def body(
            tx: Transaction, at: float = before, one: bytes = before_id
        ) -> tuple[list[sql.RegisterPage], list[sql.EntryGet | None]]:
            rows = await tx.all(sql.RegisterPage, before=at, before_id=one, limit=limits.PEOPLE_PAGE)
            return rows, await tx.each(sql.EntryGet, [{"entry_id": row.entry_id} for row in rows])

        rows, entries = await engine.data.read(body)
        found += zip(rows, entries, strict=True)
        if len(rows) < limits.PEOPLE_PAGE:
            return found
        before, before_id = rows[-1].recorded_at, rows[-1].entry_id
