"""Staff: sign-in with password and second factor; sessions; roles that are bound to purposes (§5.2)."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass

from kept.crypto.random import random_bytes, random_id
from kept.crypto.second_factor import new_secret, verify_code
from kept.errors import DeniedError, InputError, SealError, SignInError
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, build_entry
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.store import sql
from kept.store.interface import Transaction

SESSION_SECONDS = 8 * 3600.0


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

    def may(self, engine: Engine, act: str) -> bool:
        """Whether one of the roles may do *act* (`activate`, `attest`, `approve`, …)."""
        roles = engine.policy.policy.roles
        return any(act in roles[role].may for role in self.roles if role in roles)

    def require(self, engine: Engine, act: str) -> str:
        """Return a role that may do *act*.

        Raises:
            DeniedError: None of the roles may.
        """
        roles = engine.policy.policy.roles
        for role in self.roles:
            if role in roles and act in roles[role].may:
                return role
        raise DeniedError(
            f"expected a role with the right {act}, found {', '.join(self.roles) or 'none'}",
            step=1,
            needed=f"a role with the right {act}",
            reason="right",
            clause="§5.2",
        )

    def acts_for(self, engine: Engine, purpose: str) -> bool:
        """Whether one of the roles may act for *purpose*."""
        return bool(self.role_for(engine, purpose))

    def role_for(self, engine: Engine, purpose: str) -> str:
        """Return the first of the roles that may act for *purpose*; empty where none may."""
        roles = engine.policy.policy.roles
        return next((one for one in self.roles if one in roles and purpose in roles[one].purposes), "")

    def require_purpose(self, engine: Engine, purpose: str) -> str:
        """Insist on a role that may act for *purpose*; return it.

        Raises:
            DeniedError: None of the roles may.
        """
        role = self.role_for(engine, purpose)
        if not role:
            raise DeniedError(
                f"expected a role with the purpose {purpose}, found {', '.join(self.roles) or 'none'}",
                step=1,
                needed=f"a role with the purpose {purpose}",
                reason="role",
                clause="§5.2",
            )
        return role


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new member of staff: shown once, to hand over."""

    staff_id: str
    login: str
    secret: bytes


async def add_staff(engine: Engine, login: str, password: str, roles: tuple[str, ...], *, by: str) -> Enrolled:
    """Add a member of staff.

    Args:
        engine: Open.
        login: Letters, digits, dots and hyphens; a work login, not a person's name.
        password: 12 to 200 characters.
        roles: Declared roles.
        by: Who adds them: an operator's name on the machine.

    Raises:
        InputError: The login is not acceptable, or a role is not declared.
        ConflictError: The login is taken.
    """
    declared = engine.policy.policy.roles
    for role in roles:
        if role not in declared:
            raise InputError(
                f"expected a declared role, found {role[:40]!r}",
                reason="role-unknown",
                hint=f"declared: {', '.join(declared)}",
                clause="§5.2",
            )
    if not login.replace(".", "").replace("-", "").isalnum() or not login.isascii() or len(login) > 40:  # noqa: PLR2004 -- a login's length
        raise InputError("expected a login of letters, digits, dots and hyphens", reason="login", clause="§5.2")
    staff_id, secret = random_id(), new_secret()
    hashed = await asyncio.get_running_loop().run_in_executor(None, lambda: engine.passwords.hash(password))
    at = engine.ready()
    sealed = seal_installation_record(engine, "second-factor", _bound(staff_id, ",".join(roles)), secret)

    async def body(tx: Transaction) -> None:
        await tx.run(
            "staff_insert",
            staff_id=staff_id,
            login=login.lower(),
            password_hash=hashed,
            second_factor=sealed,
            roles=",".join(roles),
            created_at=at,
        )

    await engine.data.write(body)
    await _record(
        engine,
        Act.STAFF_CHANGE,
        Outcome.DONE,
        actor=by,
        kind="operator",
        facts=(("staff", login), ("roles", ",".join(roles))),
    )
    return Enrolled(staff_id, login.lower(), secret)


async def logins_by_actor(engine: Engine) -> dict[str, str]:
    """Return who of the staff stands behind each name the ledger gives them."""
    return {engine.actor_of(one.login): one.login for one in await engine.data.all(sql.StaffAll)}


async def disable_staff(engine: Engine, login: str, *, by: str) -> None:
    """Take a member of staff's access away, sessions and mandates included."""
    row = await engine.data.one(sql.StaffByLogin, login=login.lower())
    if row is None:
        raise InputError("expected a known login, found another", reason="login-unknown")
    staff_id, at = row.staff_id, engine.ready()

    async def body(tx: Transaction) -> None:
        await tx.run("staff_disable", staff_id=staff_id, at=at)
        await tx.run("staff_sessions_of", staff_id=staff_id)
        await tx.run("mandates_revoke_actor", actor=engine.actor_of(login.lower()), at=at)

    await engine.data.write(body)
    await _record(
        engine, Act.STAFF_CHANGE, Outcome.DONE, actor=by, kind="operator", facts=(("staff", login), ("roles", ""))
    )


async def sign_in(engine: Engine, login: str, password: str, code: str) -> str:
    """Sign in with both factors; return the session's token.

    Raises:
        SignInError: Login, password or code is not right; which one is not said.
    """
    name = login.strip().lower()[:40]
    row = await engine.data.one(sql.StaffByLogin, login=name)
    known = row is not None and row.disabled_at is None
    wrong = SignInError(
        "login, password or one-time code is not right",
        reason="sign-in-wrong",
        hint="wait for the next code and try again",
        clause="§5.2",
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
        await _record(
            engine, Act.SIGN_IN_FAIL, Outcome.REFUSED, actor=engine.actor_of(name) if known else "", clause="5.2"
        )
        raise wrong from None
    at, token = engine.ready(), random_bytes(32)
    staff_id = row.staff_id

    async def body(tx: Transaction) -> bool:
        if not await tx.run("staff_counter", staff_id=staff_id, counter=counter):
            return False
        await tx.run(
            "staff_session_insert",
            token_hash=engine.token_hash("staff", token),
            staff_id=staff_id,
            signed_in_at=at,
            expires_at=at + SESSION_SECONDS,
        )
        return True

    if not await engine.data.write(body):
        raise wrong
    await _record(
        engine,
        Act.SIGN_IN,
        Outcome.DONE,
        actor=engine.actor_of(name),
        clause="5.2",
        facts=(("factors", "password, one-time code"),),
    )
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


async def start_demo_session(engine: Engine, login: str) -> str:
    """Start a session without factors: only the demo calls it, for its invented staff, and says so on its page."""
    row = await engine.data.one(sql.StaffByLogin, login=login)
    if row is None:
        raise InputError("expected a known login, found another", reason="login-unknown")
    at, token = engine.ready(), random_bytes(32)
    await engine.data.write(
        lambda tx: tx.run(
            "staff_session_insert",
            token_hash=engine.token_hash("staff", token),
            staff_id=row.staff_id,
            signed_in_at=at,
            expires_at=at + SESSION_SECONDS,
        )
    )
    await _record(
        engine,
        Act.SIGN_IN,
        Outcome.DONE,
        actor=engine.actor_of(login),
        clause="5.2",
        facts=(("factors", "demo: none"),),
    )
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


async def session_of(engine: Engine, token: str) -> StaffSession | None:
    """Return the session a token opens, or None."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    hashed = engine.token_hash("staff", raw)

    async def body(tx: Transaction) -> tuple[sql.StaffSessionGet, sql.StaffGet, sql.StaffByLogin] | None:
        row = await tx.one(sql.StaffSessionGet, token_hash=hashed)
        who = await tx.one(sql.StaffGet, staff_id=row.staff_id) if row else None
        sealed = await tx.one(sql.StaffByLogin, login=who.login) if who else None
        return (row, who, sealed) if row and who and sealed else None

    found = await engine.data.read(body)
    if found is None:
        return None
    row, who, sealed = found
    staff_id, login, roles = row.staff_id, who.login, who.roles
    if who.disabled_at is not None or row.expires_at < engine.clock.now():
        return None
    try:
        _open_secret(engine, staff_id, roles, sealed.second_factor)
    except SealError:
        return None  # the roles were changed in the database by hand
    named = tuple(one for one in roles.split(",") if one)
    return StaffSession(staff_id, login, engine.actor_of(login), named, hashed, row.signed_in_at, row.expires_at)


def _open_secret(engine: Engine, staff_id: str, roles: str, sealed: bytes) -> bytes:
    """Open a second-factor secret; it is bound to the roles it was enrolled with."""
    return open_installation_record(engine, "second-factor", _bound(staff_id, roles), sealed)


def _bound(staff_id: str, roles: str) -> str:
    return f"{staff_id}:{roles}"


async def sign_out(engine: Engine, session: StaffSession) -> None:
    """End a session and every mandate it was issued."""
    at = engine.clock.now()

    async def body(tx: Transaction) -> None:
        await tx.run("staff_session_delete", token_hash=session.token_hash)
        await tx.run("mandates_revoke_actor", actor=session.actor, at=at)

    await engine.data.write(body)


async def _record(  # noqa: PLR0913 -- the fields of an entry
    engine: Engine,
    act: Act,
    outcome: Outcome,
    *,
    actor: str,
    kind: str = "staff",
    clause: str = "5.2",
    facts: tuple[tuple[str, str], ...] = (),
) -> None:
    await engine.record(
        build_entry(
            Account(
                act=act.value,
                outcome=outcome.value,
                at=engine.clock.now(),
                policy=engine.policy.hash[:16],
                kind=kind,
                actor=actor,
                clause=clause,
                facts=facts,
            )
        )
    )
