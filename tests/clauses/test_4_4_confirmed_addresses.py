"""§4.4: nothing is announced to an address before its owner confirmed it, and nobody else undoes an owner's no."""

from __future__ import annotations

import re

import pytest
from asked import Browser
from installation import MAIL
from receiving import FILE
from taking import EVENT, opened

from kept.errors import InputError, LimitError
from kept.policy.words import Exit
from kept.services.forms.receipts import receipts_of
from kept.services.instances.participations import present_part, take_part
from kept.services.messages.confirmations import addresses_of, ask_again, confirm_by_code, confirm_by_link, write_again
from kept.services.messages.outbox import send_due
from kept.services.my_data import corrections, erasure

pytestmark = pytest.mark.anyio
YES = ("choice", "information-for-you/mail/")
EVERYBODY = FILE[: FILE.index("to:")]
HOURS = 3600.0


def code_in(text: str) -> str:
    """The code of a message that asks."""
    return re.search(r"^(\d{4} \d{4})\r?$", text, re.MULTILINE)[1]


async def stranger(installation, address: str):
    """Somebody who types an address with a yes, as the owner of an account of their own."""
    own = await installation.join()
    await installation.give_only(own, [("name", "A Stranger"), ("mail_address", address), YES])
    return own


async def address_of(installation, own):
    """What my data says of their mail address."""
    return next(one for one in await addresses_of(installation.engine, own.person_id) if one.channel is Exit.MAIL)


@pytest.fixture
async def victim(installation, desk):
    """Somebody who was a customer, erased herself and asked never to be written to again."""
    own = await installation.join()
    await installation.give(own, [("mail_address", "mori@straße.example"), YES])
    await erasure.intend_erasure(installation.engine, own, never_write=True)
    assert installation.sql("SELECT channel, reason FROM stop_list") == [("mail", "asked")]
    installation.wall.pass_(86400.0)  # what asked her when she was a customer counts that day


async def test_a_new_address_gets_one_message_that_asks_and_nothing_else(installation, desk):
    """§4.4 normal: the code in it confirms, with an entry and a receipt; from then on what was agreed to may come."""
    own = await stranger(installation, MAIL)
    assert await desk.sent(EVERYBODY) == {("not-chosen", "unconfirmed"): 1}
    (mail,) = desk.box.received
    assert (mail.recipient, "Is this yours?" in mail.message["Subject"]) == (MAIL, True)
    assert "Stranger" not in mail.message.as_string()  # nobody is written to in the words of who typed the address
    before = await address_of(installation, own)
    assert (before.needed, before.confirmed_at, before.until > before.asked_at, before.listed) == (
        True,
        None,
        True,
        False,
    )
    await confirm_by_code(installation.engine, own, "mail_address", code_in(mail.text))
    entry = await installation.newest()
    assert (entry.act, entry.outcome, entry.items, dict(entry.facts)["how"]) == (
        "customer:address:confirm", "done", ("mail_address",), "code",
    )  # fmt: skip
    receipt = next(one for one, kind, _ in await receipts_of(installation.engine, own) if kind == "confirmation")
    assert (receipt.record["item"], receipt.record["channel"]) == ("mail_address", "mail")
    assert (await address_of(installation, own)).confirmed_at is not None
    await desk.sent(EVERYBODY.replace("id: ", "id: again-"))
    assert len(desk.box.received) == 2
    assert len([one for one in desk.box.received if one.recipient == MAIL]) == 2


async def test_the_link_confirms_and_looking_at_it_changes_nothing(installation, desk):
    """§4.4, breach by a mail scanner: GET and HEAD leave it unconfirmed; pressing the button confirms, without sign-in."""
    own = await stranger(installation, MAIL)
    await send_due(installation.engine)
    link, browser = desk.box.received[0].link("w"), Browser(installation)
    for language in ("en", "ja"):
        page = await browser.get(link.replace("/en/", f"/{language}/"))
        assert (page.status_code, f"{link}/confirm".replace("/en/", f"/{language}/") in page.text) == (200, True)
        assert "never to write to" not in page.text
    assert (await address_of(installation, own)).confirmed_at is None
    assert (await browser.get(f"{link}/confirm")).status_code in {404, 405}
    answer = await browser.post(f"{link}/confirm")
    assert (answer.status_code, answer.headers["location"]) == (303, link)
    assert "This is confirmed" in (await browser.get(link)).text
    assert (await address_of(installation, own)).confirmed_at is not None
    assert (await browser.post("/en/w/" + "x" * 32 + "/confirm")).status_code in {
        303,
        400,
        422,
    }  # says nothing of what is none


@pytest.mark.parametrize(
    "spelling",
    [
        "mori@straße.example",
        "MORI@straße.example",
        "ｍｏｒｉ＠straße.example",
        "Mori@xn--strae-oqa.example",
        "mori@STRAßE.example",
    ],
)
async def test_a_stranger_undoes_no_no_by_any_spelling(installation, desk, victim, spelling):
    """§4.4 breach: typed with a yes, in another case, width or form of the domain, it stays listed and gets nothing by itself."""
    own = await stranger(installation, spelling)
    counted = await desk.sent(EVERYBODY)
    assert (counted, desk.box.received) == ({("not-chosen", "unconfirmed"): 1}, [])
    assert installation.sql("SELECT channel, reason FROM stop_list") == [("mail", "asked")]
    # whoever insists has one message a day sent, over all accounts, which asks and nothing else
    another = await stranger(installation, "mori@straße.example")
    for one in (own, another):
        installation.wall.pass_(301)
        await ask_again(installation.engine, one, "mail_address")
        await send_due(installation.engine)
    (mail,) = desk.box.received
    assert (mail.recipient.lower(), "Is this yours?" in mail.message["Subject"]) == ("mori@xn--strae-oqa.example", True)
    assert installation.sql("SELECT channel, reason FROM stop_list") == [("mail", "asked")]


async def test_a_stranger_learns_nothing(installation, desk, victim):
    """§4.4 breach: a listed address, and one nobody ever gave, look the same to who typed them."""
    listed = await stranger(installation, "mori@straße.example")
    free = await stranger(installation, "nobody@straße.example")
    seen = []
    for own in (listed, free):
        browser = Browser(installation)
        await browser.sign_in(own)
        pages = [(await browser.get(f"/{language}/my-data/addresses")).text for language in ("en", "ja")]
        seen.append([re.sub(r"nonce[^ ]*|value=\"[^\"]*\"|\d+:\d\d(:\d\d)?", "", page) for page in pages])
        with pytest.raises(InputError) as refused:
            await write_again(installation.engine, own, "mail_address")
        assert refused.value.reason == "confirmation-first"
    assert seen[0] == seen[1]
    assert "never to write to" not in seen[0][0]
    one, other = await address_of(installation, listed), await address_of(installation, free)
    assert (one.listed, one.needed, one.asked_at is None) == (other.listed, other.needed, other.asked_at is None)


async def test_a_second_form_lifts_nothing_either(installation, desk, victim):
    """§4.4 breach: an event asks for the address too; given there with a yes it is as unconfirmed."""
    event = await opened(installation, EVENT, "support")
    own, engine = await installation.join(), installation.engine
    form = await present_part(engine, own, event.id, "en")
    await take_part(
        engine, own, event.id, language="en", unverified_token=form.token,
        fields=[("mail_address", "Mori@straße.example"), YES],
    )  # fmt: skip
    assert await desk.sent(EVERYBODY) == {("not-chosen", "unconfirmed"): 1}
    assert (desk.box.received, len(installation.sql("SELECT token FROM stop_list"))) == ([], 1)


async def test_a_correction_to_somebody_elses_address_lifts_nothing(installation, desk, victim):
    """§4.4 breach: a confirmed address does not lend its confirmation to the one that takes its place."""
    own, engine = await installation.mori(), installation.engine
    version = 1
    await corrections.correct(engine, own, "mail_address", "mori@straße.example", expected_version=version)
    assert (await address_of(installation, own)).confirmed_at is None
    assert await desk.sent(EVERYBODY) == {("not-chosen", "unconfirmed"): 1}
    assert (desk.box.received, len(installation.sql("SELECT token FROM stop_list"))) == ([], 1)
    # the same value typed again is the same address
    other = await installation.join()
    await installation.give(other, [("mail_address", "sato@example.jp")])
    await corrections.correct(engine, other, "mail_address", "sato@example.jp", expected_version=1)
    assert (await address_of(installation, other)).confirmed_at is not None


@pytest.mark.parametrize("ticked", [False, True])
async def test_only_the_confirmed_owner_lifts_a_stop_and_knows_of_it(installation, desk, victim, ticked):
    """§4.4: the page of the link says that it is listed; without the tick it stays listed, with it the lifting is recorded."""
    own, engine = await stranger(installation, "mori@straße.example"), installation.engine
    installation.wall.pass_(301)
    await ask_again(engine, own, "mail_address")
    await send_due(engine)
    link, browser = desk.box.received[0].link("w"), Browser(installation)
    assert 'name="lifts"' in (await browser.get(link)).text
    await browser.post(f"{link}/confirm", **({"lifts": "yes"} if ticked else {}))
    found = await address_of(installation, own)
    assert (found.confirmed_at is not None, found.listed) == (True, not ticked)
    lifted = [one.act for one in await installation.ledger()].count("customer:stop-list:lift")
    assert (len(installation.sql("SELECT token FROM stop_list")), lifted) == ((0, 1) if ticked else (1, 0))
    counted = await desk.sent(EVERYBODY)
    assert counted == {("queued", ""): 1, **({("sent", ""): 1} if ticked else {("left-out", "stop-list"): 1})}
    if not ticked:
        await browser.sign_in(own)
        assert "never to write to" in (await browser.get("/en/my-data/addresses")).text
        await browser.post("/en/my-data/addresses", slot="mail_address", act="write-again")
        assert installation.sql("SELECT token FROM stop_list") == []
        assert (await installation.newest()).act == "customer:stop-list:lift"


async def test_a_code_is_not_guessed(installation, desk):
    """§4.4 breach: five wrong codes end it, each recorded as refused; another person's code, and an older one, are wrong too."""
    own, engine = await stranger(installation, MAIL), installation.engine
    other = await stranger(installation, "sato@example.jp")
    await send_due(engine)
    asked = next(one for one in desk.box.received if one.recipient == MAIL)  # the two may come in either order
    mine = code_in(asked.text)
    for typed in ("", "12345678", "x" * 5000, mine[:-1] + str((int(mine[-1]) + 1) % 10)):
        with pytest.raises(InputError) as refused:
            await confirm_by_code(engine, own, "mail_address", typed)
        assert refused.value.reason == "confirmation-code"
        assert ((await installation.newest()).act, (await installation.newest()).outcome) == (
            "customer:address:confirm",
            "failed",
        )
    with pytest.raises(InputError):
        await confirm_by_code(engine, other, "mail_address", mine)
    with pytest.raises(InputError):
        await confirm_by_code(engine, own, "mail_address", "00000000")
    with pytest.raises(InputError) as over:
        await confirm_by_code(engine, own, "mail_address", mine)
    assert over.value.reason == "confirmation-over"
    assert not await confirm_by_link(engine, asked.link("w").rsplit("/", 1)[1], lifts=False)
    with pytest.raises(LimitError):
        await ask_again(engine, own, "mail_address")
    installation.wall.pass_(301)
    await ask_again(engine, own, "mail_address")
    await send_due(engine)
    again = code_in(desk.box.received[-1].text)
    with pytest.raises(InputError):
        await confirm_by_code(engine, own, "mail_address", mine)
    full_width = again.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    await confirm_by_code(engine, own, "mail_address", full_width)
    with pytest.raises(InputError) as done:
        await ask_again(engine, own, "mail_address")
    assert done.value.reason == "confirmation-none"


async def test_what_was_corrected_or_removed_meanwhile_is_not_confirmed_by_an_old_link(installation, desk):
    """§4.4 breach: a link to one address does not confirm the one that took its place, and what waits for it does not leave."""
    own, engine = await stranger(installation, MAIL), installation.engine
    await send_due(engine)
    link = desk.box.received[0].link("w").rsplit("/", 1)[1]
    await corrections.correct(engine, own, "mail_address", "victim@example.jp", expected_version=1)
    assert not await confirm_by_link(engine, link, lifts=True)
    assert (await address_of(installation, own)).confirmed_at is None
    await corrections.remove_value(engine, own, "mail_address")
    await send_due(engine)
    assert [one.recipient for one in desk.box.received] == [MAIL]
    assert not await confirm_by_link(engine, link, lifts=True)


async def test_a_message_that_asks_goes_under_no_purpose_that_was_refused(installation, desk):
    """§4.4: where no purpose may write there, nothing is asked, and the page says why."""
    engine, own = installation.engine, await installation.join()
    event = await opened(installation, EVENT, "support")
    form = await present_part(engine, own, event.id, "en")
    await take_part(engine, own, event.id, language="en", unverified_token=form.token, fields=[("mail_address", MAIL)])
    await send_due(engine)
    assert len(desk.box.received) == 1  # the event itself may write
    await erasure.intend_erasure(engine, own, grace_seconds=86400.0)
    installation.wall.pass_(HOURS)
    with pytest.raises(InputError) as refused:
        await ask_again(engine, own, "mail_address")
    assert refused.value.reason == "confirmation-no-way"
