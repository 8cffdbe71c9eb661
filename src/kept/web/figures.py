"""What the table, the chart and the sheet of released or asked figures are made of, on both hosts."""

from __future__ import annotations

from typing import Any

from kept import limits
from kept.services.engine.engine import Engine
from kept.services.figures import exports, queries
from kept.services.figures.data_sets import all_data_sets
from kept.statistics.figures import Cell, Figures, cells_of, margins_of, total_of
from kept.statistics.sheet import question_text
from kept.statistics.table import labels_of


def declared(engine: Engine) -> bool:
    """Whether the policy in force declares a data set."""
    return bool(all_data_sets(engine))


def shown_figures(engine: Engine, found: queries.Statistic, language: str) -> dict[str, Any]:
    """Return what the table, the chart and the sheet are made of."""
    figures = found.figures
    if figures is None:
        return {"question": ", ".join(found.dimensions)}
    cells = list(cells_of(figures))
    bars = cells if len(figures.axes) < 2 else margins_of(figures, 0)  # noqa: PLR2004 -- a cross-tab has two or more
    totals = [
        (axis.titles.get(language, axis.dimension), _labelled(figures, margins_of(figures, place), language))
        for place, axis in enumerate(figures.axes)
        if len(figures.axes) > 1 and margins_of(figures, place)
    ]
    return {
        "question": question_text(figures, language),
        "figures": figures,
        "titles": [axis.titles.get(language, axis.dimension) for axis in figures.axes],
        "rows": _labelled(figures, cells[: limits.STATISTICS_ROWS_SHOWN], language),
        "more": max(0, len(cells) - limits.STATISTICS_ROWS_SHOWN),
        "bars": _labelled(figures, bars[: limits.STATISTICS_BARS_SHOWN], language),
        "totals": totals,
        "total": total_of(figures),
        "sheet": exports.sheet_of(engine, found, language),
    }


def _labelled(figures: Figures, cells: list[Cell], language: str) -> list[tuple[tuple[str, ...], Cell]]:
    return [(labels_of(figures, one, language), one) for one in cells]
