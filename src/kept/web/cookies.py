"""The cookie centre: what was chosen, what this browser holds now, and pictures that follow interests kept in it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kept.errors import InputError
from kept.policy.words import CookieDuty
from kept.services.accounts import remember_me
from kept.services.cookies.first_scan import first_scan
from kept.services.cookies.scan import newest_scan
from kept.web.answers import (
    Web,
    drop_cookie,
    form_of,
    go,
    jar_of,
    language_of,
    page,
    put_choices,
    put_cookie,
)
from kept.web.pictures import CATEGORIES

INTERESTS = "__Host-kept_interests"
INTERESTS_PURPOSE = "interests-in-cookie"


def routes() -> list[Route]:
    """Return the routes of the cookie centre, under both languages."""
    found = [
        Route(f"/{language}{path}", act, methods=[method])
        for language in ("en", "ja")
        for path, act, method in (
            ("/cookies", centre, "GET"),
            ("/cookies", choose, "POST"),
            ("/cookies/delete", delete, "POST"),
            ("/interests", follow, "POST"),
            ("/my-data/devices/forget", forget_device, "POST"),
        )
    ]
    return [Route("/.well-known/gpc.json", gpc), *found]


async def gpc(request: Request) -> Response:
    """Say that `Sec-GPC` is honoured.

    Source: Global Privacy Control §3.4, support resource.
    """
    web: Web = request.app.state.web
    return JSONResponse({"gpc": True, "lastUpdate": web.engine.policy.policy.effective})


async def centre(request: Request) -> Response:
    """What was chosen, and what this browser holds."""
    web: Web = request.app.state.web
    policy = web.engine.policy.policy
    rules = web.cookies.rules()
    jar = jar_of(request)
    purposes = dict.fromkeys(one.purpose for one in policy.cookies.values())
    return page(
        request,
        "cookies.html",
        asked=[policy.purposes[one] for one in purposes if rules and one in rules.asked and one in policy.purposes],
        always=[
            policy.purposes[one] for one in purposes if rules and one not in rules.asked and one in policy.purposes
        ],
        cookies_of={one: rules.of_purpose(one) if rules else [] for one in purposes},
        jar=jar,
        held=[(name, policy.cookies.get(name)) for name in jar.names],
        interests=interests_of(request),
        scan=await newest_scan(web.engine),
        first=await first_scan(web.engine),
    )


async def choose(request: Request) -> Response:
    """A choice: all, none, or one by one; back to where it was made."""
    web: Web = request.app.state.web
    form = await form_of(request, ("choice", "back"), several=("purpose",))
    rules = web.cookies.rules()
    asked = frozenset(rules.asked) if rules else frozenset()
    match form.get("choice", ""):
        case "accept":
            allowed = asked
        case "refuse":
            allowed = frozenset()
        case "some":
            allowed = asked & frozenset(form.get("purpose", "").split("\n"))
        case _:
            raise InputError(
                "expected a choice this form offers, found another",
                reason="choice-unknown",
                hint="use the form as it is shown",
                rests_on="fair-forms",
            )
    remembered = web.cookies.serving(CookieDuty.REMEMBER)
    if remembered and remembered.purpose not in allowed:
        await remember_me.forget_cookie(web.engine, web.cookies.sent(jar_of(request), CookieDuty.REMEMBER))
    return put_choices(request, go(request, _back(request, form.get("back", ""))), allowed)


async def delete(request: Request) -> Response:
    """Take one cookie out of this browser, or all of them."""
    web: Web = request.app.state.web
    form = await form_of(request, ("name",))
    jar = jar_of(request)
    names = jar.names if form.get("name") == "*" else tuple(one for one in jar.names if one == form.get("name"))
    response = go(request, "/cookies")
    remembered = web.cookies.serving(CookieDuty.REMEMBER)
    for name in names:
        if remembered and name == remembered.name:
            await remember_me.forget_cookie(web.engine, web.cookies.sent(jar, CookieDuty.REMEMBER))
        if name in web.engine.policy.policy.cookies:
            drop_cookie(response, name)
    return response


async def follow(request: Request) -> Response:
    """Interests, kept in the browser; pressing the button is the yes, and *off* is off at once."""
    form = await form_of(request, ("act",), several=("interest",))
    chosen = [one for one in CATEGORIES if one in form.get("interest", "").split("\n")]
    allowed = jar_of(request).allowed
    response = go(request, "")
    if form.get("act") == "follow" and chosen:
        put_choices(request, response, allowed | {INTERESTS_PURPOSE})
        return put_cookie(request, response, INTERESTS, ".".join(chosen))
    return drop_cookie(put_choices(request, response, allowed - {INTERESTS_PURPOSE}), INTERESTS)


async def forget_device(request: Request) -> Response:
    """Forget one remembered device, or all."""
    web: Web = request.app.state.web
    own = request.scope["state"].get("session")
    if own is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("series",))
    series = form.get("series", "")
    await remember_me.forget(web.engine, own, "" if series == "*" else series or "-")
    return go(request, "/my-data#devices")


def interests_of(request: Request) -> tuple[str, ...]:
    """Return the interests this browser holds, to the code that orders the pictures."""
    jar = jar_of(request)
    if not jar.has(INTERESTS):
        return ()
    held = jar.value(INTERESTS, purpose=INTERESTS_PURPOSE).split(".")
    return tuple(one for one in CATEGORIES if one in held)


def _back(request: Request, path: str) -> str:
    """Return where to go after a choice: a page of this site in this language, without any query."""
    start = f"/{language_of(request)}"
    known = path == start or (path.startswith(f"{start}/") and "//" not in path and "\\" not in path)
    return path[len(start) :] if known and path.isascii() and path.isprintable() else "/cookies"
