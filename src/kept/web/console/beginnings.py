"""Files to begin a draft from: of this policy's points, purposes and languages, with words to write over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from kept import limits
from kept.policy.campaign import campaign_purposes
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.day import day_of
from kept.policy.model import Point, Policy
from kept.policy.segment import segment_items

Texts = Mapping[str, str]

TITLES: Mapping[str, Texts] = {
    "questionnaire": {"en": "Three questions", "ja": "三つの質問"},
    "contest": {"en": "A contest", "ja": "コンテスト"},
    "sweepstake": {"en": "A sweepstake", "ja": "抽選"},
    "event": {"en": "An open afternoon", "ja": "午後の催し"},
    "campaign": {"en": "News, chosen for you", "ja": "お選びしたお知らせ"},
}
ABOUT: Texts = {"en": "What it is about, in a sentence or two.", "ja": "内容を一、二文で説明します。"}
QUESTIONS: Mapping[str, Texts] = {
    "how": {"en": "How do you mostly find us?", "ja": "主にどのように当方をお知りになりますか"},
    "content": {"en": "How content are you with us?", "ja": "どのくらい満足していますか"},
    "wish": {"en": "What do you miss?", "ja": "足りないものは何ですか"},
}
OPTIONS: Mapping[str, Texts] = {
    "friends": {"en": "By friends", "ja": "知人から"},
    "chance": {"en": "By chance", "ja": "偶然に"},
}
NUMBER: Texts = {
    "en": "A number others make public that day",
    "ja": "その日に他者が公表する数",
}
DEAR: Texts = {"en": "Dear {name},", "ja": "{name} 様"}


def campaign(policy: Policy) -> str:
    """Return a campaign's file: its purpose on consent, one of its ways, and whom to choose by; empty where there is none.

    Args:
        policy: In force.
    """
    purpose = next((policy.purposes[one] for one in campaign_purposes(policy)), None)
    if purpose is None:
        return ""
    way = next((one.value for one in CHANNEL_TABLE if one in purpose.exits), "")
    by = next((policy.items[one] for one in segment_items(policy, purpose.id) if policy.items[one].options), None)
    lines = ["id: news-1", f"purpose: {purpose.id}", *_said(policy, "title", TITLES["campaign"]), "text:"]
    for language in policy.languages:
        lines += [f"  {language}:", f"    - {_quoted(DEAR, language)}", f"    - {_quoted(ABOUT, language)}"]
    lines += ["channels:", f"  - {way}"]
    if by is not None:
        lines += ["to:", f"  {by.id}:", *(f"    - {one}" for one in by.options[:2])]
    return "\n".join(lines) + "\n"


def instance(policy: Policy, point: Point, now: float) -> str:
    """Return the file of a questionnaire, contest, sweepstake or event that is open for two months.

    Args:
        policy: In force.
        point: Of one of those kinds.
        now: Unix seconds.
    """
    lines = [
        f"id: {point.id}-1",
        f"point: {point.id}",
        *_said(policy, "title", TITLES[point.kind]),
        *_said(policy, "about", ABOUT),
        f"closes: {_day(policy, now + limits.INSTANCE_SUGGESTED_DAYS * limits.DAY)}",
        *_of_kind(policy, point.kind.value, now),
    ]
    return "\n".join(lines) + "\n"


def _of_kind(policy: Policy, kind: str, now: float) -> Iterator[str]:
    if kind == "event":
        yield "capacity: 30"
    if kind in {"contest", "sweepstake"}:
        yield "prizes: 1"
    if kind == "sweepstake":
        yield from _said(policy, "public-number", NUMBER)
        yield f"number-day: {_day(policy, now + (limits.INSTANCE_SUGGESTED_DAYS + 2) * limits.DAY)}"
    if kind == "questionnaire":
        yield "questions:"
        for name, more in (("how", "one-of"), ("content", "scale"), ("wish", "text")):
            yield from (f"  {name}:", f"    type: {more}")
            if more == "scale":
                yield from ("    from: 1", "    to: 5")
            yield from _said(policy, "ask", QUESTIONS[name], 4)
            if more == "one-of":
                yield "    of:"
                for option, texts in OPTIONS.items():
                    yield from _said(policy, option, texts, 6)


def _said(policy: Policy, word: str, texts: Texts, indent: int = 0) -> list[str]:
    """Return a text in every language of the policy; in English where we have no words of it."""
    before = " " * indent
    return [f"{before}{word}:", *(f"{before}  {one}: {_quoted(texts, one)}" for one in policy.languages)]


def _quoted(texts: Texts, language: str) -> str:
    return json.dumps(texts.get(language, texts["en"]), ensure_ascii=False)


def _day(policy: Policy, at: float) -> str:
    return day_of(at, policy.zone)
