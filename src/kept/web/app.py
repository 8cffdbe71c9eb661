"""The two hosts put together: customers' site and staff console, behind one frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from kept import limits
from kept.cookies.asgi import CookieGate
from kept.errors import KeptError
from kept.services.accounts.rate_limits import Limits
from kept.services.cookies.rules import CookieRules
from kept.services.cookies.visits import Visits
from kept.services.engine.engine import Engine
from kept.services.instances.draw_file import DrawFiles
from kept.web import console, site
from kept.web.answers import bug, http_error, our_error
from kept.web.exchange import Entry, Web, templates
from kept.web.frame import Frame
from kept.web.own import OwnPages, Pages
from kept.web.routes import Page, menu_of, routes_of
from kept.web.theme import Theme

STATIC = Path(__file__).parent / "static"


class _Static(StaticFiles):
    """Files that may be kept by the browser: they hold nobody's information."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed through
        response.headers["cache-control"] = "public, max-age=3600"
        return response


@dataclass(frozen=True, slots=True)
class More:
    """What a caller adds to the pages.

    Args:
        site: Pages of the customers' site; one at an address of ours stands in its place, and they come last in the menu.
        console: The same of the staff console.
        templates: Folder of the templates they are rendered from, searched before ours; None for none.
        note: A word at the foot of every page, in English; empty for none.
        own: A program's own pages on the customers' site.
        theme: The company's own look.
    """

    site: tuple[Page, ...] = ()
    console: tuple[Page, ...] = ()
    templates: Path | None = None
    note: str = ""
    own: Pages | None = None
    theme: Theme = field(default_factory=Theme)


def _entries(own: Pages | None) -> tuple[Entry, ...]:
    """Return the menu's entries of a program's own pages."""
    return tuple(Entry(titles, path, lambda *_: True) for path, titles in own.menu.items()) if own else ()


def build_app(  # noqa: PLR0913 -- what an installation shows
    engine: Engine,
    *,
    brand: str,
    site_hosts: tuple[str, ...],
    console_hosts: tuple[str, ...],
    addresses: Mapping[str, str] | None = None,
    more: More | None = None,
) -> CookieGate:
    """Put the pages together.

    Args:
        engine: Open.
        brand: Name of the company, where no policy says it.
        site_hosts: Host names of the customers' site, without port.
        console_hosts: Host names of the staff console.
        addresses: Address of `site` and `console`, for links between them.
        more: Further pages.
    """
    more = more or More()
    rules, visits = CookieRules(engine), Visits(engine)
    engine.every(limits.MINUTE, visits.keep)
    engine.every(limits.MINUTE, rules.record)
    own_front = more.own is not None
    pages = {
        "site": (tuple(one for one in site.PAGES if one.path or not own_front), more.site),
        "console": (console.PAGES, more.console),
    }
    mine = {"site": _entries(more.own), "console": ()}
    web = Web(
        engine=engine,
        brand=brand,
        limits=Limits(engine),
        addresses=dict(addresses or {}),
        cookies=rules,
        visits=visits,
        templates=templates(*(one for one in (more.theme.templates, more.templates) if one)),
        menus={kind: (*mine[kind], *menu_of((*own, *added))) for kind, (own, added) in pages.items()},
        offered={kind: {one.path: one.offered for one in (*own, *added)} for kind, (own, added) in pages.items()},
        draws=DrawFiles(engine),
        note=more.note,
        theme=more.theme,
    )
    apps = {}
    for kind, (own, added) in pages.items():
        app = Starlette(
            routes=[Mount("/static", _Static(directory=STATIC)), *routes_of((*added, *own))],
            exception_handlers={KeptError: our_error, HTTPException: http_error, Exception: bug},  # type: ignore[dict-item]  # each takes its own kind
        )
        if more.own and kind == "site":
            app.router.default = OwnPages(more.own, web)
        apps[kind] = app
    hosts = dict.fromkeys(site_hosts, "site") | dict.fromkeys(console_hosts, "console")
    return rules.gate(Frame(apps, hosts, web))
