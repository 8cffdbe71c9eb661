"""The one way to record: who acted, what happened, on what ground, about whom.

An act cites the clause whose declaration or guarantee it rests on, in the policy in force; `acts.GROUNDS` names the
ground of each act, a caller that knows better names another. Where the policy has none of it the entry cites none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypedDict, Unpack

from kept.errors import KeptError
from kept.ledger.chain import Chain
from kept.policy.decision import Mandate
from kept.policy.ground import clause_of
from kept.policy.needs import CONFIRMATION, WARNING
from kept.services.engine.active_policy import ActivePolicy
from kept.services.engine.acts import GROUNDS, Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, Refusal, build_entry
from kept.services.engine.entry_chain import counted
from kept.services.engine.flush import SealedEntry
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.people import Person


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted, as an entry says it.

    Args:
        kind: `own` (the person themselves), `staff`, `program` (an API credential), `operator` (on the machine) or
            `system` (Kept by itself).
        name: Keyed name of a member of staff, credential id, or operator's name; empty for a person and the system.
        role: Role acted in; several divided by commas; empty when there is none.
        purpose: Declared purpose acted for; empty when there is none.
        case: Case number; empty when there is none.
        mandate: Mandate id; empty when there is none.
    """

    kind: str
    name: str = ""
    role: str = ""
    purpose: str = ""
    case: str = ""
    mandate: str = ""

    def acting(self, *, role: str = "", purpose: str = "", case: str = "", mandate: str = "") -> Actor:
        """Return the same actor in a role, for a purpose, in a case, under a mandate; what is empty stays as it is."""
        return replace(
            self,
            role=role or self.role,
            purpose=purpose or self.purpose,
            case=case or self.case,
            mandate=mandate or self.mandate,
        )


OWN = Actor("own")
"""A person acting on their own data."""
SYSTEM = Actor("system")
"""Kept by itself."""


def operator(name: str) -> Actor:
    """Return an operator on the machine, by name; `system` is Kept by itself."""
    return SYSTEM if name == SYSTEM.kind else Actor("operator", name)


def holder_of(mandate: Mandate) -> Actor:
    """Return who holds a mandate, acting under it."""
    kind = mandate.kind
    if kind == WARNING:
        kind = SYSTEM.kind
    if kind == CONFIRMATION:  # Kept by itself, until somebody calls and reads the code out
        kind = "staff" if mandate.actor else SYSTEM.kind
    return Actor(kind, mandate.actor, mandate.role, mandate.purpose, mandate.case, mandate.id)


@dataclass(frozen=True, slots=True)
class About:
    """Whom an entry concerns.

    Args:
        person_id: 16 bytes.
        keys: Theirs; None when they are gone: the entry is then about nobody.
        g: State the act was decided on.
        versions: Version of each slot concerned.
        register: What the line says, where a law obliges to keep one: see `entry.PersonPart`.
        before: How many entries of theirs were counted when they were loaded; None where they were not.
    """

    person_id: bytes
    keys: PersonKeys | None
    g: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)
    register: Mapping[str, str] = field(default_factory=dict)
    before: Chain | None = None


def about(
    person: Person, versions: Mapping[str, int] | None = None, register: Mapping[str, str] | None = None
) -> About:
    """Return whom an entry concerns, from a loaded person.

    Args:
        person: Loaded.
        versions: Version of each slot concerned.
        register: What a register's line says; None where it is none.
    """
    return About(person.id, person.keys, person.state.g, versions or {}, register or {}, person.counted)


async def about_person(engine: Engine, person_id: bytes) -> About:
    """Return whom an entry concerns, where nothing was decided on their state.

    Args:
        engine: Open.
        person_id: 16 bytes.
    """
    keys, _ = await engine.keyring.of_person(person_id)
    before = await engine.data.read(lambda tx: counted(tx, person_id))
    return About(person_id, keys, before=before)


class Said(TypedDict, total=False):
    """What an entry may say beside actor and act; each may be left out.

    Keys:
        outcome: How it ended; *done* by default.
        at: When, unix seconds; now by default.
        under: Policy the act is one of, where it is not in force yet.
        rests_on: Ground, where the act's own is not it.
        error: What the act ended with; it names the clause or the ground, where it has one.
        clause: Clause a decision named, without the section sign, where it is known already; wins over any ground.
        purpose, role, case: As in `Actor`, where they are not the actor's.
        items: Slots concerned, item names only.
        exit: Way out.
        refused: Items refused, with step, reason and clause.
        facts: Further machine facts: hashes, counts, ids, words of the closed vocabulary.
    """

    outcome: Outcome
    at: float
    under: ActivePolicy
    rests_on: str
    error: KeptError
    clause: str
    purpose: str
    role: str
    case: str
    items: tuple[str, ...]
    exit: str
    refused: tuple[Refusal, ...]
    facts: tuple[tuple[str, str], ...]


def account_part(engine: Engine, actor: Actor, act: Act, **said: Unpack[Said]) -> Account:
    """Return the account part of an entry: no person, no free text.

    Args:
        engine: Open.
        actor: Who acted.
        act: What happened.
        **said: What else it says.
    """
    policy = said.get("under") or (engine.policy if engine.has_policy else None)
    return Account(
        act=act.value,
        outcome=said.get("outcome", Outcome.DONE).value,
        at=said["at"] if "at" in said else engine.clock.now(),
        policy=policy.hash[:16] if policy else "",
        kind=actor.kind,
        actor=actor.name,
        role=said.get("role", actor.role),
        purpose=said.get("purpose", actor.purpose),
        clause=_clause(engine, policy, act, said),
        items=said.get("items", ()),
        exit=said.get("exit", ""),
        case=said.get("case", actor.case),
        mandate=actor.mandate,
        refused=said.get("refused", ()),
        facts=said.get("facts", ()),
    )


def _clause(engine: Engine, policy: ActivePolicy | None, act: Act, said: Said) -> str:
    if "clause" in said:
        return said["clause"]
    named = engine.cite(said["error"]).clause.removeprefix("§") if "error" in said else ""
    return named or (clause_of(policy.policy, said.get("rests_on", GROUNDS[act])) if policy else "")


def sealed_entry(
    engine: Engine, account: Account, concerning: About | None = None, *, told_from: float = 0.0
) -> SealedEntry:
    """Return an entry sealed, to be written in the transaction of its act.

    Args:
        engine: Open.
        account: Its account part.
        concerning: Whom it concerns; None for nobody.
        told_from: When the person may be told of it, unix seconds; 0 for at once.
    """
    if concerning is None or concerning.keys is None:
        return engine.seal_entry(build_entry(account), None)
    entry = build_entry(
        account,
        concerning.person_id,
        g=concerning.g,
        versions=dict(concerning.versions),
        register=dict(concerning.register),
        before=concerning.before,
    )
    return engine.seal_entry(entry, concerning.keys, told_from=told_from)


def entry_of(
    engine: Engine,
    actor: Actor,
    act: Act,
    concerning: About | None = None,
    *,
    told_from: float = 0.0,
    **said: Unpack[Said],
) -> SealedEntry:
    """Return the sealed entry of an act, to be written in the act's own transaction; see `record` and `sealed_entry`."""
    return sealed_entry(engine, account_part(engine, actor, act, **said), concerning, told_from=told_from)


async def record(engine: Engine, actor: Actor, act: Act, concerning: About | None = None, **said: Unpack[Said]) -> str:
    """Record an act that has no transaction of its own; return the entry's id, hex, once it is durable.

    Args:
        engine: Open.
        actor: Who acted.
        act: What happened.
        concerning: Whom it concerns; None for nobody.
        **said: What else the entry says.

    Raises:
        StoreError: The ledger cannot be written; nothing was recorded.
    """
    sealed = entry_of(engine, actor, act, concerning, **said)
    await engine.flush.append(sealed)
    return sealed.id
