"""The words of the pages: English in the code, Japanese in `locale/ja.po`, read once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po

LANGUAGES = ("en", "ja")
NAMES = {"en": "English", "ja": "日本語"}
ZONE = ZoneInfo("Asia/Tokyo")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the translations of a language; empty for English."""
    if language == "en":
        return {}
    with files("kept.web").joinpath("locale", f"{language}.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}


def translator(language: str) -> Callable[[str], str]:
    """Return `_` for a language."""
    known = catalogue(language)

    def translate(text: str, **values: object) -> str:
        found = known.get(text, text)
        return found.format(**values) if values else found

    return translate


def day(at: float, language: str) -> str:
    """Return a time as a date in Japan."""
    return format_date(datetime.fromtimestamp(at, tz=UTC).astimezone(ZONE), format="medium", locale=language)


def moment(at: float, language: str) -> str:
    """Return a time with minutes, in Japan."""
    when = datetime.fromtimestamp(at, tz=UTC).astimezone(ZONE)
    return format_datetime(when, format="medium", tzinfo=ZONE, locale=language) + " JST"


def preferred(accept_language: str) -> str:
    """Return the first offered language a browser accepts."""
    for part in accept_language.split(",")[:20]:
        word = part.split(";")[0].strip().lower().split("-")[0]
        if word in LANGUAGES:
            return word
    return "en"
