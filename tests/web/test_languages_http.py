"""The pages speak the languages of the policy, and no other."""

from __future__ import annotations

import pytest
from asked import CONSOLE, SITE, Browser
from installation import POLICY, Installation

pytestmark = pytest.mark.anyio


async def test_a_policy_in_one_language_has_no_pages_in_another(tmp_path):
    """There is no Japanese page, and no link to one; the root and a browser that likes Japanese best go to English."""
    policy = tmp_path / "english.policy.md"
    policy.write_text(POLICY.read_text("utf-8").replace("translations:\n  - ja\n", ""), "utf-8")
    (tmp_path / "shop").mkdir()
    installation = Installation(tmp_path / "shop", policy=policy)
    await installation.open()
    for at in (SITE, CONSOLE):
        browser = Browser(installation, {"accept-language": "ja"}, at)
        assert (await browser.get("/")).headers["location"] == "/en"
        page = await browser.get("/en/sign-in")
        assert page.status_code == 200
        assert 'hreflang="ja"' not in page.text
        missing = await browser.get("/ja/sign-in")
        assert missing.status_code == 404
        assert 'lang="en"' in missing.text
        assert (await browser.post("/ja/sign-in", login_name="x")).status_code == 404
    security = (await Browser(installation).get("/.well-known/security.txt")).text
    assert "Preferred-Languages: en\n" in security
    await installation.close()


async def test_a_policy_in_two_languages_links_each_page_to_its_other(tmp_path):
    """The same page, in the other language."""
    installation = Installation(tmp_path)
    await installation.open()
    assert '<a href="/ja/join" lang="ja" hreflang="ja">日本語</a>' in (await Browser(installation).get("/en/join")).text
    assert '<a href="/en" lang="en" hreflang="en">English</a>' in (await Browser(installation).get("/ja")).text
    await installation.close()
