"""Whatever the bytes, reading a policy gives a policy or our own error, within a moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kept.errors import PolicyError
from kept.policy.check import check_policy
from kept.policy.model import Policy
from kept.policy.read import read_policy
from policies.words import GUARANTEES

POLICIES = Path(__file__).parents[2] / "policies"
REAL = (POLICIES / "photolibrary.policy.md").read_bytes()
FRONT = REAL.partition(b"\n# ")[0].decode() + "\n"
SIZE = 100_000

PIECES = st.sampled_from(
    [
        "```yaml kept\n",
        "```\n",
        "\n\n",
        "# Title\n",
        "## Part {#1}\n",
        "A sentence. {#1.1}\n",
        "[phrase]{#1.2}",
        "items:\n",
        "  name:\n",
        "    type: person-name\n",
        "- ",
        "? ",
        ": ",
        "&a ",
        "*a ",
        "!!binary ",
        "<<: ",
        "[",
        "]",
        "{",
        "}",
        '"',
        "'",
        "\\U7fffffff",
        "%YAML 9.9\n",
        "---\n",
        "...\n",
        "|\n",
        ">-\n",
        "\t",
        "# c",
        "\u2028",
        "\u202e",
        "no",
        "1e999",
        "{#",
        "words:\n",
        "guarantees: [one-gate]\n",
        "<b>",
        "<!--",
        "-->",
        "![",
        "](",
        "`",
        "**",
        '"5.2":\n',
        "    keep:\n",
    ]
)


def read_or_refuse(files):
    """Read, allowing our own error only; the check must never raise at all."""
    findings = check_policy(files, GUARANTEES)
    try:
        policy = read_policy(files, GUARANTEES)
    except PolicyError:
        refused = any(finding.severity == "error" for finding in findings)
        assert refused
    else:
        assert isinstance(policy, Policy)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(content):
    """Any bytes whatever give a policy or our own error."""
    read_or_refuse({"any.policy.md": content})


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60))
def test_any_text_of_the_language_is_read_or_refused(pieces):
    """Any text made of the language's own pieces gives a policy or our own error."""
    read_or_refuse({"any.policy.md": (FRONT + "".join(pieces)).encode("utf-8", "surrogatepass")})


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_mutated_real_policy_is_read_or_refused(data):
    """The real policy with a piece cut out and another put in gives a policy or our own error."""
    start = data.draw(st.integers(0, len(REAL)))
    end = data.draw(st.integers(start, min(len(REAL), start + 400)))
    piece = data.draw(st.one_of(PIECES.map(str.encode), st.binary(max_size=20)))
    read_or_refuse({"photolibrary.policy.md": REAL[:start] + piece + REAL[end:]})


HOSTILE = {
    "flow-depth": "```yaml kept\n" + "[" * SIZE + "\n```\n",
    "flow-maps": "```yaml kept\n" + "{a: " * (SIZE // 4) + "\n```\n",
    "short-flow-maps": "```yaml kept\n" + "{a:\n" * (SIZE // 4) + "\n```\n",
    "key-marks": "```yaml kept\n" + "? " * (SIZE // 2) + "\n```\n",
    "dashes": "```yaml kept\n" + "- " * (SIZE // 2) + "\n```\n",
    "indents": "```yaml kept\n" + "\n".join(" " * depth + "a:" for depth in range(440)) + "\n```\n",
    "aliases": "```yaml kept\na: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(4_000)) + "```\n",
    "many-keys": "```yaml kept\n" + "".join(f"k{n}: 1\n" for n in range(12_000)) + "```\n",
    "many-words": "```yaml kept\nitems:\n" + "".join(f"  k{n}: {{typ: 1}}\n" for n in range(5_000)) + "```\n",
    "brackets": "[" * SIZE + "\n",
    "bracket-lines": ("[" * 3_000 + "\n\n") * 33,
    "marked-lines": ("[" * 110 + "\n\n") * 900,
    "stars": "*a " * (SIZE // 3) + "\n",
    "star-lines": ("*a **a " * 30 + "\n\n") * 400,
    "ticks": "".join("`" * n + " " for n in range(440)) + "\n",
    "quotes": "> " * (SIZE // 2) + "\n",
    "list-depth": "- " * (SIZE // 2) + "a\n",
    "list-lines": "".join(" " * (2 * n) + "- a\n" for n in range(300)),
    "comments": "<!--" * (SIZE // 4) + "\n",
    "references": "".join(f"[a{n}]: <\n" for n in range(10_000)),
    "clause-marks": "".join(f"A. {{#1.{n % 999}}}\n\n" for n in range(1_900)),
    "quoted": '```yaml kept\na: "' + '\\"' * (SIZE // 2) + "\n```\n",
    "blank-lines": "\n" * SIZE,
    "block-scalar": "```yaml kept\na: |\n" + "  x\n" * (SIZE // 4) + "```\n",
    "headings": "## A {#1}\n" * 9_000,
    "entities": "&amp;" * (SIZE // 5) + "\n",
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(HOSTILE))
def test_hostile_text_is_answered(case):
    """100 KB made to be slow is read or refused; `benchmarks/parsing.py` times such texts."""
    text = FRONT + "# T\n\n## P {#1}\n\nA sentence. {#1.1}\n\n" + HOSTILE[case]
    read_or_refuse({"any.policy.md": text.encode()})


@pytest.mark.parametrize("content", [b"", b"\0", b"\xff\xfe", b"---\n---\n", b"---\na: 1\n---\n", b"x" * 1_000_001])
def test_broken_files_are_refused(content):
    """Empty, binary, bare and oversized files are refused with our own error."""
    with pytest.raises(PolicyError):
        read_policy({"any.policy.md": content}, GUARANTEES)


@pytest.mark.parametrize(
    "names", [[], ["a.policy.md", "b.policy.md"], ["a.policy.ja.md"], ["../a.policy.md"], ["a.txt"]]
)
def test_file_names_are_bounded(names):
    """Exactly one first file, under a plain name."""
    with pytest.raises(PolicyError):
        read_policy(dict.fromkeys(names, REAL), GUARANTEES)
