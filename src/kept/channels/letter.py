"""Letters as PDF: set by typst from a template of ours, the words passed as data and never as markup.

A page never shows a box in place of a character: a letter no font covers is refused. The bytes of a letter depend on
what it says and on nothing else, and the file's properties name nobody.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from kept import limits
from kept.errors import InputError, SettingError
from kept.policy.channel import CHANNEL_TABLE

FONTS = {
    "en": ("Libertinus Serif", "IPAPGothic", "IPAexGothic", "Noto Sans CJK JP", "Hiragino Sans"),
    "ja": ("IPAPGothic", "IPAexGothic", "IPAGothic", "Noto Sans CJK JP", "Hiragino Sans", "Libertinus Serif"),
}
JAPANESE_FONTS = frozenset(FONTS["ja"]) - {"Libertinus Serif"}
PACKAGES = {"ja": "fonts-ipafont-gothic", "ko": "fonts-noto-cjk", "other": "fonts-noto-core"}
TITLES = {one.layout: one.heading for one in CHANNEL_TABLE.values() if one.layout}
"""Of the file, in its properties: what it is, and nothing of what it says."""
NO_PLACE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
JOINERS = frozenset("\u200c\u200d")
NOT_SHOWN = re.compile(r'the text `"(?P<text>.*)"` could not be displayed')


@dataclass(frozen=True, slots=True)
class Letter:
    """What one letter or fax says; every text is set as it stands.

    Args:
        language: `en` or `ja`.
        sender: Lines about who writes, the name first.
        note: The sender in one line, small above the address.
        address: Lines in the envelope's window: name and address.
        date: As the language writes it.
        reference: Our number of the letter.
        subject: One line.
        text: Paragraphs, separated by an empty line.
        close: Lines below the text.
        foot: Why it came, under which clause, and how to stop it; at the foot of every page.
        layout: `letter` with a window, or `fax` with cover lines.
        heading: Above the cover lines of a fax.
        cover: Cover lines of a fax, label and content; a content that is `{pages}` becomes the number of pages.
    """

    language: str
    sender: tuple[str, ...]
    note: str
    address: tuple[str, ...]
    date: str
    reference: str
    subject: str
    text: str
    close: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    layout: Literal["letter", "fax"] = "letter"
    heading: str = ""
    cover: tuple[tuple[str, str], ...] = ()


def print_letters(letters: Sequence[Letter], *, font_paths: Sequence[str] = (), system_fonts: bool = True) -> bytes:
    """Set letters as one PDF, in order, each beginning on a page of its own.

    Args:
        letters: 1 to 200.
        font_paths: Folders with further fonts.
        system_fonts: Whether the machine's fonts are used.

    Returns:
        PDF/UA-1: tagged, with text that can be searched and read aloud.

    Raises:
        InputError: A text is too long, holds a control or direction character, an address does not fit the window, or there
            is no subject.
        SettingError: typst is not installed (`letters-missing`), or no font shows a character (`letter-font`).
    """
    if not 1 <= len(letters) <= limits.LETTERS_SET:
        raise InputError(f"expected 1 to {limits.LETTERS_SET} letters, found {len(letters)}", reason="letter-count")
    typst = _typst()
    content = json.dumps([_fields(one) for one in letters], ensure_ascii=False)
    fonts = _fonts(tuple(font_paths), system_fonts=system_fonts)
    with as_file(files("kept.channels") / "templates") as folder:
        try:
            made, _ = typst.compile_with_warnings(  # its warnings name fonts that are not here, and nothing else
                Path(folder) / "letter.typ",
                root=folder,  # nothing outside is readable
                font_paths=fonts,
                sys_inputs={
                    "letters": content,
                    "fonts": json.dumps(FONTS),
                    "title": TITLES[letters[0].layout][letters[0].language],
                },
                package_path=folder,  # no packages: neither from here
                package_cache_path=folder,  # nor fetched from anywhere
                format="pdf",
                pdf_standards=["ua-1"],  # refuses a text no font shows
                timestamp=0,
            )
        except typst.TypstError as error:
            _loaded.cache_clear()  # what is installed meanwhile counts from the next try on
            raise _told(str(error.message), has_japanese=bool(_japanese(fonts))) from None
    return bytes(made)


def japanese_font() -> str:
    """Return the Japanese font letters are set in on this machine; empty when there is none.

    Raises:
        SettingError: typst is not installed.
    """
    _typst()
    found = _japanese(_fonts((), system_fonts=True))
    if not found:
        _loaded.cache_clear()
    return found


def _japanese(fonts: Any) -> str:
    found = fonts.families()
    return next((one for one in FONTS["ja"] if one in JAPANESE_FONTS and one in found), "")


def _fields(letter: Letter) -> dict[str, Any]:
    short = (letter.note, letter.date, letter.reference, letter.subject, letter.heading)
    several = (
        *letter.sender,
        *letter.address,
        *letter.close,
        *letter.foot,
        *(part for row in letter.cover for part in row),
    )
    if letter.language not in FONTS:
        raise InputError("expected a letter in English or Japanese, found another language", reason="letter-language")
    if sum(map(len, (*short, *several, letter.text))) > limits.LETTER_CHARACTERS:
        raise InputError(
            f"expected a letter of at most {limits.LETTER_CHARACTERS} characters, found more",
            reason="letter-long",
            hint="shorten it",
        )
    text = letter.text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    for one in (*short, *several, text.replace("\n", " ")):
        if any(_unprintable(character) for character in one):
            raise InputError(
                "expected characters that can be printed, found a control, direction or invisible one",
                reason="letter-characters",
                hint="type the text again instead of pasting it",
            )
    fields = {name: getattr(letter, name) for name in letter.__slots__}
    return {**fields, "text": [part.split("\n") for part in re.split(r"\n\s*\n", text.strip("\n")) if part.strip()]}


def _unprintable(character: str) -> bool:
    return character not in JOINERS and unicodedata.category(character) in NO_PLACE


def _told(message: str, *, has_japanese: bool) -> InputError:
    """Return our error for typst's; what was to be printed is not repeated."""
    if found := NOT_SHOWN.search(message):
        script = _script(found["text"])
        package = PACKAGES["ko" if script == "ja" and has_japanese else script]  # a rare character wants the larger one
        return SettingError(
            "expected a font for every character of the letter, found none for one of them",
            reason="letter-font",
            hint=f"install a font that has it; on Debian: apt install {package}",
        )
    if "address-long" in message:
        return InputError(
            "expected an address that fits the window of an envelope, found a longer one",
            reason="letter-address-long",
            hint="correct it with the person, or send it another way",
        )
    if "heading title is empty" in message:
        return InputError("expected a subject, found none", reason="letter-empty", hint="give it a subject")
    raise RuntimeError("the letter's template is broken")


def _script(text: str) -> str:
    name = unicodedata.name(text[0], "") if text else ""
    if name.startswith("HANGUL"):
        return "ko"
    return (
        "ja" if name.startswith(("CJK", "HIRAGANA", "KATAKANA", "FULLWIDTH", "IDEOGRAPHIC", "HALFWIDTH")) else "other"
    )


def _fonts(font_paths: tuple[str, ...], *, system_fonts: bool) -> Any:
    return _loaded(font_paths, system_fonts=system_fonts)


@cache
def _loaded(font_paths: tuple[str, ...], *, system_fonts: bool) -> Any:
    return _typst().Fonts(include_system_fonts=system_fonts, font_paths=list(font_paths))


def _typst() -> ModuleType:
    try:
        import typst  # noqa: PLC0415 -- an extra: needed only where letters are printed
    except ImportError:
        raise SettingError(
            "expected typst, which sets letters, found it not installed",
            reason="letters-missing",
            hint="pip install 'kept[letters]'",
        ) from None
    return typst
