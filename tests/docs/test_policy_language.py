"""The shapes shown on the page of the language are shapes the reader takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kept.guarantees import words
from kept.policy.read import read_policy

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policy-language.md").read_text(encoding="utf-8")
FRONT = re.findall(r"```yaml front\n(.*?)```", PAGE, re.DOTALL)
SHAPES = re.findall(r"```yaml shape\n(.*?)```", PAGE, re.DOTALL)
SOUND = (ROOT / "tests" / "policies" / "sound" / "shop.policy.md").read_text(encoding="utf-8")
PURPOSE = '  taste:\n    title: "What you like"\n    basis: consent\n    uses:\n      - interests\n    exits:\n      - segment\n'


def policy_with(front: str, *blocks: str):
    """Return a policy with what the page shows, each block below a clause of its own."""
    text = SOUND.replace("controller:\n", f"{front}controller:\n", 1)
    for number, block in enumerate(blocks):
        more = f"purposes:\n{PURPOSE}" if not number else ""
        text += f"\nMore. {{#1.{90 + number}}}\n\n```yaml kept\n{block}{more}```\n"
    return read_policy({"shop.policy.md": text.encode()}, words())


def test_every_shape_is_read():
    """All of them together make one policy, and each word has arrived."""
    policy = policy_with(FRONT[0], *SHAPES)
    assert (policy.publish_states, policy.publish_counts) == (True, False)
    assert policy.items["interests"].options == ("landscape", "people")
    assert len(policy.items["prefecture"].options) == 47
    assert policy.cookies["__Host-taste"].holds == ("interests",)
    assert {one.word for one in policy.declarations} >= {"joint-use"}
    assert list(policy.purposes["answering"].messages) == ["reply"]
    assert policy.attestations[-1].evidence == "training-list"


@pytest.mark.parametrize("word", ["publish", "of", "holds", "with", "messages", "evidence"])
def test_each_of_them_is_shown(word):
    """A newcomer finds an example of each word that is no single value."""
    assert any(re.search(rf"^ *{word}:", block, re.MULTILINE) for block in (*FRONT, *SHAPES))
