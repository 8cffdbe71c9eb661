"""Each finding of `kept check` has a policy in `tests/policies/` that triggers it and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from kept.policy.check import check_policy
from policies.words import GUARANTEES

FOLDER = Path(__file__).parents[2] / "policies"
CASES = sorted(folder.name for folder in FOLDER.iterdir() if (folder / "shop.policy.md").exists())
SOUND = {"sound", "sound-in-two-languages"}


def _files(case):
    return {path.name: path.read_bytes() for path in (FOLDER / case).glob("*.md")}


@pytest.mark.parametrize("case", sorted(set(CASES) - SOUND))
def test_a_policy_triggers_exactly_its_finding(case):
    """The policy named after a finding gives that finding, with file and line, and no other."""
    findings = check_policy(_files(case), GUARANTEES)
    assert {finding.code for finding in findings} == {case}, [str(finding) for finding in findings]
    assert all(finding.file and finding.line for finding in findings)


@pytest.mark.parametrize("case", sorted(SOUND))
def test_a_sound_policy_has_no_finding(case):
    """What is sound is not complained about."""
    assert check_policy(_files(case), GUARANTEES) == ()


def test_every_finding_is_described():
    """The page of the language names every code that has a policy here."""
    page = (Path(__file__).parents[3] / "docs" / "policy-language.md").read_text(encoding="utf-8")
    assert [case for case in sorted(set(CASES) - SOUND) if f"`{case}`" not in page] == []
