"""The built-in option list `jp-prefectures`.

Source: JIS X 0401, in the order of its codes; names as the prefectures write them.
"""

from __future__ import annotations

from importlib.resources import files

PREFECTURES: dict[str, dict[str, str]] = {
    name: {"en": english, "ja": japanese}
    for name, english, japanese in (
        line.split()
        for line in files("kept.policy").joinpath("prefectures.txt").read_text(encoding="utf-8").splitlines()
    )
}
"""Titles by language of each prefecture, by id, in the order of its code."""

OPTION_TITLES: dict[str, dict[str, dict[str, str]]] = {"jp-prefectures": PREFECTURES}
"""Every built-in option list by its name."""
