"""§3.4: cookies and addresses may help to prevent unauthorised use: known devices, limits over keyed hashes."""

from __future__ import annotations

import pytest

from asked import Browser
from house import PASSWORD
from kept.services import accounts
from kept.services.devices import COOKIE
from kept.services.limiting import KEY_SECONDS
from kept.web.site import SIGN_IN_TRIES

pytestmark = pytest.mark.anyio


async def test_a_known_device_is_marked_and_a_new_one_stands_on_my_data(house):
    """§3.4 normal: the first sign-in of a device marks it and is written down; the second is not."""
    issued = await accounts.join_with_password(house.engine, PASSWORD, "en")
    browser = Browser(house)
    for _ in range(2):
        await browser.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD)
    assert browser.lives[COOKIE] == str(180 * 86400)
    acts = [one.act for one in await house.ledger()]
    assert acts.count("customer:account:sign-in-new-device") == 1
    assert "You signed in on a device not seen before" in (await browser.get("/en/my-data")).text


async def test_who_guesses_does_not_lock_the_owner_out(house):
    """§3.4 breach: a stranger is stopped after ten tries; the owner's own device still signs in."""
    issued = await accounts.join_with_password(house.engine, PASSWORD, "en")
    owner, stranger = Browser(house), Browser(house)
    await owner.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD)
    codes = [
        (await stranger.post("/en/sign-in", login_name=issued.login_name, password="guessing guessing")).status_code
        for _ in range(SIGN_IN_TRIES + 1)
    ]
    assert codes[-1] == 429
    assert set(codes[:9]) == {401}
    owner.cookies = {COOKIE: owner.cookies[COOKIE]}
    owner._token = ""
    assert (await owner.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD)).status_code == 303


async def test_a_device_of_one_account_is_a_stranger_to_another(house):
    """§3.4 breach: the mark of one account, or a forged one, is no mark for another."""
    one, other = [await accounts.join_with_password(house.engine, PASSWORD, "en") for _ in range(2)]
    browser = Browser(house)
    await browser.post("/en/sign-in", login_name=one.login_name, password=PASSWORD)
    mark = browser.cookies[COOKIE]
    browser._token = ""
    browser.cookies = {COOKIE: mark}
    await browser.post("/en/sign-in", login_name=other.login_name, password=PASSWORD)
    assert browser.cookies[COOKIE] != mark
    assert [entry.act for entry in await house.ledger()].count("customer:account:sign-in-new-device") == 2


async def test_the_address_is_never_at_rest_and_its_key_lives_a_week(house):
    """§3.4: counted under a keyed hash; after seven days the same address counts under another."""
    browser = Browser(house)
    await browser.post("/en/sign-in", login_name="nobody-1", password="x")
    limits = browser.web.limits
    key = limits._key
    if house.kind == "sqlite":
        buckets = house.sql("SELECT bucket FROM rate")
        assert buckets
        assert not [one for one in buckets if "127." in one[0] or "nobody" in one[0]]
    house.wall.pass_(KEY_SECONDS + 1)
    await browser.post("/en/sign-in", login_name="nobody-1", password="x")
    assert limits._key != key
