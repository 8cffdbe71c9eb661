"""§5.2: whatever is done in a case passes what a read passes: no side door in an emergency, past a stop, or in a used-up case."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from installation import MAIL
from reaching import reach

from kept.errors import DeniedError
from kept.policy.words import Exit
from kept.services.cases import cases, contacts, emergencies, inquiries, other_words, witnessed_entry, witnessing
from kept.services.cases.do_not_contact import note_in_case
from kept.services.my_data import choices
from kept.services.staff import sessions

pytestmark = pytest.mark.anyio
PERSON = ("mail_address", "name")


async def not_again(engine, session, case):
    """Note: do not write again by mail."""
    await note_in_case(engine, session, case, Exit.MAIL)


async def no_fax(engine, session, case):
    """Note the same for a way nobody gave an address for."""
    await note_in_case(engine, session, case, Exit.FAX)


async def asked(engine, session, case):
    """Note that they asked us."""
    await inquiries.note_in_case(engine, session, case, "call")


async def notice(engine, session, case):
    """Write in the policy's own words."""
    await contacts.write_to(engine, session, case, "mail", "service-notice")


async def other(engine, session, case):
    """Ask a second to let other words go."""
    await other_words.ask_to_write(engine, session, case, "mail", "Your licence", "It ends.", "a licence ends")


async def paper(engine, session, case):
    """Enter a paper they gave."""
    today = witnessed_entry.day_today(engine)
    given = witnessed_entry.Typed("paper", "registration", 1, "en", today, case, (("occupation", "teacher"),))
    await witnessing.enter(engine, session, given)


async def look(engine, session, case):
    """Read: what all others are held against."""
    await cases.open_item(engine, session, case, "mail_address")


DOORS = [look, not_again, no_fax, asked, notice, other, paper]
TABLES = ("stop_list", "inquiry", "contact", "outbox", "witnessed")


@pytest.fixture
async def held(installation):
    """A customer, a member of staff who may do all of it, and a case that holds her."""
    reach(installation)
    own = await installation.mori()
    session = await installation.staff("kato", ("support", "privacy"))
    return own, session, (await installation.case(session)).id


def rows(installation):
    """How much there is of what such an act leaves behind."""
    return [installation.sql(f"SELECT COUNT(*) FROM {one}") for one in TABLES]  # noqa: S608 -- names of tables, written above


@pytest.mark.parametrize("door", [one for one in DOORS if one is not no_fax])
async def test_it_is_done_and_charged_once(installation, held, door):
    """§5.2 normal: each act costs the case one of what it is good for, like a read."""
    _, session, case = held
    if door is notice:
        await asked(installation.engine, session, case)
    before = (await cases.case_of(installation.engine, session, case)).mandate.volume_left
    await door(installation.engine, session, case)
    assert (await cases.case_of(installation.engine, session, case)).mandate.volume_left == before - 1


@pytest.mark.parametrize("door", DOORS)
async def test_a_stopped_use_stops_every_act(installation, held, door):
    """§4.1, §5.2 breach: she stopped the purpose meanwhile; each act is refused with the clause, recorded, and leaves nothing."""
    own, session, case = held
    await choices.stop_use(installation.engine, own, "contact", stop=True)
    before = rows(installation)
    with pytest.raises(DeniedError) as refused:
        await door(installation.engine, session, case)
    assert (refused.value.step, refused.value.clause) == (8, "§4.5")
    newest = await installation.newest()
    assert (newest.outcome, newest.clause) == ("refused", "4.5")
    assert rows(installation) == before


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("over", ["volume", "closed", "signed-out"])
async def test_a_used_up_or_closed_case_is_good_for_nothing(installation, held, door, over):
    """§5.2 breach: the volume is spent, the case closed, or its member of staff gone."""
    _, session, case = held
    if over == "volume":
        mandate = (await cases.case_of(installation.engine, session, case)).mandate
        spent = {"mandate_id": mandate.id, "count": mandate.volume_left, "at": installation.engine.clock.now()}
        await installation.engine.data.write(lambda tx: tx.run("mandate_charge", **spent))
    elif over == "closed":
        await cases.close_case(installation.engine, session, case)
    else:
        await sessions.sign_out(installation.engine, session)
    before = rows(installation)
    with pytest.raises(DeniedError):
        await door(installation.engine, session, case)
    assert rows(installation) == before


@pytest.mark.parametrize("door", [one for one in DOORS if one is not look])
async def test_an_emergency_lends_the_screen_and_nothing_else(installation, door):
    """§5.2 breach: none of it is done in an emergency; the refusal is recorded and cites the clause."""
    await installation.mori()
    session = await installation.staff("kato", ("privacy",))
    case = await emergencies.open_emergency(
        installation.engine,
        session,
        purpose="contact",
        why="danger-to-a-person",
        text="ill",
        criteria={"mail_address": MAIL},
    )
    before = rows(installation)
    with pytest.raises(DeniedError) as refused:
        await door(installation.engine, session, case)
    assert (refused.value.step, refused.value.reason, refused.value.clause) == (7, "exit", "§5.2")
    assert (await installation.newest()).outcome == "refused"
    assert rows(installation) == before


async def test_do_not_write_again_says_of_an_address_what_a_read_says(installation, held):
    """§5.2 breach: no address, one of another purpose, or one that is stopped: the words of a read, and nobody is named."""
    _, session, case = held
    said = []
    for act in (no_fax, lambda *where: cases.open_item(*where, "fax")):
        with pytest.raises(DeniedError) as refused:
            await act(installation.engine, session, case)
        said.append((str(refused.value), refused.value.needed))
    assert said[0] == said[1]
    await not_again(installation.engine, session, case)
    newest = await installation.newest()
    assert (newest.act, newest.outcome, newest.items) == ("actor:stop-list:add", "permitted", ("mail_address",))
    assert installation.sql("SELECT channel, reason FROM stop_list") == [("mail", "told-staff")]


async def test_the_page_says_why(installation, held):
    """§5.2 page: the refusal stands on the case, not on an error page."""
    own, session, case = held
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, session.login)
    case = (
        await installation.case(
            await sessions.require_session(installation.engine, browser.cookies["__Host-kept_session"])
        )
    ).id
    await choices.stop_use(installation.engine, own, "contact", stop=True)
    for step, form in (("not-again", {"channel": "mail"}), ("asked", {"way": "call"})):
        await browser.get(f"/en/case/{case}")
        answer = await browser.post(f"/en/case/{case}/{step}", **form)
        assert answer.status_code == 403
        assert "§4.5" in answer.text
        assert "<h1>" in answer.text
        assert "Case" in answer.text
