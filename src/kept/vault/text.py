"""Text as people type it: what is refused, what is made equal, before any item's own form is looked at."""

from __future__ import annotations

import re
import unicodedata

from kept import limits
from kept.errors import SubmissionError

DASHES = str.maketrans(
    dict.fromkeys(
        "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2500\u2501\u30fc\uff70\ufe58\ufe63\uff0d\u301c\uff5e~", "-"
    )
)
"""Hyphens, dashes, the minus sign, box lines, the long vowel mark and wave dashes: all typed for a hyphen."""

FORBIDDEN_CATEGORIES = {"Cc", "Cs", "Co", "Cf"}
JOINERS = frozenset("\u200c\u200d")
NOT_CHARACTERS = frozenset(chr(0xFDD0 + n) for n in range(32)) | {
    chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
}
COMPATIBILITY_IDEOGRAPHS = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f])")
UNSEEN = re.compile(
    "[\u200c\u200d\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Joiners, fillers and variation selectors: they change how neighbours look and show nothing themselves."""


def readable(raw: str, field: str) -> str:
    """Return *raw* as one line of readable text, or refuse it.

    Spaces of every kind and line breaks become one space. Composed (NFC), but a compatibility ideograph stays as typed:
    NFC would replace the variant by which some people write their name.

    Args:
        raw: As typed; its length is looked at before anything else.
        field: Item id, for the error.

    Returns:
        1 to 2,000 characters.

    Raises:
        SubmissionError: Too long, empty, or it holds a control, direction, invisible, private or broken character.
    """
    if len(raw) > limits.TEXT_CHARACTERS:
        raise too_long(field, limits.TEXT_CHARACTERS)
    require_read(raw, field)
    if any(_forbidden(character) for character in raw):
        raise wrong(
            field,
            "expected readable characters, found a control, direction or invisible character",
            "characters",
            "type the text again instead of pasting it",
        )
    parts = COMPATIBILITY_IDEOGRAPHS.split(raw)
    composed = "".join(part if n % 2 else unicodedata.normalize("NFC", part) for n, part in enumerate(parts))
    text = " ".join(composed.split())
    if not UNSEEN.sub("", text).strip():
        raise wrong(field, "expected a value, found none", "empty", "leave the field empty to keep it to yourself")
    if len(text) > limits.TEXT_CHARACTERS:
        raise too_long(field, limits.TEXT_CHARACTERS)
    return text


def require_read(raw: str, field: str) -> None:
    """Insist that what was sent could be read: bytes that are not UTF-8 have become U+FFFD, and nobody types that.

    Args:
        raw: As it came.
        field: Where, for the error.

    Raises:
        SubmissionError: Some of it could not be read.
    """
    if "\ufffd" in raw:
        raise wrong(
            field,
            "expected text in UTF-8, found bytes that are none, or U+FFFD, which stands for such bytes",
            "broken",
            "type it again",
        )


def fold(text: str) -> str:
    """Return *text* with width, case, spacing, variants and unseen characters made equal."""
    seen = UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())


def one_width(text: str) -> str:
    """Return *text* in compatibility form (NFKC) on one line: full-width letters become ASCII, half-width kana full."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def wrong(field: str, message: str, reason: str, hint: str, rests_on: str = "nothing-unneeded") -> SubmissionError:
    """Return the refusal of a value; never with what was typed."""
    return SubmissionError(message, field=field, reason=f"value-{reason}", hint=hint, rests_on=rests_on)


def too_long(field: str, most: int) -> SubmissionError:
    """Return the refusal of a value over *most* characters."""
    return wrong(field, f"expected at most {most} characters, found more", "long", "shorten it")


def _forbidden(character: str) -> bool:
    if character in JOINERS or character in "\n\r\t":
        return False
    return unicodedata.category(character) in FORBIDDEN_CATEGORIES or character in NOT_CHARACTERS
