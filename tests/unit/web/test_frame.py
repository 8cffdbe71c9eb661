"""The outermost layer by itself, before small apps that misbehave."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kept import limits
from kept.web import words
from kept.web.exchange import templates
from kept.web.frame import Frame

pytestmark = pytest.mark.anyio
WEB = SimpleNamespace(templates=templates(), languages=lambda: words.LANGUAGES)


async def ask(app, *, method="GET", headers=(), chunks=(b"",)):
    """Ask a frame before *app* one thing; return status, headers and body."""
    sent = []
    waiting = [
        {"type": "http.request", "body": one, "more_body": index < len(chunks) - 1} for index, one in enumerate(chunks)
    ]

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": "/en/x", "scheme": "http", "query_string": b"",
        "headers": [(b"host", b"shop.example"), (b"origin", b"http://shop.example"), *headers],
    }  # fmt: skip
    await Frame({"site": app}, {"shop.example": "site"}, WEB)(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(one.get("body", b"") for one in sent[1:])


async def answer(_, receive, send):
    """An app that reads everything and answers."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


async def test_a_bug_is_answered_and_its_message_is_not_logged(caplog):
    """Of a bug only its kind and place are logged: its message may quote what somebody typed."""

    async def app(_scope, _receive, _send):
        raise ValueError("mori@example.jp is odd")

    status, headers, body = await ask(app)
    assert status == 500
    assert b"content-security-policy" in headers
    assert b"mori" not in body
    assert "ValueError" in caplog.text
    assert "mori" not in caplog.text


async def test_a_bug_after_the_answer_began_is_logged_without_its_message(caplog):
    """A bug in the middle of an answer adds nothing to it and quotes nothing."""

    async def app(scope, receive, send):
        await answer(scope, receive, send)
        raise RuntimeError("mori@example.jp")

    assert (await ask(app))[::2] == (200, b"ok")
    assert "RuntimeError" in caplog.text
    assert "mori" not in caplog.text


@pytest.mark.parametrize("sizes", [(limits.REQUEST_BODY_BYTES,), (limits.REQUEST_BODY_BYTES - 1, 1), (1,) * 50])
async def test_a_body_up_to_the_limit_passes(sizes):
    """Exactly 64 KB pass, in one piece or in several."""
    assert (await ask(answer, method="POST", chunks=[b"a" * one for one in sizes]))[0] == 200


@pytest.mark.parametrize("sizes", [(limits.REQUEST_BODY_BYTES + 1,), (limits.REQUEST_BODY_BYTES, 1), (40_000, 40_000)])
async def test_a_body_over_the_limit_is_not_read_to_its_end(sizes):
    """One byte more is 413, even before an app that does not know about the limit."""
    status, _, body = await ask(answer, method="POST", chunks=[b"a" * one for one in sizes])
    assert status == 413
    assert b"64 KB" in body


@pytest.mark.parametrize("length", [b"-1", b"1e9", b"65537", b" 1", "１".encode()])
async def test_a_length_that_is_none_or_too_long(length):
    """A length that is no plain number, or over the limit, is refused before the app is asked."""
    assert (await ask(answer, method="POST", headers=[(b"content-length", length)]))[0] == 413
