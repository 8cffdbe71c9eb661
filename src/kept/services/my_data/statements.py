"""What another company says a person agreed to: they are shown it, and say that it is so, or that it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from kept.policy import change
from kept.policy.person import PersonState, Stated
from kept.policy.words import Exit
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.engine.record import account_part
from kept.services.forms.consent_evidence import evidence_of, mail_slots
from kept.services.forms.receipts import consent_receipt
from kept.services.gate.own_session import Own
from kept.services.gate.state_change import Change, change_person
from kept.services.my_data.corrections import take_away
from kept.services.staff.parties import PartyKind, title_of


@dataclass(frozen=True, slots=True)
class Statement:
    """A company's word as the person reads it.

    Args:
        word: What it says.
        title: What the company is called.
        point: Our form whose notice it says it showed; empty where that notice is gone.
        language: Language of that notice.
    """

    word: Stated
    title: str
    point: str
    language: str


async def statements_of(engine: Engine, state: PersonState) -> tuple[Statement, ...]:
    """Return what other companies say a person agreed to, those that wait for an answer first, then the newest.

    Args:
        engine: Open.
        state: The person's.
    """
    found = []
    for word in sorted(state.stated, key=lambda one: (one.confirmed_at is not None, -one.taken_at)):
        notice = await engine.notices.get(word.notice_id)
        title = await title_of(engine, PartyKind.PARTNER, word.partner, word.taken_at)
        found.append(Statement(word, title, notice.point if notice else "", notice.language if notice else ""))
    return tuple(found)


async def confirm_statement(engine: Engine, own: Own, word_id: str, ticks: Iterable[str]) -> str:
    """Say that a company's word is so; the boxes named become the person's own yes, with a receipt; return the entry's id.

    Args:
        engine: Open.
        own: The person's session.
        word_id: Number of the word.
        ticks: Boxes, as on a form: purpose, channel or nothing, and nothing, by `/`.

    Raises:
        SubmissionError: There is no such word that waits, or it says nothing of a box.
    """
    chosen = [(purpose, way_out) for purpose, way_out, *_ in ((*one.split("/"), "", "") for one in ticks)]

    def make(person: Person, at: float) -> Change:
        state = change.confirm_word(person.state, word_id, chosen, at)
        word = next(one for one in state.stated if one.id == word_id)
        agreed = [(purpose, Exit(way_out) if way_out else None) for purpose, way_out in word.ticks]
        notice = notices[word.notice_id]
        receipt = consent_receipt(
            engine.policy.policy, notice, person.id, word.slots,
            tuple((purpose, way_out, "") for purpose, way_out in word.ticks), at,
        )  # fmt: skip
        receipt.record["event"][0]["how"] = f"own session, confirming what {word.partner} had stated"
        facts = (("partner", word.partner), ("notice", word.notice_id), ("statement", word.id))
        return Change(
            state,
            account_part(engine, own.acting(), Act.WORD_CONFIRM, at=at, items=word.slots, facts=facts),
            receipt=(receipt.id, "consent", msgspec.json.encode(receipt.record)),
            register=evidence_of(engine, person, agreed, {}, word.notice_id, at),
        )

    notices = await engine.notices.of_person((await engine.people.load(own.person_id)).state)
    _, entry_id = await change_person(engine, own.person_id, make, slots=mail_slots(engine.policy.policy))
    return entry_id


async def refuse_statement(engine: Engine, own: Own, word_id: str) -> str:
    """Say that a company's word is not so: what it gave goes for good, and what it says they agreed to is a no.

    Args:
        engine: Open.
        own: The person's session, signed in within five minutes.
        word_id: Number of the word.

    Raises:
        SubmissionError: There is no such word that waits.
        SignInError: The sign-in is longer ago than five minutes.
    """
    facts = (("statement", word_id),)
    return await take_away(
        engine, own, lambda state, at: change.refuse_word(state, word_id, at), Act.WORD_REFUSE, *facts
    )
