"""The shop of an invented stock-photo service, beside Kept's pages: `kept serve --app examples/photolibrary/app.py`.

Pictures are drawn by `scripts/draw_pictures.py`, photographers are invented, no person is depicted. The shop knows nobody:
what somebody likes to see first stays in a cookie on their computer, which the policy declares and the gate lets through.
"""

# ruff: noqa: INP001 -- a folder of scripts

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import kept

FOLDER = Path(__file__).parent
INTERESTS, PURPOSE, ITEM = "__Host-kept_interests", "interests-in-cookie", "interests"
LIFE_SECONDS = 180 * 86400
NOT_FOUND = 404
MENU = {"": {"en": "Pictures", "ja": "写真"}}
WORDS_JA = json.loads((FOLDER / "words.ja.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the catalogue."""

    id: str
    titles: dict[str, str]
    by: str
    categories: tuple[str, ...]


PICTURES = tuple(
    Picture(one["id"], one["titles"], one["by"], tuple(one["categories"]))
    for one in json.loads((FOLDER / "catalogue.json").read_text(encoding="utf-8"))
)
CATEGORIES = ("landscape", "people", "food", "animals", "city", "sports", "seasons", "business")
TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


class Shop:
    """The shop's pages.

    Args:
        k: An open installation whose policy declares the cookie and the item of interests.
    """

    def __init__(self, k: kept.Kept) -> None:
        self.k = k

    async def front(self, request: Request) -> Response:
        """The catalogue, what somebody follows first."""
        chosen, interests = request.query_params.get("of", ""), self.interests_of(request)
        shown = [one for one in PICTURES if not chosen or chosen in one.categories]
        shown.sort(key=lambda one: -len(set(one.categories) & set(interests)))  # stable: the rest keeps its order
        titles = self.k.policy.items[ITEM].option_titles
        return await self.rendered(
            request, "front.html", "Pictures", pictures=shown, chosen=chosen, interests=interests, titles=titles
        )

    async def picture(self, request: Request) -> Response:
        """One picture."""
        found = next((one for one in PICTURES if one.id == request.path_params["picture"]), None)
        if found is None:
            raise HTTPException(NOT_FOUND)
        return await self.rendered(request, "picture.html", found.titles[_language(request)], picture=found)

    async def follow(self, request: Request) -> Response:
        """Interests, kept in the browser; pressing the button is the yes, and *off* is off at once."""
        form = await request.form(max_files=0, max_fields=20)
        ticked, kinds = form.getlist("interest"), self.k.policy.items[ITEM].options
        chosen = [one for one in kinds if one in ticked]
        yes = (
            form.getlist("act") == ["follow"] and bool(chosen) and set(ticked) <= set(kinds)
        )  # what is unclear is a no
        allowed = self.k.jar(request.scope).allowed
        answer = RedirectResponse(f"/{_language(request)}", 303)
        answer.headers.append("set-cookie", self.k.cookie_choice(allowed | {PURPOSE} if yes else allowed - {PURPOSE}))
        answer.set_cookie(
            INTERESTS, ".".join(chosen) if yes else "", max_age=LIFE_SECONDS if yes else 0,
            path="/", secure=True, httponly=True, samesite="lax",
        )  # fmt: skip
        return answer

    async def missing(self, request: Request, error: Exception) -> Response:
        """Answer that there is nothing here."""
        del error
        return await self.rendered(request, "missing.html", "Not found", status=NOT_FOUND)

    def interests_of(self, request: Request) -> tuple[str, ...]:
        """Return the interests this browser holds: read for their purpose, and only where it agreed to it."""
        jar = self.k.jar(request.scope)
        held = jar.value(INTERESTS, purpose=PURPOSE).split(".") if jar.has(INTERESTS) else []
        return tuple(one for one in CATEGORIES if one in held)

    async def rendered(
        self, request: Request, template: str, title: str, *, status: int = 200, **values: object
    ) -> Response:
        """Return one of the shop's templates in Kept's look."""
        language = _language(request)

        def say(text: str) -> str:
            return WORDS_JA.get(text, text) if language == "ja" else text

        content = TEMPLATES.get_template(template).render(
            language=language,
            say=say,
            categories=CATEGORIES,
            clause=self.k.policy.purposes[PURPOSE].clause,
            **values,
        )
        return HTMLResponse(await self.k.page(request.scope, say(title), content), status)


def _language(request: Request) -> str:
    return request.url.path.split("/")[1]


def pages(k: kept.Kept) -> kept.Pages:
    """Return the shop, to stand beside Kept's pages.

    Args:
        k: An open installation.
    """
    shop = Shop(k)
    spoken = [
        route
        for one in k.policy.languages
        for route in (
            Route(f"/{one}", shop.front),
            Route(f"/{one}/picture/{{picture}}", shop.picture),
            Route(f"/{one}/interests", shop.follow, methods=["POST"]),
        )
    ]
    app = Starlette(
        routes=[*spoken, Mount("/pictures", StaticFiles(directory=FOLDER / "pictures"))],
        exception_handlers={NOT_FOUND: shop.missing},
    )
    return kept.Pages(app, MENU, (PURPOSE,))
