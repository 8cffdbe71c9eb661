"""Kept without `await`: the same names for scripts, Flask and Django.

    import kept.sync

    with kept.sync.open("shop.policy.md", "sqlite:///shop.db") as k, k.acting(credential) as desk:
        card = desk.read(desk.find(external="C-4711"), ["name"], exit="app")

There is no second implementation: each class below gets its methods from the one with `await`, and each of them hands its
call to the loop of one thread of its own and waits. Objects may be used from any thread but that one. The static types
stand in `__init__.pyi`, which `make schema` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from functools import update_wrapper
from typing import Any, ParamSpec

from kept.door import desk, installation, opening, operator, person, staff
from kept.sync.twin import Loop, Twin, entered

__all__ = ["Desk", "Kept", "Operator", "Person", "Staff", "open", "policy_files"]

P = ParamSpec("P")

policy_files = opening.policy_files


class Desk(Twin, of=desk.Desk):
    """`kept.Desk` without `await`."""


class Person(Twin, of=person.Person):
    """`kept.Person` without `await`."""


class Operator(Twin, of=operator.Operator):
    """`kept.Operator` without `await`."""


class Staff(Twin, of=staff.Staff):
    """`kept.Staff` without `await`."""


class Kept(Twin, of=installation.Kept):
    """`kept.Kept` without `await`."""


def _opens(opened: Callable[P, AbstractAsyncContextManager[Any]]) -> Callable[P, AbstractContextManager[Any]]:
    @contextmanager
    def twin(*args: P.args, **named: P.kwargs) -> Iterator[Any]:
        loop = Loop()
        try:
            with entered(loop, opened(*args, **named)) as k:
                yield k
        finally:
            loop.close()

    return update_wrapper(twin, opened)


open = _opens(opening.open)  # noqa: A001 -- kept.sync.open reads as it should
