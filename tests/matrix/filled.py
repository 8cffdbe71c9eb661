"""An installation in which no table of D or K is empty: the demo's three months, and what they leave out, all through the product.

A copy of both databases is kept from before the last day, on which much is corrected, taken back, spent and ended: what it holds of
a row is that row's older self.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from authenticator import Authenticator
from installation import PASSWORD, START, Installation, Wall
from witnessing import policy_of
from writing_letters import came

from clauses.test_2_8_paper_and_phone import PaperDesk
from clauses.test_4_9_disclosure_the_law_requires import LegalDesk
from kept import limits
from kept.channels.mail import MailServer
from kept.crypto.sealed_to import OpeningKey
from kept.crypto.signature import SigningKey
from kept.demo import invented
from kept.door.background import have_witnesses
from kept.guarantees.board import promise_board
from kept.ledger.cosignature import cosign, cosigner_key
from kept.ledger.note import split_note
from kept.policy.words import Exit
from kept.services.accounts import accounts, guesses, linking, looked_into, passkeys, recovery, remember_me, shown_once
from kept.services.backups.backup import make_backups, register_backup_key
from kept.services.backups.drill import drill
from kept.services.campaigns import candidates
from kept.services.cases import cases, contacts, inquiries
from kept.services.cookies.scan import Result, keep_scan
from kept.services.engine import claims
from kept.services.engine.engine import Engine
from kept.services.gate.external_ids import put_external_id
from kept.services.messages import stop_list
from kept.services.messages.call_sheets import PhoneDispatcher
from kept.services.messages.mail import MailDispatcher
from kept.services.my_data import choices, corrections, erasure, rights_paper
from kept.services.staff import credentials, sessions
from kept.services.staff.approvals import waiting_for
from kept.services.upkeep.channels import set_up_channels
from kept.services.upkeep.sending import equip
from kept.services.upkeep.verification import verify_installation
from kept.store.queries import PARTS, tables

SITE = "https://shop.example"
CUSTOMER = "mori@example.jp"
MOMENTARY = ("restore_mark", "todo_aside")
"""What stands between a restore and the next start, which takes it over, and what `kept verify` names whenever a row of it stands."""
CANARY = "ren.k@example.jp"


class MovedWall(Wall):
    """The wall clock the demo moves."""

    @property
    def time(self) -> float:
        """Unix seconds."""
        return self.wall_seconds

    @time.setter
    def time(self, seconds: float) -> None:
        self.pass_(seconds - self.wall_seconds)


class NotFilled(Exception):  # noqa: N818 -- it is no error of the product's
    """A table is empty."""


@dataclass
class Held:
    """What somebody holds who uses the installation: the secrets that stand in none of its rows.

    Args:
        folder: Where it lies, closed.
        before: Where both databases lie as of the day before.
        wall: Its clock, as it stands.
        words: Secrets and ids, by what they are for.
    """

    folder: Path
    before: Path
    wall: Wall
    words: dict[str, object] = field(default_factory=dict)


async def fill(folder: Path, patch: pytest.MonkeyPatch) -> Held:
    """Make one, and leave it closed.

    Args:
        folder: Empty.
        patch: Makes the demo small.

    Raises:
        NotFilled: Chance left a table empty: whoever won the contest may be who is erased, and is published no more.
    """
    patch.setattr(invented, "CUSTOMERS", 24)
    patch.setattr(invented, "SUPPORTED", 4)
    lies, before = folder / "lies", folder / "before"
    lies.mkdir()
    installation = Installation(lies)
    installation.wall = MovedWall()
    installation.wall.wall_seconds = START - (invented.DAYS + 1) * limits.DAY
    engine = await installation.open()
    await invented.invent(engine, installation.wall, START)
    held = Held(lies, before, installation.wall)
    for one in (_people, _desk, _safeguards):
        await one(installation, held.words)
    before.mkdir()
    for part, path in _databases(installation).items():
        installation.sql("VACUUM INTO ?", str(before / f"{part}.db"), part=part)
        assert path.exists()
    installation.wall.pass_(3600)
    for one in (_last_day_of_people, _last_day_of_staff, _left_waiting):
        await one(installation, held.words)
    await engine.remember_rows()
    await installation.close(integrate=False)
    _require_filled(installation)
    return held


def _databases(installation: Installation) -> dict[str, Path]:
    return {"data": installation.address.data, "keys": installation.address.keys}


def _require_filled(installation: Installation) -> None:
    del installation.engine
    empty = [
        f"{part}.{table}"
        for part in PARTS
        for table in tables(part)
        if table not in MOMENTARY and not installation.sql(f"SELECT 1 FROM {table} LIMIT 1", part=part)
    ]
    if empty:
        raise NotFilled(f"no table may be empty, found nothing in {', '.join(empty)}")


def copied(held: Held, folder: Path) -> Installation:
    """Return an installation that is a copy of the filled one, at the moment it was closed; it is not open."""
    shutil.copytree(held.folder, folder)
    installation = Installation(folder)
    installation.wall.wall_seconds = held.wall.wall_seconds
    return installation


async def open_again(installation: Installation) -> Engine:
    """Open a copy as the product is opened, with its channels; no mail leaves, since nobody listens where they go."""
    engine = await installation.open(create=False, finish=False)
    equip(engine, SITE, MailDispatcher(engine, MailServer("127.0.0.1", 9), SITE), PhoneDispatcher(engine))
    set_up_channels(engine)
    return engine


async def verified(installation: Installation, held: Held) -> list[str]:
    """Return what `kept verify` names, given the policy of the witnesses; what comes after goes on without, since none answers."""
    engine = installation.engine
    await have_witnesses(engine, policy_of("any", a=(held.words["witness"], "http://127.0.0.1:9")), "late")
    try:
        return (await verify_installation(engine)).problems
    finally:
        engine.witnesses = None


async def _customer(installation: Installation):
    ((person_id,),) = installation.sql("SELECT person_id FROM login ORDER BY rowid LIMIT 1")
    return await installation.session(person_id)


async def _staff(installation: Installation, login: str):
    engine = installation.engine
    return await sessions.session_of(engine, await sessions.start_demo_session(engine, login))


async def _people(installation: Installation, words: dict[str, object]) -> None:
    """What a customer has beside an account: a passkey, a remembered device, a linked program, codes on the screen."""
    engine = installation.engine
    own = await _customer(installation)
    words["person"] = own.person_id
    words["login"] = await accounts.login_name_of(engine, own.person_id)
    ((words["erased"],),) = installation.sql("SELECT receipt_id FROM tombstone", part="keys")
    device = words["device"] = Authenticator(SITE)
    begun = await passkeys.begin_add(engine, own, "shop.example", "Shop")
    made = device.make(begun["options"])
    await passkeys.finish_add(engine, own, made, begun["token"], "My phone", rp_id="shop.example", origin=SITE)
    words["remembered"] = await remember_me.remember(engine, own.person_id)
    words["program"] = await credentials.issue_credential(engine, "newsletter", "support", ("contact",), by="test")
    keys, _ = await engine.keyring.of_person(own.person_id)  # as if linked: no role of the sample policy may vouch
    await linking._claim(engine, "newsletter", "N-1", own.person_id)
    await engine.data.write(lambda tx: put_external_id(tx, engine, keys, "newsletter", "N-1"))
    words["code"] = "ABCDEFGH"
    code = {"code_hash": linking._code_hash(engine, "ABCDEFGH"), "expires_at": engine.clock.now() + 86400.0}
    await engine.data.write(lambda tx: tx.run("link_code_put", person_id=own.person_id, system="other", **code))
    words["codes"] = await recovery.renew_codes(engine, own)
    other = await installation.join()
    await installation.give(other, [("name", "Leaves"), ("mail_address", "leaves@example.jp")])
    words["leaves"] = other.person_id
    await erasure.intend_erasure(engine, await installation.session(other.person_id), grace_seconds=5 * limits.DAY)
    await engine.data.write(
        lambda tx: tx.run("sign_add", person_id=own.person_id, day="2027-01-15", kind="guess", at=engine.clock.now())
    )
    token = stop_list.stop_token(engine, Exit.MAIL, "stopped@example.jp")
    await engine.data.write(lambda tx: stop_list.put_on(tx, Exit.MAIL, token, "bounced", engine.clock.now()))


async def _desk(installation: Installation, words: dict[str, object]) -> None:
    """What waits at desks: a letter to the rights desk, papers, an authority's request of which nobody may be told yet."""
    engine = installation.engine
    kato = await _staff(installation, "kato")
    request = words["request"] = await came(installation, kato, "disclosure", criteria={"mail_address": CUSTOMER})
    await rights_paper.attach_paper(engine, kato, request, b"%PDF-1.4\n% a letter\n")
    paper = PaperDesk(installation)
    paper.kato = await installation.staff("hana", ("privacy", "support"))
    paper.ono = await _staff(installation, "ono")
    await paper.taken(fields=(("name", "By Paper"), ("mail_address", "paper@example.jp")))
    words["paper"] = await paper.enter(fields=(("name", "Waits"), ("mail_address", "waits@example.jp")))
    legal = LegalDesk(installation)
    legal.legal, legal.approves = await _staff(installation, "hara"), await _staff(installation, "ono")
    later = engine.clock.now() + 20 * limits.DAY
    words["disclosure"] = (
        await legal.answer(await legal.record(CUSTOMER, told_from=later, waits_for="law-forbids"))
    ).id


async def _safeguards(installation: Installation, words: dict[str, object]) -> None:
    """Backups, a drill, a scan, the live checks of the board, and a canary somebody opened."""
    engine = installation.engine
    key = OpeningKey(bytes(range(32)))
    folder = installation.folder.parent / "backups"
    folder.mkdir()
    await register_backup_key(engine, key.public, by="test")
    await make_backups(engine, folder, by="test")
    await drill(engine, folder, key, by="test")
    await keep_scan(engine, SITE, Result((), (), (), (), ()))
    sato = await _staff(installation, "sato")
    case = await cases.open_case(engine, sato, "contact")
    await cases.find_in_case(engine, sato, case.id, {"mail_address": CANARY})
    await cases.open_item(engine, sato, case.id, "phone")
    for kind in (guesses.Sign.MANY_ACCOUNTS, guesses.Sign.TWO_NETWORKS):
        await guesses._alarm(engine, kind)
    ono = await _staff(installation, "ono")
    for alarm in await looked_into.alarms(engine):
        await looked_into.look_into(engine, ono, alarm.id, "It was a test.")
    await promise_board(engine)


async def _last_day_of_people(installation: Installation, words: dict[str, object]) -> None:
    """A customer corrects, withdraws, spends a code, is remembered again."""
    engine = installation.engine
    own = await installation.session(words["person"])
    person = await engine.people.load(own.person_id)
    version = person.state.slots["occupation"].version
    await corrections.correct(engine, own, "occupation", "other", expected_version=version)
    await choices.stop_use(engine, own, "market-research", stop=True)
    _, words["remembered"] = await remember_me.sign_in_remembered(engine, words["remembered"])


async def _last_day_of_staff(installation: Installation, words: dict[str, object]) -> None:
    """Somebody of staff leaves, a credential is taken back, a case goes on, a new version takes effect."""
    engine = installation.engine
    await sessions.disable_staff(engine, "ito", by="test")
    gone = await credentials.issue_credential(engine, "gone", "support", ("contact",), by="test")
    words["gone"] = gone
    sato = await _staff(installation, "sato")
    enrolled = await sessions.add_staff(engine, "yuki", PASSWORD, ("support",), by="test", who="yuki")
    words["second-factor"] = enrolled.secret
    await sessions.add_staff(engine, "ito2", PASSWORD, ("contests",), by="test", who="ito2")
    case = await cases.open_case(engine, sato, "contact")
    case = await cases.find_in_case(engine, sato, case.id, {"mail_address": CUSTOMER})
    await cases.open_item(engine, sato, case.id, "phone")
    await inquiries.note_in_case(engine, sato, case.id, "call")
    await contacts.write_to(engine, sato, case.id, "post", "reply", "By post.")
    words["case"], words["case-holder"] = case.id, sato
    words["approval"] = await waiting_for(engine, candidates.SENDING.act, "night-city")
    words["staff-token"] = await sessions.start_demo_session(engine, "sato")


async def _left_waiting(installation: Installation, words: dict[str, object]) -> None:
    """What stands for moments only: a job of the fax server, entries that wait for the tree, a line before it is sealed."""
    engine, at = installation.engine, installation.engine.clock.now()
    job = {
        "person_id": words["person"],
        "message_id": "f" * 32,
        "purpose": "contact",
        "state": "queued",
        "moved_at": at,
    }
    await engine.data.write(lambda tx: tx.run("fax_job_put", **job))
    ended = ["0" * 32, "1" * 32]  # keys that were ended, and are gone from K
    await engine.data.write(lambda tx: claims.end_keys(tx, ended, engine.holder, at))
    await _cosigned(engine, words)
    words["session"] = await accounts.start_session(engine, words["person"])
    own = words["own"] = await accounts.session_of(engine, words["session"])
    await shown_once.show(engine, own, shown_once.Codes("name", words["codes"], opened=True))
    await engine.data.write(lambda tx: tx.run("no_log_note", note_id="0" * 32, at=at, content="{}"))


async def _cosigned(engine: Engine, words: dict[str, object]) -> None:
    """The newest checkpoint is cosigned, as a witness would answer."""
    key = SigningKey(bytes(32))
    published = cosigner_key("w.example", key)
    words["witness"] = str(published)
    line = cosign(split_note(engine.sequencer.note)[0], "w.example", key, int(engine.clock.now())).line
    cosigner = f"{published.name}+{published.key_id.hex()}"
    put = {"size": engine.sequencer.checkpoint.size, "cosigner": cosigner, "line": line, "at": engine.clock.now()}
    await engine.data.write(lambda tx: tx.run("cosignature_put", **put))
