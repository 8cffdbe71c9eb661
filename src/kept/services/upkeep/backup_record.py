"""What is recorded of backups: the key they are sealed to, and each that was made, from what its claim noted beforehand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kept.crypto.digest import framed, hmac_sha256
from kept.services.engine import claims
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.record import entry_of, operator
from kept.store import sql
from kept.store.interface import Transaction

KEY = "backup_key"
FOLDER = "backup_folder"
"""In D: the folder the newest backups were made in."""


async def backup_key(engine: Engine) -> bytes:
    """Return the public half of the backup key; empty when none is registered, or somebody wrote one in by hand."""
    public, _, sealed = (await engine.keys.value(sql.MetaGet, name=KEY) or "").partition(" ")
    return bytes.fromhex(public) if public and sealed == seal_of(engine, bytes.fromhex(public)) else b""


def seal_of(engine: Engine, public: bytes) -> str:
    """Return the seal a registered backup key carries in K, hex."""
    return hmac_sha256(engine.keyring.installation_key("tokens"), framed(b"kept/backup-key/v1", public)).hex()


async def record_key(engine: Engine, subject: str, facts: str) -> None:
    """Record that a backup key was registered, where K has it, and end the claim on it; where K has not, it never was.

    Args:
        engine: Open; it holds the claim, or had it.
        subject: The key, hex.
        facts: What the claim noted.
    """
    noted = json.loads(facts)
    done = (await backup_key(engine)).hex() == subject
    entry = entry_of(engine, operator(noted["by"]), Act.BACKUP_KEY, at=noted["at"], facts=(("key", subject[:16]),))
    await claims.finish(engine.data, claims.BACKUP_KEY, subject, engine.holder, [entry] if done else [], noted["at"])


async def record_backup(engine: Engine, subject: str, facts: str) -> None:
    """Record that both parts of a backup were made, where both lie there whole, and end the claim; half a one is removed.

    Args:
        engine: Open; it holds the claim, or had it.
        subject: What the claim is called.
        facts: What the claim noted: who makes it, when, and what each part will be.
    """
    noted = json.loads(facts)
    parts = noted["parts"]
    there = _there(parts)
    whole = len(there) == len(parts)
    entries = [
        entry_of(
            engine, operator(noted["by"]), Act.BACKUP_MAKE, at=noted["at"],
            facts=tuple((name, str(one[name.replace("-", "_")])) for name in ("part", "hash", "size", "ledger-size")),
        )
        for one in parts
    ]  # fmt: skip

    async def insert(tx: Transaction) -> None:
        if whole:
            await tx.run("meta_put", name=FOLDER, value=str(Path(parts[0]["path"]).parent.parent))
        for one in parts if whole else ():
            await tx.run(
                "backup_insert", backup_id=one["id"], at=one["made_at"], part=one["part"], file=Path(one["path"]).name,
                size=one["size"], hash=one["hash"], made_by=noted["by"],
            )  # fmt: skip

    if not whole:
        for one in there:
            one.unlink(missing_ok=True)
    await claims.finish(
        engine.data, claims.BACKUP, subject, engine.holder, entries if whole else [], noted["at"], insert
    )


def _there(parts: list[dict[str, Any]]) -> list[Path]:
    return [path for one in parts if (path := Path(one["path"])).is_file()]
