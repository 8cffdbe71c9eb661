"""What is said where the machine refuses: no descriptor, no room, no right, no memory."""

from __future__ import annotations

import errno

from kept.errors import StoreError

DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
RIGHTS = frozenset({errno.EACCES, errno.EPERM})
OURS_TO_FIX = DESCRIPTORS | FULL | RIGHTS | {errno.EIO, errno.EROFS}
"""Refusals that say nothing about what is in a file."""


def refused(error: OSError, what: str = "a file") -> StoreError:
    """Return what is said where the machine does not give a file.

    Args:
        error: What it answered.
        what: What was wanted, such as `the key file ledger.key`; never personal information.
    """
    expected = f"expected the machine to give {what}, found: {error.strerror}"
    if error.errno in DESCRIPTORS:
        return StoreError(
            expected,
            reason="too-many-files",
            hint="too many files or connections are open: wait, or raise `ulimit -n`; nothing was lost",
            rests_on="durable-writes",
        )
    if error.errno in FULL:
        return StoreError(
            expected,
            reason="disk-full",
            hint="free space on the disk; nothing acknowledged was lost",
            rests_on="durable-writes",
        )
    if error.errno in RIGHTS:
        return StoreError(
            expected,
            reason="file-refused",
            hint="let the service read and write its own files; nothing was changed",
            rests_on="durable-writes",
        )
    return StoreError(
        expected,
        reason="store-unwritable",
        hint="look at the disk and the database files; nothing acknowledged was lost",
        rests_on="durable-writes",
    )


def out_of_memory() -> StoreError:
    """Return what is said where the machine has no memory for what was asked."""
    return StoreError(
        "expected memory for what was asked, found none",
        reason="out-of-memory",
        hint="try again, and give the service more memory; if it stays, a length in a file is damaged: run `kept verify`",
        rests_on="durable-writes",
    )
