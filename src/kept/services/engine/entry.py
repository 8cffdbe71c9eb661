"""One entry of the ledger, built and sealed: the account part, the person part, their commitments and the id.

The account part says who did what, for which purpose, under which clause; closed vocabulary, no free text, no person.
The person part says whose it was and goes with that person. The id is the leaf hash (`docs/formats/ledger.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from kept.crypto.random import random_bytes
from kept.ledger.chain import Chain
from kept.ledger.leaf import Opening, commit_account, commit_person, entry_id_of


class Refusal(msgspec.Struct, frozen=True, array_like=True):
    """One item refused, with where the procedure stopped."""

    item: str
    step: int
    reason: str
    clause: str


class Account(msgspec.Struct, frozen=True, omit_defaults=True):
    """The account part, as its bytes are committed to and sealed (JSON, fixed field order).

    Args:
        act: What happened, from `Act`.
        outcome: How it ended, from `Outcome`.
        at: When, unix seconds.
        policy: First 16 hex digits of the active policy's hash.
        kind: Who acted: `own`, `staff`, `program`, `operator` or `system`, as `record.Actor` has it.
        actor: Keyed name of a member of staff, credential id or operator's name; empty for a person and the system.
        role: Role acted in; empty when there is none.
        purpose: Purpose acted for; empty when there is none.
        clause: Clause it rests on or follows from, without the section sign.
        items: Slots concerned, item names only.
        exit: Way out; empty when nothing left.
        case: Case number; empty when there is none.
        mandate: Mandate id; empty when there is none.
        refused: Items refused, with step, reason and clause.
        facts: Further machine facts: hashes, counts, ids, words of the closed vocabulary.
    """

    act: str
    outcome: str
    at: float
    policy: str
    kind: str = ""
    actor: str = ""
    role: str = ""
    purpose: str = ""
    clause: str = ""
    items: tuple[str, ...] = ()
    exit: str = ""
    case: str = ""
    mandate: str = ""
    refused: tuple[Refusal, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


class PersonPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """The person part: whose entry it is, the versions concerned, and the state it was decided on.

    *entries* says how many of theirs had been counted when it was built, *chain* is the head over those (hex, see
    `ledger/chain.py`). A line that may outlive the person says neither.

    Where a law obliges to keep a line about it, *register* has what the line says, and the part may outlive an erasure.
    """

    person: str
    g: int
    versions: dict[str, int] = {}
    register: dict[str, str] = {}
    entries: int = 0
    chain: str = ""


_account_decoder = msgspec.json.Decoder(Account)
_person_decoder = msgspec.json.Decoder(PersonPart)
parse_account = _account_decoder.decode
parse_person_part = _person_decoder.decode

NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry ready to be sealed and appended.

    Args:
        account: Opening of the account part (nonce and plaintext).
        person: Opening of the person part; its plaintext is empty when the entry concerns nobody.
        account_commitment: 32 bytes.
        person_commitment: 32 bytes.
        id: Leaf hash, 32 bytes.
        person_id: Whose entry it is, 16 bytes; empty when nobody's.
        said: The account part as values, for tallies.
        register: Whether it is a line of a register a law obliges to keep.
    """

    account: Opening
    person: Opening
    account_commitment: bytes
    person_commitment: bytes
    id: bytes
    person_id: bytes
    said: Account
    register: bool = False


def build_entry(  # noqa: PLR0913 -- what the two parts say
    account: Account,
    person_id: bytes = b"",
    *,
    g: int = 0,
    versions: dict[str, int] | None = None,
    register: dict[str, str] | None = None,
    before: Chain | None = None,
) -> Entry:
    """Commit to an entry.

    Args:
        account: The account part.
        person_id: Whose entry it is, 16 bytes; empty when nobody's.
        g: State the act was decided on.
        versions: Version of each slot concerned.
        register: What a register's line says; None where it is none.
        before: How many entries of theirs were counted by now; None where it does not say.
    """
    nonces = random_bytes(2 * NONCE_BYTES)
    account_opening = Opening(nonces[:NONCE_BYTES], msgspec.json.encode(account))
    number, head = before if before is not None and not register else (0, b"")
    part = PersonPart(person_id.hex(), g, versions or {}, register or {}, number, head.hex())
    person_plaintext = msgspec.json.encode(part) if person_id else b""
    person_opening = Opening(nonces[NONCE_BYTES:], person_plaintext)
    account_commitment = commit_account(account_opening)
    person_commitment = commit_person(person_opening)
    return Entry(
        account=account_opening,
        person=person_opening,
        account_commitment=account_commitment,
        person_commitment=person_commitment,
        id=entry_id_of(account_commitment, person_commitment),
        person_id=person_id,
        said=account,
        register=bool(register),
    )
