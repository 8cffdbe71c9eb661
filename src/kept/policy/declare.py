"""Makes the model's values out of the plain values of rule blocks, one function for each word."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from kept.policy.item_type import ItemType
from kept.policy.model import (
    Attestation,
    Cookie,
    Item,
    Point,
    Processor,
    Purpose,
    Recipient,
    Retention,
    Role,
)
from kept.policy.prefecture import OPTION_TITLES
from kept.policy.words import Basis, Exit, PointKind

Titles = Mapping[str, str]
Plain = Mapping[str, Any]


def item(word: str, plain: Plain, clause: str, titles: Titles, options: Mapping[str, Titles]) -> Item:
    """Make an item; *titles* and *options* are what people read, by language."""
    of = plain.get("of", ())
    built_in = of if isinstance(of, str) else ""
    return Item(
        id=word,
        type=ItemType(plain["type"]),
        identifies=plain.get("identifies", "alone"),
        clause=clause,
        findable=plain.get("findable", False),
        per_instance="per" in plain,
        collected="collect" not in plain,
        source=plain.get("source", ""),
        options=tuple(OPTION_TITLES[built_in]) if built_in else of,
        dpv=plain.get("dpv", ""),
        fides=plain.get("fides", ""),
        titles=titles,
        option_titles=options,
    )


def purpose(word: str, plain: Plain, clause: str, titles: Titles, descriptions: Titles) -> Purpose:
    """Make a purpose with its revision."""
    uses = plain.get("uses", ())
    dpv, fides = plain.get("dpv", ""), plain.get("fides", "")
    return Purpose(
        id=word,
        basis=Basis(plain["basis"]),
        uses=("*",) if uses == "all" else uses,
        exits=frozenset(Exit(way) for way in plain.get("exits", ())),
        clause=clause,
        revision=revision(titles, descriptions, dpv, fides),
        titles=titles,
        descriptions=descriptions,
        dpv=dpv,
        fides=fides,
        editorial=frozenset(plain.get("editorial", ())),
        at_most_seconds=plain.get("at-most"),
        serves=plain.get("serves", ""),
    )


def revision(titles: Titles, descriptions: Titles, dpv: str, fides: str) -> str:
    """Return what makes a purpose the same purpose: hex SHA-256 over what people read of it, and its terms."""
    framed = json.dumps(
        [sorted(titles.items()), sorted(descriptions.items()), dpv, fides], ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(b"kept/purpose/v1\x00" + framed.encode()).hexdigest()


def retention(plain: Plain) -> Retention:
    """Make a retention; a missing word means that this end does not apply."""
    return Retention(
        until=plain.get("until", ""),
        then_seconds=plain.get("then", 0),
        for_seconds=plain.get("for"),
        dormant_seconds=plain.get("dormant"),
        at_most_seconds=plain.get("at-most"),
    )


def point(  # noqa: PLR0913 -- what the caller looked up for it
    word: str, plain: Plain, clause: str, titles: Titles, keep: Plain, needed: Mapping[str, Titles]
) -> Point:
    """Make a collection point; *keep* is its own or, failing that, the policy's."""
    return Point(
        id=word,
        kind=PointKind(plain["kind"]),
        stages=plain["stages"] if "stages" in plain else {"": plain.get("items", ())},
        purposes=plain.get("purposes", ()),
        recipients=plain.get("recipients", ()),
        retention=retention(keep),
        clause=clause,
        needed=needed,
        titles=titles,
    )


def recipient(word: str, plain: Plain, clause: str, names: Titles, abroad: Mapping[str, Titles]) -> Recipient:
    """Make a third party; *abroad* is what is said of another country's rules, by language."""
    return Recipient(word, names, plain["country"], plain["items"], plain["purpose"], plain["means"], clause, abroad)


def processor(word: str, plain: Plain, clause: str, names: Titles, abroad: Mapping[str, Titles]) -> Processor:
    """Make somebody who acts for us; *abroad* is what is said of another country's rules, by language."""
    return Processor(
        word,
        plain["for"],
        plain["country"],
        plain["uses"],
        plain.get("review"),
        clause,
        names,
        plain.get("safeguard", ""),
        abroad,
    )


def cookie(word: str, plain: Plain, clause: str) -> Cookie:
    """Make a cookie; one without purpose keeps the empty word, which the check reports."""
    return Cookie(
        name=word,
        purpose=plain.get("purpose", ""),
        basis=Basis(plain["basis"]),
        life_seconds=plain["life"],
        holds=plain.get("holds", ()),
        identifier=plain.get("identifier", ""),
        clause=clause,
        serves=plain.get("serves", ""),
    )


def role(word: str, plain: Plain, clause: str, titles: Titles) -> Role:
    """Make a staff role; it may look people up unless the policy says otherwise."""
    may = frozenset(plain.get("may", ()))
    return Role(
        word, plain["purposes"], may, plain.get("look-up", True), clause, titles, int(plain.get("look-ups-a-day", 0))
    )


def attestation(word: str, plain: Plain, clause: str) -> Attestation:
    """Make what people attest."""
    return Attestation(word, plain["by"], plain["every"], plain["evidence"], clause)
