"""What lies beside the tree, rewritten: `kept verify` holds each against what was signed or sealed, and ends with what it found."""

from __future__ import annotations

import pytest
from witnessing import policy_of

from kept.crypto.signature import SigningKey
from kept.door.background import have_witnesses
from kept.ledger.cosignature import cosign, cosigner_key
from kept.ledger.note import split_note
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio
KEY = SigningKey(bytes(32))
PUBLISHED = cosigner_key("w.example", KEY)
BESIDE = SigningKey(b"b" * 32)
BESIDE_KEY = str(cosigner_key("a.example", BESIDE))
GONE = "http://127.0.0.1:9"


async def _problems(installation):
    return (await verify_installation(installation.engine)).problems


async def _grown(installation, own):
    await own_data(installation.engine, own)
    await installation.engine.sequencer.integrate()


@pytest.mark.parametrize(
    ("part", "statement", "said"),
    [
        (
            "data",
            "UPDATE checkpoint SET size = size + 1000 WHERE size = (SELECT max(size) FROM checkpoint)",
            "what was signed",
        ),
        (
            "data",
            "UPDATE checkpoint SET note = replace(note, 'A', 'B') WHERE size = (SELECT min(size) FROM checkpoint)",
            "checkpoint of",
        ),
        ("keys", "UPDATE checkpoint SET size = size + 1000", "in database K: what was signed"),
        ("keys", "DELETE FROM state_copy", "K has no copy of their newest state"),
        (
            "keys",
            "UPDATE state_copy SET person_id = x'00' WHERE rowid = (SELECT min(rowid) FROM state_copy)",
            "has nobody",
        ),
        ("data", "UPDATE no_log_line SET seq = seq + 10", "no-log: line 11"),
        ("data", "DELETE FROM no_log_line", "no-log: expected lines up to"),
        ("data", "UPDATE todo SET since = since + 1", "since another moment"),
        ("data", "DELETE FROM entry WHERE entry_id IN (SELECT entry_id FROM todo)", "and was deleted"),
        ("data", "UPDATE other_person_changes SET changes = changes - 1", "how new database K has to be"),
        ("keys", "UPDATE other_person_changes SET changes = changes - 1", "how new database D has to be"),
    ],
)
async def test_each_is_named(installation, part, statement, said):
    """By size, by seal, by number, by time."""
    own = await installation.mori()
    await _grown(installation, own)
    await installation.engine.no_log.deliver()
    await installation.engine.remember_rows()
    await own_data(installation.engine, own)
    assert await _problems(installation) == []
    installation.sql(statement, part=part)
    assert any(said in one for one in await _problems(installation))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("size", lambda *_: 1),
        ("cosigner", lambda *_: "b.example+00000000"),
        ("line", lambda _, other: other),
        ("line", lambda text, other: cosign(text, "a.example", BESIDE, 1).line + other),
    ],
    ids=["size", "cosigner", "line", "line behind a sound one"],
)
async def test_a_cosignature_is_verified_by_its_key(installation, column, value):
    """Under another size, under another name, signed over something else, or that behind another's sound line."""
    await _grown(installation, await installation.mori())
    engine = installation.engine
    await have_witnesses(engine, policy_of("any", w=(str(PUBLISHED), GONE), a=(BESIDE_KEY, GONE)), "late")
    text, size = split_note(engine.sequencer.note)[0], engine.sequencer.checkpoint.size
    put = {"size": size, "cosigner": f"w.example+{PUBLISHED.key_id.hex()}", "at": 1.0}
    line = cosign(text, "w.example", KEY, 1).line
    await engine.data.write(lambda tx: tx.run("cosignature_put", line=line, **put))
    assert await _problems(installation) == []
    other = cosign(text.replace(f"\n{size}\n", f"\n{size + 1}\n"), "w.example", KEY, 1).line
    installation.sql(f"UPDATE cosignature SET {column} = ?", value(text, other))  # noqa: S608 -- a name from the list above
    assert any("cosignature of" in one for one in await _problems(installation))
