"""What must hold of every normal form."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kept.errors import SubmissionError
from kept.vault.individual_number import has_check_digit
from kept.vault.normal import FORMS, normalise
from kept.vault.text import DASHES

OPTIONS = ("landscape", "food", "city")
anything = st.text(max_size=60) | st.text("0123456789０１２３４５６７８９-ー−()+ 〒年月日元平成令和@.aあx", max_size=30)
DASH = [chr(code) for code in DASHES]


def widened(text):
    """Return *text* in full-width characters."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


class TestAnything:
    """Whatever is typed MUST end in a value or in our refusal; and a value MUST be stable."""

    @given(st.sampled_from(sorted(FORMS)), anything)
    @example("phone", "+81 10 1234 5678")
    @example("phone", "03-1234-5678 ext 5")
    @example("address-jp", "´")
    @example("address-jp", "〒123-4567\ufe0f")
    @example("email", "\u212a@example.jp")
    @example("person-name", "\ufa19\u0301")
    def test_ends(self, form, text):
        """No other error comes out, the refusal holds a reason and a hint, and a kept value keeps its form."""
        try:
            kept = normalise(form, text, options=OPTIONS, today="2026-11-23")
        except SubmissionError as error:
            kept, refused = None, error
        if kept is None:
            assert refused.reason
            assert refused.hint
        else:
            assert normalise(form, kept.value, options=OPTIONS) == kept

    @given(st.lists(st.sampled_from([*OPTIONS, "cars", ""]), max_size=6))
    def test_some_of(self, chosen):
        """Only declared options are kept, each once, in the declared order."""
        try:
            kept = normalise("some-of", chosen, options=OPTIONS).value
        except SubmissionError:
            assert len(chosen) > len(OPTIONS) or not set(chosen) <= set(OPTIONS)
        else:
            assert set(kept) == set(chosen)
            assert list(kept) == [option for option in OPTIONS if option in kept]


class TestPhone:
    """Two spellings of one number MUST be found by one form."""

    @given(st.integers(0, 99_999_999), st.sampled_from(["070", "080", "090"]), st.sampled_from(DASH), st.booleans())
    def test_spellings(self, number, prefix, dash, wide):
        """Width, dashes, spaces and the country code do not matter."""
        digits = f"{prefix}{number:08d}"
        plain = normalise("phone", digits)
        parts = (digits[:3], digits[3:7], digits[7:])
        for typed in (dash.join(parts), " ".join(parts), f"+81{digits[1:]}", f"+81 {dash.join(parts)[1:]}"):
            assert normalise("phone", widened(typed) if wide else typed) == plain


class TestDate:
    """Every day of a lifetime MUST be read the same from the Western and the Japanese calendar."""

    @given(st.dates(min_value=date(1926, 12, 26), max_value=date(2026, 11, 23)))
    def test_eras(self, day):
        """ISO, slashes and the era name one day."""
        eras = {"昭和": "1926-12-25", "平成": "1989-01-08", "令和": "2019-05-01"}
        era = max((name for name in eras if eras[name] <= day.isoformat()), key=eras.__getitem__)
        year = day.year - int(eras[era][:4]) + 1
        written = f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
        for typed in (day.isoformat(), f"{day.year}/{day.month}/{day.day}", written, widened(written)):
            assert normalise("date", typed, today="2026-11-23").value == day.isoformat()


class TestIndividualNumber:
    """Twelve digits with the right check digit, standing alone, MUST be refused however they are spelled."""

    @given(st.integers(10**10, 10**11 - 1), st.sampled_from(["", " ", "-", "・", "　", "−", "ー", ". "]), st.booleans())
    def test_spellings(self, number, between, wide):
        """Width and separators do not matter; the refusal never shows the number."""
        digits = next(text for last in range(10) if has_check_digit(text := f"{number:011d}{last}"))
        typed = between.join((digits[:4], digits[4:8], digits[8:]))
        with pytest.raises(SubmissionError) as refused:
            normalise("text", widened(typed) if wide else typed)
        assert refused.value.reason == "individual-number"
        assert digits not in f"{refused.value}{refused.value.hint}"
