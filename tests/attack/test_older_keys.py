"""One database is older than the other: a K put back beside a newer D, a log of SQLite's that was deleted. What is missing is said."""

from __future__ import annotations

import shutil

import pytest
from installation import PASSWORD, Installation

from kept.errors import ErasedError, RollbackError
from kept.services.accounts import accounts
from kept.services.backups.recovery import reasons_to_recover, recover, start_or_recover
from kept.services.engine.acts import Act
from kept.services.my_data.corrections import remove_value
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.after_restore import report_of
from kept.services.upkeep.routine import finish_all, tidy
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio


@pytest.fixture
async def behind(tmp_path):
    """An installation whose K is put back as it was: since then one joined, and one took a value away; and who they are."""
    installation = Installation(tmp_path)
    await installation.open()
    mori, tani = await installation.mori(), await installation.join()
    await installation.close()
    kept_aside = tmp_path / "aside"
    kept_aside.mkdir()
    for one in tmp_path.glob("shop.keys.db*"):
        shutil.copy(one, kept_aside)
    await installation.open()
    joined = await installation.join()
    await remove_value(installation.engine, await installation.session(mori.person_id), "phone")
    await installation.close()
    for one in tmp_path.glob("shop.keys.db*"):
        one.unlink()
    for one in kept_aside.iterdir():
        shutil.copy(one, tmp_path)
    return installation, mori.person_id, tani.person_id, joined.person_id


async def test_a_start_gets_far_enough_to_say_what_is_missing(behind):
    """A command says what is wrong; what serves opens all the same, says how many people have no key, and serves everybody else."""
    installation, mori, tani, joined = behind
    with pytest.raises(RollbackError) as refused:
        await installation.open(create=False)
    assert refused.value.reason == "rows-older"
    engine = installation.engine = await start_or_recover(installation.parts)
    await finish_all(engine)
    assert engine.people_without_keys == 2
    await own_data(engine, await installation.session(tani))
    for one in (mori, joined):
        with pytest.raises(ErasedError):
            await engine.people.load(one)
    await tidy(engine)
    assert any("their keys are gone" in one for one in (await verify_installation(engine)).problems)
    await installation.close()


async def test_recovering_lets_go_of_what_nobody_can_open(behind):
    """`kept recover` says it, removes what is unreadable and opens a new log; afterwards nothing is wrong, and it is recorded."""
    installation, mori, tani, joined = behind
    engine = await installation.open(create=False, verify=False)
    assert {one.partition(":")[0] for one in await reasons_to_recover(engine)} == {"rows-older", "keys-missing"}
    done = await recover(engine, by="test", let_go=True)
    assert done.people_lost == 2
    await installation.close()
    engine = await installation.open(create=False)
    assert engine.people_without_keys == 0
    assert (await verify_installation(engine)).problems == []
    assert [dict(one.facts)["people-lost"] for one in await installation.ledger() if one.act == Act.RECOVER] == ["2"]
    for one in (mori, joined):
        assert installation.sql("SELECT COUNT(*) FROM state WHERE person_id = ?", one) == [(0,)]
    await own_data(engine, await installation.session(tani))
    await installation.close()


async def test_a_deleted_log_of_d_is_noticed_at_the_start(tmp_path):
    """Accounts acknowledged and gone with the log: K remembers the newest, the start is refused, and a served one recovers."""
    installation = Installation(tmp_path)
    await installation.open()
    await installation.mori()
    await installation.engine.data.scrubbed()
    copy = (tmp_path / "shop.db").read_bytes()
    person_id = (await accounts.join_with_password(installation.engine, PASSWORD, "en")).person_id
    installation.engine.supervision.tasks.clear()
    await installation.close(integrate=False)
    (tmp_path / "shop.db").write_bytes(copy)
    (tmp_path / "shop.db-wal").unlink(missing_ok=True)
    with pytest.raises(RollbackError) as refused:
        await installation.open(create=False)
    assert refused.value.reason == "state-missing"
    installation.engine = await start_or_recover(installation.parts)
    await finish_all(installation.engine)
    assert (await installation.engine.people.load(person_id)).state.g >= 1, "K's copy brings the account back"
    assert await report_of(installation.engine) is not None
    await installation.close()
