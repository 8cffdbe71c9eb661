"""Signing in over HTTP: the same answer for unknown and wrong, a limit, and a session that is always a new one."""

from __future__ import annotations

import re

import httpx2
import pytest

PASSWORD = "four unrelated words here"


@pytest.fixture
def client(served):
    """A browser without cookies."""
    with httpx2.Client(base_url=served.site, headers={"origin": served.site}) as one:
        yield one


def joined(client):
    """Join, and return the issued login name and the session cookie."""
    answer = client.post("/en/join", data={"password": PASSWORD})
    cookie = answer.headers["set-cookie"].split(";")[0]  # a secure one, over loopback
    issued = client.get(answer.headers["location"], headers={"cookie": cookie})
    name = re.search(r'<p data-login-name class="mono big">([a-z]+-[a-z0-9]+)</p>', issued.text)
    assert name
    return name[1], answer.cookies["__Host-kept_session"]


def sign_in(client, name, password, **headers):
    """Send the sign-in form."""
    return client.post("/en/sign-in", data={"login_name": name, "password": password}, headers=headers)


def test_an_unknown_account_and_a_wrong_password_answer_alike(client):
    """The same status and the same page, but for the nonce."""
    name, _ = joined(client)
    client.cookies.clear()
    wrong = sign_in(client, name, "some other words here")
    unknown = sign_in(client, "heron-zzzzzzzz", "some other words here")
    assert wrong.status_code == unknown.status_code == 401
    plain = [
        re.sub(r'nonce="[^"]+"', "", one.text.replace(typed, ""))
        for one, typed in ((wrong, name), (unknown, "heron-zzzzzzzz"))
    ]
    assert plain[0] == plain[1]


def test_the_session_after_signing_in_is_a_new_one(client):
    """A cookie somebody planted before is not the one that is signed in."""
    name, first = joined(client)
    client.cookies.clear()
    answer = sign_in(client, name, PASSWORD, cookie=f"__Host-kept_session={first}")
    assert answer.status_code in {303, 400}
    client.cookies.clear()
    answer = sign_in(client, name, PASSWORD, cookie="__Host-kept_session=planted")
    assert answer.status_code == 303
    assert answer.cookies["__Host-kept_session"] not in {first, "planted"}


def test_signing_out_everywhere_ends_a_stolen_session(client):
    """The stolen cookie opens nothing afterwards."""
    _, stolen = joined(client)
    page = client.get("/en/my-data", headers={"cookie": f"__Host-kept_session={stolen}"})
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert token
    client.post(
        "/en/sign-out",
        data={"everywhere": "yes", "form_token": token[1]},
        headers={"cookie": f"__Host-kept_session={stolen}"},
    )
    client.cookies.clear()
    after = client.get("/en/my-data", headers={"cookie": f"__Host-kept_session={stolen}"})
    assert (after.status_code, after.headers["location"]) == (303, "/en/sign-in")


def test_too_many_attempts_are_told_to_wait(client):
    """After ten wrong passwords for one name: 429 with Retry-After."""
    answers = [sign_in(client, "heron-yyyyyyyy", "some other words here") for _ in range(12)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
