"""The built-in promises the sample policies name: the engine's own."""

from __future__ import annotations

from kept.guarantees import words

GUARANTEES = words()
