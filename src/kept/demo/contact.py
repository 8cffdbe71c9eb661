"""The demo's contact from a case: support wrote Ms Mori a mail and a letter, printed it, and has her on a call sheet.

Without typst, or without a Japanese font on this machine, there is no letter: none is invented that could not be printed.
"""

from __future__ import annotations

from kept.channels.letter import japanese_font
from kept.errors import SettingError
from kept.policy.message_kind import MessageKind
from kept.services.cases import cases, contacts, inquiries
from kept.services.engine.engine import Engine
from kept.services.messages import letters
from kept.services.staff import sessions
from kept.services.upkeep.channels import set_up_channels

REPLY = MessageKind.REPLY.value
ADDRESS = "mori@example.jp"
MAIL = """Dear Ms Mori,

you asked whether licence 77 covers a printed calendar. It does, up to 5,000 copies.

We send you the licence by post as well, since you asked for paper."""
LETTER = """Dear Ms Mori,

here is what you asked for on paper: licence 77 covers a printed calendar of up to 5,000 copies, in Japan and abroad, without
a time limit.

Beyond 5,000 copies we will gladly extend it."""
CALL = """Ask whether the letter about licence 77 has arrived.
If the calendar will be larger than 5,000 copies: offer the extension. No advertising."""


async def invent_contact(engine: Engine) -> None:
    """Write to Ms Mori from a case.

    Args:
        engine: Open, with a channel for mail.
    """
    set_up_channels(engine)
    session = await sessions.session_of(engine, await sessions.start_demo_session(engine, "sato"))
    if session is None:
        raise RuntimeError("a session just started was not found")
    case = await cases.open_case(engine, session, "contact")
    case = await cases.find_in_case(engine, session, case.id, {"mail_address": ADDRESS})
    await inquiries.note_in_case(engine, session, case.id, "call")
    await contacts.write_to(engine, session, case.id, "mail", REPLY, MAIL)
    if prints():
        await contacts.write_to(engine, session, case.id, "post", REPLY, LETTER)
        await letters.fetch(engine, session, case.purpose, contacts.ORIGIN, str(case.number))
    await contacts.write_to(engine, session, case.id, "phone", REPLY, CALL)


def prints() -> bool:
    """Whether this machine can print a letter to a Japanese address."""
    try:
        return bool(japanese_font())
    except SettingError:
        return False
