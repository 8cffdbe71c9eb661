"""§5.4, §5.6: encrypted backups tried by restoring; nobody erased and no consent withdrawn comes back with them."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest
from cited import cited
from installation import MAIL, NAME, Installation
from second import sign_as_read

from kept.cli.main import main
from kept.crypto.sealed_to import OpeningKey
from kept.errors import (
    BusyError,
    ClosedError,
    DeniedError,
    EvidenceError,
    InputError,
    MalformedError,
    NoteError,
    SealError,
    SettingError,
    StoreError,
)
from kept.guarantees import words
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services.backups import backup
from kept.services.backups.backup import alone, make_backups, newest_pair, readable, register_backup_key
from kept.services.backups.backup_file import unpack
from kept.services.backups.drill import drill, newest_drill
from kept.services.backups.recovery import reasons_to_recover, recover
from kept.services.backups.restore import clear_left_over, place
from kept.services.engine.engine import Engine
from kept.services.engine.installation import installation_parts
from kept.services.engine.restored_keys import DATA_RESTORED
from kept.services.gate import gate
from kept.services.my_data import choices, erasure
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.backup_record import backup_key
from kept.services.upkeep.key_rotation import rotate
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio
DAY = 86400.0


class Vaulted:
    """An installation with a backup key registered, whose other half is here, as if brought."""

    def __init__(self, installation, folder) -> None:
        self.installation, self.key, self.backups = installation, OpeningKey.new(), folder / "backups"

    async def begin(self):
        """Register the key."""
        await register_backup_key(self.installation.engine, self.key.public, by="test")
        return self

    async def back_up(self):
        """Make both backups."""
        return await make_backups(self.installation.engine, self.backups, by="test")

    async def drill(self):
        """Try the newest."""
        return await drill(self.installation.engine, self.backups, self.key, by="test")

    def newest(self, part: str):
        """The newest backup of a part."""
        engine = self.installation.engine
        both = newest_pair(self.backups, engine.parts.signing_key.public, engine.vault_id)
        return next(one for one in both if one.manifest.part == part)


@pytest.fixture
async def installation(tmp_path):
    """An installation in files."""
    found = Installation(tmp_path)
    await found.open()
    yield found
    await found.close()


@pytest.fixture
async def vaulted(installation, tmp_path):
    """An installation that can be backed up."""
    return await Vaulted(installation, tmp_path).begin()


async def test_a_backup_is_sealed_apart_and_tried(installation, vaulted):
    """§5.4 normal: D and K each in a file of their own that shows nothing; the drill opens them, and the board says so."""
    await installation.mori()
    made = await vaulted.back_up()
    assert [one.manifest.part for one in made] == ["data", "keys"]
    raw = b"".join(one.path.read_bytes() for one in made)
    for secret in (NAME.encode(), MAIL.encode(), b"SQLite format"):
        assert secret not in raw
    assert all("epoch" in " ".join(one.manifest.key_files) for one in made)
    found = await vaulted.drill()
    assert (found.problems, found.people, found.restored, found.erased) == ([], 1, 0, 0)
    assert found.epochs
    board = await promise_board(installation.engine)
    assert board.of("5.4").state is ClauseState.KEPT
    assert board.of("5.6").state is ClauseState.KEPT
    acts = [one.act for one in await installation.ledger()]
    assert acts.count("operator:backup:make") == 2
    assert acts.count("operator:backup:drill") == 1


async def test_the_board_breaks_when_they_are_overdue_or_a_drill_failed(installation, vaulted):
    """§5.4, §5.6 breach: a backup older than a day and a drill older than thirty are no promise kept."""
    board = await promise_board(installation.engine)
    assert (board.of("5.4").state, board.of("5.6").state) == (ClauseState.NOT_KEPT_YET, ClauseState.NOT_KEPT_YET)
    await vaulted.back_up()
    await vaulted.drill()
    installation.wall.pass_(2 * DAY)
    board = await promise_board(installation.engine)
    assert (board.of("5.4").state, board.of("5.6").state) == (ClauseState.KEPT, ClauseState.NOT_KEPT_YET)
    installation.wall.pass_(30 * DAY)
    assert (await promise_board(installation.engine)).of("5.4").state is ClauseState.NOT_KEPT_YET


async def test_the_erased_and_the_withdrawn_stay_so(installation, vaulted):
    """§5.4: D is lost and restored from before: K's tombstones and newer states win; what is lost is reported."""
    gone, said_no, later = await installation.mori(), await installation.join(), await installation.join()
    await installation.give(said_no, [("mail_address", "a@example.jp"), ("choice", "information-for-you/mail/")])
    await vaulted.back_up()
    await erasure.intend_erasure(installation.engine, gone)
    await choices.choose(installation.engine, said_no, "information-for-you", None, allow=False)
    await installation.give(later, [("name", "Given since")])
    found = await vaulted.drill()
    assert found.problems == []
    assert (found.erased, found.restored >= 1, found.lost) == (1, True, 1)
    data = vaulted.newest("data")
    await installation.close()
    placed = await place(data, vaulted.key, installation.address, over=True)
    assert placed.aside
    await installation.open(verify=False, create=False)
    reasons = await reasons_to_recover(installation.engine)
    assert reasons
    done = await recover(installation.engine, by="test")
    assert (done.erased_again, done.values_lost) == (1, 1)
    keys, _ = await installation.engine.keyring.of_person(gone.person_id)
    assert keys is None
    state = (await installation.engine.people.load(said_no.person_id)).state
    assert not state.choice("information-for-you", None).allow
    assert (await own_data(installation.engine, await installation.session(later.person_id))).held == ()
    assert await reasons_to_recover(installation.engine) == []


async def test_a_restored_database_can_be_looked_at_before_it_is_opened(installation, vaulted):
    """§5.4: whoever restored runs `kept verify` first, which writes nothing; what the restore said is said at the next start."""
    await vaulted.back_up()
    data = vaulted.newest("data")
    await installation.close()
    await place(data, vaulted.key, installation.address, over=True)
    parts = installation_parts(installation.address, words(), read_only=True)
    engine = await Engine.start(parts, sequence=False, verify=False)
    await verify_installation(engine)
    await engine.close(integrate=False)
    assert [name for name, _ in installation.sql("SELECT name, value FROM restore_mark")] == [DATA_RESTORED]
    await installation.open(verify=False, create=False)
    assert installation.sql("SELECT name FROM restore_mark") == []
    assert await installation.engine.meta(DATA_RESTORED)


async def test_a_restored_k_serves_the_person_alone_until_signed_off(installation, vaulted):
    """§5.4 breach: K from before would know somebody erased since; without a no-log nothing is released until two signed."""
    await installation.mori()
    session, first = await installation.staff(), await installation.staff("kimura", ("privacy",))
    second = await installation.staff("tani", ("privacy",))
    await vaulted.back_up()
    keys = vaulted.newest("keys")
    await installation.close()
    await place(keys, vaulted.key, installation.address, over=True)
    installation.address = replace(installation.address, no_log=())
    await installation.open(create=False)
    with pytest.raises(ClosedError) as refused:
        await installation.case(session)
    assert (refused.value.reason, cited(refused.value)) == ("keys-restored", "§5.4")
    await sign_as_read(installation.engine, first)
    with pytest.raises(ClosedError):
        await installation.case(session)
    with pytest.raises(DeniedError):
        await sign_as_read(installation.engine, first)
    await sign_as_read(installation.engine, second)
    case = await installation.case(session)
    assert case.person_id
    with pytest.raises(InputError):
        await sign_as_read(installation.engine, second)


@pytest.mark.parametrize(
    "flaw", ["flipped", "cut", "swapped manifest", "other key", "other installation", "not a backup"]
)
async def test_a_backup_that_was_changed_or_is_anothers_is_refused(installation, vaulted, tmp_path, flaw):
    """§5.4 breach: any change, a missing end, another's manifest or key: named, and nothing is put in place."""
    await installation.mori()
    data, keys = await vaulted.back_up()
    key = vaulted.key
    raw = bytearray(data.path.read_bytes())
    if flaw == "flipped":
        raw[-100] ^= 1
    elif flaw == "cut":
        raw = raw[:-1]
    elif flaw == "swapped manifest":
        raw = bytearray(keys.path.read_bytes()[: keys.starts_at]) + raw[data.starts_at :]
    elif flaw == "other key":
        key = OpeningKey.new()
    elif flaw == "other installation":
        raw = bytearray(raw.replace(installation.engine.vault_id.encode(), b"0" * len(installation.engine.vault_id)))
    else:
        raw = bytearray(b"{}\n")
    data.path.write_bytes(bytes(raw))
    target = tmp_path / "restored.db"
    with pytest.raises((SealError, NoteError, MalformedError)) as refused:
        unpack(backup.read_backup(data.path, installation.engine.parts.signing_key.public), key, target)
    assert cited(refused.value) == "§5.4"
    assert not target.exists()


async def test_a_drill_that_finds_something_wrong_says_so(installation, vaulted):
    """§5.4: a backup that was made and lacks one of its parts does not pass, and the board says it did not."""
    await installation.mori()
    await vaulted.back_up()
    installation.wall.pass_(10)
    data, keys = await vaulted.back_up()
    keys.path.unlink()
    found = await vaulted.drill()
    assert found.problems == ["a later backup was made, and one of its two parts is not in the folder"]
    assert not (await newest_drill(installation.engine))[2]
    assert (await promise_board(installation.engine)).of("5.4").state is ClauseState.NOT_KEPT_YET
    assert data.path.exists()
    assert not list(installation.folder.glob(".*drill-*"))


async def test_half_a_backup_that_a_kill_left_spoils_nothing(installation, vaulted, monkeypatch):
    """§5.6: killed between the two parts: the drill takes the pair before, the next backup clears what was being written."""
    await installation.mori()
    await vaulted.back_up()
    installation.wall.pass_(10)
    whole, wrote = backup.write_backup, []

    def killed(folder, name, *more):
        if wrote:
            (folder / f".{installation.engine.vault_id[:16]}-{name}.abc").write_bytes(b"half")
            raise KeyboardInterrupt
        wrote.append(name)
        return whole(folder, name, *more)

    monkeypatch.setattr(backup, "write_backup", killed)
    with pytest.raises(KeyboardInterrupt):
        await vaulted.back_up()
    monkeypatch.undo()
    assert (await vaulted.drill()).holds
    (vaulted.backups / "keys" / ".0123456789abcdef-another-installations").write_bytes(b"being written")
    installation.wall.pass_(10)
    await vaulted.back_up()
    left = [one.name for one in vaulted.backups.glob("*/.*")]
    assert left == [".0123456789abcdef-another-installations"]
    assert (await vaulted.drill()).holds


async def test_what_is_named_like_a_backup_and_is_none_stops_nothing(installation, vaulted, tmp_path):
    """§5.6: a folder, a pipe, a link to nowhere and a link to a file, each with a backup's name: passed over."""
    await installation.mori()
    data, _ = await vaulted.back_up()
    folder = data.path.parent
    (folder / "a.kept-backup").mkdir()
    os.mkfifo(folder / "b.kept-backup")
    (folder / "c.kept-backup").symlink_to(tmp_path / "nowhere")
    (folder / "d.kept-backup").symlink_to(data.path)
    public = installation.engine.parts.signing_key.public
    assert [one.path for one in readable(vaulted.backups, public) if one.manifest.part == "data"] == [data.path]
    assert (await vaulted.drill()).holds
    with pytest.raises(SettingError):
        backup.read_backup(folder / "b.kept-backup", public)


async def test_a_start_clears_only_what_is_its_own(installation, tmp_path):
    """§5.6: a neighbour's drill stays, a link is removed and never followed, a name with brackets is a name."""
    await installation.mori()
    await installation.close()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "dear").write_text("x")
    folder, name = installation.folder, installation.address.data.name
    (folder / ".neighbour.db.drill-1").mkdir()
    (folder / f".{name}.drill-2").symlink_to(elsewhere)
    (folder / f".{name}.drill-3" / "deep").mkdir(parents=True)
    clear_left_over(installation.address.data, installation.address.data, installation.address.keys)
    await installation.open(create=False)
    assert (elsewhere / "dear").read_text() == "x"
    assert sorted(one.name for one in folder.glob(".*drill*")) == [".neighbour.db.drill-1"]


async def test_folders_are_the_owners_alone_whatever_the_process_allows(installation, vaulted):
    """§5.5: with a umask of nothing, no folder above a backup that we made lets others in."""
    await installation.mori()
    before = os.umask(0)
    try:
        data, _ = await vaulted.back_up()
    finally:
        os.umask(before)
    for one in (data.path, data.path.parent, vaulted.backups):
        assert not one.stat().st_mode & 0o077, one


async def test_nobody_else_writes_what_an_installation_writes(tmp_path):
    """§5.3, §5.5: with a umask of nothing, others write none of what an installation makes, and read its checkpoint alone."""
    before = os.umask(0)
    try:
        (tmp_path / "own").mkdir(mode=0o700)
        installation = Installation(tmp_path / "own")
        await installation.open()
        await installation.mori()
        await installation.engine.sequencer.integrate()
        await rotate(installation.engine, by="test")
        await installation.close()
        await installation.open(create=False)
        await installation.close()
    finally:
        os.umask(before)
    found = {path: path.stat().st_mode & 0o077 for path in (tmp_path / "own").rglob("*")}
    assert len(found) > 4
    assert {path.name for path, others in found.items() if others & 0o022} == set()
    assert {path.suffix for path, others in found.items() if others & 0o044 and path.is_file()} <= {".checkpoint"}


async def test_without_room_or_right_nothing_half_is_left(installation, vaulted, monkeypatch):
    """§5.6: an unwritable folder or a full disk is a clear error, recorded; no half backup, no copy of the database is left."""
    await installation.mori()
    vaulted.backups.write_text("a file where the folder should be")
    with pytest.raises(StoreError) as refused:
        await vaulted.back_up()
    assert cited(refused.value) == "§5.6"
    vaulted.backups.unlink()

    def full(handle):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError):
        await vaulted.back_up()
    monkeypatch.undo()
    left = {one.name for one in installation.folder.glob("**/*")}
    assert not [one for one in left if one.endswith((".kept-backup", ".copy"))]
    assert (await installation.newest()).outcome == "failed"
    assert len(await vaulted.back_up()) == 2


async def test_no_key_no_backup_and_a_planted_key_is_no_key(installation, tmp_path):
    """§5.5: nothing is sealed to a key nobody registered; one written into the database by hand is not believed."""
    with pytest.raises(SettingError, match="backup key"):
        await make_backups(installation.engine, tmp_path / "b", by="test")
    await installation.engine.keys.write(
        lambda tx: tx.run("meta_put", name=backup.KEY, value=f"{OpeningKey.new().public.hex()} {'0' * 64}")
    )
    assert await backup_key(installation.engine) == b""
    with pytest.raises(MalformedError):
        await register_backup_key(installation.engine, b"short", by="test")


async def test_two_at_once_do_not_clear_each_others_copies(installation, vaulted):
    """§5.6: a second backup waits to be told that one runs."""
    with alone(installation.address.data), pytest.raises(BusyError):
        await vaulted.back_up()


async def test_a_kill_while_restoring_leaves_the_old_aside_or_the_new(installation, vaulted, monkeypatch):
    """§5.6: put in its place by one rename; killed before it, the old lies aside whole, and restoring again finishes."""
    own = await installation.mori()
    await vaulted.back_up()
    data = vaulted.newest("data")
    await installation.close()
    before = installation.address.data.read_bytes()

    def killed(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises((KeyboardInterrupt, StoreError)):
        await place(data, vaulted.key, installation.address, over=True)
    monkeypatch.undo()
    aside = next(iter(installation.folder.glob("shop.db.aside-*")))
    assert aside.read_bytes() == before
    assert not installation.address.data.exists()
    assert not list(installation.folder.glob(".shop.db.restoring*"))
    await place(data, vaulted.key, installation.address, over=True)
    await installation.open(verify=False, create=False)
    if await reasons_to_recover(installation.engine):
        await recover(installation.engine, by="test")
    assert (await own_data(installation.engine, await installation.session(own.person_id))).held


async def test_what_lies_there_is_not_overwritten_unasked(installation, vaulted):
    """§5.6: without --over a database that lies there stays."""
    await installation.mori()
    await vaulted.back_up()
    data = vaulted.newest("data")
    await installation.close()
    with pytest.raises(SettingError):
        await place(data, vaulted.key, installation.address, over=False)
    await installation.open(create=False)


async def test_recover_on_a_healthy_installation_does_nothing(installation, capsys):
    """§5.3: a new log would end the one whose checkpoints people keep: refused while nothing is missing."""
    await installation.mori()
    store = f"sqlite:///{installation.address.data}"
    await installation.close()

    code = await asyncio.to_thread(main, ["recover", "--store", store])
    assert code == 2
    assert "healthy installation" in capsys.readouterr().err
    await installation.open(create=False)
    assert await installation.engine.meta("log_generation") in {"", "1"}


async def test_a_look_at_no_installation_leaves_nothing(tmp_path, capsys):
    """§5.6: `verify` of a store that does not exist says so and makes no file."""
    empty = tmp_path / "empty"
    empty.mkdir()
    for command in ("verify", "status", "recover"):
        assert await asyncio.to_thread(main, [command, "--store", f"sqlite:///{empty / 'none.db'}"]) != 0
    assert capsys.readouterr().err
    assert list(empty.iterdir()) == []


async def test_a_release_is_still_refused_after_a_restore_of_old_data(installation, vaulted):
    """§4.1 breach: between the restore and `kept recover` an older state does not decide: it is a rollback, refused."""
    own = await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    await vaulted.back_up()
    await choices.stop_use(installation.engine, own, "contact", stop=True)
    data = vaulted.newest("data")
    await installation.close()
    await place(data, vaulted.key, installation.address, over=True)
    with pytest.raises(EvidenceError):
        await installation.open(create=False)
    await installation.open(verify=False, create=False)
    with pytest.raises((DeniedError, EvidenceError)):
        await gate.read(installation.engine, case.mandate, own.person_id, ("name",), Exit.SCREEN)
