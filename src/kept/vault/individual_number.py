"""Japan's Individual Number, which is never taken: how one is recognised in what people type.

Source: Ministry of Internal Affairs and Communications Ordinance No. 85 of 2014, Art. 5 (twelve digits, check digit).
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from kept.errors import SubmissionError
from kept.vault.text import DASHES, fold

DIGITS = 12
_SEPARATOR = r"[ \-._/,\u30fb\u00b7|:]{0,3}"
_TWELVE = re.compile(rf"(?<![0-9])\+?[0-9](?:{_SEPARATOR}[0-9]){{11}}(?![0-9])")
_NAMED = re.compile(r"マイナンバ|マイナ番号|個人番号|my\s*number|individual\s*number|personal\s*number", re.IGNORECASE)
_KANJI_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def guard_individual_number(text: str, field: str, *, may_be_phone: bool = False, anywhere: bool = False) -> None:
    """Refuse text that holds an Individual Number.

    Args:
        text: Readable text, from `text.readable`.
        field: Item id, for the error.
        may_be_phone: As in `looks_like_individual_number`.
        anywhere: As in `looks_like_individual_number`.

    Raises:
        SubmissionError: It looks like one; the number itself is not in the message.
    """
    if looks_like_individual_number(text, may_be_phone=may_be_phone, anywhere=anywhere):
        raise SubmissionError(
            "expected no Individual Number, found twelve digits that look like one",
            field=field,
            reason="individual-number",
            hint="we never take Individual Numbers; for a phone number, begin with 0 or with + and the country code",
            rests_on="declared-items-only",
        )


def looks_like_individual_number(text: str, *, may_be_phone: bool = False, anywhere: bool = False) -> bool:
    """Whether text holds what is probably an Individual Number.

    Twelve digits (of any width or script, kanji digits too, with separators) whose last is the check digit. As one
    random 12-digit number in ten has a right one, the digits must also stand alone (no letter beside them) or in a
    text that names the Individual Number.

    Args:
        text: Readable text.
        may_be_phone: In a phone field: a valid phone number is let through even without a plus.
        anywhere: In a field where twelve digits have no business (a name): refuse them beside letters too.
    """
    plain = fold(text)
    named = _NAMED.search(plain) is not None
    digits_only = _ascii_digits(plain).translate(DASHES)
    alone = not any(character.isalpha() for character in digits_only)
    if not (named or alone or anywhere):
        return False
    for found in _TWELVE.finditer(digits_only):
        if not has_check_digit(re.sub(r"[^0-9]", "", found.group())):
            continue
        if not named and _is_phone(found.group(), may_be_phone=may_be_phone):
            continue
        return True
    return False


def has_check_digit(digits: str) -> bool:
    """Whether twelve ASCII digits end in the check digit of an Individual Number.

    Source: Ordinance No. 85 of 2014, Art. 5: with P(n) the n-th digit from the right without the check digit, Q(n) = n+1
    for n up to 6 and n-5 above, it is 11 - (sum of P(n) Q(n) mod 11), and 0 where the remainder is 0 or 1.
    """
    total = sum(
        int(digits[11 - n]) * (n + 1 if n <= 6 else n - 5)  # noqa: PLR2004 -- the ordinance's own weights
        for n in range(1, DIGITS)
    )
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def _ascii_digits(text: str) -> str:
    return "".join(
        str(unicodedata.decimal(character)) if unicodedata.decimal(character, None) is not None else character
        for character in text.translate(_KANJI_DIGITS)
    )


def _is_phone(text: str, *, may_be_phone: bool) -> bool:
    """Whether it is a phone number: with a plus one that can be dialled; without, in a phone field, one that is in use."""
    try:
        number = phonenumbers.parse(text, "JP")
    except phonenumbers.NumberParseException:
        return False
    if text.startswith("+"):
        return phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    return may_be_phone and phonenumbers.is_valid_number(number)
