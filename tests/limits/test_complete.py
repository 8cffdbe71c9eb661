"""Every row of the table is moved to both sides of its edge by a test, or stands here with the reason why not."""

from __future__ import annotations

import ast
import itertools
from pathlib import Path

from kept.limits import TABLE, Kind

TESTS = Path(__file__).parents[1]
ELSEWHERE = {
    "RECALL_SECONDS": "clauses/test_4_6_recalls.py::test_an_overdue_recall_turns_the_board",
    "APPROVAL_SECONDS": "clauses/test_5_2_approvals.py::test_until_its_last_second_it_can_be_given_and_then_no_more",
    "ACCOUNT_TRIES": "clauses/test_3_4_unauthorised_use.py::test_many_addresses_together_are_stopped_as_well",
    "CASE_RELEASES": "attack/test_gate_closed.py::test_a_mandates_volume_ends",
    "FEW_PEOPLE": "clauses/test_5_2_four_eyes.py::test_a_few_need_none",
    "OLD_VERSION_SECONDS": "unit/policy/test_decide_change.py::test_an_older_version_ends_after_thirty_days",
}
"""Tests of a clause that move a row to both sides already."""
_RUN = "the end of a mandate is moved with CREDENTIAL_MANDATE_SECONDS; the length of this one is not looked at yet"
_SHOWN = "cuts what a page shows; nothing is refused by it, and no test counts that many yet"
_SLOW = "waits for another program; no test waits that long"
NOT_MOVED = {
    "BACKUP_EARLY_SHARE": "decided in a task of the background, which no test drives yet",
    "BACKUP_LINE_BYTES": "no backup of ours comes near it; a longer first line is refused as any that does not parse",
    "BACKUP_RETRY_SECONDS": "decided in a task of the background, which no test drives yet",
    "CAMPAIGN_SECONDS": _RUN,
    "CONTACT_RELEASES": _RUN,
    "CONTACT_SEND_SECONDS": _RUN,
    "CONTACT_TEXT_CHARACTERS": "one side only: tests/clauses/test_4_5_contact.py",
    "CONTACT_TITLE_CHARACTERS": "one side only: tests/clauses/test_4_5_contact.py",
    "COUNTED_OPTIONS": "needs a policy with a choice of 17 options",
    "DISCLOSURE_RELEASES": _RUN,
    "DISCLOSURE_SUGGESTED_SECONDS": "stands in a field as a suggestion",
    "DRAW_SHOWN_SECONDS": _SHOWN,
    "DRILL_EVERY_DAYS": "the policy of the tests names its own time",
    "DRILL_FINDINGS": _SHOWN,
    "FAX_PROGRAM_SECONDS": _SLOW,
    "INSTANCE_SUGGESTED_DAYS": "stands in a file as a suggestion",
    "KEY_FILE_BYTES": "bounds what is read of a file; a longer file does not parse either way",
    "LETTERS_LISTED": _SHOWN,
    "LETTERS_OF_A_RUN": "needs a hundred letters set in one test",
    "LETTER_RUN_SECONDS": _RUN,
    "LINES_TAKEN_ALONG": "needs a hundred thousand lines",
    "LOGO_BYTES": "one side only: the tests of themes",
    "MAILBOX_BYTES": "the demo's mailbox, told to the library that receives",
    "MAILBOX_MESSAGES": "the demo's mailbox",
    "MAIL_TIMEOUT_SECONDS": _SLOW,
    "MESSAGES_LOOKED_AT": _SHOWN,
    "MESSAGES_SHOWN": _SHOWN,
    "PROJECTION_RUN_SECONDS": _RUN,
    "PROVISION_RUN_SECONDS": _RUN,
    "REGISTER_SECONDS": "moved by days, not seconds: tests/clauses/test_4_6_register_after_erasing.py",
    "REQUEST_FIELDS": "told to the library that reads forms; FORM_FIELDS is narrower",
    "SCANNED_PAGES": "needs a browser and a site of nine pages",
    "SCRUB_AT_ONCE_BYTES": "needs a database of four megabytes",
    "SMALL_REQUEST_FIELDS": "told to the library that reads forms",
    "STATISTICS_BARS_SHOWN": _SHOWN,
    "STATISTICS_ROWS_SHOWN": _SHOWN,
    "VERIFICATION_FINDINGS": _SHOWN,
    "VOUCHED_SESSION_SECONDS": "not moved yet",
}
"""Rows no test moves to both sides yet, each with the reason. A row that is moved has to leave this list."""


def marked():
    """Names in the `edge` marks of this folder, with the tests that carry them."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.edge":
                    yield from ((ast.literal_eval(one), f"{path.name}::{node.name}") for one in mark.args)


def test_every_row_is_moved_to_both_sides():
    """A time and a cap have a test each; a pace can be seen by nobody and has none."""
    rows = {row.name: row.kind for row in itertools.chain(*TABLE.values())}
    to_move = {name for name, kind in rows.items() if kind is not Kind.PACE}
    moved = [name for name, _ in marked()]
    assert sorted(set(moved) - to_move) == [], "a mark names no row"
    assert len(moved) == len(set(moved)), "a row is moved twice"
    assert sorted(to_move - set(moved) - set(ELSEWHERE) - set(NOT_MOVED)) == [], "rows without an edge"
    assert sorted((set(moved) | to_move ^ to_move) & (set(ELSEWHERE) | set(NOT_MOVED))) == [], "rows excused and moved"
    assert sorted((set(ELSEWHERE) | set(NOT_MOVED)) - to_move) == [], "an excuse names no row"


def test_the_tests_elsewhere_are_there():
    """A test that was renamed or taken away is missed here."""
    missing = []
    for name, node_id in ELSEWHERE.items():
        file, test = node_id.split("::")
        path = TESTS / file
        tests = {node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if hasattr(node, "name")}
        if test not in tests:
            missing.append((name, node_id))
    assert missing == []
