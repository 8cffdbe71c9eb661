"""Answers: a page rendered in the reader's language, and each error of ours as a page a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kept.channels.mailbox import Mailbox
from kept.cookies.findings import REASONS
from kept.cookies.rules import CHOICES, Jar
from kept.crypto.token import parse_token, sign_token
from kept.errors import (
    ConflictError,
    DeniedError,
    ErasedError,
    EvidenceError,
    InputError,
    KeptError,
    LimitError,
    MalformedError,
    SignInError,
    StoreError,
)
from kept.policy.instance import OF_KIND
from kept.policy.narrow import main_purpose
from kept.policy.words import Exit
from kept.services.accounts.rate_limits import Limits
from kept.services.authorities.disclosures import purpose_of
from kept.services.cookies.rules import CookieRules
from kept.services.cookies.visits import Visits
from kept.services.engine.engine import Engine
from kept.services.my_data import rights_requests
from kept.services.staff.sessions import StaffSession
from kept.web import words

FOLDER = Path(__file__).parent
SESSION = "__Host-kept_session"
FORM = "form"
FORM_SECONDS = 12 * 3600.0
STATUS: tuple[tuple[type[KeptError], int], ...] = (
    (SignInError, 401),
    (LimitError, 429),
    (DeniedError, 403),
    (ConflictError, 409),
    (MalformedError, 400),
    (InputError, 422),
    (ErasedError, 404),
    (EvidenceError, 500),
    (StoreError, 503),
)
"""The one place where our errors become HTTP (docs/ARCHITECTURE.md, Errors at the edge)."""


@dataclass(slots=True)
class Web:
    """What the pages share.

    Args:
        engine: Open.
        brand: Name of the company.
        limits: Counts attempts.
        demo: Whether this is the demo: shows its start page and says so.
        addresses: Address of `site` and `console`, for links between them.
        cookies: The rules of the cookies in force.
        visits: Counts visits, with consent.
        mailbox: The demo's other side; None elsewhere.
    """

    engine: Engine
    brand: str
    limits: Limits
    demo: bool
    addresses: dict[str, str]
    cookies: CookieRules
    visits: Visits
    mailbox: Mailbox | None = None


environment = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_of(request: Request) -> str:
    """Return the language of the path."""
    first = request.url.path.split("/")[1] if request.url.path.count("/") else ""
    return first if first in words.LANGUAGES else words.preferred(request.headers.get("accept-language", ""))


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Render a page.

    Args:
        request: The request it answers.
        template: File under `templates/`.
        status: HTTP status.
        values: What the template needs.
    """
    web: Web = request.app.state.web
    language = language_of(request)
    other = next(one for one in words.LANGUAGES if one != language)
    path = request.url.path
    session = request.scope["state"].get("session")
    if isinstance(error := values.get("error"), KeptError):
        web.engine.cite(error)
    content = environment.get_template(template).render(
        _=words.translator(language),
        language=language,
        other=other,
        other_name=words.NAMES[other],
        other_path=f"/{other}{path[3:]}" if path[1:3] == language else f"/{other}",
        day=lambda at: words.day(at, language),
        moment=lambda at: words.moment(at, language),
        country=lambda code: words.country(code, language),
        web=web,
        brand=_brand(web, language),
        nonce=request.scope["state"]["nonce"],
        kind=request.scope["state"]["kind"],
        path=path,
        status=status,
        signed_in=session is not None,
        tabs=_tabs(web, session) if request.scope["state"]["kind"] == "console" and session else (),
        form_token=form_token(request),
        reasons=REASONS,
        cookie_ask=_asks_about_cookies(web, request),
        policy=web.engine.policy.policy if web.engine.has_policy else None,
        **values,
    )
    return HTMLResponse(content, status_code=status)


def _brand(web: Web, language: str) -> str:
    """Return the company's name, as its policy writes it in that language."""
    if not web.engine.has_policy:
        return web.brand
    return web.engine.policy.policy.controllers.get(language, {}).get("name", web.brand)


def _tabs(web: Web, session: StaffSession) -> tuple[str, ...]:
    """Return the pages of the console these roles may open: a link to a refusal helps nobody."""
    engine = web.engine
    if not engine.has_policy:
        return ("policy",)
    return (
        *(("rights",) if session.acts_for(engine, rights_requests.purpose_of(engine)) else ()),
        *(("letters",) if _reaches(engine, session, Exit.POST) else ()),
        *(("calls",) if _reaches(engine, session, Exit.PHONE) else ()),
        *(("instances",) if _makes(engine, session) else ()),
        *(("campaigns",) if session.may(engine, "campaigns") or session.may(engine, "approve") else ()),
        *(("intake",) if _takes_in(engine) and session.may(engine, "witness") else ()),
        *(("provision",) if _provides(engine, session) else ()),
        *(("statistics",) if _counts(engine, session) else ()),
        *(("legal",) if _discloses(engine, session) else ()),
        *(("approvals",) if session.may(engine, "approve") else ()),
        *(("emergencies",) if session.may(engine, "break-glass") or session.may(engine, "approve") else ()),
        *(("board", "policy") if session.may(engine, "promises") else ()),
        *(("ledger",) if session.may(engine, "ledger") else ()),
    )


def _makes(engine: Engine, session: StaffSession) -> bool:
    policy = engine.policy.policy
    return any(
        session.acts_for(engine, main_purpose(policy, one)) for one in policy.points.values() if one.kind in OF_KIND
    )


def _reaches(engine: Engine, session: StaffSession, channel: Exit) -> bool:
    return any(
        channel in one.exits and session.acts_for(engine, one.id) for one in engine.policy.policy.purposes.values()
    )


def _takes_in(engine: Engine) -> bool:
    return any(one.word == "sources" and one.id == "partner" for one in engine.policy.policy.declarations)


def _provides(engine: Engine, session: StaffSession) -> bool:
    recipients = engine.policy.policy.recipients.values()
    return bool(recipients) and (
        session.may(engine, "approve") or any(session.acts_for(engine, one.purpose) for one in recipients)
    )


def _discloses(engine: Engine, session: StaffSession) -> bool:
    purpose = purpose_of(engine)
    return purpose is not None and (session.may(engine, "approve") or session.acts_for(engine, purpose.id))


def _counts(engine: Engine, session: StaffSession) -> bool:
    declared = any(one.word == "statistics" for one in engine.policy.policy.declarations)
    return declared and (session.may(engine, "statistics") or session.may(engine, "approve"))


def _asks_about_cookies(web: Web, request: Request) -> bool:
    """Whether this browser was not asked yet; one that says `Sec-GPC: 1` has answered."""
    state = request.scope["state"]
    jar: Jar = state["cookies"]
    rules = web.cookies.rules()
    return bool(
        state["kind"] == "site"
        and rules is not None
        and rules.asked
        and jar.choices is None
        and not jar.opted_out
        and not request.url.path.endswith("/cookies")
    )


def jar_of(request: Request) -> Jar:
    """Return the cookies of a request, each to be read by the code of its own purpose."""
    jar: Jar = request.scope["state"]["cookies"]
    return jar


def put_cookie(request: Request, response: Response, name: str, value: str) -> Response:
    """Set a declared cookie for as long as the policy says; the gate drops it where the browser did not allow it."""
    web: Web = request.app.state.web
    rules = web.cookies.rules()
    declared = rules.cookie(name) if rules else None
    if declared is not None:
        life = None if declared.life_seconds is None else int(declared.life_seconds)
        response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="lax", max_age=life)
    return response


def drop_cookie(response: Response, name: str) -> Response:
    """Take a cookie away."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
    return response


def put_choices(request: Request, response: Response, allowed: frozenset[str]) -> Response:
    """Remember what a browser chose about cookies, on that browser."""
    web: Web = request.app.state.web
    rules = web.cookies.rules()
    if rules is None:
        return response
    today = datetime.fromtimestamp(web.engine.clock.now(), tz=UTC).strftime("%Y-%m-%d")
    return put_cookie(request, response, CHOICES, rules.choose(allowed, today).text())


def error_page(request: Request, error: KeptError) -> Response:
    """Answer one of our errors."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    response = page(request, "error.html", status, error=error)
    if isinstance(error, LimitError):
        response.headers["retry-after"] = str(error.retry_after_seconds)
    return response


def go(request: Request, path: str) -> Response:
    """Send the browser on after a POST."""
    return RedirectResponse(f"/{language_of(request)}{path}", status_code=303)


def set_session(response: Response, token: str) -> Response:
    """Put a session into the one cookie this site needs."""
    response.set_cookie(SESSION, token, path="/", secure=True, httponly=True, samesite="lax")  # for the session alone
    return response


def drop_session(response: Response) -> Response:
    """Take the session cookie away."""
    response.delete_cookie(SESSION, path="/", secure=True, httponly=True, samesite="lax")
    return response


def form_token(request: Request) -> str:
    """Return the token forms of a session carry."""
    session = request.scope["state"].get("session")
    if session is None:
        return ""
    engine: Engine = request.app.state.web.engine
    return sign_token(
        engine.keyring.installation_key("tokens"),
        FORM,
        {"session": session.token_hash.hex()},
        engine.clock.now() + FORM_SECONDS,
    )


async def form_of(request: Request, allowed: tuple[str, ...], *, several: tuple[str, ...] = ()) -> dict[str, str]:
    """Read a form: only *allowed* fields, each once; the session's form token is checked where there is a session.

    Args:
        request: A POST.
        allowed: Names of fields.
        several: Names that may come more than once; they are joined by newlines.

    Raises:
        InputError: Another field, a field twice, or a form of another session.
    """
    form = await request.form(max_files=0, max_fields=300)
    found: dict[str, str] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str) or name not in {*allowed, *several, "form_token"}:
            raise InputError(
                "expected only the fields of this form, found another",
                reason="field-undeclared",
                rests_on="nothing-unneeded",
                hint="nothing was taken; use the form as it is shown",
            )
        if name in found and name not in several:
            raise InputError("expected a field once, found it again", reason="field-twice", rests_on="nothing-unneeded")
        found[name] = f"{found[name]}\n{value}" if name in found else value
    check_form_token(request, found.pop("form_token", ""))
    return found


def check_form_token(request: Request, unverified: str) -> None:
    """Verify that a form belongs to this session."""
    session = request.scope["state"].get("session")
    if session is None:
        return
    engine: Engine = request.app.state.web.engine
    claims = parse_token(engine.keyring.installation_key("tokens"), FORM, unverified, engine.clock.now())
    if claims["session"] != session.token_hash.hex():
        raise MalformedError(
            "expected a form of this session, found another's", reason="form-other-session", hint="load the page again"
        )
