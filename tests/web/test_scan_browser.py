"""`kept scan` in a real Chromium: our own site is as declared, and a dirty one is named, thing by thing."""

from __future__ import annotations

import asyncio
import http.server
import threading

import pytest
from cited import cited
from installation import POLICY
from served import Served

from kept import policy_files
from kept.cookies.rules import Rules
from kept.errors import SettingError
from kept.guarantees import words
from kept.policy.read import read_policy
from kept.services.cookies.scan import scan_site

pytestmark = pytest.mark.chromium
RULES = Rules(read_policy(policy_files(POLICY), words()))
DIRTY = b"""<!doctype html><title>dirty</title><a href="/more">more</a>
<form method="get" action="/"><input type="checkbox" name="purpose" value="marketing-data">
<button name="choice" value="refuse">no</button><button name="choice" value="accept">yes</button>
<button name="choice" value="some">some</button></form>
<script>document.cookie = "_ga=1; max-age=99999999"; localStorage.setItem("uid", "7")</script>"""


class _Dirty(http.server.BaseHTTPRequestHandler):
    """A site that follows everybody."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("set-cookie", "__Host-kept_visit=7; Path=/; Secure; Max-Age=60")
        self.end_headers()
        self.wfile.write(DIRTY)

    def log_message(self, *_):
        """Say nothing."""


def test_our_own_site_is_as_declared(tmp_path):
    """In every phase the browser holds declared and allowed cookies only; after accepting, more than before."""
    with Served(tmp_path) as served:
        seen, found = asyncio.run(scan_site(RULES, f"http://localhost:{served.port}"))
    assert found == []
    held = {one.phase: {name for name, _ in one.cookies} for one in seen}
    assert held["no choice"] == held["Sec-GPC"] == set()
    assert held["refused"] == held["withdrawn"] == {"__Host-kept_choices"}
    assert held["accepted"] == held["only marketing-data"] == {"__Host-kept_choices", "__Host-kept_visit"}


def test_a_dirty_site_is_named():
    """An undeclared cookie, one set without a yes, and storage are each found in the phases they show in."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Dirty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _, found = asyncio.run(scan_site(RULES, f"http://localhost:{server.server_port}", "/"))
        server.shutdown()
    named = {(one.phase, one.what, one.reason) for one in found}
    for phase in ("no choice", "refused", "withdrawn", "Sec-GPC"):
        assert (phase, "__Host-kept_visit", "unconsented") in named
    for phase in ("no choice", "accepted"):
        assert {(phase, "_ga", "undeclared"), (phase, "uid", "storage-undeclared")} <= named
    assert ("accepted", "__Host-kept_visit", "unconsented") not in named


def test_a_site_that_does_not_answer_is_said():
    """Nothing listens there: the error says what to look at, and no result is made up."""
    with pytest.raises(SettingError) as refused:
        asyncio.run(scan_site(RULES, "http://127.0.0.1:9"))
    assert (refused.value.reason, cited(refused.value)) == ("site-silent", "§3.7")
