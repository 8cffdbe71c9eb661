"""Where tiles and entry bundles lie below a log's prefix. Source: C2SP tlog-tiles §Merkle Tree, §Partial Tiles, §Log entries."""

from __future__ import annotations

import re
from typing import NamedTuple

from kept.ledger.tile import HEIGHT, WIDTH
from kept.number import GREATEST, parse_number

GREATEST_LEVEL = 63
_PLACE = re.compile(r"((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII)


class TilePlace(NamedTuple):
    """A tile of a level, or a bundle of entries.

    Args:
        nth: Its index, from 0.
        width: How many of its hashes or entries are wanted, 1 to 256.
    """

    nth: int
    width: int


def parse_place(unverified: str) -> TilePlace | None:
    """Read `<N>[.p/<W>]`, such as `x001/x234/067` or `000.p/12`; None for what no tile has, however near it is."""
    found = _PLACE.fullmatch(unverified)
    if found is None:
        return None
    index = int(found[1].replace("x", "").replace("/", ""))
    width = parse_number(found[2], WIDTH - 1) if found[2] else WIDTH
    if not width or index > GREATEST or write_place(TilePlace(index, width)) != unverified:
        return None
    return TilePlace(index, width)


def parse_level(unverified: str) -> int | None:
    """Read the level of a tile, 0 to 63; None for anything else."""
    return parse_number(unverified, GREATEST_LEVEL)


def write_place(place: TilePlace) -> str:
    """Return `<N>[.p/<W>]`: elements of three digits, all but the last behind an x."""
    digits = str(place.nth)
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    elements = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([*(f"x{one}" for one in elements[:-1]), elements[-1]])
    return path if place.width == WIDTH else f"{path}.p/{place.width}"


def width_at(size: int, level: int, index: int) -> int:
    """Return how many hashes tile (*level*, *index*) of the tree of *size* has, 0 to 256."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - WIDTH * index))
