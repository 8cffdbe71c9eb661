"""Normal forms: what people type, made comparable; what must never be typed, refused with a reason.

`normalise` answers the value to keep and the form to find it by. It refuses control and direction characters, lone
surrogates, over-long text, and Japan's Individual Number wherever it turns up (§1.1).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from kept.errors import SubmissionError

MAX_CHARACTERS = 2000
MAX_NAME_CHARACTERS = 200
MAX_YEARS = 130
INDIVIDUAL_NUMBER_DIGITS = 12
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ーｰ﹣－〜～", "-"))
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}
FORBIDDEN_CATEGORIES = {"Cc", "Cs", "Co", "Cn"}
DIRECTION = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
CONTEXT = re.compile(r"マイナンバー|個人番号|my\s*number|individual\s*number", re.IGNORECASE)


class NormalValue(NamedTuple):
    """A value to keep, and the form it is found by (empty for items never found by)."""

    value: str | tuple[str, ...]
    find_by: str


def normalise(
    item_type: str, raw: str | Sequence[str], *, field: str = "", options: Sequence[str] = (), today: str = "9999-12-31"
) -> NormalValue:
    """Bring what was typed into normal form.

    Args:
        item_type: Type word of the policy language, such as `email`.
        raw: As typed; a list for some-of.
        field: Item id, for the error.
        options: Declared options of one-of and some-of.
        today: ISO date; dates after it are refused.

    Raises:
        SubmissionError: It is not acceptable; says why and what to type instead, never what was typed.
    """
    if item_type == "some-of":
        chosen = [raw] if isinstance(raw, str) else list(raw)
        if len(chosen) > len(options) or any(one not in options for one in chosen):
            raise _wrong(field, "expected some of the declared options, found another", "options", "choose from the list")
        return NormalValue(tuple(option for option in options if option in chosen), "")
    if not isinstance(raw, str):
        raise _wrong(field, "expected one text, found several", "one-value", "fill the field once")
    text = _clean(raw, field)
    guard_individual_number(text, field, may_be_phone=item_type in {"phone", "fax"})
    match item_type:
        case "one-of":
            if text not in options:
                raise _wrong(
                    field, "expected one of the declared options, found another", "options", "choose from the list"
                )
            return NormalValue(text, text)
        case "email":
            return _email(text, field)
        case "phone" | "fax":
            return _phone(text, field)
        case "date":
            return _date(text, field, today)
        case "address-jp":
            return _address(text, field)
        case "person-name" | "contest-entry":
            if len(text) > MAX_NAME_CHARACTERS:
                raise _too_long(field, MAX_NAME_CHARACTERS)
            return NormalValue(text, fold(text).replace(" ", ""))
        case "answer" | "issued-number":
            return NormalValue(text, fold(text))
        case _:
            raise _wrong(
                field, f"expected an item that may be collected, found {item_type}", "never-collected", "leave it out",
                clause="§1.1",
            )


def fold(text: str) -> str:
    """Return *text* with width, case and spacing made equal."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def guard_individual_number(text: str, field: str, *, may_be_phone: bool = False) -> None:
    """Refuse text that holds an Individual Number.

    Twelve digits whose last is the check digit, standing alone or near a word that names the number. One random
    12-digit number in ten has a right check digit, so a possible phone number is let through in a phone field.

    Raises:
        SubmissionError: It looks like one; the number itself is not in the message. Source: Cabinet Office / MIC
            Ordinance No. 85 of 2014, Art. 5 (check digit).
    """
    flat = unicodedata.normalize("NFKC", text).translate(DASHES)
    for found in re.finditer(r"(?<!\d)\+?\d(?:[ \-]?\d){11}(?!\d)", flat):
        digits = re.sub(r"\D", "", found.group())
        if len(digits) != INDIVIDUAL_NUMBER_DIGITS or not has_check_digit(digits):
            continue
        if may_be_phone and found.group().startswith("+") and not CONTEXT.search(flat):
            continue
        raise SubmissionError(
            "expected no Individual Number, found twelve digits that look like one",
            field=field,
            reason="individual-number",
            hint="we never take Individual Numbers; if it is a phone number, write it with its area code or country code",
            clause="§1.1",
        )


def has_check_digit(digits: str) -> bool:
    """Whether twelve digits end in the check digit of an Individual Number."""
    total = sum(
        int(digits[11 - n]) * (n + 1 if n <= 6 else n - 5)  # noqa: PLR2004 -- the ordinance's own weights
        for n in range(1, 12)
    )
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def _clean(raw: str, field: str) -> str:
    if len(raw) > MAX_CHARACTERS:
        raise _too_long(field, MAX_CHARACTERS)
    for character in raw:
        if character in DIRECTION or (
            unicodedata.category(character) in FORBIDDEN_CATEGORIES and character not in "\n\r\t"
        ):
            raise _wrong(
                field,
                "expected readable characters, found a control or direction character",
                "characters",
                "type the text again instead of pasting it",
            )
    text = " ".join(unicodedata.normalize("NFC", raw).split())
    if not text:
        raise _wrong(field, "expected a value, found none", "empty", "leave the field empty to keep it to yourself")
    return text


def _email(text: str, field: str) -> NormalValue:
    flat = unicodedata.normalize("NFKC", text).replace(" ", "")
    try:
        checked = validate_email(flat, check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except EmailNotValidError:
        raise _wrong(
            field, "expected an e-mail address, found something else", "email", "write it as name@example.jp"
        ) from None
    domain = checked.ascii_domain or checked.domain
    return NormalValue(checked.normalized, f"{checked.local_part.casefold()}@{domain.casefold()}")


def _phone(text: str, field: str) -> NormalValue:
    flat = unicodedata.normalize("NFKC", text).translate(DASHES)
    try:
        number = phonenumbers.parse(flat, "JP")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise _wrong(field, "expected a phone number, found something else", "phone", "write it with its area code")
    region = phonenumbers.PhoneNumberFormat.NATIONAL if number.country_code == 81 else phonenumbers.PhoneNumberFormat.INTERNATIONAL  # noqa: PLR2004 -- Japan
    return NormalValue(
        phonenumbers.format_number(number, region), phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    )


def _date(text: str, field: str, today: str) -> NormalValue:
    flat = unicodedata.normalize("NFKC", text).translate(DASHES).replace(" ", "")
    for era, before in ERAS.items():
        if flat.startswith(era):
            rest = flat.removeprefix(era).replace("元", "1", 1)
            year, _, tail = rest.partition("年")
            flat = f"{int(year) + before if year.isdigit() else 0}年{tail}"
            break
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", flat)
    try:
        if parts is None:
            raise ValueError
        day = date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        raise _wrong(field, "expected a date, found something else", "date", "write it as 1990-04-01") from None
    if day.isoformat() > today or (today != "9999-12-31" and int(today[:4]) - day.year > MAX_YEARS):
        raise _wrong(field, "expected a date in a lifetime, found another", "date-range", "check the year")
    return NormalValue(day.isoformat(), day.isoformat())


def _address(text: str, field: str) -> NormalValue:
    flat = unicodedata.normalize("NFKC", text)
    found = re.match(r"^〒?\s*(\d{3})[\s\-‐‑–−ー]*(\d{4})[\s、,]*(.*)$", flat)
    if found:
        if not found[3]:
            raise _wrong(field, "expected an address behind the postcode, found none", "address", "add the address")
        flat = f"〒{found[1]}-{found[2]} {found[3]}"
    return NormalValue(flat, fold(flat.translate(DASHES)).replace(" ", ""))


def _wrong(field: str, message: str, reason: str, hint: str, clause: str = "§2.2") -> SubmissionError:
    return SubmissionError(message, field=field, reason=f"value-{reason}", hint=hint, clause=clause)


def _too_long(field: str, most: int) -> SubmissionError:
    return _wrong(field, f"expected at most {most} characters, found more", "long", "shorten it")
