"""§4.6: what was provided about an erased person stays in the register until the law's date, and nothing else of them does."""

from __future__ import annotations

import pytest
from asked import CONSOLE, SITE, Browser
from cited import cited
from installation import MAIL, NAME, PHONE, Installation
from registered import CLUB_TITLE, registered
from second import read_and_approve

from kept.crypto.sealed_to import OpeningKey
from kept.errors import DeniedError, KeptError, StoreError
from kept.services.accounts import accounts
from kept.services.my_data import erasure
from kept.services.staff import sessions
from kept.services.third_parties import provisions, register
from kept.services.third_parties.handed_over import pseudonym
from kept.services.third_parties.register import keep_seconds, show_register
from kept.services.upkeep.key_rotation import rotate
from kept.services.upkeep.routine import finish_all, tidy
from kept.services.upkeep.verification import verify_installation
from kept.store import sql

pytestmark = pytest.mark.anyio
CLUB = "picture-club"
DAY = 86400.0
TICK = ("choice", f"{CLUB}//{CLUB}")


async def provided(installation):
    """A customer whose name and address went to the Picture Club."""
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("mail_address", MAIL), ("phone", PHONE), TICK])
    await registered(installation, "recipient", CLUB, OpeningKey.new().public)
    asks, approves = await installation.staff("abe", ("partners",)), await installation.staff("ono", ("privacy",))
    provision = await provisions.ask(installation.engine, asks, CLUB)
    await read_and_approve(provisions.PROVIDING, installation.engine, approves, provision)
    await provisions.fetch(installation.engine, asks, provision)
    return own, asks, approves


async def erase(installation, own):
    """Erase a person, as they do it; return the receipt."""
    receipt_id = await erasure.intend_erasure(installation.engine, await installation.session(own.person_id))
    receipt = await erasure.erasure_receipt(installation.engine, receipt_id)
    assert receipt is not None
    return receipt


async def test_the_register_outlives_the_person_and_says_whose_it_is(installation):
    """§4.6 normal: preview and receipt say what stays and until when; staff with the right read it, and that is recorded."""
    own, asks, approves = await provided(installation)
    number = pseudonym(installation.engine, CLUB, own.person_id)
    preview = await erasure.preview(installation.engine, own.person_id)
    assert [(one.party, set(one.items), one.pseudonym) for one in preview.register] == [
        (CLUB, {"name", "mail_address"}, number)
    ]
    assert "register" in preview.stays
    assert await show_register(installation.engine, approves) == []
    receipt = await erase(installation, own)
    assert receipt["register_until_at"]
    for session in (asks, approves):
        (line,) = await show_register(installation.engine, session)
        assert (line.party, set(line.items), line.pseudonym) == (CLUB, {"name", "mail_address"}, number)
        assert (line.said["person"], line.said["party"], line.said["representative"]) == (
            NAME,
            CLUB_TITLE,
            "R. Invented",
        )
        assert line.until - line.at == pytest.approx(keep_seconds(installation.engine), abs=1)
        assert keep_seconds(installation.engine) >= 1096 * DAY
        newest = await installation.newest()
        assert (newest.act, newest.clause, dict(newest.facts)) == ("staff:register:view", "4.6", {"lines": "1"})
    assert (await verify_installation(installation.engine)).problems == []


async def test_who_may_not_see_it(installation):
    """§4.6 breach: neither approving nor acting for a recipient is refused."""
    own, _, _ = await provided(installation)
    await erase(installation, own)
    with pytest.raises(DeniedError) as refused:
        await show_register(installation.engine, await installation.staff("sato", ("support",)))
    assert cited(refused.value) == "§5.2"


async def test_nothing_else_of_them_is_left(installation):
    """§0.1: no value, no other entry's part, no key but the statutory one, and D does not say whose the line is."""
    own, _, _ = await provided(installation)
    session = await installation.staff()
    await installation.case(session)
    await erase(installation, own)
    keys, _ = await installation.engine.keyring.of_person(own.person_id)
    assert keys is None
    held = await installation.engine.keys.all(sql.StatutoryOfPerson, person_id=own.person_id)
    assert len(held) == 1
    for query in (sql.Receipts, sql.Passkeys, sql.ProvisionsOfPerson):
        assert await installation.engine.data.all(query, person_id=own.person_id) == []
    assert (await installation.engine.data.one(sql.EntriesOfPersonCount, person_id=own.person_id)) == (0,)
    assert installation.sql("SELECT COUNT(*) FROM register_entry") == [(1,)]
    assert installation.sql("SELECT COUNT(*) FROM person_key WHERE person_id = ?", own.person_id, part="keys") == [(0,)]
    await installation.close()
    data = installation.address.data.read_bytes()
    for needle in (NAME, MAIL, PHONE.replace("-", "")):
        assert needle.encode() not in data + installation.address.keys.read_bytes()
    assert own.person_id not in data
    assert own.person_id.hex().encode() not in data
    await installation.open()


async def test_on_its_day_the_key_goes_and_the_line_with_it(installation):
    """§4.6 normal: three years after the provision nothing is left but the tombstone; the installation says it ended it."""
    own, _, approves = await provided(installation)
    receipt = await erase(installation, own)
    installation.wall.pass_(keep_seconds(installation.engine) - DAY)
    installation.engine.clock.confirm_leap()
    await tidy(installation.engine)
    assert await installation.engine.keys.all(sql.StatutoryDue, at=1e12)
    held = (await installation.engine.keys.all(sql.StatutoryDue, at=1e12))[0][0]
    wrapped = (await installation.engine.keys.one(sql.StatutoryGet, key_id=held))[2]
    installation.wall.pass_(2 * DAY)
    installation.engine.clock.confirm_leap()
    await tidy(installation.engine)
    assert await installation.engine.keys.all(sql.StatutoryDue, at=1e12) == []
    assert (await installation.newest()).act == "system:register:end"
    assert await show_register(installation.engine, approves) == []
    again = await erasure.erasure_receipt(installation.engine, receipt["receipt"])
    assert again is not None
    assert again["register_until_at"] is None
    assert await register.end_register(installation.engine) == 0
    assert (await verify_installation(installation.engine)).problems == []
    await installation.close()
    assert bytes(wrapped) not in installation.address.keys.read_bytes()
    await installation.open()


async def test_a_line_older_than_its_day_does_not_stay(installation):
    """§4.6: who is erased four years after a provision leaves nothing in the register."""
    own, _, approves = await provided(installation)
    installation.wall.pass_(keep_seconds(installation.engine) + DAY)
    installation.engine.clock.confirm_leap()
    assert (await erasure.preview(installation.engine, own.person_id)).register == ()
    assert (await erase(installation, own))["register_until_at"] is None
    assert await installation.engine.keys.all(sql.StatutoryDue, at=1e12) == []
    assert await show_register(installation.engine, approves) == []


async def test_who_was_never_provided_leaves_no_key(installation):
    """§0.1: a key nothing is kept under goes with the others."""
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("mail_address", MAIL)])
    assert (await erase(installation, own))["register_until_at"] is None
    assert await installation.engine.keys.all(sql.StatutoryDue, at=1e12) == []


async def test_the_key_is_wrapped_anew_with_all_others(installation):
    """§5.5: after a rotation the line still opens, and the old epoch is destroyed."""
    own, _, approves = await provided(installation)
    await erase(installation, own)
    assert (await rotate(installation.engine, by="test")).destroyed == (1,)
    assert len(await show_register(installation.engine, approves)) == 1
    assert (await verify_installation(installation.engine)).problems == []


async def test_whoever_changes_a_line_is_found(tmp_path):
    """§5.3 breach: a line changed, moved under another key's name, or without its key is named."""
    for statement, part, word in (
        ("UPDATE register_entry SET sealed = X'00'", "data", "does not open"),
        ("UPDATE register_entry SET key_id = 'another'", "data", "of register_entry: it was changed"),
        ("DELETE FROM statutory_key", "keys", "its key is gone"),
        (
            "UPDATE statutory_key SET person_id = X'00112233445566778899aabbccddeeff'",
            "keys",
            "of statutory_key: it was changed",
        ),
    ):
        folder = tmp_path / "".join(filter(str.isalpha, word)) / str(len(statement))
        folder.mkdir(parents=True)
        installation = Installation(folder)
        await installation.open()
        own, _, _ = await provided(installation)
        await erase(installation, own)
        installation.sql(statement, part=part)
        found = await verify_installation(installation.engine)
        assert [one for one in found.problems if word in one], statement
        await installation.close()


@pytest.mark.parametrize("writes", range(5))
async def test_killed_after_any_write_the_register_is_whole(tmp_path, writes):
    """§5.6: an erasure killed anywhere is finished on the next start, with its line and its key, once."""
    installation = Installation(tmp_path)
    await installation.open()
    own, _, approves = await provided(installation)
    session = await installation.session(own.person_id)
    installation.stop_after(writes)
    try:
        await erasure.intend_erasure(installation.engine, session)
    except StoreError as error:
        assert error.reason == "killed"  # noqa: PT017 -- which way the process ended
    await installation.close(integrate=False)
    installation.wall.pass_(1)
    await installation.open()
    await finish_all(installation.engine)
    if await installation.engine.keyring.of_person(own.person_id) != (None, None):
        await erasure.intend_erasure(installation.engine, await installation.session(own.person_id))
    assert len(await show_register(installation.engine, approves)) == 1
    assert len(await installation.engine.keys.all(sql.StatutoryDue, at=1e12)) == 1
    assert (await verify_installation(installation.engine)).problems == []
    await installation.close()


async def test_a_d_from_before_the_erasure_gives_the_line_back_and_nothing_else(tmp_path):
    """§5.4: after a restore K's tombstone wins again, and the register has its line again."""
    installation = Installation(tmp_path)
    await installation.open()
    own, _, approves = await provided(installation)
    await installation.engine.sequencer.integrate()
    rows = {
        table: installation.sql(f"SELECT * FROM {table} WHERE person_id = ?", own.person_id)  # noqa: S608 -- our own tables
        for table in ("state", "value", "entry_person", "provision_record")
    }
    await erase(installation, own)
    for table, them in rows.items():  # as a D restored from before would have it
        for row in them:
            installation.sql(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", *row)  # noqa: S608 -- our own tables
    installation.sql("DELETE FROM register_entry")
    assert await erasure.remove_returned(installation.engine) == 1
    assert len(await show_register(installation.engine, approves)) == 1
    assert installation.sql("SELECT COUNT(*) FROM entry_person WHERE person_id = ?", own.person_id) == [(0,)]
    with pytest.raises(KeptError):
        await installation.engine.people.load(own.person_id)
    await installation.close()


async def test_the_pages(installation):
    """§4.6 page: the erase preview and the receipt say it, and the console shows the register, in both languages."""
    own, _, _ = await provided(installation)
    site, console = Browser(installation, at=SITE), Browser(installation, at=CONSOLE)
    site.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    preview = (await site.get("/en/my-data/erase")).text
    assert "A law obliges us to keep this until" in preview
    assert CLUB_TITLE in preview
    assert "法令" in (await site.get("/ja/my-data/erase")).text
    await site.get("/en/my-data/erase")
    answer = await site.post("/en/my-data/erase", when="now")
    receipt = (await site.get(answer.headers["location"])).text if answer.status_code == 303 else answer.text
    assert "What the registers say" in receipt
    console.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "ono")
    assert "Show the registers" in (await console.get("/en/provision")).text
    shown = (await console.post("/en/provision/register")).text
    assert pseudonym(installation.engine, CLUB, own.person_id) in shown
    assert NAME in shown
    assert PHONE not in shown
