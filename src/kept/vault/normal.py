"""Normal forms: what people type, made comparable; what must never be typed, refused with a reason.

`normalise` answers the value to keep and the form to find it by. A value it answered, given again, gives the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from kept import limits
from kept.vault.individual_number import guard_individual_number
from kept.vault.text import DASHES, fold, one_width, readable, too_long, wrong

NO_TODAY = "9999-12-31"
SOME_OF = "some-of"
JAPAN = 81
JAPAN_DIGITS = (9, 10)
E164_DIGITS = 15
LOCAL_CHARACTERS = 64
ERAS = {
    "明治": (date(1868, 1, 25), date(1912, 7, 30)),
    "大正": (date(1912, 7, 30), date(1926, 12, 25)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "令和": (date(2019, 5, 1), date(9999, 12, 31)),
}
ERA_LETTERS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}

_ERA_DATE = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHRmtshr])(元|\d{1,2})[年./-](\d{1,2})[月./-](\d{1,2})日?", re.ASCII
)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_PHONE = re.compile(r"(\+?[0-9 ().\-]+?)(?: ?(?:ext\.?|内線|x|#|;ext=) ?([0-9]{1,7}))?", re.ASCII | re.IGNORECASE)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]"
_DOTTED = re.compile(rf"(?=[^A-Za-z0-9]*[A-Za-z0-9])(?:\.{_ATOM}*|{_ATOM}*\.\.{_ATOM}*|{_ATOM}*\.)", re.ASCII)
_POSTCODE = re.compile(r"(?:〒 ?(\d{3})[ -]*(\d{4})|(\d{3})-?(\d{4}))(?!\d)[ 、,]*(.*)", re.ASCII)


class NormalValue(NamedTuple):
    """A value to keep, and the form it is found by (empty for items never found by)."""

    value: str | tuple[str, ...]
    find_by: str


class _Asked(NamedTuple):
    field: str
    options: Sequence[str]
    today: str


def normalise(
    form: str, raw: str | Sequence[str], *, field: str = "", options: Sequence[str] = (), today: str = NO_TODAY
) -> NormalValue:
    """Bring what was typed into normal form.

    Args:
        form: Name of a normal form, such as `email`; empty for what is never collected.
        raw: As typed; a list for some-of.
        field: Item id, for the error.
        options: Declared options of one-of and some-of.
        today: ISO date; dates after it, or over 130 years before, are refused. Without one (a value kept earlier is
            looked at again) no date is.

    Raises:
        SubmissionError: It is not acceptable; says why and what to type instead, never what was typed.
    """
    if form == SOME_OF:
        return _some_of(raw, field, options)
    if not isinstance(raw, str):
        raise wrong(field, "expected one text, found several", "one-value", "fill the field once")
    text = readable(raw, field)
    guard_individual_number(text, field, may_be_phone=form == "phone")
    if form not in _FORMS:
        raise wrong(
            field,
            "expected an item that may be collected, found one that never is",
            "never-collected",
            "leave it out",
            rests_on="declared-items-only",
        )
    return _FORMS[form](text, _Asked(field, options, today))


def _some_of(raw: str | Sequence[str], field: str, options: Sequence[str]) -> NormalValue:
    chosen = [raw] if isinstance(raw, str) else raw
    if len(chosen) > len(options) or any(one not in options for one in chosen):
        raise wrong(field, "expected some of the declared options, found another", "options", "choose from the list")
    return NormalValue(tuple(option for option in options if option in chosen), "")


def _one_of(text: str, asked: _Asked) -> NormalValue:
    if text not in asked.options:
        raise wrong(
            asked.field, "expected one of the declared options, found another", "options", "choose from the list"
        )
    return NormalValue(text, text)


def _name(text: str, asked: _Asked) -> NormalValue:
    if len(text) > limits.NAME_CHARACTERS:
        raise too_long(asked.field, limits.NAME_CHARACTERS)
    return NormalValue(text, _PARTS_OF_NAMES.sub("", fold(text).translate(DASHES).replace("\u2019", "'")))


_PARTS_OF_NAMES = re.compile("[ \u30fb\u00b7]")
"""Between the parts of a name a space, a middle dot or nothing is written."""


def _words(text: str, asked: _Asked) -> NormalValue:
    del asked
    return NormalValue(text, fold(text))


def _email(text: str, asked: _Asked) -> NormalValue:
    typed = one_width(text)
    local, _, domain = typed.rpartition("@")
    dotted = len(local) <= LOCAL_CHARACTERS and _DOTTED.fullmatch(local) is not None
    try:
        checked = _checked(f"a@{domain}" if dotted else typed)
    except EmailNotValidError:
        raise wrong(
            asked.field, "expected an e-mail address, found something else", "email", "write it as name@example.jp"
        ) from None
    named = local if dotted else checked.local_part
    return NormalValue(f"{named}@{checked.domain}", f"{named.lower()}@{checked.ascii_domain}")


def login_form(typed: str) -> str:
    """Return a login name in the one form it is looked up, counted and recognised in: without case and edges, at most 64 long."""
    return typed.strip().lower()[:64].strip()


def wire_address(address: str) -> str:
    """Return a mail address as a server is given it: its domain in ASCII, by the same rules by which it is matched.

    A local part with dots where none may stand, as Japanese carriers once gave them, is quoted. Source: RFC 5321 §4.1.2.

    Args:
        address: As kept.

    Raises:
        ValueError: Its domain is none.
    """
    local, _, domain = address.rpartition("@")
    quoted = f'"{local}"' if _DOTTED.fullmatch(local) else local
    return f"{quoted}@{domain if domain.isascii() else _checked(f'a@{domain}').ascii_domain}"


def _checked(address: str) -> ValidatedEmail:
    return validate_email(address, check_deliverability=False, allow_smtputf8=True, test_environment=True, strict=True)


def _phone(text: str, asked: _Asked) -> NormalValue:
    shape = _PHONE.fullmatch(one_width(text).translate(DASHES))
    number = _parsed(f"{shape[1]};ext={shape[2]}" if shape[2] else shape[1]) if shape else None
    if number is None or not _dialled(number):
        raise wrong(
            asked.field,
            "expected a phone number, found something else",
            "phone",
            "write one number in digits, with its area code; a number abroad begins with +",
        )
    display = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if number.country_code == JAPAN and phonenumbers.is_valid_number(number):
        display = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return NormalValue(display, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _parsed(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, "JP")
    except phonenumbers.NumberParseException:
        return None


def _dialled(number: phonenumbers.PhoneNumber) -> bool:
    """Whether it can be dialled from elsewhere; not whether it is assigned: new ranges open before their tables come."""
    digits = len(phonenumbers.national_significant_number(number))
    if number.country_code == JAPAN:
        return digits in JAPAN_DIGITS
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    return possible and digits + len(str(number.country_code)) <= E164_DIGITS


def _date(text: str, asked: _Asked) -> NormalValue:
    day = _day(one_width(text).translate(DASHES).replace(" ", ""))
    if day is None:
        raise wrong(
            asked.field, "expected a date, found something else", "date", "write it as 1990-04-01 or 平成2年4月1日"
        )
    years = int(asked.today[:4]) - day.year
    if asked.today != NO_TODAY and (day.isoformat() > asked.today or years > limits.BIRTH_YEARS):
        raise wrong(asked.field, "expected a date in a lifetime, found another", "date-range", "check the year")
    return NormalValue(day.isoformat(), day.isoformat())


def _day(text: str) -> date | None:
    try:
        if era := _ERA_DATE.fullmatch(text):
            first, last = ERAS[ERA_LETTERS.get(era[1].upper(), era[1])]
            year = first.year - 1 + (1 if era[2] == "元" else int(era[2]))
            day = date(year, int(era[3]), int(era[4]))
            return day if first <= day <= last else None
        if found := _DATE.fullmatch(text):
            year, month, number = (int(part) for part in found.groups() if part)
            return date(year, month, number)
    except ValueError:
        pass
    return None


def _address(text: str, asked: _Asked) -> NormalValue:
    kept = one_width(text)
    found = _POSTCODE.fullmatch(kept.translate(DASHES))
    if found:
        rest = kept[len(kept) - len(found[5]) :] if found[5] else ""
        if not rest:
            raise wrong(
                asked.field, "expected an address behind the postcode, found none", "address", "add the address"
            )
        kept = f"〒{found[1] or found[3]}-{found[2] or found[4]} {rest}"
    if len(kept) > limits.TEXT_CHARACTERS:
        raise too_long(asked.field, limits.TEXT_CHARACTERS)
    return NormalValue(kept, fold(kept.translate(DASHES)).replace(" ", ""))


_FORMS: dict[str, Callable[[str, _Asked], NormalValue]] = {
    "one-of": _one_of,
    "person-name": _name,
    "title": _name,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "address-jp": _address,
    "text": _words,
}

FORMS = frozenset({*_FORMS, SOME_OF})
"""Names of the normal forms; which one an item has follows from its type."""
