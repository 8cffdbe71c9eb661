"""The engine's built-in promises: a closed list, one file each.

From a clause to the code that keeps it is two hops: the clause names a guarantee, its file names the function. Every
module here is one, found by its name: to add a promise is to add its file, with its test and its line in the docs.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from kept.guarantees.guarantee import Guarantee
from kept.policy.vocabulary import GuaranteeWord

_ABOUT_THEM = frozenset({"board", "guarantee", "sample"})
"""Modules that are not a promise themselves."""

_FOUND: list[Guarantee] = [
    import_module(f"{__name__}.{module.name}").GUARANTEE
    for module in sorted(iter_modules(__path__), key=lambda module: module.name)
    if module.name not in _ABOUT_THEM
]

ALL: dict[str, Guarantee] = {one.id: one for one in _FOUND}
"""Every built-in promise by id."""


def words() -> dict[str, GuaranteeWord]:
    """Return the promises as the policy language knows them."""
    return {one.id: one.word() for one in ALL.values()}
