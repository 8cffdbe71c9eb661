"""`kept accept`: lets the translations beside a policy name its version and its text as they stand: you have read both."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from kept import policy_files
from kept.errors import SettingError
from kept.policy.translate import accept_translation


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "accept",
        help="let a policy's translations name its text as it stands, once you have read both",
        epilog="example: kept accept shop.policy.md",
    )
    parser.add_argument("policy", help="the policy's first file, NAME.policy.md")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    path, files = Path(chosen.policy), policy_files(chosen.policy)
    first = files.pop(path.name)
    version = re.search(rb"(?m)^version:\s*([0-9]+)\s*$", first.partition(b"\n---")[0])
    if version is None or not files:
        raise SettingError(
            f"expected `version` in {path.name} and a translation beside it, found none",
            reason="translation-none",
            hint=f"write {path.name.removesuffix('.md')}.LANGUAGE.md beside it, with `translates:` in its front matter",
        )
    for name, before in files.items():
        after = accept_translation(before, first, int(version[1]))
        if after != before:
            path.with_name(name).write_bytes(after)
        print(f"{name} {'now translates' if after != before else 'translates'} the text as it stands")
    return 0
