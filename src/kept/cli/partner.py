"""`kept partner`: companies that give, with their customers' consent: keys, the notice to show, files signed and taken in."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from kept.cli.given import read_given
from kept.cli.opening import add_address, opened, operator
from kept.crypto.signature import SigningKey, new_seed
from kept.errors import MalformedError
from kept.policy.present import boxes
from kept.services.engine.key_files import read_key, write_key
from kept.services.engine.record import Actor
from kept.services.forms.collection import keep_notice
from kept.services.third_parties.intake import take_in
from kept.services.third_parties.intake_file import sign_file

KEY_KIND = "partner"


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "partner",
        help="other companies that give us values, with consent",
        epilog="example: kept partner new-key friends.key   ·   kept partner sign records.json --name friends --key friends.key"
        "   ·   kept partner import friends.intake.json --store sqlite:///shop.db",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    new = acts.add_parser("new-key", help="the partner makes its key, in a file of its own, and prints the public half")
    new.add_argument("file", help="file to make; it must not exist")
    new.set_defaults(run=_new_key)
    notice = acts.add_parser("notice", help="print the notice the partner shows, with its id")
    notice.add_argument("point", help="declared collection point, such as registration")
    notice.add_argument("--language", default="", help="language to show it in (default: the policy's first)")
    add_address(notice)
    notice.set_defaults(run=_notice)
    signing = acts.add_parser("sign", help="the partner signs its records into a file")
    signing.add_argument("file", help="a JSON list of records")
    signing.add_argument("--name", required=True, help="its name, as registered")
    signing.add_argument("--key", required=True, help="the file `new-key` made")
    signing.set_defaults(run=_sign)
    importing = acts.add_parser("import", help="take in a signed file; the same file again goes on where it stopped")
    importing.add_argument("file", help="the signed file")
    importing.add_argument("--json", action="store_true", help="print the outcome as JSON")
    add_address(importing)
    importing.set_defaults(run=_import)


def _new_key(chosen: argparse.Namespace) -> int:
    seed = new_seed()
    write_key(Path(chosen.file), KEY_KIND, seed)
    print(SigningKey(seed).public.hex())
    return 0


def _sign(chosen: argparse.Namespace) -> int:
    key = SigningKey(read_key(Path(chosen.key), KEY_KIND))
    try:
        records = json.loads(read_given(chosen.file))
    except ValueError as error:
        raise MalformedError(
            "expected a JSON list of records, found another file", reason="intake-file", rests_on="sources:partner"
        ) from error
    signed = sign_file(records, chosen.name, key, time.time())
    made = Path(chosen.file).with_suffix(".intake.json")
    made.write_bytes(signed)
    print(f"signed {len(records)} records: {made.name}")
    return 0


async def _notice(chosen: argparse.Namespace) -> int:
    async with opened(chosen) as engine:
        language = chosen.language or engine.policy.policy.language
        notice = await keep_notice(engine, chosen.point, "", language)
        offered = boxes(engine.policy.policy, chosen.point, language, "")
    print(f"notice {notice.id}")
    print(notice.text)
    print("choices, each only if the person ticks it:")
    for box in offered:
        if not box.recipient:
            print(f"  {box.purpose}/{box.exit.value if box.exit else ''}/  {box.title}")
    return 0


async def _import(chosen: argparse.Namespace) -> int:
    async with opened(chosen) as engine:
        made = await take_in(engine, read_given(chosen.file), by=Actor("operator", operator()))
        clause = engine.clause("sources:partner")
    if chosen.json:
        print(
            json.dumps({"intake": made.id, "partner": made.partner, "records": made.records, "outcome": made.reasons})
        )
        return 0
    print(f"{made.partner}: {made.records} records" + (f" (§{clause})" if clause else ""))
    for reason, count in made.reasons.items():
        print(f"  {count:>6}  {'taken' if reason == 'taken' else f'in quarantine: {reason}'}")
    return 0
