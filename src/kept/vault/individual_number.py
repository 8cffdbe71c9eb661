"""Japan's Individual Number, which is never taken: how one is recognised in whatever text is about to be kept.

One recogniser for every text and every source. Twelve digits are looked for in any script and width, with separators between
them, alone or beside words. Of twelve random digits one in ten ends in a right check digit, so some other numbers are refused
too; the refusal says how to write them (`tests/unit/vault/test_individual_number.py` measures how many).

Source: Ministry of Internal Affairs and Communications Ordinance No. 85 of 2014, Art. 5 (twelve digits, check digit).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers

from kept.errors import SubmissionError
from kept.vault.text import DASHES, fold

DIGITS = 12
_SEPARATOR = r"[ \-._/,\u30fb\u00b7|:]{0,3}"
_RUN = re.compile(rf"\+?[0-9](?:{_SEPARATOR}[0-9])*")
_MOMENT = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}([-/.])[0-9]{1,2}\1[0-9]{1,2}[ t][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_NAMED = re.compile(r"マイナンバ|マイナ番号|個人番号|my\s*number|individual\s*number|personal\s*number", re.IGNORECASE)
_KANJI_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def guard_individual_number(text: str, field: str, *, may_be_phone: bool = False) -> None:
    """Refuse text that holds an Individual Number; every text somebody wrote passes here before it is kept.

    Args:
        text: As typed, of any length.
        field: Item id or field, for the error.
        may_be_phone: As in `looks_like_individual_number`.

    Raises:
        SubmissionError: It looks like one; the number itself is not in the message.
    """
    if looks_like_individual_number(text, may_be_phone=may_be_phone):
        raise SubmissionError(
            "expected no Individual Number, found twelve digits that look like one",
            field=field,
            reason="individual-number",
            hint="we never take Individual Numbers; write another number with a word between its parts, such as 123456 and "
            "789012, and a phone number with 0 or + at its beginning",
            rests_on="declared-items-only",
        )


def looks_like_individual_number(text: str, *, may_be_phone: bool = False) -> bool:
    """Whether text holds what is probably an Individual Number.

    Twelve digits (of any width or script, kanji digits too) whose last is the check digit: in one piece, in pieces of one
    length, or in any pieces where no other digits stand beside them. A date with its time of day is none, and neither is a
    phone number with a plus, unless the text names the Individual Number.

    Args:
        text: Any.
        may_be_phone: In a phone field: a valid phone number is let through even without a plus.
    """
    plain = fold(text)
    named = _NAMED.search(plain) is not None
    digits_only = _MOMENT.sub("x", _ascii_digits(plain).translate(DASHES))
    return any(
        has_check_digit(re.sub(r"[^0-9]", "", found)) and (named or not _is_phone(found, may_be_phone=may_be_phone))
        for run in _RUN.finditer(digits_only)
        for found in _twelves(run.group())
    )


def _twelves(run: str) -> Iterator[str]:
    """Yield each twelve digits of a run of digits and separators that are written as one number."""
    pieces = list(re.finditer(r"\+?[0-9]+", run))
    lengths = [len(piece.group().lstrip("+")) for piece in pieces]
    if sum(lengths) == DIGITS:
        yield run
        return
    for first, length in enumerate(lengths):
        count, rest = divmod(DIGITS, length)
        after = first + count
        if rest or lengths[first:after] != [length] * count:
            continue
        longer = lengths[first - 1 : first] == [length] or lengths[after : after + 1] == [length]
        if count == 1 or not longer:  # pieces of one length that go on are a longer number, such as a card's
            yield run[pieces[first].start() : pieces[after - 1].end()]


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
