"""Released figures as files: a CSV a spreadsheet opens without running anything, and JSON."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from kept.statistics.figures import Cell, Figures, Status, cells_of

BOM = "\ufeff"
"""Tells a spreadsheet that the file is UTF-8."""
STARTS_FORMULA = ("=", "+", "-", "@", "\u2212")
UNSEEN = re.compile(
    "[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff]"
)
"""Controls, format characters, joiners and variation selectors: nobody sees them before a sign."""
HEADINGS = {"en": ("Figure", "Give or take", "Shown"), "ja": ("数", "誤差（±）", "表示")}
SHOWN = {
    "en": {"shown": "yes", "few": "fewer than about {n}", "uncertain": "too uncertain"},
    "ja": {"shown": "表示", "few": "およそ{n}未満", "uncertain": "不確か"},
}


def safe(text: str) -> str:
    """Return text no spreadsheet takes for a formula: a sign that begins one gets an apostrophe before it.

    Full-width and small signs open one too in a Japanese spreadsheet, and what is not seen before a sign does not stop it.
    """
    seen = UNSEEN.sub("", unicodedata.normalize("NFKC", text)).lstrip()
    return f"'{text}" if seen.startswith(STARTS_FORMULA) or text[:1] in {"\t", "\r", "\n"} else text


def labels_of(figures: Figures, cell: Cell, language: str) -> tuple[str, ...]:
    """Return the titles of the options a cell belongs to; empty for an axis summed over."""
    return tuple(
        "" if option is None else axis.labels.get(language, axis.options)[option]
        for axis, option in zip(figures.axes, cell.place, strict=True)
    )


def csv_of(figures: Figures, sheet: Sequence[tuple[str, str]], language: str) -> bytes:
    """Return the figures as CSV, the sheet below them; figures that are not shown are not in it.

    Args:
        figures: Released.
        sheet: Its sheet.
        language: `en` or `ja`.
    """
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    titles = [axis.titles.get(language, axis.dimension) for axis in figures.axes]
    writer.writerow([safe(one) for one in (*titles, *HEADINGS[language])])
    for cell in cells_of(figures):
        shown = cell.status is Status.SHOWN
        word = SHOWN[language][cell.status.value].format(n=figures.fewer_than)
        figure = [str(cell.value), str(cell.margin)] if shown else ["", ""]
        writer.writerow([safe(one) for one in (*labels_of(figures, cell, language), *figure, word)])
    writer.writerow([])
    for heading, text in sheet:
        writer.writerow([safe(heading), safe(text)])
    return (BOM + written.getvalue()).encode()


def json_of(figures: Figures, sheets: dict[str, tuple[tuple[str, str], ...]]) -> bytes:
    """Return the figures as JSON, with the sheet in every language; figures that are not shown are null.

    Args:
        figures: Released.
        sheets: The sheet by language.
    """
    cells: list[dict[str, Any]] = [
        {
            "options": [
                None if option is None else axis.options[option]
                for axis, option in zip(figures.axes, cell.place, strict=True)
            ],
            "figure": cell.value if cell.status is Status.SHOWN else None,
            "margin95": cell.margin if cell.status is Status.SHOWN else None,
            "shown": cell.status.value,
        }
        for cell in cells_of(figures)
    ]
    document = {
        "kept": "released statistics 1",
        "dimensions": [
            {"id": axis.dimension, "titles": axis.titles, "options": list(axis.options), "labels": axis.labels}
            for axis in figures.axes
        ],
        "cells": cells,
        "sheet": {language: [list(one) for one in lines] for language, lines in sheets.items()},
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
