"""A person a program vouches for: everything Kept's own pages let them do."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sqlite3
import zipfile

import pytest
from bakery import MORI

from kept.errors import (
    BusyError,
    ConflictError,
    DeniedError,
    EvidenceError,
    InputError,
    MalformedError,
    NotFoundError,
    SealError,
    SignInError,
    SubmissionError,
)
from kept.services.messages.outbox import send_due
from kept_verify.__main__ import main as kept_verify

pytestmark = pytest.mark.anyio
NOTICE = "service-notice"


async def test_a_first_visit_opens_an_account_and_the_next_finds_it(bakery):
    """An id nobody has opens an account without one personal item; the same id is the same person from then on."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-4711") as me:
            assert (await me.data()).held == ()
            await bakery.mori(me)
        async with k.person(credential, external="C-4711") as me:
            assert {one.item: one.value for one in (await me.data()).held} == MORI
            assert await me.external_ids() == {"till": "C-4711"}
        async with k.person(credential, external="c-4711") as other:
            assert (await other.data()).held == ()


async def test_the_same_id_of_two_systems_is_two_people(bakery):
    """Ids belong to a system; a credential speaks of its own."""
    async with bakery.open() as k:
        till = await bakery.program(k)
        club = await bakery.program(k, system="club")
        async with k.person(till, external="1") as me:
            await bakery.mori(me)
        async with k.person(club, external="1") as other:
            assert (await other.data()).held == ()


async def test_many_first_visits_at_once_open_one_account(bakery):
    """Two pages that load side by side do not make two people."""
    async with bakery.open() as k:
        credential = await bakery.program(k)

        async def visit():
            async with k.person(credential, external="C-1") as me:
                return (await me.history()).lines[-1].entry_id

        first = await asyncio.gather(*(visit() for _ in range(8)))
        assert len(set(first)) == 1


async def test_an_account_killed_while_it_was_opened_is_opened_anew(bakery):
    """Keys and token in K without anybody in D: the next start of who does the work clears them, and the id is free."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        write = k._engine.data.write

        async def killed(body):
            raise RuntimeError("killed")

        k._engine.data.write = killed
        with pytest.raises(RuntimeError, match="killed"):
            async with k.person(credential, external="C-1"):
                pass
        k._engine.data.write = write
    async with bakery.open() as k:
        with pytest.raises(BusyError):
            async with k.person(credential, external="C-1"):
                pass
    async with bakery.open(background=True) as k, k.person(credential, external="C-1") as me:
        assert (await me.data()).held == ()


async def test_a_visitor_who_must_exist_is_not_found(bakery):
    """*Not found* is an answer of its own, and says what to do."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        with pytest.raises(NotFoundError) as refused:
            async with k.person(credential, external="nobody", create=False):
                pass
        assert refused.value.needed
        assert refused.value.__notes__ == [f"what to do: {refused.value.needed}"]


async def test_only_a_credential_with_the_right_vouches(bakery):
    """The right is the credential's and its role's; taken back, what is open ends."""
    async with bakery.open() as k:
        plain = await bakery.program(k, may=())
        with pytest.raises(DeniedError, match="right vouch"):
            async with k.person(plain, external="C-1"):
                pass
        with pytest.raises(InputError, match="rights of the role"):
            await k.operator("test").issue_credential("counter", "counter", ("orders",), may=("vouch",))
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            issued = next(one for one in await k.operator("test").credentials() if one.rights)
            await k.operator("test").revoke_credential(issued.id)
            with pytest.raises(SignInError):
                await me.data()
        with pytest.raises(SignInError):
            async with k.person(credential, external="C-1"):
                pass


@pytest.mark.parametrize("column", ["rights", "system", "role", "purposes"])
async def test_a_credential_widened_by_hand_is_none(bakery, column):
    """Whoever can write D alone gives no credential a right or another system's people."""
    async with bakery.open() as k:
        credential = await bakery.program(k, may=())
    with sqlite3.connect(bakery.address.removeprefix("sqlite:///")) as base:
        base.execute(f"UPDATE api_credential SET {column} = 'vouch'")  # noqa: S608 -- a column of this test
    base.close()
    async with bakery.open() as k:
        with pytest.raises(SealError):
            async with k.person(credential, external="C-1"):
                pass


async def test_a_token_moved_by_hand_opens_nobody_else_s_account(bakery):
    """Whoever writes K alone cannot make one customer another: the person's own record decides, and it is recorded."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        for number in ("C-1", "C-2"):
            async with k.person(credential, external=number) as me:
                await bakery.mori(me)
        assert (await k.operator("test").verify()).problems == []
    keys = bakery.address.removeprefix("sqlite:///").replace("bakery.db", "bakery.keys.db")
    with sqlite3.connect(keys) as base:
        (first,) = base.execute("SELECT person_id FROM external_token ORDER BY person_id").fetchone()
        base.execute("UPDATE external_token SET person_id = ?", (first,))
    base.close()
    async with bakery.open() as k:
        answers = []
        for number in ("C-1", "C-2"):
            try:
                async with k.person(credential, external=number) as me:
                    answers.append((await me.external_ids())["till"] == number)
            except EvidenceError as error:
                answers.append(error.reason)
        assert sorted(map(str, answers)) == ["True", "row-rewritten"]
        async with k.acting(credential) as desk:
            with pytest.raises(SealError):
                await desk.read_many(["C-1", "C-2"], ["name"], exit="app")
        assert any("of external_token: it was changed" in one for one in (await k.operator("test").verify()).problems)


async def test_the_ledger_says_which_program_vouched(bakery):
    """What a person did is their own act, and names the credential that said it was them."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        by = (await k.operator("test").credentials())[0].id
        async with k.person(credential, external="C-1") as me:
            await bakery.mori(me, choices=["news/mail/"], confirmed=False)
            await me.choose("news", mail=False)
            await me.stop("orders")
            await me.correct("phone", "090-9999-0000", version=1)
            await me.remove("phone")
            await me.export()
            await me.erase(in_days=7)
            await me.undo_erase()
            said = [(one.account.kind, one.account.actor) for one in (await me.history()).lines]
        assert set(said) == {("own", by)}
        assert len(said) >= 9


async def test_a_session_ends_by_the_clock_and_wants_a_fresh_sign_in(bakery):
    """An hour after it was vouched for a session is over; what is delicate needs a sign-in within five minutes."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1", signed_in_at=bakery.wall.wall() - 400) as me:
            await bakery.mori(me)
            for delicate in (me.export(), me.erase(in_days=1), me.correct("phone", "090-9999-0000", version=1)):
                with pytest.raises(SignInError, match="five minutes"):
                    await delicate
            bakery.wall.pass_(3700)
            with pytest.raises(SignInError, match="lasts"):
                await me.data()
        with pytest.raises(InputError, match="ahead"):
            async with k.person(credential, external="C-1", signed_in_at=bakery.wall.wall() + 60):
                pass


@pytest.mark.parametrize("external", ["", " ", "x" * 201, "a\u202eb"])
async def test_an_id_nobody_can_read_is_refused(bakery, external):
    """Empty, too long, or with a character nobody sees: no account is opened for it."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        with pytest.raises(SubmissionError):
            async with k.person(credential, external=external):
                pass


async def test_a_form_says_everything_a_page_needs(bakery):
    """Notice, fields with why and until, boxes with nothing ticked, and the token."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            form = await me.form("account")
            assert [(one.name, one.type, one.several, one.given) for one in form.fields] == [
                ("name", "person-name", False, False), ("mail_address", "email", False, False),
                ("phone", "phone", False, False), ("likes", "some-of", True, False),
            ]  # fmt: skip
            assert list(form.fields[3].options) == ["bread", "cakes", "pies"]
            assert all(one.title and one.why and one.until and not one.needed for one in form.fields)
            assert [(one.value, one.purpose, one.channel, one.clause) for one in form.choices] == [
                ("news/mail/", "news", "mail", "§2.2")
            ]
            assert "Corner Bakery" in form.notice
            await bakery.mori(me)
            assert [one.given for one in (await me.form("account")).fields] == [True, True, True, False]


async def test_a_form_may_come_back_as_its_token_alone(bakery):
    """A web program shows the form in one request and gets it back in another: the token knows which it was."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            token = (await me.form("account")).token
            receipt = await me.submit(token, {"name": "Mori", "likes": ["bread", "pies"], "choice": ["news/mail/"]})
            given = {one["dpv:hasPurpose"]["@id"]: one["given"] for one in receipt.record["dpv:hasProcess"]}
            assert (given["#purpose-orders"], given["#purpose-news"]) == (None, True)
            with pytest.raises(ConflictError):
                await me.submit(token, {"phone": MORI["phone"]})
            with pytest.raises(MalformedError):
                await me.submit(token[:-2] + "xx", {"phone": MORI["phone"]})
            with pytest.raises(SubmissionError, match="declares"):
                await me.submit(await me.form("account"), {"shoe_size": "43"})
            assert [one.id for one in await me.receipts()] == [receipt.id]
            async with k.person(credential, external="C-2") as other:
                with pytest.raises(SubmissionError) as refused:
                    await other.submit(await me.form("account"), {"name": "Sato"})
                assert refused.value.reason == "token-other-person"


async def test_a_choice_counts_at_once_and_says_what_it_was(bakery):
    """A no to a channel and to a purpose; a yes lifts it; a word that is no choice is refused."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            await bakery.mori(me, choices=["news/mail/"])

            async def news():
                return next(one for one in (await me.data()).switches if one.purpose.id == "news")

            assert ((await news()).given, dict((await news()).channels)) == (True, {"mail": True})
            assert len(await me.choose("news", mail=False)) == 1
            assert dict((await news()).channels) == {"mail": False}
            await me.choose("news", False, mail=True)
            assert ((await news()).given, dict((await news()).channels)) == (False, {"mail": False})
            assert ((await news()).said, (await news()).ways[0].missing, (await news()).yes_opens) == (
                False,
                "no",
                True,
            )
            await me.choose("news", True)
            assert ((await news()).given, dict((await news()).channels)) == (True, {"mail": True})
            await me.stop("news")
            assert dict((await news()).channels) == {"mail": False}
            assert (await news()).stopped
            await me.resume("news")
            assert not (await news()).stopped
            for refused in (me.choose("news"), me.choose("news", pigeon=True)):
                with pytest.raises(InputError):
                    await refused
            with pytest.raises(SubmissionError):
                await me.choose("orders", False)


async def test_a_proof_of_the_history_holds_without_us(bakery, tmp_path, capsys):
    """A line's proof is checked by the independent verifier, with the published key alone."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            await bakery.mori(me, confirmed=False)
            line = (await me.history()).lines[0]
            with pytest.raises(InputError, match="pending"):
                await me.proof(line.entry_id)
            await k._engine.sequencer.integrate()
            (tmp_path / "entry.tlog-proof").write_text(await me.proof(line.entry_id))
            with pytest.raises(InputError):
                await me.proof("00" * 32)
            key = k.ledger_key
    assert kept_verify([str(tmp_path / "entry.tlog-proof"), "--key", key]) == 0
    assert "customer:value:collect" in capsys.readouterr().out


async def test_everything_may_be_taken_along(bakery):
    """The ZIP holds what was given, and what the program calls the person."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-4711") as me:
            await bakery.mori(me)
            with zipfile.ZipFile(io.BytesIO(await me.export())) as bundle:
                data = json.loads(bundle.read("data.json"))
        assert {one["item"]: one["value"] for one in data["items"]} == MORI
        assert data["external"] == [{"system": "till", "id": "C-4711"}]


async def test_erasing_takes_the_external_id_along(bakery):
    """Preview, seven days with undo, then gone: in both databases nothing finds them any more."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-4711") as me:
            await bakery.mori(me)
            shown = await me.erase(preview=True)
            assert set(shown.items) == set(MORI)
            await me.erase(in_days=7)
            await me.undo_erase()
            receipt_id = await me.erase()
            receipt = await k.erasure_receipt(receipt_id)
            assert receipt is not None
            assert receipt["level"] == "scrubbed"
        for part, table in (("bakery.db", "external_id"), ("bakery.keys.db", "external_token")):
            path = bakery.address.removeprefix("sqlite:///").replace("bakery.db", part)
            base = sqlite3.connect(path)
            assert base.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 -- a table of this test
            base.close()
        with pytest.raises(NotFoundError):
            async with k.person(credential, external="C-4711", create=False):
                pass


async def test_the_external_id_lies_nowhere_in_clear(bakery, tmp_path):
    """D holds it sealed, K a keyed hash: the bytes of the id are in no file."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="CANARY-4711") as me:
            await bakery.mori(me)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"CANARY-4711" not in path.read_bytes()


async def test_accounts_of_our_own_open_the_same_view(bakery):
    """Who joins and signs in here is the same kind of person; a wrong password and an ended session are nobody."""
    async with bakery.open() as k:
        issued = await k.join("four unrelated words here")
        token = await k.sign_in(issued.login_name, "four unrelated words here")
        me = await k.session(token)
        await bakery.mori(me)
        assert {one.account.actor for one in (await me.history()).lines} == {""}
        await me.sign_out()
        for nobody in (k.session(token), k.sign_in(issued.login_name, "four other words here")):
            with pytest.raises(SignInError):
                await nobody


async def test_addresses_are_confirmed_through_the_door(bakery, mailbox):
    """What the pages do: say what waits, send it again, take the code; a desk is told why it may not write before."""
    async with bakery.open(site="http://localhost:8330", mail=f"127.0.0.1:{mailbox.port}") as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me, k.acting(credential) as desk:
            await bakery.mori(me, confirmed=False)
            (mail,) = [one for one in await me.addresses() if one.channel == "mail"]
            assert (mail.confirmed_at, mail.until is not None) == (None, True)
            person = await desk.find(external="C-1")
            assert {one.channel: one.reason for one in await desk.ways(person)}["mail"] == "unconfirmed"
            with pytest.raises(DeniedError) as refused:
                await desk.message(person, "mail", NOTICE)
            assert refused.value.reason == "unconfirmed"
            bakery.wall.pass_(400)
            await me.send_confirmation(mail.slot)
            await send_due(k._engine)
            text = mailbox.received[0].text
            link = next(word for word in text.split() if "/w/" in word).rsplit("/", 1)[1]
            pending = await k.pending_by_link(link)
            assert (pending.item, pending.confirmed, pending.open, pending.listed) == (mail.slot, False, True, False)
            with pytest.raises(InputError):
                await me.write_again(mail.slot)
            await me.confirm(mail.slot, re.search(r"^(\d{4} \d{4})\s*$", text, re.MULTILINE)[1])
            assert not await k.confirm_by_link(link)
            await me.write_again(mail.slot)
            assert {one.channel: one.reason for one in await desk.ways(person)}["mail"] == ""
            await desk.message(person, "mail", NOTICE)
            assert len(mailbox.received) == 2
