"""An open installation, as a program sees it: where every view begins, and what a program puts around its own app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.requests import Request

from kept import limits
from kept.cookies.asgi import App, CookieGate
from kept.cookies.grant import granted
from kept.cookies.jar import EMPTY_JAR, Jar
from kept.cookies.wsgi import WsgiApp, WsgiCookieGate
from kept.door.desk import Desk
from kept.door.operator import Operator
from kept.door.person import Person
from kept.door.staff import Staff
from kept.door.view import View, host_of
from kept.errors import ClosedError, InputError, SignInError
from kept.ledger.tile_path import parse_place
from kept.policy.day import day_of
from kept.policy.model import Policy, Purpose
from kept.policy.words import CookieDuty
from kept.services.accounts import accounts, first_sign_in, linking, passkeys, recovery, remember_me
from kept.services.accounts.accounts import Issued
from kept.services.accounts.guesses import note_failed
from kept.services.accounts.rate_limits import STAFF, Limits, network_of
from kept.services.accounts.vouching import vouched_session
from kept.services.cookies.first_scan import begin_serving
from kept.services.cookies.rules import CookieRules
from kept.services.engine.engine import Engine
from kept.services.engine.published_log import read_entries, read_tile
from kept.services.figures.queries import Statistic
from kept.services.figures.releases import released
from kept.services.forms.instance_record import Standing, all_standing
from kept.services.gate.witnessed_form import Standing as GivenElsewhere
from kept.services.gate.witnessed_form import as_code, form_by_code
from kept.services.instances import sweepstakes
from kept.services.instances.contests import Published, published_of
from kept.services.messages import confirmations
from kept.services.messages.confirmations import Pending
from kept.services.my_data import disowning, erasure
from kept.services.my_data.choices import NoByLink
from kept.services.my_data.message_reasons import Why, proof_by_link, stop_by_link, why_by_link
from kept.services.staff import sessions
from kept.services.staff.credentials import credential_of, mandate_for
from kept.web.app import More, build_app
from kept.web.exchange import exchange_of
from kept.web.own import Pages, state_behind
from kept.web.theme import Theme, read_theme

HERE = ("localhost", "127.0.0.1")


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
        self._tries = Limits(engine)

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
        yield Desk(self._engine, program, await mandate_for(self._engine, program, purpose), self._tries)

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
            LimitError: The credential, or ids it named, were not right too often within ten minutes.
        """
        async with self._tries.failures("vouching", _named(credential), limits.VOUCHING_FAILURES):
            own = await vouched_session(
                self._engine, credential, external, language=language, signed_in_at=signed_in_at, create=create
            )
        yield Person(self._engine, own)

    async def link(self, credential: str, *, external: str, code: str) -> Person:
        """Let your own id name an account that was opened on Kept's pages: your vouching, and a code its owner gave you.

        Neither is enough by itself: only the person gets a code, signed in freshly on Kept's own pages (`Person.link_code`), for
        your system alone, for ten minutes, once.

        Args:
            credential: Of the program, issued with the right `vouch`.
            external: Your own id for the person, which names nobody yet.
            code: As the person typed it.

        Raises:
            SignInError: The credential or the code is not right, or was used; nothing was linked.
            DeniedError: It has no right to vouch.
            LimitError: Too many codes were given within ten minutes, for this id or for all.
            SubmissionError: The account is being erased.
            ConflictError: The id names another account, or the account has an id of this system already.
        """
        return Person(self._engine, await linking.link(self._engine, self._tries, credential, external, code))

    @asynccontextmanager
    async def staff(self, login: str, password: str, code: str) -> AsyncIterator[Staff]:
        """Sign a member of staff in with both factors; at the end they are signed out.

        Args:
            login: Theirs.
            password: Theirs.
            code: Of their second factor, six digits.

        Raises:
            SignInError: One of the three is not right.
            LimitError: That happened too often within ten minutes.
        """
        await self._tries.count_sign_in("", login, "", STAFF)
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
            SubmissionError: The password is not acceptable (see `Person.set_password`), or the policy has no such language.
        """
        return await accounts.join_with_password(self._engine, password, language or self.policy.language)

    async def sign_in(self, login_name: str, password: str, *, address: str = "") -> str:
        """Sign a person in with their login name; return the token of their session, for twelve hours.

        Args:
            login_name: As issued.
            password: Theirs.
            address: Network address they ask your program from, so that a stranger elsewhere does not use up their tries;
                kept nowhere.

        Raises:
            SignInError: One of them is not right; the account's owner sees that on my data.
            LimitError: Too many tries within ten minutes.
        """
        async with self._trying(login_name, address):
            person_id = await accounts.sign_in_with_password(self._engine, login_name, password)
            return await accounts.start_session(self._engine, person_id)

    async def recover(self, login_name: str, code: str, new_password: str = "", *, address: str = "") -> str:
        """Use a recovery code, once; return the token of a session, in which a passkey may be added. Every other session ends.

        Args:
            login_name: As issued.
            code: One of the recovery codes.
            new_password: 12 to 200 characters; none is set when left out.
            address: As in `sign_in`.

        Raises:
            SignInError: Name or code is not right, or the code was used.
            LimitError: Too many tries within ten minutes.
        """
        async with self._trying(login_name, address):
            person_id = await recovery.sign_in_with_recovery_code(self._engine, login_name, code, new_password)
            return await accounts.start_session(self._engine, person_id)

    async def asked_at_first_sign_in(self, code: str) -> str | None:
        """Return which item is asked beside the code of a new customer on paper or by phone: empty for none; None for no such code.

        Args:
            code: Of the message that told them, as typed.
        """
        return await first_sign_in.question_of(self._engine, code)

    async def sign_in_first(
        self, code: str, known: str = "", password: str = "", *, address: str = ""
    ) -> tuple[str, Issued]:
        """Sign in who gave something on paper or by phone, for the first time; return the token of a session, and what is shown once.

        Args:
            code: Of the message that told them, as typed.
            known: What `asked_at_first_sign_in` names, in any usual spelling.
            password: 12 to 200 characters; none is set when left out, and a passkey may be added.
            address: As in `sign_in`.

        Raises:
            SignInError: The code signs nobody in, or what was asked is another.
            SubmissionError: The password is not acceptable.
            LimitError: Too many tries within ten minutes.
        """
        await self._tries.count_sign_in(network_of(address) if address else "", as_code(code), "")
        issued = await first_sign_in.sign_in_first(self._engine, code, known, password)
        return await accounts.start_session(self._engine, issued.person_id), issued

    @asynccontextmanager
    async def _trying(self, login_name: str, address: str) -> AsyncIterator[None]:
        network = network_of(address) if address else ""
        await self._tries.count_sign_in(network, login_name, "")
        try:
            yield
        except SignInError:
            await note_failed(self._engine, self._tries.networks, login_name, network, known=False)
            raise

    def passkey_to_join(self, origin: str) -> dict[str, Any]:
        """Return what a browser needs to make a passkey: `options` for `navigator.credentials.create`, and a `token`.

        Args:
            origin: Of the page that asks, such as `https://bakery.example`; the passkey is bound to its host name.
        """
        name = self.policy.controller.get("name", "Kept")
        return passkeys.begin_join(self._engine, host_of(origin), name)

    async def join_with_passkey(
        self, answer: str, token: str, *, origin: str, language: str = ""
    ) -> tuple[str, Issued]:
        """Open an account with a new passkey; return the token of its session, and what leads back where the passkey is lost.

        Args:
            answer: The browser's, as JSON.
            token: From `passkey_to_join`; good for five minutes, once.
            origin: Of the page that asked.
            language: They read; the policy's first when left out.

        Raises:
            SignInError: The answer does not verify, or the token is not ours, old or used.
        """
        issued = await passkeys.finish_join(
            self._engine, answer, token, rp_id=host_of(origin), origin=origin, language=language or self.policy.language
        )
        return await accounts.start_session(self._engine, issued.person_id), issued

    def passkey_to_sign_in(self, origin: str) -> dict[str, Any]:
        """Return what a browser needs to use a passkey: `options` for `navigator.credentials.get`, and a `token`.

        Args:
            origin: Of the page that asks.
        """
        return passkeys.begin_sign_in(self._engine, host_of(origin))

    async def sign_in_with_passkey(self, answer: str, token: str, *, origin: str) -> str:
        """Sign a person in with their passkey; return the token of their session.

        Args:
            answer: The browser's, as JSON.
            token: From `passkey_to_sign_in`; good for five minutes, once.
            origin: Of the page that asked.

        Raises:
            SignInError: The answer does not verify or is not known here, or the token is not ours, old or used.
        """
        try:
            person_id = await passkeys.finish_sign_in(self._engine, answer, token, rp_id=host_of(origin), origin=origin)
        except SignInError:
            if name := (await passkeys.account_of(self._engine, answer))[0]:
                await note_failed(self._engine, self._tries.networks, name, "", known=False)
            raise
        return await accounts.start_session(self._engine, person_id)

    async def sign_in_remembered(self, value: str, *, browser: str = "") -> tuple[str, str]:
        """Sign a person in with a device they let us remember.

        Args:
            value: What the device's cookie holds, from `Person.remember_device` or from here.
            browser: What tells this browser from another, such as the network it asks from; without it, whoever sends a value just
                replaced within ten seconds is believed.

        Returns:
            The token of a session, and the cookie's next value; empty after a double click: the other answer carries it.

        Raises:
            SignInError: It is no device we remember, or a copy was used: then every device is forgotten.
        """
        return await remember_me.sign_in_remembered(self._engine, value, browser)

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

    # ---------------------------------------------------------------- what everybody may know

    async def why(self, link: str, language: str = "") -> Why | None:
        """Return why a message came, to whoever has it; None when its link is not one of ours.

        Args:
            link: The last part of the message's address.
            language: Of the titles; the policy's first when left out.
        """
        return await why_by_link(self._engine, link, language or self.policy.language)

    async def pending_by_link(self, link: str) -> Pending | None:
        """Return what the message with a link asks its owner to confirm, to whoever has it; None when it asks nothing.

        Args:
            link: The last part of the message's address.
        """
        return await confirmations.pending_by_link(self._engine, link)

    async def confirm_by_link(self, link: str, *, lifts: bool = False) -> bool:
        """Confirm the address a message went to, for whoever has it; return whether it is confirmed now.

        Args:
            link: The last part of the message's address.
            lifts: Whether they ticked, having read that it is on the list never to write to (`Pending.listed`), that it
                is taken off.
        """
        return await confirmations.confirm_by_link(self._engine, link, lifts=lifts)

    async def given_elsewhere_by_code(self, code: str) -> GivenElsewhere | None:
        """Return what staff entered as given on paper or by phone, to whoever has the message that carries its code.

        Args:
            code: As typed.
        """
        return await form_by_code(self._engine, code)

    async def disown_by_code(self, code: str) -> bool:
        """Take back what staff entered as given on paper or by phone, for whoever has its code; return whether it is so now.

        Args:
            code: As typed.
        """
        return await disowning.disown_by_code(self._engine, code)

    async def proof_of_message(self, link: str) -> str | None:
        """Return the proof of a message's entry, to whoever has it; None when its link is not one of ours.

        Args:
            link: The last part of the message's address.
        """
        return await proof_by_link(self._engine, link)

    async def stop_by_link(self, link: str) -> NoByLink | None:
        """Take the no of whoever has a message to what brought it; return what came of it, None when its link is not one of ours.

        Args:
            link: The last part of the message's address.
        """
        return await stop_by_link(self._engine, link)

    async def checkpoint(self, older: int = 0) -> tuple[str, tuple[str, ...]]:
        """Return the ledger's newest signed checkpoint, and the hashes that prove that it extends an older one.

        Args:
            older: Size of the older one; 0 for no proof.

        Raises:
            InputError: The ledger never had that size.
        """
        checkpoint, note = self._engine.published
        size = checkpoint.size if checkpoint else 0
        if not 0 <= older <= size:
            raise InputError(
                "expected a size the ledger has had, found another",
                reason="checkpoint-size",
                hint=f"0 to {size}",
                rests_on="ledger-consistent",
            )
        hashes = await self._engine.sequencer.consistency(older, size) if older else ()
        return note, tuple(one.hex() for one in hashes)

    async def log_tile(self, level: int, place: str) -> bytes | None:
        """Return the hashes of one tile of the log, 32 bytes each, as far as the published checkpoint reaches.

        Args:
            level: 0 to 63.
            place: Which tile, and which part of it, as C2SP tlog-tiles writes it: `x001/x234/067` or `000.p/12`.

        Returns:
            None when the published tree has no such tile, or fewer hashes in it.
        """
        found = parse_place(place)
        return await read_tile(self._engine, level, found) if found else None

    async def log_entries(self, place: str) -> bytes | None:
        """Return one entry bundle of the log: leaves, each behind its length as two bytes; they hide what they commit to.

        Args:
            place: Which bundle, and which part of it, as for `log_tile`.

        Returns:
            None when the published tree has no such bundle, or fewer entries in it.
        """
        found = parse_place(place)
        return await read_entries(self._engine, found) if found else None

    async def instances(self) -> list[Standing]:
        """Return the questionnaires, contests, sweepstakes and events that were opened, those that are over as well."""
        return [one for one in await all_standing(self._engine) if one.status != "draft"]

    async def draw(self, instance: str) -> dict[str, Any]:
        """Return the published file of a draw: commitments from the start, seed and winners once it is drawn.

        Args:
            instance: Id of a sweepstake.

        Raises:
            InputError: There is none of that id.
        """
        return await sweepstakes.public_file(self._engine, instance)

    async def published(self, instance: str) -> list[Published]:
        """Return what is published of a contest: what each winner agreed to.

        Args:
            instance: Its id.
        """
        return await published_of(self._engine, instance)

    async def figures(self) -> list[Statistic]:
        """Return the released statistics, each with its sheet, newest first."""
        return [one for one in await released(self._engine) if one.figures is not None]

    # ---------------------------------------------------------------- around and beside your own app

    def cookies(self, app: App, *purposes: str) -> CookieGate:
        """Put the gate for cookies around an ASGI app: what is undeclared or not agreed to passes in neither direction.

        Args:
            app: Any ASGI app.
            purposes: What it is the code of: it reads and sets the cookies of these purposes and no other. An app of one
                reads them as ever, in its `Cookie` header; one of several by `jar`, each for its purpose.

        Raises:
            InputError: A purpose has no cookie, or only the engine's own, which no other code reads.
        """
        return self._rules.gate(app, granted(self.policy, purposes) if purposes else frozenset())

    def cookies_wsgi(self, app: WsgiApp, *purposes: str) -> WsgiCookieGate:
        """Put the gate for cookies around a WSGI app, such as Flask's or Django's.

        Args:
            app: Any WSGI app.
            purposes: As for `cookies`.

        Raises:
            InputError: As for `cookies`.
        """
        return WsgiCookieGate(app, self.cookies(_no_app, *purposes))

    def jar(self, request: Mapping[str, Any]) -> Jar:
        """Return the cookies of a request, for an app behind `cookies` or beside Kept's pages: each value for its purpose only.

        Args:
            request: The ASGI scope, or the WSGI environ.
        """
        jar = request.get("kept.cookies") or request.get("state", {}).get("cookies")
        return jar if isinstance(jar, Jar) else EMPTY_JAR

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
        day = day_of(self._engine.clock.now(), self._engine.zone)
        life = f"; Max-Age={int(declared.life_seconds)}" if declared.life_seconds is not None else ""
        return f"{declared.name}={rules.choose(allowed, day).text()}; Path=/; Secure; HttpOnly; SameSite=lax{life}"

    def site(self, hosts: Sequence[str] = HERE, *, own: Pages | None = None, theme: str | Path = "") -> CookieGate:
        """Return the customers' pages as an ASGI app, for the root of a host, or below a path of your own app.

        Its addresses begin with a language (`/en/my-data`), `/static`, `/u` or `/.well-known`; below a path they keep to it,
        as ASGI's `root_path` says, and `kept.open(site=...)` names the path too. Its cookies are those of the whole host.

        Args:
            hosts: Host names it answers under, without port.
            own: Your own front page and pages beside Kept's, within its frame.
            theme: Folder of your colours, logo and templates; `docs/your-own.md` shows one.

        Raises:
            InputError: A purpose of *own* has no cookie, or only the engine's own.
            SettingError: Something in the theme is not acceptable.
        """
        if own is not None and own.purposes:
            granted(self.policy, own.purposes)
        more = More(own=own, theme=_theme(theme))
        self._engine.every(limits.DAY, lambda: begin_serving(self._engine))
        return self._pages(tuple(hosts), (), more)

    async def page(self, request: Mapping[str, Any], title: str, content: str) -> str:
        """Return a page of your own as Kept's look: with menu, languages, the question about cookies and the foot.

        Args:
            request: The ASGI scope, as your app within `site` was given it.
            title: What the page is called.
            content: HTML of its middle; whatever people typed must be escaped in it. A form needs nothing of ours.
        """
        exchange = await exchange_of(Request({**request, "state": state_behind(request)}))
        return bytes(exchange.page("own.html", title=title, content=content).body).decode()

    def console(self, hosts: Sequence[str], *, theme: str | Path = "") -> CookieGate:
        """Return the staff console as an ASGI app, for a host of its own, so that no cookie is shared; a path works as for `site`.

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
        self._engine.every(limits.MINUTE, self._rules.record)

    async def _end(self) -> None:
        """Record those of the last minute."""
        if self._engine.has_policy:
            await self._rules.record()


def _named(credential: str) -> str:
    """Return which credential it says it is, to be counted under; nothing of its secret."""
    return credential.rpartition("_")[0]


def _theme(folder: str | Path) -> Theme:
    return read_theme(Path(folder)) if folder else Theme()


async def _no_app(scope: MutableMapping[str, Any], receive: object, send: object) -> None:
    """Stand where a gate needs an app and decides for another one."""
    del scope, receive, send
