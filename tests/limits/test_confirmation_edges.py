"""What asks the owner of an address, at both sides of its edge: its time, its tries, and how many messages a day."""

from __future__ import annotations

import pytest
from installation import MAIL

from clauses.test_4_4_confirmed_addresses import code_in, stranger
from kept import limits
from kept.errors import InputError, LimitError
from kept.policy.words import Exit
from kept.services.messages.confirmations import addresses_of, ask_again, confirm_by_code
from kept.services.messages.outbox import send_due
from kept.services.messages.stop_list import ASKED, put_on, tokens_of
from kept.services.my_data.corrections import correct

pytestmark = pytest.mark.anyio
AGAIN = limits.CONFIRMATION_AGAIN_SECONDS


@pytest.mark.edge("CONFIRMATION_SECONDS")
@pytest.mark.parametrize("late", [False, True])
async def test_a_code(installation, desk, late):
    """It is good for three days, and not a minute longer."""
    own = await stranger(installation, MAIL)
    await send_due(installation.engine)
    installation.wall.pass_(limits.CONFIRMATION_SECONDS - 60)
    typed = code_in(desk.box.received[0].text)
    if late:
        installation.wall.pass_(61)
        with pytest.raises(InputError) as refused:
            await confirm_by_code(installation.engine, own, "mail_address", typed)
        assert refused.value.reason == "confirmation-over"
    else:
        await confirm_by_code(installation.engine, own, "mail_address", typed)


@pytest.mark.edge("CONFIRMATION_AGAIN_SECONDS")
async def test_the_wait_before_the_next(installation, desk):
    """Not within five minutes; then at once."""
    own = await stranger(installation, MAIL)
    installation.wall.pass_(AGAIN - 1)
    with pytest.raises(LimitError) as refused:
        await ask_again(installation.engine, own, "mail_address")
    assert refused.value.retry_after_seconds == 1
    installation.wall.pass_(1)
    await ask_again(installation.engine, own, "mail_address")
    await send_due(installation.engine)
    assert len(desk.box.received) == 1  # the one before was called off while it waited


@pytest.mark.edge("CONFIRMATION_TIMES")
async def test_how_often_one_value_is_asked_about(installation, desk):
    """Five times; a corrected value begins anew."""
    own, engine = await stranger(installation, MAIL), installation.engine
    for _ in range(limits.CONFIRMATION_TIMES - 1):
        installation.wall.pass_(limits.RATE_COUNT_SECONDS)
        await ask_again(engine, await installation.session(own.person_id), "mail_address")
    installation.wall.pass_(limits.RATE_COUNT_SECONDS)
    with pytest.raises(InputError) as refused:
        await ask_again(engine, await installation.session(own.person_id), "mail_address")
    assert refused.value.reason == "confirmation-enough"
    await correct(engine, await installation.session(own.person_id), "mail_address", "a@example.jp", expected_version=1)
    installation.wall.pass_(limits.RATE_COUNT_SECONDS)
    await ask_again(engine, await installation.session(own.person_id), "mail_address")


@pytest.mark.edge("CONFIRMATION_WRONG_CODES")
@pytest.mark.parametrize("wrong", [limits.CONFIRMATION_WRONG_CODES - 1, limits.CONFIRMATION_WRONG_CODES])
async def test_wrong_codes(installation, desk, wrong):
    """After four the right one is taken, after five it is not."""
    own, engine = await stranger(installation, MAIL), installation.engine
    await send_due(engine)
    right = code_in(desk.box.received[0].text)
    for _ in range(wrong):
        with pytest.raises(InputError):
            await confirm_by_code(engine, own, "mail_address", "1")
    if wrong == limits.CONFIRMATION_WRONG_CODES:
        with pytest.raises(InputError):
            await confirm_by_code(engine, own, "mail_address", right)
    else:
        await confirm_by_code(engine, own, "mail_address", right)


@pytest.mark.edge("CONFIRMATIONS_OF_AN_ADDRESS")
async def test_messages_a_day_to_one_address(installation, desk):
    """Three over all accounts; for the fourth account nothing is sent and nothing said to be; the next day one goes again."""
    engine = installation.engine
    for _ in range(limits.CONFIRMATIONS_OF_AN_ADDRESS + 1):
        own = await stranger(installation, MAIL)
    await send_due(engine)
    assert len(desk.box.received) == limits.CONFIRMATIONS_OF_AN_ADDRESS
    assert (await addresses_of(engine, own.person_id))[0].asked_at is None
    installation.wall.pass_(limits.RATE_COUNT_SECONDS - 1)
    with pytest.raises(LimitError) as refused:
        await ask_again(engine, await installation.session(own.person_id), "mail_address")
    assert (refused.value.reason, refused.value.retry_after_seconds) == ("confirmation-today", 1)
    installation.wall.pass_(1)
    await ask_again(engine, own, "mail_address")
    await send_due(engine)
    assert len(desk.box.received) == limits.CONFIRMATIONS_OF_AN_ADDRESS + 1


@pytest.mark.edge("CONFIRMATIONS_OF_A_LISTED_ADDRESS")
async def test_messages_a_day_to_a_listed_address(installation, desk):
    """None by itself; one where somebody wants it, and not two."""
    engine = installation.engine
    ((channel, token),) = tokens_of(engine, {"mail_address": MAIL}, (Exit.MAIL,))
    await engine.data.write(lambda tx: put_on(tx, channel, token, ASKED, 1.0))
    asking = [await stranger(installation, MAIL) for _ in range(limits.CONFIRMATIONS_OF_A_LISTED_ADDRESS + 1)]
    assert (await send_due(engine), desk.box.received) == (0, [])
    installation.wall.pass_(AGAIN)
    for own in asking[:-1]:
        await ask_again(engine, own, "mail_address")
    with pytest.raises(LimitError):
        await ask_again(engine, asking[-1], "mail_address")
    await send_due(engine)
    assert len(desk.box.received) == limits.CONFIRMATIONS_OF_A_LISTED_ADDRESS


@pytest.mark.edge("CONFIRMATIONS_OF_A_PERSON")
async def test_messages_a_day_for_one_person(installation, desk):
    """Ten addresses one after the other; the eleventh gets nothing that day."""
    own, engine = await stranger(installation, MAIL), installation.engine
    await send_due(engine)
    for number in range(1, limits.CONFIRMATIONS_OF_A_PERSON + 1):
        fresh = await installation.session(own.person_id)
        await correct(engine, fresh, "mail_address", f"p{number}@example.jp", expected_version=number)
        await send_due(engine)
    assert len(desk.box.received) == limits.CONFIRMATIONS_OF_A_PERSON
