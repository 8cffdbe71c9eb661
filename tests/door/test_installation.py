"""An open installation: who may open it, what goes on in the background, operators and staff."""

from __future__ import annotations

import asyncio

import pytest
from bakery import MORI, POLICY
from installation import PASSWORD

import kept
from kept import limits
from kept.door.account import Account
from kept.door.view import View, edge, names_of
from kept.errors import BusyError, ClosedError, DeniedError, InputError, KeptError, SettingError, SignInError
from kept.policy.words import Exit
from kept.services.engine.restored_keys import DATA_RESTORED, NOT_REPLAYED
from kept.services.my_data.erasure import intend
from kept.store import sql

pytestmark = pytest.mark.anyio
NOTICE = "service-notice"


async def test_the_background_sends_and_integrates_by_itself(bakery, mailbox):
    """A program that embeds Kept gets the outbox and the sequencer; nobody calls them."""
    mail = f"127.0.0.1:{mailbox.port}"
    async with bakery.open(background=True, site="http://localhost:8330", mail=mail) as k:
        credential = await bakery.program(k)
        dispatcher = k._engine.dispatchers.pop(Exit.MAIL)
        async with k.person(credential, external="C-1") as me, k.acting(credential) as desk:
            await bakery.mori(me)
            k._engine.dispatchers[Exit.MAIL] = dispatcher
            server, dispatcher.server.port = dispatcher.server.port, 1
            number = await desk.message(await desk.find(external="C-1"), "mail", NOTICE)
            dispatcher.server.port = server
            assert (await desk.sent(number)).state == "waiting"
            bakery.wall.pass_(limits.CHANNEL_HELD_SECONDS + 1)
            async with asyncio.timeout(10):
                while (await desk.sent(number)).state != "sent":  # noqa: ASYNC110 -- nothing tells a program: it asks
                    await asyncio.sleep(0.05)
                while (await me.history()).lines[-1].position is None:  # noqa: ASYNC110 -- the same
                    await asyncio.sleep(0.05)
    assert len(mailbox.received) == 1


async def test_without_the_background_nothing_happens_by_itself(bakery):
    """No task runs; closing integrates what was recorded."""
    async with bakery.open() as k:
        assert k._engine.supervision.tasks == []
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            await asyncio.sleep(0.7)
            assert (await me.history()).lines[0].position is None
    async with bakery.open() as k, k.person(credential, external="C-1") as me:
        assert (await me.history()).lines[-1].position is not None


async def test_one_process_does_the_work_of_an_installation(bakery):
    """A second one is told so, and may open it without the work."""
    async with bakery.open(background=True):
        with pytest.raises(BusyError) as refused:
            async with bakery.open(background=True):
                pass
        assert refused.value.reason == "already-running"
        async with bakery.open() as second:
            assert (await second.operator("test").status()).closed == ""


async def test_a_second_process_finishes_nothing(bakery):
    """What a running process has begun is that process's to finish: whoever opens without the work acts, and closes."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            await intend(k._engine, me._own.person_id, started_by="customer")
    async with bakery.open() as second:
        assert await second._engine.data.all(sql.ErasuresDue, at=bakery.wall.wall())
    async with bakery.open(background=True) as first:
        assert not await first._engine.data.all(sql.ErasuresDue, at=bakery.wall.wall())


async def test_a_restored_database_serves_nobody_else_before_the_no_log_was_said_again(bakery):
    """Whoever opens without the work does not say it again, and so is refused until the process that does the work has."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            await bakery.mori(me)
        await k._engine.put_meta(DATA_RESTORED, NOT_REPLAYED)
    async with bakery.open() as second, second.acting(credential) as desk:
        with pytest.raises(ClosedError) as refused:
            await desk.find(external="C-1")
        assert refused.value.reason == "keys-restored"


@pytest.mark.parametrize("mail", ["here", ":25", "mail.example:", "mail.example:0", "mail.example:70000"])
async def test_a_mail_server_is_a_host_and_a_port(bakery, mail):
    """Anything else is refused before anything is opened for good."""
    with pytest.raises(SettingError, match=r"mail\.example:25"):
        async with bakery.open(mail=mail):
            pass


async def test_an_operator_runs_the_installation(bakery, tmp_path):
    """Credentials, staff, status, the board; each change names the operator."""
    async with bakery.open() as k:
        operator = k.operator("maria")
        await operator.add_staff("sato", PASSWORD, ["owner"], who="sato")
        assert [(one.login, one.roles, one.disabled) for one in await operator.staff()] == [("sato", ("owner",), False)]
        await operator.disable_staff("sato")
        assert [one.disabled for one in await operator.staff()] == [True]
        await operator.issue_credential("till", "program", ["orders"], may=["vouch"])
        one = (await operator.credentials())[0]
        assert (one.label, one.role, one.purposes, one.rights, one.system) == (
            "till", "program", ("orders",), ("vouch",), "till",
        )  # fmt: skip
        status = await operator.status()
        assert (status.closed, status.policy, status.version, status.sweeps) == ("", "corner-bakery", 1, "running")
        assert {one.clause.id for one in (await operator.board()).clauses} >= {"1.1", "3.1"}
        assert (await operator.verify()).problems == []
        assert (await operator.rotate_keys()).epoch == 2
        for wrong in (
            operator.issue_credential("till", "program", ["rights-request"]),
            operator.issue_credential("till", "program"),
            operator.add_staff("tani", PASSWORD, ["nobody"], who="tani"),
        ):
            with pytest.raises(InputError):
                await wrong


async def test_a_closed_gate_is_told_by_status_and_not_raised(bakery):
    """Health is asked when something is wrong: the answer comes then as well."""
    async with bakery.open() as k:
        k._engine._closed_for = "ledger-behind-itself"
        assert (await k.operator("test").status()).closed == "ledger-behind-itself"


async def test_staff_work_in_cases_through_the_door(bakery):
    """A case for one purpose, found, opened, closed; another purpose and an ended session are refused."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            await bakery.mori(me)
        async with k.staff(*await bakery.staff(k, "sato", "counter")) as staff:
            case = await staff.open_case("orders")
            case = await staff.find_in_case(case.id, {"phone": MORI["phone"]})
            with (await staff.open_item(case.id, "name")).name.open() as name:
                assert name == MORI["name"]
            await staff.close_case(case.id)
            assert [one.id for one in await staff.my_cases()] == [case.id]
            with pytest.raises(DeniedError):
                await staff.open_case("news")
        with pytest.raises(SignInError):
            await staff.my_cases()


async def test_a_second_version_is_proposed_counted_and_activated(bakery, tmp_path):
    """An operator proposes, staff activate; how many it concerns is known before."""
    newer = tmp_path / "bakery.policy.md"
    text = POLICY.read_text(encoding="utf-8").replace("version: 1", "version: 2")
    newer.write_text(text.replace("Telling you about your order", "Telling you when it is ready"), encoding="utf-8")
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            await bakery.mori(me)
            files = kept.policy_files(newer)
            concerned = await k.operator("test").concerned(files)
            assert (concerned.people, concerned.asked) == (1, 1)
            assert await k.operator("test").propose(files) == 2
            async with k.staff(*await bakery.staff(k, "sato", "owner")) as staff:
                await staff.activate(2)
            assert k.policy.version == 2
            assert {(one.item, one.why) for one in await me.asked_again()} == {
                ("name", "words"), ("mail_address", "words"), ("phone", "words"),
            }  # fmt: skip
            form = await me.form("account")
            await me.submit(form, {}, use=["name", "mail_address", "phone"])
            assert await me.asked_again() == []


def test_every_public_method_of_a_view_passes_the_edge(bakery):
    """Nothing leaves the door past the one place where errors are completed."""
    views = [kept.Kept, kept.Desk, kept.Person, kept.Staff, kept.Operator]
    parts = set(View.__subclasses__())
    assert parts | {one for part in parts for one in part.__subclasses__()} == {*views, Account}

    class Engine:
        """Stands for an engine: it cites."""

        @staticmethod
        def cite(error):
            error.clause = "§1"
            return error

    raised = KeptError("expected, found", hint="turn it off and on")
    for _ in range(2):
        with pytest.raises(KeptError), edge(Engine()):
            raise raised
    assert (raised.clause, raised.__notes__) == ("§1", ["what to do: turn it off and on"])
    for view in views:
        for name, member in names_of(view).items():
            if callable(member):
                assert "edge" in edge_of(member), f"{view.__name__}.{name}"


def edge_of(member) -> set[str]:
    """Return the global names of the outermost function, and of the generator it enters."""
    inner = getattr(member, "__closure__", None) or ()
    found = set(member.__code__.co_names)
    for cell in inner:
        if hasattr(cell.cell_contents, "__code__"):
            found |= set(cell.cell_contents.__code__.co_names)
    return found
