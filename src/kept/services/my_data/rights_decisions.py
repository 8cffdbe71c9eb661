"""Deciding about a rights request: who asks is checked, each part is granted or refused on a declared ground, a second approves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from kept.errors import InputError
from kept.policy.rights import ITEM_KINDS, refusals_of
from kept.policy.words import RightsKind
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect
from kept.services.my_data import rights_record as records
from kept.services.my_data.rights_record import (
    CHECKED,
    GRANTED,
    NOTHING_HELD,
    OPEN,
    REFUSED,
    Check,
    Part,
    Request,
    load,
    moved,
    moving,
    paper_of,
    too_early,
    with_hand,
)
from kept.services.my_data.rights_requests import ACT, acting, at_step, request_of, require_desk, said_by, subject_of
from kept.services.staff.approvals import Approval, Given
from kept.services.staff.sessions import StaffSession
from kept.services.third_parties.register import lines_of
from kept.store.interface import Transaction

DOCUMENT = "identity document copy"
CHECKS = (DOCUMENT, "known address answered", "call back on known number", "in person")


async def check_identity(
    engine: Engine, session: StaffSession, request_id: str, check: str, compared: Sequence[str] = ()
) -> None:
    """Record how it was checked who asks, and what was compared with what is held.

    Args:
        engine: Open.
        session: Answers requests.
        request_id: The request's.
        check: By what, of `CHECKS`.
        compared: Items of the letter, or of a document, that were compared.

    Raises:
        InputError: Not one of the known checks; a document with nothing compared; an agent without paper; or it was recorded
            before.
    """
    items = engine.policy.policy.items
    if check not in CHECKS or not set(compared) <= set(items):
        raise InputError("expected a known identity check", reason="identity-check", hint=", ".join(CHECKS))
    require_desk(engine, session)
    found = await at_step(engine, request_id, OPEN)
    if found.keys is not None and check == DOCUMENT and not compared:
        raise InputError(
            "expected what of the document was compared, found nothing",
            reason="identity-check",
            hint="name the items, such as name and address",
        )
    if found.record and found.record.agent and await paper_of(engine, request_id) is None:
        raise InputError(
            "expected the agent's authority beside the request, found no paper",
            reason="paper-missing",
            hint="put the power of attorney, or what shows the authority, beside it first",
        )
    checked = Check(check, tuple(sorted(set(compared))), session.login, engine.ready())
    await _go(engine, session, found, ("check", check), what="checked", status=CHECKED, check=checked)


async def decide(  # noqa: PLR0913 -- what a decision names
    engine: Engine, session: StaffSession, request_id: str, place: int, outcome: str, ground: str = ""
) -> None:
    """Decide about one part of a request.

    Args:
        engine: Open.
        session: Answers requests.
        request_id: The request's.
        place: Of the part, from 0.
        outcome: `granted`, `refused` or `nothing held`.
        ground: Of a refusal: one the policy declares.

    Raises:
        InputError: Another word, no such part, a refusal without a declared ground, or not the time for it.
    """
    require_desk(engine, session)
    found = await at_step(engine, request_id, CHECKED)
    said = said_by(found)
    if outcome not in {GRANTED, REFUSED, NOTHING_HELD} or not 0 <= place < len(said.parts):
        raise InputError("expected a part and what is decided about it, found another", reason="rights-decision")
    if (outcome == REFUSED) != bool(ground) or (ground and ground not in refusals_of(engine.policy.policy)):
        raise _undeclared(engine)
    part = said.parts[place]
    if outcome == NOTHING_HELD and found.keys is not None:
        await _require_empty(engine, found, part)
    parts = _with(said.parts, place, msgspec.structs.replace(part, outcome=outcome, ground=ground, withheld={}))
    facts = (("decided", outcome), *((("ground", ground),) if ground else ()))
    await _go(engine, session, found, *facts, what="decided", parts=parts)


async def withhold(  # noqa: PLR0913 -- what a refusal in part names
    engine: Engine, session: StaffSession, request_id: str, place: int, item: str, ground: str
) -> None:
    """Leave one item out of a copy that is granted: a refusal in part, on a declared ground.

    Raises:
        InputError: The part is no copy that is granted, the item is not held, or the ground not declared.
    """
    require_desk(engine, session)
    found = await at_step(engine, request_id, CHECKED)
    said = said_by(found)
    if ground not in refusals_of(engine.policy.policy):
        raise _undeclared(engine)
    held = (await engine.people.load(found.person_id)).state.slots if found.person_id else {}
    slots = {slot for slot in held if slot.partition("#")[0] == item}
    whole = 0 <= place < len(said.parts) and said.parts[place].kind is RightsKind.DISCLOSURE
    if not whole or said.parts[place].outcome != GRANTED or not slots:
        raise InputError("expected a copy that is granted and an item in it, found another", reason="rights-decision")
    part = said.parts[place]
    withheld = {**part.withheld, **dict.fromkeys(slots, ground)}
    parts = _with(said.parts, place, msgspec.structs.replace(part, withheld=withheld))
    await _go(engine, session, found, ("withheld", item), ("ground", ground), what="withheld", parts=parts)


def _undeclared(engine: Engine) -> InputError:
    known = refusals_of(engine.policy.policy)
    return InputError(
        "expected a ground the policy declares for a refusal, and for nothing else, found another",
        reason="rights-ground",
        hint=", ".join(known) if known else "the policy declares none: nothing can be refused",
        rests_on="rights purposes:rights-request",
    )


async def _require_empty(engine: Engine, found: Request, part: Part) -> None:
    """Insist that *nothing held* is so: somebody who is here has at least an account, and perhaps the item."""
    held = (await engine.people.load(found.person_id)).state.slots
    empty = part.kind in ITEM_KINDS and part.target not in held
    if part.kind is RightsKind.PROVISION_RECORDS:
        empty = not await lines_of(engine, found.person_id)
    if not empty:
        raise InputError(
            "expected that nothing is held where that is the answer, found that something is",
            reason="rights-held",
            hint="grant it, or refuse it on a declared ground",
            rests_on="purposes:rights-request",
        )


async def note_fee(engine: Engine, session: StaffSession, request_id: str, state: str) -> None:
    """Note that the person was told of the fee, paid it, or need not.

    Raises:
        InputError: There is no fee, or it was not told yet.
    """
    require_desk(engine, session)
    found = await at_step(engine, request_id, OPEN, CHECKED)
    said = said_by(found)
    expected = {"told": {""}, "paid": {"told"}, "waived": {"", "told"}}.get(state, set())
    if not said.fee or said.fee_state not in expected:
        raise InputError(
            "expected a fee that was told before it is due, found none",
            reason="rights-fee",
            hint="tell the person first; then note that they paid, or that they need not",
            rests_on="rights purposes:rights-request",
        )
    await _go(engine, session, found, ("fee", state), what=f"fee {state}", fee_state=state)


async def ask_approval(engine: Engine, session: StaffSession, request_id: str) -> None:
    """Ask for a second approver, once every part is decided and something grave is granted.

    Raises:
        InputError: The identity is not checked yet, something is not decided, or nothing needs a second.
        ConflictError: It was asked before.
    """
    require_desk(engine, session)
    found = await at_step(engine, request_id, CHECKED)
    said = said_by(found)
    if not said.decided or not said.grave or found.own:
        raise too_early()
    move = moving(
        engine, found, acting(engine, session), Act.RIGHTS_REQUEST_STEP, ("asked-by", session.actor),
        what="second asked", status=records.WAITING,
    )  # fmt: skip

    async def also(tx: Transaction, approval_id: str) -> None:
        if not await move(tx, approval_id):
            raise records.elsewhere()

    await ANSWERING.ask(engine, session, request_id, also)


async def _approve(engine: Engine, given: Given) -> Effect:
    """Return what approves a request; nothing where the person began to erase themselves: the approval dies with that."""
    found = await load(engine, given.subject)
    staying = bool(found.person_id) and await engine.people.stays(found.person_id)
    move = moving(
        engine, found, acting(engine, given.by), Act.RIGHTS_REQUEST_STEP, ("approved-by", given.by.actor),
        what="approved", status=records.APPROVED,
    )  # fmt: skip

    async def effect(tx: Transaction) -> bool:
        return staying and found.row.status == records.WAITING and await move(tx)

    return effect


ANSWERING = Approval(
    act=ACT,
    title="Answer somebody who asked about their own information",
    page="/rights/{subject}",
    about=subject_of,
    effect=_approve,
    then=request_of,
    back=lambda tx, request_id: tx.run("rights_back", request_id=request_id),
    apart=True,
)


async def _go(
    engine: Engine,
    session: StaffSession,
    found: Request,
    *facts: tuple[str, str],
    what: str,
    status: str = "",
    **changed: object,
) -> None:
    """Take a request one step on; *changed* are the fields of its record that change."""
    said = said_by(found)
    record = msgspec.structs.replace(said, hands=with_hand(said, session.login), **changed)
    act = Act.RIGHTS_REQUEST_STEP
    found = replace(found, record=record)
    await moved(engine, moving(engine, found, acting(engine, session), act, *facts, what=what, status=status))


def _with(parts: tuple[Part, ...], place: int, part: Part) -> tuple[Part, ...]:
    return (*parts[:place], part, *parts[place + 1 :])
