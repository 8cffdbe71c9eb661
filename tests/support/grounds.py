"""Which grounds the engine's own code may name."""

from __future__ import annotations

from kept.guarantees import ALL
from kept.policy.ground import WORDS


def is_ground(ground):
    """Whether every alternative of *ground* is a built-in promise, or a declaration by its use."""
    known = {*ALL, *WORDS, *(f"{word}:{what}" for word, behind in WORDS.items() for what in behind)}
    return bool(ground.split()) and known.issuperset(ground.split())
