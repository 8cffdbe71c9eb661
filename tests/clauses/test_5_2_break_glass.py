"""§5.2: in an emergency a role is lent, for one person and one purpose; everybody sees it, and somebody else looks at it."""

from __future__ import annotations

import pytest
from asked import CONSOLE, SITE, Browser
from cited import cited
from installation import MAIL, NAME, Installation

from kept import limits
from kept.errors import ConflictError, DeniedError, InputError, KeptError, NotFoundError, StoreError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services.accounts import accounts
from kept.services.cases import cases, contacts, emergencies
from kept.services.gate import gate
from kept.services.gate.history import history_of
from kept.services.my_data import choices, erasure
from kept.services.staff import sessions
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio
TEXT = "a neighbour says the canary has fallen ill"
DAY = 86400.0
OTHER = "other.person@example.jp"


async def lend(installation, session, *, purpose="contact", why="danger-to-a-person", text=TEXT):
    """Open an emergency about the customer of *mail*."""
    return await emergencies.open_emergency(
        installation.engine, session, purpose=purpose, why=why, text=text, criteria={"mail_address": MAIL}
    )


async def acts(installation, word="emergency"):
    """Acts of the ledger with *word* and their outcomes, oldest first."""
    return [(one.act, one.outcome) for one in reversed(await installation.ledger()) if word in one.act]


async def part_of(installation):
    """The board's part of emergencies."""
    board = await promise_board(installation.engine)
    return next(one for one in board.of("5.2").parts if one.part.id == "break-glass-reviewed")


async def test_a_role_is_lent_and_the_customer_sees_it_at_once(installation):
    """§5.2 normal: opened, used, seen by the customer and by who approves, reviewed by somebody else; all in the ledger."""
    own = await installation.mori()
    opens, reviews = await installation.staff("kato", ("privacy",)), await installation.staff("ono", ("privacy",))
    case = await lend(installation, opens)
    card = await cases.open_item(installation.engine, opens, case, "phone")
    with card["phone"].open(Exit.SCREEN) as value:
        assert value.replace("-", "").endswith("5678")
    (mine,) = await emergencies.emergencies_about(installation.engine, own.person_id)
    assert (mine.reason, mine.lent_role, mine.purpose, mine.outcome) == ("danger-to-a-person", "support", "contact", "")
    assert ([item for item, _ in mine.items], mine.text) == (["phone"], TEXT)
    assert len(await emergencies.waiting_for_review(installation.engine)) == 1
    await emergencies.review(installation.engine, reviews, case, "justified")
    (mine,) = await emergencies.emergencies_about(installation.engine, own.person_id)
    assert (mine.outcome, mine.reviewed_by) == ("justified", "ono")
    assert await acts(installation) == [
        ("staff:emergency:open", "done"), ("staff:emergency:name", "done"), ("staff:emergency:read", "permitted"),
        ("staff:emergency:review", "done"),
    ]  # fmt: skip
    seen = [line.account.act for line in (await history_of(installation.engine, own.person_id)).lines]
    assert seen[:4] == ["staff:emergency:review", "staff:emergency:read", "staff:emergency:name", "actor:person:find"]
    entries = [one for one in await installation.ledger() if "emergency" in one.act]
    assert {one.role for one in entries} == {"support"}
    assert not any(text in str(one) for one in entries for text in (NAME, MAIL, TEXT, own.person_id.hex()))
    await installation.engine.sequencer.integrate()
    assert (await verify_installation(installation.engine)).problems == []


async def test_who_may_not_and_what_may_not(installation):
    """§5.2 breach: no right, an own purpose, a purpose under a law, a role that looks nobody up, an undeclared one."""
    await installation.mori()
    support = await installation.staff("sato", ("support",))
    opens = await installation.staff("kato", ("privacy",))
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
            await lend(installation, session, purpose=purpose)
        assert (refused.value.reason, cited(refused.value)) == (reason, "§5.2"), purpose
        newest = await installation.newest()
        assert (newest.act, newest.outcome, dict(newest.facts)["reason"]) == ("staff:emergency:open", "refused", reason)
        assert "curiosity" not in str(newest)
    assert await emergencies.all_emergencies(installation.engine) == []
    for wrong in ({"why": "curiosity"}, {"text": "  "}, {"text": "x" * 501}):
        with pytest.raises(InputError):
            await lend(installation, opens, **wrong)
    with pytest.raises(SubmissionError):
        await emergencies.open_emergency(
            installation.engine, opens, purpose="contact", why="account-misused", text=TEXT, criteria={}
        )
    assert await emergencies.all_emergencies(installation.engine) == []


async def test_it_widens_nothing(installation):
    """§4.1 breach: items beyond the lent purpose, a second person, an ordinary search: refused as for the lent role."""
    await installation.mori()
    second = await installation.join()
    await installation.give(second, [("name", "Taro Other"), ("mail_address", OTHER)])
    opens = await installation.staff("kato", ("privacy",))
    case = await lend(installation, opens)
    for item, reason in (("interests", "uses"), ("date_of_birth", "uses"), ("postal_address", "value")):
        with pytest.raises(DeniedError) as refused:
            await cases.open_item(installation.engine, opens, case, item)
        assert refused.value.reason == reason
    found = await cases.case_of(installation.engine, opens, case)
    with pytest.raises(InputError):
        await cases.find_in_case(installation.engine, opens, case, {"mail_address": OTHER})
    with pytest.raises(DeniedError) as refused:
        await gate.read(installation.engine, found.mandate, second.person_id, ("name",), Exit.SCREEN)
    assert refused.value.reason == "mandate"
    for way in (Exit.PROVISION, Exit.TAKE_ALONG, Exit.LEGAL_BUNDLE, Exit.APP):
        with pytest.raises(DeniedError):
            await gate.read(installation.engine, found.mandate, found.person_id, ("name", "mail_address"), way)
    (mine,) = await emergencies.all_emergencies(installation.engine)
    assert mine.items == ()


@pytest.mark.parametrize("way", ["mail", "post", "phone", "fax"])
async def test_it_lends_the_screen_alone(installation, way):
    """§5.2 breach: nobody is written to or called from an emergency; refused with the clause, and recorded."""
    await installation.mori()
    opens = await installation.staff("kato", ("privacy",))
    case = await lend(installation, opens)
    assert await contacts.ways_of(installation.engine, opens, case) == []
    with pytest.raises(DeniedError) as refused:
        await contacts.write_to(installation.engine, opens, case, way, "reply", "A text.")
    assert (refused.value.reason, cited(refused.value)) == ("exit", "§5.2")
    assert (await installation.newest()).act == "staff:contact:write"
    assert (await installation.newest()).outcome == "refused"


async def test_a_use_that_was_stopped_stays_stopped(installation):
    """§4.1 breach: who stopped the use is not found; the attempt is over, in their history, and waits for a review."""
    own = await installation.mori()
    await choices.stop_use(installation.engine, own, "contact", stop=True)
    opens = await installation.staff("kato", ("privacy",))
    with pytest.raises(NotFoundError):
        await lend(installation, opens)
    (one,) = await emergencies.all_emergencies(installation.engine)
    assert (one.items, one.text, one.ends_at <= installation.engine.clock.now()) == ((), "", True)
    seen = (await history_of(installation.engine, own.person_id)).lines[0].account
    assert (seen.act, seen.outcome, seen.role) == ("actor:person:find", "refused", "support")
    with pytest.raises(DeniedError):
        await cases.open_item(installation.engine, opens, one.case_id, "name")
    assert len(await emergencies.waiting_for_review(installation.engine)) == 1


async def test_stopped_while_it_is_open_refuses_the_next_item(installation):
    """§4.1 breach: a choice made during the emergency holds at once."""
    own = await installation.mori()
    opens = await installation.staff("kato", ("privacy",))
    case = await lend(installation, opens)
    await cases.open_item(installation.engine, opens, case, "name")
    await choices.stop_use(installation.engine, own, "contact", stop=True)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(installation.engine, opens, case, "phone")
    assert refused.value.reason == "stopped"


async def test_one_at_a_time_and_no_longer_than_its_time(installation):
    """§5.2 breach: a second while one is open, an item after fifteen minutes, and more than ten releases."""
    await installation.mori()
    opens = await installation.staff("kato", ("privacy",))
    case = await lend(installation, opens)
    with pytest.raises(DeniedError) as refused:
        await lend(installation, opens)
    assert refused.value.reason == "emergency-open"
    for _ in range(limits.EMERGENCY_RELEASES - 1):  # finding was one
        await cases.open_item(installation.engine, opens, case, "name")
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(installation.engine, opens, case, "name")
    assert (refused.value.step, cited(refused.value)) == (9, "§5.2")
    (one,) = await emergencies.all_emergencies(installation.engine)
    assert len(one.items) == limits.EMERGENCY_RELEASES - 1
    installation.wall.pass_(limits.EMERGENCY_SECONDS)
    again = await lend(installation, opens)
    installation.wall.pass_(limits.EMERGENCY_SECONDS)
    with pytest.raises(DeniedError):
        await cases.open_item(installation.engine, opens, again, "name")
    mandate = (await cases.case_of(installation.engine, opens, again)).mandate
    with pytest.raises(DeniedError):
        await gate.read(
            installation.engine,
            mandate,
            (await cases.case_of(installation.engine, opens, again)).person_id,
            ("name",),
            Exit.SCREEN,
        )


async def test_the_mandate_dies_with_the_review_the_sign_out_and_the_staff(installation):
    """§5.2 breach: not justified takes it back at once; so does disabling who opened it, or losing the right."""
    own = await installation.mori()
    opens, reviews = await installation.staff("kato", ("privacy",)), await installation.staff("ono", ("privacy",))
    case = await lend(installation, opens)
    mandate = (await cases.case_of(installation.engine, opens, case)).mandate
    with pytest.raises(DeniedError) as refused:
        await emergencies.review(installation.engine, opens, case, "justified")
    assert (refused.value.reason, cited(refused.value)) == ("second-approver", "§5.2")
    with pytest.raises(DeniedError):
        await emergencies.review(installation.engine, await installation.staff("sato", ("support",)), case, "justified")
    with pytest.raises(InputError):
        await emergencies.review(installation.engine, reviews, case, "perhaps")
    with pytest.raises(InputError):
        await emergencies.review(installation.engine, reviews, "0" * 32, "justified")
    await emergencies.review(installation.engine, reviews, case, "not-justified")
    with pytest.raises(DeniedError):
        await cases.open_item(installation.engine, opens, case, "name")
    with pytest.raises(DeniedError):  # the mandate itself, kept from before
        await gate.read(installation.engine, mandate, own.person_id, ("name",), Exit.SCREEN)
    with pytest.raises(ConflictError):
        await emergencies.review(installation.engine, reviews, case, "justified")
    (one,) = await emergencies.all_emergencies(installation.engine)
    assert one.outcome == "not-justified"
    second = await lend(installation, opens)
    mandate = (await cases.case_of(installation.engine, opens, second)).mandate
    await sessions.disable_staff(installation.engine, "kato", by="test")
    with pytest.raises(DeniedError):
        await gate.read(installation.engine, mandate, own.person_id, ("name",), Exit.SCREEN)


async def test_the_board_says_when_a_review_is_overdue(installation):
    """§5.2: three days are given; after that the clause is not kept until somebody looks."""
    await installation.mori()
    opens, reviews = await installation.staff("kato", ("privacy",)), await installation.staff("ono", ("privacy",))
    case = await lend(installation, opens)
    assert (await part_of(installation)).state is ClauseState.KEPT
    installation.wall.pass_(3 * DAY + 60)
    found = await part_of(installation)
    assert (found.state, "overdue" in found.detail) == (ClauseState.NOT_KEPT_YET, True)
    await emergencies.review(installation.engine, await installation.staff("mita", ("privacy",)), case, "justified")
    assert (await part_of(installation)).state is ClauseState.KEPT
    assert reviews.login != "mita"


async def test_an_erased_person_leaves_the_review_and_no_word(installation):
    """§0.1: the person's words and name go; that there was an emergency stays, and is reviewed without them."""
    own = await installation.mori()
    opens, reviews = await installation.staff("kato", ("privacy",)), await installation.staff("ono", ("privacy",))
    case = await lend(installation, opens)
    await cases.open_item(installation.engine, opens, case, "name")
    await erasure.intend_erasure(installation.engine, await installation.session(own.person_id))
    with pytest.raises(KeptError):
        await cases.open_item(installation.engine, opens, case, "name")
    (one,) = await emergencies.all_emergencies(installation.engine)
    assert (one.text, [item for item, _ in one.items]) == ("", ["name"])
    await emergencies.review(installation.engine, reviews, case, "justified")
    assert (await part_of(installation)).state is ClauseState.KEPT
    assert installation.sql("SELECT * FROM emergency_person") == []
    for part in (installation.address.data, installation.address.keys):
        assert own.person_id not in part.read_bytes() or part == installation.address.keys  # K keeps the tombstone
        assert TEXT.encode() not in part.read_bytes()


@pytest.mark.parametrize("writes", range(6))
async def test_killed_after_any_write_it_is_seen_or_opens_nothing(tmp_path, writes):
    """§5.6: whatever a kill leaves, no item was released by an emergency that nobody sees; started again, all is whole."""
    installation = Installation(tmp_path)
    await installation.open()
    own = await installation.mori()
    opens, reviews = await installation.staff("kato", ("privacy",)), await installation.staff("ono", ("privacy",))
    installation.stop_after(writes)
    released = False
    try:
        case = await lend(installation, opens)
        await cases.open_item(installation.engine, opens, case, "phone")
        released = True
    except StoreError as error:
        assert error.reason == "killed"  # noqa: PT017 -- which way the process ended
    await installation.close(integrate=False)
    installation.wall.pass_(1)
    await installation.open()
    made = await emergencies.all_emergencies(installation.engine)
    about = await emergencies.emergencies_about(installation.engine, own.person_id)
    reads = [one for one in await installation.ledger() if one.act == "staff:emergency:read"]
    assert len(made) <= 1
    assert sum(len(one.items) for one in about) == len(reads)
    if released:
        assert [item for item, _ in about[0].items] == ["phone"]
    if made and not about:  # killed before it named anybody: it opens nothing, and is looked at as any other
        with pytest.raises(KeptError):
            await cases.open_item(installation.engine, opens, made[0].case_id, "name")
        with pytest.raises(InputError):
            await cases.find_in_case(installation.engine, opens, made[0].case_id, {"mail_address": MAIL})
    for one in made:
        await emergencies.review(installation.engine, reviews, one.case_id, "justified")
    assert (await verify_installation(installation.engine)).problems == []
    await installation.close()


@pytest.mark.parametrize("writes", range(2))
async def test_killed_during_the_review_it_is_whole_or_not_at_all(tmp_path, writes):
    """§5.6: outcome, revocation and entry stand together."""
    installation = Installation(tmp_path)
    await installation.open()
    await installation.mori()
    opens, reviews = await installation.staff("kato", ("privacy",)), await installation.staff("ono", ("privacy",))
    case = await lend(installation, opens)
    installation.stop_after(writes)
    if writes:
        await emergencies.review(installation.engine, reviews, case, "not-justified")
    else:
        with pytest.raises(StoreError):
            await emergencies.review(installation.engine, reviews, case, "not-justified")
    await installation.close(integrate=False)
    installation.wall.pass_(1)
    await installation.open()
    one = await emergencies.emergency_of(installation.engine, case)
    written = [entry for entry in await installation.ledger() if entry.act == "staff:emergency:review"]
    mandate = (await cases.case_of(installation.engine, opens, case)).mandate
    assert (one.outcome == "not-justified") == bool(written) == mandate.revoked == bool(writes)
    await installation.close()


async def test_the_pages(installation):
    """§5.2 page: opened and reviewed on the console, and my data marks it as an emergency, in both languages."""
    own = await installation.mori()
    await installation.staff("kato", ("privacy",))
    await installation.staff("ono", ("privacy",))
    opens, reviews = Browser(installation, at=CONSOLE), Browser(installation, at=CONSOLE)
    for browser, login in ((opens, "kato"), (reviews, "ono")):
        browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, login)
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
    site = Browser(installation, at=SITE)
    site.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    before = (await site.get("/en/my-data")).text
    assert 'id="emergencies"' in before
    assert "a person is in danger" in before
    assert "has yet to look at it" in before
    assert (await reviews.post(f"/en/emergencies/{case}", outcome="not-justified")).status_code == 303
    after = (await site.get("/ja/my-data")).text
    assert "正当ではありませんでした" in after


async def test_support_sees_no_such_page(installation):
    """§5.2 breach: who neither may open one nor approves is refused, and has no link."""
    await installation.staff("sato", ("support",))
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "sato")
    assert "/en/emergencies" not in (await browser.get("/en")).text
    assert (await browser.get("/en/emergencies")).status_code == 403
