"""Verifying the whole installation: every entry, the tree, every seal, every notice; names what does not hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from kept import limits
from kept.errors import ErasedError, KeptError
from kept.services.accounts.accounts import PASSKEY_NAME
from kept.services.accounts.passkeys import passkeys_of
from kept.services.engine.engine import Engine
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.memories import lost_memories
from kept.services.engine.people import each_person
from kept.services.engine.sealed_record import open_persons_record
from kept.services.forms.receipts import RECEIPT_KINDS
from kept.services.gate.external_ids import external_ids_of, find_owner
from kept.services.gate.history import open_person_part
from kept.services.third_parties.register import verify_register
from kept.services.upkeep.chain_verification import verify_chain
from kept.services.upkeep.checkpoint_verification import verify_checkpoints
from kept.services.upkeep.ledger_verification import Verified, verify_ledger
from kept.services.upkeep.record_verification import verify_installation_records
from kept.services.upkeep.row_verification import verify_rows
from kept.services.upkeep.word_verification import verify_words
from kept.store import sql
from kept.store.paging import pages
from kept.vault.sealed import open_state


@dataclass(slots=True)
class Verification:
    """What was looked at, and what does not hold: each problem names the entry, tile, person or notice.

    Args:
        entries: Entries that were looked at.
        people: People.
        values: Values.
        problems: What does not hold.
        since: Leaves verified before, which were not looked at again.
        tree: The tree that was walked to its end; None where that was not possible.
    """

    entries: int = 0
    people: int = 0
    values: int = 0
    problems: list[str] = field(default_factory=list)
    since: int = 0
    tree: Verified | None = None

    def wrong(self, what: str) -> None:
        """Note a problem."""
        if len(self.problems) < limits.VERIFICATION_FINDINGS:
            self.problems.append(what)


async def verify_installation(engine: Engine, since: Verified | None = None) -> Verification:
    """Verify everything stored; changes nothing.

    Args:
        engine: Open, or as far open as it got.
        since: The tree that was verified before: the ledger is walked from there on; None for all of it.
    """
    found = Verification(since=since.size if since else 0)
    for store, name in ((engine.data, "D"), (engine.keys, "K")):
        for one in store.check_integrity():
            found.wrong(f"database {name}: {one}")
        for other in store.check_structure():
            found.wrong(str(other))
    await verify_rows(engine, found.wrong)
    for look in (
        _verify_memories(engine, found),
        verify_checkpoints(engine, found.wrong, found.since),
        _verify_no_log(engine, found),
        _verify_copies(engine, found),
        _verify_ledger(engine, found, since),
        engine.sequencer.check_head(),
        engine.sequencer.check_outside(),
        _verify_people(engine, found),
        verify_installation_records(engine, found.wrong),
        verify_register(engine, found.wrong),
    ):
        try:
            await look
        except KeptError as error:
            found.wrong(f"{error.reason}: {error}")
    return found


async def _verify_ledger(engine: Engine, found: Verification, since: Verified | None) -> None:
    found.entries, found.tree = await verify_ledger(engine, found.wrong, since)


async def _verify_memories(engine: Engine, found: Verification) -> None:
    for lost in await lost_memories(engine.data, engine.keys):
        found.wrong(f"expected what the ledger rests on, found {lost.what}")


async def _verify_no_log(engine: Engine, found: Verification) -> None:
    async for flaw in engine.no_log.flaws():
        found.wrong(f"no-log: {flaw}")


async def _verify_copies(engine: Engine, found: Verification) -> None:
    """Whoever K has a state of stands in D; who was erased meanwhile has none in K either."""
    async for page in pages(engine.keys, sql.StateCopiesPage):
        for person_id in [one.person_id for one in page]:
            if await engine.data.value(sql.StateG, person_id=person_id) is not None:
                continue
            if await engine.keys.value(sql.StateCopyG, person_id=person_id) is not None:
                found.wrong(f"person {person_id.hex()[:8]}: database K has their state, database D has nobody")


async def _verify_people(engine: Engine, found: Verification) -> None:
    async for person_id in each_person(engine.data):
        found.people += 1
        name = f"person {person_id.hex()[:8]}"
        try:
            person = await engine.people.load(person_id, None)
            for slot in person.state.slots:
                engine.people.open_slot(person, slot)
                found.values += 1
            notices = await engine.notices.of_person(person.state)
            wanted = {held.notice_id for held in person.state.slots.values()} | {
                one.notice_id for one in person.state.grants
            }
            for notice_id in wanted - set(notices):
                found.wrong(f"notice {notice_id[:16]}: missing, or rewritten")
            await _verify_parts(engine, person_id, person.state.g, found)
        except ErasedError:
            found.wrong(f"{name}: their keys are gone but rows remain; it is finished on the next start")
        except KeptError as error:
            found.wrong(f"{name}: {error.message}")


async def _verify_parts(engine: Engine, person_id: bytes, g: int, found: Verification) -> None:
    keys, _ = await engine.keyring.of_person(person_id)
    if keys is None:
        return
    try:
        keys.verify_all()
    except KeptError as error:
        found.wrong(f"person {person_id.hex()[:8]}: one of their keys is not what it was: {error.message}")
    await _verify_receipts(engine, keys, person_id, found)
    await _verify_external_ids(engine, keys, person_id, found)
    await _verify_passkeys(engine, person_id, found)
    await verify_words(engine, keys, person_id, found.wrong)
    for row in await engine.data.all(sql.EntriesLaterOfPerson, person_id=person_id):
        try:
            open_person_part(engine, keys, person_id, row.entry_id, row)
        except KeptError:
            found.wrong(f"entry {row.entry_id.hex()[:16]}: its person part does not open")
    await verify_chain(engine, keys, person_id, found.wrong)
    await _verify_copy(engine, keys, person_id, g, found)


async def _verify_copy(engine: Engine, keys: PersonKeys, person_id: bytes, g: int, found: Verification) -> None:
    """K's copy of the newest state, or of one after *g*, must open as well: a restore rests on it, and it says how new D has to be.

    It is looked at last: K is given it a moment after D has the state.
    """
    copy = await engine.keys.one(sql.StateCopyGet, person_id=person_id)
    if copy is None or copy.g < g:
        if await engine.data.value(sql.StateG, person_id=person_id) is not None:
            found.wrong(
                f"person {person_id.hex()[:8]}: K has no copy of their newest state; it is written anew on the next start"
            )
        return
    key_id, sealed = copy.key_id, copy.sealed
    try:
        open_state(keys.value_key(key_id), sealed, vault_id=engine.vault_id, person_id=person_id, g=copy.g)
    except KeptError:
        found.wrong(f"person {person_id.hex()[:8]}: the copy of their state in K does not open")


async def _verify_external_ids(engine: Engine, keys: PersonKeys, person_id: bytes, found: Verification) -> None:
    """What systems call a person opens, and K's token of it names this person."""
    name = f"person {person_id.hex()[:8]}"
    try:
        for system, form in (await external_ids_of(engine, keys)).items():
            if await find_owner(engine, system, form) != person_id:
                found.wrong(f"{name}: what {system} calls them leads to somebody else, or nowhere")
    except KeptError:
        found.wrong(f"{name}: what a system calls them does not open")


async def _verify_passkeys(engine: Engine, person_id: bytes, found: Verification) -> None:
    """What a person calls their passkeys opens, and each is one they sign in by."""
    name = f"person {person_id.hex()[:8]}"
    try:
        for one in await passkeys_of(engine, person_id):
            if await engine.data.value(sql.LoginGet, login_name=f"{PASSKEY_NAME}{one.id}") != person_id:
                found.wrong(f"{name}: a passkey signs somebody else in, or nobody")
    except KeptError:
        found.wrong(f"{name}: what they call a passkey does not open")


async def _verify_receipts(engine: Engine, keys: PersonKeys, person_id: bytes, found: Verification) -> None:
    for row in await engine.data.all(sql.Receipts, person_id=person_id):
        try:
            open_persons_record(engine, keys, "receipt", row.receipt_id, row.key_id, row.sealed)
        except KeptError:
            found.wrong(f"receipt {row.receipt_id[:16]}: it does not open")
        if row.kind not in RECEIPT_KINDS:
            found.wrong(f"receipt {row.receipt_id[:16]}: its kind is not one this installation writes")
