"""What a person is told once staff have entered something for them: by the way they gave, with a code that takes it all back."""

from __future__ import annotations

from kept.errors import ErasedError, EvidenceError, InputError
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.day import begin_of
from kept.policy.words import Exit
from kept.services.accounts.first_sign_in import may_sign_in_first
from kept.services.engine.dispatchers import Compose, Waiting, Words, in_their_language
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.gate.witnessed_form import TAKEN, TELLING, WitnessedForm, code_of, spaced, standing
from kept.services.messages.confirmations import ask_about_new, ask_by_people, mandate_to, slots_of
from kept.services.messages.first_code import with_first_code
from kept.services.messages.letter_words import date_words
from kept.services.messages.outbox import new_message_id, put_in_outbox
from kept.services.staff.bulk_approval import ONE_PERSON, insert_mandate
from kept.store.interface import Transaction

ORIGIN = "witnessed"
TITLE = {
    "en": {"paper": "What you gave {controller} on paper", "call": "What you told {controller} by phone"},
    "ja": {"paper": "【{controller}】書面でお預かりした内容", "call": "【{controller}】お電話で伺った内容"},
}
TEXT = {
    "en": (
        "On {day} this was given to us {how}, with our notice {read}, entered by a member of our staff and witnessed by another: "
        "{items}.\n\n{yes}"
        "If it was you, there is nothing to do.\n\n"
        "If it was not, or if it is not what you gave: open this page and type the code. Everything that came with it is taken "
        "back, and we may do nothing with it.\n\n{page}\n\n{code}\n\n"
        "You may also do that on “My data”, or write to {contact} and name the code."
    ),
    "ja": (
        "{day}に{how}次の項目をお預かりしました。その際、当社の通知を{read}、当社の担当者が入力し、別の担当者が立ち会って確認しました。"
        "項目：{items}\n\n{yes}"
        "ご本人のお申し出であれば、お手続きは不要です。\n\n"
        "お心当たりがない場合や、お渡しいただいた内容と違う場合は、次のページを開いて確認番号を入力してください。"
        "その際にお預かりしたものはすべて取り消し、利用いたしません。\n\n{page}\n\n{code}\n\n"
        "「マイデータ」からも、また確認番号を添えた {contact} へのご連絡でも承ります。"
    ),
}
YES = {"en": "You said yes to: {yes}.\n\n", "ja": "同意いただいた利用：{yes}\n\n"}
HOW = {"en": {"paper": "on paper", "call": "by phone"}, "ja": {"paper": "書面で", "call": "お電話で"}}
READ = {"en": {"paper": "handed over", "call": "read out"}, "ja": {"paper": "お渡しし", "call": "読み上げ"}}


async def tell(engine: Engine, person_id: bytes, form_id: str) -> None:
    """Let one message wait that says what was entered, and how to take it back.

    It goes to an address that was given with it: the message that asks its owner to confirm it says so, a letter where only a
    postal address was given. Where none was given, it goes by a way the person confirmed before.

    Args:
        engine: Open.
        person_id: 16 bytes.
        form_id: A form that was taken in.
    """
    if not engine.dispatchers:
        return  # a start finishes what a kill interrupted before anything carries a message: the minute's work tells
    try:
        form = (await standing(engine, form_id)).form
        await ask_about_new(engine, person_id, form.slots)
        person = await engine.people.load(person_id, None)
        if not any(person.state.slots[one].asked is not None for one in form.slots if one in person.state.slots):
            await _write_to(engine, person, form_id, form)
    except EvidenceError:
        return  # it waits, and so does nobody else: `kept verify` names what does not hold, and it is told once that does again
    except (InputError, ErasedError):
        pass  # erased meanwhile: nobody is left to tell
    await engine.data.write(lambda tx: _told(tx, form_id, engine.ready()))


async def _write_to(engine: Engine, person: Person, form_id: str, form: WitnessedForm) -> None:
    """Let it wait by the first way there is: one that was given with it, or one confirmed before."""
    found = {channel: slot for slot, channel in slots_of(engine, person.state)}
    given = {channel: slot for channel, slot in found.items() if slot in form.slots}
    for ways in (given, found):
        for channel in CHANNEL_TABLE:
            if channel in ways and await _let_wait(engine, person, form_id, ways[channel], channel):
                return


async def _let_wait(engine: Engine, person: Person, form_id: str, slot: str, channel: Exit) -> bool:
    """Let it wait by one way; return whether there is one: a number nobody confirmed is asked about instead, by a call."""
    if channel not in engine.dispatchers:
        return False
    if CHANNEL_TABLE[channel].confirmation != "not-needed" and person.state.slots[slot].confirmed_at is None:
        return await ask_by_people(engine, person, slot)
    mandate = await mandate_to(engine, person, slot, channel)
    if mandate is None:
        return False
    waiting, at = (
        Waiting(person.id, new_message_id(), ORIGIN, form_id, mandate.purpose, channel, mandate.id, 0),
        engine.ready(),
    )

    async def write(tx: Transaction) -> None:
        await insert_mandate(tx, mandate, kind=ONE_PERSON)
        await put_in_outbox(tx, waiting, at)
        await _told(tx, form_id, at)

    await engine.data.write(write)
    return True


async def _told(tx: Transaction, form_id: str, at: float) -> None:
    await tx.run("witnessed_end", form_id=form_id, expected=TELLING, status=TAKEN, reason="", at=at, sealed=b"")


class WitnessedOrigin:
    """Messages that say what staff entered for somebody.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def compose(self, waiting: Waiting) -> Compose | None:
        """Return the words; nothing once it was taken back."""
        try:
            found = await standing(self._engine, waiting.origin_id)
        except (InputError, ErasedError, EvidenceError):
            return None
        if found.status != TAKEN:
            return None
        first = waiting.channel is not Exit.PHONE and await may_sign_in_first(self._engine, waiting.person_id, found)

        def words(language: str) -> Words:
            said = words_of(self._engine, found.id, found.form, language)
            return with_first_code(self._engine, found.id, said, language) if first else said

        return in_their_language(words)


def words_of(engine: Engine, form_id: str, form: WitnessedForm, language: str) -> Words:
    """Return what is told: names of items and purposes, no value; whoever reads it may be somebody else."""
    policy = engine.policy.policy
    spoken = language if language in TEXT else "en"
    said = {**policy.controller, **policy.controllers.get(spoken, {})}
    purposes = dict.fromkeys(purpose for purpose, _ in form.ticks if purpose in policy.purposes)
    comma = {"en": ", ", "ja": "、"}[spoken]
    agreed = comma.join(policy.purposes[one].titles.get(spoken, one) for one in purposes)
    items = [policy.items[one].titles.get(spoken, one) for one in form.slots if one in policy.items]
    parts = {
        "controller": said["name"],
        "contact": said.get("contact", said["name"]),
        "day": date_words(begin_of(form.given_on, engine.zone), spoken, engine.zone),
        "how": HOW[spoken][form.how],
        "read": READ[spoken][form.how],
        "items": comma.join(items) or "–",
        "yes": YES[spoken].format(yes=agreed) if agreed else "",
        "page": f"{engine.site}/{spoken}/not-me",
        "code": spaced(code_of(engine, form_id)),
    }
    return Words(TITLE[spoken][form.how].format(**parts), TEXT[spoken].format(**parts))
