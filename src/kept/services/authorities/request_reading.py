"""Reading a request: what whoever decides about it has to see, and how the request names each person, sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from kept.services.authorities.disclosure_record import Disclosure, disclosure_of, purpose_of
from kept.services.authorities.request_paper import open_paper
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import about_person, entry_of
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.staff.approvals import Subject, mark_of, said
from kept.services.staff.parties import Party, party_by_id
from kept.services.staff.sessions import StaffSession

KIND = "disclosure-person"


def seal_named(engine: Engine, disclosure_id: str, place: int, said: Mapping[str, str]) -> bytes:
    """Seal how a request names a person.

    Args:
        engine: Open.
        disclosure_id: The request's.
        place: The person's place in it.
        said: Text by item, or by `login-name`, as the request gives it.
    """
    return seal_installation_record(engine, KIND, f"{disclosure_id}/{place}", msgspec.json.encode(dict(said)))


def subject_of(engine: Engine, found: Disclosure) -> Subject:
    """Describe a request to who approves it: what it says is read here, and this binds the approval to it."""
    purpose = purpose_of(engine)
    shown = {"paper": found.paper_hash, "scope": found.scope_seal, "terms": said(found.terms)}
    purposes, hands = (purpose.id,) if purpose else (), (found.recorded_by,)
    return Subject(str(found.number), people=len(found.people), purposes=purposes, shown=shown, hands=hands)


@dataclass(frozen=True, slots=True)
class Read:
    """A request as whoever decides about it reads it.

    Args:
        request: Its terms and people.
        authority: Its authority's entry in the register, with who asked for it and who confirmed it.
        named: How it names each person, by their place: text by item, or by `login-name`.
        silence: How long the person would not know, seconds; 0 for told at once.
        paper: The paper it came on.
        seen: The mark of having read it, for whoever approves it; empty while it waits for nobody.
    """

    request: Disclosure
    authority: Party
    named: dict[int, dict[str, str]]
    silence: float
    paper: bytes
    seen: str = ""


async def read_request(engine: Engine, session: StaffSession, disclosure_id: str) -> Read:
    """Read what a request says, with its paper; that it was read is recorded, and those it names can see it when told.

    Args:
        engine: Open.
        session: Acts for disclosures, or approves.
        disclosure_id: The request's.

    Raises:
        DeniedError: Neither.
        InputError: No such request, or it has no paper yet.
        EvidenceError: Paper or authority were changed past Kept.
    """
    purpose = purpose_of(engine)
    if purpose is None or not session.acts_for(engine, purpose.id):
        session.require(engine, "approve")
    found, at = await disclosure_of(engine, disclosure_id), engine.ready()
    paper = await open_paper(engine, disclosure_id, found.paper_hash)
    authority = await party_by_id(engine, found.terms.party)
    named = {
        one.place: msgspec.json.decode(
            open_installation_record(engine, KIND, f"{disclosure_id}/{one.place}", one.named), type=dict[str, str]
        )
        for one in found.people
    }
    facts = (("request", str(found.number)),)
    told_from = found.terms.told_from
    entries = [
        entry_of(
            engine,
            session.acting(),
            Act.DISCLOSURE_READ,
            await about_person(engine, one.person_id),
            at=at,
            told_from=told_from,
            facts=facts,
        )
        for one in found.people
    ] or [entry_of(engine, session.acting(), Act.DISCLOSURE_READ, at=at, facts=facts)]
    await engine.data.write(lambda tx: insert_entries(tx, entries, at))
    seen = mark_of(engine, session, found.approval_id, subject_of(engine, found)) if found.approval_id else ""
    return Read(found, authority, named, max(found.terms.told_from - at, 0.0), paper, seen)
