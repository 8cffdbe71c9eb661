"""What somebody gave on paper or by phone, as staff entered it: sealed under their own key, the installation's before that."""

from __future__ import annotations

import base64
import unicodedata
from dataclasses import dataclass

import msgspec

from kept.crypto.digest import framed, hmac_sha256
from kept.errors import InputError
from kept.policy.words import Source
from kept.services.engine.engine import Engine
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.sealed_record import (
    open_installation_record,
    open_persons_record,
    seal_installation_record,
    seal_persons_record,
)
from kept.store import sql
from kept.store.interface import Transaction

KIND, WITNESS = "witnessed-form", "witness"
WAITING, SEEN, TAKEN, REFUSED, OVER, DISOWNED = "waiting", "seen", "taken", "refused", "over", "disowned"
TELLING = "telling"
"""Taken in, and whom it is about is not told yet: a kill may come between. For everybody else it is taken in."""
PAPER, CALL = "paper", "call"
WAYS = {PAPER: Source.WITNESSED_PAPER, CALL: Source.WITNESSED_CALL}
"""How it was given, and what its values remember as their source."""


class WitnessedForm(msgspec.Struct, frozen=True):
    """What a form says.

    Args:
        how: `paper` or `call`.
        point: Collection point of its notice.
        notice_id: Notice that was handed over or read out, hex.
        version: Version of the policy that notice is of.
        language: Language of that notice.
        given_on: Day on which it was given, such as `2026-11-01`.
        given_at: Begin of that day, unix seconds.
        new: Whether it is a new customer's.
        values: What was given, by item; empty once it is taken in: then it stands where every value does.
        slots: Names of what was given.
        ticks: What was said yes to: purpose and channel, empty where it has none.
        noes: What was said no to, likewise.
        entered_by: What entries call who entered it.
        witnessed_by: What entries call who witnessed it; empty before.
        taken_at: When it was taken in, unix seconds; 0 before.
    """

    how: str
    point: str
    notice_id: str
    version: int
    language: str
    given_on: str
    given_at: float
    new: bool
    values: dict[str, str | tuple[str, ...]]
    slots: tuple[str, ...]
    ticks: tuple[tuple[str, str], ...]
    noes: tuple[tuple[str, str], ...]
    entered_by: str
    witnessed_by: str = ""
    taken_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A form, and where it stands; see `WitnessedForm` for what it says.

    Args:
        id: 32 hex digits.
        status: `waiting`, `seen`, `taken`, `refused`, `over` or `disowned`.
        reason: Why, where it was refused, a word.
        form: What it says.
        seen: The mark of having opened it, for whoever witnesses it; empty elsewhere.
    """

    id: str
    status: str
    reason: str
    form: WitnessedForm
    seen: str = ""


def seal_form(engine: Engine, keys: PersonKeys, form_id: str, form: WitnessedForm) -> tuple[str, bytes]:
    """Seal a form under the key of whom it is about; return the key's id and the seal."""
    return seal_persons_record(engine, keys, KIND, form_id, msgspec.json.encode(form))


def seal_nobodys(engine: Engine, form_id: str, form: WitnessedForm) -> bytes:
    """Seal the form of a new customer, who has no key before it is witnessed."""
    return seal_installation_record(engine, KIND, form_id, msgspec.json.encode(form))


def open_nobodys(engine: Engine, form_id: str, sealed: bytes) -> WitnessedForm:
    """Open what `seal_nobodys` sealed.

    Raises:
        SealError: It was changed, or is another.
    """
    return msgspec.json.decode(open_installation_record(engine, KIND, form_id, sealed), type=WitnessedForm)


def open_form(engine: Engine, keys: PersonKeys, form_id: str, key_id: str, sealed: bytes) -> WitnessedForm:
    """Open what `seal_form` sealed.

    Raises:
        SealError: It was changed, or is another.
    """
    content = open_persons_record(engine, keys, KIND, form_id, key_id, sealed)
    return msgspec.json.decode(content, type=WitnessedForm)


async def holder_of(engine: Engine, form_id: str) -> bytes:
    """Return whom a form is about, 16 bytes; empty where that is nobody yet, or nobody any more."""
    row = await engine.data.one(sql.WitnessedPersonGet, form_id=form_id)
    return row.person_id if row is not None else b""


async def standing(engine: Engine, form_id: str) -> Standing:
    """Return a form and where it stands.

    Raises:
        InputError: There is none of that id, or whom it is about was erased, or its time is over.
        SealError: It was changed past Kept.
    """

    async def body(tx: Transaction) -> tuple[sql.WitnessedGet | None, sql.WitnessedPersonGet | None]:
        return await tx.one(sql.WitnessedGet, form_id=form_id), await tx.one(sql.WitnessedPersonGet, form_id=form_id)

    row, about = await engine.data.read(body)
    keys = (await engine.keyring.of_person(about.person_id))[0] if about is not None else None
    if row is not None and about is not None and keys is not None:
        return Standing(
            form_id, state_of(row.status), row.reason, open_form(engine, keys, form_id, about.key_id, about.sealed)
        )
    if row is not None and about is None and row.sealed:
        return Standing(form_id, state_of(row.status), row.reason, open_nobodys(engine, form_id, row.sealed))
    raise InputError(
        "expected a form given on paper or by phone, found none",
        reason="witnessed-unknown",
        hint="look at the list: it may be over, or its person erased",
        rests_on="sources:direct",
    )


def state_of(status: str) -> str:
    """Return where a form stands, as everybody but who finishes it reads it."""
    return TAKEN if status == TELLING else status


async def forms_of(engine: Engine, person_id: bytes) -> list[Standing]:
    """Return every form that was taken in for a person, the newest first; those disowned as well.

    Args:
        engine: Open.
        person_id: 16 bytes.
    """
    rows = await engine.data.all(sql.WitnessedOfPerson, person_id=person_id)
    found = [await standing(engine, row.form_id) for row in rows]
    known = [one for one in found if one.form.taken_at]
    return sorted(known, key=lambda one: -one.form.taken_at)


def code_of(engine: Engine, form_id: str) -> str:
    """Return the code that a form's confirmation carries: 16 letters and digits, which follow from the form by a key."""
    drawn = hmac_sha256(engine.keyring.installation_key("tokens"), framed(b"kept/witnessed-code/v1", form_id.encode()))
    return base64.b32encode(drawn[:10]).decode()


def first_code_of(engine: Engine, form_id: str) -> str:
    """Return the code by which whom a form is about signs in first: that of `code_of`, and 8 letters and digits more.

    It stands in mails and letters alone: a call is read out by somebody who would know it.
    """
    drawn = hmac_sha256(engine.keyring.installation_key("tokens"), framed(b"kept/first-sign-in/v1", form_id.encode()))
    return code_of(engine, form_id) + base64.b32encode(drawn[:5]).decode()


async def form_by_code(engine: Engine, typed: str) -> Standing | None:
    """Return the form a code is of, to whoever holds the message that carries it; None for any other code.

    Args:
        engine: Open.
        typed: As typed; what comes after its 16 letters and digits is left alone.
    """
    form_id = await engine.data.value(sql.WitnessedByCode, code_hash=code_hash(engine, typed))
    try:
        found = await standing(engine, form_id) if form_id else None
    except InputError:
        return None
    return found if found is not None and found.status in {TAKEN, DISOWNED} else None


def plain_code(typed: str) -> str:
    """Return what was typed without spaces and hyphens, in capitals of usual width, whatever its length."""
    plain = unicodedata.normalize("NFKC", typed[:200]).upper()
    return "".join(one for one in plain if one.isascii() and one.isalnum())


def as_code(typed: str) -> str:
    """Return a code as it was drawn; spaces, hyphens, full width and small letters are how people type it."""
    return plain_code(typed)[:16]


def code_hash(engine: Engine, typed: str) -> bytes:
    """Return what a code is known by, however it was typed."""
    return engine.token_hash("witnessed", as_code(typed).encode())


def spaced(code: str) -> str:
    """Return a code in groups of four, as it is printed."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))
