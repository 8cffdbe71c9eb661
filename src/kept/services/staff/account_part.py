"""The account part of what a member of staff did, in one place: who, in which role, under the policy in force."""

from __future__ import annotations

from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, Refusal
from kept.services.staff.sessions import StaffSession


def staff_account(  # noqa: PLR0913 -- the fields of an entry
    engine: Engine,
    session: StaffSession,
    act: Act,
    outcome: Outcome,
    at: float,
    *,
    clause: str,
    role: str = "",
    purpose: str = "",
    exit: str = "",  # noqa: A002 -- the field's own word
    case: str = "",
    mandate: str = "",
    items: tuple[str, ...] = (),
    refused: tuple[Refusal, ...] = (),
    facts: tuple[tuple[str, str], ...] = (),
) -> Account:
    """Return the account part of an act of staff.

    Args:
        engine: Open, with a policy in force.
        session: Who acts.
        act: What is done.
        outcome: How it ended.
        at: When, unix seconds.
        clause: Clause it rests on, without the section sign.
        role: The one role acted in; empty for all of theirs.
        purpose: Declared purpose acted for; empty when there is none.
        exit: Way out; empty when nothing leaves.
        case: Case number; empty when there is none.
        mandate: Mandate id; empty when there is none.
        items: Slots concerned, item names only.
        refused: Items refused.
        facts: Further machine facts, of the closed vocabulary.
    """
    return Account(
        act=act.value,
        outcome=outcome.value,
        at=at,
        policy=engine.policy.hash[:16],
        kind="staff",
        actor=session.actor,
        role=role or ",".join(session.roles),
        purpose=purpose,
        clause=clause,
        items=items,
        exit=exit,
        case=case,
        mandate=mandate,
        refused=refused,
        facts=facts,
    )
