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

from kept.crypto.digest import framed, sha256

ACCOUNT_LABEL = b"kept/account/v1"
PERSON_LABEL = b"kept/person/v1"
ENTRY_LABEL = b"kept/entry/v1"
NONCE_BYTES = 32


class Opening(NamedTuple):
    """What opens a commitment: 32 random bytes and the plaintext."""

    nonce: bytes
    plaintext: bytes


def commit_account(opening: Opening) -> bytes:
    """Return the commitment to an account part, 32 bytes."""
    return sha256(framed(ACCOUNT_LABEL, opening.nonce, opening.plaintext))


def commit_person(opening: Opening) -> bytes:
    """Return the commitment to a person part, 32 bytes."""
    return sha256(framed(PERSON_LABEL, opening.nonce, opening.plaintext))


def leaf_data(account_commitment: bytes, person_commitment: bytes) -> bytes:
    """Return the leaf's bytes from its two commitments of 32 bytes each."""
    return framed(ENTRY_LABEL, account_commitment, person_commitment)


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf, 32 bytes. Source: RFC 9162 §2.1.1."""
    return hashlib.sha256(b"\x00" + data).digest()
