"""One disclosure, as it is stored: its terms under a seal, the people it names, and the scope that was asked for."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

import msgspec

from kept.crypto.digest import framed
from kept.errors import EvidenceError, InputError
from kept.policy.duties import purpose_for
from kept.policy.model import Purpose
from kept.policy.words import PurposeDuty
from kept.services.engine.acts import GROUNDS, Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import SealedEntry
from kept.services.engine.record import SYSTEM, Actor, entry_of
from kept.services.engine.sealed_record import open_installation_record
from kept.services.staff.parties import party_by_id, require_key
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

ACT = "disclosure"
KEY = "legal"
GROUND = GROUNDS[Act.DISCLOSE]
"""What the legal desk rests on."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request says, as it is recorded.

    Args:
        authority: Who asks: while it is recorded its name in the register of other parties, afterwards its title there.
        reference: Its file number, at most 500 characters.
        ground: From the policy's list.
        items: Declared items.
        starts_at: Begin of its period, unix seconds.
        ends_at: End of it; not in the future.
        received_at: When it came.
        due_at: By when it is to be answered.
        told_from: When the person may be told, unix seconds; 0 for at once. It is always chosen: there is no default.
        waits_for: Why not at once, from `WAITS`; empty for at once.
        public_key: The authority's key, from its entry in the register; whoever records a request gives none.
        party: Id of that entry; whoever records a request gives none.
    """

    authority: str
    reference: str
    ground: str
    items: tuple[str, ...]
    starts_at: float
    ends_at: float
    received_at: float
    due_at: float
    told_from: float
    waits_for: str
    public_key: bytes = b""
    party: str = ""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One request, as its page shows it.

    Args:
        id: Its id.
        number: Its number.
        terms: What it says.
        recorded_by: Login of who recorded it.
        recorded_at: Unix seconds.
        mandate_id: What its findings and releases are charged to.
        approval_id: The approval it waits for, or got; empty before.
        scope_seal: Seal of what was approved; empty before.
        paper_hash: SHA-256 of the paper it came on, hex; empty before it was put there.
        status: `recorded`, `asked`, `approved`, `ready` or `fetched`.
        finished_at: When the bundle was whole; None before.
        fetched_at: When it was fetched; None before.
        people: Whom it names, without those who were erased.
        outcomes: By place and item: `released`, `not-held`, `outside` or `gone`.
    """

    id: str
    number: int
    terms: Terms
    recorded_by: str
    recorded_at: float
    mandate_id: str
    approval_id: str
    scope_seal: str
    paper_hash: str
    status: str
    finished_at: float | None
    fetched_at: float | None
    people: tuple[sql.DisclosurePeople, ...]
    outcomes: dict[tuple[int, str], str]


class Text(msgspec.Struct, frozen=True):
    """What is written about a request, sealed under a key of the installation: text about somebody's affair."""

    authority: str
    reference: str
    party: str


def purpose_of(engine: Engine) -> Purpose | None:
    """Return the purpose disclosures are made for; None where the policy has none, and so no legal desk."""
    return purpose_for(engine.policy.policy, PurposeDuty.LEGAL_DISCLOSURE)


def require_desk(engine: Engine, session: StaffSession) -> Purpose:
    """Return the purpose of disclosures, which a role of theirs must have.

    Raises:
        DeniedError: None has.
        InputError: The policy declares no such purpose.
    """
    purpose = purpose_of(engine)
    if purpose is None:
        raise InputError(
            "expected a policy that declares disclosure under a law, found none",
            reason="disclosure-undeclared",
            hint="declare `disclosure` and a purpose on basis law",
            rests_on=GROUND,
        )
    session.require_purpose(engine, purpose.id)
    return purpose


async def disclosure_of(engine: Engine, disclosure_id: str) -> Disclosure:
    """Return one request.

    Raises:
        InputError: There is none of that id.
        SealError: Its text does not open.
    """

    async def body(
        tx: Transaction,
    ) -> tuple[sql.DisclosureGet | None, list[sql.DisclosurePeople], list[sql.DisclosureItems]]:
        return (
            await tx.one(sql.DisclosureGet, disclosure_id=disclosure_id),
            await tx.all(sql.DisclosurePeople, disclosure_id=disclosure_id),
            await tx.all(sql.DisclosureItems, disclosure_id=disclosure_id),
        )

    row, people, items = await engine.data.read(body)
    if row is None:
        raise InputError(
            "expected a request, found none of that number",
            reason="disclosure-unknown",
            rests_on=GROUND,
        )
    text = _open_text(engine, disclosure_id, row.sealed)
    terms = Terms(
        text.authority, text.reference, row.ground, tuple(row.items.split(",")), row.starts_at, row.ends_at,
        row.received_at, row.due_at, row.told_from, row.waits_for, row.public_key, text.party,
    )  # fmt: skip
    return Disclosure(
        disclosure_id, row.number, terms, row.recorded_by, row.recorded_at, row.mandate_id, row.approval_id, row.scope_seal,
        row.paper_hash, row.status, row.finished_at, row.fetched_at,
        tuple(people),
        {(one.place, one.item): one.outcome for one in items},
    )  # fmt: skip


async def all_disclosures(engine: Engine) -> list[Disclosure]:
    """Return all requests, newest first."""
    return [await disclosure_of(engine, one) for one in await engine.data.values(sql.Disclosures)]


def scope_holds(engine: Engine, found: Disclosure) -> bool:
    """Whether a request that was asked for names what it named then, or fewer people: who was erased is gone from it."""
    return hmac.compare_digest(scope_seal(engine, found), found.scope_seal) and all(
        hmac.compare_digest(person_seal(engine, found.id, one.person_id, one.place), one.seal) for one in found.people
    )


def scope_seal(engine: Engine, found: Disclosure) -> str:
    """Seal what a request names beside its people: who can write D alone cannot make another."""
    terms = found.terms
    numbers = (terms.starts_at, terms.ends_at, terms.told_from)
    said = (terms.ground, ",".join(terms.items), *map(repr, numbers), terms.waits_for)
    parts = (found.id, *said, terms.party, found.paper_hash)
    return engine.token_hash(ACT, framed(*(one.encode() for one in parts), terms.public_key)).hex()


def person_seal(engine: Engine, disclosure_id: str, person_id: bytes, place: int) -> str:
    """Seal one person's place in a request: a row added to D by hand has none, and an erasure may take one out."""
    return engine.token_hash(f"{ACT}-person", framed(disclosure_id.encode(), person_id, str(place).encode())).hex()


async def require_authority(engine: Engine, found: Disclosure) -> None:
    """Insist that the authority has the key its request was recorded with: what replaced it may have replaced a lost one.

    Raises:
        ConflictError: It has another by now.
    """
    then = await party_by_id(engine, found.terms.party)
    await require_key(engine, then.kind, then.name, found.terms.public_key)


async def require_scope(engine: Engine, found: Disclosure) -> None:
    """Record and refuse a request whose scope is no longer what was asked for.

    Raises:
        EvidenceError: It names something else.
    """
    if found.status not in {"asked", "approved"} or scope_holds(engine, found):
        return
    facts = (("request", str(found.number)), ("what", "scope"))
    await engine.flush.append(desk_entry(engine, SYSTEM, Act.DISCLOSURE_EXCEED, engine.clock.now(), *facts))
    raise EvidenceError(
        "expected a request as it was asked for, found another scope",
        reason="disclosure-scope",
        hint="a row was changed past Kept: run `kept verify`, then record the request anew",
        rests_on=GROUND,
    )


def _open_text(engine: Engine, disclosure_id: str, sealed: bytes) -> Text:
    return msgspec.json.decode(open_installation_record(engine, ACT, disclosure_id, sealed, under=KEY), type=Text)


def desk_entry(engine: Engine, actor: Actor, act: Act, at: float, *facts: tuple[str, str]) -> SealedEntry:
    """Make an entry of the legal desk, for the purpose disclosures are made for."""
    purpose = purpose_of(engine)
    outcome = Outcome.REFUSED if act is Act.DISCLOSURE_EXCEED else Outcome.DONE
    for_purpose = actor.acting(purpose=purpose.id if purpose else "")
    return entry_of(engine, for_purpose, act, at=at, outcome=outcome, facts=facts)
