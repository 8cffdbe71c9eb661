"""What is wrong with a declared data set: no purpose, items its purposes may not use, dimensions nobody can count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kept import limits
from kept.policy.model import Declaration, Policy
from kept.policy.words import Exit

VISIT_DIMENSIONS = {"page": "declared", "feature": "declared", "week": "calendar"}


def item_of(dimension: str, made: object) -> str:
    """Return the item a dimension of people is made from: the one it names, or the one of its own name."""
    return str(made["of"]) if isinstance(made, Mapping) else dimension


def purposes_of(policy: Policy, clause: str) -> tuple[str, ...]:
    """Return the purposes a data set of *clause* serves: the clause's own, with the exit *statistics*."""
    return tuple(one.id for one in policy.purposes.values() if one.clause == clause and Exit.STATISTICS in one.exits)


def wrong_with(policy: Policy, declared: Declaration) -> Iterator[tuple[str, str]]:
    """Yield the code and the message of each thing wrong with a data set.

    Args:
        policy: As read.
        declared: A declaration of `statistics`.
    """
    body: Any = declared.body
    name = declared.id
    if "budget" not in body:
        yield "statistics-without-budget", f"expected a budget for the data set `{name}`, found none"
    elif body["budget"]["rho"] > body["budget"]["rho-year"] or not body["budget"]["delta"] > 0:
        yield "statistics-unfit", f"expected `rho-year` of at least `rho`, and a `delta`, found otherwise for `{name}`"
    purposes = purposes_of(policy, declared.clause)
    if not purposes:
        yield (
            "statistics-without-purpose",
            f"expected a purpose with exit `statistics` in the clause of `{name}`, found none",
        )
    for dimension, made in body["dimensions"].items():
        if expected := _unfit(policy, str(body["about"]), dimension, made):
            yield "statistics-unfit", f"expected {expected}, found otherwise for `{dimension}` of `{name}`"
        elif body["about"] == "person" and purposes:
            item = item_of(dimension, made)
            if not all(policy.purposes[one].may_use(item) for one in purposes):
                yield (
                    "statistics-beyond-purpose",
                    f"expected only items the purposes of `{name}` use, found `{item}`",
                )


def _unfit(policy: Policy, about: str, dimension: str, made: Any) -> str:
    """Return what a dimension should have been; empty when it can be counted."""
    if about == "visit":
        fits = made == VISIT_DIMENSIONS.get(dimension)
        return "" if fits else "`page: declared`, `feature: declared` or `week: calendar`"
    item = policy.items.get(item_of(dimension, made))
    if isinstance(made, Mapping):
        cut = list(made["cut"])
        fits = (
            item is not None and item.type.about.counted == "ages" and cut == sorted(cut) and bool(cut) and cut[0] > 0
        )
        return "" if fits else "an item of type `date`, and ages that rise"
    if made != "declared" or item is None or item.type.about.counted != "options" or item.per_instance:
        return "`declared` for an item that is a choice"
    if item.type.about.several and len(item.options) > limits.COUNTED_OPTIONS:
        return f"at most {limits.COUNTED_OPTIONS} options of a some-of item"
    return ""
