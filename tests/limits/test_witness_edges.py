"""Witnesses at both sides of their edges."""

from __future__ import annotations

import asyncio

import pytest
from witnessing import OurWitness, SaysAnything, policy_of

from kept import limits
from kept.channels.witness import WitnessServer
from kept.crypto.signature import SigningKey
from kept.door.background import have_witnesses
from kept.errors import SettingError, StoreError
from kept.ledger.cosignature import cosigner_key
from kept.ledger.note import verifier_key
from kept.ledger.trust_policy import parse_trust_policy

pytestmark = pytest.mark.anyio

KEY = str(cosigner_key("w.example", SigningKey(b"w" * 32)))


@pytest.mark.edge("TRUST_POLICY_BYTES")
def test_a_policy_of_witnesses():
    """262,144 bytes."""
    policy = b"quorum none\n#"
    whole = policy + b"x" * (limits.TRUST_POLICY_BYTES - len(policy) - 1) + b"\n"
    assert parse_trust_policy(whole).quorum == "none"
    with pytest.raises(SettingError):
        parse_trust_policy(whole[:-1] + b"x\n")


@pytest.mark.edge("WITNESS_ANSWER_BYTES")
async def test_the_answer_of_a_witness():
    """65,536 bytes; one more is no answer."""
    for length in (limits.WITNESS_ANSWER_BYTES, limits.WITNESS_ANSWER_BYTES + 1):
        with SaysAnything(lambda _, length=length: (200, "text/plain", b"x" * length)) as loud:
            if length == limits.WITNESS_ANSWER_BYTES:
                assert len((await WitnessServer(loud.url).add_checkpoint(b"")).body) == length
            else:
                with pytest.raises(StoreError):
                    await WitnessServer(loud.url).add_checkpoint(b"")


@pytest.mark.edge("WITNESS_REQUEST_BYTES")
async def test_what_is_submitted_to_our_witness(tmp_path):
    """262,144 bytes are read, and are no submission; one more is not read."""
    with OurWitness(tmp_path, str(verifier_key("log.example", SigningKey(b"l" * 32).public))) as ours:
        for length, said in (
            (limits.WITNESS_REQUEST_BYTES, b"expected old"),
            (limits.WITNESS_REQUEST_BYTES + 1, b"too long"),
        ):
            answer = await WitnessServer(ours.url).add_checkpoint(b"x" * length)
            assert answer.status == 400
            assert answer.body.startswith(said)


@pytest.mark.edge("WITNESS_SECONDS")
async def test_a_witness_that_takes_its_time(monkeypatch):
    """A witness that has not answered in time is silent; the round does not wait for it."""
    assert limits.WITNESS_SECONDS == 10.0
    monkeypatch.setattr(limits, "WITNESS_SECONDS", 0.3)
    ended = asyncio.Event()
    for wait, answered in ((0.05, True), (0.6, False)):

        async def slow(reader, writer, wait=wait):
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(wait)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            writer.close()
            ended.set()

        server = await asyncio.start_server(slow, "127.0.0.1", 0)
        witness = WitnessServer(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/w1/")
        if answered:
            assert (await witness.add_checkpoint(b"")).body == b"ok"
        else:
            with pytest.raises(StoreError):
                await witness.add_checkpoint(b"")
        await ended.wait()
        ended.clear()
        await asyncio.sleep(0.05)
        server.close()


@pytest.mark.edge("WITNESSES_SILENT_SECONDS")
async def test_a_checkpoint_that_waits_for_its_witnesses(installation):
    """Ten minutes, then they are silent."""
    engine = installation.engine
    await have_witnesses(engine, policy_of("any", a=(KEY, "http://127.0.0.1:9")), "close")
    await installation.join()
    await engine.sequencer.integrate()
    await engine.witnesses.submit()
    installation.wall.pass_(engine.witnesses.waiting_since + limits.WITNESSES_SILENT_SECONDS - 1 - engine.clock.now())
    assert not engine.witnesses.closes
    installation.wall.pass_(2)
    assert engine.witnesses.closes
