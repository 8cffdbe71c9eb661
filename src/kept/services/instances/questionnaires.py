"""Questionnaires: answers counted through the gate, a question's options with how often each was chosen; texts one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kept.errors import DeniedError, InputError, NotFoundError
from kept.policy.instance import Question
from kept.policy.item_type import ItemType
from kept.policy.narrow import main_purpose
from kept.policy.words import Exit, PointKind
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.forms.instance_record import standing
from kept.services.gate import gate
from kept.services.gate.released import Card
from kept.services.instances.instances import instance_entry, instance_of, slot_of_type
from kept.services.staff.desk_mandate import issue_counting, issue_mandate
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Result:
    """One question's result.

    Args:
        question: As asked.
        counts: For one-of and scale: option to how often; empty for text.
        answered: How many answered it.
    """

    question: Question
    counts: dict[str, int]
    answered: int


async def count_answers(engine: Engine, session: StaffSession, instance_id: str) -> int:
    """Count the answers, each decided and recorded for its person, and keep the counts; return how many were counted.

    What was answered in words is not kept with the counts.

    Raises:
        DeniedError: No role of theirs has the questionnaire's purpose.
    """
    found, point = await instance_of(engine, session, instance_id, PointKind.QUESTIONNAIRE)
    mandate = await issue_counting(engine, session, main_purpose(engine.policy.policy, point))
    slot = slot_of_type(engine, found, point, ItemType.ANSWER)
    counted: Counter[tuple[str, str]] = Counter()
    people = refused = 0
    for row in await engine.data.all(sql.Participations, instance_id=instance_id):
        try:
            card = await gate.read(engine, mandate, row.person_id, (slot,), Exit.STATISTICS)
        except (DeniedError, NotFoundError):
            refused += 1
            continue
        people += 1
        with card[slot].open(Exit.STATISTICS) as answers:
            for one in answers if isinstance(answers, tuple) else (answers,):
                name, _, chosen = one.partition("=")
                question = found.file.question(name)
                if question is not None:
                    counted[name, chosen if chosen in question.options else ""] += 1
    at = engine.ready()
    facts = (("people", str(people)), ("refused", str(refused)))
    entry = instance_entry(engine, session, Act.ANSWERS_COUNT, at, found.file, *facts)

    async def body(tx: Transaction) -> None:
        await tx.run("results_clear", instance_id=instance_id)
        await tx.run("result_put", instance_id=instance_id, question=COUNTED, option="", count=people)
        for (question, option), count in sorted(counted.items()):
            await tx.run("result_put", instance_id=instance_id, question=question, option=option, count=count)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return people


async def results_of(engine: Engine, instance_id: str) -> tuple[list[Result], int]:
    """Return the results as last counted, and how many answers were counted; none before the first count."""
    found = await standing(engine, instance_id)
    rows = await engine.data.all(sql.Results, instance_id=instance_id)
    counts = {(row.question, row.option): row.count for row in rows}
    results = []
    for question in found.file.questions:
        shown = {option: counts.get((question.id, option), 0) for option in question.options}
        results.append(Result(question, shown, sum(n for (name, _), n in counts.items() if name == question.id)))
    return results, counts.get((COUNTED, ""), 0)


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
