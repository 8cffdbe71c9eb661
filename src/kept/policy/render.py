"""The policy as a page: sections, paragraphs and clauses as safe HTML, and a plain summary from the declarations.

HTML comes from one place, the inline parser with raw HTML switched off and links held against a list of schemes, so a
template may insert `html` as it is. Everything else is plain text that the template escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt

from kept.errors import InputError
from kept.policy import phrase
from kept.policy.coverage import Part, parts
from kept.policy.duties import cookies_of
from kept.policy.joint_use import joint_uses
from kept.policy.law import LAWS
from kept.policy.markdown import inline_parser, is_allowed_link
from kept.policy.model import Block, Cookie, Policy, Section
from kept.policy.present import abroad_words, country_words
from kept.policy.words import Basis, ClauseKind, CookieDuty, Exit


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One clause for the margin: what it is and what is behind it.

    Args:
        id: Clause id; its permalink is `#4.6`.
        html: The sentence or phrase as safe HTML.
        kind: What sort of sentence it is.
        kind_word: The same for people.
        interpreted: Whether the policy says how it is read.
        inline: Whether it is a phrase of a longer sentence.
        parts: What is behind it.
    """

    id: str
    html: str
    kind: ClauseKind
    kind_word: str
    interpreted: bool
    inline: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class BlockView:
    """One paragraph as safe HTML, with the clauses it holds (the one it ends with first)."""

    kind: str
    html: str
    clauses: tuple[ClauseView, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """One heading (plain text) with its paragraphs."""

    id: str
    title: str
    blocks: tuple[BlockView, ...]


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """One purpose of the summary: plain texts in the page's language."""

    id: str
    title: str
    description: str
    clause: str
    basis: Basis
    basis_word: str
    items: tuple[str, ...]
    exits: tuple[str, ...]
    recipients: tuple[str, ...]
    stoppable: bool


@dataclass(frozen=True, slots=True)
class PointRow:
    """One collection point of the summary: what is asked there, for what, for how long."""

    id: str
    title: str
    clause: str
    items: tuple[str, ...]
    purposes: tuple[str, ...]
    recipients: tuple[str, ...]
    keep: str
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """Somebody else who has something: a third party with consent, who uses it with us, or who acts for us.

    Args:
        id: Its word.
        name: Its name.
        clause: Clause that declares it.
        country: ISO 3166-1 code; empty where none is declared.
        items: What it has.
        purposes: What for.
        third_party: Whether it gets it for itself, with consent.
        kind_word: The same for people, and what else is declared: who is responsible, the safeguard, the review.
        abroad: What protects it in another country; empty where nothing is said.
    """

    id: str
    name: str
    clause: str
    country: str
    items: tuple[str, ...]
    purposes: tuple[str, ...]
    third_party: bool
    kind_word: str
    abroad: str = ""


@dataclass(frozen=True, slots=True)
class TransmissionRow:
    """One external transmission, as people read it: a page makes the browser send something to somebody else.

    Source: Telecommunications Business Act (Japan) Art. 27-12 and its enforcement rules Art. 22-2-29: what is sent, who uses
    it, and what for.
    """

    id: str
    clause: str
    to: str
    country: str
    sends: tuple[str, ...]
    use: str
    stop: str


@dataclass(frozen=True, slots=True)
class CookieRow:
    """One cookie of the table: declared by the policy, or (without clause) by the engine, which cannot do without it.

    *says* are the values it may have where the policy lists them: words, and a range of numbers such as `0–20`.
    """

    name: str
    purpose: str
    clause: str
    basis_word: str
    life: str
    holds: tuple[str, ...]
    identifier: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What we collect, for what, who gets it, how long, your choices; all from the declarations."""

    points: tuple[PointRow, ...]
    purposes: tuple[PurposeRow, ...]
    recipients: tuple[RecipientRow, ...]
    cookies: tuple[CookieRow, ...]
    transmissions: tuple[TransmissionRow, ...]

    @property
    def choices(self) -> tuple[PurposeRow, ...]:
        """The purposes a person can allow or stop."""
        return tuple(purpose for purpose in self.purposes if purpose.stoppable)


@dataclass(frozen=True, slots=True)
class Page:
    """The policy page in one language."""

    policy: str
    version: int
    effective: str
    hash: str
    language: str
    languages: tuple[str, ...]
    title: str
    controller: Mapping[str, str]
    sections: tuple[SectionView, ...]
    summary: Summary
    laws: tuple[str, ...]

    @property
    def clauses(self) -> tuple[ClauseView, ...]:
        """Every clause, in the order of the text."""
        return tuple(clause for section in self.sections for block in section.blocks for clause in block.clauses)


def render(policy: Policy, language: str) -> Page:
    """Return the page of *policy* in *language*.

    Raises:
        InputError: The policy has no complete and fresh text in that language.
    """
    if language not in policy.languages:
        raise InputError(
            "expected a language of the policy, found another",
            reason="language-unknown",
            hint=f"the policy is complete in: {', '.join(policy.languages)}",
        )
    behind = parts(policy)
    return Page(
        policy=policy.id,
        version=policy.version,
        effective=policy.effective,
        hash=policy.hash,
        language=language,
        languages=policy.languages,
        title=policy.titles.get(language, ""),
        controller={**policy.controller, **policy.controllers.get(language, {})},
        sections=tuple(_section(policy, section, language, behind) for section in policy.sections),
        summary=summarise(policy, language),
        laws=tuple(phrase.say(LAWS[law], language) for law in policy.law),
    )


def inline_html(text: str) -> str:
    """Return one paragraph of Markdown as safe HTML: no raw HTML, no images, links of known schemes only."""
    return str(_SAFE.renderInline(text))


def _safe_parser() -> MarkdownIt:
    parser = inline_parser().disable(["html_inline", "image"])
    parser.validateLink = is_allowed_link  # type: ignore[method-assign, assignment]  # the library's hook
    return parser


_SAFE = _safe_parser()


def _section(policy: Policy, section: Section, language: str, behind: Mapping[str, tuple[Part, ...]]) -> SectionView:
    blocks = tuple(_block(policy, block, language, behind) for block in section.blocks if language in block.texts)
    return SectionView(section.id, section.titles[language], blocks)


def _block(policy: Policy, block: Block, language: str, behind: Mapping[str, tuple[Part, ...]]) -> BlockView:
    views = []
    for clause_id in block.clauses:
        clause = policy.clauses[clause_id]
        html = inline_html(clause.texts[language])
        word = phrase.say(phrase.KINDS[clause.kind], language)
        views.append(
            ClauseView(clause_id, html, clause.kind, word, clause.interpreted, clause.inline, behind[clause_id])
        )
    return BlockView(block.kind, inline_html(block.texts[language]), tuple(views))


def summarise(policy: Policy, language: str) -> Summary:
    """Return the plain summary in *language*."""
    return Summary(
        points=tuple(_points(policy, language)),
        purposes=tuple(_purposes(policy, language)),
        recipients=tuple(_recipients(policy, language)),
        transmissions=transmissions(policy, language),
        cookies=cookie_rows(policy, language),
    )


def cookie_rows(policy: Policy, language: str) -> tuple[CookieRow, ...]:
    """Return every cookie that may be set, as people read it.

    Args:
        policy: In force.
        language: Of the words.
    """
    return tuple(
        CookieRow(
            name=cookie.name,
            purpose=cookie_purpose(policy, cookie, language),
            clause=cookie.clause,
            basis_word=phrase.say(phrase.BASES[cookie.basis], language),
            life=cookie_life(cookie.life_seconds, language),
            holds=_items(policy, cookie.holds, language),
            identifier=phrase.say(phrase.IDENTIFIERS[cookie.identifier], language),
            says=(*cookie.values, *((f"0–{cookie.up_to}",) if cookie.up_to >= 0 else ())),
        )
        for cookie in cookies_of(policy).values()
    )


def _points(policy: Policy, language: str) -> list[PointRow]:
    return [
        PointRow(
            id=point.id,
            title=_word(point.titles, language),
            clause=point.clause,
            items=_items(policy, dict.fromkeys(i for stage in point.stages.values() for i in stage), language),
            purposes=tuple(_word(policy.purposes[purpose].titles, language) for purpose in point.purposes),
            recipients=tuple(_word(policy.recipients[name].names, language) for name in point.recipients),
            keep=phrase.retention(point.retention, language),
            required=_items(policy, point.needed, language),
        )
        for point in policy.points.values()
    ]


def _purposes(policy: Policy, language: str) -> list[PurposeRow]:
    every = [item.id for item in policy.items.values() if item.collected]
    return [
        PurposeRow(
            id=purpose.id,
            title=_word(purpose.titles, language),
            description=_word(purpose.descriptions, language),
            clause=purpose.clause,
            basis=purpose.basis,
            basis_word=phrase.say(phrase.BASES[purpose.basis], language),
            items=_items(policy, every if purpose.uses == ("*",) else purpose.uses, language),
            exits=tuple(phrase.say(phrase.EXITS[way], language) for way in Exit if way in purpose.exits),
            recipients=tuple(
                _word(recipient.names, language)
                for recipient in policy.recipients.values()
                if recipient.purpose == purpose.id
            ),
            stoppable=purpose.basis in (Basis.CONSENT, Basis.NOTICE),
        )
        for purpose in policy.purposes.values()
    ]


def transmissions(policy: Policy, language: str) -> tuple[TransmissionRow, ...]:
    """Return the table of external transmissions a policy declares, in *language*."""
    rows = []
    for one in policy.declarations:
        if one.word == "external-transmissions":
            said: Mapping[str, Any] = one.said.get(language, one.body)
            country = country_words(said["country"], language)
            row = (said["to"], country, said["sends"], said["use"], said.get("stop", ""))
            rows.append(TransmissionRow(one.id, one.clause, *row))
    return tuple(rows)


def _recipients(policy: Policy, language: str) -> list[RecipientRow]:
    third = [
        RecipientRow(
            one.id,
            _word(one.names, language),
            one.clause,
            one.country,
            _items(policy, one.items, language),
            (_word(policy.purposes[one.purpose].titles, language),),
            third_party=True,
            kind_word=phrase.say(phrase.OTHERS["recipient"], language),
            abroad=abroad_words(one, language),
        )
        for one in policy.recipients.values()
    ]
    ours = [
        RecipientRow(
            one.id,
            _word(one.names, language),
            one.clause,
            one.country,
            _items(policy, one.uses, language),
            tuple(_word(policy.purposes[purpose].titles, language) for purpose in one.for_purposes),
            third_party=False,
            kind_word=phrase.listed(
                language,
                phrase.say(phrase.OTHERS["processor"], language),
                _word(one.safeguards, language) if one.safeguards else "",
                phrase.reviewed(one.review_seconds, language),
            ),
            abroad=abroad_words(one, language),
        )
        for one in policy.processors.values()
    ]
    together = [
        RecipientRow(
            one.id,
            phrase.listed(language, *one.partners),
            one.clause,
            "",
            _items(policy, one.items, language),
            (_word(policy.purposes[one.purpose].titles, language),),
            third_party=False,
            kind_word=phrase.say(phrase.OTHERS["joint-use"], language).format(responsible=one.responsible),
        )
        for one in joint_uses(policy, language)
    ]
    return third + together + ours


def cookie_purpose(policy: Policy, cookie: Cookie, language: str) -> str:
    """Return what a cookie is for, as people read it; for a default cookie in the engine's own words."""
    purpose = policy.purposes.get(cookie.purpose)
    if purpose is not None:
        return _word(purpose.titles, language)
    return phrase.say(phrase.COOKIES[CookieDuty(cookie.serves)], language) if cookie.serves else ""


def _items(policy: Policy, names: Iterable[str], language: str) -> tuple[str, ...]:
    return tuple(_word(policy.items[name].titles, language) for name in names)


def _word(titles: Mapping[str, str], language: str) -> str:
    return titles.get(language) or next(iter(titles.values()), "")


def cookie_life(seconds: float | None, language: str) -> str:
    """Return how long a cookie lives, in words; None is until the browser is closed."""
    if seconds is None:
        return "ブラウザーを閉じるまで" if language == "ja" else "until you close the browser"
    return phrase.duration(seconds, language)
