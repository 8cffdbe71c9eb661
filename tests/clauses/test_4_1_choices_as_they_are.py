"""§4.1, §4.4: what a page says of a person's choices is what the gate would do; a yes that does nothing is never shown as on."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from asked import Browser
from installation import MAIL, NAME, PHONE, second_version
from taking import EVENT, opened

from kept.policy.decision import Allowed
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.gate import gate
from kept.services.instances.participations import present_part, take_part
from kept.services.messages.stop_list import put_on, stop_token
from kept.services.my_data.choices import choose, stop_use
from kept.services.my_data.corrections import remove_value
from kept.services.my_data.own_data import own_data
from kept.services.my_data.portability import take_along
from kept.services.staff.activation import activate, propose
from kept.services.staff.mandates import staff_mandate

pytestmark = pytest.mark.anyio

NEWS = "information-for-you"


async def switch(installation, own, purpose=NEWS):
    """One switch of my data."""
    return next(one for one in (await own_data(installation.engine, own)).switches if one.purpose.id == purpose)


async def browser_of(installation, own):
    """A browser of theirs."""
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    return browser


async def shown_on(installation, own, purpose=NEWS, language="en"):
    """What my data shows as on for a purpose: the words beside each pressed switch."""
    page = (await (await browser_of(installation, own)).get(f"/{language}/my-data")).text
    part = page.split(f'id="choice-{purpose}"')[1].split('class="switch"')[0]
    return [one.split('<span class="small">')[1].split("<")[0] for one in part.split('aria-pressed="true"')[1:]]


async def test_a_consent_ticked_before_anything_is_held_is_not_on(installation):
    """§4.1 breach: a tick with nothing to use is off, and says what is missing; the switch never claimed otherwise."""
    own = await installation.join()
    await installation.give(own, [("choice", f"{NEWS}/mail/"), ("choice", f"{NEWS}/phone/")])
    found = await switch(installation, own)
    assert (found.given, dict(found.channels)[Exit.MAIL]) == (False, False)
    assert (found.missing.missing, found.missing.item, found.missing.said) == ("value", "mail_address", True)
    assert await shown_on(installation, own) == []
    page = (await (await browser_of(installation, own)).get("/en/my-data")).text
    assert "not given: E-mail address" in page.split(f'id="choice-{NEWS}"')[1].split('class="switch"')[0]


async def test_a_consent_ticked_later_uses_what_is_held(installation):
    """§4.1 normal: who gave their address first and says yes later, on the form with its notice, is written to."""
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("mail_address", MAIL), ("phone", PHONE)])
    assert not (await switch(installation, own)).given
    await installation.give(own, [("choice", f"{NEWS}/mail/")])
    found = await switch(installation, own)
    assert dict(found.channels) == {Exit.MAIL: True, Exit.POST: False, Exit.PHONE: False, Exit.FAX: False}
    assert await shown_on(installation, own) == ["use it", "e-mail"]
    assert {one.slot for one in (await own_data(installation.engine, own)).held if NEWS in one.purposes} == {
        "name",
        "mail_address",
    }


async def test_a_consent_ticked_later_is_for_its_own_purpose_alone(installation):
    """§4.1 breach: the later yes binds what is held to its purpose; another purpose of the same form gains nothing."""
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("mail_address", MAIL)])
    await installation.give(own, [("choice", f"{NEWS}/mail/")])
    assert not (await switch(installation, own, "announcements")).given
    assert not (await switch(installation, own, "picture-club")).given


@pytest.mark.parametrize("no", ["whole", "channel", "stop", "list"])
async def test_no_switch_is_on_beside_a_no(installation, no):
    """§4.4 breach: after a no, a stop or an address on the list, in whichever way it was said, nothing is shown as on."""
    own = await installation.mori()
    engine = installation.engine
    assert await shown_on(installation, own) == ["use it", "e-mail"]
    if no == "whole":
        await choose(engine, own, NEWS, None, allow=False)
    elif no == "channel":
        await choose(engine, own, NEWS, Exit.MAIL, allow=False)
    elif no == "stop":
        await stop_use(engine, own, NEWS, stop=True)
    else:
        token = stop_token(engine, Exit.MAIL, MAIL)
        await engine.data.write(lambda tx: put_on(tx, Exit.MAIL, token, "asked", 0.0))
    found = await switch(installation, own)
    assert not dict(found.channels)[Exit.MAIL]
    expected = {"whole": "no", "channel": "no", "stop": "stopped", "list": "stop-list"}[no]
    assert next(one for one in found.ways if one.exit is Exit.MAIL).missing == expected
    assert "e-mail" not in await shown_on(installation, own)


async def test_each_sign_is_what_the_gate_decides(installation):
    """§4.1 evidence: page, door and copy show for each way what the gate answers to who would use it, in both directions."""
    own, engine = await installation.mori(), installation.engine
    session = await installation.staff("ito", ("marketing",))
    for said in (True, False, True):
        await choose(engine, own, NEWS, Exit.MAIL, allow=said)
        mandate = staff_mandate(session, "marketing", NEWS, expires_at=engine.clock.now() + 60, volume=1)
        person = await engine.people.load(own.person_id, None)
        decided = await gate.decide(engine, mandate, person, ("mail_address",), Exit.MAIL, engine.clock.now())
        assert isinstance(decided["mail_address"], Allowed) is said
        assert dict((await switch(installation, own)).channels)[Exit.MAIL] is said
        assert ("e-mail" in await shown_on(installation, own)) is said
        packed = zipfile.ZipFile(BytesIO(await take_along(engine, own, "en")))
        copied = [one for one in json.loads(packed.read("data.json"))["now"] if one["purpose"] == NEWS]
        assert next(one for one in copied if one["way"] == "mail")["on"] is said


async def test_a_yes_that_waits_can_be_taken_back(installation):
    """§2.3 normal: a yes that does nothing yet is taken back from my data as easily as one that does."""
    own = await installation.join()
    await installation.give_only(own, [("mail_address", MAIL), ("choice", f"{NEWS}/mail/")])
    browser = await browser_of(installation, own)
    page = (await browser.get("/en/my-data")).text.split(f'id="choice-{NEWS}"')[1].split('class="switch"')[0]
    assert "waits for your confirmation: E-mail address" in page
    assert "Take this yes back" in page
    assert (await browser.post("/en/my-data/choice", purpose=NEWS, allow="no")).status_code == 303
    assert (await switch(installation, own)).withdrawn


async def test_the_form_shows_earlier_answers_and_leaves_them(installation):
    """§2.3 normal: a form sent untouched changes no choice; it showed each answer as it is, and its receipt says so."""
    own, engine = await installation.mori(), installation.engine
    await choose(engine, own, "announcements", Exit.MAIL, allow=False)
    before = (await engine.people.load(own.person_id)).state
    browser = await browser_of(installation, own)
    for language, yes, no, stays in (
        ("en", "You said yes on", "You said no on", "you said yes before, and it stays so"),
        ("ja", "に同意されました", "にお断りになりました", "以前の同意のまま変わりません"),
    ):
        page = (await browser.get(f"/{language}/registration")).text
        boxes = page.split('id="choices"')[1].split("</fieldset>")[0]
        assert yes in boxes
        assert no in boxes
        assert " checked" not in boxes
        token = page.split('name="notice_token" value="')[1].split('"')[0]
        sent = await browser.post(f"/{language}/registration", notice_token=token, fax="")
        assert sent.status_code == 303
        receipt = (await browser.get(sent.headers["location"])).text
        changed, unchanged = receipt.split("<h2>")[1:3]
        assert "<li>" in changed
        assert stays in unchanged
        after = (await engine.people.load(own.person_id)).state
        assert (after.choices, after.grants, after.slots) == (before.choices, before.grants, before.slots)


async def test_the_receipt_says_what_changed_and_what_did_not(installation):
    """§2.6 evidence: the record itself names what was given, each box, what it was before, and what comes of it."""
    own = await installation.mori()
    receipt = await installation.give_only(own, [("fax", "03-1234-5678"), ("choice", f"{NEWS}/fax/")])
    record = receipt.record
    assert (record["given"], record["heldBefore"]) == (["fax"], ["name", "mail_address", "phone", "interests"])
    said = {one["box"]: one for one in record["choices"]}
    fax, mail = said[f"{NEWS}/fax/"], said[f"{NEWS}/mail/"]
    assert (fax["before"], fax["after"], fax["ticked"], fax["missing"]) == ("none", "yes", True, "unconfirmed")
    assert (mail["before"], mail["after"], mail["ticked"], mail["missing"]) == ("yes", "yes", False, "")
    assert set(mail["uses"]) == {"mail_address", "name"}
    assert said["announcements/mail/"]["after"] == "none"


async def test_what_the_policy_words_otherwise_now_is_bound_by_its_own_tick_alone(installation):
    """§4.1 breach: after a new version, a tick of the purpose does not take along what one was asked about and left."""
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("mail_address", MAIL)])
    officer = await installation.staff("ueda", ("privacy",))
    changed = (b"We choose by your interests, your", b"We choose by your pictures, your")
    await propose(installation.engine, second_version(changed), by="test")
    await activate(installation.engine, officer, 2)
    await installation.give(own, [("choice", f"{NEWS}/mail/")])
    found = await switch(installation, own)
    assert (found.given, found.missing.missing) == (False, "revision")
    await installation.give(own, [("choice", f"{NEWS}/mail/"), ("use", "mail_address")])
    assert dict((await switch(installation, own)).channels)[Exit.MAIL]


async def test_a_yes_that_covers_nothing_held_is_not_called_no_yes(installation):
    """§4.1 breach: who said yes at an event and lent their name alone did say yes; what is missing is what it would use."""
    event = await opened(installation, EVENT, "support")
    own, engine = await installation.join(), installation.engine
    await installation.give(own, [("name", NAME), ("mail_address", MAIL)])
    form = await present_part(engine, own, event.id, "en")
    fields = [("use", "name"), ("choice", f"{NEWS}/mail/")]
    await take_part(engine, own, event.id, language="en", unverified_token=form.token, fields=fields)
    found = await switch(installation, own)
    assert (found.given, found.missing.said, found.missing.missing) == (False, True, "notice")
    page = (await (await browser_of(installation, own)).get("/en/my-data")).text
    part = page.split(f'id="choice-{NEWS}"')[1].split('class="switch"')[0]
    assert "you have not said yes to it" not in part
    assert "what you gave was not given for this" in part


async def test_a_yes_whose_items_went_stays_a_yes_that_lacks_something(installation):
    """§4.1 breach: who took away what a yes used, and gave something new, did say yes; the new is not used, and the page says why."""
    own = await installation.join()
    await installation.give(own, [("mail_address", MAIL), ("choice", "picture-club//picture-club")])
    await remove_value(installation.engine, own, "mail_address")
    await installation.give(own, [("mail_address", "new@example.jp")])
    found = await switch(installation, own, "picture-club")
    assert (found.given, found.said, found.missing.missing) == (False, True, "notice")
