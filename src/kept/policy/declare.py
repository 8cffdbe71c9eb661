"""Makes the model's values out of the plain values of rule blocks, one function for each word."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kept.policy.duties import ENGINE_COOKIES, IDENTIFIERS
from kept.policy.item_type import ItemType
from kept.policy.message_kind import templates
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
from kept.policy.reading import Found
from kept.policy.title import Titles
from kept.policy.words import Basis, Exit, PointKind

Words = Mapping[str, str]
Plain = Mapping[str, Any]


def item(word: str, found: Found, titles: Titles) -> Item:
    """Make an item."""
    plain = found.plain
    of = plain.get("of", ())
    built_in = of if isinstance(of, str) else ""
    return Item(
        id=word,
        type=ItemType(plain["type"]),
        identifies=plain.get("identifies", "alone"),
        clause=found.clause,
        findable=plain.get("findable", False) or plain.get("findable-by-letter", False),
        for_requests=plain.get("findable-by-letter", False) and not plain.get("findable", False),
        per_instance="per" in plain,
        collected="collect" not in plain,
        source=plain.get("source", ""),
        options=tuple(OPTION_TITLES[built_in]) if built_in else of,
        dpv=plain.get("dpv", ""),
        fides=plain.get("fides", ""),
        titles=titles.of("items", word, plain.get("title", "")),
        option_titles=titles.options(word, of),
        special=frozenset(plain.get("special", ())),
    )


def purpose(word: str, found: Found, titles: Titles) -> Purpose:
    """Make a purpose with its revision."""
    plain = found.plain
    named = titles.of("purposes", word, plain["title"])
    descriptions = titles.descriptions(word, plain.get("description", ""))
    uses = plain.get("uses", ())
    dpv, fides = plain.get("dpv", ""), plain.get("fides", "")
    return Purpose(
        id=word,
        basis=Basis(plain["basis"]),
        uses=("*",) if uses == "all" else uses,
        exits=frozenset(Exit(way) for way in plain.get("exits", ())),
        clause=found.clause,
        revision=revision(named, descriptions, dpv, fides),
        titles=named,
        descriptions=descriptions,
        dpv=dpv,
        fides=fides,
        editorial=frozenset(plain.get("editorial", ())),
        at_most_seconds=plain.get("at-most"),
        serves=plain.get("serves", ""),
        messages=templates(titles.bodies("messages", word, plain.get("messages", {}))),
    )


def revision(titles: Words, descriptions: Words, dpv: str, fides: str) -> str:
    """Return what makes a purpose the same purpose: hex SHA-256 over what people read of it, and its terms."""
    framed = json.dumps(
        [sorted(titles.items()), sorted(descriptions.items()), dpv, fides], ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(b"kept/purpose/v1\x00" + framed.encode()).hexdigest()


def with_recipients(purposes: Mapping[str, Purpose], recipients: Mapping[str, Recipient]) -> dict[str, Purpose]:
    """Return the purposes, those of third parties with a revision that says whom people read of: another company is another yes.

    Args:
        purposes: By id.
        recipients: By id; each counts with its names, country, means and what protects there.
    """
    found = dict(purposes)
    for one in purposes.values():
        named = [
            [
                who.id,
                sorted(who.names.items()),
                who.country,
                who.means,
                sorted((at, sorted(said.items())) for at, said in who.abroad.items()),
            ]
            for who in sorted(recipients.values(), key=lambda who: who.id)
            if who.purpose == one.id
        ]
        if named:
            framed = json.dumps([one.revision, named], ensure_ascii=False, separators=(",", ":"))
            hashed = hashlib.sha256(b"kept/purpose-recipients/v1\x00" + framed.encode()).hexdigest()
            found[one.id] = replace(one, revision=hashed)
    return found


def retention(plain: Plain) -> Retention:
    """Make a retention; a missing word means that this end does not apply."""
    return Retention(
        until=plain.get("until", ""),
        then_seconds=plain.get("then", 0),
        for_seconds=plain.get("for"),
        dormant_seconds=plain.get("dormant"),
        at_most_seconds=plain.get("at-most"),
    )


def point(keep: Found | None) -> Callable[[str, Found, Titles], Point]:
    """Return what makes a collection point; *keep* is the policy's own, for points that have none."""

    def make(word: str, found: Found, titles: Titles) -> Point:
        plain = found.plain
        return Point(
            id=word,
            kind=PointKind(plain["kind"]),
            stages=plain["stages"] if "stages" in plain else {"": plain.get("items", ())},
            purposes=plain.get("purposes", ()),
            recipients=plain.get("recipients", ()),
            retention=retention(plain.get("keep", keep.plain if keep else {})),
            clause=found.clause,
            needed=titles.needed(word, plain.get("needed", {})),
            titles=titles.of("points", word, plain.get("title", "")),
            used_for=plain.get("used-for", {}),
        )

    return make


def recipient(word: str, found: Found, titles: Titles) -> Recipient:
    """Make a third party."""
    plain = found.plain
    abroad = titles.bodies("abroad", word, plain.get("abroad", {}))
    names = titles.of("recipients", word, plain["name"])
    return Recipient(
        word,
        names,
        plain["country"],
        plain["items"],
        plain["purpose"],
        plain["means"],
        found.clause,
        abroad,
        plain.get("contact", ""),
    )


def processor(word: str, found: Found, titles: Titles) -> Processor:
    """Make somebody who acts for us."""
    plain = found.plain
    abroad = titles.bodies("abroad", word, plain.get("abroad", {}))
    return Processor(
        word,
        plain["for"],
        plain["country"],
        plain["uses"],
        plain.get("review"),
        found.clause,
        titles.of("processors", word, plain.get("name", "")),
        plain.get("safeguard", ""),
        abroad,
    )


def cookie(word: str, found: Found, _titles: Titles) -> Cookie:
    """Make a cookie; one without purpose keeps the empty word, which the check reports.

    One that does not say whether it identifies carries no identifier, unless it serves what cannot do without.
    """
    plain = found.plain
    duty = plain.get("serves") or ENGINE_COOKIES.get(word)
    return Cookie(
        name=word,
        purpose=plain.get("purpose", ""),
        basis=Basis(plain["basis"]),
        life_seconds=plain["life"],
        holds=plain.get("holds", ()),
        identifier=plain.get("identifier") or IDENTIFIERS.get(duty or "", "none"),
        clause=found.clause,
        serves=plain.get("serves", ""),
        values=plain.get("values", ()),
        up_to=int(plain.get("up-to", -1)),
    )


def role(word: str, found: Found, titles: Titles) -> Role:
    """Make a staff role; it may look people up unless the policy says otherwise."""
    plain = found.plain
    named = titles.of("roles", word, plain.get("title", ""))
    may = frozenset(plain.get("may", ()))
    return Role(
        word,
        plain["purposes"],
        may,
        plain.get("look-up", True),
        found.clause,
        named,
        int(plain.get("look-ups-a-day", 0)),
    )


def attestation(word: str, found: Found, _titles: Titles) -> Attestation:
    """Make what people attest."""
    plain = found.plain
    return Attestation(word, plain["by"], plain["every"], plain["evidence"], found.clause)
