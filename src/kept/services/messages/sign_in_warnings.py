"""Warnings: the owner of an account is told what the sign-in saw there, by entries of their own and, who agreed, by a message.

The message is of the one purpose a policy declares for it (`serves: sign-in-warning`), goes once a day at most and to a confirmed
address alone, and says what happened in fixed words: nothing of anybody's is in it. No purpose, no message.
"""

from __future__ import annotations

from collections.abc import Mapping

from kept import limits
from kept.errors import ErasedError, EvidenceError
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.day import day_of
from kept.policy.decision import Mandate
from kept.policy.duties import purpose_for
from kept.policy.model import Purpose
from kept.policy.needs import WARNING
from kept.policy.words import Exit, PurposeDuty
from kept.services.accounts.guesses import ALARM, ALARMS, NOBODY, Sign
from kept.services.engine.acts import Act
from kept.services.engine.dispatchers import Compose, Waiting, Words, in_their_language
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import SYSTEM, about_person, entry_of
from kept.services.messages.outbox import new_message_id, put_in_outbox
from kept.services.messages.own_mandate import own_mandate
from kept.services.staff.bulk_approval import ONE_PERSON, insert_mandate
from kept.store import sql
from kept.store.interface import Transaction

ORIGIN = "sign-in"
TITLE = {"en": "Somebody tried to get into your account", "ja": "あなたのアカウントへのサインインについて"}
TEXT = {
    "en": (
        "On {day} something out of the ordinary happened at your account at {controller}: wrong passwords, or a sign-in from "
        "another network within minutes.\n\nIf it was you, there is nothing to do. If not: sign in by typing our address yourself, "
        "look at My data, and change your password there. We never ask for your password, and this message holds no link to a "
        "sign-in."
    ),
    "ja": (
        "{day}に、{controller}のあなたのアカウントで、ふだんと違うことがありました。誤ったパスワードが続いたか、数分のうちに"
        "別のネットワークからのサインインがありました。\n\nお心当たりがあれば、何もなさる必要はありません。お心当たりがない場合は、"
        "ご自身で当サイトのアドレスを入力してサインインし、「マイデータ」をご覧のうえ、パスワードを変更してください。"
        "当方からパスワードをお尋ねすることはなく、このお知らせにサインインのリンクはありません。"
    ),
}


async def tell_signs(engine: Engine) -> int:
    """Write the entries of what the sign-in saw since the last look, and warn who agreed to it; return how much that was.

    An entry says how often; the next one follows when it happened twice as often, so that nobody fills a history by guessing.
    """
    since = day_of(engine.clock.now() - limits.DAY, engine.zone)
    rows = await engine.data.all(sql.SignsNew, since=since)
    for row in rows:
        await _tell(engine, row)
        if row.kind in ALARMS or (row.kind == Sign.GUESS and row.count >= limits.GUESSES_WRITTEN_ABOUT):
            await _warn(engine, row.person_id, row.day)
    return len(rows)


async def _tell(engine: Engine, row: sql.SignsNew) -> None:
    concerning = await about_person(engine, row.person_id) if row.person_id != NOBODY else None
    facts = (("kind", row.kind), ("day", row.day), ("times", str(row.count)))
    at = engine.clock.now()
    entry = entry_of(engine, SYSTEM, Act.SIGN_IN_SEEN, concerning, at=at, facts=facts)
    said = row.count - row.told >= row.told and not row.kind.startswith(ALARM)  # an alarm has an entry of its own
    named = {"person_id": row.person_id, "day": row.day, "kind": row.kind}

    async def body(tx: Transaction) -> None:
        if await tx.run("sign_tell", **named, count=row.count, told=row.count if said else row.told) and said:
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def _warn(engine: Engine, person_id: bytes, day: str) -> None:
    """Let one message wait, where the person agreed to it and nothing went that day."""
    purpose = purpose_for(engine.policy.policy, PurposeDuty.SIGN_IN_WARNING)
    if purpose is None or person_id == NOBODY:
        return
    try:
        person = await engine.people.load(person_id)
    except (ErasedError, EvidenceError):
        return
    at = engine.clock.now()
    for channel in CHANNEL_TABLE:
        mandate = await _mandate(engine, purpose, person, channel, at)
        if mandate is not None:
            break
    else:
        return
    waiting = Waiting(person_id, new_message_id(), ORIGIN, day, purpose.id, channel, mandate.id, 0)

    async def body(tx: Transaction) -> None:
        if await tx.run("sign_once", person_id=person_id, day=day, kind=Sign.WRITTEN.value, at=at):
            await insert_mandate(tx, mandate, kind=ONE_PERSON)
            await put_in_outbox(tx, waiting, at)

    await engine.data.write(body)


async def _mandate(engine: Engine, purpose: Purpose, person: Person, channel: Exit, at: float) -> Mandate | None:
    """Return a mandate for the one message by a channel; None where it may not go, or nothing carries it at once."""
    carried = channel in engine.dispatchers and CHANNEL_TABLE[channel].confirmation == "at-once"
    return await own_mandate(engine, WARNING, purpose, person, channel, at) if carried else None


class SignInOrigin:
    """Messages that warn the owner of an account.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def compose(self, waiting: Waiting) -> Compose | None:
        """Return the words; nothing where the policy declares no purpose for them any more."""
        policy = self._engine.policy.policy
        purpose = purpose_for(policy, PurposeDuty.SIGN_IN_WARNING)
        if purpose is None or purpose.id != waiting.purpose:
            return None

        def words(language: str) -> Words:
            controller = policy.controllers.get(language, policy.controller)["name"]
            text = _in(TEXT, language).format(day=waiting.origin_id, controller=controller)
            return Words(_in(TITLE, language), text)

        return in_their_language(words)


def _in(words: Mapping[str, str], language: str) -> str:
    return words.get(language, words["en"])
