"""A function can be read at once: at most sixty lines, and at most seven parameters unless it says why."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
LINES, PARAMETERS = 60, 7

WIDE = {
    "kept/services/gate/gate.py: _entry": "what was decided, when, when it may be told, and what a law has kept of it",
    "kept/policy/decide.py: Evaluator._decide": "what a decision depends on; made into no object, because it is the hot path",
    "kept/services/gate/person_search.py: _record": "what the entry of a look-up says",
    "kept/vault/sealed.py: seal_value": "each is a part of what the seal is bound to",
    "kept/vault/sealed.py: open_value": "each is a part of what the seal is bound to",
}
"""Functions of more than seven parameters whose docstring does not say why; of all others it does."""

SAYS_WHY = {
    "kept/door/opening.py: open",
    "kept/policy/decide.py: Evaluator.decide_slots",
    "kept/services/cases/cases.py: insert_case",
    "kept/services/forms/collection.py: submit",
    "kept/services/gate/gate.py: read",
    "kept/services/gate/gate.py: send",
    "kept/services/messages/letter_words.py: letter_of",
    "kept/services/staff/desk_mandate.py: issue_about_all",
}
"""Functions of more than seven parameters whose docstring says what each of them is, and why there are so many."""


def functions(node, named=""):
    """Yield every function below a node with its dotted name."""
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield named + one.name, one
        inside = (
            f"{named}{one.name}." if isinstance(one, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) else named
        )
        yield from functions(one, inside)


EVERY = {
    f"{path.relative_to(SOURCE)}: {name}": function
    for path in sorted(SOURCE.rglob("*.py"))
    for name, function in functions(ast.parse(path.read_text(encoding="utf-8")))
}


def width(function):
    """Count the parameters a caller gives."""
    given = [*function.args.posonlyargs, *function.args.args]
    return len(given) + len(function.args.kwonlyargs) - (bool(given) and given[0].arg in {"self", "cls"})


def test_no_function_is_long():
    """None has more than sixty lines."""
    assert {name for name, one in EVERY.items() if one.end_lineno - one.lineno >= LINES} == set()


def test_no_function_takes_much():
    """More than seven parameters only where it says above why, or the docstring does."""
    assert {name for name, one in EVERY.items() if width(one) > PARAMETERS} == set(WIDE) | SAYS_WHY
    undescribed = {name for name in SAYS_WHY if "Args:" not in (ast.get_docstring(EVERY[name]) or "")}
    assert undescribed == set()
