"""Messages a second: outbox, gate, ledger and SMTP, against a bare aiosmtplib loop to the same server in the same run.

The server is aiosmtpd on loopback, in this process: both sides pay for it. Every message is checked where it arrived:
each recipient once, with the right name, a one-click link of its own and a link that says why.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import aiosmtplib
from aiosmtpd.smtp import SMTP
from reading import POLICY

from kept import policy_files
from kept.channels.mail import Mail, MailServer, write_mail
from kept.crypto.password import QUICK, Passwords
from kept.demo.addresses import confirm
from kept.demo.campaign import AUTUMN
from kept.guarantees import words
from kept.services.accounts import accounts
from kept.services.campaigns import campaigns, candidates
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.forms import collection
from kept.services.messages.links import parse_link
from kept.services.messages.mail import MailDispatcher
from kept.services.messages.outbox import send_due
from kept.services.staff import sessions
from kept.services.staff.activation import activate_first
from kept.services.upkeep.sending import equip

PEOPLE = 400
ROUNDS = 5
SITE = "https://shop.example"


class Box:
    """Takes everything."""

    def __init__(self):
        self.raw = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, ARG002 -- aiosmtpd's
        """Take one."""
        self.raw.append((envelope.rcpt_tos[0], envelope.original_content))
        return "250 taken"


async def fill(engine):
    """Make people who agreed to mail."""
    for number in range(PEOPLE):
        own = await accounts.session_of(
            engine, await accounts.start_session(engine, await accounts.open_account(engine, "en"))
        )
        form = await collection.present_form(engine, own, "registration", "", "en")
        await collection.submit(
            engine, own, point="registration", stage="", language="en", unverified_token=form.token,
            fields=[("name", f"Person {number:05d}"), ("mail_address", f"p{number}@example.jp"), ("interests", "seasons"),
                    ("choice", "information-for-you/mail/")],
        )  # fmt: skip
        await confirm(engine, own)


async def bare(port):
    """The bare loop: the same mails, written the same way, one connection, nothing else; seconds."""
    started = time.perf_counter()
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
    await client.connect()
    for number in range(PEOPLE):
        content = write_mail(
            Mail(
                "0" * 32, "privacy@photolibrary.example", "Photolibrary", f"p{number}@example.jp", "Autumn light",
                f"Dear Person {number:05d},\n\nForty new pictures.\n", "information-for-you.photolibrary.example",
                f"{SITE}/u/{'x' * 32}", datetime.now(tz=UTC),
            )
        )  # fmt: skip
        await client.sendmail("privacy@photolibrary.example", [f"p{number}@example.jp"], content)
    await client.quit()
    return time.perf_counter() - started


def check(engine, raw, *, ours):
    """Each recipient once, with their own name; ours with links of their own."""
    assert sorted(one for one, _ in raw) == sorted(f"p{n}@example.jp" for n in range(PEOPLE))
    links = set()
    for recipient, content in raw:
        message = message_from_bytes(content, policy=default)
        text = message.get_content()
        assert f"Person {int(recipient[1:].split('@')[0]):05d}" in text
        if ours:
            link = message["List-Unsubscribe"].split("/u/")[1][:32]
            assert parse_link(engine, link)
            assert f"/w/{link}" in text
            links.add(link)
    assert not ours or len(links) == PEOPLE


async def measure():
    with tempfile.TemporaryDirectory() as folder:
        engine = await Engine.start(
            installation_parts(
                parse_address(f"sqlite:///{folder}/bench.db"),
                words(),
                Settings(passwords=Passwords(QUICK)),
                create=True,
            )
        )
        await activate_first(engine, policy_files(POLICY), by="bench")
        for login, role in (("ume", "marketing"), ("kato", "privacy")):
            await sessions.add_staff(engine, login, "four unrelated words here", (role,), by="bench", who=login)
        ume, kato = [
            await sessions.session_of(engine, await sessions.start_demo_session(engine, one)) for one in ("ume", "kato")
        ]
        box = Box()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(box, hostname="bench", loop=loop), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        mail = MailServer("127.0.0.1", port)
        equip(engine, SITE, MailDispatcher(engine, mail, SITE))
        await fill(engine)
        rates = {"bare": [], "kept": [], "candidates": []}
        for number in range(ROUNDS):
            box.raw.clear()
            rates["bare"].append(PEOPLE / await bare(port))
            check(engine, box.raw, ours=False)
            box.raw.clear()
            file = AUTUMN.replace("autumn-light", f"autumn-{number}")
            await campaigns.draft(engine, ume, file)
            await candidates.ask(engine, ume, f"autumn-{number}")
            started = time.perf_counter()
            await candidates.SENDING.approve(engine, kato, f"autumn-{number}")
            rates["candidates"].append(PEOPLE / (time.perf_counter() - started))
            started = time.perf_counter()
            assert await send_due(engine) == PEOPLE
            rates["kept"].append(PEOPLE / (time.perf_counter() - started))
            check(engine, box.raw, ours=True)
            ended = (await campaigns.results(engine, f"autumn-{number}")).ended
            assert ended["sent", ""] == PEOPLE
            await engine.sequencer.integrate()
        await mail.close()
        server.close()
        await engine.close()
        return rates


def run():
    """Measure, and return the section of RESULTS.md."""
    rates = asyncio.run(measure())
    shares = [kept / bare for kept, bare in zip(rates["kept"], rates["bare"], strict=True)]

    def shown(name):
        return f"{statistics.median(rates[name]):,.0f} ({min(rates[name]):,.0f}–{max(rates[name]):,.0f})"

    return "\n".join(
        [
            "## Sending by mail",
            "",
            f"{PEOPLE} messages a round over SMTP to aiosmtpd on loopback in the same process, one connection; a second: median (least–most of {ROUNDS} rounds). Every message was checked where it arrived.",
            "",
            "| what | a second |",
            "|---|---|",
            f"| bare aiosmtplib loop: write, send | {shown('bare')} |",
            f"| outbox, decided again, recorded durably, sent, settled | {shown('kept')} |",
            f"| candidates looked at through the gate, and queued | {shown('candidates')} |",
            "",
            f"Of the bare loop's rate, in the same round: **{statistics.median(shares):.0%}** ({min(shares):.0%}–{max(shares):.0%}).",
        ]
    )


if __name__ == "__main__":
    print(run())
