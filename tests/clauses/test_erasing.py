"""Erasing (added from law, APPI Art. 35): what an account takes while its erasure waits, and that it can be hastened."""

from __future__ import annotations

import pytest
from asked import Browser
from bakery import Bakery
from installation import PASSWORD
from reaching import reach
from second import read_and_approve, read_and_give
from writing_letters import answered, asked_second

from clauses.test_4_9_disclosure_the_law_requires import LegalDesk
from kept import limits
from kept.errors import ConflictError, ErasedError, InputError, KeptError, SignInError, SubmissionError
from kept.policy.day import local
from kept.policy.words import Exit
from kept.services.authorities import disclosures
from kept.services.cases import inquiries
from kept.services.my_data import choices, erasure
from kept.services.upkeep import approvals
from kept.web.site import PAGES

pytestmark = pytest.mark.anyio
NEWS = "information-for-you"


async def waiting(installation):
    """A customer whose erasure waits its seven days."""
    own = await installation.mori()
    receipt = await erasure.intend_erasure(installation.engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    return own, receipt


async def test_later_and_then_now(installation):
    """In seven days, then at once: the same receipt, and the person is gone now; the stop list asked for last is kept."""
    own, receipt = await waiting(installation)
    assert await erasure.intend_erasure(installation.engine, own, never_write=True) == receipt
    with pytest.raises(ErasedError):
        await installation.engine.people.load(own.person_id)
    assert (await erasure.erasure_receipt(installation.engine, receipt))["receipt"] == receipt
    assert installation.sql("SELECT COUNT(*) FROM stop_list")[0][0] >= 1


async def test_later_twice_is_refused_and_moves_nothing(installation):
    """A second waiting erasure does not put the day off."""
    own, _ = await waiting(installation)
    due = installation.sql("SELECT due_at FROM erasure")
    installation.wall.pass_(60)
    with pytest.raises(KeptError):
        await erasure.intend_erasure(installation.engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    assert installation.sql("SELECT due_at FROM erasure") == due


async def test_an_account_being_erased_takes_every_no_and_no_yes(installation):
    """Withdrawing and stopping work as ever; a yes, a resumed use and a new value are refused in a sentence."""
    own, _ = await waiting(installation)
    engine = installation.engine
    await choices.choose(engine, own, NEWS, Exit.MAIL, allow=False)
    await choices.stop_use(engine, own, NEWS, stop=True)
    attempts = (
        choices.choose(engine, own, NEWS, Exit.MAIL, allow=True),
        choices.stop_use(engine, own, NEWS, stop=False),
        installation.give(own, [("fax", "03-1234-5678")]),
    )
    for attempt in attempts:
        with pytest.raises(SubmissionError) as refused:
            await attempt
        assert refused.value.reason == "erasing"
        assert "undo" in refused.value.hint
    await erasure.undo_erasure(engine, own)
    await choices.choose(engine, own, NEWS, Exit.MAIL, allow=True)


async def test_an_approval_about_somebody_being_erased_dies(installation):
    """A copy somebody asked for by letter is not approved once they began to erase themselves."""
    own = await installation.mori()
    engine = installation.engine
    asker, second = (
        await installation.staff("kato", ("privacy",)),
        await installation.staff("ono", ("privacy",)),
    )
    request = await asked_second(installation, asker, "disclosure")
    await erasure.intend_erasure(engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    ((waits),) = await approvals.waiting(engine, second)
    with pytest.raises(ConflictError) as dead:
        await read_and_give(engine, second, waits.id)
    assert dead.value.reason == "approval-dead"
    with pytest.raises(KeptError):
        await answered(installation, asker, request)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_banner_names_the_day_and_offers_both(installation, language):
    """My data says on which day, and leads to undoing and to erasing now; the page then offers only now."""
    own, _ = await waiting(installation)
    browser = Browser(installation)
    await browser.sign_in(own)
    page = (await browser.get(f"/{language}/my-data")).text
    due = local(installation.sql("SELECT due_at FROM erasure")[0][0], installation.engine.zone)
    assert f"{due:%Y}" in page
    assert str(due.day) in page
    assert f'action="/{language}/my-data/erase/undo"' in page
    assert f'href="/{language}/my-data/erase"' in page
    offered = (await browser.get(f"/{language}/my-data/erase")).text
    assert 'value="now"' in offered
    assert 'value="later"' not in offered


YES = {
    "/en/my-data/choice": {"purpose": NEWS, "exit": "mail", "allow": "yes"},
    "/en/my-data/stop": {"purpose": NEWS, "stop": "no"},
    "/en/my-data/addresses": {"slot": "mail_address", "act": "write-again"},
}
NO = {
    "/en/my-data/choice": {"purpose": NEWS, "exit": "mail", "allow": "no"},
    "/en/my-data/stop": {"purpose": NEWS, "stop": "yes"},
}


async def test_in_seven_days_then_now_through_the_pages(installation):
    """The second form erases at once: the receipt's page answers, the session is over, the person is gone."""
    own, browser = await installation.mori(), Browser(installation)
    await browser.sign_in(own)
    await browser.get("/en/my-data/erase")
    assert (await browser.post("/en/my-data/erase", when="later", never="")).headers["location"] == "/en/my-data"
    page = (await browser.get("/en/my-data/erase")).text
    assert 'value="later"' not in page
    done = await browser.post("/en/my-data/erase", when="now", never="yes")
    assert done.headers["location"].startswith("/en/erasure/")
    assert "You were erased" in (await browser.get(done.headers["location"])).text
    assert (await browser.get("/en/my-data")).headers["location"] == "/en/sign-in"
    with pytest.raises(ErasedError):
        await installation.engine.people.load(own.person_id)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_banner_stands_on_every_page_until_it_is_undone(installation, language):
    """Every page a customer may open by its address names the day and undoes it; a stranger's page names nothing."""
    own, browser = await installation.mori(), Browser(installation)
    await browser.sign_in(own)
    await erasure.intend_erasure(installation.engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    due = local(installation.sql("SELECT due_at FROM erasure")[0][0], installation.engine.zone)
    paths = [one.path for one in PAGES if one.get and one.spoken and "{" not in one.path and "." not in one.path]
    assert len(paths) > 12
    undo = f'action="/{language}/my-data/erase/undo"'
    for path in paths:
        answer = await browser.get(f"/{language}{path}")
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            assert undo in answer.text, path
            assert f"{due:%Y}" in answer.text, path
    assert undo not in (await Browser(installation).get(f"/{language}")).text
    await browser.post(f"/{language}/my-data/erase/undo")
    assert undo not in (await browser.get(f"/{language}")).text


async def test_every_yes_of_a_page_is_refused_and_every_no_taken(installation):
    """Choices, a use resumed, the stop list lifted, a form, a questionnaire: refused with what to do; the noes hold."""
    own, browser = await installation.mori(), Browser(installation)
    await browser.sign_in(own)
    form = (await browser.get("/en/registration")).text
    token = form.split('name="notice_token" value="')[1].split('"')[0]
    await erasure.intend_erasure(installation.engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    await browser.get("/en/my-data")
    before = (await installation.engine.people.load(own.person_id)).state
    attempts = [*YES.items(), ("/en/registration", {"notice_token": token, "fax": "03-1234-5678"})]
    for path, fields in attempts:
        refused = await browser.post(path, **fields)
        assert refused.status_code == 422, path
        assert "undo the erasure first" in refused.text.lower(), path
    after = (await installation.engine.people.load(own.person_id)).state
    assert (after.grants, after.choices, after.slots) == (before.grants, before.choices, before.slots)
    for path, fields in NO.items():
        assert (await browser.post(path, **fields)).status_code == 303, path
    state = (await installation.engine.people.load(own.person_id)).state
    assert not state.choice(NEWS, Exit.MAIL).allow
    assert state.stops == (NEWS,)


async def test_the_door_does_the_same(tmp_path):
    """Later, then now; a yes and a link are refused meanwhile, a no is taken; undone, the yes counts again."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k:
        credential = await bakery.program(k)
        issued = await k.join(PASSWORD)
        me = await k.session(await k.sign_in(issued.login_name, PASSWORD))
        code = await me.link_code("till")
        purpose = next(one.id for one in k.policy.purposes.values() if one.basis.value != "law")
        receipt = await me.erase(in_days=7)
        with pytest.raises(SubmissionError) as refused:
            await k.link(credential, external="C-1", code=code)
        assert refused.value.reason == "erasing"
        await me.stop(purpose)
        with pytest.raises(SubmissionError):
            await me.resume(purpose)
        await me.undo_erase()
        await me.resume(purpose)
        receipt = await me.erase(in_days=7)
        assert await me.erase() == receipt
        with pytest.raises((ErasedError, SignInError)):
            await me.data()


async def test_a_disclosure_about_somebody_being_erased_dies(installation):
    """Nobody it names stays: the approval dies, and nothing goes to the authority."""
    own, desk = await installation.mori(), await LegalDesk(installation).begin()
    request = await desk.record()
    await disclosures.ask(installation.engine, desk.legal, request)
    fresh = await installation.session(own.person_id)
    await erasure.intend_erasure(installation.engine, fresh, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    with pytest.raises(ConflictError) as dead:
        await read_and_approve(disclosures.DISCLOSING, installation.engine, desk.approves, request)
    assert dead.value.reason == "approval-dead"
    assert not [one for one in await installation.ledger() if one.act == "staff:value:disclose"]


async def test_who_is_being_erased_is_not_left_to_wait_for_an_answer(installation):
    """§4.5: *get in touch* is refused with its sentence, and no case takes up what was asked; undone, it counts again."""
    reach(installation)
    own, support = await installation.mori(), await installation.staff()
    engine, case = installation.engine, await installation.case(support)
    before = await inquiries.ask(engine, own)
    await erasure.intend_erasure(engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    attempts = (
        (inquiries.ask(engine, own), "erasing"),
        (inquiries.note_in_case(engine, support, case, "call"), "erasing"),
        (inquiries.take(engine, support, before), "inquiry-unknown"),
    )
    for attempt, reason in attempts:
        with pytest.raises(InputError) as refused:
            await attempt
        assert refused.value.reason == reason
    assert await inquiries.waiting_inquiries(engine, support) == []
    browser = Browser(installation)
    await browser.sign_in(own)
    for language in ("en", "ja"):
        page = (await browser.get(f"/{language}/my-data")).text
        assert f"/{language}/my-data/ask" not in page
        assert {"en": "your addresses do not open any more", "ja": "アカウントの消去を受け付けている間"}[
            language
        ] in page
    assert (await browser.post("/en/my-data/ask")).status_code == 422
    await erasure.undo_erasure(engine, own)
    assert [one.id for one in await inquiries.waiting_inquiries(engine, support)] == [before]
    assert await inquiries.ask(engine, own)
