"""An open installation, as a program sees it: where every view begins, and what a program puts around its own app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.requests import Request

from kept import limits
from kept.cookies.asgi import App, CookieGate
from kept.cookies.rules import Jar
from kept.cookies.wsgi import WsgiApp, WsgiCookieGate
from kept.door.desk import Desk
from kept.door.operator import Operator
from kept.door.person import Person
from kept.door.staff import Staff
from kept.door.view import View
from kept.errors import ClosedError, SignInError
from kept.policy.day import day_of
from kept.policy.model import Policy, Purpose
from kept.policy.words import CookieDuty
from kept.services.accounts import accounts
from kept.services.accounts.accounts import Issued
from kept.services.accounts.vouching import vouched_session
from kept.services.cookies.first_scan import begin_serving
from kept.services.cookies.rules import CookieRules
from kept.services.engine.engine import Engine
from kept.services.my_data import erasure
from kept.services.staff import sessions
from kept.services.staff.credentials import credential_of, mandate_for
from kept.web.app import More, build_app
from kept.web.exchange import exchange_of
from kept.web.own import Pages
from kept.web.theme import Theme, read_theme

HERE = ("localhost", "127.0.0.1")
MINUTE, DAY = limits.MINUTE, limits.DAY


class Kept(View):
    """An open installation; open it with `kept.open`.

    Args:
        engine: Open.
        site: Address of the customers' site, for links; without a slash at its end.
    """

    def __init__(self, engine: Engine, site: str = "") -> None:
        super().__init__(engine)
        self._site = site
        self._rules = CookieRules(engine)

    @property
    def policy(self) -> Policy:
        """The policy in force, as read: clauses, items, purposes, points, languages, and what people call them."""
        return self._engine.policy.policy

    @property
    def ledger_key(self) -> str:
        """The ledger's published key: with it anybody checks a proof by `kept-verify`, without us."""
        return str(self._engine.sequencer.verifier)

    # ---------------------------------------------------------------- who acts

    @asynccontextmanager
    async def acting(self, credential: str, *, purpose: str = "") -> AsyncIterator[Desk]:
        """Sign a program in and act for one purpose of its credential.

        Args:
            credential: As it was issued.
            purpose: One of its purposes; may be left out when it has only one.

        Raises:
            SignInError: The credential is wrong or revoked.
            InputError: It has several purposes and none was named, or another one was.
        """
        program = await credential_of(self._engine, credential)
        yield Desk(self._engine, program, await mandate_for(self._engine, program, purpose))

    @asynccontextmanager
    async def person(
        self,
        credential: str,
        *,
        external: str,
        language: str = "",
        signed_in_at: float | None = None,
        create: bool = True,
    ) -> AsyncIterator[Person]:
        """Vouch for who is signed in at your program, and let them act on their own data.

        The first visit of an id nobody has opens an account, without one personal item.

        Args:
            credential: Of the program, issued with the right `vouch`.
            external: Your own id for the person, such as a customer number.
            language: They read, for an account opened now; the policy's first when left out.
            signed_in_at: When they last showed your program who they are, unix seconds; now when left out. Correcting,
                exporting and erasing need it within five minutes.
            create: Whether an id nobody has opens an account.

        Raises:
            SignInError: The credential is wrong or revoked.
            DeniedError: It has no right to vouch.
            NotFoundError: Nobody has this id, and *create* is false.
        """
        yield Person(
            self._engine,
            await vouched_session(
                self._engine, credential, external, language=language, signed_in_at=signed_in_at, create=create
            ),
        )

    @asynccontextmanager
    async def staff(self, login: str, password: str, code: str) -> AsyncIterator[Staff]:
        """Sign a member of staff in with both factors; at the end they are signed out.

        Args:
            login: Theirs.
            password: Theirs.
            code: Of their second factor, six digits.

        Raises:
            SignInError: One of the three is not right.
        """
        token = await sessions.sign_in(self._engine, login, password, code)
        try:
            yield Staff(self._engine, token)
        finally:
            session = await sessions.session_of(self._engine, token)
            if session is not None:
                await sessions.sign_out(self._engine, session)

    def operator(self, name: str) -> Operator:
        """Act as the operator of the machine: whoever runs this process is one.

        Args:
            name: What the ledger calls them.
        """
        return Operator(self._engine, name)

    # ---------------------------------------------------------------- accounts of our own

    async def join(self, password: str, *, language: str = "") -> Issued:
        """Open an account with a login name we issue and recovery codes, all shown once.

        Args:
            password: Chosen by the person, 12 to 200 characters.
            language: They read; the policy's first when left out.

        Raises:
            SubmissionError: The password is too short or too long, or the policy has no such language.
        """
        return await accounts.join_with_password(self._engine, password, language or self.policy.language)

    async def sign_in(self, login_name: str, password: str) -> str:
        """Sign a person in with their login name; return the token of their session, for twelve hours.

        Args:
            login_name: As issued.
            password: Theirs.

        Raises:
            SignInError: One of them is not right.
        """
        person_id = await accounts.sign_in_with_password(self._engine, login_name, password)
        return await accounts.start_session(self._engine, person_id)

    async def session(self, token: str) -> Person:
        """Return the person of a session, on their own data.

        Args:
            token: From `sign_in`.

        Raises:
            SignInError: The session is over, or there is none.
        """
        own = await accounts.session_of(self._engine, token)
        if own is None:
            raise SignInError(
                "expected a session that lasts, found one that is over", reason="session-over", hint="sign in once more"
            )
        return Person(self._engine, own)

    async def signed_in(self, request: Mapping[str, Any]) -> Person | None:
        """Return who is signed in on Kept's own pages, for an app behind `cookies`; None for nobody.

        Args:
            request: The ASGI scope, or the WSGI environ.
        """
        token = self._rules.sent(self.jar(request), CookieDuty.SESSION)
        own = await accounts.session_of(self._engine, token) if token else None
        return Person(self._engine, own) if own is not None else None

    async def erasure_receipt(self, receipt_id: str) -> dict[str, Any] | None:
        """Return the receipt of an erasure, which names nobody; None when there is none.

        Args:
            receipt_id: From `Person.erase`.
        """
        return await erasure.erasure_receipt(self._engine, receipt_id)

    # ---------------------------------------------------------------- around and beside your own app

    def cookies(self, app: App) -> CookieGate:
        """Put the gate for cookies around an ASGI app: what is undeclared or not agreed to passes in neither direction.

        Args:
            app: Any ASGI app; it reads and sets cookies as ever.
        """
        return CookieGate(app, self._rules.rules, now=self._engine.clock.now, found=self._rules.found, header=True)

    def cookies_wsgi(self, app: WsgiApp) -> WsgiCookieGate:
        """Put the gate for cookies around a WSGI app, such as Flask's or Django's.

        Args:
            app: Any WSGI app.
        """
        return WsgiCookieGate(app, self.cookies(_no_app))

    def jar(self, request: Mapping[str, Any]) -> Jar:
        """Return the cookies of a request, for an app behind `cookies` or beside Kept's pages: each value for its purpose only.

        Args:
            request: The ASGI scope, or the WSGI environ.
        """
        jar = request.get("kept.cookies") or request.get("state", {}).get("cookies")
        return jar if isinstance(jar, Jar) else Jar({}, {}, (), None, frozenset(), (), opted_out=False)

    def cookie_question(self) -> list[Purpose]:
        """Return the purposes a browser is asked about, for a cookie page of your own; no answer is a no."""
        rules = self._rules.rules()
        return [self.policy.purposes[one] for one in (rules.asked if rules else ())]

    def cookie_choice(self, allowed: Iterable[str]) -> str:
        """Return the `Set-Cookie` line that remembers a browser's choice, without any number of theirs.

        Args:
            allowed: Purposes that got a yes; every other one got a no.

        Raises:
            ClosedError: No policy is in force.
        """
        rules = self._rules.rules()
        declared = rules.cookie(rules.choices) if rules else None
        if rules is None or declared is None:
            raise ClosedError("expected a policy in force, found none", reason="no-policy", hint="activate one first")
        day = day_of(self._engine.clock.now(), self._engine.policy.policy.zone)
        life = f"; Max-Age={int(declared.life_seconds)}" if declared.life_seconds is not None else ""
        return f"{declared.name}={rules.choose(allowed, day).text()}; Path=/; Secure; HttpOnly; SameSite=lax{life}"

    def site(self, hosts: Sequence[str] = HERE, *, own: Pages | None = None, theme: str | Path = "") -> CookieGate:
        """Return the customers' pages as an ASGI app, to mount at the root of a host, or last after your own routes.

        Its addresses begin with a language (`/en/my-data`), `/static`, `/u` or `/.well-known`; it is not made for a path.

        Args:
            hosts: Host names it answers under, without port.
            own: Your own front page and pages beside Kept's, within its frame.
            theme: Folder of your colours, logo and templates; `docs/your-own.md` shows one.

        Raises:
            SettingError: Something in the theme is not acceptable.
        """
        more = More(own=own, theme=_theme(theme))
        self._engine.every(DAY, lambda: begin_serving(self._engine))
        return self._pages(tuple(hosts), (), more)

    async def page(self, request: Mapping[str, Any], title: str, content: str) -> str:
        """Return a page of your own as Kept's look: with menu, languages, the question about cookies and the foot.

        Args:
            request: The ASGI scope, as your app within `site` was given it.
            title: What the page is called.
            content: HTML of its middle; whatever people typed must be escaped in it. A form needs nothing of ours.
        """
        exchange = await exchange_of(Request(dict(request)))
        return bytes(exchange.page("own.html", title=title, content=content).body).decode()

    def console(self, hosts: Sequence[str], *, theme: str | Path = "") -> CookieGate:
        """Return the staff console as an ASGI app, to mount on a host of its own, so that no cookie is shared.

        Args:
            hosts: Host names it answers under, without port.
            theme: As for `site`.

        Raises:
            SettingError: Something in the theme is not acceptable.
        """
        return self._pages((), tuple(hosts), More(theme=_theme(theme)))

    def _pages(self, site_hosts: tuple[str, ...], console_hosts: tuple[str, ...], more: More) -> CookieGate:
        return build_app(
            self._engine,
            brand=self.policy.controller.get("name", "Kept"),
            site_hosts=site_hosts,
            console_hosts=console_hosts,
            addresses={"site": self._site} if self._site else {},
            more=more,
        )

    def _begin(self) -> None:
        """Record, every minute, the cookies the program's own app tried to set and may not."""
        self._engine.every(MINUTE, self._rules.record)

    async def _end(self) -> None:
        """Record those of the last minute."""
        if self._engine.has_policy:
            await self._rules.record()


def _theme(folder: str | Path) -> Theme:
    return read_theme(Path(folder)) if folder else Theme()


async def _no_app(scope: MutableMapping[str, Any], receive: object, send: object) -> None:
    """Stand where a gate needs an app and decides for another one."""
    del scope, receive, send
