"""Letters as PDF: what is written stands there, whatever it is, in the window, and never a box in place of a character."""

from __future__ import annotations

import dataclasses
import io
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from kept import limits
from kept.channels.letter import Letter, japanese_font, print_letters
from kept.errors import InputError, SettingError

WINDOW_LEFT, WINDOW_RIGHT = 25 / 25.4 * 72, 105 / 25.4 * 72
PAGE = 297 / 25.4 * 72
WINDOW_TOP, WINDOW_BOTTOM = PAGE - 45 / 25.4 * 72, PAGE - 90 / 25.4 * 72
PLAIN = Letter(
    language="en",
    sender=("Photolibrary", "Privacy desk", "privacy@photolibrary.example"),
    note="Photolibrary, Privacy desk",
    address=("Hanako Canary-Mori", "12 Canal Street", "Kyoto 604-8001"),
    date="25 November 2026",
    reference="No. 12",
    subject="Your question",
    text="Dear Hanako,\n\nthank you for writing.",
    close=("Photolibrary",),
    foot=("Why it came: §4.5.", "How to stop it: My data."),
)
needs_japanese = pytest.mark.skipif(not japanese_font(), reason="needs a Japanese font: run `make test-full`")


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """Return the text, without the marks where a long word may break."""
    return "\n".join(page.extract_text() for page in read(pdf).pages).replace("\u200b", "")


def test_everything_a_letter_says_stands_in_it():
    """Sender, address, date, number, subject, text, close, and at the foot why it came and how to stop it."""
    found = text_of(print_letters([PLAIN]))
    for part in (*PLAIN.sender, *PLAIN.address, PLAIN.date, PLAIN.reference, PLAIN.subject, *PLAIN.close, *PLAIN.foot):
        assert part in found
    assert "thank you for writing." in found


def test_the_address_stands_in_the_window():
    """Whatever its length, an address lies where the envelope is open, or is refused."""
    places: list[tuple[str, float, float]] = []

    def visit(text, page, place, *_more):
        if text.strip():
            x, y = place[4], place[5]
            places.append((text.strip(), page[0] * x + page[2] * y + page[4], page[1] * x + page[3] * y + page[5]))

    long = dataclasses.replace(
        PLAIN, address=("Hanako Canary-Mori", *(f"line {n} of a long address" for n in range(7)))
    )
    read(print_letters([long])).pages[0].extract_text(visitor_text=visit)
    inside = [one for one in places if "address" in one[0] or "Canary" in one[0]]
    assert inside
    for _, x, y in inside:
        assert WINDOW_LEFT - 1 <= x < WINDOW_RIGHT
        assert WINDOW_BOTTOM < y < WINDOW_TOP
    for address in (("x" * 2000,), tuple("one line" for _ in range(20)), ("W" * 1500, "end")):
        with pytest.raises(InputError) as refused:
            print_letters([dataclasses.replace(PLAIN, address=address)])
        assert refused.value.reason == "letter-address-long"
        assert address[0] not in str(refused.value)


@pytest.mark.parametrize(
    "hostile",
    [
        '#panic() #read("/etc/passwd") #import "@preview/x:1.0.0"',
        "\\ *bold* _it_ $x^2$ <label> @ref // comment /* more */",
        "= not a heading",
        "[content] {code} `raw` ~ --- ...",
        "'quotes' \"and\" others, https://example.jp/#part",
    ],
)
def test_markup_is_printed_as_it_stands(hostile):
    """Attack: what typst would read as its language is text, in every place a letter has."""
    letter = dataclasses.replace(
        PLAIN, text=hostile, subject=hostile, address=(hostile,), sender=(hostile,), foot=(hostile,), date=hostile
    )
    found = "".join(text_of(print_letters([letter])).split())
    assert found.count("".join(hostile.split())) >= 5


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x1b", "\u202e", "\u2066", "\u200b", "\ud800", "\ue000", "\u2028"]
)
def test_characters_that_show_something_else_are_refused(character):
    """Attack: control, direction, invisible, broken and private characters are refused in every place."""
    for where in ("text", "subject", "date"):
        with pytest.raises(InputError) as refused:
            print_letters([dataclasses.replace(PLAIN, **{where: f"ab{character}cd"})])
        assert refused.value.reason == "letter-characters"
    with pytest.raises(InputError):
        print_letters([dataclasses.replace(PLAIN, address=(f"ab{character}cd",))])


def test_a_letter_without_an_end_is_refused():
    """Attack: ten megabytes of text, and more letters than one go takes."""
    with pytest.raises(InputError) as refused:
        print_letters([dataclasses.replace(PLAIN, text="x" * 10_000_000)])
    assert refused.value.reason == "letter-long"
    for letters in ([], [PLAIN] * (limits.LETTERS_SET + 1)):
        with pytest.raises(InputError):
            print_letters(letters)
    with pytest.raises(InputError):
        print_letters([dataclasses.replace(PLAIN, language="xx")])
    assert (
        len(read(print_letters([dataclasses.replace(PLAIN, text="word " * (limits.LETTER_CHARACTERS // 6))])).pages) > 2
    )


def test_a_word_longer_than_a_line_stays_on_the_page():
    """A long word breaks; nothing is lost beyond the edge."""
    found = text_of(print_letters([dataclasses.replace(PLAIN, text="x" * 3000)]))
    assert found.count("x") >= 3000


@pytest.mark.parametrize(
    ("character", "package"), [("𓇺", "fonts-noto-core"), ("한", "fonts-noto-cjk"), ("森", "fonts-ipafont-gothic")]
)
def test_no_box_in_place_of_a_character(character, package):
    """A character no font shows is refused with what to install, and is not repeated in the error."""
    with pytest.raises(SettingError) as refused:
        print_letters([dataclasses.replace(PLAIN, text=f"Dear {character}")], system_fonts=False)
    assert refused.value.reason == "letter-font"
    assert package in refused.value.hint
    assert character not in f"{refused.value} {refused.value.hint}"


@needs_japanese
def test_a_font_installed_meanwhile_counts_without_a_restart(tmp_path):
    """Refused for want of a font, and printed at the next try once it is there."""
    letter = dataclasses.replace(PLAIN, text="森様", language="ja")
    with pytest.raises(SettingError) as refused:
        print_letters([letter], font_paths=[str(tmp_path)], system_fonts=False)
    assert refused.value.reason == "letter-font"
    font = next(one for one in Path("/usr/share/fonts").rglob("ipag.ttf"))
    (tmp_path / font.name).write_bytes(font.read_bytes())
    assert "森様" in text_of(print_letters([letter], font_paths=[str(tmp_path)], system_fonts=False))


@needs_japanese
def test_japanese_letters_are_set_in_a_japanese_font():
    """Japanese text is embedded and can be searched; a letter of two pages carries their numbers."""
    letter = dataclasses.replace(
        PLAIN,
        language="ja",
        address=("〒604-8001", "京都市中京区木屋町通 1-2", "森 花子 様"),
        subject="ライセンスについて",
        text="森 花子 様\n\n" + "ご利用のライセンスを確認いたしました。" * 120,
    )
    pdf = print_letters([letter])
    found = "".join(text_of(pdf).split())
    for part in (
        "森花子様",
        "京都市中京区木屋町通",
        "ライセンスについて",
        "ご利用のライセンスを確認いたしました。",
        "1/2",
        "2/2",
    ):
        assert part in found


def test_the_file_names_nobody_and_its_bytes_depend_on_the_letter_alone():
    """The same letter is the same file, and its properties hold no name and no time."""
    pdf = print_letters([PLAIN])
    assert print_letters([PLAIN]) == pdf
    properties = f"{read(pdf).metadata} {read(pdf).xmp_metadata.stream.get_data().decode()}"  # type: ignore[union-attr]
    for part in ("Hanako", "Mori", "Photolibrary", "question", "Date", "2026"):
        assert part not in properties


def test_a_run_keeps_its_order_and_counts_each_letters_pages():
    """Several letters in one file: each on a page of its own, in order, numbered by itself."""
    long = dataclasses.replace(PLAIN, subject="The long one", text="word " * 1500)
    pages = [page.extract_text() for page in read(print_letters([PLAIN, long, PLAIN])).pages]
    firsts = [n for n, page in enumerate(pages) if "Hanako Canary-Mori" in page]
    assert firsts[0] == 0
    assert firsts[2] == len(pages) - 1
    assert "The long one" in pages[firsts[1]]
    count = firsts[2] - firsts[1]
    assert f"1 / {count}" in pages[firsts[1]]
    assert f"{count} / {count}" in pages[firsts[2] - 1]
    assert " / " not in pages[0]


def test_a_fax_has_cover_lines_and_no_window():
    """A fax begins with who, whom, when and how many pages."""
    fax = dataclasses.replace(
        PLAIN,
        layout="fax",
        heading="Fax",
        cover=(("To", "Hanako Canary-Mori"), ("Pages", "{pages}"), ("Date", "25 November")),
    )
    found = text_of(print_letters([fax]))
    assert "Fax" in found
    assert "Pages 1" in " ".join(found.split())
    assert "12 Canal Street" not in found


def test_without_typst_the_error_names_the_extra(monkeypatch):
    """An installation without the extra is told what to install."""
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(SettingError) as refused:
        print_letters([PLAIN])
    assert refused.value.reason == "letters-missing"
    assert "kept[letters]" in refused.value.hint
