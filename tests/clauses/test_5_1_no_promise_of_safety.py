"""§5.1: no exchange over the Internet is promised to be entirely safe; it is said, and never counted as kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked import Browser
from installation import POLICY

from kept import policy_files
from kept.errors import PolicyError
from kept.guarantees import words
from kept.guarantees.board import promise_board
from kept.policy.read import read_policy
from kept.policy.words import ClauseState

pytestmark = pytest.mark.anyio
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("language", "state"), [("en", "only stated"), ("ja", "説明のみ")])
async def test_the_page_says_it_and_calls_it_only_stated(installation, language, state):
    """§5.1 normal and page: the sentence stands in the policy, in the reader's language, as said and not enforced."""
    page = (await Browser(installation).get(f"/{language}/policy")).text
    clause = page[page.index('id="5.1"') :][:1500]
    assert installation.engine.policy.policy.clauses["5.1"].texts[language] in clause
    assert state in clause


async def test_it_is_never_counted_as_kept(installation):
    """§5.1 evidence: the board has it as only stated, apart from what is kept; the text in force is in the activation's entry."""
    board = await promise_board(installation.engine)
    assert board.of("5.1").state is ClauseState.ONLY_STATED
    assert board.of("5.1").kept_parts == 0
    activated = next(one for one in await installation.ledger() if one.act == "staff:policy:activate")
    assert installation.engine.policy.hash[:16] == activated.policy


async def test_a_word_that_would_turn_it_into_more_is_refused(installation):
    """§5.1 breach: a statement of another kind than the language knows does not run, with the line it stands in."""
    del installation
    files = policy_files(POLICY)
    first = files[POLICY.name]
    assert first.count(b"states: limitation") == 1
    with pytest.raises(PolicyError) as refused:
        read_policy({POLICY.name: first.replace(b"states: limitation", b"states: guaranteed")}, words())
    assert refused.value.line > 0
    assert "limitation" in str(refused.value)


def test_what_is_not_defended_has_pages_of_its_own():
    """§5.1: the documents say what Kept does not do and what an attacker gets."""
    assert "The Internet is not 100 % safe" in (DOCS / "LIMITATIONS.md").read_text(encoding="utf-8")
    assert "**Not defended**" in (DOCS / "THREAT_MODEL.md").read_text(encoding="utf-8")
