"""Pages a caller adds: at addresses of their own, in place of ours, with what they need, in the menu, from its own templates."""

from __future__ import annotations

import pytest
from asked import Browser
from installation import Installation
from starlette.responses import PlainTextResponse

from kept.web.app import More
from kept.web.routes import ANYBODY, CUSTOMER, Menu, page

pytestmark = pytest.mark.anyio


async def test_pages_of_the_caller_stand_beside_ours_and_in_their_place(tmp_path):
    """A front page of its own, a page for customers with its entry in the menu, and a word at the foot of every page."""
    installation = Installation(tmp_path)
    await installation.open()
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "bread.html").write_text('{% extends "layout.html" %}{% block main %}Bread{% endblock %}')

    async def bread(exchange):
        return exchange.page("bread.html")

    async def orders(exchange):
        return PlainTextResponse(exchange.session.person_id.hex())

    own = await installation.join()
    browser = Browser(
        installation,
        more=More(
            site=(page("", get=ANYBODY(bread)), page("/orders", get=CUSTOMER(orders), menu=Menu("Orders"))),
            templates=tmp_path / "templates",
            note="a bakery",
        ),
    )
    front = (await browser.get("/en")).text
    assert "Bread" in front
    assert "a bakery" in front
    assert "Orders" not in front
    assert (await browser.get("/en/orders")).headers["location"] == "/en/sign-in"
    await browser.sign_in(own)
    assert '<a href="/en/orders">Orders</a>' in (await browser.get("/en")).text
    assert (await browser.get("/en/orders")).text == own.person_id.hex()
    await installation.close()
