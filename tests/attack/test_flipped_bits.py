"""Any one bit of the database files is flipped: the start refuses, verification names it, or it held nothing.

A bit may lie in free space (a page nothing uses, the gap between a page's cells, a freeblock) or in what carries no
evidence: then everything that does (COVERED, column by column) must read exactly as before. A flip that changes a column
which is sealed or bound, as the register says, is found.
"""

from __future__ import annotations

import random
import shutil
import sqlite3

import pytest
from installation import Installation

from kept.errors import KeptError
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.verification import verify_installation
from kept.store.register import Protection, register

pytestmark = pytest.mark.anyio


async def a_small_installation(folder):
    """An installation with two customers, a case and a correction, closed."""
    installation = Installation(folder)
    await installation.open()
    own = await installation.mori()
    other = await installation.join()
    await installation.give(other, [("name", "Taro Aoki")])
    await installation.case(await installation.staff())
    await installation.close()
    for path in (installation.address.data, installation.address.keys):
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    return installation, own.person_id


COVERED = {
    "data": {
        "state": "person_id, g, key_id, sealed",
        "value": "person_id, slot, version, key_id, sealed",
        "entry": "entry_id, account_commitment, person_commitment, account_key, account_sealed",
        "entry_person": "person_id, entry_id, key_id, sealed",
        "notice": "notice_id, body",
        "receipt": "person_id, receipt_id, kind, key_id, sealed",
        "tile": "level, idx, data",
        "head": "name, size, root",
        "leaf_position": "entry_id, position",
    },
    "keys": {
        "person_key": "person_id, key_id, kind, epoch, wrapped",
        "system_key": "name, epoch, wrapped",
        "state_copy": "person_id, g, key_id, sealed",
    },
}


def dump(path, part):
    """What a database holds that seals and the ledger cover."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return {
            table: set(map(repr, connection.execute(f"SELECT {columns} FROM {table}").fetchall()))  # noqa: S608 -- ours
            for table, columns in COVERED[part].items()
        }
    finally:
        connection.close()


def what_is_bound(path, part):
    """What a database holds in its sealed and bound columns; None where it cannot be read to its end."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.text_factory = bytes
    held = {}
    try:
        for table, kept in register(part).items():
            if names := [name for name, one in kept.items() if one.protection in {Protection.SEALED, Protection.BOUND}]:
                rows = connection.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()  # noqa: S608 -- ours
                held[table] = sorted(map(repr, rows))
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()
    return held


async def answer_to_a_flip(installation, person_id, part, path):
    """Open the damaged installation; return `refused`, `named` or `unchanged`."""
    before = installation.sealed_before
    try:
        await installation.open(create=False, verify=True, finish=False)
    except KeptError:
        return "refused"
    try:
        found = await verify_installation(installation.engine)
        if found.problems:
            return "named"
        mine = await own_data(installation.engine, await installation.session(person_id))
        assert {one.slot for one in mine.held} == {"name", "mail_address", "phone", "interests"}
    except KeptError:
        return "refused"
    finally:
        await installation.close(integrate=False)
    now = dump(path, part)
    changed = [table for table in COVERED[part] if not before[part][table] <= now[table]]
    assert not changed, f"a flip went unnoticed in {changed}"
    return "unchanged"


async def flip(tmp_path, count):
    """Flip *count* random bits, one at a time, in either database file."""
    chance = random.Random(7_001)  # noqa: S311 -- places
    (tmp_path / "sound").mkdir()
    installation, person_id = await a_small_installation(tmp_path / "sound")
    installation.sealed_before = {
        "data": dump(installation.address.data, "data"),
        "keys": dump(installation.address.keys, "keys"),
    }
    bound = {part: what_is_bound(getattr(installation.address, part), part) for part in ("data", "keys")}
    answers = {"refused": 0, "named": 0, "unchanged": 0}
    for number in range(count):
        folder = tmp_path / f"flip{number}"
        shutil.copytree(tmp_path / "sound", folder)
        damaged = Installation(folder)
        damaged.wall.pass_(60)
        damaged.sealed_before = installation.sealed_before
        part = chance.choice(("data", "data", "keys"))
        path = damaged.address.data if part == "data" else damaged.address.keys
        content = bytearray(path.read_bytes())
        at, bit = chance.randrange(len(content)), chance.randrange(8)
        content[at] ^= 1 << bit
        path.write_bytes(content)
        touched = what_is_bound(path, part) != bound[part]
        try:
            answer = await answer_to_a_flip(damaged, person_id, part, path)
            assert answer != "unchanged" or not touched, "a flip of what is sealed or bound went unnoticed"
            answers[answer] += 1
        except Exception as error:  # whatever it ends in fails the test: here it is told which bit it was
            raise AssertionError(f"{part} byte {at} bit {bit}: {error!r}") from error
        shutil.rmtree(folder)
    return answers


async def test_twelve_flipped_bits_are_found_or_held_nothing(tmp_path):
    """Twelve flips in random places: none changes what is held or recorded unnoticed, none ends in another's error."""
    answers = await flip(tmp_path, 12)
    assert sum(answers.values()) == 12


@pytest.mark.slow
async def test_two_hundred_flipped_bits_are_found_or_held_nothing(tmp_path):
    """Two hundred flips, as twelve. Nine in ten meet empty space; of what holds something, some of both kinds must have been found."""
    answers = await flip(tmp_path, 200)
    assert answers["refused"], answers
    assert answers["named"], answers


@pytest.mark.parametrize(
    ("table", "column"),
    [("value", "sealed"), ("state", "sealed"), ("entry", "account_sealed"), ("entry", "person_commitment"),
     ("entry_person", "sealed"), ("notice", "body"), ("receipt", "sealed"), ("tile", "data"), ("head", "root")],
)  # fmt: skip
async def test_a_bit_flipped_within_what_is_covered_is_always_found(tmp_path, table, column):
    """One bit in any sealed or hashed column: the start refuses or verification names it, never neither."""
    installation, _ = await a_small_installation(tmp_path)
    chance = random.Random(f"{table}.{column}")  # noqa: S311 -- places
    sound = installation.address.data.read_bytes()
    rows = installation.sql(f"SELECT {column} FROM {table}")  # noqa: S608 -- ours
    for _ in range(3):
        (cell,) = chance.choice(rows)
        at = chance.randrange(len(cell))
        flipped = cell[:at] + bytes([cell[at] ^ 1 << chance.randrange(8)]) + cell[at + 1 :]
        installation.sql(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", flipped, cell)  # noqa: S608 -- ours
        try:
            await installation.open(create=False, finish=False)
        except KeptError as error:
            assert error.hint or error.reason  # noqa: PT017 -- refused is one of the two right answers
            await installation.open(create=False, verify=False)
        assert (await verify_installation(installation.engine)).problems, (table, column, at)
        await installation.close(integrate=False)
        for file in installation.folder.glob("shop.db-*"):
            file.unlink()
        installation.address.data.write_bytes(sound)


@pytest.mark.parametrize(
    "change", ["kind = 'statuuory'", "wrapped = X'00'", "key_id = 'ffffffffffffffffffffffffffffffff'"]
)
async def test_a_key_nothing_is_sealed_under_is_looked_at_too(tmp_path, change):
    """A statutory key relabelled, overwritten or renamed is named, though nothing may need it yet."""
    installation, _ = await a_small_installation(tmp_path)
    installation.sql(f"UPDATE person_key SET {change} WHERE kind = 'statutory'", part="keys")  # noqa: S608 -- ours
    await installation.open(create=False, verify=False)
    found = await verify_installation(installation.engine)
    await installation.close(integrate=False)
    assert [one for one in found.problems if "one of their keys is not what it was" in one]
