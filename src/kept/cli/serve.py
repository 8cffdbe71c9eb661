"""`kept serve`: the customers' site and the staff console, on two host names of this machine."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import shutil
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

from kept import limits, policy_files
from kept.channels.fax import FaxServer
from kept.channels.mail import MailServer
from kept.channels.mailbox import Mailbox
from kept.cli.given import read_given
from kept.cli.opening import address_of, runs
from kept.crypto.sealed_to import OpeningKey
from kept.demo import DATABASE, ORIGIN, POLICY
from kept.demo.clock import MovedClock
from kept.demo.invented import CUSTOMERS, DAYS, invent
from kept.demo.pages import pages
from kept.door import background
from kept.door.installation import Kept
from kept.errors import SettingError
from kept.guarantees import words
from kept.number import parse_number
from kept.services.backups.backup import keep_backups, make_backups, register_backup_key
from kept.services.backups.drill import drill
from kept.services.backups.recovery import start_or_recover
from kept.services.backups.restore import clear_left_over
from kept.services.cookies.first_scan import begin_serving
from kept.services.engine.clock import Clock
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Address, Settings, installation_parts, parse_address
from kept.services.engine.key_files import write_key
from kept.services.engine.witnesses import WhileSilent
from kept.services.staff.activation import activate_first
from kept.web.app import More, build_app
from kept.web.connections import Connections
from kept.web.own import Pages
from kept.web.theme import Theme, read_theme

BEGUN, COMPLETE = "begun", "complete"
"""Marks in a demo's folder: it was begun there, it is whole."""
BACKUPS, BACKUP_KEY = "backups", "backup.key"
PORTS = range(1, 65536)


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve", help="serve the customers' site and the staff console",
        epilog="example: kept serve --store sqlite:///shop.db --port 8330   ·   kept serve --demo .demo",
    )  # fmt: skip
    parser.add_argument("--port", type=read_port, default=8330, help="port (default: 8330)")
    parser.add_argument(
        "--demo", metavar="FOLDER", default="", help="serve the demo kept in FOLDER, with its invented people"
    )
    parser.add_argument(
        "--backups", metavar="FOLDER", default="", help="make the promised backups in FOLDER, by itself"
    )
    parser.add_argument(
        "--smtp", metavar="HOST:PORT", type=_server, default=None,
        help="our mail server, without which no mail leaves; encrypted unless it is on this machine",
    )  # fmt: skip
    parser.add_argument(
        "--fax", metavar="HOST:PORT", type=_server, default=("localhost", 4559),
        help="our HylaFAX server (default: localhost:4559); reached by its own programs",
    )  # fmt: skip
    parser.add_argument(
        "--witnesses", metavar="FILE", default="",
        help="who must cosign each checkpoint before it is published (C2SP tlog-policy, with an address for every witness)",
    )  # fmt: skip
    parser.add_argument(
        "--while-silent", choices=tuple(WhileSilent), default=WhileSilent.LATE,
        help="while too few of them answer: publish late, or close the gate after a while as well (default: late)",
    )  # fmt: skip
    parser.add_argument(
        "--policy", default="", help="the policy's first file: watched, and activated first in the demo"
    )
    parser.add_argument(
        "--app", metavar="FILE", default="",
        help="your own pages beside these: a Python file whose function pages(k) answers kept.Pages",
    )  # fmt: skip
    parser.add_argument("--theme", metavar="FOLDER", default="", help="your colours, logo and templates: theme.toml")
    runs(parser, run)


def read_port(text: str) -> int:
    """Read a port from an option."""
    if not (port := parse_number(text, PORTS[-1])):
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, found {text[:20]!r}")
    return port


def _server(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host:
        raise argparse.ArgumentTypeError(f"expected a host and a port such as mail.example:25, found {text[:40]!r}")
    return host.strip("[]"), read_port(port)


def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    if chosen.demo:
        chosen.policy = chosen.policy or str(POLICY)
        folder = Path(chosen.demo)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingError(
                f"expected to make the demo's folder {folder.name}: {error.strerror}",
                reason="demo-folder",
                hint="give a folder of yours to --demo (or DEMO=)",
            ) from None
        chosen.backups = chosen.backups or str(folder / BACKUPS)
        address = parse_address(f"sqlite:///{folder / DATABASE}", no_log=chosen.no_log)
    else:
        address = address_of(chosen)
    with address.alone(), contextlib.ExitStack() as held:
        clear_left_over(address.data, address.data, address.keys)
        sockets = listen(chosen.port)
        for one in sockets:
            held.callback(one.close)
        mailbox = Mailbox() if chosen.demo else None
        if chosen.demo and not (Path(chosen.demo) / COMPLETE).exists():
            clear_unfinished(address, Path(chosen.demo))
            asyncio.run(prepare_demo(address, Path(chosen.policy), mailbox, site_address(chosen.port)))
            asyncio.run(back_up_demo(address, Path(chosen.demo)))
            (Path(chosen.demo) / COMPLETE).touch()
            (Path(chosen.demo) / BEGUN).unlink()
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(chosen, address, sockets, mailbox))
    print("stopped; everything is as you left it")
    return 0


def clear_unfinished(address: Address, folder: Path) -> None:
    """Remove what a demo killed while it was made has left; never an installation the demo did not make, nor the lock held here.

    Raises:
        SettingError: There is something in the folder, and no mark that a demo was begun there.
    """
    begun = (folder / BEGUN).exists()
    left = [
        file
        for one in (address.data, address.keys, address.checkpoint, address.data.with_suffix(".no-log"))
        for file in one.parent.glob(f"{one.name}*")
        if file.suffix != ".lock"
    ]
    left += list(address.key_folder.glob("*.key"))
    if not begun and (left or any(one.suffix != ".lock" for one in folder.iterdir())):
        found = "an installation" if left else "something else"
        raise SettingError(
            f"expected an empty folder or a demo's own, found {found} in {folder.name}",
            reason="demo-folder",
            hint="nothing was touched; give another folder to --demo, or serve the installation with --store",
        )
    (folder / BEGUN).touch()
    for file in left:
        file.unlink()


def site_address(port: int) -> str:
    """Return the address of the customers' site."""
    return f"http://localhost:{port}"


async def prepare_demo(address: Address, policy: Path, mailbox: Mailbox | None, site: str) -> None:
    """Invent the customers and three months, through the gate; what was sent to them stays in the mailbox."""
    print(f"inventing {CUSTOMERS} customers and three months of history, through the gate …", flush=True)
    started = time.perf_counter()
    today = time.time()
    moved = MovedClock(today - (DAYS + 1) * limits.DAY)
    engine = await Engine.start(
        installation_parts(address, words(), Settings(ORIGIN, Clock(moved, moved)), create=True), sequence=False
    )
    receiver = await (mailbox or Mailbox()).open()
    try:
        await activate_first(engine, policy_files(policy), by="demo")
        await invent(engine, moved, today, mailbox=receiver, site=site)
    finally:
        await receiver.close()
        await engine.close()
    print(f"done in {time.perf_counter() - started:.1f} s", flush=True)


async def back_up_demo(address: Address, folder: Path) -> None:
    """Back the demo up and try that backup. Its key lies beside it, which in earnest it must not: on another machine."""
    key = OpeningKey.new()
    shutil.rmtree(folder / BACKUPS, ignore_errors=True)
    (folder / BACKUP_KEY).unlink(missing_ok=True)
    write_key(folder / BACKUP_KEY, "backup", key.raw())
    engine = await Engine.start(installation_parts(address, words(), Settings(ORIGIN)), sequence=False)
    try:
        await register_backup_key(engine, key.public, by="demo")
        await make_backups(engine, folder / BACKUPS, by="demo")
        await drill(engine, folder / BACKUPS, key, by="demo")
    finally:
        await engine.close()


async def _serve(
    chosen: argparse.Namespace, address: Address, sockets: list[socket.socket], mailbox: Mailbox | None
) -> None:
    settings = Settings(ORIGIN) if chosen.demo else Settings()
    engine = await start_or_recover(lambda: installation_parts(address, words(), settings))
    try:
        site = site_address(chosen.port)
        background.set_up(engine, site=site, mail=await _mail_server(chosen, mailbox), fax=FaxServer(*chosen.fax))
        policy = read_given(chosen.witnesses) if chosen.witnesses else b""
        await background.have_witnesses(engine, policy, chosen.while_silent)
        await background.begin(engine, (lambda: policy_files(chosen.policy)) if chosen.policy else None)
        await begin_serving(engine)
        if chosen.backups:
            keep_backups(engine, Path(chosen.backups))
        more = pages(mailbox) if chosen.demo else More()
        own = _own_pages(Path(chosen.app), Kept(engine, site)) if chosen.app else None
        theme = read_theme(Path(chosen.theme)) if chosen.theme else Theme()
        addresses = {"site": site, "console": f"http://staff.localhost:{chosen.port}"}
        app = build_app(
            engine,
            brand=engine.policy.policy.controller.get("name", "Kept"),
            site_hosts=("localhost", "127.0.0.1"),
            console_hosts=("staff.localhost", "::1"),
            addresses=addresses,
            more=replace(more, own=own, theme=theme),
        )
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            lifespan="off",
            server_header=False,
            date_header=True,
            proxy_headers=False,
            backlog=limits.CONNECTIONS_WAITING,
        )
        server = uvicorn.Server(config)
        engine.every(limits.CONNECTIONS_LOOK_SECONDS, Connections(server).watch, "connections")
        start = "/en/demo" if chosen.demo else ""
        print(
            f"customers' site  {addresses['site']}{start}      (or http://127.0.0.1:{chosen.port}{start}; passkeys need localhost)"
        )
        print(f"staff console    {addresses['console']}{start}  (or http://[::1]:{chosen.port}{start})")
        print("Ctrl-C stops it", flush=True)
        await server.serve(sockets=sockets)
    finally:
        await engine.close()


def _own_pages(file: Path, k: Kept) -> Pages:
    """Return the pages a program brings.

    Raises:
        SettingError: There is no such file, or it has no such function.
    """
    spec = importlib.util.spec_from_file_location(file.stem, file) if file.suffix == ".py" and file.is_file() else None
    if spec is None or spec.loader is None:
        raise SettingError(
            f"expected a Python file for --app, found none at {file.name}", reason="app-missing", hint="check the path"
        )
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.pages(k) if callable(getattr(module, "pages", None)) else None
    if not isinstance(made, Pages):
        raise SettingError(
            f"expected a function pages(k) in {file.name} that answers kept.Pages, found none",
            reason="app-unfit",
            hint="docs/embedding.md shows one",
        )
    return made


async def _mail_server(chosen: argparse.Namespace, mailbox: Mailbox | None) -> MailServer | None:
    """Return what mail is handed to: the server that was named, the demo's own mailbox, or nothing."""
    if chosen.smtp:
        return MailServer(*chosen.smtp)
    if mailbox is not None:
        return MailServer("127.0.0.1", (await mailbox.open()).port)
    return None


def listen(port: int) -> list[socket.socket]:
    """Listen on both loopback addresses; only loopback, whatever the machine has.

    Raises:
        SettingError: The port is taken.
    """
    sockets = []
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            one = socket.socket(family, socket.SOCK_STREAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((host, port))
            one.listen()  # whoever reads the address may ask at once
        except OSError as error:
            if family == socket.AF_INET6:
                continue  # a machine without IPv6: staff.localhost still works
            raise SettingError(
                f"expected port {port} to be free, found it taken ({error.strerror})",
                reason="port-taken",
                hint="choose another with --port",
            ) from None
        sockets.append(one)
    return sockets
