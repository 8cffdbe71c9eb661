"""§2.4: an event has as many places as it says, a list at the door on the screen exit, and an end."""

from __future__ import annotations

import asyncio

import pytest
from asked import Browser
from installation import MAIL, NAME
from taking import DAY, EVENT, opened

from kept.errors import ConflictError, DeniedError, InputError, SubmissionError
from kept.services.accounts import accounts
from kept.services.instances import events
from kept.services.instances.participations import leave, part_of, present_part, take_part
from kept.services.my_data import choices
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.retention import sweep

pytestmark = pytest.mark.anyio


@pytest.fixture
async def event(installation):
    """An event with two places."""
    return await opened(installation, EVENT, "support")


async def test_the_list_at_the_door_shows_names_and_every_guest_sees_that(installation, event):
    """§2.4 normal: names leave by the screen, for the event, recorded; who gave none is a number."""
    own, nameless = await installation.mori(), await installation.join()
    await event.enter(own, ("use", "name"))
    await event.enter(nameless)
    guests = await events.check_in_list(installation.engine, event.session, "afternoon")
    assert [one.name for one in guests] == [NAME, ""]
    await events.arrived(installation.engine, event.session, "afternoon", guests[0].number)
    assert (await part_of(installation.engine, own.person_id, "afternoon")).status == "arrived"
    with pytest.raises(InputError):
        await events.arrived(installation.engine, event.session, "afternoon", guests[0].number)
    uses = [
        one.account
        for one in (await own_data(installation.engine, own)).history.lines
        if one.account.act == "actor:value:read"
    ]
    assert [(one.purpose, one.exit, one.items, one.outcome) for one in uses] == [
        ("event", "screen", ("name",), "permitted")
    ]


async def test_what_is_lent_to_the_event_is_no_more_than_that(installation, event):
    """§4.1: without the tick the event may not open the registration's name; with it, only the name."""
    own = await installation.mori()
    await event.enter(own)
    guests = await events.check_in_list(installation.engine, event.session, "afternoon")
    assert [one.name for one in guests] == [""]
    refused = await installation.newest()
    assert (refused.refused[0].step, refused.refused[0].reason) == (5, "notice")
    assert MAIL not in str(refused)


async def test_no_more_guests_than_places(installation, event):
    """§2.4 breach: the third of two is refused, and nothing of theirs was taken; two at once do not share a place."""
    people = [await installation.join() for _ in range(4)]
    forms = [await present_part(installation.engine, own, "afternoon", "en") for own in people]
    done = await asyncio.gather(
        *(
            take_part(
                installation.engine,
                own,
                "afternoon",
                language="en",
                unverified_token=form.token,
                fields=[("name", NAME)],
            )
            for own, form in zip(people, forms, strict=True)
        ),
        return_exceptions=True,
    )
    full = [one for one in done if isinstance(one, ConflictError)]
    assert {one.reason for one in full} == {"instance-full"}
    assert (len(full), (await event.now()).taken) == (2, 2)
    for own, one in zip(people, done, strict=True):
        held = (await own_data(installation.engine, own)).held
        assert bool(held) is not isinstance(one, ConflictError)


async def test_a_place_given_back_is_free(installation, event):
    """§2.4: who leaves makes room; what was used for the event is used for it no more."""
    first, second, third = [await installation.join() for _ in range(3)]
    await event.enter(first, ("name", NAME))
    await event.enter(second)
    with pytest.raises(ConflictError):
        await event.enter(third)
    await leave(installation.engine, first, "afternoon")
    assert (await own_data(installation.engine, first)).held == ()
    await event.enter(third)
    assert (await event.now()).taken == 2


async def test_leaving_does_not_touch_what_was_given_elsewhere(installation, event):
    """§2.3: the registration's name stays the registration's; the event may open it no more."""
    own = await installation.mori()
    await event.enter(own, ("use", "name"), ("use", "mail_address"))
    held = {one.slot: one for one in (await own_data(installation.engine, own)).held}
    assert "contact" in held["name"].purposes
    await leave(installation.engine, own, "afternoon")
    held = {one.slot: one for one in (await own_data(installation.engine, own)).held}
    assert held["name"].value == NAME
    await event.enter(own)
    assert [one.name for one in await events.check_in_list(installation.engine, event.session, "afternoon")] == [""]


async def test_a_consent_given_before_is_neither_shortened_nor_widened(installation, event):
    """§4.1 breach: lending the address to an event leaves the newsletter's consent as it was, channel by channel."""
    own = await installation.mori()
    before = (await installation.engine.people.load(own.person_id)).state
    await event.enter(own, ("use", "mail_address"), ("choice", "information-for-you/mail/"))
    after = (await installation.engine.people.load(own.person_id)).state
    bound = dict(after.slots["mail_address"].accepted)
    assert "information-for-you" not in bound
    assert "event" in bound
    assert before.grants[0] in after.grants


@pytest.mark.parametrize("how", ["stop", "event over"])
async def test_a_stopped_use_and_an_event_that_is_over_open_nothing(installation, event, how):
    """§4.1 breach: the list is decided for each guest, now."""
    own = await installation.mori()
    await event.enter(own, ("use", "name"))
    session = event.session
    if how == "stop":
        await choices.stop_use(installation.engine, own, "event", stop=True)
    else:
        await event.close()
        installation.wall.pass_(31 * DAY)
        session = await installation.staff("ueda", ("support",))
    assert [one.name for one in await events.check_in_list(installation.engine, session, "afternoon")] == [""]
    assert (await installation.newest()).refused[0].reason == ("stopped" if how == "stop" else "ended")


async def test_erasure_after_it(installation, event):
    """§2.4: thirty days after the close what was given for it is gone, and so is who came."""
    own = await installation.join()
    await event.enter(own, ("name", NAME))
    await event.close()
    installation.wall.pass_(31 * DAY)
    installation.engine.clock.confirm_leap()
    await sweep(installation.engine)
    own = await installation.session(own.person_id)
    assert (await own_data(installation.engine, own)).held == ()
    assert await part_of(installation.engine, own.person_id, "afternoon") is None


async def test_the_contest_desk_has_no_door(installation, event):
    """§5.2 breach: a role without the event's purpose opens no list."""
    await event.enter(await installation.join())
    other = await installation.staff("ito", ("contests",))
    with pytest.raises(DeniedError):
        await events.check_in_list(installation.engine, other, "afternoon")
    with pytest.raises(SubmissionError):
        await event.enter(await installation.join(), ("phone", "090-1234-5678"))


async def test_the_page_says_what_is_left(installation, event):
    """§2.4 page: signed out one reads the notice first; signed in, the form; taken part, the way out."""
    browser = Browser(installation)
    assert "Welcoming you at an event" in (await browser.get("/en/take-part/afternoon")).text
    own = await installation.mori()
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    assert "notice_token" in (await browser.get("/en/take-part/afternoon")).text
    await event.enter(own)
    page = (await browser.get("/en/take-part/afternoon")).text
    assert "You take part." in page
    assert "/leave" in page
    assert "午後の会" in (await browser.get("/ja/take-part/afternoon")).text
