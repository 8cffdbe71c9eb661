"""Requests a person makes to the rights desk themselves, signed in: asked, looked at step by step, and their answers fetched."""

from __future__ import annotations

from collections.abc import Sequence

from kept import limits
from kept.errors import InputError
from kept.policy.rights import fee_of
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.gate.own_session import Own
from kept.services.my_data import rights_record as records
from kept.services.my_data.rights_record import CHECKED, OWN_PAGE, Came, Check, Record, Step, purpose_of
from kept.services.my_data.rights_requests import (
    PLAIN,
    Asked,
    Letter,
    OwnRequest,
    check_letter,
    parts_of,
    requests_about,
    versioned,
)

SIGNED_IN = "signed in"
"""How it was checked who asks, where they ask on their own page."""


async def ask(engine: Engine, own: Own, asked: Sequence[Asked], letter: Letter = PLAIN) -> str:
    """Ask the rights desk; return the request's id. A fee was told by the page that asked.

    Args:
        engine: Open.
        own: Their session, signed in within five minutes.
        asked: What they ask.
        letter: How.

    Raises:
        InputError: The policy has no such desk, too many requests are open, or a word is unknown.
        SubmissionError: A value is not acceptable, or an item or purpose not one that can be asked about.
        SignInError: The sign-in is longer ago than five minutes.
    """
    at, purpose = engine.ready(), purpose_of(engine)
    own.require_fresh(at)
    if not purpose:
        raise InputError(
            "expected a policy with a purpose for rights requests, found none",
            reason="rights-undeclared",
            hint="declare a purpose that says `serves: rights-request`",
            rests_on="purposes:rights-request",
        )
    if sum(one.request.finished_at is None for one in await requests_of(engine, own)) >= limits.RIGHTS_REQUESTS_OPEN:
        raise InputError(
            f"expected at most {limits.RIGHTS_REQUESTS_OPEN} open requests, found as many already",
            reason="rights-many",
            hint="wait for the answer to one of them",
        )
    check_letter(engine, letter)
    if letter.agent:
        raise InputError("expected a request of your own, found an agent's", reason="rights-agent")
    person = await engine.people.load(own.person_id)
    parts = tuple(versioned(one, person) for one in parts_of(engine, asked))
    fee = fee_of(engine.policy.policy, (one.kind for one in parts))
    record = Record(
        parts=parts,
        format=letter.format,
        language=letter.language or engine.policy.policy.language,
        note=letter.note,
        check=Check(SIGNED_IN, (), "", at),
        fee=fee,
        fee_state="told" if fee else "",
        steps=(Step(at, "received"), Step(at, "checked")),
    )
    actor, act = own.acting().acting(purpose=purpose), Act.RIGHTS_REQUEST_ASK
    return await records.insert(engine, actor, act, record, Came(OWN_PAGE, CHECKED), (person.id, person.keys))


async def requests_of(engine: Engine, own: Own) -> list[OwnRequest]:
    """Return every request about the person, whoever wrote it and by whatever way, newest first."""
    return await requests_about(engine, own.person_id)
