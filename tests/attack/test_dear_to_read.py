"""Attacks with what is within its cap and dear to read: each thing typed, sent or drafted is taken or refused."""

from __future__ import annotations

import contextlib
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


def answered(act, *arguments, **named):
    """Read something, whatever comes of it: it is taken or refused, and nothing else is raised."""
    with contextlib.suppress(KeptError):
        act(*arguments, **named)


def filled(piece: str, length: int) -> str:
    """A text of a length made of one piece."""
    return (piece * (length // len(piece) + 1))[:length]


def readings(piece):
    """Yield each way something typed, sent or drafted is read, with what is dear to read at its cap."""
    value = filled(piece, limits.TEXT_CHARACTERS)
    for form in FORMS:
        yield form, lambda form=form: normalise(form, value, options=("a",))
    yield "text", lambda: typed_text(filled(piece, limits.CONTACT_TEXT_CHARACTERS))
    for name, parse, most in (
        ("campaign", lambda text: parse_campaign(text, POLICY, {}), limits.CAMPAIGN_FILE_CHARACTERS),
        (
            "instance",
            lambda text: parse_instance(text, KINDS, POLICY.languages, POLICY.zone),
            limits.INSTANCE_FILE_CHARACTERS,
        ),
    ):
        yield name, lambda parse=parse, most=most: parse(filled(piece, most))
        yield (
            f"{name}, behind a key",
            lambda parse=parse, most=most: parse(f"id: a\ntitle:\n  en: {filled(piece, most - 100)}"),
        )
    first = min(FILES)
    long = FILES[first] + b"\n\n" + filled(piece, limits.POLICY_FILE_BYTES // 4).encode()
    yield "policy", lambda: read_files({first: long[: limits.POLICY_FILE_BYTES]}, words())


@pytest.mark.parametrize("piece", DEAR)
def test_what_is_within_its_cap_is_taken_or_refused(piece):
    """§5.2 fault: values of every type, a message, files of campaigns, instances and policies (`benchmarks/parsing.py` times it)."""
    ways = [(name, answered(read)) for name, read in readings(piece)]
    assert len(ways) == len(FORMS) + 6
