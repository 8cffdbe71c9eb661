"""The policy as data: JSON-LD with the terms of W3C DPV.

Source: Data Privacy Vocabulary 2.3 (https://w3id.org/dpv), its personal-data extension `pd` and the APPI extension.
What DPV has no term for keeps an IRI of the policy itself. Plain JSON values: the caller encodes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kept.policy import phrase
from kept.policy.law import LAWS
from kept.policy.model import Policy, Purpose, Retention
from kept.policy.words import Basis, Exit

PREFIXES: Mapping[str, str] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "legal-jp": "https://w3id.org/dpv/legal/jp#",
    "legal-eu": "https://w3id.org/dpv/legal/eu#",
    "legal-gb": "https://w3id.org/dpv/legal/gb#",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "kept": "urn:kept:vocabulary:",
}
"""The vocabularies that documents of ours are written in; *kept* is our own, for what none of the others has."""
BASES = {
    Basis.CONSENT: "dpv:Consent",
    Basis.NOTICE: "dpv:LegalBasis",
    Basis.NECESSARY: "dpv:LegalBasis",
    Basis.LAW: "dpv:LegalObligation",
}
"""What DPV calls a basis; where it has no nearer term, a legal basis."""


def jsonld(policy: Policy) -> dict[str, Any]:
    """Return *policy* as a JSON-LD document, every text in every language of the policy."""
    return {
        "@context": dict(PREFIXES),
        "@id": _iri(policy, ""),
        "@type": "dpv:PrivacyNotice",
        "dct:title": _texts(policy.titles),
        "dct:hasVersion": str(policy.version),
        "dct:valid": policy.effective,
        "dct:language": list(policy.languages),
        "dct:identifier": f"sha256:{policy.hash}",
        "dpv:hasDataController": {
            "@type": "dpv:DataController",
            "dpv:hasName": policy.controller.get("name", ""),
            "dpv:hasContact": policy.controller.get("contact", ""),
            **({"dpv:hasAddress": policy.controller["address"]} if policy.controller.get("address") else {}),
            **(
                {
                    "dpv:hasRepresentative": {
                        "@type": "dpv:Representative",
                        "dpv:hasName": policy.controller["representative"],
                    }
                }
                if policy.controller.get("representative")
                else {}
            ),
        },
        "dpv:hasApplicableLaw": [{"@id": LAWS[law]["term"]} for law in policy.law],
        "dpv:hasPersonalData": [_item(policy, item) for item in policy.items],
        "dpv:hasProcess": [_process(policy, purpose) for purpose in policy.purposes.values()],
        "dct:hasPart": [
            {
                "@id": _iri(policy, f"clause-{clause.id}"),
                "@type": "kept:Clause",
                "dct:identifier": clause.id,
                "kept:kind": clause.kind.value,
                "dct:description": _texts(clause.texts),
            }
            for clause in policy.clauses.values()
        ],
    }


def _iri(policy: Policy, name: str) -> str:
    base = f"urn:kept:policy:{policy.id}:{policy.version}"
    return f"{base}#{name}" if name else base


def _texts(titles: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@language": language, "@value": text} for language, text in titles.items()]


def _item(policy: Policy, name: str) -> dict[str, Any]:
    item = policy.items[name]
    found: dict[str, Any] = {
        "@id": _iri(policy, f"item-{item.id}"),
        "@type": ["dpv:PersonalData"],
        "skos:prefLabel": _texts(item.titles),
        "kept:collected": item.collected,
        "kept:clause": item.clause,
    }
    if item.dpv:
        found["skos:broader"] = {"@id": _term(item.dpv, "pd")}
    return found


def _process(policy: Policy, purpose: Purpose) -> dict[str, Any]:
    named: dict[str, Any] = {
        "@id": _iri(policy, f"purpose-{purpose.id}"),
        "@type": "dpv:Purpose",
        "skos:prefLabel": _texts(purpose.titles),
        "kept:revision": purpose.revision,
    }
    if purpose.dpv:
        named["skos:broader"] = {"@id": _term(purpose.dpv, "dpv")}
    items = [name for name, item in policy.items.items() if item.collected and purpose.may_use(name)]
    process: dict[str, Any] = {
        "@id": _iri(policy, f"process-{purpose.id}"),
        "@type": "dpv:Process",
        "dpv:hasPurpose": named,
        "dpv:hasLegalBasis": {"@id": BASES[purpose.basis]},
        "kept:basis": purpose.basis.value,
        "kept:clause": purpose.clause,
        "dpv:hasPersonalData": [{"@id": _iri(policy, f"item-{name}")} for name in items],
        "kept:exit": [way.value for way in Exit if way in purpose.exits],
    }
    recipients = _others(policy, purpose)
    if recipients:
        process["dpv:hasRecipient"] = recipients
    storage = [
        {"kept:point": point.id, "dpv:hasStorageCondition": _storage(policy, point.retention)}
        for point in policy.points.values()
        if purpose.id in point.purposes
    ]
    if storage:
        process["kept:collectedAt"] = storage
    return process


def _storage(policy: Policy, keep: Retention) -> dict[str, Any]:
    texts = {language: phrase.retention(keep, language) for language in policy.languages}
    return {"@type": "dpv:StorageDuration", "dct:description": _texts(texts)}


def _term(term: str, prefix: str) -> str:
    return term if ":" in term else f"{prefix}:{term}"


def _others(policy: Policy, purpose: Purpose) -> list[dict[str, Any]]:
    """Return whoever else has something for a purpose: third parties, those who use it with us, those who act for us."""
    return (
        [
            {
                "@id": _iri(policy, f"recipient-{one.id}"),
                "@type": "dpv:ThirdParty",
                "dpv:hasName": _texts(one.names),
                "dpv:hasCountry": one.country.upper(),
            }
            for one in policy.recipients.values()
            if one.purpose == purpose.id
        ]
        + [
            {
                "@id": _iri(policy, f"processor-{one.id}"),
                "@type": "dpv:DataProcessor",
                "dpv:hasName": _texts(one.names),
                "dpv:hasCountry": one.country.upper(),
            }
            for one in policy.processors.values()
            if purpose.id in one.for_purposes
        ]
        + [
            {
                "@id": _iri(policy, f"joint-use-{one.id}"),
                "@type": "dpv:JointDataControllers",
                "dpv:hasName": _texts({word: ", ".join(said["with"]) for word, said in one.said.items()}),
            }
            for one in policy.declarations
            if one.word == "joint-use" and one.body["purpose"] == purpose.id
        ]
    )
