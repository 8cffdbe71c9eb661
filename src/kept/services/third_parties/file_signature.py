"""The installation's signature over a file for a recipient: whoever carries it changes, adds and leaves out nothing unnoticed."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from kept.crypto.digest import framed
from kept.crypto.signature import verify_signature
from kept.ledger.note import VerifierKey
from kept.services.engine.engine import Engine


def signed_fields(engine: Engine, format_: str, recipient: str, file_id: str, content: bytes) -> dict[str, str]:
    """Return the fields of a file that say who signed it.

    Args:
        engine: Open.
        format_: The file's form; a signature of one form is none of another, of a checkpoint or of a bundle.
        recipient: Declared recipient.
        file_id: The file's id.
        content: Everything else it says, as bytes that can be made again from it.
    """
    signature = engine.parts.signing_key.sign(_signed(format_, recipient, file_id, content))
    return {"signed-by": str(engine.sequencer.verifier), "signature": base64.b64encode(signature).decode()}


def verify_file(file: Mapping[str, str], format_: str, content: bytes, installation: VerifierKey) -> None:
    """Insist that an installation signed a file.

    Args:
        file: Its fields, not verified: *recipient*, *id*, *signature*.
        format_: The form it is read as.
        content: As it was signed.
        installation: The installation's published key, from a place the recipient trusts, never from the file.

    Raises:
        NoteError: Another installation made it, or it was changed.
        KeyError: A field is missing.
        ValueError: The signature is no Base64.
    """
    signature = base64.b64decode(file["signature"], validate=True)
    verify_signature(installation.public, signature, _signed(format_, str(file["recipient"]), str(file["id"]), content))


def _signed(format_: str, recipient: str, file_id: str, content: bytes) -> bytes:
    return framed(format_.encode(), b"signed", recipient.encode(), file_id.encode(), content)
