"""Lets the translations beside a policy name its version and its text as they stand: you have read both.

A translation that names an earlier text is stale, and no form is shown in its language.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from kept.policy.translate import accept_translation


def accept(policy: Path) -> list[Path]:
    """Write the translations beside *policy* anew, and return those that changed.

    Raises:
        SystemExit: It is no first file of a policy, or has no translation.
    """
    first = policy.read_bytes()
    version = re.search(r"(?m)^version:\s*([0-9]+)\s*$", first.decode().partition("\n---")[0])
    beside = sorted(policy.parent.glob(f"{policy.name.removesuffix('.policy.md')}.policy.*.md"))
    if version is None or not beside:
        raise SystemExit(f"expected NAME.policy.md with `version` and a translation beside it, found {policy}")
    changed = []
    for file in beside:
        before = file.read_bytes()
        after = accept_translation(before, first, int(version[1]))
        if after != before:
            file.write_bytes(after)
            changed.append(file)
    return changed


if __name__ == "__main__":
    for one in accept(Path(sys.argv[1])):
        print(f"{one} now translates the text as it stands")
