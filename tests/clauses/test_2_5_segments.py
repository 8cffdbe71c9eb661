"""§2.5: information chosen by consented items: a closed rule, each candidate decided alone, nobody's answers kept."""

from __future__ import annotations

import pytest
from asked import Browser
from cited import cited
from counted import exactly
from installation import MAIL, confirm_all
from receiving import FILE
from taking import SURVEY, open_with_second

from kept.errors import InputError, PolicyError
from kept.guarantees.board import promise_board
from kept.policy.campaign import parse_campaign
from kept.policy.instance import parse_instance
from kept.policy.segment import parse_rule
from kept.policy.words import ClauseState
from kept.services.accounts import accounts
from kept.services.campaigns import campaigns, candidates
from kept.services.instances import instances
from kept.services.instances.participations import present_part, take_part
from kept.services.messages.outbox import send_due
from kept.services.my_data import choices

pytestmark = pytest.mark.anyio
TICK = ("choice", "information-for-you/mail/")


async def customer(installation, mail, *fields):
    """Somebody who agreed to mail."""
    own = await installation.join()
    await installation.give(own, [("mail_address", mail), TICK, *fields])
    return own


async def test_a_rule_chooses_by_what_was_agreed_to(installation, desk):
    """§2.5 normal: every condition holds, one option of each is enough."""
    file = FILE.replace("to:\n", "to:\n  prefecture:\n    - kyoto\n    - nara\n")
    await customer(installation, "both@example.jp", ("interests", "landscape"), ("prefecture", "nara"))
    await customer(installation, "one@example.jp", ("interests", "landscape"), ("prefecture", "tokyo"))
    await customer(installation, "none@example.jp", ("prefecture", "kyoto"))
    assert await desk.sent(file) == {("queued", ""): 1, ("sent", ""): 1, ("not-chosen", "no-match"): 2}
    assert [one.recipient for one in desk.box.received] == ["both@example.jp"]


async def test_nobody_is_looked_at_for_an_address_nobody_confirmed(installation, desk):
    """§2.5 breach: who typed somebody else's address with a yes is not chosen, and their interests stay closed."""
    own = await installation.join()
    await installation.give_only(
        own, [("mail_address", MAIL), ("interests", "landscape"), ("choice", "information-for-you/mail/")]
    )
    assert await desk.sent() == {("not-chosen", "unconfirmed"): 1}
    assert not [one for one in await installation.ledger() if one.exit == "segment"]
    await confirm_all(installation.engine, own.person_id)
    assert ("sent", "") in await desk.sent(FILE.replace("id: ", "id: later-"))


async def test_each_look_at_a_candidate_is_their_own_line(installation, desk):
    """§2.5: who agreed is read through the gate, exit *segment*, and sees it; who did not is no use made."""
    agreed = await customer(installation, MAIL, ("interests", "food"))
    await installation.join()
    await desk.queued()
    looks = [one for one in await installation.ledger() if one.exit == "segment"]
    assert [(one.outcome, one.items, one.purpose) for one in looks] == [
        ("permitted", ("interests",), "information-for-you")
    ]
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, agreed.person_id)
    assert "Marketing opened: Interests" in (await browser.get("/en/my-data")).text


async def test_who_stopped_the_use_is_not_looked_at(installation, desk):
    """§2.5 breach: a stop, a no or a missing yes keeps the answers closed."""
    stopped = await customer(installation, MAIL, ("interests", "landscape"))
    await choices.stop_use(installation.engine, stopped, "information-for-you", stop=True)
    assert await desk.sent() == {("not-chosen", "stopped"): 1}
    assert not [one for one in await installation.ledger() if one.exit == "segment" and one.outcome == "permitted"]


async def test_counts_are_shown_and_never_who(installation, desk, monkeypatch):
    """§2.5: how many match, how many do not and why; nothing is queued by counting. Noise and floor: `test_2_5_singled_out`."""
    exactly(monkeypatch)
    await customer(installation, MAIL, ("interests", "seasons"))
    await customer(installation, "food@example.jp", ("interests", "food"))
    await installation.join()
    await campaigns.draft(installation.engine, desk.ume, FILE)
    counts = await candidates.preview(installation.engine, desk.ume, "autumn-light")
    assert (counts.matching, counts.left_out) == (1, dict.fromkeys(counts.left_out, 0) | {"no-match": 1, "consent": 1})
    assert await send_due(installation.engine) == 0
    assert installation.sql("SELECT COUNT(*) FROM outbox") == [(0,)]


async def test_answers_of_a_questionnaire_choose_too(installation, desk):
    """§2.5: a declared choice answer, given with a yes to this purpose on the questionnaire's own form."""
    research = await installation.staff("ono", ("research",))
    await instances.draft(installation.engine, research, SURVEY)
    await open_with_second(installation, research, "survey")
    for mail, answer, boxes in (
        ("words@example.jp", "words", True), ("chance@example.jp", "chance", True), ("no-tick@example.jp", "words", False),
    ):  # fmt: skip
        own = await customer(installation, mail)
        form = await present_part(installation.engine, own, "survey", "en")
        ticks = [("choice", "information-for-you//"), ("choice", "information-for-you/mail/")] if boxes else []
        offered = {f"{b.purpose}/{b.exit.value if b.exit else ''}/{b.recipient}" for b in form.boxes}
        fields = [("answer.how", answer), *(one for one in ticks if one[1] in offered)]
        await take_part(installation.engine, own, "survey", language="en", unverified_token=form.token, fields=fields)
    file = FILE.replace("  interests:\n    - landscape\n    - seasons\n", '  "answer#survey.how":\n    - words\n')
    ended = await desk.sent(file)
    assert ended["sent", ""] == 1
    assert [one.recipient for one in desk.box.received] == ["words@example.jp"]
    wrong = file.replace("survey.how", "survey.wish")
    with pytest.raises(PolicyError) as refused:
        await campaigns.draft(installation.engine, desk.ume, wrong.replace("autumn-light", "other-one"))
    assert (refused.value.reason, cited(refused.value)) == ("rule-unfit", "§2.5")


async def test_a_rule_reads_the_same_however_it_is_written(installation):
    """§2.5: canonical form; in words in both languages."""
    policy = installation.engine.policy.policy
    one = parse_campaign(FILE, policy, {}).rule
    other = parse_campaign(
        FILE.replace("    - landscape\n    - seasons\n", "    - seasons\n    - landscape\n"), policy, {}
    )
    assert one.text == other.rule.text == "interests=landscape|seasons"
    assert one.words(policy, {}, "en") == (("Interests", ("Landscapes", "The seasons")),)
    assert one.words(policy, {}, "ja") == (("ご関心のある分野", ("風景", "四季")),)


async def test_the_board_says_kept(installation, desk):
    """§2.5 page: declared, and in use."""
    await customer(installation, MAIL, ("interests", "landscape"))
    await desk.sent()
    one = (await promise_board(installation.engine)).of("2.5")
    assert one.state is ClauseState.KEPT
    assert one.uses >= 1


async def test_an_answer_not_asked_for_it_chooses_nobody(installation, desk):
    """§2.5 breach: a campaign cannot choose people by a question whose file does not say that it may."""
    policy = installation.engine.policy.policy
    kinds = {one.id: one.kind.value for one in policy.points.values()}
    plain = {"answer#survey.how": ("words",)}
    for file, may in ((SURVEY, True), (SURVEY.replace("    segments: true\n", ""), False)):
        asked = {"survey": parse_instance(file, kinds, policy.languages, policy.zone)}
        if may:
            assert parse_rule(plain, policy, "information-for-you", asked).conditions
        else:
            with pytest.raises(InputError, match="segments: true"):
                parse_rule(plain, policy, "information-for-you", asked)
