"""Two texts beside each other, with what was taken out of the one and what is new in the other; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(r"[A-Za-z0-9\u00c0-\u024f’'-]+|[\u30a0-\u30ff]+|[\u4e00-\u9fff々]+|\s+|.", re.DOTALL)
"""A word, or a run of one Japanese script: where no spaces are, the script changes at the edges of words."""
FEW = 4
STOP = set(".。")


@dataclass(frozen=True, slots=True)
class Beside:
    """Two texts, each as parts in order with whether that part is only on its side.

    Args:
        before: The older text.
        after: The newer text.
    """

    before: tuple[tuple[str, bool], ...]
    after: tuple[tuple[str, bool], ...]

    @property
    def taken_out(self) -> tuple[str, ...]:
        """What only the older text says."""
        return tuple(text.strip() for text, marked in self.before if marked and text.strip())

    @property
    def added(self) -> tuple[str, ...]:
        """What only the newer text says."""
        return tuple(text.strip() for text, marked in self.after if marked and text.strip())


def beside(before: str, after: str) -> Beside:
    """Return two texts with their differences marked, word by word.

    Args:
        before: The older text; empty when there was none.
        after: The newer text.
    """
    old, new = WORD.findall(before), WORD.findall(after)
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for changed, was, now in _runs(old, new):
        if was:
            left.append((was, changed))
        if now:
            right.append((now, changed))
    return Beside(tuple(left), tuple(right))


def _runs(old: list[str], new: list[str]) -> list[tuple[bool, str, str]]:
    """Return runs in order: whether they differ, and both sides; what is changed around a few letters is read together."""
    found: list[tuple[bool, str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        changed, was, now = kind != "equal", "".join(old[a:b]), "".join(new[c:d])
        if changed and len(found) > 1 and found[-2][0] and len(found[-1][1]) <= FEW and not STOP & set(found[-1][1]):
            _, between, _ = found.pop()
            _, left, right = found.pop()
            was, now = left + between + was, right + between + now
        found.append((changed, was, now))
    return found
