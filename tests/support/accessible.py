"""What axe-core looks for: the rules of WCAG 2.2 AA, and its script, which runs in the page."""

from __future__ import annotations

from importlib.resources import files

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = files("axe_playwright_python").joinpath("axe.min.js")
