"""Which clause of the sample policy an error rests on, as every edge of the program says it."""

from __future__ import annotations

from functools import cache

from installation import POLICY

from kept import policy_files
from kept.guarantees import words
from kept.policy.ground import clause_of
from kept.policy.read import read_policy


@cache
def _sample():
    return read_policy(policy_files(POLICY), words())


def cited(error) -> str:
    """Return the clause, with its sign; empty when the error rests on none."""
    clause = error.clause.removeprefix("§") or clause_of(_sample(), error.rests_on)
    return f"§{clause}" if clause else ""
