"""Every type of item: a normal form, a field, a vCard line, a row in the docs; what is forgotten is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from examples import EXAMPLES, OPTIONS
from policy_schema import policy_schema

from kept.policy.channel import EXIT_TYPES
from kept.policy.item_type import TYPES, ItemType, TypeFacts
from kept.policy.read import read_files
from kept.policy.words import Exit
from kept.vault.normal import FORMS, normalise
from policies.words import GUARANTEES

ROOT = Path(__file__).parents[3]
LANGUAGE_PAGE = (ROOT / "docs/policy-language.md").read_text("utf-8")
VCARD_LINE = re.compile(r"[A-Z]+(;[A-Z]+=[^:;]+)?:[^:]*")


def lacking(kind: str, facts: TypeFacts, examples: dict) -> list[str]:
    """Return what was forgotten when a type was added."""
    collected = facts.normal != ""
    filled = facts.vcard.format(value="v", digits="1", label="l", street="s", region="r", code="c")
    return [
        part
        for part, there in {
            "its normal form in vault/normal.py": not collected or facts.normal in FORMS,
            "an example in tests/support/examples.py": kind in examples,
            "a vCard line that holds the value": not facts.vcard
            or (filled != facts.vcard and VCARD_LINE.fullmatch(filled) is not None),
            "options where it is counted by them": facts.has_options or facts.counted != "options",
            "the exit statistics where it is counted": facts.chosen_by or not facts.counted,
            "its row in docs/policy-language.md": f"\n| `{kind}` | " in LANGUAGE_PAGE,
        }.items()
        if not there
    ]


def test_the_table_is_every_type():
    """Each word of the language has its facts."""
    assert list(TYPES) == list(ItemType)


@pytest.mark.parametrize("kind", ItemType)
def test_nothing_of_it_is_forgotten(kind):
    """A type has everything that is not derived from it."""
    assert lacking(kind, kind.about, EXAMPLES) == []


def test_a_forgotten_part_is_named():
    """A type invented here lacks all that is not derived from its facts."""
    invented = TypeFacts(normal="runes", counted="options", vcard="NOTE")
    assert [part.split(",")[0] for part in lacking("rune", invented, EXAMPLES)] == [
        "its normal form in vault/normal.py",
        "an example in tests/support/examples.py",
        "a vCard line that holds the value",
        "options where it is counted by them",
        "the exit statistics where it is counted",
        "its row in docs/policy-language.md",
    ]


@pytest.mark.parametrize("kind", ItemType)
def test_who_is_findable_has_a_form_to_be_found_by(kind):
    """A person is found by a value exactly where its type says so."""
    if kind.about.normal:
        assert bool(normalise(kind.about.normal, EXAMPLES[kind], options=OPTIONS).find_by) == kind.about.findable


@pytest.mark.parametrize("kind", ItemType)
def test_every_type_leaves_by_some_exit_of_its_own_or_by_the_open_ones(kind):
    """Segments, statistics and publication open what the type says; a channel opens its addresses and a name."""
    assert (kind in EXIT_TYPES[Exit.SEGMENT]) == (kind in EXIT_TYPES[Exit.STATISTICS]) == kind.about.chosen_by
    assert (kind in EXIT_TYPES[Exit.PUBLICATION]) == kind.about.published
    assert f"'{kind.value}'" in str(policy_schema(GUARANTEES))


@pytest.mark.parametrize("kind", ItemType)
def test_findable_is_refused_where_it_could_have_no_effect(kind):
    """A word has its effect or is refused: `findable` for values that name nobody is a finding."""
    options = "    of:\n      - tea\n" if kind.about.has_options else ""
    text = (ROOT / "tests/policies/sound/shop.policy.md").read_text("utf-8")
    item = f"  extra:\n    title: Extra\n    type: {kind.value}\n    findable: true\n{options}"
    report = read_files({"shop.policy.md": text.replace("items:\n", "items:\n" + item, 1).encode()}, GUARANTEES).report
    assert ("findable-unfit" in {one.code for one in report.findings}) != kind.about.findable
