"""The engine's own words for people, by language: exits, bases, durations, retention.

What a policy says itself comes from its files; these are the words of the closed vocabulary. A language that is not
here reads English.
"""

from __future__ import annotations

from collections.abc import Mapping

from kept import limits
from kept.policy.channel import CHANNEL_TABLE, Wording
from kept.policy.model import Retention
from kept.policy.words import Basis, ClauseKind, CookieDuty, Exit

LANGUAGES = ("en", "ja")
"""Languages the engine has words in: for notices, pages and messages. A test holds every table of words against it."""

EXITS: Mapping[Exit, Wording] = {
    Exit.SCREEN: {"en": "our staff's screen", "ja": "担当者の画面"},
    Exit.OWN_PAGE: {"en": "your own page", "ja": "お客様ご自身のページ"},
    Exit.TAKE_ALONG: {"en": "your download", "ja": "お客様へのデータのお渡し"},
    Exit.SEGMENT: {"en": "choosing what suits you", "ja": "お届けする内容の選定"},
    Exit.STATISTICS: {"en": "statistics that show nobody", "ja": "個人を識別しない統計"},
    Exit.PUBLICATION: {"en": "publication", "ja": "公表"},
    Exit.PROVISION: {"en": "a third party you agreed to", "ja": "同意いただいた第三者"},
    Exit.PROCESSOR: {"en": "a company acting for us", "ja": "委託先"},
    Exit.LEGAL_BUNDLE: {"en": "an authority the law names", "ja": "法令に定める機関"},
    Exit.APP: {"en": "our own programs", "ja": "当社のシステム"},
} | {way: one.words for way, one in CHANNEL_TABLE.items()}

BASES: Mapping[Basis, Wording] = {
    Basis.CONSENT: {"en": "only if you agree", "ja": "同意いただいた場合のみ"},
    Basis.NOTICE: {"en": "as told beforehand; you can object", "ja": "事前にお知らせのうえ（お断りいただけます）"},
    Basis.NECESSARY: {"en": "needed for the service", "ja": "サービスに必要なため"},
    Basis.LAW: {"en": "required by law", "ja": "法令に基づくため"},
}

KINDS: Mapping[ClauseKind, Wording] = {
    ClauseKind.PROMISE: {"en": "promise", "ja": "約束"},
    ClauseKind.PERMISSION: {"en": "permission", "ja": "許容"},
    ClauseKind.PERMISSION_AND_PROMISE: {"en": "permission and promise", "ja": "許容と約束"},
    ClauseKind.DEFINITION: {"en": "definition", "ja": "定義"},
    ClauseKind.STATEMENT: {"en": "statement", "ja": "説明"},
}

OTHERS: Mapping[str, Wording] = {
    "recipient": {"en": "third party, only with your consent", "ja": "第三者、同意いただいた場合のみ"},
    "joint-use": {
        "en": "uses it jointly with us; responsible: {responsible}",
        "ja": "共同利用（責任者：{responsible}）",
    },
    "processor": {"en": "acts for us", "ja": "当社に代わって取り扱う者"},
    "review": {"en": "reviewed every {time}", "ja": "{time}ごとに点検"},
}

IDENTIFIERS: Mapping[str, Wording] = {
    "none": {"en": "holds no identifier", "ja": "識別子なし"},
    "device": {"en": "holds a number of this device", "ja": "端末の番号"},
    "session": {"en": "holds a number of this visit", "ja": "この訪問の番号"},
}

COOKIES: Mapping[CookieDuty, Wording] = {
    CookieDuty.SESSION: {"en": "Signing you in", "ja": "サインイン"},
    CookieDuty.REMEMBER: {"en": "Saving you typing your password", "ja": "パスワード入力の省略"},
    CookieDuty.CHOICES: {"en": "Remembering your cookie choices", "ja": "クッキーの選択の記憶"},
    CookieDuty.DEVICE: {"en": "Preventing unauthorised use", "ja": "不正利用の防止"},
    CookieDuty.VISIT: {"en": "Counting visits without knowing whose", "ja": "個人を特定しない訪問の集計"},
}
"""What a cookie the engine declares itself is for; a policy that declares it says so in its own words."""

_EVENTS: Mapping[str, Wording] = {
    "account-closed": {"en": "you close your account", "ja": "退会"},
    "closed": {"en": "it has ended", "ja": "終了"},
    "prize-delivered": {"en": "the prize has arrived", "ja": "賞品のお届け"},
}

_UNITS = (
    (31_536_000.0, "year", "年"),
    (2_628_000.0, "month", "か月"),
    (limits.DAY, "day", "日間"),
    (limits.HOUR, "hour", "時間"),
    (60.0, "minute", "分間"),
    (1.0, "second", "秒間"),
)


def say(words: Wording, language: str) -> str:
    """Return the word in *language*, else in English."""
    return words.get(language) or words["en"]


def listed(language: str, *words: str) -> str:
    """Return words as a list, without the empty ones."""
    return ("、" if language == "ja" else ", ").join(one for one in words if one)


def reviewed(seconds: float | None, language: str) -> str:
    """Return how often a processor is reviewed; empty where the policy does not say."""
    return (
        say(OTHERS["review"], language).format(time=duration(seconds, language)).replace("every 1 ", "every ")
        if seconds
        else ""
    )


def duration(seconds: float, language: str) -> str:
    """Return a length of time in the largest unit that divides it: `30 days`, `30日間`."""
    for length, english, japanese in _UNITS:
        if seconds >= length and seconds % length == 0:
            number = int(seconds // length)
            if language == "ja":
                return f"{number}{japanese}"
            return f"{number} {english}{'' if number == 1 else 's'}"
    return f"{seconds:g}秒間" if language == "ja" else f"{seconds:g} seconds"


def retention(keep: Retention, language: str) -> str:
    """Return how long something is kept, as one phrase naming every end; the earliest counts."""
    japanese = language == "ja"
    ends = []
    if keep.until:
        event = say(_EVENTS[keep.until], language)
        if keep.then_seconds:
            then = duration(keep.then_seconds, language)
            ends.append(f"{event}から{then}" if japanese else f"until {then} after {event}")
        else:
            ends.append(f"{event}まで" if japanese else f"until {event}")
    if keep.for_seconds is not None:
        length = duration(keep.for_seconds, language)
        ends.append(f"ご提供から{length}" if japanese else f"for {length}")
    if keep.dormant_seconds is not None:
        length = duration(keep.dormant_seconds, language)
        ends.append(f"最後のご利用から{length}" if japanese else f"until {length} after your last visit")
    if keep.at_most_seconds is not None:
        length = duration(keep.at_most_seconds, language)
        ends.append(f"最長でご提供から{length}" if japanese else f"at most {length}")
    if len(ends) < 2:  # noqa: PLR2004 -- one end needs no order
        return "".join(ends)
    if japanese:
        return "、".join(ends) + "のうち、いずれか早い時点まで"
    return ", or ".join(ends) + ", whichever comes first"
