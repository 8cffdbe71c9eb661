"""Campaigns: one message to a segment, drafted by one, approved by another, stoppable; what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kept import limits
from kept.errors import ConflictError, InputError, KeptError, SealError
from kept.policy.campaign import Campaign, parse_campaign
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.imprint import ADVERTISES, missing_from_imprint
from kept.policy.instance import Instance
from kept.policy.segment import Rule
from kept.policy.words import PointKind
from kept.services.engine.acts import GROUNDS, Act
from kept.services.engine.dispatchers import Compose, Opened, Waiting, Words
from kept.services.engine.engine import Engine
from kept.services.engine.flush import SealedEntry, insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import entry_of
from kept.services.forms.instance_record import all_standing
from kept.services.messages.outbox import tallies
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number

ORIGIN = "campaign"
RIGHT = "campaigns"
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
        mandate_id: Empty before it is approved.
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
    guard_individual_number(unverified_file, "file")
    found = parse_campaign(unverified_file, engine.policy.policy, await questionnaires(engine))
    session.require_purpose(engine, found.purpose)
    require_ready(engine, found)
    at = engine.ready()
    entry = campaign_entry(engine, session, Act.CAMPAIGN_DRAFT, at, found)

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


def require_ready(engine: Engine, campaign: Campaign) -> None:
    """Insist that somebody here carries each channel, and that the policy says who sends, from where, and who hears complaints.

    Raises:
        InputError: Nobody does, or it does not.
    """
    if lacking := ADVERTISES.intersection(campaign.channels) and missing_from_imprint(engine.policy.policy):
        raise InputError(
            f"expected a controller with {', '.join(lacking)} for messages that advertise, found none",
            reason="imprint-missing",
            hint="write it under `controller` in the policy's front matter, and activate that version",
            rests_on="consent-checked-when-sent",
        )
    missing = sorted(one.value for one in campaign.channels if one not in engine.dispatchers)
    if missing:
        raise InputError(
            f"expected a way to send by {', '.join(missing)}, found none",
            reason="channel-missing",
            hint="for mail: `kept serve --smtp HOST:PORT`",
            rests_on="consent-checked-when-sent",
        )


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
    entry = campaign_entry(engine, session, Act.CAMPAIGN_STOP, at, found.file)

    async def body(tx: Transaction) -> None:
        if found.status == "stopped" or not await tx.run(
            "campaign_stop", campaign_id=campaign_id, expected=found.status, stopped_at=at
        ):
            raise moved()
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
    row = await engine.data.one(sql.CampaignGet, campaign_id=campaign_id)
    if row is None:
        raise InputError(
            "expected a campaign, found none of that id",
            reason="campaign-unknown",
            rests_on="consent-checked-when-sent",
        )
    return await _standing(engine, campaign_id, row)


async def _standing(engine: Engine, campaign_id: str, row: sql.CampaignGet | sql.Campaigns) -> Standing:
    file = await _parsed(engine, row.file)
    if file.id != campaign_id or _seal(engine, file) != row.seal:
        raise SealError(
            "a campaign's file is not the one that was drafted",
            reason="campaign-changed",
            rests_on="sealed-values",
        )
    return Standing(
        file, row.status, row.made_by, row.made_at, row.approval_id, row.mandate_id, row.walked,
        row.queued_at, row.stopped_at,
    )  # fmt: skip


async def all_campaigns(engine: Engine) -> list[Standing]:
    """Return all campaigns the policy in force still covers, newest first."""
    found = []
    for row in await engine.data.all(sql.Campaigns):
        try:
            found.append(await _standing(engine, row.campaign_id, row))
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

    @property
    def left(self) -> Mapping[str, int]:
        """How many are in each state of the channels, in the channels' order: sent, printed, on a call sheet, and so on."""
        own = [word for channel in CHANNEL_TABLE.values() for word in (channel.begins, *channel.states)]
        return {word: self.ended[word, ""] for word in dict.fromkeys(("sent", *own)) if self.ended.get((word, ""))}

    @property
    def under_way(self) -> bool:
        """Whether anything still waits: here, for the printer, on a call sheet, or at the fax server."""
        begins = {channel.begins for channel in CHANNEL_TABLE.values()} - {"sent"}
        return bool(self.waiting or self.handing or begins & self.left.keys())


async def results(engine: Engine, campaign_id: str) -> Results:
    """Return the counts of a campaign."""

    async def body(tx: Transaction) -> tuple[int, int, tuple[str, ...]]:
        waiting = await tx.value(sql.OutboxCount, origin=ORIGIN, origin_id=campaign_id, status="waiting")
        handing = await tx.value(sql.OutboxCount, origin=ORIGIN, origin_id=campaign_id, status="handing")
        unknown = await tx.all(sql.OutboxOfOrigin, origin=ORIGIN, origin_id=campaign_id, status="unknown")
        return waiting, handing, tuple(one.message_id for one in unknown)

    return Results(await tallies(engine, ORIGIN, campaign_id), *await engine.data.read(body))


async def rule_words(engine: Engine, rule: Rule, language: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return a rule as people read it."""
    return rule.words(engine.policy.policy, await questionnaires(engine), language)


class CampaignOrigin:
    """Writes what a campaign says to one person.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def compose(self, waiting: Waiting) -> Compose | None:
        """Return what writes the words; None once the campaign is stopped, or the policy no longer covers it."""
        try:
            found = await standing(self._engine, waiting.origin_id)
        except (InputError, SealError):
            return None
        if found.status not in {"queueing", "sending"}:
            return None

        def write(person: Person, opened: Opened) -> Words:
            return Words(*found.file.words(person.state.language, opened.name))

        return write


# -------------------------------------------------------------------- small things


async def _parsed(engine: Engine, text: str) -> Campaign:
    """Return a campaign's file as read; the same file under the same policy is read once."""
    key = (engine.policy.hash, text)
    if key not in _READ:
        file = parse_campaign(text, engine.policy.policy, await questionnaires(engine))
        while len(_READ) >= limits.CAMPAIGN_PAGE:
            _READ.pop(next(iter(_READ)))
        _READ[key] = file
    return _READ[key]


async def questionnaires(engine: Engine) -> dict[str, Instance]:
    """Return the questionnaires whose answers a rule may name."""
    return {one.id: one.file for one in await all_standing(engine) if one.kind is PointKind.QUESTIONNAIRE}


def _seal(engine: Engine, campaign: Campaign) -> str:
    """Return what binds a campaign's file to its id: a text put into D by hand is not sent."""
    return engine.token_hash("campaign", f"{campaign.id}\n{campaign.hash}".encode()).hex()


def moved() -> ConflictError:
    """Return what a step says that comes too late."""
    return ConflictError(
        "expected a campaign at this step, found it at another", reason="campaign-status", hint="look at it again"
    )


def _ground(engine: Engine, campaign: Campaign) -> str:
    """Return what a campaign rests on: the segments, where it chooses by them; else its purpose."""
    segments = next((one for one in engine.policy.policy.declarations if one.word == "segments"), None)
    if campaign.rule.conditions and segments is not None and segments.body["purpose"] == campaign.purpose:
        return "segments"
    return f"purposes:{campaign.purpose} {GROUNDS[Act.CAMPAIGN_SEND]}"


def campaign_entry(engine: Engine, session: StaffSession, act: Act, at: float, campaign: Campaign) -> SealedEntry:
    """Return the entry of a step: which campaign, by its file's hash, and whom its rule means."""
    facts = (("campaign", campaign.id), ("file", campaign.hash), ("rule", campaign.rule.text))
    actor = session.acting(purpose=campaign.purpose)
    return entry_of(engine, actor, act, at=at, rests_on=_ground(engine, campaign), facts=facts)
