"""The tour: a walk through the promises of the invented company, every line of it done for real."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

from kept import policy_files
from kept.crypto.password import QUICK, Passwords
from kept.demo.tour_clauses import walk_clauses
from kept.errors import DeniedError, KeptError, NotFoundError, SettingError
from kept.guarantees import words
from kept.policy.translate import accept_translation
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.cases import cases
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Address, Settings, installation_parts, parse_address
from kept.services.forms import collection
from kept.services.gate.history import proof_of
from kept.services.gate.own_session import Own
from kept.services.my_data import choices, erasure
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions
from kept.services.staff.activation import activate_first
from kept.services.upkeep.verification import verify_installation
from kept_verify import verify_proof

CANARY = "Hanako Canary-Mori"
ADDRESS = "canary.mori@example.jp"
WORDS = (
    "registration", "contact", "market-research", "information-for-you", "support", "name", "mail_address", "interests",
)  # fmt: skip
"""Words of the policy that the walk uses."""


class Tour:
    """One walk through.

    Args:
        folder: Empty; thrown away afterwards.
        policy: The policy's first file.
    """

    def __init__(self, folder: Path, policy: Path) -> None:
        self.folder = folder
        self.policy = policy
        self.address: Address = parse_address(f"sqlite:///{folder / 'shop.db'}")
        self.number = 0
        self.key = ""

    def say(self, text: str) -> None:
        """Begin a step."""
        self.number += 1
        print(f"\n{self.number:>2}. {text}")

    async def open(self, *, create: bool = False) -> Engine:
        """Open the installation, or make it."""
        engine = await Engine.start(
            installation_parts(self.address, words(), Settings(passwords=Passwords(QUICK)), create=create),
            sequence=False,
        )
        if not engine.has_policy:
            await activate_first(engine, policy_files(self.policy), by="tour")
            _require_words(engine)
        return engine

    async def walk(self) -> None:
        """Walk all steps."""
        engine = await self.open(create=True)
        own = await self._register(engine)
        session, case = await self._support(engine)
        await self._history(engine, own, session, case)
        proof = await self._proof(engine, own)
        await engine.close()
        await self._tamper()
        await self._yesterday()
        await self._one_line_less()
        await self._erase(own.person_id, proof)
        self.say("Every clause, in an installation with three months of invented history.")
        await walk_clauses(self.folder, self.policy)
        print("\nThat was the minute. Now look at it: make run")

    async def _register(self, engine: Engine) -> Own:
        self.say("A customer joins, without one personal item, and then gives three.")
        issued = await accounts.join_with_password(engine, "four unrelated words here", "en")
        own = await accounts.session_of(engine, await accounts.start_session(engine, issued.person_id))
        if own is None:
            raise RuntimeError("no session")
        form = await collection.present_form(engine, own, "registration", "", "en")
        receipt = await collection.submit(
            engine, own, point="registration", stage="", language="en", unverified_token=form.token,
            fields=[("name", CANARY), ("mail_address", ADDRESS), ("interests", "landscape"), ("choice", "information-for-you/mail/")],
        )  # fmt: skip
        print(f"    receipt {len(receipt.id)} digits, {len(receipt.record['dpv:hasProcess'])} purposes named")
        self.say("The raw database files hold none of it.")
        counts = self.address.raw_count([CANARY.encode(), ADDRESS.encode()])
        print(f"    searched every file for the name and the address: {sum(counts.values())} hits")
        return own

    async def _support(self, engine: Engine) -> tuple[sessions.StaffSession, cases.Case]:
        self.say("Support opens a case for “contact” and reads the address.")
        await sessions.add_staff(engine, "sato", "four unrelated words here", ("support",), by="tour", who="sato")
        session = await sessions.session_of(engine, await sessions.start_demo_session(engine, "sato"))
        if session is None:
            raise RuntimeError("no session")
        case = await cases.open_case(engine, session, "contact")
        case = await cases.find_in_case(engine, session, case.id, {"mail_address": "ＣＡＮＡＲＹ.Mori@Example.JP"})
        card = await cases.open_item(engine, session, case.id, "mail_address")
        print(f"    printed by accident it says: {card['mail_address']}")
        with card["mail_address"].open(Exit.SCREEN) as text:
            print(f"    opened at its exit, once: {text}")
        self.say("Market research is refused, with its clause.")
        await self._refused(engine, cases.open_case(engine, session, "market-research"))
        await self._refused(engine, cases.open_item(engine, session, case.id, "interests"))
        return session, case

    async def _history(self, engine: Engine, own: Own, session: sessions.StaffSession, case: cases.Case) -> None:
        self.say("The customer sees both.")
        mine = await own_data(engine, own)
        for line in mine.history.lines:
            if line.account.kind == "staff":
                items = ", ".join(line.account.items) or ", ".join(one.item for one in line.account.refused)
                what = "find" if line.account.act == Act.PERSON_FIND.value else "read"
                said = f"{line.account.role}: {what} {line.account.outcome:<9} {items:<13}"
                print(f"    {said} §{line.account.clause} case {line.account.case}")
        self.say("She stops the use; the next read is refused.")
        await choices.stop_use(engine, own, "contact", stop=True)
        await self._refused(engine, cases.open_item(engine, session, case.id, "mail_address"))
        await choices.stop_use(engine, own, "contact", stop=False)

    async def _proof(self, engine: Engine, own: Own) -> str:
        self.say("She downloads a proof and checks it without us.")
        await engine.sequencer.integrate()
        mine = await own_data(engine, own)
        line = next(one for one in mine.history.lines if one.account.act == "actor:value:read")
        await engine.sequencer.integrate()
        proof = (await proof_of(engine, own, line.entry_id)).text()
        self.key = str(engine.sequencer.verifier)
        verified = verify_proof(proof, self.key)
        print(
            f"    kept-verify: entry {verified.index} of {verified.size}, {verified.account['act']}, {verified.account['outcome']}"
        )
        return proof

    async def _tamper(self) -> None:
        self.say("One byte of the ledger is flipped; `kept verify` names the entry.")
        saved = self._save("before-flip")
        connection = sqlite3.connect(self.address.data)
        entry_id, sealed = connection.execute(
            "SELECT entry_id, account_sealed FROM entry ORDER BY recorded_at LIMIT 1"
        ).fetchone()
        flipped = bytes([sealed[20] ^ 1])
        connection.execute(
            "UPDATE entry SET account_sealed = ? WHERE entry_id = ?", (sealed[:20] + flipped + sealed[21:], entry_id)
        )
        connection.commit()
        connection.close()
        engine = await Engine.start(installation_parts(self.address, words()), sequence=False, verify=False)
        found = await verify_installation(engine)
        await engine.close(integrate=False)
        for one in found.problems:
            named = entry_id.hex()[:16] in one
            print(f"    does not hold: {'the flipped ' if named else ''}{one.replace(entry_id.hex()[:16], '…')}")
        self._restore(saved)

    async def _yesterday(self) -> None:
        self.say("Yesterday's copy is put back; the start is refused.")
        saved = self._save("yesterday")
        engine = await self.open()
        await accounts.join_with_password(engine, "four unrelated words here", "en")  # today's work
        await engine.close()
        today = self._save("today")
        for file in self.folder.glob("shop.db*"):
            file.unlink()
        shutil.copy(saved / "shop.db", self.address.data)
        try:
            engine = await self.open()
            await engine.close()
        except KeptError as error:
            print(f"    {error.reason}: {error.message.split(',')[0]}, …")
            print(f"    hint: {error.hint.split(';')[0]}")
        self._restore(today)

    async def _one_line_less(self) -> None:
        self.say("One line of the policy is removed: `exits` of “contact” lose the screen. The same read is refused.")
        folder = self.folder / "less"
        folder.mkdir()
        files = policy_files(self.policy)
        first = _without_screen(files.pop(self.policy.name))
        (folder / self.policy.name).write_bytes(first)
        for name, content in files.items():  # somebody looked at the translations: they still hold
            (folder / name).write_bytes(accept_translation(content, first, 1))
        kept_address = self.address
        self.address = parse_address(f"sqlite:///{folder / 'shop.db'}")
        kept_policy, self.policy = self.policy, folder / self.policy.name
        engine = await self.open(create=True)
        issued = await accounts.join_with_password(engine, "four unrelated words here", "en")
        own = await accounts.session_of(engine, await accounts.start_session(engine, issued.person_id))
        if own is not None:
            form = await collection.present_form(engine, own, "registration", "", "en")
            await collection.submit(
                engine, own, point="registration", stage="", language="en", unverified_token=form.token,
                fields=[("mail_address", ADDRESS)],
            )  # fmt: skip
        await sessions.add_staff(engine, "sato", "four unrelated words here", ("support",), by="tour", who="sato")
        session = await sessions.session_of(engine, await sessions.start_demo_session(engine, "sato"))
        if session is not None:
            case = await cases.open_case(engine, session, "contact")
            await self._refused(engine, cases.find_in_case(engine, session, case.id, {"mail_address": ADDRESS}))
        await engine.close()
        self.address, self.policy = kept_address, kept_policy

    async def _erase(self, person_id: bytes, proof: str) -> None:
        self.say("She erases everything; nothing is left in any file, and the old proof still verifies.")
        engine = await self.open()
        own = await accounts.session_of(engine, await accounts.start_session(engine, person_id))
        if own is None:
            raise RuntimeError("no session")
        receipt = await erasure.erasure_receipt(engine, await erasure.intend_erasure(engine, own))
        await engine.close()
        for name in ("before-flip", "yesterday", "today", "less"):
            shutil.rmtree(self.folder / name)
        counts = self.address.raw_count([CANARY.encode(), ADDRESS.encode()])
        print(f"    receipt: level {receipt['level'] if receipt else '?'}; raw search: {sum(counts.values())} hits")
        print(f"    the old proof: entry {verify_proof(proof, self.key).index} verifies")

    async def _refused(self, engine: Engine, act: Any) -> None:
        try:
            await act
        except NotFoundError as error:
            print(f"    refused: {engine.cite(error)}")
        except DeniedError as error:
            print(f"    refused: {engine.cite(error)}")
            print(f"      what would be needed: {error.needed}")

    def _save(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        for file in self.folder.glob("shop*"):
            if file.is_file():
                shutil.copy(file, folder / file.name)
        return folder

    def _restore(self, saved: Path) -> None:
        for file in self.folder.glob("shop*"):
            if file.is_file():
                file.unlink()
        for file in saved.iterdir():
            shutil.copy(file, self.folder / file.name)


def _require_words(engine: Engine) -> None:
    policy = engine.policy.policy
    missing = [
        word for word in WORDS
        if not any(word in table for table in (policy.points, policy.purposes, policy.roles, policy.items))
    ]  # fmt: skip
    if missing:
        raise SettingError(
            f"expected a version of the sample policy, found one without {', '.join(missing)}",
            reason="tour-policy",
            hint="the walk uses its words; leave --policy out, or try your own with `kept init`",
        )


def _without_screen(content: bytes) -> bytes:
    """Remove the one line `- screen` from the exits of purpose contact."""
    lines = content.decode().split("\n")
    start = next(at for at, line in enumerate(lines) if line.strip() == "contact:")
    at = next(at for at in range(start, len(lines)) if lines[at].strip() == "- screen")
    return "\n".join(lines[:at] + lines[at + 1 :]).encode()
