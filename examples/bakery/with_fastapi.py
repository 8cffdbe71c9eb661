"""A corner bakery on FastAPI, with Kept inside: run `python examples/bakery/with_fastapi.py sqlite:///bakery.db`."""

# ruff: noqa: INP001 -- a folder of scripts

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Annotated

import pages
import uvicorn
from fastapi import FastAPI, Form, Header, Request
from fastapi.responses import HTMLResponse

import kept
from kept.errors import KeptError


def make_app(k: kept.Kept, credential: str) -> FastAPI:
    """Return the bakery's app.

    Args:
        k: An open installation.
        credential: Of role *program*, with the right to vouch.
    """
    app = FastAPI(openapi_url=None)

    @app.exception_handler(KeptError)
    async def failed(request: Request, error: KeptError) -> HTMLResponse:
        del request
        status, body = pages.error_page(error)
        return HTMLResponse(body, status, headers=pages.ASK_WHO if status == 401 else None)  # noqa: PLR2004 -- HTTP

    @app.get("/account")
    async def show_form(authorization: Annotated[str, Header()] = "") -> HTMLResponse:
        async with k.person(credential, external=pages.customer(authorization)) as me:
            return HTMLResponse(pages.form_page(await me.form("account")))

    @app.post("/account")
    async def take_form(request: Request, authorization: Annotated[str, Header()] = "") -> HTMLResponse:
        form = await request.form()
        values = {name: [str(one) for one in form.getlist(name)] for name in form if name != "token"}
        async with k.person(credential, external=pages.customer(authorization)) as me:
            return HTMLResponse(pages.receipt_page(await me.submit(str(form.get("token", "")), values)))

    @app.get("/me")
    async def show_data(authorization: Annotated[str, Header()] = "") -> HTMLResponse:
        async with k.person(credential, external=pages.customer(authorization)) as me:
            return HTMLResponse(pages.data_page(await me.data()))

    @app.post("/orders/{number}/ready")
    async def call_customer(number: str) -> dict[str, str]:
        async with k.acting(credential) as desk:
            card = await desk.read(await desk.find(external=number), ["name"], exit="app")
            return {"calling": str(card.name)}  # the mask; the name opens where the loudspeaker is

    @app.post("/basket")
    async def fill_basket(what: Annotated[str, Form()]) -> HTMLResponse:
        answer = HTMLResponse(pages.page("Your basket", ""))
        answer.set_cookie("basket", what, max_age=7 * 86400)  # leaves only if the browser agreed to it
        return answer

    @app.post("/cookies")
    async def choose_cookies(purpose: Annotated[list[str], Form()]) -> HTMLResponse:
        return HTMLResponse(pages.page("Thank you", ""), headers={"set-cookie": k.cookie_choice(purpose)})

    return app


async def main(database: str, port: str = "8340") -> None:
    """Open the installation and serve."""
    async with kept.open(pages.POLICY, database) as k:
        credential = await k.operator("setup").issue_credential("shop", "program", ["orders"], may=["vouch"])
        config = uvicorn.Config(
            k.cookies(make_app(k, credential), "basket"), port=int(port), lifespan="off", access_log=False
        )
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(*sys.argv[1:]))
