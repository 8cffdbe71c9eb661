"""A notice: exactly what a person was shown before giving anything, as a set of tuples with the text itself.

Its id is the hash of both, so a notice cannot be edited afterwards without becoming another one.
"""

from __future__ import annotations

import hashlib

import msgspec

from kept.errors import MalformedError
from kept.policy.model import Retention
from kept.policy.words import Basis, Exit


class Term(msgspec.Struct, frozen=True, order=True):
    """One tuple of a notice: this item, for this revision of this purpose, on this basis, leaving by these exits.

    Args:
        item: Item id.
        purpose: Purpose id.
        revision: Revision of the purpose as presented, hex.
        basis: Basis as presented.
        exits: Exits as presented, sorted.
        recipients: Third parties named for it, sorted; only for exit provision.
        retention: How long it is kept, as presented.
    """

    item: str
    purpose: str
    revision: str
    basis: Basis
    exits: tuple[Exit, ...]
    recipients: tuple[str, ...]
    retention: Retention


class Notice(msgspec.Struct, frozen=True):
    """A notice as shown.

    Args:
        point: Collection point it was shown at.
        stage: Stage of the point; empty when it has none.
        instance: Run-time instance that narrows the point; empty for the point itself.
        policy: Policy id, such as `bakery`.
        version: Policy version.
        policy_hash: Hash of the policy's files, hex.
        language: Language it was shown in.
        text: The words shown, plain text, exactly.
        terms: Its tuples, sorted.
    """

    point: str
    stage: str
    instance: str
    policy: str
    version: int
    policy_hash: str
    language: str
    text: str
    terms: tuple[Term, ...]

    def encode(self) -> bytes:
        """Return the canonical bytes its id is the hash of (JSON, fixed field order)."""
        return msgspec.json.encode(self)

    @property
    def id(self) -> str:
        """Hex SHA-256 over a label and the canonical bytes."""
        return notice_id(self.encode())

    def term(self, item: str, purpose: str) -> Term | None:
        """Return the tuple binding *item* to *purpose*, or None when the notice has none."""
        for term in self.terms:
            if term.item == item and term.purpose == purpose:
                return term
        return None


def notice_id(encoded: bytes) -> str:
    """Return the id of a notice from its canonical bytes, hex."""
    return hashlib.sha256(b"kept/notice/v1\x00" + encoded).hexdigest()


_decoder = msgspec.json.Decoder(Notice)


def parse_notice(encoded: bytes, expected_id: str) -> Notice:
    """Read a stored notice and hold it against the id a value remembers.

    Args:
        encoded: Bytes from the store, not trusted.
        expected_id: Id from an authenticated place (the person's sealed state).

    Raises:
        MalformedError: The bytes are not the notice of that id (rewritten, truncated, another one).
    """
    if notice_id(encoded) != expected_id:
        raise MalformedError(
            "a stored notice does not hash to the id that values remember",
            reason="notice-rewritten",
            hint="somebody changed the notice table; restore it from a backup and run `kept verify`",
            rests_on="bound-to-notice",
        )
    try:
        return _decoder.decode(encoded)
    except msgspec.MsgspecError as error:
        raise MalformedError(
            "a stored notice does not decode", reason="notice-malformed", rests_on="bound-to-notice"
        ) from error
