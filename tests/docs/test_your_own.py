"""The page `docs/your-own.md`, done as it says: each file written, each command run, then the browser's steps over HTTP."""

from __future__ import annotations

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from shown import Shown

from kept.crypto.second_factor import code_at

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "your-own.md").read_text("utf-8")
PASSWORD = "four unrelated words here"
PHONE = "03-1234-5678"


def _free_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


def blocks() -> list[tuple[str, str]]:
    """The page's blocks in order: the name of the file each is, or `sh` for commands, with its text."""
    found = []
    for one in re.finditer(r"^(`{3,})(\w+)\n(.*?)^\1$", PAGE, re.DOTALL | re.MULTILINE):
        before = re.findall(r"This\s+file\s+is\s+`([^`]+)`", PAGE[: one.start()])
        found.append((one[2] if one[2] == "sh" else before[-1], one[3]))
    return found


class Corner:
    """The folder somebody works in.

    Args:
        folder: Empty.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.said = folder, _free_port(), ""
        self.commands = 0
        (folder / "bin").mkdir()
        command = folder / "bin" / "kept"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kept.cli.main "$@"\n', "utf-8")
        command.chmod(0o755)
        path = f"{folder / 'bin'}:{os.environ['PATH']}"
        self.surroundings = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}

    def shell(self, line: str) -> None:
        """Run one line; it must succeed."""
        self.commands += 1
        if line.startswith("cd "):
            self.folder /= line.removeprefix("cd ")
            return
        done = subprocess.run(  # noqa: S603 -- the page's own line
            ["/bin/sh", "-c", line],
            cwd=self.folder,
            env=self.surroundings,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        self.said += done.stdout

    def serve(self, line: str) -> subprocess.Popen[str]:
        """Start the one command that goes on, and wait until it answers."""
        self.commands += 1
        process = subprocess.Popen(  # noqa: S603 -- the page's own line
            line.replace("8330", self.port).split(), cwd=self.folder, env=self.surroundings,
            executable=str(self.folder.parent / "bin" / "kept"), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        for said in process.stdout:
            if "Ctrl-C" in said:
                return process
        raise AssertionError(process.wait())


@pytest.fixture(scope="module")
def corner(tmp_path_factory):
    """Everything before serving, done; what goes on afterwards is the test's."""
    one = Corner(tmp_path_factory.mktemp("own"))
    one.rest = []
    for name, text in blocks():
        if name != "sh":
            (one.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (one.folder / name).write_text(text, "utf-8")
            continue
        for line in text.splitlines():
            if line.startswith("kept serve") or one.rest:
                one.rest.append(line)
            else:
                one.shell(line)
    return one


def test_eleven_commands_to_a_customer_and_a_member_of_staff(corner):
    """As the page says: the customer registers, staff find and read, the customer sees it, and everything holds."""
    secret = base64.b32decode(re.search(r"login: maria +second-factor: (\S+)", corner.said)[1])
    site = f"http://localhost:{corner.port}"
    with corner.serve(corner.rest[0]) as served:
        try:
            with httpx2.Client(base_url=site, headers={"origin": site}, follow_redirects=True) as customer:
                register(customer)
                read_as_staff(corner.port, secret)
                mine = customer.get("/en/my-data").text
        finally:
            served.send_signal(signal.SIGINT)
            assert served.wait(30) == 0
    assert "Hanako Mori" in mine
    assert 'href="/en/policy#1.1">§1.1</a>' in mine.split('id="uses"')[1]
    for line in corner.rest[1:]:
        corner.shell(line)
    assert corner.commands == 11


def register(client):
    """Look around as a customer does: the company's own front page and look, then join and register."""
    front = client.get("/")
    assert "Rye on Tuesdays" in front.text
    assert 'src="/theme/logo"' in front.text
    assert "#7a3b1f" in client.get("/theme.css").text
    assert client.get("/theme/logo").headers["content-type"] == "image/svg+xml"
    assert "Register" in Shown(front.text).text
    assert "お取り置きをどうぞ" in client.get("/ja").text
    joined = client.post("/en/join", data={"password": PASSWORD}, follow_redirects=False)
    client.headers["cookie"] = joined.headers["set-cookie"].split(";")[0]  # a secure one, over loopback
    page = Shown(client.get("/en/registration").text).form("/en/registration")
    hidden = {name: page[name][0] for name in ("form_token", "notice_token")}
    sent = {**hidden, "name": "Hanako Mori", "telephone": PHONE}
    given = client.post("/en/registration", data=sent, follow_redirects=False)
    assert given.headers["location"].startswith("/en/my-data/receipts/"), given.text


def read_as_staff(port, secret):
    """Sign in with both factors, open a case, find the customer, open the name."""
    console = f"http://staff.localhost:{port}"
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"origin": console, "host": f"staff.localhost:{port}"}
    ) as client:
        code = code_at(secret, int(time.time()) // 30)
        signed_in = client.post("/en/sign-in", data={"login": "maria", "password": PASSWORD, "code": code})
        assert signed_in.status_code == 303, signed_in.text
        client.headers["cookie"] = signed_in.headers["set-cookie"].split(";")[0]
        token = Shown(client.get("/en").text).form("/en/case")["form_token"][0]
        case = client.post("/en/case", data={"form_token": token, "purpose": "bread"}).headers["location"]
        client.post(f"{case}/find", data={"form_token": token, "telephone": PHONE})
        opened = client.post(f"{case}/open", data={"form_token": token, "item": "name"})
        assert "Hanako Mori" in opened.text
