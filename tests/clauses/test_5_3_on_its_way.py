"""§5.3: what leaves for a recipient is protected from modification by whoever carries it: signed as a whole, in its own form."""

from __future__ import annotations

import base64
import json

import pytest
from installation import MAIL, NAME
from second import read_and_approve

from clauses.test_4_6_recalls import CLUB, Club
from kept.cli.main import main
from kept.crypto.sealed_to import OpeningKey, seal_to
from kept.errors import NoteError
from kept.ledger.note import verifier_key
from kept.services.engine.key_files import write_key
from kept.services.my_data import choices
from kept.services.third_parties import provisions, recalls
from kept.services.third_parties.provision_file import file_info, parse_file
from kept.services.third_parties.recall_file import parse_recall

pytestmark = pytest.mark.anyio


@pytest.fixture
async def files(installation):
    """A recipient, with two files of two people each, as they were fetched."""
    club = await Club(installation).begin()
    other = await installation.join()
    await installation.give(other, [("name", "Other"), ("mail_address", "o@example.jp"), ("choice", f"{CLUB}//{CLUB}")])
    found = []
    for _ in range(2):
        made = await provisions.ask(installation.engine, club.asks, CLUB)
        installation.wall.pass_(60)
        found.append(await fetched(installation, club, made))
    return club, found


async def fetched(installation, club, made) -> dict:
    """The file of a provision, approved and fetched."""
    await read_and_approve(provisions.PROVIDING, installation.engine, club.approves, made)
    return json.loads(await provisions.fetch(installation.engine, club.asks, made))


def forged(club, file) -> str:
    """A record somebody made up and sealed to the recipient's public key, which is no secret."""
    made_up = {"person": "0" * 32, "items": {"name": "Nobody", "mail_address": "spam@example.jp"}, "provenance": {}}
    sealed = seal_to(club.key.public, json.dumps(made_up).encode(), file_info(CLUB, file["id"]))
    return base64.b64encode(sealed).decode()


CHANGES = {
    "another purpose": lambda _, file, __: file["sheet"].update(purpose="Anything you like"),
    "more items": lambda _, file, __: file["sheet"]["items"].append("phone"),
    "another day": lambda _, file, __: file["sheet"].update(made="2020-01-01T00:00:00Z"),
    "a record left out": lambda _, file, __: file["records"].pop(),
    "a record left out, and counted": lambda _, file, __: (file["records"].pop(), file["sheet"].update(people=1)),
    "records in another order": lambda _, file, __: file["records"].reverse(),
    "a record twice": lambda _, file, __: file["records"].append(file["records"][0]),
    "a record made up": lambda club, file, _: file["records"].append(forged(club, file)),
    "a record of another file": lambda _, file, other: file["records"].append(other["records"][0]),
    "the sheet of another file": lambda _, file, other: file.update(sheet=other["sheet"]),
    "another file's signature": lambda _, file, other: file.update(signature=other["signature"]),
    "no signature": lambda _, file, __: file.update(signature=""),
    "another number": lambda _, file, other: file.update(id=other["id"]),
}


@pytest.mark.parametrize("how", CHANGES)
async def test_whoever_carries_a_provision_changes_nothing(installation, files, how):
    """§5.3 breach: staff, courier or mail server change the sheet, leave out, add, exchange: it opens no more, not in part."""
    club, (file, other) = files
    ours = installation.engine.sequencer.verifier
    whole = json.dumps(file).encode()
    assert {one["items"]["name"] for one in parse_file(whole, club.key, ours)["records"]} == {NAME, "Other"}
    CHANGES[how](club, file, other)
    with pytest.raises(NoteError):
        parse_file(json.dumps(file).encode(), club.key, ours)


async def test_nobody_else_makes_one(installation, files, tmp_path, capsys):
    """§5.3 breach: a file another installation signed, and a recall's signature over a provision, say nothing to the recipient."""
    club, (file, _) = files
    whole = json.dumps(file).encode()
    with pytest.raises(NoteError):
        parse_file(whole, club.key, verifier_key("other.example", OpeningKey.new().public))
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    recall = json.loads(await recalls.fetch_recall(installation.engine, club.asks, CLUB))
    file["signature"] = recall["signature"]
    ours = installation.engine.sequencer.verifier
    with pytest.raises(NoteError):
        parse_file(json.dumps(file).encode(), club.key, ours)
    with pytest.raises(Exception, match="recall"):
        parse_recall(whole, club.key, ours)
    (tmp_path / "it.json").write_bytes(whole)
    write_key(tmp_path / "club.key", "recipient", club.key.raw())
    line = ["recipient", "open", str(tmp_path / "it.json"), "--key", str(tmp_path / "club.key"), "--installation"]
    assert main([*line, str(ours)]) == 0
    assert MAIL in capsys.readouterr().out
    assert main([*line, str(verifier_key("other.example", OpeningKey.new().public))]) != 0
