"""Who may ask for what: every address of both hosts as a text one can review, so that access control reads in a difference.

`make golden` writes it anew.
"""

from __future__ import annotations

import os
from pathlib import Path

from kept.demo.pages import pages
from kept.web import console, site
from kept.web.routes import listed

GOLDEN = Path(__file__).with_name("routes.txt")


def test_every_address_is_as_reviewed():
    """Whatever a change opens, closes, adds or takes away shows as a difference in the reviewed text."""
    demo = pages()
    parts = (
        listed("site", site.PAGES),
        listed("console", console.PAGES),
        ["in the demo alone", *listed("site", demo.site), *listed("console", demo.console)],
    )
    text = "\n\n".join("\n".join(lines) for lines in parts) + "\n"
    if os.environ.get("KEPT_GOLDEN") == "update":
        GOLDEN.write_text(text, "utf-8")
    assert GOLDEN.read_text("utf-8") == text, "run `make golden` and look at the difference"
