"""What proves something is everybody's: kept on the way, and read by a page of anybody; what is a person's never is."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser

from kept.services.staff import sessions

pytestmark = pytest.mark.anyio
PROOFS = ("/ledger/key", "/ledger/checkpoint", "/ledger/consistency/1/2", "/en/policy.jsonld", "/draw/verify.py")
PRIVATE = (
    "/en/my-data",
    "/en/my-data/receipts",
    "/en/account",
    "/en/my-data/erase",
    "/en/policy",
    "/en/sign-in",
    "/en/registration",
)


@pytest.mark.parametrize("path", PROOFS)
async def test_a_proof_is_read_across_origins_and_kept(installation, path):
    """§5.3 normal: from another page, without a cookie, by whoever asks; signed in it is the same and sets nothing."""
    browser = Browser(installation)
    own = await installation.mori()
    await installation.engine.sequencer.integrate()
    answers = [await browser.get(path)]
    await browser.sign_in(own)
    answers.append(await browser.get(path))
    for one in answers:
        assert one.status_code == 200
        assert one.headers["access-control-allow-origin"] == "*"
        assert one.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]
        assert one.headers["cache-control"].startswith("public")
        assert "access-control-allow-credentials" not in one.headers
        assert "set-cookie" not in one.headers
    assert answers[0].text == answers[1].text


@pytest.mark.parametrize("path", PRIVATE)
async def test_a_private_page_never_is(installation, path):
    """§5.5 breach: asked by another origin, signed in or not, no page lets itself be read there, or kept on the way."""
    own = await installation.mori()
    browser = Browser(installation, {"origin": "https://evil.example"})
    for _ in range(2):
        answer = await browser.get(path)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        await browser.sign_in(own)


async def test_no_page_of_the_console_is(installation):
    """§5.2 breach: staff pages neither."""
    await installation.staff("kato", ("privacy",))
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "kato")
    for path in ("/en/", "/en/approvals", "/en/board"):
        answer = await browser.get(path)
        assert "access-control-allow-origin" not in answer.headers
        assert "public" not in answer.headers["cache-control"]
