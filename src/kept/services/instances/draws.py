"""What is fixed of a draw before anybody could choose: the seed at the opening, the list of tickets at the close."""

from __future__ import annotations

from kept.crypto.draw import commit_list, commit_seed
from kept.crypto.random import random_secret
from kept.services.engine.engine import Engine
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.store import sql
from kept.store.interface import Transaction

KIND = "draw-seed"
ENTER, WON = "enter", "won"
"""Stages of a sweepstake's point: everybody takes a ticket, winners say where the prize shall go."""


async def begin_draw(engine: Engine, tx: Transaction, instance_id: str) -> str:
    """Make a seed, keep it sealed, and return its hash, hex, for everybody to see from now on."""
    seed = random_secret()
    seed_hash = commit_seed(instance_id, seed)
    sealed = seal_installation_record(engine, KIND, instance_id, seed.encode())
    await tx.run("draw_insert", instance_id=instance_id, seed_hash=seed_hash, sealed_seed=sealed)
    return seed_hash


async def commit_tickets(tx: Transaction, instance_id: str) -> str:
    """Fix the list of blinded tickets and return its hash, hex."""
    tickets = await tx.values(sql.Tickets, instance_id=instance_id)
    list_hash = commit_list(instance_id, tickets)
    await tx.run("draw_list", instance_id=instance_id, list_hash=list_hash)
    return list_hash


def open_seed(engine: Engine, instance_id: str, sealed: bytes) -> str:
    """Return the seed of a draw.

    Raises:
        SealError: The row was changed, or is another instance's.
    """
    return open_installation_record(engine, KIND, instance_id, sealed).decode()
