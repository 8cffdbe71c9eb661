"""§2.9: what another company says somebody agreed to is its word: it counts for its time, and is theirs once they confirm it."""

from __future__ import annotations

from math import inf

import pytest
from asked import CONSOLE, Browser
from cited import cited
from installation import MAIL, NAME, PHONE, confirm_all
from receiving import FILE
from registered import COURT_TITLE, registered
from writing_letters import came

from clauses.test_2_9_from_another_company import FRIENDS, Partner
from clauses.test_4_1_policy_change import in_force
from clauses.test_5_4_no_log import Lost
from kept.crypto.signature import SigningKey, new_seed
from kept.errors import NoteError, NotFoundError, SubmissionError
from kept.policy.decision import Allowed, Mandate
from kept.policy.duties import roles_with
from kept.policy.words import Exit, Source
from kept.services.accounts import accounts
from kept.services.cases import cases
from kept.services.engine.record import operator
from kept.services.forms.collection import keep_notice
from kept.services.forms.receipts import receipts_of
from kept.services.gate import gate
from kept.services.messages.outbox import send_due
from kept.services.my_data import choices, erasure, rights_requests, statements
from kept.services.my_data.corrections import remove_value
from kept.services.my_data.message_reasons import messages_to
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions
from kept.services.third_parties import intake

pytestmark = pytest.mark.anyio
DAY = 86400.0
YES = "information-for-you/mail/"
EVERYBODY = FILE[: FILE.index("to:")]


@pytest.fixture
async def partner(installation):
    """A registered partner."""
    return await Partner(installation).begin()


async def held(installation, own):
    """What is held about somebody, by item."""
    return {one.slot: one for one in (await own_data(installation.engine, own)).held}


async def given(installation, partner, *, choices=(YES,), **items):
    """Somebody of whom the partner gave a name and an address, with its word for a yes to mail."""
    own = await installation.join()
    login = await partner.login(own)
    made = await partner.give(partner.record(login, items or None, choices=list(choices)))
    assert made.reasons == {"taken": 1}
    return own


# -------------------------------------------------------------------- a statement counts for its time


async def test_what_the_person_took_away_since_stays_away_item_by_item(installation, partner):
    """§2.9 breach: a statement from before they removed their address brings the name and no address; a later one may."""
    own = await installation.join()
    await installation.give(own, [("mail_address", MAIL)])
    before = partner.now()
    installation.wall.pass_(10)
    own = await installation.session(own.person_id)
    await remove_value(installation.engine, own, "mail_address")
    login = await partner.login(own)
    assert (await partner.give(partner.record(login, given=before))).reasons == {"taken": 1}
    mine = await held(installation, own)
    assert set(mine) == {"name"}
    receipt, _, _ = next(one for one in await receipts_of(installation.engine, own) if one[1] == "partner")
    assert receipt.record["items"] == ["name"]
    assert receipt.record["left out, since the person took it away or said no"] == ["mail_address"]
    entry = next(one for one in await installation.ledger() if one.act == "partner:value:take-in")
    assert (entry.items, dict(entry.facts)["left-out"]) == (("name",), "mail_address")
    again = await partner.give(partner.record(login, {"mail_address": MAIL}, given=before))
    assert again.reasons == {"removed-since": 1}
    installation.wall.pass_(10)
    later = await partner.give(partner.record(login, {"mail_address": MAIL}))
    assert later.reasons == {"taken": 1}
    assert (await held(installation, own))["mail_address"].source == Source.PARTNER


@pytest.mark.parametrize("how", ["no", "no to the channel", "stop"])
async def test_what_they_refused_since_is_no_yes_by_anybodys_word(installation, partner, how):
    """§2.9 breach: purpose by purpose: what they said no to, or stopped, is not even asked about."""
    own = await installation.join()
    before = partner.now()
    installation.wall.pass_(10)
    if how == "stop":
        await choices.stop_use(installation.engine, own, "information-for-you", stop=True)
    else:
        way = None if how == "no" else Exit.MAIL
        await choices.choose(installation.engine, own, "information-for-you", way, allow=False)
    made = await partner.give(partner.record(await partner.login(own), choices=[YES], given=before))
    assert made.reasons == {"taken": 1}
    state = (await installation.engine.people.load(own.person_id)).state
    assert [one.ticks for one in state.stated] == [()]
    assert state.grants == ()
    assert "(statement-" not in (await (await browser_of(installation, own)).get("/en/my-data")).text


@pytest.mark.parametrize("when", ["before the notice", "after it", "before the partner", "before the account"])
async def test_a_statement_counts_for_its_own_notices_time_alone(installation, partner, when):
    """§2.9 breach: dated before the notice was in force, after it was replaced, or before anybody could have agreed there."""
    reasons = {
        "before the notice": "notice-not-in-force",
        "after it": "notice-not-in-force",
        "before the partner": "partner-later",
        "before the account": "account-later",
    }
    old = partner.now()
    installation.wall.pass_(10)
    own = await installation.join()
    record = partner.record(await partner.login(own))
    if when == "before the partner":
        record["statement"]["given"] = partner.now(DAY / 2)
    elif when == "before the account":
        record["statement"]["given"] = old
    else:
        in_time = partner.now()
        installation.wall.pass_(10)
        await in_force(installation)
        if when == "before the notice":
            notice = (await keep_notice(installation.engine, "registration", "", "en")).id
            record["statement"] |= {"notice": notice, "given": in_time}
        else:
            installation.wall.pass_(10)
            record["statement"]["given"] = partner.now()
    assert (await partner.give(record)).reasons == {reasons[when]: 1}
    assert await held(installation, own) == {}
    entry = next(one for one in await installation.ledger() if one.act == "system:intake:quarantine")
    assert (entry.outcome, entry.clause) == ("refused", "2.9")


async def test_an_older_statement_of_an_older_notice_counts_as_long_as_it_was_in_force(installation, partner):
    """§2.9 normal: what was agreed under version 1 while it was in force is taken under version 2, as given under version 1."""
    own = await installation.join()
    in_time = partner.now()
    installation.wall.pass_(10)
    await in_force(installation)
    made = await partner.give(partner.record(await partner.login(own), given=in_time))
    assert made.reasons == {"taken": 1}
    mine = await held(installation, own)
    assert {one.notice_id for one in mine.values()} == {partner.notice}
    assert partner.now(0) > in_time
    assert {one.given_at < one.corrected_at for one in mine.values()} == {True}, "its time runs from when they agreed"


async def test_who_was_erased_and_comes_again_is_not_given_back_what_they_were(installation, partner):
    """§2.9 breach: a statement from before the erasure names the new login: nobody agreed to that account then."""
    own = await installation.join()
    before = partner.now()
    installation.wall.pass_(10)
    await erasure.intend_erasure(installation.engine, own)
    again = await installation.join()
    made = await partner.give(partner.record(await partner.login(again), given=before))
    assert made.reasons == {"account-later": 1}
    assert await held(installation, again) == {}


async def test_after_a_restore_the_no_log_still_says_so(tmp_path):
    """§2.9, §5.4 breach: the databases forgot that it was ever given and taken away; the no-log did not."""
    lost = Lost(tmp_path)
    here = lost.installation
    await here.open()
    partner, own = await Partner(here).begin(), await here.join()
    login = await partner.login(own)
    await lost.back_up()
    await here.give(own, [("mail_address", MAIL)])
    before = partner.now()
    here.wall.pass_(10)
    await remove_value(here.engine, await here.session(own.person_id), "mail_address")
    await lost.lose_both()
    await lost.open()
    made = await partner.give(partner.record(login, {"mail_address": MAIL}, given=before))
    assert made.reasons == {"removed-since": 1}
    await here.close()


# -------------------------------------------------------------------- a word is a word


async def test_a_word_allows_no_message_and_is_nobodys_yes(installation, desk, partner):
    """§2.9, §4.4 breach: the address is confirmed, and the partner says they agreed: nothing goes before they say so."""
    own = await given(installation, partner)
    await confirm_all(installation.engine, own.person_id)
    engine = installation.engine
    assert await desk.sent(EVERYBODY) == {("not-chosen", "stated"): 1}
    assert desk.box.received == [one for one in desk.box.received if "Is this yours" in one.message["Subject"]]
    switch = next(one for one in (await own_data(engine, own)).switches if one.purpose.id == "information-for-you")
    assert (switch.given, dict(switch.channels)[Exit.MAIL]) == (False, False)
    (said,) = (await own_data(engine, own)).statements
    await statements.confirm_statement(engine, own, said.word.id, [YES])
    await desk.sent(EVERYBODY.replace("autumn-light", "winter-light"))
    assert desk.box.received[-1].message["Subject"] == "Autumn light"
    (why,) = await messages_to(engine, own.person_id, "en")
    assert (why.stated_by, why.stated_at, why.agreed_at > why.stated_at) == (COURT_TITLE, said.word.agreed_at, True)
    link = desk.box.received[-1].link("w")
    page = (await Browser(installation).get(link)).text
    assert f"{COURT_TITLE} says that it showed you our form" in page
    assert "You agreed on" not in page


@pytest.mark.parametrize(("purpose", "way"), [
    ("contact", Exit.MAIL), ("contact", Exit.POST), ("contact", Exit.APP), ("market-research", Exit.STATISTICS),
])  # fmt: skip
async def test_what_it_gave_leaves_by_no_way_before_the_person_says_so(installation, partner, purpose, way):
    """§2.9 breach: its values go by no way but a screen that says whose word it is, whoever holds the address."""
    own = await installation.join()
    given = {"mail_address": MAIL, "postal_address": "604-8001 Invented-cho 1", "prefecture": "kyoto", "name": NAME}
    await partner.give(partner.record(await partner.login(own), given))
    await confirm_all(installation.engine, own.person_id)  # the partner may hold the address it gave
    slot = {Exit.POST: "postal_address", Exit.STATISTICS: "prefecture"}.get(way, "mail_address")

    async def answer(of=slot, by=way, for_=purpose):
        policy = installation.engine.policy.policy
        role = roles_with(policy, for_)[0]
        kind = "program" if by is Exit.APP else "staff"
        at = installation.engine.clock.now()
        mandate = Mandate("m", kind, "a", role, for_, "", b"", at, at + 60, revoked=False, volume_left=9)
        person = await installation.engine.people.load(own.person_id)
        return (await gate.decide(installation.engine, mandate, person, (of,), by, at))[of]

    refused = await answer()
    assert (refused.step, refused.reason) == (7, "stated")
    assert isinstance(await answer("mail_address", Exit.SCREEN, "contact"), Allowed)
    (said,) = (await own_data(installation.engine, own)).statements
    await statements.confirm_statement(installation.engine, own, said.word.id, [])
    assert isinstance(await answer(), Allowed)


async def test_a_name_by_its_word_is_not_written(installation, desk, partner):
    """§2.9 breach: a message to somebody's own address does not call them what a partner says they are called."""
    own = await installation.join()
    await installation.give(own, [("mail_address", MAIL), ("choice", YES)])
    installation.wall.pass_(10)
    await partner.give(partner.record(await partner.login(own), {"name": "Somebody Else"}))
    await desk.sent(EVERYBODY)
    assert [one.recipient for one in desk.box.received] == [MAIL]
    assert "Somebody Else" not in desk.box.received[0].text


@pytest.mark.parametrize("by", [{"mail_address": MAIL}, {"phone": PHONE}])
async def test_nobody_is_found_by_it(installation, partner, by):
    """§2.9 breach: a partner puts an address of its own into somebody's account, then calls support as them: not found, and told."""
    own = await installation.join()
    await installation.give(own, [("postal_address", "604-8001 Invented-cho 1")])
    installation.wall.pass_(10)
    await partner.give(partner.record(await partner.login(own), by))
    await confirm_all(installation.engine, own.person_id)  # the partner reads what is sent there
    sato = await installation.staff("sato", ("support",))
    case = await cases.open_case(installation.engine, sato, "contact")
    with pytest.raises(NotFoundError):
        await cases.find_in_case(installation.engine, sato, case.id, by)
    entry = await installation.newest()
    assert (entry.act, entry.outcome, entry.clause) == ("actor:person:find", "refused", "4.5")
    assert [(one.item, one.step, one.reason) for one in entry.refused] == [(next(iter(by)), 7, "stated")]
    assert entry in [line.account for line in (await own_data(installation.engine, own)).history.lines]
    word = (await own_data(installation.engine, own)).statements[0].word.id
    await statements.confirm_statement(installation.engine, own, word, [])
    assert (await cases.find_in_case(installation.engine, sato, case.id, by)).person_id == own.person_id


async def test_no_copy_goes_to_who_put_the_name_there(installation, partner):
    """§2.9, §0.1 breach: a partner plants name and address, then asks by letter, with its own paper, for a copy of everything."""
    own = await installation.join()
    await installation.give(own, [("phone", PHONE), ("date_of_birth", "1990-04-01")])
    installation.wall.pass_(10)
    planted = {"name": "Pat Partner", "postal_address": "604-8001 Invented-cho 1"}
    await partner.give(partner.record(await partner.login(own), planted))
    kato = await installation.staff("kato", ("privacy",))
    made = await came(installation, kato, "disclosure", criteria=planted)
    found = await rights_requests.request_of(installation.engine, made)
    assert not found.found
    tried = [one for one in await installation.ledger() if one.act == "actor:person:find"]
    assert [(one.outcome, {no.reason for no in one.refused}) for one in tried] == [("refused", {"stated"})]


async def test_a_yes_on_the_form_provides_nothing_of_its_word(installation, partner):
    """§2.9, §4.6 breach: who ticks a third party later gives away what they typed, and not what a partner says of them."""
    own = await given(installation, partner)
    await confirm_all(installation.engine, own.person_id)
    await installation.give(own, [("choice", "picture-club//picture-club")])
    at = installation.engine.clock.now()
    mandate = Mandate("m", "staff", "a", "partners", "picture-club", "", b"", at, at + 60, revoked=False, volume_left=9)
    person = await installation.engine.people.load(own.person_id)
    about = gate.Circumstances(recipient="picture-club")
    said = await gate.decide(installation.engine, mandate, person, ("name", "mail_address"), Exit.PROVISION, at, about)
    assert {one.reason for one in said.values()} <= {"stated", "consent"}
    assert len(said) == 2


async def test_who_signs_for_another_partner_or_under_its_old_key_brings_nothing(installation, partner):
    """§2.9 breach: a partner signs in another's name; a thief signs with the key that was replaced a day ago."""
    own = await installation.join()
    login = await partner.login(own)
    await registered(installation, "partner", "other-friends", SigningKey(new_seed()).public)
    stolen, partner.key = partner.key, SigningKey(new_seed())
    await registered(installation, "partner", FRIENDS, partner.key.public)
    for name in ("other-friends", FRIENDS):
        file = partner.file(partner.record(login), key=stolen, name=name)
        with pytest.raises(NoteError) as refused:
            await intake.take_in(installation.engine, file, by=operator("test"))
        assert cited(refused.value) == "§2.9"
        assert (await installation.newest()).outcome == "refused"
    assert await held(installation, own) == {}
    assert (await partner.give(partner.record(login))).reasons == {"taken": 1}


async def test_what_is_not_ticked_is_no_yes(installation, partner):
    """§2.9 breach: confirming what was given is no yes to what the company says beside it; a box it did not name is refused."""
    own = await given(installation, partner)
    engine = installation.engine
    (said,) = (await own_data(engine, own)).statements
    with pytest.raises(SubmissionError) as refused:
        await statements.confirm_statement(engine, own, said.word.id, ["information-for-you/post/"])
    assert cited(refused.value) == "§2.3"
    await statements.confirm_statement(engine, own, said.word.id, [])
    state = (await engine.people.load(own.person_id)).state
    assert (state.grants, state.choices) == ((), ())
    with pytest.raises(SubmissionError) as refused:
        await statements.confirm_statement(engine, own, said.word.id, [YES])
    assert (cited(refused.value), refused.value.reason) == ("§2.9", "statement-none")


async def test_that_is_not_so_takes_it_away_and_keeps_it_away(installation, partner):
    """§2.9: disowned: the values go with their key, the yes becomes a no; an older word brings neither back, a newer no yes."""
    own = await given(installation, partner)
    engine, login = installation.engine, await partner.login(own)
    (said,) = (await own_data(engine, own)).statements
    agreed = partner.now()
    installation.wall.pass_(10)
    own = await installation.session(own.person_id)
    keys = installation.sql("SELECT key_id FROM value WHERE person_id = ?", own.person_id)
    await statements.refuse_statement(engine, own, said.word.id)
    assert await held(installation, own) == {}
    assert not installation.sql("SELECT key_id FROM person_key WHERE key_id = ?", keys[0][0], part="keys")
    assert (await partner.give(partner.record(login, given=agreed))).reasons == {"removed-since": 1}
    installation.wall.pass_(10)
    assert (await partner.give(partner.record(login, choices=[YES]))).reasons == {"taken": 1}
    assert [one.word.ticks for one in (await own_data(engine, own)).statements] == [()]
    assert not (await engine.people.load(own.person_id)).state.choice("information-for-you", Exit.MAIL).allow
    acts = [one.act for one in await installation.ledger()]
    assert acts.count("customer:statement:refuse") == 1


async def test_a_yes_of_their_own_outlives_a_word_they_refuse(installation, partner):
    """§2.9: who agreed on our form and refuses what a partner says goes on having agreed."""
    own = await installation.join()
    await installation.give(own, [("mail_address", MAIL), ("choice", YES)])
    installation.wall.pass_(10)
    await partner.give(partner.record(await partner.login(own), {"name": NAME}, choices=[YES]))
    (said,) = (await own_data(installation.engine, own)).statements
    own = await installation.session(own.person_id)
    await statements.refuse_statement(installation.engine, own, said.word.id)
    state = (await installation.engine.people.load(own.person_id)).state
    assert state.choice("information-for-you", Exit.MAIL).allow
    assert set(state.slots) == {"mail_address"}
    assert state.removed.get("name", -inf) > 0


async def test_every_page_says_that_it_is_a_word(installation, desk, partner):
    """§2.9 page: my data, its switches and history, receipts, the case, the message that asks, in both languages."""
    own = await given(installation, partner)
    await send_due(installation.engine)
    asks = (await Browser(installation).get(desk.box.received[-1].link("w"))).text
    assert f"{COURT_TITLE} gave it to us on" in asks
    browser = await browser_of(installation, own)
    page = (await browser.get("/en/my-data")).text
    assert page.count(f"{COURT_TITLE} says you agreed on") == 2, "beside each of the two items"
    assert f"{COURT_TITLE} says that you agreed; it waits for your answer." in page
    assert "Another company, which says that you agreed, gave" in page
    assert f"{COURT_TITLE} says that you agreed to something. Is it so?" in page
    assert f"{COURT_TITLE}が、お客様の同意を得たとしています。" in (await browser.get("/ja/my-data")).text
    sato = await installation.staff("sato", ("support",))
    await installation.give(own, [("phone", PHONE)])
    case = await cases.open_case(installation.engine, sato, "contact")
    case = await cases.find_in_case(installation.engine, sato, case.id, {"phone": PHONE})
    console = Browser(installation, at=CONSOLE)
    console.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "sato")
    case_page = (await console.get(f"/en/case/{case.id}")).text
    assert f"given by {COURT_TITLE}, on its word; not confirmed by the person" in case_page
    word = (await own_data(installation.engine, own)).statements[0].word.id
    await browser.get("/en/my-data")
    answer = await browser.post(f"/en/my-data/statement/{word}", tick=YES)
    assert answer.status_code == 303
    page = (await browser.get("/en/my-data")).text
    assert page.count("you confirmed it on") == 3
    kinds = [kind for _, kind, _ in await receipts_of(installation.engine, own)]
    assert sorted(kinds) == ["consent", "consent", "partner"], "beside the receipt of their phone number"


async def test_nobody_else_answers_for_them(installation, partner):
    """§2.9 breach: another customer answers with the number of a word that is not theirs, by page and by door."""
    own = await given(installation, partner)
    word = (await own_data(installation.engine, own)).statements[0].word.id
    other = await installation.join()
    browser = await browser_of(installation, other)
    await browser.get("/en/my-data")
    for path in ("", "/refuse"):
        assert (await browser.post(f"/en/my-data/statement/{word}{path}")).status_code == 422
    assert (await held(installation, own)).keys() == {"name", "mail_address"}
    assert (await own_data(installation.engine, own)).statements[0].word.confirmed_at is None


async def browser_of(installation, own):
    """A browser signed in as somebody."""
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    return browser
