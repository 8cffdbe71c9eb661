"""A policy never changes, so the same files are read once in a process; whoever reads them gets a report of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from installation import POLICY, second_version

from kept import policy_files
from kept.errors import PolicyError
from kept.guarantees import words
from kept.policy.check import check_policy
from kept.policy.read import read_files, read_policy

FILES = policy_files(POLICY)
POLICIES = Path(__file__).parents[2] / "policies"


def test_the_same_files_are_read_once():
    """Other bytes, another name or other built-in promises are another policy."""
    read = read_policy(FILES, words())
    assert read_policy(dict(reversed(FILES.items())), words()) is read
    assert read_policy(second_version(), words()) is not read
    without = {name: word for name, word in words().items() if name != "canaries-silent"}
    with pytest.raises(PolicyError):
        read_policy(FILES, without)
    assert read_policy(FILES, words()) is read


def test_what_one_reader_reports_no_other_reader_sees():
    """A check adds its findings to a report of its own; checked twice, a policy has each finding once."""
    files = {"shop.policy.md": (POLICIES / "item-unused" / "shop.policy.md").read_bytes()}
    found = check_policy(files, words())
    assert [one.code for one in found] == ["item-unused"]
    assert check_policy(files, words()) == found
    read_files(files, words()).report.findings.append(found[0])
    assert check_policy(files, words()) == found


def test_what_cannot_be_read_is_refused_each_time():
    """A mistake is raised for everybody who reads it."""
    broken = {POLICY.name: b"# nothing\n"}
    for _ in range(2):
        with pytest.raises(PolicyError):
            read_policy(broken, words())
