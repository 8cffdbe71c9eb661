"""Claims on acts over both databases, and the databases' logs, at both sides of their ends."""

from __future__ import annotations

import contextlib

import pytest

from kept import limits
from kept.errors import BusyError, ClosedError, ConflictError, StoreError
from kept.services.engine import claims
from kept.services.upkeep.routine import tidy

pytestmark = pytest.mark.anyio


async def take(installation, holder):
    """Claim an act."""
    at = installation.engine.clock.now()
    await installation.engine.data.write(lambda tx: claims.take(tx, "an act", "x", holder, at))
    return at


@pytest.mark.edge("CLAIM_SECONDS")
async def test_a_claim_of_somebody_who_lives(installation):
    """It holds for a minute; then another takes it over, and the first one's last step is refused."""
    first, second, third = claims.new_holder(), claims.new_holder(), claims.new_holder()
    at = await take(installation, first)
    installation.wall.pass_(at + limits.CLAIM_SECONDS - 1 - installation.engine.clock.now())
    with pytest.raises(BusyError) as refused:
        await take(installation, second)
    assert refused.value.reason == "claimed"
    installation.wall.pass_(2)
    await take(installation, second)
    with pytest.raises(ConflictError) as lost:
        await installation.engine.data.write(lambda tx: claims.end(tx, "an act", "x", first))
    assert lost.value.reason == "claim-lost"
    claims.let_go(second)
    await take(installation, third)
    await installation.engine.data.write(lambda tx: claims.end(tx, "an act", "x", third))
    for one in (first, third):
        claims.let_go(one)


@pytest.mark.edge("KEY_ENDS_SECONDS")
async def test_the_note_that_a_key_has_ended(installation):
    """For thirty days nothing is sealed under it; then the note goes, and with it whoever could still have had the key."""
    engine = installation.engine
    at = engine.clock.now()
    await engine.data.write(lambda tx: claims.end_keys(tx, ["a key"], engine.holder, at))
    installation.wall.pass_(limits.KEY_ENDS_SECONDS - 1)
    await tidy(engine)
    with pytest.raises(ConflictError) as refused:
        await engine.data.write(lambda tx: claims.hold_key(tx, "a key"))
    assert refused.value.reason == "key-ended"
    installation.wall.pass_(2)
    await tidy(engine)
    await engine.data.write(lambda tx: claims.hold_key(tx, "a key"))


@pytest.mark.edge("LOG_SAID_BYTES", "LOG_MOST_BYTES")
async def test_a_log_that_somebody_keeps_from_shrinking(installation, monkeypatch):
    """Up to 256 MB nothing is said; up to 1 GB the board says it; above, the gate is closed until it is small again."""
    engine = installation.engine
    for size, said, closed in (
        (limits.LOG_SAID_BYTES, False, False),
        (limits.LOG_SAID_BYTES + 1, True, False),
        (limits.LOG_MOST_BYTES, True, False),
        (limits.LOG_MOST_BYTES + 1, True, True),
        (0, False, False),
    ):
        monkeypatch.setattr(engine.data, "log_bytes", lambda now=size: now)
        reasons = []
        for look in (engine.watch_logs, engine.watch):
            try:
                await look()
            except StoreError as error:
                reasons.append(error.reason)
        assert reasons == ["log-held"] * said
        with pytest.raises(ClosedError, match="log-held") if closed else contextlib.nullcontext():
            engine.ready()
