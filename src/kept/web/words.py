"""The words of the pages: English in the code, Japanese in `locale/ja.po`, read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po

from kept.guarantees.board import PartState
from kept.policy.day import local
from kept.policy.model import Policy
from kept.policy.phrase import EXITS
from kept.policy.words import Exit

LANGUAGES = ("en", "ja")
NAMES = {"en": "English", "ja": "日本語"}


VERBS = {"are": "is", "wait": "waits", "have": "has", "were": "was", "say": "says"}
COUNTED = re.compile(
    r"\{(?P<count>[a-z]+)\} (?P<which>stored )?(?P<what>people|[a-z]+s)\b(?P<verb> (?:are|wait|have|were|say)\b)?"
)
"""A count with its noun, and the verb where one follows, as the catalogue's ids have them."""


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
        found = known.get(text) or _filled_in(language, text)
        if language == "en":
            found = _of_one(found, values)
        return found.format(**values) if values else found

    return translate


def _of_one(text: str, values: Mapping[str, object]) -> str:
    """Return an English text with the noun, and the verb, behind each count of one in the singular."""

    def said(found: re.Match[str]) -> str:
        count, what, verb = found["count"], found["what"], found["verb"] or ""
        if str(values.get(count)) != "1" or what in VERBS.values():
            return found[0]
        one = "person" if what == "people" else f"{what[:-3]}y" if what.endswith("ies") else what[:-1]
        return f"{{{count}}} {found['which'] or ''}{one}" + (f" {VERBS[verb.strip()]}" if verb else "")

    return COUNTED.sub(said, text)


def _filled_in(language: str, text: str) -> str:
    """Return the translation of a text that came with its values filled in, as errors do; the text itself where there is none."""
    for pattern, translated in _patterns(language):
        if found := pattern.fullmatch(text):
            return translated.format(*(catalogue(language).get(one, one) for one in found.groups()))
    return text


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what is in the catalogue with `{0}`, `{1}` for values, as patterns, the longest first."""
    known = sorted((one for one in catalogue(language).items() if "{0}" in one[0]), key=lambda one: -len(one[0]))
    return tuple((re.compile(re.sub(r"\\{\d\\}", "(.*?)", re.escape(text))), said) for text, said in known)


def rests_on(part: PartState, policy: Policy, language: str) -> str:
    """Return in words what the state of a part rests on; roles and ways out are called what the policy's reader calls them."""
    values = dict(part.values)
    role = policy.roles.get(str(values.get("role", "")))
    if role is not None:
        values["role"] = role.titles[language]
    if "exits" in values:
        ways = str(values["exits"]).split(", ")
        values["exits"] = {"en": ", ", "ja": "、"}[language].join(EXITS[Exit(one)][language] for one in ways)
    return translator(language)(part.said, **values)


def day(at: float | str, language: str, zone: tzinfo) -> str:
    """Return a time as a date in the policy's zone.

    Args:
        at: Unix seconds; or a day or moment as records say it, such as `2026-11-01` or `2026-11-01T09:30:00Z`.
        language: The reader's.
        zone: The policy's.
    """
    return format_date(_local(at, zone), format="medium", locale=language)


def moment(at: float | str, language: str, zone: tzinfo) -> str:
    """Return a time with minutes, in the policy's zone, which it names; `at` is as for `day`."""
    when = _local(at, zone)
    return f"{format_datetime(when, format='medium', tzinfo=zone, locale=language)} {when:%Z}"


def _local(at: float | str, zone: tzinfo) -> datetime:
    """Return a moment in a zone; a day without a time begins there."""
    if not isinstance(at, str):
        return local(at, zone)
    when = datetime.fromisoformat(at)
    return when.astimezone(zone) if when.tzinfo else when.replace(tzinfo=zone)


def country(code: str, language: str) -> str:
    """Return the name of a country by its ISO 3166-1 code, in any case; the code itself when it is not known."""
    return str(Locale(language).territories.get(code.upper(), code))


def preferred(accept_language: str, offered: tuple[str, ...] = LANGUAGES) -> str:
    """Return the offered language a browser likes best; the first of them when it names none.

    Source: RFC 9110 §12.5.4, with the weights of §12.4.2.
    """
    liked: dict[str, float] = {}
    for part in accept_language.split(",")[:20]:
        tag, _, weight = part.partition(";")
        word = tag.strip().lower().split("-")[0]
        found = re.fullmatch(r"\s*q=([01](?:\.[0-9]{0,3})?)\s*", weight)
        if word in offered and (found or not weight.strip()):
            liked[word] = max(liked.get(word, 0.0), float(found[1]) if found else 1.0)
    best = max(liked, key=lambda one: liked[one], default=offered[0])
    return best if liked.get(best) else offered[0]
