"""`kept render`: what a policy's readers and machines see: notices, JSON-LD, the flow drawing."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from kept import policy_files
from kept.guarantees import words
from kept.policy.flow import flow_svg
from kept.policy.jsonld import jsonld
from kept.policy.present import build_notice
from kept.policy.read import read_policy
from kept.policy.render import render


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "render", help="print the text, a notice, JSON-LD or the flow drawing of a policy",
        epilog="example: kept render shop.policy.md --as notice --point registration --language ja",
    )  # fmt: skip
    parser.add_argument("policy", help="the policy's first file, NAME.policy.md")
    parser.add_argument(
        "--as", dest="form", choices=("text", "notice", "jsonld", "flow"), default="text", help="what to print"
    )
    parser.add_argument("--point", default="", help="collection point of a notice (default: the first)")
    parser.add_argument("--language", default="", help="language (default: the policy's first)")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    policy = read_policy(policy_files(chosen.policy), words())
    language = chosen.language or policy.language
    if chosen.form == "jsonld":
        print(json.dumps(jsonld(policy), ensure_ascii=False, indent=2))
    elif chosen.form == "flow":
        sys.stdout.write(flow_svg(policy, language) + "\n")
    elif chosen.form == "notice":
        point = chosen.point or next(iter(policy.points), "")
        stage = next(iter(policy.points[point].stages), "") if point in policy.points else ""
        notice = build_notice(policy, point, stage, language)
        print(notice.text)
        print(f"\nnotice {notice.id}")
    else:
        page = render(policy, language)
        print(page.title)
        for clause in page.clauses:
            print(f"§{clause.id}  {policy.clauses[clause.id].texts[language]}")
    return 0
