"""A company's own look and own pages: within Kept's frame, in the policy's languages, and never more than they may."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from installation import POLICY, Installation
from shop import shop

import kept
from kept.web.app import More
from kept.web.theme import read_theme

pytestmark = pytest.mark.anyio
ACCENT = "#7a3b1f"


@pytest.fixture
async def installation(tmp_path):
    """An installation of a small company that has a theme."""
    (tmp_path / "data").mkdir()
    found = Installation(tmp_path / "data", POLICY.with_name("bicycles.policy.md"))
    await found.open()
    yield found
    await found.close()


def theme(folder):
    """A theme with everything a theme may have."""
    (folder / "templates").mkdir()
    (folder / "theme.toml").write_text(f'logo = "wheel.svg"\n[colours]\naccent = "{ACCENT}"\n', "utf-8")
    (folder / "wheel.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', "utf-8")
    (folder / "templates" / "front.html").write_text(
        '{% extends "kept/front.html" %}{% block greeting %}<h1>Wheels</h1>{% endblock %}', "utf-8"
    )
    (folder / "templates" / "layout.html").write_text(
        '{% extends "kept/layout.html" %}{% block foot %} · since 1971{% endblock %}', "utf-8"
    )
    return More(theme=read_theme(folder))


async def test_a_theme_reaches_every_page_and_takes_nothing_away(installation, tmp_path):
    """Colours and logo come from this host; menu, policy and cookies stay; the policy of contents is as strict as ever."""
    more = theme(tmp_path)
    for at in (None, CONSOLE):
        browser = Browser(installation, more=more, **({"at": at} if at else {}))
        style = await browser.get("/theme.css")
        assert (style.headers["content-type"], style.text) == ("text/css; charset=utf-8", f":root{{--ai:{ACCENT}}}")
        assert (await browser.get("/theme/logo")).headers["content-type"] == "image/svg+xml"
        page = await browser.get("/en/sign-in")
        assert '<link rel="stylesheet" href="/theme.css">' in page.text
        assert 'src="/theme/logo"' in page.text
        assert "since 1971" in page.text
        assert "style-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
    front = (await Browser(installation, more=more).get("/en")).text
    assert "<h1>Wheels</h1>" in front
    assert all(f'href="/en{one}"' in front for one in ("/join", "/sign-in", "/policy", "/cookies", "/my-data"))


async def test_without_a_theme_there_is_none(installation):
    """The built-in look asks for no style or logo of anybody, and there is none."""
    browser = Browser(installation)
    page = (await browser.get("/en")).text
    assert "/theme" not in page
    assert (await browser.get("/theme.css")).status_code == 404
    assert (await browser.get("/theme/logo")).status_code == 404


async def test_a_page_that_breaks_is_a_page_of_ours_without_details(installation):
    """An error nobody raised on purpose, with what somebody typed in its message: said in words, with the way back, and 500."""

    async def breaks(scope, receive, send):
        raise ValueError(scope["query_string"])

    browser = Browser(installation, more=More(own=kept.Pages(breaks)))
    answer = await browser.get("/en/own?secret")
    assert answer.status_code == 500
    assert 'href="/en/policy"' in answer.text
    assert "secret" not in answer.text


async def test_own_pages_stand_within_the_frame(tmp_path):
    """Headers, origin, menu and languages are Kept's; Kept's own addresses cannot be taken; an error is a page of ours."""
    installation = Installation(tmp_path)
    await installation.open()
    browser = Browser(installation, more=shop(installation.engine))
    front = await browser.get("/ja")
    assert '<a href="/ja" aria-current="page">写真</a>' in front.text
    assert "default-src 'none'" in front.headers["content-security-policy"]
    assert (await browser.get("/en/policy")).text.count('class="clause') == 33
    assert (await browser.get("/en/nothing-here")).status_code == 404
    assert (await browser.get("/fr")).status_code == 404
    stranger = Browser(installation, {"origin": "https://evil.example"}, more=shop(installation.engine))
    assert (await stranger.post("/en/interests", act="follow", interest=["food"])).status_code == 403
    assert stranger.cookies == {}
    await installation.close()


async def test_an_own_page_in_a_language_the_policy_lacks_is_not_asked_for(installation):
    """Whatever the program's app would answer; and its own cookies pass only where the policy declares them."""
    asked = []

    async def app(scope, receive, send):
        asked.append(scope["path"])
        assert not any(name == b"cookie" for name, _ in scope["headers"])
        sets = [(b"content-type", b"text/html"), (b"set-cookie", b"basket=rye; Path=/")]
        await send({"type": "http.response.start", "status": 200, "headers": sets})
        await send({"type": "http.response.body", "body": b"bread"})

    browser = Browser(installation, more=More(own=kept.Pages(app, {"": {"en": "Bread"}})))
    assert (await browser.get("/ja")).status_code == 404
    assert (await browser.get("/en")).text == "bread"
    assert asked == ["/en"]
    assert browser.cookies == {}
    assert '<a href="/en">Bread</a>' in (await browser.get("/en/policy")).text
