"""Collects the `reason` words of the source, so that the page of errors can be held complete.

Three places make one: the keyword `reason` of a call with its text written there (or one of two texts), the name of a class of errors
(`reason_default`), and the table of `kept.policy.needs`. `wrong(field, message, word, …)` of the
vault makes `value-<word>`. A policy's finding codes are another list: `docs/policy-language.md`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from kept.errors import KeptError
from kept.policy.needs import NEEDED

SOURCE = Path(__file__).parent.parent.parent / "src" / "kept"
VALUE_WORD_PLACE = 2


def texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts an expression may be, as far as they are written in place."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one)
            yield from texts(other)
        case ast.BoolOp(values=values):
            for one in values:
                yield from texts(one)


def reasons_of(tree: ast.AST) -> Iterator[str]:
    """Yield the reasons one module raises."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg == "reason":
                yield from texts(keyword.value)
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if called == "wrong" and len(node.args) > VALUE_WORD_PLACE:
            for text in texts(node.args[VALUE_WORD_PLACE]):
                yield f"value-{text}"


def classes(error: type[KeptError]) -> Iterator[type[KeptError]]:
    """Yield a class of errors and all below it."""
    yield error
    for one in error.__subclasses__():
        yield from classes(one)


def raised() -> dict[str, set[str]]:
    """Return every reason of the source, with the modules that raise it."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        module = path.relative_to(SOURCE.parent).with_suffix("").as_posix().replace("/", ".")
        for reason in reasons_of(ast.parse(path.read_text(encoding="utf-8"))):
            if reason:
                found.setdefault(reason, set()).add(module)
    for error in classes(KeptError):
        found.setdefault(error.reason_default, set()).add(error.__module__)
    for reason in NEEDED:
        found.setdefault(reason, set()).add("kept.policy.needs")
    return found
