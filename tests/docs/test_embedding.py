"""The page on embedding: its code runs, and its list of names is the package's, both ways."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import time
from pathlib import Path
from types import CodeType

import pytest

import kept
from kept.crypto.second_factor import code_at
from kept.door.view import View, names_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/embedding.md"
VIEWS = ("Kept", "Person", "Desk", "Released", "Operator", "Staff")
HEAD = "| name | what it is |\n|---|---|\n"


def sentence(documented: object) -> str:
    """Return the first sentence of a docstring, on one line."""
    text = " ".join((inspect.getdoc(documented) or "").partition("\n\n")[0].split())
    return re.split(r"(?<=[a-z0-9`)])\. ", text)[0].removesuffix(".").replace("|", "\\|")


def members(view: str) -> list[str]:
    """Return the public methods and properties of a view, in the order of its class."""
    view_class = getattr(kept, view)
    found = (names_of(view_class) if issubclass(view_class, View) else vars(view_class)).items()
    return [name for name, one in found if not name.startswith("_") and (callable(one) or isinstance(one, property))]


def names() -> str:
    """Return the list as it must stand on the page."""
    rows = [f"| `kept.{name}` | {sentence(getattr(kept, name))} |" for name in kept.__all__ if name != "__version__"]
    parts = [HEAD + "\n".join([*rows, "| `kept.__version__` | The version |"])]
    for view in VIEWS:
        said = [
            f"| `{view}.{name}` | {sentence(inspect.getattr_static(getattr(kept, view), name))} |"
            for name in members(view)
        ]
        parts.append(f"### {view}\n\n" + HEAD + "\n".join(said))
    return "\n\n".join(parts) + "\n"


def test_the_list_of_names_is_the_package_s():
    """Each public name with its own sentence, none left out and none too many; `make golden` writes the list anew."""
    head, _, listed = PAGE.read_text(encoding="utf-8").partition(f"\n{HEAD}")
    if os.environ.get("KEPT_GOLDEN") == "update":
        PAGE.write_text(f"{head}\n{names()}", encoding="utf-8")
        return
    assert f"{HEAD}{listed}" == names()


def test_every_name_has_a_sentence():
    """A name without words is no public name."""
    for row in names().splitlines():
        assert not row.endswith("|  |"), row


def blocks() -> list[CodeType]:
    """Return the page's code, each block compiled so that it may wait, at its own line."""
    text = PAGE.read_text(encoding="utf-8")
    found = []
    for one in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        line = text[: one.start(1)].count("\n")
        found.append(
            compile("\n" * line + one[1], str(PAGE), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        )
    return found


@pytest.mark.anyio
async def test_the_code_of_the_page_runs_in_its_order(tmp_path, monkeypatch, capsys):
    """Every block, in one folder, over one installation, from the first line to the last."""
    shutil.copy(ROOT / "examples/bakery/bakery.policy.md", tmp_path)
    monkeypatch.chdir(tmp_path)
    names = {"one_time_code": lambda secret: code_at(secret, int(time.time()) // 30)}
    found = blocks()
    assert len(found) >= 10
    for block in found:
        waited = eval(block, names)  # noqa: S307 -- the page's own code
        if inspect.iscoroutine(waited):
            await waited
    assert "Corner Bakery" in capsys.readouterr().out
