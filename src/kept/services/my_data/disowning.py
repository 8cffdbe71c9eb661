"""Disowning: what staff entered as given on paper or by phone is not the person's; its values go, and its yeses are their no."""

from __future__ import annotations

from kept.errors import ConflictError, InputError
from kept.policy import change
from kept.policy.person import PersonState
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import OWN, Actor, about, entry_of
from kept.services.gate.own_session import Own
from kept.services.gate.state_change import Extra
from kept.services.gate.witnessed_form import (
    DISOWNED,
    TAKEN,
    TELLING,
    Standing,
    code_hash,
    form_by_code,
    forms_of,
    holder_of,
    standing,
)
from kept.services.my_data.corrections import take_away_for
from kept.services.my_data.erasure import finish_now, intend
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

BY_LINK, ON_MY_DATA, BY_POST = "code", "my-data", "post"


async def given_elsewhere(engine: Engine, own: Own) -> list[Standing]:
    """Return what staff entered for the person of a session, the newest first."""
    return await forms_of(engine, own.person_id)


async def disown(engine: Engine, own: Own, form_id: str) -> str:
    """Say that it was not you; return the entry's id.

    Args:
        engine: Open.
        own: The person's session.
        form_id: One of theirs.

    Raises:
        InputError: There is none of theirs that was taken in and not disowned yet.
    """
    return await _disown(engine, await _taken(engine, form_id, own.person_id), own.acting(), ON_MY_DATA)


async def is_taken_back(engine: Engine, typed: str) -> bool:
    """Whether the form a code is of was taken back, also where nothing else is held of whom it was about.

    Args:
        engine: Open.
        typed: As typed.
    """
    form_id = await engine.data.value(sql.WitnessedByCode, code_hash=code_hash(engine, typed))
    row = await engine.data.one(sql.WitnessedGet, form_id=form_id) if form_id else None
    return row is not None and row.status == DISOWNED


async def disown_by_code(engine: Engine, typed: str) -> bool:
    """Say that it was not you, by the code of the message, without sign-in; return whether it is so now.

    Args:
        engine: Open.
        typed: As typed.
    """
    found = await form_by_code(engine, typed)
    if found is not None and found.status == TAKEN:
        await _disown(engine, found, OWN, BY_LINK)
    return await is_taken_back(engine, typed)


async def disown_by_post(engine: Engine, session: StaffSession, form_id: str) -> str:
    """Note what a person wrote or told: it was not them; return the entry's id.

    Args:
        engine: Open.
        session: With the right `witness`.
        form_id: One that was taken in.

    Raises:
        DeniedError: The right is missing.
        InputError: There is none that was taken in and not disowned yet.
    """
    role = session.require(engine, "witness")
    found = await _taken(engine, form_id, await holder_of(engine, form_id))
    return await _disown(engine, found, session.acting(role=role), BY_POST)


async def _taken(engine: Engine, form_id: str, person_id: bytes) -> Standing:
    holder = await holder_of(engine, form_id)
    found = await standing(engine, form_id) if holder and holder == person_id else None
    if found is None or found.status != TAKEN:
        raise InputError(
            "expected something given on paper or by phone that was taken in, found none",
            reason="witnessed-unknown",
            hint="look at my data: it may be taken back already",
            rests_on="sources:direct",
        )
    return found


async def _disown(engine: Engine, found: Standing, who: Actor, by: str) -> str:
    """Take everything back that came with a form; an account that was opened with it and has nothing else goes as a whole."""
    form, person_id = found.form, await holder_of(engine, found.id)

    at, facts = engine.ready(), (("form", found.id), ("how", form.how), ("by", by))

    def without(state: PersonState, at: float) -> PersonState:
        return change.disown(state, form.slots, form.notice_id, form.taken_at, at)

    ending, person = _ending(found.id, at), await engine.people.load(person_id)
    if not form.new or without(person.state, at).slots or await _can_sign_in(engine, person_id):
        return await take_away_for(engine, person_id, who, without, Act.DISOWN, *facts, also=ending)
    entry = entry_of(engine, who, Act.DISOWN, about(person), at=at, items=form.slots, facts=facts)

    async def also(tx: Transaction) -> None:
        await ending(tx)
        await insert_entries(tx, [entry], at)

    await intend(engine, person_id, started_by="customer", also=also)
    await finish_now(engine, person_id)
    return entry.id


def _ending(form_id: str, at: float) -> Extra:
    async def end(tx: Transaction) -> None:
        moved = {"form_id": form_id, "status": DISOWNED, "reason": "", "at": at, "sealed": b""}
        if not any([await tx.run("witnessed_end", expected=one, **moved) for one in (TAKEN, TELLING)]):
            raise ConflictError(
                "expected a form not taken back yet, found one that is",
                reason="witnessed-disowned",
                hint="there is nothing more to do",
                rests_on="sources:direct",
            )

    return end


async def _can_sign_in(engine: Engine, person_id: bytes) -> bool:
    """Whether somebody can sign in to an account."""

    async def body(tx: Transaction) -> bool:
        password = await tx.one(sql.PasswordGet, person_id=person_id)
        return password is not None or bool(await tx.all(sql.Passkeys, person_id=person_id))

    return await engine.data.read(body)
