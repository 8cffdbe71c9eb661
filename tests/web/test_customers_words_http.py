"""What a customer reads on their pages: in their language, days as everywhere, and no two buttons that read alike and do otherwise."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from asked import Browser
from installation import Installation

pytestmark = pytest.mark.anyio
RAW = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
CHOICE = "information-for-you/mail/"


class Pressed(HTMLParser):
    """Reads what can be pressed on a page, with what that sends or where it leads.

    Args:
        html: The page.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, set[tuple[str, ...]]] = {}
        self._form: tuple[str, ...] = ()
        self._open: list[tuple[str, tuple[str, ...], str]] = []
        self.feed(html.partition("<main")[2])

    def handle_starttag(self, tag, attrs):
        """Take forms, what they send, buttons and links."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = (said["action"],)
        elif tag == "input" and said.get("type") == "hidden" and said["name"] != "form_token":
            self._form += (f"{said['name']}={said.get('value', '')}",)
        elif tag == "button":
            self._open.append((tag, (*self._form, said.get("name", ""), said.get("value", "")), ""))
        elif tag == "a":
            self._open.append((tag, (said.get("href", ""),), ""))

    def handle_data(self, data):
        """Take what is read on the one that is open."""
        if self._open:
            tag, does, words = self._open[-1]
            self._open[-1] = (tag, does, words + data)

    def handle_endtag(self, tag):
        """Close it."""
        if self._open and self._open[-1][0] == tag:
            _, does, words = self._open.pop()
            self.found.setdefault(" ".join(words.split()), set()).add(does)


@pytest.fixture
async def customer(tmp_path):
    """A browser of somebody who gave something, said yes, and came back."""
    installation = Installation(tmp_path)
    await installation.open()
    own = await installation.join()
    given = [("name", "Hanako"), ("mail_address", "hanako@example.jp"), ("choice", CHOICE)]
    await installation.give(own, [*given, ("phone", "09012345678")])
    browser = Browser(installation)
    await browser.sign_in(own)
    await browser.sign_in(own)
    yield browser
    await installation.close()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    "page",
    ["my-data", "account", "cookies", "my-data/addresses", "my-data/receipts", "my-data/requests", "registration"],
)
async def test_no_two_buttons_read_alike_and_do_otherwise(customer, language, page):
    """Each button and link of a page has a name of its own, or does the same: whoever hears them read hears which is which."""
    shown = (await customer.get(f"/{language}/{page}")).text
    found = Pressed(shown).found
    assert found
    assert {words: does for words, does in found.items() if len(does) > 1} == {}
    assert RAW.findall(shown) == []


async def test_a_receipt_is_read_in_the_readers_language(customer):
    """A form sent in English, its receipt read in Japanese: no English title, no bare moment."""
    receipt = re.search(r"/my-data/receipts/[0-9a-f]+", (await customer.get("/en/my-data/receipts")).text)
    assert receipt
    english, japanese = [(await customer.get(f"/{one}{receipt[0]}")).text for one in ("en", "ja")]
    assert "You said yes: Sending you information chosen for you, by e-mail" in english
    assert "Sending you" not in japanese
    assert "お客様に合わせてお選びした情報のお届け" in japanese
    assert RAW.findall(english + japanese) == []


async def test_a_receipt_does_not_deny_an_earlier_yes(customer):
    """A second form without the tick: what it gave is not used for it, and the yes of before stays, in one sentence."""
    token = re.search(r'name="notice_token" value="([^"]+)"', (await customer.get("/en/registration")).text)[1]
    page = (await customer.sent("/en/registration", notice_token=token, fax="0312345678")).text
    assert "you said yes before, and it stays so" in page
    said = re.search(r"<h2>Sending you information chosen for you</h2>.*?</p>", page, re.DOTALL)[0]
    assert "your earlier yes stays as it was" in said
    assert "it is not used for this<" not in said
