"""The demo's dice: the same each time, and each throw by itself, so that one more item invents nobody else anew."""

from __future__ import annotations

import random

SEED = 20261123


def dice(*what: object) -> random.Random:
    """Return the dice for one thing.

    Args:
        what: What they are thrown for, such as the number of a person and the id of an item.
    """
    return random.Random("/".join(str(one) for one in (SEED, *what)))  # noqa: S311 -- invented people
