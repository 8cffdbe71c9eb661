"""Participation in a questionnaire, a contest, a sweepstake, an event: joining, and leaving again.

Whoever takes part has an account, and need give nothing to have one. What is given is bound to the notice of this very
instance; a place, a ticket and the submission are written in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kept.crypto.draw import blind_ticket
from kept.crypto.random import random_id, random_secret
from kept.errors import ConflictError, DeniedError, SubmissionError
from kept.policy import change
from kept.policy.channel import ADDRESSES
from kept.policy.narrow import main_purpose, narrow
from kept.policy.person import PersonState
from kept.policy.words import PointKind
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.engine.record import account_part
from kept.services.forms.collection import Part, Presented, present_form, submit
from kept.services.forms.instance_record import Standing, standing
from kept.services.forms.receipts import Receipt
from kept.services.gate.own_session import Own
from kept.services.gate.state_change import Change, change_person, find_forms
from kept.services.instances.draws import ENTER, WON
from kept.store import sql
from kept.store.interface import Transaction


@dataclass(frozen=True, slots=True)
class Participation:
    """Somebody's part in an instance.

    Args:
        number: Random; of a sweepstake the blinded ticket.
        at: Since when, unix seconds.
        status: `in`, then what became of it: `won`, `claimed`, `delivered`, `winner`, `published`, `arrived`.
    """

    number: str
    at: float
    status: str


async def part_of(engine: Engine, person_id: bytes, instance_id: str) -> Participation | None:
    """Return somebody's part; None when they take none."""
    row = await engine.data.one(sql.ParticipationGet, person_id=person_id, instance_id=instance_id)
    return Participation(row.number, row.at, row.status) if row else None


async def parts_of(engine: Engine, person_id: bytes) -> list[tuple[Standing, Participation]]:
    """Return everything somebody takes part in, oldest first."""
    rows = await engine.data.all(sql.ParticipationsOfPerson, person_id=person_id)
    return [(await standing(engine, row.instance_id), Participation(row.number, row.at, row.status)) for row in rows]


async def present_part(engine: Engine, own: Own, instance_id: str, language: str) -> Presented:
    """Show the form of an instance to somebody it is open to.

    Raises:
        SubmissionError: It is not open to them; or not in that language.
    """
    found = await standing(engine, instance_id)
    part = await part_of(engine, own.person_id, instance_id)
    stage = _stage(found, part, engine.ready())
    return await present_form(engine, own, found.file.point, stage, language, instance=found.file)


async def take_part(  # noqa: PLR0913 -- a submission has these parts
    engine: Engine,
    own: Own,
    instance_id: str,
    *,
    language: str,
    unverified_token: str,
    fields: Sequence[tuple[str, str]],
) -> Receipt:
    """Take part, with what the person chose to give; or, as a winner, say where the prize shall go.

    Args:
        engine: Open.
        own: The person's own session.
        instance_id: Which.
        language: Language of the form.
        unverified_token: The notice token that came with it.
        fields: As for `submit`.

    Raises:
        SubmissionError: It is not open to them, a field is not acceptable, or a prize is claimed without a word of where
            it may go.
        ConflictError: They take part already, or no place is left.
        MalformedError: The token is forged or too old.
    """
    found = await standing(engine, instance_id)
    held = await part_of(engine, own.person_id, instance_id)
    stage = _stage(found, held, engine.ready())
    part = _claiming(engine, own, found, held) if held else _entering(engine, own, found)
    return await submit(
        engine,
        own,
        point=found.file.point,
        stage=stage,
        language=language,
        unverified_token=unverified_token,
        fields=fields,
        instance=found.file,
        part=part,
    )


def _stage(found: Standing, part: Participation | None, at: float) -> str:
    """Return the stage of the form that is open to somebody.

    Raises:
        SubmissionError: None is.
    """
    if found.kind is PointKind.SWEEPSTAKE:
        if part is not None and part.status == "won":
            return WON
        stage = ENTER
    else:
        stage = ""
    if found.status != "open" or at >= found.file.closes_at:
        raise SubmissionError(
            "expected one that is open, found one that is not",
            reason="instance-closed",
            hint="nothing was taken",
            rests_on=f"collection:{found.file.point}",
        )
    if part is not None:
        raise SubmissionError(
            "expected somebody who does not take part yet, found one who does",
            reason="part-taken",
            hint="look at my data; you can leave there",
            rests_on="nothing-unneeded",
        )
    return stage


def _entering(engine: Engine, own: Own, found: Standing) -> Part:
    secret = random_secret() if found.kind is PointKind.SWEEPSTAKE else ""
    number = blind_ticket(found.id, secret) if secret else random_id()
    at = engine.ready()

    async def write(tx: Transaction) -> None:
        if not await tx.run("instance_take", instance_id=found.id):
            raise ConflictError(
                "expected a place that is free, found none",
                reason="instance-full",
                hint="nothing was taken; look again later",
                rests_on=f"collection:{found.file.point}",
            )
        try:
            await tx.run("participation_insert", person_id=own.person_id, instance_id=found.id, number=number, at=at)
        except ConflictError:
            raise ConflictError(
                "expected somebody who does not take part yet, found one who does",
                reason="part-taken",
                rests_on="nothing-unneeded",
            ) from None
        if secret:
            await tx.run("ticket_insert", instance_id=found.id, blinded=number)

    on_receipt: dict[str, object] = {"instance": found.id, "number": number}
    if secret:
        on_receipt |= {"ticketSecret": secret, "ticket": number}
    return Part(write, on_receipt)


def _claiming(engine: Engine, own: Own, found: Standing, won: Participation) -> Part:
    asked = narrow(engine.policy.policy, found.file).stages[WON]
    purpose = main_purpose(engine.policy.policy, engine.policy.policy.points[found.file.point])
    where = tuple(item for item in asked if engine.policy.policy.items[item].type in ADDRESSES) or asked

    def require(given: Collection[str], state: PersonState) -> None:
        """A prize nobody could send, or may send, is not claimed: it waits."""
        said = state.choice(purpose, None)
        if purpose in state.stops or (said is not None and not said.allow):
            raise SubmissionError(
                "expected that a prize may be sent to you, found that you stopped this use",
                reason="prize-stopped",
                hint="nothing was taken, and the prize waits for you: resume the use on my data, then answer again",
                rests_on=f"purposes:{purpose}",
            )
        if where and not set(where).intersection(given):
            raise SubmissionError(
                "expected somewhere the prize can go, found nothing",
                field=where[0],
                reason="prize-nowhere",
                hint="nothing was taken, and the prize waits for you: say where it may go, or let us use what you gave before",
                rests_on="nothing-unneeded",
            )

    async def write(tx: Transaction) -> None:
        if not await tx.run(
            "participation_status", person_id=own.person_id, instance_id=found.id, status="claimed", expected="won"
        ):
            raise ConflictError(
                "expected a prize not claimed yet, found none", reason="prize-claimed", rests_on="nothing-unneeded"
            )

    return Part(write, {"instance": found.id, "number": won.number}, require)


async def leave(engine: Engine, own: Own, instance_id: str) -> None:
    """Leave: what was given for this alone is removed, and what was used here is used here no more.

    Raises:
        SubmissionError: They take no part in it.
        DeniedError: A ticket of a draw whose list is fixed cannot be given back; erase the account instead.
    """
    found = await standing(engine, instance_id)
    part = await part_of(engine, own.person_id, instance_id)
    if part is None:
        raise SubmissionError(
            "expected a part, found none", reason="part-none", rests_on=f"collection:{found.file.point}"
        )
    if found.kind is PointKind.SWEEPSTAKE and found.status != "open":
        raise DeniedError(
            "expected a sweepstake that is open, found its list of tickets fixed",
            needed="nothing: your ticket names nobody; what you gave for a prize can be removed on my data",
            reason="list-fixed",
            rests_on=f"collection:{found.file.point}",
        )
    notices = await engine.notices.of_person((await engine.people.load(own.person_id)).state)
    here = {notice_id for notice_id, one in notices.items() if one.instance == instance_id}

    def make(person: Person, at: float) -> Change:
        gone = [slot for slot, held in person.state.slots.items() if held.notice_id in here]
        lost = tuple(form for slot in gone for form in find_forms(engine, slot, engine.people.open_slot(person, slot)))
        ended = tuple(place for place in person.sealed if place[0] in gone)
        state = change.remove(change.unaccept(person.state, here), gone)

        async def extra(tx: Transaction) -> None:
            await tx.run("participation_delete", person_id=own.person_id, instance_id=instance_id)
            await tx.run("publication_delete", person_id=own.person_id, instance_id=instance_id)
            await tx.run("instance_give_back", instance_id=instance_id)
            await tx.run("ticket_delete", instance_id=instance_id, blinded=part.number)

        return Change(
            change.replace(state, g=person.state.g + 1),
            account_part(
                engine,
                own.acting(),
                Act.PART_END,
                at=at,
                rests_on=f"collection:{found.file.point}",
                items=tuple(gone),
                facts=(("instance", instance_id),),
            ),
            ended=ended,
            lost=lost,
            extra=extra,
        )

    await change_person(engine, own.person_id, make, slots=None)
