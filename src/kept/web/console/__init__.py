"""The staff console: a file for each desk, with the routes it declares and who may ask for them.

To add a page, declare it in its file's `PAGES`, and the file below. The order is the order of the menu.
"""

from __future__ import annotations

from kept.web import look
from kept.web.console import (
    after_restore,
    approvals,
    board,
    calls,
    campaigns,
    cases,
    emergencies,
    home,
    instances,
    intake,
    ledger,
    legal,
    letters,
    parties,
    provision,
    rights,
    sign_in,
    statistics,
    versions,
    witnessed,
)
from kept.web.routes import Page

PAGES: tuple[Page, ...] = tuple(
    one
    for file in (
        home, cases, rights, letters, calls, instances, campaigns, witnessed, intake, provision, statistics, legal, parties, approvals,
        emergencies, board, after_restore, versions, ledger, sign_in, look,
    )
    for one in file.PAGES
)  # fmt: skip
