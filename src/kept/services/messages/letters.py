"""Letters: put aside sealed when they are sent, printed once, each decided about again at the moment of printing.

What waits holds the words alone. Whom they go to and where is opened by the gate when the letter is printed, so a
withdrawal, a stop, a corrected address and an erasure between the two count. The printed page is outside Kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kept import limits
from kept.channels.handed import Handed
from kept.channels.letter import Letter, print_letters
from kept.errors import ConflictError, DeniedError, EvidenceError, InputError, KeptError, NotFoundError, SettingError
from kept.policy.decision import Mandate
from kept.policy.model import Purpose
from kept.policy.words import Exit
from kept.services.engine.acts import Act
from kept.services.engine.dispatchers import AlwaysReady, Message, Opened, Waiting, Words
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import entry_of
from kept.services.gate import gate
from kept.services.gate.gate import Circumstances
from kept.services.messages.confirmation_code import ORIGIN as CONFIRMATION
from kept.services.messages.letter_words import letter_of
from kept.services.messages.outbox import begins, recount, wanted_slots
from kept.services.messages.sealed_words import LETTER, Said, open_words, seal_words
from kept.services.messages.stop_list import address_item, name_item, stands_against, stop_token
from kept.services.staff.desk_mandate import issue_printing
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction


@dataclass(frozen=True, slots=True)
class Run:
    """Letters that wait to be printed together: of one campaign, or of one case.

    Args:
        purpose: Declared purpose.
        origin: `campaign`, `case` or `program`.
        origin_id: The campaign's id, or the case's number.
        letters: How many wait.
        since: Since when the oldest waits, unix seconds.
    """

    purpose: str
    origin: str
    origin_id: str
    letters: int
    since: float


@dataclass(frozen=True, slots=True)
class Printed:
    """One print file.

    Args:
        pdf: The pages, in order; empty when every letter was left out.
        letters: How many are in it.
        left_out: How many are not, since their reader said no meanwhile, or the letter cannot be printed.
        waiting: How many wait still, for the next file.
    """

    pdf: bytes
    letters: int
    left_out: int
    waiting: int


class PostDispatcher(AlwaysReady):
    """Puts a letter aside for the printer: `put` is the whole of it.

    Args:
        engine: Open.
    """

    channel = Exit.POST

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prepare(self, message: Message, opened: Opened, person: Person, entry_id: str) -> Put:
        """Set the letter once, to know that it can be printed, and seal its words."""
        del entry_id
        at = self._engine.clock.now()
        try:
            print_letters([_letter(self._engine, message.words, opened, message.language, message, at)])
        except SettingError:
            raise  # typst or a font is missing: it waits until they are there
        except InputError:
            return Put(None)
        said = Said(message.words.title, message.words.text, message.language)
        key_id, sealed = seal_words(self._engine, person.keys, LETTER, message.id, said)

        async def put(tx: Transaction) -> None:
            await tx.run(
                "letter_put",
                person_id=person.id,
                message_id=message.id,
                origin=message.origin,
                origin_id=message.origin_id,
                purpose=message.purpose,
                key_id=key_id,
                sealed=sealed,
                put_at=at,
            )

        return Put(put)


class Put:
    """A message that is sent by being put aside; without statements it is one that cannot be.

    Args:
        effect: Its statements; None when it can never be printed.
    """

    def __init__(self, effect: Effect | None) -> None:
        self.at_once = effect is not None
        self._effect = effect

    async def put(self, tx: Transaction) -> None:
        """Write it, in the transaction of its entry."""
        if self._effect is not None:
            await self._effect(tx)

    async def hand_over(self) -> Handed:
        """Answer that it cannot be sent so."""
        return Handed.NOT_TAKEN


async def waiting_runs(engine: Engine, session: StaffSession) -> list[Run]:
    """Return what waits for the printer, for the purposes of a staff member's own roles."""
    found = []
    for purpose in engine.policy.policy.purposes.values():
        if Exit.POST not in purpose.exits or not session.acts_for(engine, purpose.id):
            continue
        rows = await engine.data.all(sql.LettersOfPurpose, purpose=purpose.id, limit=limits.LETTERS_LISTED)
        counted = Counter((row.origin, row.origin_id) for row in rows)
        for (origin, origin_id), letters in counted.items():
            since = min(row.put_at for row in rows if (row.origin, row.origin_id) == (origin, origin_id))
            found.append(Run(purpose.id, origin, origin_id, letters, since))
    return sorted(found, key=lambda one: one.since)


async def fetch(engine: Engine, session: StaffSession, purpose: str, origin: str, origin_id: str) -> Printed:
    """Return the print file of up to 100 letters, once; afterwards nothing of them is here any more.

    Each letter is decided about again, now, and its address opened as it is now. A kill before the end leaves every letter
    waiting; its entries then say *permitted* of what was not printed yet. One whose words do not open is left out, and recorded.

    Raises:
        DeniedError: No role of theirs has the purpose.
        ConflictError: Nothing waits, or somebody else was faster.
        SettingError: typst or a font is missing; every letter waits still.
    """
    session.require_purpose(engine, purpose)
    rows = await _rows(engine, purpose, origin, origin_id, limits.LETTERS_OF_A_RUN)
    if not rows:
        raise ConflictError(
            "expected letters that wait to be printed, found none",
            reason="letters-fetched",
            hint="letters are fetched once",
            rests_on=f"purposes:{purpose}",
        )
    mandate = replace(
        await issue_printing(engine, session, purpose, len(rows), seconds=limits.LETTER_RUN_SECONDS),
        case=origin_id if origin == "case" else "",
    )
    going: list[tuple[Waiting, Letter]] = []
    left_out: list[tuple[Waiting, str]] = []
    for row in rows:
        waiting = Waiting(row.person_id, row.message_id, origin, origin_id, purpose, Exit.POST, mandate.id, 0)
        letter, reason = await _release(engine, mandate, waiting, row.key_id, row.sealed)
        if letter is not None:
            going.append((waiting, letter))
        elif reason:
            left_out.append((waiting, reason))
    pdf, going, unfit = _print(going)
    left_out += unfit
    await _take(engine, session, purpose, origin, origin_id, going, left_out)
    still = await _rows(engine, purpose, origin, origin_id, limits.LETTERS_LISTED)
    return Printed(pdf, len(going), len(left_out), len(still))


class _Release:
    """One letter on its way to the printer: what the parcel makes, and what the guard looks at."""

    def __init__(self, engine: Engine, waiting: Waiting, key_id: str, sealed: bytes) -> None:
        self.engine, self.waiting, self.key_id, self.sealed = engine, waiting, key_id, sealed
        self.purpose: Purpose = engine.policy.policy.purposes[waiting.purpose]
        self.letter: Letter | None = None
        self.token = b""

    def parcel(self, person: Person, values: Mapping[str, str | tuple[str, ...]], entry_id: str) -> Effect:
        """Set the letter while its address is open; it goes with the others, in one transaction at the end."""
        del entry_id
        engine, waiting, policy = self.engine, self.waiting, self.engine.policy.policy
        said = open_words(engine, person.keys, LETTER, waiting.message_id, self.key_id, self.sealed)
        address = str(values[address_item(policy, self.purpose, Exit.POST)])
        opened = Opened(address, str(values.get(name_item(policy, self.purpose), "")))
        self.token = stop_token(engine, Exit.POST, address)
        self.letter = _letter(engine, said.words(), opened, said.language, waiting, engine.clock.now())

        async def nothing(tx: Transaction) -> None:
            del tx

        return nothing

    async def guard(self, tx: Transaction) -> KeptError | None:
        """Look at the stop list, in the transaction of the entry."""
        asks = self.waiting.origin == CONFIRMATION
        if not asks and await stands_against(tx, Exit.POST, self.token, self.purpose.basis):
            return DeniedError(
                "the address is on the stop list", reason="stop-list", rests_on=f"purposes:{self.purpose.id}"
            )
        return None


async def _release(
    engine: Engine, mandate: Mandate, waiting: Waiting, key_id: str, sealed: bytes
) -> tuple[Letter | None, str]:
    """Open one letter's address through the gate; or say why it stays out (nothing for an erased person)."""
    if await called_off(engine, waiting):
        return None, "withdrawn"
    slots, person = await wanted_slots(engine, mandate, waiting)
    if not slots:
        return None, "uses"
    one = _Release(engine, waiting, key_id, sealed)
    try:
        await gate.send(
            engine,
            mandate,
            waiting.person_id,
            slots,
            Exit.POST,
            one.parcel,
            circumstances=Circumstances(about=(("message", waiting.message_id), (waiting.origin, waiting.origin_id))),
            act=Act.LETTER_PRINT,
            guard=one.guard,
            person=person,
        )
    except NotFoundError:
        return None, ""  # erased: the row goes with them
    except DeniedError as error:
        if error.reason in {"mandate-spent", "mandate"}:
            raise
        return None, error.reason
    except EvidenceError as error:
        await gate.record_evidence(engine, mandate, waiting.person_id, error, engine.clock.now())
        return None, "evidence"
    return one.letter, ""


def _print(
    going: list[tuple[Waiting, Letter]],
) -> tuple[bytes, list[tuple[Waiting, Letter]], list[tuple[Waiting, str]]]:
    """Set the letters; one that cannot be set (an address corrected to one too long) is left out, the others are not."""
    if not going:
        return b"", [], []
    try:
        return print_letters([letter for _, letter in going]), going, []
    except SettingError:
        raise
    except InputError:
        fit, unfit = [], []
        for waiting, letter in going:
            try:
                print_letters([letter])
                fit.append((waiting, letter))
            except InputError as error:
                unfit.append((waiting, error.reason))
        return print_letters([letter for _, letter in fit]) if fit else b"", fit, unfit


async def _take(  # noqa: PLR0913 -- what one file is
    engine: Engine,
    session: StaffSession,
    purpose: str,
    origin: str,
    origin_id: str,
    going: list[tuple[Waiting, Letter]],
    left_out: list[tuple[Waiting, str]],
) -> None:
    """Take the letters out, with the entry that says so, in one transaction: they are fetched once, by one."""
    at = engine.ready()
    entry = entry_of(
        engine,
        session.acting(purpose=purpose),
        Act.LETTERS_FETCH,
        at=at,
        rests_on=f"purposes:{purpose}",
        exit=Exit.POST.value,
        facts=((origin, origin_id), ("letters", str(len(going))), ("left-out", str(len(left_out)))),
    )

    async def body(tx: Transaction) -> None:
        for waiting, _ in going:
            if not await tx.run("letter_delete", person_id=waiting.person_id, message_id=waiting.message_id):
                raise ConflictError(
                    "expected letters that wait to be printed, found some taken",
                    reason="letters-fetched",
                    hint="somebody was faster; look at it again",
                )
            await recount(tx, waiting, begins(waiting), "printed")
        for waiting, reason in left_out:
            await tx.run("letter_delete", person_id=waiting.person_id, message_id=waiting.message_id)
            await unsend(tx, waiting, reason, at)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def called_off(engine: Engine, waiting: Waiting) -> bool:
    """Whether what a message comes from does not want it sent any more: its campaign was stopped, its text is gone."""
    origin = engine.origins.get(waiting.origin)
    return origin is None or await origin.compose(waiting) is None


async def unsend(tx: Transaction, waiting: Waiting, reason: str, at: float) -> None:
    """Say of a message that was put aside that it is not sent after all, within *tx*."""
    if await tx.run(
        "sent_is_left_out", person_id=waiting.person_id, message_id=waiting.message_id, reason=reason, moved_at=at
    ):
        await recount(tx, waiting, begins(waiting), "left-out", reason)


async def _rows(engine: Engine, purpose: str, origin: str, origin_id: str, limit: int) -> list[sql.LettersOfOrigin]:
    return await engine.data.all(sql.LettersOfOrigin, purpose=purpose, origin=origin, origin_id=origin_id, limit=limit)


def _letter(  # noqa: PLR0913 -- what a letter is made of
    engine: Engine, words: Words, opened: Opened, language: str, of: Message | Waiting, at: float
) -> Letter:
    return letter_of(
        engine.policy.policy,
        words,
        opened,
        language=language,
        purpose=of.purpose,
        message_id=of.id if isinstance(of, Message) else of.message_id,
        case=of.origin_id if of.origin == "case" else "",
        at=at,
    )
