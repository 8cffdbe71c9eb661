"""§3.4: guesses at an account are told to its owner, what is out of the ordinary to staff as well; nobody is locked out."""

from __future__ import annotations

import json
import re

import pytest
from asked import CONSOLE, SITE, Browser
from authenticator import Authenticator
from bakery import Bakery
from installation import MAIL, PASSWORD

from clauses.test_5_2_account import with_passkey
from kept import limits
from kept.crypto.second_factor import code_at
from kept.door.installation import Kept
from kept.errors import DeniedError, LimitError, NotFoundError, SignInError
from kept.policy.ground import clause_of
from kept.services.accounts import accounts, looked_into
from kept.services.accounts.devices import known_device, new_device
from kept.services.accounts.guesses import Sign, _alarm, seen_at
from kept.services.accounts.networks import Networks
from kept.services.gate.own_session import Own
from kept.services.messages.outbox import send_due
from kept.services.messages.sign_in_warnings import tell_signs
from kept.services.my_data import erasure
from kept.services.staff import sessions
from kept.services.upkeep.routine import tidy

pytestmark = pytest.mark.anyio

WRONG = "guessing guessing"
SEEN, ALARM = "system:account:sign-in-seen", "system:account:sign-in-alarm"


class Visitors:
    """Browsers of one service, each from where it says.

    Args:
        installation: Open.
        at: Which host they ask.
    """

    def __init__(self, installation, at: str = "https://shop.example") -> None:
        self._installation, self._at, self._first = installation, at, None

    def __call__(self, address: str = "203.0.113.7") -> Browser:
        """Answer a browser there."""
        browser = Browser(self._installation, at=self._at, address=address)
        self._first = self._first or browser
        browser.web.limits = self._first.web.limits
        return browser


def devices_in(browser) -> dict[str, str]:
    """What tells a device, of what a browser holds."""
    return {name: value for name, value in browser.cookies.items() if "device" in name}


async def tries(browser, account: str, password: str = WRONG, times: int = 1) -> list[int]:
    """Try to sign in so often, without what an earlier sign-in left; return the statuses."""
    codes = []
    for _ in range(times):
        browser._token, browser.cookies = "", devices_in(browser)
        codes.append((await browser.post("/en/sign-in", login_name=account, password=password)).status_code)
    return codes


def signs(rows) -> dict[str, int]:
    """How often what was seen."""
    return {one.kind: one.count for one in rows}


async def acts(installation, act: str) -> list:
    """The entries of an act, newest first."""
    return [one for one in await installation.ledger() if one.act == act]


async def test_guesses_are_told_to_the_owner_on_my_data(installation):
    """§3.4 normal: three guesses by a stranger, one slip of the owner: each under its own words, with an entry that cites §3.4."""
    issued, visitor = await accounts.join_with_password(installation.engine, PASSWORD, "en"), Visitors(installation)
    owner, stranger = visitor("198.51.100.20"), visitor()
    await tries(owner, issued.login_name, PASSWORD)
    assert await tries(stranger, issued.login_name, times=3) == [401] * 3
    assert await tries(owner, issued.login_name) == [401]
    assert signs(await seen_at(installation.engine, issued.person_id)) == {"guess": 3, "own-device": 1}
    await tidy(installation.engine)
    entries = await acts(installation, SEEN)
    assert {dict(one.facts)["kind"]: dict(one.facts)["times"] for one in entries} == {"guess": "3", "own-device": "1"}
    ground = clause_of(installation.engine.policy.policy, "cookies:device addresses")
    assert {one.clause for one in entries} == {ground} == {"3.4"}
    await tries(owner, issued.login_name, PASSWORD)
    page = (await owner.get("/en/my-data")).text
    assert "on a device not seen before: 3 times" in page
    assert "on a device seen before: 1 time" in page
    assert "203.0.113" not in "".join(str(row) for row in installation.sql("SELECT * FROM sign_in_sign"))


async def test_a_limit_cites_the_clause_of_the_guesses(installation):
    """§3.4: who tries too often is told so under this clause, not under another's."""
    counts = Visitors(installation)().web.limits
    for _ in range(limits.SIGN_IN_TRIES):
        await counts.count_sign_in("203.0.113.7", "sato", "")
    with pytest.raises(LimitError) as refused:
        await counts.count_sign_in("203.0.113.7", " SATO", "")
    assert installation.engine.cite(refused.value).clause == "§3.4"


async def test_an_account_that_does_not_exist_writes_the_same(installation):
    """§3.4 breach: neither the answer nor what is written tells an account that exists from one that does not."""
    issued, visitor = await accounts.join_with_password(installation.engine, PASSWORD, "en"), Visitors(installation)
    there, nowhere = await tries(visitor(), issued.login_name), await tries(visitor(), "heron-zzzzzzzz")
    assert there == nowhere == [401]
    rows = installation.sql("SELECT person_id, kind, count FROM sign_in_sign ORDER BY person_id")
    assert rows == [(bytes(16), "guess", 1), (issued.person_id, "guess", 1)]


async def test_guessing_does_not_fill_a_history(installation):
    """§3.4 breach: a hundred guesses make seven entries, not a hundred: the next one when it happened twice as often."""
    issued, visitor = await accounts.join_with_password(installation.engine, PASSWORD, "en"), Visitors(installation)
    for number in range(limits.ACCOUNT_TRIES):
        await tries(visitor(f"203.0.113.{number}"), issued.login_name)
        await tell_signs(installation.engine)
    mine = [one for one in await acts(installation, SEEN) if dict(one.facts)["kind"] == "guess"]
    assert sorted(int(dict(one.facts)["times"]) for one in mine) == [1, 2, 4, 8, 16, 32, 64]


@pytest.mark.parametrize("typed", [" {}", "{} ", "{}\t", "　{}"])
async def test_another_spelling_is_the_same_account_and_the_same_counter(installation, typed):
    """§3.4 breach: what is looked up is what is counted; `Sato` and ` sato` have ten tries together."""
    issued, visitor = await accounts.join_with_password(installation.engine, PASSWORD, "en"), Visitors(installation)
    spellings = [issued.login_name, typed.format(issued.login_name.upper())]
    codes = [(await tries(visitor(), spellings[number % 2]))[0] for number in range(limits.SIGN_IN_TRIES + 2)]
    assert codes == [401] * limits.SIGN_IN_TRIES + [429] * 2


# -------------------------------------------------------------------- staff


async def enrolled(installation, login: str = "sato"):
    """A member of staff, and what makes their codes."""
    return await sessions.add_staff(installation.engine, login, PASSWORD, ("support",), by="test", who=login)


async def staff_tries(installation, browser, login: str, member=None) -> int:
    """Try to sign in as staff; with the right things where *member* is given."""
    browser._token = ""
    installation.wall.pass_(31)  # the next code
    code = code_at(member.secret, int(installation.engine.clock.now()) // 30) if member else "000000"
    given = {"login": login, "password": PASSWORD if member else WRONG, "code": code}
    return (await browser.post("/en/sign-in", **given)).status_code


async def test_a_stranger_does_not_lock_a_member_of_staff_out(installation):
    """§3.4, §5.2 breach: a device seen before keeps its way in, and so does another network."""
    member, visitor = await enrolled(installation), Visitors(installation, CONSOLE)
    home = visitor("198.51.100.20")
    assert await staff_tries(installation, home, "sato", member) == 303
    spellings = ["sato", " SATO ", "Sato"]
    stranger = visitor("2001:db8:1:2::1")
    codes = [await staff_tries(installation, stranger, spellings[n % 3]) for n in range(limits.STAFF_SIGN_IN_TRIES + 1)]
    assert codes == [401] * limits.STAFF_SIGN_IN_TRIES + [429]
    neighbour = visitor("2001:db8:1:2::99")  # the same 64 bits
    assert await staff_tries(installation, neighbour, "sato") == 429
    assert await staff_tries(installation, visitor("198.51.100.21"), "sato", member) == 303
    home.cookies = devices_in(home)
    assert await staff_tries(installation, home, "sato", member) == 303


async def test_a_customers_device_is_no_device_of_staff(installation):
    """§3.4 breach: a customer who is called like a member of staff brings no known device along."""
    member, visitor = await enrolled(installation), Visitors(installation, CONSOLE)
    mark = new_device(installation.engine, "sato")
    assert known_device(installation.engine, mark, "sato")
    assert not known_device(installation.engine, mark, "staff:sato")
    assert await staff_tries(installation, visitor(), "sato", member) == 303


# -------------------------------------------------------------------- out of the ordinary


async def test_nothing_is_written_of_whoever_was_erased_meanwhile(installation):
    """§3.4, §5.4 breach: one of the accounts a network tried is erased before the alarm; memory knows it, the database does not."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    visitor = Visitors(installation)
    await tries(visitor(), issued.login_name)
    await erasure.intend_erasure(installation.engine, await installation.session(issued.person_id))
    for n in range(limits.ACCOUNTS_FROM_A_NETWORK - 1):
        await tries(visitor(), f"heron-zzzzzzz{n}")
    assert len(await acts(installation, ALARM)) == 1
    held = installation.sql("SELECT COUNT(*) FROM sign_in_sign WHERE person_id = ?", issued.person_id)
    assert held == [(0,)]


async def test_one_network_that_tries_many_accounts_is_flagged(installation):
    """§3.4 breach: ten accounts tried in vain from one network: an alarm on the board, and each owner is told."""
    issued = [await accounts.join_with_password(installation.engine, PASSWORD, "en") for _ in range(3)]
    visitor = Visitors(installation)
    names = [
        *(one.login_name for one in issued),
        *(f"heron-zzzzzzz{n}" for n in range(limits.ACCOUNTS_FROM_A_NETWORK - 4)),
    ]
    for name in names:
        await tries(visitor(), name)
    assert not await acts(installation, ALARM)
    await tries(visitor(), "heron-yyyyyyyy")
    (alarm,) = await acts(installation, ALARM)
    assert (alarm.clause, dict(alarm.facts)) == ("3.4", {"kind": "many-accounts"})
    for one in issued:
        assert signs(await seen_at(installation.engine, one.person_id)) == {"guess": 1, "many-accounts": 1}
    staff, officer = (
        Browser(installation, at=CONSOLE),
        await sessions.add_staff(installation.engine, "kato", PASSWORD, ("privacy",), by="test", who="kato"),
    )
    await staff_tries(installation, staff, "kato", officer)
    page = (await staff.get("/en/board")).text
    assert "One network tried many accounts in vain" in page
    assert not [one.login_name for one in issued if one.login_name in page]


async def test_two_networks_within_minutes_are_flagged_unless_both_devices_are_known(installation):
    """§3.4 breach: a thief with the password signs in from elsewhere; a phone that leaves the house's network is no thief."""
    issued, visitor = await accounts.join_with_password(installation.engine, PASSWORD, "en"), Visitors(installation)
    phone = visitor("198.51.100.20")
    await tries(phone, issued.login_name, PASSWORD)
    outside = visitor("192.0.2.9")
    outside.cookies = devices_in(phone)
    await tries(outside, issued.login_name, PASSWORD)
    assert signs(await seen_at(installation.engine, issued.person_id)) == {}
    away = visitor("192.0.2.10")  # one more known device, minutes later
    away.cookies = devices_in(outside)
    await tries(away, issued.login_name, PASSWORD)
    assert signs(await seen_at(installation.engine, issued.person_id)) == {}
    await tries(visitor("203.0.113.7"), issued.login_name, PASSWORD)
    assert signs(await seen_at(installation.engine, issued.person_id)) == {"two-networks": 1}
    assert [dict(one.facts) for one in await acts(installation, ALARM)] == [{"kind": "two-networks"}]
    page = (await phone.get("/en/my-data")).text
    assert "Signed in from two networks within minutes" in page


async def test_signs_go_with_their_person_and_after_a_month(installation):
    """§3.4: what the sign-in saw is erased with the person, taken along before, and shown for thirty days."""
    issued, visitor = await accounts.join_with_password(installation.engine, PASSWORD, "en"), Visitors(installation)
    await tries(visitor(), issued.login_name)
    await erasure.intend_erasure(installation.engine, Own(issued.person_id, b"", installation.engine.clock.now(), 1e12))
    assert installation.sql("SELECT COUNT(*) FROM sign_in_sign WHERE person_id = ?", issued.person_id) == [(0,)]


# -------------------------------------------------------------------- by a message


async def warned(installation, desk, *fields) -> list:
    """Somebody who gave an address, and what they are sent after six guesses on each of two days."""
    own = await installation.join()
    await installation.give(own, [("mail_address", MAIL), *fields])
    issued = await accounts.login_name_of(installation.engine, own.person_id)
    visitor = Visitors(installation)
    before = len(desk.box.received)
    for _ in range(2):
        await tries(visitor(), issued, times=limits.GUESSES_WRITTEN_ABOUT)
        await tidy(installation.engine)
        await tidy(installation.engine)
        await send_due(installation.engine)
        installation.wall.pass_(86400.0)
    return desk.box.received[before:]


YES = ("choice", "sign-in-warning/mail/")


async def test_who_agreed_is_written_to_once_a_day(installation, desk):
    """§3.4 normal: one message a day, to the confirmed address, under the purpose the policy declares for it."""
    mails = await warned(installation, desk, YES)
    assert [one.message["Subject"] for one in mails] == ["Somebody tried to get into your account"] * 2
    assert all(one.recipient == MAIL and "203.0.113" not in one.text for one in mails)
    sent = [one for one in await installation.ledger() if one.act == "staff:message:send"]
    assert {(one.purpose, one.kind, one.clause) for one in sent} == {("sign-in-warning", "system", "3.4")}


async def test_four_guesses_are_no_reason_to_write(installation, desk):
    """§3.4: somebody mistypes; from the fifth try on a device not seen before it is written about."""
    own = await installation.join()
    await installation.give(own, [("mail_address", MAIL), YES])
    visitor, name = Visitors(installation), await accounts.login_name_of(installation.engine, own.person_id)
    for times, mails in ((limits.GUESSES_WRITTEN_ABOUT - 1, 0), (1, 1)):
        await tries(visitor(), name, times=times)
        await tidy(installation.engine)
        await send_due(installation.engine)
        assert [one.message["Subject"] for one in desk.box.received].count(
            "Somebody tried to get into your account"
        ) == mails


async def test_who_did_not_agree_is_not_written_to(installation, desk):
    """§3.4 breach: no yes, no message; what the sign-in saw stands on my data all the same."""
    assert await warned(installation, desk) == []


async def test_an_unconfirmed_address_is_not_written_to(installation, desk):
    """§3.4 breach: whoever typed somebody else's address has no warning sent there."""
    own = await installation.join()
    await installation.give_only(own, [("mail_address", MAIL), YES])
    issued = await accounts.login_name_of(installation.engine, own.person_id)
    await send_due(installation.engine)
    before = len(desk.box.received)
    await tries(Visitors(installation)(), issued, times=limits.GUESSES_WRITTEN_ABOUT)
    await tidy(installation.engine)
    await send_due(installation.engine)
    assert desk.box.received[before:] == []


# -------------------------------------------------------------------- by the door


async def test_the_door_counts_what_programs_try(tmp_path):
    """§3.4 breach: a program that names ids nobody has is stopped; who is known still comes in."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1"):
            pass
        for number in range(limits.VOUCHING_FAILURES):
            with pytest.raises(NotFoundError):
                async with k.person(credential, external=f"X-{number}", create=False):
                    pass
        with pytest.raises(LimitError):
            async with k.person(credential, external="X-more", create=False):
                pass
        bakery.wall.pass_(limits.SIGN_IN_WINDOW_SECONDS)
        async with k.person(credential, external="C-1", create=False):
            pass


async def test_the_door_counts_passwords_and_tells_the_owner(tmp_path):
    """§3.4 breach: guessing through a program's own page is stopped like on ours, and stands on my data."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k:
        issued = await k.join(PASSWORD)
        for number in range(limits.SIGN_IN_TRIES):
            with pytest.raises(SignInError):
                await k.sign_in(
                    issued.login_name if number % 2 else f" {issued.login_name}", WRONG, address="203.0.113.7"
                )
        with pytest.raises(LimitError):
            await k.sign_in(issued.login_name, PASSWORD, address="203.0.113.7")
        mine = await k.sign_in(issued.login_name, PASSWORD, address="198.51.100.20")
        seen = (await (await k.session(mine)).data()).known_by.seen
        assert [(one.kind, one.count) for one in seen] == [("guess", limits.SIGN_IN_TRIES)]


def test_networks_forget_the_oldest(monkeypatch):
    """§3.4: what is remembered in memory is bounded, whoever asks from however many networks."""
    monkeypatch.setattr(limits, "NETWORKS_REMEMBERED", 3)
    networks = Networks(lambda: 0.0)
    for number in range(9):
        networks.tried(f"n{number}", b"a")
        networks.signed_in(f"n{number}", bytes([number]), came="", goes="")
    assert (len(networks._tried), len(networks._places)) == (3, 3)


async def test_a_passkey_that_fails_is_told_like_a_wrong_password(installation):
    """§3.4 breach: a stranger sends answers of a key that is not theirs, by page and by door; its owner sees it, nobody else does."""
    browser, device = Browser(installation), Authenticator(SITE)
    await browser.get("/en/join")
    assert (await with_passkey(browser, device, "/en/join/passkey")).status_code == 200
    own = await accounts.session_of(installation.engine, browser.cookies["__Host-kept_session"])
    stranger = Visitors(installation)()
    await stranger.get("/en/sign-in")
    begun = (await stranger.post("/en/sign-in/passkey/begin")).json()
    answer = json.loads(device.use(begun["options"]))
    answer["response"]["signature"] = answer["response"]["signature"][::-1]
    for sent in (json.dumps(answer), json.dumps(answer | {"id": "AAAA", "rawId": "AAAA"}), "{}"):
        refused = await stranger.post("/en/sign-in/passkey", credential=sent, token=begun["token"])
        assert refused.status_code == 401
    assert signs(await seen_at(installation.engine, own.person_id)) == {"guess": 1}
    assert signs(await seen_at(installation.engine, bytes(16))) == {"guess": 1}
    await tell_signs(installation.engine)
    assert [dict(one.facts)["kind"] for one in await acts(installation, SEEN)] == ["guess", "guess"]
    door = Kept(installation.engine)
    with pytest.raises(SignInError):
        await door.sign_in_with_passkey(json.dumps(answer), begun["token"], origin="https://shop.example")
    assert signs(await seen_at(installation.engine, own.person_id)) == {"guess": 2}


async def test_an_alarm_is_looked_into_by_name_and_stands_again_when_it_goes_on(installation):
    """§3.4: who looked into it, when, and what they found stand beside it and in the record; what comes on top stands again."""
    await installation.staff("kato", ("privacy",))
    token = await sessions.start_demo_session(installation.engine, "kato")
    session = await sessions.session_of(installation.engine, token)
    await _alarm(installation.engine, Sign.MANY_ACCOUNTS)
    board = Browser(installation, at=CONSOLE)
    board.cookies["__Host-kept_session"] = token
    page = (await board.get("/en/board")).text
    alarm = re.search(r'name="alarm" value="(\w+)"', page)[1]
    assert (await board.post("/en/board/alarm", alarm=alarm, note="")).status_code == 422
    assert (await board.post("/en/board/alarm", alarm="0" * 32, note="nothing")).status_code == 422
    assert (await board.post("/en/board/alarm", alarm=alarm, note="番号は123456789018です")).status_code == 422
    assert (await board.post("/en/board/alarm", alarm=alarm, note="our own load test")).status_code == 303
    page = (await board.get("/ja/board")).text
    assert ("our own load test" in page, "katoが確認しました" in page, 'name="alarm"' in page) == (True, True, False)
    (entry,) = await acts(installation, "staff:alarm:look-into")
    assert (entry.actor, dict(entry.facts)["kind"], dict(entry.facts)["times"]) == (session.actor, "many-accounts", "1")
    await _alarm(installation.engine, Sign.MANY_ACCOUNTS)
    assert "It went on since" in (await board.get("/en/board")).text
    support = await installation.staff("abe")
    with pytest.raises(DeniedError):
        await looked_into.look_into(installation.engine, support, alarm, "nothing")
    installation.wall.pass_(limits.SIGNS_SHOWN_SECONDS + limits.DAY)
    await tidy(installation.engine)
    assert installation.sql("SELECT COUNT(*) FROM looked_into") == [(0,)]
