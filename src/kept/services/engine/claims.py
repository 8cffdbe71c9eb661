"""Claims: who is about to do what to both databases, until when, written in D before K is touched.

A claim is taken by compare-and-set, and only its holder ends it, in the transaction of D that finishes the act. Whoever is stopped
for longer than the claim holds, or killed, loses it to the next who looks; their last step then finds that it is not theirs any more.
A key's end is a claim that is never given back: from then on no transaction of D seals under it, and only then it leaves K
(`docs/decisions/0140-claims.md`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from kept import limits
from kept.crypto.random import random_id
from kept.errors import BusyError, ConflictError
from kept.services.engine.flush import Effect, SealedEntry, insert_entries
from kept.store import sql
from kept.store.interface import Store, Transaction

ERASE = "erase"
ROTATE = "rotate"
DESTROY = "destroy"
BACKUP_KEY = "backup-key"
BACKUP = "backup"
KEY_ENDS = "key-ends"

_here: set[str] = set()
"""The holders that are engines of this process, while they are open."""


def new_holder() -> str:
    """Return a name for an engine of this process: the process, when it began, and a random number."""
    holder = f"{os.getpid()}-{_began(os.getpid())}-{random_id()[:16]}"
    _here.add(holder)
    return holder


def let_go(holder: str) -> None:
    """Say that an engine of this process is closed: what it claimed may be taken over."""
    _here.discard(holder)


def lives(holder: str) -> bool:
    """Whether the engine that bears a name may still go on, on this machine."""
    pid, _, rest = holder.partition("-")
    began = rest.partition("-")[0]
    if pid == str(os.getpid()) and began == _began(os.getpid()):
        return holder in _here
    return pid.isascii() and pid.isdigit() and began != "" and began == _began(int(pid))


def _began(pid: int) -> str:
    """Return when a process began, as the kernel counts since it did; empty when there is none, or the kernel does not say."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return _asked(pid)
    return boot + fields[19] if fields[0] not in "ZX" else ""


def _asked(pid: int) -> str:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return "0"


async def take(tx: Transaction, what: str, subject: str, holder: str, at: float, facts: str = "") -> str:  # noqa: PLR0913 -- what a claim says
    """Take a claim within *tx*, a write transaction of D; return what its first holder noted.

    Args:
        tx: Of D.
        what: Kind of act, a constant of this file.
        subject: What it is done to.
        holder: From `new_holder`.
        at: Unix seconds.
        facts: What whoever finishes it has to know.

    Raises:
        BusyError: Somebody else holds it, lives, and is not late.
    """
    until = at + limits.CLAIM_SECONDS
    if await tx.run("claim_take", what=what, subject=subject, holder=holder, facts=facts, until=until):
        return facts
    held = await tx.one(sql.ClaimGet, what=what, subject=subject)
    if held is None:
        raise lost()
    if held.holder != holder and held.until > at and lives(held.holder):
        raise BusyError(
            "expected something nobody is doing already, found it claimed",
            reason="claimed",
            hint="it is being finished; look again in a minute",
            rests_on="durable-writes",
        )
    moved = {"what": what, "subject": subject, "holder": holder, "until": until}
    if not await tx.run("claim_move", expected=held.holder, **moved):
        raise lost()
    return held.facts


async def end(tx: Transaction, what: str, subject: str, holder: str) -> None:
    """End a claim within *tx*, the transaction of D that finishes the act.

    Raises:
        ConflictError: It is not this holder's any more: somebody else finishes it, or did.
    """
    if not await tx.run("claim_end", what=what, subject=subject, holder=holder):
        raise lost()


async def finish(  # noqa: PLR0913 -- what a claim says, and what is recorded
    data: Store,
    what: str,
    subject: str,
    holder: str,
    entries: list[SealedEntry],
    at: float,
    also: Effect | None = None,
) -> None:
    """End a claim and write what records the act, in one transaction; whoever took it over meanwhile has done so.

    Args:
        data: Database D.
        what: Kind of act.
        subject: What it was done to.
        holder: Who holds the claim.
        entries: What records it; none where nothing was done.
        at: Unix seconds.
        also: Further statements of the same transaction.
    """

    async def body(tx: Transaction) -> None:
        await end(tx, what, subject, holder)
        if also is not None:
            await also(tx)
        await insert_entries(tx, entries, at)

    try:
        await data.write(body)
    except ConflictError as error:
        if error.reason != "claim-lost":
            raise


def lost() -> ConflictError:
    """Return the error for a claim that somebody else has by now."""
    return ConflictError(
        "expected to finish what was claimed, found it claimed by another meanwhile",
        reason="claim-lost",
        hint="nothing need be done: whoever has it finishes it",
    )


async def end_keys(tx: Transaction, key_ids: Iterable[str], holder: str, at: float) -> None:
    """Write in D that keys have ended, within a transaction that saw that nothing is sealed under them."""
    until = at + limits.KEY_ENDS_SECONDS
    for one in key_ids:
        await tx.run("claim_take", what=KEY_ENDS, subject=one, holder=holder, facts="", until=until)


async def hold_key(tx: Transaction, key_id: str) -> None:
    """Insist that a key has not ended, within the transaction that seals under it.

    Raises:
        ConflictError: It has: whoever sealed has to seal again under another.
    """
    if await tx.one(sql.ClaimGet, what=KEY_ENDS, subject=key_id) is not None:
        raise ConflictError(
            "expected a key in use, found one that has ended", reason="key-ended", hint="nothing was changed; try again"
        )
