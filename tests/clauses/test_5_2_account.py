"""§5.2, §2.7: the page of one's account: how one signs in is one's own to change, nothing shown once is lost, nobody is locked out."""

from __future__ import annotations

import re

import pytest
from asked import SITE, Browser
from authenticator import Authenticator
from bakery import Bakery
from installation import PASSWORD

from kept import limits
from kept.errors import DeniedError, InputError, LimitError, SignInError, SubmissionError
from kept.services.accounts import accounts, passkeys, recovery, remember_me, ways_in
from kept.services.accounts.known_by import known_by
from kept.services.gate.history import newest_entries
from kept.services.staff import sessions
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio
CODE = re.compile(r"[a-z2-9]{5}(?:-[a-z2-9]{5}){3}")
NEW = "four other unrelated words"


async def joined(installation) -> tuple[Browser, str, list[str]]:
    """A browser that just opened an account with a password; its login name and codes, as the page shows them."""
    browser = Browser(installation)
    await browser.get("/en/join")
    answer = await browser.post("/en/join", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/account/issued")
    page = (await browser.get("/en/account/issued")).text
    return browser, re.search(r"[a-z]+-[a-z0-9]{8}", page)[0], list(dict.fromkeys(CODE.findall(page)))


async def with_passkey(browser: Browser, device: Authenticator, address: str, **more: str):
    """Make or use a passkey through the two requests a page's script sends."""
    begun = (await browser.post(f"{address}/begin", **({"name": more["name"]} if "name" in more else {}))).json()
    answer = device.make(begun["options"]) if "user" in begun["options"] else device.use(begun["options"])
    return await browser.post(address, credential=answer, token=begun["token"], **more)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_what_is_shown_once_survives_reload_and_back_until_it_is_closed(installation, language):
    """Login name and codes stand on a page that can be loaded again, as a file too; closed, they are gone for good."""
    browser, name, codes = await joined(installation)
    assert len(codes) == limits.RECOVERY_CODES
    for _ in range(2):
        page = (await browser.get(f"/{language}/account/issued")).text
        assert name in page
        assert all(one in page for one in codes)
    file = await browser.get(f"/{language}/account/issued/file")
    assert file.headers["content-disposition"].startswith("attachment")
    assert name in file.text
    assert CODE.findall(file.text) == codes
    closed = await browser.post(f"/{language}/account/issued")
    assert closed.headers["location"] == f"/{language}/registration"
    page = (await browser.get(f"/{language}/account/issued")).text
    assert name not in page
    assert not CODE.findall(page)
    assert (await browser.get(f"/{language}/account/issued/file")).status_code == 404


async def test_nobody_else_sees_what_is_shown_once(installation):
    """Breach: another session of the same person, and the two databases: the codes stand there for nobody to read."""
    _, name, codes = await joined(installation)
    other = Browser(installation)
    await other.get("/en/sign-in")
    await other.post("/en/sign-in", login_name=name, password=PASSWORD)
    assert not CODE.findall((await other.get("/en/account/issued")).text)
    stored = b"".join(path.read_bytes() for path in installation.folder.iterdir() if path.is_file())
    assert not [one for one in codes if one.encode() in stored]


async def test_a_password_is_changed_and_ends_every_other_session(installation):
    """The new one signs in and the old one does not; a thief's session and remembered device end; a short one is refused."""
    browser, name, _ = await joined(installation)
    engine, thief = installation.engine, Browser(installation)
    await thief.get("/en/sign-in")
    await thief.post("/en/sign-in", login_name=name, password=PASSWORD)
    person_id = await accounts.sign_in_with_password(engine, name, PASSWORD)
    device = await remember_me.remember(engine, person_id)
    await browser.get("/en/account")
    assert (await browser.post("/en/account/password", password="short")).status_code == 422
    assert (await browser.post("/en/account/password", password=NEW)).status_code == 303
    assert (await browser.get("/en/account")).status_code == 200
    assert (await thief.get("/en/account")).status_code == 303
    with pytest.raises(SignInError):
        await remember_me.sign_in_remembered(engine, device)
    with pytest.raises(SignInError):
        await accounts.sign_in_with_password(engine, name, PASSWORD)
    assert await accounts.sign_in_with_password(engine, name, NEW) == person_id
    assert "You set a new password" in (await browser.get("/en/my-data")).text


async def test_what_signs_in_changes_only_after_a_fresh_sign_in(installation):
    """Breach: a session left open for an hour adds no passkey, sets no password and gets no codes; signing in leads back."""
    browser, name, _ = await joined(installation)
    installation.wall.pass_(limits.FRESH_SIGN_IN_SECONDS + 1)
    page = (await browser.get("/en/account")).text
    assert "more than five minutes ago" in page
    assert 'action="/en/account/password"' not in page
    for path in (
        "password",
        "password/remove",
        "codes",
        "passkey/begin",
        "passkey",
        "passkey/remove",
        "unlink",
        "link",
    ):
        refused = await browser.post(f"/en/account/{path}")
        assert refused.status_code == 401, path
        assert 'href="/en/sign-in?to=/account' in refused.text, path
    await browser.get("/en/sign-in?to=/account")
    again = await browser.post("/en/sign-in", login_name=name, password=PASSWORD, to="/account")
    assert again.headers["location"] == "/en/account"


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/account/../../x", "/sign-out", "/accounts"])
async def test_signing_in_leads_nowhere_else(installation, to):
    """Breach: a link to the sign-in that names another place leads to my data, or to the account, of this site."""
    browser, name, _ = await joined(installation)
    answer = await browser.post("/en/sign-in", login_name=name, password=PASSWORD, to=to)
    assert answer.headers["location"] in {"/en/my-data", "/en/account"}


async def test_new_codes_end_the_old_ones(installation):
    """They are shown once more, on a page of the same kind; an old one opens nothing, a new one once."""
    browser, name, old = await joined(installation)
    await browser.get("/en/account")
    assert (await browser.post("/en/account/codes")).headers["location"] == "/en/account/issued"
    page = (await browser.get("/en/account/issued")).text
    new = list(dict.fromkeys(CODE.findall(page)))
    assert set(new).isdisjoint(old)
    assert (await browser.post("/en/account/issued")).headers["location"] == "/en/account"
    with pytest.raises(SignInError):
        await recovery.sign_in_with_recovery_code(installation.engine, name, old[0], NEW)
    await recovery.sign_in_with_recovery_code(installation.engine, name, new[0].upper().replace("-", " "), NEW)


async def test_who_joined_with_a_passkey_has_a_way_back(installation):
    """§2.7: no password, no item; the passkey is lost, a code signs in, and the page asks for a passkey at once."""
    browser, lost = Browser(installation), Authenticator(SITE)
    await browser.get("/en/join")
    answer = await with_passkey(browser, lost, "/en/join/passkey")
    assert answer.json() == {"go": "/en/account/issued"}
    page = (await browser.get("/en/account/issued")).text
    name, code = re.search(r"[a-z]+-[a-z0-9]{8}", page)[0], CODE.search(page)[0]
    again, device = Browser(installation), Authenticator(SITE)
    await again.get("/en/sign-in")
    answer = await again.post("/en/sign-in/recovery", login_name=name, code=code, password="")
    assert answer.headers["location"] == "/en/account"
    assert (await browser.get("/en/account")).status_code == 303, "every other session ended"
    await again.get("/en/account")
    answer = await with_passkey(again, device, "/en/account/passkey", name="my new phone")
    assert answer.json()["go"].startswith("/en/account?said=")
    assert "my new phone" in (await again.get("/ja/account")).text
    third = Browser(installation)
    await third.get("/en/sign-in")
    assert (await with_passkey(third, device, "/en/sign-in/passkey", to="/account")).json() == {"go": "/en/account"}
    assert "A recovery code was used to sign in" in (await third.get("/en/my-data")).text


async def test_passkeys_are_named_renamed_and_removed(installation):
    """The name is sealed; one that holds an Individual Number is refused; the removed passkey signs nobody in."""
    browser, _, _ = await joined(installation)
    device = Authenticator(SITE)
    await browser.get("/en/account")
    await with_passkey(browser, device, "/en/account/passkey", name="Hanako’s telephone")
    page = (await browser.get("/en/account")).text
    passkey = re.search(r'name="passkey" value="([0-9a-f]+)"', page)[1]
    assert b"telephone" not in b"".join(path.read_bytes() for path in installation.folder.iterdir() if path.is_file())
    assert (await browser.post("/en/account/passkey/name", passkey=passkey, name="123456789018")).status_code == 422
    assert (await browser.post("/en/account/passkey/name", passkey="ff", name="x")).status_code == 422
    await browser.post("/en/account/passkey/name", passkey=passkey, name="the old one")
    assert "the old one" in (await browser.get("/en/account")).text
    other = Browser(installation)
    await other.get("/en/sign-in")
    assert (await with_passkey(other, device, "/en/sign-in/passkey", to="")).status_code == 200
    await browser.get("/en/account")
    assert (await browser.post("/en/account/passkey/remove", passkey=passkey)).status_code == 303
    stranger = Browser(installation)
    await stranger.get("/en/sign-in")
    assert (await with_passkey(stranger, device, "/en/sign-in/passkey", to="")).status_code == 401


async def test_the_last_way_in_is_not_removed_without_a_warning(installation):
    """Told first; then, knowing it, with codes left; never where nothing at all would be left."""
    browser, name, codes = await joined(installation)
    engine = installation.engine
    page = (await browser.get("/en/account")).text
    assert "It is your last way in" in page
    refused = await browser.post("/en/account/password/remove")
    assert refused.status_code == 422
    assert "recovery codes alone" in refused.text
    assert await accounts.sign_in_with_password(engine, name, PASSWORD)
    assert (await browser.post("/en/account/password/remove", knowing="yes")).status_code == 303
    assert "You have no passkey and no password." in (await browser.get("/en/account")).text
    with pytest.raises(SignInError):
        await accounts.sign_in_with_password(engine, name, PASSWORD)
    person_id = await recovery.sign_in_with_recovery_code(engine, name, codes[0], NEW)
    for code in codes[1:]:
        await recovery.sign_in_with_recovery_code(engine, name, code, NEW)
    own = await installation.session(person_id)
    with pytest.raises(InputError) as none_left:
        await ways_in.remove_password(engine, own, knowing=True)
    assert none_left.value.reason == "last-way-in"
    assert await accounts.sign_in_with_password(engine, name, NEW) == person_id


async def test_two_removals_at_once_leave_a_way_in(installation):
    """Breach: the last two ways removed in two tabs: the second is told, since it is decided in its own transaction."""
    browser, _, _ = await joined(installation)
    await browser.get("/en/account")
    await with_passkey(browser, Authenticator(SITE), "/en/account/passkey", name="")
    page = (await browser.get("/en/account")).text
    assert "It is your last way in" not in page
    passkey = re.search(r'name="passkey" value="([0-9a-f]+)"', page)[1]
    answers = [
        await browser.post("/en/account/password/remove"),
        await browser.post("/en/account/passkey/remove", passkey=passkey),
    ]
    assert [one.status_code for one in answers] == [303, 422]


async def test_somebody_elses_passkey_session_and_challenge_are_out_of_reach(installation):
    """Breach by another customer: ids of another account, and a challenge that was made for it."""
    victim, thief = await joined(installation), await joined(installation)
    engine = installation.engine
    device = Authenticator(SITE)
    await victim[0].get("/en/account")
    begun = (await victim[0].post("/en/account/passkey/begin", name="")).json()
    await thief[0].get("/en/account")
    stolen = {"credential": device.make(begun["options"]), "token": begun["token"], "name": ""}
    assert (await thief[0].post("/en/account/passkey", **stolen)).status_code == 401
    assert (await victim[0].post("/en/account/passkey", **stolen)).status_code == 200
    assert (await victim[0].post("/en/account/passkey", **stolen)).status_code == 401, "a challenge is good once"
    person_id = await accounts.sign_in_with_password(engine, victim[1], PASSWORD)
    own = await installation.session(person_id)
    known = await known_by(engine, own)
    for path, fields in (
        ("passkey/remove", {"passkey": known.passkeys[0].id, "knowing": "yes"}),
        ("passkey/name", {"passkey": known.passkeys[0].id, "name": "mine"}),
        ("sessions/end", {"session": known.sessions[0].id}),
    ):
        await thief[0].post(f"/en/account/{path}", **fields)
    after = await known_by(engine, own)
    assert (len(after.passkeys), len(after.sessions)) == (len(known.passkeys), len(known.sessions))
    assert after.passkeys[0].name == ""


async def test_sessions_are_listed_and_ended_one_by_one(installation):
    """Another browser's session is ended from here, and this one stays."""
    browser, name, _ = await joined(installation)
    other = Browser(installation)
    await other.get("/en/sign-in")
    await other.post("/en/sign-in", login_name=name, password=PASSWORD)
    page = (await browser.get("/en/account")).text
    assert "this one, here" in page
    (session,) = re.findall(r'name="session" value="([0-9a-f]+)"', page)
    await browser.post("/en/account/sessions/end", session=session)
    assert (await other.get("/en/account")).status_code == 303
    assert (await browser.get("/en/account")).status_code == 200


async def test_an_account_is_linked_and_unlinked(tmp_path):
    """The code is short enough to type, and may be typed as people do; unlinked, the program signs nobody in by the id."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k:
        credential = await bakery.program(k)
        issued = await k.join(PASSWORD)
        me = await k.session(await k.sign_in(issued.login_name, PASSWORD))
        code = await me.link_code("till")
        assert len(code) == 9
        linked = await k.link(credential, external="C-1", code=code.upper().replace("-", "　"))
        assert await me.external_ids() == {"till": "C-1"}
        with pytest.raises(DeniedError) as refused:
            await linked.unlink("till")
        assert refused.value.reason == "vouched-session"
        await me.unlink("till")
        with pytest.raises(SignInError) as over:
            await linked.data()
        assert over.value.reason == "external-unlinked"
        with pytest.raises(InputError):
            await me.unlink("till")
        assert (await me.external_ids(), await me.linkable()) == ({}, ["till"])
        async with k.person(credential, external="C-1") as stranger:
            assert (await stranger.data()).known_by.number != (await me.data()).known_by.number
        await k.link(credential, external="C-2", code=await me.link_code("till"))


async def test_a_link_code_is_not_guessed(tmp_path):
    """Breach by a customer of the program: a handful of tries for one id of its own, and the right code comes too late."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k:
        credential = await bakery.program(k)
        issued = await k.join(PASSWORD)
        code = await (await k.session(await k.sign_in(issued.login_name, PASSWORD))).link_code("till")
        for n in range(limits.LINK_TRIES):
            with pytest.raises(SignInError):
                await k.link(credential, external="thief", code=f"aaaa-aaa{n + 2}")
        with pytest.raises(LimitError):
            await k.link(credential, external="thief", code=code)
        await k.link(credential, external="owner", code=code)


async def test_the_door_changes_how_one_signs_in(tmp_path):
    """What the page does, a program does: password, passkeys, codes, sessions; a short password is refused there too."""
    bakery, here = Bakery(tmp_path), "https://bakery.example"
    async with bakery.open() as k:
        asked = k.passkey_to_join(here)
        device, second = Authenticator(here), Authenticator(here)
        token, issued = await k.join_with_passkey(device.make(asked["options"]), asked["token"], origin=here)
        me = await k.session(token)
        with pytest.raises(SubmissionError):
            await me.set_password("short")
        await me.set_password(PASSWORD)
        more = await me.passkey_to_add(here)
        assert [one["id"] for one in more["options"]["excludeCredentials"]]
        await me.add_passkey(second.make(more["options"]), more["token"], origin=here, name="laptop")
        first, named = await me.passkeys()
        assert (first.name, named.name) == ("", "laptop")
        await me.name_passkey(first.id, "phone")
        await me.remove_passkey(first.id)
        assert [one.name for one in await me.passkeys()] == ["laptop"]
        codes = await me.new_recovery_codes()
        with pytest.raises(SignInError):
            await k.recover(issued.login_name, issued.recovery_codes[0])
        other = await k.session(await k.sign_in(issued.login_name, PASSWORD))
        (mine,) = [one for one in await other.sessions() if not one.here]
        await other.end_session(mine.id)
        with pytest.raises(SignInError):
            await k.session(token)
        await other.remove_password()
        again = await k.session(await k.recover(issued.login_name, codes[0]))
        assert [one.name for one in await again.passkeys()] == ["laptop"]
        with pytest.raises(InputError):
            await again.remove_passkey(named.id)
        await again.remove_passkey(named.id, knowing=True)


async def test_a_program_that_vouches_changes_nothing_that_outlasts_it(tmp_path):
    """Breach by a program: with a person it vouches for it sets no password, adds no passkey and gets no codes."""
    bakery, here = Bakery(tmp_path), "https://bakery.example"
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            for attempt in (
                me.set_password(PASSWORD),
                me.remove_password(knowing=True),
                me.new_recovery_codes(),
                me.passkey_to_add(here),
                me.name_passkey("aa", "x"),
                me.remove_passkey("aa", knowing=True),
            ):
                with pytest.raises(DeniedError) as refused:
                    await attempt
                assert refused.value.reason == "vouched-session"


async def test_a_passkey_changed_past_kept_is_found(installation):
    """Breach by who writes D: a passkey's name, or whom it signs in, changed in the database: `kept verify` says so."""
    browser, _, _ = await joined(installation)
    await browser.get("/en/account")
    await with_passkey(browser, Authenticator(SITE), "/en/account/passkey", name="phone")
    assert (await verify_installation(installation.engine)).problems == []
    for change, said in (
        ("UPDATE passkey SET sealed = x'00'", "what they call a passkey does not open"),
        ("DELETE FROM login WHERE login_name LIKE 'passkey:%'", "a passkey signs somebody else in, or nobody"),
    ):
        before = installation.sql("SELECT sealed FROM passkey")[0][0]
        installation.sql(change)
        assert any(said in one for one in (await verify_installation(installation.engine)).problems)
        installation.sql("UPDATE passkey SET sealed = ?", before)


async def test_each_change_stands_in_the_ledger_and_cites_its_clause(installation):
    """Evidence: passkey added and removed, password set, codes renewed; the entry says which, and for whom nobody else."""
    own = await installation.join()
    engine = installation.engine
    begun = await passkeys.begin_add(engine, own, "shop.example", "Shop")
    device = Authenticator(SITE)
    await passkeys.finish_add(
        engine, own, device.make(begun["options"]), begun["token"], "x", rp_id="shop.example", origin=SITE
    )
    (one,) = await passkeys.passkeys_of(engine, own.person_id)
    await passkeys.remove_passkey(engine, own, one.id)
    await ways_in.set_password(engine, own, NEW)
    await recovery.renew_codes(engine, own)
    done = {one.account.act: one.account.clause for one in await newest_entries(engine, 8)}
    for act in ("passkey:add", "passkey:remove", "password:set", "recovery-codes:renew"):
        assert done[f"customer:{act}"] == "5.2"


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_no_password_is_one_character_or_the_login_name(installation, language):
    """§5.2 breach: one character twelve times, in another width, with spaces; one's login name: refused in a sentence, everywhere."""
    browser, name, codes = await joined(installation)
    said = {
        "password-repeats": {"en": "again and again", "ja": "同じ文字"},
        "password-name": {"en": "holds the login name", "ja": "ログイン名"},
    }
    bad = {
        "aaaaaaaaaaaa": "repeats",
        "ａaＡAａaＡAａaＡA": "repeats",
        "a a a a b b b b": "repeats",
        f"{name.upper()}!?": "name",
    }
    for typed, why in bad.items():
        answer = await browser.post(f"/{language}/account/password", password=typed)
        assert (answer.status_code, said[f"password-{why}"][language] in answer.text) == (422, True), typed
    recovering = Browser(installation)
    await recovering.get(f"/{language}/sign-in")
    answer = await recovering.post(
        f"/{language}/sign-in/recovery", login_name=name, code=codes[0], password=f"my {name}"
    )
    assert (answer.status_code, said["password-name"][language] in answer.text) == (422, True)
    joining = Browser(installation)
    await joining.get(f"/{language}/join")
    assert (await joining.post(f"/{language}/join", password="aaaaaaaaaaaa")).status_code == 422
    with pytest.raises(SubmissionError) as refused:
        await sessions.add_staff(
            installation.engine, "counter-2", "counter-2counter-2", ("support",), by="test", who="4711"
        )
    assert refused.value.reason == "password-name"
    with pytest.raises(SubmissionError):
        await accounts.join_with_password(installation.engine, "121212121212", language)


LIES = ("done=password", "said=password", "under-way=7&faxes=2", "done=more-look-ups", "left-out=3", "said=e30")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_no_page_repeats_what_a_link_says(installation, language):
    """§5.2 breach: a link tells of a new password or of seven messages; another session's true word; an old one: nothing is said."""
    browser, *_ = await joined(installation)
    told = {"en": "and no device is remembered.", "ja": "記憶された端末はありません。"}[language]
    plain = {path: (await browser.get(f"/{language}{path}")).text for path in ("/account", "/my-data")}
    for lie in LIES:
        for path, page in plain.items():
            said = (await browser.get(f"/{language}{path}?{lie}")).text
            assert said.count('role="status"') == page.count('role="status"'), lie
            assert told not in said
    answer = await browser.post(f"/{language}/account/password", password=NEW)
    true = answer.headers["location"]
    assert told in (await browser.get(true)).text
    other, *_ = await joined(installation)
    assert told not in (await other.get(true)).text
    assert told not in (await browser.get(true.replace("/account", "/my-data"))).text
    installation.wall.pass_(limits.SAID_SECONDS + 1)
    assert told not in (await browser.get(true)).text
