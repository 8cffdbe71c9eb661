"""The record of a rights request: what it asks part by part, how who asks was checked, what was decided; one step at a time.

It is sealed under the key of the person it is about, and goes with them. A request by somebody we do not know is sealed under
the installation's key and says what was asked, nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ConflictError, InputError
from kept.policy.day import begin_of, day_of
from kept.policy.duties import purpose_for
from kept.policy.rights import GRAVE
from kept.policy.words import PurposeDuty, RightsKind
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.record import About, Actor, about_person, entry_of
from kept.services.engine.sealed_record import (
    open_installation_record,
    open_persons_record,
    seal_installation_record,
    seal_persons_record,
)
from kept.store import sql
from kept.store.interface import Transaction

KIND = "rights-request"
OPEN, CHECKED, WAITING, APPROVED, ANSWERING, FINISHED = (
    "open", "checked", "awaiting approval", "approved", "answering", "finished",
)  # fmt: skip
GRANTED, REFUSED, NOTHING_HELD, OVERTAKEN = "granted", "refused", "nothing held", "overtaken"
"""What became of a part; *overtaken*: the person changed that very value themselves after they wrote."""
OWN_PAGE = "my data"
"""How a request came that the person made signed in; the others are `CHANNELS`."""
CHANNELS = ("post", "call", "desk")
FORMATS = ("electronic", "paper")


class Part(msgspec.Struct, frozen=True):
    """One thing a request asks.

    Args:
        kind: A `RightsKind`.
        target: The item or purpose it names; empty where it names none.
        value: What is to be written; several lines for several options.
        version: Version of the value when the request came; 0 where there was none.
        outcome: What was decided; empty until then.
        ground: Declared ground of a refusal.
        withheld: Of a copy: items left out, each with its ground.
        done: Whether it was carried out.
    """

    kind: RightsKind
    target: str = ""
    value: tuple[str, ...] = ()
    version: int = 0
    outcome: str = ""
    ground: str = ""
    withheld: dict[str, str] = {}
    done: bool = False


class Agent(msgspec.Struct, frozen=True):
    """Who asks for the person.

    Args:
        name: As the letter says.
        authority: By what they may, a word of `AUTHORITIES`.
    """

    name: str
    authority: str


class Check(msgspec.Struct, frozen=True):
    """How it was checked who asks.

    Args:
        means: By what, a word of the closed list.
        compared: Items of the letter that were compared with what is held.
        by: Login of who checked; empty where a sign-in did.
        at: Unix seconds.
    """

    means: str
    compared: tuple[str, ...]
    by: str
    at: float


class Step(msgspec.Struct, frozen=True):
    """One step of a request: when, what, and in which role (empty: the person)."""

    at: float
    what: str
    role: str = ""


class Record(msgspec.Struct, frozen=True):
    """Everything a request says.

    Args:
        parts: What it asks.
        format: How the answer is wanted.
        language: In which language.
        note: What staff, or the person, wrote to it.
        agent: Who asks for the person; None where they ask themselves.
        check: How it was checked who asks; None until then.
        fee: The declared fee for what it asks; empty for none.
        fee_state: `told`, `paid` or `waived`; empty until the person was told.
        unseen: Of a request by nobody we know: whether somebody fits who is not found for this purpose.
        steps: What was done so far.
        hands: Logins of who checked, decided or added something.
    """

    parts: tuple[Part, ...]
    format: str
    language: str
    note: str = ""
    agent: Agent | None = None
    check: Check | None = None
    fee: str = ""
    fee_state: str = ""
    unseen: bool = False
    steps: tuple[Step, ...] = ()
    hands: tuple[str, ...] = ()

    @property
    def decided(self) -> bool:
        """Whether every part is decided."""
        return all(one.outcome for one in self.parts)

    @property
    def grave(self) -> bool:
        """Whether a second member of staff looks: something grave is granted, or to an agent."""
        return any(one.outcome == GRANTED and (one.kind in GRAVE or self.agent is not None) for one in self.parts)


def with_hand(record: Record, login: str) -> tuple[str, ...]:
    """Return who had a hand in a request, somebody of the desk with them: none of them approves it."""
    return tuple(sorted({*record.hands, login}))


@dataclass(frozen=True, slots=True)
class Request:
    """One request, loaded.

    Args:
        id: Its id.
        row: What stands in the clear.
        record: What it says; None once whom it was about is erased.
        person_id: Whom it is about; empty for nobody we know.
        about: Whom an entry of it concerns; None for nobody we know, and once they are erased.
    """

    id: str
    row: sql.RightsGet
    record: Record | None
    person_id: bytes
    about: About | None = None

    @property
    def keys(self) -> PersonKeys | None:
        """The keys of whom it is about."""
        return self.about.keys if self.about is not None else None

    @property
    def own(self) -> bool:
        """Whether the person made it signed in."""
        return self.row.channel == OWN_PAGE


def purpose_of(engine: Engine) -> str:
    """Return the purpose requests are answered for; empty where the policy has none, and so no such desk."""
    found = purpose_for(engine.policy.policy, PurposeDuty.RIGHTS_REQUEST)
    return found.id if found else ""


def due_seconds(engine: Engine) -> float:
    """Return how long an answer may take, as the policy promises it."""
    return engine.policy.policy.promised("requests-in-time", "within", limits.RIGHTS_REQUEST_DUE_SECONDS)


async def load(engine: Engine, request_id: str) -> Request:
    """Load a request.

    Raises:
        InputError: There is none of that id.
    """

    async def body(tx: Transaction) -> tuple[sql.RightsGet | None, sql.RightsPersonGet | None]:
        row = await tx.one(sql.RightsGet, request_id=request_id)
        return row, await tx.one(sql.RightsPersonGet, request_id=request_id)

    row, person = await engine.data.read(body)
    if row is None:
        raise InputError("expected a rights request, found none of that number", reason="rights-unknown")
    if person is None:
        sealed = open_installation_record(engine, KIND, request_id, row.sealed) if row.sealed is not None else b""
        return Request(request_id, row, _read(sealed), b"")
    about = await about_person(engine, person.person_id)
    if about.keys is None:
        return Request(request_id, row, None, person.person_id)
    sealed = open_persons_record(engine, about.keys, KIND, request_id, person.key_id, person.sealed)
    return Request(request_id, row, _read(sealed), person.person_id, about)


def _read(content: bytes) -> Record | None:
    return msgspec.json.decode(content, type=Record) if content else None


@dataclass(frozen=True, slots=True)
class Came:
    """How a request came.

    Args:
        channel: By which way.
        status: Where it begins.
        opened_by: Login of who opened it; empty for the person.
        case_id: Case the person was found in; empty for none.
        on: Begin of the day on which it reached the company, unix seconds; 0 where it is recorded as it comes.
    """

    channel: str
    status: str = OPEN
    opened_by: str = ""
    case_id: str = ""
    on: float = 0.0


def came_at(engine: Engine, found: Request) -> float:
    """Return when a request had reached the company at the latest: what the person did themselves after it stands."""
    recorded = found.record.steps[0].at if found.record else found.row.received_at
    return min(recorded, begin_of(day_of(found.row.received_at, engine.zone), engine.zone, after=1))


async def insert(  # noqa: PLR0913 -- what a request begins with
    engine: Engine,
    actor: Actor,
    act: Act,
    record: Record,
    came: Came,
    person: tuple[bytes, PersonKeys] | None,
    *,
    require: Callable[[Transaction], Awaitable[None]] | None = None,
) -> str:
    """Write a new request with its entry; return its id.

    Args:
        engine: Open.
        actor: Who records it.
        act: Which act that is.
        record: What it says.
        came: How it came.
        person: Whom it is about, with their keys; None for nobody we know.
        require: Insists on what must hold, in its transaction, or raises; None for nothing.
    """
    at, request_id = engine.ready(), random_id()
    received_at = came.on or at
    kinds = ",".join(sorted({one.kind.value for one in record.parts}))
    about = await about_person(engine, person[0]) if person else None
    entry = entry_of(engine, actor, act, about, at=at, facts=(("kind", kinds), ("channel", came.channel)))

    async def body(tx: Transaction) -> None:
        if require is not None:
            await require(tx)
        await tx.run(
            "rights_insert",
            request_id=request_id,
            number=await tx.value(sql.RightsNext) + 1,
            channel=came.channel,
            case_id=came.case_id,
            opened_by=came.opened_by,
            received_at=received_at,
            due_at=received_at + due_seconds(engine),
            status=came.status,
            sealed=None if person else _sealed(engine, None, request_id, record)[1],
        )
        if person:
            key_id, sealed = _sealed(engine, person[1], request_id, record)
            await tx.run(
                "rights_person_insert", person_id=person[0], request_id=request_id, key_id=key_id, sealed=sealed
            )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return request_id


def _sealed(engine: Engine, keys: PersonKeys | None, request_id: str, record: Record) -> tuple[str, bytes]:
    """Return the id of the key and the seal: the person's, or the installation's (which has no id) for nobody we know."""
    content = msgspec.json.encode(record)
    if keys is None:
        return "", seal_installation_record(engine, KIND, request_id, content)
    return seal_persons_record(engine, keys, KIND, request_id, content)


@dataclass(frozen=True, slots=True)
class Move:
    """What takes a request one step on.

    Args:
        entry_id: Of its entry, hex.
        write: Its statements: takes the transaction and the id of an approval that is asked for; says whether it went on.
    """

    entry_id: str
    write: Callable[[Transaction, str], Awaitable[bool]]

    async def __call__(self, tx: Transaction, approval_id: str = "") -> bool:
        """Take the request one step on, within *tx*; False where somebody was faster."""
        return await self.write(tx, approval_id)


def moving(  # noqa: PLR0913 -- what a step changes
    engine: Engine,
    found: Request,
    actor: Actor,
    act: Act,
    *facts: tuple[str, str],
    what: str,
    status: str = "",
    outcome: str = "",
) -> Move:
    """Return what takes a request one step on, with its entry.

    Args:
        engine: Open.
        found: The request at the step it was looked at, with what it is to say from now on; whoever was faster wins.
        actor: Who acts.
        act: Which act that is.
        *facts: What the entry says beside the request's number.
        what: The step's word, as the person reads it.
        status: Where it is now; empty where it was.
        outcome: How it ended; empty while it did not.
    """
    at = engine.ready()
    said = (("request", str(found.row.number)), *facts)
    entry = entry_of(engine, actor, act, found.about, at=at, facts=said)
    record = found.record
    if record is not None:
        record = msgspec.structs.replace(record, steps=(*record.steps, Step(at, what, actor.role)))

    async def write(tx: Transaction, approval_id: str) -> bool:
        unfound = record is not None and not found.person_id
        if not await tx.run(
            "rights_move",
            request_id=found.id,
            step=found.row.step,
            was=found.row.status,
            status=status or found.row.status,
            approval_id=approval_id or found.row.approval_id,
            finished_at=at if outcome else None,
            outcome=outcome,
            sealed=_sealed(engine, None, found.id, record)[1] if record and unfound else None,
        ):
            return False
        if record is not None and found.keys is not None:
            key_id, sealed = _sealed(engine, found.keys, found.id, record)
            await tx.run(
                "rights_person_set", person_id=found.person_id, request_id=found.id, key_id=key_id, sealed=sealed
            )
        if outcome and found.row.case_id:  # what was looked up to answer is looked at no more
            await tx.run("case_close", case_id=found.row.case_id, at=at)
            await tx.run("mandates_revoke_case", case_id=found.row.case_id, at=at)
        await insert_entries(tx, [entry], at)
        return True

    return Move(entry.id, write)


async def moved(engine: Engine, move: Callable[[Transaction], Awaitable[bool]]) -> None:
    """Take a request one step on, in a transaction of its own.

    Raises:
        ConflictError: Somebody was faster.
    """
    if not await engine.data.write(move):
        raise elsewhere()


def elsewhere() -> ConflictError:
    """Return the error for a request that is at another step than it was looked at."""
    return ConflictError(
        "expected the request one step earlier, found it elsewhere", reason="rights-step", hint="look at it again"
    )


def too_early() -> InputError:
    """Return the error for a step whose time has not come."""
    return InputError(
        "expected a request whose asker is checked and whose parts are all decided, found another",
        reason="rights-order",
        hint="take the steps in their order; a second person is asked only where something grave is granted",
        rests_on="purposes:rights-request",
    )


async def paper_of(engine: Engine, request_id: str) -> sql.RightsPaperGet | None:
    """Return the row of a request's paper; None where it has none."""
    return await engine.data.one(sql.RightsPaperGet, request_id=request_id)
