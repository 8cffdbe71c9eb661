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
    "GUESSES_WRITTEN_ABOUT": "clauses/test_3_4_guesses.py::test_four_guesses_are_no_reason_to_write",
    "FINDING_FAILURES": "clauses/test_5_2_harvest.py::test_a_program_does_not_guess_people",
    "VOUCHING_FAILURES": "clauses/test_3_4_guesses.py::test_the_door_counts_what_programs_try",
    "ACCOUNTS_FROM_A_NETWORK": "clauses/test_3_4_guesses.py::test_one_network_that_tries_many_accounts_is_flagged",
    "CASE_RELEASES": "attack/test_gate_closed.py::test_a_mandates_volume_ends",
    "CONTACTS_OF_A_CASE": "clauses/test_4_5_contact.py::test_a_case_is_good_for_so_many_messages",
    "FEW_PEOPLE": "clauses/test_5_2_four_eyes.py::test_a_few_need_none",
    "CHECK_IN_SECONDS": "clauses/test_5_2_four_eyes.py::test_how_long_an_approved_list_opens",
    "NO_LOG_MAIL_BYTES": "clauses/test_5_4_no_log_by_mail.py::test_a_file_too_large_is_no_mail",
    "NO_LOG_COMMAND_SECONDS": "clauses/test_5_4_no_log.py::test_a_program_that_hangs_is_ended",
    "NO_LOG_WAIT_SECONDS": "clauses/test_5_4_no_log.py::test_a_slow_place_is_not_waited_for",
    "OLD_VERSION_SECONDS": "unit/policy/test_decide_change.py::test_an_older_version_ends_after_thirty_days",
}
"""Tests of a clause that move a row to both sides already."""
NOT_MOVED = {
    "KEY_FILE_BYTES": "bounds what is read of a file; a file that long does not parse on either side",
    "CONFIRMATION_RELEASES": "the end of a mandate is moved with CREDENTIAL_MANDATE_SECONDS; no test counts that many",
}
"""Rows no test can move, each with the reason. A row that is moved has to leave this list."""


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
