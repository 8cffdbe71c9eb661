"""A desk: a program acts for one purpose of its credential."""

from __future__ import annotations

import pytest
from bakery import MORI
from counted import exactly

from kept.errors import DeniedError, InputError, NotFoundError, SignInError
from kept.policy.words import Exit
from kept.services.messages.outbox import send_due

pytestmark = pytest.mark.anyio
NOTICE = "service-notice"


async def customers(bakery, k, credential, *numbers, choices=()):
    """Let customers register, each with an address of their own."""
    for number in numbers:
        async with k.person(credential, external=number) as me:
            await bakery.mori(me, choices, mail_address=f"{number.lower()}@example.jp", likes=["bread"])


async def test_the_same_person_is_found_by_item_and_by_your_own_number(bakery):
    """Either way one person; another system's number, an unknown one and both at once are not."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        await customers(bakery, k, credential, "C-1", "C-2")
        async with k.acting(credential) as desk:
            assert desk.purpose == "orders"
            for found in (await desk.find(external="C-1"), await desk.find(mail_address="Ｃ-1@example.jp")):
                assert repr(found) == "<a person>"
                with (await desk.read(found, ["mail_address"], exit="app")).mail_address.open() as address:
                    assert address == "c-1@example.jp"
            for nobody in (desk.find(external="C-9"), desk.find(external="C-1", system="club")):
                with pytest.raises(NotFoundError) as refused:
                    await nobody
                assert refused.value.entry_id
            for unclear in (desk.find(), desk.find(external="C-1", phone=MORI["phone"])):
                with pytest.raises(InputError, match="both or neither"):
                    await unclear


async def test_who_stopped_the_purpose_is_not_found_by_number_either(bakery):
    """The number opens nothing that the person closed; they see that it was tried."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        await customers(bakery, k, credential, "C-1")
        async with k.person(credential, external="C-1") as me, k.acting(credential) as desk:
            await me.stop("orders")
            with pytest.raises(NotFoundError):
                await desk.find(external="C-1")
            line = (await me.history()).lines[0].account
            assert (line.act, line.outcome, line.refused[0].reason) == ("actor:person:find", "refused", "stopped")
            await me.resume("orders")
            await desk.find(external="C-1")


async def test_who_gave_nothing_is_not_found(bakery):
    """An account without a value holds nothing a purpose could be for."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1"):
            pass
        async with k.acting(credential) as desk:
            with pytest.raises(NotFoundError):
                await desk.find(external="C-1")


async def test_read_many_answers_for_each_person_apart(bakery):
    """One call: a card, a denial with its clause, and *not found*, in the order asked."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        await customers(bakery, k, credential, "C-1", "C-2", "C-3")
        async with k.person(credential, external="C-2") as me:
            await me.remove("phone")
        async with k.acting(credential) as desk:
            found = await desk.find(external="C-3")
            first, second, third, nobody = await desk.read_many(["C-1", "C-2", found, "C-9"], ["phone"], exit="app")
            assert "phone" in first
            assert (type(second), second.step, second.reason, second.items) == (DeniedError, 4, "value", ("phone",))
            assert second.needed
            assert "phone" in third
            assert isinstance(nobody, NotFoundError)
            cards = await desk.read_many(["C-2"], ["name", "phone"], exit="app", on_denial="withhold")
            assert (list(cards[0]), set(cards[0].withheld)) == (["name"], {"phone"})


async def test_a_denial_names_step_clause_and_what_is_needed(bakery):
    """An item of another purpose, and a way out nobody knows."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        await customers(bakery, k, credential, "C-1")
        async with k.acting(credential) as desk:
            person = await desk.find(external="C-1")
            with pytest.raises(DeniedError) as refused:
                await desk.read(person, ["likes"], exit="app")
            assert (refused.value.step, refused.value.clause, refused.value.items) == (3, "§2.1", ("likes",))
            with pytest.raises(InputError, match="way out"):
                await desk.read(person, ["name"], exit="window")


@pytest.mark.parametrize("way", [one.value for one in Exit if one is not Exit.APP])
async def test_a_program_reads_by_no_way_but_its_own(bakery, way):
    """§5.2, §4.4 breach: a credential asks for an address by a mail’s exit, or a screen’s: past outbox, stop lists and limits."""
    async with bakery.open() as k:
        credential = await bakery.program(k)
        await customers(bakery, k, credential, "C-1")
        async with k.acting(credential) as desk:
            person = await desk.find(external="C-1")
            with pytest.raises(DeniedError) as refused:
                await desk.read(person, ["mail_address"], exit=way)
            assert (refused.value.step, refused.value.reason) == (7, "program-exit")
            assert refused.value.clause
            (card,) = await desk.read_many([person], ["mail_address"], exit=way)
            assert isinstance(card, DeniedError)
        async with k.person(credential, external="C-1") as me:
            (told,) = [one for one in (await me.history()).lines if one.entry_id == refused.value.entry_id]
            assert (told.account.outcome, told.account.exit) == ("refused", way)


async def test_a_desk_is_for_one_purpose_of_the_credential(bakery):
    """Several purposes: one is named; another, or a wrong secret, opens no desk."""
    async with bakery.open() as k:
        credential = await bakery.program(k, purposes=("orders", "news"))
        for purpose in ("", "rights-request"):
            with pytest.raises(InputError, match="own purposes"):
                async with k.acting(credential, purpose=purpose):
                    pass
        with pytest.raises(SignInError):
            async with k.acting(credential[:-1] + ("a" if credential[-1] != "a" else "b"), purpose="news"):
                pass


async def test_a_segment_is_counted_and_nobody_is_named(bakery, monkeypatch):
    """Who agreed and matches; who did not agree is left out, by reason. It is a right of its own."""
    async with bakery.open() as k:
        credential = await bakery.program(k, purposes=("news",), may=("vouch", "campaigns"))
        async with k.acting(credential) as desk:
            few = await desk.segment(channels=["mail", "post"])
            assert (few.matching or few.fewer_than) >= few.fewer_than, "noised, and fewer than the floor is no figure"
        exactly(monkeypatch)
        await customers(bakery, k, credential, "C-1", "C-2", choices=["news/mail/"])
        await customers(bakery, k, credential, "C-3")
        async with k.acting(credential) as desk:
            everybody, bread = await desk.segment(), await desk.segment({"likes": ["bread", "pies"]})
            for one in (everybody, bread):
                assert (one.matching, {why: n for why, n in one.left_out.items() if n}) == (2, {"consent": 1})
            assert (await desk.segment({"likes": ["cakes"]})).matching == 0
            for wrong in (
                desk.segment({"name": ["Mori"]}),
                desk.segment(channels=["pigeon"]),
                desk.segment(channels=[]),
            ):
                with pytest.raises(InputError):
                    await wrong
        async with k.acting(await bakery.program(k, purposes=("news",))) as desk:
            with pytest.raises(DeniedError, match="campaigns"):
                await desk.segment()


async def test_a_message_leaves_by_the_policy_s_ways_alone(bakery, mailbox):
    """Decided when it is written, and again when it leaves; the person sees it and why it came."""
    async with bakery.open(site="http://localhost:8330", mail=f"127.0.0.1:{mailbox.port}") as k:
        credential = await bakery.program(k)
        await customers(bakery, k, credential, "C-1")
        async with k.acting(credential) as desk, k.person(credential, external="C-1") as me:
            person = await desk.find(external="C-1")
            number = await desk.message(person, "mail", NOTICE)
            assert (await desk.sent(number)).state == "sent"
            assert "It is ready, and warm." in mailbox.received[0].text
            assert [(one.message_id, one.origin, one.clause) for one in await me.messages()] == [
                (number, "program", "2.1")
            ]
            with pytest.raises(DeniedError) as refused:
                await desk.message(person, "post", NOTICE)
            assert (refused.value.step, refused.value.clause) == (3, "§2.1")
            with pytest.raises(InputError):
                await desk.message(person, "pigeon", NOTICE)
            await me.stop("orders")
            with pytest.raises(DeniedError):
                await desk.message(person, "mail", NOTICE)
            assert len(mailbox.received) == 1
            written = [one.account for one in (await me.history()).lines if one.account.act.endswith(":contact:write")]
            assert {(one.act, one.kind) for one in written} == {("program:contact:write", "program")}
            assert sorted(one.outcome for one in written) == ["done", "refused", "refused"]


async def test_a_program_writes_what_the_policy_declares_and_nothing_else(bakery, mailbox):
    """§4.5 breach: words of its own, a kind nobody declared, a reply to nothing, a second one: refused; she sees the tries."""
    async with bakery.open(site="http://localhost:8330", mail=f"127.0.0.1:{mailbox.port}") as k:
        credential = await bakery.program(k)
        await customers(bakery, k, credential, "C-1")
        async with k.acting(credential) as desk, k.person(credential, external="C-1") as me:
            person = await desk.find(external="C-1")
            tries = [("advertising", "Half price!", "message-kind"), ("", "Half price!", "message-kind")]
            tries += [("reply", "Half price!", "not-asked")]
            for kind, text, reason in tries:
                with pytest.raises(DeniedError) as refused:
                    await desk.message(person, "mail", kind, text)
                assert (refused.value.reason, refused.value.step) == (reason, 7), kind
            await desk.message(person, "mail", NOTICE, "Half price!")
            assert "Half price" not in mailbox.received[0].text
            await me.ask()
            await desk.message(person, "mail", "reply", "We open at seven.")
            assert "We open at seven." in mailbox.received[0].text
            (asked,) = await me.inquiries()
            assert asked.answered_at is not None
            with pytest.raises(DeniedError) as refused:
                await desk.message(person, "mail", "reply", "And by the way: half price!")
            assert refused.value.reason == "not-asked"
            lines = [one.account for one in (await me.history()).lines if one.account.act == "program:contact:write"]
            assert sum(one.outcome == "refused" for one in lines) == len(tries) + 1


async def test_a_message_not_sent_yet_is_decided_again(bakery):
    """It waits while there is no server; a no in between leaves it out, with its reason."""
    async with bakery.open(site="http://localhost:8330", mail="127.0.0.1:1") as k:
        credential = await bakery.program(k)
        other = await bakery.program(k)
        await customers(bakery, k, credential, "C-1")
        async with k.acting(credential) as desk, k.person(credential, external="C-1") as me:
            number = await desk.message(await desk.find(external="C-1"), "mail", NOTICE)
            assert (await desk.sent(number)).state == "waiting"
            await me.stop("orders")
            bakery.wall.pass_(120)
            await send_due(k._engine)
            assert ((await desk.sent(number)).state, (await desk.sent(number)).reason) == ("left-out", "stopped")
        async with k.acting(other) as desk:
            with pytest.raises(InputError, match="this program"):
                await desk.sent(number)
