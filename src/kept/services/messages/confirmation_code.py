"""The code that asks the owner of an address to confirm it, and the message that carries it.

A code follows from whom, which value and the how-manieth asking it is of, by a key of the installation: it is kept nowhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from kept import limits
from kept.crypto.digest import framed, hmac_sha256, same
from kept.errors import ErasedError, EvidenceError
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.person import PersonState
from kept.policy.words import WITNESSED as WITNESSED_SOURCES
from kept.policy.words import Exit
from kept.services.accounts.first_sign_in import may_sign_in_first
from kept.services.engine.dispatchers import Compose, Opened, Waiting, Words
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.gate.witnessed_form import Standing, forms_of, spaced
from kept.services.gate.witnessed_form import code_of as witnessed_code
from kept.services.messages.first_code import with_first_code

ORIGIN = "confirmation"
CODE_DIGITS = 8

TITLE = {"en": "Is this yours? {controller} asks", "ja": "【{controller}】ご連絡先の確認"}
TEXT = {
    "en": (
        "Somebody, perhaps you, gave this to {controller} as a way to reach them ({way}).\n\n"
        "If it was you, type this code on “My data”, within {days} days:\n\n{code}\n\n{link}"
        "If it was not you, do nothing: nothing else will be sent here."
    ),
    "ja": (
        "{controller}のご連絡先（{way}）として、こちらが登録されました。\n\n"
        "ご本人のご登録であれば、{days}日以内に「マイデータ」で次の確認番号を入力してください。\n\n{code}\n\n{link}"
        "お心当たりがない場合は、何もなさらないでください。ほかのご案内をこちらにお送りすることはありません。"
    ),
}
LINK = {
    "en": "Or open the link at the end of this message, and press “Confirm”.\n\n",
    "ja": "または、このご案内の末尾のリンクを開き、「確認する」を押してください。\n\n",
}
WITNESSED = {
    "en": (
        "\n\nIt was given {how}, and our staff entered it for you, together with: {items}. If that was not you, or is not what you "
        "gave, you can take back everything that came with it: open this page and type the code below it.\n\n{page}\n\n{disown}"
    ),
    "ja": (
        "\n\nこのご連絡先は{how}お預かりし、当社の担当者が次の項目とともに入力しました：{items}。お心当たりがない場合や、お渡しいただいた内容と"
        "違う場合は、その際にお預かりしたものをすべて取り消せます。次のページを開いて、その下の確認番号を入力してください。\n\n{page}\n\n{disown}"
    ),
}
HOW = {"en": {"paper": "on paper", "call": "by phone"}, "ja": {"paper": "書面で", "call": "お電話で"}}
SCRIPT = {
    "en": (
        "Ask for nobody by name. Say: somebody, perhaps you, gave this number to {controller}. If it was you, type this code "
        "on “My data”, within {days} days:\n\n{code}\n\nIf it was not you, we are sorry to have disturbed you: we do not call again."
    ),
    "ja": (
        "お名前はお呼びしないでください。「{controller}のご連絡先として、この電話番号が登録されました。ご本人のご登録であれば、"
        "{days}日以内に『マイデータ』で次の確認番号を入力してください」\n\n{code}\n\n"
        "「お心当たりがなければ、失礼いたしました。こちらからお電話することはもうございません」"
    ),
}


class Asking(NamedTuple):
    """Which asking it is.

    Args:
        slot: Slot of the address.
        version: Version of its value.
        times: How often its owner was asked, from 1.
    """

    slot: str
    version: int
    times: int

    def word(self) -> str:
        """Return it as the id of a message's origin."""
        return f"{self.slot}/{self.version}/{self.times}"


def parse_asking(word: str) -> Asking:
    """Read an id that `Asking.word` wrote."""
    slot, version, times = word.rsplit("/", 2)
    return Asking(slot, int(version), int(times))


def asking_now(state: PersonState, slot: str, at: float) -> Asking | None:
    """Return the asking whose code would be taken now; None when there is none, or its time or its tries are over."""
    held = state.slots.get(slot)
    if held is None or held.asked is None or held.confirmed_at is not None or state.status != "active":
        return None
    if at > held.asked.at + limits.CONFIRMATION_SECONDS or held.asked.wrong >= limits.CONFIRMATION_WRONG_CODES:
        return None
    return Asking(slot, held.version, held.asked.times)


def code_of(engine: Engine, person_id: bytes, asking: Asking) -> str:
    """Return the code of an asking, 8 digits."""
    drawn = hmac_sha256(
        engine.keyring.installation_key("tokens"),
        framed(b"kept/confirmation-code/v1", person_id, asking.word().encode()),
    )
    return f"{int.from_bytes(drawn) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def is_code(engine: Engine, person_id: bytes, asking: Asking, typed: str) -> bool:
    """Whether what was typed is the code; spaces, hyphens and full-width digits are how people type it."""
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed))
    return same(plain.encode(), code_of(engine, person_id, asking).encode())


class ConfirmationOrigin:
    """Messages that ask the owner of an address to confirm it.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def compose(self, waiting: Waiting) -> Compose | None:
        """Return the words; nothing once it is confirmed, corrected, removed, over, or asked again."""
        try:
            state = (await self._engine.people.load(waiting.person_id)).state
            asking = parse_asking(waiting.origin_id)
            if asking_now(state, asking.slot, self._engine.clock.now()) != asking:
                return None
            held = state.slots[asking.slot]
            forms = await forms_of(self._engine, waiting.person_id) if held.source in WITNESSED_SOURCES else []
        except (ErasedError, EvidenceError):
            return None
        entered = next((one for one in forms if one.form.taken_at == held.corrected_at), None)
        first = (
            entered is not None
            and waiting.channel is not Exit.PHONE
            and await may_sign_in_first(self._engine, waiting.person_id, entered)
        )

        def words(person: Person, opened: Opened) -> Words:
            del opened
            said = _words(self._engine, person, waiting.channel, code_of(self._engine, person.id, asking))
            if entered is None:
                return said
            told = Words(said.title, said.text + _entered(self._engine, entered, person))
            return with_first_code(self._engine, entered.id, told, person.state.language) if first else told

        return words


def _words(engine: Engine, person: Person, channel: Exit, code: str) -> Words:
    policy, language = engine.policy.policy, person.state.language
    parts = {
        "controller": policy.controllers.get(language, policy.controller)["name"],
        "way": _in(CHANNEL_TABLE[channel].words, language),
        "days": str(int(limits.CONFIRMATION_SECONDS // limits.DAY)),
        "code": f"{code[:4]} {code[4:]}",
        "link": _in(LINK, language) if channel is Exit.MAIL else "",
    }
    text = SCRIPT if channel is Exit.PHONE else TEXT
    return Words(_in(TITLE, language).format(**parts), _in(text, language).format(**parts))


def _entered(engine: Engine, entered: Standing, person: Person) -> str:
    """Say that staff entered it, and how to take it back; no value is named."""
    items, language = engine.policy.policy.items, person.state.language
    spoken = language if language in WITNESSED else "en"
    titles = [items[one].titles.get(spoken, one) for one in entered.form.slots if one in items]
    return WITNESSED[spoken].format(
        how=HOW[spoken][entered.form.how],
        items={"en": ", ", "ja": "、"}[spoken].join(titles),
        page=f"{engine.site}/{spoken}/not-me",
        disown=spaced(witnessed_code(engine, entered.id)),
    )


def _in(words: Mapping[str, str], language: str) -> str:
    return words.get(language, words["en"])
