"""Where a policy declares nothing that a feature lives by, the feature says so; nothing falls over, and nothing is cited falsely."""

from __future__ import annotations

import pytest
from installation import PASSWORD, confirm_all
from small_policy import small
from taking import InstanceDesk, open_with_second

from kept.crypto.sealed_to import OpeningKey
from kept.errors import DeniedError, InputError, KeptError
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.authorities import disclosures
from kept.services.authorities.disclosure_record import Terms
from kept.services.campaigns import campaigns
from kept.services.cases import cases, contacts, emergencies
from kept.services.figures import projections, queries
from kept.services.forms.collection import present_form, submit
from kept.services.instances import contests, events, instances, questionnaires, sweepstakes
from kept.services.instances.participations import present_part, take_part
from kept.services.my_data import choices, erasure, rights_requests
from kept.services.my_data.corrections import correct, remove_value
from kept.services.my_data.own_data import own_data
from kept.services.my_data.portability import take_along
from kept.services.my_data.rights_requests import Asked
from kept.services.staff import parties
from kept.services.staff.parties import PartyKind
from kept.services.third_parties import provisions
from kept.services.third_parties.register import end_register, show_register
from kept.services.upkeep.canary_planting import plant
from kept.services.upkeep.channels import set_up_channels
from kept.services.upkeep.key_rotation import rotate
from kept.services.upkeep.retention import confirm_sweep, sweep
from kept.services.upkeep.routine import tidy
from kept.statistics.budget import Precision

pytestmark = pytest.mark.anyio
LOOKED_UP = (
    ("      - mail\nroles", "      - mail\n      - screen\nroles"),
    ("    type: email\n", "    type: email\n    findable: true\n"),
)
TERMS = Terms("court", "1", "court-order", ("name",), 0.0, 1.0, 1.0, 2.0, told_from=0.0, waits_for="")


def party(kind, name):
    """A party nobody needs."""
    key = OpeningKey.new().public
    return parties.new_party(kind, name, title="T", address="A", representative="R", public_key=key)


INSTANCE = """id: one
point: {point}
title:
  en: "One"
closes: 2027-03-31
"""
FILES = {
    "contest": INSTANCE.format(point="caption") + "prizes: 1\n",
    "event": INSTANCE.format(point="evening") + "capacity: 5\n",
    "sweepstake": INSTANCE.format(point="lots")
    + 'prizes: 1\npublic-number:\n  en: "A closing value"\nnumber-day: 2027-04-02\n',
    "questionnaire": INSTANCE.format(point="questions")
    + 'questions:\n  wish:\n    type: text\n    ask:\n      en: "What?"\n',
}


async def _join(installation):
    """Somebody who gave a name and an address, and agreed to news."""
    engine = installation.engine
    own = await installation.session((await accounts.join_with_password(engine, PASSWORD, "en")).person_id)
    form = await present_form(engine, own, "registration", "", "en")
    fields = [("name", "Hanako Mori"), ("mail_address", "mori@example.jp"), ("choice", "news/mail/")]
    await submit(engine, own, point="registration", stage="", language="en", unverified_token=form.token, fields=fields)
    return own


LACKING = {
    "disclosure": (lambda e, s: disclosures.record(e, s, TERMS), "disclosure-undeclared"),
    "rights requests": (
        lambda e, s: rights_requests.open_request(
            e, s, channel="post", criteria={"name": "A"}, asked=[Asked("disclosure")]
        ),
        "rights-undeclared",
    ),
    "statistics": (lambda e, s: queries.ask(e, s, "everybody", (), Precision.FINE), "data-set-unknown"),
    "projections": (lambda e, s: projections.build(e, s, "everybody"), "data-set-unknown"),
    "partners": (
        lambda e, s: parties.ask_party(e, s, party(PartyKind.PARTNER, "friends")),
        "partner-undeclared",
    ),
    "recipients": (lambda e, s: provisions.ask(e, s, "club"), "recipient-unknown"),
    "recipients' keys": (lambda e, s: parties.ask_party(e, s, party(PartyKind.RECIPIENT, "club")), "recipient-unknown"),
    "authorities": (lambda e, s: parties.ask_party(e, s, party(PartyKind.AUTHORITY, "court")), "disclosure-undeclared"),
    "campaigns": (lambda e, s: campaigns.draft(e, s, "id: one\n"), "right"),
    "instances": (lambda e, s: instances.draft(e, s, FILES["event"]), None),
    "emergencies": (
        lambda e, s: emergencies.open_emergency(
            e, s, purpose="news", why="account-misused", text="x", criteria={"mail_address": "mori@example.jp"}
        ),
        "right",
    ),
    "cases for another purpose": (lambda e, s: cases.open_case(e, s, "contact"), "purpose"),
}


@pytest.mark.parametrize("what", LACKING)
async def test_what_is_not_declared_is_refused_in_words(tmp_path, what):
    """Each desk says what it expected; a clause is cited only where the policy has it."""
    installation = await small(tmp_path)
    session = await installation.staff(roles=("desk",))
    act, reason = LACKING[what]
    with pytest.raises((InputError, DeniedError)) as refused:
        await act(installation.engine, session)
    assert reason in {refused.value.reason, None}
    cited = installation.engine.cite(refused.value).clause
    assert cited in {"", "§1.1"}
    assert refused.value.hint or getattr(refused.value, "needed", "") or cited
    await installation.close()


async def test_a_canary_needs_a_registration(tmp_path):
    """With one it is planted through it, whatever it is called; without one it is refused."""
    installation = await small(tmp_path, ("  registration:\n", "  joining:\n"))
    await plant(installation.engine, {"name": "Ren Kawaguchi"}, by="test", language="en")
    assert (await installation.newest()).act == "operator:canary:plant"
    await installation.close()
    (tmp_path / "other").mkdir()
    other = await small(tmp_path / "other", ("    kind: registration\n", "    kind: event\n"))
    with pytest.raises(InputError) as refused:
        await plant(other.engine, {"name": "Ren Kawaguchi"}, by="test", language="en")
    assert refused.value.reason == "canary-point"
    assert not other.engine.canaries
    await other.close()


async def test_a_case_reaches_nobody_by_a_way_its_purpose_has_no_item_for(tmp_path):
    """The purpose uses no postal address: a letter is refused at step 3 with the purpose's clause, and recorded."""
    installation = await small(tmp_path, *LOOKED_UP)
    set_up_channels(installation.engine)
    await _join(installation)
    session = await installation.staff(roles=("desk",))
    case = await cases.open_case(installation.engine, session, "news")
    case = await cases.find_in_case(installation.engine, session, case.id, {"mail_address": "mori@example.jp"})
    with pytest.raises(DeniedError) as refused:
        await contacts.write_to(installation.engine, session, case.id, "post", "reply", "Some news.")
    assert (refused.value.step, refused.value.reason, refused.value.clause) == (3, "uses", "§1.1")
    entry = await installation.newest()
    assert (entry.act, entry.outcome, entry.refused, entry.exit) == ("staff:contact:write", "refused", (), "post")
    assert ("reason", "uses") in entry.facts
    await confirm_all(installation.engine, case.person_id)
    for kind in (
        "reply",
        "service-notice",
    ):  # where a policy declares no kind, everything written needs a second person
        with pytest.raises(DeniedError) as refused:
            await contacts.write_to(installation.engine, session, case.id, "mail", kind, "Some news.")
        assert (refused.value.reason, refused.value.clause) == ("message-kind", "§1.1")
    await installation.close()


async def _instance(tmp_path, kind):
    installation = await small(tmp_path, also=(kind,))
    session = await installation.staff(roles=("desk",))
    await instances.draft(installation.engine, session, FILES[kind])
    await open_with_second(installation, session, "one", "desk")
    return installation, InstanceDesk(installation, session, "one")


async def _taken(installation, fields=()):
    own = await _join(installation)
    form = await present_part(installation.engine, own, "one", "en")
    await take_part(installation.engine, own, "one", language="en", unverified_token=form.token, fields=list(fields))


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("contest", lambda e, s, number: contests.open_entry(e, s, "one", number)),
        ("questionnaire", lambda e, s, _: questionnaires.count_answers(e, s, "one")),
    ],
)
async def test_an_instance_without_the_item_its_kind_lives_by_says_so(tmp_path, kind, act):
    """A contest whose point asks for no entry has none to open; a questionnaire without answers has none to count."""
    installation, desk = await _instance(tmp_path, kind)
    await _taken(installation)
    number = (await questionnaires.numbers_of(installation.engine, "one"))[0]
    with pytest.raises(InputError) as refused:
        await act(installation.engine, desk.session, number)
    assert (refused.value.reason, installation.engine.cite(refused.value).clause) == ("instance-item", "§1.1")
    await installation.close()


async def test_an_event_that_asks_for_no_name_has_a_list_of_numbers(tmp_path):
    """Nothing is opened: a number is enough at the door."""
    installation, desk = await _instance(tmp_path, "event")
    await _taken(installation)
    guests = await events.check_in_list(installation.engine, desk.session, "one")
    assert [(one.name, one.arrived) for one in guests] == [("", False)]
    await installation.close()


async def test_a_sweepstake_of_another_kind_is_no_sweepstake(tmp_path):
    """A desk of one kind answers for no other; where none of the kind is declared it cites nothing."""
    installation, desk = await _instance(tmp_path, "event")
    with pytest.raises(InputError) as refused:
        await sweepstakes.deliver(installation.engine, desk.session, "one", "1")
    assert (refused.value.reason, installation.engine.cite(refused.value).clause) == ("instance-kind", "")
    await installation.close()


async def test_every_act_cites_a_clause_of_this_policy_or_none(tmp_path):
    """A life under the small policy: whatever the ledger cites stands in it."""
    installation = await small(tmp_path, *LOOKED_UP, also=("event",))
    engine = installation.engine
    session = await installation.staff(roles=("desk",))
    own = await _join(installation)
    case = await cases.open_case(engine, session, "news")
    case = await cases.find_in_case(engine, session, case.id, {"mail_address": "mori@example.jp"})
    with (await cases.open_item(engine, session, case.id, "name"))["name"].open(Exit.SCREEN) as text:
        assert text == "Hanako Mori"
    await cases.close_case(engine, session, case.id)
    await choices.stop_use(engine, own, "news", stop=True)
    await choices.choose(engine, own, "news", Exit.MAIL, allow=False)
    await correct(engine, own, "name", "Hanako Sato", expected_version=1)
    await remove_value(engine, own, "name")
    await take_along(engine, own, "en")
    await instances.draft(engine, session, FILES["event"])
    for act in (
        lambda: cases.open_case(engine, session, "nothing"),
        lambda: rights_requests.require_desk(engine, session),
    ):
        with pytest.raises(KeptError):
            await act()
    await show_register(engine, session)
    await end_register(engine)
    await confirm_sweep(engine, by="test")
    await sweep(engine)
    await tidy(engine)
    await rotate(engine, by="test")
    assert (await own_data(engine, own)).held
    await erasure.intend_erasure(engine, own)
    cited = {(line.act, line.clause) for line in await installation.ledger()}
    assert {clause for _, clause in cited} <= {"", "1.1"}
    assert ("staff:case:open", "1.1") in cited
    assert ("staff:instance:draft", "1.1") in cited
    assert ("customer:choice:withdraw", "1.1") in cited
    assert ("operator:keys:rotate", "") in cited
    await installation.close()
