"""The shop of the sample company, as `make run` puts it beside Kept's pages."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path

import kept
from kept.web.app import More

FILE = Path(__file__).parents[2] / "examples" / "photolibrary" / "app.py"
INTERESTS = "__Host-kept_interests"


@cache
def _module():
    spec = importlib.util.spec_from_file_location("photolibrary_app", FILE)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shop(engine) -> More:
    """Return the shop's pages, for an installation of the sample policy."""
    return More(own=_module().pages(kept.Kept(engine)))
