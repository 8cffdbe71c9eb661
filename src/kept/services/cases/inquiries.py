"""Inquiries: somebody asked us to get in touch; what is written in the case that takes one up is a reply.

A person asks on their own page, or staff note in a case that they asked by phone, letter, mail or at the desk. No text is kept
of it. What staff noted lets a reply go like what the person asked themselves, but not to an address on a stop list.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ConflictError, InputError, LimitError
from kept.policy.change import require_staying
from kept.policy.duties import replying
from kept.services.cases import cases
from kept.services.cases.cases import Case
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.record import about, entry_of
from kept.services.engine.sealed_record import open_persons_record, seal_persons_record
from kept.services.gate.own_session import Own
from kept.services.staff.mandates import charge
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

RECORD = "inquiry"
OWN_PAGE = "own-page"
NOTED = ("call", "letter", "mail", "desk")
"""Ways that staff note."""


class Asked(msgspec.Struct, frozen=True):
    """What is sealed of an inquiry.

    Args:
        way: `own-page`, or one of `NOTED`.
        purpose: Purpose it is answered for.
        at: When, unix seconds.
        case: Id of the case that took it up; empty while it waits.
    """

    way: str
    purpose: str
    at: float
    case: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """An inquiry as it is shown.

    Args:
        id: Its number.
        way: How they asked.
        purpose: Purpose it is answered for.
        at: When, unix seconds.
        case: Id of the case that took it up; empty while it waits.
        answered_at: When a reply was written, unix seconds; None before.
    """

    id: str
    way: str
    purpose: str
    at: float
    case: str
    answered_at: float | None

    @property
    def own(self) -> bool:
        """Whether the person asked themselves, signed in."""
        return self.way == OWN_PAGE


async def ask(engine: Engine, own: Own) -> str:
    """Ask to be got in touch with; return the inquiry's number.

    Args:
        engine: Open.
        own: The person's session.

    Raises:
        InputError: No purpose of the policy replies, or their account is being erased.
        LimitError: As many wait as may.
    """
    purpose = replying(engine.policy.policy)
    if purpose is None:
        raise InputError(
            "expected a policy with a purpose that replies, found none",
            reason="inquiry-undeclared",
            hint="declare `messages` with `reply` on the purpose that answers people",
        )
    since = engine.clock.now() - limits.REPLY_SECONDS  # what is older cannot be answered any more, and so waits no more
    known = await inquiries_of(engine, own.person_id)
    waiting = sum(one.answered_at is None and one.own and one.at > since for one in known)
    person, at, inquiry_id = await engine.people.load(own.person_id), engine.ready(), random_id()
    require_staying(person.state)  # nobody could be answered: nothing is released of who is being erased
    asked = Asked(OWN_PAGE, purpose.id, at)
    entry = entry_of(
        engine, own.acting(), Act.INQUIRY_ASK, about(person), at=at, rests_on=f"purposes:{purpose.id}",
        facts=(("inquiry", inquiry_id),),
    )  # fmt: skip

    async def body(tx: Transaction) -> None:
        meanwhile = len(await tx.all(sql.InquiriesOfPerson, person_id=person.id)) - len(known)  # in another window
        if waiting + meanwhile >= limits.INQUIRIES_OF_A_PERSON:
            raise LimitError(
                "expected fewer inquiries that wait for an answer, found as many as may",
                retry_after_seconds=int(limits.DAY),
                reason="inquiries",
                hint="what you asked waits; an answer comes",
                rests_on=f"purposes:{purpose.id}",
            )
        await _put(engine, tx, person.id, person.keys, inquiry_id, asked)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return inquiry_id


async def note_in_case(engine: Engine, session: StaffSession, case: Case | str, way: str) -> str:
    """Note that a case's person asked us, by phone say; they see it. Return the inquiry's number.

    Raises:
        InputError: No such way, the case holds nobody, or somebody who is being erased.
        DeniedError: The case is over or used up, is an emergency, or may not see its person any more.
    """
    case = await cases.loaded(engine, session, case)
    person = await cases.acting_about(engine, session, case, Act.INQUIRY_NOTE)
    require_staying(person.state)
    if way not in NOTED:
        raise InputError(
            "expected how they asked, found another way",
            reason="inquiry-way",
            hint=f"one of {', '.join(NOTED)}",
            rests_on=f"purposes:{case.purpose}",
        )
    at, inquiry_id = engine.ready(), random_id()
    asked = Asked(way, case.purpose, at, case.id)
    entry = entry_of(
        engine, case.actor, Act.INQUIRY_NOTE, about(person), at=at, rests_on=f"purposes:{case.purpose}",
        facts=(("inquiry", inquiry_id), ("way", way)),
    )  # fmt: skip

    async def body(tx: Transaction) -> None:
        await charge(tx, case.mandate, at)
        await _put(engine, tx, person.id, person.keys, inquiry_id, asked)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return inquiry_id


async def waiting_inquiries(engine: Engine, session: StaffSession) -> list[Inquiry]:
    """Return what waits for somebody with a role of this member of staff, the oldest first; nobody is named.

    What somebody asked who is being erased waits as well, and is shown again where they undo that.
    """
    found: list[Inquiry] = []
    async for row in _waiting(engine):
        inquiry = await _opened(engine, row.person_id, row)
        mine = inquiry is not None and session.role_for(engine, inquiry.purpose)
        if inquiry is not None and mine and await engine.people.stays(row.person_id):
            found.append(inquiry)
        if len(found) == limits.INQUIRIES_SHOWN:
            break
    return found


async def _waiting(engine: Engine) -> AsyncIterator[sql.InquiriesWaiting]:
    """Yield the inquiries that may still be answered, the oldest first; one noted of a call that was answered there goes by itself.

    All of them, page by page: which role answers one is sealed, so what waits for one role may stand behind much that does not.
    """
    since, after = engine.clock.now() - limits.REPLY_SECONDS, "~"  # no number begins with a tilde: later ones alone
    while rows := await engine.data.all(sql.InquiriesWaiting, since=since, after=after, limit=limits.INQUIRIES_SHOWN):
        for row in rows:
            yield row
        since, after = rows[-1].asked_at, rows[-1].inquiry_id


async def take(engine: Engine, session: StaffSession, inquiry_id: str) -> Case:
    """Open a case that holds whoever asked, without looking for anybody; return it.

    Raises:
        InputError: No such inquiry waits.
        DeniedError: No role of theirs has the purpose.
        ConflictError: Somebody else took it.
    """
    row = await anext((one async for one in _waiting(engine) if one.inquiry_id == inquiry_id), None)
    found = await _opened(engine, row.person_id, row) if row else None
    if row is None or found is None or not await engine.people.stays(row.person_id):
        raise InputError(
            "expected an inquiry that waits, found none", reason="inquiry-unknown", hint="look at the list again"
        )
    person, at = await engine.people.load(row.person_id), engine.ready()
    role = session.role_for(engine, found.purpose)

    async def bind(tx: Transaction, case_id: str, number: int) -> None:
        key_id, sealed = _seal(engine, person.keys, inquiry_id, Asked(found.way, found.purpose, found.at, case_id))
        if not await tx.run(
            "inquiry_take",
            person_id=person.id,
            inquiry_id=inquiry_id,
            before=found.case,
            case_id=case_id,
            key_id=key_id,
            sealed=sealed,
        ):
            raise ConflictError(
                "expected an inquiry that waits, found it taken", reason="inquiry-taken", hint="look at the list again"
            )
        await tx.run("case_person_insert", person_id=person.id, case_id=case_id, bound_at=at)
        entry = entry_of(
            engine, session.acting(role=role, purpose=found.purpose, case=str(number)), Act.INQUIRY_TAKE, about(person),
            at=at, rests_on=f"purposes:{found.purpose}", facts=(("inquiry", inquiry_id),),
        )  # fmt: skip
        await insert_entries(tx, [entry], at)

    return await cases.open_case(engine, session, found.purpose, also=bind)


async def inquiry_of(engine: Engine, case: Case) -> Inquiry | None:
    """Return the newest inquiry a case took up; None where its person did not ask."""
    if not case.person_id:
        return None
    found = [one for one in await inquiries_of(engine, case.person_id) if one.case == case.id]
    return max(found, key=lambda one: one.at, default=None)


async def inquiry_for(engine: Engine, person_id: bytes, purpose: str) -> Inquiry | None:
    """Return the oldest inquiry of a person's own that waits for an answer of a purpose; None where none does."""
    found = [
        one for one in await inquiries_of(engine, person_id)
        if one.own and not one.case and one.purpose == purpose and one.answered_at is None
    ]  # fmt: skip
    return min(found, key=lambda one: one.at, default=None)


async def inquiries_of(engine: Engine, person_id: bytes) -> list[Inquiry]:
    """Return what a person asked, the newest first."""
    rows = await engine.data.all(sql.InquiriesOfPerson, person_id=person_id)
    found = [await _opened(engine, person_id, row) for row in rows]
    return [one for one in found if one is not None]


async def _opened(
    engine: Engine, person_id: bytes, row: sql.InquiriesOfPerson | sql.InquiriesWaiting
) -> Inquiry | None:
    """Return an inquiry from its row; None once its person is erased. A row that was moved to another case has none."""
    keys, _ = await engine.keyring.of_person(person_id)
    if keys is None:
        return None
    raw = open_persons_record(engine, keys, RECORD, row.inquiry_id, row.key_id, row.sealed)
    said = msgspec.json.decode(raw, type=Asked)
    return Inquiry(row.inquiry_id, said.way, said.purpose, said.at, said.case, row.answered_at)


def _seal(engine: Engine, keys: PersonKeys, inquiry_id: str, asked: Asked) -> tuple[str, bytes]:
    return seal_persons_record(engine, keys, RECORD, inquiry_id, msgspec.json.encode(asked))


async def _put(  # noqa: PLR0913 -- what a row is
    engine: Engine, tx: Transaction, person_id: bytes, keys: PersonKeys, inquiry_id: str, asked: Asked
) -> None:
    key_id, sealed = _seal(engine, keys, inquiry_id, asked)
    await tx.run(
        "inquiry_put",
        person_id=person_id,
        inquiry_id=inquiry_id,
        case_id=asked.case,
        asked_at=asked.at,
        key_id=key_id,
        sealed=sealed,
    )
