"""A kill between any two writes of an act: the next start finishes it, or it never happened."""

from __future__ import annotations

import pytest
from installation import MAIL, NAME, Installation

from kept.errors import ErasedError, KeptError
from kept.services.accounts import accounts
from kept.services.cases import cases
from kept.services.my_data.corrections import correct, remove_value
from kept.services.my_data.erasure import intend_erasure
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions
from kept.services.upkeep.key_rotation import rotate
from kept.services.upkeep.verification import verify_installation
from kept.store.sqlite import raw_count

pytestmark = pytest.mark.anyio
WRITES_AT_MOST = 40


async def killed_at_every_write(tmp_path, act, after):
    """Run *act* killed after 0, 1, 2 … writes, each in an installation of its own; check *after* the next start.

    Args:
        tmp_path: Empty.
        act: Given the installation and Ms Mori's session; what is being killed.
        after: Given the installation, her person id and whether the act was acknowledged.
    """
    for writes in range(WRITES_AT_MOST):
        folder = tmp_path / str(writes)
        folder.mkdir()
        installation = Installation(folder)
        await installation.open()
        own = await installation.mori()
        installation.stop_after(writes)
        try:
            await act(installation, own)
            acknowledged = True
        except KeptError as error:
            if error.reason != "killed":
                raise
            acknowledged = False
        await installation.close()
        await installation.open()
        await after(installation, own.person_id, acknowledged)
        await installation.engine.sequencer.integrate()
        assert (await verify_installation(installation.engine)).problems == [], writes
        await installation.close()
        if acknowledged:
            assert writes, "an act without a write cannot be killed between two"
            return
    pytest.fail("the act never ended")


async def _held(installation, person_id):
    mine = await own_data(installation.engine, await installation.session(person_id))
    return {one.slot: (one.value, one.version) for one in mine.held}, [one.account.act for one in mine.history.lines]


async def test_create_killed_between_any_two_writes(tmp_path):
    """A new account exists whole, with its entry, or leaves no key behind."""

    async def act(installation, own):
        await accounts.join_with_password(installation.engine, "four unrelated words here", "en")

    async def after(installation, person_id, acknowledged):
        people = installation.sql("SELECT person_id FROM state")
        with_keys = installation.sql("SELECT DISTINCT person_id FROM person_key", part="keys")
        copies = installation.sql("SELECT person_id FROM state_copy", part="keys")
        assert sorted(people) == sorted(with_keys) == sorted(copies)
        opened = [one for one in await installation.ledger() if one.act == "customer:account:open"]
        assert len(opened) == len(people)
        assert len(people) == 2 or not acknowledged

    await killed_at_every_write(tmp_path, act, after)


async def test_collect_killed_between_any_two_writes(tmp_path):
    """A form is taken whole with its entry and receipt, or not at all."""

    async def act(installation, own):
        await installation.give(own, [("fax", "03-1234-5678"), ("occupation", "designer")])

    async def after(installation, person_id, acknowledged):
        held, acts = await _held(installation, person_id)
        assert ("fax" in held, "occupation" in held) in {(True, True), (False, False)}
        assert acts.count("customer:value:collect") == (2 if "fax" in held else 1)
        assert "fax" in held or not acknowledged
        assert len(installation.sql("SELECT * FROM receipt")) == acts.count("customer:value:collect")

    await killed_at_every_write(tmp_path, act, after)


async def test_correct_killed_between_any_two_writes(tmp_path):
    """A corrected address is the new one with its entry, or still the old; she is found by whichever is held."""

    async def act(installation, own):
        await correct(installation.engine, own, "mail_address", "new.address@example.jp", expected_version=1)

    async def after(installation, person_id, acknowledged):
        held, acts = await _held(installation, person_id)
        value, version = held["mail_address"]
        assert (value, version) in {(MAIL, 1), ("new.address@example.jp", 2)}
        assert acts.count("customer:value:correct") == version - 1
        assert version == 2 or not acknowledged
        await sessions.add_staff(
            installation.engine, "sato", "four unrelated words here", ("support",), by="test", who="sato"
        )
        session = await sessions.session_of(
            installation.engine, await sessions.start_demo_session(installation.engine, "sato")
        )
        case = await cases.open_case(installation.engine, session, "contact")
        assert (
            await cases.find_in_case(installation.engine, session, case.id, {"mail_address": value})
        ).person_id == person_id

    await killed_at_every_write(tmp_path, act, after)


async def test_removing_one_value_killed_between_any_two_writes(tmp_path):
    """A value taken away is gone with its key, or still there whole; the others stay readable either way."""

    async def act(installation, own):
        await remove_value(installation.engine, own, "phone")

    async def after(installation, person_id, acknowledged):
        held, acts = await _held(installation, person_id)
        assert {"name", "mail_address", "interests"} <= set(held)
        assert ("customer:value:remove" in acts) == ("phone" not in held)
        assert "phone" not in held or not acknowledged
        used = set(installation.sql("SELECT key_id FROM value UNION SELECT key_id FROM state"))
        keys = set(installation.sql("SELECT key_id FROM person_key WHERE kind = 'values'", part="keys"))
        assert used <= keys
        if "phone" not in held:
            assert used == keys

    await killed_at_every_write(tmp_path, act, after)


async def test_erase_killed_between_any_two_writes(tmp_path):
    """An erasure that was intended is finished on the next start; before the intent nothing has happened."""

    async def act(installation, own):
        await intend_erasure(installation.engine, own)

    async def after(installation, person_id, acknowledged):
        intended = any(one.act == "actor:person:erase-intend" for one in await installation.ledger())
        assert intended or not acknowledged
        if not intended:
            assert len((await _held(installation, person_id))[0]) == 4
            return
        assert any(one.act == "system:person:erased" for one in await installation.ledger())
        with pytest.raises(ErasedError):
            await installation.engine.people.load(person_id)
        for table in ("state", "value", "entry_person", "receipt", "login", "session", "erasure"):
            assert installation.sql(f"SELECT COUNT(*) FROM {table} WHERE person_id = ?", person_id) == [(0,)], table  # noqa: S608 -- ours
        for table in ("person_key", "index_token", "state_copy"):
            rows = installation.sql(f"SELECT COUNT(*) FROM {table} WHERE person_id = ?", person_id, part="keys")  # noqa: S608 -- ours
            assert rows == [(0,)], table
        assert len(installation.sql("SELECT * FROM tombstone", part="keys")) == 1
        assert not any(raw_count(installation.folder, "shop", [NAME.encode(), MAIL.encode()]).values())

    await killed_at_every_write(tmp_path, act, after)


async def test_rotate_killed_between_any_two_writes(tmp_path):
    """A rotation once begun is finished on the next start: every key under the new epoch, the old root destroyed."""

    async def act(installation, own):
        await rotate(installation.engine, by="test")

    async def after(installation, person_id, acknowledged):
        assert len((await _held(installation, person_id))[0]) == 4
        ((current,),) = installation.sql("SELECT epoch FROM current_epoch", part="keys")
        assert current == 2 or not acknowledged
        epochs = {
            row[0]
            for row in installation.sql("SELECT epoch FROM person_key UNION SELECT epoch FROM system_key", part="keys")
        }
        assert epochs == {current}
        assert (installation.address.key_folder / "epoch-000001.key").exists() == (current == 1)

    await killed_at_every_write(tmp_path, act, after)
