"""Japan's Individual Number is never taken (§1.1)."""

from __future__ import annotations

import random

import pytest
from cited import cited

from kept.errors import SubmissionError
from kept.vault.individual_number import has_check_digit, looks_like_individual_number
from kept.vault.normal import normalise

NUMBER = "123456789018"


def test_check_digit_by_hand():
    """12345678901 has check digit 8: 1*6+2*5+3*4+4*3+5*2+6*7+7*6+8*5+9*4+0*3+1*2 = 212, 212 mod 11 = 3, 11 - 3 = 8."""
    assert [digit for digit in range(10) if has_check_digit(f"12345678901{digit}")] == [8]


def test_check_digit_zero():
    """Remainders 0 and 1 both give check digit 0."""
    assert has_check_digit("000000000000")
    assert has_check_digit("000000000060")  # 6 * 2 = 12, remainder 1


def test_one_in_ten():
    """Of 12-digit numbers spread evenly about one in ten passes, which is why the check digit alone refuses nothing."""
    passing = sum(has_check_digit(f"{n * 7_919_000_113 % 10**12:012d}") for n in range(20_000))
    assert 1800 < passing < 2200


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "1234-5678-9018",
        "1234 5678 9018",
        "1234 - 5678 - 9018",
        "1234・5678・9018",
        "１２３４−５６７８−９０１８",
        "１２３４ー５６７８ー９０１８",
        "1２3４5６7８9０1８",
        "一二三四五六七八九〇一八",
        "١٢٣٤٥٦٧٨٩٠١٨",
        "1234\u200d5678\u200d9018",
        "（1234-5678-9018）。",
        "私のマイナンバーは1234 5678 9018です",
        "ﾏｲﾅﾝﾊﾞｰ 123456789018",
        "個人番号：123456789018",
        "my number is 123456789018",
        "MyNumber=123456789018",
        "Individual Number 1234-5678-9018",
        "order 000000000001, マイナンバー 123456789018",
    ],
)
@pytest.mark.parametrize("form", ["text", "title", "person-name", "address-jp", "phone", "email"])
def test_refused_with_a_reason(form, text):
    """Standing alone or named, in any field, it is refused, with the clause and without the number."""
    with pytest.raises(SubmissionError) as refused:
        normalise(form, text, field="the_field")
    assert refused.value.reason == "individual-number"
    assert cited(refused.value) == "§1.1"
    assert "9018" not in f"{refused.value} {refused.value.hint}"


BESIDE_WORDS = (
    "番号は123456789018です", "番号は 1234 5678 9018 です", "parcel JP123456789018", "order 123456789018 arrived",
    "1 2 3 4 5 6 7 8 9 0 1 8 と申します", "2026-11-23 に 123-456-789-018", "〒604-8001 京都市中京区 123456789018",
    "604-8001 123456789018", "電話 090-1234-5678 と 123456789018", "１２３４ー５６７８ー９０１８でございます", "n12345678901８n",
    "123456789018 123456789018", "a\n1234\n5678\n9018\nb", "1111 123456789018 1111",
)  # fmt: skip


@pytest.mark.parametrize("text", BESIDE_WORDS)
@pytest.mark.parametrize("form", ["text", "title", "person-name", "address-jp"])
def test_words_around_it_hide_nothing(form, text):
    """Behind a word, before one, between two, beside another number: it is refused."""
    with pytest.raises(SubmissionError) as refused:
        normalise(form, text)
    assert refused.value.reason == "individual-number"


@pytest.mark.parametrize(
    "text",
    [
        "123456789012",
        "my number is 123456789012",
        "12345678901",
        "1234567890181",
        "2026-11-23 1234",
        "2026-11-23 10:38",
        "I will not tell you my number",
        "マイナンバーは書きません",
        "+819012345618",
        "4111 1234 5678 9018",
        "123456 and 789018",
    ],
)
def test_let_through(text):
    """Wrong check digit, another length, a longer number, a moment, a phone number, and the way the refusal names."""
    assert not looks_like_individual_number(text)


def test_the_refusal_says_how_to_write_another_number():
    """Whose order number is refused learns what to do; done so, it is taken."""
    with pytest.raises(SubmissionError) as refused:
        normalise("text", f"order {NUMBER}")
    assert "a word between its parts" in refused.value.hint
    assert normalise("text", f"order {NUMBER[:6]} and {NUMBER[6:]}").value


def others(kind: str, count: int = 4000) -> list[str]:
    """Numbers that are none, made without chance's help in the test's favour: the seed is fixed, the digits are even."""
    dice = random.Random(kind)  # noqa: S311 -- numbers to measure with, no secret

    def n(digits: int) -> str:
        return "".join(dice.choice("0123456789") for _ in range(digits))

    made = {
        "order": lambda: n(12), "order in words": lambda: f"order {n(4)}-{n(4)}-{n(4)} arrived", "ean": lambda: n(13),
        "card": lambda: f"{n(4)} {n(4)} {n(4)} {n(4)}", "mobile": lambda: f"090-{n(4)}-{n(4)}",
        "mobile abroad": lambda: f"+81 90-{n(4)}-{n(4)}", "landline": lambda: f"03-{n(4)}-{n(4)}",
        "postcode": lambda: f"〒{n(3)}-{n(4)}",
        "address": lambda: f"{n(3)}-{n(4)} 京都市中京区木屋町通{dice.randint(1, 9)}-{dice.randint(1, 30)}-{dice.randint(1, 1200)}",
        "two phones": lambda: f"090-{n(4)}-{n(4)} 03-{n(4)}-{n(4)}",
        "moment": lambda: f"20{dice.randint(10, 29)}-{dice.randint(10, 12)}-{dice.randint(10, 28)} {dice.randint(10, 23)}:{n(2)}",
    }  # fmt: skip
    return [made[kind]() for _ in range(count)]


@pytest.mark.parametrize(
    ("kind", "at_most"),
    [
        ("order", 0.11), ("order in words", 0.11), ("ean", 0.0), ("card", 0.0), ("mobile", 0.0), ("mobile abroad", 0.0),
        ("landline", 0.0), ("postcode", 0.0), ("address", 0.0), ("two phones", 0.0), ("moment", 0.0),
    ],
)  # fmt: skip
def test_how_many_other_numbers_are_refused(kind, at_most):
    """One 12-digit number in ten; no phone number, postcode, address, card, EAN or moment. LIMITATIONS says so."""
    found = [looks_like_individual_number(one) for one in others(kind)]
    assert at_most * 0.8 <= sum(found) / len(found) <= at_most


def phones_with_a_check_digit():
    """Return Japanese mobile numbers whose twelve digits with country code end in the right check digit."""
    return [text for n in range(1000) if has_check_digit(text := f"8190{12345000 + n}")]


def test_phone_numbers_that_pass_the_check():
    """A valid phone number is taken in a phone field, though its twelve digits end in a right check digit."""
    phones = phones_with_a_check_digit()
    assert len(phones) > 50
    for phone in phones:
        for typed in (phone, f"+{phone}", f"+81 90-{phone[4:8]}-{phone[8:]}"):
            assert normalise("phone", typed).find_by == f"+{phone}"


def test_phone_number_called_an_individual_number():
    """Whoever names it an Individual Number is believed, even when it could be a phone."""
    phone = phones_with_a_check_digit()[0]
    assert looks_like_individual_number(phone)
    assert not looks_like_individual_number(f"+{phone}")
    assert looks_like_individual_number(f"マイナンバー +{phone}", may_be_phone=True)
