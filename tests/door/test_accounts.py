"""Accounts of Kept's own through the door: passkeys, remembered devices, and linking one to a program's own id."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest
from authenticator import PRESENT, Authenticator
from bakery import MORI
from embedded import Shop

from kept import limits
from kept.errors import ConflictError, DeniedError, InputError, NotFoundError, SealError, SignInError
from kept.services.accounts import linking
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio
HERE = "https://bakery.example"
PASSWORD = "four unrelated words here"


async def made(k, device):
    """Open an account with a passkey; return its person."""
    asked = k.passkey_to_join(HERE)
    token, _ = await k.join_with_passkey(device.make(asked["options"]), asked["token"], origin=HERE)
    return await k.session(token)


async def test_a_passkey_opens_an_account_and_signs_in(bakery):
    """Options and answers pass through; not one personal item, no name, no password."""
    async with bakery.open() as k:
        device = Authenticator(HERE)
        me = await made(k, device)
        assert (await me.data()).held == ()
        asked = k.passkey_to_sign_in(HERE)
        answer = device.use(asked["options"])
        again = await k.session(await k.sign_in_with_passkey(answer, asked["token"], origin=HERE))
        assert [one.entry_id for one in (await again.history()).lines[-1:]] == [
            one.entry_id for one in (await me.history()).lines[-1:]
        ]
        with pytest.raises(SignInError):  # the same answer once more
            await k.sign_in_with_passkey(answer, asked["token"], origin=HERE)


@pytest.mark.parametrize(
    ("device", "origin"),
    [
        (Authenticator("https://bakery.example.elsewhere"), HERE),
        (Authenticator(HERE, flags=PRESENT), HERE),
        (Authenticator(HERE), "https://elsewhere.example"),
    ],
    ids=["a page elsewhere asked", "nobody was verified", "a program names another origin"],
)
async def test_a_passkey_of_another_page_or_of_nobody_is_refused(bakery, device, origin):
    """What the browser saw must be what the program says, and the device must have checked who holds it."""
    async with bakery.open() as k:
        asked = k.passkey_to_join(HERE)
        with pytest.raises(SignInError) as refused:
            await k.join_with_passkey(device.make(asked["options"]), asked["token"], origin=origin)
        assert refused.value.reason == "passkey-wrong"


async def test_a_passkey_nobody_joined_with_signs_nobody_in(bakery):
    """A device that holds a key of its own; and one that signs with another's name."""
    async with bakery.open() as k:
        mine, strange = Authenticator(HERE), Authenticator(HERE)
        await made(k, mine)
        for named in (strange.id, mine.id):
            strange.id = named
            asked = k.passkey_to_sign_in(HERE)
            with pytest.raises(SignInError):
                await k.sign_in_with_passkey(strange.use(asked["options"]), asked["token"], origin=HERE)


async def test_a_remembered_device_signs_in_once_per_value_and_a_copy_is_found_out(tmp_path):
    """Remembered by who just signed in, renewed each time, listed, forgotten; the copy ends everything."""
    shop = Shop(tmp_path)
    async with shop.open() as k:
        issued = await k.join(PASSWORD)
        me = await k.session(await k.sign_in(issued.login_name, PASSWORD))
        first = await me.remember_device()
        token, second = await k.sign_in_remembered(first)
        assert second != first
        again = await k.session(token)
        (device,) = await again.devices()
        shop.wall.pass_(60)
        with pytest.raises(SignInError) as refused:
            await k.sign_in_remembered(first)
        assert (refused.value.reason, refused.value.clause) == ("device-copied", "§3.1")
        with pytest.raises(SignInError):
            await k.session(token)
        token = await k.recover(issued.login_name, issued.recovery_codes[0], "four other words now")
        me = await k.session(token)
        value = await me.remember_device()
        await me.forget_device(device.series)
        await me.forget_device((await me.devices())[0].series)
        with pytest.raises(SignInError):
            await k.sign_in_remembered(value)
        shop.wall.pass_(limits.FRESH_SIGN_IN_SECONDS + 1)
        with pytest.raises(SignInError, match="five minutes"):
            await me.remember_device()


async def test_a_program_remembers_no_device_and_gets_no_code_for_whom_it_vouches(bakery):
    """The breach: what would outlast the program's word, or take an account over, begins with the person alone."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            for tried in (me.remember_device(), me.link_code("till")):
                with pytest.raises(DeniedError) as refused:
                    await tried
                assert refused.value.reason == "vouched-session"


async def test_an_account_of_kepts_pages_gets_an_external_id(bakery):
    """The person's code and the program's vouching; the person sees it, it is found by the id, and goes with them."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        me = await made(k, Authenticator(HERE))
        await bakery.mori(me)
        assert await me.linkable() == ["till"]
        linked = await k.link(credential, external="C-4711", code=f" {await me.link_code('till')} ")
        assert {one.item: one.value for one in (await linked.data()).held} == MORI
        assert await me.external_ids() == {"till": "C-4711"}
        line = next(one.account for one in (await me.history()).lines if one.account.act == "customer:external-id:link")
        assert (line.kind, line.facts) == ("own", (("system", "till"),))
        assert line.actor, "the entry names the credential that vouched"
        async with k.person(credential, external="C-4711", create=False) as again, k.acting(credential) as desk:
            assert (await again.external_ids()) == {"till": "C-4711"}
            await desk.find(external="C-4711")
        assert await me.linkable() == []
        assert (await verify_installation(k._engine)).problems == []
        await me.erase()
        with pytest.raises(NotFoundError):
            async with k.person(credential, external="C-4711", create=False):
                pass
    with sqlite3.connect(bakery.address.removeprefix("sqlite:///")) as database:
        assert database.execute("SELECT COUNT(*) FROM external_id").fetchone() == (0,)
    database.close()


async def test_a_code_is_good_once_and_for_its_system(bakery):
    """By another system's program, forged, empty: nothing is linked and nothing is left behind."""
    async with bakery.open() as k:
        till, club = await bakery.program(k), await bakery.program(k, system="club")
        me = await made(k, Authenticator(HERE))
        code = await me.link_code("till")
        for credential, said in ((club, code), (till, "forged"), (till, code[:-2] + "AA"), (till, "")):
            with pytest.raises(SignInError) as refused:
                await k.link(credential, external="C-1", code=said)
            assert refused.value.reason == "link-code-wrong"
        await k.link(till, external="C-1", code=code)
        bakery.wall.pass_(limits.FRESH_SIGN_IN_SECONDS + 1)
        with pytest.raises(SignInError):
            await me.link_code("club")


async def test_no_id_moves_and_no_account_has_two_of_a_system(bakery):
    """An id that names somebody stays theirs; a used code links nothing more, and leaves no token that names nobody's record."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as first:
            await bakery.mori(first)
        me = await made(k, Authenticator(HERE))
        code = await me.link_code("till")
        with pytest.raises(ConflictError) as refused:
            await k.link(credential, external="C-1", code=code)
        assert refused.value.reason == "external-taken"
        await k.link(credential, external="C-2", code=code)
        with pytest.raises(InputError):
            await me.link_code("till")
        with pytest.raises(SignInError):
            await k.link(credential, external="C-9", code=code)
        with pytest.raises(NotFoundError):
            async with k.person(credential, external="C-9", create=False):
                pass
        assert (await verify_installation(k._engine)).problems == []


async def test_two_programs_race_with_one_code(bakery):
    """Used in the transaction of its act: the second finds it used, and its claim in K is taken back."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        me = await made(k, Authenticator(HERE))
        code = await me.link_code("till")
        done = await asyncio.gather(
            *(k.link(credential, external=one, code=code) for one in ("C-1", "C-2")), return_exceptions=True
        )
        assert sum(isinstance(one, Exception) for one in done) == 1, done
        theirs = (await me.external_ids())["till"]
        for one in {"C-1", "C-2"} - {theirs}:
            with pytest.raises(NotFoundError):
                async with k.person(credential, external=one, create=False):
                    pass
        assert (await verify_installation(k._engine)).problems == []


async def test_a_link_half_made_signs_nobody_in_and_is_finished_with_a_new_code(bakery):
    """Killed between K and D: the token nominates, the person's own record does not say it, and the next try is whole."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        me = await made(k, Authenticator(HERE))
        await linking._claim(k._engine, "till", "C-1", me._own.person_id)
        with pytest.raises(SealError):
            async with k.person(credential, external="C-1"):
                pass
        await k.link(credential, external="C-1", code=await me.link_code("till"))
        async with k.person(credential, external="C-1", create=False) as again:
            assert await again.external_ids() == {"till": "C-1"}
