"""The examples, each through real HTTP on loopback; and they know nothing of Kept but its public names."""

from __future__ import annotations

import ast
import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bakery import MORI

import kept
import kept.sync

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
MORI_SIGNS_IN = {"Authorization": "Basic " + base64.b64encode(b"C-4711:rye and caraway").decode()}


def free_port() -> int:
    """Return a port nobody has at this moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def interruptible() -> None:
    """Let an interrupt end it, even where whoever runs the tests ignores interrupts, as a shell's background does."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="module", params=["fastapi", "flask", "django"])
def ask(request, tmp_path_factory):
    """Start the example as its first line says, with warnings as errors; answer a function that sends it one request."""
    port, file = free_port(), EXAMPLES / "bakery" / f"with_{request.param}.py"
    address = f"sqlite:///{tmp_path_factory.mktemp('bakery') / 'bakery.db'}"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    running = subprocess.Popen(  # noqa: S603 -- ours
        [sys.executable, "-W", "error", file, address, str(port)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=interruptible,  # noqa: PLW1509 -- before any thread of ours is started there
    )
    ends = time.monotonic() + 60
    while not answers(port):
        assert running.poll() is None, running.communicate()[1]
        assert time.monotonic() < ends
        time.sleep(0.05)

    def send(method, path, form=None, **headers):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        said = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        connection.request(method, path, urlencode(form, doseq=True) if form is not None else None, said | headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body, answer.headers

    yield send
    running.send_signal(signal.SIGINT)
    complaints = running.communicate(timeout=30)[1]
    assert running.returncode == 0, complaints


def test_a_customer_registers_is_called_and_sees_it(ask):
    """The whole walk: sign in, notice and form, receipt, an order ready, and who used what."""
    status, body, headers = ask("GET", "/account")
    assert (status, headers["WWW-Authenticate"].split()[0]) == (401, "Basic")
    status, body, _ = ask("GET", "/account", **MORI_SIGNS_IN)
    assert status == 200
    assert body.index("Corner Bakery") < body.index("<input")
    token = re.search(r'name="token" value="([^"]+)"', body)[1]
    given = MORI | {"likes": ["bread", "pies"], "choice": "news/mail/", "token": token}
    status, body, _ = ask("POST", "/account", given, **MORI_SIGNS_IN)
    assert (status, "Your receipt" in body) == (200, True)
    assert ask("POST", "/account", {"token": token}, **MORI_SIGNS_IN)[0] == 409
    assert ask("POST", "/account", given, **MORI_SIGNS_IN)[0] == 422
    status, body, _ = ask("POST", "/account", {"token": token[:-2]}, **MORI_SIGNS_IN)
    assert status == 422
    status, body, _ = ask("POST", "/orders/C-4711/ready", {})
    assert (status, json.loads(body)) == (200, {"calling": "<name released for orders>"})
    assert ask("POST", "/orders/C-9/ready", {})[0] == 404
    status, body, _ = ask("GET", "/me", **MORI_SIGNS_IN)
    assert MORI["name"] in body
    assert "actor:value:read §2.1" in body


def test_a_cookie_leaves_once_it_was_agreed_to(ask):
    """The basket is remembered after a yes, and not before."""
    assert ask("POST", "/basket", {"what": "rye"})[2].get_all("Set-Cookie") is None
    choice = ask("POST", "/cookies", {"purpose": "basket"})[2]["Set-Cookie"].partition(";")[0]
    assert ask("POST", "/basket", {"what": "rye"}, Cookie=choice)[2]["Set-Cookie"].startswith("basket=rye")


FILES = sorted(one for one in EXAMPLES.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.relative_to(EXAMPLES).as_posix())
def test_an_example_imports_public_names_alone(file):
    """`import kept`, `kept.sync`, names of `kept`, and errors: what a stranger's program can rely on."""
    wrong = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            wrong += [one.name for one in node.names if one.name.split(".")[0] == "kept" and one.name not in ALLOWED]
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kept":
            public = {"kept": set(kept.__all__), "kept.errors": None, "kept.sync": set(kept.sync.__all__)}
            names = {one.name for one in node.names}
            known = public.get(node.module, set())
            wrong += [node.module] if known is not None and not names <= known else []
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            wrong.append(node.attr)
    assert wrong == []


ALLOWED = {"kept", "kept.sync", "kept.errors"}
