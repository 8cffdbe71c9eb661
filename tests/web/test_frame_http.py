"""What every answer carries and every request must pass, asked of a real server on loopback."""

from __future__ import annotations

import gzip
import re
import socket

import httpx2
import pytest

from kept.services.accounts import accounts
from kept.web import site

PAGES = ("", "/picture/cherry", "/policy", "/cookies", "/join", "/sign-in", "/nothing-here")


@pytest.fixture
def client(served):
    """A browser without cookies that sends what a browser sends."""
    with httpx2.Client(base_url=served.site, headers={"origin": served.site}) as one:
        yield one


@pytest.fixture
def signed_in(served, client):
    """A client that holds a customer's session."""
    own = served.run(served.installation.join)

    async def token():
        return await accounts.start_session(served.installation.engine, own.person_id)

    client.headers["cookie"] = f"__Host-kept_session={served.run(token)}"
    return client


def form_token(page: httpx2.Response) -> str:
    """The token the forms of a page carry."""
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("path", PAGES)
def test_headers(client, language, path):
    """Every page forbids framing, sniffing, foreign sources and keeping, sets no cookie, and says its language."""
    answer = client.get(f"/{language}{path}")
    policy = answer.headers["content-security-policy"]
    for one in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert one in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers
    assert f'<html lang="{language}">' in answer.text
    assert answer.status_code == (404 if path == "/nothing-here" else 200)


def test_nonce_is_fresh_and_covers_every_script(client):
    """Each answer has its own nonce, and every script element carries it; there is no inline style or handler."""
    seen = set()
    for _ in range(5):
        answer = client.get("/en/join")
        nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
        assert nonce
        scripts = re.findall(r"<script[^>]*>", answer.text)
        assert scripts
        assert all(f'nonce="{nonce[1]}"' in one for one in scripts)
        assert not re.search(r'\sstyle="|\son[a-z]+="', answer.text)
        seen.add(nonce[1])
    assert len(seen) == 5


@pytest.mark.parametrize("path", PAGES)
def test_no_other_host_in_any_page(client, path):
    """No page names a source on another host."""
    for found in re.findall(r'(?:src|href|action)="([^"]*)"', client.get(f"/en{path}").text):
        assert not re.match(r"[a-z]+:|//", found), found


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example:80"])
def test_unknown_host_is_refused(client, host):
    """A host name that is not ours gets 421, whatever the path."""
    assert client.get("/en/policy", headers={"host": host}).status_code in {400, 421}


def test_hosts_do_not_mix(client, served):
    """The console is not reachable on the site's host, nor the site's pages on the console's."""
    assert client.get("/en/board").status_code == 404
    answer = client.get("/en/join", headers={"host": f"staff.localhost:{served.port}"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "", "sec-fetch-site": "cross-site"},
        {"origin": "", "sec-fetch-site": "same-site"},
        {"origin": ""},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_post_from_elsewhere_is_refused(client, headers):
    """A form sent from another place, or from nowhere, is refused before any code of a page runs."""
    answer = client.post("/en/join", data={"password": "four unrelated words here"}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "not sent from a page of this site" in answer.text


def test_refusals_speak_the_readers_language(client):
    """A refusal of the frame is a page in the language of the path, or else of the browser."""
    elsewhere = {"origin": "https://evil.example"}
    assert 'lang="ja"' in client.post("/ja/join", headers=elsewhere).text
    asked = client.post("/x", headers={**elsewhere, "accept-language": "ja;q=0.9, en;q=0.1"})
    assert "何も受け取っていません" in asked.text


def test_form_of_another_session_is_refused(served, signed_in):
    """A session's form needs that session's token: none, a forged one and another session's are refused."""
    mine = form_token(signed_in.get("/en/my-data"))
    forged = mine[:-2] + ("aa" if mine[-2:] != "aa" else "bb")
    for token in ("", "x", forged, mine + "x"):
        answer = signed_in.post("/en/my-data/stop", data={"purpose": "contact", "stop": "yes", "form_token": token})
        assert answer.status_code in {400, 422}, token
    other = served.run(served.installation.join)

    async def session():
        return await accounts.start_session(served.installation.engine, other.person_id)

    cookie = {"cookie": f"__Host-kept_session={served.run(session)}"}
    data = {"purpose": "contact", "stop": "yes", "form_token": mine}
    assert signed_in.post("/en/my-data/stop", data=data, headers=cookie).status_code == 400
    assert signed_in.post("/en/my-data/stop", data=data).status_code == 303


@pytest.mark.parametrize(
    "fields", ["password=a&password=b", "password=a&extra=1", "password=a&form_token=x&form_token=y"]
)
def test_extra_and_repeated_fields_are_refused(client, fields):
    """A field the form does not have, or one sent twice, is refused with the clause; nothing is taken."""
    answer = client.post("/en/join", content=fields, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 422
    assert "§2.2" in answer.text
    assert "set-cookie" not in answer.headers


def test_large_body_by_its_length(served):
    """A body that says it is too long is refused before a byte of it is read."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as wire:
        wire.sendall(
            f"POST /en/join HTTP/1.1\r\nhost: 127.0.0.1:{served.port}\r\norigin: {served.site}\r\n"
            "content-type: application/x-www-form-urlencoded\r\ncontent-length: 10485760\r\n\r\n".encode()
        )
        assert wire.recv(4096).startswith(b"HTTP/1.1 413")


def test_large_body_is_cut_while_it_streams(served):
    """A 10 MB field in chunks of unknown number is answered with a 413 page, long before its end."""
    sent = 0

    def endless():
        nonlocal sent
        yield b"password="
        for _ in range(160):
            sent += 65_536
            yield b"a" * 65_536

    headers = {"origin": served.site, "content-type": "application/x-www-form-urlencoded"}
    with httpx2.Client(base_url=served.site) as client:
        try:
            answer = client.post("/en/join", content=endless(), headers=headers)
        except httpx2.WriteError:
            assert sent < 160 * 65_536  # the server hung up while we were still sending
        else:
            assert answer.status_code == 413
            assert "64 KB" in answer.text
    assert httpx2.get(f"{served.site}/en").status_code == 200


def test_files_are_refused(client):
    """A file where a form has none is refused."""
    answer = client.post("/en/join", files={"password": ("a.txt", b"four unrelated words")})
    assert answer.status_code in {400, 422}
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "BREW"])
def test_other_methods(client, method):
    """Only GET, HEAD and POST are answered."""
    assert client.request(method, "/en").status_code == 405


def test_post_where_there_is_no_form(client):
    """A POST to a page without a form is 405 and names what is allowed."""
    answer = client.post("/en/policy")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_head(client):
    """HEAD answers as GET does, without a body."""
    answer = client.head("/en/policy")
    assert answer.status_code == 200
    assert answer.content == b""


def test_looking_changes_nothing(served, signed_in):
    """The addresses that change something do not answer GET."""
    for page in site.PAGES:
        if page.get is None:
            path = "/en" + re.sub(r"\{[a-z]+\}", "name", page.path)
            assert signed_in.get(path).status_code == 405, path


def test_session_cookie(client):
    """Joining sets one cookie, bound to this host, out of reach of scripts and of other sites' requests."""
    answer = client.post("/en/join", data={"password": "four unrelated words here"})
    assert answer.status_code == 303
    (cookie,) = answer.headers.get_list("set-cookie")
    name, *rest = cookie.split("; ")
    assert name.startswith("__Host-kept_session=")
    assert {one.lower() for one in rest} == {"path=/", "secure", "httponly", "samesite=lax"}


def test_a_forged_session_is_no_session(client):
    """A cookie we did not give signs nobody in and breaks nothing."""
    for value in ("", "x", "a" * 4000, "%00", '"quoted"'):
        answer = client.get("/en/my-data", headers={"cookie": f"__Host-kept_session={value}"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/en/sign-in"


@pytest.mark.parametrize(
    ("accept", "to"),
    [
        ("ja", "/ja"),
        ("en-GB,en;q=0.9", "/en"),
        ("ja;q=0.2, en;q=0.8", "/en"),
        ("fr", "/en"),
        ("ja;q=x", "/en"),
        ("", "/en"),
    ],
)
def test_root_sends_to_the_readers_language(client, accept, to):
    """The root follows Accept-Language by its weights and needs no cookie."""
    answer = client.get("/", headers={"accept-language": accept})
    assert answer.status_code == 302
    assert answer.headers["location"] == to


def test_well_known(client):
    """What is declared answers; an unknown well-known address is really not there."""
    text = client.get("/.well-known/security.txt").text
    assert re.search(r"^Contact: mailto:\S+@\S+$", text, re.MULTILINE)
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT", text, re.MULTILINE)
    assert client.get("/.well-known/change-password").status_code == 302
    assert set(client.get("/.well-known/passkey-endpoints").json()) == {"enroll", "manage"}
    assert (
        client.get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200").status_code == 404
    )
    assert client.get("/.well-known/gpc.json").json()["gpc"] is True
    assert client.get("/.well-known/nodeinfo").status_code == 404


def test_static_files_stay_in_their_folder(client):
    """A path cannot climb out of the static folder."""
    assert client.get("/static/look.css").headers["cache-control"].startswith("public")
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"):
        assert client.get(path).status_code == 404


def test_page_weight(client):
    """Style and script stay small: at most 3 KB and 5 KB when packed."""
    assert len(gzip.compress(client.get("/static/look.css").content, 9)) <= 3 * 1024
    scripts = [client.get(f"/static/{one}.js").content for one in ("keep", "passkey", "verify")]
    assert sum(len(gzip.compress(one, 9)) for one in scripts) <= 5 * 1024


def test_every_category_filters(client):
    """Each category shows its own pictures, and one nobody knows says that there is none."""
    page = client.get("/en").text
    for category in re.findall(r'href="\?of=([a-z]+)"', page):
        assert "<img" in client.get(f"/en?of={category}").text
    none = client.get("/en?of=%3Cscript%3E")
    assert none.status_code == 200
    assert "<script>" not in none.text
    assert "<img" not in none.text


def test_policy_page_shows_every_clause_with_a_permalink(client):
    """Every clause has its id, its permalink and its state, in both languages."""
    for language in ("en", "ja"):
        page = client.get(f"/{language}/policy").text
        ids = re.findall(r'<div class="clause[^"]*" id="([0-9.]+)"', page)
        assert len(ids) == len(set(ids)) == 33
        assert page.count('<span class="state">') >= 33
        for one in ids:
            assert f'href="#{one}"' in page
    assert client.get("/en/policy.jsonld").headers["content-type"].startswith("application/ld+json")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("path", PAGES)
def test_every_id_stands_once(client, language, path):
    """A permalink leads to one place: no id of a page stands twice, marked phrases of a sentence among them."""
    ids = re.findall(r'\sid="([^"]+)"', client.get(f"/{language}{path}").text)
    assert sorted(ids) == sorted(set(ids))
    if path == "/policy":
        assert {"5.2", "5.3", "5.4", "5.5", "5.6"} <= set(ids)
