"""What is watched can be seen to fail: a promise is broken behind Kept's back, and its live check says so.

The other watched promises are broken where their clause is tried; each names its test (`shown_by`).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from installation import MAIL, NAME, Installation
from registered import registered
from second import read_and_approve

from kept.crypto.sealed_to import OpeningKey
from kept.guarantees.board import run_checks
from kept.services.third_parties import provisions

pytestmark = pytest.mark.anyio
DAY = 86_400.0


@pytest.fixture
async def installation(tmp_path):
    """An installation on disk with one customer, so that an intruder can write past Kept."""
    one = Installation(tmp_path)
    await one.open()
    one.own = await one.mori()
    yield one
    await one.close(integrate=False)


async def found(installation, guarantee):
    """What the live check of one promise finds."""
    return (await run_checks(installation.engine))[guarantee]


async def test_a_value_whose_notice_is_gone(installation):
    """bound-to-notice: somebody deletes the notice a value answers to."""
    assert (await found(installation, "bound-to-notice")).holds
    installation.sql("DELETE FROM notice")
    installation.engine.notices._known.clear()
    assert not (await found(installation, "bound-to-notice")).holds


async def test_a_value_that_is_not_declared(installation):
    """declared-items-only: a value lies there under an item the policy in force does not declare."""
    assert (await found(installation, "declared-items-only")).holds
    active = installation.engine.policy
    items = {name: item for name, item in active.policy.items.items() if name != "phone"}
    installation.engine._active = replace(active, policy=replace(active.policy, items=items))
    assert not (await found(installation, "declared-items-only")).holds


async def test_an_entry_that_is_not_integrated(installation):
    """durable-writes: entries wait, and nothing takes them into the tree."""
    await installation.engine.sequencer.integrate()
    assert (await found(installation, "durable-writes")).holds
    await installation.staff()
    installation.wall.pass_(60.0)
    assert not (await found_alone(installation, "durable-writes")).holds


async def found_alone(installation, guarantee):
    """The check of one promise, without the others (one of which integrates what waits)."""
    from kept.guarantees import ALL  # noqa: PLC0415 -- beside the only use

    check = ALL[guarantee].check
    assert check is not None
    return await check(installation.engine)


async def test_a_key_epoch_that_is_too_old(installation):
    """key-epochs: a month passes and nobody rotates."""
    assert (await found(installation, "key-epochs")).holds
    installation.wall.pass_(31 * DAY)
    assert not (await found(installation, "key-epochs")).holds


async def test_a_key_provider_that_is_away(installation):
    """keys-apart: the epoch's root is gone from its provider."""
    assert (await found(installation, "keys-apart")).holds
    installation.engine.provider.destroy(installation.engine.keyring.epoch)
    assert not (await found_alone(installation, "keys-apart")).holds


async def test_a_tree_that_does_not_extend_its_checkpoint(installation):
    """ledger-consistent: somebody writes another root."""
    assert (await found(installation, "ledger-consistent")).holds
    installation.sql("UPDATE head SET root = zeroblob(32)")
    assert not (await found(installation, "ledger-consistent")).holds


async def test_a_provision_without_its_entry(installation):
    """provision-register: somebody received something, and the release is not in the register."""
    await installation.give(
        await installation.join(), [("name", NAME), ("mail_address", MAIL), ("choice", "picture-club//picture-club")]
    )
    await registered(installation, "recipient", "picture-club", OpeningKey.new().public)
    asks, approves = await installation.staff("abe", ("partners",)), await installation.staff("kato", ("privacy",))
    made = await read_and_approve(
        provisions.PROVIDING,
        installation.engine,
        approves,
        await provisions.ask(installation.engine, asks, "picture-club"),
    )
    await provisions.fetch(installation.engine, asks, made.id)
    assert (await provisions.provision_of(installation.engine, made.id)).people == 1
    assert (await found(installation, "provision-register")).holds
    installation.sql("DELETE FROM tally WHERE act = 'staff:value:provide'")
    assert not (await found(installation, "provision-register")).holds
