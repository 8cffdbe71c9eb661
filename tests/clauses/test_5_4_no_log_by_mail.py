"""§5.4: the no-log mailed to a second machine: lines that come twice, out of order or not at all bring nobody back unseen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiosmtpd import smtp
from installation import MAIL

from clauses.test_5_4_no_log import Lost, given
from kept import limits
from kept.channels.place import parse_place
from kept.errors import ErasedError, SettingError, StoreError
from kept.services.backups.recovery import start_or_recover
from kept.services.my_data import choices, erasure
from kept.services.upkeep.after_restore import report_of
from kept.services.upkeep.routine import finish_all
from kept.vault.no_log import FIRST, seal_line

pytestmark = pytest.mark.anyio
KEY = bytes(32)


@dataclass
class Keeper:
    """The second machine: a mail server on loopback that puts what it takes into a Maildir.

    Args:
        folder: The mailbox.
        refuses: Reply to every message; empty for taking it.
        count: Mails taken.
    """

    folder: Path
    refuses: str = ""
    count: int = 0
    asked: list[str] = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, ARG002 -- aiosmtpd's
        """A message."""
        self.asked.append(self.refuses or "250 OK")
        if self.refuses:
            return self.refuses
        self.count += 1
        (self.folder / "new" / f"{self.count:04}.mail").write_bytes(envelope.original_content)
        return "250 OK"

    async def begin(self) -> None:
        """Listen."""
        (self.folder / "new").mkdir(parents=True)
        self.server = await asyncio.get_running_loop().create_server(
            lambda: smtp.SMTP(self, hostname="second.example", enable_SMTPUTF8=True), "127.0.0.1", 0
        )
        self.port = self.server.sockets[0].getsockname()[1]

    async def end(self) -> None:
        """Stop."""
        self.server.close()
        await self.server.wait_closed()

    def address(self, *, reads: bool = True) -> str:
        """The place, as an operator writes it."""
        seen = f"&folder={self.folder}" if reads else ""
        return f"mail:keeper@second.example?server=127.0.0.1:{self.port}&from=kept@shop.example{seen}"

    def mails(self) -> list[Path]:
        """What lies in the mailbox, in the order it came."""
        return sorted((self.folder / "new").glob("*"))


@pytest.fixture
async def keeper(tmp_path):
    """The second machine."""
    one = Keeper(tmp_path / "second" / "Maildir")
    await one.begin()
    yield one
    await one.end()


@pytest.fixture
async def mailed(tmp_path, keeper):
    """An installation whose no-log is mailed away, and nothing else."""
    lost = Lost(tmp_path)
    lost.installation.address = replace(lost.installation.address, no_log=(keeper.address(),))
    await lost.installation.open()
    yield lost
    await lost.installation.close()


async def erased(lost):
    """Somebody backed up and erased since, after another no."""
    here = lost.installation
    own, gone = await given(here, "other@example.jp"), await given(here, MAIL)
    await lost.back_up()
    await choices.stop_use(here.engine, own, "contact", stop=True)
    await erasure.intend_erasure(here.engine, await here.session(gone.person_id))
    return gone


async def test_nobody_comes_back_from_mails(mailed, keeper):
    """§5.4 normal: each no is a mail before it is acknowledged; replayed from the mailbox, whoever erased themselves stays so."""
    gone = await erased(mailed)
    assert len(keeper.mails()) >= 2
    assert await mailed.installation.engine.no_log.waiting() == 0
    assert not [
        one
        for one in keeper.mails()
        if MAIL.encode() in one.read_bytes() or gone.person_id.hex().encode() in one.read_bytes()
    ]
    await mailed.lose_both()
    engine = await mailed.open()
    with pytest.raises(ErasedError):
        await engine.people.load(gone.person_id)
    report = await report_of(engine)
    assert (report.missing, report.numbers, report.closed) == ("", "", False)


@pytest.mark.parametrize("how", ["twice", "out of order", "saved as text"])
async def test_lines_come_as_mail_comes(mailed, keeper, how):
    """§5.4: delivered twice, in another order, or saved from the mailbox by hand among other mails: the same lines."""
    gone = await erased(mailed)
    mails = keeper.mails()
    if how == "twice":
        for one in mails:
            one.with_name(f"again-{one.name}").write_bytes(one.read_bytes())
    elif how == "out of order":
        for number, one in enumerate(reversed(mails)):
            one.rename(one.with_name(f"z{number}"))
    else:
        lines = await parse_place(keeper.address()).read()
        for one in mails:
            one.unlink()
        (keeper.folder / "saved.txt").write_bytes(b"\r\n".join(reversed(lines)))
        (keeper.folder / "new" / "spam").write_bytes(b"Subject: kept no-log 1-9\n\n> kept-no-log 1 1 quoted\nhello\n")
    await mailed.lose_both()
    engine = await mailed.open()
    with pytest.raises(ErasedError):
        await engine.people.load(gone.person_id)
    assert (await report_of(engine)).missing == ""


async def test_a_mail_that_never_came_is_noticed_by_its_number(mailed, keeper):
    """§5.4 breach: one mail is lost on its way: the installation serves the person alone, and says which lines are missing."""
    await erased(mailed)
    place = parse_place(keeper.address())
    before = await place.read()
    keeper.mails()[1].unlink()
    after = await place.read()
    gap = sorted(int(one.split()[2]) for one in set(before) - set(after))
    await mailed.lose_both()
    report = await report_of(await mailed.open())
    assert (report.missing, report.closed) == ("gap", True)
    assert report.numbers == (str(gap[0]) if len(gap) == 1 else f"{gap[0]}-{gap[-1]}")


async def test_a_mailbox_that_cannot_be_seen_is_not_whole(mailed, keeper):
    """§5.4: mailed to where this machine cannot look: sent once, and a restore waits until the mails were saved and named."""
    here = mailed.installation
    await here.close()
    here.address = replace(here.address, no_log=(keeper.address(reads=False),))
    await mailed.open()
    sent = keeper.count
    await here.close()
    await mailed.open()
    assert keeper.count == sent  # K remembers how far it was
    gone = await erased(mailed)
    await mailed.lose_both()
    engine = await mailed.open()
    assert ((await report_of(engine)).missing, (await report_of(engine)).closed) == ("unreadable", True)
    await here.close()
    mailed.installation.address = replace(here.address, no_log=(keeper.address(),))
    engine = await mailed.open()
    with pytest.raises(ErasedError):
        await engine.people.load(gone.person_id)


async def test_an_older_d_is_noticed_by_what_k_knows_was_mailed(mailed, keeper):
    """§5.4 breach: an older D is put back by hand while the mails are elsewhere: nobody but the person is served."""
    here = mailed.installation
    await here.close()
    here.address = replace(here.address, no_log=(keeper.address(reads=False),))
    await mailed.open()
    own = await given(here, MAIL)
    await here.engine.sequencer.integrate()
    await here.close()
    older = here.address.data.read_bytes()
    await mailed.open()
    await choices.stop_use(here.engine, own, "contact", stop=True)
    await here.close()
    for one in here.address.data.parent.glob("shop.db-*"):
        one.unlink()
    here.address.data.write_bytes(older)
    here.engine = await start_or_recover(here.parts)
    await finish_all(here.engine)
    report = await report_of(here.engine)
    assert (report.missing, report.closed) == ("unreadable", True)


async def test_a_mail_server_that_takes_nothing_keeps_nobody_from_saying_no(mailed, keeper):
    """§5.4: what was refused waits, board and status say so, and it goes once the server takes it again."""
    here = mailed.installation
    own = await given(here, MAIL)
    keeper.refuses = "452 4.2.2 mailbox full"
    await choices.stop_use(here.engine, own, "contact", stop=True)
    assert here.engine.no_log.failing == "no-log-unwritable"
    assert await here.engine.no_log.waiting()
    keeper.refuses = ""
    await here.engine.no_log.deliver()
    assert (here.engine.no_log.failing, await here.engine.no_log.waiting()) == ("", 0)


def line(number: int, size: int = 40) -> bytes:
    """A line, of whatever length."""
    return seal_line(KEY, b"x" * size, vault_id="v", number=number, previous=FIRST).raw


async def test_long_lines_arrive_whole(keeper):
    """§5.4: a line longer than a line of mail may be is encoded, and read back byte for byte."""
    place, lines = parse_place(keeper.address()), [line(1), line(2, 3000)]
    await place.append(lines)
    await place.append(lines[1:])
    assert await place.read() == lines
    assert await place.last() == lines[1]
    assert max(len(one) for one in keeper.mails()[0].read_bytes().splitlines()) <= 998


async def test_a_file_too_large_is_no_mail(keeper, monkeypatch):
    """§5.4: what lies in a mailbox is read up to a bound."""
    await parse_place(keeper.address()).append([line(1)])
    (mail,) = keeper.mails()
    for spare, found in ((0, [line(1).split()[:3]]), (-1, [])):
        monkeypatch.setattr(limits, "NO_LOG_MAIL_BYTES", mail.stat().st_size + spare)
        assert [one.split()[:3] for one in await parse_place(keeper.address()).read()] == found


@pytest.mark.parametrize(
    "address",
    [
        "mail:",
        "mail:keeper@second.example",
        "mail:keeper?server=a:25&from=b@c.example",
        "mail:k@s.example?server=a:25",
        "mail:k@s.example?server=a:99999999&from=b@c.example",
        "mail:k@s.example?server=:25&from=b@c.example",
        "mail:k@s.example?server=a:25&from=b@c.example&from=d@c.example",
        "mail:k@s.example?server=a:25&from=b@c.example&password=x",
        "mail:k@s.example\r\nBcc:x@y.example?server=a:25&from=b@c.example",
        "mail:k@s.example?server=a:25&from=b@c.example&folder=",
    ],
)
def test_an_address_that_is_none_is_refused(address):
    """§5.4: what is misspelt is said at the start, and not when the first no is lost."""
    with pytest.raises(SettingError):
        parse_place(address)


async def test_a_mailbox_that_is_away_is_told(keeper):
    """§5.4: a folder that is not there is no empty mailbox."""
    keeper.folder.rename(keeper.folder.with_name("elsewhere"))
    with pytest.raises(StoreError):
        await parse_place(keeper.address()).read()
    with pytest.raises(StoreError):
        await parse_place(keeper.address(reads=False)).last()
