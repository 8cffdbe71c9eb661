"""A partner's file: one signature over all of it, and with each record what its person agreed to, when and how."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import msgspec

from kept import limits
from kept.crypto.digest import framed, sha256
from kept.crypto.signature import SigningKey, verify_signature
from kept.errors import MalformedError, NoteError
from kept.policy.day import moment

FORMAT = "kept/intake/1"
HOW = ("form", "paper", "call")


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person agreed to, as their partner states it.

    Args:
        notice: Id of the installation's own notice that was shown, hex.
        to: The company they agreed to give it to: the controller's name.
        given: When, ISO 8601 in UTC.
        how: `form`, `paper` or `call`.
        items: Items they agreed to have given.
        choices: Boxes they ticked, as the installation's form names them.
    """

    notice: str
    to: str
    given: str
    how: str
    items: tuple[str, ...]
    choices: tuple[str, ...] = ()


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person's values, as their partner gives them.

    Args:
        login_name: The login name or member number this installation issued; the person gave it to the partner.
        items: By item: text, or texts for some-of.
        statement: What they agreed to; None where the partner has none.
    """

    login_name: str
    items: dict[str, str | tuple[str, ...]]
    statement: Statement | None = None


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed.

    Args:
        partner: Registered name.
        made: When, ISO 8601.
        records: At most 20,000.
    """

    partner: str
    made: str
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A file as it came: whose it says it is, the bytes that are signed, the signature; nothing verified yet.

    Args:
        unverified: The payload, for its partner's name only.
        signed: Bytes the signature covers.
        signature: 64 bytes.
    """

    unverified: Payload
    signed: bytes
    signature: bytes

    @property
    def id(self) -> str:
        """Hex SHA-256 of what is signed."""
        return sha256(self.signed).hex()


def parse_envelope(unverified: bytes) -> Envelope:
    """Read a file as it came.

    Raises:
        MalformedError: It is none of this form, or too large.
    """
    if len(unverified) > limits.INTAKE_FILE_BYTES:
        raise _malformed(f"expected at most {limits.INTAKE_FILE_BYTES} bytes, found {len(unverified)}")
    try:
        outer = json.loads(unverified)
        {(FORMAT, 3): outer}[outer["format"], len(outer)]  # another form is a KeyError
        signed = base64.b64decode(outer["payload"], validate=True)
        signature = bytes.fromhex(outer["signature"])
        payload = msgspec.json.decode(signed, type=Payload)
    except (ValueError, KeyError, TypeError, RecursionError, msgspec.MsgspecError) as error:
        raise _malformed("expected a partner's signed file, found another") from error
    if len(payload.records) > limits.INTAKE_RECORDS:
        raise _malformed(f"expected at most {limits.INTAKE_RECORDS} records, found {len(payload.records)}")
    return Envelope(payload, signed, signature)


def verify_envelope(envelope: Envelope, public: bytes) -> Payload:
    """Return what a file says, once its partner's signature holds.

    Args:
        envelope: As parsed.
        public: The key registered for the partner it names, 32 bytes.

    Raises:
        NoteError: The key did not sign it.
    """
    try:
        verify_signature(public, envelope.signature, _message(envelope.signed))
    except NoteError:
        raise NoteError(
            "expected the registered partner's signature, found none that verifies",
            reason="intake-signature",
            hint="nothing was taken; ask the partner for the file anew",
            rests_on="sources:partner",
        ) from None
    return envelope.unverified


def sign_file(records: list[dict[str, Any]], partner: str, key: SigningKey, at: float) -> bytes:
    """Return a file as the partner makes it.

    Raises:
        MalformedError: A record is not of the form this installation reads.
    """
    made = moment(at)
    try:
        payload = msgspec.convert({"partner": partner, "made": made, "records": records}, Payload)
    except msgspec.MsgspecError as error:
        raise _malformed("expected records of this form, found others") from error
    signed = msgspec.json.encode(payload)
    return json.dumps(
        {
            "format": FORMAT,
            "payload": base64.b64encode(signed).decode(),
            "signature": key.sign(_message(signed)).hex(),
        },
        indent=1,
    ).encode()


def _message(signed: bytes) -> bytes:
    return framed(FORMAT.encode(), signed)


def _malformed(message: str) -> MalformedError:
    return MalformedError(
        message,
        reason="intake-file",
        hint="the form is in docs/partner-intake.md; nothing was taken",
        rests_on="sources:partner",
    )
