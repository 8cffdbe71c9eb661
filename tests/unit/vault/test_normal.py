"""Normal forms: what is kept, what it is found by, and what is refused."""

from __future__ import annotations

import tracemalloc

import pytest
from cited import cited
from examples import EXAMPLES, OPTIONS

from kept.errors import SubmissionError
from kept.policy.item_type import ItemType
from kept.vault.normal import FORMS, normalise

TODAY = "2026-11-23"


def refusal(item_type, raw, **asked):
    """Return the refusal of *raw*, after checking that it says why, what to do and never what was typed."""
    with pytest.raises(SubmissionError) as refused:
        normalise(item_type, raw, field="the_field", **asked)
    error = refused.value
    assert error.field == "the_field"
    assert error.reason
    assert error.hint
    assert cited(error) in {"§1.1", "§2.2"}
    if isinstance(raw, str) and len(raw) > 3:
        assert raw not in f"{error} {error.hint}"
    return error.reason


TEXTS = {
    "value-empty": ["", "  ", "\u3000", "\n\t", "\u200d", "\u3164", "\ufe0f"],
    "value-long": ["x" * 2001, "x" * 10_000_000, "\U0001d160" * 2000],
    "value-broken": ["Sat\ufffd", "\ufffd", b"Sato \x83".decode(errors="replace")],
    "value-characters": [
        "a\x00b",
        "a\x1bb",
        "a\x7fb",
        "a\x85b",
        "a\u202eb",
        "a\u202ab",
        "a\u2066b",
        "a\u2069b",
        "a\u200eb",
        "a\u200fb",
        "a\u061cb",
        "a\u200bb",
        "a\u2060b",
        "a\ufeffb",
        "a\u00adb",
        "a\U000e0041b",
        "\ud800",
        "a\udfffb",
        "\ue000",
        "\ufdd0",
        "\uffff",
        "\U0010fffe",
    ],
}


@pytest.mark.parametrize("item_type", ["person-name", "text", "title", "email", "phone", "address-jp", "date"])
@pytest.mark.parametrize("reason", TEXTS)
def test_unreadable_text(item_type, reason):
    """Control, direction, invisible, private and broken characters, nothing and too much are refused in every field."""
    for raw in TEXTS[reason]:
        assert refusal(item_type, raw) == reason


def test_ten_megabytes_are_refused_at_once():
    """The length is looked at before anything that takes long."""
    raw = "1 " * 5_000_000
    tracemalloc.start()
    for form in FORMS:
        with pytest.raises(SubmissionError):
            normalise(form, raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000, "nothing was made of it"


@pytest.mark.parametrize("item_type", list(ItemType))
def test_every_type_word_is_known(item_type):
    """Each type of the policy language has its normal form, but the one that is never collected."""
    form, typed = item_type.about.normal, EXAMPLES[item_type]
    if item_type is ItemType.JP_INDIVIDUAL_NUMBER:
        assert refusal(form, typed) == "value-never-collected"
    else:
        assert normalise(form, typed, options=OPTIONS).value in (typed, (typed,), f"〒{typed}")


# ------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  山田　太郎 ", "山田 太郎"),
        ("e\u0301mile", "émile"),
        ("a\tb\nc", "a b c"),
        ("神谷", "神谷"),
        ("\ufa19谷", "\ufa19谷"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("\U000323af田", "\U000323af田"),
        ("x" * 200, "x" * 200),
    ],
)
def test_name_kept(typed, kept):
    """A name is kept as its owner writes it: trimmed and composed, its variant characters untouched."""
    assert normalise("person-name", typed).value == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("山田太郎", "山田　太郎"),
        ("ヤマダ・タロー", "ﾔﾏﾀﾞ ﾀﾛｰ"),
        ("Ｔａｒｏ　Ｙａｍａｄａ", "taro yamada"),
        ("\ufa19谷", "神谷"),
        ("葛\U000e0100城", "葛城"),
        ("O’Brien", "O'BRIEN"),
        ("Jean‐Luc", "jean-luc"),
    ],
)
def test_name_found_by(one, other):
    """Two spellings of one name are found by one form."""
    assert normalise("person-name", one).find_by == normalise("person-name", other).find_by


def test_name_length():
    """A name has at most 200 characters."""
    assert refusal("person-name", "x" * 201) == "value-long"


# ------------------------------------------------------------------ phones


@pytest.mark.parametrize(
    "typed",
    [
        "090-1234-5678",
        "09012345678",
        "０９０−１２３４−５６７８",
        "０９０ー１２３４ー５６７８",
        "090‐1234‐5678",
        "090―1234―5678",
        "（０９０）１２３４　５６７８",
        "(090)1234-5678",
        "090.1234.5678",
        "+81 90 1234 5678",
        "+81 (0)90-1234-5678",
        "＋81-90-1234-5678",
        "819012345678",
        "010 81 90 1234 5678",
    ],
)
def test_one_phone(typed):
    """Every way of writing one number gives one number, shown as it is written in Japan."""
    assert normalise("phone", typed) == ("090-1234-5678", "+819012345678")


@pytest.mark.parametrize(
    ("typed", "shown", "form"),
    [
        ("03(1234)5678", "03-1234-5678", "+81312345678"),
        ("0120-123-456", "0120-123-456", "+81120123456"),
        ("060-1234-5678", "060-1234-5678", "+816012345678"),
        ("+1 202 555 0123", "+1 202-555-0123", "+12025550123"),
        ("+44 20 7946 0958", "+44 20 7946 0958", "+442079460958"),
        ("03-1234-5678 内線12", "03-1234-5678 ext. 12", "+81312345678"),
        ("03-1234-5678 x12", "03-1234-5678 ext. 12", "+81312345678"),
    ],
)
def test_phones(typed, shown, form):
    """Landline, free, abroad, with an extension (kept, not searched)."""
    assert normalise("phone", typed) == (shown, form)


@pytest.mark.parametrize(
    "typed",
    [
        "abc",
        "110",
        "+",
        "090-1234-567890",
        "0123456789012345",
        "+81 90 1234 56789",
        "+1 555 0100",
        "+999 12345678",
        "0120-FLOWER",
        "tel 090-1234-5678",
        "090-1234-5678 / 03-1234-5678",
        "090-1234-5678, 03-1234-5678",
        "090-1234-5678 ask for Taro",
        "1" * 2000,
    ],
)
def test_not_a_phone(typed):
    """Too long, too short, two at once, letters: refused, and nothing is quietly dropped."""
    assert refusal("phone", typed) == "value-phone"


# ----------------------------------------------------------------- e-mail


@pytest.mark.parametrize(
    ("typed", "kept", "form"),
    [
        ("taro@example.jp", "taro@example.jp", "taro@example.jp"),
        (" Taro.Y@Example.JP ", "Taro.Y@example.jp", "taro.y@example.jp"),
        ("Ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "Taro@example.jp", "taro@example.jp"),
        ("taro@例え.jp", "taro@例え.jp", "taro@xn--r8jz45g.jp"),
        ("taro@xn--r8jz45g.jp", "taro@例え.jp", "taro@xn--r8jz45g.jp"),
        ("taro+photo@example.jp", "taro+photo@example.jp", "taro+photo@example.jp"),
    ],
)
def test_email(typed, kept, form):
    """Case of the name is kept and not searched; full width and international domains have one form."""
    assert normalise("email", typed) == (kept, form)


@pytest.mark.parametrize(
    "typed",
    [
        "taro",
        "taro@",
        "@photo.example",
        "taro@localhost",
        "taro@[127.0.0.1]",
        "taro yamada@example.jp",
        '"a b"@example.jp',
        "Taro <taro@example.jp>",
        "taro@example.jp, b@example.jp",
        "taro@example.jp\r\nBcc: all@example.jp",
        "taro@exa\u3002\u3002mple.jp",
        "x" * 65 + "@example.jp",
        "a@" + "b" * 64 + ".jp",
    ],
)
def test_not_an_email(typed):
    """No address, several, or one with a header behind it: refused."""
    assert refusal("email", typed) == "value-email"


# ------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    "typed",
    [
        "1990-04-01",
        "1990/4/1",
        "1990.4.1",
        "1990年4月1日",
        "１９９０年４月１日",
        "1990 年 4 月 1 日",
        "19900401",
        "平成2年4月1日",
        "平成２年４月１日",
        "㍻2年4月1日",
        "H2.4.1",
        "h2/4/1",
    ],
)
def test_one_date(typed):
    """Every way of writing a day gives the ISO date."""
    assert normalise("date", typed, today=TODAY) == ("1990-04-01", "1990-04-01")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和元年5月1日", "2019-05-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("平成元年1月8日", "1989-01-08"),
        ("昭和64年1月7日", "1989-01-07"),
        ("昭和元年12月25日", "1926-12-25"),
        ("大正15年12月25日", "1926-12-25"),
        ("大正元年7月30日", "1912-07-30"),
        ("明治45年7月29日", "1912-07-29"),
        (TODAY, TODAY),
        ("1896-11-23", "1896-11-23"),
        ("2000-02-29", "2000-02-29"),
    ],
)
def test_era_borders(typed, day):
    """The first and last day of each era."""
    assert normalise("date", typed, today=TODAY).value == day


@pytest.mark.parametrize(
    "typed",
    [
        "yesterday",
        "04/01/1990",
        "1990-13-01",
        "1990-02-30",
        "1900-02-29",
        "91-04-01",
        "令和0年1月1日",
        "平成31年5月1日",
        "昭和64年1月8日",
        "昭和70年1月1日",
        "平成𐩀年4月1日",
        "1991-04",
        "1990-04-01-01",
        "0000-01-01",
    ],
)
def test_not_a_date(typed):
    """No day of the calendar, or outside its era: refused."""
    assert refusal("date", typed, today=TODAY) == "value-date"


@pytest.mark.parametrize("typed", ["2026-11-24", "2030-01-01", "1895-12-31", "明治20年1月1日", "9999-12-31"])
def test_not_in_a_lifetime(typed):
    """The future and more than 130 years ago are refused."""
    assert refusal("date", typed, today=TODAY) == "value-date-range"


# --------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    "typed",
    [
        "〒604-8001 京都市中京区488番地",
        "604-8001 京都市中京区488番地",
        "6048001京都市中京区４８８番地",
        "〒６０４−８００１　京都市中京区４８８番地",
        "〒６０４ー８００１\n京都市中京区488番地",
        "〒604 8001、京都市中京区488番地",
    ],
)
def test_one_address(typed):
    """Postcode and digits of any width and dash give one address."""
    assert normalise("address-jp", typed).value == "〒604-8001 京都市中京区488番地"


def test_address_keeps_the_long_vowel():
    """The long vowel mark is a dash in digits and part of a word elsewhere."""
    kept = normalise("address-jp", "〒604ー8001 京都市1−2−3 スーパーマンション")
    assert kept.value == "〒604-8001 京都市1−2−3 スーパーマンション"
    assert kept.find_by == normalise("address-jp", "604-8001京都市 1-2-3 ｽｰﾊﾟｰﾏﾝｼｮﾝ").find_by


def test_address_without_postcode():
    """An address may come without a postcode, or from abroad; a number that is none stays what it was."""
    assert normalise("address-jp", "京都市中京区").value == "京都市中京区"
    assert normalise("address-jp", "12345678 Long Street").value == "12345678 Long Street"


@pytest.mark.parametrize("typed", ["〒604-8001", "604-8001", "６０４８００１"])
def test_postcode_alone(typed):
    """A postcode alone is no address."""
    assert refusal("address-jp", typed) == "value-address"


def test_address_that_grows():
    """Characters that grow when their width is made equal do not slip past the length."""
    assert refusal("address-jp", "\ufdfa" * 300) == "value-long"


# ----------------------------------------------------------------- choices


def test_one_of():
    """One of the declared options, and only of those."""
    assert normalise("one-of", "teacher", options=("teacher", "other")) == ("teacher", "teacher")
    for typed in ("Teacher", "nurse", "teacher other"):
        assert refusal("one-of", typed, options=("teacher", "other")) == "value-options"


def test_some_of():
    """Some of the declared options, each once, in the order of the declaration."""
    options = ("food", "people", "city")
    assert normalise("some-of", ["city", "food"], options=options).value == ("food", "city")
    assert normalise("some-of", ["city", "city"], options=options).value == ("city",)
    assert normalise("some-of", "city", options=options).value == ("city",)
    assert normalise("some-of", [], options=options).value == ()
    for typed in (["cars"], ["city", "cars"], ["city"] * 4, ["\ud800"], "x" * 10_000_000):
        with pytest.raises(SubmissionError) as refused:
            normalise("some-of", typed, options=options)
        assert refused.value.reason == "value-options"


@pytest.mark.parametrize("item_type", ["one-of", "email", "phone", "person-name", "answer"])
def test_several_where_one_is_asked(item_type):
    """A field filled twice is refused, not joined."""
    assert refusal(item_type, ["one", "two"], options=("one", "two")) == "value-one-value"


def test_unknown_type():
    """A type word nobody declared is refused."""
    assert refusal("passport", "TK1234567") == "value-never-collected"
