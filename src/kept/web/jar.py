"""The cookies of an answer: set only as declared, for as long as the policy says, and taken away again."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept.policy.day import day_of
from kept.policy.words import CookieDuty
from kept.services.accounts import accounts
from kept.services.gate.own_session import Own
from kept.services.staff import sessions
from kept.services.staff.sessions import StaffSession
from kept.web.exchange import Exchange

OK = 200


def put_cookie(exchange: Exchange[Any], response: Response, name: str, value: str) -> Response:
    """Set a declared cookie for as long as the policy says; the gate drops it where the browser did not allow it."""
    rules = exchange.web.cookies.rules()
    declared = rules.cookie(name) if rules else None
    if declared is not None:
        life = None if declared.life_seconds is None else int(declared.life_seconds)
        response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="lax", max_age=life)
    return response


def drop_cookie(response: Response, name: str) -> Response:
    """Take a cookie away."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
    return response


def put_serving(exchange: Exchange[Any], response: Response, duty: CookieDuty, value: str) -> Response:
    """Set the cookie that serves *duty*; where the policy declares none, nothing is set."""
    cookie = exchange.web.cookies.serving(duty)
    return put_cookie(exchange, response, cookie.name, value) if cookie else response


def drop_serving(exchange: Exchange[Any], response: Response, duty: CookieDuty) -> Response:
    """Take the cookie that serves *duty* away."""
    cookie = exchange.web.cookies.serving(duty)
    return drop_cookie(response, cookie.name) if cookie else response


def put_choices(exchange: Exchange[Any], response: Response, allowed: frozenset[str]) -> Response:
    """Remember what a browser chose about cookies, on that browser."""
    rules = exchange.web.cookies.rules()
    if rules is None:
        return response
    today = day_of(exchange.now, exchange.policy.zone)
    return put_cookie(exchange, response, rules.choices, rules.choose(allowed, today).text())


async def set_session(exchange: Exchange[Any], response: Response, token: str) -> Response:
    """Put a new session into the one cookie this site needs; what the browser held there ends, whosever it was."""
    before = exchange.session
    if isinstance(before, Own):
        await accounts.end_session(exchange.engine, before)
    elif isinstance(before, StaffSession):
        now = await sessions.session_of(exchange.engine, token)
        await sessions.end_session(exchange.engine, before, mandates=now is None or now.staff_id != before.staff_id)
    return put_serving(exchange, response, CookieDuty.SESSION, token)


def drop_session(exchange: Exchange[Any], response: Response) -> Response:
    """Take the session cookie away."""
    return drop_serving(exchange, response, CookieDuty.SESSION)


def count_visit(exchange: Exchange[Any], answer: Response, of: str, feature: str = "look") -> Response:
    """Count a look at a page, where this browser agreed to be counted."""
    jar, cookies = exchange.jar, exchange.web.cookies
    cookie = cookies.serving(CookieDuty.VISIT)
    if cookie and cookie.purpose in jar.allowed and exchange.request.method == "GET" and answer.status_code == OK:
        following = exchange.web.visits.count(of, feature, cookies.sent(jar, CookieDuty.VISIT))
        if following:
            put_cookie(exchange, answer, cookie.name, following)
    return answer
