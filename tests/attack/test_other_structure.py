"""A database made otherwise than its migrations make it: what a trigger swallows leaves no trace, so none is suffered."""

from __future__ import annotations

import sqlite3

import pytest
from installation import Installation

from kept.errors import ClosedError, StoreError
from kept.services.cases import cases
from kept.services.upkeep.verification import verify_installation
from kept.store.structure import Piece, differences, plain

pytestmark = pytest.mark.anyio
SWALLOW = "CREATE TRIGGER swallow BEFORE INSERT ON entry BEGIN SELECT RAISE(IGNORE); END"
TAKE_AWAY = (
    'CREATE TRIGGER "take\x1b[2Jaway" AFTER INSERT ON entry BEGIN DELETE FROM entry WHERE entry_id = NEW.entry_id; END'
)
BENT = {
    "trigger-before": ("data", (SWALLOW,), "trigger swallow of database D: no migration made it"),
    "trigger-after": ("data", (TAKE_AWAY,), "trigger take\\x1b[2Jaway of database D: no migration made it"),
    "trigger-in-keys": (
        "keys",
        ("CREATE TRIGGER keep AFTER DELETE ON person_key BEGIN INSERT INTO meta VALUES ('kept', 'x'); END",),
        "trigger keep of database K: no migration made it",
    ),
    "view-for-a-table": (
        "data",
        ("ALTER TABLE session RENAME TO sessions", "CREATE VIEW session AS SELECT * FROM sessions"),
        "table session of database D: it is missing",
    ),
    "table-more": ("data", ("CREATE TABLE copied (a)",), "table copied of database D: no migration made it"),
    "table-gone": ("data", ("DROP TABLE scan",), "table scan of database D: it is missing"),
    "column-more": ("data", ("ALTER TABLE staff ADD COLUMN more TEXT",), "table staff of database D: it was changed"),
    "constraint-ignores": (
        "data",
        (
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET sql = replace(sql, 'PRIMARY KEY', 'PRIMARY KEY ON CONFLICT IGNORE') WHERE name = 'entry'",
        ),
        "table entry of database D: it was changed",
    ),
    "index-gone": ("data", ("DROP INDEX mandate_by_case",), "index mandate_by_case of database D: it is missing"),
    "index-more": (
        "keys",
        ("CREATE UNIQUE INDEX one ON canary (planted_by)",),
        "index one of database K: no migration made it",
    ),
}


def bend(installation: Installation, kind: str) -> str:
    """Change the structure as somebody with the file would; return what it should be called."""
    part, statements, said = BENT[kind]
    run(installation, ";".join(statements), part)
    return said


def run(installation: Installation, script: str, part: str = "data") -> None:
    """Run statements over a database file, past all of Kept."""
    installation.sql("SELECT 1")  # an intruder comes between two turns of the loop
    connection = sqlite3.connect(installation.address.data if part == "data" else installation.address.keys)
    connection.executescript(script)
    connection.close()


@pytest.mark.parametrize("kind", BENT)
async def test_it_is_refused_at_the_start_and_named(tmp_path, kind):
    """The breach: a house that was closed is opened over it. Verifying opens it, names the piece, and writes nothing."""
    installation = Installation(tmp_path)
    await installation.open()
    await installation.close()
    del installation.engine
    said = bend(installation, kind)
    with pytest.raises(StoreError) as refused:
        await installation.open()
    assert refused.value.reason == "schema-other"
    assert said in refused.value.message
    assert "kept verify" in refused.value.hint
    await installation.open(verify=False)
    assert said in (await verify_installation(installation.engine)).problems
    await installation.close(integrate=False)


@pytest.mark.parametrize("kind", BENT)
async def test_a_running_house_writes_nothing_over_it(installation, kind):
    """The breach: while it runs. The next flush is refused, so nothing is released; the watch closes the gate; and it opens again."""
    await installation.mori()
    engine = installation.engine
    said = bend(installation, kind)
    part = BENT[kind][0]
    store = engine.data if part == "data" else engine.keys
    with pytest.raises(StoreError) as refused:
        await store.write(lambda tx: tx.run("meta_put", name="a", value="b"))
    assert (refused.value.reason, said in str(refused.value)) == ("schema-other", True)
    await engine.watch()
    with pytest.raises(ClosedError) as closed:
        engine.ready()
    assert closed.value.reason == "schema-other"
    assert said in (await verify_installation(engine)).problems


@pytest.mark.parametrize(("trigger", "name"), [(SWALLOW, "swallow"), (TAKE_AWAY, '"take\x1b[2Jaway"')])
async def test_a_release_never_goes_without_its_entry(installation, trigger, name):
    """The breach of the first house: with that very trigger a value was released, and no entry said so."""
    await installation.mori()
    engine, support = installation.engine, await installation.staff()
    case = await installation.case(support)
    await cases.open_item(engine, support, case.id, "phone")
    before = await installation.ledger()
    ((number,),) = installation.sql("PRAGMA schema_version")
    run(installation, f"{trigger}; PRAGMA schema_version = {number}")  # the schema's own counter set back, to hide it
    for _ in range(2):
        with pytest.raises(StoreError) as refused:
            await cases.open_item(engine, support, case.id, "phone")
        assert refused.value.reason == "schema-other"
    assert await installation.ledger() == before
    run(installation, f"DROP TRIGGER {name}")
    await engine.watch()
    await cases.open_item(engine, support, case.id, "phone")
    assert len(await installation.ledger()) == len(before) + 1


@pytest.mark.parametrize("table", ["entry", "entry_person", "todo", "tally"])
async def test_a_swallowed_row_releases_nothing(installation, table):
    """The breach where no comparison sees it: whatever keeps a row of the flush from being written, nothing is released."""
    await installation.mori()
    engine, support = installation.engine, await installation.staff()
    case = await installation.case(support)
    await cases.open_item(engine, support, case.id, "phone")
    before = await installation.ledger()
    engine.data._writer.execute(
        f"CREATE TEMP TRIGGER hidden BEFORE INSERT ON main.{table} BEGIN SELECT RAISE(IGNORE); END"
    )
    with pytest.raises(StoreError) as refused:
        await cases.open_item(engine, support, case.id, "phone")
    assert refused.value.reason == "write-lost"
    engine.data._writer.execute("DROP TRIGGER temp.hidden")
    assert await installation.ledger() == before


async def test_a_swallowed_change_is_no_change(installation):
    """The breach: a change of one row, which was read just before, touches none; the whole transaction is undone."""
    await installation.mori()
    engine = installation.engine
    engine.data._writer.execute("CREATE TEMP TRIGGER hidden BEFORE DELETE ON main.todo BEGIN SELECT RAISE(IGNORE); END")
    with pytest.raises(StoreError) as refused:
        await engine.sequencer.integrate()
    assert refused.value.reason == "write-lost"
    engine.data._writer.execute("DROP TRIGGER temp.hidden")
    assert await engine.sequencer.integrate()
    assert (await verify_installation(engine)).problems == []


def test_only_what_a_statement_does_is_compared():
    """Comments and spaces change nothing; every other kind of piece an engine has is told apart by kind and name."""
    assert plain("CREATE TABLE a ( -- why\n  b\n)") == plain("CREATE TABLE a ( b )")
    ours = [Piece("table", "a", "x"), Piece("grant", "a", "x")]
    assert differences("data", ours, ours) == []
    found = differences("keys", ours, [Piece("table", "a", "y"), Piece("rule", "a", "x")])
    assert [(one.kind, one.how) for one in found] == [
        ("grant", "missing"),
        ("rule", "additional"),
        ("table", "changed"),
    ]
