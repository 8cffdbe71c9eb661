"""No company lives in the engine: its words stand in its policy, its program and the demo."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from installation import POLICY

from kept import guarantees, policy_files
from kept.policy.duties import ENGINE_COOKIES
from kept.policy.read import read_policy

SOURCE = Path(__file__).parents[3] / "src" / "kept"
COMPANY = re.compile(r"[Pp]hotolibrary|[Pp]icture")
DPV = SOURCE / "policy" / "terms.py"
"""The words of a vocabulary that is not ours."""


def files(*kinds: str):
    """Yield the files of the engine, without the demo."""
    for kind in kinds:
        for file in sorted(SOURCE.rglob(f"*.{kind}")):
            if "demo" not in file.relative_to(SOURCE).parts and file != DPV:
                yield file


def test_no_company_is_named():
    """Neither the sample company nor what it sells."""
    found = {
        (file.relative_to(SOURCE).as_posix(), line.strip())
        for file in files("py", "html", "po", "css", "js", "sql", "typ")
        for line in file.read_text("utf-8").splitlines()
        if COMPANY.search(line)
    }
    assert found == set()


def test_no_clause_is_cited_by_its_number():
    """An error or an act names the ground it rests on; the policy in force says which clause that is."""
    cited = re.compile(r"clause=f?[\"']§?\d|\"§\d|\(§\d")
    found = {
        (file.relative_to(SOURCE).as_posix(), line.strip())
        for file in files("py", "html", "sql")
        for line in file.read_text("utf-8").splitlines()
        if cited.search(line)
    }
    assert found == set()


@pytest.mark.parametrize("folder", ["web", "cli", "channels", "cookies"])
def test_no_name_of_the_sample_policy_is_used(folder):
    """No purpose, point, cookie or role of it, and no clause number: the engine asks by duty, kind and ground."""
    policy = read_policy(policy_files(POLICY), guarantees.words())
    engine_s = {"registration", "contact", "statistics", "rights-request", "legal-disclosure", "sign-in", "event", "contest",
                "questionnaire", "sweepstake", "remember-me", "operator", "staff", "program"}  # fmt: skip
    names = {*policy.purposes, *policy.points, *policy.roles, *policy.recipients, *policy.cookies} - engine_s
    names -= set(ENGINE_COOKIES)
    quoted = re.compile(r"[\"'](" + "|".join(map(re.escape, sorted(names))) + r")[\"']|§ ?\d|policy#\d")
    found = {
        (file.relative_to(SOURCE).as_posix(), line.strip()[:120])
        for file in files("py", "html", "yaml")
        if file.relative_to(SOURCE).parts[0] == folder
        for line in file.read_text("utf-8").splitlines()
        if quoted.search(line) and not re.search(r"RFC|Source:|§[34]\.\d of|Global Privacy", line)
    }
    assert found == set()
