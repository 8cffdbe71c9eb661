"""What staff typed off a paper or a call, held against the form whose notice was handed over or read out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kept import limits
from kept.errors import InputError, SubmissionError
from kept.policy import present
from kept.policy.day import begin_of, day_of
from kept.policy.duties import witnessed_ways
from kept.policy.model import Policy
from kept.policy.notice import Notice
from kept.policy.words import PointKind
from kept.services.engine.active_policy import compile_policy, decode_files
from kept.services.engine.engine import Engine
from kept.services.forms.submission import TICK, Tick, parse_submission
from kept.services.gate.witnessed_form import WAYS, WitnessedForm
from kept.services.staff.sessions import StaffSession
from kept.store import sql

RIGHT = "witness"
NEW = ""
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Typed:
    """What staff entered, not yet looked at.

    Args:
        how: `paper` or `call`.
        point: Form whose notice was handed over or read out.
        version: Version of the policy it is of.
        language: Its language.
        given_on: Day it was given on, such as `2026-11-01`.
        case: Id of the case that holds the customer; empty for a new one.
        fields: Names and texts as they were given, several of a name for a choice of several.
        said: What was said to each box of the form, `yes` or `no`, by the box's value; boxes nothing was said to are left out.
    """

    how: str
    point: str
    version: int
    language: str
    given_on: str
    case: str = NEW
    fields: tuple[tuple[str, str], ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """The form staff copy a paper or a call into.

    Args:
        notice: The notice that was handed over or read out.
        notice_id: Its id, hex.
        hints: Its fields.
        boxes: Its boxes; a third party's are left out, which only the person ticks.
    """

    notice: Notice
    notice_id: str
    hints: tuple[present.Hint, ...]
    boxes: tuple[present.Box, ...]


def declared(engine: Engine) -> bool:
    """Whether the policy in force takes anything on paper or by phone."""
    return bool(witnessed_ways(engine.policy.policy)) and any(
        one.kind is PointKind.REGISTRATION for one in engine.policy.policy.points.values()
    )


async def versions(engine: Engine) -> dict[int, tuple[float, float]]:
    """Return the versions whose notices may still have been handed over or read out: from when to when each was in force."""
    rows = await engine.data.all(sql.PolicyVersions)
    begun = sorted(
        (max(one.activated_at, one.effective_at), one.version) for one in rows if one.activated_at is not None
    )
    ends = [at for at, _ in begun[1:]] + [float("inf")]
    since = engine.clock.now() - limits.WITNESSED_GIVEN_SECONDS - limits.DAY
    return {version: (at, end) for (at, version), end in zip(begun, ends, strict=True) if end > since}


async def show(engine: Engine, session: StaffSession, point: str, version: int, language: str) -> Shown:
    """Return the form of a version, to copy a paper or a call into; it was in force within the last weeks.

    Args:
        engine: Open.
        session: With the right `witness`.
        point: A declared point.
        version: Of the policy.
        language: Of the notice.

    Raises:
        DeniedError: The right is missing.
        SubmissionError: No such form, or not in that language, or of no such version.
    """
    session.require(engine, RIGHT)
    policy = await policy_of(engine, point, version)
    notice = present.build_notice(policy, point, "", language)
    await engine.data.write(lambda tx: engine.notices.keep(tx, notice))
    boxes = tuple(one for one in present.boxes(policy, point, language, "") if not one.recipient)
    return Shown(notice, notice.id, tuple(present.hints(policy, point, "", language)), boxes)


def day_today(engine: Engine) -> str:
    """Return today, as the day a form may have been given on."""
    return day_of(engine.clock.now(), engine.zone)


async def parse_typed(engine: Engine, session: StaffSession, typed: Typed, at: float) -> WitnessedForm:
    """Hold what was typed against the form whose notice was handed over or read out.

    Args:
        engine: Open.
        session: With the right `witness`.
        typed: As typed.
        at: Now, unix seconds.

    Raises:
        DeniedError: The right is missing.
        InputError: A way or a day that is none.
        SubmissionError: Something the form does not ask, or nothing at all.
    """
    given_at = await _day(engine, typed, at)
    policy = await policy_of(engine, typed.point, typed.version)
    shown = await show(engine, session, typed.point, typed.version, typed.language)
    offered = {Tick(one.purpose, one.exit, one.recipient).name() for one in shown.boxes}
    if not set(typed.said) <= offered or not set(typed.said.values()) <= {YES, NO}:
        raise SubmissionError(
            "expected a choice this form offers, found another",
            field=TICK,
            reason="choice-unknown",
            hint="a yes for a third party is given by the person alone, on the page that names it",
            rests_on="fair-forms",
        )
    ticked = [(TICK, one) for one, answer in typed.said.items() if answer == YES]
    given = parse_submission(policy, shown.notice, [*typed.fields, *ticked], at)
    require_whole(engine, policy, typed.point, given.values)
    noes = tuple((one.purpose, one.exit.value if one.exit else "") for one in shown.boxes if _no(typed, one))
    if not (given.values or given.ticks or noes):
        raise SubmissionError(
            "expected something given, found nothing",
            reason="witnessed-empty",
            hint="an empty paper is no form: nothing has to be entered",
            rests_on="sources:direct",
        )
    return WitnessedForm(
        typed.how, typed.point, shown.notice_id, typed.version, typed.language, typed.given_on, given_at, not typed.case,
        given.values, tuple(given.values), tuple((one.purpose, one.exit.value if one.exit else "") for one in given.ticks),
        noes, session.actor,
    )  # fmt: skip


def _no(typed: Typed, box: present.Box) -> bool:
    return typed.said.get(Tick(box.purpose, box.exit, box.recipient).name()) == NO


async def _day(engine: Engine, typed: Typed, at: float) -> float:
    """Return when the day began on which it was given; it is one the notice was in force on, not ahead, and not long ago."""
    ways = {WAYS[one] for one in WAYS} & witnessed_ways(engine.policy.policy)
    if WAYS.get(typed.how) not in ways:
        raise InputError(
            "expected a way the policy takes, on paper or by phone, found another",
            reason="witnessed-way",
            hint="declare it under `sources: direct`",
            rests_on="sources:direct",
        )
    try:
        begins, ends = (begin_of(typed.given_on, engine.zone, after=one) for one in (0, 1))
    except ValueError:
        begins = ends = -1.0
    if begins > at or ends < at - limits.WITNESSED_GIVEN_SECONDS:
        raise InputError(
            f"expected a day within the last {int(limits.WITNESSED_GIVEN_SECONDS // limits.DAY)} days, found another",
            reason="witnessed-day",
            hint="what was given longer ago is asked for again",
            rests_on="sources:direct",
        )
    since, until = (await versions(engine)).get(typed.version, (0.0, 0.0))
    if not (since < ends and begins < until):
        raise SubmissionError(
            "expected the notice of a version in force on that day, found another",
            reason="notice-not-in-force",
            hint="look at the foot of the paper: it names its version",
            rests_on="purpose-before-collection",
        )
    return begins


async def policy_of(engine: Engine, point: str, version: int) -> Policy:
    """Return a version of the policy that has this form.

    Raises:
        SubmissionError: There is none, or it has no such form that is given outside a session.
    """
    policy = engine.policy.policy
    if version != policy.version:
        rows = await engine.data.all(sql.PolicyVersions)
        row = next((one for one in rows if one.version == version and one.activated_at is not None), None)
        files = await engine.data.one(sql.PolicyFiles, policy_hash=row.policy_hash) if row is not None else None
        policy = (
            compile_policy(decode_files(files.files), engine.parts.guarantees).policy if files is not None else policy
        )
    found = policy.points.get(point)
    if version != policy.version or found is None or found.kind is not PointKind.REGISTRATION or "" not in found.stages:
        raise SubmissionError(
            "expected a form that is given on paper or by phone, found another",
            reason="point-unknown",
            hint="questionnaires, contests, sweepstakes and events are entered by the person alone",
            rests_on="purpose-before-collection",
        )
    return policy


def require_whole(engine: Engine, policy: Policy, point: str, values: Mapping[str, object]) -> None:
    """Insist on what the form needs, and that the policy in force still collects each item."""
    in_force = engine.policy.policy.points.get(point)
    asked = in_force.stages.get("", ()) if in_force is not None else ()
    for item in (*values, *policy.points[point].needed):
        if item not in asked or item not in values:
            raise SubmissionError(
                "expected every item this form needs, and no other, found otherwise",
                field=item,
                reason="item-needed" if item in asked else "field-undeclared",
                hint="the form says what it needs; what the policy asks for no more is not taken",
                rests_on="nothing-unneeded",
            )
