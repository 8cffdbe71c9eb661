"""A leaf: commitments to the two parts of an entry, and the hash that is the entry's id.

    C(part)  = SHA-256( framed(label, nonce, plaintext) )      nonce: 32 random bytes
    leaf     = framed("kept/entry/v1", C(account), C(person))
    entry id = SHA-256( 0x00 ‖ leaf )                           RFC 9162 §2.1.1

Commitments are over the plaintext, never over a ciphertext: one GCM ciphertext can open to two stories under two keys.
An entry that concerns nobody commits to an empty person part, so that all leaves look alike.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from kept.crypto.digest import framed

ACCOUNT_LABEL = b"kept/account/v1"
PERSON_LABEL = b"kept/person/v1"
ENTRY_LABEL = b"kept/entry/v1"
NONCE_BYTES = 32
_ACCOUNT_HEAD, _PERSON_HEAD, _LEAF_HEAD = framed(ACCOUNT_LABEL), framed(PERSON_LABEL), b"\x00" + framed(ENTRY_LABEL)


class Opening(NamedTuple):
    """What opens a commitment: 32 random bytes and the plaintext."""

    nonce: bytes
    plaintext: bytes


def commit_account(opening: Opening) -> bytes:
    """Return the commitment to an account part, 32 bytes."""
    return _commit(_ACCOUNT_HEAD, opening)


def commit_person(opening: Opening) -> bytes:
    """Return the commitment to a person part, 32 bytes."""
    return _commit(_PERSON_HEAD, opening)


def _commit(head: bytes, opening: Opening) -> bytes:
    """The hash of the framed parts; *head* is the label framed, which is the same for each of many."""
    return hashlib.sha256(head + framed(*opening)).digest()


def leaf_data(account_commitment: bytes, person_commitment: bytes) -> bytes:
    """Return the leaf's bytes from its two commitments of 32 bytes each."""
    return framed(ENTRY_LABEL, account_commitment, person_commitment)


def entry_id_of(account_commitment: bytes, person_commitment: bytes) -> bytes:
    """Return the id of an entry, the hash of its leaf, from its two commitments of 32 bytes each. Source: RFC 9162 §2.1.1."""
    return hashlib.sha256(_LEAF_HEAD + framed(account_commitment, person_commitment)).digest()
