"""Whoever can write D alone cannot make up a session, a role, a credential or a policy: it is refused where it is used."""

from __future__ import annotations

import asyncio
import base64

import pytest
from installation import Installation

from kept.crypto.digest import sha256
from kept.errors import ClosedError, KeptError, SealError
from kept.services.accounts import accounts
from kept.services.engine.engine import Engine
from kept.services.staff import sessions
from kept.services.staff.credentials import credential_of, issue_credential, mandate_for

pytestmark = pytest.mark.anyio


async def write(engine: Engine, sql: str, *parameters: object) -> None:
    """Write D as an intruder with the file would, beside every service."""
    await asyncio.sleep(0)  # an intruder comes between two turns of the loop
    engine.data._writer.execute(sql, parameters)


@pytest.fixture
async def installation(tmp_path):
    """An installation over SQLite."""
    one = Installation(tmp_path)
    await one.open()
    yield one
    await one.engine.close()


async def test_a_customers_session_row_needs_the_key(installation):
    """A row with the plain hash of a token of one's own opens nothing."""
    engine = installation.engine
    person_id = await accounts.open_account(engine, "en")
    secret, at = b"s" * 32, engine.clock.now()
    await write(
        engine, "INSERT INTO session VALUES (?, ?, ?, ?, ?, NULL)", person_id, sha256(secret), at, at, at + 999.0
    )  # fmt: skip
    token = base64.urlsafe_b64encode(person_id + secret).decode().rstrip("=")
    assert await accounts.session_of(engine, token) is None
    own = await accounts.start_session(engine, person_id)
    assert await accounts.session_of(engine, own) is not None
    await write(engine, "UPDATE session SET expires_at = expires_at + 1e6 WHERE row_seal IS NOT NULL")
    with pytest.raises(SealError, match="session"):
        await accounts.session_of(engine, own)


async def test_roles_widened_by_hand_end_the_access(installation):
    """A role written into the row makes the session and the next sign-in fail, instead of widening them."""
    engine = installation.engine
    await sessions.add_staff(engine, "abe", "four unrelated words here", ("support",), by="test", who="abe")
    token = await sessions.start_demo_session(engine, "abe")
    assert (await sessions.session_of(engine, token)).roles == ("support",)
    await write(engine, "UPDATE staff SET roles = 'support,privacy' WHERE login = 'abe'")
    with pytest.raises(SealError, match="staff"):
        await sessions.session_of(engine, token)
    with pytest.raises(SealError, match="staff"):
        await sessions.sign_in(engine, "abe", "four unrelated words here", "000000")


async def test_a_credentials_purposes_widened_by_hand_fit_no_secret(installation):
    """A credential's row is bound, and its secret to what it was issued for."""
    engine = installation.engine
    credential = await issue_credential(engine, "mailer", "support", ("contact",), by="test")
    assert (await mandate_for(engine, await credential_of(engine, credential))).purpose == "contact"
    await write(engine, "UPDATE api_credential SET purposes = 'contact,event'")
    with pytest.raises(SealError, match="api_credential"):
        await mandate_for(engine, await credential_of(engine, credential), "event")


async def test_a_policy_activated_by_hand_closes_the_gate(installation):
    """A version that was not activated through Kept is not run; the gate closes and says so."""
    engine = installation.engine
    await write(engine, "UPDATE policy_version SET activated_by = 'forged'")
    with pytest.raises(ClosedError) as refused:
        await engine.reload_policy()
    assert refused.value.reason == "policy-rewritten"


@pytest.mark.parametrize("part", ["data", "keys"])
async def test_an_emptied_installation_is_no_beginning_that_believes_its_rows(installation, part):
    """Who writes both databases empties them, and takes the seal from a row: no start seals it as its own."""
    installation.sql("UPDATE meta SET value = value || 'x', row_seal = NULL WHERE name <> 'vault_id'", part=part)
    for statement in ("DELETE FROM policy_version", "DELETE FROM head", "DELETE FROM state"):
        installation.sql(statement)
    installation.sql("DELETE FROM checkpoint", part="keys")
    await installation.close(integrate=False)
    before = installation.sql("SELECT COUNT(*) FROM meta WHERE row_seal IS NULL", part=part)
    with pytest.raises(KeptError):
        await installation.open(create=False)
    assert before[0][0]
    assert installation.sql("SELECT COUNT(*) FROM meta WHERE row_seal IS NULL", part=part) == before
