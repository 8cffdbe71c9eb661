"""The file a recipient gets: a sheet anybody may read, and a record per person that only the recipient opens; signed as a whole.

Each record says where its items came from, under which notice they were given, when the person consented, and which
entry of the ledger released them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from kept.crypto.digest import framed
from kept.crypto.sealed_to import OpeningKey
from kept.errors import MalformedError
from kept.ledger.note import VerifierKey
from kept.policy.day import moment
from kept.policy.model import Recipient
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.third_parties.file_signature import signed_fields, verify_file
from kept.services.third_parties.handed_over import pseudonym
from kept.services.third_parties.provision_record import Provision

FORMAT = "kept/provision/1"


def file_info(recipient: str, provision_id: str) -> bytes:
    """Return what every record of a file is sealed for."""
    return framed(FORMAT.encode(), recipient.encode(), provision_id.encode())


def record_of(
    engine: Engine, person: Person, declared: Recipient, values: Mapping[str, str | tuple[str, ...]], entry_id: str
) -> dict[str, object]:
    """Return what the recipient gets of one person: the items, and for each where it came from and on what it rests."""
    grants = {
        slot: max(one.at for one in person.state.grants if declared.id in one.recipients and slot in one.slots)
        for slot in values
    }
    return {
        "person": pseudonym(engine, declared.id, person.id),
        "items": {slot: list(one) if isinstance(one, tuple) else one for slot, one in values.items()},
        "provenance": {
            slot: {
                "source": person.state.slots[slot].source.value,
                "given": moment(person.state.slots[slot].given_at),
                "notice": person.state.slots[slot].notice_id,
                "consented": moment(grants[slot]),
            }
            for slot in values
        },
        "entry": entry_id,
    }


def pack_file(engine: Engine, found: Provision, declared: Recipient, records: list[bytes], at: float) -> bytes:
    """Return the file.

    Args:
        engine: Open.
        found: The provision.
        declared: Its recipient.
        records: Sealed records.
        at: When it was handed over, unix seconds.
    """
    file: dict[str, object] = {
        "format": FORMAT,
        "id": found.id,
        "number": found.number,
        "recipient": declared.id,
        "sheet": {
            "controller": engine.policy.policy.controller.get("name", ""),
            "recipient": declared.names[engine.policy.policy.language],
            "country": declared.country,
            "purpose": engine.policy.policy.purposes[declared.purpose].titles[engine.policy.policy.language],
            "clause": f"§{declared.clause}",
            "items": list(declared.items),
            "means": declared.means,
            "policy": engine.policy.hash,
            "made": moment(at),
            "people": len(records),
            "why": "each person consented, on a page that named the recipient; each record names notice, consent and entry",
        },
        "records": [base64.b64encode(one).decode() for one in records],
    }
    file |= signed_fields(engine, FORMAT, declared.id, found.id, _content(file["sheet"], records))
    return json.dumps(file, ensure_ascii=False, indent=1).encode()


def parse_file(unverified: bytes, key: OpeningKey, installation: VerifierKey) -> dict[str, object]:
    """Open a file as the recipient does, after verifying who made it.

    Args:
        unverified: The file as it came.
        key: The recipient's own key.
        installation: The installation's published key, from a place the recipient trusts, never from the file.

    Raises:
        MalformedError: It is no file of this form.
        NoteError: Another installation made it, or it was changed on its way.
        SealError: It was sealed to another key.
    """
    try:
        file = {FORMAT: json.loads(unverified)}[json.loads(unverified)["format"]]  # another format is a KeyError
        info = file_info(str(file["recipient"]), str(file["id"]))
        records = [base64.b64decode(one, validate=True) for one in file["records"]]
        sheet = file["sheet"]
        verify_file(file, FORMAT, _content(sheet, records), installation)
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedError(
            "expected a file of a provision, found another",
            reason="provision-file",
            hint="give the file as it was sent",
            rests_on="recipients",
        ) from error
    return {"sheet": sheet, "records": [json.loads(key.open(one, info)) for one in records]}


def _content(sheet: object, records: list[bytes]) -> bytes:
    """Return what is signed of a file: its sheet as canonical JSON, and every record in order."""
    written = json.dumps(sheet, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return framed(written.encode(), *records)
