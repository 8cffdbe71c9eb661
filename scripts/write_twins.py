"""Writes the static types of `kept.sync`: a line for each public name of a view, from the view itself."""

from __future__ import annotations

import inspect
from pathlib import Path

from kept.door import desk, installation, operator, person, staff
from kept.door.view import names_of

STUB = Path(__file__).resolve().parent.parent / "src" / "kept" / "sync" / "__init__.pyi"
VIEWS = {one.__name__: one for one in (desk.Desk, person.Person, operator.Operator, staff.Staff, installation.Kept)}
HEAD = """# The names of `kept.sync`. Written by `make schema` from the views of `kept.door`; change those.

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Concatenate, ParamSpec, TypeVar

from kept.door import desk, installation, opening, operator, person, staff
from kept.policy.model import Policy
from kept.sync.twin import Loop, Twin

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")
W = TypeVar("W")

def _waits(method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Callable[Concatenate[Any, P], T]: ...
def _calls(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]: ...
def _views(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, V]], made: Callable[[Loop, V], W]
) -> Callable[Concatenate[Any, P], W]: ...
def _may_view(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, V | None]], made: Callable[[Loop, V], W]
) -> Callable[Concatenate[Any, P], W | None]: ...
def _makes(
    method: Callable[Concatenate[Any, P], V], made: Callable[[Loop, V], W]
) -> Callable[Concatenate[Any, P], W]: ...
def _enters(
    method: Callable[Concatenate[Any, P], AbstractAsyncContextManager[V]], made: Callable[[Loop, V], W]
) -> Callable[Concatenate[Any, P], AbstractContextManager[W]]: ...
def _opens(
    opened: Callable[P, AbstractAsyncContextManager[installation.Kept]],
) -> Callable[P, AbstractContextManager[Kept]]: ...

policy_files = opening.policy_files
open = _opens(opening.open)
"""


def line(view: type, name: str, member: object) -> str:
    """Return what the stub says of one name."""
    if isinstance(member, property):
        return f"    @property\n    def {name}(self) -> {inspect.signature(member.fget).return_annotation}: ...\n"
    real = f"{view.__module__.rpartition('.')[2]}.{view.__name__}.{name}"
    answer = str(inspect.signature(member).return_annotation)
    inside = answer.removeprefix("AsyncIterator[").removesuffix("]").removesuffix(" | None")
    if inside not in VIEWS:
        return f"    {name} = {'_waits' if inspect.iscoroutinefunction(member) else '_calls'}({real})\n"
    if answer.startswith("AsyncIterator["):
        how = "_enters"
    elif inspect.iscoroutinefunction(member):
        how = "_may_view" if answer.endswith(" | None") else "_views"
    else:
        how = "_makes"
    return f"    {name} = {how}({real}, {inside})\n"


def twins() -> str:
    """Return the stub."""
    text = HEAD
    for view in VIEWS.values():
        lines = [line(view, name, member) for name, member in names_of(view).items()]
        text += f"\nclass {view.__name__}(Twin, of={view.__module__.rpartition('.')[2]}.{view.__name__}):\n" + "".join(
            lines
        )
    return text


if __name__ == "__main__":
    STUB.write_text(twins(), encoding="utf-8")
