"""Finding a person is a use too: candidates from index tokens, opened, compared, decided with exit screen.

No allowed hit is one `NotFoundError`, after the same work. More than one asks for a second item. A person who stopped
the purpose is not found by a new case; that it was tried stands in their history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kept.crypto.random import random_bytes
from kept.errors import ErasedError, EvidenceError, InputError, NotFoundError, SubmissionError
from kept.policy.decision import LawRequest, Mandate, Refused
from kept.policy.words import Exit
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, Refusal, build_entry
from kept.services.engine.flush import Condition, Moved
from kept.services.engine.people import Person
from kept.services.gate import gate
from kept.services.gate.gate import NO_CIRCUMSTANCES, Circumstances
from kept.store import sql
from kept.vault.index import index_token
from kept.vault.normal import normalise

TRIES = 5


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom an authority's request names by the criteria themselves (§4.9): those items identify, and nothing opens.

    Args:
        starts_at: Begin of the request's period, unix seconds.
        ends_at: End of it.
        request: The request's number.
        told_from: When the person may be told they were looked for; 0 for at once.
    """

    starts_at: float
    ends_at: float
    request: str
    told_from: float

    def circumstances(self, person_id: bytes, items: Iterable[str]) -> Circumstances:
        """Return what the decision about one candidate needs."""
        law = LawRequest(frozenset({person_id}), frozenset(items), self.starts_at, self.ends_at)
        return Circumstances(law=law, request=self.request, told_from=self.told_from)


async def find_person(
    engine: Engine, mandate: Mandate, criteria: Mapping[str, str], sought: Sought | None = None
) -> bytes:
    """Find the one person whose items are *criteria*, as far as this purpose may see them.

    Args:
        engine: Open.
        mandate: Issued by signing in.
        criteria: Text by findable item, in any usual spelling.
        sought: The authority's request that names the person by them; None for every other purpose.

    Returns:
        The person's id, 16 bytes.

    Raises:
        SubmissionError: No criterion, or an item nobody is found by.
        NotFoundError: No person this mandate may see.
        InputError: More than one; a second item is needed (`ambiguous`).
    """
    for _ in range(TRIES):
        try:
            return await _find_once(engine, mandate, criteria, sought)
        except Moved:
            continue
    raise InputError("the person keeps changing while they are looked for", reason="moved", hint="try again")


async def _find_once(  # noqa: C901 -- one search, in its order
    engine: Engine, mandate: Mandate, criteria: Mapping[str, str], sought: Sought | None
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
        person = await _load_match(engine, person_id, forms, sought)
        if person is None:
            continue
        circumstances = sought.circumstances(person_id, forms) if sought else NO_CIRCUMSTANCES
        exit = Exit.LEGAL_BUNDLE if sought else Exit.SCREEN  # noqa: A001 -- the field's own word
        decisions = await gate.decide(engine, mandate, person, tuple(forms), exit, at, circumstances)
        no = {slot: one for slot, one in decisions.items() if isinstance(one, Refused)}
        if no:
            refused.append((person, no))
        else:
            allowed.append(person)
    if len(allowed) == 1:
        await _record(engine, mandate, allowed[0], tuple(forms), {}, at, sought=sought)
        return allowed[0].id
    if len(allowed) > 1:
        await _record(engine, mandate, None, tuple(forms), {}, at, reason="ambiguous", sought=sought)
        raise InputError(
            "expected one person, found several",
            reason="ambiguous",
            hint="add a second item, such as the phone number",
            clause="§4.5",
        )
    entry_id = ""
    if refused:
        for person, no in refused:
            entry_id = await _record(engine, mandate, person, tuple(forms), no, at, sought=sought)
    else:
        entry_id = await _record(engine, mandate, None, tuple(forms), {}, at, reason="not-found", sought=sought)
    raise NotFoundError(
        "no person this case may see",
        needed="another spelling or item; or nothing: not everybody may be looked up",
        entry_id=entry_id,
        clause="§4.1",
    )


async def find_by_login(engine: Engine, mandate: Mandate, login_name: str, sought: Sought) -> bytes:
    """Find the person a request names by the login name we issued; opens nothing, and is recorded as every finding is.

    Args:
        engine: Open.
        mandate: The request's.
        login_name: From the request, not trusted.
        sought: The authority's request.

    Returns:
        The person's id, 16 bytes.

    Raises:
        NotFoundError: There is no such account, or it is being erased.
    """
    person_id = await engine.data.value(sql.LoginGet, login_name=login_name.strip().lower()[:64])
    at = engine.ready()
    person: Person | None = None
    if person_id is not None:
        try:
            person = await engine.people.load(person_id)
        except ErasedError:
            person = None
        except EvidenceError as error:
            await gate.record_evidence(engine, mandate, person_id, error, at, told_from=sought.told_from)
    if person is None or person.state.status != "active":
        entry_id = await _record(engine, mandate, None, (), {}, at, reason="not-found", sought=sought)
        raise NotFoundError(
            "no person this case may see", needed="another login name", entry_id=entry_id, clause="§4.9"
        )
    await _record(engine, mandate, person, (), {}, at, sought=sought)
    return person.id


async def _candidates(engine: Engine, forms: Mapping[str, str]) -> list[bytes]:
    found: list[set[bytes]] = []
    for item, form in forms.items():
        token = index_token(engine.keyring.installation_key(f"index:{item}"), item, form)
        found.append(set(await engine.keys.values(sql.TokenFind, item=item, token=token)))
    return sorted(set.intersection(*found))


async def _somebody(engine: Engine) -> list[bytes]:
    """Return anybody, so that a search without candidates costs what one with a candidate does."""
    return await engine.data.values(sql.PeoplePage, after=random_bytes(16), limit=1)


async def _load_match(
    engine: Engine, person_id: bytes, forms: Mapping[str, str], sought: Sought | None
) -> Person | None:
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
        told_from = sought.told_from if sought else 0.0
        await gate.record_evidence(engine, None, person_id, error, engine.clock.now(), told_from=told_from)
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
    sought: Sought | None = None,
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
            exit=(Exit.LEGAL_BUNDLE if sought else Exit.SCREEN).value,
            case=mandate.case,
            mandate=mandate.id,
            refused=tuple(Refusal(slot, one.step, one.reason, one.clause) for slot, one in refused.items()),
            facts=((("reason", reason),) if reason else ()) + (sought.circumstances(b"", ()).facts() if sought else ()),
        ),
        person.id if person else b"",
        g=person.state.g if person else 0,
        versions={item: person.state.slots[item].version for item in items} if person and permitted else {},
    )
    sealed = engine.seal_entry(entry, person.keys if person else None, told_from=sought.told_from if sought else 0.0)
    condition = (
        Condition(g=person.state.g, policy_hash=person.policy_hash, mandate_id=mandate.id, charge=1)
        if person and permitted
        else None
    )
    await engine.flush.append(sealed, condition)
    return entry.id.hex()
