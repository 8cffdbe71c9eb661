"""Whole numbers written by somebody else."""

from __future__ import annotations

GREATEST = 2**63 - 1
"""What a database holds as a whole number."""


def parse_number(unverified: str, most: int = GREATEST) -> int | None:
    """Read a whole number from outside.

    Args:
        unverified: What was written, of any length, from anybody.
        most: The greatest number that means something here.

    Returns:
        The number, or None unless it is ASCII digits without a leading zero and between 0 and *most*.
    """
    if not unverified or len(unverified) > len(str(most)) or not (unverified.isascii() and unverified.isdigit()):
        return None
    if unverified[0] == "0" and unverified != "0":
        return None
    number = int(unverified)
    return number if number <= most else None
