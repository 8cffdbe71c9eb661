"""`kept check` says which acts of the engine no clause of a policy covers, and only those that can happen under it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kept import policy_files
from kept.cli.main import main
from kept.guarantees import words
from kept.policy.ground import clause_of
from kept.policy.read import read_policy
from kept.services.engine.acts import GROUNDS, USES, Act, uncovered

POLICIES = Path(__file__).parents[3] / "policies"
OTHERS = ("bicycles", "choir", "teahouse")


def policy_of(name: str):
    """Read a policy of the sample folder."""
    return read_policy(policy_files(str(POLICIES / f"{name}.policy.md")), words())


def test_the_sample_covers_every_act():
    """Nothing is recorded under it without a clause."""
    assert uncovered(policy_of("photolibrary")) == ()


@pytest.mark.parametrize("name", OTHERS)
def test_it_is_listed_as_text_and_as_json(name, capsys):
    """Both name the same acts, each with what a clause would have to name."""
    path = str(POLICIES / f"{name}.policy.md")
    assert main(["check", path]) == 0
    text = capsys.readouterr().out
    assert main(["check", path, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["uncovered-acts"]
    assert [one["act"] for one in listed] == [act.value for act in uncovered(policy_of(name))]
    assert f"no clause covers: {len(listed)};" in text
    for one in listed:
        assert f"    {' or '.join(one['rests-on'])}: " in text
        assert one["act"] in text


@pytest.mark.parametrize("name", OTHERS)
def test_only_what_can_happen_is_listed(name):
    """A backup can be made anywhere; a disclosure only where one is declared."""
    policy = policy_of(name)
    listed = uncovered(policy)
    assert Act.BACKUP_MAKE in listed
    assert not any(clause_of(policy, GROUNDS[act]) for act in listed)
    assert {Act.DISCLOSE, Act.STATISTIC_BUILD, Act.INTAKE, Act.RIGHTS_REQUEST_OPEN}.isdisjoint(listed)


def test_what_a_person_may_always_do_is_listed_where_no_purpose_answers_them():
    """Looking at one's own data happens in every installation."""
    policy = policy_of("bicycles")
    covered = bool(clause_of(policy, "purposes:rights-request"))
    assert (Act.OWN_VIEW in uncovered(policy)) is not covered


def test_work_of_the_installation_is_no_use_of_anybodys_data():
    """Signing staff in, starting or backing up is recorded, and counted as a use of no clause."""
    assert USES.isdisjoint({Act.SERVE_FIRST, Act.STAFF_CHANGE, Act.SIGN_IN, Act.BACKUP_MAKE, Act.POLICY_ACTIVATE})
    assert {Act.VALUE_READ, Act.OWN_VIEW, Act.PROVIDE, Act.DISCLOSE, Act.MESSAGE_SEND} <= USES
