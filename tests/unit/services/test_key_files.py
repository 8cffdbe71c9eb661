"""Key files: what is accepted, what is refused, what destruction leaves."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from kept.errors import ClosedError, KeptError, SealError, SettingError
from kept.services.engine.key_files import KeyFiles, read_key, write_key
from kept.vault.sealed import wrap_binding

KEY = bytes(range(32))
BINDING = wrap_binding(b"p" * 16, "key-1", "values", 1)


@pytest.fixture
def folder(tmp_path):
    """The key folder, not made yet."""
    return tmp_path / "keys"


@pytest.fixture
def files(folder):
    """A provider with the root of epoch 1."""
    made = KeyFiles(folder)
    made.create(1)
    return made


def test_folder_and_files_are_ours_alone(files, folder):
    """The folder is 0700, each file 0600, and nothing else lies there."""
    files.signing_key(create=True)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "epoch-000001.key": 0o600,
        "ledger.key": 0o600,
    }


def test_another_process_reads_the_same_root(files, folder):
    """What one process wrapped, another unwraps from the same folder."""
    wrapped = files.wrap(1, KEY, BINDING)
    assert KeyFiles(folder).unwrap(1, wrapped, BINDING) == KEY


def test_signing_key(files, folder):
    """The signing key is made once and read again; without it the installation is closed."""
    with pytest.raises(ClosedError) as refused:
        files.signing_key()
    assert refused.value.reason == "key-file-missing"
    public = files.signing_key(create=True).public
    assert files.signing_key(create=True).public == public == KeyFiles(folder).signing_key().public


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o620, 0o601])
def test_open_to_others(files, folder, mode):
    """A key file others may read or write is refused, with the command that mends it and no path."""
    path = folder / "epoch-000001.key"
    path.chmod(mode)
    with pytest.raises(SettingError) as refused:
        KeyFiles(folder).wrap(1, KEY, BINDING)
    assert refused.value.reason == "key-file-open"
    assert "chmod 600 epoch-000001.key" in refused.value.hint
    assert str(folder) not in f"{refused.value} {refused.value.hint}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_of_another_owner(files, folder):
    """A key file of another owner is refused."""
    os.chown(folder / "epoch-000001.key", 12345, 12345)
    with pytest.raises(SettingError) as refused:
        KeyFiles(folder).wrap(1, KEY, BINDING)
    assert refused.value.reason == "key-file-open"


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_folder_open_to_others(files, folder, mode):
    """A folder in which others can exchange files is refused."""
    folder.chmod(mode)
    with pytest.raises(SettingError) as refused:
        KeyFiles(folder)
    assert refused.value.reason == "key-folder-open"
    assert "chmod 700 keys" in refused.value.hint


def test_folder_that_cannot_be(tmp_path):
    """A file where the folder should be is our error."""
    (tmp_path / "keys").write_text("")
    with pytest.raises(SettingError) as refused:
        KeyFiles(tmp_path / "keys")
    assert refused.value.reason == "key-folder-unusable"


def damages():
    """Return what a key file may have become, by name."""
    return {
        "emptied": lambda text: text[:0],
        "truncated": lambda text: text[: len(text) // 2],
        "without its last line end": lambda text: text[:-1],
        "longer": lambda text: text + "\n",
        "key changed": lambda text: text.replace(
            text.split("\n")[1][:2], "00" if text.split("\n")[1][:2] != "00" else "11", 1
        ),
        "check changed": lambda text: text[:-2] + ("0" if text[-2] != "0" else "1") + "\n",
        "of another epoch": lambda text: text.replace("epoch-1", "epoch-2"),
        "of another version": lambda text: text.replace("v1", "v2"),
        "no text": lambda text: "鍵" * len(text),
        "very long": lambda text: text + "x" * 100_000,
    }


@pytest.mark.parametrize("damage", damages())
def test_damaged(files, folder, damage):
    """A damaged file is recognised before it is used, and left as it is."""
    path = folder / "epoch-000001.key"
    changed = damages()[damage](path.read_text())
    path.write_text(changed)
    for attempt in (lambda: KeyFiles(folder).wrap(1, KEY, BINDING), lambda: KeyFiles(folder).state(1)):
        with pytest.raises(SettingError) as refused:
            attempt()
        assert refused.value.reason == "key-file-wrong"
    KeyFiles(folder).create(1)
    assert path.read_text() == changed


def test_key_of_another_kind(files, folder):
    """The root of one epoch under the name of another, or as the ledger's key, is recognised."""
    files.create(2)
    (folder / "epoch-000001.key").replace(folder / "epoch-000002.key")
    with pytest.raises(SettingError):
        KeyFiles(folder).wrap(2, KEY, BINDING)
    (folder / "epoch-000002.key").replace(folder / "ledger.key")
    with pytest.raises(SettingError):
        files.signing_key()


def test_exchanged_while_running(files, folder, tmp_path):
    """A root exchanged under a running process is refused: keys wrapped under it would be lost with it."""
    wrapped = files.wrap(1, KEY, BINDING)
    path = folder / "epoch-000001.key"
    right = path.read_bytes()
    path.unlink()
    KeyFiles(folder).create(1)
    with pytest.raises(SettingError) as refused:
        files.state(1)
    assert refused.value.reason == "key-file-wrong"
    assert files.unwrap(1, files.wrap(1, KEY, BINDING), BINDING) == KEY
    path.write_bytes(right)
    assert files.state(1) == "usable"
    assert KeyFiles(folder).unwrap(1, wrapped, BINDING) == KEY


def test_taken_away_while_running(files, folder):
    """A root taken away is missing as soon as its state is asked, and nothing wraps until it is back."""
    path = folder / "epoch-000001.key"
    wrapped = files.wrap(1, KEY, BINDING)
    right = path.read_bytes()
    path.unlink()
    assert files.state(1) == "missing"
    with pytest.raises(ClosedError) as refused:
        files.unwrap(1, wrapped, BINDING)
    assert refused.value.reason == "epoch-missing"
    path.write_bytes(right)
    path.chmod(0o600)
    assert files.unwrap(1, wrapped, BINDING) == KEY


def test_root_of_another_installation(files, folder, tmp_path):
    """The same epoch's file of another installation is a sound file and opens nothing of ours."""
    wrapped = files.wrap(1, KEY, BINDING)
    KeyFiles(tmp_path / "other").create(1)
    (tmp_path / "other" / "epoch-000001.key").replace(folder / "epoch-000001.key")
    with pytest.raises(SealError):
        KeyFiles(folder).unwrap(1, wrapped, BINDING)


def test_link_and_pipe(files, folder, tmp_path):
    """A symbolic link or a pipe in place of a key file is refused, and a pipe is not waited for."""
    path = folder / "epoch-000001.key"
    path.replace(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingError):
        KeyFiles(folder).wrap(1, KEY, BINDING)
    path.unlink()
    os.mkfifo(path, 0o600)
    with pytest.raises(SettingError):
        KeyFiles(folder).wrap(1, KEY, BINDING)


def test_never_over_an_existing_file(folder):
    """A key is never written over another, and the attempt leaves nothing behind."""
    KeyFiles(folder)
    write_key(folder / "ledger.key", "ledger", KEY)
    with pytest.raises(SettingError) as refused:
        write_key(folder / "ledger.key", "ledger", bytes(32))
    assert refused.value.reason == "key-file-unwritable"
    assert read_key(folder / "ledger.key", "ledger") == KEY
    assert [path.name for path in folder.iterdir()] == ["ledger.key"]


def test_folder_gone(files, folder, tmp_path):
    """A folder that went away is our error, never the system's."""
    folder.rename(tmp_path / "moved")
    with pytest.raises(KeptError):
        files.create(2)


def test_killed_while_making(folder):
    """Whoever is killed while making a root leaves no half file under its name."""
    KeyFiles(folder)
    script = (
        "import os, sys; from pathlib import Path; from kept.services.engine.key_files import KeyFiles\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), 9)\n"
        "KeyFiles(Path(sys.argv[1])).create(1)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(folder)], check=False).returncode == -9  # noqa: S603 -- ours
    files = KeyFiles(folder)
    assert len(list(folder.iterdir())) == 1
    assert files.state(1) == "missing"
    files.create(1)
    assert files.state(1) == "usable"
    files.destroy(1)
    assert list(folder.iterdir()) == []


def test_destroyed_bytes(files, folder):
    """The bytes are overwritten before the name goes: whoever holds the file open finds zeros."""
    path = folder / "epoch-000001.key"
    with path.open("rb") as held:
        root = held.read().split()[3]
        held.seek(0)
        files.destroy(1)
        left = held.read()
    assert not path.exists()
    assert root not in left
    assert set(left) == {0}


def test_destroyed_epoch_leaves_the_others(files, folder):
    """Destroying one epoch touches no other, nor the signing key."""
    files.create(2)
    files.create(10)
    public = files.signing_key(create=True).public
    files.destroy(1)
    assert sorted(path.name for path in folder.iterdir()) == ["epoch-000002.key", "epoch-000010.key", "ledger.key"]
    assert files.state(2) == files.state(10) == "usable"
    assert files.signing_key().public == public
