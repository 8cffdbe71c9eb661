"""§3.4: cookies and addresses may help to prevent unauthorised use: known devices, limits over keyed hashes."""

from __future__ import annotations

import pytest
from asked import Browser
from installation import PASSWORD

from kept import limits
from kept.policy.duties import address_key_seconds
from kept.services.accounts import accounts

pytestmark = pytest.mark.anyio

COOKIE = "__Host-kept_device"


async def test_a_known_device_is_marked_and_a_new_one_stands_on_my_data(installation):
    """§3.4 normal: the first sign-in of a device marks it and is written down; the second is not."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    browser = Browser(installation)
    for _ in range(2):
        await browser.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD)
    assert browser.lives[COOKIE] == str(180 * 86400)
    acts = [one.act for one in await installation.ledger()]
    assert acts.count("customer:account:sign-in-new-device") == 1
    assert "You signed in on a device not seen before" in (await browser.get("/en/my-data")).text


async def test_who_guesses_does_not_lock_the_owner_out(installation):
    """§3.4 breach: a stranger is stopped after ten tries; the owner's own device still signs in."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    owner, stranger = Browser(installation), Browser(installation)
    await owner.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD)
    codes = [
        (await stranger.post("/en/sign-in", login_name=issued.login_name, password="guessing guessing")).status_code
        for _ in range(limits.SIGN_IN_TRIES + 1)
    ]
    assert codes[-1] == 429
    assert set(codes[:9]) == {401}
    owner.cookies = {COOKIE: owner.cookies[COOKIE]}
    owner._token = ""
    assert (await owner.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD)).status_code == 303


async def test_a_device_of_one_account_is_a_stranger_to_another(installation):
    """§3.4 breach: the mark of one account, or a forged one, is no mark for another."""
    one, other = [await accounts.join_with_password(installation.engine, PASSWORD, "en") for _ in range(2)]
    browser = Browser(installation)
    await browser.post("/en/sign-in", login_name=one.login_name, password=PASSWORD)
    mark = browser.cookies[COOKIE]
    browser._token = ""
    browser.cookies = {COOKIE: mark}
    await browser.post("/en/sign-in", login_name=other.login_name, password=PASSWORD)
    assert browser.cookies[COOKIE] != mark
    assert [entry.act for entry in await installation.ledger()].count("customer:account:sign-in-new-device") == 2


async def test_the_address_is_never_at_rest_and_its_key_lives_a_week(installation):
    """§3.4: counted under a keyed hash; after seven days the same address counts under another."""
    browser = Browser(installation)
    await browser.post("/en/sign-in", login_name="nobody-1", password="x")
    limits = browser.web.limits
    key = limits._key
    buckets = installation.sql("SELECT bucket FROM rate")
    assert buckets
    assert not [one for one in buckets if "127." in one[0] or "nobody" in one[0]]
    installation.wall.pass_(address_key_seconds(installation.engine.policy.policy) + 1)
    await browser.post("/en/sign-in", login_name="nobody-1", password="x")
    assert limits._key != key


async def test_who_guesses_elsewhere_does_not_lock_the_owners_new_device_out(installation):
    """§3.4, §5.2: guessing at a recovery code stops the guesser; the owner, on a device not seen before, gets in with theirs."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    stranger, owner = Browser(installation, address="203.0.113.7"), Browser(installation, address="198.51.100.20")
    owner.web.limits = stranger.web.limits  # one service, two visitors

    async def guess(browser):
        sent = {"login_name": issued.login_name, "code": "AAAA-AAAA-AAAA-AAAA", "password": PASSWORD}
        return (await browser.post("/en/sign-in/recovery", **sent)).status_code

    codes = [await guess(stranger) for _ in range(limits.SIGN_IN_TRIES + 1)]
    assert codes == [401] * limits.SIGN_IN_TRIES + [429]
    mine = {"login_name": issued.login_name, "code": issued.recovery_codes[0], "password": "another four words here"}
    assert (await owner.post("/en/sign-in/recovery", **mine)).status_code == 303


async def test_a_network_of_ipv6_is_one_address(installation):
    """§3.4 breach: another address of the same 64 bits is the same guesser; one of another network is not."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    codes = []
    for number in range(limits.SIGN_IN_TRIES + 1):
        browser = Browser(installation, address=f"2001:db8:1:2::{number:x}")
        browser.web.limits = codes[0][1] if codes else browser.web.limits
        answer = await browser.post("/en/sign-in", login_name=issued.login_name, password="guessing guessing")
        codes.append((answer.status_code, browser.web.limits))
    assert [code for code, _ in codes] == [401] * limits.SIGN_IN_TRIES + [429]


@pytest.mark.parametrize("known", [True, False])
async def test_many_addresses_together_are_stopped_as_well(installation, known):
    """§3.4 breach: a hundred guesses at one account from ever new addresses, and no more; an unknown account answers alike."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    name = issued.login_name if known else "heron-zzzzzzzz"
    first = Browser(installation)
    codes = []
    for number in range(limits.ACCOUNT_TRIES + 1):
        browser = Browser(installation, address=f"203.0.113.{number}")
        browser.web.limits = first.web.limits
        answer = await browser.post("/en/sign-in", login_name=name, password="guessing guessing")
        codes.append(answer.status_code)
    assert codes == [401] * limits.ACCOUNT_TRIES + [429]


async def test_the_page_names_the_device_cookie_before_it_is_set(installation):
    """§3.4 page: which cookies signing in sets and for how long stands on the page, in both languages, and is what is set."""
    browser = Browser(installation)
    english, japanese = (await browser.get("/en/sign-in")).text, (await browser.get("/ja/sign-in")).text
    assert "__Host-kept_device (180 days)" in english
    assert "__Host-kept_session (until you close the browser)" in english
    assert "__Host-kept_device（180日" in japanese
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    await browser.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD)
    assert (set(browser.cookies), browser.lives["__Host-kept_device"]) == (
        {"__Host-kept_session", "__Host-kept_device"}, str(180 * 86400),
    )  # fmt: skip
