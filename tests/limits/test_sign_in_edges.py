"""Sessions, devices, codes and tries at both sides of their edge."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher, extract_parameters
from asked import CONSOLE, Browser
from bakery import Bakery
from installation import PASSWORD

from kept import limits
from kept.crypto.password import QUICK, Passwords
from kept.crypto.random import random_bytes
from kept.crypto.second_factor import code_at, verify_code
from kept.crypto.token import parse_token, sign_token
from kept.errors import InputError, KeptError, LimitError, MalformedError, SignInError, SubmissionError
from kept.services.accounts import accounts, devices, passkeys, recovery, remember_me
from kept.services.accounts.guesses import note_failed, seen_at
from kept.services.accounts.networks import Networks
from kept.services.accounts.rate_limits import STAFF, Limits
from kept.services.accounts.shown_once import Codes, show, shown
from kept.services.my_data.portability import take_along
from kept.services.staff import sessions
from kept.services.upkeep.routine import tidy
from kept.web import said

pytestmark = pytest.mark.anyio


async def joined(installation):
    """Somebody with a password, and their session."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    return issued, await accounts.start_session(installation.engine, issued.person_id)


@pytest.mark.edge("CUSTOMER_SESSION_SECONDS")
async def test_a_customers_session(installation):
    """It opens until its last second, and not after."""
    _, token = await joined(installation)
    installation.wall.pass_(limits.CUSTOMER_SESSION_SECONDS - 1)
    assert await accounts.session_of(installation.engine, token)
    installation.wall.pass_(2)
    assert await accounts.session_of(installation.engine, token) is None


@pytest.mark.edge("STAFF_SESSION_SECONDS")
async def test_a_session_of_staff(installation):
    """It opens until its last second, and not after; what it had opened before opens no more either."""
    engine = installation.engine
    enrolled = await sessions.add_staff(engine, "sato", PASSWORD, ("support",), by="test", who="sato")
    token = await sessions.sign_in(engine, "sato", PASSWORD, code_at(enrolled.secret, int(engine.clock.now()) // 30))
    installation.wall.pass_(limits.STAFF_SESSION_SECONDS - 1)
    assert await sessions.session_of(engine, token)
    installation.wall.pass_(2)
    assert await sessions.session_of(engine, token) is None


@pytest.mark.edge("FRESH_SIGN_IN_SECONDS")
async def test_a_fresh_sign_in(installation):
    """Taking along asks for a sign-in within five minutes."""
    own = await installation.mori()
    installation.wall.pass_(limits.FRESH_SIGN_IN_SECONDS - 1)
    assert await take_along(installation.engine, own, "en")
    installation.wall.pass_(2)
    with pytest.raises(SignInError) as refused:
        await take_along(installation.engine, own, "en")
    assert refused.value.reason == "sign-in-again"


@pytest.fixture
def believed(monkeypatch):
    """Any answer of a passkey verifies; what is tried is the challenge."""
    answer = SimpleNamespace(credential_id=b"key", credential_public_key=b"public", sign_count=0, new_sign_count=1)
    monkeypatch.setattr(passkeys, "verify_registration_response", lambda **_: answer)
    monkeypatch.setattr(passkeys, "verify_authentication_response", lambda **_: answer)
    monkeypatch.setattr(passkeys, "_require_own_page", lambda _: None)


async def made(installation):
    """Somebody who joined with a passkey."""
    token = passkeys.begin_join(installation.engine, "shop.example", "Shop")["token"]
    issued = await passkeys.finish_join(
        installation.engine, "{}", token, rp_id="shop.example", origin="https://shop.example", language="en"
    )
    return issued.person_id


async def used(installation, token):
    """Sign in with the passkey."""
    return await passkeys.finish_sign_in(
        installation.engine, '{"id": "a2V5"}', token, rp_id="shop.example", origin="https://shop.example"
    )


@pytest.mark.edge("PASSKEY_CHALLENGE_SECONDS")
async def test_a_challenge_for_a_passkey(installation, believed):
    """It is answered within five minutes, once, and only for what it was made for."""
    engine, person = installation.engine, await made(installation)
    early, late = (passkeys.begin_sign_in(engine, "shop.example")["token"] for _ in range(2))
    installation.wall.pass_(limits.PASSKEY_CHALLENGE_SECONDS - 1)
    assert await used(installation, early) == person
    with pytest.raises(SignInError):
        await used(installation, early)
    installation.wall.pass_(2)
    with pytest.raises(SignInError):
        await used(installation, late)


async def test_a_challenge_for_joining_signs_nobody_in(installation, believed):
    """A challenge made for joining is refused at the sign-in, and the other way round."""
    engine, person = installation.engine, await made(installation)
    with pytest.raises(SignInError):
        await used(installation, passkeys.begin_join(engine, "shop.example", "Shop")["token"])
    sign_in = passkeys.begin_sign_in(engine, "shop.example")["token"]
    with pytest.raises(SignInError):
        await passkeys.finish_join(
            engine, "{}", sign_in, rp_id="shop.example", origin="https://shop.example", language="en"
        )
    assert await used(installation, sign_in) == person


@pytest.mark.edge("LINK_CODE_SECONDS")
async def test_a_code_to_link_an_account(tmp_path):
    """It links until its last second, and not after."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k:
        credential = await bakery.program(k)
        codes = []
        for _ in range(2):
            issued = await k.join(PASSWORD)
            codes.append(await (await k.session(await k.sign_in(issued.login_name, PASSWORD))).link_code("till"))
        bakery.wall.pass_(limits.LINK_CODE_SECONDS - 1)
        await k.link(credential, external="C-1", code=codes[0])
        bakery.wall.pass_(2)
        with pytest.raises(SignInError):
            await k.link(credential, external="C-2", code=codes[1])


@pytest.mark.edge("LINK_TRIES", "LINK_SYSTEM_TRIES")
async def test_how_many_codes_a_program_may_give(tmp_path):
    """The last try for one id, and for a whole system, is taken; one more waits, and the right code with it."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k:
        credential = await bakery.program(k)
        issued = await k.join(PASSWORD)
        me = await k.session(await k.sign_in(issued.login_name, PASSWORD))

        async def tried(external, code="aaaa-aaaa"):
            with pytest.raises(KeptError) as refused:
                await k.link(credential, external=external, code=code)
            return refused.value.reason

        assert {await tried("C-1") for _ in range(limits.LINK_TRIES)} == {"link-code-wrong"}
        code = await me.link_code("till")
        assert await tried("C-1", code) == "too-many"
        others = limits.LINK_SYSTEM_TRIES - limits.LINK_TRIES
        assert {await tried(f"D-{n}") for n in range(others)} == {"link-code-wrong"}
        assert await tried("E-1", code) == "too-many"
        bakery.wall.pass_(limits.LINK_CODE_SECONDS + 1)
        me = await k.session(await k.sign_in(issued.login_name, PASSWORD))
        await k.link(credential, external="E-1", code=await me.link_code("till"))


@pytest.mark.edge("SHOWN_ONCE_SECONDS")
async def test_what_is_shown_once(installation):
    """Its session sees it again until its last second; no other session sees it at all."""
    issued, token = await joined(installation)
    own = await accounts.session_of(installation.engine, token)
    await show(installation.engine, own, Codes(issued.login_name, issued.recovery_codes, opened=True))
    other = await installation.session(issued.person_id)
    installation.wall.pass_(limits.SHOWN_ONCE_SECONDS - 1)
    assert (await shown(installation.engine, own, Codes)).recovery_codes == issued.recovery_codes
    assert await shown(installation.engine, other, Codes) is None
    installation.wall.pass_(2)
    assert await shown(installation.engine, own, Codes) is None


@pytest.mark.edge("PASSKEYS", "PASSKEY_NAME_CHARACTERS")
async def test_how_many_passkeys_an_account_has_and_how_long_their_names_are(installation, monkeypatch):
    """The last one and the longest name are taken; one more, and one character more, are not."""
    _, token = await joined(installation)
    engine, own = installation.engine, await accounts.session_of(installation.engine, token)

    async def add(name):
        answer = SimpleNamespace(credential_id=random_bytes(8), credential_public_key=b"public", sign_count=0)
        monkeypatch.setattr(passkeys, "verify_registration_response", lambda **_: answer)
        monkeypatch.setattr(passkeys, "_require_own_page", lambda _: None)
        begun = (await passkeys.begin_add(engine, own, "shop.example", "Shop"))["token"]
        await passkeys.finish_add(engine, own, "{}", begun, name, rp_id="shop.example", origin="https://shop.example")

    with pytest.raises(SubmissionError):
        await add("n" * (limits.PASSKEY_NAME_CHARACTERS + 1))
    for _ in range(limits.PASSKEYS):
        await add("n" * limits.PASSKEY_NAME_CHARACTERS)
    with pytest.raises(InputError) as refused:
        await add("")
    assert refused.value.reason == "passkeys-many"
    assert len(await passkeys.passkeys_of(engine, own.person_id)) == limits.PASSKEYS


@pytest.mark.edge("RECOVERY_CODES")
async def test_recovery_codes(installation):
    """Each of the eight works once, and there is no ninth."""
    issued, _ = await joined(installation)
    assert len(set(issued.recovery_codes)) == limits.RECOVERY_CODES
    for code in issued.recovery_codes:
        assert await recovery.sign_in_with_recovery_code(installation.engine, issued.login_name, code, PASSWORD)
    assert installation.sql("SELECT COUNT(*) FROM recovery_code WHERE used_at IS NULL") == [(0,)]
    with pytest.raises(SignInError):
        await recovery.sign_in_with_recovery_code(
            installation.engine, issued.login_name, issued.recovery_codes[0], PASSWORD
        )


async def test_a_recovery_code_ends_every_session_and_forgets_every_device(installation):
    """Whoever had to use one may have lost a device: what was signed in before is signed out."""
    issued, token = await joined(installation)
    device = await remember_me.remember(installation.engine, issued.person_id)
    await recovery.sign_in_with_recovery_code(
        installation.engine, issued.login_name, issued.recovery_codes[0], "four other unrelated words"
    )
    assert await accounts.session_of(installation.engine, token) is None
    with pytest.raises(SignInError):
        await remember_me.sign_in_remembered(installation.engine, device)
    with pytest.raises(SignInError):
        await accounts.sign_in_with_password(installation.engine, issued.login_name, PASSWORD)


@pytest.mark.edge("REMEMBERED_DEVICE_SECONDS")
async def test_a_remembered_device(installation):
    """It signs in until its last second, and not after."""
    issued, _ = await joined(installation)
    value = await remember_me.remember(installation.engine, issued.person_id)
    installation.wall.pass_(limits.REMEMBERED_DEVICE_SECONDS - 1)
    _, value = await remember_me.sign_in_remembered(installation.engine, value)
    installation.wall.pass_(2)
    with pytest.raises(SignInError) as refused:
        await remember_me.sign_in_remembered(installation.engine, value)
    assert refused.value.reason == "device-forgotten"


@pytest.mark.edge("REMEMBERED_AGAIN_SECONDS")
async def test_a_value_just_replaced(installation):
    """Two tabs may send the same value within ten seconds; later it is a copy."""
    issued, _ = await joined(installation)
    value = await remember_me.remember(installation.engine, issued.person_id)
    await remember_me.sign_in_remembered(installation.engine, value, "her browser")
    installation.wall.pass_(limits.REMEMBERED_AGAIN_SECONDS - 1)
    assert (await remember_me.sign_in_remembered(installation.engine, value, "her browser"))[1] == ""
    installation.wall.pass_(2)
    with pytest.raises(SignInError) as refused:
        await remember_me.sign_in_remembered(installation.engine, value, "her browser")
    assert refused.value.reason == "device-copied"


@pytest.mark.edge("REMEMBERED_DEVICES")
async def test_the_number_of_remembered_devices(installation):
    """Twenty are remembered; one more forgets the one that was used longest ago."""
    issued, _ = await joined(installation)
    values = []
    for _ in range(limits.REMEMBERED_DEVICES):
        values.append(await remember_me.remember(installation.engine, issued.person_id))
        installation.wall.pass_(1)
    own = await installation.session(issued.person_id)
    assert len(await remember_me.devices_of(installation.engine, own)) == limits.REMEMBERED_DEVICES
    await remember_me.remember(installation.engine, issued.person_id)
    assert len(await remember_me.devices_of(installation.engine, own)) == limits.REMEMBERED_DEVICES
    with pytest.raises(SignInError) as refused:
        await remember_me.sign_in_remembered(installation.engine, values[0])
    assert refused.value.reason == "device-forgotten"
    assert await remember_me.sign_in_remembered(installation.engine, values[1])


@pytest.mark.edge("KNOWN_DEVICE_SECONDS")
async def test_a_known_device(installation):
    """Its mark is known until its last second, and not after."""
    mark = devices.new_device(installation.engine, "heron")
    installation.wall.pass_(limits.KNOWN_DEVICE_SECONDS - 1)
    assert devices.known_device(installation.engine, mark, "heron")
    installation.wall.pass_(2)
    assert devices.known_device(installation.engine, mark, "heron") == ""


@pytest.mark.edge("RATE_KEY_SECONDS")
async def test_the_key_under_which_addresses_are_counted(installation):
    """After a week there is another, so that an older count means nobody."""
    counted = Limits(installation.engine)

    async def rows():
        await counted.count("try", "somebody", most=10**6, seconds=10**9)
        return installation.sql("SELECT COUNT(*) FROM rate")[0][0]

    assert await rows() == 1
    installation.wall.pass_(limits.RATE_KEY_SECONDS - 1)
    assert await rows() == 1
    installation.wall.pass_(2)
    assert await rows() == 2


@pytest.mark.edge("RATE_COUNT_SECONDS")
async def test_a_count_of_tries(installation):
    """It is deleted a day after it began, and not before."""
    await Limits(installation.engine).count("try", "somebody", most=1, seconds=10)
    installation.wall.pass_(limits.RATE_COUNT_SECONDS - 1)
    await tidy(installation.engine)
    assert installation.sql("SELECT COUNT(*) FROM rate") == [(1,)]
    installation.wall.pass_(2)
    await tidy(installation.engine)
    assert installation.sql("SELECT COUNT(*) FROM rate") == [(0,)]


async def asked(browser, path, times, **fields):
    """Send a form so often; return the statuses."""
    found = []
    for number in range(times):
        browser._token = ""
        given = {name: value(number) if callable(value) else value for name, value in fields.items()}
        found.append((await browser.post(path, **given)).status_code)
    return found


@pytest.mark.edge("SIGN_IN_TRIES", "SIGN_IN_WINDOW_SECONDS")
async def test_tries_to_sign_in(installation):
    """Ten for one account from one address; then none, until ten minutes after the first."""
    browser = Browser(installation)
    wrong = {"login_name": "heron-aaaaaaaa", "password": "some other words here"}
    began = installation.engine.clock.now()
    found = await asked(browser, "/en/sign-in", limits.SIGN_IN_TRIES + 1, **wrong)
    assert found == [401] * limits.SIGN_IN_TRIES + [429]
    installation.wall.pass_(began + limits.SIGN_IN_WINDOW_SECONDS - 1 - installation.engine.clock.now())
    assert await asked(browser, "/en/sign-in", 1, **wrong) == [429]
    installation.wall.pass_(2)
    assert await asked(browser, "/en/sign-in", 1, **wrong) == [401]


@pytest.mark.edge("STAFF_SIGN_IN_TRIES", "STAFF_ADDRESS_TRIES")
async def test_tries_of_staff(installation):
    """Ten for one account, thirty from one address."""
    browser = Browser(installation, at=CONSOLE)
    wrong = {"password": "some other words here", "code": "000000"}
    found = await asked(browser, "/en/sign-in", limits.STAFF_SIGN_IN_TRIES + 1, login="sato", **wrong)
    assert found == [401] * limits.STAFF_SIGN_IN_TRIES + [429]
    rest = limits.STAFF_ADDRESS_TRIES - len(found)
    found = await asked(browser, "/en/sign-in", rest + 1, login=lambda number: f"abe{number}", **wrong)
    assert found == [401] * rest + [429]


@pytest.mark.edge("STAFF_ACCOUNT_TRIES")
async def test_tries_of_staff_from_everywhere(installation):
    """A hundred for one account of staff from ever new addresses, then none."""
    counts = Limits(installation.engine)
    for number in range(limits.STAFF_ACCOUNT_TRIES):
        await counts.count_sign_in(f"n{number}", "sato", "", STAFF)
    with pytest.raises(LimitError):
        await counts.count_sign_in("elsewhere", "sato", "", STAFF)


@pytest.mark.edge("NETWORK_SECONDS", "NETWORK_CHANGE_SECONDS", "NETWORKS_REMEMBERED")
def test_what_is_remembered_of_networks():
    """Tries for an hour, a sign-in for ten minutes, ten thousand networks at once."""
    now = [0.0]
    networks = Networks(lambda: now[0])
    for number in range(limits.ACCOUNTS_FROM_A_NETWORK - 1):
        networks.tried("a", bytes([number]))
        networks.tried("b", bytes([number]))
    now[0] = limits.NETWORK_SECONDS - 1
    assert len(networks.tried("a", b"last")) == limits.ACCOUNTS_FROM_A_NETWORK
    now[0] = limits.NETWORK_SECONDS
    assert not networks.tried("b", b"last")
    for who, wait, found in ((b"x", 0.0, True), (b"y", 1.0, False)):
        assert not networks.signed_in("a", who, came="", goes="1")
        now[0] += limits.NETWORK_CHANGE_SECONDS + wait
        assert networks.signed_in("b", who, came="", goes="2") is found
    for number in range(limits.NETWORKS_REMEMBERED):
        assert len(networks._tried) <= limits.NETWORKS_REMEMBERED
        networks.tried(f"n{number}", b"x")
    assert len(networks._tried) == limits.NETWORKS_REMEMBERED


@pytest.mark.edge("SIGNS_SHOWN_SECONDS")
async def test_what_the_sign_in_saw(installation):
    """It is shown for thirty days."""
    engine = installation.engine
    own = await installation.join()
    await note_failed(
        engine, Networks(engine.clock.now), await accounts.login_name_of(engine, own.person_id), "a", known=False
    )
    installation.wall.pass_(limits.SIGNS_SHOWN_SECONDS - limits.DAY)
    await tidy(engine)
    assert [one.count for one in await seen_at(engine, own.person_id)] == [1]
    installation.wall.pass_(2 * limits.DAY)
    await tidy(engine)
    assert await seen_at(engine, own.person_id) == ()


@pytest.mark.edge("ACCOUNTS_OPENED", "ACCOUNTS_OPENED_WINDOW_SECONDS")
async def test_accounts_opened_from_one_address(installation):
    """Twenty an hour."""
    began, browser = installation.engine.clock.now(), Browser(installation)

    async def join():
        browser.cookies, browser._token = {}, ""
        return (await browser.post("/en/join", password=PASSWORD)).status_code

    assert [await join() for _ in range(limits.ACCOUNTS_OPENED)] == [303] * limits.ACCOUNTS_OPENED
    assert await join() == 429
    installation.wall.pass_(began + limits.ACCOUNTS_OPENED_WINDOW_SECONDS - 1 - installation.engine.clock.now())
    assert await join() == 429
    installation.wall.pass_(2)
    assert await join() == 303


@pytest.mark.edge("PASSWORD_CHARACTERS_AT_LEAST", "PASSWORD_CHARACTERS")
def test_the_length_of_a_password():
    """From 12 to 200 characters."""
    passwords = Passwords(QUICK)
    for length in (limits.PASSWORD_CHARACTERS_AT_LEAST, limits.PASSWORD_CHARACTERS):
        word = ("abcde" * length)[:length]
        passwords.verify_password(passwords.hash(word), word)
    for length in (limits.PASSWORD_CHARACTERS_AT_LEAST - 1, limits.PASSWORD_CHARACTERS + 1):
        with pytest.raises(SubmissionError):
            passwords.hash(("abcde" * length)[:length])


@pytest.mark.edge("PASSWORD_DIFFERENT_AT_LEAST", "PASSWORD_NAME_CHARACTERS")
def test_what_a_password_may_not_be_made_of():
    """Five different characters at least; a login name of four characters or more does not stand in it."""
    passwords, most = Passwords(QUICK), limits.PASSWORD_DIFFERENT_AT_LEAST
    assert passwords.hash(("abcdefgh"[:most] * 12)[:12])
    with pytest.raises(SubmissionError) as refused:
        passwords.hash(("abcdefgh"[: most - 1] * 12)[:12])
    assert refused.value.reason == "password-repeats"
    name = "heron"[: limits.PASSWORD_NAME_CHARACTERS]
    assert passwords.hash(f"my {name[:-1]} is a bird", name[:-1])
    with pytest.raises(SubmissionError) as refused:
        passwords.hash(f"my {name} is a bird", name)
    assert refused.value.reason == "password-name"


class CountingHasher:
    """A hasher that counts what it verified, and knows no password."""

    def __init__(self):
        self.verified = []

    def hash(self, password):
        """Hash it."""
        return QUICK.hash(password)

    def verify(self, stored, password):
        """Verify it."""
        self.verified.append((stored, password))
        return QUICK.verify(stored, password)


@pytest.mark.parametrize("typed", ["some other words here", "a" * (limits.PASSWORD_CHARACTERS + 1), "\ud800" * 12])
def test_an_unknown_account_costs_one_hash(typed):
    """The same work is done whether or not the account exists, and whatever was typed."""
    hasher = CountingHasher()
    passwords = Passwords(hasher)
    stored = passwords.hash(PASSWORD)
    for known in (None, stored):
        with pytest.raises(SignInError):
            passwords.verify_password(known, typed)
    assert len(hasher.verified) == 2
    assert all(one.startswith("$argon2id$") for one, _ in hasher.verified)


FORMER = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)


@pytest.mark.parametrize("kept", ["nobody", "former", "now"])
def test_after_a_change_of_cost_every_try_costs_the_same(kept):
    """§5.2 breach: neither an unknown account nor one whose password is hashed at the former cost stands out."""
    hasher = CountingHasher()
    passwords = Passwords(hasher, (FORMER,))
    stored = {"nobody": None, "former": FORMER.hash(PASSWORD), "now": passwords.hash(PASSWORD)}[kept]
    for typed, right in ((PASSWORD, kept != "nobody"), ("some other words here", False)):
        hasher.verified.clear()
        if right:
            passwords.verify_password(stored, typed)
        else:
            with pytest.raises(SignInError):
                passwords.verify_password(stored, typed)
        costs = [extract_parameters(one).time_cost for one, _ in hasher.verified]
        assert sorted(costs) == sorted([QUICK.time_cost, FORMER.time_cost])
        assert costs == [QUICK.time_cost, FORMER.time_cost]  # in one order, too


async def test_whoever_signs_in_is_hashed_at_todays_cost(installation, monkeypatch):
    """§5.2: a customer and a member of staff, once, with the password they have; a wrong one changes nothing.

    What is asked of a new password since is not asked of the one they have: nobody is locked out by it.
    """
    engine = installation.engine
    engine.passwords = Passwords(FORMER)
    issued, _ = await joined(installation)
    enrolled = await sessions.add_staff(engine, "ono", PASSWORD, ("support",), by="test", who="ono")
    engine.passwords = Passwords(QUICK, (FORMER,))
    monkeypatch.setattr(limits, "PASSWORD_DIFFERENT_AT_LEAST", len(set(PASSWORD)) + 1)
    with pytest.raises(SubmissionError):
        engine.passwords.hash(PASSWORD)

    def costs():
        rows = installation.sql("SELECT hash FROM password") + installation.sql("SELECT password_hash FROM staff")
        return [extract_parameters(one).time_cost for (one,) in rows]

    with pytest.raises(SignInError):
        await accounts.sign_in_with_password(engine, issued.login_name, "some other words here")
    assert costs() == [2, 2]
    since = installation.sql("SELECT changed_at FROM password")
    await accounts.sign_in_with_password(engine, issued.login_name, PASSWORD)
    await sessions.sign_in(engine, "ono", PASSWORD, code_at(enrolled.secret, int(engine.clock.now()) // 30))
    assert costs() == [1, 1]
    assert installation.sql("SELECT changed_at FROM password") == since
    assert await accounts.sign_in_with_password(engine, issued.login_name, PASSWORD)


async def test_an_unknown_account_is_verified_too(installation, monkeypatch):
    """Of customers and of staff: who is not known is verified against a hash of the same cost."""
    hasher = CountingHasher()
    installation.engine.passwords = Passwords(hasher)
    with pytest.raises(SignInError):
        await accounts.sign_in_with_password(installation.engine, "heron-aaaaaaaa", PASSWORD)
    with pytest.raises(SignInError):
        await sessions.sign_in(installation.engine, "nobody", PASSWORD, "000000")
    assert len(hasher.verified) == 2


@pytest.mark.edge("CODE_CHARACTERS")
def test_the_length_of_a_code():
    """What is typed around a code counts up to 32 characters; what stands later is not read."""
    secret, at = b"s" * 20, 1_800_000_000.0
    code = code_at(secret, int(at) // 30)
    assert verify_code(secret, " " * (limits.CODE_CHARACTERS - len(code)) + code, at, 0)
    with pytest.raises(SignInError):
        verify_code(secret, " " * (limits.CODE_CHARACTERS - len(code) + 1) + code, at, 0)


@pytest.mark.edge("TOKEN_CHARACTERS")
def test_the_length_of_a_token():
    """One of ours that is longer than any we make is not read."""
    key = b"k" * 32
    tokens = [sign_token(key, "test", {"a": "a" * length}, 2.0) for length in range(2900, 3100)]
    read = [one for one in tokens if len(one) <= limits.TOKEN_CHARACTERS]
    assert len(max(read, key=len)) > limits.TOKEN_CHARACTERS - 4
    assert parse_token(key, "test", max(read, key=len), 1.0)
    with pytest.raises(MalformedError):
        parse_token(key, "test", min((one for one in tokens if len(one) > limits.TOKEN_CHARACTERS), key=len), 1.0)


async def test_counting_is_exact(installation):
    """As many as allowed pass, one more does not, and a window begins with its first."""
    counted = Limits(installation.engine)
    for _ in range(3):
        await counted.count("try", "somebody", most=3, seconds=10.0)
    with pytest.raises(LimitError) as refused:
        await counted.count("try", "somebody", most=3, seconds=10.0)
    assert 9 <= refused.value.retry_after_seconds <= 10
    await counted.count("try", "another", most=3, seconds=10.0)


@pytest.mark.edge("SAID_SECONDS")
async def test_how_long_a_page_says_what_came_of_its_form(installation):
    """For ten minutes; afterwards the same address says nothing."""
    mark = said.say(installation.engine, {"done": "password"}, "/en/account", "ab")
    installation.wall.pass_(limits.SAID_SECONDS - 1)
    assert said.read_said(installation.engine, mark, "/en/account", "ab") == {"done": "password"}
    installation.wall.pass_(2)
    assert said.read_said(installation.engine, mark, "/en/account", "ab") == {}
