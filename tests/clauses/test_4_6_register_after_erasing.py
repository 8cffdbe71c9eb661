"""§4.6: what was provided about an erased person stays in the register until the law's date, and nothing else of them does."""

from __future__ import annotations

import pytest

from asked import CONSOLE, SITE, Browser
from house import MAIL, NAME, PHONE, House
from kept.crypto.sealed_to import OpeningKey
from kept.errors import DeniedError, KeptError, StoreError
from kept.services import accounts, erasing, providing, recipients, register, staff
from kept.services.housekeeping import finish_all, tidy
from kept.services.recalling import pseudonym
from kept.services.register import keep_seconds, show_register
from kept.services.rotating import rotate
from kept.services.verifying import verify_house

pytestmark = pytest.mark.anyio
CLUB = "picture-club"
DAY = 86400.0
TICK = ("choice", f"{CLUB}//{CLUB}")


async def provided(house):
    """A customer whose name and address went to the Picture Club."""
    own = await house.join()
    await house.give(own, [("name", NAME), ("mail_address", MAIL), ("phone", PHONE), TICK])
    await recipients.register_key(house.engine, CLUB, OpeningKey.new().public, by="test")
    asks, approves = await house.staff("abe", ("partners",)), await house.staff("ono", ("privacy",))
    provision = await providing.ask(house.engine, asks, CLUB)
    await providing.approve_and_provide(house.engine, approves, provision)
    await providing.fetch(house.engine, asks, provision)
    return own, asks, approves


async def erase(house, own):
    """Erase a person, as they do it; return the receipt."""
    receipt_id = await erasing.intend_erasure(house.engine, await house.session(own.person_id))
    receipt = await erasing.erasure_receipt(house.engine, receipt_id)
    assert receipt is not None
    return receipt


async def test_the_register_outlives_the_person_and_names_a_number(house):
    """§4.6 normal: preview and receipt say what stays and until when; staff with the right read it, and that is recorded."""
    own, asks, approves = await provided(house)
    number = pseudonym(house.engine, CLUB, own.person_id)
    preview = await erasing.preview(house.engine, own.person_id)
    assert [(one.recipient, set(one.items), one.pseudonym) for one in preview.register] == [
        (CLUB, {"name", "mail_address"}, number)
    ]
    assert "register" in preview.stays
    assert await show_register(house.engine, approves) == []
    receipt = await erase(house, own)
    assert receipt["register_until_at"]
    for session in (asks, approves):
        (line,) = await show_register(house.engine, session)
        assert (line.recipient, set(line.items), line.pseudonym) == (CLUB, {"name", "mail_address"}, number)
        assert line.until - line.at == pytest.approx(keep_seconds(house.engine))
        assert keep_seconds(house.engine) >= 1096 * DAY
        newest = await house.newest()
        assert (newest.act, newest.clause, dict(newest.facts)) == ("staff:register:view", "4.6", {"lines": "1"})
    assert (await verify_house(house.engine)).problems == []


async def test_who_may_not_see_it(house):
    """§4.6 breach: neither approving nor acting for a recipient is refused."""
    own, _, _ = await provided(house)
    await erase(house, own)
    with pytest.raises(DeniedError) as refused:
        await show_register(house.engine, await house.staff("sato", ("support",)))
    assert refused.value.clause == "§5.2"


async def test_nothing_else_of_them_is_left(house):
    """§0.1: no value, no other entry's part, no key but the statutory one, and D does not say whose the line is."""
    own, _, _ = await provided(house)
    session = await house.staff()
    await house.case(session)
    await erase(house, own)
    keys, _ = await house.engine.keyring.of_person(own.person_id)
    assert keys is None
    held = await house.engine.keys.read(lambda tx: tx.all("statutory_of_person", person_id=own.person_id))
    assert len(held) == 1
    for query in ("receipts", "passkeys", "provision_records_of"):
        assert await house.engine.data.read(lambda tx, one=query: tx.all(one, person_id=own.person_id)) == []
    assert (await house.engine.data.read(lambda tx: tx.one("entries_of_person_count", person_id=own.person_id))) == (0,)
    if house.kind == "sqlite":
        assert house.sql("SELECT COUNT(*) FROM register_entry") == [(1,)]
        assert house.sql("SELECT COUNT(*) FROM person_key WHERE person_id = ?", own.person_id, part="keys") == [(0,)]
        await house.close()
        data = house.address.data.read_bytes()
        for needle in (NAME, MAIL, PHONE.replace("-", "")):
            assert needle.encode() not in data + house.address.keys.read_bytes()
        assert own.person_id not in data
        assert own.person_id.hex().encode() not in data
        await house.open()


async def test_on_its_day_the_key_goes_and_the_line_with_it(house):
    """§4.6 normal: three years after the provision nothing is left but the tombstone; the house says it ended it."""
    own, _, approves = await provided(house)
    receipt = await erase(house, own)
    house.wall.pass_(keep_seconds(house.engine) - DAY)
    house.engine.clock.confirm_leap()
    await tidy(house.engine)
    assert await house.engine.keys.read(lambda tx: tx.all("statutory_due", at=1e12))
    held = (await house.engine.keys.read(lambda tx: tx.all("statutory_due", at=1e12)))[0][0]
    wrapped = (await house.engine.keys.read(lambda tx: tx.one("statutory_get", key_id=held)))[2]
    house.wall.pass_(2 * DAY)
    house.engine.clock.confirm_leap()
    await tidy(house.engine)
    assert await house.engine.keys.read(lambda tx: tx.all("statutory_due", at=1e12)) == []
    assert (await house.newest()).act == "house:register:end"
    assert await show_register(house.engine, approves) == []
    again = await erasing.erasure_receipt(house.engine, receipt["receipt"])
    assert again is not None
    assert again["register_until_at"] is None
    assert await register.end_register(house.engine) == 0
    assert (await verify_house(house.engine)).problems == []
    if house.kind == "sqlite":
        await house.close()
        assert bytes(wrapped) not in house.address.keys.read_bytes()
        await house.open()


async def test_a_line_older_than_its_day_does_not_stay(house):
    """§4.6: who is erased four years after a provision leaves nothing in the register."""
    own, _, approves = await provided(house)
    house.wall.pass_(keep_seconds(house.engine) + DAY)
    house.engine.clock.confirm_leap()
    assert (await erasing.preview(house.engine, own.person_id)).register == ()
    assert (await erase(house, own))["register_until_at"] is None
    assert await house.engine.keys.read(lambda tx: tx.all("statutory_due", at=1e12)) == []
    assert await show_register(house.engine, approves) == []


async def test_who_was_never_provided_leaves_no_key(house):
    """§0.1: a key nothing is kept under goes with the others."""
    own = await house.mori()
    assert (await erase(house, own))["register_until_at"] is None
    assert await house.engine.keys.read(lambda tx: tx.all("statutory_due", at=1e12)) == []


async def test_the_key_is_wrapped_anew_with_all_others(house):
    """§5.5: after a rotation the line still opens, and the old epoch is destroyed."""
    own, _, approves = await provided(house)
    await erase(house, own)
    assert (await rotate(house.engine, by="test")).destroyed == (1,)
    assert len(await show_register(house.engine, approves)) == 1
    assert (await verify_house(house.engine)).problems == []


async def test_whoever_changes_a_line_is_found(tmp_path):
    """§5.3 breach: a line changed, moved under another key's name, or without its key is named."""
    for statement, part, word in (
        ("UPDATE register_entry SET sealed = X'00'", "data", "does not open"),
        ("UPDATE register_entry SET key_id = 'another'", "data", "its key is gone"),
        ("DELETE FROM statutory_key", "keys", "its key is gone"),
        ("UPDATE statutory_key SET person_id = X'00112233445566778899aabbccddeeff'", "keys", "does not open"),
    ):
        folder = tmp_path / word.replace(" ", "-") / str(len(statement))
        folder.mkdir(parents=True)
        house = House(folder)
        await house.open()
        own, _, _ = await provided(house)
        await erase(house, own)
        house.sql(statement, part=part)
        found = await verify_house(house.engine)
        assert [one for one in found.problems if word in one], statement
        await house.close()


@pytest.mark.parametrize("writes", range(5))
async def test_killed_after_any_write_the_register_is_whole(tmp_path, writes):
    """§5.6: an erasure killed anywhere is finished on the next start, with its line and its key, once."""
    house = House(tmp_path)
    await house.open()
    own, _, approves = await provided(house)
    session = await house.session(own.person_id)
    house.stop_after(writes)
    try:
        await erasing.intend_erasure(house.engine, session)
    except StoreError as error:
        assert error.reason == "killed"  # noqa: PT017 -- which way the process ended
    await house.close(integrate=False)
    house.wall.pass_(1)
    await house.open()
    await finish_all(house.engine)
    if await house.engine.keyring.of_person(own.person_id) != (None, None):
        await erasing.intend_erasure(house.engine, await house.session(own.person_id))
    assert len(await show_register(house.engine, approves)) == 1
    assert len(await house.engine.keys.read(lambda tx: tx.all("statutory_due", at=1e12))) == 1
    assert (await verify_house(house.engine)).problems == []
    await house.close()


async def test_a_d_from_before_the_erasure_gives_the_line_back_and_nothing_else(tmp_path):
    """§5.4: after a restore K's tombstone wins again, and the register has its line again."""
    house = House(tmp_path)
    await house.open()
    own, _, approves = await provided(house)
    await house.engine.sequencer.integrate()
    rows = {
        table: house.sql(f"SELECT * FROM {table} WHERE person_id = ?", own.person_id)  # noqa: S608 -- our own tables
        for table in ("state", "value", "entry_person")
    }
    await erase(house, own)
    for table, them in rows.items():  # as a D restored from before would have it
        for row in them:
            house.sql(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", *row)  # noqa: S608 -- our own tables
    house.sql("DELETE FROM register_entry")
    assert await erasing.remove_returned(house.engine) == 1
    assert len(await show_register(house.engine, approves)) == 1
    assert house.sql("SELECT COUNT(*) FROM entry_person WHERE person_id = ?", own.person_id) == [(0,)]
    with pytest.raises(KeptError):
        await house.engine.people.load(own.person_id)
    await house.close()


async def test_the_pages(house):
    """§4.6 page: the erase preview and the receipt say it, and the console shows the register, in both languages."""
    own, _, _ = await provided(house)
    site, console = Browser(house, at=SITE), Browser(house, at=CONSOLE)
    site.cookies["__Host-kept_session"] = await accounts.start_session(house.engine, own.person_id)
    preview = (await site.get("/en/my-data/erase")).text
    assert "A law obliges us to keep this until" in preview
    assert "法令" in (await site.get("/ja/my-data/erase")).text
    await site.get("/en/my-data/erase")
    answer = await site.post("/en/my-data/erase", when="now")
    receipt = (await site.get(answer.headers["location"])).text if answer.status_code == 303 else answer.text
    assert "What the register of provisions says" in receipt
    console.cookies["__Host-kept_session"] = await staff.start_demo_session(house.engine, "ono")
    assert "Show the register" in (await console.get("/en/provision")).text
    shown = (await console.post("/en/provision/register")).text
    assert pseudonym(house.engine, CLUB, own.person_id) in shown
    assert NAME not in shown
