"""The first sign-in of somebody whose account began with a paper or a call: by the code of the message that told them of it.

The code is good once, for the account that has no login name yet. Where they gave more than the address the message went to, they
name that too, so that whoever gets a message that was not theirs learns nothing.
"""

from __future__ import annotations

from kept import limits
from kept.crypto.digest import same
from kept.errors import ErasedError, InputError, SignInError
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.item_type import ItemType
from kept.policy.words import Exit
from kept.services.accounts.accounts import Issued, new_login_name
from kept.services.accounts.passwords import hash_password
from kept.services.accounts.recovery import insert_codes, new_recovery_codes
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import OWN, about, entry_of
from kept.services.gate.witnessed_form import TAKEN, Standing, first_code_of, form_by_code, holder_of, plain_code
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.normal import normalise


async def question_of(engine: Engine, typed: str) -> str | None:
    """Return which item is asked beside a code: empty where nothing else was given; None where the code signs nobody in.

    Args:
        engine: Open.
        typed: As typed.
    """
    found = await _awaited(engine, typed)
    return _question(engine, *found) if found is not None else None


async def sign_in_first(engine: Engine, typed: str, known: str, password: str = "") -> Issued:
    """Sign in for the first time; return the login name and the recovery codes, shown once.

    Args:
        engine: Open.
        typed: The code, as typed.
        known: What `question_of` asks, in any usual spelling; anything where it asks nothing.
        password: 12 to 200 characters; empty for none, where a passkey is to be added next.

    Raises:
        SignInError: The code is none, is over or was used, or what was asked is another.
        SubmissionError: The password is not acceptable.
    """
    found, login_name = await _awaited(engine, typed), new_login_name()
    if found is None or not _knows(engine, *found, known):
        raise _wrong()
    hashed = await hash_password(engine, password, login_name) if password else ""
    person, at, codes = found[1], engine.ready(), new_recovery_codes()
    entry = entry_of(engine, OWN, Act.FIRST_SIGN_IN, about(person), at=at, facts=(("form", found[0].id),))

    async def body(tx: Transaction) -> None:
        if await tx.all(sql.LoginNames, person_id=person.id):
            raise _wrong()
        await tx.run("login_insert", login_name=login_name, person_id=person.id)
        await insert_codes(tx, person.id, codes)
        if hashed:
            await tx.run("password_put", person_id=person.id, hash=hashed, changed_at=at)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return Issued(person.id, login_name, codes)


async def may_sign_in_first(engine: Engine, person_id: bytes, form: Standing) -> bool:
    """Whether the message about a form may carry the code: the account began with it, and nobody signed in yet.

    Args:
        engine: Open.
        person_id: Whom it is about, 16 bytes.
        form: As it stands.
    """
    over = engine.clock.now() > form.form.taken_at + limits.FIRST_SIGN_IN_SECONDS
    if form.status != TAKEN or not form.form.new or over:
        return False
    return not await engine.data.values(sql.LoginNames, person_id=person_id)


async def _awaited(engine: Engine, typed: str) -> tuple[Standing, Person] | None:
    found = await form_by_code(engine, typed)
    if found is None or not same(plain_code(typed).encode(), first_code_of(engine, found.id).encode()):
        return None
    person_id = await holder_of(engine, found.id)
    if not await may_sign_in_first(engine, person_id, found):
        return None
    try:
        person = await engine.people.load(person_id, found.form.slots)
    except ErasedError:
        return None
    return (found, person) if person.state.status == "active" else None


def _question(engine: Engine, form: Standing, person: Person) -> str:
    """Return an item they gave that does not stand on the message itself; empty where there is none."""
    kinds = engine.findable(requests=True)
    told = {kind: way for way, one in CHANNEL_TABLE.items() for kind in one.address}
    given = [one for one in form.form.slots if one in kinds and one in person.state.slots]
    ways = [told[kinds[one]] for one in given if kinds[one] in told]
    went = next((way for way in CHANNEL_TABLE if way in ways), None)
    on_it = {*CHANNEL_TABLE[went].address, *((ItemType.PERSON_NAME,) if went is Exit.POST else ())} if went else set()
    return next((one for one in given if kinds[one] not in on_it), "")


def _knows(engine: Engine, form: Standing, person: Person, known: str) -> bool:
    slot = _question(engine, form, person)
    if not slot:
        return True
    normal = engine.findable(requests=True)[slot].about.normal
    try:
        typed = normalise(normal, known).find_by
    except InputError:
        return False
    held = normalise(normal, str(engine.people.open_slot(person, slot))).find_by
    return same(typed.encode(), held.encode())


def _wrong() -> SignInError:
    return SignInError(
        "the code signs nobody in, or what was asked beside it is another",
        reason="first-code-wrong",
        hint="a code is good once, and for a year; write to the contact on the policy page for another way",
        rests_on="sign-in-protection",
    )
