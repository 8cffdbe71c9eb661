"""What a message's links open on the customers' site, without sign-in and without cookie: why it came, and a no to it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kept.policy.present import EXIT_TITLES
from kept.services.my_data.message_reasons import proof_by_link, stop_by_link, why_by_link
from kept.web.answers import Web, language_of, page

ONE_CLICK = "One-Click"
MISSING = 404


def routes() -> list[Route]:
    """Return the routes; the one-click address has no language, since a mail program has none."""
    return [
        Route("/u/{link}", confirm, methods=["GET"]),
        Route("/u/{link}", stop, methods=["POST"]),
        *(
            Route(f"/{language}/w/{{link}}{path}", act, methods=["GET"])
            for language in ("en", "ja")
            for path, act in (("", why), ("/proof", proof))
        ),
    ]


async def confirm(request: Request) -> Response:
    """Ask before anything changes: mail scanners follow every link. The same words whatever the link is."""
    return page(request, "stop_message.html", done=False, link=request.path_params["link"])


async def stop(request: Request) -> Response:
    """Take a one-click no (RFC 8058): no cookie, no form token, no redirect; the same words whatever the link is."""
    web: Web = request.app.state.web
    form = await request.form(max_files=0, max_fields=5)
    if form.get("List-Unsubscribe") == ONE_CLICK:
        await stop_by_link(web.engine, request.path_params["link"])
    if "text/html" in request.headers.get("accept", ""):
        return page(request, "stop_message.html", done=True, link=request.path_params["link"])
    return PlainTextResponse("done")


async def why(request: Request) -> Response:
    """Why did I get this?"""
    web: Web = request.app.state.web
    link = request.path_params["link"]
    found = await why_by_link(web.engine, link, language_of(request))
    return page(request, "why.html", 200 if found else MISSING, one=found, link=link, exit_titles=EXIT_TITLES)


async def proof(request: Request) -> Response:
    """The proof of the message's entry, to check without this page."""
    web: Web = request.app.state.web
    text = await proof_by_link(web.engine, request.path_params["link"])
    if text is None:
        return page(request, "why.html", MISSING, one=None, link="", exit_titles=EXIT_TITLES)
    return PlainTextResponse(text, headers={"content-disposition": 'attachment; filename="message.tlog-proof"'})
