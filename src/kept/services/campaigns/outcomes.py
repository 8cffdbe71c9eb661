"""What became of a campaign, as staff may see it: about how many, once it is over, by the rules of every count of people.

While it is under way nothing is counted: whoever saw the figures move would know them exactly. Sending itself is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from kept.errors import ConflictError
from kept.policy.channel import CHANNEL_TABLE
from kept.services.campaigns.campaigns import RIGHT, results, standing
from kept.services.campaigns.candidates import OTHER, REASONS
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.gate import head_counts
from kept.services.staff.desk_mandate import issue_counting
from kept.services.staff.sessions import StaffSession
from kept.statistics.head_count import MOVES

WHY = (
    *REASONS, "stop-list", "withdrawn", "undeliverable", "not-taken", "gave-up", "mandate-over", OTHER,
)  # fmt: skip
STATES = tuple(
    dict.fromkeys(("sent", *(word for one in CHANNEL_TABLE.values() for word in (one.begins, *one.states)), "stopped"))
)
CELLS = (
    *((state, "") for state in STATES),
    *((outcome, why) for outcome in ("not-chosen", "left-out", "failed") for why in WHY),
)  # fmt: skip
"""Every end somebody can come to, with its reason."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a campaign, about.

    Args:
        ended: How many came to each end, by outcome and reason; only those that are not fewer than *fewer_than*.
        fewer_than: The floor.
        margin: About how far a figure may be off, nineteen times in twenty.
        at: When it was counted, unix seconds.
    """

    ended: Mapping[tuple[str, str], int]
    fewer_than: int
    margin: int
    at: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Whether anything of a campaign still waits, and the messages nobody knows the end of, which may be sent again."""

    under_way: bool
    unknown: tuple[str, ...]


async def progress(engine: Engine, campaign_id: str) -> Progress:
    """Return how far a campaign is, without any figure."""
    became = await results(engine, campaign_id)
    return Progress(became.under_way, became.unknown)


async def count_outcome(engine: Engine, session: StaffSession, campaign_id: str) -> Outcome:
    """Count about how many people a campaign reached, once it is over.

    Raises:
        ConflictError: It is still under way, or nobody approved it.
        DeniedError: The right or the purpose is missing, or the budget of counts is used up.
    """
    session.require(engine, RIGHT)
    found = await standing(engine, campaign_id)
    over = found.status == "sending" and not (await progress(engine, campaign_id)).under_way
    if not over and found.status != "stopped":
        raise ConflictError(
            "expected a campaign that is over, found one under way",
            reason="campaign-under-way",
            hint="figures that move would say of each message when it left; look again when it is done",
        )

    async def tally() -> Counter[str]:
        counted: Counter[str] = Counter()
        for (outcome, why), people in (await results(engine, campaign_id)).ended.items():
            counted[_cell(outcome, why if not why or why in WHY else OTHER)] += people
        return counted

    mandate = await issue_counting(engine, session, found.file.purpose)
    return _as_outcome(await head_counts.answer(engine, mandate, _question(campaign_id), tally))


async def counted_outcome(engine: Engine, campaign_id: str) -> Outcome | None:
    """Return what was counted before; None when nobody did lately."""
    answer = await head_counts.remembered(engine, _question(campaign_id))
    return _as_outcome(answer) if answer else None


def _question(campaign_id: str) -> head_counts.Asked:
    cells = tuple(_cell(*one) for one in CELLS)
    return head_counts.Asked(f"outcome of {campaign_id}", cells, MOVES, Act.SEGMENT_COUNT)


def _cell(outcome: str, why: str) -> str:
    return f"{outcome} {why}".strip()


def _as_outcome(answer: head_counts.Answer) -> Outcome:
    figures = {one: answer.figures[_cell(*one)] for one in CELLS}
    ended = {one: figure for one, figure in figures.items() if figure is not None}
    return Outcome(ended, answer.fewer_than, answer.margin, answer.at)
