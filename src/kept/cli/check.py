"""`kept check`: is this policy sound? Every finding, what stands behind each clause, and what no clause covers."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from kept import policy_files
from kept.errors import PolicyError
from kept.guarantees import ALL, words
from kept.policy.check import check_policy
from kept.policy.coverage import Coverage, PartKind, coverage
from kept.policy.findings import Finding
from kept.policy.model import Policy
from kept.policy.read import read_policy
from kept.services.engine.acts import GROUNDS, Act, uncovered


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check", help="check a policy: findings, clause coverage, and acts no clause covers",
        epilog="example: kept check shop.policy.md --require built",
    )  # fmt: skip
    parser.add_argument("policy", help="the policy's first file, NAME.policy.md")
    parser.add_argument("--require", choices=("sound", "built"), default="sound",
                        help="built: also fail while a guarantee the policy names is not built")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    files = policy_files(chosen.policy)
    findings = check_policy(files, words())
    errors = [one for one in findings if str(one.severity) == "error"]
    policy: Policy | None = None
    covered: Coverage | None = None
    try:
        policy = read_policy(files, words())
        covered = coverage(policy)
    except PolicyError:
        pass  # it is among the findings
    missing = [one.id for one in policy.guarantees if not ALL[one.id].built] if policy is not None else []
    loose = uncovered(policy) if policy is not None else ()
    if chosen.json:
        print(json.dumps({
            "findings": [
                {"code": one.code, "severity": str(one.severity), "file": one.file, "line": one.line, "column": one.column,
                 "clause": one.clause, "message": one.message, "hint": one.hint}
                for one in findings
            ],
            "clauses": covered.clauses if covered is not None else 0,
            "covered": covered.covered if covered is not None else 0,
            "only-stated": list(covered.only_stated) if covered is not None else [],
            "uncovered-acts": [{"act": act.value, "rests-on": GROUNDS[act].split()} for act in loose],
            "not-built": missing,
        }))  # fmt: skip
    else:
        _print_findings(findings)
        if covered is not None and policy is not None:
            _print_coverage(policy, covered, loose)
            if missing:
                print(f"named but not built yet: {', '.join(missing)}")
        print("sound" if not errors else f"not sound: {len(errors)} error{'' if len(errors) == 1 else 's'}")
        if chosen.require == "built" and missing:
            print(f"not all built: {len(missing)} guarantees are missing")
    return 2 if errors or (chosen.require == "built" and missing) else 0


def _print_findings(findings: Sequence[Finding]) -> None:
    for one in findings:
        print(f"{one.file}:{one.line}:{one.column}: {one.severity}: {one.message} [{one.code}]")
        if one.hint:
            print(f"    hint: {one.hint}")


def _print_coverage(policy: Policy, covered: Coverage, loose: Sequence[Act]) -> None:
    print(
        f"{policy.id} version {policy.version}, {len(policy.clauses)} clauses, languages {', '.join(policy.languages)}"
    )
    print(
        f"clause coverage: {covered.covered} of {covered.clauses}; promises {covered.promises_covered} of {covered.promises}"
        + (f", only stated: {len(covered.only_stated)}" if covered.only_stated else "")
    )
    kinds = {
        kind: sum(1 for found in covered.parts.values() for part in found if part.kind is kind) for kind in PartKind
    }
    print("behind them: " + ", ".join(f"{count} {kind.value}s" for kind, count in kinds.items()))
    if loose:
        print(f"acts of the engine no clause covers: {len(loose)}; each is recorded, and cites nothing until a clause")
        print("names what it rests on:")
        by_ground: dict[str, list[str]] = {}
        for act in loose:
            by_ground.setdefault(" or ".join(GROUNDS[act].split()), []).append(act.value)
        for ground, acts in by_ground.items():
            print(f"    {ground}: {', '.join(acts)}")
