"""§5.1: no exchange over the Internet is promised to be entirely safe; it is said, and never counted as kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from asked import CONSOLE, SITE, Browser
from installation import POLICY

from kept import policy_files
from kept.errors import InputError, PolicyError
from kept.guarantees import ALL, words
from kept.guarantees.board import promise_board
from kept.policy.read import read_policy
from kept.policy.words import ClauseState
from kept.services.staff import sessions
from kept.services.staff.attestations import attest
from kept.web.words import LANGUAGES, catalogue, translator

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


# -------------------------------------------------------------------- what no page says

ABSOLUTE = re.compile(
    r"100 ?[%％]|(?:nobody|no one) can(?:not)? (?:guess|read|steal|break|open|get)|cannot be (?:read|guessed|broken|stolen|opened)"
    r"|(?:completely|absolutely|perfectly|fully|always) (?:safe|secure|protected)|impossible|unbreakable|tamper-?proof"
    r"|絶対|完全に|万全|破られません|読み取られることはありません|安全です",
    re.IGNORECASE,
)
"""What nobody can keep of an exchange over the Internet."""
OPEN = ("/policy", "/join", "/sign-in", "/cookies", "/statistics")
OWN = ("/my-data", "/my-data/erase", "/account", "/registration", "/cookies")
STAFF = ("/board", "/restore", "/ledger", "/policy", "/parties", "/intake", "/rights")
NO_PROMISE = {
    "What was sent cannot be read.": "says of a file that it is broken",
    "expected YAML, found what cannot be read as such": "the same",
    "Your keys: copies that were sealed with them cannot be read any more. "
    "A backup keeps them until it ends, as the receipt says.": "of keys that are destroyed, with what is left of them",
}


def test_no_word_of_a_page_promises_it():
    """§5.1 breach: somebody looks through every word of the pages, errors and mails, in both languages, for a promise of safety."""
    said = {**{one: one for one in catalogue("ja")}, **{text: one for one, text in catalogue("ja").items()}}
    assert {text for text, of in said.items() if ABSOLUTE.search(text) and of not in NO_PROMISE} == set()
    assert set(NO_PROMISE) <= set(catalogue("ja")), "an exception nothing needs any more"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_guarantee_promises_it(language):
    """§5.1 breach: the sentences on the board are promises, and none of them is one that a theft or a lost no-log would break."""
    assert [
        one.id for one in ALL.values() if ABSOLUTE.search(one.sentence[language]) or "never" in one.sentence[language]
    ] == []


async def test_no_page_of_a_customer_or_of_staff_promises_it(installation):
    """§5.1 breach: a customer and a member of staff read every page of theirs for it, with the policy's own texts in them."""
    own = await installation.mori()
    site, console = Browser(installation, at=SITE), Browser(installation, at=CONSOLE)
    await installation.staff("kato", ("privacy",))
    console.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "kato")
    stranger = [
        await Browser(installation, at=SITE).get(f"/{language}{path}") for language in LANGUAGES for path in OPEN
    ]
    await site.sign_in(own)
    mine = [await site.get(f"/{language}{path}") for language in LANGUAGES for path in OWN]
    theirs = [await console.get(f"/{language}{path}") for language in LANGUAGES for path in STAFF]
    assert {one.request.url.path for one in (*stranger, *mine, *theirs) if one.status_code != 200} == set()
    for page in (*stranger, *mine, *theirs):
        shown = re.sub(r"<style.*?</style>|<svg.*?</svg>|<[^>]+>", " ", page.text, flags=re.DOTALL)
        for text in installation.engine.policy.policy.clauses["5.1"].texts.values():
            shown = shown.replace(text, "")
        for text in NO_PROMISE:
            shown = shown.replace(translator("ja")(text), "").replace(text, "")
        assert not ABSOLUTE.search(shown), ABSOLUTE.search(shown)


async def test_nobody_attests_it(installation):
    """§5.1 breach: an officer attests that the Internet is safe with us; the policy declares nothing of the kind."""
    session = await installation.staff("kato", ("privacy",))
    for name in ("5.1", "limitation", "safe"):
        with pytest.raises(InputError):
            await attest(installation.engine, session, name, "review note 7")
    assert (await promise_board(installation.engine)).of("5.1").state is ClauseState.ONLY_STATED
