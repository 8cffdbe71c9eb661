"""§5.2: every kind of act that needs two members of staff, by one mechanism: each test runs over the table of kinds."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from asked import CONSOLE, Browser
from cited import cited
from counted import StatisticsDesk
from installation import MAIL, PASSWORD, second_version
from reaching import reach
from receiving import FILE, SITE
from registered import CLUB_TITLE, COURT, PAPER, long_registered
from second import mark_of, read_and_approve, read_and_give
from taking import CONTEST, EVENT, SURVEY, opened
from writing_letters import answered, approved, asked_second, came, checked, granted

from kept import limits
from kept.channels.mail import MailServer
from kept.crypto.sealed_to import OpeningKey
from kept.errors import ConflictError, DeniedError, InputError, KeptError, NotFoundError
from kept.services.authorities import disclosures
from kept.services.authorities.disclosure_record import Terms
from kept.services.campaigns import campaigns, candidates
from kept.services.cases import cases, other_words, witnessed_entry, witnessing
from kept.services.engine.restored_keys import RESTORED
from kept.services.figures import releases
from kept.services.instances import contests, events, instances
from kept.services.messages.mail import MailDispatcher
from kept.services.my_data import rights_decisions
from kept.services.my_data.rights_requests import read_request
from kept.services.staff import activation, more_look_ups, parties, sessions
from kept.services.third_parties import provisions
from kept.services.upkeep import after_restore, approvals
from kept.services.upkeep.routine import tidy
from kept.services.upkeep.sending import equip
from kept.store import sql

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
DAY = 86400.0


def can_send(installation):
    """Give it a channel; nothing is sent here."""
    equip(installation.engine, SITE, MailDispatcher(installation.engine, MailServer("127.0.0.1", 1), SITE))


async def ask_activation(installation):
    """A proposed version."""
    asker = await installation.staff("asker", ("privacy",))
    await activation.propose(installation.engine, second_version(), by="test")
    await activation.activate(installation.engine, asker, 2)
    return asker


async def ask_answer(installation):
    """A customer who asks by letter for a copy of what is held."""
    await installation.mori()
    asker = await installation.staff("asker", ("privacy",))
    await asked_second(installation, asker, "disclosure")
    return asker


async def ask_campaign(installation):
    """A campaign."""
    can_send(installation)
    asker = await installation.staff("asker", ("marketing", "privacy"))
    await campaigns.draft(installation.engine, asker, FILE)
    await candidates.ask(installation.engine, asker, "autumn-light")
    return asker


async def ask_provision(installation):
    """A provision to a declared recipient."""
    await long_registered(installation, "recipient", "picture-club", OpeningKey.new().public)
    asker = await installation.staff("asker", ("partners", "privacy"))
    await provisions.ask(installation.engine, asker, "picture-club")
    return asker


async def ask_disclosure(installation):
    """A request of an authority that names one person."""
    await long_registered(installation, "authority", COURT, OpeningKey.new().public)
    await installation.mori()
    asker, at = await installation.staff("asker", ("legal", "privacy")), installation.engine.clock.now()
    terms = Terms(
        COURT, "2027 (wa) 12", "court-order", ("name",), at - DAY, at, at, at + 14 * DAY, told_from=0.0, waits_for="",
    )  # fmt: skip
    request = await disclosures.record(installation.engine, asker, terms)
    await disclosures.name_person(installation.engine, asker, request, criteria={"mail_address": MAIL})
    await disclosures.attach_paper(installation.engine, asker, request, PAPER)
    await disclosures.ask(installation.engine, asker, request)
    return asker


async def ask_party(installation):
    """Another party's key."""
    asker = await installation.staff("asker", ("partners", "privacy"))
    texts = {"title": CLUB_TITLE, "address": "A", "representative": "R"}
    key = OpeningKey.new().public
    party = parties.new_party(parties.PartyKind.RECIPIENT, "picture-club", **texts, public_key=key)
    await parties.ask_party(installation.engine, asker, party)
    return asker


async def ask_release(installation):
    """An answered question."""
    await installation.mori()
    asker = await installation.staff("asker", ("research", "privacy"))
    desk = StatisticsDesk(installation, asker, None)
    await desk.build()
    await releases.ask_release(installation.engine, asker, (await desk.ask("occupation")).id)
    return asker


async def ask_list(installation):
    """An event."""
    desk = await opened(installation, EVENT, "support")
    asker = await installation.staff("asker", ("support", "privacy"))
    await events.LIST.ask(installation.engine, asker, desk.id)
    return asker


async def ask_publication(installation):
    """A contest."""
    desk = await opened(installation, CONTEST, "contests")
    asker = await installation.staff("asker", ("contests", "privacy"))
    await contests.PUBLICATION.ask(installation.engine, asker, desk.id)
    return asker


async def ask_message(installation):
    """A customer who asked for nothing."""
    await installation.mori()
    reach(installation)
    asker = await installation.staff("asker", ("support", "privacy"))
    await write_other_words(installation, asker)
    return asker


async def write_other_words(installation, asker):
    """To the customer, in a case of its own."""
    case = await installation.case(asker)
    await other_words.ask_to_write(installation.engine, asker, case, "mail", "A change", "We have moved.", "It is so")


async def ask_signing(installation):
    """An installation restored without its no-log."""
    asker = await installation.staff("asker", ("privacy",))
    await installation.engine.keys.write(lambda tx: tx.run("meta_put", name=RESTORED, value="1800000000.0"))
    installation.engine.no_log.places = ()
    installation.address = replace(installation.address, no_log=())
    await after_restore.settle(installation.engine)
    await after_restore.sign(installation.engine, asker)
    return asker


async def ask_look_ups(installation):
    """Look-ups of a day that are used up."""
    asker = await installation.staff("asker", ("support", "privacy"))
    for number in range(limits.LOOK_UPS_A_DAY):
        case = await cases.open_case(installation.engine, asker, "contact")
        with pytest.raises(NotFoundError):
            await cases.find_in_case(installation.engine, asker, case, {"mail_address": f"nobody-{number}@example.com"})
    await more_look_ups.ask(installation.engine, asker, "contact")
    return asker


async def ask_questionnaire(installation):
    """A questionnaire somebody wants to open."""
    asker = await installation.staff("asker", ("research", "privacy"))
    made = await instances.draft(installation.engine, asker, SURVEY)
    await instances.open_instance(installation.engine, asker, made.id)
    return asker


async def ask_witness(installation):
    """What a customer gave on paper."""
    asker = await installation.staff("asker", ("privacy",))
    today = witnessed_entry.day_today(installation.engine)
    typed = witnessed_entry.Typed("paper", "registration", 1, "en", today, fields=(("mail_address", MAIL),))
    await witnessing.enter(installation.engine, asker, typed)
    return asker


ASKED = {
    witnessing.WITNESSING.act: ask_witness,
    instances.OPENING.act: ask_questionnaire,
    more_look_ups.MORE.act: ask_look_ups,
    activation.ACTIVATION.act: ask_activation,
    rights_decisions.ANSWERING.act: ask_answer,
    candidates.SENDING.act: ask_campaign,
    provisions.PROVIDING.act: ask_provision,
    disclosures.DISCLOSING.act: ask_disclosure,
    parties.CONFIRMING.act: ask_party,
    releases.RELEASE.act: ask_release,
    events.LIST.act: ask_list,
    contests.PUBLICATION.act: ask_publication,
    after_restore.SIGNING.act: ask_signing,
    other_words.WRITING.act: ask_message,
}
"""How each kind is brought to wait, asked for by somebody who may also approve."""


USED_AT_ONCE = {"campaign", "provision"}
"""By the word of the kind: its mandate is made in the transaction of the approval."""


class Waits:
    """One approval of a kind, with who asked and who may approve."""

    def __init__(self, installation, kind) -> None:
        self.installation, self.kind = installation, kind

    async def begin(self):
        """Bring it to wait."""
        self.second = await self.installation.staff("second", ("privacy",))
        self.asker = await ASKED[self.kind.act](self.installation)
        self.id = self.installation.sql("SELECT approval_id FROM approval")[0][0]
        return self

    def approve(self, session):
        """Read it, and approve it."""
        return read_and_give(self.installation.engine, session, self.id)

    async def read(self, session):
        """Read it; return the mark of that."""
        ((subject,),) = self.installation.sql("SELECT subject FROM approval")
        return await mark_of(self.installation.engine, session, self.id, subject=subject)

    async def again(self):
        """Ask for it anew, after nobody approved it."""
        engine, act = self.installation.engine, self.kind.act
        ((subject,),) = self.installation.sql("SELECT subject FROM approval")
        asking = {
            candidates.SENDING.act: candidates.ask,
            disclosures.DISCLOSING.act: disclosures.ask,
            releases.RELEASE.act: releases.ask_release,
            rights_decisions.ANSWERING.act: rights_decisions.ask_approval,
            provisions.PROVIDING.act: lambda engine, session, _: provisions.ask(engine, session, "picture-club"),
            other_words.WRITING.act: lambda *_: write_other_words(self.installation, self.asker),
        }
        await asking.get(act, self.kind.ask)(engine, self.asker, subject)

    @property
    def outcome(self) -> str:
        """What became of it."""
        return self.installation.sql("SELECT outcome FROM approval")[0][0]

    @property
    def done(self) -> str:
        """What an approval says once it was given: one that is used up by what it lets be done says so at once."""
        return "used" if self.kind.act in USED_AT_ONCE else "approved"

    async def subject(self) -> list[tuple]:
        """Every state an approval may move."""
        tables = ("campaign", "provision", "disclosure", "statistic", "rights_request", "party", "witnessed")
        found = [row for one in tables for row in self.installation.sql(f"SELECT status FROM {one}")]  # noqa: S608 -- our own
        found += self.installation.sql("SELECT COUNT(*) FROM contact")
        found += self.installation.sql("SELECT value = '' FROM meta WHERE name = 'restore_report'")
        return [*found, *self.installation.sql("SELECT activated_at IS NULL FROM policy_version ORDER BY version")]

    async def given(self) -> list:
        """Entries of approvals."""
        return [one for one in await self.installation.ledger() if one.act == "staff:approval:give"]


@pytest.fixture(params=sorted(approvals.KINDS))
async def waits(request, installation):
    """One approval of each kind."""
    return await Waits(installation, approvals.KINDS[request.param]).begin()


async def test_asked_and_approved_it_is_done_and_both_are_recorded(installation, waits):
    """§5.2 normal: the asking and the giving stand in the record, with the clause they rest on."""
    asked = [one for one in await installation.ledger() if one.act == "staff:approval:ask"]
    assert [(one.clause, one.actor) for one in asked] == [("5.2", waits.asker.actor)]
    assert ("act", waits.kind.act) in asked[0].facts
    await waits.approve(waits.second)
    ((clause, actor, facts),) = [(one.clause, one.actor, one.facts) for one in await waits.given()]
    assert (clause, actor) == ("5.2", waits.second.actor)
    assert {("act", waits.kind.act), ("asked-by", waits.asker.actor)} <= set(facts)
    assert waits.outcome == waits.done


async def test_who_asked_cannot_approve_nor_who_may_not(installation, waits):
    """§5.2 breach: not with every right of their own, and not without the right."""
    before = await waits.subject()
    for session in (waits.asker, await installation.staff("other", ("support", "marketing", "research"))):
        with pytest.raises(DeniedError):
            await waits.approve(session)
    assert (waits.outcome, await waits.subject(), await waits.given()) == ("waiting", before, [])


@pytest.mark.parametrize("late", [False, True])
async def test_until_its_last_second_it_can_be_given_and_then_no_more(installation, waits, late):
    """§5.2: seven days from the asking on; then nobody can give it, and the list does not show it."""
    ((lasts, ends),) = installation.sql("SELECT expires_at - requested_at, expires_at FROM approval")
    assert lasts == limits.APPROVAL_SECONDS
    before = await waits.subject()
    installation.wall.pass_(ends - installation.engine.clock.now() + (0.5 if late else -0.5))
    assert len(await approvals.waiting(installation.engine, waits.second)) == (not late)
    if late:
        with pytest.raises(ConflictError) as refused:
            await waits.approve(waits.second)
        assert refused.value.reason == "approval-none"
        assert (waits.outcome, await waits.subject()) == ("waiting", before)
        await tidy(installation.engine)
        assert waits.outcome == "dead"
        await waits.again()
        assert len(await approvals.waiting(installation.engine, waits.second)) == 1
    else:
        await waits.approve(waits.second)
        assert waits.outcome == waits.done


async def test_it_is_given_once(installation, waits):
    """§5.2 breach: a used approval is used up."""
    await waits.approve(waits.second)
    after = await waits.subject()
    with pytest.raises(ConflictError) as refused:
        await waits.approve(await installation.staff("third", ("privacy",)))
    assert refused.value.reason == "approval-none"
    assert (await waits.subject(), len(await waits.given())) == (after, 1)


async def test_nobody_approves_unread(installation, waits):
    """§5.2 breach: without the mark of having been shown it, with another's, or an invented one, nothing is approved."""
    third = await installation.staff("third", ("privacy",))
    for seen in ("", "0" * 64, await waits.read(third)):
        with pytest.raises(ConflictError) as refused:
            await approvals.approve(installation.engine, waits.second, waits.id, seen)
        assert (refused.value.reason, waits.outcome) == ("approval-unread", "waiting")
    ((one),) = await approvals.waiting(installation.engine, waits.second)
    assert bool(one.seen) != waits.kind.apart  # what is read elsewhere, where that is recorded, has no mark in the list
    assert await waits.given() == []
    await approvals.approve(installation.engine, waits.second, waits.id, await waits.read(waits.second))
    assert waits.outcome == waits.done


async def test_what_changed_since_it_was_read_is_read_again(installation):
    """§5.2 breach: the mark is bound to what was shown; one word changed past Kept, and it is of nothing."""
    waits = await Waits(installation, instances.OPENING).begin()
    seen = await waits.read(waits.second)
    installation.sql("UPDATE instance SET file = replace(file, 'By chance', 'By illness')")
    with pytest.raises(ConflictError) as refused:
        await approvals.approve(installation.engine, waits.second, waits.id, seen)
    assert (refused.value.reason, waits.outcome) == ("approval-unread", "waiting")


async def test_a_disclosure_is_approved_by_nobody_who_has_not_read_the_request(installation):
    """§5.2, §4.9 breach: by the list, by the door and by the page; reading it is recorded, and then it can be approved."""
    waits = await Waits(installation, disclosures.DISCLOSING).begin()
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "second")
    assert 'name="seen"' not in (await browser.get("/en/approvals")).text
    assert (await browser.post(f"/en/approvals/{waits.id}")).status_code == 409
    ((subject,),) = installation.sql("SELECT subject FROM approval")
    at = f"/en/legal/{subject}"
    assert "first read what the request says" in (await browser.get(at)).text
    assert (await browser.post(at, step="approve")).status_code == 409
    assert waits.outcome == "waiting"
    await browser.post(at, step="read")
    assert "staff:disclosure:read" in [one.act for one in await installation.ledger()]
    assert (await browser.post(at, step="approve")).status_code == 303
    assert waits.outcome == waits.done


async def test_nothing_is_asked_for_a_version_that_is_not(installation):
    """§5.2 breach: no approval waits for a version nobody proposed, or one in force already."""
    asker = await installation.staff("asker", ("privacy",))
    await installation.staff("second", ("privacy",))
    for version in (1, 2, 99, 0):
        with pytest.raises(InputError) as refused:
            await activation.activate(installation.engine, asker, version)
        assert refused.value.reason == "version-unknown"
    assert installation.sql("SELECT COUNT(*) FROM approval") == [(0,)]


async def test_whoever_comes_meanwhile_is_the_second(installation, monkeypatch):
    """§5.2 breach: alone when it was looked at, not alone when it is done: nothing is activated without a second."""
    asker = await installation.staff("asker", ("privacy",))
    await activation.propose(installation.engine, second_version(), by="test")
    really = installation.engine.data.value
    looks = iter([1])

    async def value(query, **parameters):
        if query is sql.StaffCount:
            return next(looks)
        return await really(query, **parameters)

    await installation.staff("second", ("privacy",))
    monkeypatch.setattr(installation.engine.data, "value", value)
    with pytest.raises(DeniedError) as refused:
        await activation.activate(installation.engine, asker, 2)
    assert refused.value.reason == "second-approver"
    assert installation.engine.policy.policy.version == 1


async def test_of_two_at_once_one_wins(installation, waits):
    """§5.2 breach: whoever comes second, in the same moment, is told that nothing waits."""
    others = [waits.second, *[await installation.staff(f"second{n}", ("privacy",)) for n in range(3)]]
    ended = await asyncio.gather(*(waits.approve(one) for one in others), return_exceptions=True)
    lost = [one for one in ended if isinstance(one, Exception)]
    assert [type(one) for one in lost] == [ConflictError] * 3
    assert len(await waits.given()) == 1


@pytest.mark.parametrize("writes", [0, 1])
async def test_killed_it_is_approved_with_its_effect_or_not_at_all(installation, waits, writes):
    """§5.2 fault: before the transaction nothing is so; after it approval, effect and entry are there together."""
    before, seen = await waits.subject(), await waits.read(waits.second)
    installation.stop_after(writes)
    try:
        await approvals.approve(installation.engine, waits.second, waits.id, seen)
    except KeptError:
        pass  # what follows the transaction was cut off, or there was nothing to follow
    await installation.close(integrate=False)
    await installation.open()
    can_send(installation)
    moves = waits.kind.page != "/approvals"  # those of the list itself only open the act to who asked
    assert waits.outcome == (waits.done if writes else "waiting")
    assert (await waits.subject() != before) == (moves and bool(writes))
    assert len(await waits.given()) == writes
    if not writes:
        await waits.approve(waits.second)
        assert waits.outcome == waits.done


async def test_whoever_asked_and_may_no_more_gets_nothing_done(installation, waits):
    """§5.2 breach: the approval is dead, which is recorded, and nobody can give it any more."""
    before = await waits.subject()
    await sessions.disable_staff(installation.engine, "asker", by="test")
    with pytest.raises(ConflictError) as refused:
        await waits.approve(waits.second)
    assert refused.value.reason == "approval-dead"
    assert waits.outcome == "dead"
    assert (await waits.subject() == before) == (waits.kind.back is None)  # it can be asked for again
    assert [one.outcome for one in await waits.given()] == ["refused"]
    with pytest.raises(ConflictError):
        await waits.approve(waits.second)


async def test_the_console_shows_it_to_who_may_give_it_and_never_to_who_asked(installation, waits):
    """§5.2 page: in both languages; the page it leads to opens for whoever approves."""
    pages = {}
    for login in ("asker", "second"):
        browser = Browser(installation, at=CONSOLE)
        browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, login)
        pages[login] = [(await browser.get(f"/{language}/approvals")).text for language in ("en", "ja")]
    assert [waits.kind.title in text for text in pages["asker"]] == [False, False]
    assert [waits.kind.title in text for text in pages["second"]] == [True, False]  # in Japanese it is translated
    assert "asker" in pages["second"][1]
    ((one),) = await approvals.waiting(installation.engine, waits.second)
    if one.page:
        assert f'href="/en{one.page}"' in pages["second"][0]
        assert (await browser.get(f"/en{one.page}")).status_code == 200
    else:
        action = re.search(r'action="(/en/approvals/\w+)"', pages["second"][0])[1]
        await browser.get("/en/approvals")
        assert (await browser.post(action)).status_code == 303
        assert waits.outcome == waits.done


async def test_a_campaign_stopped_meanwhile_is_not_sent(installation):
    """§5.2 breach: what moved on since it was asked for is not done, whoever approves."""
    waits = await Waits(installation, candidates.SENDING).begin()
    await campaigns.stop(installation.engine, waits.second, "autumn-light")
    with pytest.raises(ConflictError) as refused:
        await waits.approve(waits.second)
    assert (refused.value.reason, waits.outcome) == ("approval-dead", "dead")
    assert installation.sql("SELECT status FROM campaign") == [("stopped",)]
    assert installation.sql("SELECT COUNT(*) FROM mandate WHERE actor LIKE 'campaign%'") == [(0,)]


@pytest.mark.parametrize("kind", ["disclosure", "erasure"])
async def test_five_answers_at_once_are_one(installation, kind):
    """§5.2 breach: one approval of a rights request answers it once."""
    await installation.mori()
    desk, second = await installation.staff("asker", ("privacy",)), await installation.staff("ono", ("privacy",))
    request = await approved(installation, desk, second, kind)
    ended = await asyncio.gather(*(answered(installation, desk, request) for _ in range(5)), return_exceptions=True)
    assert [isinstance(one, KeptError) for one in ended].count(False) == 1
    acts = [one.act for one in await installation.ledger() if one.outcome != "refused"]
    assert acts.count("staff:rights-request:finish") == 1
    assert acts.count("customer:own-data:take-along" if kind == "disclosure" else "actor:person:erase-intend") == 1


MADE_BY_ANOTHER = {
    witnessing.WITNESSING.act: witnessing.ask_again,
    instances.OPENING.act: instances.open_instance,
    candidates.SENDING.act: candidates.ask,
    disclosures.DISCLOSING.act: disclosures.ask,
    releases.RELEASE.act: releases.ask_release,
    rights_decisions.ANSWERING.act: rights_decisions.ask_approval,
}
"""What one makes and a colleague can ask for."""


@pytest.mark.parametrize("act", sorted(MADE_BY_ANOTHER))
async def test_who_made_it_does_not_approve_it_whoever_asked(installation, act):
    """§5.2 breach: a colleague presses *ask*, and who recorded, drafted, checked or decided it all approves their own work."""
    waits = await Waits(installation, approvals.KINDS[act]).begin()
    engine, ((subject, ends),) = installation.engine, installation.sql("SELECT subject, expires_at FROM approval")
    installation.wall.pass_(ends - engine.clock.now() + 1)
    await tidy(engine)  # nobody approved it in time, so that it can be asked for again, by anybody who may
    every = tuple(engine.policy.policy.roles)
    await MADE_BY_ANOTHER[act](engine, await installation.staff("colleague", every), subject)
    ((waits.id,),) = installation.sql("SELECT approval_id FROM approval WHERE outcome = 'waiting'")
    maker = await sessions.session_of(engine, await sessions.start_demo_session(engine, "asker"))
    before = await waits.subject()
    seen = await mark_of(engine, maker, waits.id, subject=subject)
    with pytest.raises(DeniedError) as refused:
        await approvals.approve(engine, maker, waits.id, seen)
    assert (refused.value.reason, refused.value.clause) == ("second-approver", "")
    assert await approvals.waiting(engine, maker) == []
    assert (await waits.subject(), await waits.given()) == (before, [])
    third = await sessions.session_of(engine, await sessions.start_demo_session(engine, "second"))
    await waits.approve(third)


async def test_who_checked_or_decided_a_letter_does_not_approve_it(installation):
    """§5.2, §0.1 breach: one opens the letter, another checks and decides everything, the first asks, and the other approves."""
    await installation.mori()
    first, other = await installation.staff("asker", ("privacy",)), await installation.staff("other", ("privacy",))
    request = await came(installation, first, "disclosure")
    await checked(installation, other, request)
    await granted(installation, other, request)
    await rights_decisions.ask_approval(installation.engine, first, request)
    seen = (await read_request(installation.engine, other, request)).seen
    with pytest.raises(DeniedError) as refused:
        await rights_decisions.ANSWERING.approve(installation.engine, other, request, seen)
    assert refused.value.reason == "second-approver"
    with pytest.raises(DeniedError):
        await answered(installation, first, request)


def test_every_kind_is_whole():
    """§5.2: a kind without its set-up here, its page, its words or its place in the docs is not done."""
    assert set(ASKED) == set(approvals.KINDS)
    routes = (ROOT / "tests/golden/routes.txt").read_text(encoding="utf-8")
    words = (ROOT / "src/kept/web/locale/ja.po").read_text(encoding="utf-8")
    for kind in approvals.KINDS.values():
        path = kind.page.replace("{subject}", "{id}")
        assert re.search(rf"console GET  /{{language}}{re.escape(path)} ", routes), kind.act
        assert f'msgid "{kind.title}"\nmsgstr "' in words, kind.act
        assert f'msgid "{kind.title}"\nmsgstr ""' not in words, kind.act
    assert "\n## An approval\n" in (ROOT / "docs/adding.md").read_text(encoding="utf-8")


def test_no_kind_is_left_out_of_the_table():
    """§5.2: an `Approval` that a room declares and the table does not know could be asked for and never given."""
    declared = sum(
        len(re.findall(r"^[A-Z]+ = (?:Approval|bulk)\(", path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in (ROOT / "src/kept/services").rglob("*.py")
    )
    assert declared == len(approvals.KINDS)


async def test_two_logins_of_one_human_being_are_one_pair_of_eyes(installation):
    """§5.2 breach: a second login for the same name or number, however spelled; or a new one, after the old was disabled."""
    engine = installation.engine
    add = partial(sessions.add_staff, engine, password=PASSWORD, roles=("privacy",), by="test")
    await add("kato", who="Ｋａｔｏ 4711")
    for who in ("kato-4711", " KATO 4711 ", "Kato  4711"):
        with pytest.raises(ConflictError) as refused:
            await add("kato-2", who=who)
        assert refused.value.reason == "human-taken"
    with pytest.raises(InputError) as refused:
        await add("kato-2", who=" - ")
    assert refused.value.reason == "human-missing"
    assert "kato4711" not in repr(installation.sql("SELECT * FROM staff")).casefold()
    kato = await sessions.session_of(engine, await sessions.start_demo_session(engine, "kato"))
    await activation.propose(engine, second_version(), by="test")
    await installation.staff("ono", ("privacy",))
    await activation.activate(engine, kato, 2)
    await sessions.disable_staff(engine, "kato", by="test")
    await add("kato-2", who="kato 4711")
    again = await sessions.session_of(engine, await sessions.start_demo_session(engine, "kato-2"))
    with pytest.raises(DeniedError) as refused:
        await read_and_approve(activation.ACTIVATION, engine, again, "2")
    assert (refused.value.reason, cited(refused.value)) == ("second-approver", "§5.2")
