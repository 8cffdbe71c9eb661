"""A fresh installation in a folder of its own, over database files, with cheap passwords and a clock that tests move."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from kept import policy_files
from kept.crypto.password import QUICK, Passwords
from kept.crypto.second_factor import code_at
from kept.errors import StoreError
from kept.guarantees import words
from kept.policy import change
from kept.policy.channel import CONFIRMED_TYPES
from kept.policy.translate import accept_translation
from kept.services.accounts import accounts
from kept.services.cases import cases
from kept.services.engine.acts import Act
from kept.services.engine.clock import Clock
from kept.services.engine.engine import Engine, Parts
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.engine.record import OWN, account_part
from kept.services.engine.row_seals import ROWS
from kept.services.forms import collection
from kept.services.gate.history import newest_entries
from kept.services.gate.state_change import Change, change_person
from kept.services.messages.confirmation_code import ORIGIN, Asking
from kept.services.staff import sessions
from kept.services.staff.activation import activate_first
from kept.services.upkeep.routine import finish_all
from kept.store.bound_rows import bound_writing
from kept.store.queries import Query
from kept.store.row_book import RowBook
from kept.store.sqlite import SqliteStore
from kept.vault.rows import RowSeals

POLICY = Path(__file__).parents[2] / "policies" / "photolibrary.policy.md"
PASSWORD = "four unrelated words here"
NAME = "Hanako Canary-Mori"
MAIL = "canary.mori@example.jp"
PHONE = "090-1234-5678"
START = 1_800_000_000.0


def carry_channels(before: Engine, after: Engine) -> None:
    """Give an engine opened again the channels and origins of the one before it.

    Args:
        before: Closed.
        after: Open.
    """
    for one in (*before.dispatchers.values(), *before.origins.values()):
        if hasattr(one, "_engine"):
            one._engine = after
    after.dispatchers, after.origins = before.dispatchers, before.origins


async def confirm_all(engine: Engine, person_id: bytes) -> None:
    """Let every address of a person be confirmed, as if its owner had done so; how that comes about has tests of its own.

    Args:
        engine: Open.
        person_id: 16 bytes.
    """
    items = engine.policy.policy.items

    def unconfirmed(state):
        return [
            slot
            for slot, held in state.slots.items()
            if items[slot.partition("#")[0]].type in CONFIRMED_TYPES and held.confirmed_at is None
        ]

    def make(person, at):
        state, slots = person.state, unconfirmed(person.state)
        for slot in slots:
            state = change.confirm(state, slot, at)

        async def call_off(tx):
            for slot in slots:
                word = Asking(slot, person.state.slots[slot].version, 1).word()
                await tx.run("outbox_call_off", person_id=person_id, origin=ORIGIN, origin_id=word)

        account = account_part(engine, OWN, Act.CONFIRM, at=at, items=tuple(slots))
        return Change(change.replace(state, g=person.state.g + 1), account, extra=call_off)

    if unconfirmed((await engine.people.load(person_id)).state):
        await change_person(engine, person_id, make)


class StopsAfter:
    """A store that is written *writes* more times and then no more, as if the process had been killed there.

    Args:
        store: The real one.
        writes: Writes that still succeed.
        count: Shared by several stores: writes left, in a list of one.
    """

    def __init__(self, store, writes: int, count: list[int] | None = None) -> None:
        self._store = store
        self._left = count if count is not None else [writes]

    async def read(self, body):
        """Read, as ever."""
        return await self._store.read(body)

    async def write(self, body):
        """Write, or not any more."""
        if self._left[0] <= 0:
            raise StoreError("the process was killed here", reason="killed")
        self._left[0] -= 1
        return await self._store.write(body)

    def __getattr__(self, name):
        return getattr(self._store, name)


class Wall:
    """A wall clock and a steady clock; each look takes a millisecond, so that entries have an order."""

    def __init__(self) -> None:
        self.wall_seconds = START
        self.steady_seconds = 0.0

    def wall(self) -> float:
        """Answer unix seconds."""
        self.wall_seconds += 0.001
        return self.wall_seconds

    def steady(self) -> float:
        """Answer seconds since the start."""
        self.steady_seconds += 0.001
        return self.steady_seconds

    def pass_(self, seconds: float) -> None:
        """Let time pass, for both."""
        self.wall_seconds += seconds
        self.steady_seconds += seconds

    def leap(self, seconds: float) -> None:
        """Set the wall clock only."""
        self.wall_seconds += seconds


class Installation:
    """One installation; closed and opened again it is the same.

    Args:
        folder: Empty.
        policy: Path of the policy's first file.
    """

    def __init__(self, folder: Path, policy: Path = POLICY) -> None:
        self.folder = folder
        self.policy = policy
        self.wall = Wall()
        self.address = parse_address(f"sqlite:///{folder / 'shop.db'}")
        self.engine: Engine

    def parts(self, *, create: bool = False) -> Parts:
        """Return the parts, as they lie."""
        clock = Clock(self.wall.wall, self.wall.steady)
        settings = Settings(clock=clock, passwords=Passwords(QUICK))
        return installation_parts(self.address, words(), settings, create=create)

    def stop_after(self, writes: int) -> list[int]:
        """Let *writes* more writes to either database succeed, and none after; return the count that is left."""
        left = [writes]
        engine = self.engine
        data, keys = StopsAfter(engine.data, writes, left), StopsAfter(engine.keys, writes, left)
        engine.data = engine.flush._data = engine.people._data = engine.notices._data = engine.sequencer._data = data
        engine.keys = engine.keyring._keys = engine.sequencer._keys = keys
        engine.no_log._data, engine.no_log._keys = data, keys
        return left

    async def open(self, *, verify: bool = True, create: bool = True, finish: bool = True) -> Engine:
        """Open it, making it the first time."""
        self.engine = await Engine.start(self.parts(create=create), sequence=False, verify=verify)
        if not self.engine.has_policy and verify:
            await activate_first(self.engine, policy_files(self.policy), by="test")
        if verify and finish:
            await finish_all(self.engine)
        return self.engine

    async def close(self, *, integrate: bool = True) -> None:
        """Close it."""
        await self.engine.close(integrate=integrate)

    async def join(self) -> collection.Own:
        """Open an account, sign in, and return the session."""
        issued = await accounts.join_with_password(self.engine, PASSWORD, "en")
        return await self.session(issued.person_id)

    async def session(self, person_id: bytes):
        """Return a fresh session of a person."""
        own = await accounts.session_of(self.engine, await accounts.start_session(self.engine, person_id))
        assert own is not None
        return own

    async def form(self, language: str = "en", own=None):
        """Show the registration form: to somebody who just joined, where nobody is named."""
        return await collection.present_form(self.engine, own or await self.join(), "registration", "", language)

    async def give(self, own, fields: Sequence[tuple[str, str]], token: str = "", language: str = "en"):
        """Send the registration form, and confirm the addresses on it."""
        receipt = await self.give_only(own, fields, token, language)
        await confirm_all(self.engine, own.person_id)
        return receipt

    async def give_only(self, own, fields: Sequence[tuple[str, str]], token: str = "", language: str = "en"):
        """Send the registration form; what it says of addresses, nobody confirms."""
        return await collection.submit(
            self.engine, own, point="registration", stage="", language=language,
            unverified_token=token or (await self.form(language, own)).token, fields=fields,
        )  # fmt: skip

    async def mori(self):
        """A customer who gave four items and said yes to mail."""
        own = await self.join()
        await self.give(
            own,
            [
                ("name", NAME), ("mail_address", MAIL), ("phone", PHONE), ("interests", "landscape"),
                ("choice", "information-for-you/mail/"),
            ],
        )  # fmt: skip
        return own

    async def staff(self, login: str = "sato", roles: tuple[str, ...] = ("support",)):
        """A member of staff, signed in with both factors."""
        enrolled = await sessions.add_staff(self.engine, login, PASSWORD, roles, by="test", who=login)
        code = code_at(enrolled.secret, int(self.engine.clock.now()) // 30)
        session = await sessions.session_of(self.engine, await sessions.sign_in(self.engine, login, PASSWORD, code))
        assert session is not None
        return session

    async def case(self, session, *, purpose: str = "contact", mail: str = MAIL):
        """A case that holds the customer of *mail*."""
        case = await cases.open_case(self.engine, session, purpose)
        return await cases.find_in_case(self.engine, session, case.id, {"mail_address": mail})

    async def ledger(self):
        """Every account part, newest first."""
        return [line.account for line in await newest_entries(self.engine, limit=10_000)]

    async def newest(self):
        """The newest account part."""
        return (await self.ledger())[0]

    def ours(self, statement: str, *values: object, part: str = "data") -> int:
        """Write a database past all services as Kept itself would have: what it leaves is sealed and added up.

        Args:
            statement: An UPDATE, INSERT or DELETE; its parameters as `?`.
            values: Theirs.
            part: `data` or `keys`.
        """
        parameters = {f"p{place}": one for place, one in enumerate(values)}
        for name in parameters:
            statement = statement.replace("?", f":{name}", 1)
        for store in (self.engine.data, self.engine.keys):
            store._end_snapshot()
        whole = statement if "WHERE" in statement or statement.startswith("INSERT") else f"{statement} WHERE 1 = 1"
        bound = bound_writing(part, Query("ours", tuple(parameters), (), "A test's own.", whole))
        connection = sqlite3.connect(self.address.data if part == "data" else self.address.keys)
        try:
            book = RowBook(connection, part, RowSeals(self.engine.keyring.installation_key(ROWS), part))
            touched = book.write(whole, bound, parameters) if bound else connection.execute(whole, parameters).rowcount
            book.settle()
            connection.commit()
            return touched
        finally:
            connection.close()

    def sql(self, statement: str, *parameters: object, part: str = "data") -> list[tuple]:
        """What an intruder does: run a statement over the database file, past all of Kept.

        An intruder comes between two turns of the loop; the reads of one turn share a snapshot.
        """
        engine = getattr(self, "engine", None)
        for store in (engine.data, engine.keys) if engine else ():
            if isinstance(store, SqliteStore):
                store._end_snapshot()
        connection = sqlite3.connect(self.address.data if part == "data" else self.address.keys)
        try:
            rows = connection.execute(statement, parameters).fetchall()
            connection.commit()
            return rows
        finally:
            connection.close()


def second_version(*changes: tuple[bytes, bytes]) -> dict[str, bytes]:
    """Version 2 of the Photolibrary policy, with *changes* (from, to) and its translation accepted anew."""
    files = policy_files(POLICY)
    first = files[POLICY.name]
    for before, after in ((b"version: 1\n", b"version: 2\n"), *changes):
        assert first.count(before) >= 1, before
        first = first.replace(before, after, 1)
    return {name: first if name == POLICY.name else accept_translation(text, first, 2) for name, text in files.items()}


CONTACT_USES = b"      - phone\n      - fax\n    exits:\n      - screen\n      - app\n      - mail\n"
CONTACT_USES_BIRTH = CONTACT_USES.replace(b"    exits", b"      - date_of_birth\n    exits")
