"""The cookie centre: what was chosen, and what this browser holds now."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept.policy.duties import cookies_of
from kept.policy.model import Cookie, Policy
from kept.policy.render import cookie_purpose, cookie_rows, transmissions
from kept.policy.words import CookieDuty
from kept.services.accounts import accounts
from kept.services.cookies.first_scan import first_scan
from kept.services.cookies.scan import newest_scan
from kept.web.exchange import Exchange
from kept.web.jar import drop_cookie, put_choices
from kept.web.routes import ANYBODY, page
from kept.web.site.sign_in import forget_cookie


async def centre(exchange: Exchange[Any]) -> Response:
    """What was chosen, and what this browser holds."""
    policy, language, jar = exchange.policy, exchange.language, exchange.jar
    served, rules = cookies_of(policy), exchange.web.cookies.rules()
    purposes: dict[str, list[Cookie]] = {}
    for one in served.values():
        purposes.setdefault(one.purpose, []).append(one)
    known = [
        (cookie_purpose(policy, cookies[0], language), _clause(policy, cookies[0]), cookies, purpose)
        for purpose, cookies in purposes.items()
    ]
    asked = frozenset(rules.asked) if rules else frozenset()
    held = [(name, served.get(name)) for name in jar.names]
    return exchange.page(
        "cookies.html",
        asked=[one for one in known if one[3] in asked],
        always=[one for one in known if one[3] not in asked],
        jar=jar,
        choices=rules.choices if rules else "",
        held=[
            (name, one, cookie_purpose(policy, one, language) if one else "", _says(exchange, one) if one else [])
            for name, one in held
        ],
        told={one.name: one for one in cookie_rows(policy, language)},
        transmissions=transmissions(policy, language),
        scan=await newest_scan(exchange.engine),
        first=await first_scan(exchange.engine),
    )


def _clause(policy: Policy, cookie: Cookie) -> str:
    purpose = policy.purposes.get(cookie.purpose)
    return purpose.clause if purpose else cookie.clause


def _says(exchange: Exchange[Any], cookie: Cookie) -> list[str]:
    """Return what a cookie says of the items it holds, in declared words alone: nothing typed into one is shown."""
    items = [exchange.policy.items[one] for one in cookie.holds if exchange.policy.items[one].options]
    if not items or not exchange.jar.has(cookie.name):
        return []
    said = exchange.jar.value(cookie.name, purpose=cookie.purpose).split(".")
    return [item.option_titles[one][exchange.language] for item in items for one in item.options if one in said]


async def _choose(exchange: Exchange[Any]) -> Response:
    """A choice: all, none, or one by one; back to where it was made."""
    form = await exchange.form("choice", "back", several=("purpose",))
    rules = exchange.web.cookies.rules()
    asked = frozenset(rules.asked) if rules else frozenset()
    match form.one_of("choice", "accept", "refuse", "some"):
        case "accept":
            allowed = asked
        case "refuse":
            allowed = frozenset()
        case _:
            allowed = asked & frozenset(form.lines("purpose"))
    answer = exchange.go(_back(exchange, form["back"]))
    remembered = exchange.web.cookies.serving(CookieDuty.REMEMBER)
    if remembered and remembered.purpose not in allowed:
        await forget_cookie(exchange, answer)
    return put_choices(exchange, answer, allowed)


async def _delete(exchange: Exchange[Any]) -> Response:
    """Take one cookie out of this browser, or all of them."""
    name = (await exchange.form("name"))["name"]
    answer, cookies = exchange.go("/cookies"), exchange.web.cookies
    remembered, session = cookies.serving(CookieDuty.REMEMBER), cookies.serving(CookieDuty.SESSION)
    for one in exchange.jar.names if name == "*" else {name} & set(exchange.jar.names):
        if remembered and one == remembered.name:
            await forget_cookie(exchange, answer)
        elif one in cookies_of(exchange.policy):
            drop_cookie(answer, one)
            if exchange.session is not None and session is not None and one == session.name:
                await accounts.end_session(exchange.engine, exchange.session)  # a copy of it is worth nothing either
    return answer


def _back(exchange: Exchange[Any], path: str) -> str:
    """Return where to go after a choice: a page of this site in this language, without any query."""
    start = f"/{exchange.language}"
    known = path == start or (path.startswith(f"{start}/") and "//" not in path and "\\" not in path)
    return path[len(start) :] if known and path.isascii() and path.isprintable() else "/cookies"


PAGES = (page("/cookies", get=ANYBODY(centre), post=ANYBODY(_choose)), page("/cookies/delete", post=ANYBODY(_delete)))
