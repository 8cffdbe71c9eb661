"""Questionnaires: answers counted through the gate, a question's options with how often each was chosen; texts one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kept.errors import DeniedError, InputError, NotFoundError
from kept.policy.instance import Question
from kept.policy.item_type import ItemType
from kept.policy.model import Point
from kept.policy.narrow import main_purpose
from kept.policy.words import Exit, PointKind
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.forms.instance_record import Standing, standing
from kept.services.gate import gate, head_counts
from kept.services.gate.released import Card
from kept.services.instances.instances import instance_of, slot_of_type
from kept.services.staff.desk_mandate import issue_counting, issue_mandate
from kept.services.staff.sessions import StaffSession
from kept.statistics.head_count import narrowing
from kept.store import sql
from kept.store.interface import Transaction

COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Result:
    """One question's result.

    Args:
        question: As asked.
        counts: For one-of and scale: option to about how often, None for fewer than the floor; empty for text.
        answered: About how many answered it in words; None for fewer than the floor, and where it has options.
    """

    question: Question
    counts: dict[str, int | None]
    answered: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted last.

    Args:
        results: Question by question.
        people: Of about how many people; None for fewer than the floor.
        fewer_than: The floor.
    """

    results: tuple[Result, ...]
    people: int | None
    fewer_than: int


async def count_answers(engine: Engine, session: StaffSession, instance_id: str) -> int | None:
    """Count the answers, each decided and recorded for its person, and keep about how many; return of how many people, about.

    What was answered in words is not kept with the counts. None is fewer than the floor.

    Raises:
        DeniedError: No role of theirs has the questionnaire's purpose, or the budget of counts of people is used up.
    """
    found, point = await instance_of(engine, session, instance_id, PointKind.QUESTIONNAIRE)
    mandate = await issue_counting(engine, session, main_purpose(engine.policy.policy, point))
    slot = slot_of_type(engine, found, point, ItemType.ANSWER)

    async def tally() -> Counter[str]:
        counted: Counter[str] = Counter()
        for row in await engine.data.all(sql.Participations, instance_id=instance_id):
            try:
                card = await gate.read(engine, mandate, row.person_id, (slot,), Exit.STATISTICS)
            except (DeniedError, NotFoundError):
                continue
            counted[COUNTED] += 1
            with card[slot].open(Exit.STATISTICS) as answers:
                for one in answers if isinstance(answers, tuple) else (answers,):
                    name, _, chosen = one.partition("=")
                    question = found.file.question(name)
                    if question is not None:
                        counted[_cell(name, chosen if chosen in question.options else "")] += 1
        return counted

    figures = (await head_counts.answer(engine, mandate, _question(found, point), tally)).figures

    async def body(tx: Transaction) -> None:
        await tx.run("results_clear", instance_id=instance_id)
        for cell, figure in figures.items():
            question, _, option = cell.partition("=")
            await tx.run("result_put", instance_id=instance_id, question=question, option=option, count=figure or 0)

    await engine.data.write(body)
    return figures[COUNTED]


def _cell(question: str, option: str) -> str:
    return f"{question}={option}"


def _question(found: Standing, point: Point) -> head_counts.Asked:
    """Return the whole questionnaire as one question: who changes every answer moves in each, who leaves is in one cell less."""
    chosen = [one for one in found.file.questions if one.options]
    texts = [one for one in found.file.questions if not one.options]
    cells = [_cell(one.id, option) for one in chosen for option in one.options] + [_cell(one.id, "") for one in texts]
    moved = max(1 + len(chosen) + len(texts), 2 * len(chosen) + len(texts))
    ground = f"collection:{point.id}"
    return head_counts.Asked(f"answers {found.id} {found.status}", (COUNTED, *cells), moved, Act.ANSWERS_COUNT, ground)


async def results_of(engine: Engine, instance_id: str) -> Counted | None:
    """Return what was counted last; None before the first count."""
    found = await standing(engine, instance_id)
    rows = await engine.data.all(sql.Results, instance_id=instance_id)
    if not rows:
        return None
    counts = {(row.question, row.option): row.count or None for row in rows}
    results = []
    for question in found.file.questions:
        shown = {option: counts.get((question.id, option)) for option in question.options}
        results.append(Result(question, shown, counts.get((question.id, ""))))
    return Counted(tuple(results), counts.get((COUNTED, "")), narrowing(engine.policy.policy).fewer_than)


async def open_answer(engine: Engine, session: StaffSession, instance_id: str, number: str) -> Card:
    """Open one answer on the screen, without saying whose it is: a use like any other, and recorded.

    Raises:
        DeniedError: The policy says no.
        InputError: No such answer.
    """
    found, point = await instance_of(engine, session, instance_id, PointKind.QUESTIONNAIRE)
    rows = await engine.data.all(sql.Participations, instance_id=instance_id)
    for row in rows:
        if row.number == number:
            mandate = await issue_mandate(engine, session, main_purpose(engine.policy.policy, point), people=1)
            return await gate.read(
                engine, mandate, row.person_id, (slot_of_type(engine, found, point, ItemType.ANSWER),), Exit.SCREEN
            )
    raise InputError(
        "expected an answer, found none of that number", reason="entry-unknown", rests_on=f"collection:{point.id}"
    )


async def numbers_of(engine: Engine, instance_id: str) -> list[str]:
    """Return the numbers of the answers, which are random and name nobody."""
    rows = await engine.data.all(sql.Participations, instance_id=instance_id)
    return [row.number for row in rows]
