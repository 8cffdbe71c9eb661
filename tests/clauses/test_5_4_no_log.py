"""§5.4: both databases are lost and restored from before: with the no-log nobody comes back; without it only the person is served."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asked import CONSOLE, SITE, Browser
from authenticator import Authenticator
from cited import cited
from installation import MAIL, NAME, PASSWORD, PHONE, Installation, second_version
from registered import CONFIRMS, asked, clerk, registered
from second import activate_as_read, read_and_approve, sign_as_read

from clauses.test_2_8_paper_and_phone import PaperDesk
from clauses.test_4_4_letters_faxes_calls import Marketing
from kept import limits
from kept.channels.place import parse_place
from kept.channels.place_file import FilePlace
from kept.crypto.sealed_to import OpeningKey
from kept.errors import (
    ClosedError,
    ConflictError,
    DeniedError,
    ErasedError,
    KeptError,
    RollbackError,
    SettingError,
    SignInError,
    StoreError,
    SubmissionError,
)
from kept.guarantees.board import promise_board
from kept.policy import change
from kept.policy.person import PersonState
from kept.policy.words import Basis, ClauseState, Exit
from kept.services.accounts import accounts, linking, passkeys, recovery, remember_me, ways_in
from kept.services.backups.backup import make_backups, newest_pair, register_backup_key
from kept.services.backups.drill import drill
from kept.services.backups.recovery import start_or_recover
from kept.services.backups.restore import place
from kept.services.cases import witnessing
from kept.services.gate.external_ids import external_ids_of, find_owner, put_external_id
from kept.services.gate.witnessed_form import code_of
from kept.services.messages import calls
from kept.services.messages.stop_list import stands_against, stop_token
from kept.services.my_data import choices, corrections, disowning, erasure
from kept.services.my_data.own_data import own_data
from kept.services.staff import activation, credentials, parties, sessions
from kept.services.upkeep.after_restore import erase_again, report_of
from kept.services.upkeep.no_log_replay import after_lines
from kept.services.upkeep.routine import finish_all
from kept.store import sql
from kept.store.sqlite import raw_count

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
HOST = "shop.example"
OTHER_MAIL = "someone.else@example.jp"


class Lost:
    """An installation that loses both databases and gets them back from a backup; the no-log lies on another disk."""

    def __init__(self, folder: Path) -> None:
        self.disk = folder / "other-disk"
        self.disk.mkdir()
        (folder / "here").mkdir()
        self.no_log = self.disk / "shop.no-log"
        self.installation = Installation(folder / "here")
        self.installation.address = replace(self.installation.address, no_log=(f"file:{self.no_log}",))
        self.backups, self.key = folder / "backups", OpeningKey.new()

    async def back_up(self) -> None:
        """Make both backups, as they are now."""
        engine = self.installation.engine
        await register_backup_key(engine, self.key.public, by="test")
        await make_backups(engine, self.backups, by="test")

    async def lose_both(self) -> None:
        """The disk with both databases and the checkpoint is gone; the key folder, kept apart, and the backups are not."""
        engine, address = self.installation.engine, self.installation.address
        made = newest_pair(self.backups, engine.parts.signing_key.public, engine.vault_id)
        await self.installation.close()
        for path in (*address.data.parent.glob("shop.db*"), *address.data.parent.glob("shop.keys.db*")):
            path.unlink()
        address.checkpoint.unlink(missing_ok=True)
        for one in made:
            await place(one, self.key, address, over=False)

    async def lose_both_by_copying(self) -> None:
        """The same, by somebody who copies the files of an older day and says nothing to Kept."""
        await self.lose_both()
        self.installation.engine = None
        for part in ("data", "keys"):
            self.installation.sql("DELETE FROM meta WHERE name = ?", f"{part}_restored", part=part)

    async def open(self):
        """Open it, as `kept serve` does before it answers anybody."""
        return await self.installation.open(create=False)


@pytest.fixture
async def lost(tmp_path):
    """An installation with a no-log on another disk."""
    found = Lost(tmp_path)
    await found.installation.open()
    yield found
    await found.installation.close()


async def given(installation, mail):
    """A customer with a name and an address, and a yes to mail."""
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("mail_address", mail), ("choice", "information-for-you/mail/")])
    return own


@pytest.mark.parametrize("how", ["restored", "copied"])
async def test_nobody_comes_back(lost, how):
    """§5.4: erased, withdrawn, stopped, corrected and never-again stay so, with K's memory and the ledger's lost as well."""
    here = lost.installation
    gone, never = await given(here, MAIL), await given(here, OTHER_MAIL)
    said_no, stopped, moved = [await given(here, f"{one}@example.jp") for one in ("no", "stop", "moved")]
    leaves = await given(here, "leaves@example.jp")
    token = await accounts.start_session(here.engine, gone.person_id)
    await lost.back_up()
    receipt = await erasure.intend_erasure(here.engine, await here.session(gone.person_id))
    await erasure.intend_erasure(here.engine, await here.session(never.person_id), never_write=True)
    await choices.choose(here.engine, said_no, "information-for-you", None, allow=False)
    await choices.stop_use(here.engine, stopped, "contact", stop=True)
    await corrections.correct(
        here.engine, await here.session(moved.person_id), "mail_address", "new@example.jp", expected_version=1
    )
    later = await erasure.intend_erasure(
        here.engine, await here.session(leaves.person_id), grace_seconds=7 * limits.DAY
    )
    await (lost.lose_both() if how == "restored" else lost.lose_both_by_copying())
    engine = await lost.open()
    for one in (gone, never):
        with pytest.raises(ErasedError):
            await engine.people.load(one.person_id)
        assert await engine.data.value(sql.StateG, person_id=one.person_id) is None
    assert (await erasure.erasure_receipt(engine, receipt))["level"] in {"removed", "scrubbed"}
    assert await accounts.session_of(engine, token) is None
    state = (await engine.people.load(said_no.person_id)).state
    assert not state.choice("information-for-you", None).allow
    assert all(one.withdrawn for one in state.grants if one.purpose == "information-for-you")
    assert (await engine.people.load(stopped.person_id)).state.stops == ("contact",)
    assert "mail_address" not in (await engine.people.load(moved.person_id)).state.slots
    state = (await engine.people.load(leaves.person_id)).state
    assert state.status == "erasing"
    assert (await engine.data.one(sql.ErasureGet, person_id=leaves.person_id)).receipt_id == later
    on_list = stop_token(engine, Exit.MAIL, OTHER_MAIL)
    assert await engine.data.read(lambda tx: stands_against(tx, Exit.MAIL, on_list, Basis.CONSENT))
    report = await report_of(engine)
    assert (report.missing, report.closed) == ("", False)
    assert (report.again["erased"], report.again["people"]) == (2, 4)


async def test_no_session_key_or_credential_comes_back(lost):
    """§5.4 breach: a credential, a member of staff, a recipient's key and a password, each taken back since the backup."""
    here = lost.installation
    await registered(here, "recipient", "picture-club", OpeningKey.new().public)
    issued = await accounts.join_with_password(here.engine, PASSWORD, "en")
    credential = await credentials.issue_credential(here.engine, "mailer", "support", ("contact",), by="test")
    dismissed = await here.staff("dismissed", ("support",))
    await lost.back_up()
    await credentials.revoke_credential(here.engine, credential.split("_")[1], by="test")
    await sessions.disable_staff(here.engine, "dismissed", by="test")
    changed = await asked(here, "recipient", "picture-club", OpeningKey.new().public)
    await read_and_approve(parties.CONFIRMING, here.engine, await clerk(here, CONFIRMS), changed.id)
    await recovery.sign_in_with_recovery_code(
        here.engine, issued.login_name, issued.recovery_codes[0], "another four words here"
    )
    await lost.lose_both()
    engine = await lost.open()
    with pytest.raises(SignInError):
        await credentials.credential_of(engine, credential)
    assert await sessions.session_of(engine, dismissed.token_hash.hex()) is None
    assert here.sql("SELECT disabled_at FROM staff WHERE login = 'dismissed'")[0][0]
    assert await parties.party_of(engine, parties.PartyKind.RECIPIENT, "picture-club") is None
    for password in (PASSWORD, "another four words here"):
        with pytest.raises(SignInError):
            await accounts.sign_in_with_password(engine, issued.login_name, password)
    with pytest.raises(SignInError):
        await recovery.sign_in_with_recovery_code(engine, issued.login_name, issued.recovery_codes[0], PASSWORD)
    await recovery.sign_in_with_recovery_code(engine, issued.login_name, issued.recovery_codes[1], PASSWORD)


async def test_no_way_in_that_its_owner_took_away_comes_back(lost):
    """§5.4 breach: a passkey, a password, recovery codes, a device and a linked program, each taken away since the backup."""
    here, engine = lost.installation, lost.installation.engine
    issued = await accounts.join_with_password(engine, PASSWORD, "en")
    own, stolen, kept = await here.session(issued.person_id), Authenticator(SITE), Authenticator(SITE)
    for device in (stolen, kept):
        begun = await passkeys.begin_add(engine, own, HOST, "Shop")
        answer = device.make(begun["options"])
        await passkeys.finish_add(engine, own, answer, begun["token"], "", rp_id=HOST, origin=SITE)
    remembered = await remember_me.remember(engine, own.person_id)
    keys = (await engine.people.load(own.person_id)).keys
    await linking._claim(engine, "till", "C-1", own.person_id)
    await engine.data.write(lambda tx: put_external_id(tx, engine, keys, "till", "C-1"))
    await lost.back_up()
    first, _ = await passkeys.passkeys_of(engine, own.person_id)
    await passkeys.remove_passkey(engine, own, first.id)
    await recovery.renew_codes(engine, own)
    await ways_in.remove_password(engine, own)
    await remember_me.forget(engine, own)
    await linking.unlink(engine, own, "till")
    await lost.lose_both()
    engine = await lost.open()

    async def used(device):
        begun = passkeys.begin_sign_in(engine, HOST)
        return await passkeys.finish_sign_in(
            engine, device.use(begun["options"]), begun["token"], rp_id=HOST, origin=SITE
        )

    for attempt in (
        used(stolen),
        accounts.sign_in_with_password(engine, issued.login_name, PASSWORD),
        recovery.sign_in_with_recovery_code(engine, issued.login_name, issued.recovery_codes[0], PASSWORD),
        remember_me.sign_in_remembered(engine, remembered),
    ):
        with pytest.raises(SignInError):
            await attempt
    assert await find_owner(engine, "till", "C-1") is None
    assert await used(kept) == issued.person_id
    assert await external_ids_of(engine, (await engine.people.load(issued.person_id)).keys) == {}
    again = (await report_of(engine)).again
    assert (again["ways-in"], again["unlinked"]) == (1 + 1 + limits.RECOVERY_CODES, 1)


async def test_a_paper_that_waited_brings_back_nobody(lost):
    """Breach: a new customer's paper waits in the backup; taken in later, disowned, erased. Restored, it is over."""
    paper = await PaperDesk(lost.installation).begin()
    form_id = await paper.enter()
    await lost.back_up()
    assert await read_and_approve(witnessing.WITNESSING, paper.engine, paper.ono, form_id) == "taken"
    assert await disowning.disown_by_code(paper.engine, code_of(paper.engine, form_id))
    await lost.lose_both()
    await lost.open()
    assert lost.installation.sql("SELECT status, sealed FROM witnessed") == [("over", b"")]
    assert (await report_of(lost.installation.engine)).again["papers"] == 1


async def test_a_version_that_was_in_force_is_missed(lost):
    """§4.1, §5.4: the policy in force was lost: closed until the same files are activated again; other bytes never take its number."""
    here = lost.installation
    await here.mori()
    support = await here.staff()
    await lost.back_up()
    await activation.propose(here.engine, second_version(), by="test")
    for login in ("first", "second"):
        await activate_as_read(here.engine, await here.staff(login, ("privacy",)), 2)
    assert here.engine.policy.policy.version == 2
    await lost.lose_both()
    engine = await lost.open()
    assert engine.policy.policy.version == 1
    assert list((await report_of(engine)).versions) == ["2"]
    support = await here.staff("again", ("support",))
    with pytest.raises(ClosedError):
        await here.case(support)
    privacy = [await here.staff(login, ("privacy",)) for login in ("third", "fourth")]
    with pytest.raises(KeptError) as refused:
        await sign_as_read(engine, privacy[0])
    assert refused.value.reason == "version-lost"
    with pytest.raises(ConflictError):
        await activation.propose(engine, second_version((b"Photolibrary", b"Fotolibrary")), by="test")
    await activation.propose(engine, second_version(), by="test")
    for one in privacy:
        await activate_as_read(engine, one, 2)
    for one in privacy:
        await sign_as_read(engine, one)
    assert (await here.case(support)).person_id


async def test_with_the_no_log_lost_too_only_the_person_is_served(lost):
    """§5.4 breach: D, K and the no-log are gone: closed until two have signed; they may name whom to erase again."""
    here = lost.installation
    gone, stays = await given(here, MAIL), await given(here, OTHER_MAIL)
    await lost.back_up()
    await erasure.intend_erasure(here.engine, await here.session(gone.person_id))
    await lost.lose_both()
    lost.no_log.unlink()
    engine = await lost.open()
    support, *privacy = [
        await here.staff(login, roles)
        for login, roles in (("s", ("support",)), ("a", ("privacy",)), ("b", ("privacy",)))
    ]
    with pytest.raises(ClosedError) as refused:
        await here.case(support)
    assert (refused.value.reason, cited(refused.value)) == ("keys-restored", "§5.4")
    board = await promise_board(engine)
    assert board.of("5.4").state is ClauseState.NOT_KEPT_YET
    assert (await own_data(engine, await here.session(stays.person_id))).held
    with pytest.raises(DeniedError):
        await erase_again(engine, support, {"mail_address": MAIL})
    assert await erase_again(engine, privacy[0], {"mail_address": "nobody@example.jp"}) == 1
    assert await erase_again(engine, privacy[0], {"mail_address": MAIL}) == 2
    await sign_as_read(engine, privacy[0])
    await here.close()
    await lost.open()  # a signature alone does not open it, nor does starting again
    with pytest.raises(ClosedError):
        await here.case(support)
    await sign_as_read(here.engine, privacy[1])
    with pytest.raises(ErasedError):
        await here.engine.people.load(gone.person_id)
    assert (await here.case(support, mail=OTHER_MAIL)).person_id == stays.person_id
    assert await report_of(here.engine) is None


async def test_the_page_says_what_may_be_missing_and_two_sign_there(lost):
    """§5.4 page: in both languages: what was said, lost and held, and whom to erase again; two sign; then it is empty."""
    here = lost.installation
    gone = await given(here, MAIL)
    await lost.back_up()
    await erasure.intend_erasure(here.engine, await here.session(gone.person_id))
    await lost.lose_both()
    lost.no_log.unlink()
    await lost.open()
    desks = []
    for login in ("first", "second"):
        await here.staff(login, ("privacy",))
        desk = Browser(here, at=CONSOLE)
        desk.cookies["__Host-kept_session"] = await sessions.start_demo_session(here.engine, login)
        desks.append(desk)
    stranger = Browser(here, at=CONSOLE)
    assert (await stranger.get("/en/restore")).status_code != 200
    for language, word in (("en", "The no-log is gone."), ("ja", "拒否の記録が失われています。")):
        page = await desks[0].get(f"/{language}/restore")
        assert page.status_code == 200
        assert word in page.text
    assert (await desks[0].post("/en/restore/erase", mail_address="not an address")).status_code == 422
    await desks[0].get("/en/restore")
    assert (await desks[0].post("/en/restore/erase", mail_address=MAIL)).status_code == 303
    assert "On the list: 1" in (await desks[0].get("/en/restore")).text
    await desks[0].post("/en/restore/sign")
    assert "You have signed" in (await desks[0].get("/en/restore")).text
    await desks[0].post("/en/restore/sign")  # the page offers none; sent by hand it is refused
    assert await report_of(here.engine) is not None
    await desks[1].get("/en/restore")
    await desks[1].post("/en/restore/sign")
    assert "two members of staff have signed it" in (await desks[1].get("/en/restore")).text
    with pytest.raises(ErasedError):
        await here.engine.people.load(gone.person_id)


async def test_an_older_d_put_back_by_hand_starts_closed(lost):
    """§5.4: D alone, an older one, copied into place: serving begins, with nobody back, and the board waits for two signatures."""
    here = lost.installation
    gone = await given(here, MAIL)
    await here.engine.sequencer.integrate()
    await here.close()
    old = here.address.data.read_bytes()
    await here.open(create=False)
    await erasure.intend_erasure(here.engine, await here.session(gone.person_id))
    await here.close()
    for path in here.address.data.parent.glob("shop.db-*"):
        path.unlink()
    here.address.data.write_bytes(old)
    with pytest.raises(RollbackError):
        await here.open(create=False)
    here.engine = await start_or_recover(here.parts)
    await finish_all(here.engine)
    assert await here.engine.data.value(sql.StateG, person_id=gone.person_id) is None
    assert (await promise_board(here.engine)).of("5.4").state is ClauseState.NOT_KEPT_YET
    assert (await report_of(here.engine)).entries_missing > 0
    assert "entries are lost" in str([one.said for one in (await promise_board(here.engine)).of("5.3").parts])


async def test_a_run_that_fails_breaks_its_clause_until_it_succeeds(lost):
    """§5.6: what runs by itself fails: the board says so from then on, and no more once it has succeeded."""
    engine, broken = lost.installation.engine, [True]

    async def run():
        if broken:
            raise StoreError("expected room, found none", reason="store-full", rests_on="durable-writes")

    engine.every(0.01, run)
    for state in (ClauseState.NOT_KEPT_YET, ClauseState.KEPT):
        await asyncio.sleep(0.1)
        parts = {one.part.id: one.state for one in (await promise_board(engine)).of("5.6").parts}
        assert parts["durable-writes"] is state
        broken.clear()


async def test_a_clause_never_used_says_so(lost):
    """The board beside each state: whether anything was ever recorded under the clause."""
    here = lost.installation
    await here.staff("first", ("privacy",))
    desk = Browser(here, at=CONSOLE)
    desk.cookies["__Host-kept_session"] = await sessions.start_demo_session(here.engine, "first")
    assert "nothing was recorded under it yet" in (await desk.get("/en/board")).text


async def test_a_torn_or_a_missing_line_is_a_no_log_that_is_not_whole(lost):
    """§5.4 breach: somebody takes one line out of the middle: what is left is said, and two must sign; a torn end is made good."""
    here = lost.installation
    people = [await given(here, f"{one}@example.jp") for one in ("a", "b", "c")]
    await lost.back_up()
    for one in people:
        await erasure.intend_erasure(here.engine, await here.session(one.person_id))
    await lost.lose_both()
    lines = lost.no_log.read_bytes().splitlines(keepends=True)
    lost.no_log.write_bytes(b"".join(lines[:-3] + lines[-2:]))
    engine = await lost.open()
    report = await report_of(engine)
    assert (report.missing, report.closed) == ("gap", True)


async def test_a_thief_learns_nothing(lost):
    """§5.5 breach: the file says how many lines it has and nothing else: no id, no value, no word of what was said no to."""
    here = lost.installation
    own, other = await given(here, MAIL), await given(here, OTHER_MAIL)
    await choices.choose(here.engine, own, "information-for-you", None, allow=False)
    await erasure.intend_erasure(here.engine, await here.session(other.person_id), never_write=True)
    raw = lost.no_log.read_bytes()
    for secret in (
        MAIL, NAME, OTHER_MAIL, own.person_id.hex(), other.person_id.hex(), "information-for-you", "erased",
        here.engine.vault_id, here.engine.no_log.name_of(own.person_id),
        stop_token(here.engine, Exit.MAIL, OTHER_MAIL).hex(),
    ):  # fmt: skip
        assert secret.encode() not in raw
    assert len({len(line.split()[-1]) for line in raw.splitlines()}) == 1
    assert lost.no_log.stat().st_mode & 0o077 == 0


async def test_a_line_of_another_installation_says_nothing(lost, tmp_path):
    """§5.4 breach: whoever can write the place cannot erase anybody, nor bring anybody back, by lines of their own."""
    (tmp_path / "foreign").mkdir()
    other = Installation(tmp_path / "foreign")
    await other.open()
    own = await given(other, MAIL)
    await erasure.intend_erasure(other.engine, await other.session(own.person_id))
    await other.close()
    here = lost.installation
    stays = await given(here, MAIL)
    await here.close()
    forged = (tmp_path / "foreign" / "shop.no-log").read_bytes()
    lost.no_log.write_bytes(lost.no_log.read_bytes() + forged + b"kept-no-log 1 9 " + b"0" * 64 + b" AAAA\n")
    engine = await lost.open()
    assert (await engine.people.load(stays.person_id)).state.slots
    before = lost.no_log.read_bytes()
    await choices.choose(engine, stays, "information-for-you", None, allow=False)
    assert len(lost.no_log.read_bytes()) > len(before), "what is ours still goes there"
    assert (engine.no_log.failing, await engine.no_log.waiting()) == ("", 0)


async def test_a_place_that_was_away_while_a_backup_came_back_takes_nothing_before_it_was_read(lost, monkeypatch):
    """§5.4 breach: it holds lines the restored D does not know; new ones are not counted as theirs, until a start reads it."""
    here = lost.installation
    gone, stays = await given(here, MAIL), await given(here, OTHER_MAIL)
    await lost.back_up()
    await erasure.intend_erasure(here.engine, await here.session(gone.person_id))
    await lost.lose_both()
    away = lost.no_log.rename(lost.disk / "away")
    engine = await lost.open()
    assert (await report_of(engine)).missing
    away.rename(lost.no_log)
    held = lost.no_log.read_bytes()
    await choices.choose(engine, stays, "information-for-you", None, allow=False)
    await engine.no_log.deliver()
    assert engine.no_log.failing == "no-log-ahead"
    assert lost.no_log.read_bytes() == held
    assert await engine.no_log.waiting() >= 1
    privacy = [await here.staff(login, ("privacy",)) for login in ("first", "second")]
    with pytest.raises(KeptError) as refused:
        await sign_as_read(engine, privacy[0])
    assert refused.value.reason == "no-log-ahead"
    await here.close()
    engine = await lost.open()
    with pytest.raises(ErasedError):
        await engine.people.load(gone.person_id)
    assert not (await engine.people.load(stays.person_id)).state.choice("information-for-you", None).allow


async def test_one_place_of_two_that_cannot_be_read_is_missing(lost, tmp_path):
    """§5.4 breach: the other one is shorter: what only the first had is not taken for said."""
    here = lost.installation
    gone = await given(here, MAIL)
    await lost.back_up()
    shorter = tmp_path / "second.no-log"
    shorter.write_bytes(lost.no_log.read_bytes())
    await erasure.intend_erasure(here.engine, await here.session(gone.person_id))
    await lost.lose_both()
    lost.no_log.unlink()
    lost.no_log.mkdir()  # there, and not to be read
    here.address = replace(here.address, no_log=(f"file:{lost.no_log}", f"file:{shorter}"))
    engine = await lost.open()
    assert (await report_of(engine)).missing == "unreadable"
    with pytest.raises(ClosedError):
        await here.case(await here.staff("desk", ("support",)))


async def test_a_drill_fails_where_somebody_would_be_back(lost):
    """§5.4 breach: erased since the backups, and the no-log is gone: the drill says so, and the board with it."""
    here = lost.installation
    gone = await given(here, MAIL)
    await lost.back_up()
    await erasure.intend_erasure(here.engine, await here.session(gone.person_id))
    assert not (await drill(here.engine, lost.backups, lost.key, by="test")).problems
    lost.no_log.unlink()
    found = await drill(here.engine, lost.backups, lost.key, by="test")
    assert found.returning == 1
    assert any("would be back" in one for one in found.problems)
    assert (await promise_board(here.engine)).of("5.4").state is ClauseState.NOT_KEPT_YET


async def test_whoever_is_listed_after_the_first_signature_is_signed_by_two(lost):
    """§5.4 breach: the second names somebody and signs alone; the first has to see the list and sign it too."""
    here = lost.installation
    stays = await given(here, MAIL)
    await lost.back_up()
    await lost.lose_both()
    lost.no_log.unlink()
    engine = await lost.open()
    first, second = [await here.staff(login, ("privacy",)) for login in ("first", "second")]
    await sign_as_read(engine, first)
    assert await erase_again(engine, second, {"mail_address": MAIL}) == 1
    await sign_as_read(engine, second)
    assert (await engine.people.load(stays.person_id)).state.status == "active"
    assert await report_of(engine) is not None
    await sign_as_read(engine, first)
    with pytest.raises(ErasedError):
        await engine.people.load(stays.person_id)


async def test_the_list_of_whom_to_erase_tells_nobody_who_is_here(lost):
    """§5.4, §5.2 breach: one of staff asks the list about address after address: its answers, entries and page are alike."""
    here = lost.installation
    stays = await given(here, MAIL)
    await lost.back_up()
    await lost.lose_both()
    lost.no_log.unlink()
    engine = await lost.open()
    await here.staff("first", ("privacy",))
    desk = Browser(here, at=CONSOLE)
    desk.cookies["__Host-kept_session"] = await sessions.start_demo_session(engine, "first")
    seen = []
    for at, mail in enumerate((MAIL, "nobody@example.jp", "still-nobody@example.jp"), 1):
        await desk.get("/en/restore")
        answer = await desk.post("/en/restore/erase", mail_address=mail)
        entry = await here.newest()
        page = (await desk.get("/en/restore")).text
        assert f"On the list: {at}" in page
        seen.append((answer.status_code, answer.text, entry.act, entry.outcome, entry.items, len(entry.facts)))
    assert len(set(seen)) == 1, "whoever is here, and whoever is not, is answered alike"
    assert (await own_data(engine, await here.session(stays.person_id))).held, "nobody is erased by one"


async def test_the_second_reads_whom_they_sign_and_signs_that(lost):
    """§5.4 breach: a name that was not read: the second sees each line as typed, and one added since is not signed."""
    here = lost.installation
    stays = await given(here, MAIL)
    await lost.back_up()
    await lost.lose_both()
    lost.no_log.unlink()
    engine = await lost.open()
    first, second = [await here.staff(login, ("privacy",)) for login in ("first", "second")]
    assert await erase_again(engine, first, {"mail_address": MAIL}) == 1
    assert await erase_again(engine, first, {"mail_address": MAIL}) == 1, "a second time is no second line"
    await sign_as_read(engine, first)
    desk = Browser(here, at=CONSOLE)
    desk.cookies["__Host-kept_session"] = await sessions.start_demo_session(engine, "second")
    page = (await desk.get("/en/restore")).text
    assert MAIL in page
    await erase_again(engine, first, {"mail_address": OTHER_MAIL})
    assert (await desk.post("/en/restore/sign")).status_code in {303, 409, 422}
    assert (await engine.people.load(stays.person_id)).state.status == "active"
    assert await report_of(engine) is not None
    assert not any(raw_count(here.folder, "shop", [MAIL.encode(), OTHER_MAIL.encode()]).values()), "it lies sealed"
    with pytest.raises(SubmissionError):
        await erase_again(engine, second, {"mail_address": "123456789018@" + "x" * 300})


async def test_a_line_that_two_are_found_by_erases_neither(lost):
    """§5.4, §5.6 breach: a couple shares a phone, and a receipt of one of them would take both: nobody, and it is recorded."""
    here = lost.installation
    couple = [await here.join(), await here.join()]
    for own, mail in zip(couple, (MAIL, OTHER_MAIL), strict=True):
        await here.give(own, [("mail_address", mail), ("phone", PHONE)])
    await lost.back_up()
    await lost.lose_both()
    lost.no_log.unlink()
    engine = await lost.open()
    privacy = [await here.staff(login, ("privacy",)) for login in ("first", "second")]
    await erase_again(engine, privacy[0], {"phone": PHONE})
    await erase_again(engine, privacy[0], {"phone": PHONE, "mail_address": OTHER_MAIL})
    for one in privacy:
        await sign_as_read(engine, one)
    assert (await engine.people.load(couple[0].person_id)).state.status == "active"
    with pytest.raises(ErasedError):
        await engine.people.load(couple[1].person_id)
    refused = [one for one in await here.ledger() if one.act == "staff:person:erase-again" and one.outcome == "refused"]
    assert [dict(one.facts)["reason"] for one in refused] == ["ambiguous"]


def test_a_line_that_takes_back_takes_back_only_what_a_line_said():
    """§5.4 breach: a stop the database knew by itself is newer than a stop and its resuming in an old no-log."""
    said = [{"kind": "use", "at": float(at), "purpose": "contact", "stopped": not at % 2} for at in (2, 3)]
    stopped = change.stop(PersonState(1, "active", 0.0, 0.0), "contact")
    assert "contact" in after_lines(stopped, said).stops
    assert "contact" not in after_lines(PersonState(1, "active", 0.0, 0.0), said).stops
    erased = [{"kind": "erasing", "at": float(at), "receipt": word} for at, word in ((2, "r"), (3, ""))]
    assert after_lines(change.begin_erasing(PersonState(1, "active", 0.0, 0.0)), erased).status == "erasing"
    assert after_lines(PersonState(1, "active", 0.0, 0.0), erased).status == "active"


async def test_a_call_that_is_never_to_come_again_is_in_the_no_log_before_it_is_answered(lost):
    """§5.6 breach: the line stands when the member of staff is told, not at the next round of the background."""
    here, channel = lost.installation, Exit.PHONE
    before = lost.no_log.read_bytes()
    desk = await Marketing(here).begin()
    sheet_id = await desk.begun(await desk.send(channel.value))
    await calls.show_number(here.engine, desk.ume, sheet_id, 1)
    said = lost.no_log.read_bytes()
    await calls.end_call(here.engine, desk.ume, sheet_id, 1, "not-again")
    assert before in said
    assert len(lost.no_log.read_bytes()) > len(said)


async def test_a_full_place_keeps_nobody_from_saying_no(lost, monkeypatch):
    """§5.4: the disk of the no-log is full: the no counts, its line waits, the board says so, and it goes when there is room."""
    here = lost.installation
    own = await given(here, MAIL)
    before = lost.no_log.read_bytes()
    real = os.write

    def full(handle, content):
        if content.startswith(b"kept-no-log"):
            real(handle, content[:40])
            raise OSError(28, "No space left on device")
        return real(handle, content)

    monkeypatch.setattr(os, "write", full)
    await choices.choose(here.engine, own, "information-for-you", None, allow=False)
    assert lost.no_log.read_bytes() == before
    assert here.engine.no_log.failing == "no-log-full"
    board = await promise_board(here.engine)
    assert board.of("5.4").state is ClauseState.NOT_KEPT_YET
    monkeypatch.undo()
    await here.engine.no_log.deliver()
    assert lost.no_log.read_bytes() != before
    assert here.engine.no_log.failing == ""


async def test_a_place_that_lost_its_copy_is_filled_again(lost):
    """§5.4: the other disk is replaced by an empty one: D still has every line."""
    here = lost.installation
    own = await given(here, MAIL)
    await choices.choose(here.engine, own, "information-for-you", None, allow=False)
    before = lost.no_log.read_bytes()
    await here.close()
    lost.no_log.unlink()
    await lost.open()
    assert lost.no_log.read_bytes() == before


def say_no_and_be_killed(folder: Path, no_log: Path, times: int) -> None:
    """Let a child's customers say no so many times, and kill it when the last was acknowledged."""
    child = subprocess.Popen(  # noqa: S603 -- our own file
        [sys.executable, str(ROOT / "tests" / "attack" / "no_child.py"), str(folder), str(no_log)],
        stdout=subprocess.PIPE,
    )
    assert child.stdout
    for _ in range(times):
        assert child.stdout.readline() == b"no\n"
    child.kill()
    child.communicate()


async def test_a_no_is_in_the_place_before_it_is_acknowledged(lost):
    """§5.6: kill -9 right after the answer: the line is there; started again, nothing is said twice."""
    await lost.installation.close()
    for _ in range(3):
        before = len(lost.no_log.read_bytes().splitlines())
        await asyncio.to_thread(say_no_and_be_killed, lost.installation.folder, lost.no_log, 4)
        assert len(lost.no_log.read_bytes().splitlines()) >= before + 4
    lost.installation.wall.pass_(2 * limits.DAY)
    engine = await lost.installation.open()
    assert await report_of(engine) is None
    lines = lost.no_log.read_bytes().splitlines()
    assert len(lines) == len(set(lines)) == await engine.no_log.head()


@pytest.fixture
def object_store(tmp_path):
    """An object store on loopback that takes PUT and answers GET, as S3 does, one object a line; and the program that calls it."""
    held: dict[str, bytes] = {}

    class Store(BaseHTTPRequestHandler):
        def do_PUT(self):
            held[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"".join(held[one] for one in sorted(held)))

        def log_message(self, *words):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    program = tmp_path / "to-objects.py"
    program.write_text(PROGRAM)
    yield held, f"command:{sys.executable} {program} http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


PROGRAM = """
import sys, urllib.request
store, act = sys.argv[1:]
def objects():
    with urllib.request.urlopen(store + "/all") as answer:
        return answer.read()
if act == "append":
    for line in sys.stdin.buffer:
        name = "/%018d" % int(line.split()[2])
        urllib.request.urlopen(urllib.request.Request(store + name, data=line, method="PUT")).close()
elif act == "last":
    sys.stdout.buffer.write(objects().splitlines(keepends=True)[-1] if objects() else b"")
else:
    sys.stdout.buffer.write(objects())
"""


async def test_nobody_comes_back_from_an_object_store(lost, object_store):
    """§5.4: the same with the no-log in an object store, one object a line, by a program of the operator's."""
    held, address = object_store
    here = lost.installation
    await here.close()
    here.address = replace(here.address, no_log=(address,))
    await lost.open()
    gone = await given(here, MAIL)
    await lost.back_up()
    await erasure.intend_erasure(here.engine, await here.session(gone.person_id))
    assert len(held) == await here.engine.no_log.head()
    assert MAIL.encode() not in b"".join(held.values())
    await lost.lose_both()
    engine = await lost.open()
    with pytest.raises(ErasedError):
        await engine.people.load(gone.person_id)
    assert (await report_of(engine)).missing == ""


async def test_a_slow_place_is_not_waited_for(lost, monkeypatch, tmp_path):
    """§5.4: a program that does not answer holds nobody up for longer; the line goes later."""
    here = lost.installation
    own = await given(here, MAIL)
    await here.close()
    slow = tmp_path / "slow.py"
    slow.write_text("import sys, time\nif sys.argv[1] == 'append': time.sleep(0.6)\n")
    here.address = replace(here.address, no_log=(f"command:{sys.executable} {slow}",))
    await lost.open()
    for seconds, why in ((0.2, "no-log-slow"), (20.0, "")):
        monkeypatch.setattr(limits, "NO_LOG_WAIT_SECONDS", seconds)
        here.engine.no_log.failing = ""
        await choices.stop_use(here.engine, own, "contact", stop=bool(why))
        assert here.engine.no_log.failing == why


async def test_a_program_that_hangs_is_ended(monkeypatch, tmp_path):
    """§5.4: a call that takes longer than it may is a place that failed."""
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(0.6)\n")
    place_ = parse_place(f"command:{sys.executable} {slow}")
    monkeypatch.setattr(limits, "NO_LOG_COMMAND_SECONDS", 20.0)
    await place_.append([b"line"])
    monkeypatch.setattr(limits, "NO_LOG_COMMAND_SECONDS", 0.2)
    with pytest.raises(StoreError):
        await place_.append([b"line"])


async def test_no_place_or_no_address_is_told(lost, tmp_path):
    """§5.4: without a no-log the board does not say kept; an address that is none is refused."""
    here = lost.installation
    await here.close()
    here.address = replace(here.address, no_log=())
    engine = await here.open()
    part = next(one for one in (await promise_board(engine)).of("5.4").parts if one.part.id == "restore-drill")
    assert "no no-log is kept" in part.detail
    with pytest.raises(SettingError):
        parse_place("ftp://elsewhere")
    with pytest.raises(StoreError):
        await FilePlace(tmp_path / "missing" / "x").append([b"line"])
    with pytest.raises(StoreError):
        await parse_place("command:/no/such/program").append([b"line"])
