"""Which tables hold people."""

from __future__ import annotations

from kept.store.queries import columns


def person_tables(part):
    """Return the tables of *part* with a person in them."""
    return {name for name, described in columns(part).items() if "person_id" in described}
