"""A corner bakery on Flask, with Kept inside: run `python examples/bakery/with_flask.py sqlite:///bakery.db`."""

# ruff: noqa: INP001 -- a folder of scripts

from __future__ import annotations

import contextlib
import sys
from typing import Any

import pages
from flask import Flask, make_response, request
from werkzeug.serving import run_simple

import kept.sync
from kept.errors import KeptError


def make_app(k: kept.sync.Kept, credential: str) -> Flask:
    """Return the bakery's app.

    Args:
        k: An open installation.
        credential: Of role *program*, with the right to vouch.
    """
    app = Flask("bakery")

    def customer() -> str:
        return pages.customer(request.headers.get("Authorization", ""))

    @app.errorhandler(KeptError)
    def failed(error: KeptError) -> tuple[str, int, dict[str, str]]:
        status, body = pages.error_page(error)
        return body, status, pages.ASK_WHO if status == 401 else {}  # noqa: PLR2004 -- HTTP

    @app.get("/account")
    def show_form() -> str:
        with k.person(credential, external=customer()) as me:
            return pages.form_page(me.form("account"))

    @app.post("/account")
    def take_form() -> str:
        values = {name: request.form.getlist(name) for name in request.form if name != "token"}
        with k.person(credential, external=customer()) as me:
            return pages.receipt_page(me.submit(request.form.get("token", ""), values))

    @app.get("/me")
    def show_data() -> str:
        with k.person(credential, external=customer()) as me:
            return pages.data_page(me.data())

    @app.post("/orders/<number>/ready")
    def call_customer(number: str) -> dict[str, str]:
        with k.acting(credential) as desk:
            card = desk.read(desk.find(external=number), ["name"], exit="app")
            return {"calling": str(card.name)}  # the mask; the name opens where the loudspeaker is

    @app.post("/basket")
    def fill_basket() -> Any:
        answer = make_response(pages.page("Your basket", ""))
        answer.set_cookie("basket", request.form["what"], max_age=7 * 86400)  # leaves only if the browser agreed to it
        return answer

    @app.post("/cookies")
    def choose_cookies() -> tuple[str, dict[str, str]]:
        return pages.page("Thank you", ""), {"Set-Cookie": k.cookie_choice(request.form.getlist("purpose"))}

    app.wsgi_app = k.cookies_wsgi(app.wsgi_app, "basket")  # type: ignore[method-assign]  # as Flask's documentation says
    return app


def main(database: str, port: str = "8341") -> None:
    """Open the installation and serve."""
    with kept.sync.open(pages.POLICY, database) as k:
        credential = k.operator("setup").issue_credential("shop", "program", ["orders"], may=["vouch"])
        run_simple("127.0.0.1", int(port), make_app(k, credential), threaded=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(*sys.argv[1:])
