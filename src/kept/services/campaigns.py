"""Campaigns: one message to a segment, drafted by one, approved by another, stoppable; decided again for each when sent.

Candidates are chosen through the gate (exit *segment*), one read a person, opened, compared and forgotten: what stays is a
row of the outbox for who matched, and counts by reason for who did not (§2.5, §4.4).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kept.crypto.random import random_id
from kept.errors import (
    ConflictError,
    DeniedError,
    ErasedError,
    EvidenceError,
    InputError,
    KeptError,
    NotFoundError,
    SealError,
)
from kept.policy.campaign import Campaign, parse_campaign
from kept.policy.decision import Allowed, Mandate, Refused
from kept.policy.segment import Rule
from kept.policy.words import Exit, PointKind
from kept.services.acts import Act, Outcome
from kept.services.approving import approve_act, approved_by, ask_for_approval, require_approved
from kept.services.bulk import fill_mandate, insert_mandate
from kept.services.desk_mandate import issue_counting
from kept.services.dispatching import Waiting, Words
from kept.services.entry import Account, build_entry
from kept.services.flush import insert_entries
from kept.services.instances import all_standing
from kept.services.mandates import load_mandate
from kept.services.outbox import count, new_message_id, put_in_outbox, tallies
from kept.services.stop_list import address_item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kept.policy.instance import Instance
    from kept.services.dispatching import Compose, Opened
    from kept.services.engine import Engine
    from kept.services.flush import SealedEntry
    from kept.services.people import Person
    from kept.services.staff import StaffSession
    from kept.store.interface import Transaction

ORIGIN = "campaign"
RIGHT = "campaigns"
ACT = "campaign"
RUN_SECONDS = 14 * 86400.0
EVERYBODY = 2**53
PAGE = 64
READ_AT_MOST = 64
_READ: dict[tuple[str, str], Campaign] = {}


@dataclass(frozen=True, slots=True)
class Standing:
    """A campaign and where it stands.

    Args:
        file: As read.
        status: `draft`, `waiting` (for a second approver), `queueing`, `sending`, or `stopped`.
        made_by: Login of who drafted it.
        made_at: Unix seconds.
        approval_id: Empty before it is asked for.
        mandate_id: Empty before it is asked for.
        walked: Where the candidates were left off.
        queued_at: When every candidate was looked at; None before.
        stopped_at: When it was stopped; None if it was not.
    """

    file: Campaign
    status: str
    made_by: str
    made_at: float
    approval_id: str
    mandate_id: str
    walked: bytes
    queued_at: float | None
    stopped_at: float | None

    @property
    def id(self) -> str:
        """Its word."""
        return self.file.id


@dataclass(frozen=True, slots=True)
class Counts:
    """How many match a rule, and how many are left out, by reason; never who."""

    matching: int
    left_out: Mapping[str, int]


async def draft(engine: Engine, session: StaffSession, unverified_file: str) -> Standing:
    """Draft a campaign from its file; nothing is sent.

    Args:
        engine: Open.
        session: Has the right `campaigns` and the campaign's purpose.
        unverified_file: YAML, as typed or uploaded.

    Raises:
        PolicyError: The file does not fit; with line and column.
        DeniedError: The right or the purpose is missing.
        SettingError: A channel nobody carries here.
        ConflictError: There is one of that id.
    """
    session.require(engine, RIGHT)
    found = parse_campaign(unverified_file, engine.policy.policy, await _asked(engine))
    session.require_purpose(engine, found.purpose)
    require_channels(engine, found)
    at = engine.ready()
    entry = _entry(engine, session, Act.CAMPAIGN_DRAFT, at, found)

    async def body(tx: Transaction) -> None:
        try:
            await tx.run(
                "campaign_insert",
                campaign_id=found.id,
                purpose=found.purpose,
                file=found.text,
                seal=_seal(engine, found),
                made_by=session.login,
                made_at=at,
                walked=b"",
            )
        except ConflictError:
            raise ConflictError(
                "expected an id not used yet, found one that is", reason="campaign-id", hint="give it another id"
            ) from None
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return await standing(engine, found.id)


def require_channels(engine: Engine, campaign: Campaign) -> None:
    """Insist that somebody here carries each channel.

    Raises:
        InputError: Nobody does.
    """
    missing = sorted(one.value for one in campaign.channels if one not in engine.dispatchers)
    if missing:
        raise InputError(
            f"expected a way to send by {', '.join(missing)}, found none",
            reason="channel-missing",
            hint="for mail: `kept serve --smtp HOST:PORT`",
            clause="§4.4",
        )


async def preview(engine: Engine, session: StaffSession, campaign_id: str) -> Counts:
    """Count who matches now: each is decided and opened through the gate, compared and forgotten; nothing is sent.

    Raises:
        DeniedError: The right or the purpose is missing.
    """
    session.require(engine, RIGHT)
    found = await standing(engine, campaign_id)
    mandate = await issue_counting(engine, session, found.file.purpose)
    left_out: Counter[str] = Counter()
    matching, after = 0, b""
    while people := await _page(engine, after):
        after = people[-1]
        for outcome in await asyncio.gather(*(_candidate(engine, mandate, found.file, one) for one in people)):
            if isinstance(outcome, Exit):
                matching += 1
            elif outcome:
                left_out[outcome] += 1
    return Counts(matching, dict(left_out))


async def ask(engine: Engine, session: StaffSession, campaign_id: str) -> Standing:
    """Ask a second person to approve it.

    Raises:
        DeniedError: The right or the purpose is missing.
        ConflictError: It is no draft any more.
    """
    session.require(engine, RIGHT)
    found = await standing(engine, campaign_id)
    session.require_purpose(engine, found.file.purpose)
    if found.status != "draft":
        raise _moved()
    require_channels(engine, found.file)
    roles = engine.policy.policy.roles
    role = next(one for one in session.roles if one in roles and found.file.purpose in roles[one].purposes)
    approval_id, mandate_id, at = await ask_for_approval(engine, session, ACT, campaign_id), random_id(), engine.ready()
    entry = _entry(engine, session, Act.CAMPAIGN_ASK, at, found.file)
    mandate = Mandate(
        id=mandate_id,
        kind="staff",
        actor=f"campaign-{campaign_id}",  # outlives the session of who asked; stopping it is an act of its own
        role=role,
        purpose=found.file.purpose,
        case="",
        person_id=b"",
        signed_in_at=session.signed_in_at,
        expires_at=at + RUN_SECONDS,
        volume_left=EVERYBODY,
    )

    async def body(tx: Transaction) -> None:
        if not await tx.run("campaign_ask", campaign_id=campaign_id, approval_id=approval_id, mandate_id=mandate_id):
            raise _moved()
        await insert_mandate(tx, mandate, approval_id=approval_id)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return await standing(engine, campaign_id)


async def approve_and_queue(engine: Engine, session: StaffSession, campaign_id: str) -> Standing:
    """Approve as the second, and put a message for each who matches into the outbox.

    Raises:
        DeniedError: The same person asked, or the right is missing.
        ConflictError: Nothing waits.
    """
    found = await standing(engine, campaign_id)
    require_channels(engine, found.file)
    if await approved_by(engine, found.approval_id):
        session.require(engine, "approve")  # a kill came between the approval and this
    else:
        await approve_act(engine, session, found.approval_id)
    at = engine.ready()
    entry = _entry(engine, session, Act.CAMPAIGN_SEND, at, found.file)

    async def body(tx: Transaction) -> None:
        if not await tx.run("campaign_move", campaign_id=campaign_id, expected="waiting", status="queueing"):
            raise _moved()
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return await queue(engine, campaign_id)


async def queue_unfinished(engine: Engine) -> None:
    """Go on where a kill stopped the look at candidates, or between an approval and it."""
    for row in await engine.data.read(lambda tx: tx.all("campaigns_in_status", status="queueing")):
        await queue(engine, str(row[0]))


async def queue(engine: Engine, campaign_id: str) -> Standing:
    """Look at every candidate not looked at yet; each page of people is written whole, or is looked at again.

    Raises:
        DeniedError: Nobody approved it.
    """
    found = await standing(engine, campaign_id)
    await require_approved(engine, found.approval_id)
    if found.status != "queueing":
        return found
    await fill_mandate(engine, found.mandate_id, found.approval_id, EVERYBODY)
    mandate = await load_mandate(engine, found.mandate_id)
    after = found.walked
    while people := await _page(engine, after):
        outcomes = await asyncio.gather(*(_candidate(engine, mandate, found.file, one) for one in people))
        if not await _write_page(engine, found, after, list(zip(people, outcomes, strict=True))):
            return await standing(engine, campaign_id)  # stopped meanwhile, or another is at it
        after = people[-1]
    at = engine.ready()
    await engine.data.write(lambda tx: tx.run("campaign_queued", campaign_id=campaign_id, queued_at=at))
    return await standing(engine, campaign_id)


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


async def stop(engine: Engine, session: StaffSession, campaign_id: str) -> Standing:
    """Stop a campaign midway: what was not sent is not sent.

    Raises:
        DeniedError: Neither the right `campaigns` nor `approve`.
        ConflictError: It is not under way.
    """
    if not session.may(engine, "approve"):
        session.require(engine, RIGHT)
    found = await standing(engine, campaign_id)
    at = engine.ready()
    entry = _entry(engine, session, Act.CAMPAIGN_STOP, at, found.file)

    async def body(tx: Transaction) -> None:
        if found.status == "stopped" or not await tx.run(
            "campaign_stop", campaign_id=campaign_id, expected=found.status, stopped_at=at
        ):
            raise _moved()
        stopped = await tx.run("outbox_stop", origin=ORIGIN, origin_id=campaign_id, at=at)
        if stopped:
            await tx.run(
                "reach_tally_add", origin=ORIGIN, origin_id=campaign_id, outcome="stopped", reason="", count=stopped
            )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return await standing(engine, campaign_id)


async def standing(engine: Engine, campaign_id: str) -> Standing:
    """Return a campaign.

    Raises:
        InputError: There is none of that id.
        SealError: Its file is not the one that was drafted.
    """
    row = await engine.data.read(lambda tx: tx.one("campaign_get", campaign_id=campaign_id))
    if row is None:
        raise InputError("expected a campaign, found none of that id", reason="campaign-unknown", clause="§4.4")
    file = await _parsed(engine, str(row[1]))
    if file.id != campaign_id or _seal(engine, file) != str(row[2]):
        raise SealError("a campaign's file is not the one that was drafted", reason="campaign-changed", clause="§5.3")
    return Standing(
        file, str(row[5]), str(row[3]), float(row[4]), str(row[6]), str(row[7]), bytes(row[8]),
        None if row[9] is None else float(row[9]), None if row[10] is None else float(row[10]),
    )  # fmt: skip


async def all_campaigns(engine: Engine) -> list[Standing]:
    """Return all campaigns the policy in force still covers, newest first."""
    found = []
    for row in await engine.data.read(lambda tx: tx.all("campaigns")):
        try:
            found.append(await standing(engine, str(row[0])))
        except KeptError:
            continue  # of an earlier policy
    return found


@dataclass(frozen=True, slots=True)
class Results:
    """What became of a campaign: counts by outcome and reason, what is under way, and what nobody knows the end of."""

    ended: Mapping[tuple[str, str], int]
    waiting: int
    handing: int
    unknown: tuple[str, ...]


async def results(engine: Engine, campaign_id: str) -> Results:
    """Return the counts of a campaign."""

    async def body(tx: Transaction) -> tuple[int, int, tuple[str, ...]]:
        waiting = await tx.one("outbox_count", origin=ORIGIN, origin_id=campaign_id, status="waiting")
        handing = await tx.one("outbox_count", origin=ORIGIN, origin_id=campaign_id, status="handing")
        unknown = await tx.all("outbox_of_origin", origin=ORIGIN, origin_id=campaign_id, status="unknown")
        return (
            int(waiting[0]) if waiting else 0,
            int(handing[0]) if handing else 0,
            tuple(str(one[0]) for one in unknown),
        )

    return Results(await tallies(engine, ORIGIN, campaign_id), *await engine.data.read(body))


async def rule_words(engine: Engine, rule: Rule, language: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return a rule as people read it."""
    return rule.words(engine.policy.policy, await _asked(engine), language)


class CampaignOrigin:
    """Writes what a campaign says to one person."""

    async def compose(self, engine: Engine, waiting: Waiting) -> Compose | None:
        """Return what writes the words; None once the campaign is stopped, or the policy no longer covers it."""
        try:
            found = await standing(engine, waiting.origin_id)
        except (InputError, SealError):
            return None
        if found.status not in {"queueing", "sending"}:
            return None

        def write(person: Person, opened: Opened) -> Words:
            return Words(*found.file.words(person.state.language, opened.name))

        return write


# -------------------------------------------------------------------- candidates


async def _candidate(engine: Engine, mandate: Mandate, campaign: Campaign, person_id: bytes) -> Exit | str:
    """Return the channel somebody is to be reached by, or why they are left out; empty for nobody.

    Who never agreed to the purpose, or to none of its channels, is no use made and leaves no entry; who did is read
    through the gate, and sees it.
    """
    try:
        person = await engine.people.load(person_id)
        if not any(one.purpose == campaign.purpose and not one.withdrawn for one in person.state.grants):
            return "consent"
        channel = await _channel(engine, mandate, campaign, person)
        if not isinstance(channel, Exit) or not campaign.rule.conditions:
            return channel
        slots = tuple(one for one in campaign.rule.slots if one in person.state.slots)
        if len(slots) < len(campaign.rule.slots):
            return "no-match"
        card = await engine.gate.read(mandate, person_id, slots, Exit.SEGMENT)
    except (ErasedError, NotFoundError):
        return ""
    except EvidenceError as error:
        await engine.gate.record_evidence(mandate, person_id, error, engine.clock.now())
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


async def _channel(engine: Engine, mandate: Mandate, campaign: Campaign, person: Person) -> Exit | str:
    """Return the first of the campaign's channels this person agreed to, or why there is none."""
    policy = engine.policy.policy
    reasons = []
    for channel in campaign.channels:
        item = address_item(policy, policy.purposes[campaign.purpose], channel)
        if not item:
            reasons.append("uses")
            continue
        decision = (await engine.gate.decide(mandate, person, (item,), channel, engine.clock.now()))[item]
        if isinstance(decision, Allowed):
            return channel
        if isinstance(decision, Refused):
            reasons.append(decision.reason)
    return reasons[0] if reasons else "uses"


async def _page(engine: Engine, after: bytes) -> list[bytes]:
    rows = await engine.data.read(lambda tx: tx.all("people_page", after=after, limit=PAGE))
    return [bytes(row[0]) for row in rows]


# -------------------------------------------------------------------- small things


async def _parsed(engine: Engine, text: str) -> Campaign:
    """Return a campaign's file as read; the same file under the same policy is read once."""
    key = (engine.policy.hash, text)
    if key not in _READ:
        file = parse_campaign(text, engine.policy.policy, await _asked(engine))
        while len(_READ) >= READ_AT_MOST:
            _READ.pop(next(iter(_READ)))
        _READ[key] = file
    return _READ[key]


async def _asked(engine: Engine) -> dict[str, Instance]:
    """Return the questionnaires whose answers a rule may name."""
    return {one.id: one.file for one in await all_standing(engine) if one.kind is PointKind.QUESTIONNAIRE}


def _seal(engine: Engine, campaign: Campaign) -> str:
    """Return what binds a campaign's file to its id: a text put into D by hand is not sent."""
    return engine.token_hash("campaign", f"{campaign.id}\n{campaign.hash}".encode()).hex()


def _moved() -> ConflictError:
    return ConflictError(
        "expected a campaign at this step, found it at another", reason="campaign-status", hint="look at it again"
    )


def _clause(engine: Engine, campaign: Campaign) -> str:
    """Return the clause a campaign rests on: that of the segments, where it chooses by them; else its purpose's."""
    policy = engine.policy.policy
    segments = next((one for one in policy.declarations if one.word == "segments"), None)
    if campaign.rule.conditions and segments is not None and segments.body["purpose"] == campaign.purpose:
        return segments.clause
    return policy.purposes[campaign.purpose].clause


def _entry(engine: Engine, session: StaffSession, act: Act, at: float, campaign: Campaign) -> SealedEntry:
    return engine.seal_entry(
        build_entry(
            Account(
                act=act.value,
                outcome=Outcome.DONE.value,
                at=at,
                policy=engine.policy.hash[:16],
                kind="staff",
                actor=session.actor,
                role=",".join(session.roles),
                purpose=campaign.purpose,
                clause=_clause(engine, campaign),
                facts=(("campaign", campaign.id), ("file", campaign.hash), ("rule", campaign.rule.text)),
            )
        ),
        None,
    )
