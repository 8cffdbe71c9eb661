"""Finding a person is a use too: candidates from index tokens, opened, compared, decided with exit screen.

No allowed hit is one `NotFoundError`, after the same work. More than one asks for a second item. A person who stopped
the purpose is not found by a new case; that it was tried stands in their history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kept.crypto.random import random_bytes
from kept.errors import ErasedError, EvidenceError, InputError, NotFoundError, SubmissionError
from kept.policy.decision import Mandate, Refused
from kept.policy.words import Exit
from kept.services.acts import Act, Outcome
from kept.services.entry import Account, Refusal, build_entry
from kept.services.flush import Condition, Moved
from kept.vault.index import index_token
from kept.vault.normal import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kept.services.engine import Engine
    from kept.services.people import Person

TRIES = 5


async def find_person(engine: Engine, mandate: Mandate, criteria: Mapping[str, str]) -> bytes:
    """Find the one person whose items are *criteria*, as far as this purpose may see them.

    Args:
        engine: Open.
        mandate: Issued by signing in.
        criteria: Text by findable item, in any usual spelling.

    Returns:
        The person's id, 16 bytes.

    Raises:
        SubmissionError: No criterion, or an item nobody is found by.
        NotFoundError: No person this mandate may see.
        InputError: More than one; a second item is needed (`ambiguous`).
    """
    for _ in range(TRIES):
        try:
            return await _find_once(engine, mandate, criteria)
        except Moved:
            continue
    raise InputError("the person keeps changing while they are looked for", reason="moved", hint="try again")


async def _find_once(  # noqa: C901 -- one search, in its order
    engine: Engine, mandate: Mandate, criteria: Mapping[str, str]
) -> bytes:
    at = engine.ready()
    findable = engine.findable()
    forms: dict[str, str] = {}
    for item, text in criteria.items():
        if item not in findable:
            raise SubmissionError(
                "expected an item people are found by, found another",
                field=item,
                reason="not-findable",
                hint=f"findable: {', '.join(findable)}",
                clause="§2.2",
            )
        forms[item] = normalise(findable[item].value, text, field=item).find_by
    if not forms:
        raise SubmissionError("expected an item to find by, found none", reason="no-criterion", clause="§2.2")
    candidates = await _candidates(engine, forms) or await _somebody(engine)
    allowed: list[Person] = []
    refused: list[tuple[Person, dict[str, Refused]]] = []
    for person_id in candidates:
        person = await _load_match(engine, person_id, forms)
        if person is None:
            continue
        decisions = await engine.gate.decide(mandate, person, tuple(forms), Exit.SCREEN, at)
        no = {slot: one for slot, one in decisions.items() if isinstance(one, Refused)}
        if no:
            refused.append((person, no))
        else:
            allowed.append(person)
    if len(allowed) == 1:
        await _record(engine, mandate, allowed[0], tuple(forms), {}, at)
        return allowed[0].id
    if len(allowed) > 1:
        await _record(engine, mandate, None, tuple(forms), {}, at, reason="ambiguous")
        raise InputError(
            "expected one person, found several",
            reason="ambiguous",
            hint="add a second item, such as the phone number",
            clause="§4.5",
        )
    entry_id = ""
    if refused:
        for person, no in refused:
            entry_id = await _record(engine, mandate, person, tuple(forms), no, at)
    else:
        entry_id = await _record(engine, mandate, None, tuple(forms), {}, at, reason="not-found")
    raise NotFoundError(
        "no person this case may see",
        needed="another spelling or item; or nothing: not everybody may be looked up",
        entry_id=entry_id,
        clause="§4.1",
    )


async def _candidates(engine: Engine, forms: Mapping[str, str]) -> list[bytes]:
    found: list[set[bytes]] = []
    for item, form in forms.items():
        token = index_token(engine.keyring.house_key(f"index:{item}"), item, form)
        rows = await engine.keys.read(lambda tx, one=item, mark=token: tx.all("token_find", item=one, token=mark))  # type: ignore[misc]
        found.append({bytes(row[0]) for row in rows})
    return sorted(set.intersection(*found))


async def _somebody(engine: Engine) -> list[bytes]:
    """Return anybody, so that a search without candidates costs what one with a candidate does."""
    rows = await engine.data.read(lambda tx: tx.all("people_page", after=random_bytes(16), limit=1))
    return [bytes(row[0]) for row in rows]


async def _load_match(engine: Engine, person_id: bytes, forms: Mapping[str, str]) -> Person | None:
    """Load a candidate and keep it only when its own values are what was looked for."""
    findable = engine.findable()
    try:
        person = await engine.people.load(person_id, tuple(forms))
        for item, form in forms.items():
            if item not in person.state.slots:
                return None
            value = engine.people.open_slot(person, item)
            if not isinstance(value, str) or normalise(findable[item].value, value).find_by != form:
                return None
    except ErasedError:
        return None
    except EvidenceError as error:
        await engine.gate.record_evidence(None, person_id, error, engine.clock.now())
        return None
    return person


async def _record(  # noqa: PLR0913 -- the fields of an entry
    engine: Engine,
    mandate: Mandate,
    person: Person | None,
    items: tuple[str, ...],
    refused: Mapping[str, Refused],
    at: float,
    *,
    reason: str = "",
) -> str:
    permitted = person is not None and not refused
    clause = (
        engine.policy.policy.purposes[mandate.purpose].clause
        if mandate.purpose in engine.policy.policy.purposes
        else "5.2"
    )
    entry = build_entry(
        Account(
            act=Act.PERSON_FIND.value,
            outcome=(Outcome.PERMITTED if permitted else Outcome.REFUSED).value,
            at=at,
            policy=engine.policy.hash[:16],
            kind=mandate.kind,
            actor=mandate.actor,
            role=mandate.role,
            purpose=mandate.purpose,
            clause=clause if permitted or not refused else next(iter(refused.values())).clause,
            items=items if permitted else (),
            exit=Exit.SCREEN.value,
            case=mandate.case,
            mandate=mandate.id,
            refused=tuple(Refusal(slot, one.step, one.reason, one.clause) for slot, one in refused.items()),
            facts=(("reason", reason),) if reason else (),
        ),
        person.id if person else b"",
        g=person.state.g if person else 0,
        versions={item: person.state.slots[item].version for item in items} if person and permitted else {},
    )
    sealed = engine.seal_entry(entry, person.keys if person else None)
    condition = (
        Condition(g=person.state.g, policy_hash=person.policy_hash, mandate_id=mandate.id, charge=1)
        if person and permitted
        else None
    )
    await engine.flush.append(sealed, condition)
    return entry.id.hex()
