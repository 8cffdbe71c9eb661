"""Other words: what is neither a reply nor the policy's own notice waits, sealed, for a second member of staff who reads it.

The person sees why it was written, in the message and on its page. Nothing of it goes to an address on a stop list.
"""

from __future__ import annotations

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ErasedError, InputError, Mistakes
from kept.policy.words import Exit
from kept.services.cases import cases
from kept.services.cases.cases import Case
from kept.services.cases.contacts import ORIGIN, reasons_against, require_channel, require_way, typed_text, typed_title
from kept.services.engine.acts import Act
from kept.services.engine.dispatchers import Waiting
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.record import about, entry_of
from kept.services.messages.outbox import new_message_id, put_in_outbox, send_one
from kept.services.messages.sealed_words import CONTACT, OTHER, Said, seal_words, words_of
from kept.services.messages.stop_list import address_item
from kept.services.staff.approvals import Approval, Given, Subject
from kept.services.staff.bulk_approval import ONE_PERSON, insert_mandate
from kept.services.staff.mandates import charge, staff_mandate
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

BECAUSE = {
    "en": "Why we write this, although you did not ask: {why}\nTwo of us read it before it was sent.",
    "ja": "お問い合わせをいただいていないのにご連絡する理由：{why}\nお送りする前に、担当者2名が内容を確認しました。",
}


async def ask_to_write(  # noqa: PLR0913 -- what a message is, and why
    engine: Engine, session: StaffSession, case: Case | str, channel: str, title: str, text: str, why: str
) -> str:
    """Ask a second member of staff to let a message in words of one's own go; return the message's number.

    Args:
        engine: Open.
        session: Whose case it is.
        case: Open, with a person.
        channel: Word of one, such as `mail`; for a call, the text is the script.
        title: One line.
        text: Plain text.
        why: Why they are written to although they did not ask: one line, which they read.

    Raises:
        DeniedError: The policy says no (with its clause, recorded), the address is on a stop list, or the case is over or used up.
        InputError: No such channel, no text or reason, too long a one, or a character that cannot be printed.
        SettingError: This machine lacks what the channel needs, or a font for a character of the text.
    """
    case = await cases.loaded(engine, session, case)
    await cases.require_open(engine, case, Act.CONTACT_WRITE)
    wrong = Mistakes()
    with wrong.of("channel"):
        require_channel(case.mandate, channel)
    for field, check, typed in (("title", typed_title, title), ("text", typed_text, text), ("why", typed_title, why)):
        with wrong.of(field):
            check(typed)
    wrong.insist()
    item = address_item(
        engine.policy.policy, engine.policy.policy.purposes[case.purpose], require_channel(case.mandate, channel)
    )
    person = await cases.holder_of(engine, case, (item,) if item else ())
    if person is None:
        raise cases.nobody_in_it()
    language, because = person.state.language, typed_title(why)
    words = f"{typed_text(text)}\n\n{BECAUSE.get(language, BECAUSE['en']).format(why=because)}"
    said = Said(typed_title(title), words, language, OTHER, because)
    way, _ = await require_way(engine, case.mandate, person, channel, said, case=case)
    message_id, at = new_message_id(), engine.ready()
    key_id, sealed = seal_words(engine, person.keys, CONTACT, message_id, said)

    async def also(tx: Transaction, approval_id: str) -> None:
        del approval_id
        await charge(tx, case.mandate, at)
        await tx.run(
            "contact_put",
            person_id=person.id,
            message_id=message_id,
            case_id=case.id,
            channel=way.value,
            written_by=session.actor,
            written_at=at,
            key_id=key_id,
            sealed=sealed,
            purpose=case.purpose,
        )

    await WRITING.ask(engine, session, message_id, also, _subject(engine, case.purpose, str(case.number), said, way))
    return message_id


def _subject(engine: Engine, purpose: str, case: str, said: Said, way: Exit) -> Subject:
    declared = engine.policy.policy.purposes.get(purpose)
    if declared is None:
        raise _gone()
    texts = tuple({said.language: one} for one in (said.title, said.text))
    return Subject(case, people=1, purposes=(purpose,), texts=texts, clause=declared.clause, shown={"way": way.value})


async def _found(engine: Engine, message_id: str) -> tuple[sql.ContactFind, Said]:
    row = await engine.data.one(sql.ContactFind, message_id=message_id)
    said = await words_of(engine, row.person_id, CONTACT, message_id, row.key_id, row.sealed) if row else None
    if row is None or said is None:
        raise _gone()
    return row, said


async def _about(engine: Engine, message_id: str) -> Subject:
    row, said = await _found(engine, message_id)
    case = await engine.data.one(sql.CaseGet, case_id=row.case_id)
    return _subject(engine, row.purpose, str(case.number) if case else "", said, Exit(row.channel))


async def _let_go(engine: Engine, given: Given) -> Effect:
    """Let it wait in the outbox; nothing where the person is leaving, or their address is on a list by now."""
    row, said = await _found(engine, given.subject)
    way = Exit(row.channel)
    item = address_item(engine.policy.policy, engine.policy.policy.purposes[row.purpose], way)
    try:
        person = await engine.people.load(row.person_id, (item,))
    except ErasedError:
        raise _gone() from None
    listed = await reasons_against(engine, person, row.purpose, way, said)
    free = person.state.status == "active" and not listed
    case = await engine.data.one(sql.CaseGet, case_id=row.case_id)
    mandate = staff_mandate(
        given.asker,
        given.role,
        row.purpose,
        expires_at=given.at + limits.CONTACT_SEND_SECONDS,
        volume=limits.CONTACT_RELEASES,
    )
    number = str(case.number) if case else random_id()
    entry = entry_of(
        engine, given.asker.acting(role=given.role, purpose=row.purpose, case=number), Act.CONTACT_WRITE, about(person),
        at=given.at, rests_on=f"purposes:{row.purpose}", exit=way.value,
        facts=(("message", given.subject), ("kind", OTHER)),
    )  # fmt: skip
    waiting = Waiting(row.person_id, given.subject, ORIGIN, number, row.purpose, way, mandate.id, 0)

    async def effect(tx: Transaction) -> bool:
        if not free:
            return False
        await insert_mandate(tx, mandate, kind=ONE_PERSON)
        await put_in_outbox(tx, waiting, given.at)
        await insert_entries(tx, [entry], given.at)
        return True

    return effect


async def _send(engine: Engine, message_id: str) -> str:
    """Try it at once; what cannot go now is tried again with everything else that waits."""
    row = await engine.data.one(sql.OutboxWaitingOne, message_id=message_id)
    if row is not None:
        await send_one(
            engine,
            Waiting(
                row.person_id, message_id, row.origin, row.origin_id, row.purpose, Exit(row.channel), row.mandate_id,
                row.attempts,
            ),
        )  # fmt: skip
    return message_id


WRITING = Approval(
    act="message",
    title="Write to a customer in words of one’s own",
    page="/approvals",
    about=_about,
    effect=_let_go,
    then=_send,
    back=lambda tx, message_id: tx.run("contact_drop", message_id=message_id),
)


def _gone() -> InputError:
    return InputError(
        "expected a message that waits for a second member of staff, found none",
        reason="contact-unknown",
        hint="look at the page again",
        rests_on="roles",
    )
