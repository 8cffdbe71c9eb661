"""A memory emptied beside a ledger that is not empty: never a first start, always a refusal with what to do about it."""

from __future__ import annotations

import argparse
import shutil

import pytest
from installation import Installation

from kept.cli import recover
from kept.errors import EvidenceError, KeptError, SettingError, StoreError
from kept.services.backups.recovery import reasons_to_recover, renew_checkpoint_file
from kept.services.engine.installation import parse_address
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio
EVERY_KEY = ("epoch", "current_epoch", "person_key", "system_key", "checkpoint", "index_token", "state_copy")
EMPTIED = {
    "keys-without-rows": ("keys", [f"DELETE FROM {one}" for one in EVERY_KEY], "a current key epoch"),  # noqa: S608 -- names from the list above
    "no-current-epoch": ("keys", ["DELETE FROM current_epoch"], "a current key epoch"),
    "no-epochs": ("keys", ["DELETE FROM epoch"], "any key epoch"),
    "no-system-keys": ("keys", ["DELETE FROM system_key"], "keys of the installation"),
    "no-last-checkpoint": ("keys", ["DELETE FROM checkpoint"], "the last checkpoint"),
    "no-origin": ("data", ["DELETE FROM meta WHERE name = 'origin'"], "ledger's name"),
    "no-latest-time": ("data", ["DELETE FROM meta WHERE name = 'high_water'"], "latest time"),
    "no-policy": ("data", ["DELETE FROM policy_version"], "any version of the policy"),
    "no-staff": ("data", ["DELETE FROM staff"], "any member of staff"),
}


@pytest.fixture
async def used(tmp_path):
    """An installation that was used, and is closed."""
    installation = Installation(tmp_path)
    await installation.open()
    await installation.mori()
    await installation.staff()
    await installation.close()
    del installation.engine
    return installation


def counts(installation: Installation) -> dict[str, object]:
    """How many rows K's tables have."""
    return {one: installation.sql(f"SELECT COUNT(*) FROM {one}", part="keys") for one in EVERY_KEY}  # noqa: S608 -- as above


async def refused(
    installation: Installation, kind: type[KeptError] = EvidenceError, *, create: bool = True
) -> KeptError:
    """Start it, which must be refused; nothing was made, so that what is put back is found as it was."""
    keys = sorted(one.name for one in installation.address.key_folder.iterdir())
    with pytest.raises(kind) as caught:
        await installation.open(create=create)
    assert caught.value.hint
    assert sorted(one.name for one in installation.address.key_folder.iterdir()) == keys
    return caught.value


@pytest.mark.parametrize("kind", EMPTIED)
async def test_what_was_emptied_is_named_and_nothing_is_made_anew(used, kind):
    """The breach: rows are deleted, and the start takes it for a beginning: fresh keys, a fresh name, no policy, no staff."""
    part, statements, said = EMPTIED[kind]
    for one in statements:
        used.sql(one, part=part)
    before = counts(used)
    error = await refused(used)
    assert error.reason == "memory-empty"
    assert said in error.message
    assert "kept restore" in error.hint
    assert counts(used) == before
    if kind not in {"keys-without-rows", "no-current-epoch", "no-system-keys", "no-epochs"}:
        await used.open(verify=False)
        named = {"no-policy": "policy_version", "no-staff": "staff"}.get(
            kind, said
        )  # a table that opens doors is not read any more
        assert any(named in one for one in (await verify_installation(used.engine)).problems)
        await used.close(integrate=False)


@pytest.mark.parametrize("part", ["data", "keys"])
async def test_a_new_database_beside_a_used_one(used, tmp_path, part):
    """The breach: one of the two is moved away, and a new one is made by whoever starts it with leave to make what is missing."""
    path = used.address.data if part == "data" else used.address.keys
    path.unlink()
    assert (await refused(used, SettingError, create=False)).reason == "database-missing"
    assert (await refused(used, SettingError)).reason == "vault-other"
    assert path.exists()


@pytest.mark.parametrize("part", ["data", "keys"])
async def test_an_emptied_file_beside_a_used_one(used, part):
    """The breach: the file is there, of no bytes."""
    path = used.address.data if part == "data" else used.address.keys
    path.write_bytes(b"")
    assert (await refused(used, StoreError, create=False)).reason == "database-corrupt"
    assert (await refused(used, SettingError)).reason == "vault-other"


async def test_a_used_database_of_keys_is_no_killed_beginning(used):
    """The breach: D is new, K lost its checkpoint and its people as well, so that only its key epoch shows that it was used."""
    used.address.data.unlink()
    for one in ("checkpoint", "person_key", "state_copy"):
        used.sql(f"DELETE FROM {one}", part="keys")  # noqa: S608 -- a name from the line above
    assert (await refused(used, SettingError)).reason == "vault-other"


@pytest.mark.parametrize(
    "left", [b"", None, b"\xff\xfe", b"shop.example\n1\n\n"], ids=["empty", "none", "no text", "no note"]
)
async def test_the_checkpoint_file_is_missed(used, left):
    """The breach: with the file gone, D and K of an older day would go together. Who lost it says so, and that is recorded."""
    file = used.address.checkpoint
    kept = file.read_text("utf-8")
    file.unlink() if left is None else file.write_bytes(left)
    error = await refused(used)
    assert (error.reason, "kept recover --checkpoint" in error.hint) == ("memory-empty", True)
    engine = await used.open(verify=False)
    assert any("file outside both databases" in one for one in (await verify_installation(engine)).problems)
    assert await reasons_to_recover(engine) == []
    await renew_checkpoint_file(engine, by="test")
    await used.close()
    assert file.read_text("utf-8").splitlines()[0] == kept.splitlines()[0]
    await used.open()
    assert ("checkpoint-file", "written anew") in [fact for one in await used.ledger() for fact in one.facts]
    await used.close()


async def test_the_command_writes_the_file_anew(used, capsys):
    """What the remedy names is there, and does it."""
    used.address.checkpoint.unlink()
    parser = argparse.ArgumentParser()
    recover.add(parser.add_subparsers())
    chosen = parser.parse_args(["recover", "--checkpoint", "--store", f"sqlite:///{used.address.data}"])
    assert await recover.run(chosen) == 0
    assert used.address.checkpoint.read_text("utf-8")
    assert "checkpoint file" in capsys.readouterr().out


async def test_an_older_pair_does_not_pass_without_the_file(used, tmp_path):
    """The breach: D and K of the day before are put back together, and the file is taken away, which alone remembers more."""
    older = tmp_path / "older"
    older.mkdir()
    for one in (used.address.data, used.address.keys):
        shutil.copy(one, older)
    await used.open()
    await used.join()
    await used.close()
    del used.engine
    for one in (used.address.data, used.address.keys):
        for ending in ("-wal", "-shm"):
            one.with_name(one.name + ending).unlink(missing_ok=True)
        shutil.copy(older / one.name, one)
    assert (await refused(used)).reason == "ledger-behind"
    used.address.checkpoint.unlink()
    assert (await refused(used)).reason == "memory-empty"


async def test_a_first_start_that_was_killed_goes_on(tmp_path):
    """Normal: K was made and D was not yet; nothing was used, so nothing is missing."""
    installation = Installation(tmp_path)
    await installation.open()
    await installation.close()
    del installation.engine
    fresh = Installation(tmp_path / "other")
    fresh.folder.mkdir()
    fresh.address = parse_address(f"sqlite:///{fresh.folder / 'shop.db'}")
    parts = fresh.parts(create=True)
    await parts.keys.write(lambda tx: tx.run("meta_put", name="vault_id", value="0" * 32))
    await parts.data.close()
    await parts.keys.close()
    await fresh.open()
    assert fresh.engine.vault_id == "0" * 32
    await fresh.close()
