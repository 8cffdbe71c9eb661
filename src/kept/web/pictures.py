"""The catalogue of pictures: drawn by `scripts/draw_pictures.py`, invented photographers, no person depicted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "pictures"
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
