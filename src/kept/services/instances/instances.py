"""Instances of collection points: drafted from a file, opened, closed, ended; each can only narrow its point."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kept.errors import ConflictError, InputError, SubmissionError
from kept.policy.instance import OF_KIND, Instance, parse_instance
from kept.policy.item_type import ItemType
from kept.policy.model import Point
from kept.policy.narrow import main_purpose, narrow, require_nothing_demanded, require_nothing_special
from kept.policy.words import PointKind
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, SealedEntry, insert_entries
from kept.services.engine.record import SYSTEM, entry_of, record
from kept.services.forms.instance_record import Standing, all_standing, standing
from kept.services.instances.draws import begin_draw, commit_tickets
from kept.services.staff.approvals import Approval, Given, Subject
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number

NO_CAPACITY = 2**53


async def draft(engine: Engine, session: StaffSession, unverified_file: str) -> Standing:
    """Draft an instance from its file; nobody but staff sees it.

    Args:
        engine: Open.
        session: Of staff whose role has the point's purpose.
        unverified_file: YAML, as typed or uploaded.

    Raises:
        PolicyError: The file does not fit; with line and column.
        SubmissionError: It would widen its point, asks about a special category its items do not declare, or demands what
            nobody has to give.
        DeniedError: No role of theirs has the point's purpose.
        ConflictError: There is one of that id.
    """
    guard_individual_number(unverified_file, "file")
    policy = engine.policy.policy
    kinds = {one.id: one.kind.value for one in policy.points.values()}
    found = parse_instance(unverified_file, kinds, policy.languages, policy.zone)
    point = narrow(policy, found)
    session.require_purpose(engine, main_purpose(policy, point))
    try:
        _require_fair_words(engine, point, found)
    except SubmissionError as error:
        said = (("instance", found.id), ("reason", error.reason))
        clause = error.clause.removeprefix("§")
        await record(engine, session.acting(), Act.INSTANCE_DRAFT, outcome=Outcome.REFUSED, clause=clause, facts=said)
        raise
    at = engine.ready()
    entry = instance_entry(engine, session, Act.INSTANCE_DRAFT, at, found)

    async def body(tx: Transaction) -> None:
        try:
            await tx.run(
                "instance_insert",
                instance_id=found.id,
                point=found.point,
                file=found.text,
                made_by=session.login,
                made_at=at,
                closes_at=found.closes_at,
                capacity=found.capacity or NO_CAPACITY,
            )
        except ConflictError:
            raise ConflictError(
                "expected an id not used yet, found one that is", reason="instance-id", hint="give it another id"
            ) from None
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return await standing(engine, found.id)


def _require_fair_words(engine: Engine, point: Point, instance: Instance) -> None:
    """Insist that its texts ask for nothing special and demand nothing.

    Raises:
        SubmissionError: One does.
    """
    require_nothing_special(engine.policy.policy, point, instance)
    require_nothing_demanded(engine.policy.policy, point, instance)


def points_of(engine: Engine, session: StaffSession) -> list[Point]:
    """Return the points of questionnaires, contests, sweepstakes and events whose purpose a member of staff acts for."""
    policy = engine.policy.policy
    return [
        one
        for one in policy.points.values()
        if one.kind in OF_KIND and session.acts_for(engine, main_purpose(policy, one))
    ]


async def instances_of(engine: Engine, session: StaffSession) -> list[Standing]:
    """Return the instances a member of staff may see, drafts included."""
    kinds = {one.kind for one in points_of(engine, session)}
    return [one for one in await all_standing(engine) if one.kind in kinds]


async def standing_for(engine: Engine, session: StaffSession, instance_id: str) -> Standing:
    """Return one instance, for a member of staff who acts for the purpose of its point.

    Raises:
        InputError: There is none of that id.
        DeniedError: No role of theirs has the point's purpose.
    """
    found, policy = await standing(engine, instance_id), engine.policy.policy
    session.require_purpose(engine, main_purpose(policy, policy.points[found.file.point]))
    return found


async def open_instance(engine: Engine, session: StaffSession, instance_id: str) -> Standing:
    """Open a drafted instance to everybody; one with questions waits for a second member of staff, who reads them.

    Raises:
        SubmissionError: The policy in force no longer covers it.
        DeniedError: No role of theirs has the point's purpose.
        InputError: Its last day has passed.
        ConflictError: It is not a draft, or waits already.
    """
    found = await standing(engine, instance_id)
    point = narrow(engine.policy.policy, found.file)
    session.require_purpose(engine, main_purpose(engine.policy.policy, point))
    effect = _opening(engine, session, found)
    if found.file.questions and found.status == "draft":
        await OPENING.ask(engine, session, instance_id)
        return found

    async def body(tx: Transaction) -> None:
        if not await effect(tx):
            raise ConflictError(
                "expected a draft, found one that was opened",
                reason="instance-status",
                hint="look at it again",
                rests_on=f"collection:{point.id}",
            )

    await engine.data.write(body)
    return await standing(engine, instance_id)


def _opening(engine: Engine, session: StaffSession, found: Standing) -> Effect:
    """Prepare opening a draft, in the name of who asks for it.

    Raises:
        SubmissionError: The policy in force no longer covers it.
        InputError: Its last day has passed.
    """
    point = narrow(engine.policy.policy, found.file)
    _require_fair_words(engine, point, found.file)
    at = engine.ready()
    if found.file.closes_at <= at:
        raise InputError(
            "expected a last day to come, found one that has passed",
            reason="instance-over",
            hint="draft another with a later day",
            rests_on=f"collection:{point.id}",
        )

    async def effect(tx: Transaction) -> bool:
        if not await tx.run("instance_open", instance_id=found.id, opened_at=at):
            return False
        facts = []
        if found.kind is PointKind.SWEEPSTAKE:
            facts.append(("seed-hash", await begin_draw(engine, tx, found.id)))
        await insert_entries(tx, [instance_entry(engine, session, Act.INSTANCE_OPEN, at, found.file, *facts)], at)
        return True

    return effect


async def _questions(engine: Engine, instance_id: str) -> Subject:
    """Describe a draft with questions to who approves it: all it asks, and the clause of its point."""
    found = await standing(engine, instance_id)
    if not found.file.questions or found.status != "draft":
        raise InputError(
            "expected a draft with questions, found another", reason="instance-kind", rests_on="collection"
        )
    point = narrow(engine.policy.policy, found.file)
    return Subject(
        instance_id,
        titles=found.file.titles,
        purposes=(main_purpose(engine.policy.policy, point),),
        texts=found.file.texts,
        clause=point.clause,
        hands=(found.made_by,),
    )


async def _open_given(engine: Engine, given: Given) -> Effect:
    return _opening(engine, given.asker, await standing(engine, given.subject))


OPENING = Approval(
    act="questionnaire",
    title="Open a questionnaire",
    page="/approvals",
    about=_questions,
    effect=_open_given,
    then=standing,
)
"""What a second member of staff reads before anybody is asked it."""


async def close_instance(engine: Engine, session: StaffSession | None, instance_id: str) -> Standing:
    """Close an open instance: nobody takes part any more, and the time until what was given ends begins to run.

    Args:
        engine: Open.
        session: Of staff whose role has the point's purpose; None when its last day has passed and the installation closes it.
        instance_id: Its word.

    Raises:
        DeniedError: No role of theirs has the point's purpose.
        ConflictError: It is not open.
    """
    found = await standing(engine, instance_id)
    point = engine.policy.policy.points[found.file.point]
    if session is not None:
        session.require_purpose(engine, main_purpose(engine.policy.policy, point))
    at = engine.ready()

    async def body(tx: Transaction) -> None:
        if not await tx.run("instance_close", instance_id=instance_id, closed_at=at):
            raise ConflictError(
                "expected one that is open, found one that is not",
                reason="instance-status",
                hint="look at it again",
                rests_on=f"collection:{point.id}",
            )
        facts = [("taken", str(found.taken))]
        if found.kind is PointKind.SWEEPSTAKE:
            facts.append(("list-hash", await commit_tickets(tx, instance_id)))
        await insert_entries(tx, [instance_entry(engine, session, Act.INSTANCE_CLOSE, at, found.file, *facts)], at)

    await engine.data.write(body)
    return await standing(engine, instance_id)


async def close_due(engine: Engine) -> int:
    """Close every instance whose last day has passed; return how many."""
    due = await engine.data.values(sql.InstancesDue, at=engine.clock.now())
    for instance_id in due:
        try:
            await close_instance(engine, None, instance_id)
        except ConflictError:
            continue
    return len(due)


async def end_instances(engine: Engine) -> int:
    """Forget who took part in what has ended, and take down what was published of it; return how many ended."""
    ended = 0
    for found in await all_standing(engine):
        over_at = end_at(engine, found)
        at = engine.clock.now()
        if found.status != "closed" or over_at is None or at < over_at:
            continue
        entry = instance_entry(engine, None, Act.INSTANCE_END, at, found.file)

        async def body(tx: Transaction, one: str = found.id, now: float = at, sealed: SealedEntry = entry) -> None:
            if await tx.run("instance_ended", instance_id=one, ended_at=now):
                await tx.run("participations_end", instance_id=one)
                await tx.run("publications_end", instance_id=one)
                await insert_entries(tx, [sealed], now)

        await engine.data.write(body)
        ended += 1
    return ended


def end_at(engine: Engine, found: Standing) -> float | None:
    """Return when what was given to an instance has ended, unix seconds; None while that is not known."""
    point = engine.policy.policy.points.get(found.file.point)
    if point is None or found.closed_at is None:
        return found.closed_at
    keep = point.retention
    happened = found.delivered_at if keep.until == "prize-delivered" else found.closed_at
    ends = [happened + keep.then_seconds] if keep.until and happened is not None else []
    ends += [found.closed_at + one for one in (keep.for_seconds, keep.at_most_seconds) if one is not None]
    return min(ends, default=None)


async def of_kind(engine: Engine, instance_id: str, kind: PointKind) -> Standing:
    """Return an instance of one kind.

    Raises:
        InputError: There is none of that id, or it is of another kind.
    """
    found = await standing(engine, instance_id)
    if found.kind is not kind:
        raise InputError(
            "expected an instance of this desk's own kind, found another kind",
            reason="instance-kind",
            rests_on=f"collection:{kind}",
        )
    return found


async def instance_of(
    engine: Engine, session: StaffSession, instance_id: str, kind: PointKind
) -> tuple[Standing, Point]:
    """Return an instance of one kind, with its point, to staff who may act for what the point is for.

    Raises:
        InputError: There is none of that id, or it is of another kind.
        DeniedError: No role of theirs has the point's purpose.
    """
    found = await of_kind(engine, instance_id, kind)
    point = engine.policy.policy.points[found.file.point]
    session.require_purpose(engine, main_purpose(engine.policy.policy, point))
    return found, point


def bulk(act: str, title: str, kind: PointKind, people: Callable[[Engine, Standing], Awaitable[int]]) -> Approval[None]:
    """Return the kind of approval of an act about everybody of an instance; once given, it opens the act to who asked.

    Args:
        act: Its permanent word, which `issue_mandate` is told.
        title: As the console names it.
        kind: Of the instances it is about.
        people: Counts whom it concerns now.
    """

    async def about(engine: Engine, instance_id: str) -> Subject:
        found = await of_kind(engine, instance_id, kind)
        purpose = main_purpose(engine.policy.policy, engine.policy.policy.points[found.file.point])
        shown = {"file": found.file.text}
        return Subject(found.id, found.file.titles, await people(engine, found), (purpose,), shown=shown)

    async def opens(engine: Engine, given: Given) -> Effect:
        del engine

        async def effect(tx: Transaction) -> bool:
            row = await tx.one(sql.InstanceGet, instance_id=given.subject)
            return row is not None and row.ended_at is None

        return effect

    async def nothing(engine: Engine, instance_id: str) -> None:
        del engine, instance_id

    return Approval(act=act, title=title, page="/approvals", about=about, effect=opens, then=nothing)


def slot_of_type(engine: Engine, found: Standing, point: Point, kind: ItemType) -> str:
    """Return the slot an instance fills with the first item of a type its point asks for.

    Raises:
        InputError: Its point asks for none.
    """
    items = engine.policy.policy.items
    item = next((one for asked in point.stages.values() for one in asked if items[one].type is kind), "")
    if not item:
        raise InputError(
            "expected a point that asks for what its kind lives by, found one that does not",
            reason="instance-item",
            hint="declare such an item, and ask for it at the point",
            rests_on=f"collection:{point.id}",
        )
    return found.file.slot(item, per_instance=items[item].per_instance)


def instance_entry(
    engine: Engine, session: StaffSession | None, act: Act, at: float, instance: Instance, *facts: tuple[str, str]
) -> SealedEntry:
    """Return the entry of something done to an instance.

    Args:
        engine: Open.
        session: Who did it; None for the installation.
        act: What was done.
        at: When, unix seconds.
        instance: To which.
        *facts: What else is to be said, in words of a closed list.
    """
    policy = engine.policy.policy
    point = policy.points.get(instance.point)
    return entry_of(
        engine,
        session.acting() if session else SYSTEM,
        act,
        at=at,
        rests_on=f"collection:{instance.point}",
        purpose=main_purpose(policy, point) if point else "",
        facts=(("instance", instance.id), ("point", instance.point), ("file", instance.hash), *facts),
    )
