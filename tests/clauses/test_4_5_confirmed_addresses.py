"""§4.5: by phone, fax and letter too nobody is reached at what a stranger typed; each way asks its owner as it can."""

from __future__ import annotations

import re

import pytest
from asked import Browser
from installation import MAIL, NAME, PHONE
from reaching import reach, text_of

from kept.errors import DeniedError, InputError
from kept.policy.words import Exit
from kept.services.cases import contacts, inquiries
from kept.services.messages import call_sheets, calls, letters
from kept.services.messages.confirmations import addresses_of, ask_again, confirm_by_code, write_again
from kept.services.messages.outbox import send_due
from kept.services.messages.stop_list import ASKED, put_on, tokens_of

pytestmark = pytest.mark.anyio
ADDRESS, FAX = "604-8001 Kyoto, Kiyamachi-dori 1-2, Canary Installation", "075-200-1000"
ALL = [("name", NAME), ("mail_address", MAIL), ("postal_address", ADDRESS), ("phone", PHONE), ("fax", FAX)]


def code_in(text: str) -> str:
    """The code of a message that asks."""
    return re.search(r"^(\d{4} \d{4})\s*$", text, re.MULTILINE)[1]


class Desk:
    """Somebody who gave every way to be reached and confirmed none, and support."""

    async def begin(self, installation):
        """Join, give, hire."""
        self.installation, self.engine = installation, installation.engine
        self.mail, self.fax = reach(installation)
        self.own = await installation.join()
        await installation.give_only(self.own, ALL)
        self.session = await installation.staff()
        self.case = await installation.case(self.session)
        await inquiries.note_in_case(self.engine, self.session, self.case, "letter")
        return self

    async def unconfirmed(self):
        """Which ways wait for their owner."""
        return {one.channel for one in await addresses_of(self.engine, self.own.person_id) if one.confirmed_at is None}


@pytest.fixture
async def desk(installation):
    """An installation with every channel."""
    return await Desk().begin(installation)


async def test_nobody_is_contacted_at_an_address_its_owner_did_not_confirm(desk):
    """§4.5 breach: by mail, phone and fax a case and a program are refused, with the clause; a letter goes."""
    ways = {one.channel: one for one in await contacts.ways_of(desk.engine, desk.session, desk.case)}
    assert {way: (one.open, one.reason) for way, one in ways.items()} == {
        Exit.MAIL: (False, "unconfirmed"), Exit.PHONE: (False, "unconfirmed"), Exit.FAX: (False, "unconfirmed"),
        Exit.POST: (True, ""),
    }  # fmt: skip
    for channel in ("mail", "phone", "fax"):
        with pytest.raises(DeniedError) as refused:
            await contacts.write_to(desk.engine, desk.session, desk.case.id, channel, "reply", "A word")
        assert (refused.value.step, refused.value.reason, refused.value.clause) == (7, "unconfirmed", "§4.5")
        assert (await desk.installation.newest()).refused[0].reason == "unconfirmed"
    await contacts.write_to(desk.engine, desk.session, desk.case.id, "post", "reply", "A word")
    await send_due(desk.engine)
    assert {"Is this yours?" in message.words.title for _, _, message in desk.mail.sent} == {True}


async def test_mail_and_fax_ask_by_themselves_people_and_paper_when_wanted(desk):
    """§4.5 normal: a mail and a fax have gone, without a name; no letter waits and nobody is called before that is wanted."""
    await send_due(desk.engine)
    ((to, name, message),) = desk.mail.sent
    ((number, _, pdf),) = desk.fax.sent
    assert (to, name, number) == (MAIL, "", "0752001000")
    assert NAME not in text_of(pdf)
    assert await letters.waiting_runs(desk.engine, desk.session) == []
    assert await call_sheets.sheets_of(desk.engine, desk.session) == []
    await confirm_by_code(desk.engine, desk.own, "mail_address", code_in(message.words.text))
    await confirm_by_code(desk.engine, desk.own, "fax", code_in(text_of(pdf)))
    assert await desk.unconfirmed() == {Exit.PHONE, Exit.POST}
    await contacts.write_to(desk.engine, desk.session, desk.case.id, "fax", "reply", "A word")
    assert len(desk.fax.sent) == 2


async def test_a_phone_number_is_confirmed_by_the_code_somebody_reads_out(desk):
    """§4.5 normal: a row on a call sheet, its script holds the code; the number opens for that call, the name does not."""
    browser = Browser(desk.installation)
    await browser.sign_in(desk.own)
    assert "Call me, and tell me a code" in (await browser.get("/en/my-data/addresses")).text
    assert (await browser.post("/en/my-data/addresses", slot="phone", act="send")).status_code == 303
    await send_due(desk.engine)
    (sheet,) = await call_sheets.sheets_of(desk.engine, desk.session)
    await calls.begin(desk.engine, desk.session, sheet.id)
    card = await calls.show_number(desk.engine, desk.session, sheet.id, 1)
    assert list(card) == ["phone"]
    assert (await desk.installation.newest()).kind == "staff"
    script = (await call_sheets.sheet_of(desk.engine, desk.session, sheet.id)).rows[0].said.text
    assert NAME not in script
    assert (await browser.post("/en/my-data/addresses", slot="phone", act="confirm", code="1")).status_code == 422
    page = await browser.post("/ja/my-data/addresses", slot="phone", act="confirm", code="1")
    assert "確認番号と違います" in page.text
    await browser.post("/en/my-data/addresses", slot="phone", act="confirm", code=code_in(script))
    assert Exit.PHONE not in await desk.unconfirmed()
    await calls.end_call(desk.engine, desk.session, sheet.id, 1, "reached")
    await contacts.write_to(desk.engine, desk.session, desk.case.id, "phone", "reply", "Ask about the licence")


async def test_who_said_never_again_to_a_call_that_asks_is_not_asked_again(desk):
    """§4.5 breach: a stranger gave the number, its owner says *do not call again*, the stranger asks for it day after day."""
    await ask_again(desk.engine, desk.own, "phone")
    await send_due(desk.engine)
    (sheet,) = await call_sheets.sheets_of(desk.engine, desk.session)
    await calls.begin(desk.engine, desk.session, sheet.id)
    await calls.show_number(desk.engine, desk.session, sheet.id, 1)
    await calls.end_call(desk.engine, desk.session, sheet.id, 1, "not-again")
    before = desk.installation.sql("SELECT COUNT(*) FROM call_row")
    for _ in range(2):
        desk.installation.wall.pass_(86_401)
        await ask_again(desk.engine, await desk.installation.session(desk.own.person_id), "phone")
        await send_due(desk.engine)
    assert desk.installation.sql("SELECT COUNT(*) FROM call_row") == before
    assert Exit.PHONE in await desk.unconfirmed()


async def test_a_call_that_asks_is_called_off_once_it_is_not_wanted(desk):
    """§4.5 breach: confirmed or corrected meanwhile, no number is shown."""
    await ask_again(desk.engine, desk.own, "phone")
    await send_due(desk.engine)
    (sheet,) = await call_sheets.sheets_of(desk.engine, desk.session)
    await calls.begin(desk.engine, desk.session, sheet.id)
    desk.installation.wall.pass_(301)
    await ask_again(desk.engine, desk.own, "phone")  # another code: the one in that script is none any more
    with pytest.raises(DeniedError) as refused:
        await calls.show_number(desk.engine, desk.session, sheet.id, 1)
    assert refused.value.reason == "withdrawn"


async def test_a_letter_with_a_code_is_for_whoever_lifts_a_stop(desk):
    """§4.5, §4.4: a postal address needs no confirmation to be written to, and its stop is lifted by nobody without one."""
    engine, own = desk.engine, desk.own
    ((channel, token),) = tokens_of(engine, {"postal_address": ADDRESS}, (Exit.POST,))
    await engine.data.write(lambda tx: put_on(tx, channel, token, ASKED, 1.0))
    found = next(one for one in await addresses_of(engine, own.person_id) if one.channel is Exit.POST)
    assert (found.needed, found.listed) == (False, False)  # who did not confirm it is not told
    with pytest.raises(InputError):
        await write_again(engine, own, "postal_address")
    await ask_again(engine, own, "postal_address")
    await send_due(engine)
    (run,) = await letters.waiting_runs(engine, desk.session)
    printed = await letters.fetch(engine, desk.session, run.purpose, run.origin, run.origin_id)
    pages = text_of(printed.pdf)
    assert printed.letters == 1
    await confirm_by_code(engine, own, "postal_address", code_in(pages))
    found = next(one for one in await addresses_of(engine, own.person_id) if one.channel is Exit.POST)
    assert found.listed
    await write_again(engine, own, "postal_address")
    assert installation_list(desk) == []


def installation_list(desk):
    """The stop list."""
    return desk.installation.sql("SELECT channel FROM stop_list")
