"""Sweepstakes: drawn with a number others made since the close, won tickets, prizes on their way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kept.crypto.draw import draw
from kept.errors import ConflictError, InputError
from kept.policy.day import day_of
from kept.policy.narrow import main_purpose
from kept.policy.words import Exit, PointKind
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.forms.instance_record import Standing, standing
from kept.services.gate import gate
from kept.services.gate.released import Card
from kept.services.instances.draws import WON, open_seed
from kept.services.instances.instances import instance_entry, instance_of
from kept.services.staff.desk_mandate import issue_mandate
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

PUBLIC_NUMBER = re.compile(r"[0-9][0-9.,]{0,39}", re.ASCII)
FORMAT = "kept/draw/1"
LOOK = "look at it again"


async def draw_lots(engine: Engine, session: StaffSession, instance_id: str, public_number: str) -> Standing:
    """Draw the winners; or one more, where a winner does not answer.

    Args:
        engine: Open.
        session: Of staff whose role has the purpose of the prize.
        instance_id: A closed sweepstake.
        public_number: As the source named in the file published it; the same again for one more.

    Raises:
        InputError: It is no number, another one than before, or its day has not come.
        ConflictError: It is not closed, nobody takes part, or nobody is left to draw.
    """
    found, _ = await instance_of(engine, session, instance_id, PointKind.SWEEPSTAKE)
    at = engine.ready()
    _require_drawable(engine, found, public_number, at)

    async def body(tx: Transaction) -> None:
        row = await tx.one(sql.DrawGet, instance_id=instance_id)
        tickets = await tx.values(sql.Tickets, instance_id=instance_id)
        if row is None or not tickets:
            raise _wrong(found, "expected tickets, found none", reason="draw-nobody", hint=LOOK, of=ConflictError)
        before = row.drawn
        if before and row.public_number != public_number:
            raise _wrong(
                found,
                "expected the public number it was drawn with, found another",
                reason="public-number",
                hint="one number, for every winner",
            )
        wanted = before + 1 if before else found.file.prizes
        seed = open_seed(engine, instance_id, row.sealed_seed)
        places = draw(seed, row.list_hash, public_number, len(tickets), wanted)
        if len(places) == before:
            raise _wrong(
                found, "expected a ticket not drawn yet, found none", reason="draw-nobody", hint=LOOK, of=ConflictError
            )
        await tx.run(
            "draw_done",
            instance_id=instance_id,
            public_number=public_number,
            seed=seed,
            drawn=len(places),
            expected=before,
        )
        await _tell_winners(tx, instance_id, [tickets[place] for place in places[before:]])
        facts = (("public-number", public_number), ("drawn", str(len(places))), ("of", str(len(tickets))))
        await insert_entries(tx, [instance_entry(engine, session, Act.DRAW, at, found.file, *facts)], at)

    await engine.data.write(body)
    return await standing(engine, instance_id)


def _require_drawable(engine: Engine, found: Standing, public_number: str, at: float) -> None:
    if found.status != "closed":
        raise _wrong(
            found, "expected a closed sweepstake, found another", reason="instance-status", hint=LOOK, of=ConflictError
        )
    if at < found.file.number_at:
        raise _wrong(
            found,
            "expected the day of the public number to have come, found it to come",
            reason="draw-early",
            hint=f"draw on {day_of(found.file.number_at, engine.zone)} or later",
        )
    if not PUBLIC_NUMBER.fullmatch(public_number):
        raise _wrong(found, "expected digits, points and commas, found something else", reason="public-number")


async def _tell_winners(tx: Transaction, instance_id: str, tickets: list[str]) -> None:
    """Mark who holds the tickets; who was erased meanwhile wins nothing, and one more can be drawn."""
    holders = {row.number: row.person_id for row in await tx.all(sql.Participations, instance_id=instance_id)}
    for person_id in (holders[one] for one in tickets if one in holders):
        await tx.run("participation_status", person_id=person_id, instance_id=instance_id, status="won", expected="in")


def _wrong(
    found: Standing, message: str, *, reason: str, hint: str = "", of: type[InputError] = InputError
) -> InputError:
    return of(message, reason=reason, hint=hint, rests_on=f"collection:{found.file.point}")


async def public_file(engine: Engine, instance_id: str) -> dict[str, Any]:
    """Return what everybody may see of a draw: commitments from the start, seed and winners once it is drawn.

    Raises:
        InputError: No such sweepstake, or it was never open.
    """
    facts, tickets = (
        await draw_facts(engine, instance_id),
        await engine.data.values(sql.Tickets, instance_id=instance_id),
    )
    return {**facts, "tickets": tickets, "winners": [tickets[place] for place in places_drawn(facts, len(tickets))]}


def places_drawn(facts: Mapping[str, Any], tickets: int) -> list[int]:
    """Return the places of the winners on a draw's list, in the order they were drawn; none before.

    Args:
        facts: Of `draw_facts`.
        tickets: How many are on the list.
    """
    if not facts["drawn"]:
        return []
    return draw(facts["seed"], facts["list_hash"], facts["public_number"], tickets, facts["drawn"])


async def is_listed(engine: Engine, instance_id: str, number: str) -> bool:
    """Return whether a blinded ticket is on a draw's list."""
    return await engine.data.one(sql.TicketListed, instance_id=instance_id, blinded=number) is not None


async def draw_facts(engine: Engine, instance_id: str) -> dict[str, Any]:
    """Return what everybody may see of a draw but its tickets; see `public_file`.

    Raises:
        InputError: No such sweepstake, or it was never open.
    """
    found = await standing(engine, instance_id)
    row = await engine.data.one(sql.DrawGet, instance_id=instance_id)
    if row is None:
        raise _wrong(found, "expected a sweepstake that has opened, found none", reason="instance-unknown")
    return {
        "format": FORMAT,
        "instance": instance_id,
        "status": found.status,
        "prizes": found.file.prizes,
        "number_day": day_of(found.file.number_at, engine.zone),
        "number": dict(found.file.public_number),
        "seed_hash": row.seed_hash,
        "list_hash": row.list_hash,
        "public_number": row.public_number,
        "seed": row.seed,
        "drawn": row.drawn,
    }


async def open_address(engine: Engine, session: StaffSession, instance_id: str, number: str) -> Card:
    """Open what a winner gave for the prize, on the screen, for its delivery.

    Raises:
        DeniedError: The policy says no, or no role of theirs has the purpose of the prize.
        InputError: No such winner, or one who has not said where it shall go.
    """
    found, point = await instance_of(engine, session, instance_id, PointKind.SWEEPSTAKE)
    person_id = await _winner(engine, instance_id, number, ("claimed", "delivered"))
    items = point.stages.get(WON, ())
    mandate = await issue_mandate(engine, session, main_purpose(engine.policy.policy, point), people=1)
    held = (await engine.people.load(person_id)).state.slots
    wanted = tuple(
        slot
        for slot in (found.file.slot(one, per_instance=engine.policy.policy.items[one].per_instance) for one in items)
        if slot in held
    )
    return await gate.read(engine, mandate, person_id, wanted or items, Exit.SCREEN, on_denial="withhold")


async def deliver(engine: Engine, session: StaffSession, instance_id: str, number: str) -> Standing:
    """Say that a prize is on its way; with the last one the time until what was given ends begins to run.

    Raises:
        InputError: No such winner, or one who has not said where it shall go.
    """
    found, _ = await instance_of(engine, session, instance_id, PointKind.SWEEPSTAKE)
    person_id = await _winner(engine, instance_id, number, ("claimed",))
    at = engine.ready()

    async def body(tx: Transaction) -> None:
        if not await tx.run(
            "participation_status",
            person_id=person_id,
            instance_id=instance_id,
            status="delivered",
            expected="claimed",
        ):
            raise _wrong(
                found, "expected a prize that waits, found another", reason="prize-none", hint=LOOK, of=ConflictError
            )
        rows = await tx.all(sql.Participations, instance_id=instance_id)
        if not any(row.status in {"won", "claimed"} for row in rows):
            await tx.run("instance_delivered", instance_id=instance_id, delivered_at=at)
        entry = instance_entry(engine, session, Act.PRIZE_DELIVER, at, found.file, ("number", number))
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return await standing(engine, instance_id)


async def winners_of(engine: Engine, instance_id: str) -> list[tuple[str, str]]:
    """Return the winners by number, and where each stands: `won`, `claimed` or `delivered`."""
    rows = await engine.data.all(sql.Participations, instance_id=instance_id)
    return [(row.number, row.status) for row in rows if row.status in {"won", "claimed", "delivered"}]


async def _winner(engine: Engine, instance_id: str, number: str, standing_at: tuple[str, ...]) -> bytes:
    rows = await engine.data.all(sql.Participations, instance_id=instance_id)
    for row in rows:
        if row.number == number and row.status in standing_at:
            return row.person_id
    raise InputError(
        "expected a winner who has claimed the prize, found none", reason="prize-none", rests_on="nothing-unneeded"
    )
