"""A campaign's candidates: each decided alone through the gate, opened, compared and forgotten; who matches is queued.

What stays is a row of the outbox for who matched, and counts by reason for who did not.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kept import limits
from kept.errors import DeniedError, ErasedError, EvidenceError, InputError, NotFoundError
from kept.policy.campaign import Campaign
from kept.policy.channel import CHANNELS
from kept.policy.decision import Allowed, Mandate, Refused
from kept.policy.segment import Rule, parse_rule
from kept.policy.words import Exit
from kept.services.campaigns.campaigns import (
    ORIGIN,
    RIGHT,
    Standing,
    campaign_entry,
    moved,
    questionnaires,
    require_ready,
    standing,
)
from kept.services.engine.acts import Act
from kept.services.engine.dispatchers import Waiting
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.people import Person
from kept.services.gate import gate, head_counts
from kept.services.messages.outbox import count, new_message_id, put_in_outbox
from kept.services.messages.stop_list import address_item
from kept.services.staff.approvals import Approval, Given, Subject, require_approved, said
from kept.services.staff.bulk_approval import insert_mandate
from kept.services.staff.desk_mandate import issue_counting
from kept.services.staff.mandates import load_mandate, staff_mandate
from kept.services.staff.sessions import StaffSession
from kept.statistics.head_count import MOVES
from kept.store import sql
from kept.store.interface import Transaction
from kept.store.paging import pages

EVERYBODY = 2**53


MATCHING, OTHER = "matching", "other"
REASONS = (
    "consent", "stated", "no-match", "no", "stopped", "value", "unconfirmed", "ended", "notice", "revision", "exit", "uses",
    "evidence",
)  # fmt: skip
"""Why somebody is left out, as far as it is counted apart; every other reason is *other*."""


@dataclass(frozen=True, slots=True)
class Counts:
    """About how many match a rule, and how many are left out, by reason; never who, and never exactly.

    Args:
        matching: Noised and rounded; None for fewer than *fewer_than*.
        left_out: The same, by reason; only those that are not fewer.
        fewer_than: The floor.
        margin: About how far a figure may be off, nineteen times in twenty.
        at: When it was counted, unix seconds: the same question has the same answer for a month.
    """

    matching: int | None
    left_out: Mapping[str, int]
    fewer_than: int
    margin: int
    at: float


@dataclass(frozen=True, slots=True)
class Segment:
    """Whom a message would be for: who agreed to the purpose, by one of the channels, and meets the rule."""

    purpose: str
    channels: tuple[Exit, ...]
    rule: Rule


async def count_segment(
    engine: Engine, mandate: Mandate, plain: Mapping[str, Sequence[str]], channels: Sequence[str]
) -> Counts:
    """Count for a program about how many match now: each is decided and opened through the gate, compared and forgotten.

    Args:
        engine: Open.
        mandate: The program's; its purpose has the exit *segment*.
        plain: Options by `item` or `item#instance.question`; nothing for everybody who agreed.
        channels: Ways to reach people, the first one somebody agreed to counts.

    Raises:
        InputError: An item one may not choose people by, an option or a channel that is none.
        DeniedError: The mandate is over or used up, or the budget of counts is.
    """
    if not channels or not CHANNELS.issuperset(channels):
        raise InputError("expected ways to reach people, found others", reason="contact-channel")
    wanted = {slot: tuple(options) for slot, options in plain.items()}
    rule = parse_rule(wanted, engine.policy.policy, mandate.purpose, await questionnaires(engine))
    return await _counts(engine, mandate, Segment(mandate.purpose, tuple(Exit(one) for one in channels), rule))


async def preview(engine: Engine, session: StaffSession, campaign_id: str) -> Counts:
    """Count about how many match now: each is decided and opened through the gate, compared and forgotten; nothing is sent.

    Raises:
        DeniedError: The right or the purpose is missing, or the budget of counts is used up.
    """
    session.require(engine, RIGHT)
    found = await standing(engine, campaign_id)
    return await _counts(engine, await issue_counting(engine, session, found.file.purpose), found.file)


async def previewed(engine: Engine, campaign_id: str) -> Counts | None:
    """Return what was counted of a campaign's rule before, by whomever; None when nobody did lately."""
    answer = await head_counts.remembered(engine, _question((await standing(engine, campaign_id)).file))
    return _as_counts(answer) if answer else None


async def _counts(engine: Engine, mandate: Mandate, whom: Campaign | Segment) -> Counts:
    async def tally() -> Counter[str]:
        counted: Counter[str] = Counter()
        async for page in pages(engine.data, sql.PeoplePage, limit=limits.CAMPAIGN_PAGE):
            for outcome in await asyncio.gather(*(_candidate(engine, mandate, whom, one) for (one,) in page)):
                if isinstance(outcome, Exit):
                    counted[MATCHING] += 1
                elif outcome:
                    counted[outcome if outcome in REASONS else OTHER] += 1
        return counted

    return _as_counts(await head_counts.answer(engine, mandate, _question(whom), tally))


def _question(whom: Campaign | Segment) -> head_counts.Asked:
    """Return whom a rule means, as a question: everybody is in one of its cells, so who moves touches two."""
    words = (whom.purpose, ",".join(one.value for one in whom.channels), whom.rule.text)
    return head_counts.Asked("\n".join(words), (MATCHING, *REASONS, OTHER), MOVES, Act.SEGMENT_COUNT)


def _as_counts(answer: head_counts.Answer) -> Counts:
    left_out = {one: figure for one, figure in answer.figures.items() if one != MATCHING and figure is not None}
    return Counts(answer.figures[MATCHING], left_out, answer.fewer_than, answer.margin, answer.at)


async def ask(engine: Engine, session: StaffSession, campaign_id: str) -> Standing:
    """Ask a second person to approve it.

    Raises:
        DeniedError: The right or the purpose is missing.
        ConflictError: It is no draft any more.
    """
    found = await standing(engine, campaign_id)
    require_ready(engine, found.file)
    at = engine.ready()
    entry = campaign_entry(engine, session, Act.CAMPAIGN_ASK, at, found.file)

    async def also(tx: Transaction, approval_id: str) -> None:
        if not await tx.run("campaign_ask", campaign_id=campaign_id, approval_id=approval_id):
            raise moved()
        await insert_entries(tx, [entry], at)

    await SENDING.ask(engine, session, campaign_id, also)
    return await standing(engine, campaign_id)


async def _about(engine: Engine, campaign_id: str) -> Subject:
    found = await standing(engine, campaign_id)
    shown, hands = {"file": said(found.file)}, (found.made_by,)
    return Subject(found.id, found.file.titles, purposes=(found.file.purpose,), shown=shown, hands=hands)


async def _send(engine: Engine, given: Given) -> Effect:
    """Let the look at candidates begin, under a mandate that outlives the sessions of both; stopping it is an act of its own."""
    file = (await standing(engine, given.subject)).file
    require_ready(engine, file)
    entry = campaign_entry(engine, given.by, Act.CAMPAIGN_SEND, given.at, file)
    mandate = staff_mandate(
        given.asker,
        given.role,
        file.purpose,
        expires_at=given.at + limits.CAMPAIGN_SECONDS,
        volume=EVERYBODY,
        actor=f"campaign-{file.id}",
    )

    async def effect(tx: Transaction) -> bool:
        if not await tx.run("campaign_approve", campaign_id=file.id, mandate_id=mandate.id):
            return False
        await insert_mandate(tx, mandate, approval_id=given.id, at=given.at)
        await insert_entries(tx, [entry], given.at)
        return True

    return effect


async def queue_unfinished(engine: Engine) -> None:
    """Go on where a kill stopped the look at candidates."""
    for campaign_id in await engine.data.values(sql.CampaignsInStatus, status="queueing"):
        await queue(engine, campaign_id)


async def queue(engine: Engine, campaign_id: str) -> Standing:
    """Look at every candidate not looked at yet; each page of people is written whole, or is looked at again.

    Raises:
        DeniedError: Nobody approved it.
    """
    found = await standing(engine, campaign_id)
    await require_approved(engine, found.approval_id)
    if found.status != "queueing":
        return found
    mandate = await load_mandate(engine, found.mandate_id)
    after = found.walked
    async for page in pages(engine.data, sql.PeoplePage, after=after, limit=limits.CAMPAIGN_PAGE):
        people = [one for (one,) in page]
        outcomes = await asyncio.gather(*(_candidate(engine, mandate, found.file, one) for one in people))
        if not await _write_page(engine, found, after, list(zip(people, outcomes, strict=True))):
            return await standing(engine, campaign_id)  # stopped meanwhile, or another is at it
        after = people[-1]
    at = engine.ready()
    await engine.data.write(lambda tx: tx.run("campaign_queued", campaign_id=campaign_id, queued_at=at))
    return await standing(engine, campaign_id)


SENDING = Approval(
    act="campaign",
    title="Send a campaign",
    right=RIGHT,
    page="/campaigns/{subject}",
    about=_about,
    effect=_send,
    then=queue,
    back=lambda tx, campaign_id: tx.run("campaign_back", campaign_id=campaign_id),
)


async def _write_page(engine: Engine, found: Standing, after: bytes, page: list[tuple[bytes, Exit | str]]) -> bool:
    """Write what became of a page of candidates, all of it or nothing; compare and set on how far the look had come."""
    at = engine.ready()

    async def body(tx: Transaction) -> bool:
        if not await tx.run("campaign_walk", campaign_id=found.id, expected=after, walked=page[-1][0]):
            return False
        for person_id, outcome in page:
            await _write_candidate(tx, found, person_id, outcome, at)
        return True

    return await engine.data.write(body)


async def _write_candidate(tx: Transaction, found: Standing, person_id: bytes, outcome: Exit | str, at: float) -> None:
    if not outcome:
        return  # nobody any more
    waiting = Waiting(
        person_id,
        new_message_id(),
        ORIGIN,
        found.id,
        found.file.purpose,
        outcome if isinstance(outcome, Exit) else Exit.SEGMENT,
        found.mandate_id,
        0,
    )
    if isinstance(outcome, Exit):
        await put_in_outbox(tx, waiting, at)
        await count(tx, waiting, "queued")
    else:
        await count(tx, waiting, "not-chosen", outcome)


# -------------------------------------------------------------------- candidates


async def _candidate(engine: Engine, mandate: Mandate, campaign: Campaign | Segment, person_id: bytes) -> Exit | str:
    """Return the channel somebody is to be reached by, or why they are left out; empty for nobody.

    Who never agreed to the purpose, or to none of its channels, is no use made and leaves no entry; who did is read
    through the gate, and sees it.
    """
    try:
        person = await engine.people.load(person_id)
        if not any(one.purpose == campaign.purpose and not one.withdrawn for one in person.state.grants):
            waits = any(one.confirmed_at is None for one in person.state.stated if campaign.purpose in dict(one.ticks))
            return "stated" if waits else "consent"
        channel = await _channel(engine, mandate, campaign, person)
        if not isinstance(channel, Exit) or not campaign.rule.conditions:
            return channel
        slots = tuple(one for one in campaign.rule.slots if one in person.state.slots)
        if len(slots) < len(campaign.rule.slots):
            return "no-match"
        card = await gate.read(engine, mandate, person_id, slots, Exit.SEGMENT)
    except (ErasedError, NotFoundError):
        return ""
    except EvidenceError as error:
        await gate.record_evidence(engine, mandate, person_id, error, engine.clock.now())
        return "evidence"
    except DeniedError as error:
        if error.step in {1, 9}:
            raise
        return error.reason
    values = {}
    for slot in slots:
        with card[slot].open(Exit.SEGMENT) as value:
            values[slot] = value
    return channel if campaign.rule.matches(values) else "no-match"


async def _channel(engine: Engine, mandate: Mandate, campaign: Campaign | Segment, person: Person) -> Exit | str:
    """Return the first of the campaign's channels this person agreed to, or why there is none."""
    policy = engine.policy.policy
    reasons = []
    for channel in campaign.channels:
        item = address_item(policy, policy.purposes[campaign.purpose], channel)
        if not item:
            reasons.append("uses")
            continue
        decision = (await gate.decide(engine, mandate, person, (item,), channel, engine.clock.now()))[item]
        if isinstance(decision, Allowed):
            return channel
        if isinstance(decision, Refused):
            reasons.append(decision.reason)
    return reasons[0] if reasons else "uses"
