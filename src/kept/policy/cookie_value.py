"""What the value of a cookie without identifier may say: the words its declaration names, and nothing that could number people.

A policy says `identifier: none` and one of three: `values` (one of these words), `up-to` (a whole number from 0 on), or `holds`
(the options of these items, each at most once, in the policy's order, divided by dots). An order or a spelling that is left
open could carry a number; none is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from kept.policy.item_type import ItemType
from kept.policy.model import Cookie, Item

WHOLE = re.compile(r"0|[1-9][0-9]{0,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CookieValue:
    """What one cookie may say.

    Args:
        words: Each a whole value.
        most: Largest whole number it may be; -1 for none.
        options: Place of each option of the items it holds, in the policy's order.
        single: Of how many options there may be one at most, by item: the places it ends before, see `_held`.
    """

    words: frozenset[str]
    most: int
    options: Mapping[str, int]
    single: tuple[range, ...]

    @property
    def count(self) -> int:
        """How many values there are, beside none at all; 0 where the declaration says none."""
        alone = {place for one in self.single for place in one}
        sets = 2 ** (len(self.options) - len(alone)) * reduce(lambda n, one: n * (len(one) + 1), self.single, 1)
        return len(self.words) + self.most + 1 + (sets - 1 if self.options else 0)

    def says(self, value: str) -> bool:
        """Whether *value* is one of them; an empty one tells nothing and always is."""
        if not value or value in self.words:
            return True
        if WHOLE.fullmatch(value):
            return int(value) <= self.most
        places = [self.options.get(one, -1) for one in value.split(".")]
        rising = all(a < b for a, b in zip([-1, *places], places, strict=False))
        return rising and all(sum(place in one for place in places) <= 1 for one in self.single)


def cookie_value(cookie: Cookie, items: Mapping[str, Item]) -> CookieValue:
    """Return what a cookie may say, by its declaration; an item without options to choose from adds nothing.

    Args:
        cookie: As declared.
        items: Of its policy, by id.
    """
    options: dict[str, int] = {}
    single = []
    for item in [items[one] for one in cookie.holds if one in items]:
        start = len(options)
        for option in item.options:
            options.setdefault(option, len(options))
        if item.type is not ItemType.SOME_OF:
            single.append(range(start, len(options)))
    return CookieValue(frozenset(cookie.values), cookie.up_to, options, tuple(single))
