"""The shop: a catalogue of pictures drawn by `scripts/draw_pictures.py`, invented photographers, no person depicted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from starlette.responses import Response

from kept.web.exchange import Exchange
from kept.web.jar import count_visit, drop_cookie, put_choices, put_cookie
from kept.web.routes import ANYBODY, Menu, page

FOLDER = Path(__file__).parents[1] / "static" / "pictures"
INTERESTS = "__Host-kept_interests"
INTERESTS_PURPOSE = "interests-in-cookie"
CATEGORIES = ("landscape", "people", "food", "animals", "city", "sports", "seasons", "business")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the catalogue."""

    id: str
    titles: dict[str, str]
    by: str
    categories: tuple[str, ...]


@cache
def catalogue() -> tuple[Picture, ...]:
    """Return the catalogue."""
    rows = json.loads((FOLDER / "catalogue.json").read_text(encoding="utf-8"))
    return tuple(Picture(one["id"], one["titles"], one["by"], tuple(one["categories"])) for one in rows)


PICTURES = catalogue()


def picture_of(picture_id: str) -> Picture | None:
    """Return one picture, or None."""
    return next((one for one in PICTURES if one.id == picture_id), None)


async def _home(exchange: Exchange[Any]) -> Response:
    chosen = exchange.request.query_params.get("of", "")
    shown = [one for one in PICTURES if not chosen or chosen in one.categories]
    interests = interests_of(exchange)
    shown.sort(key=lambda one: -len(set(one.categories) & set(interests)))  # stable: the rest keeps its order
    answer = exchange.page("home.html", pictures=shown, categories=CATEGORIES, chosen=chosen, interests=interests)
    return count_visit(exchange, answer, "home", "filter" if chosen else "look")


async def _picture(exchange: Exchange[Any]) -> Response:
    found = picture_of(exchange.path("picture"))
    if found is None:
        return exchange.missing()
    return count_visit(exchange, exchange.page("picture.html", picture=found), "picture")


async def _follow(exchange: Exchange[Any]) -> Response:
    """Interests, kept in the browser; pressing the button is the yes, and *off* is off at once."""
    form = await exchange.form("act", several=("interest",))
    chosen = [one for one in CATEGORIES if one in form.lines("interest")]
    allowed, response = exchange.jar.allowed, exchange.go("")
    if form["act"] == "follow" and chosen:
        put_choices(exchange, response, allowed | {INTERESTS_PURPOSE})
        return put_cookie(exchange, response, INTERESTS, ".".join(chosen))
    return drop_cookie(put_choices(exchange, response, allowed - {INTERESTS_PURPOSE}), INTERESTS)


def interests_of(exchange: Exchange[Any]) -> tuple[str, ...]:
    """Return the interests this browser holds, to the code that orders the pictures."""
    jar = exchange.jar
    if not jar.has(INTERESTS):
        return ()
    held = jar.value(INTERESTS, purpose=INTERESTS_PURPOSE).split(".")
    return tuple(one for one in CATEGORIES if one in held)


PAGES = (
    page("", get=ANYBODY(_home), menu=Menu("Pictures")),
    page("/picture/{picture}", get=ANYBODY(_picture)),
    page("/interests", post=ANYBODY(_follow)),
)
