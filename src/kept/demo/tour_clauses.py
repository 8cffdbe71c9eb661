"""The tour's last step: every clause of the policy in an installation with three months of invented history, breaches included."""

from __future__ import annotations

import time
from pathlib import Path

from kept import limits, policy_files
from kept.crypto.sealed_to import OpeningKey
from kept.demo.clock import MovedClock
from kept.demo.invented import DAYS, invent
from kept.guarantees import words
from kept.guarantees.board import promise_board
from kept.policy.coverage import PartKind
from kept.services.backups.backup import make_backups, register_backup_key
from kept.services.backups.drill import drill
from kept.services.engine.clock import Clock
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.staff.activation import activate_first

MARKS = {"kept": "●", "by people": "◐", "only stated": "–", "not kept yet": "○", "permission unused": "◌"}


async def walk_clauses(folder: Path, policy: Path) -> None:
    """Print each clause with its state, its uses, the breaches refused, and what keeps it.

    Args:
        folder: Where the installation is made.
        policy: The policy's first file.
    """
    today = time.time()
    moved = MovedClock(today - (DAYS + 1) * limits.DAY)
    address = parse_address(f"sqlite:///{folder / 'walk.db'}")
    settings = Settings(clock=Clock(moved, moved))
    engine = await Engine.start(installation_parts(address, words(), settings, create=True), sequence=False)
    try:
        await activate_first(engine, policy_files(policy), by="tour")
        await invent(engine, moved, today)
        key = OpeningKey.new()
        await register_backup_key(engine, key.public, by="tour")
        await make_backups(engine, folder / "backups", by="tour")
        await drill(engine, folder / "backups", key, by="tour")
        board = await promise_board(engine)
    finally:
        await engine.close()
    for one in board.clauses:
        keeps = [part.part.id for part in one.parts if part.part.kind is PartKind.GUARANTEE]
        behind = ", ".join(keeps) or ", ".join(dict.fromkeys(part.part.detail or part.part.id for part in one.parts))
        counted = f"{one.uses} uses, {one.refused} refused" if one.uses or one.refused else ""
        print(
            f"    {MARKS[one.state.value]} §{one.clause.id:<4} {one.state.value:<17} {counted:<26} {behind}"[
                :118
            ].rstrip()
        )
    for kind, counts in (("promises", board.promises), ("permissions", board.permissions)):
        said = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
        print(f"    {sum(counts.values())} {kind}: {said}")
