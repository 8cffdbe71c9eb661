"""Looking into an alarm of the board, of look-ups or of sign-ins: who of staff did, when, and what they found, in a line.

What comes on top of what was looked at stands again. Who came to the limit themselves does not look into that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from kept import limits
from kept.crypto.digest import framed, sha256
from kept.errors import DeniedError, InputError
from kept.services.accounts.guesses import alarms_by_day
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import entry_of
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.gate.look_ups import at_the_limit
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number
from kept.vault.text import readable

RECORD, LOOK_UPS = "looked-into", "look-ups"


class LookedInto(msgspec.Struct, frozen=True):
    """What is sealed of looking into one.

    Args:
        count: How often it had happened then.
        by: Login of who looked.
        at: When, unix seconds.
        note: What they found.
    """

    count: int
    by: str
    at: float
    note: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of a day.

    Args:
        id: A number that follows from what it is.
        kind: `look-ups`, `many-accounts` or `two-networks`.
        day: In the policy's zone, YYYY-MM-DD.
        count: How often.
        actor: Whose look-ups they were, as entries call them; empty for a sign-in, which names nobody.
        purpose: Of the look-ups; empty for a sign-in.
        made: Look-ups made that day; 0 for a sign-in.
        looked: Who looked into it last; None where nobody did.
    """

    id: str
    kind: str
    day: str
    count: int
    actor: str = ""
    purpose: str = ""
    made: int = 0
    looked: LookedInto | None = None

    @property
    def standing(self) -> bool:
        """Whether nobody looked into it, or it went on since."""
        return self.looked is None or self.count > self.looked.count


async def alarms(engine: Engine) -> list[Alarm]:
    """Return the alarms of the last days, of look-ups and of sign-ins, the newest day of each first."""
    found = [
        Alarm(_id(LOOK_UPS, one.actor, one.purpose, one.day), LOOK_UPS, one.day, one.refused, one.actor, one.purpose, one.tried)
        for one in await at_the_limit(engine)
    ]  # fmt: skip
    found += [Alarm(_id(one.kind, one.day), one.kind, one.day, one.count) for one in await alarms_by_day(engine)]
    return [replace(one, looked=await _looked(engine, one.id)) for one in found]


async def look_into(engine: Engine, session: StaffSession, alarm_id: str, note: str) -> None:
    """Say that an alarm was looked into, and what was found.

    Args:
        engine: Open.
        session: With the right `approve`, and not whose look-ups they were.
        alarm_id: Of an alarm of the list.
        note: One line; about nobody's data, and sealed.

    Raises:
        DeniedError: The right is missing, or they are their own look-ups.
        InputError: No such alarm, or no line, or too long a one.
    """
    role = session.require(engine, "approve")
    found = next((one for one in await alarms(engine) if one.id == alarm_id), None)
    if found is None:
        raise InputError(
            "expected an alarm of the board, found none",
            reason="alarm-unknown",
            hint="look at the board again",
            rests_on="roles",
        )
    if found.actor == session.actor:
        raise DeniedError(
            "expected somebody else to look into an alarm, found who set it off",
            step=1,
            needed="another member of staff",
            reason="alarm-own",
            rests_on="roles",
        )
    if not note.strip() or len(note) > limits.ALARM_NOTE_CHARACTERS:
        raise InputError(
            f"expected a line of 1 to {limits.ALARM_NOTE_CHARACTERS} characters on what was found, found none or a longer one",
            field="note",
            reason="alarm-note",
            hint="say what it was; no customer’s data",
            rests_on="roles",
        )
    guard_individual_number(note, "note")
    at = engine.ready()
    said = LookedInto(found.count, session.login, at, readable(note, "note"))
    sealed = seal_installation_record(engine, RECORD, found.id, msgspec.json.encode(said))
    facts = (("alarm", found.id), ("kind", found.kind), ("day", found.day), ("times", str(found.count)))
    entry = entry_of(engine, session.acting(role=role), Act.ALARM_LOOK, at=at, facts=facts)

    async def body(tx: Transaction) -> None:
        await tx.run("looked_into_put", alarm_id=found.id, day=found.day, sealed=sealed)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def _looked(engine: Engine, alarm_id: str) -> LookedInto | None:
    sealed = await engine.data.value(sql.LookedIntoGet, alarm_id=alarm_id)
    if sealed is None:
        return None
    return msgspec.json.decode(open_installation_record(engine, RECORD, alarm_id, sealed), type=LookedInto)


def _id(*parts: str) -> str:
    return sha256(framed(b"kept/board-alarm/v1", *(one.encode() for one in parts))).hex()[:32]
