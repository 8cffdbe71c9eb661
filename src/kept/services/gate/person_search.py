"""Finding a person is a use too: candidates from index tokens, opened, compared, decided with exit screen.

No allowed hit is one `NotFoundError`, after the same work. More than one asks for a second item. A person who stopped
the purpose is not found by a new case; that it was tried stands in their history. Nor does another company's word find
anybody before they confirmed it: whoever had it put there would be shown the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kept import limits
from kept.crypto.random import random_bytes
from kept.errors import ErasedError, EvidenceError, InputError, Mistakes, NotFoundError, SubmissionError
from kept.policy import needs
from kept.policy.decision import LawRequest, Mandate, Refused
from kept.policy.duties import purpose_for
from kept.policy.words import Exit, PurposeDuty, Source
from kept.services.engine.acts import GROUNDS, Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Refusal
from kept.services.engine.flush import Condition, Moved
from kept.services.engine.people import Person
from kept.services.engine.record import about, entry_of, holder_of
from kept.services.gate import gate
from kept.services.gate.external_ids import external_form, external_ids_of, find_owner
from kept.services.gate.gate import NO_CIRCUMSTANCES, Circumstances
from kept.services.gate.look_ups import charge
from kept.store import sql
from kept.vault.index import index_token
from kept.vault.normal import login_form, normalise


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom an authority's request names by the criteria themselves: those items identify, and nothing opens.

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
        DeniedError: A member of staff's look-ups of the day are used up.
    """
    await charge(engine, mandate)
    for _ in range(limits.MOVED_TRIES):
        try:
            return await _find_once(engine, mandate, criteria, sought)
        except Moved:
            continue
    raise InputError("the person keeps changing while they are looked for", reason="moved", hint="try again")


async def _find_once(engine: Engine, mandate: Mandate, criteria: Mapping[str, str], sought: Sought | None) -> bytes:
    at = engine.ready()
    forms = forms_of(engine, criteria, requests=sought is not None or asks_for_rights(engine, mandate.purpose))
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
        if sought is None:
            no |= _by_word(engine, mandate, person, forms)
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
            rests_on=f"purposes:{mandate.purpose}",
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
        rests_on="bound-to-notice",
    )


def _by_word(engine: Engine, mandate: Mandate, person: Person, items: Iterable[str]) -> dict[str, Refused]:
    """Return a no for each item that is another company's word: who gave it about somebody else would have them found by it."""
    purpose = engine.policy.policy.purposes.get(mandate.purpose)
    clause = purpose.clause if purpose else ""
    held = person.state.slots
    theirs = (one for one in items if held[one].by_word and held[one].source is Source.PARTNER)
    return {one: needs.refuse(7, "stated", clause) for one in theirs}


async def named_by(engine: Engine, criteria: Mapping[str, str], *, requests: bool = False) -> list[bytes]:
    """Return whom criteria name, as ids nobody is shown; it decides nothing, and whoever asks records why.

    Args:
        engine: Open.
        criteria: Text by findable item, in any usual spelling.
        requests: Whether somebody asks about their own information; see `Engine.findable`.

    Raises:
        SubmissionError: No criterion, or an item nobody is found by.
    """
    forms = forms_of(engine, criteria, requests=requests)
    loaded = [await _load_match(engine, one, forms, None) for one in await _candidates(engine, forms)]
    return [one.id for one in loaded if one is not None]


def asks_for_rights(engine: Engine, purpose: str) -> bool:
    """Whether a purpose is the one that people's requests about their own information are answered for."""
    found = purpose_for(engine.policy.policy, PurposeDuty.RIGHTS_REQUEST)
    return found is not None and found.id == purpose


def forms_of(engine: Engine, criteria: Mapping[str, str], *, requests: bool = False) -> dict[str, str]:
    """Return the normal form of each criterion, by item.

    Args:
        engine: Open.
        criteria: Text by item, as typed.
        requests: Whether somebody asks about their own information; see `Engine.findable`.

    Raises:
        SubmissionError: None, items nobody is found by, or texts that are no value of theirs: all of them at once.
    """
    findable, wrong = engine.findable(requests=requests), Mistakes()
    forms: dict[str, str] = {}
    for item, text in criteria.items():
        with wrong.of(item):
            if item not in findable:
                raise SubmissionError(
                    "expected an item people are found by, found another",
                    reason="not-findable",
                    hint=f"findable: {', '.join(findable)}",
                    rests_on="nothing-unneeded",
                )
            forms[item] = normalise(findable[item].about.normal, text, field=item).find_by
    if not criteria:
        wrong.add(
            SubmissionError(
                "expected an item to find by, found none",
                field=next(iter(findable), ""),
                reason="no-criterion",
                hint=f"findable: {', '.join(findable)}",
                rests_on="nothing-unneeded",
            )
        )
    wrong.insist()
    return forms


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
    await charge(engine, mandate)
    person_id = await engine.data.value(sql.LoginGet, login_name=login_form(login_name))
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
            "no person this case may see",
            needed="another login name",
            entry_id=entry_id,
            rests_on="disclosure",
        )
    await _record(engine, mandate, person, (), {}, at, sought=sought)
    return person.id


async def find_by_external(engine: Engine, mandate: Mandate, system: str, external: str) -> bytes:
    """Find the person one of your own systems calls *external*; opens no item, and is recorded as every finding is.

    They are found where the purpose may open at least one item of theirs by one of its exits: who stopped it is not found.

    Args:
        engine: Open.
        mandate: Issued by signing in.
        system: Whose id it is.
        external: The id, as the system spells it.

    Returns:
        The person's id, 16 bytes.

    Raises:
        SubmissionError: It is no external id.
        NotFoundError: No person this mandate may see.
    """
    at = engine.ready()
    form = external_form(external)
    owner = await find_owner(engine, system, form)
    person: Person | None = None
    try:
        if owner is not None:
            person = await engine.people.load(owner)
            if (await external_ids_of(engine, person.keys)).get(system) != form:
                person = None
    except ErasedError:
        person = None
    except EvidenceError as error:
        await gate.record_evidence(engine, mandate, owner or b"", error, at)
    seen, no = await _seen_by(engine, mandate, person, at) if person else (False, {})
    told = person if seen or no else None
    entry_id = await _record(engine, mandate, told, (), no, at, reason="" if told else "not-found")
    if person is None or not seen:
        raise NotFoundError(
            "no person this case may see",
            needed="another external id; or nothing: not everybody may be looked up",
            entry_id=entry_id,
            rests_on="bound-to-notice",
        )
    return person.id


async def _seen_by(engine: Engine, mandate: Mandate, person: Person, at: float) -> tuple[bool, dict[str, Refused]]:
    """Return whether a purpose may open anything of a person by any of its exits; where it may not, what refused."""
    purpose = engine.policy.policy.purposes.get(mandate.purpose)
    slots = [one for one in person.state.slots if purpose and purpose.may_use(one.partition("#")[0])]
    no: dict[str, Refused] = {}
    for way_out in purpose.exits if purpose and slots else ():
        answers = await gate.decide(engine, mandate, person, slots, way_out, at)
        no = {slot: one for slot, one in answers.items() if isinstance(one, Refused)}
        if len(no) < len(answers):
            return True, {}
    return False, no


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
    findable = engine.findable(requests=True)
    try:
        person = await engine.people.load(person_id, tuple(forms))
        for item, form in forms.items():
            held = person.state.slots.get(item)
            if held is None or (sought is not None and held.corrected_at > sought.ends_at):
                return None  # what was written after the period of a request finds nobody for it
            value = engine.people.open_slot(person, item)
            if not isinstance(value, str) or normalise(findable[item].about.normal, value).find_by != form:
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
    found = items if permitted else ()
    reasons = (("reason", reason),) if reason else ()
    sealed = entry_of(
        engine,
        holder_of(mandate),
        Act.PERSON_FIND,
        about(person, {item: person.state.slots[item].version for item in found}) if person else None,
        told_from=sought.told_from if sought else 0.0,
        outcome=Outcome.PERMITTED if permitted else Outcome.REFUSED,
        at=at,
        clause=next(
            (one.clause for one in refused.values()),
            engine.clause(f"purposes:{mandate.purpose} {GROUNDS[Act.PERSON_FIND]}"),
        ),
        items=found,
        exit=(Exit.LEGAL_BUNDLE if sought else Exit.SCREEN).value,
        refused=tuple(Refusal(slot, one.step, one.reason, one.clause) for slot, one in refused.items()),
        facts=reasons + (sought.circumstances(b"", ()).facts() if sought else ()),
    )
    charged = Condition(person.state.g, person.policy_hash, mandate.id, charge=1) if person and permitted else None
    await engine.flush.append(sealed, charged)
    return sealed.id
