"""One request and the answer to it: who asks, in which language, with which form; and every way to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any, Generic, TypeVar

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kept.cookies.findings import REASONS, UNSEEN
from kept.cookies.jar import Jar
from kept.errors import DeniedError, InputError, KeptError
from kept.number import parse_number
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.duties import point_for, used_channels
from kept.policy.model import Policy
from kept.policy.present import EXIT_TITLES
from kept.policy.render import cookie_life
from kept.policy.words import CookieDuty, PointKind
from kept.services.accounts import accounts
from kept.services.accounts.rate_limits import Limits, network_of
from kept.services.cookies.rules import CookieRules
from kept.services.cookies.visits import Visits
from kept.services.engine.engine import Engine
from kept.services.gate.own_session import Own
from kept.services.instances.draw_file import DrawFiles
from kept.services.my_data.erasure import erased_at
from kept.services.my_data.history_words import said
from kept.services.staff import sessions
from kept.services.staff.sessions import StaffSession
from kept.web import words
from kept.web.form import Answers, Form, form_token, read_answers, read_form
from kept.web.said import SAID, read_said, say
from kept.web.sentences import problems
from kept.web.theme import Theme

TEMPLATES = Path(__file__).parent / "templates"
S_co = TypeVar("S_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the menu.

    Args:
        title: What it is called: in English, and the catalogue of words has the other languages; or by language.
        path: Where it leads, below the language.
        shown: Whether this visitor finds something behind it; a link to a refusal helps nobody.
        point: The kind of collection point it leads to, whose own title goes before; None where it is no form of one.
    """

    title: str | Mapping[str, str]
    path: str
    shown: Callable[[Engine, Own | StaffSession | None], bool]
    point: PointKind | None = None


@dataclass(slots=True)
class Web:
    """What the pages share.

    Args:
        engine: Open.
        brand: Name of the company, where no policy says it.
        limits: Counts attempts.
        addresses: Address of `site` and `console`, for links between them.
        cookies: The rules of the cookies in force.
        visits: Counts visits, with consent.
        templates: Where pages are rendered from.
        menus: The menu of `site` and `console`.
        offered: By host and address below the language, whether the policy in force has such a page.
        draws: The published files of draws.
        note: A word at the foot of every page, in English; empty for none.
        theme: The company's own look.
    """

    engine: Engine
    brand: str
    limits: Limits
    addresses: Mapping[str, str]
    cookies: CookieRules
    visits: Visits
    templates: Environment
    menus: Mapping[str, tuple[Entry, ...]]
    offered: Mapping[str, Mapping[str, Callable[[Engine], bool]]]
    draws: DrawFiles
    note: str = ""
    theme: Theme = field(default_factory=Theme)

    def languages(self) -> tuple[str, ...]:
        """Return the languages the pages speak: those of the policy in force in its order, as far as the pages have words."""
        if not self.engine.has_policy:
            return words.LANGUAGES
        written = self.engine.policy.policy.languages
        return tuple(one for one in written if one in words.LANGUAGES) or words.LANGUAGES


def templates(*folders: Path) -> Environment:
    """Return where pages are rendered from: *folders* before our own, and ours under `kept/` whatever stands before them."""
    found = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader([*folders, TEMPLATES]), PrefixLoader({"kept": FileSystemLoader(TEMPLATES)})]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["channels"] = CHANNEL_TABLE
    found.globals["said_of"] = said
    return found


@dataclass(frozen=True, slots=True)
class Exchange(Generic[S_co]):
    """One request, asked by whom the route lets in, and every way to answer it.

    Args:
        web: What the pages share.
        request: The request.
        session: Who asks: a customer (`Own`), a member of staff, or None for somebody who is not signed in.
    """

    web: Web
    request: Request
    session: S_co

    @property
    def engine(self) -> Engine:
        """The engine, open."""
        return self.web.engine

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.web.engine.policy.policy

    @property
    def now(self) -> float:
        """The time, unix seconds."""
        return self.web.engine.clock.now()

    @property
    def network(self) -> str:
        """Where the request comes from, as attempts are counted under it: an address, or the network it folds into."""
        return network_of(self.request.client.host if self.request.client else "")

    @property
    def refused(self) -> list[DeniedError]:
        """What this request was refused, as far as its page shows it."""
        found: list[DeniedError] = self.request.scope["state"].setdefault("refused", [])
        return found

    @property
    def kind(self) -> str:
        """Which host was asked: `site` or `console`."""
        return str(self.request.scope["state"]["kind"])

    @property
    def jar(self) -> Jar:
        """The cookies of the request, each to be read by the code of its own purpose."""
        found: Jar = self.request.scope["state"]["cookies"]
        return found

    @property
    def base(self) -> str:
        """Where the pages are mounted: empty at the root of a host, or a path such as `/privacy`."""
        return str(self.request.scope["state"]["base"])

    @property
    def below(self) -> str:
        """The path asked, below where the pages are mounted."""
        return below(self.base, self.request.scope["path"])

    @property
    def language(self) -> str:
        """The language of the path, or else the one the browser likes best."""
        offered = self.web.languages()
        first = self.below.split("/")[1] if "/" in self.below else ""
        return first if first in offered else words.preferred(self.request.headers.get("accept-language", ""), offered)

    def offers(self, path: str) -> bool:
        """Whether there is a page at *path* below the language; what the policy does not declare is not offered."""
        offered = self.web.offered[self.kind].get(path)
        return offered is not None and offered(self.engine)

    def may(self: Exchange[StaffSession], right: str) -> bool:
        """Whether who asks has a right."""
        return self.session.may(self.engine, right)

    def acts_for(self: Exchange[StaffSession], purpose: str) -> bool:
        """Whether who asks acts for a purpose."""
        return self.session.acts_for(self.engine, purpose)

    def path(self, name: str) -> str:
        """Return a part of the path by the name the route gives it."""
        return str(self.request.path_params[name])

    @property
    def said(self) -> Mapping[str, str]:
        """What came of the form that led to this page: nothing but what this server said to this very session."""
        return read_said(self.engine, self.request.query_params.get(SAID, ""), self.below, self._whose())

    def number(self, name: str) -> int:
        """Return a small number of what came of a form; 0 where there is none."""
        return parse_number(self.said.get(name, ""), 999) or 0  # nobody has a thousand

    async def form(self, *allowed: str, several: Iterable[str] = ()) -> Form:
        """Read a form of *allowed* fields; see `read_form`."""
        return await read_form(self.request, self.engine, self._signed_in(), allowed, several)

    async def answers(self: Exchange[Own]) -> Answers:
        """Read a form that the policy makes; see `read_answers`."""
        return await read_answers(self.request, self.engine, self.session)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Answer with a page.

        Args:
            template: File under `templates/`.
            status: HTTP status.
            values: What the template needs.
        """
        if isinstance(error := values.get("error"), KeptError):
            for one in error.each() if isinstance(error, InputError) else (error,):
                self.engine.cite(one)
            if isinstance(error, DeniedError):
                self.refused.append(error)
        return HTMLResponse(self.text(template, status=status, **values), status_code=status)

    def text(self, template: str, **values: Any) -> str:
        """Return what a template renders."""
        common, error = self._common(), values.get("error")
        wrong = problems(error, self.language, common["_"]) if isinstance(error, KeptError) else ()
        common |= {"problems": wrong, "wrong": {one.field: one for one in reversed(wrong) if one.field}}
        return self.web.templates.get_template(template).render({**common, **values})

    def missing(self) -> Response:
        """Answer that there is nothing here."""
        return self.page("missing.html", 404)

    def at(self, path: str, **said: object) -> str:
        """Return the address of a path below the language, whose page is to say what came of this; see `said`."""
        bare, mark, part = path.partition("#")
        told = {name: str(one) for name, one in said.items() if one}
        where = f"/{self.language}{bare}"
        query = f"?{SAID}={say(self.engine, told, where, self._whose())}" if told else ""
        return f"{self.base}{where}{query}{mark}{part}"

    def go(self, path: str, status: int = 303, **said: object) -> Response:
        """Send the browser on, to a path below the language, whose page is to say what came of this; see `said`."""
        return RedirectResponse(self.at(path, **said), status_code=status)

    def public(self, response: Response, kept: str = "public, max-age=60") -> Response:
        """Let an answer that proves something be kept by whoever carries it, and be read by a page of anybody, to check it there.

        Args:
            response: The same for everybody, without a cookie.
            kept: For how long, as the header `cache-control` says it.
        """
        response.headers.update({"cache-control": kept, "access-control-allow-origin": "*"})
        return response

    def download(self, content: str | bytes, media_type: str, name: str) -> Response:
        """Answer with a file to keep."""
        kept = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=media_type, headers=kept)

    def _whose(self) -> str:
        session = self._signed_in()
        return session.token_hash.hex() if session is not None else ""

    def _signed_in(self) -> Own | StaffSession | None:
        return self.session if isinstance(self.session, Own | StaffSession) else None

    def _common(self) -> dict[str, Any]:
        """Return what every template may use."""
        engine, language, session = self.engine, self.language, self._signed_in()
        path = self.below
        others = [one for one in self.web.languages() if one != language]
        policy = engine.policy.policy if engine.has_policy else None
        zone = policy.zone if policy else UTC
        return {
            "_": words.translator(language),
            "language": language,
            "others": [(one, words.NAMES[one], self.base + _in_language(path, language, one)) for one in others],
            "day": lambda at: words.day(at, language, zone),
            "moment": lambda at: words.moment(at, language, zone),
            "life": lambda cookie: cookie_life(cookie.life_seconds, language),
            "country": lambda code: words.country(code, language),
            "brand": policy.controllers.get(language, {}).get("name", self.web.brand) if policy else self.web.brand,
            "addresses": self.web.addresses,
            "base": self.base,
            "nonce": self.request.scope["state"]["nonce"],
            "kind": self.kind,
            "path": path,
            "now": self.now,
            "session": session,
            "erasing_at": self.request.scope["state"].get("erasing_at"),
            "being_finished": isinstance(self.session, Own) and self.session.person_id in self.engine.unfinished,
            "may": lambda right: isinstance(session, StaffSession) and session.may(engine, right),
            "items": policy.items if policy else {},
            "purposes": policy.purposes if policy else {},
            "used_channels": used_channels(policy) if policy else frozenset(),
            "findable": tuple(engine.findable()) if policy else (),
            "found_by_letter": tuple(engine.findable(requests=True)) if policy else (),
            "found_titles": lambda titles: _found_titles(engine, policy, language) | titles,
            "exit_titles": EXIT_TITLES,
            "menu": [
                (one.path, _entry_title(one, policy, language))
                for one in self.web.menus[self.kind]
                if one.shown(engine, session)
            ],
            "theme": self.web.theme,
            "note": self.web.note,
            "form_token": form_token(engine, session),
            "reasons": REASONS,
            "unseen": UNSEEN,
            "clause": engine.clause,
            "offers": self.offers,
            "cookie_ask": self._asks_about_cookies(),
            "policy": policy,
        }

    def _asks_about_cookies(self) -> bool:
        """Whether this browser was not asked yet; one that says `Sec-GPC: 1` has answered."""
        rules = self.web.cookies.rules()
        return bool(
            self.kind == "site"
            and rules is not None
            and rules.asked
            and self.jar.choices is None
            and not self.jar.opted_out
            and not self.below.endswith("/cookies")
        )


def below(base: str, path: str) -> str:
    """Return a path below where the pages are mounted; a server that has taken the mount's own path away leaves it as it is."""
    return path[len(base) :] if path == base or path.startswith(f"{base}/") else path


def _in_language(path: str, language: str, other: str) -> str:
    """Return the same page in another language; its front page where the path names no language."""
    head = f"/{language}"
    return f"/{other}{path[len(head) :]}" if path == head or path.startswith(f"{head}/") else f"/{other}"


async def exchange_of(request: Request) -> Exchange[Own | StaffSession | None]:
    """Return the exchange of a request; who is signed in is looked up once per request."""
    state = request.scope["state"]
    web: Web = state["web"]
    if "session" not in state:
        state["session"] = None  # where looking it up breaks, the page that says so asks nobody
        token = web.cookies.sent(state["cookies"], CookieDuty.SESSION)
        of = accounts.session_of if state["kind"] == "site" else sessions.session_of
        state["session"] = session = await of(web.engine, token) if token else None
        state["erasing_at"] = await erased_at(web.engine, session.person_id) if isinstance(session, Own) else None
    return Exchange(web, request, state["session"])


def _found_titles(engine: Engine, policy: Policy | None, language: str) -> dict[str, str]:
    """Return what the items are called by which people are found."""
    return {one: policy.items[one].titles[language] for one in engine.findable(requests=True)} if policy else {}


def _entry_title(entry: Entry, policy: Policy | None, language: str) -> str:
    point = point_for(policy, entry.point) if policy and entry.point else None
    if point is not None and language in point.titles:
        return point.titles[language]
    return words.translator(language)(entry.title) if isinstance(entry.title, str) else entry.title[language]
