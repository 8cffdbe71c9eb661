"""The engine's built-in promises: a closed list, `guarantees.toml`.

From a clause to the code that keeps it is two hops: the clause names a guarantee, its entry in the list names the function.
What is watched has its live check in a file named after it, found by that name: to add a promise is to add its entry, its
check where it has one, its test and its line in the docs.
"""

from __future__ import annotations

import tomllib
from importlib import import_module
from importlib.resources import files
from typing import Any

from kept.guarantees.guarantee import Guarantee, Known
from kept.policy.vocabulary import GuaranteeWord, ParameterKind


def _guarantee(name: str, *, said: dict[str, Any]) -> Guarantee:
    known = Known(said.pop("known"))
    return Guarantee(
        id=name,
        enforced_at=tuple(said.pop("enforced-at")),
        known=known,
        check=import_module(f"{__name__}.{name.replace('-', '_')}").check if known is Known.WATCHED else None,
        shown_by=said.pop("shown-by"),
        parameters={one: ParameterKind(kind) for one, kind in said.pop("parameters", {}).items()},
        optional=frozenset(said.pop("optional", ())),
        sentence=said,  # what is left: the sentence by language
    )


ALL: dict[str, Guarantee] = {
    name: _guarantee(name, said=said)
    for name, said in tomllib.loads(files(__name__).joinpath("guarantees.toml").read_text(encoding="utf-8")).items()
}
"""Every built-in promise by id."""


def words() -> dict[str, GuaranteeWord]:
    """Return the promises as the policy language knows them."""
    return {one.id: one.word() for one in ALL.values()}
