"""The register of other parties: recipients, partners and authorities, with what a law asks to be known of each, and its key.

A key decides who can read what leaves, and who is believed. So every change needs two, is told on the board, and takes
effect a day after the second confirmed it: within that day anybody who approves can object, and it never counts.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from kept import limits
from kept.crypto.digest import framed
from kept.crypto.random import random_id
from kept.crypto.sealed_to import KEY_BYTES, seal_to
from kept.errors import ConflictError, EvidenceError, InputError, MalformedError, Mistakes
from kept.policy.duties import purpose_for
from kept.policy.ground import clause_of
from kept.policy.words import PurposeDuty
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.no_log import No, note
from kept.services.engine.record import entry_of, record
from kept.services.staff.approvals import Approval, Given, Subject
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number
from kept.vault.text import fold

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)


class PartyKind(StrEnum):
    """What another party is to us."""

    RECIPIENT = "recipient"
    PARTNER = "partner"
    AUTHORITY = "authority"


GROUNDS = {
    PartyKind.RECIPIENT: "recipients",
    PartyKind.PARTNER: "sources:partner",
    PartyKind.AUTHORITY: "disclosure-within-request",
}
"""What a party of each kind rests on in the policy."""


@dataclass(frozen=True, slots=True)
class Party:
    """One change of the register of other parties; the newest in effect is what counts.

    Args:
        id: Of the change.
        kind: What it is to us.
        name: Its name in files and addresses: a declared recipient, or small letters, digits and `-`.
        title: What it is called, at most 200 characters.
        address: Postal address, at most 200 characters; may be empty for an authority alone.
        representative: Who acts for it, at most 200 characters; may be empty for an authority alone.
        public_key: 32 bytes: what it opens its files with, or, a partner, signs them with.
        asked_by: Login of who asked for the change.
        asked_at: Unix seconds.
        status: `asked`, `confirmed` or `refused` (nobody confirmed it, or somebody objected).
        confirmed_by: Login of the second; empty before.
        from_at: From when it counts, unix seconds; 0 before it is confirmed.
    """

    id: str
    kind: PartyKind
    name: str
    title: str
    address: str
    representative: str
    public_key: bytes
    asked_by: str = ""
    asked_at: float = 0.0
    status: str = "asked"
    confirmed_by: str = ""
    from_at: float = 0.0


def new_party(  # noqa: PLR0913 -- what a register has to say of a party
    kind: PartyKind, name: str, *, title: str, address: str, representative: str, public_key: bytes
) -> Party:
    """Return a change as it is asked for; see `Party`."""
    texts = (title.strip(), address.strip(), representative.strip())
    return Party(random_id(), kind, name.strip(), *texts, public_key)


def kinds_needed(engine: Engine) -> tuple[PartyKind, ...]:
    """Return the kinds of parties the policy in force has anything for."""
    policy = engine.policy.policy
    needed = {
        PartyKind.RECIPIENT: bool(policy.recipients),
        PartyKind.PARTNER: bool(clause_of(policy, GROUNDS[PartyKind.PARTNER])),
        PartyKind.AUTHORITY: purpose_for(policy, PurposeDuty.LEGAL_DISCLOSURE) is not None,
    }
    return tuple(kind for kind, one in needed.items() if one)


async def ask_party(engine: Engine, session: StaffSession, party: Party) -> str:
    """Ask to register a party, or to change one; return the change's id.

    Args:
        engine: Open.
        session: Acts for what the party is needed for: the recipient's purpose, or disclosures; a partner's is asked for by
            whoever may approve.
        party: From `new_party`.

    Raises:
        DeniedError: They do not.
        InputError: The policy needs no such party, a text is missing or too long, or the title is another's.
        MalformedError: The key is none.
    """
    subject, wrong = Subject(party.name), Mistakes()
    with wrong.of("name"):
        subject = _subject(engine, party.kind, party.name)
    if party.kind is PartyKind.PARTNER:
        session.require(engine, "approve")
    _look_at(party, wrong)
    wrong.insist()
    await insist_on_title(engine, session, party, Act.PARTY_ASK)
    at = engine.ready()
    facts = (("kind", party.kind.value), ("party", party.name), ("key", party.public_key.hex()[:16]))
    entry = entry_of(engine, session.acting(), Act.PARTY_ASK, at=at, rests_on=GROUNDS[party.kind], facts=facts)

    async def also(tx: Transaction, approval_id: str) -> None:
        await tx.run(
            "party_insert",
            party_id=party.id,
            kind=party.kind.value,
            name=party.name,
            title=party.title,
            address=party.address,
            representative=party.representative,
            public_key=party.public_key,
            seal=_seal(engine, replace(party, asked_by=session.login)),
            asked_by=session.login,
            asked_at=at,
            approval_id=approval_id,
        )
        await insert_entries(tx, [entry], at)

    await CONFIRMING.ask(engine, session, party.id, also, subject)
    return party.id


async def insist_on_title(engine: Engine, session: StaffSession, party: Party, act: Act) -> None:
    """Insist that a party is called what people know it by: a recipient as the policy names it, nobody as we are called.

    Args:
        engine: Open.
        session: Who asks.
        party: With its title.
        act: What they ask for; a refusal is recorded as it.

    Raises:
        InputError: It is not.
    """
    policy = engine.policy.policy
    declared = policy.recipients.get(party.name) if party.kind is PartyKind.RECIPIENT else None
    ours = {_spelled(one.get("name", "")) for one in (policy.controller, *policy.controllers.values())}
    if _spelled(party.title) in ours or (declared is not None and party.title not in declared.names.values()):
        ground = "recipients-named-where-acquired recipients" if declared else GROUNDS[party.kind]
        facts = (("kind", party.kind.value), ("party", party.name), ("reason", "party-other"))
        await record(engine, session.acting(), act, outcome=Outcome.REFUSED, rests_on=ground, facts=facts)
        raise InputError(
            "expected another party under the name that people read of it, found another name",
            field="title",
            reason="party-other",
            hint="a recipient is called what the policy calls it; who changed its name is named in a new version first",
            rests_on=ground,
        )


def _spelled(title: str) -> str:
    """Return a title without width, case and spaces: in another spelling it reads the same."""
    return fold(title).replace(" ", "")


async def party_of(engine: Engine, kind: PartyKind, name: str) -> Party | None:
    """Return a party as it counts now; None where none is registered, or none is in effect yet.

    Args:
        engine: Open.
        kind: What it is to us.
        name: From outside.

    Raises:
        EvidenceError: Its row was changed past Kept.
    """
    return await in_effect_at(engine, kind, name, engine.clock.now())


async def in_effect_at(engine: Engine, kind: PartyKind, name: str, at: float) -> Party | None:
    """Return a party as it counted at a moment; None where none was in effect then.

    Args:
        engine: Open.
        kind: What it is to us.
        name: From outside.
        at: Unix seconds.

    Raises:
        EvidenceError: Its row was changed past Kept.
    """
    row = await engine.data.one(sql.PartiesOf, kind=kind.value, name=name, at=at)
    return _party(engine, row) if row is not None else None


async def title_of(engine: Engine, kind: PartyKind, name: str, at: float) -> str:
    """Return what a party was called at a moment; its registered name where none was in effect, or its row does not hold.

    Args:
        engine: Open.
        kind: What it is to us.
        name: Registered name.
        at: Unix seconds.
    """
    try:
        party = await in_effect_at(engine, kind, name, at)
    except EvidenceError:
        return name
    return party.title if party is not None else name


async def party_by_id(engine: Engine, party_id: str) -> Party:
    """Return one change.

    Raises:
        InputError: There is none of that id.
        EvidenceError: Its row was changed past Kept.
    """
    row = await engine.data.one(sql.PartyGet, party_id=party_id)
    if row is None:
        raise InputError("expected a party's change, found none of that number", reason="party-unknown")
    return _party(engine, row)


async def all_parties(engine: Engine) -> list[Party]:
    """Return every change, the newest first."""
    return [_party(engine, row) for row in await engine.data.all(sql.Parties)]


async def ids_in_effect(engine: Engine) -> set[str]:
    """Return the ids of the changes that count now: of each party the newest in effect."""
    found = [
        await party_of(engine, kind, name) for kind, name in {(one.kind, one.name) for one in await all_parties(engine)}
    ]
    return {one.id for one in found if one is not None}


async def told_parties(engine: Engine) -> list[Party]:
    """Return the changes the board tells of: those that wait, and those asked for within thirty days."""
    since = engine.clock.now() - limits.PARTIES_TOLD_SECONDS
    return [one for one in await all_parties(engine) if one.status == "asked" or one.asked_at >= since]


async def _about(engine: Engine, party_id: str) -> Subject:
    party = await party_by_id(engine, party_id)
    texts = {"title": party.title, "address": party.address, "representative": party.representative}
    shown = {"kind": party.kind.value, **texts, "key": party.public_key.hex()}
    return replace(_subject(engine, party.kind, party.name), shown=shown)


async def _let(engine: Engine, given: Given) -> Effect:
    """Let the change count, a day from now on."""
    party = await party_by_id(engine, given.subject)
    facts = (("kind", party.kind.value), ("party", party.name), ("key", party.public_key.hex()[:16]))
    confirmed = replace(party, confirmed_by=given.by.login, from_at=given.at + limits.PARTY_WAIT_SECONDS)
    actor = given.by.acting()
    entry = entry_of(engine, actor, Act.PARTY_CONFIRM, at=given.at, rests_on=GROUNDS[party.kind], facts=facts)

    async def effect(tx: Transaction) -> bool:
        if not await tx.run(
            "party_confirm",
            party_id=party.id,
            confirmed_by=confirmed.confirmed_by,
            from_at=confirmed.from_at,
            seal=_seal(engine, confirmed),
        ):
            return False
        await note(
            tx, No.PARTY_KEY, given.at, party_kind=party.kind.value, party=party.name, key=party.public_key.hex()
        )
        await insert_entries(tx, [entry], given.at)
        return True

    return effect


async def _confirmed(engine: Engine, party_id: str) -> Party:
    await engine.no_log.acknowledge()
    return await party_by_id(engine, party_id)


async def object_to(engine: Engine, session: StaffSession, party_id: str) -> None:
    """Object to a change that was confirmed and does not count yet; it never will.

    Args:
        engine: Open.
        session: Has the right `approve`.
        party_id: Of the change.

    Raises:
        DeniedError: The right is missing.
        ConflictError: It counts already, or was not confirmed.
        InputError: There is none of that id.
    """
    session.require(engine, "approve")
    party, at = await party_by_id(engine, party_id), engine.ready()
    stays = await party_of(engine, party.kind, party.name)
    facts = (("kind", party.kind.value), ("party", party.name), ("key", party.public_key.hex()[:16]))
    entry = entry_of(engine, session.acting(), Act.PARTY_OBJECT, at=at, rests_on=GROUNDS[party.kind], facts=facts)

    async def body(tx: Transaction) -> None:
        if not await tx.run("party_object", party_id=party_id, at=at):
            raise ConflictError(
                "expected a change that was confirmed and does not count yet, found another",
                reason="party-counts",
                hint="ask for another change; it too counts a day after a second confirmed it",
                rests_on=GROUNDS[party.kind],
            )
        if stays is not None:
            key = stays.public_key.hex()
            await note(tx, No.PARTY_KEY, at, party_kind=party.kind.value, party=party.name, key=key)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    await engine.no_log.acknowledge()


CONFIRMING = Approval(
    act="party",
    title="Change another party’s key",
    page="/parties",
    about=_about,
    effect=_let,
    then=_confirmed,
    back=lambda tx, party_id: tx.run("party_back", party_id=party_id),
)


def _subject(engine: Engine, kind: PartyKind, name: str) -> Subject:
    """Return what a change is about.

    Raises:
        InputError: The policy in force needs no such party.
    """
    policy = engine.policy.policy
    if kind is PartyKind.RECIPIENT:
        declared = policy.recipients.get(name)
        if declared is None:
            raise InputError(
                "expected a declared recipient, found another",
                reason="recipient-unknown",
                hint="declare it under `recipients` in the policy",
                rests_on=GROUNDS[kind],
            )
        return Subject(name, purposes=(declared.purpose,))
    purpose = purpose_for(policy, PurposeDuty.LEGAL_DISCLOSURE)
    needed = purpose is not None if kind is PartyKind.AUTHORITY else bool(clause_of(policy, GROUNDS[kind]))
    if not needed:
        raise InputError(
            "expected a policy that declares what this party is needed for, found none",
            reason="partner-undeclared" if kind is PartyKind.PARTNER else "disclosure-undeclared",
            hint="declare `sources: partner`, or `disclosure` and a purpose on basis law",
            rests_on=GROUNDS[kind],
        )
    return Subject(name, purposes=(purpose.id,) if purpose is not None and kind is PartyKind.AUTHORITY else ())


def _look_at(party: Party, mistakes: Mistakes) -> None:
    texts = {"title": party.title, "address": party.address, "representative": party.representative}
    needed = {"title"} if party.kind is PartyKind.AUTHORITY else set(texts)
    for field, text in texts.items():
        with mistakes.of(field):
            guard_individual_number(text, field)
    wrong = [one for one, text in texts.items() if len(text) > limits.PARTY_CHARACTERS or (one in needed and not text)]
    if not mistakes.found and not NAME.fullmatch(party.name):
        wrong.append("name")
    for field in wrong:
        mistakes.add(
            InputError(
                f"expected the {field} of the other party, found none or one that is too long",
                field=field,
                reason="party-terms",
                hint="a law asks for name, address and representative; the short name has small letters, digits and `-`",
                rests_on=GROUNDS[party.kind],
            )
        )
    if len(party.public_key) != KEY_BYTES:
        mistakes.add(
            MalformedError(
                "expected a public key of 32 bytes, found another",
                field="key",
                reason="party-key",
                hint="the other party makes it with `kept recipient new-key`, a partner with `kept partner new-key`",
                rests_on=GROUNDS[party.kind],
            )
        )
    elif party.kind is not PartyKind.PARTNER:
        seal_to(party.public_key, b"", b"")


def _party(engine: Engine, row: sql.PartyGet | sql.PartiesOf | sql.Parties) -> Party:
    party = Party(
        row.party_id, PartyKind(row.kind), row.name, row.title, row.address, row.representative, row.public_key,
        row.asked_by, row.asked_at, row.status, row.confirmed_by, row.from_at,
    )  # fmt: skip
    if not hmac.compare_digest(_seal(engine, party), row.seal):
        raise EvidenceError(
            "expected another party as it was asked for, found it changed",
            reason="party-changed",
            hint="a row was changed past Kept: run `kept verify`, then ask for the change anew",
            rests_on=GROUNDS[party.kind],
        )
    return party


def _seal(engine: Engine, party: Party) -> bytes:
    """Seal what a change says, and who confirmed it: who can write D alone cannot put in a key of their own."""
    said = (party.kind.value, party.name, party.title, party.address, party.representative)
    texts = (party.id, *said, party.asked_by, party.confirmed_by, repr(party.from_at))
    return engine.token_hash("party", framed(*(one.encode() for one in texts), party.public_key))
