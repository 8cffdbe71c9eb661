"""Attacks with what is within its cap and dear to read: each thing typed, sent or drafted is read in well under a second."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kept import limits, policy_files
from kept.errors import KeptError
from kept.guarantees import words
from kept.policy.campaign import parse_campaign
from kept.policy.instance import parse_instance
from kept.policy.read import read_files, read_policy
from kept.services.cases.contacts import typed_text
from kept.vault.normal import FORMS, normalise

FILES = policy_files(str(Path(__file__).parents[2] / "policies" / "photolibrary.policy.md"))
POLICY = read_policy(FILES, words())
KINDS = {name: one.kind.value for name, one in POLICY.points.items()}
DEAR = (
    "a", "<", "&amp;", "[", "(", "*a ", "_", "`", "\\", "|", "- a\n", "> ", "# a\n", "![", "[a](b) ", " ",
    "\u3000", "\u200b", "１", "ー", "٤", "e\u0301", "\u0300", "\ufdfa", "@", "a@", "a.", "0-", "{", "[[", '"',
    "'\n", "%", "&a ", "!!", "? ", "\t", ": ", "\n  - ", "{#4.6}",
)  # fmt: skip


def seconds(act, *arguments, **named):
    """How long reading takes, whatever comes of it."""
    begun = time.process_time()
    try:
        act(*arguments, **named)
    except KeptError:
        pass
    return time.process_time() - begun


def filled(piece: str, length: int) -> str:
    """A text of a length made of one piece."""
    return (piece * (length // len(piece) + 1))[:length]


@pytest.mark.parametrize("piece", DEAR)
def test_nothing_within_its_cap_takes_a_second(piece):
    """§5.2 fault: values of every type, a message, and the files of campaigns, instances and policies."""
    value = filled(piece, limits.TEXT_CHARACTERS)
    took = {form: seconds(normalise, form, value, options=("a",)) for form in FORMS}
    took["text"] = seconds(typed_text, filled(piece, limits.CONTACT_TEXT_CHARACTERS))
    for name, parse, most in (
        ("campaign", lambda text: parse_campaign(text, POLICY, {}), limits.CAMPAIGN_FILE_CHARACTERS),
        (
            "instance",
            lambda text: parse_instance(text, KINDS, POLICY.languages, POLICY.zone),
            limits.INSTANCE_FILE_CHARACTERS,
        ),
    ):
        took[name] = seconds(parse, filled(piece, most))
        took[f"{name}, behind a key"] = seconds(parse, f"id: a\ntitle:\n  en: {filled(piece, most - 100)}")
    first = min(FILES)
    long = FILES[first] + b"\n\n" + filled(piece, limits.POLICY_FILE_BYTES // 4).encode()
    took["policy"] = seconds(read_files, {first: long[: limits.POLICY_FILE_BYTES]}, words())
    assert {name: one for name, one in took.items() if one > 0.8} == {}
