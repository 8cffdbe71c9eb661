"""Draws the rooms of the source, `docs/img/rooms.svg`: floors from the import contracts, arrows from the imports themselves.

An import that a longer way implies is left out. One that goes up or sideways is an error, and nothing is drawn.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs/img/rooms.svg"
PANELS = (("kept", "src/kept, its layers"), ("kept.services", "src/kept/services, its rooms"))
HIGH, WIDE, FLOOR, GAP, LANE, TOP = 30, 104, 56, 12, 10, 56

Point = tuple[int, str, str]
"""What stands on a floor of that number: a room, named twice; or where an arrow from one room to another passes by."""


def floors(package: str) -> list[list[str]]:
    """Return the rooms of *package*, floor by floor from the top, as the import contract names them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers" and one["containers"] == [package])
    return [[room.strip() for room in layer.split("|")] for layer in layers]


def imports(package: str) -> dict[str, set[str]]:
    """Return which rooms of *package* each of its rooms imports from; its own `__init__` is none."""
    folder = ROOT.joinpath("src", *package.split("."))
    rooms = {one.stem for one in folder.iterdir() if one.suffix == ".py" or (one / "__init__.py").is_file()}
    found: dict[str, set[str]] = {room: set() for room in sorted(rooms - {"__init__"})}
    for file in folder.rglob("*.py"):
        room = file.relative_to(folder).parts[0].removesuffix(".py")
        for name in _imported(ast.parse(file.read_text("utf-8"))) if room in found else ():
            other = name.removeprefix(f"{package}.").split(".")[0] if name.startswith(f"{package}.") else room
            if other != room and other in found:
                found[room].add(other)
    return found


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def arrows(levels: Sequence[Sequence[str]], known: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Return the imports to draw, without those that a longer way implies.

    Raises:
        ValueError: A room stands on no floor, or imports one that is not below it.
    """
    level = {room: number for number, floor in enumerate(levels) for room in floor}
    if set(level) != set(known):
        raise ValueError(f"rooms and floors differ: {sorted(set(level) ^ set(known))}")
    upward = [(one, other) for one, below in known.items() for other in below if level[other] <= level[one]]
    if upward:
        raise ValueError(f"these imports do not lead down: {upward}")
    reached: dict[str, set[str]] = {}
    for room in sorted(known, key=lambda one: -level[one]):
        reached[room] = {room}.union(*(reached[other] for other in known[room]))
    return [
        (one, other)
        for one in sorted(known, key=lambda one: level[one])
        for other in sorted(known[one])
        if not any(other in reached[between] for between in known[one] if between != other)
    ]


def _ways(levels: Sequence[Sequence[str]], drawn: Sequence[tuple[str, str]]) -> list[list[Point]]:
    """Return the points each arrow leads through, from its room to the other."""
    level = {room: number for number, floor in enumerate(levels) for room in floor}
    return [
        [
            (level[one], one, one),
            *((between, one, other) for between in range(level[one] + 1, level[other])),
            (level[other], other, other),
        ]
        for one, other in drawn
    ]


def _places(levels: Sequence[Sequence[str]], ways: Sequence[Sequence[Point]]) -> dict[Point, float]:
    """Return how far right of the middle each point is, every floor ordered so that arrows cross little."""
    rows: list[list[Point]] = [[(number, room, room) for room in floor] for number, floor in enumerate(levels)]
    for way in ways:
        for point in way[1:-1]:
            rows[point[0]].append(point)
    near: dict[Point, list[Point]] = {point: [] for row in rows for point in row}
    for one, other in (line for way in ways for line in pairwise(way)):
        near[one].append(other)
        near[other].append(one)
    x = {point: place for row in rows for point, place in _spread(row)}
    for turn in range(8):
        for row in rows if turn % 2 else reversed(rows):
            wish = {p: sum(x[other] for other in near[p]) / len(near[p]) if near[p] else x[p] for p in row}
            row.sort(key=lambda p, wish=wish: (wish[p], p))  # type: ignore[misc]
            x |= _spread(row)
    return x


def _spread(row: Sequence[Point]) -> list[tuple[Point, float]]:
    """Return the points of one floor with their places, in the order they have."""
    widths = [WIDE if one == other else LANE for _, one, other in row]
    ends = list(accumulate((width + GAP for width in widths), initial=-(sum(widths) + GAP * (len(row) - 1)) / 2))
    return [(point, left + width / 2) for point, left, width in zip(row, ends, widths, strict=False)]


def _panel(package: str, title: str, left: float) -> tuple[list[str], float]:
    """Return what one panel draws, and where it ends on the right."""
    levels = floors(package)
    ways = _ways(levels, arrows(levels, imports(package)))
    x = _places(levels, ways)
    half = max(abs(place) for place in x.values()) + WIDE / 2 + GAP
    x = {point: left + half + place for point, place in x.items()}
    parts = [f'<text class="title" x="{left + half:.0f}" y="32">{title}</text>']
    for way in ways:
        spots = [(x[point], TOP + FLOOR * point[0] + edge) for point in way for edge in (0, HIGH)][1:-1]
        line = f"M{spots[0][0]:.0f} {spots[0][1]}"
        for (from_x, from_y), (to_x, to_y) in pairwise(spots):
            middle = (from_y + to_y) // 2
            line += f" C{from_x:.0f} {middle} {to_x:.0f} {middle} {to_x:.0f} {to_y}"
        title = f"{way[0][1]} imports {way[-1][1]}"
        parts.append(f'<path d="{line}" marker-end="url(#tip)"><title>{title}</title></path>')
    for number, room in ((number, room) for number, floor in enumerate(levels) for room in floor):
        middle, y = x[number, room, room], TOP + FLOOR * number
        parts.append(f'<rect x="{middle - WIDE / 2:.0f}" y="{y}" width="{WIDE}" height="{HIGH}" rx="3"/>')
        parts.append(f'<text x="{middle:.0f}" y="{y + 19}">{room}</text>')
    return parts, left + 2 * half


def picture() -> str:
    """Return the drawing, as the file holds it."""
    high = TOP + FLOOR * max(len(floors(package)) for package, _ in PANELS)
    parts: list[str] = []
    wide = 0.0
    for package, title in PANELS:
        drawn, wide = _panel(package, title, wide)
        parts += drawn
    head = f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" width="{wide:.0f}" height="{high}" role="img">
<title>The rooms of Kept; every arrow is an import, and leads down</title>
<style>
text {{ font: 13px sans-serif; text-anchor: middle; fill: #1d2733 }}
.title {{ font-weight: bold }}
rect {{ fill: #f4f1e8; stroke: #1d2733 }}
path {{ fill: none; stroke: #7a5b2e; stroke-width: 1.3 }}
marker path {{ fill: #7a5b2e; stroke: none }}
</style>
<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8Z"/></marker>
<rect width="{wide:.0f}" height="{high}" style="fill: #fff; stroke: none"/>"""
    return "\n".join([head, *parts, "</svg>\n"])


if __name__ == "__main__":
    OUT.write_text(picture(), encoding="utf-8")
    print(f"wrote {OUT.relative_to(ROOT)}")
