"""§4.5 for real: a case's mail over SMTP, its fax through HylaFAX, its letter read back by another program."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from installation import MAIL, NAME
from receiving import MailBox

from clauses.test_4_5_contact import TITLE, ContactDesk
from kept.channels.mail import MailServer
from kept.policy.words import Exit
from kept.services.messages.fax import FaxDispatcher, look_after_faxes, tag_of
from kept.services.messages.mail import MailDispatcher
from kept.services.upkeep.channels import set_up_channels
from kept.services.upkeep.sending import equip

pytestmark = pytest.mark.anyio
SITE = "https://shop.example"


async def test_a_mail_of_a_case_arrives_over_smtp(installation):
    """§4.5 normal: to her address, from the company, with the text as typed; no list, since it is no news."""
    box = await MailBox().open()
    server = MailServer("127.0.0.1", box.port)
    desk = await ContactDesk(installation).begin()
    equip(installation.engine, SITE, MailDispatcher(installation.engine, server, SITE))
    await desk.write("mail")
    await server.close()
    await box.close()
    (mail,) = box.received
    assert (mail.recipient, mail.message["Subject"]) == (MAIL, TITLE)
    assert "your licence covers print." in mail.text
    assert mail.message["List-Unsubscribe"] is None
    assert await desk.states() == {"mail": "sent"}


@pytest.mark.fax
async def test_a_fax_of_a_case_lies_in_the_servers_queue(installation, fax_server):
    """§4.5 normal: HylaFAX holds the pages and the number, and nothing else of her; what it says is followed."""
    server, spool = fax_server
    desk = await ContactDesk(installation).begin()
    set_up_channels(installation.engine, server)
    message = await desk.write("fax")
    assert await desk.states() == {"fax": "at-server"}
    job = (await server.look(tag_of(message))).id
    queued = (spool / "sendq" / f"q{job}").read_text()
    assert "\nnumber:0752001000\n" in queued
    for part in (NAME, MAIL, "Canary Installation", TITLE):
        assert part not in queued
    assert await look_after_faxes(installation.engine) == 0
    assert await server.remove(job)
    assert await look_after_faxes(installation.engine) == 1
    assert await desk.states() == {"fax": "failed"}
    assert isinstance(installation.engine.dispatchers[Exit.FAX], FaxDispatcher)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler-utils: run `make test-full`")
async def test_a_letter_is_read_by_another_program(installation, tmp_path):
    """§4.5: pdftotext finds her address and the text, each line where it was put."""
    desk = await ContactDesk(installation).begin()
    await desk.write("post")
    file = tmp_path / "letter.pdf"
    file.write_bytes((await desk.print()).pdf)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout  # noqa: ASYNC221, S603, S607 -- ours
    lines = [line.strip() for line in text.splitlines()]
    assert any(line.startswith(NAME) for line in lines)
    assert any(line.startswith("〒604-8001") for line in lines)
    assert "your licence covers print." in lines
