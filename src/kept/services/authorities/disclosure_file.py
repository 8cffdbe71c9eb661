"""The bundle an authority gets: sealed to its key, signed with the key the ledger is published under.

Nothing in it is readable on the way: the sheet (who asked, on which ground, asked against released) and each person's
record open with the authority's key only. The signature says which installation made it, over every byte.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from kept.crypto.digest import framed
from kept.crypto.sealed_to import OpeningKey, seal_to
from kept.crypto.signature import verify_signature
from kept.errors import MalformedError
from kept.ledger.note import VerifierKey
from kept.policy.day import moment
from kept.policy.person import Slot, version_of
from kept.services.authorities.disclosure_record import GROUND, Disclosure
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person

FORMAT = "kept/legal-bundle/1"


def bundle_info(disclosure_id: str, number: int) -> bytes:
    """Return what every part of a bundle is sealed for."""
    return framed(FORMAT.encode(), disclosure_id.encode(), str(number).encode())


def record_of(
    person: Person, place: int, values: Mapping[str, str | tuple[str, ...]], entry_id: str
) -> dict[str, object]:
    """Return what the authority gets of one person: the items, since when each was held, where it came from.

    An item that had several values within the period has them all, one that was replaced since as `item@version`.
    """
    return {
        "person": place,
        "items": {name: list(one) if isinstance(one, tuple) else one for name, one in values.items()},
        "held": {name: _held(person, name) for name in values},
        "entry": entry_id,
    }


def _held(person: Person, name: str) -> dict[str, str]:
    slot, _, version = name.partition("@")
    current = person.state.slots[slot]
    held = version_of(person.state, slot, int(version or current.version))
    said = {"source": held.source.value, "given": moment(current.given_at)}
    if isinstance(held, Slot):
        return {**said, "written": moment(held.corrected_at)}
    return {**said, "written": moment(held.written_at), "replaced": moment(held.replaced_at)}


def pack_bundle(engine: Engine, found: Disclosure, records: Mapping[bytes, bytes], at: float) -> bytes:
    """Return the bundle.

    Args:
        engine: Open.
        found: The request.
        records: Sealed records by person; who was erased meanwhile has none.
        at: Now, unix seconds.
    """
    terms = found.terms
    clause = engine.clause(GROUND)
    there = {one.place for one in found.people if one.person_id in records}
    sheet = {
        "controller": engine.policy.policy.controller.get("name", ""),
        "authority": terms.authority,
        "reference": terms.reference,
        "ground": terms.ground,
        "clause": f"§{clause}" if clause else "",
        "items": list(terms.items),
        "period": [moment(terms.starts_at), moment(terms.ends_at)],
        "received": moment(terms.received_at),
        "made": moment(found.finished_at or at),
        "policy": engine.policy.hash,
        "asked-against-released": [
            {"person": place, "item": item, "outcome": "gone" if one == "released" and place not in there else one}
            for (place, item), one in found.outcomes.items()
        ],
    }
    sealed = [
        seal_to(terms.public_key, json.dumps(sheet, ensure_ascii=False).encode(), bundle_info(found.id, found.number)),
        *(records[one.person_id] for one in found.people if one.person_id in records),
    ]
    file = {
        "format": FORMAT,
        "id": found.id,
        "number": found.number,
        "sheet": _text(sealed[0]),
        "records": [_text(one) for one in sealed[1:]],
        "signed-by": str(engine.sequencer.verifier),
        "signature": _text(engine.parts.signing_key.sign(_signed(found.id, found.number, sealed))),
    }
    return json.dumps(file, ensure_ascii=False, indent=1).encode()


def parse_bundle(unverified: bytes, key: OpeningKey, installation: VerifierKey) -> dict[str, object]:
    """Open a bundle as the authority does, after verifying who made it.

    Args:
        unverified: The bundle as it came.
        key: The authority's own key.
        installation: The installation's published key, from a place the authority trusts, never from the bundle.

    Raises:
        MalformedError: It is no bundle.
        NoteError: Another installation made it, or it was changed.
        SealError: It was sealed to another key.
    """
    try:
        file = {FORMAT: json.loads(unverified)}[json.loads(unverified)["format"]]  # another format is a KeyError
        disclosure_id, number = str(file["id"]), int(file["number"])
        sealed = [base64.b64decode(one, validate=True) for one in (file["sheet"], *file["records"])]
        signature = base64.b64decode(file["signature"], validate=True)
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedError(
            "expected a bundle of the legal desk, found another file",
            reason="disclosure-file",
            hint="give the file as it was sent",
            rests_on=GROUND,
        ) from error
    verify_signature(installation.public, signature, _signed(disclosure_id, number, sealed))
    sheet, *records = (json.loads(key.open(one, bundle_info(disclosure_id, number))) for one in sealed)
    return {"sheet": sheet, "records": records, "signed-by": installation.name}


def _signed(disclosure_id: str, number: int, sealed: list[bytes]) -> bytes:
    """Return what is signed: framed under its own label, so that it is no checkpoint."""
    return framed(FORMAT.encode(), disclosure_id.encode(), str(number).encode(), *sealed)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
