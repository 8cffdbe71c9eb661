"""Telling of an answer: what became of a request goes to the person too, by the way they wanted it, as a service notice.

By mail to an address its owner confirmed, else by letter; by letter first where they asked for paper. It says what was decided of
each part, and no value: those are in the answer itself. It goes under a purpose of the policy that sends service notices,
decided again as it leaves; where none does, or the person stopped it, the answer stands on my data alone.
"""

from __future__ import annotations

from kept.errors import ErasedError, EvidenceError, InputError
from kept.policy.day import day_of
from kept.policy.decision import Mandate
from kept.policy.duties import noticing
from kept.policy.needs import WARNING
from kept.policy.words import Exit
from kept.services.engine.dispatchers import Compose, Waiting, Words, in_their_language
from kept.services.engine.engine import Engine
from kept.services.gate.state_change import Extra
from kept.services.messages.outbox import new_message_id, put_in_outbox
from kept.services.messages.own_mandate import own_mandate
from kept.services.my_data.rights_letter import decided, left_out, title_of
from kept.services.my_data.rights_record import OWN_PAGE, Request, load
from kept.services.staff.bulk_approval import ONE_PERSON, insert_mandate
from kept.store.interface import Transaction

ORIGIN = "rights-answer"
TITLE = {"en": "Our answer to your request no. {number}", "ja": "ご請求 第{number}号へのご回答について"}
TEXT = {
    "en": (
        "You asked {controller} about your own information; it reached us on {received}, and we answered on {answered}.\n\n"
        "{parts}\n\n{where}\n\nIf you did not ask, or do not agree, write to {complaints}."
    ),
    "ja": (
        "{controller}へのご自身の情報に関するご請求（{received}受付）に、{answered}に回答いたしました。\n\n"
        "{parts}\n\n{where}\n\nお心当たりがない場合やご不服がある場合は、{complaints} へご連絡ください。"
    ),
}
WHERE = {
    "en": {
        True: "The answer itself lies on My data, after a sign-in: {page}",
        False: "The answer itself is handed to you in the way you asked for. What was decided also stands on My data: {page}",
    },
    "ja": {
        True: "回答の内容は、サインインのうえ「マイデータ」でご覧ください：{page}",
        False: "回答の内容は、ご希望の方法でお渡しします。ご請求と決定は「マイデータ」でもご覧いただけます：{page}",
    },
}


async def telling(engine: Engine, found: Request) -> Extra | None:
    """Return what lets one message wait, in the transaction that finishes a request; None where nothing may go.

    Args:
        engine: Open.
        found: The request of somebody we know, decided.
    """
    purposes = noticing(engine.policy.policy)
    if found.record is None or not found.person_id:
        return None
    try:
        person = await engine.people.load(found.person_id)
    except (ErasedError, EvidenceError):
        return None
    ways = (Exit.POST, Exit.MAIL) if found.record.format == "paper" else (Exit.MAIL, Exit.POST)
    at = engine.ready()
    for channel in (one for one in ways if one in engine.dispatchers):
        for purpose in purposes:
            mandate = await own_mandate(engine, WARNING, purpose, person, channel, at)
            if mandate is not None:
                waiting = Waiting(person.id, new_message_id(), ORIGIN, found.id, purpose.id, channel, mandate.id, 0)
                return _let_wait(waiting, mandate, at)
    return None


def _let_wait(waiting: Waiting, mandate: Mandate, at: float) -> Extra:
    async def write(tx: Transaction) -> None:
        await insert_mandate(tx, mandate, kind=ONE_PERSON)
        await put_in_outbox(tx, waiting, at)

    return write


class RightsOrigin:
    """Messages that tell what became of a request.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def compose(self, waiting: Waiting) -> Compose | None:
        """Return the words; nothing where the request is not theirs or not answered."""
        try:
            found = await load(self._engine, waiting.origin_id)
        except (InputError, EvidenceError):
            return None
        if found.person_id != waiting.person_id or found.record is None or found.row.finished_at is None:
            return None
        return in_their_language(lambda language: words_of(self._engine, found, language))


def words_of(engine: Engine, found: Request, language: str) -> Words:
    """Return what is told: what was decided of each part, and no value."""
    policy, spoken = engine.policy.policy, language if language in TEXT else "en"
    said = {**policy.controller, **policy.controllers.get(spoken, {})}
    lines = []
    for one in found.record.parts if found.record else ():
        lines.append(f"{title_of(policy, one, spoken)}: {decided(policy, one, spoken)}")
        lines.extend(left_out(policy, one, spoken))
    page = f"{engine.site}/{spoken}/my-data/requests"
    parts = {
        "number": found.row.number,
        "controller": said["name"],
        "complaints": said.get("complaints") or said.get("contact", said["name"]),
        "received": day_of(found.row.received_at, policy.zone),
        "answered": day_of(found.row.finished_at or 0.0, policy.zone),
        "parts": "\n".join(lines),
        "where": WHERE[spoken][found.row.channel == OWN_PAGE].format(page=page),
    }
    return Words(TITLE[spoken].format(**parts), TEXT[spoken].format(**parts))
