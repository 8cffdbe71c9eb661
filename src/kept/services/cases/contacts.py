"""Contact: from a case staff write to its person by a channel, or put them on a call sheet; so may a program.

Decided about before anything is kept, and again when it leaves. What was written is sealed under the person's evidence key
and waits in the outbox like every other message; each way out opens only the items it names. What goes is a reply to what they
asked, or a notice in the policy's own words; any other words of staff wait for a second who reads them (`other_words`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kept import limits
from kept.channels.letter import japanese_font, print_letters
from kept.crypto.random import random_id
from kept.errors import DeniedError, ErasedError, EvidenceError, InputError, Mistakes, NotFoundError, SettingError
from kept.policy import needs
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.decision import Decision, Mandate, Refused
from kept.policy.message_kind import MessageKind
from kept.policy.words import Exit
from kept.services.cases import cases
from kept.services.cases.cases import Case
from kept.services.cases.inquiries import Inquiry, inquiry_for, inquiry_of
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.dispatchers import Compose, Opened, Waiting, Words
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Refusal
from kept.services.engine.flush import insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import about, entry_of, holder_of, record
from kept.services.gate import gate
from kept.services.gate.refusals import record_refusal
from kept.services.messages.fax import FaxDispatcher
from kept.services.messages.leaving import ALWAYS, number_is_listed
from kept.services.messages.letter_words import date_words, letter_of
from kept.services.messages.outbox import new_message_id, put_in_outbox, send_one
from kept.services.messages.sealed_words import CONTACT, Said, open_words, seal_words, words_of
from kept.services.messages.states import MessageState, state_of
from kept.services.messages.stop_list import UNDELIVERABLE, address_item, stop_token
from kept.services.messages.unknown_outcome import send_again
from kept.services.staff.bulk_approval import ONE_PERSON, insert_mandate
from kept.services.staff.mandates import charge
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number
from kept.vault.text import readable

ORIGIN, PROGRAM = "case", "program"
ASKED = "asked"
"""State of what waits for a second member of staff."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach a case's person.

    Args:
        channel: Exit it leaves by.
        item: The item it opens beside the name.
        clause: Clause that says no; empty for a yes.
        needed: What would be needed for a yes.
        missing: What this machine lacks for it; empty when nothing.
        reason: The no as a word, such as `unconfirmed`; empty for a yes.
    """

    channel: Exit
    item: str
    clause: str
    needed: str
    missing: str
    reason: str = ""

    @property
    def open(self) -> bool:
        """Whether it may be used now."""
        return not self.clause and not self.missing


@dataclass(frozen=True, slots=True)
class Contact:
    """One message of a case.

    Args:
        id: Number of the message.
        channel: Exit it leaves by.
        title: Its subject; empty where what was written does not open any more.
        at: When it was written, unix seconds.
        state: A word: `waiting`, `handing`, `sent`, `failed`, `unknown`, `left-out`, or one of the channel's own states.
        reason: Why, where the state needs one.
        moved_at: Since when it is in that state.
        sheet: Id of the call sheet; empty otherwise.
        marked: Whether the person said that it was advertising.
        settled_at: When a member of staff looked into that, unix seconds; None before.
        kind: What kind of message it is.
        why: For any other than the policy's kinds: why it was written.
        asked_at: For a reply: when they asked, unix seconds; 0 otherwise.
    """

    id: str
    channel: Exit
    title: str
    at: float
    state: str
    reason: str
    moved_at: float
    sheet: str
    marked: bool = False
    settled_at: float | None = None
    kind: str = ""
    why: str = ""
    asked_at: float = 0.0


class ContactOrigin:
    """Messages that were written to one person, in a case or by a program.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def compose(self, waiting: Waiting) -> Compose | None:
        """Return what was written; nothing once it is gone, or its address was put on a list that stands against it."""
        row = await self._engine.data.one(sql.ContactGet, person_id=waiting.person_id, message_id=waiting.message_id)
        if row is None:
            return None
        said = await words_of(self._engine, waiting.person_id, CONTACT, waiting.message_id, row.key_id, row.sealed)
        if said is not None and await self._is_stopped(waiting, said):
            return None
        key_id, sealed = row.key_id, row.sealed

        def words(person: Person, opened: Opened) -> Words:
            del opened
            return open_words(self._engine, person.keys, CONTACT, waiting.message_id, key_id, sealed).words()

        return words

    async def _is_stopped(self, waiting: Waiting, said: Said) -> bool:
        """Whether the address came on a list meanwhile; what stops it where it leaves is left to say so there."""
        policy = self._engine.policy.policy
        item = address_item(policy, policy.purposes[waiting.purpose], waiting.channel)
        try:
            person = await self._engine.people.load(waiting.person_id, (item,))
        except (ErasedError, EvidenceError):
            return False  # met there as well, and recorded
        listed = await reasons_against(self._engine, person, waiting.purpose, waiting.channel, said)
        return bool(listed - (ALWAYS if waiting.channel is Exit.PHONE else {UNDELIVERABLE}))


async def ways_of(engine: Engine, session: StaffSession, case: Case | str, person: Person | None = None) -> list[Way]:
    """Return the ways this case may reach its person by, each with its answer now; opens and records nothing."""
    case = await cases.loaded(engine, session, case)
    purpose = engine.policy.policy.purposes.get(case.purpose)
    if purpose is None or case.emergency:
        return []
    person = person or await cases.holder_of(engine, case)
    if person is None:
        return []
    return await _ways(engine, case.mandate, person)


async def ways_to(engine: Engine, mandate: Mandate, person_id: bytes) -> list[Way]:
    """Return the ways a program may reach a person by for its purpose, as `ways_of`.

    Args:
        engine: Open.
        mandate: The program's.
        person_id: 16 bytes.

    Raises:
        NotFoundError: There is no such person any more.
    """
    return await _ways(engine, mandate, await _load(engine, person_id))


async def _ways(engine: Engine, mandate: Mandate, person: Person) -> list[Way]:
    found, purpose = [], engine.policy.policy.purposes[mandate.purpose]
    for channel in CHANNEL_TABLE:
        item = address_item(engine.policy.policy, purpose, channel)
        if channel not in purpose.exits or not item:
            continue
        answer = (await gate.decide(engine, mandate, person, (item,), channel, engine.ready()))[item]
        no = answer if isinstance(answer, Refused) else None
        clause, needed, reason = (f"§{no.clause}", no.needed, no.reason) if no is not None else ("", "", "")
        found.append(Way(channel, item, clause, needed, missing_for(engine, channel), reason))
    return found


def missing_for(engine: Engine, channel: Exit) -> str:
    """Return what this machine lacks for a channel, as a hint; empty when nothing."""
    dispatcher = engine.dispatchers.get(channel)
    if dispatcher is None:
        return "this channel is not set up"
    try:
        if CHANNEL_TABLE[channel].layout:
            japanese_font()  # none is no hindrance for a letter without Japanese; typst is needed for any
        if isinstance(dispatcher, FaxDispatcher):
            dispatcher.server.require()
    except SettingError as error:
        return error.hint
    return ""


async def write_to(  # noqa: PLR0913 -- what a message is
    engine: Engine, session: StaffSession, case: Case | str, channel: str, kind: str, text: str = ""
) -> str:
    """Write to the case's person what the policy declares; return the message's number.

    It is tried at once, and again later where that is needed.

    Args:
        engine: Open.
        session: Whose case it is.
        case: Open, with a person.
        channel: Word of one, such as `mail`; for a call, the text is the script.
        kind: `reply`, to what they asked; or `service-notice`, in the policy's own words.
        text: Plain text of a reply; a notice has none.

    Raises:
        DeniedError: The policy says no (with its clause, recorded): it declares no such kind, they did not ask, or the address
            is on a stop list and they did not ask themselves; or the case is over or used up.
        InputError: No such channel, no text, too long a one, or (letter, fax) a character that cannot be printed.
        SettingError: This machine lacks what the channel needs, or a font for a character of the text.
    """
    case = await cases.loaded(engine, session, case)
    await cases.require_open(engine, case, Act.CONTACT_WRITE)
    if not case.person_id:
        raise cases.nobody_in_it()
    wrong, typed = Mistakes(), ""
    with wrong.of("channel"):
        require_channel(case.mandate, channel)
    if kind == MessageKind.REPLY:
        with wrong.of("text"):
            typed = typed_text(text)
    wrong.insist()
    person = await _load(engine, case.person_id, case.mandate, channel)
    inquiry = await inquiry_of(engine, case) if kind == MessageKind.REPLY else None
    said = _in_the_policys_words(engine, case.purpose, str(case.number), person, kind, typed, inquiry)
    return await _write(engine, case.mandate, person, channel, said, case=case, answers=inquiry.id if inquiry else "")


def _in_the_policys_words(  # noqa: PLR0913 -- what words are made of
    engine: Engine, for_purpose: str, case: str, person: Person, kind: str, text: str, inquiry: Inquiry | None
) -> Said | Refused:
    """Return what a kind of message says, in the person's language; or why it may not be written."""
    policy = engine.policy.policy
    purpose, language = policy.purposes[for_purpose], person.state.language
    template = purpose.messages.get(MessageKind(kind)) if kind in set(MessageKind) else None
    if template is None:
        return needs.refuse(7, "message-kind", purpose.clause)
    over = inquiry is None or engine.clock.now() > inquiry.at + limits.REPLY_SECONDS
    if kind == MessageKind.REPLY and over:
        return needs.refuse(7, "not-asked", purpose.clause)
    asked_at = inquiry.at if inquiry else 0.0
    asked = date_words(asked_at, language, policy.zone) if inquiry else ""
    blanks = {"text": text, "asked": asked, "case": case}
    title, words = template.words(language, policy.language, blanks)
    return Said(title, words, language, kind, asked_at=asked_at, own=inquiry is not None and inquiry.own)


async def write_as_program(  # noqa: PLR0913 -- what a message is
    engine: Engine, mandate: Mandate, person_id: bytes, channel: str, kind: str, text: str = ""
) -> str:
    """Write to a person a program found what the policy declares; return the message's number. As `write_to`, in no case.

    Args:
        engine: Open.
        mandate: The program's, for a purpose whose exits name the channel.
        person_id: 16 bytes.
        channel: Word of one, such as `mail`; for a call, the text is the script.
        kind: `reply`, to what they asked on their own page for this purpose, which then counts as answered; or `service-notice`.
        text: Plain text of a reply; a notice has none.

    Raises:
        DeniedError, NotFoundError, InputError, SettingError: As `write_to`.
    """
    wrong, typed = Mistakes(), ""
    with wrong.of("channel"):
        require_channel(mandate, channel)
    if kind == MessageKind.REPLY:
        with wrong.of("text"):
            typed = typed_text(text)
    wrong.insist()
    person = await _load(engine, person_id, mandate, channel)
    inquiry = await inquiry_for(engine, person_id, mandate.purpose) if kind == MessageKind.REPLY else None
    said = _in_the_policys_words(engine, mandate.purpose, "", person, kind, typed, inquiry)
    return await _write(engine, mandate, person, channel, said, answers=inquiry.id if inquiry else "")


async def _write(  # noqa: PLR0913 -- what a message is
    engine: Engine,
    mandate: Mandate,
    person: Person,
    channel: str,
    words: Said | Refused,
    *,
    case: Case | None = None,
    answers: str = "",
) -> str:
    way, said = await require_way(engine, mandate, person, channel, words, case=case)
    waiting = await _keep(engine, mandate, case.id if case else "", person, way, said, answers)
    await send_one(engine, waiting)
    return waiting.message_id


async def require_way(  # noqa: PLR0913 -- the question has this many parts
    engine: Engine, mandate: Mandate, person: Person, channel: str, words: Said | Refused, *, case: Case | None = None
) -> tuple[Exit, Said]:
    """Insist that a message may reach a person this way now; return the way, and what it says.

    Args:
        engine: Open.
        mandate: Under which it is written.
        person: With the address of that way.
        channel: Word of one.
        words: What it says, or why such words may not be said.
        case: It is written in; None for a program's.

    Raises:
        DeniedError: The policy says no, which is recorded; or the case wrote as much as it may.
        InputError: No such channel, or a character that cannot be printed.
        SettingError: This machine lacks what the channel needs.
    """
    way = require_channel(mandate, channel)
    if case is not None:
        await _require_few(engine, case, person, way)
    item = address_item(engine.policy.policy, engine.policy.policy.purposes[mandate.purpose], way)
    answer = await _answer(engine, mandate, person, way, item, lent=case is not None and case.emergency)
    if isinstance(words, Refused):
        raise await _refused(engine, mandate, person, way, item, answer if isinstance(answer, Refused) else words)
    if not isinstance(answer, Refused) and await reasons_against(engine, person, mandate.purpose, way, words):
        clause = engine.policy.policy.purposes[mandate.purpose].clause
        answer = Refused(8, "stop-list", clause, "its owner, who confirms that it is theirs and takes it off")
    if isinstance(answer, Refused):
        raise await _refused(engine, mandate, person, way, item, answer)
    if missing := missing_for(engine, way):
        raise SettingError("expected what this channel needs, found it missing", reason="channel-missing", hint=missing)
    if CHANNEL_TABLE[way].layout:
        _try_to_set(engine, mandate, words)
    return way, words


async def reasons_against(engine: Engine, person: Person, purpose: str, way: Exit, said: Said) -> set[str]:
    """Return why an address is on a stop list, for a message that answers nothing the person asked themselves.

    Args:
        engine: Open.
        person: With the address of that way.
        purpose: It is written for.
        way: How it goes.
        said: What it says.
    """
    if said.kind == MessageKind.REPLY and said.own:
        return set()
    item = address_item(engine.policy.policy, engine.policy.policy.purposes[purpose], way)
    if item not in person.state.slots:
        return set()
    token = stop_token(engine, way, str(engine.people.open_slot(person, item)))
    return {str(one) for one in await engine.data.values(sql.StopListOf, channel=way.value, token=token)}


def require_channel(mandate: Mandate, channel: str) -> Exit:
    """Return the way a word names.

    Raises:
        InputError: It names none.
    """
    if channel not in CHANNEL_TABLE:
        raise InputError(
            "expected a way to reach people, found another",
            field="channel",
            reason="contact-channel",
            rests_on=f"purposes:{mandate.purpose}",
        )
    return Exit(channel)


async def _require_few(engine: Engine, case: Case, person: Person, way: Exit) -> None:
    """Insist that a case wrote less than it may: it answers somebody, and is no campaign."""
    if len(await engine.data.all(sql.ContactsOfCase, case_id=case.id)) >= limits.CONTACTS_OF_A_CASE:
        error = DeniedError(
            f"expected at most {limits.CONTACTS_OF_A_CASE} messages in one case, found more",
            step=9,
            needed="a new case, when they ask again",
            reason="volume",
            rests_on="roles",
        )
        raise await record_refusal(engine, case.actor, error, about(person), act=Act.CONTACT_WRITE, exit=way.value)


async def _answer(  # noqa: PLR0913 -- the question has this many parts
    engine: Engine, mandate: Mandate, person: Person, way: Exit, item: str, *, lent: bool
) -> Decision:
    """Return whether the person may be reached this way now; nobody in an emergency, which lends the screen alone."""
    clause = engine.policy.policy.purposes[mandate.purpose].clause
    if lent:
        return cases.lends_the_screen(engine)
    if not item:
        return Refused(3, "uses", clause, "a purpose that uses this item")
    answer = (await gate.decide(engine, mandate, person, (item,), way, engine.ready()))[item]
    if (
        way is Exit.PHONE
        and not isinstance(answer, Refused)
        and await number_is_listed(engine, mandate.purpose, person.id)
    ):
        return Refused(8, "stop-list", clause, "its owner, who confirms that it is theirs and takes it off")
    return answer


def _try_to_set(engine: Engine, mandate: Mandate, said: Said) -> None:
    """Set the text without an address, so that what no font shows is told to who typed it."""
    letter = letter_of(
        engine.policy.policy, said.words(), Opened("", ""), language=said.language, purpose=mandate.purpose,
        message_id="", case=mandate.case, at=engine.clock.now(),
    )  # fmt: skip
    print_letters([letter])


async def _keep(  # noqa: PLR0913 -- what a message is
    engine: Engine, acting: Mandate, case_id: str, person: Person, way: Exit, said: Said, answers: str
) -> Waiting:
    """Seal what was written and let it wait in the outbox, with its entry, in one transaction; *answers* an inquiry."""
    message_id, at = new_message_id(), engine.ready()
    mandate = replace(  # holds no case: what was written in one goes even if it is closed meanwhile
        acting,
        id=random_id(),
        case="",
        person_id=b"",
        expires_at=at + limits.CONTACT_SEND_SECONDS,
        volume_left=limits.CONTACT_RELEASES,
    )
    origin, origin_id = (ORIGIN, acting.case) if acting.case else (PROGRAM, acting.actor)
    waiting = Waiting(person.id, message_id, origin, origin_id, acting.purpose, way, mandate.id, 0)
    key_id, sealed = seal_words(engine, person.keys, CONTACT, message_id, said)
    entry = entry_of(
        engine, holder_of(acting), _act(acting), about(person), at=at, rests_on=f"purposes:{acting.purpose}",
        exit=way.value, facts=(("message", message_id), *((("kind", said.kind),) if said.kind else ())),
    )  # fmt: skip

    async def body(tx: Transaction) -> None:
        await charge(tx, acting, at)
        await insert_mandate(tx, mandate, kind=ONE_PERSON)
        await tx.run(
            "contact_put",
            person_id=person.id,
            message_id=message_id,
            case_id=case_id,
            channel=way.value,
            written_by=acting.actor,
            written_at=at,
            key_id=key_id,
            sealed=sealed,
            purpose=acting.purpose,
        )
        if answers:
            await tx.run("inquiry_answer", person_id=person.id, inquiry_id=answers, at=at)
        await put_in_outbox(tx, waiting, at)
        await insert_entries(tx, [entry], at)

    try:
        await engine.data.write(body)
    except DeniedError as error:
        raise await record_refusal(
            engine, holder_of(acting), error, about(person), act=_act(acting), exit=way.value
        ) from None
    return waiting


async def write_again(engine: Engine, session: StaffSession, case: Case | str, message_id: str) -> None:
    """Send again, under the same number, what may have gone: decided by a member of staff, recorded, decided anew when sent.

    Raises:
        DeniedError: The case is over or used up, or may not see its person any more.
        InputError: It is no message of that case.
        ConflictError: Its outcome is known.
    """
    case = await cases.loaded(engine, session, case)
    rows = await engine.data.all(sql.ContactsOfCase, case_id=case.id)
    if message_id not in {row.message_id for row in rows}:
        raise InputError(
            "expected a message of this case, found none",
            reason="contact-unknown",
            rests_on=f"purposes:{case.purpose}",
        )
    await cases.acting_about(engine, session, case, Act.MESSAGE_AGAIN)
    at = engine.ready()
    await send_again(engine, session, message_id, lambda tx: charge(tx, case.mandate, at))


async def contacts_of(engine: Engine, session: StaffSession, case: Case | str) -> list[Contact]:
    """Return what was written in a case and what became of it, newest first."""
    case = await cases.loaded(engine, session, case)
    rows = await engine.data.all(sql.ContactsOfCase, case_id=case.id)
    return [await _contact(engine, row.person_id, row.message_id) for row in rows]


async def contacts_to(engine: Engine, person_id: bytes) -> list[tuple[Contact, str]]:
    """Return what was written to a person from cases, newest first, each with its text, for the person themselves."""
    rows = await engine.data.all(sql.ContactsOfPerson, person_id=person_id)
    found = []
    for row in rows:
        one = await _contact(engine, person_id, row.message_id)
        said = await words_of(engine, person_id, CONTACT, row.message_id, row.key_id, row.sealed)
        found.append((one, said.text if said else ""))
    return found


async def _contact(engine: Engine, person_id: bytes, message_id: str) -> Contact:
    async def body(tx: Transaction) -> tuple[sql.ContactGet | None, sql.OutboxFind | None, MessageState | None]:
        sent = await tx.one(sql.OutboxFind, message_id=message_id)
        state = await state_of(tx, message_id, sent) if sent is not None else None
        return await tx.one(sql.ContactGet, person_id=person_id, message_id=message_id), sent, state

    contact, _, state = await engine.data.read(body)
    if contact is None:
        raise ErasedError("expected a message, found it gone with its person", reason="erased")
    if state is None:
        state = MessageState(ASKED, "", contact.written_at, "")
    said = await words_of(engine, person_id, CONTACT, message_id, contact.key_id, contact.sealed)
    said = said or Said("", "", "")
    return Contact(
        message_id, Exit(contact.channel), said.title, contact.written_at, state.word, state.reason,
        state.at, state.sheet, contact.marked_at is not None, contact.settled_at, said.kind, said.why, said.asked_at,
    )  # fmt: skip


# -------------------------------------------------------------------- small things


async def _load(engine: Engine, person_id: bytes, mandate: Mandate | None = None, channel: str = "") -> Person:
    """Load whom a message is for, with the address of its way."""
    item = ""
    if mandate is not None:
        item = address_item(
            engine.policy.policy, engine.policy.policy.purposes[mandate.purpose], require_channel(mandate, channel)
        )
    try:
        return await engine.people.load(person_id, (item,) if item else ())
    except ErasedError:
        raise NotFoundError(
            "no person this mandate may see", needed="another person, or nothing: they may have been erased"
        ) from None


def typed_title(title: str) -> str:
    """Return a subject as it is kept.

    Raises:
        InputError: It is empty, too long, or holds a control, direction or invisible character.
    """
    if len(title) > limits.CONTACT_TITLE_CHARACTERS or not title.strip():
        raise _long()
    guard_individual_number(title, "title")
    return readable(title, "title")


def typed_text(text: str) -> str:
    """Return a text as it is kept: readable characters, lines as typed.

    Raises:
        InputError: It is empty, too long, or holds a control, direction or invisible character.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(text) > limits.CONTACT_TEXT_CHARACTERS or not text.strip():
        raise _long()
    kept = [
        readable(one[i : i + 2000], "text") if one.strip() else ""
        for one in lines
        for i in range(0, max(len(one), 1), 2000)
    ]
    guard_individual_number(text, "text")
    return "\n".join(kept).strip("\n")


def _long() -> InputError:
    return InputError(
        f"expected a subject of at most {limits.CONTACT_TITLE_CHARACTERS} and a text of at most "
        f"{limits.CONTACT_TEXT_CHARACTERS} characters",
        reason="contact-text",
        hint="shorten it, or write something",
    )


def _act(mandate: Mandate) -> Act:
    """Return what writing is, by who writes: a program, or a member of staff."""
    return Act.PROGRAM_WRITE if mandate.kind == PROGRAM else Act.CONTACT_WRITE


async def _refused(  # noqa: PLR0913 -- what was refused, of whom, and why
    engine: Engine, mandate: Mandate, person: Person, way: Exit, item: str, answer: Refused
) -> DeniedError:
    """Record the refusal, with its clause, where the person sees it; return the error."""
    entry_id = await record(
        engine, holder_of(mandate), _act(mandate), about(person),
        outcome=Outcome.REFUSED, clause=answer.clause, exit=way.value,
        refused=(Refusal(item, answer.step, answer.reason, answer.clause),) if item else (),
        facts=() if item else (("reason", answer.reason),),
    )  # fmt: skip
    return DeniedError(
        f"{item or way.value} refused for {mandate.purpose} at step {answer.step}: {answer.reason}",
        step=answer.step,
        items=(item,) if item else (),
        needed=answer.needed,
        entry_id=entry_id,
        reason=answer.reason,
        clause=f"§{answer.clause}" if answer.clause else "",
    )
