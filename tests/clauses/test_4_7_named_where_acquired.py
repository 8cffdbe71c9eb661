"""§4.7: whom it goes to stands on the very page where it is acquired, and nothing goes before a yes given there."""

from __future__ import annotations

import pytest
from asked import Browser
from cited import cited
from installation import MAIL, NAME, POLICY
from registered import registered
from second import read_and_approve

from kept import policy_files
from kept.crypto.sealed_to import OpeningKey
from kept.errors import SubmissionError
from kept.guarantees import words
from kept.guarantees.board import promise_board
from kept.policy.check import check_policy
from kept.policy.words import ClauseState
from kept.services.accounts import accounts
from kept.services.third_parties import provisions

pytestmark = pytest.mark.anyio
CLUB = "picture-club"
SAID = {
    "en": ("Third party", "Picture Club (example)", "Japan", "Name, E-mail address", "as a sealed file"),
    "ja": ("第三者提供", "ピクチャークラブ", "日本", "お名前、メールアドレス", "封印したファイルで"),
}


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_page_names_recipient_items_purpose_and_means_before_any_field(installation, language):
    """§4.7 normal and page: all of it stands above the first field, in the reader's language, with a box nobody ticked."""
    own = await installation.join()
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    page = (await browser.get(f"/{language}/registration")).text
    before = page[: page.index('name="name"')]
    purpose = installation.engine.policy.policy.purposes[CLUB].titles[language]
    for said in (*SAID[language], purpose):
        assert said in before, said
    box = page[page.index(f'value="{CLUB}//{CLUB}"') - 80 :][:200]
    assert "checked" not in box


async def test_nothing_is_provided_until_the_yes_given_there(installation):
    """§4.7 evidence: without the tick nobody is in the file; with it the receipt names the recipient, and so does the entry."""
    await registered(installation, "recipient", CLUB, OpeningKey.new().public)
    asks, approves = await installation.staff("abe", ("partners",)), await installation.staff("kato", ("privacy",))
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("mail_address", MAIL)])
    made = await read_and_approve(
        provisions.PROVIDING, installation.engine, approves, await provisions.ask(installation.engine, asks, CLUB)
    )
    await provisions.fetch(installation.engine, asks, made.id)
    assert (await provisions.provision_of(installation.engine, made.id)).people == 0
    other = await installation.join()
    receipt = await installation.give(other, [("name", NAME), ("mail_address", MAIL), ("choice", f"{CLUB}//{CLUB}")])
    assert CLUB in str(receipt.record)
    made = await read_and_approve(
        provisions.PROVIDING, installation.engine, approves, await provisions.ask(installation.engine, asks, CLUB)
    )
    await provisions.fetch(installation.engine, asks, made.id)
    assert (await provisions.provision_of(installation.engine, made.id)).people == 1
    entry = next(one for one in await installation.ledger() if one.act == "staff:value:provide")
    assert (entry.outcome, dict(entry.facts)["recipient"]) == ("permitted", CLUB)


async def test_a_yes_to_somebody_the_page_does_not_name_is_refused(installation):
    """§4.7 breach: a box of our own making, for another recipient, takes nothing; the refusal is recorded."""
    own = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await installation.give(
            own, [("name", NAME), ("mail_address", MAIL), ("choice", f"{CLUB}//another-installation")]
        )
    assert refused.value.reason == "choice-unknown"
    assert cited(refused.value)
    said = await installation.newest()
    assert (said.act, said.outcome) == ("system:submission:refuse", "refused")
    assert (await installation.engine.people.load(own.person_id)).state.slots == {}


async def test_a_policy_whose_page_does_not_name_its_recipient_does_not_run(installation):
    """§4.7 breach: a point without its recipient is an error of the policy, and the board's part holds for the one in force."""
    files = policy_files(POLICY)
    first = files[POLICY.name]
    named = b"    recipients:\n      - picture-club\n"
    assert first.count(named) == 1
    found = check_policy({POLICY.name: first.replace(named, b"").replace(b"translations:\n  - ja\n", b"")}, words())
    errors = [(one.code, one.clause) for one in found if one.severity == "error"]
    assert errors == [("recipient-not-named", "4.7")]
    assert (await promise_board(installation.engine)).of("4.7").state is ClauseState.KEPT
