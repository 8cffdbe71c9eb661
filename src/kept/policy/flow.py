"""The flow drawing: item → purpose → exit or recipient, as one SVG without script, legible in light and dark.

Colours are `currentColor` and classes the page may style; the text alternative names every edge's ends by counts and
the full list stands in the summary beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from kept.policy import phrase
from kept.policy.model import Policy
from kept.policy.words import Exit

_ROW, _TOP, _WIDTH, _BOX = 34, 52, 1020, 26
_COLUMNS = ((10, 190), (330, 360), (790, 220))
_HEADS = {
    "en": ("What you may give", "What for", "Where it goes"),
    "ja": ("ご提供いただく情報", "利用目的", "利用の方法・提供先"),
}
_TITLE = {"en": "How personal information flows", "ja": "個人情報の流れ"}
_DESCRIPTION = {
    "en": "{items} items serve {purposes} purposes and leave by {exits} exits.",
    "ja": "{items}項目の情報を{purposes}の目的に利用し、その行き先は{exits}種類です。",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """One line of the drawing: item to purpose, or purpose to exit or recipient; with the clause of the purpose."""

    source: str
    target: str
    clause: str
    basis: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The drawing as values: (id, title) of each column, and the edges between them."""

    items: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    exits: tuple[tuple[str, str], ...]
    edges: tuple[Edge, ...]


def flow(policy: Policy, language: str) -> Flow:
    """Return what flows where; purposes that use no item are left out, `uses: all` is drawn from every item."""
    items = [item for item in policy.items.values() if item.collected]
    purposes = [purpose for purpose in policy.purposes.values() if purpose.uses]
    edges: list[Edge] = []
    ends: dict[str, str] = {}
    for purpose in purposes:
        edges += [
            Edge(f"item {item.id}", f"purpose {purpose.id}", purpose.clause, purpose.basis)
            for item in items
            if purpose.may_use(item.id)
        ]
        for way in Exit:
            if way not in purpose.exits:
                continue
            targets = {f"exit {way}": phrase.say(phrase.EXITS[way], language)}
            if way is Exit.PROVISION:
                named = [one for one in policy.recipients.values() if one.purpose == purpose.id]
                targets = {f"recipient {one.id}": _word(one.names, language) for one in named} or targets
            ends.update(targets)
            edges += [Edge(f"purpose {purpose.id}", end, purpose.clause, purpose.basis) for end in targets]
    used = {edge.source for edge in edges}
    return Flow(
        items=tuple((f"item {i.id}", _word(i.titles, language)) for i in items if f"item {i.id}" in used),
        purposes=tuple((f"purpose {p.id}", _word(p.titles, language)) for p in purposes),
        exits=tuple(ends.items()),
        edges=tuple(edges),
    )


def flow_svg(policy: Policy, language: str) -> str:
    """Return the drawing as an SVG element for an HTML page; all text is escaped."""
    shown = flow(policy, language)
    columns = (shown.items, shown.purposes, shown.exits)
    height = _TOP + _ROW * max((len(column) for column in columns), default=0) + 10
    places = {
        key: (column, _TOP + _ROW * row + (height - _TOP - _ROW * len(entries)) / 2)
        for column, entries in enumerate(columns)
        for row, (key, _) in enumerate(entries)
    }
    text = phrase.say(_DESCRIPTION, language).format(
        items=len(shown.items), purposes=len(shown.purposes), exits=len(shown.exits)
    )
    heads = _HEADS.get(language, _HEADS["en"])
    drawn = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" viewBox="0 0 {_WIDTH} {height:g}" role="img" '
            f'lang="{escape(language)}" aria-labelledby="flow-title flow-desc">'
        ),
        f'<title id="flow-title">{escape(phrase.say(_TITLE, language))}</title>',
        f'<desc id="flow-desc">{escape(text)}</desc>',
        *(
            f'<text class="flow-head" x="{left}" y="24" fill="currentColor" font-size="15" font-weight="600">'
            f"{escape(head)}</text>"
            for (left, _), head in zip(_COLUMNS, heads, strict=True)
        ),
        *(_line(edge, places) for edge in shown.edges),
        *(_box(key, title, places) for column in columns for key, title in column),
        "</svg>",
    ]
    return "".join(drawn)


def _line(edge: Edge, places: dict[str, tuple[int, float]]) -> str:
    column, top = places[edge.source]
    left, width = _COLUMNS[column]
    start = left + width
    target_column, target_top = places[edge.target]
    end = _COLUMNS[target_column][0]
    middle = (start + end) / 2
    y1, y2 = top + _BOX / 2, target_top + _BOX / 2
    return (
        f'<path class="flow-edge flow-{escape(edge.basis)}" fill="none" stroke="currentColor" stroke-opacity=".3" '
        f'd="M{start:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {end:g} {y2:g}"/>'
    )


def _box(key: str, title: str, places: dict[str, tuple[int, float]]) -> str:
    column, top = places[key]
    left, width = _COLUMNS[column]
    kind = key.partition(" ")[0]
    return (
        f'<g class="flow-{kind}"><rect x="{left}" y="{top:g}" width="{width}" height="{_BOX}" rx="4" fill="none" '
        f'stroke="currentColor" stroke-opacity=".5"/><text x="{left + 8}" y="{top + 18:g}" fill="currentColor" '
        f'font-size="13">{escape(_short(title, width))}<title>{escape(title)}</title></text></g>'
    )


def _short(title: str, width: int) -> str:
    """Cut *title* to what fits; a full-width character counts twice."""
    room, kept = (width - 16) / 6.6, ""
    for character in title:
        room -= 1 if ord(character) < 0x1100 else 1.95  # noqa: PLR2004 -- where full-width scripts begin
        if room < 1:
            return kept + "…"
        kept += character
    return kept


def _word(titles: Mapping[str, str], language: str) -> str:
    return titles.get(language) or next(iter(titles.values()), "")
