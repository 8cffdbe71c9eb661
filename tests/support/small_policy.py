"""A small company's policy: one purpose, one form, and none of what the engine can do beyond that."""

from __future__ import annotations

from pathlib import Path

from installation import Installation

POLICY = Path(__file__).parents[1] / "policies" / "sound" / "shop.policy.md"
ALSO = {
    "contest": """  caption:
    kind: contest
    items:
      - name
    purposes:
      - news
    keep:
      for: 1 year
""",
    "questionnaire": """  questions:
    kind: questionnaire
    items:
      - name
    purposes:
      - news
    keep:
      for: 1 year
""",
    "event": """  evening:
    kind: event
    items:
      - mail_address
    purposes:
      - news
    keep:
      for: 1 year
""",
    "sweepstake": """  lots:
    kind: sweepstake
    stages:
      enter: []
    purposes:
      - news
    keep:
      for: 1 year
""",
}
"""Further collection points, each without what its kind lives by."""


async def small(folder: Path, *changes: tuple[str, str], also: tuple[str, ...] = ()) -> Installation:
    """Return an open installation under the small policy.

    Args:
        folder: Empty.
        *changes: Text of the policy and what stands there instead.
        also: Further points, of `ALSO`.
    """
    text = POLICY.read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    file = folder / POLICY.name
    file.write_text(
        text.replace("  registration:\n", "".join(ALSO[one] for one in also) + "  registration:\n"), "utf-8"
    )
    found = Installation(folder, file)
    await found.open()
    return found
