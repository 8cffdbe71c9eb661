"""Whatever a letter says: a PDF that says it, or an error of ours that does not repeat it; never anything else."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from kept.channels.fax import dial
from kept.channels.letter import Letter, print_letters
from kept.errors import InputError
from unit.channels.test_letter import PLAIN

ODD = st.sampled_from(
    [
        "#", "\\", "{", "}", "[", "]", "$", "*", "_", "`", "<", ">", "@", "=", "-", "/", "~", "'", '"', "(", ")", ";", ":", ".",
        "\n", "\n\n", "\t", " ", "#panic()", "#let x", "{pages}", "</xml>", "%PDF", "%%EOF", "endstream", "\u200d", "\u00ad",
        "e\u0301", "森", "ﬁ", "ß", "ا", "\ufe0f", "\u3000", "〒",
    ]
)  # fmt: skip
TEXT = st.one_of(st.text(max_size=80), st.lists(ODD, max_size=20).map("".join))


@settings(max_examples=150)
@given(
    subject=TEXT, text=TEXT, address=st.lists(TEXT, max_size=4), date=TEXT, foot=st.lists(TEXT, max_size=2),
    language=st.sampled_from(["en", "ja"]), layout=st.sampled_from(["letter", "fax"]), name=TEXT,
)  # fmt: skip
def test_any_words_make_a_letter_or_an_error_of_ours(  # noqa: PLR0913 -- a letter has these parts
    subject, text, address, date, foot, language, layout, name
) -> None:
    """In every place of a letter or fax."""
    letter: Letter = dataclasses.replace(
        PLAIN, subject=subject, text=text, address=tuple(address), date=date, foot=tuple(foot), language=language,
        layout=layout, heading="Fax", cover=(("To", name), ("Pages", "{pages}")), close=(name,), reference=name,
    )  # fmt: skip
    try:
        pdf = print_letters([letter])
    except InputError as refused:
        error = refused
    else:
        assert pdf.startswith(b"%PDF-")
        assert print_letters([letter]) == pdf
        return
    assert error.reason in {"letter-characters", "letter-address-long", "letter-font", "letter-empty"}
    for part in (subject, text, name):
        assert len(part) < 3 or part not in f"{error} {error.hint}"


@given(st.text(alphabet="0123456789+- ().#*,;:@/extEXT\n\u0660０", max_size=30))
def test_any_number_is_dialled_as_digits_or_refused(text) -> None:
    """Nothing but a leading plus and digits reaches the program."""
    try:
        dialled = dial(text)
    except InputError:
        return
    assert dialled.removeprefix("+").isdigit()
    assert dialled.isascii()
    assert 3 <= len(dialled.removeprefix("+")) <= 20
    assert not text.startswith("-")
