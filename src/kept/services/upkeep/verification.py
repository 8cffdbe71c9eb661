"""Verifying the whole installation: every entry, the tree, every seal, every notice; names what does not hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from kept import limits
from kept.errors import ErasedError, KeptError
from kept.ledger.leaf import NONCE_BYTES, Opening, commit_account, leaf_data, leaf_hash
from kept.ledger.tile import WIDTH, fold, node_reader, tiles_of_size
from kept.ledger.tree import HASH_BYTES, root_hash
from kept.services.accounts.accounts import PASSKEY_NAME
from kept.services.accounts.passkeys import passkeys_of
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, parse_account
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.memories import LOG, lost_memories
from kept.services.engine.people import each_person
from kept.services.engine.sealed_record import open_persons_record
from kept.services.forms.receipts import RECEIPT_KINDS
from kept.services.gate.external_ids import external_ids_of, find_owner
from kept.services.gate.history import open_person_part
from kept.services.third_parties.register import verify_register
from kept.services.upkeep.record_verification import verify_installation_records
from kept.services.upkeep.row_verification import verify_rows
from kept.services.upkeep.word_verification import verify_words
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.sealed import open_account, open_state


@dataclass(slots=True)
class Verification:
    """What was looked at, and what does not hold: each problem names the entry, tile, person or notice."""

    entries: int = 0
    people: int = 0
    values: int = 0
    problems: list[str] = field(default_factory=list)

    def wrong(self, what: str) -> None:
        """Note a problem."""
        if len(self.problems) < limits.VERIFICATION_FINDINGS:
            self.problems.append(what)


async def verify_installation(engine: Engine) -> Verification:
    """Verify everything stored; changes nothing.

    Args:
        engine: Open, or as far open as it got.
    """
    found = Verification()
    for store, name in ((engine.data, "D"), (engine.keys, "K")):
        for one in store.check_integrity():
            found.wrong(f"database {name}: {one}")
        for other in store.check_structure():
            found.wrong(str(other))
    await verify_rows(engine, found.wrong)
    for look in (
        _verify_memories(engine, found),
        verify_ledger(engine, found),
        engine.sequencer.verify_head(),
        _verify_people(engine, found),
        verify_installation_records(engine, found.wrong),
        verify_register(engine, found.wrong),
    ):
        try:
            await look
        except KeptError as error:
            found.wrong(f"{error.reason}: {error}")
    return found


async def _verify_memories(engine: Engine, found: Verification) -> None:
    for lost in await lost_memories(engine.data, engine.keys):
        found.wrong(f"expected what the ledger rests on, found {lost.what}")


async def verify_ledger(engine: Engine, found: Verification) -> None:
    """Verify every entry and the tree they stand in; not that it extends the last checkpoint.

    Args:
        engine: Open, or as far open as it got.
        found: Takes what does not hold.
    """
    await _verify_entries(engine, found)
    await _verify_tree(engine, found)


async def _verify_entries(engine: Engine, found: Verification) -> None:
    after, activated, unreadable = b"", set[str](), 0
    while True:
        rows, placed = await _entries_placed(engine, after)
        if not rows:
            break
        for row, is_placed in zip(rows, placed, strict=True):
            after = row.entry_id
            found.entries += 1
            if not is_placed:
                found.wrong(f"entry {after.hex()[:16]}: it stands nowhere in the tree and does not wait for its place")
            said = _verify_entry(engine, row, found)
            unreadable += said is None
            if said is not None and said.act == Act.POLICY_ACTIVATE.value:
                activated.add(dict(said.facts).get("hash", ""))
    for one in await engine.data.all(sql.PolicyVersions):
        if one.activated_at is not None and one.policy_hash not in activated and not unreadable:
            found.wrong(f"policy version {one.version}: the ledger holds no activation of it")


def _verify_entry(engine: Engine, row: sql.EntriesAll, found: Verification) -> Account | None:
    """Hold one entry against its id and its commitments; return what it says when it holds."""
    entry_id = row.entry_id
    name = f"entry {entry_id.hex()[:16]}"
    if leaf_hash(leaf_data(row.account_commitment, row.person_commitment)) != entry_id:
        found.wrong(f"{name}: its commitments do not hash to its id")
        return None
    try:
        raw = open_account(
            engine.keyring.installation_key(row.account_key),
            row.account_sealed,
            vault_id=engine.vault_id,
            key_name=row.account_key,
            entry_id=entry_id,
        )
    except (KeptError, KeyError):
        found.wrong(f"{name}: its account part does not open")
        return None
    if commit_account(Opening(raw[:NONCE_BYTES], raw[NONCE_BYTES:])) != row.account_commitment:
        found.wrong(f"{name}: its account part is not what was committed to")
        return None
    return parse_account(raw[NONCE_BYTES:])


async def _entries_placed(engine: Engine, after: bytes) -> tuple[list[sql.EntriesAll], list[bool]]:
    """A page of entries, each with whether it has its place in the tree or waits for it."""

    async def body(tx: Transaction) -> tuple[list[sql.EntriesAll], list[bool]]:
        rows = await tx.all(sql.EntriesAll, after=after, limit=limits.PEOPLE_PAGE)
        places = await tx.each(sql.PositionGet, [{"entry_id": row.entry_id} for row in rows])
        waiting = set(await tx.values(sql.TodoTake, limit=1_000_000)) if None in places else set()
        return rows, [place is not None or row.entry_id in waiting for row, place in zip(rows, places, strict=True)]

    return await engine.data.read(body)


async def _verify_tree(engine: Engine, found: Verification) -> None:  # noqa: C901 -- one walk over one tree
    async def body(tx: Transaction) -> tuple[int, bytes]:
        row = await tx.one(sql.HeadGet, name=LOG)
        return (row.size, row.root) if row else (0, b"")

    size, root = await engine.data.read(body)
    if not size:
        return
    tiles = await engine.sequencer.node(size)
    for level, tile, width in tiles_of_size(size):
        if len(tiles.get((level, tile), b"")) < width * HASH_BYTES:
            found.wrong(f"tile {level}/{tile}: shorter than the tree needs")
            return
    position = 0
    while rows := await _positions(engine, position):
        ids = [{"entry_id": row.entry_id} for row in rows]
        entries = await engine.data.read(lambda tx, them=ids: tx.each(sql.EntryGet, them))  # type: ignore[misc]
        for (entry_id, place), entry in zip(rows, entries, strict=True):
            if place != position:
                found.wrong(f"position {position}: no entry stands there")
                return
            if entry is None:
                found.wrong(f"entry {entry_id.hex()[:16]}: it was deleted from its place {position}")
            at = (position % WIDTH) * HASH_BYTES
            if tiles[0, position // WIDTH][at : at + HASH_BYTES] != entry_id:
                found.wrong(f"entry {entry_id.hex()[:16]}: the tree holds another leaf at its place {position}")
            position += 1
    if position != size:
        found.wrong(f"expected {size} entries in the tree, found places for {position}")
    if root_hash(node_reader(lambda level, tile: _leaves_only(tiles, level, tile)), size) != root:
        found.wrong("the tree's root is not that of its entries")


async def _positions(engine: Engine, start: int) -> list[sql.PositionsPage]:
    return await engine.data.all(sql.PositionsPage, from_position=start, limit=limits.PEOPLE_PAGE)


def _leaves_only(tiles: dict[tuple[int, int], bytes], level: int, tile: int) -> bytes:
    """Higher tiles are computed from the leaves, so that a flipped bit above is found too."""
    if level == 0:
        return tiles[0, tile]
    below = [
        _leaves_only(tiles, level - 1, tile * WIDTH + at)
        for at in range(WIDTH)
        if (level - 1, tile * WIDTH + at) in tiles
    ]
    return b"".join(fold(one) for one in below if len(one) == WIDTH * HASH_BYTES)


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
            await _verify_parts(engine, person_id, found)
        except ErasedError:
            found.wrong(f"{name}: their keys are gone but rows remain; it is finished on the next start")
        except KeptError as error:
            found.wrong(f"{name}: {error.message}")


async def _verify_parts(engine: Engine, person_id: bytes, found: Verification) -> None:
    keys, _ = await engine.keyring.of_person(person_id)
    if keys is None:
        return
    try:
        keys.verify_all()
    except KeptError as error:
        found.wrong(f"person {person_id.hex()[:8]}: one of their keys is not what it was: {error.message}")
    await _verify_copy(engine, keys, person_id, found)
    await _verify_receipts(engine, keys, person_id, found)
    await _verify_external_ids(engine, keys, person_id, found)
    await _verify_passkeys(engine, person_id, found)
    await verify_words(engine, keys, person_id, found.wrong)
    parts: list[sql.EntriesOfPersonPage | sql.EntriesLaterOfPerson] = [
        *await engine.data.all(
            sql.EntriesOfPersonPage, person_id=person_id, before=1e18, before_id=b"", limit=1_000_000
        ),
        *await engine.data.all(sql.EntriesLaterOfPerson, person_id=person_id),
    ]
    for row in parts:
        try:
            open_person_part(engine, keys, person_id, row.entry_id, row)
        except KeptError:
            found.wrong(f"entry {row.entry_id.hex()[:16]}: its person part does not open")


async def _verify_copy(engine: Engine, keys: PersonKeys, person_id: bytes, found: Verification) -> None:
    """K's copy of the newest state must open as well: a restore rests on it."""
    copy = await engine.keys.one(sql.StateCopyGet, person_id=person_id)
    if copy is None:
        return
    g, key_id, sealed = copy.g, copy.key_id, copy.sealed
    try:
        open_state(keys.value_key(key_id), sealed, vault_id=engine.vault_id, person_id=person_id, g=g)
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
