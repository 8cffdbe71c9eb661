"""The closed vocabulary of rule blocks: every word, what may stand under it, and nothing else.

The same tables drive the reader, the errors' "expected" and the schema for editors (JSON
Schema 2020-12, `policy.schema.json`, written by `make schema`), so they cannot drift.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kept import limits
from kept.policy import terms
from kept.policy.item_type import ItemType
from kept.policy.law import LAWS
from kept.policy.message_kind import MessageKind
from kept.policy.special_category import CATEGORIES
from kept.policy.words import TOLD, Basis, ClauseKind, CookieDuty, Exit, PointKind, PurposeDuty, Source


class ParameterKind(StrEnum):
    """What a guarantee's parameter looks like."""

    DURATION = "duration"
    FLAG = "flag"
    TEXT = "text"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class GuaranteeWord:
    """A built-in promise as the policy language knows it; the engine's list is passed in by the caller.

    Args:
        id: Permanent word, such as `restore-drill`.
        parameters: Kind of each parameter by name (a member of `ParameterKind` or its text).
        optional: Parameters a policy may leave out; all others have to be given.
    """

    id: str
    parameters: Mapping[str, ParameterKind | str] = field(default_factory=dict, hash=False)
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text for people; at most *longest* characters."""

    longest: int = 500


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word of a given form; *what* names the form in errors."""

    regex: str
    what: str


@dataclass(frozen=True, slots=True)
class Flag:
    """`true` or `false`."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds; whole when *whole* is set."""

    least: float
    most: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time such as `30 days`; becomes seconds."""


@dataclass(frozen=True, slots=True)
class Life:
    """A cookie's life: a duration, or `session`; becomes seconds, or None for a session."""


@dataclass(frozen=True, slots=True)
class Percent:
    """A share such as `30%`; becomes a fraction."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word out of a closed list; *later* are words the engine does not keep yet, refused as such."""

    choices: tuple[str, ...]
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """One word out of a list that others keep: countries, laws, terms; *code* is the finding of an unknown one."""

    what: str
    choices: frozenset[str]
    code: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """What stands under a word that the engine does not keep yet: whatever it is, the word is refused."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The id of something declared: `item`, `purpose`, `recipient`, `role` or `option`."""

    kind: str


@dataclass(frozen=True, slots=True)
class Many:
    """A list, each entry at most once."""

    of: Shape


@dataclass(frozen=True, slots=True)
class Named:
    """A table from ids to bodies; *keys* is the form of an id."""

    of: Shape
    keys: Pattern
    least: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """A table with known words."""

    fields: Mapping[str, Shape]
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """A single value, or a list or table."""

    single: Shape
    composite: Shape


@dataclass(frozen=True, slots=True)
class Guarantees:
    """A list of built-in promises, each a word or a table of one word to its parameters."""


Shape = (
    Text
    | Pattern
    | Flag
    | Number
    | Duration
    | Life
    | Percent
    | Word
    | Known
    | Ref
    | Many
    | Named
    | Body
    | Either
    | Guarantees
    | Later
)

ID = Pattern(r"[a-z][a-z0-9_-]{0,63}", "an id of small letters, digits, `_` and `-`")
COOKIE_VALUE = Pattern(r"[A-Za-z0-9_-]{1,32}", "a word of letters, digits, `_` and `-`, at most 32")
COOKIE_NAME = Pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}", "a cookie name")
COUNTRY = Known("a country of ISO 3166-1 such as `jp`", terms.COUNTRIES, "country-unknown")
_DPV = Known("a purpose of DPV such as `DirectMarketing`", terms.PURPOSES, "term-unknown", "dpv:")
_PD = Known("a category of DPV such as `pd:Name`", terms.PERSONAL_DATA, "term-unknown", "pd:")
_CATEGORY = Known("a category of fideslang such as `user.name`", terms.DATA_CATEGORIES, "term-unknown")
_USE = Known("a use of fideslang such as `essential.service`", terms.DATA_USES, "term-unknown")
HEX = Pattern(r"[0-9a-f]{64}", "a hash of 64 hexadecimal digits, which `kept accept` writes")
LAW = Known("a law such as `jp-appi`", frozenset(LAWS), "law-unknown")
LANGUAGE = Pattern(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", "a language tag such as `ja`")

EVENTS = ("account-closed", "closed", "prize-delivered")
OPTION_LISTS = ("jp-prefectures",)
RIGHTS = (
    "activate", "promises", "ledger", "approve", "attest", "witness", "keys", "backups", "break-glass", "statistics",
    "campaigns", "vouch",
)  # fmt: skip
LATER_RIGHTS = ("provide", "disclose", "points")
GROUNDS = ("court-order", "warrant", "statutory-inquiry")

KEEP = Body(
    {
        "until": Word(EVENTS),
        "then": Duration(),
        "for": Duration(),
        "dormant": Duration(),
        "at-most": Duration(),
        "at-least": Later(),
        "while": Later(),
    }
)

ITEM = Body(
    {
        "type": Word(tuple(ItemType)),
        "identifies": Word(("alone", "combined", "no")),
        "title": Text(200),
        "of": Either(Word(OPTION_LISTS), Many(ID)),
        "findable": Flag(),
        "findable-by-letter": Flag(),
        "special": Many(Word(tuple(CATEGORIES))),
        "per": Word(("instance",)),
        "collect": Word(("never",)),
        "source": Word((Source.MADE_BY_US,)),
        "dpv": _PD,
        "fides": _CATEGORY,
    },
    required=("type",),
)

_MESSAGES = Body(
    {kind.value: Body({"title": Text(200), "lines": Many(Text())}, required=("title", "lines")) for kind in MessageKind}
)
PURPOSE = Body(
    {
        "title": Text(200),
        "description": Text(),
        "basis": Word(tuple(Basis)),
        "uses": Either(Word(("all",)), Many(Ref("item"))),
        "exits": Many(Word(tuple(Exit))),
        "at-most": Duration(),
        "serves": Word(tuple(PurposeDuty)),
        "messages": _MESSAGES,
        "dpv": _DPV,
        "fides": _USE,
        "editorial": Many(HEX),
    },
    required=("title", "basis"),
)

POINT = Body(
    {
        "kind": Word(tuple(PointKind)),
        "title": Text(200),
        "items": Many(Ref("item")),
        "stages": Named(Many(Ref("item")), ID, least=1),
        "purposes": Many(Ref("purpose")),
        "used-for": Named(Many(Ref("purpose")), ID, least=1),
        "recipients": Many(Ref("recipient")),
        "needed": Named(Text(), ID),
        "keep": KEEP,
        "consent-by": Later(),
    },
    required=("kind",),
)

SOURCES = Body(
    {
        "direct": Body(
            {"by": Many(Word((Source.OWN_SESSION, Source.WITNESSED_PAPER, Source.WITNESSED_CALL)))}, required=("by",)
        ),
        "partner": Body(
            {
                "needs": Word(("signed-consent-statement",)),
                "otherwise": Body({"quarantine": Duration()}, required=("quarantine",)),
                "record": Word(("jp-appi-30",)),
            },
            required=("needs", "otherwise"),
        ),
    }
)

COOKIE = Body(
    {
        "purpose": Ref("purpose"),
        "basis": Word((Basis.CONSENT, Basis.NECESSARY)),
        "life": Life(),
        "holds": Many(Ref("item")),
        "identifier": Word(("none", "device", "session")),
        "values": Many(COOKIE_VALUE),
        "up-to": Number(0, 100_000, whole=True),
        "serves": Word(tuple(CookieDuty)),
    },
    required=("basis", "life"),
)

STATISTICS = Body(
    {
        "about": Word(("person", "visit")),
        "dimensions": Named(
            Either(
                Word(("declared", "calendar")),
                Body({"of": Ref("item"), "cut": Many(Number(0, 1_000_000, whole=True))}, required=("of", "cut")),
            ),
            ID,
            least=1,
        ),
        "budget": Body(
            {
                "rho": Number(0, limits.COUNTED_RHO),
                "per": Word(("month", "quarter", "year")),
                "rho-year": Number(0, limits.COUNTED_RHO_YEAR),
                "delta": Number(0, 0.000_001),
            },
            required=("rho", "per", "rho-year", "delta"),
        ),
        "show": Body({"fewer-than": Number(1, 1_000_000, whole=True), "margin-over": Percent()}),
    },
    required=("about", "dimensions"),
)

_ABROAD = Body({"system": Text(), "measures": Text()}, required=("system", "measures"))
_RECIPIENT = Body(
    {
        "name": Text(200),
        "country": COUNTRY,
        "items": Many(Ref("item")),
        "purpose": Ref("purpose"),
        "means": Word(("sealed-file", "post", "encrypted-mail", "api")),
        "contact": Pattern(
            r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "an e-mail address such as `desk@club.example`"
        ),
        "abroad": _ABROAD,
    },
    required=("name", "country", "items", "purpose", "means"),
)
_PROCESSOR = Body(
    {
        "name": Text(200),
        "for": Many(Ref("purpose")),
        "country": COUNTRY,
        "uses": Many(Ref("item")),
        "safeguard": Text(200),
        "review": Duration(),
        "abroad": _ABROAD,
    },
    required=("for", "country", "uses"),
)
_JOINT_USE = Body(
    {"with": Many(Text(200)), "items": Many(Ref("item")), "purpose": Ref("purpose"), "responsible": Text(200)},
    required=("with", "items", "purpose", "responsible"),
)
_EXTERNAL_TRANSMISSION = Body(
    {"to": Text(200), "country": COUNTRY, "sends": Many(Text(200)), "use": Text(), "stop": Text()},
    required=("to", "country", "sends", "use"),
)
_ROLE = Body(
    {
        "title": Text(200),
        "purposes": Many(Ref("purpose")),
        "may": Many(Word(RIGHTS, LATER_RIGHTS)),
        "look-up": Flag(),
        "look-ups-a-day": Number(1, 10_000, whole=True),
    },
    required=("purposes",),
)
_ATTEST = Body({"by": Ref("role"), "every": Duration(), "evidence": ID}, required=("by", "every", "evidence"))

WORDS = Body(
    {
        "items": Named(Text(200), ID),
        "options": Named(Named(Text(200), ID), ID),
        "purposes": Named(
            Either(Text(200), Body({"title": Text(200), "description": Text()}, required=("title",))), ID
        ),
        "points": Named(Text(200), ID),
        "recipients": Named(Text(200), ID),
        "processors": Named(Text(200), ID),
        "roles": Named(Text(200), ID),
        "needed": Named(Named(Text(), ID), ID),
        "abroad": Named(_ABROAD, ID),
        "messages": Named(_MESSAGES, ID),
        "joint-use": Named(Body({"with": Many(Text(200)), "responsible": Text(200)}), ID),
        "refusals": Named(Text(200), ID),
        "external-transmissions": Named(
            Body({"to": Text(200), "sends": Many(Text(200)), "use": Text(), "stop": Text()}, required=("sends", "use")),
            ID,
        ),
    }
)

RULE = Body(
    {
        "kind": Word(tuple(ClauseKind)),
        "reading": Word(("literal", "interpreted")),
        "items": Named(ITEM, ID),
        "purposes": Named(PURPOSE, ID),
        "collection": Named(POINT, ID),
        "segments": Body(
            {
                "purpose": Ref("purpose"),
                "by": Many(Ref("item")),
                "counts": Body(
                    {
                        "rho": Number(0.0001, limits.COUNTED_RHO),
                        "per": Word(("month", "quarter", "year")),
                        "rho-year": Number(0.0001, limits.COUNTED_RHO_YEAR),
                        "fewer-than": Number(10, 1_000_000, whole=True),
                    }
                ),
            },
            required=("purpose", "by"),
        ),
        "sources": SOURCES,
        "cookies": Named(COOKIE, COOKIE_NAME),
        "tags": Later(),
        "addresses": Body(
            {"purpose": Ref("purpose"), "store": Word(("keyed-hash",)), "key-life": Duration()},
            required=("purpose", "store", "key-life"),
        ),
        "recipients": Named(_RECIPIENT, ID),
        "processors": Named(_PROCESSOR, ID),
        "joint-use": Named(_JOINT_USE, ID),
        "external-transmissions": Named(_EXTERNAL_TRANSMISSION, ID),
        "keep": KEEP,
        "statistics": Named(STATISTICS, ID),
        "disclosure": Body(
            {
                "scope": Many(Word(("persons", "items", "period"))),
                "grounds": Many(Word(GROUNDS)),
                "approvals": Number(1, 5, whole=True),
                "silence": Duration(),
            },
            required=("scope", "grounds", "approvals"),
        ),
        "rights": Body(
            {
                "fee": Body(
                    {
                        "amount": Number(0.01, 1_000_000),
                        "currency": Pattern(r"[A-Z]{3}", "a currency of three capital letters such as `JPY`"),
                        "for": Many(Word(TOLD)),
                    },
                    required=("amount", "currency", "for"),
                ),
                "refuse": Named(Text(200), ID),
            }
        ),
        "roles": Named(_ROLE, ID),
        "guarantees": Guarantees(),
        "attest": Named(_ATTEST, ID),
        "states": Word(("limitation", "fact", "scope")),
        "words": WORDS,
    }
)
"""What may stand in a clause's block."""

_SAID_OF_CONTROLLER = {
    "name": Text(200),
    "desk": Text(200),
    "contact": Text(200),
    "address": Text(200),
    "representative": Text(200),
    "complaints": Text(200),
    "requests": Text(),
    "fee": Text(200),
    "security": Text(),
}
_TIME_ZONE = Pattern(r"UTC|[A-Z][A-Za-z_]{1,20}(/[A-Z][A-Za-z0-9_+-]{1,30}){1,2}", "a time zone such as `Europe/Paris`")

FRONT = Body(
    {
        "policy": ID,
        "version": Number(1, 1_000_000, whole=True),
        "effective": Pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date such as `2026-11-01`"),
        "language": LANGUAGE,
        "translations": Many(LANGUAGE),
        "controller": Body({**_SAID_OF_CONTROLLER, "time-zone": _TIME_ZONE}, required=("name", "contact")),
        "law": Many(LAW),
        "publish": Body({"states": Flag(), "counts": Flag()}),
    },
    required=("policy", "version", "effective", "language", "controller"),
)
"""What stands in the front matter of the first file."""

FRONT_OF_TRANSLATION = Body(
    {
        "policy": ID,
        "language": LANGUAGE,
        "translates": Body({"version": Number(1, 1_000_000, whole=True), "hash": HEX}, required=("version", "hash")),
        "controller": Body(_SAID_OF_CONTROLLER, required=("name", "contact")),
    },
    required=("policy", "language", "translates"),
)
"""What stands in the front matter of a translation."""
