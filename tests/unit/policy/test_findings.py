"""Each finding of `kept check` has a policy in `tests/policies/` that triggers it and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kept.policy.check import check_policy
from kept.policy.coverage import coverage
from kept.policy.next_step import NEXT_STEPS
from kept.policy.read import read_policy
from kept.policy.requirement import REQUIREMENTS
from policies.words import GUARANTEES

_CODE = re.compile(r"`([a-z-]+)`")
FOLDER = Path(__file__).parents[2] / "policies"
CASES = sorted(folder.name for folder in FOLDER.iterdir() if (folder / "shop.policy.md").exists())
SOUND = {"sound", "sound-in-two-languages"}


def _files(case):
    return {path.name: path.read_bytes() for path in (FOLDER / case).glob("*.md")}


@pytest.mark.parametrize("case", sorted(set(CASES) - SOUND))
def test_a_policy_triggers_exactly_its_finding(case):
    """The policy named after a finding (and what else it shows) gives that finding, with its place, and no other."""
    findings = check_policy(_files(case), GUARANTEES)
    assert {finding.code for finding in findings} == {case.partition(".")[0]}, [str(finding) for finding in findings]
    assert all(finding.file and finding.line and finding.column for finding in findings)


@pytest.mark.parametrize("case", sorted(SOUND))
def test_a_sound_policy_has_no_finding(case):
    """What is sound is not complained about."""
    assert check_policy(_files(case), GUARANTEES) == ()


def test_every_finding_is_described():
    """The page of the language names every code that has a policy here."""
    page = (Path(__file__).parents[3] / "docs" / "policy-language.md").read_text(encoding="utf-8")
    assert [case for case in sorted(set(CASES) - SOUND) if f"`{case.partition('.')[0]}`" not in page] == []


@pytest.mark.parametrize("case", sorted(set(CASES) - SOUND))
def test_a_finding_says_what_to_do_next(case):
    """Whoever reads it need not look for the way out."""
    assert [str(one) for one in check_policy(_files(case), GUARANTEES) if not one.hint] == []


def test_every_code_of_the_page_has_a_next_step():
    """What the page of the language lists is hinted at by the table, by the finding itself, or by what the engine needs."""
    page = (Path(__file__).parents[3] / "docs" / "policy-language.md").read_text(encoding="utf-8")
    rows = page.partition("## Findings")[2].partition("## Files of campaigns")[0]
    listed = {code for row in rows.splitlines() if row.startswith("| `") for code in _CODE.findall(row.split("|")[1])}
    assert len(listed) > 60
    hinted = {one.code for case in CASES for one in check_policy(_files(case), GUARANTEES) if one.hint}
    assert listed - hinted - set(NEXT_STEPS) == set()
    assert set(NEXT_STEPS) - listed == set()


def test_what_the_engine_needs_is_quoted():
    """The page of the language has the whole table, word for word, and each requirement has a policy without it."""
    page = (Path(__file__).parents[3] / "docs" / "policy-language.md").read_text(encoding="utf-8")
    rows = [f"| `{one.code}` | {one.expected} | {one.otherwise} |" for one in REQUIREMENTS]
    assert [row for row in rows if row not in page] == []
    assert {one.code for one in REQUIREMENTS} <= set(CASES)


@pytest.mark.parametrize(("length", "fits"), [("1 second", True), ("100 years", True), ("36500 days", True),
                                              ("36501 days", False), ("101 years", False), ("0 seconds", False)])  # fmt: skip
def test_durations_end_at_a_hundred_years(length, fits):
    """Both edges of the longest and the shortest duration."""
    sound = _files("sound")["shop.policy.md"]
    findings = check_policy({"shop.policy.md": sound.replace(b"2 years", length.encode())}, GUARANTEES)
    assert (findings == ()) is fits
    assert all(
        (one.code, one.line, one.column) == ("value-unfit", _line(sound, "for: 2 years"), 12) for one in findings
    )


def test_a_later_word_is_not_taken_for_a_near_one():
    """`at-least` is not answered with `at-most`, which means the opposite."""
    (found,) = check_policy(_files("word-not-yet"), GUARANTEES)
    assert "not in the language yet" in found.message
    assert "at-most" not in found.hint


def test_a_promise_that_is_only_stated_is_not_covered():
    """Coverage counts what can keep a promise; saying it does not."""
    found = coverage(read_policy(_files("promise-only-stated"), GUARANTEES))
    assert (found.promises, found.promises_covered, found.only_stated, found.bare) == (2, 1, ("1.2",), ())


def _line(content, text):
    return next(number for number, line in enumerate(content.decode().split("\n"), 1) if text in line)
