"""What a form shows before anything is given: the notice, built from the policy, as tuples and as the words themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kept.errors import SubmissionError
from kept.policy.model import Item, Point, Policy, Purpose, Retention
from kept.policy.notice import Notice, Term
from kept.policy.words import CHANNELS, Basis, Exit


@dataclass(frozen=True, slots=True)
class Hint:
    """What stands beside one field: its item, why it is asked for, until when it is kept, whether it is needed."""

    item: Item
    title: str
    why: str
    until: str
    needed: str


@dataclass(frozen=True, slots=True)
class Box:
    """One box to tick: a purpose, by a channel where it has channels, to a third party where it has one."""

    purpose: str
    exit: Exit | None
    recipient: str
    title: str
    clause: str


_WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "before": "Before you give us anything.",
        "who": "Who asks: {name}, {desk}, {contact}.",
        "what": "What for: {title}.",
        "uses": "It uses, if you give it: {items}.",
        "basis-consent": "Only if you tick it.",
        "basis-notice": "You can object at any time.",
        "basis-necessary": "Only as far as it is needed for this; you can stop it at any time.",
        "exits": "How: {exits}.",
        "recipient": "Third party, only if you tick it: {name} ({country}) receives {items}, as a sealed file, for: {title}.",
        "processor": "Acting for us: {names}. No one else sees it.",
        "nobody": "No one else sees it.",
        "keep": "How long: {until}.",
        "choice": "Everything here is optional. See, correct, take along, stop or erase it at any time under My data.",
        "account-closed": "until {then} after you leave",
        "closed": "until {then} after it closes",
        "prize-delivered": "until {then} after the prize has arrived",
        "for": "{time} after you gave it",
        "dormant": "at the latest {time} after you last signed in",
        "day": ("{n} day", "{n} days"),
        "month": ("{n} month", "{n} months"),
        "year": ("{n} year", "{n} years"),
        "or": "; ",
        "list": ", ",
        "colon": ": ",
        "by": "{title}, by {channel}",
        "to": "Give my {items} to {name}, {country}: {title}",
        "desk": "its desk",
    },
    "ja": {
        "before": "お預かりする前に、お読みください。",
        "who": "お尋ねするのは、{name}（{desk}、{contact}）です。",
        "what": "利用目的：{title}。",
        "uses": "ご提供いただいた場合に使う項目：{items}。",
        "basis-consent": "チェックを入れていただいた場合に限ります。",
        "basis-notice": "いつでもお断りいただけます。",
        "basis-necessary": "この目的に必要な範囲に限ります。いつでも停止できます。",
        "exits": "方法：{exits}。",
        "recipient": "第三者提供（チェックを入れていただいた場合に限ります）：{name}（{country}）に、{items}を封印したファイルで提供します。目的：{title}。",
        "processor": "当社に代わって扱う者：{names}。ほかの誰にも見せません。",
        "nobody": "ほかの誰にも見せません。",
        "keep": "保存期間：{until}。",
        "choice": "すべて任意です。「マイデータ」で、いつでも確認・訂正・持ち出し・利用停止・消去ができます。",
        "account-closed": "退会から{then}まで",
        "closed": "終了から{then}まで",
        "prize-delivered": "賞品の到着から{then}まで",
        "for": "ご提供から{time}",
        "dormant": "最後のサインインから遅くとも{time}",
        "day": ("{n}日", "{n}日"),
        "month": ("{n}か月", "{n}か月"),
        "year": ("{n}年", "{n}年"),
        "or": "、または",
        "list": "、",
        "colon": "：",
        "by": "{title}（{channel}）",
        "to": "{name}（{country}）へ{items}を提供する（{title}）",
        "desk": "窓口",
    },
}

EXIT_TITLES = {
    Exit.SCREEN: {"en": "on our staff's screen", "ja": "担当者の画面"},
    Exit.OWN_PAGE: {"en": "on your own page", "ja": "ご本人のページ"},
    Exit.TAKE_ALONG: {"en": "to take along", "ja": "持ち出し"},
    Exit.SEGMENT: {"en": "choosing what fits you", "ja": "あなたに合う内容の選択"},
    Exit.STATISTICS: {"en": "statistics that identify nobody", "ja": "個人を識別できない統計"},
    Exit.MAIL: {"en": "e-mail", "ja": "電子メール"},
    Exit.POST: {"en": "post", "ja": "郵便"},
    Exit.PHONE: {"en": "phone", "ja": "電話"},
    Exit.FAX: {"en": "fax", "ja": "ファクス"},
    Exit.PUBLICATION: {"en": "publication", "ja": "公表"},
    Exit.PROVISION: {"en": "handing it to the named third party", "ja": "明示した第三者への提供"},
    Exit.PROCESSOR: {"en": "a processor acting for us", "ja": "委託先"},
    Exit.LEGAL_BUNDLE: {"en": "an answer to an authority", "ja": "当局への回答"},
    Exit.APP: {"en": "our own systems", "ja": "当社のシステム"},
}
COUNTRIES = {"jp": {"en": "Japan", "ja": "日本"}}


def languages() -> tuple[str, ...]:
    """Return the languages notices can be written in."""
    return tuple(_WORDS)


def build_notice(policy: Policy, point_id: str, stage: str, language: str, *, instance: str = "") -> Notice:
    """Build the notice of a collection point.

    Args:
        policy: In force.
        point_id: A declared point.
        stage: A stage of it; empty when it has none.
        language: One the policy is complete in.
        instance: Run-time instance that narrows the point.

    Raises:
        SubmissionError: No such point or stage, or the policy is not offered in that language.
    """
    point = _point(policy, point_id, stage)
    if language not in policy.languages or language not in _WORDS:
        raise SubmissionError(
            "expected a language the policy is complete in, found another", reason="language-not-offered",
            hint=f"offered: {', '.join(policy.languages)}", clause="§2.3",
        )
    terms = [
        _term(policy, point, item, purpose)
        for item in point.stages[stage]
        for purpose in presented_purposes(policy, point)
        if purpose.may_use(item)
    ]
    return Notice(
        point=point_id,
        stage=stage,
        instance=instance,
        policy=policy.id,
        version=policy.version,
        policy_hash=policy.hash,
        language=language,
        text=notice_text(policy, point, stage, language),
        terms=tuple(sorted(terms, key=lambda term: (term.item, term.purpose))),
    )


def presented_purposes(policy: Policy, point: Point) -> list[Purpose]:
    """Return the purposes a point presents: its own, and the necessary ones that use every item (rights requests)."""
    always = [
        one.id for one in policy.purposes.values() if one.uses == ("*",) and one.basis is Basis.NECESSARY
    ]
    return [policy.purposes[one] for one in dict.fromkeys((*point.purposes, *always))]


def _point(policy: Policy, point_id: str, stage: str) -> Point:
    point = policy.points.get(point_id)
    if point is None or stage not in point.stages:
        raise SubmissionError(
            "expected a declared collection point, found another", reason="point-unknown", clause="§2.1",
            hint="declare it under `collection` in the policy",
        )
    return point


def _term(policy: Policy, point: Point, item: str, purpose: Purpose) -> Term:
    named = tuple(
        sorted(
            one for one in point.recipients
            if policy.recipients[one].purpose == purpose.id and item in policy.recipients[one].items
        )
    )
    return Term(
        item=item, purpose=purpose.id, revision=purpose.revision, basis=purpose.basis, exits=tuple(sorted(purpose.exits)),
        recipients=named, retention=point.retention,
    )


def notice_text(policy: Policy, point: Point, stage: str, language: str) -> str:
    """Return the words of a notice, plain text, a paragraph a line."""
    say = _WORDS[language]
    items = point.stages[stage]
    lines = [say["before"], say["who"].format(**{"desk": say["desk"], **policy.controllers.get(language, policy.controller)})]
    for purpose in presented_purposes(policy, point):
        used = [item for item in items if purpose.may_use(item)]
        if not used:
            continue
        recipients = [policy.recipients[one] for one in point.recipients if policy.recipients[one].purpose == purpose.id]
        line = say["what"].format(title=purpose.titles[language])
        if purpose.descriptions.get(language):
            line += " " + purpose.descriptions[language]
        line += " " + say["uses"].format(items=_join(say, [policy.items[item].titles[language] for item in used]))
        line += " " + say["exits"].format(
            exits=_join(say, [EXIT_TITLES[one][language] for one in sorted(purpose.exits)])
        )
        line += " " + say[f"basis-{purpose.basis.value}"]
        lines.append(line)
        lines += [
            say["recipient"].format(
                name=one.names[language],
                country=COUNTRIES.get(one.country, {}).get(language, one.country.upper()),
                items=_join(say, [policy.items[item].titles[language] for item in one.items if item in items]),
                title=purpose.titles[language],
            )
            for one in recipients
        ]
    names = [
        one.names[language]
        for one in policy.processors.values()
        if set(one.for_purposes) & set(point.purposes) and set(one.uses) & set(items)
    ]
    lines.append(say["processor"].format(names=_join(say, names)) if names else say["nobody"])
    lines.append(say["keep"].format(until=retention_words(point.retention, language)))
    lines.append(say["choice"])
    return "\n".join(lines)


def hints(policy: Policy, point_id: str, stage: str, language: str) -> list[Hint]:
    """Return what stands beside each field of a form."""
    point = _point(policy, point_id, stage)
    say = _WORDS[language]
    return [
        Hint(
            item=policy.items[item],
            title=policy.items[item].titles[language],
            why=_join(
                say,
                [
                    one.titles[language]
                    for one in presented_purposes(policy, point)
                    if one.id in point.purposes and one.may_use(item)
                ],
            ),
            until=retention_words(point.retention, language),
            needed=point.needed.get(item, {}).get(language, ""),
        )
        for item in point.stages[stage]
    ]


def boxes(policy: Policy, point_id: str, language: str) -> list[Box]:
    """Return the boxes of a form: every purpose on consent, by channel or by third party; none is ticked."""
    point = _point(policy, point_id, next(iter(policy.points[point_id].stages)) if point_id in policy.points else "")
    say = _WORDS[language]
    found = []
    for purpose_id in point.purposes:
        purpose = policy.purposes[purpose_id]
        if purpose.basis is not Basis.CONSENT:
            continue
        title = purpose.titles[language]
        recipients = [one for one in point.recipients if policy.recipients[one].purpose == purpose_id]
        for recipient in recipients:
            about = policy.recipients[recipient]
            words = say["to"].format(
                items=_join(say, [policy.items[item].titles[language] for item in about.items]),
                name=about.names[language],
                country=COUNTRIES.get(about.country, {}).get(language, about.country.upper()),
                title=title,
            )
            found.append(Box(purpose_id, None, recipient, words, about.clause))
        channels = [one for one in (Exit.MAIL, Exit.POST, Exit.PHONE, Exit.FAX) if one in purpose.exits & CHANNELS]
        for channel in channels:
            words = say["by"].format(title=title, channel=EXIT_TITLES[channel][language])
            found.append(Box(purpose_id, channel, "", words, purpose.clause))
        if not recipients and not channels:
            found.append(Box(purpose_id, None, "", title, purpose.clause))
    return found


def retention_words(retention: Retention, language: str) -> str:
    """Return a retention as words."""
    say = _WORDS[language]
    parts = []
    if retention.until:
        parts.append(say[retention.until].format(then=time_words(retention.then_seconds, language)))
    if retention.for_seconds is not None:
        parts.append(say["for"].format(time=time_words(retention.for_seconds, language)))
    if retention.at_most_seconds is not None:
        parts.append(say["for"].format(time=time_words(retention.at_most_seconds, language)))
    if retention.dormant_seconds is not None:
        parts.append(say["dormant"].format(time=time_words(retention.dormant_seconds, language)))
    return say["or"].join(parts)


def time_words(seconds: float, language: str) -> str:
    """Return a length of time in the largest unit that is whole: years, months, else days."""
    say = _WORDS[language]
    days = seconds / 86400
    for unit, length in (("year", 365.0), ("month", 30.0), ("day", 1.0)):
        count = round(days / length)
        if unit == "day" or (count >= 1 and abs(days - count * length) <= count * (length / 50) and days >= 2 * length):
            return say[unit][0 if count == 1 else 1].format(n=count)
    return ""


def _join(say: dict[str, Any], words: list[str]) -> str:
    return str(say["list"]).join(words)
