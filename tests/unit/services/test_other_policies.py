"""The rooms under policies that declare less than the sample does: what needs more is not offered, and nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked import Browser
from installation import NAME, PASSWORD, POLICY, Installation

from kept.errors import DeniedError, InputError, SignInError, SubmissionError
from kept.policy.duties import cookie_for, point_for
from kept.policy.item_type import ItemType
from kept.policy.words import CookieDuty, Exit, PointKind
from kept.services.accounts import accounts, devices, remember_me
from kept.services.engine.acts import GROUNDS, uncovered
from kept.services.forms import collection
from kept.services.gate import gate
from kept.services.instances import events
from kept.services.staff import sessions
from kept.services.staff.approvals import Subject
from kept.services.staff.credentials import credential_of, issue_credential, mandate_for, revoke_credential
from kept.services.staff.desk_mandate import issue_mandate

pytestmark = pytest.mark.anyio

OTHERS = ("bicycles", "choir", "teahouse")


@pytest.fixture(params=OTHERS)
async def other(request, tmp_path):
    """An installation of a small company."""
    one = Installation(tmp_path, POLICY.with_name(f"{request.param}.policy.md"))
    await one.open()
    yield one
    await one.close()


async def open_with(folder: Path, name: str, *changes: tuple[bytes, bytes]) -> Installation:
    """Return an installation of a small company whose policy says something else in places."""
    text = POLICY.with_name(f"{name}.policy.md").read_bytes()
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    path = folder / f"{name}.policy.md"
    path.write_bytes(text)
    one = Installation(folder, path)
    await one.open()
    return one


async def joined(one: Installation) -> accounts.Own:
    """Return the session of somebody who opened an account, in the policy's own language."""
    issued = await accounts.join_with_password(one.engine, PASSWORD, one.engine.policy.policy.language)
    return await one.session(issued.person_id)


async def given(one: Installation, own: accounts.Own, *fields: tuple[str, str]) -> None:
    """Send the registration form, whatever the policy calls it."""
    policy = one.engine.policy.policy
    point = point_for(policy, PointKind.REGISTRATION)
    form = await collection.present_form(one.engine, own, point.id, "", policy.language)
    await collection.submit(
        one.engine, own, point=point.id, stage="", language=policy.language, unverified_token=form.token, fields=fields
    )


async def test_every_act_cites_a_clause_of_this_policy_or_none(other):
    """What people, staff, programs and the system do here stands in the ledger under clauses that exist here."""
    engine, policy = other.engine, other.engine.policy.policy
    own, name = await joined(other), next(one.id for one in policy.items.values() if one.type is ItemType.PERSON_NAME)
    await given(other, own, (name, NAME))
    with pytest.raises(SubmissionError):
        await given(other, own, ("shoe-size", "44"))
    await devices.note_new_device(engine, own.person_id)
    role = next(one for one in policy.roles.values() if one.purposes)
    session = await other.staff(roles=(role.id,))
    with pytest.raises(SignInError):
        await sessions.sign_in(engine, "sato", PASSWORD, "000000")
    await events.LIST.ask(engine, session, "1", described=Subject("1", purposes=role.purposes))
    credential = await issue_credential(engine, "till", role.id, role.purposes[:1], by="test")
    await revoke_credential(engine, credential.split("_")[1], by="test")
    mandate = await issue_mandate(engine, session, role.purposes[0], people=1)
    with pytest.raises(DeniedError) as refused:
        await gate.read(engine, mandate, own.person_id, ("shoe-size",), Exit.SCREEN)
    assert refused.value.clause[1:] in policy.clauses
    said = await other.ledger()
    assert {one.act for one in said} >= {"customer:account:open", "customer:value:collect", "system:submission:refuse"}
    assert {one.clause for one in said} <= {*policy.clauses, ""}
    assert {one.act for one in said if not one.clause} <= {act.value for act in uncovered(policy)}
    assert {refusal.clause for one in said for refusal in one.refused} <= {*policy.clauses, ""}
    assert {engine.clause(ground) for ground in GROUNDS.values()} <= {*policy.clauses, ""}


async def test_a_device_is_not_remembered_where_no_cookie_is_declared_for_it(other):
    """The page offers it where a cookie serves it, whatever its name; elsewhere, asked for all the same, it sets nothing."""
    engine, language = other.engine, other.engine.policy.policy.language
    cookie = cookie_for(engine.policy.policy, CookieDuty.REMEMBER)
    issued = await accounts.join_with_password(engine, PASSWORD, language)
    if cookie is None:
        with pytest.raises(InputError) as refused:
            await remember_me.remember(engine, issued.person_id)
        assert (refused.value.reason, refused.value.clause) == ("cookie-undeclared", "")
        assert other.sql("SELECT count(*) FROM remembered") == [(0,)]
    browser = Browser(other)
    assert ('name="remember"' in (await browser.get(f"/{language}/sign-in")).text) is (cookie is not None)
    form = {"login_name": issued.login_name, "password": PASSWORD, "remember": "yes"}
    assert (await browser.post(f"/{language}/sign-in", **form)).status_code == 303
    assert [name for name in browser.cookies if name not in _strictly_needed(other)] == (
        [cookie.name] if cookie else []
    )


def _strictly_needed(one: Installation) -> set[str]:
    duties = (CookieDuty.SESSION, CookieDuty.CHOICES, CookieDuty.DEVICE)
    return {cookie.name for duty in duties if (cookie := cookie_for(one.engine.policy.policy, duty))}


async def test_nobody_is_counted_where_no_cookie_is_declared_for_it(other):
    """Whatever a browser agrees to: without a cookie for it no visit is counted."""
    browser = Browser(other)
    await browser.get(f"/{other.engine.policy.policy.language}/policy")
    await browser.web.visits.keep()
    assert other.sql("SELECT count(*) FROM visit_count") == [(0,)]


DEVICE = b"""```yaml kept
cookies:
  __Host-bicycle_device:
    purpose: repair
    basis: necessary
    life: 30 days
    identifier: device
    serves: device
kind: promise
"""


@pytest.mark.parametrize(("days", "known"), [(29.9, True), (30.1, False)])
async def test_a_device_is_known_as_long_as_its_cookie_lives(tmp_path, days, known):
    """A policy that lets the cookie live for less lets its number count for less, under the name it gives it."""
    one = await open_with(tmp_path, "bicycles", (b"{#2.1}\n\n```yaml kept\nkind: promise\n", b"{#2.1}\n\n" + DEVICE))
    issued = await accounts.join_with_password(one.engine, PASSWORD, "en")
    browser = Browser(one)
    await browser.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD)
    assert (browser.lives["__Host-bicycle_device"], "__Host-kept_device" in browser.cookies) == (str(30 * 86400), False)
    mark = devices.new_device(one.engine, issued.login_name)
    one.wall.pass_(days * 86400)
    assert bool(devices.known_device(one.engine, mark, issued.login_name)) is known
    await one.close()


async def test_a_program_reads_for_a_purpose_of_this_policy(tmp_path):
    """A credential is of a role and purposes declared here; its read is the program's own, under the purpose's clause."""
    one = await open_with(
        tmp_path, "bicycles", (b"      - screen\n      - phone\n", b"      - screen\n      - app\n      - phone\n")
    )
    own = await joined(one)
    await given(one, own, ("name", NAME))
    mandate = await mandate_for(
        one.engine,
        await credential_of(one.engine, await issue_credential(one.engine, "till", "counter", ("repair",), by="test")),
    )
    card = await gate.read(one.engine, mandate, own.person_id, ("name",), Exit.APP)
    with card.name.open() as text:
        assert text == NAME
    said = await one.newest()
    assert (said.kind, said.purpose, said.clause) == ("program", "repair", "1.1")
    await one.close()
