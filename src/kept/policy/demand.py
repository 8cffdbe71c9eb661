"""Words that say something has to be given, on a form where nothing has to be.

A table of words finds the plain demand; a sentence that says no is none: *not required*, *nothing is required*. One put in other
words is left to who reads it. A policy that requires something says so itself: `needed` at the point, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_GIVE = (
    "give|enter|state|provide|fill|tell|write|type|submit|leave|include|name|answer|complete|share|"
    "be (?:given|filled|complete|stated)"
)
_OUT = "excluded|disqualified|invalid|incomplete|ineligible|not (?:be )?(?:counted|considered|accepted|eligible|valid)"
_ENGLISH = (
    "required|requirement|mandatory|compulsory|obligatory|obligation|prerequisite|"
    rf"(?:must|have to|has to|need to|are to) (?:\w+ ){{0,2}}?(?:{_GIVE})|"
    rf"(?:{_OUT}) (?:\w+ ){{0,3}}?(?:without|if|unless)|"
    rf"(?:without|unless) [^.!?]{{0,60}}(?:{_OUT}|take part)|"
    "only (?:with|if you (?:give|enter|state|provide|tell))"
)
_JAPANESE = (
    "必須|必ず[^。]{0,20}(?:記入|入力|記載|回答|お書き|ご提供|お知らせ|お答え)|義務|"
    "(?:記入|入力|記載|回答|提供)(?:が|は)?(?:必要です|必要となります|していただく必要)|"
    "(?:しなければ|しないと|なければ|ないと|ない(?:場合|方|もの|応募|回答)は?)[^。]{0,20}"
    "(?:なりません|無効|失格|対象外|対象になりません|受け付け(?:ません|できません))"
)
_BOUND = "required|mandatory|compulsory|obligatory|excluded|disqualified|invalid"
_NOT = re.compile(
    rf"\b(?:not|never|neither|nor|\w+n[’']t) (?:\w+ ){{0,2}}?(?:{_BOUND}|(?:have|has|need) to)"
    rf"|\b(?:no|nothing|none|nobody|no one)\b[^.!?]{{0,40}}?\b(?:{_BOUND}|(?:have|has|must|need(?:s|ed)?)(?: to)?)"
    rf"(?: (?:{_GIVE}))?"
    "|(?:必須|義務|必要)(?:で|と)は(?:なく|ありません|ない)|(?:記入|入力|記載|回答|提供)(?:は|の)必要は(?:ありません|なく)",
    re.IGNORECASE,
)
_DEMAND = re.compile(rf"\b(?:{_ENGLISH})\b|{_JAPANESE}", re.IGNORECASE)


def demands_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words of *texts* that say something has to be given, as they stand there."""
    return tuple(found[0] for text in texts if (found := _DEMAND.search(_NOT.sub(" ", text))))
