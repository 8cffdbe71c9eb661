"""Why a message came: what its link answers without a sign-in, with reasons, and no value and no name."""

from __future__ import annotations

from dataclasses import dataclass

from kept import limits
from kept.errors import ErasedError, EvidenceError, KeptError
from kept.policy.words import Exit
from kept.services.campaigns.campaigns import ORIGIN, rule_words, standing
from kept.services.engine.engine import Engine
from kept.services.gate.history import proof_for
from kept.services.messages.links import parse_link
from kept.services.messages.states import state_of
from kept.services.my_data.choices import NoByLink, say_no_by_link
from kept.services.staff.parties import PartyKind, title_of
from kept.store import sql
from kept.store.interface import Transaction


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody got a message.

    Args:
        message_id: Its number.
        origin: `campaign`, `case` or `program`.
        title: Of the campaign, in the reader's language; empty for anything else.
        purpose: Declared purpose.
        clause: The clause it rests on.
        channel: How it went.
        at: Since when it is in its state, unix seconds.
        state: What became of it: a word of the outbox, or one of its channel's own.
        reason: Why, where the state needs one.
        entry_id: The entry of its release, hex; its proof is one more link.
        point: Form the consent was given on; empty where the purpose needs none.
        language: Language of the notice that was read there.
        agreed_at: When, unix seconds; None where the purpose needs no consent.
        stated_by: The company on whose form it was, where the person confirmed what it says; empty where it was ours.
        stated_at: When that company says they agreed there, unix seconds; None where it was ours.
        rule: What put them among the recipients: for each condition its title and options.
        stoppable: Whether a no to it can be said.
    """

    message_id: str
    origin: str
    title: str
    purpose: str
    clause: str
    channel: Exit
    at: float
    state: str
    reason: str
    entry_id: str
    point: str
    language: str
    agreed_at: float | None
    rule: tuple[tuple[str, tuple[str, ...]], ...]
    stoppable: bool
    stated_by: str = ""
    stated_at: float | None = None


async def why_by_link(engine: Engine, unverified: str, language: str) -> Why | None:
    """Return why the message with this link came; None when the link leads to none (forged, or its person erased).

    Args:
        engine: Open.
        unverified: From an address.
        language: The reader's.
    """
    found = await _message(engine, unverified)
    return await _why(engine, found[0].person_id, found[0].message_id, found[1], language) if found else None


async def messages_to(engine: Engine, person_id: bytes, language: str, *, every: bool = False) -> list[Why]:
    """Return the newest messages that left for a person, each with its reasons, for their own page; the history has all.

    Args:
        engine: Open.
        person_id: 16 bytes.
        language: The reader's.
        every: Whether older ones, and those that wait or were kept back, are among them: in what the person takes along.
    """
    rows = await engine.data.all(sql.OutboxOfPerson, person_id=person_id)
    found = []
    for row in rows if every else rows[: limits.MESSAGES_SHOWN]:
        if every or (row.status in {"sent", "unknown", "handing"} and row.entry_id):
            message = await engine.data.one(sql.OutboxFind, message_id=row.message_id)
            if message is not None:
                found.append(await _why(engine, person_id, row.message_id, message, language))
    return found


async def message_answers(engine: Engine, person_id: bytes, message_id: str) -> bool:
    """Whether a message that left can say for which purpose, under which clause and by which entry."""
    row = await engine.data.one(sql.OutboxFind, message_id=message_id)
    if row is None:
        return False
    found = await _why(engine, person_id, message_id, row, engine.policy.policy.language)
    return bool(found.purpose and found.clause and found.entry_id and (found.point or not found.stoppable))


async def proof_by_link(engine: Engine, unverified: str) -> str | None:
    """Return the proof of a message's entry, to check without us; None when the link leads to none.

    Raises:
        InputError: It is still pending.
    """
    found = await _message(engine, unverified)
    return (await proof_for(engine, found[0].person_id, found[1].entry_id)).text() if found else None


async def stop_by_link(engine: Engine, unverified: str) -> NoByLink | None:
    """Say the no of whoever holds the message.

    Returns:
        What became of it; None where the link leads to no message of anybody who is here: forged, or its person erased.
    """
    found = await _message(engine, unverified)
    if found is None:
        return None
    link, row = found
    try:
        return await say_no_by_link(engine, link.person_id, row.purpose, Exit(row.channel))
    except (ErasedError, EvidenceError):
        return None  # nobody any more; or their state does not hold, and nothing is sent on it either


async def _message(engine: Engine, unverified: str) -> tuple[sql.MessageLinkFind, sql.OutboxFind] | None:
    token_hash = parse_link(engine, unverified)
    if not token_hash:
        return None

    async def body(tx: Transaction) -> tuple[sql.MessageLinkFind, sql.OutboxFind] | None:
        link = await tx.one(sql.MessageLinkFind, token_hash=token_hash)
        row = await tx.one(sql.OutboxFind, message_id=link.message_id) if link else None
        return (link, row) if link and row else None

    return await engine.data.read(body)


async def _why(engine: Engine, person_id: bytes, message_id: str, row: sql.OutboxFind, language: str) -> Why:
    policy = engine.policy.policy
    declared = policy.purposes.get(row.purpose)
    title, rule = "", ()
    state = await engine.data.read(lambda tx: state_of(tx, message_id, row))
    if row.origin == ORIGIN:
        try:
            file = (await standing(engine, row.origin_id)).file
            title, rule = file.titles.get(language, ""), await rule_words(engine, file.rule, language)  # type: ignore[assignment]
        except KeptError:
            pass  # an earlier policy's campaign: what the policy no longer covers is not told in its words
    notice = await engine.notices.get(row.notice_id)
    agreed_at, word = None, None
    try:
        held = (await engine.people.load(person_id)).state
        agreed_at = next(
            (one.at for one in held.grants if (one.purpose, one.notice_id) == (row.purpose, row.notice_id)), None
        )
        if agreed_at is not None:
            by = (row.notice_id, agreed_at)
            word = next((one for one in held.stated if (one.notice_id, one.confirmed_at) == by), None)
    except (ErasedError, EvidenceError):
        pass
    return Why(
        message_id=message_id,
        origin=row.origin,
        title=title,
        purpose=row.purpose,
        clause=declared.clause if declared else "",
        channel=Exit(row.channel),
        at=state.at,
        state=state.word,
        reason=state.reason,
        entry_id=row.entry_id,
        point=notice.point if notice else "",
        language=notice.language if notice else "",
        agreed_at=agreed_at,
        rule=rule,
        stoppable=declared is not None and declared.basis.value in {"consent", "notice"},
        stated_by=await title_of(engine, PartyKind.PARTNER, word.partner, word.taken_at) if word else "",
        stated_at=word.agreed_at if word else None,
    )
