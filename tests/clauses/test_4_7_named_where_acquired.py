"""§4.7: whom it goes to stands on the very page where it is acquired, and nothing goes before a yes given there."""

from __future__ import annotations

import pytest
from asked import Browser
from cited import cited
from installation import MAIL, NAME, PHONE, POLICY, second_version
from registered import registered
from second import read_and_approve

from kept import policy_files
from kept.crypto.sealed_to import OpeningKey
from kept.door.person import Person
from kept.errors import InputError, SubmissionError
from kept.guarantees import words
from kept.guarantees.board import promise_board
from kept.policy.check import check_policy
from kept.policy.words import ClauseState
from kept.services.accounts import accounts
from kept.services.staff import activation, sessions
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


# -------------------------------------------------------------------- another company behind the same word


ABROAD = b"""country: us
    abroad:
      system: "The state's own law on consumers' privacy."
      measures: "A contract with the same duties as here."
    items:"""
CHANGED = {
    "name": (b'name: "Picture Club (example)"', b'name: "Data Brokers (example)"'),
    "country": (b"country: jp\n    items:", ABROAD),
    "items": (
        b"      - mail_address\n    purpose: picture-club",
        b"      - mail_address\n      - phone\n    purpose: picture-club",
    ),
}


JAPANESE = """  abroad:
    picture-club:
      system: "州の消費者プライバシー法"
      measures: "当社と同じ義務を負う契約"
  recipients:
"""


async def put_in_force(installation, *changes):
    """A second version of the policy, in both languages, activated by two."""
    files = second_version(*changes)
    if CHANGED["country"] in changes:
        other = next(one for one in files if one != POLICY.name)
        files[other] = files[other].replace(b"  recipients:\n", JAPANESE.encode())
    await activation.propose(installation.engine, files, by="test")
    asks, approves = [await installation.staff(login, ("privacy",)) for login in ("kato2", "ono2")]
    await activation.activate(installation.engine, asks, 2)
    await read_and_approve(activation.ACTIVATION, installation.engine, approves, "2")


async def provided(installation) -> tuple[int, int]:
    """Ask, approve and fetch a provision; return how many people are in its file, and how many were refused."""
    asks, approves = await clerks(installation)
    made = await provisions.ask(installation.engine, asks, CLUB)
    await read_and_approve(provisions.PROVIDING, installation.engine, approves, made)
    await provisions.fetch(installation.engine, asks, made)
    found = await provisions.provision_of(installation.engine, made)
    return found.people, found.refused


async def clerks(installation):
    """Who asks for provisions, and who approves them."""
    return [
        await sessions.session_of(installation.engine, await sessions.start_demo_session(installation.engine, login))
        for login in ("abe", "kato")
    ]


@pytest.fixture
async def agreed(installation):
    """Somebody who agreed that the club receives their name and address; the club's key is registered."""
    await registered(installation, "recipient", CLUB, OpeningKey.new().public)
    await installation.staff("abe", ("partners",))
    await installation.staff("kato", ("privacy",))
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("mail_address", MAIL), ("choice", f"{CLUB}//{CLUB}")])
    return own


@pytest.mark.parametrize("what", ["name", "country"])
async def test_a_yes_to_one_company_is_none_to_another_behind_its_word(installation, agreed, what):
    """§4.7 breach: the company puts another name or country behind the recipient people agreed to: nobody is in its file."""
    assert await provided(installation) == (1, 0)
    await put_in_force(installation, CHANGED[what])
    title = "Data Brokers (example)" if what == "name" else "Picture Club (example)"
    await registered(installation, "recipient", CLUB, OpeningKey.new().public, title=title)
    assert await provided(installation) == (0, 1)
    refused = next(one for one in await installation.ledger() if one.act == "staff:value:provide")
    assert (refused.outcome, {(one.step, one.reason) for one in refused.refused}) == ("refused", {(5, "revision")})
    browser = Browser(installation)
    await browser.sign_in(agreed)
    assert "The policy has changed since you gave some of this" in (await browser.get("/en/my-data")).text
    page = (await browser.get("/en/registration")).text
    assert {"name": title, "country": "United States"}[what] in page[: page.index("<fieldset")]
    await installation.give(agreed, [("use", "name"), ("use", "mail_address"), ("choice", f"{CLUB}//{CLUB}")])
    assert await provided(installation) == (1, 0)


@pytest.mark.parametrize("again", [False, True])
async def test_a_tab_from_before_says_no_yes_to_the_other_company(installation, agreed, again):
    """§4.7 breach: my data, open since before the change, sends its yes: to a company whose notice they never read."""
    browser = Browser(installation)
    await browser.sign_in(agreed)
    await browser.get("/en/my-data")
    if again:
        await browser.post("/en/my-data/choice", purpose=CLUB, allow="no")
    await put_in_force(installation, CHANGED["name"])
    refused = await browser.post("/en/my-data/choice", purpose=CLUB, allow="yes")
    assert refused.status_code == 422
    assert "You have not read what this is for" in refused.text
    with pytest.raises(SubmissionError) as by_program:
        await Person(installation.engine, await installation.session(agreed.person_id)).choose(CLUB, allow=True)
    assert by_program.value.reason == "choice-before-notice"
    assert "customer:choice:allow" not in {one.act for one in await installation.ledger()}


async def test_an_item_the_page_did_not_name_does_not_go(installation, agreed):
    """§4.7 breach: the recipient is to have the phone number too; who agreed before goes without it."""
    await installation.give(agreed, [("phone", PHONE)])
    await put_in_force(
        installation,
        CHANGED["items"],
        (
            b"      - mail_address\n    exits:\n      - provision",
            b"      - mail_address\n      - phone\n    exits:\n      - provision",
        ),
    )
    assert await provided(installation) == (1, 0)
    given = next(one for one in await installation.ledger() if one.act == "staff:value:provide")
    assert set(given.items) == {"name", "mail_address"}


async def test_the_key_of_somebody_else_is_not_registered_for_it(installation):
    """§4.7 breach: the partner desk registers another company as the recipient the page names; a later name is not served either."""
    with pytest.raises(InputError) as refused:
        await registered(installation, "recipient", CLUB, OpeningKey.new().public, title="Data Brokers (example)")
    assert (refused.value.reason, cited(refused.value)) == ("party-other", "§4.7")
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause) == ("staff:party:ask", "refused", "4.7")
    await registered(installation, "recipient", CLUB, OpeningKey.new().public)
    await installation.staff("abe", ("partners",))
    await installation.staff("kato", ("privacy",))
    await put_in_force(installation, CHANGED["name"])
    with pytest.raises(InputError) as refused:
        await provided(installation)
    assert refused.value.reason == "party-other"
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause) == ("staff:provision:ask", "refused", "4.7")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_where_a_yes_is_said_again_the_recipient_is_named_again(installation, agreed, language):
    """§4.7 breach: on my data, too, where a yes taken back is said again, or a stop is taken away: who, where, what and how."""
    browser = Browser(installation)
    await browser.sign_in(agreed)
    for step, fields in (("choice", {"allow": "no"}), ("choice", {"allow": "yes"}), ("stop", {"stop": "yes"})):
        await browser.get(f"/{language}/my-data")
        assert (await browser.post(f"/{language}/my-data/{step}", purpose=CLUB, **fields)).status_code == 303
        page = (await browser.get(f"/{language}/my-data")).text
        row = page[page.index(f'id="choice-{CLUB}"') :]
        row = row[: row.index("<form")]
        for said in SAID[language]:
            assert said in row, said
