"""`kept backup`: a key for backups, backups, drills that try them, and putting one back."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kept.cli.given import hex_given
from kept.cli.opening import Run, address_of, opened, operator, runs
from kept.crypto.sealed_to import OpeningKey
from kept.errors import SettingError
from kept.policy.day import moment
from kept.services.backups.backup import make_backups, readable, register_backup_key
from kept.services.backups.backup_file import BackupFile, read_backup
from kept.services.backups.drill import drill
from kept.services.backups.recovery import Recovered, reasons_to_recover, recover
from kept.services.backups.restore import Placed, place
from kept.services.engine.acts import Act
from kept.services.engine.installation import Address
from kept.services.engine.key_files import KeyFiles, read_key, write_key
from kept.services.engine.record import Actor, record
from kept.services.upkeep.after_restore import settle

EXAMPLES = """example: kept backup new-key backup.key                                     (on another machine: prints the public half)
         kept backup create backups --public KEY --store sqlite:///shop.db
         kept backup drill backups --key backup.key --store sqlite:///shop.db  (bring the key for this, take it away again)
         kept backup restore backups/data/FILE --key backup.key --store sqlite:///new/shop.db --key-folder keyfiles"""


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "backup",
        help="back up, try backups by restoring, restore",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    new = acts.add_parser("new-key", help="make the key backups are opened with, and print the public half")
    new.add_argument("file", help="file to make; keep it on another machine")
    new.set_defaults(run=_new_key)
    create = _act(acts, _create, "create", "back up D and K as they are now", "folder")
    create.add_argument("--public", default="", help="what `new-key` printed; remembered for the next time")
    _act(acts, _list, "list", "show the backups of a folder, and the key files each needs", "folder")
    trying = _act(
        acts, _drill, "drill", "restore the newest backup in a folder that is thrown away, and look at it", "folder"
    )
    restore = _act(
        acts, _restore, "restore", "put one backup in its place; K's newer states and tombstones win", "file"
    )
    for one in (trying, restore):
        one.add_argument("--key", required=True, help="the file `new-key` made")
    restore.add_argument("--over", action="store_true", help="move aside what lies there")


def _act(acts: Any, run: Run, name: str, help_: str, subject: str) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = acts.add_parser(name, help=help_)
    one.add_argument(subject, help="folder of backups" if subject == "folder" else "a backup")
    runs(one, run, json=True)
    return one


def _new_key(chosen: argparse.Namespace) -> int:
    key = OpeningKey.new()
    write_key(Path(chosen.file), "backup", key.raw())
    print(key.public.hex())
    return 0


async def _create(chosen: argparse.Namespace) -> int:
    async with opened(chosen) as engine:
        if chosen.public:
            await register_backup_key(engine, hex_given(chosen.public), by=operator())
        made = await make_backups(engine, Path(chosen.folder), by=operator())
    _print_backups(chosen, made)
    return 0


def _list(chosen: argparse.Namespace) -> int:
    _print_backups(chosen, readable(Path(chosen.folder), _public(address_of(chosen))))
    return 0


def _print_backups(chosen: argparse.Namespace, backups: Iterable[BackupFile]) -> None:
    found: list[dict[str, Any]] = [
        {
            "file": one.path.name,
            "part": one.manifest.part,
            "made": moment(one.manifest.made_at),
            "bytes": one.manifest.size,
            "hash": one.manifest.hash,
            "policy": one.manifest.policy,
            "entries": one.manifest.ledger_size,
            "root": one.manifest.ledger_root,
            "people": one.manifest.people,
            "key files needed": list(one.manifest.key_files),
            "sealed to": one.manifest.sealed_to,
        }
        for one in backups
    ]
    if chosen.json:
        print(json.dumps(found))
        return
    for row in found:
        print(f"{row['file']}   {row['made']}   {row['entries']} entries   {row['people']} people")
        print(f"  needs the key files {', '.join(row['key files needed'])}")
    if not found:
        print("no backup of this installation")


async def _drill(chosen: argparse.Namespace) -> int:
    key = _opening_key(chosen)
    async with opened(chosen) as engine:
        found = await drill(engine, Path(chosen.folder), key, by=operator())
    answer = {
        "backup of": moment(found.made_at),
        "entries": found.entries,
        "people": found.people,
        "states newer in K": found.restored,
        "erased people, none readable": found.erased,
        "values newer than the backup": found.lost,
        "a value opened under epochs": list(found.epochs),
        "erased since, not in the no-log": found.returning,
        "problems": found.problems,
    }
    _print_answer(chosen, answer)
    if not chosen.json:
        print("the drill passed" if found.holds else "the drill failed: do not rely on this backup")
    return 0 if found.holds else 3


async def _restore(chosen: argparse.Namespace) -> int:
    address = address_of(chosen)
    with address.alone():
        backup = read_backup(Path(chosen.file), _public(address))
        placed = await place(backup, _opening_key(chosen), address, over=chosen.over)
        answer: dict[str, Any] = {"restored": placed.part, "as of": moment(placed.made_at)}
        if placed.aside:
            answer["moved aside"] = placed.aside
        other = address.keys if placed.part == "data" else address.data
        if other.exists():
            answer |= await _reconcile(chosen, placed)
        else:
            answer["still missing"] = f"{other.name}: restore it as well"
    _print_answer(chosen, answer)
    return 0


async def _reconcile(chosen: argparse.Namespace, placed: Placed) -> dict[str, Any]:
    """Let K's newer states and tombstones win, where something is missing."""
    done: Recovered | None = None
    async with opened(chosen, verify=False) as engine:
        if await reasons_to_recover(engine):
            done = await recover(engine, by=operator())
        report = await settle(engine)
        facts = (("part", placed.part), ("made-at", repr(placed.made_at)))
        await record(engine, Actor("operator", operator()), Act.BACKUP_RESTORE, facts=facts)
        await engine.sequencer.integrate()
    answer: dict[str, Any] = {"new log": done is not None}
    if report is not None and not report.counted:
        answer["lost since then"] = "what was acknowledged, and nobody can count it: K is from before as well"
    elif done is not None:
        answer |= {
            "states put back from K": done.states_restored,
            "erased people removed again": done.erased_again,
            "values lost": done.values_lost,
            "entries missing": done.entries_missing,
        }
    if report is not None:
        answer["lines of the no-log"] = report.lines
        answer |= {f"said again: {kind}": count for kind, count in sorted(report.again.items())}
        answer["missing from the no-log"] = " ".join((report.missing or "nothing", report.numbers)).strip()
        if report.closed:
            answer["limited"] = "to own-access and erasing, until two members of staff have signed"
        answer["to sign"] = "on the console, under After a restore"
    return answer


def _print_answer(chosen: argparse.Namespace, answer: dict[str, Any]) -> None:
    if chosen.json:
        print(json.dumps(answer))
        return
    for name, value in answer.items():
        if isinstance(value, bool):
            shown = "yes" if value else "no"
        else:
            shown = ", ".join(str(one) for one in value) or "none" if isinstance(value, list) else str(value)
        print(f"{name}: {shown}")


def _public(address: Address) -> bytes:
    """Return the public half of the ledger's signing key: a backup another installation made is none."""
    if not address.key_folder.is_dir():
        raise SettingError(
            f"expected the key folder {address.key_folder.name}, found none",
            reason="key-folder-missing",
            hint="put it back; data backups never hold it",
            rests_on="keys-apart",
        )
    return KeyFiles(address.key_folder).signing_key().public


def _opening_key(chosen: argparse.Namespace) -> OpeningKey:
    return OpeningKey(read_key(Path(chosen.key), "backup"))
