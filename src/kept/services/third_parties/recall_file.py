"""The file that tells a recipient to give up what it has of people: sealed to its key, signed by the installation.

It names each person by the pseudonym the recipient knows, when the consent ended or which item was corrected or removed, and by
when it has to be confirmed. No value stands in it. Its answer stands nowhere else: whoever says it has opened the file.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Sequence

from kept.crypto.digest import framed, hmac_sha256, same
from kept.crypto.sealed_to import OpeningKey, seal_to
from kept.errors import MalformedError
from kept.ledger.note import VerifierKey
from kept.policy.day import moment
from kept.services.engine.engine import Engine
from kept.services.third_parties.file_signature import signed_fields, verify_file
from kept.store import sql

FORMAT = "kept/recall/1"
ANSWER_DIGITS = 20


def pack_recall(  # noqa: PLR0913 -- what a file is made of
    engine: Engine, file_id: str, recipient: str, public: bytes, recalls: Sequence[sql.RecallsIn], at: float
) -> bytes:
    """Return the file.

    Args:
        engine: Open.
        file_id: Its id, by which the recipient confirms it.
        recipient: Declared recipient.
        public: The recipient's key.
        recalls: Whom it names; at least one.
        at: Now, unix seconds.
    """
    told = {
        "made": moment(at),
        "confirm by": moment(min(row.due_at for row in recalls)),
        "confirm with": answer_of(engine, recipient, file_id),
        "people": [
            {"person": row.pseudonym, row.what: moment(row.at), "due": moment(row.due_at)}
            | ({"item": row.item} if row.item else {})
            for row in recalls
        ],
    }
    sealed = seal_to(public, json.dumps(told).encode(), _info(recipient, file_id))
    file = {
        "format": FORMAT,
        "id": file_id,
        "recipient": recipient,
        "sealed": base64.b64encode(sealed).decode(),
        **signed_fields(engine, FORMAT, recipient, file_id, sealed),
    }
    return json.dumps(file, ensure_ascii=False, indent=1).encode()


def answer_of(engine: Engine, recipient: str, file_id: str) -> str:
    """Return a file's answer, 20 hexadecimal digits in fours: sealed in it, so that its recipient alone reads it.

    Args:
        engine: Open.
        recipient: Declared recipient.
        file_id: The file's id.
    """
    key = engine.keyring.installation_key("tokens")
    drawn = hmac_sha256(key, framed(b"kept/recall-answer/v1", recipient.encode(), file_id.encode())).hex()
    return "-".join(drawn[at : at + 4] for at in range(0, ANSWER_DIGITS, 4))


def is_answer(engine: Engine, recipient: str, file_id: str, typed: str) -> bool:
    """Whether what was typed is a file's answer, in any usual spelling."""
    plain = "".join(one for one in unicodedata.normalize("NFKC", typed).lower() if one.isalnum())
    return same(plain.encode(), answer_of(engine, recipient, file_id).replace("-", "").encode())


def is_recall(unverified: bytes) -> bool:
    """Whether a file says that it is a recall."""
    try:
        return bool(json.loads(unverified)["format"] == FORMAT)
    except (ValueError, KeyError, TypeError):
        return False


def parse_recall(unverified: bytes, key: OpeningKey, installation: VerifierKey) -> dict[str, object]:
    """Open a recall as the recipient does, after verifying who made it.

    Args:
        unverified: The file as it came.
        key: The recipient's own key.
        installation: The installation's published key, from a place the recipient trusts, never from the file.

    Raises:
        MalformedError: It is no recall.
        NoteError: Another installation made it, or it was changed.
        SealError: It was sealed to another key.
    """
    try:
        file = {FORMAT: json.loads(unverified)}[json.loads(unverified)["format"]]  # another format is a KeyError
        recipient, file_id = str(file["recipient"]), str(file["id"])
        sealed = base64.b64decode(file["sealed"], validate=True)
        verify_file(file, FORMAT, sealed, installation)
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedError(
            "expected a recall, found another file",
            reason="recall-file",
            hint="give the file as it was sent",
            rests_on="recipients",
        ) from error
    return {"id": file_id, **json.loads(key.open(sealed, _info(recipient, file_id)))}


def _info(recipient: str, file_id: str) -> bytes:
    return framed(FORMAT.encode(), recipient.encode(), file_id.encode())
