"""Attacks with bytes that are no text: refused by the name of the field, never stored as U+FFFD or guessed at."""

from __future__ import annotations

import re

import pytest
from asked import Browser, session_cookie
from installation import MAIL

from kept.services.accounts import accounts

pytestmark = pytest.mark.anyio
SHIFT_JIS = "%8D%B2%93%A1"
"""What an old mobile phone sends for 佐藤."""


async def sent_raw(browser, path, body, kind="application/x-www-form-urlencoded"):
    """Send bytes as they are."""
    return await browser._ask("POST", path, content=body, headers={"content-type": kind})


async def shown(installation):
    """A browser that was shown the registration form, and its tokens."""
    browser = Browser(installation)
    await browser.sign_in(await installation.join())
    page = (await browser.get("/en/registration")).text
    tokens = re.findall(r'name="(form_token|notice_token)" value="([^"]+)"', page)
    return browser, "&".join(f"{name}={value}" for name, value in dict(tokens).items())


@pytest.mark.parametrize("bad", [SHIFT_JIS, "%FF", "%ED%A0%80", "%C0%AF", "%EF%BF%BD", "Sat%F0%9F"])
async def test_a_field_that_is_no_text_is_refused_by_its_name(installation, bad):
    """§1.1, §2.6 breach: the form comes back with the field marked; nothing is stored, and nobody's history has it."""
    browser, tokens = await shown(installation)
    answer = await sent_raw(browser, "/en/registration", f"{tokens}&name={bad}".encode())
    assert answer.status_code == 422
    assert "could not be read" in answer.text
    assert re.search(r'id="name"[^>]*aria-invalid', answer.text) or 'aria-describedby="wrong-name"' in answer.text
    assert installation.sql("SELECT COUNT(*) FROM value") == [(0,)]
    assert not [one for one in await installation.ledger() if one.act == "own:submission:refuse"]


async def test_good_text_in_utf8_passes(installation):
    """§2.6 normal: the same name in UTF-8 is taken."""
    browser, tokens = await shown(installation)
    answer = await sent_raw(browser, "/en/registration", f"{tokens}&name=%E4%BD%90%E8%97%A4".encode())
    assert answer.status_code == 303
    assert installation.sql("SELECT COUNT(*) FROM value") == [(1,)]


@pytest.mark.parametrize("path", ["/en/join", "/en/sign-in"])
async def test_a_password_that_is_no_text_is_none(installation, path):
    """§5.2 breach: two passwords that differ in broken bytes alone would be one."""
    browser = Browser(installation)
    answer = await sent_raw(browser, path, f"login_name=abc-12345678&password=four+unrelated+{SHIFT_JIS}".encode())
    assert answer.status_code in {400, 422}
    assert installation.sql("SELECT COUNT(*) FROM password") == [(0,)]


@pytest.mark.parametrize("charset", ["", "; charset=shift_jis", "; charset=utf-7"])
async def test_a_form_in_parts_is_not_guessed_at(installation, charset):
    """§2.6 breach: parts without an encoding were read as Latin-1, others in whatever encoding the sender named."""
    own = await installation.mori()
    browser = Browser(installation)
    browser.cookies[session_cookie(installation)] = await accounts.start_session(installation.engine, own.person_id)
    page = (await browser.get("/en/my-data/correct/name")).text
    token = re.search(r'name="form_token" value="([^"]+)"', page)[1].encode()
    parts = [(b"form_token", token), (b"version", b"1"), (b"value", "佐藤".encode("shift_jis"))]
    body = (
        b"".join(b'--x\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n' % one for one in parts)
        + b"--x--\r\n"
    )
    answer = await sent_raw(browser, "/en/my-data/correct/name", body, f"multipart/form-data; boundary=x{charset}")
    assert answer.status_code == 400
    assert installation.sql("SELECT MAX(version) FROM value WHERE slot = 'name'") == [(1,)]
    assert MAIL not in answer.text
