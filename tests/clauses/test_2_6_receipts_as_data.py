"""§2.6: a receipt is data that others read: expanded, nothing of it is lost, and it has what ISO/IEC TS 27560 asks for."""

from __future__ import annotations

import pytest
from installation import MAIL, NAME

from kept.policy.jsonld import jsonld
from kept.services.forms.receipts import CONTEXT, receipts_of

TICK = ("choice", "information-for-you/mail/")
pytestmark = pytest.mark.anyio
DPV, KEPT = "https://w3id.org/dpv#", "urn:kept:vocabulary:"
KNOWN = {
    "ConsentRecord", "Record", "ConsentGiven", "Consent", "LegalBasis", "LegalObligation", "hasDataSubject", "hasJurisdiction",
    "hasDataController", "hasNotice", "hasProcess", "hasPurpose", "hasLegalBasis", "hasPersonalData", "hasRecipient",
    "hasStorageCondition",
}  # fmt: skip
"""Terms of DPV 2.3 that receipts use, beside its purposes."""


def iri(term: str) -> str:
    """Expand a term or a compact IRI by the context, as JSON-LD 1.1 (API §5.2) does with a vocabulary."""
    mapped = CONTEXT.get(term, {})
    if isinstance(mapped, str) and not term.startswith("@"):
        term = mapped
    prefix, colon, rest = term.partition(":")
    if colon and isinstance(CONTEXT.get(prefix), str):
        return CONTEXT[prefix] + rest
    return term if colon or term.startswith(("@", "#")) else CONTEXT["@vocab"] + term


def expanded(value, key=""):
    """Expand a record: every key an absolute IRI, codes where the context says resources."""
    if isinstance(value, dict):
        return {iri(name): expanded(one, name) for name, one in value.items() if name != "@context" and one is not None}
    if isinstance(value, list):
        return [expanded(one, key) for one in value]
    rule = CONTEXT.get(key)
    if key == "@type" or (isinstance(rule, dict) and rule["@type"] == "@vocab"):
        return iri(value) if key == "@type" else {"@id": iri(value)}
    if isinstance(rule, dict):
        return {"@value": value, "@type": iri(rule["@type"])}
    return value if key == "@id" else {"@value": value}


def leaves(value):
    """How many plain values there are."""
    if isinstance(value, dict):
        return sum(leaves(one) for name, one in value.items() if name != "@context")
    return sum(map(leaves, value)) if isinstance(value, list) else value is not None


def strings(value):
    """Every key and every resource."""
    if isinstance(value, dict):
        yield from value
        for name, one in value.items():
            yield from [one] if name in {"@id", "@type"} and isinstance(one, str) else strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


async def records(installation):
    """Receipts of a form with a yes, and of one without."""
    own = await installation.join()
    await installation.give(own, [("name", NAME)])
    await installation.give(own, [("mail_address", MAIL), ("interests", "landscape"), TICK])
    found = [one.record for one, _, _ in await receipts_of(installation.engine, own)]
    assert len(found) == 2
    return found


async def test_nothing_is_lost_and_every_term_is_one(installation):
    """§2.6 evidence: as many values after expanding as before, absolute names everywhere, and no term DPV does not have."""
    purposes = {one.dpv.removeprefix("dpv:") for one in installation.engine.policy.policy.purposes.values()}
    for record in await records(installation):
        assert record["@context"] == CONTEXT
        found = expanded(record)
        assert leaves(found) - str(found).count("'@type': 'http://www.w3.org/2001/XMLSchema#dateTime'") == leaves(
            record
        )
        for one in strings(found):
            assert ":" in one or one.startswith(("@", "#")), one
            assert " " not in one, one
            if one.startswith(DPV):
                assert one.removeprefix(DPV) in KNOWN | purposes, one


async def test_what_the_standard_asks_for_is_counted(installation):
    """§2.6 evidence: each field of a receipt of ISO/IEC TS 27560, clause 6, is there, and is a resource where one is due."""
    given = next(
        one
        for one in await records(installation)
        if one["@type"] == "dpv:ConsentRecord" and one["event"][0]["state"] == "dpv:ConsentGiven"
    )
    found = expanded(given)
    dct = "http://purl.org/dc/terms/"
    due = {
        "schema version": f"{KEPT}schemaVersion", "record identifier": f"{dct}identifier", "principal": f"{DPV}hasDataSubject",
        "controller": f"{DPV}hasDataController", "notice": f"{DPV}hasNotice", "jurisdiction": f"{DPV}hasJurisdiction",
        "processes": f"{DPV}hasProcess", "withdrawal": f"{KEPT}withdrawal", "events": f"{KEPT}event", "made": f"{dct}created",
    }  # fmt: skip
    assert [field for field, name in due.items() if name not in found] == []
    assert {f"{KEPT}name", f"{KEPT}contact"} <= found[f"{DPV}hasDataController"].keys()
    assert {f"{dct}language", f"{KEPT}text", f"{KEPT}version"} <= found[f"{DPV}hasNotice"].keys()
    assert {f"{KEPT}where", f"{KEPT}contact"} <= found[f"{KEPT}withdrawal"].keys()
    (event,) = found[f"{KEPT}event"]
    assert event[f"{KEPT}state"] == {"@id": f"{DPV}ConsentGiven"}
    assert event[f"{KEPT}at"]["@type"].endswith("#dateTime")
    for process in found[f"{DPV}hasProcess"]:
        assert process[f"{DPV}hasLegalBasis"]["@id"].startswith(DPV)
        assert all(one["@id"].startswith(KEPT) for one in process[f"{DPV}hasPersonalData"])
        assert all(set(one) == {"@id"} for one in process[f"{DPV}hasRecipient"])
        assert {f"{DPV}hasPurpose", f"{DPV}hasStorageCondition"} <= process.keys()


async def test_a_no_is_no_term_of_others(installation):
    """§2.6: what DPV has no word for is said in ours: that a notice was shown."""
    shown = [one["event"][0]["state"] for one in await records(installation) if "event" in one]
    assert set(shown) == {"NoticeShown", "dpv:ConsentGiven"}
    assert iri("NoticeShown") == f"{KEPT}NoticeShown"
    assert jsonld(installation.engine.policy.policy)["@context"].items() <= CONTEXT.items()
