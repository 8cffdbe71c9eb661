"""Characters that are not seen and change what is read: they turn text around, or hide in it.

Source: Unicode 16, bidirectional controls (UAX #9), and the format characters that show nothing. Joiners (U+200C, U+200D)
stay allowed: some scripts are not written without them.
"""

from __future__ import annotations

import re

INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""One such character."""


def shown(character: str) -> str:
    """Return the name of a character that cannot be shown, such as `U+202E`."""
    return f"U+{ord(character):04X}"
