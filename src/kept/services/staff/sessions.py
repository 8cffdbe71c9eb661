"""Staff: sign-in with password and second factor; sessions; roles that are bound to purposes."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from kept import limits
from kept.crypto.random import random_bytes, random_id
from kept.crypto.second_factor import new_secret, verify_code
from kept.errors import ConflictError, DeniedError, InputError, SealError, SignInError
from kept.policy.duties import roles_that_may, roles_with
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.marks import new_mark, read_mark
from kept.services.engine.no_log import No, note
from kept.services.engine.record import Actor, operator, record
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.normal import login_form

SESSION = "staff-session"
"""What the mark of a session of staff is for."""


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A member of staff, signed in with both factors; *actor* is what entries call them."""

    staff_id: str
    login: str
    actor: str
    roles: tuple[str, ...]
    token_hash: bytes
    signed_in_at: float
    expires_at: float

    def acting(self, *, role: str = "", purpose: str = "", case: str = "", mandate: str = "") -> Actor:
        """Return who acts, as an entry says it: in one role or all of theirs, for a purpose, in a case, under a mandate."""
        return Actor("staff", self.actor, role or ",".join(self.roles), purpose, case, mandate)

    def may(self, engine: Engine, act: str) -> bool:
        """Whether one of the roles may do *act* (`activate`, `attest`, `approve`, …)."""
        return bool(self._first_of(roles_that_may(engine.policy.policy, act)))

    def require(self, engine: Engine, act: str) -> str:
        """Return a role that may do *act*.

        Raises:
            DeniedError: None of the roles may.
        """
        found = self._first_of(roles_that_may(engine.policy.policy, act))
        if not found:
            raise DeniedError(
                f"expected a role with the right {act}, found {self._held()}",
                step=1,
                needed=f"a role with the right {act}",
                reason="right",
                rests_on="roles",
            )
        return found

    def acts_for(self, engine: Engine, purpose: str) -> bool:
        """Whether one of the roles may act for *purpose*."""
        return bool(self.role_for(engine, purpose))

    def role_for(self, engine: Engine, purpose: str) -> str:
        """Return the first of the roles that may act for *purpose*; empty where none may."""
        return self._first_of(roles_with(engine.policy.policy, purpose))

    def require_purpose(self, engine: Engine, purpose: str) -> str:
        """Insist on a role that may act for *purpose*; return it.

        Raises:
            DeniedError: None of the roles may.
        """
        found = self.role_for(engine, purpose)
        if not found:
            raise DeniedError(
                f"expected a role with the purpose {purpose}, found {self._held()}",
                step=1,
                needed=f"a role with the purpose {purpose}",
                reason="role",
                rests_on="roles",
            )
        return found

    def _first_of(self, able: tuple[str, ...]) -> str:
        return next((one for one in self.roles if one in able), "")

    def _held(self) -> str:
        return ", ".join(self.roles) or "-"


async def staff_as_is(engine: Engine, login: str, at: float) -> StaffSession:
    """Return a member of staff with the roles they have now, as of a moment they were signed in; it opens no page.

    Args:
        engine: Open.
        login: Of whoever acted then; without roles where they can sign in no more.
        at: When that was, unix seconds.
    """
    row = await engine.data.one(sql.StaffByLogin, login=login)
    roles = tuple(row.roles.split(",")) if row is not None and row.disabled_at is None else ()
    return StaffSession(row.staff_id if row else "", login, engine.actor_of(login), roles, b"", at, at)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new member of staff: shown once, to hand over."""

    staff_id: str
    login: str
    secret: bytes


async def add_staff(  # noqa: PLR0913 -- what a member of staff begins with
    engine: Engine, login: str, password: str, roles: tuple[str, ...], *, by: str, who: str
) -> Enrolled:
    """Add a member of staff: one human being has one login that counts, so that two logins are two pairs of eyes.

    Args:
        engine: Open.
        login: Letters, digits, dots and hyphens; a work login, not a person's name.
        password: 12 to 200 characters.
        roles: Declared roles.
        by: Who adds them: an operator's name on the machine.
        who: Who the human being is: their name, or better their number in the company's own books; kept as a keyed hash alone.

    Raises:
        InputError: The login is not acceptable, a role is not declared, or nobody is named.
        ConflictError: The login is taken, or the human being has one already.
    """
    await _require_acceptable(engine, login, roles)
    human = human_hash(engine, who)
    staff_id, secret = random_id(), new_secret()
    hashed = await asyncio.get_running_loop().run_in_executor(None, lambda: engine.passwords.hash(password, login))
    at = engine.ready()
    sealed = seal_installation_record(engine, "second-factor", _bound(staff_id, ",".join(roles)), secret)

    async def body(tx: Transaction) -> None:
        if human in {one.human for one in await tx.all(sql.StaffAll) if one.disabled_at is None}:
            raise ConflictError(
                "expected a human being without a login, found one who has one",
                reason="human-taken",
                hint="one human being has one login, with all their roles; disable the other first",
                rests_on="roles",
            )
        await tx.run(
            "staff_insert",
            staff_id=staff_id,
            login=login.lower(),
            password_hash=hashed,
            second_factor=sealed,
            roles=",".join(roles),
            created_at=at,
            human=human,
        )

    await engine.data.write(body)
    await record(engine, operator(by), Act.STAFF_CHANGE, facts=(("staff", login), ("roles", ",".join(roles))))
    return Enrolled(staff_id, login.lower(), secret)


async def _require_acceptable(engine: Engine, login: str, roles: tuple[str, ...]) -> None:
    declared = engine.policy.policy.roles
    for role in roles:
        if role not in declared:
            raise InputError(
                f"expected a declared role, found {role[:40]!r}",
                reason="role-unknown",
                hint=f"declared: {', '.join(declared)}",
                rests_on="roles",
            )
    if not login.replace(".", "").replace("-", "").isalnum() or not login.isascii() or len(login) > 40:  # noqa: PLR2004 -- a login's length
        raise InputError(
            "expected a login of letters, digits, dots and hyphens",
            reason="login",
            hint="at most 40 characters; a work login such as counter-2, not a person's name",
            rests_on="roles",
        )
    if await engine.data.one(sql.StaffByLogin, login=login.lower()) is not None:
        raise ConflictError(
            "expected a login nobody has, found one that is taken",
            reason="login-taken",
            hint="choose another; `kept staff list` shows them, and nobody is given the login of one who was disabled",
        )


def human_hash(engine: Engine, who: str) -> bytes:
    """Return what a human being is known by: a keyed hash of their name or number, however it is spelled and spaced.

    Args:
        engine: Open.
        who: As typed.

    Raises:
        InputError: It holds no letter and no digit, or is too long.
    """
    plain = "".join(one for one in unicodedata.normalize("NFKC", who).casefold() if one.isalnum())
    if not plain or len(who) > limits.NAME_CHARACTERS:
        raise InputError(
            f"expected who the human being is, a name or number of at most {limits.NAME_CHARACTERS} characters, found none",
            reason="human-missing",
            hint="their name, or their number in your own books: it is kept as a keyed hash alone",
            rests_on="roles",
        )
    return engine.token_hash("staff-human", plain.encode())


async def same_human(engine: Engine, login: str, others: Iterable[str]) -> bool:
    """Whether one of some logins is the human being of another, by what was said when they were added.

    Args:
        engine: Open.
        login: Of a member of staff.
        others: Logins, of those disabled meanwhile too.
    """
    humans = {one.login: one.human for one in await engine.data.all(sql.StaffAll)}
    mine = humans.get(login)
    return any(one == login or (mine is not None and humans.get(one) == mine) for one in others)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff, as an operator sees them.

    Args:
        login: Theirs.
        roles: As given.
        disabled: Whether their access was taken away.
    """

    login: str
    roles: tuple[str, ...]
    disabled: bool


async def all_staff(engine: Engine) -> list[Member]:
    """Return all members of staff, by login."""
    rows = await engine.data.all(sql.StaffAll)
    return [
        Member(row.login, tuple(one for one in row.roles.split(",") if one), row.disabled_at is not None)
        for row in rows
    ]


async def disable_staff(engine: Engine, login: str, *, by: str) -> None:
    """Take a member of staff's access away, sessions and mandates included."""
    row = await engine.data.one(sql.StaffByLogin, login=login.lower())
    if row is None:
        raise InputError(
            "expected a known login, found another", reason="login-unknown", hint="`kept staff list` shows them"
        )
    staff_id, at = row.staff_id, engine.ready()

    async def body(tx: Transaction) -> None:
        await tx.run("staff_disable", staff_id=staff_id, at=at)
        await tx.run("staff_sessions_of", staff_id=staff_id)
        await tx.run("mandates_revoke_actor", actor=engine.actor_of(login.lower()), at=at)
        await note(tx, No.STAFF, at, staff=staff_id)

    await engine.data.write(body)
    await engine.no_log.acknowledge()
    await record(engine, operator(by), Act.STAFF_CHANGE, facts=(("staff", login), ("roles", "")))


async def sign_in(engine: Engine, login: str, password: str, code: str) -> str:
    """Sign in with both factors; return the session's token.

    Raises:
        SignInError: Login, password or code is not right; which one is not said.
    """
    name = login_form(login)
    row = await engine.data.one(sql.StaffByLogin, login=name)
    known = row is not None and row.disabled_at is None
    wrong = SignInError(
        "login, password or one-time code is not right",
        reason="sign-in-wrong",
        hint="wait for the next code and try again",
        rests_on="staff-second-factor",
    )
    try:
        async with engine.password_turns:
            await asyncio.get_running_loop().run_in_executor(
                None, lambda: engine.passwords.verify_password(row.password_hash if known and row else None, password)
            )
        if row is None:
            raise wrong
        secret = _open_secret(engine, row.staff_id, row.roles, row.second_factor)
        counter = verify_code(secret, code, engine.ready(), row.last_counter)
    except (SignInError, SealError):
        who = Actor("staff", engine.actor_of(name) if known else "")
        await record(engine, who, Act.SIGN_IN_FAIL, outcome=Outcome.REFUSED)
        raise wrong from None
    token = await _begin(engine, row.staff_id, name, "password, one-time code", counter)
    if not token:
        raise wrong
    if engine.passwords.is_outdated(was := row.password_hash):
        async with engine.password_turns:
            again = await asyncio.get_running_loop().run_in_executor(None, engine.passwords.hash_again, password)
        staff_id = row.staff_id
        await engine.data.write(lambda tx: tx.run("staff_password_again", staff_id=staff_id, was=was, hash=again))
    return token


async def start_demo_session(engine: Engine, login: str) -> str:
    """Start a session without factors: only the demo calls it, for its invented staff, and says so on its page."""
    row = await engine.data.one(sql.StaffByLogin, login=login)
    if row is None:
        raise InputError(
            "expected a known login, found another", reason="login-unknown", hint="`kept staff list` shows them"
        )
    return await _begin(engine, row.staff_id, login, "demo: none")


async def _begin(engine: Engine, staff_id: str, login: str, factors: str, counter: int | None = None) -> str:
    """Begin a session and record it; return its token, or nothing when the one-time code of *counter* was used before."""
    at, token = engine.ready(), random_bytes(32)

    async def body(tx: Transaction) -> bool:
        if counter is not None and not await tx.run("staff_counter", staff_id=staff_id, counter=counter):
            return False
        await tx.run(
            "staff_session_insert",
            token_hash=engine.token_hash("staff", token),
            staff_id=staff_id,
            signed_in_at=at,
            expires_at=at + limits.STAFF_SESSION_SECONDS,
        )
        return True

    if not await engine.data.write(body):
        return ""
    await record(engine, Actor("staff", engine.actor_of(login)), Act.SIGN_IN, facts=(("factors", factors),))
    return new_mark(engine, SESSION, token)


async def session_of(engine: Engine, token: str) -> StaffSession | None:
    """Return the session a token opens, or None."""
    hashed = engine.token_hash("staff", read_mark(engine, SESSION, token))

    async def body(tx: Transaction) -> tuple[sql.StaffSessionGet, sql.StaffGet] | None:
        row = await tx.one(sql.StaffSessionGet, token_hash=hashed)
        who = await tx.one(sql.StaffGet, staff_id=row.staff_id) if row else None
        return (row, who) if row and who else None

    found = await engine.data.read(body)
    if found is None:
        return None
    row, who = found
    if who.disabled_at is not None or row.expires_at < engine.clock.now():
        return None
    try:
        _open_secret(engine, row.staff_id, who.roles, who.second_factor)
    except SealError:
        return None  # the roles were changed in the database by hand
    named = tuple(one for one in who.roles.split(",") if one)
    actor = engine.actor_of(who.login)
    return StaffSession(row.staff_id, who.login, actor, named, hashed, row.signed_in_at, row.expires_at)


async def require_session(engine: Engine, token: str) -> StaffSession:
    """Return a session that lasts.

    Args:
        engine: Open.
        token: As `sign_in` answered it.

    Raises:
        SignInError: It is over, or there never was one.
    """
    session = await session_of(engine, token)
    if session is None:
        raise SignInError(
            "expected a session that lasts, found one that is over", reason="session-over", hint="sign in once more"
        )
    return session


def _open_secret(engine: Engine, staff_id: str, roles: str, sealed: bytes) -> bytes:
    """Open a second-factor secret; it is bound to the roles it was enrolled with."""
    return open_installation_record(engine, "second-factor", _bound(staff_id, roles), sealed)


def _bound(staff_id: str, roles: str) -> str:
    return f"{staff_id}:{roles}"


async def logins(engine: Engine) -> dict[str, str]:
    """Return the login of every member of staff, by what entries call them."""
    return {engine.actor_of(one.login): one.login for one in await all_staff(engine)}


async def sign_out(engine: Engine, session: StaffSession) -> None:
    """End a session and every mandate it was issued."""
    await end_session(engine, session, mandates=True)


async def end_session(engine: Engine, session: StaffSession, *, mandates: bool) -> None:
    """End a session.

    Args:
        engine: Open.
        session: Which.
        mandates: Whether the mandates of its member of staff end too; not where they go on in another session.
    """
    at = engine.clock.now()

    async def body(tx: Transaction) -> None:
        await tx.run("staff_session_delete", token_hash=session.token_hash)
        if mandates:
            await tx.run("mandates_revoke_actor", actor=session.actor, at=at)

    await engine.data.write(body)
