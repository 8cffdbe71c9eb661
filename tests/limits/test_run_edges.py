"""Mandates under which much is done in one go, and what waits for its day, at both sides of their edge."""

from __future__ import annotations

import asyncio
import dataclasses
from types import SimpleNamespace

import pytest
from bakery import Bakery

from clauses.test_4_5_contact import ContactDesk
from clauses.test_4_6_register_after_erasing import erase, provided
from clauses.test_4_6_third_party_consent import TICK, Club, person
from clauses.test_4_9_disclosure_the_law_requires import LegalDesk
from clauses.test_5_4_destruction import Vaulted
from kept import limits
from kept.channels.handed import Handed
from kept.crypto.digest import framed
from kept.errors import DeniedError, InputError, KeptError, LimitError, SignInError
from kept.guarantees import restore_drill
from kept.services.backups import backup, backup_file, drill
from kept.services.cases import contacts, inquiries, other_words
from kept.services.figures import projections
from kept.services.messages import letters
from kept.services.messages.outbox import send_due
from kept.services.my_data import erasure
from kept.services.third_parties import register
from kept.services.upkeep.verification import Verification, verify_installation

pytestmark = pytest.mark.anyio
BOTH_SIDES = pytest.mark.parametrize("after", [-1, 1], ids=["before", "after"])


def slowed(installation, monkeypatch, module, step, seconds):
    """Let *seconds* pass before *step* of *module*, the first time it is taken."""
    plain, left = getattr(module, step), [seconds]

    async def slow(*given, **named):
        installation.wall.pass_(left.pop() if left else 0)
        return await plain(*given, **named)

    monkeypatch.setattr(module, step, slow)


# -------------------------------------------------------------------- runs


@BOTH_SIDES
@pytest.mark.edge("CAMPAIGN_SECONDS")
async def test_a_campaign(installation, desk, after):
    """What waits for its turn is sent until the mandate's last second, and not after."""
    await installation.mori()
    await desk.queued()
    installation.wall.pass_(limits.CAMPAIGN_SECONDS + after)
    await send_due(installation.engine)
    assert len(desk.box.received) == (after < 0)


@BOTH_SIDES
@pytest.mark.edge("PROVISION_RUN_SECONDS")
async def test_a_provision(installation, after):
    """Its file is made until the mandate's last second; after it nobody's items go any more."""
    club = await Club(installation).begin()
    await person(installation, TICK)
    made = await club.provide()
    installation.wall.pass_(limits.PROVISION_RUN_SECONDS + after)
    if after < 0:
        assert len((await club.file(made))["records"]) == 1
    else:
        with pytest.raises(DeniedError):
            await club.file(made)
        assert installation.sql("SELECT COUNT(*) FROM provision_record") == [(0,)]


@BOTH_SIDES
@pytest.mark.edge("PROJECTION_RUN_SECONDS")
async def test_the_build_of_a_data_set(installation, monkeypatch, after):
    """It reads until the mandate's last second; after it the build is given up, and nothing of it is kept."""
    await installation.mori()
    researcher = await installation.staff("ono", ("research",))
    slowed(installation, monkeypatch, projections, "_one", limits.PROJECTION_RUN_SECONDS + after)
    if after < 0:
        await projections.build(installation.engine, researcher, "customers")
    else:
        with pytest.raises(DeniedError):
            await projections.build(installation.engine, researcher, "customers")
    assert installation.sql("SELECT COUNT(*) FROM projection") == [(int(after < 0),)]


@BOTH_SIDES
@pytest.mark.edge("LETTER_RUN_SECONDS")
async def test_a_run_of_letters(installation, monkeypatch, after):
    """Addresses are opened until the mandate's last second; after it nothing is printed, and every letter waits still."""
    desk = await ContactDesk(installation).begin()
    await desk.write("post")
    slowed(installation, monkeypatch, letters, "_release", limits.LETTER_RUN_SECONDS + after)
    if after < 0:
        assert (await desk.print()).letters == 1
    else:
        with pytest.raises(DeniedError):
            await desk.print()
        assert await desk.states() == {"post": "to-print"}


@pytest.mark.edge("LETTERS_OF_A_RUN", "LETTERS_LISTED")
async def test_the_letters_of_a_run(installation, monkeypatch):
    """As many as the table says are in one file, and as many are listed; the rest waits."""
    desk = await ContactDesk(installation).begin()
    for _ in range(3):
        await desk.write("post")
    for most in (2, 3):
        monkeypatch.setattr(limits, "LETTERS_LISTED", most)
        assert [one.letters for one in await letters.waiting_runs(installation.engine, desk.session)] == [most]
    monkeypatch.setattr(limits, "LETTERS_OF_A_RUN", 2)
    printed = await desk.print()
    assert (printed.letters, printed.waiting) == (2, 1)
    assert (await desk.print()).letters == 1


# -------------------------------------------------------------------- one message, one request


@BOTH_SIDES
@pytest.mark.edge("CONTACT_SEND_SECONDS")
async def test_a_message_of_a_case(installation, after):
    """A message that is put off leaves until a day after it was written, and not later."""
    desk = await ContactDesk(installation).begin()
    desk.mail.answer = Handed.LATER
    await desk.write("mail")
    desk.mail.answer = Handed.SENT
    installation.wall.pass_(limits.CONTACT_SEND_SECONDS + after)
    await send_due(installation.engine)
    assert await desk.states() == {"mail": "sent" if after < 0 else "left-out"}


@pytest.mark.parametrize("left", [1, 0])
@pytest.mark.edge("CONTACT_RELEASES")
async def test_the_decisions_about_a_message(installation, left):
    """It has the volume of the table, and with the last of it the address is opened for the last time."""
    desk = await ContactDesk(installation).begin()
    desk.mail.answer = Handed.LATER
    await desk.write("mail")
    mandate = installation.sql(
        "SELECT mandate_id, volume_left FROM mandate WHERE kind = 'staff' ORDER BY expires_at DESC LIMIT 1"
    )[0]
    used = sum(map(len, await desk.released("mail")))
    assert mandate[1] in {limits.CONTACT_RELEASES - 1, limits.CONTACT_RELEASES - used}
    installation.ours("UPDATE mandate SET volume_left = ? WHERE mandate_id = ?", left * used, mandate[0])
    desk.mail.answer = Handed.SENT
    installation.wall.pass_(limits.SENDING_FIRST_WAIT_SECONDS + 1)
    await send_due(installation.engine)
    assert await desk.states() == {"mail": "sent" if left else "left-out"}


@pytest.mark.edge("CONTACT_TITLE_CHARACTERS", "CONTACT_TEXT_CHARACTERS")
async def test_the_length_of_a_message_of_a_case(installation):
    """A subject of 200 and a text of 10,000 characters, and no more."""
    desk = await ContactDesk(installation).begin()
    title, text = "x" * limits.CONTACT_TITLE_CHARACTERS, "y" * limits.CONTACT_TEXT_CHARACTERS
    asking = (desk.engine, desk.session, desk.case, "mail")
    await desk.write("mail", text)
    await other_words.ask_to_write(*asking, title, text, title)
    for said in ((title + "x", text, title), (title, text + "y", title), (title, text, title + "x")):
        with pytest.raises(InputError):
            await other_words.ask_to_write(*asking, *said)
    with pytest.raises(InputError):
        await desk.write("mail", text + "y")
    assert len(desk.mail.sent) == 1


@pytest.mark.edge("REPLY_SECONDS")
@pytest.mark.parametrize("late", [False, True])
async def test_how_long_a_reply_is_one(installation, late):
    """For thirty days from the asking; afterwards they did not ask any more."""
    desk = await ContactDesk(installation).begin()
    await inquiries.ask(desk.engine, desk.own)
    installation.wall.pass_(limits.REPLY_SECONDS - 1)
    session = await installation.staff("ueda")
    (_, asked) = await inquiries.waiting_inquiries(desk.engine, session)
    case = await inquiries.take(desk.engine, session, asked.id)
    if late:
        installation.wall.pass_(2)
    writing = contacts.write_to(desk.engine, session, case, "mail", "reply", "Yes, it does.")
    if late:
        with pytest.raises(DeniedError) as refused:
            await writing
        assert refused.value.reason == "not-asked"
    else:
        await writing
    assert len(desk.mail.sent) == (not late)


async def test_what_nobody_answered_in_time_is_in_nobodys_way(installation):
    """An inquiry past its thirty days fills neither the console's list nor what a person may ask."""
    desk = await ContactDesk(installation).begin()
    for _ in range(limits.INQUIRIES_OF_A_PERSON):
        await inquiries.ask(desk.engine, desk.own)
    installation.wall.pass_(limits.REPLY_SECONDS + 1)
    session = await installation.staff("ueda")
    assert await inquiries.waiting_inquiries(desk.engine, session) == []
    fresh = await inquiries.ask(desk.engine, desk.own)
    assert [one.id for one in await inquiries.waiting_inquiries(desk.engine, session)] == [fresh]


@pytest.mark.edge("INQUIRIES_OF_A_PERSON", "INQUIRIES_SHOWN")
async def test_how_many_inquiries_wait(installation, monkeypatch):
    """Three of a person; answered, another may be asked. The console shows so many, the oldest first."""
    desk = await ContactDesk(installation).begin()
    for _ in range(limits.INQUIRIES_OF_A_PERSON):
        await inquiries.ask(desk.engine, desk.own)
    with pytest.raises(LimitError):
        await inquiries.ask(desk.engine, desk.own)
    waiting = await inquiries.waiting_inquiries(desk.engine, desk.session)
    assert len(waiting) == limits.INQUIRIES_OF_A_PERSON + 1  # and what was noted in the case
    case = await inquiries.take(desk.engine, desk.session, waiting[1].id)
    await contacts.write_to(desk.engine, desk.session, case, "mail", "reply", "Yes, it does.")
    await inquiries.ask(desk.engine, desk.own)
    monkeypatch.setattr(limits, "INQUIRIES_SHOWN", 2)
    shown = await inquiries.waiting_inquiries(desk.engine, desk.session)
    assert [one.id for one in shown] == [waiting[0].id, waiting[2].id]


@pytest.mark.parametrize("missing", [0, 1])
@pytest.mark.edge("DISCLOSURE_RELEASES")
async def test_the_values_of_a_request_of_an_authority(installation, missing):
    """It has the volume of the table; with the last of it a bundle is made, and with one less it is refused."""
    await installation.mori()
    desk = await LegalDesk(installation).begin()
    request = await desk.record()
    finding = 1
    assert installation.sql("SELECT MAX(volume_left) FROM mandate") == [(limits.DISCLOSURE_RELEASES - finding,)]
    installation.ours("UPDATE mandate SET volume_left = ?", 1 - missing)
    if missing:
        with pytest.raises(DeniedError) as refused:
            await desk.answer(request)
        assert refused.value.step == 9
    else:
        assert (await desk.answer(request)).status == "ready"


# -------------------------------------------------------------------- sessions, erasing, the register


@pytest.mark.edge("VOUCHED_SESSION_SECONDS")
async def test_a_session_a_program_vouched_for(tmp_path):
    """It shows what is theirs until its last second, and not after."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k, k.person(await bakery.program(k), external="C-1") as me:
        bakery.wall.pass_(limits.VOUCHED_SESSION_SECONDS - 1)
        await me.data()
        bakery.wall.pass_(2)
        with pytest.raises(SignInError):
            await me.data()


@BOTH_SIDES
@pytest.mark.edge("REGISTER_SECONDS")
async def test_a_line_of_the_register(installation, after):
    """It stays three years and a day, for a leap day may lie between; then its key goes with it."""
    own, _, _ = await provided(installation)
    await erase(installation, own)
    assert register.keep_seconds(installation.engine) == limits.REGISTER_SECONDS + limits.DAY
    until = installation.sql("SELECT until FROM statutory_key", part="keys")[0][0]
    installation.wall.pass_(until + after - installation.engine.clock.now())
    assert await register.end_register(installation.engine) == (after > 0)


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.edge("SCRUB_AT_ONCE_BYTES")
async def test_a_database_that_is_rewritten_at_once(installation, monkeypatch, more):
    """One of four megabytes is rewritten when somebody is erased; a larger one waits for the minute's work."""
    own = await installation.mori()
    monkeypatch.setattr(erasure, "_bytes_stored", lambda _engine: limits.SCRUB_AT_ONCE_BYTES + more)
    receipt = await erase(installation, own)
    assert receipt["level"] == ("removed" if more else "scrubbed")


# -------------------------------------------------------------------- backups, drills, findings


@pytest.fixture
async def vaulted(installation, tmp_path):
    """An installation whose backups have a key."""
    return await Vaulted(installation, tmp_path).begin()


@pytest.mark.edge("BACKUP_EARLY_SHARE", "BACKUP_RETRY_SECONDS")
async def test_the_next_backup(installation, vaulted, monkeypatch):
    """It is made once nine tenths of the promised time are over; one that failed is tried again ten minutes later."""
    engine, looks = installation.engine, []
    await vaulted.back_up()
    made = await backup.newest_at(engine)
    early = made + limits.BACKUP_EARLY_SHARE * backup.promised(engine)
    away = vaulted.backups.rename(vaulted.backups.with_name("away"))

    async def sleep(seconds):
        looks.append((seconds, await backup.newest_at(engine) - made))
        if len(looks) == 1:
            installation.wall.pass_(2)
            vaulted.backups.write_text("a file where the folder should be")
        elif len(looks) == 2:
            vaulted.backups.unlink()
            away.rename(vaulted.backups)
        else:
            raise asyncio.CancelledError

    installation.wall.pass_(early - 1 - engine.clock.now())
    monkeypatch.setattr(
        "kept.services.engine.engine.asyncio", SimpleNamespace(sleep=sleep, create_task=asyncio.create_task)
    )
    backup.keep_backups(engine, vaulted.backups)
    with pytest.raises(asyncio.CancelledError):
        await engine._tasks.pop()
    assert [seconds for seconds, _ in looks] == [limits.BACKUP_RETRY_SECONDS] * 3
    assert [bool(newer) for _, newer in looks] == [False, False, True]


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.edge("BACKUP_LINE_BYTES")
async def test_the_first_line_of_a_backup(installation, vaulted, more):
    """64 KiB are read of it, signed as they may be."""
    await vaulted.back_up()
    path, signing = vaulted.newest("data").path, installation.engine.parts.signing_key
    line, _, rest = path.read_bytes().split(b"\n", 2)
    line = line.ljust(limits.BACKUP_LINE_BYTES - 1 + more)
    signature = signing.sign(framed(backup_file.LABEL, line)).hex().encode()
    path.write_bytes(b"\n".join((line, signature, rest)))
    if more:
        with pytest.raises(KeptError):
            backup_file.read_backup(path, signing.public)
    else:
        assert backup_file.read_backup(path, signing.public).manifest.part == "data"


class Silent:
    """An engine whose policy names no guarantee."""

    def __init__(self, engine) -> None:
        self._engine = engine
        self.policy = SimpleNamespace(policy=dataclasses.replace(engine.policy.policy, guarantees=()))

    def __getattr__(self, name):
        return getattr(self._engine, name)


@pytest.mark.edge("DRILL_EVERY_DAYS")
async def test_a_drill(installation, vaulted):
    """Where the policy names no time, one of thirty days ago is young enough, and one a second older is not."""
    engine = installation.engine
    await vaulted.back_up()
    await vaulted.drill()
    silent = Silent(engine)
    at = (await drill.newest_drill(engine))[0]
    installation.wall.pass_(at + limits.DRILL_EVERY_DAYS * limits.DAY - 1 - engine.clock.now())
    assert (await restore_drill.check(silent)).holds
    installation.wall.pass_(2)
    assert not (await restore_drill.check(silent)).holds


@pytest.mark.parametrize(
    ("found", "most"),
    [(drill.Drill(made_at=0.0), limits.DRILL_FINDINGS), (Verification(), limits.VERIFICATION_FINDINGS)],
)
@pytest.mark.edge("DRILL_FINDINGS", "VERIFICATION_FINDINGS")
def test_the_findings_that_are_named(found, most):
    """As many as the table says; one more is not named, and it holds no more for that."""
    for number in range(most + 1):
        found.wrong(str(number))
    assert found.problems == [str(number) for number in range(most)]


async def test_a_verification_of_much_that_is_wrong_names_the_first(installation):
    """Every entry is changed; twenty are named."""
    assert (await verify_installation(installation.engine)).problems == []
    for _ in range(limits.VERIFICATION_FINDINGS):
        await installation.join()
    installation.sql("UPDATE entry SET account_sealed = x'00'")
    assert len((await verify_installation(installation.engine)).problems) == limits.VERIFICATION_FINDINGS
