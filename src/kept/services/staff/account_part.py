"""The account part of what a member of staff did, in one place: who, in which role, under the policy in force."""

from __future__ import annotations

from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, Refusal
from kept.services.engine.record import account_part
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
    """Return the account part of an act of staff; use `record.account_part` with `StaffSession.acting`."""
    return account_part(
        engine,
        session.acting(role=role, purpose=purpose, case=case, mandate=mandate),
        act,
        outcome=outcome,
        at=at,
        clause=clause,
        items=items,
        exit=exit,
        refused=refused,
        facts=facts,
    )
