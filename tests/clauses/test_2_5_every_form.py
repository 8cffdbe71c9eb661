"""§2.5: questionnaires, contests, sweepstakes and events offer it too: unticked in their notice, and a yes there is a yes."""

from __future__ import annotations

import re

import pytest
from asked import Browser
from receiving import FILE
from taking import CONTEST, EVENT, SURVEY, SWEEPSTAKE, opened

from kept.errors import SubmissionError
from kept.services.instances.participations import part_of, present_part, take_part
from kept.services.messages.confirmations import confirm_by_link
from kept.services.messages.outbox import send_due

pytestmark = pytest.mark.anyio
PURPOSE = "information-for-you"
EVERYBODY = FILE.replace("to:\n  interests:\n    - landscape\n    - seasons\n", "")
WRITES = {"contest": (CONTEST, "contests"), "sweepstake": (SWEEPSTAKE, "contests"), "event": (EVENT, "support")}
EVERY = {**WRITES, "questionnaire": (SURVEY, "research")}
YES = ("choice", f"{PURPOSE}/mail/")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("kind", sorted(EVERY))
async def test_each_form_shows_it_unticked_beside_its_notice(installation, kind, language):
    """§2.5, §2.6 normal: the notice of the form presents the purpose, the box is empty, and nothing is needed."""
    desk = await opened(installation, *EVERY[kind])
    own = await installation.join()
    form = await present_part(installation.engine, own, desk.id, language)
    title = installation.engine.policy.policy.purposes[PURPOSE].titles[language]
    assert title in form.notice.text
    assert PURPOSE in {one.purpose for one in form.notice.terms}
    assert {one.purpose for one in form.boxes} == {PURPOSE}
    assert not any(one.needed for one in form.hints)
    browser = Browser(installation)
    await browser.sign_in(own)
    page = (await browser.get(f"/{language}/take-part/{desk.id}")).text
    boxes = re.findall(r'<input type="checkbox" name="choice"[^>]*>', page)
    assert (len(boxes), [one for one in boxes if "checked" in one]) == (len(form.boxes), [])
    assert title in page


@pytest.mark.parametrize("kind", sorted(WRITES))
async def test_a_yes_there_is_a_yes_to_this_notice_and_waits_for_the_owner(installation, desk, kind):
    """§2.5, §4.1, §4.4: bound to the form's own notice; before the address is confirmed nothing goes but the one that asks."""
    entering = await opened(installation, *EVERY[kind])
    own, engine = await installation.join(), installation.engine
    form = await present_part(engine, own, entering.id, "en")
    given = [("mail_address", "sweep@example.jp"), YES]
    await take_part(engine, own, entering.id, language="en", unverified_token=form.token, fields=given)
    (grant,) = (await engine.people.load(own.person_id)).state.grants
    assert (grant.purpose, grant.notice_id, grant.slots) == (PURPOSE, form.notice_id, ("mail_address",))
    assert await desk.sent(EVERYBODY) == {("not-chosen", "unconfirmed"): 1}
    (asks,) = desk.box.received
    assert "Is this yours?" in asks.message["Subject"]
    assert await confirm_by_link(engine, asks.link("w").rsplit("/", 1)[1], lifts=False)
    assert ("sent", "") in await desk.sent(EVERYBODY.replace("id: ", "id: later-"))
    why = (await Browser(installation).get(desk.box.received[-1].link("w"))).text
    assert engine.policy.policy.points[kind].titles["en"] in why


@pytest.mark.parametrize("kind", sorted(WRITES))
async def test_what_was_given_before_serves_it_only_where_it_is_let(installation, desk, kind):
    """§2.5, §4.1: an address held is bound to this notice by *use it here too* and the box together; either alone does nothing."""
    entering = await opened(installation, *EVERY[kind])
    engine = installation.engine
    for number, fields in enumerate(([("use", "mail_address")], [YES], [("use", "mail_address"), YES])):
        own = await installation.join()
        await installation.give(own, [("mail_address", f"held{number}@example.jp")])
        form = await present_part(engine, own, entering.id, "en")
        if number == 2 and kind == "event":
            break  # two places, and both are taken
        await take_part(engine, own, entering.id, language="en", unverified_token=form.token, fields=fields)
    counted = await desk.sent(EVERYBODY)
    assert counted.get(("sent", ""), 0) == (kind != "event")
    assert [one.recipient for one in desk.box.received if "held" in one.recipient and "yours" not in one.message["Subject"]] == (
        ["held2@example.jp"] if kind != "event" else []
    )  # fmt: skip


async def test_without_the_box_the_draw_is_entered_and_nothing_is_sent(installation, desk):
    """§2.5, §2.7 breach: entering is no yes; an address without the box gets the one message that asks and no more."""
    entering = await opened(installation, *EVERY["sweepstake"])
    own, engine = await installation.join(), installation.engine
    await entering.enter(own, ("mail_address", "quiet@example.jp"))
    assert (await part_of(engine, own.person_id, entering.id)).status == "in"
    assert await desk.sent(EVERYBODY) == {("not-chosen", "consent"): 1}
    assert await send_due(engine) == 0


@pytest.mark.parametrize("choice", [f"{PURPOSE}/post/", "announcements/mail/", "picture-club//picture-club"])
async def test_a_box_the_form_does_not_offer_is_refused(installation, choice):
    """§2.5, §2.3 breach: a purpose or a way that this form does not show is not agreed to on it, and no ticket is taken."""
    entering = await opened(installation, *EVERY["sweepstake"])
    own, engine = await installation.join(), installation.engine
    form = await present_part(engine, own, entering.id, "en")
    with pytest.raises(SubmissionError) as refused:
        await take_part(
            engine, own, entering.id, language="en", unverified_token=form.token, fields=[("choice", choice)]
        )
    assert refused.value.reason == "choice-unknown"
    assert await part_of(engine, own.person_id, entering.id) is None


async def test_an_instance_without_the_purpose_asks_for_nothing_it_would_need(installation):
    """§2.2: a sweepstake narrowed to its prize shows no box, and no field for what only the box would have used."""
    narrowed = SWEEPSTAKE.replace("prizes: 2\n", "prizes: 2\npurposes:\n  - prize-delivery\n")
    entering = await opened(installation, narrowed, "contests")
    own = await installation.join()
    form = await present_part(installation.engine, own, entering.id, "en")
    assert (form.hints, form.boxes, form.notice.terms) == ((), (), ())
