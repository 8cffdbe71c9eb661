"""`kept scan` in a real Chromium: our own site is as declared, and a dirty one is named, thing by thing."""

from __future__ import annotations

import asyncio
import http.server
import threading
import time
from contextlib import contextmanager

import pytest
from cited import cited
from installation import POLICY
from served import Served

from kept import policy_files
from kept.cookies.findings import AGAIN, ALWAYS_UNSEEN, ANOTHER, JOINING, SIGNED_IN
from kept.cookies.rules import Rules
from kept.errors import SettingError
from kept.guarantees import words
from kept.policy.read import read_policy
from kept.services.cookies import scan
from kept.services.cookies.scan import _phases as phases_of
from kept.services.cookies.scan import keep_scan as keep
from kept.services.cookies.scan import newest_scan, result_of, scan_site
from kept.store import sql

pytestmark = pytest.mark.chromium
RULES = Rules(read_policy(policy_files(POLICY), words()))
ALL_SIX = {f"__Host-kept_{one}" for one in ("session", "remember", "interests", "choices", "device", "visit")}
PAGE = """<!doctype html><title>dirty</title><a href="/more">more</a>
<form method="get" action="/"><input type="checkbox" name="purpose" value="marketing-data">
<button name="choice" value="refuse">no</button><button name="choice" value="accept">yes</button>
<button name="choice" value="some">some</button></form>
<script>document.cookie = "_ga=1; max-age=99999999"; localStorage.setItem("uid", "7")</script>"""
EVERYWHERE = """<!doctype html><title>everywhere</title>
<link rel="preconnect" href="http://ads.example"><div style="height: 9000px"></div><p id="end">end</p>
<iframe src="http://127.0.0.1:{port}/frame"></iframe>
<script>
  const late = (what) => setTimeout(what, 700);
  sessionStorage.setItem("gone", "7"); sessionStorage.removeItem("gone");
  self.name = "visitor 7";
  indexedDB.open("people");
  caches.open("pages").then((one) => one.put("/kept", new Response("7")));
  navigator.serviceWorker.register("/worker.js");
  new SharedWorker("/shared.js");
  new BroadcastChannel("tabs").postMessage("7");
  navigator.storage.getDirectory().then((one) => one.getFileHandle("number", {{create: true}}));
  try {{ new WebSocket("ws://127.0.0.1:{port}/socket") }} catch (_) {{}}
  new EventSource("http://127.0.0.1:{port}/events");
  navigator.sendBeacon("/own-beacon", "7");
  navigator.sendBeacon("http://127.0.0.1:{port}/beacon", "7");
  late(() => fetch("http://127.0.0.1:{port}/late", {{mode: "no-cors"}}));
  late(() => {{ new RTCPeerConnection().createDataChannel("x") }});
  new IntersectionObserver((all) => {{
    if (all.some((one) => one.isIntersecting)) localStorage.setItem("scrolled", "7") }}).observe(document.querySelector("#end"));
</script>"""


@contextmanager
def serving(page: str):
    """A site of one page that sets a cookie without asking; answer its port."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            script = self.path.endswith(".js")
            if self.path not in {"/", "/more", "/cookies", "/worker.js", "/shared.js"} and "choice" not in self.path:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("content-type", "text/javascript" if script else "text/html")
            if not script:
                self.send_header("set-cookie", "__Host-kept_visit=7; Path=/; Secure; Max-Age=60")
            self.end_headers()
            self.wfile.write(b"" if script else page.format(port=self.server.server_port).encode())

        do_POST = do_GET  # noqa: N815 -- as the standard library calls it

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_our_own_site_is_as_declared_for_strangers_and_signed_in(tmp_path):
    """All six cookies are seen, each only where it may be; two visitors' values are held apart; the accounts are erased again."""
    with Served(tmp_path) as served:
        seen = asyncio.run(scan_site(RULES, f"http://localhost:{served.port}", "/en/cookies", patience=0.5))
        found = result_of(RULES, seen, served.installation.engine.clock.now())
        people = served.run(lambda: served.installation.engine.data.value(sql.PeopleCount))
        served.run(lambda: keep(served.installation.engine, f"http://localhost:{served.port}", found))
        newest = served.run(lambda: newest_scan(served.installation.engine))
    assert found.findings == ()
    held = {one.phase: set(one.names) for one in seen}
    assert held["no choice"] == held["Sec-GPC"] == set()
    assert held["refused"] == held["withdrawn"] == {"__Host-kept_choices"}
    assert held["only marketing-data"] == {"__Host-kept_choices", "__Host-kept_visit"}
    assert held["accepted"] == {"__Host-kept_choices", "__Host-kept_visit", "__Host-kept_interests"}
    assert held[JOINING] == {"__Host-kept_session"}
    assert held[SIGNED_IN] == held[ANOTHER] == held[AGAIN] == ALL_SIX
    assert (found.never, people) == ((), 0)
    assert set(found.unseen) == {*ALWAYS_UNSEEN, "further-pages"}
    assert (newest.clean, newest.unseen, newest.never) == (True, found.unseen, ())


def test_a_dirty_site_is_named():
    """An undeclared cookie, one set without a yes that says more than declared, and storage are found where they show."""
    with serving(PAGE) as port:
        seen = asyncio.run(scan_site(RULES, f"http://localhost:{port}", "/", patience=0))
    found = result_of(RULES, seen, time.time())
    named = {(one.phase, one.what, one.reason) for one in found.findings}
    for phase in ("no choice", "refused", "withdrawn", "Sec-GPC"):
        assert (phase, "__Host-kept_visit", "unconsented") in named
    for phase in ("no choice", "accepted"):
        assert {(phase, "_ga", "undeclared"), (phase, "localStorage uid", "storage-undeclared")} <= named
    assert ("accepted", "__Host-kept_visit", "unconsented") not in named
    assert ("accepted", "__Host-kept_visit", "identifier") in named
    assert "not-signed-in" in found.unseen
    assert set(found.never) == ALL_SIX - {"__Host-kept_visit"}


def test_every_place_a_page_can_keep_or_send_is_named(monkeypatch):
    """Stores, workers, sockets, beacons, frames, peers: at once, late, scrolled to, and what was taken away again."""
    monkeypatch.setattr(scan, "_phases", lambda rules: phases_of(rules)[:1])
    with serving(EVERYWHERE + PAGE.partition("<script>")[0]) as port:
        seen = asyncio.run(scan_site(RULES, f"http://localhost:{port}", "/", accounts=False, patience=2))
    found = result_of(RULES, seen, time.time())
    named = {(one.what.partition(" " + str(port))[0], one.reason) for one in found.findings}
    assert {
        ("sessionStorage gone", "storage-undeclared"), ("localStorage scrolled", "storage-undeclared"),
        ("window.name is set", "storage-undeclared"), ("indexedDB people", "storage-undeclared"),
        ("cache pages", "storage-undeclared"), ("file system number", "storage-undeclared"),
        ("service worker /worker.js", "worker-undeclared"), ("shared worker /shared.js", "worker-undeclared"),
        ("websocket 127.0.0.1", "other-host"), ("event source 127.0.0.1", "other-host"),
        ("beacon 127.0.0.1", "other-host"), ("request 127.0.0.1", "other-host"), ("frame 127.0.0.1", "other-host"),
        ("preconnect ads.example", "other-host"), ("WebRTC", "peer"),
    } <= named  # fmt: skip
    assert {"broadcast channel tabs", "beacon localhost"} <= set(found.listed)


def test_a_site_that_does_not_answer_is_said():
    """Nothing listens there: the error says what to look at, and no result is made up."""
    with pytest.raises(SettingError) as refused:
        asyncio.run(scan_site(RULES, "http://127.0.0.1:9", "/en/cookies"))
    assert (refused.value.reason, cited(refused.value)) == ("site-silent", "§3.7")
