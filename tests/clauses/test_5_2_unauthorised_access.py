"""§5.2: protection from unauthorised access: a second factor, roles bound to purposes."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from cited import cited
from installation import MAIL, PASSWORD
from reaching import reach

from kept import limits
from kept.crypto.second_factor import code_at
from kept.door.staff import Staff
from kept.errors import DeniedError, InputError, SignInError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services.cases import cases, inquiries
from kept.services.cases.contacts import write_to
from kept.services.cases.do_not_contact import note_in_case
from kept.services.cases.other_words import ask_to_write
from kept.services.gate import gate
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions
from kept.services.staff.credentials import issue_credential

pytestmark = pytest.mark.anyio


async def test_staff_sign_in_with_both_factors(installation):
    """§5.2 normal: password and one-time code open a session, and its entry names the factors and no login."""
    session = await installation.staff("sato")
    said = next(one for one in await installation.ledger() if one.act == "staff:session:sign-in")
    assert (said.clause, dict(said.facts)) == ("5.2", {"factors": "password, one-time code"})
    assert (said.actor, "sato" in said.actor) == (session.actor, False)


@pytest.mark.parametrize(("password", "shift"), [(PASSWORD, 40), ("another one altogether", 0)])
async def test_one_factor_alone_opens_nothing(installation, password, shift):
    """§5.2 breach: a right password with a wrong code, or the other way round, is refused alike and recorded."""
    enrolled = await sessions.add_staff(installation.engine, "sato", PASSWORD, ("support",), by="test", who="sato")
    code = code_at(enrolled.secret, int(installation.engine.clock.now()) // 30 + shift)
    with pytest.raises(SignInError) as refused:
        await sessions.sign_in(installation.engine, "sato", password, code)
    assert (cited(refused.value), refused.value.reason) == ("§5.2", "sign-in-wrong")
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause) == ("staff:session:sign-in-fail", "refused", "5.2")


async def test_a_purpose_is_a_right_of_the_role(installation):
    """§5.2 breach: support asks for market research, and is refused with the clause before anybody is looked for."""
    session = await installation.staff()
    with pytest.raises(DeniedError) as refused:
        await cases.open_case(installation.engine, session, "market-research")
    assert (cited(refused.value), refused.value.step) == ("§5.2", 1)
    assert "role" in refused.value.needed
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause, said.purpose) == (
        "staff:case:open",
        "refused",
        "5.2",
        "market-research",
    )
    with pytest.raises(InputError) as issued:
        await issue_credential(installation.engine, "x", "support", ("market-research",), by="test")
    assert cited(issued.value) == "§5.2"


async def test_the_board_counts_the_refusal(installation):
    """§5.2 page: the board shows the clause kept, with the breach refused."""
    session = await installation.staff()
    with pytest.raises(DeniedError):
        await cases.open_case(installation.engine, session, "market-research")
    one = (await promise_board(installation.engine)).of("5.2")
    assert (one.state, one.refused) == (ClauseState.KEPT, 1)


async def _over(desk):
    """A case of hers that is closed."""
    await cases.close_case(desk.engine, desk.session, desk.case.id)


async def _spent(desk):
    """A case that is good for nothing more."""
    desk.installation.sql("UPDATE mandate SET volume_left = 0 WHERE case_id = ?", desk.case.id)


async def _written(desk):
    """A case that wrote as much as it may."""
    for _ in range(limits.CONTACTS_OF_A_CASE):
        await desk.write()


EARLY = {
    "too many items": (None, lambda one: one.read(["name"] * (limits.SLOTS_OF_A_READ + 1)), "items-count"),
    "no item": (None, lambda one: one.read([]), "items-count"),
    "more than its mandate": (_spent, lambda one: one.read(["name"]), "mandate-spent"),
    "a message beyond its mandate": (_spent, lambda one: one.write(one.case), "mandate-spent"),
    "a message too many": (_written, lambda one: one.write(), "volume"),
    "an item after the end": (_over, lambda one: cases.open_item(one.engine, one.session, one.case.id, "name"), "case-over"),
    "a message after the end": (_over, lambda one: one.write(), "case-over"),
    "other words after the end": (
        _over,
        lambda one: ask_to_write(one.engine, one.session, one.case.id, "mail", "x", "y", "z"),
        "case-over",
    ),
    "an inquiry after the end": (
        _over, lambda one: inquiries.note_in_case(one.engine, one.session, one.case.id, "call"), "case-over"
    ),
    "a stop after the end": (
        _over, lambda one: note_in_case(one.engine, one.session, one.case.id, Exit.MAIL), "case-over"
    ),
}  # fmt: skip
"""By what is tried: what stands before it, the attempt, and why it is refused before anything is decided."""


class _Desk:
    """A customer, and a case of support that holds her."""

    @classmethod
    async def of(cls, installation):
        self = cls()
        reach(installation)
        self.installation, self.engine, self.own = installation, installation.engine, await installation.mori()
        self.session = await installation.staff()
        self.case = await installation.case(self.session)
        await inquiries.note_in_case(self.engine, self.session, self.case, "call")
        return self

    async def read(self, items):
        return await gate.read(self.engine, self.case.mandate, self.own.person_id, items, Exit.SCREEN)

    async def write(self, case=None):
        return await write_to(self.engine, self.session, case or self.case.id, "mail", "reply", "Yes, it does.")


@pytest.mark.parametrize("what", EARLY)
async def test_what_is_refused_before_anything_is_decided_is_an_entry_she_sees(installation, what):
    """§5.2 breach: too many items, a used up or closed case: refused, named by its entry, and in the history of whom it is about."""
    before, attempt, reason = EARLY[what]
    desk = await _Desk.of(installation)
    if before is not None:
        await before(desk)
    known = {one.entry_id for one in (await own_data(installation.engine, desk.own)).history.lines}
    with pytest.raises(DeniedError) as refused:
        await attempt(desk)
    lines = (await own_data(installation.engine, desk.own)).history.lines
    new = {one.entry_id: one.account for one in lines if one.account.outcome == "refused"}
    assert refused.value.entry_id in new.keys() - known
    said = new[refused.value.entry_id]
    assert (dict(said.facts)["reason"], said.actor, said.clause != "") == (reason, desk.session.actor, True)


async def test_a_case_that_is_over_finds_nobody_and_says_so_on_the_record(installation):
    """§5.2 breach: a look-up in a closed case, and one by an item nobody is found by, stand where the board counts them."""
    desk = await _Desk.of(installation)
    empty = await cases.open_case(installation.engine, desk.session, "contact")
    with pytest.raises(SubmissionError):
        await cases.find_in_case(installation.engine, desk.session, empty.id, {"interests": "landscape"})
    said = await installation.newest()
    assert (said.act, said.outcome, dict(said.facts)["reason"]) == ("actor:person:find", "refused", "not-findable")
    await cases.close_case(installation.engine, desk.session, empty.id)
    with pytest.raises(DeniedError):
        await cases.find_in_case(installation.engine, desk.session, empty.id, {"mail_address": MAIL})
    said = await installation.newest()
    assert (said.act, said.outcome, dict(said.facts)["reason"]) == ("actor:person:find", "refused", "case-over")


async def test_what_no_service_records_is_recorded_where_pages_and_door_let_it_out(installation):
    """§5.2 breach: support asks for the legal desk, the approvals and somebody else's work, by page and by door: each is an entry."""
    session = await installation.staff()
    token = await sessions.start_demo_session(installation.engine, "sato")
    console = Browser(installation, at=CONSOLE)
    console.cookies["__Host-kept_session"] = token
    before = (await promise_board(installation.engine)).of("5.2").refused
    for tried, path in enumerate(("/en/legal", "/en/ledger", "/en/rights"), start=1):
        assert (await console.get(path)).status_code == 403
        said = await installation.newest()
        assert (said.act, said.outcome, said.actor) == ("actor:request:refuse", "refused", session.actor), path
        assert (await promise_board(installation.engine)).of("5.2").refused == before + tried
    count = len(await installation.ledger())
    with pytest.raises(DeniedError) as refused:
        await Staff(installation.engine, token).review_emergency("0" * 32, "justified")
    assert (refused.value.entry_id != "", len(await installation.ledger())) == (True, count + 1)
