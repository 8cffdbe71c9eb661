"""What a change of a person's state says no to: noted for the no-log in the transaction of the change."""

from __future__ import annotations

from kept.policy.person import PersonState
from kept.services.engine.no_log import No, note
from kept.store.interface import Transaction


async def note_noes(tx: Transaction, person_id: bytes, before: PersonState, after: PersonState, at: float) -> None:
    """Note every no in a change: choices, uses stopped or taken up again, values replaced or taken away, notices not accepted.

    Args:
        tx: The transaction of the change.
        person_id: Whose, 16 bytes.
        before: Their state before it.
        after: Their state from now on.
        at: Unix seconds.
    """
    for one in after.choices:
        if not one.allow and before.choice(one.purpose, one.exit) != one:
            way_out = one.exit.value if one.exit else ""
            await note(tx, No.CHOICE, one.at, person=person_id, purpose=one.purpose, exit=way_out, by=one.by)
    for purpose in sorted(set(before.stops) ^ set(after.stops)):
        await note(tx, No.USE, at, person=person_id, purpose=purpose, stopped=float(purpose in after.stops))
    for slot, held in before.slots.items():
        now = after.slots.get(slot)
        if now is None or now.version != held.version:
            await note(tx, No.VALUE, at, person=person_id, slot=slot)
    kept = {one.notice_id for one in after.grants}
    for notice_id in sorted({one.notice_id for one in before.grants} - kept):
        await note(tx, No.UNACCEPTED, at, person=person_id, notice=notice_id)
