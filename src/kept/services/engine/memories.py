"""Memories that may not be empty: what D, K and the checkpoint file each hold once a ledger was begun, and what to do about a loss.

A memory that is empty beside a ledger that is not is never a first start. Whoever emptied it would have their own keys, their own
policy or no staff at all taken for a beginning.
"""

from __future__ import annotations

from dataclasses import dataclass

from kept.errors import EvidenceError
from kept.services.engine.acts import Act
from kept.store import sql
from kept.store.interface import Store

LOG = "log"
"""Name of the ledger's head."""
_RESTORE_D = "restore database D from its newest backup (`kept restore`); what it may lack is signed afterwards"
_RESTORE_K = (
    "put the database K back that belongs to this D, or restore its newest backup (`kept restore`), with its key files"
)
FILE_LOST = (
    "put the checkpoint file back; when it is lost, run `kept recover --checkpoint`, which writes what database K remembers and "
    "records that you did"
)


@dataclass(frozen=True, slots=True)
class Lost:
    """Something that has to be there, and is not.

    Args:
        what: What is missing, and where.
        remedy: What to do about it.
    """

    what: str
    remedy: str

    def error(self) -> EvidenceError:
        """Return it as the error a start is refused with."""
        return EvidenceError(
            f"expected everything a ledger that is not empty rests on, found {self.what}",
            reason="memory-empty",
            hint=self.remedy,
            rests_on="ledger-consistent restore-drill",
        )


async def lost_memories(data: Store, keys: Store) -> list[Lost]:
    """Return what is missing beside a ledger that is not empty; nothing where no ledger was begun.

    Args:
        data: Database D.
        keys: Database K.
    """
    head = await data.one(sql.HeadGet, name=LOG)
    if not (head and head.size) and not await data.value(sql.PeopleCount):
        return []
    found = [
        Lost(f"database K without {what}", _RESTORE_K)
        for what, there in (
            ("a current key epoch", await keys.one(sql.CurrentEpochGet)),
            ("any key epoch", await keys.all(sql.Epochs)),
            ("keys of the installation", await keys.all(sql.SystemKeys)),
            ("the last checkpoint", not (head and head.size) or await keys.one(sql.LastCheckpointGet)),
        )
        if not there
    ]
    found += [
        Lost(f"database D without its {what}", _RESTORE_D)
        for name, what in (("origin", "ledger's name"), ("high_water", "latest time"))
        if not await data.value(sql.MetaGet, name=name)
    ]
    if not await data.all(sql.PolicyVersions):
        found.append(Lost("database D without any version of the policy", _RESTORE_D))
    if not await data.all(sql.StaffAll) and any(row.act == Act.STAFF_CHANGE for row in await data.all(sql.Tallies)):
        found.append(Lost("database D without any member of staff, although some were added", _RESTORE_D))
    return found
