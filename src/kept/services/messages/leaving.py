"""Who leaves what waits for them: decided again by the purpose, the way out and the stop list; nothing is opened for anybody.

Whoever said no, stopped the use, is being erased, or whose number is on the stop list is off a call sheet before anybody
looks at it.
"""

from __future__ import annotations

from dataclasses import replace

from kept import limits
from kept.errors import ErasedError, EvidenceError
from kept.policy import needs
from kept.policy.decision import Mandate, Refused
from kept.policy.words import Basis, Exit
from kept.services.engine.dispatchers import Waiting
from kept.services.engine.engine import Engine
from kept.services.gate import gate
from kept.services.messages.confirmation_code import ORIGIN as CONFIRMATION
from kept.services.messages.letters import called_off
from kept.services.messages.stop_list import TOLD_STAFF, UNDELIVERABLE, address_item, stop_token
from kept.services.staff.mandates import staff_mandate
from kept.services.staff.sessions import StaffSession
from kept.store import sql

ALWAYS = frozenset({UNDELIVERABLE, TOLD_STAFF})
"""Reasons that stand against a call for whatever purpose."""


def looking(engine: Engine, session: StaffSession, purpose: str, origin: str) -> Mandate:
    """Return the mandate under which a sheet is looked at: it decides, and is good for opening nothing.

    Args:
        engine: Open.
        session: Who looks.
        purpose: Of the sheet.
        origin: Of the sheet.

    Raises:
        DeniedError: No role of theirs has the purpose.
    """
    role = session.require_purpose(engine, purpose)
    mandate = staff_mandate(session, role, purpose, expires_at=engine.clock.now() + limits.DESK_WORK_SECONDS, volume=1)
    return replace(mandate, kind=needs.CONFIRMATION) if origin == CONFIRMATION else mandate


async def reason_to_leave(engine: Engine, mandate: Mandate, waiting: Waiting) -> str:
    """Return why a call does not take place any more, a word; empty while it is still wanted."""
    if await called_off(engine, waiting):
        return "withdrawn"
    item = address_item(engine.policy.policy, engine.policy.policy.purposes[waiting.purpose], waiting.channel)
    if not item:
        return "uses"
    try:
        person = await engine.people.load(waiting.person_id, (item,))
        answer = (await gate.decide(engine, mandate, person, (item,), waiting.channel, engine.clock.now()))[item]
    except ErasedError:
        return "erasing"
    except EvidenceError:
        return "evidence"
    if isinstance(answer, Refused):
        return answer.reason
    if waiting.origin == CONFIRMATION:  # whom it reaches may be listed, and is asked whether they still want that
        return ""
    return "stop-list" if await number_is_listed(engine, waiting.purpose, waiting.person_id) else ""


async def number_is_listed(engine: Engine, purpose: str, person_id: bytes) -> bool:
    """Whether a person's number may not be called: for whatever purpose once they told us so, or there is no such number.

    Args:
        engine: Open.
        purpose: Under consent or notice, every other reason on the list counts as well.
        person_id: 16 bytes.
    """
    token = await number_token(engine, purpose, person_id)
    if not token:
        return False
    reasons = await engine.data.values(sql.StopListOf, channel=Exit.PHONE.value, token=token)
    necessary = engine.policy.policy.purposes[purpose].basis is Basis.NECESSARY
    return any(not necessary or reason in ALWAYS for reason in reasons)


async def number_token(engine: Engine, purpose: str, person_id: bytes) -> bytes:
    """Return what a person's number is called on the stop list; empty when there is none any more."""
    item = address_item(engine.policy.policy, engine.policy.policy.purposes[purpose], Exit.PHONE)
    try:
        person = await engine.people.load(person_id, (item,))
    except ErasedError:
        return b""
    if item not in person.state.slots:
        return b""
    return stop_token(engine, Exit.PHONE, str(engine.people.open_slot(person, item)))
