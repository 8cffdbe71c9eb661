"""§5.2: in an emergency a role is lent, for one person and one purpose; everybody sees it, and somebody else looks at it."""

from __future__ import annotations

import pytest

from asked import CONSOLE, SITE, Browser
from house import MAIL, NAME, House
from kept.errors import ConflictError, DeniedError, InputError, KeptError, NotFoundError, StoreError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services import accounts, cases, choosing, contacting, emergencies, erasing, staff
from kept.services.history import history_of
from kept.services.verifying import verify_house

pytestmark = pytest.mark.anyio
TEXT = "a neighbour says the canary has fallen ill"
DAY = 86400.0
OTHER = "other.person@example.jp"


async def lend(house, session, *, purpose="contact", why="danger-to-a-person", text=TEXT):
    """Open an emergency about the customer of *mail*."""
    return await emergencies.open_emergency(
        house.engine, session, purpose=purpose, why=why, text=text, criteria={"mail_address": MAIL}
    )


async def acts(house, word="emergency"):
    """Acts of the ledger with *word* and their outcomes, oldest first."""
    return [(one.act, one.outcome) for one in reversed(await house.ledger()) if word in one.act]


async def part_of(house):
    """The board's part of emergencies."""
    board = await promise_board(house.engine)
    return next(one for one in board.of("5.2").parts if one.part.id == "break-glass-reviewed")


async def test_a_role_is_lent_and_the_customer_sees_it_at_once(house):
    """§5.2 normal: opened, used, seen by the customer and by who approves, reviewed by somebody else; all in the ledger."""
    own = await house.mori()
    opens, reviews = await house.staff("kato", ("privacy",)), await house.staff("ono", ("privacy",))
    case = await lend(house, opens)
    card = await cases.open_item(house.engine, opens, case, "phone")
    with card["phone"].open(Exit.SCREEN) as value:
        assert value.replace("-", "").endswith("5678")
    (mine,) = await emergencies.emergencies_about(house.engine, own.person_id)
    assert (mine.reason, mine.lent_role, mine.purpose, mine.outcome) == ("danger-to-a-person", "support", "contact", "")
    assert ([item for item, _ in mine.items], mine.text) == (["phone"], TEXT)
    assert len(await emergencies.waiting_for_review(house.engine)) == 1
    await emergencies.review(house.engine, reviews, case, "justified")
    (mine,) = await emergencies.emergencies_about(house.engine, own.person_id)
    assert (mine.outcome, mine.reviewed_by) == ("justified", "ono")
    assert await acts(house) == [
        ("staff:emergency:open", "done"), ("staff:emergency:name", "done"), ("staff:emergency:read", "permitted"),
        ("staff:emergency:review", "done"),
    ]  # fmt: skip
    seen = [line.account.act for line in (await history_of(house.engine, own.person_id)).lines]
    assert seen[:4] == ["staff:emergency:review", "staff:emergency:read", "staff:emergency:name", "actor:person:find"]
    entries = [one for one in await house.ledger() if "emergency" in one.act]
    assert {one.role for one in entries} == {"support"}
    assert not any(text in str(one) for one in entries for text in (NAME, MAIL, TEXT, own.person_id.hex()))
    await house.engine.sequencer.integrate()
    assert (await verify_house(house.engine)).problems == []


async def test_who_may_not_and_what_may_not(house):
    """§5.2 breach: no right, an own purpose, a purpose under a law, a role that looks nobody up, an undeclared one."""
    await house.mori()
    support = await house.staff("sato", ("support",))
    opens = await house.staff("kato", ("privacy",))
    for session, purpose, reason in (
        (support, "contest", "right"),
        (opens, "rights-request", "emergency-own"),
        (opens, "legal-disclosure", "emergency-purpose"),
        (opens, "announcements", "emergency-purpose"),
        (opens, "feedback", "emergency-purpose"),
        (opens, "picture-club", "emergency-purpose"),
        (opens, "curiosity", "purpose"),
    ):
        with pytest.raises(DeniedError) as refused:
            await lend(house, session, purpose=purpose)
        assert (refused.value.reason, refused.value.clause) == (reason, "§5.2"), purpose
        newest = await house.newest()
        assert (newest.act, newest.outcome, dict(newest.facts)["reason"]) == ("staff:emergency:open", "refused", reason)
        assert "curiosity" not in str(newest)
    assert await emergencies.all_emergencies(house.engine) == []
    for wrong in ({"why": "curiosity"}, {"text": "  "}, {"text": "x" * 501}):
        with pytest.raises(InputError):
            await lend(house, opens, **wrong)
    with pytest.raises(SubmissionError):
        await emergencies.open_emergency(
            house.engine, opens, purpose="contact", why="account-misused", text=TEXT, criteria={}
        )
    assert await emergencies.all_emergencies(house.engine) == []


async def test_it_widens_nothing(house):
    """§4.1 breach: items beyond the lent purpose, a second person, an ordinary search: refused as for the lent role."""
    await house.mori()
    second = await house.join()
    await house.give(second, [("name", "Taro Other"), ("mail_address", OTHER)])
    opens = await house.staff("kato", ("privacy",))
    case = await lend(house, opens)
    for item, reason in (("interests", "uses"), ("date_of_birth", "uses"), ("postal_address", "value")):
        with pytest.raises(DeniedError) as refused:
            await cases.open_item(house.engine, opens, case, item)
        assert refused.value.reason == reason
    found = await cases.case_of(house.engine, opens, case)
    with pytest.raises(InputError):
        await cases.find_in_case(house.engine, opens, case, {"mail_address": OTHER})
    with pytest.raises(DeniedError) as refused:
        await house.engine.gate.read(found.mandate, second.person_id, ("name",), Exit.SCREEN)
    assert refused.value.reason == "mandate"
    for way in (Exit.PROVISION, Exit.TAKE_ALONG, Exit.LEGAL_BUNDLE, Exit.APP):
        with pytest.raises(DeniedError):
            await house.engine.gate.read(found.mandate, found.person_id, ("name", "mail_address"), way)
    (mine,) = await emergencies.all_emergencies(house.engine)
    assert mine.items == ()


@pytest.mark.parametrize("way", ["mail", "post", "phone", "fax"])
async def test_it_lends_the_screen_alone(house, way):
    """§5.2 breach: nobody is written to or called from an emergency; refused with the clause, and recorded."""
    await house.mori()
    opens = await house.staff("kato", ("privacy",))
    case = await lend(house, opens)
    assert await contacting.ways_of(house.engine, opens, case) == []
    with pytest.raises(DeniedError) as refused:
        await contacting.write_to(house.engine, opens, case, way, "A subject", "A text.")
    assert (refused.value.reason, refused.value.clause) == ("exit", "§5.2")
    assert (await house.newest()).act == "staff:contact:write"
    assert (await house.newest()).outcome == "refused"


async def test_a_use_that_was_stopped_stays_stopped(house):
    """§4.1 breach: who stopped the use is not found; the attempt is over, in their history, and waits for a review."""
    own = await house.mori()
    await choosing.stop_use(house.engine, own, "contact", stop=True)
    opens = await house.staff("kato", ("privacy",))
    with pytest.raises(NotFoundError):
        await lend(house, opens)
    (one,) = await emergencies.all_emergencies(house.engine)
    assert (one.items, one.text, one.ends_at <= house.engine.clock.now()) == ((), "", True)
    seen = (await history_of(house.engine, own.person_id)).lines[0].account
    assert (seen.act, seen.outcome, seen.role) == ("actor:person:find", "refused", "support")
    with pytest.raises(DeniedError):
        await cases.open_item(house.engine, opens, one.case_id, "name")
    assert len(await emergencies.waiting_for_review(house.engine)) == 1


async def test_stopped_while_it_is_open_refuses_the_next_item(house):
    """§4.1 breach: a choice made during the emergency holds at once."""
    own = await house.mori()
    opens = await house.staff("kato", ("privacy",))
    case = await lend(house, opens)
    await cases.open_item(house.engine, opens, case, "name")
    await choosing.stop_use(house.engine, own, "contact", stop=True)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(house.engine, opens, case, "phone")
    assert refused.value.reason == "stopped"


async def test_one_at_a_time_and_no_longer_than_its_time(house):
    """§5.2 breach: a second while one is open, an item after fifteen minutes, and more than ten releases."""
    await house.mori()
    opens = await house.staff("kato", ("privacy",))
    case = await lend(house, opens)
    with pytest.raises(DeniedError) as refused:
        await lend(house, opens)
    assert refused.value.reason == "emergency-open"
    for _ in range(emergencies.RELEASES_AT_MOST - 1):  # finding was one
        await cases.open_item(house.engine, opens, case, "name")
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(house.engine, opens, case, "name")
    assert (refused.value.step, refused.value.clause) == (9, "§5.2")
    (one,) = await emergencies.all_emergencies(house.engine)
    assert len(one.items) == emergencies.RELEASES_AT_MOST - 1
    house.wall.pass_(emergencies.SECONDS)
    again = await lend(house, opens)
    house.wall.pass_(emergencies.SECONDS)
    with pytest.raises(DeniedError):
        await cases.open_item(house.engine, opens, again, "name")
    mandate = (await cases.case_of(house.engine, opens, again)).mandate
    with pytest.raises(DeniedError):
        await house.engine.gate.read(
            mandate, (await cases.case_of(house.engine, opens, again)).person_id, ("name",), Exit.SCREEN
        )


async def test_the_mandate_dies_with_the_review_the_sign_out_and_the_staff(house):
    """§5.2 breach: not justified takes it back at once; so does disabling who opened it, or losing the right."""
    own = await house.mori()
    opens, reviews = await house.staff("kato", ("privacy",)), await house.staff("ono", ("privacy",))
    case = await lend(house, opens)
    mandate = (await cases.case_of(house.engine, opens, case)).mandate
    with pytest.raises(DeniedError) as refused:
        await emergencies.review(house.engine, opens, case, "justified")
    assert (refused.value.reason, refused.value.clause) == ("second-approver", "§5.2")
    with pytest.raises(DeniedError):
        await emergencies.review(house.engine, await house.staff("sato", ("support",)), case, "justified")
    with pytest.raises(InputError):
        await emergencies.review(house.engine, reviews, case, "perhaps")
    with pytest.raises(InputError):
        await emergencies.review(house.engine, reviews, "0" * 32, "justified")
    await emergencies.review(house.engine, reviews, case, "not-justified")
    with pytest.raises(DeniedError):
        await cases.open_item(house.engine, opens, case, "name")
    with pytest.raises(DeniedError):  # the mandate itself, kept from before
        await house.engine.gate.read(mandate, own.person_id, ("name",), Exit.SCREEN)
    with pytest.raises(ConflictError):
        await emergencies.review(house.engine, reviews, case, "justified")
    (one,) = await emergencies.all_emergencies(house.engine)
    assert one.outcome == "not-justified"
    second = await lend(house, opens)
    mandate = (await cases.case_of(house.engine, opens, second)).mandate
    await staff.disable_staff(house.engine, "kato", by="test")
    with pytest.raises(DeniedError):
        await house.engine.gate.read(mandate, own.person_id, ("name",), Exit.SCREEN)


async def test_the_board_says_when_a_review_is_overdue(house):
    """§5.2: three days are given; after that the clause is not kept until somebody looks."""
    await house.mori()
    opens, reviews = await house.staff("kato", ("privacy",)), await house.staff("ono", ("privacy",))
    case = await lend(house, opens)
    assert (await part_of(house)).state is ClauseState.KEPT
    house.wall.pass_(3 * DAY + 60)
    found = await part_of(house)
    assert (found.state, "overdue" in found.detail) == (ClauseState.NOT_KEPT_YET, True)
    await emergencies.review(house.engine, await house.staff("mita", ("privacy",)), case, "justified")
    assert (await part_of(house)).state is ClauseState.KEPT
    assert reviews.login != "mita"


async def test_an_erased_person_leaves_the_review_and_no_word(house):
    """§0.1: the person's words and name go; that there was an emergency stays, and is reviewed without them."""
    own = await house.mori()
    opens, reviews = await house.staff("kato", ("privacy",)), await house.staff("ono", ("privacy",))
    case = await lend(house, opens)
    await cases.open_item(house.engine, opens, case, "name")
    await erasing.intend_erasure(house.engine, await house.session(own.person_id))
    with pytest.raises(KeptError):
        await cases.open_item(house.engine, opens, case, "name")
    (one,) = await emergencies.all_emergencies(house.engine)
    assert (one.text, [item for item, _ in one.items]) == ("", ["name"])
    await emergencies.review(house.engine, reviews, case, "justified")
    assert (await part_of(house)).state is ClauseState.KEPT
    if house.kind == "sqlite":
        assert house.sql("SELECT * FROM emergency_person") == []
        for part in (house.address.data, house.address.keys):
            assert own.person_id not in part.read_bytes() or part == house.address.keys  # K keeps the tombstone
            assert TEXT.encode() not in part.read_bytes()


@pytest.mark.parametrize("writes", range(6))
async def test_killed_after_any_write_it_is_seen_or_opens_nothing(tmp_path, writes):
    """§5.6: whatever a kill leaves, no item was released by an emergency that nobody sees; started again, all is whole."""
    house = House(tmp_path)
    await house.open()
    own = await house.mori()
    opens, reviews = await house.staff("kato", ("privacy",)), await house.staff("ono", ("privacy",))
    house.stop_after(writes)
    released = False
    try:
        case = await lend(house, opens)
        await cases.open_item(house.engine, opens, case, "phone")
        released = True
    except StoreError as error:
        assert error.reason == "killed"  # noqa: PT017 -- which way the process ended
    await house.close(integrate=False)
    house.wall.pass_(1)
    await house.open()
    made = await emergencies.all_emergencies(house.engine)
    about = await emergencies.emergencies_about(house.engine, own.person_id)
    reads = [one for one in await house.ledger() if one.act == "staff:emergency:read"]
    assert len(made) <= 1
    assert sum(len(one.items) for one in about) == len(reads)
    if released:
        assert [item for item, _ in about[0].items] == ["phone"]
    if made and not about:  # killed before it named anybody: it opens nothing, and is looked at as any other
        with pytest.raises(KeptError):
            await cases.open_item(house.engine, opens, made[0].case_id, "name")
        with pytest.raises(InputError):
            await cases.find_in_case(house.engine, opens, made[0].case_id, {"mail_address": MAIL})
    for one in made:
        await emergencies.review(house.engine, reviews, one.case_id, "justified")
    assert (await verify_house(house.engine)).problems == []
    await house.close()


@pytest.mark.parametrize("writes", range(2))
async def test_killed_during_the_review_it_is_whole_or_not_at_all(tmp_path, writes):
    """§5.6: outcome, revocation and entry stand together."""
    house = House(tmp_path)
    await house.open()
    await house.mori()
    opens, reviews = await house.staff("kato", ("privacy",)), await house.staff("ono", ("privacy",))
    case = await lend(house, opens)
    house.stop_after(writes)
    if writes:
        await emergencies.review(house.engine, reviews, case, "not-justified")
    else:
        with pytest.raises(StoreError):
            await emergencies.review(house.engine, reviews, case, "not-justified")
    await house.close(integrate=False)
    house.wall.pass_(1)
    await house.open()
    one = await emergencies.emergency_of(house.engine, case)
    written = [entry for entry in await house.ledger() if entry.act == "staff:emergency:review"]
    mandate = (await cases.case_of(house.engine, opens, case)).mandate
    assert (one.outcome == "not-justified") == bool(written) == mandate.revoked == bool(writes)
    await house.close()


async def test_the_pages(house):
    """§5.2 page: opened and reviewed on the console, and my data marks it as an emergency, in both languages."""
    own = await house.mori()
    await house.staff("kato", ("privacy",))
    await house.staff("ono", ("privacy",))
    opens, reviews = Browser(house, at=CONSOLE), Browser(house, at=CONSOLE)
    for browser, login in ((opens, "kato"), (reviews, "ono")):
        browser.cookies["__Host-kept_session"] = await staff.start_demo_session(house.engine, login)
    assert "wait for a review" not in (await reviews.get("/en")).text
    page = await opens.get("/en/emergencies")
    assert 'value="contact"' in page.text
    assert 'value="legal-disclosure"' not in page.text
    answer = await opens.post(
        "/en/emergencies", purpose="contact", reason="danger-to-a-person", text="", mail_address=MAIL
    )
    assert answer.status_code == 422
    answer = await opens.post(
        "/en/emergencies", purpose="contact", reason="danger-to-a-person", text=TEXT, mail_address="none@example.jp"
    )
    assert answer.status_code == 404
    answer = await opens.post(
        "/en/emergencies", purpose="contact", reason="danger-to-a-person", text=TEXT, mail_address=MAIL
    )
    assert answer.status_code == 303
    case = answer.headers["location"].rpartition("/")[2]
    assert "is lent" in (await opens.get(f"/en/case/{case}")).text
    await opens.post(f"/en/case/{case}/open", item="phone")
    assert "2 emergencies wait for a review" in (await reviews.get("/en")).text
    assert TEXT in (await reviews.get("/en/emergencies")).text
    assert "緊急" in (await reviews.get("/ja/emergencies")).text
    site = Browser(house, at=SITE)
    site.cookies["__Host-kept_session"] = await accounts.start_session(house.engine, own.person_id)
    before = (await site.get("/en/my-data")).text
    assert 'id="emergencies"' in before
    assert "a person is in danger" in before
    assert "has yet to look at it" in before
    assert (await reviews.post(f"/en/emergencies/{case}", outcome="not-justified")).status_code == 303
    after = (await site.get("/ja/my-data")).text
    assert "正当ではありませんでした" in after


async def test_support_sees_no_such_page(house):
    """§5.2 breach: who neither may open one nor approves is refused, and has no link."""
    await house.staff("sato", ("support",))
    browser = Browser(house, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await staff.start_demo_session(house.engine, "sato")
    assert "/en/emergencies" not in (await browser.get("/en")).text
    assert (await browser.get("/en/emergencies")).status_code == 403
