"""Receipts: the record of a consent with the fields of ISO/IEC TS 27560, as JSON-LD in DPV terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from kept.crypto.digest import sha256
from kept.crypto.random import random_id
from kept.policy.day import moment
from kept.policy.jsonld import BASES, PREFIXES
from kept.policy.law import LAWS
from kept.policy.model import Policy
from kept.policy.notice import Notice
from kept.policy.present import retention_words
from kept.services.engine.engine import Engine
from kept.services.engine.sealed_record import open_persons_record
from kept.services.gate.own_session import Own
from kept.store import sql

RECEIPT_KINDS = frozenset({"consent", "partner", "confirmation", "witnessed"})
"""Kinds of receipt this installation writes: of a form of the person's own, of what another company gave, of an address confirmed,
of what was given on paper or by phone."""


_RESOURCES = (
    "dpv:hasJurisdiction", "dpv:hasLegalBasis", "dpv:hasPersonalData", "dpv:hasRecipient", "skos:broader", "dct:conformsTo",
    "state", "exits", "channels", "items", "item", "channel", "source",
)  # fmt: skip
_SPACED = (
    "received from", "stated by", "confirmed by", "confirmed by the person", "how it was acquired", "agreed to",
    "left out, since the person took it away or said no", "taken off the list never to write to", "data subject",
)  # fmt: skip
CONTEXT: dict[str, Any] = {
    **PREFIXES,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "@vocab": PREFIXES["kept"],
    **{basis.value: term for basis, term in BASES.items()},
    **{law: one["term"] for law, one in LAWS.items()},
    **{key: {"@type": "@vocab"} for key in _RESOURCES},
    **{key: {"@type": "xsd:dateTime"} for key in ("dct:created", "at")},
    **{key: f"kept:{key.replace(',', '').replace(' ', '-')}" for key in _SPACED},
}
"""What every record a person is given is read by: no key and no code of it is lost where it is expanded.

A word of ours expands into our own vocabulary; a basis and a law into the terms others have for them. It is added where a record
is handed out, and not kept with each. Source: JSON-LD 1.1 §4.1.2, §4.2.3; Data Privacy Vocabulary 2.3.
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt: its id, and the record itself."""

    id: str
    record: dict[str, Any]


def consent_receipt(  # noqa: PLR0913 -- what a receipt names
    policy: Policy,
    notice: Notice,
    person_id: bytes,
    slots: tuple[str, ...],
    ticks: tuple[tuple[str, str, str], ...],
    at: float,
    bound: frozenset[tuple[str, str]] = frozenset(),
) -> Receipt:
    """Return the receipt of a submission.

    Args:
        policy: In force.
        notice: As shown.
        person_id: 16 bytes; stands in the receipt only as a pseudonym of its own.
        slots: Slots filled.
        ticks: Boxes ticked: purpose, channel, third party.
        at: Unix seconds.
        bound: Items given before, each with the ticked purpose it may be used for from now on.
    """
    receipt_id = random_id()
    filled = [term.purpose for term in notice.terms if term.item in slots]
    presented = {term.purpose for term in notice.terms}
    purposes = dict.fromkeys([*filled, *(tick[0] for tick in ticks if tick[0] in presented)])  # a yes alone is one too
    processes = [
        _process(
            policy,
            notice,
            one,
            (*slots, *(item for item, purpose in bound if purpose == one)),
            [tick for tick in ticks if tick[0] == one],
        )
        for one in purposes
    ]
    record = {
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#receipt-record",
        "dct:identifier": receipt_id,
        "schemaVersion": "1",
        "dct:created": moment(at),
        "dpv:hasDataSubject": sha256(b"kept/receipt-subject/v1" + receipt_id.encode() + person_id).hex()[:32],
        "dpv:hasJurisdiction": list(policy.law),
        "dpv:hasDataController": dict(policy.controller),
        "dpv:hasNotice": _notice(policy, notice),
        "dpv:hasProcess": processes,
        "withdrawal": {"where": "my-data", "contact": policy.controller.get("contact", "")},
        "event": [
            {
                "state": "dpv:ConsentGiven" if ticks else "NoticeShown",
                "at": moment(at),
                "by": "data subject",
                "how": "own session",
            }
        ],
    }
    return Receipt(receipt_id, record)


def _notice(policy: Policy, notice: Notice) -> dict[str, Any]:
    """Return what a receipt says of the notice that was shown."""
    return {
        "dct:identifier": notice.id,
        "dct:language": notice.language,
        "policy": policy.id,
        "version": notice.version,
        "policyHash": notice.policy_hash,
        "text": notice.text,
    }


def _process(
    policy: Policy, notice: Notice, purpose_id: str, slots: tuple[str, ...], chosen: list[tuple[str, str, str]]
) -> dict[str, Any]:
    """Return what a receipt says of one purpose."""
    purpose, language = policy.purposes[purpose_id], notice.language
    terms = [term for term in notice.terms if term.purpose == purpose_id]
    return {
        "dpv:hasPurpose": {
            "@id": f"#purpose-{purpose_id}",
            "dct:title": purpose.titles[language],
            "skos:broader": f"dpv:{purpose.dpv}" if purpose.dpv else None,
        },
        "dpv:hasLegalBasis": terms[0].basis.value,
        "dpv:hasPersonalData": [term.item for term in terms if term.item in slots],
        "dpv:hasRecipient": sorted({name for _, _, name in chosen if name}),
        "dpv:hasStorageCondition": retention_words(terms[0].retention, language),
        "exits": [way_out.value for way_out in terms[0].exits],
        "channels": sorted({channel for _, channel, _ in chosen if channel}),
        "given": bool(chosen) if terms[0].basis.value == "consent" else None,
    }


async def receipts_of(engine: Engine, own: Own) -> list[tuple[Receipt, str, float]]:
    """Return the receipts of a person, newest first: receipt, kind, time."""
    keys, _ = await engine.keyring.of_person(own.person_id)
    if keys is None:
        return []
    rows = await engine.data.all(sql.Receipts, person_id=own.person_id)
    found = []
    for row in rows:
        content = open_persons_record(engine, keys, "receipt", row.receipt_id, row.key_id, row.sealed)
        record = {"@context": CONTEXT, **msgspec.json.decode(content, type=dict[str, Any])}
        found.append((Receipt(row.receipt_id, record), row.kind, row.at))
    return found
