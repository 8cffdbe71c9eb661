"""Refusals: every refused attempt on personal information is an entry, which the person sees, or else the board.

A service that knows whom an attempt was about records it with them. What is refused before that, such as a right that is missing,
is recorded where pages and door let it out: nothing that was refused leaves without an entry.
"""

from __future__ import annotations

from kept.errors import ClosedError, DeniedError, StoreError
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.record import About, Actor, record


async def record_refusal(  # noqa: PLR0913 -- what an entry names
    engine: Engine,
    actor: Actor,
    error: DeniedError,
    concerning: About | None = None,
    *,
    act: Act = Act.REQUEST_REFUSE,
    exit: str = "",  # noqa: A002 -- the field's own word
) -> DeniedError:
    """Record a refusal that has no entry yet, and name the entry in it; return it.

    Args:
        engine: Open.
        actor: Who was refused.
        error: What they were told; one that names its entry is recorded already.
        concerning: Whom it was about; None where nobody was named yet.
        act: What they tried.
        exit: Way out they tried; empty where there is none.
    """
    if not error.entry_id and engine.has_policy:
        facts = (("reason", error.reason),) if error.reason else ()
        try:
            error.entry_id = await record(
                engine, actor, act, concerning, outcome=Outcome.REFUSED, error=error, exit=exit, facts=facts
            )
        except (ClosedError, StoreError):  # a ledger that cannot be written does not hide the refusal itself
            return error
    return error
