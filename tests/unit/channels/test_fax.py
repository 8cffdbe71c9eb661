"""Faxes by HylaFAX's programs: what is dialled, what is never, and what becomes of a job on a real server."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import pytest

from kept.channels.fax import FaxOutcome, FaxServer, dial
from kept.channels.letter import print_letters
from kept.errors import InputError, SettingError
from unit.channels.test_letter import PLAIN

pytestmark = pytest.mark.anyio
SCRIPT = Path(__file__).parents[3] / "scripts" / "fax_server.sh"
NUMBER = "075-200-1000"
PDF = b"%PDF-1.7 invented"


def programs(folder: Path, sendfax: str, faxstat: str = "exit 0") -> FaxServer:
    """A server whose programs are small scripts that note what they were given."""
    for name, does in (("sendfax", sendfax), ("faxstat", faxstat), ("faxrm", 'echo "Job $3 removed."')):
        file = folder / name
        file.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {folder}/{name}.given\nenv > {folder}/{name}.env\n{does}\n')
        file.chmod(0o755)
    return FaxServer("localhost", 8601, 5.0, path=f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("kept", "dialled"),
    [("075-200-1000", "0752001000"), ("+44 20 7946 0018", "+442079460018"), ("(03) 1234.5678", "0312345678")],
)
def test_a_number_is_dialled_by_its_digits(kept, dialled):
    """Spaces, hyphens, dots and brackets are for reading."""
    assert dial(kept) == dialled


@pytest.mark.parametrize(
    "number",
    ["", "-h", "--help", "-d0312345678", "1-", "12", "0312345678 ext. 9", "user@0312345678", "0312345678#9", "０３１２３４５６７８",
     "0312345678\n-d", "0312345678;id", "$(id)", "*70 0312345678", "1-800-FLOWERS", "1" * 21, "+", "0312345678\x00"],
)  # fmt: skip
async def test_what_is_no_number_is_never_handed_over(tmp_path, number):
    """Attack: an option, another person's name, a sub-address, a shell's or a dialler's own signs."""
    server = programs(tmp_path, "exit 0")
    with pytest.raises(InputError) as refused:
        await server.send(PDF, number, "kept-1")
    assert refused.value.reason == "fax-number"
    assert not (tmp_path / "sendfax.given").exists()


async def test_arguments_and_environment_are_ours(tmp_path):
    """One argument each, no shell, nothing of this process's environment, and no document left behind."""
    copy = tmp_path / "copy.pdf"
    server = programs(
        tmp_path,
        f'echo "request id is 7 (group id 7) for host localhost (1 file)"; cp "$(tail -n 1 {tmp_path}/sendfax.given)" {copy}',
    )
    os.environ["KEPT_TEST_SECRET"] = "x"
    try:
        job = await server.send(PDF, NUMBER, "kept-1")
    finally:
        del os.environ["KEPT_TEST_SECRET"]
    assert (job.outcome, job.id) == (FaxOutcome.QUEUED, "7")
    given = (tmp_path / "sendfax.given").read_text().splitlines()
    document = given.pop()
    assert given == ["-n", "-N", "-h", "localhost:8601", "-f", "kept", "-o", "kept", "-i", "kept-1", "-d", "0752001000"]
    assert copy.read_bytes() == PDF
    assert not os.path.exists(document)  # noqa: PTH110, ASYNC240 -- a look at one file
    assert "KEPT_TEST_SECRET" not in (tmp_path / "sendfax.env").read_text()


@pytest.mark.parametrize("tag", ["", "-h", "a b", "a;b", "a\nb", "x" * 64])
async def test_a_tag_is_letters_digits_and_hyphens(tmp_path, tag):
    """Attack: the tag is an argument too."""
    with pytest.raises(InputError):
        await programs(tmp_path, "exit 0").send(PDF, NUMBER, tag)


async def test_only_a_document_of_ours_is_sent(tmp_path):
    """Attack: what is no PDF (HylaFAX would convert or execute it) or has no end is refused."""
    for document in (b"", b"%!PS\n(/etc/passwd) (r) file", b"%PDF-" + b"x" * 10_000_000):
        with pytest.raises(InputError) as refused:
            await programs(tmp_path, "exit 0").send(document, NUMBER, "kept-1")
        assert refused.value.reason == "fax-document"


@pytest.mark.parametrize(
    ("does", "outcome"),
    [
        ('echo "Can not reach service 8601 at host localhost." >&2; exit 255', FaxOutcome.LATER),
        ('echo "Password:" >&2; exit 255', FaxOutcome.LATER),
        ('echo "504 Cannot create job" >&2; exit 255', FaxOutcome.REFUSED),
    ],
)
async def test_what_a_server_says_becomes_an_outcome(tmp_path, does, outcome):
    """Not reached means later, a no means refused; the server's words are not passed on."""
    job = await programs(tmp_path, does).send(PDF, NUMBER, "kept-1")
    assert job.outcome is outcome
    assert not re.search(r"[0-9]{4}", job.detail)


async def test_a_program_that_hangs_is_ended_and_the_outcome_unknown(tmp_path):
    """A job may be there or not: the caller looks for its tag."""
    server = programs(tmp_path, "exec sleep 30")
    server._seconds = 0.2
    job = await server.send(PDF, NUMBER, "kept-1")
    assert (job.outcome, job.detail) == (FaxOutcome.UNKNOWN, "timeout")


async def test_states_of_the_queue(tmp_path):
    """Done is sent, failed is refused, whatever else waits; a line that is none of ours is passed over."""
    rows = (
        "JID|State|JobTag|Pages|Status",
        "1|W|kept-a| 0:0 |x",
        "2|D|kept-b|1:1|",
        "3|F|kept-c|0:1|No answer|2",
        "?|?|?",
        "4|R|kept-d|0:1|",
    )
    lines = "\\n".join(("HylaFAX scheduler", *rows))
    server = programs(tmp_path, "exit 0", f"printf '{lines}\\n'")
    found = await server.look_at_all()
    assert {tag: job.outcome.value for tag, job in found.items()} == {
        "kept-a": "queued", "kept-b": "sent", "kept-c": "refused", "kept-d": "queued",
    }  # fmt: skip
    assert await server.look("kept-z") is None


async def test_without_the_programs_the_error_says_what_to_install(tmp_path):
    """No HylaFAX: a plain refusal, before anything is written."""
    server = FaxServer(path=str(tmp_path))
    for act in (server.send(PDF, NUMBER, "kept-1"), server.look("kept-1"), server.remove("1")):
        with pytest.raises(SettingError) as refused:
            await act
        assert refused.value.reason == "fax-missing"
        assert "hylafax-client" in refused.value.hint
    for host, port in (("-h", 4559), ("a b", 4559), ("localhost", 0), ("local;host", 1)):
        with pytest.raises(SettingError):
            FaxServer(host, port)
    with pytest.raises(InputError):
        await FaxServer().remove("-a")


# ---------------------------------------------------------------- a real server


@pytest.mark.fax
async def test_a_fax_is_queued_seen_and_taken_back(fax_server):
    """HylaFAX takes the job with its tag and number, holds our very document, and gives it back."""
    server, spool = fax_server
    pdf = print_letters([PLAIN])
    job = await server.send(pdf, NUMBER, "kept-7001")
    assert job.outcome is FaxOutcome.QUEUED
    queued = (spool / "sendq" / f"q{job.id}").read_text()
    assert "\njobtag:kept-7001\n" in queued
    assert "\nnumber:0752001000\n" in queued
    assert "Canary" not in queued
    document = re.search(r"^pdf:0::(docq/\S+)$", queued, re.MULTILINE)
    assert document is not None
    assert (spool / document[1]).read_bytes() == pdf
    seen = await server.look("kept-7001")
    assert seen is not None
    assert (seen.outcome, seen.id) == (FaxOutcome.QUEUED, job.id)
    assert await server.remove(job.id)
    ended = await server.look("kept-7001")
    assert ended is not None
    assert ended.outcome is FaxOutcome.REFUSED


@pytest.mark.fax
async def test_a_server_that_is_away_means_later(fax_server):
    """Nothing was queued, so it can be tried again."""
    del fax_server
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    job = await FaxServer("localhost", port).send(print_letters([PLAIN]), NUMBER, "kept-7002")
    assert (job.outcome, job.detail) == (FaxOutcome.LATER, "unreachable")
    assert await FaxServer("localhost", port).look_at_all() is None
