"""Japan's Individual Number is never taken (§1.1)."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    "text",
    [
        "123456789012",
        "my number is 123456789012",
        "12345678901",
        "1234567890181",
        "order 123456789018 arrived",
        "parcel JP123456789018",
        "2026-11-23 1234",
        "I will not tell you my number",
        "マイナンバーは書きません",
        "+819012345618",
    ],
)
def test_let_through(text):
    """Wrong check digit, another length, beside ordinary words: let through."""
    assert not looks_like_individual_number(text)


def test_name_has_no_business_with_twelve_digits():
    """In a name the number is refused beside letters too."""
    with pytest.raises(SubmissionError) as refused:
        normalise("person-name", f"山田太郎 {NUMBER}")
    assert refused.value.reason == "individual-number"


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
