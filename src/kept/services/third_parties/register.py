"""The registers a law obliges to keep, about people who were erased: each line until its day, and then ended.

They are those of provisions (APPI Art. 29), of receipts (Art. 30), and the evidence of consents to advertising mail.
While a person is here, the registers are the ledger itself, as they read it on my data. When they are erased, values and
evidence go; of the entries a law has kept their part stays, sealed under their statutory key, in a table that names
nobody: only K can say whose key it is. It tells whose line it was, who the other party is, and on what it rested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kept import limits
from kept.errors import ErasedError, KeptError
from kept.ledger.leaf import commit_person
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, PersonPart, parse_account, parse_person_part
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import SYSTEM, entry_of, record
from kept.services.gate.history import account_of, open_account_part, open_person_part
from kept.services.staff.sessions import StaffSession
from kept.services.third_parties.handed_over import handed_entries, pseudonym
from kept.store import sql
from kept.store.interface import Transaction

FOREVER = 1e18
PROVISION, RECEIPT, CONSENT = "provision", "receipt", "consent"
KINDS = {Act.PROVIDE.value: PROVISION, Act.VALUE_TAKE_IN.value: RECEIPT}
"""What a line is, by the act its entry records; any other is a consent."""


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One line about a person, who may have been erased since.

    Args:
        at: When, unix seconds.
        kind: `provision`, `receipt` or `consent`.
        party: Recipient or partner, by its name in the policy or the register of parties; empty for a consent.
        items: Names of the items.
        said: What the line says beside: `party`, `address`, `representative`, `person`, and what it rested on.
        pseudonym: Under which number the recipient knew the person; empty but for a provision.
        until: When this line ends, or would if the person were erased now, unix seconds; 0 for with them.
        entry_id: The entry it is, hex.
    """

    at: float
    kind: str
    party: str
    items: tuple[str, ...]
    said: Mapping[str, str]
    pseudonym: str
    until: float
    entry_id: str


def keep_seconds(engine: Engine, kind: str = PROVISION) -> float:
    """Return how long a line stays; 0 where the policy promises no such register.

    Args:
        engine: Open.
        kind: `provision` and `receipt` count from the act, `consent` from the erasure: nothing was sent after it.
    """
    policy = engine.policy.policy
    guarantee = "consent-evidence" if kind == CONSENT else "provision-register"
    if not any(one.id == guarantee for one in policy.guarantees):
        return 0.0
    years = policy.promised(guarantee, "keep", limits.REGISTER_SECONDS)
    return years + limits.DAY  # a leap day may lie between; a day too many breaks no law


async def lines_of(engine: Engine, person_id: bytes) -> list[RegisterLine]:
    """Return what the registers say about a person who is here, newest first: they may have it (APPI Art. 33(5)).

    Args:
        engine: Open.
        person_id: 16 bytes.
    """
    keys, _ = await engine.keyring.of_person(person_id)
    found = []
    for row, account, at, until in await _rows_of(engine, person_id):
        if keys is not None:
            part = parse_person_part(open_person_part(engine, keys, person_id, row.entry_id, row).plaintext)
            found.append(_said(engine, part, account, row.entry_id, at, until))
    return sorted(found, key=lambda one: -one.at)


async def stays_of(engine: Engine, person_id: bytes) -> list[RegisterLine]:
    """Return what the registers would go on to say about a person who is erased now, newest first."""
    now = engine.clock.now()
    return [one for one in await lines_of(engine, person_id) if one.until > now]


async def lines_to_keep(engine: Engine, person_id: bytes) -> list[dict[str, object]]:
    """Return the rows an erasure moves to the register: those under a statutory key whose day is to come.

    Args:
        engine: Open.
        person_id: Being erased; K may have let go of them already.
    """
    now = engine.clock.now()
    return [
        {
            "entry_id": row.entry_id,
            "key_id": row.key_id,
            "sealed": row.sealed,
            "recorded_at": row.recorded_at,
            "until": until,
        }
        for row, _, _, until in await _rows_of(engine, person_id)
        if until > now
    ]


async def _rows_of(engine: Engine, person_id: bytes) -> list[tuple[sql.EntriesOfPersonUnder, Account, float, float]]:
    """Return the entries under a person's statutory keys, each with its time and with its end if they were erased now.

    Of the provisions only those count whose file was handed over, at that time.
    """
    keys, _ = await engine.keyring.of_person(person_id)
    held = await engine.keys.all(sql.StatutoryOfPerson, person_id=person_id)
    handed, now = await handed_entries(engine, person_id), engine.clock.now()
    found = []
    for key_id in dict.fromkeys([*(keys.ids("statutory") if keys else ()), *(row.key_id for row in held)]):
        for row in await engine.data.all(sql.EntriesOfPersonUnder, person_id=person_id, key_id=key_id):
            account = await account_of(engine, row.entry_id.hex())
            kind = KINDS.get(account.act, CONSENT) if account is not None else ""
            if account is None or (kind == PROVISION and row.entry_id not in handed):
                continue
            keep, at = keep_seconds(engine, kind), handed.get(row.entry_id, row.recorded_at)
            begins = now if kind == CONSENT else at
            found.append((row, account, at, begins + keep if keep else 0.0))
    return found


def _said(  # noqa: PLR0913 -- what a line is made of
    engine: Engine, part: PersonPart, account: Account, entry_id: bytes, at: float, until: float
) -> RegisterLine:
    kind, facts = KINDS.get(account.act, CONSENT), dict(account.facts)
    party = facts.get("recipient", "") or (facts.get("partner", "") if kind == RECEIPT else "")
    number = pseudonym(engine, party, bytes.fromhex(part.person)) if kind == PROVISION else ""
    return RegisterLine(at, kind, party, account.items, part.register, number, until, entry_id.hex())


async def show_register(engine: Engine, session: StaffSession) -> list[RegisterLine]:
    """Return the registers about erased people, newest first; that it was looked at is recorded.

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
        and (everything or (line.kind == PROVISION and line.party in mine))
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
    account = parse_account(open_account_part(engine, row.entry_id, entry).plaintext)
    return _said(engine, part, account, row.entry_id, row.recorded_at, row.until)


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
