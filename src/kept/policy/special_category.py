"""Words of what nobody asks in passing: categories that need special care, and what says who somebody is.

A table of words finds the plain question, not one that is put in other words, in a picture or in a third language; whoever
approves the questions reads them. A policy that needs such an answer declares it: `special` of the item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

CATEGORIES: Mapping[str, tuple[str, str]] = {
    "health": (
        "health|illness(?:es)?|diseases?|disabilit(?:y|ies)|medical|medication|diagnosis|pregnan(?:t|cy)|blood (?:type|group)|allergy",
        "病気|病歴|持病|既往|疾患|健康|障がい|障害者|障害の|診断|投薬|服薬|妊娠|血液型|アレルギー|遺伝|ゲノム",
    ),
    "belief": (
        "religio(?:n|us)|faith|church|belief|creed|political|politics|part(?:y|ies) do you vote|philosoph(?:y|ical)",
        "宗教|信仰|信条|思想|政治|支持政党|政党",
    ),
    "origin": (
        "ethnic(?:ity)?|your race|racial|skin colou?r|nationality|caste|social status|birthplace",
        "人種|民族|国籍|本籍|肌の色|社会的身分|門地|出身地|被差別",
    ),
    "union": ("(?:trade|labou?r) unions?|union member(?:ship)?", "労働組合|組合員"),
    "crime": ("criminal|convict(?:ed|ion)|arrest(?:ed)?|crimes?|offences?", "前科|犯罪|逮捕|有罪|前歴|非行"),
    "sex-life": ("sex life|sexual(?:ity)?|sexual orientation|gender identity", "性生活|性的|性自認|性別違和"),
    "identity": (
        "(?:full|your|family|given|first|last) names?|phone|telephone|e-?mail|(?:postal|home|your) address|birthday",
        "氏名|お名前|姓名|電話番号|メールアドレス|ご?住所|生年月日|誕生日|旅券|パスポート|マイナンバー|個人番号",
    ),
}
"""By category: its words in English, as whole words, and in Japanese, wherever they stand."""
_FIND = {
    word: re.compile(rf"\b(?:{english})\b|{japanese}", re.IGNORECASE)
    for word, (english, japanese) in CATEGORIES.items()
}


def special_in(texts: Iterable[str]) -> frozenset[str]:
    """Return the categories of which a word stands in *texts*."""
    said = "\n".join(texts)
    return frozenset(word for word, pattern in _FIND.items() if pattern.search(said))
