"""The pages anybody may see, in a real browser: accessible, whole without JavaScript, asking no other host."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from accessible import AXE, RULES
from served import Served

pytestmark = pytest.mark.chromium

PAGES = ("", "/picture/cherry", "/policy", "/cookies", "/join", "/sign-in", "/nothing-here")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_accessible_in_both_schemes(served, browser, language, scheme):
    """axe-core finds nothing against WCAG 2.2 AA, on a phone and on a desk, and no page scrolls sideways."""
    for width in (390, 1280):
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        page = context.new_page()
        for path in PAGES:
            page.goto(f"{served.site}/{language}{path}")
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
            said = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
            assert said == [], (path, width)
            assert found["passes"]
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, (path, width)
        context.close()


def test_asks_no_other_host_and_breaks_no_rule(served, browser):
    """Every request goes to the site itself, nothing is stored, and the browser reports no blocked source."""
    context = browser.new_context()
    page = context.new_page()
    asked: set[str] = set()
    said: list[str] = []
    page.on("request", lambda one: asked.add(urlsplit(one.url).hostname or ""))
    page.on("console", lambda one: said.append(one.text) if "Content Security Policy" in one.text else None)
    for path in PAGES:
        page.goto(f"{served.site}/en{path}", wait_until="networkidle")
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert asked == {"127.0.0.1"}
    assert said == []
    assert context.cookies() == []
    context.close()


def test_without_javascript(served, browser):
    """Without JavaScript a customer joins, reads the policy and signs out; the passkey's part is not offered."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.site}/en/join")
    assert not page.locator("[data-passkey]").is_visible()
    page.fill("#password", "four unrelated words here")
    page.click("text=Give me a login name")
    assert re.search("Your account is open", page.content())
    page.goto(f"{served.site}/en/my-data")
    assert "What we hold about you" in page.content()
    page.goto(f"{served.site}/en/policy#4.6")
    assert page.locator('[id="4.6"]').is_visible()
    page.click("nav >> text=Sign out")
    page.locator("nav >> text=Sign in").wait_for(timeout=5000)
    context.close()


def test_by_keyboard(served, browser):
    """The first stop of the tab key is the way to the content, and the one that holds the focus is seen."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.site}/en/join")
    page.keyboard.press("Tab")
    first = page.locator(":focus")
    assert first.get_attribute("href") == "#main"
    assert first.bounding_box()["x"] >= 0
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    context.close()


def test_the_other_language_keeps_the_page(served, browser):
    """The language link leads to the same page in the other language, and back."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.site}/en/policy")
    page.click("nav >> text=日本語")
    assert page.url.endswith("/ja/policy")
    page.click("nav >> text=English")
    assert page.url.endswith("/en/policy")
    context.close()


def test_zoomed_to_400_per_cent(served, browser):
    """At 320 CSS pixels, a desk at 400 % (WCAG 1.4.10), nothing scrolls sideways."""
    context = browser.new_context(viewport={"width": 320, "height": 256})
    page = context.new_page()
    for language in ("en", "ja"):
        for path in PAGES:
            page.goto(f"{served.site}/{language}{path}")
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, (language, path)
    context.close()


VERIFIED = "Verified in your browser"


@pytest.fixture(scope="module")
def verified_page(tmp_path_factory, browser):
    """A customer's page that verifies a line, its installation's key holding a `+`, the log grown since an older checkpoint."""
    with Served(tmp_path_factory.mktemp("plus"), key_with_plus=True) as served:
        installation = served.installation

        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{served.site}/en/join")
        page.fill("#password", "four unrelated words here")
        page.click("text=Give me a login name")
        served.run(installation.engine.sequencer.integrate)
        for _ in range(3):
            page.goto(f"{served.site}/en/my-data")
            served.run(installation.engine.sequencer.integrate)
        page.goto(f"{served.site}/en/my-data")
        page.locator(".timeline a[href*=verify]").nth(2).click()
        page.locator("#result.fine, #result.alert").wait_for(timeout=5000)
        yield page
        context.close()


def result(page, *, of: str) -> str:
    """What the page says after it verified once more, with *of* put into the proof as JavaScript changes it."""
    page.goto(page.url)
    page.locator("#result.fine, #result.alert").wait_for(timeout=5000)
    if of:
        page.evaluate(of)
        page.evaluate("document.getElementById('result').className = 'sheet'")
        page.click("#again")
        page.locator("#result.fine, #result.alert").wait_for(timeout=5000)
    return page.inner_text("#result")


def test_a_true_line_verifies_in_the_browser(verified_page):
    """A true line verifies in all six steps, and its words are shown."""
    assert VERIFIED in result(verified_page, of="")
    assert verified_page.locator("[data-step].kept").count() == 6
    assert '"act"' in verified_page.inner_text("#said")


def test_the_very_first_line_verifies_against_the_empty_log(verified_page):
    """The oldest line is compared with a checkpoint of no entries: it verifies, and the page does not hang."""
    before = verified_page.url
    verified_page.goto(before.split("/my-data")[0] + "/my-data")
    verified_page.locator(".timeline a[href*=verify]").last.click()
    verified_page.locator("#result.fine, #result.alert").wait_for(timeout=5000)
    empty = verified_page.input_value("#older").split("\n")
    assert VERIFIED in verified_page.inner_text("#result")
    assert empty[1] == "0"
    verified_page.goto(before)


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ("one => one.textContent = one.textContent.replace('tlog-proof@v1', 'tlog-proof@v2')", 1),
        ("one => one.textContent = 'nothing'", 1),
        (
            "one => one.textContent = one.textContent.replace(/\\n(\\d+)\\n(?=\\S+\\n\\n)/, (m, n) => `\\n${+n + 1}\\n`)",
            2,
        ),
        ("one => one.dataset.key = one.dataset.key.replace(/.....$/, 'AAAA=')", 2),
        ("one => one.textContent = one.textContent.replace(/index \\d+/, 'index 99999')", 3),
        ("one => one.dataset.entry = '0'.repeat(64)", 4),
        ("one => one.textContent = one.textContent.replace(/index \\d+/, 'index 1')", 5),
        ("one => one.textContent = one.textContent.replace(/(index \\d+\\n)\\S+\\n/, '$1')", 5),
    ],
)
def test_a_changed_proof_is_refused_at_its_step(verified_page, change, step):
    """Each change is refused at the step that finds it, and that step is marked."""
    said = result(verified_page, of=f"({change})(document.getElementById('proof'))")
    assert "Not verified" in said
    assert verified_page.locator("[data-step].refused").get_attribute("data-step") == str(step)


def test_a_rewritten_older_checkpoint_is_refused(verified_page):
    """An older checkpoint with another root is not one this log's key signed."""
    said = result(
        verified_page,
        of="document.getElementById('older').value = document.getElementById('older').value.replace(/\\n[^\\n]{10}/, '\\nAAAAAAAAAA')",
    )
    assert "Not verified" in said
    assert verified_page.locator('[data-step="6"].refused').count() == 1
