"""The console's ledger page says how each witness stands, and whether a newer checkpoint waits."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from witnessing import OurWitness, policy_of

from kept.crypto.signature import SigningKey
from kept.door.background import have_witnesses
from kept.ledger.cosignature import cosigner_key
from kept.services.staff import sessions

pytestmark = pytest.mark.anyio

SILENT = str(cosigner_key("silent.example/w", SigningKey(b"s" * 32)))


@pytest.mark.parametrize(("needed", "waits"), [("any", False), ("all", True)])
async def test_the_page_says_how_each_stands(installation, tmp_path, needed, waits):
    """One cosigned, one did not, and why; the checkpoint above is what strangers are shown."""
    engine = installation.engine
    await installation.staff("kato", ("privacy",))
    await engine.sequencer.integrate()
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(engine, "kato")
    assert "Witnesses" not in (await browser.get("/en/ledger")).text
    with OurWitness(tmp_path / "seen", str(engine.sequencer.verifier)) as one:
        policy = policy_of(needed, ours=(one.vkey, one.url), silent=(SILENT, "http://127.0.0.1:9"))
        await have_witnesses(engine, policy, "late")
        assert "not asked yet" in (await browser.get("/en/ledger")).text
        await engine.witnesses.submit()
    page = (await browser.get("/en/ledger")).text
    assert "witness.example/w1" in page
    assert "did not answer" in page
    assert "witness-silent" not in page, "words, no code"
    assert ("A newer checkpoint waits" in page) == waits
    assert ("cosigned the published checkpoint" in page) != waits
