"""An item the policy says is needed: a form without it is not taken, and says why it is needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked import Browser
from installation import Installation

from kept.errors import SubmissionError
from kept.services.accounts import accounts

POLICY = Path(__file__).parents[2] / "policies" / "sound" / "shop.policy.md"


@pytest.mark.anyio
async def test_a_form_without_what_it_needs_is_not_taken(tmp_path):
    """Empty, it is refused and nothing is kept; given, it is taken, and what was given before need not be given again."""
    path = tmp_path / POLICY.name
    path.write_bytes(
        POLICY.read_bytes().replace(b"    keep:\n", b'    needed:\n      name: "We greet you."\n    keep:\n')
    )
    installation = Installation(tmp_path, path)
    await installation.open()
    own = await installation.join()
    assert "Needed here: Name (We greet you)." in (await installation.form()).notice.text
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, [("name", ""), ("mail_address", "a@example.jp")])
    assert (refused.value.reason, refused.value.field) == ("item-needed", "name")
    await installation.give(own, [("name", "Hanako Mori")])
    await installation.give(own, [("mail_address", "a@example.jp")])
    await installation.close()


@pytest.mark.anyio
async def test_no_page_says_that_nothing_had_to_be_given(tmp_path):
    """Where the policy needs an item, no page says that nothing had to be given, or may all be left empty."""
    path = tmp_path / POLICY.name
    path.write_bytes(
        POLICY.read_bytes().replace(b"    keep:\n", b'    needed:\n      name: "We greet you."\n    keep:\n')
    )
    installation = Installation(tmp_path, path)
    await installation.open()
    own = await installation.join()
    await installation.give(own, [("name", "Hanako Mori")])
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    page = (await browser.get("/en/my-data")).text
    assert "All of it was given by you." in page
    assert "none of it had to be" not in page
    for path in ("/en/registration", "/en/take-part"):
        page = (await browser.get(path)).text
        assert "Leave empty what you would rather keep" not in page
        assert "Nothing here is needed" not in page
    await installation.close()
