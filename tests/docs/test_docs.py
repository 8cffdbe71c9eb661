"""The documents tell the truth about commands, targets, names, links and the example."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import re
from pathlib import Path

import pytest

from kept.cli.main import build_parser
from kept.web.answers import STATUS
from kept_verify.__main__ import main as kept_verify

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("[A-Z]*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
EVERYTHING = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)


def commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command."""
    action = next(one for one in build_parser()._actions if isinstance(one, argparse._SubParsersAction))
    return dict(action.choices)


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_option_is_on_the_page(name: str) -> None:
    """Each command has its row in the README, and each of its options stands there or among the installation options."""
    row = next(line for line in README.splitlines() if line.startswith(f"| `kept {name}"))
    installation = README[README.index("Installation options:") :].split("\n\n")[0]
    options = {
        option
        for action in commands()[name]._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }
    assert {
        one for one in options if one not in row and not ("installation" in row and f"`{one}`" in installation)
    } == set()


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_choice_is_on_the_page(name: str) -> None:
    """Each word a command takes from a closed list is in its row."""
    row = next(line for line in README.splitlines() if line.startswith(f"| `kept {name}"))
    words = [word for action in commands()[name]._actions for word in action.choices or ()]
    assert [word for word in words if word not in row] == []


def test_no_row_for_a_command_that_is_not() -> None:
    """The README's table has no command that does not exist."""
    listed = set(re.findall(r"^\| `kept ([a-z]+)", README, re.MULTILINE))
    assert listed == set(commands())


def test_the_verifier_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """`kept-verify` is in the README, and each of its options is in a document."""
    with pytest.raises(SystemExit):
        kept_verify(["--help"])
    options = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}
    assert "`kept-verify`" in README
    assert {one for one in options if one not in EVERYTHING} == set()


def test_every_make_target_is_on_the_page() -> None:
    """Each target the Makefile describes, and each it declares, is in the README."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, re.MULTILINE))
    assert len(targets) > 8
    assert {one for one in targets if f"`{one}`" not in README and f"make {one}" not in README} == set()


def core(text: str) -> list[str]:
    """Return the lines of a piece of code without indent, comments and the spaces between."""
    plain = [re.sub(r"\s+#.*", "", line).strip() for line in text.splitlines()]
    return [line for line in plain if line]


def test_the_readme_s_lines_are_those_that_run() -> None:
    """The embedding lines of the README are those of examples/embed.py, but for the two addresses."""
    shown = README.split("```python\n")[1].split("```")[0]
    shown = shown.replace('"shop.policy.md", "sqlite:///shop.db"', "policy, database")
    run = (ROOT / "examples/embed.py").read_text(encoding="utf-8")
    inside = run.split("# begin of the README's lines\n")[1].split("# end of the README's lines")[0]
    assert core(shown) == ["import kept", *core(inside)]


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """examples/embed.py prints a mask and hands one text to its mailer."""
    spec = importlib.util.spec_from_file_location("embed", ROOT / "examples/embed.py")
    assert spec is not None
    assert spec.loader is not None
    embed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(embed)
    assert asyncio.run(embed.main()) == 1
    assert capsys.readouterr().out == "<name released for contact>\n"


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are made from their words."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of the project leads to a file, and to a heading where it names one."""
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_named_exist(page: Path) -> None:
    """Each file of tests, source, examples or scripts that a page names in code marks exists."""
    named = re.findall(
        r"`((?:tests|examples|scripts|policies|benchmarks|src/kept\w*)/[\w./-]*)`", page.read_text(encoding="utf-8")
    )
    assert [one for one in named if not (ROOT / one).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_modules_named_exist(page: Path) -> None:
    """Each dotted name of ours that a page gives leads to a module or a name in one."""
    lost = []
    for name in set(re.findall(r"`(kept(?:\.\w+){2,})`", page.read_text(encoding="utf-8"))):
        parts = name.split(".")
        stem = next((n for n in range(len(parts), 0, -1) if module_exists(parts[:n])), 0)
        found: object = importlib.import_module(".".join(parts[:stem]))
        for part in parts[stem:]:
            found = getattr(found, part, None)
        if found is None:
            lost.append(name)
    assert lost == []


def module_exists(parts: list[str]) -> bool:
    """Whether these parts name a module or package of the source."""
    path = ROOT.joinpath("src", *parts)
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def test_errors_at_the_edge_are_as_the_page_says() -> None:
    """The table of ARCHITECTURE gives each class of STATUS its number."""
    page = (ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8").split("## Errors at the edge")[1]
    assert [
        kind.__name__
        for kind, status in STATUS
        if not re.search(rf"^\| `{kind.__name__}`[^|]*\| {status}", page, re.MULTILINE)
    ] == []


def test_no_page_is_named_that_is_not_here() -> None:
    """A page named in capitals, in a document, a docstring or a test, is one of the repository's pages."""
    here = {page.stem for page in (*PAGES, *ROOT.glob("benchmarks/*.md"))}
    lost = {}
    for folder in ("src", "docs", "tests"):
        for path in (*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.md")):
            named = re.findall(r"\b([A-Z]{6,})(?:\.md\b| §)", path.read_text(encoding="utf-8", errors="replace"))
            if unknown := set(named) - here:
                lost[path.relative_to(ROOT).as_posix()] = unknown
    assert lost == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_machine_s_paths(page: Path) -> None:
    """No document names a folder of somebody's machine."""
    assert re.findall(r"(?<![\w.])/(?:home|root|work|tmp|Users)/\S*", page.read_text(encoding="utf-8")) == []
