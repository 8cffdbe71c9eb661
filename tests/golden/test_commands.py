"""What the commands print, whole: a change of a word shows as a difference in the reviewed text.

`KEPT_GOLDEN=update` writes the texts anew. What differs from run to run (ids, dates, hashes) is spelled out as such.
"""

from __future__ import annotations

import io
import os
import re
import shutil
from pathlib import Path

import pytest

from kept.cli.main import COMMANDS, main
from kept.policy.translate import accept_translation

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("commands")
VOLATILE = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "<64 hex>"),
    (re.compile(r"\b[0-9a-f]{16,32}\b"), "<hex>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<12 hex>"),
    (re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|\+00:00| UTC)?"), "<time>"),
    (re.compile(r"waited \d+\.\d s"), "waited <n> s"),
    (
        re.compile(r"(§4\.5  kept +)\d+ uses"),
        r"\1<n> uses",
    ),  # four fewer where no Japanese font prints the demo's letter
)


def transcript(capsys, *commands: list[str]) -> str:
    """Run commands and return what they said, both streams and the exit code."""
    text = ""
    for arguments in commands:
        try:
            code = main(arguments)
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        said = capsys.readouterr()
        text += f"$ kept {' '.join(arguments)}\n{said.out}"
        text += "".join(f"! {line}\n" for line in said.err.splitlines())
        text += f"exit {code}\n\n"
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return text


def hold(name: str, text: str) -> None:
    """Compare with the reviewed text."""
    file = FOLDER / f"{name}.txt"
    if os.environ.get("KEPT_GOLDEN") == "update":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert file.read_text("utf-8") == text, "run with KEPT_GOLDEN=update and look at the difference"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    """Run beside a copy of the policies, in a terminal of a known width."""
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LOGNAME", "operator")


POLICY = "policies/photolibrary.policy.md"


@pytest.mark.parametrize("command", [one.__name__.rpartition(".")[2] for one in COMMANDS])
def test_help(capsys, command):
    """Each command says what it does and shows an example."""
    text = transcript(capsys, [command, "--help"])
    assert "example: kept" in text
    hold(f"help-{command}", text)


def test_help_of_all(capsys):
    """`kept --help` names every command."""
    text = transcript(capsys, ["--help"], [])
    assert all(one.__name__.rpartition(".")[2] in text for one in COMMANDS)
    hold("help", text)


def test_check(capsys):
    """A sound policy, what stands behind it, and what `--require built` still misses."""
    hold("check", transcript(capsys, ["check", POLICY], ["check", POLICY, "--require", "built"]))


def test_check_of_what_is_not_sound(capsys):
    """A missing file, a stale translation, a misspelled word: each named with its place and what to do."""
    first, japanese = Path(POLICY), Path("policies/photolibrary.policy.ja.md")
    first.write_bytes(first.read_bytes().replace(b"When we need to reach you", b"When we want to reach you", 1))
    stale = transcript(capsys, ["check", POLICY])
    first.write_bytes(first.read_bytes().replace(b"kind: promise", b"kind: promis", 1))
    japanese.write_bytes(accept_translation(japanese.read_bytes(), first.read_bytes(), 1))
    hold("check-unsound", stale + transcript(capsys, ["check", POLICY], ["check", "policies/none.policy.md"]))


def test_explain(capsys):
    """Why a use is allowed or refused, in words."""
    hold(
        "explain",
        transcript(
            capsys,
            ["explain", POLICY, "4.5"], ["explain", POLICY, "9.9"],
        ),
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
def test_render_a_notice(capsys, language):
    """The registration's notice exactly as a customer reads it."""
    hold(f"render-notice-{language}", transcript(capsys, ["render", POLICY, "--as", "notice", "--language", language]))


def test_an_installation_from_nothing_to_verified(capsys):
    """Make an installation, ask for its state, verify it; a second `init` changes nothing."""
    store = ["--store", "sqlite:///shop.db"]
    hold(
        "installation",
        transcript(
            capsys,
            ["init", POLICY, *store], ["init", POLICY, *store], ["verify", *store], ["status", *store],
        ),
    )  # fmt: skip


def test_what_goes_wrong_with_an_installation(capsys):
    """No installation, no folder, another scheme, no key folder, no file of the policy, a used version number."""
    nothing = transcript(
        capsys,
        ["verify", "--store", "sqlite:///none.db"], ["status", "--store", "sqlite:///away/none.db"],
        ["status", "--store", "mysql://x"], ["init", "none.policy.md"],
    )  # fmt: skip
    transcript(capsys, ["init", POLICY, "--store", "sqlite:///shop.db"])
    first, japanese = Path(POLICY), Path("policies/photolibrary.policy.ja.md")
    first.write_bytes(first.read_bytes().replace(b"Reaching you", b"Reaching out to you", 1))
    stale = transcript(capsys, ["init", POLICY, "--store", "sqlite:///shop.db"])
    japanese.write_bytes(accept_translation(japanese.read_bytes(), first.read_bytes(), 1))
    used = transcript(capsys, ["init", POLICY, "--store", "sqlite:///shop.db"])
    Path("shop.keyfiles").rename("elsewhere")
    hold("installation-errors", nothing + stale + used + transcript(capsys, ["verify", "--store", "sqlite:///shop.db"]))


def test_what_goes_wrong_with_staff_and_credentials(capsys, monkeypatch):
    """No role, a login that is taken, no such login, no such credential: each answer says what to do."""
    monkeypatch.setattr("sys.stdin", io.StringIO("four unrelated words here\n" * 3))
    store = ["--store", "sqlite:///shop.db"]
    transcript(capsys, ["init", POLICY, *store], ["staff", "add", "sato", "--who", "4711", "--role", "support", *store])
    hold(
        "staff-errors",
        transcript(
            capsys,
            ["staff", "add", "kato", "--who", "4712", *store], ["staff", "add", "Sato", "--who", "4713", "--role", "support", *store],
            ["staff", "add", "Kato Ren", "--who", "4714", "--role", "support", *store], ["staff", "disable", "kato", *store],
            ["staff", "revoke", "till", *store], ["staff", "list", *store],
        ),
    )  # fmt: skip


def test_a_translation_names_what_somebody_read(capsys):
    """A stale one is no language; accepted it is one again; without any there is nothing to accept."""
    first = Path("policies/teahouse.policy.md")
    first.write_bytes(first.read_bytes().replace(b"the tea you ordered", b"the teas you ordered", 1))
    hold(
        "accept",
        transcript(
            capsys,
            ["render", str(first), "--language", "ja"], ["accept", str(first)], ["accept", str(first)],
            ["render", str(first), "--language", "ja"], ["render", str(first), "--language", "fr"],
            ["accept", "policies/choir.policy.md"],
        ),
    )  # fmt: skip


def test_a_policy_is_rendered_in_its_first_language(capsys):
    """Where no language is named, the one the policy was written in."""
    choir = "policies/choir.policy.md"
    said = transcript(capsys, ["render", choir], ["render", choir, "--as", "notice"])
    assert said.count("exit 0") == 2
    assert "お預かりします" in said


def test_tour(capsys):
    """The sceptic's minute, line by line."""
    text = transcript(capsys, ["tour"])
    assert text.rstrip().endswith("exit 0")
    hold("tour", text)
