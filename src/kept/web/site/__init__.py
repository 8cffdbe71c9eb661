"""The customers' site: a file for each thing one can do there, with the routes it declares.

To add a page, declare it in its file's `PAGES`, and the file below. The order is the order of the menu.
"""

from __future__ import annotations

from kept.web import look
from kept.web.routes import Page
from kept.web.site import (
    account,
    addresses,
    cookies,
    corrections,
    erasure,
    evidence,
    first_sign_in,
    front,
    given_elsewhere,
    joining,
    log,
    messages,
    my_data,
    participation,
    policy,
    registration,
    requests,
    sign_in,
    statements,
    statistics,
    well_known,
)

PAGES: tuple[Page, ...] = tuple(
    one
    for file in (
        front, participation, policy, registration, my_data, account, statements, addresses, given_elsewhere, joining, sign_in,
        first_sign_in, corrections, requests, erasure, evidence, cookies, statistics, messages, log, well_known, look,
    )
    for one in file.PAGES
)  # fmt: skip
