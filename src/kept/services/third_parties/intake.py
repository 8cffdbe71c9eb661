"""Intake of what another company gives with a person's consent: each record on its own statement, the rest quarantined.

A value fills an empty slot under the installation's own notice that the partner showed; it replaces nothing, lifts no no, and
says where it came from. A statement counts for the time its notice was in force at that partner, and for an account there was
then; what the person took away, said no to or stopped since stays so. That they agreed is the partner's word (`Stated`): nothing
is decided on it. Record, values, receipt and entry are one transaction; the same file again goes on where it stopped.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor, inf, nextafter
from typing import Any

import msgspec

from kept.crypto.random import random_id
from kept.errors import ErasedError, EvidenceError, InputError, KeptError, SubmissionError
from kept.policy import change
from kept.policy.day import moment
from kept.policy.duties import quarantine_seconds
from kept.policy.notice import Notice
from kept.policy.person import PersonState, Stated
from kept.policy.words import Source
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import SYSTEM, Actor, account_part, entry_of, record
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.forms.submission import TICK, Submission, Tick, Value, parse_submission
from kept.services.gate.state_change import Change, change_person, find_forms
from kept.services.messages.confirmations import ask_about_new
from kept.services.staff.parties import Party, PartyKind, in_effect_at, party_of, require_key
from kept.services.third_parties.intake_file import HOW, Payload, Record, Statement, parse_envelope, verify_envelope
from kept.services.third_parties.register_text import identity, register_of
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import looks_like_individual_number
from kept.vault.normal import login_form

BY = "partner"
TAKEN = "taken"
KIND = "intake-record"
OVER = "quarantine-over"
ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Intake:
    """A file taken in, as its page shows it.

    Args:
        id: Hash of what its partner signed, hex.
        partner: Registered name.
        by: Who took it in.
        at: When, unix seconds.
        records: How many it has.
        reasons: How many records for each reason; `taken` for those whose values are in.
    """

    id: str
    partner: str
    by: str
    at: float
    records: int
    reasons: dict[str, int]


async def take_in(engine: Engine, unverified: bytes, *, by: Actor) -> Intake:
    """Take in a partner's file, or go on where a kill stopped it; what is in quarantine is tried again.

    Args:
        engine: Open.
        unverified: The file as it came.
        by: Who takes it in.

    Raises:
        InputError: The policy takes nothing from partners, or the file names none that is registered.
        MalformedError: It is no such file.
        NoteError: Its partner did not sign it; nothing was taken, and that is recorded.
    """
    _declared(engine)
    envelope = parse_envelope(unverified)
    named = envelope.unverified.partner
    party = await party_of(engine, PartyKind.PARTNER, named)
    at = engine.ready()
    try:
        if party is None:
            raise InputError(
                "expected a registered partner, found another",
                reason="partner-unknown",
                hint="nothing was taken; register it on the console, two confirm it",
                rests_on="sources:partner",
            )
        payload = verify_envelope(envelope, party.public_key)
    except KeptError as error:
        facts = (("reason", error.reason), ("file", envelope.id))
        await record(engine, by, Act.INTAKE, at=at, outcome=Outcome.REFUSED, facts=facts)
        raise
    if await engine.data.one(sql.IntakeGet, intake_id=envelope.id) is None:
        await _begin(engine, envelope.id, payload, at, by)
    done = {row.number: row.reason for row in await _rows(engine, envelope.id)}
    for number, given in enumerate(payload.records):
        if done.get(number) != TAKEN:
            await _take_record(engine, envelope.id, number, payload.partner, given)
    return await intake_of(engine, envelope.id)


async def _begin(engine: Engine, intake_id: str, payload: Payload, at: float, by: Actor) -> None:
    facts = (("partner", payload.partner), ("file", intake_id), ("records", str(len(payload.records))))
    entry = entry_of(engine, by, Act.INTAKE, at=at, facts=facts)

    async def body(tx: Transaction) -> None:
        await tx.run(
            "intake_insert",
            intake_id=intake_id,
            partner=payload.partner,
            imported_by=by.name,
            imported_at=at,
            records=len(payload.records),
        )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def _take_record(engine: Engine, intake_id: str, number: int, partner: str, record: Record) -> None:
    try:
        statement, notice, agreed_at = await _verify_statement(engine, record)
        party = await _shown_in_time(engine, partner, notice, agreed_at)
        given = _parse(engine, record, statement, notice)
        person_id = await engine.data.value(sql.LoginGet, login_name=record.login_name)
        if person_id is None:
            raise _quarantine("expected a login name issued here, found another", "person-unknown")
        await _fill(
            engine,
            person_id,
            _Taken(intake_id, number, party, record.login_name, statement, agreed_at, notice, given),
        )
    except (InputError, ErasedError) as error:
        await _keep_apart(
            engine, intake_id, number, record, error.reason if isinstance(error, InputError) else "erased"
        )
    except EvidenceError as error:
        await _keep_apart(engine, intake_id, number, record, error.reason)


@dataclass(frozen=True, slots=True)
class _Taken:
    intake_id: str
    number: int
    party: Party
    login_name: str
    statement: Statement
    agreed_at: float
    notice: Notice
    given: Submission

    @property
    def partner(self) -> str:
        """Its registered name."""
        return self.party.name


async def _verify_statement(engine: Engine, record: Record) -> tuple[Statement, Notice, float]:
    """Return a statement that says all it must, the notice it names, and when it says they agreed, unix seconds.

    Raises:
        SubmissionError: It is missing, incomplete, another company's, from the future, or about other items.
    """
    stated = record.statement
    if stated is None:
        raise _quarantine("expected a statement of consent, found none", "statement-missing")
    names = {
        one.get("name", "") for one in (engine.policy.policy.controller, *engine.policy.policy.controllers.values())
    }
    try:
        given_at = datetime.strptime(stated.given, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        given_at = inf
    if stated.to not in names or stated.how not in HOW or given_at > engine.clock.now():
        raise _quarantine("expected to whom, how and when it was agreed, found less", "statement-incomplete")
    if not record.items or not set(record.items) <= set(stated.items):
        raise _quarantine("expected items the statement names, found others", "statement-items")
    notice = await engine.notices.get(stated.notice)
    if notice is None or notice.instance or notice.point not in engine.policy.policy.points:
        raise _quarantine("expected a notice of this installation, found another", "notice-unknown")
    return stated, notice, given_at


async def _shown_in_time(engine: Engine, partner: str, notice: Notice, agreed_at: float) -> Party:
    """Insist that a notice was in force when its partner says it was agreed to, and that partner registered; return it as it was.

    A version is in force from its activation to that of the next. Whole seconds are compared, as statements have them.

    Raises:
        SubmissionError: The version was not in force yet, or not any more; or the partner was none of ours then.
    """
    versions = await engine.data.all(sql.PolicyVersions)
    active = sorted((one.activated_at, one.policy_hash) for one in versions if one.activated_at is not None)
    ends = [*(floor(at) for at, _ in active[1:]), inf]
    spans = [(floor(at), end) for (at, hashed), end in zip(active, ends, strict=True) if hashed == notice.policy_hash]
    if not any(begin <= agreed_at < end for begin, end in spans):
        raise _quarantine("expected a day on which that notice was in force, found another", "notice-not-in-force")
    party = await in_effect_at(engine, PartyKind.PARTNER, partner, nextafter(agreed_at + 1, 0))
    if party is None:
        raise _quarantine("expected a day on which the partner was one of ours, found an earlier one", "partner-later")
    return party


def _parse(engine: Engine, record: Record, statement: Statement, notice: Notice) -> Submission:
    fields = [
        (item, text) for item, value in record.items.items() for text in ((value,) if isinstance(value, str) else value)
    ] + [(TICK, one) for one in statement.choices]
    given = parse_submission(engine.policy.policy, notice, fields, engine.clock.now())
    if any(one.recipient for one in given.ticks):
        raise _quarantine("expected no consent for a third party in a partner's file, found one", "statement-recipient")
    return given


async def _fill(engine: Engine, person_id: bytes, taken: _Taken) -> None:
    receipt_id = random_id()

    def make(person: Person, at: float) -> Change:
        values, ticks, left_out = _what_counts(person.state, taken)
        state = change.fill(
            person.state,
            values,
            notice_id=taken.statement.notice,
            point=taken.notice.point,
            source=Source.PARTNER,
            key_id=person.keys.newest("values"),
            at=at,
        )
        word = Stated(
            receipt_id, taken.partner, taken.statement.notice, taken.agreed_at, at, tuple(values),
            tuple((one.purpose, one.exit.value if one.exit else "") for one in ticks),
        )  # fmt: skip
        state = change.state_word(state, word)

        async def extra(tx: Transaction) -> None:
            await tx.run(
                "intake_record_put",
                intake_id=taken.intake_id,
                number=taken.number,
                reason=TAKEN,
                ends_at=0.0,
                sealed=b"",
                who="",
            )

        facts = [("partner", taken.partner), ("file", taken.intake_id), ("notice", taken.statement.notice)]
        facts += [("left-out", ",".join(left_out))] if left_out else []
        record = _receipt(taken, word, left_out)
        return Change(
            change.replace(state, g=person.state.g + 1),
            account_part(
                engine,
                Actor(BY, taken.partner),
                Act.VALUE_TAKE_IN,
                at=at,
                items=tuple(values),
                facts=tuple(facts),
            ),
            values=values,
            gained=tuple(form for slot, value in values.items() for form in find_forms(engine, slot, value)),
            extra=extra,
            receipt=(receipt_id, BY, msgspec.json.encode(record)),
            register=_register(engine, taken, values),
        )

    await change_person(engine, person_id, make)
    await ask_about_new(engine, person_id, taken.given.values)


def _what_counts(state: PersonState, taken: _Taken) -> tuple[dict[str, Value], list[Tick], list[str]]:
    """Return what of a record still counts, and the names of what does not: the person took it away or said no to it since.

    Raises:
        SubmissionError: The account is being erased, was opened later than the statement, or nothing is left.
    """
    if state.status != "active":
        raise _quarantine("expected an account that is not being erased, found one that is", "erasing")
    if taken.agreed_at < floor(state.opened_at):
        raise _quarantine(
            "expected a statement about this account, found one from before it was opened", "account-later"
        )
    gone = {slot for slot in taken.given.values if taken.agreed_at <= state.removed.get(slot, -inf)}
    values = {slot: value for slot, value in taken.given.values.items() if slot not in gone}
    ticks = [one for one in taken.given.ticks if not state.refuses(one.purpose, one.exit)]
    if not values:
        raise _quarantine("expected an item the person has not taken away since, found none", "removed-since")
    refused = [one.name() for one in taken.given.ticks if one not in ticks]
    return values, ticks, [*sorted(gone), *refused]


def _register(engine: Engine, taken: _Taken, values: dict[str, Value]) -> dict[str, str]:
    """Return the line of the register of receipts (APPI Art. 30): what the other company says is said to be its word."""
    return {
        **register_of(taken.party),
        "person": identity(engine, values, taken.login_name),
        "acquired": taken.statement.how,
        "stated": taken.statement.given,
        "notice": taken.statement.notice,
    }


def _receipt(taken: _Taken, word: Stated, left_out: list[str]) -> dict[str, Any]:
    """Return the record of receipt, with the fields of Article 30: from whom, how it was acquired, which items, when."""
    return {
        "@type": "dpv:Record",
        "dct:identifier": word.id,
        "dct:conformsTo": "jp-appi-30",
        "dct:created": moment(word.taken_at),
        "received from": taken.partner,
        "stated by": taken.party.title,
        "confirmed by the person": False,
        "how it was acquired": {"from": "the person", "by": taken.statement.how, "agreed": taken.statement.given},
        "items": list(word.slots),
        "agreed to": list(taken.statement.items),
        "choices": [one.name() for one in taken.given.ticks],
        "left out, since the person took it away or said no": left_out,
        "notice": {"dct:identifier": taken.statement.notice, "text": taken.notice.text},
        "file": taken.intake_id,
    }


def _without_numbers(engine: Engine, record: Record) -> Record:
    """Return a record as it may be put aside: what looks like an Individual Number is not kept even there."""
    items = engine.policy.policy.items

    def holds_one(item: str, value: str | tuple[str, ...]) -> bool:
        phone = item in items and items[item].type.about.normal == "phone"
        texts = (item, value) if isinstance(value, str) else (item, *value)
        return any(looks_like_individual_number(one, may_be_phone=phone) for one in texts)

    kept = {item: value for item, value in record.items.items() if not holds_one(item, value)}
    name = "" if looks_like_individual_number(record.login_name) else record.login_name
    said = record.statement
    words = (said.to, said.given, said.how, *said.items, *said.choices) if said else ()
    stated = None if any(map(looks_like_individual_number, words)) else said
    return msgspec.structs.replace(record, login_name=name, items=kept, statement=stated)


async def _keep_apart(engine: Engine, intake_id: str, number: int, record: Record, reason: str) -> None:
    at = engine.ready()
    sealed = seal_installation_record(
        engine, KIND, f"{intake_id}/{number}", msgspec.json.encode(_without_numbers(engine, record))
    )
    facts, who = (("file", intake_id), ("record", str(number)), ("reason", reason)), name_of(engine, record.login_name)
    entry = entry_of(engine, SYSTEM, Act.INTAKE_QUARANTINE, at=at, outcome=Outcome.REFUSED, facts=facts)

    async def body(tx: Transaction) -> None:
        rows = {row.number: row for row in await tx.all(sql.IntakeRecords, intake_id=intake_id)}
        before = rows.get(number)
        if before is not None and before.reason == TAKEN:
            return  # another process was faster
        ends_at = (
            before.ends_at if before is not None and before.ends_at else at + quarantine_seconds(engine.policy.policy)
        )
        await tx.run(
            "intake_record_put",
            intake_id=intake_id,
            number=number,
            reason=reason,
            ends_at=ends_at,
            sealed=sealed,
            who=who,
        )
        if before is None or before.reason != reason:
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def try_again(engine: Engine, intake_id: str) -> Intake:
    """Try what is in quarantine again: somebody may have joined, a notice may be back.

    Raises:
        InputError: No such file.
        ConflictError: Its partner signs with another key by now: nothing is taken on the word of the old one.
        SealError: A quarantined record was changed.
    """
    found = await intake_of(engine, intake_id)
    then = await in_effect_at(engine, PartyKind.PARTNER, found.partner, found.at)
    await require_key(engine, PartyKind.PARTNER, found.partner, then.public_key if then else b"")
    for number, _, _, sealed in await _rows(engine, intake_id):
        if sealed:
            record = open_quarantined(engine, intake_id, number, sealed)
            await _take_record(engine, intake_id, number, found.partner, record)
    return await intake_of(engine, intake_id)


def name_of(engine: Engine, login_name: str) -> str:
    """Return what quarantined records call an account: a keyed hash of its login name, hex.

    Args:
        engine: Open.
        login_name: As typed, or as issued.
    """
    return engine.token_hash(KIND, login_form(login_name).encode()).hex()


async def forget_quarantined(engine: Engine, tx: Transaction, login_name: str) -> None:
    """Destroy what is in quarantine about an account that is being erased, within *tx*."""
    await tx.run("intake_records_forget", who=name_of(engine, login_name), reason=ERASED, sealed=b"")


def open_quarantined(engine: Engine, intake_id: str, number: int, sealed: bytes) -> Record:
    """Open a record that waits in quarantine.

    Raises:
        SealError: It was changed, or is another.
    """
    return msgspec.json.decode(open_installation_record(engine, KIND, f"{intake_id}/{number}", sealed), type=Record)


async def end_quarantine(engine: Engine) -> int:
    """Destroy quarantined records whose time is over; what stays is that there was one, and why."""
    over = await engine.data.all(sql.IntakeRecordsOver, at=engine.clock.now())
    for intake_id, number, _ in over:
        await engine.data.write(
            lambda tx, of=intake_id, n=number: tx.run(  # type: ignore[misc]
                "intake_record_put", intake_id=of, number=n, reason=OVER, ends_at=0.0, sealed=b"", who=""
            )
        )
    return len(over)


async def intake_of(engine: Engine, intake_id: str) -> Intake:
    """Return one file and what became of its records.

    Raises:
        InputError: No such file.
    """
    row = await engine.data.one(sql.IntakeGet, intake_id=intake_id)
    if row is None:
        raise InputError("expected a file taken in, found none", reason="intake-unknown", rests_on="sources:partner")
    reasons = Counter(one.reason for one in await _rows(engine, intake_id))
    return Intake(intake_id, row.partner, row.imported_by, row.imported_at, row.records, dict(sorted(reasons.items())))


async def all_intakes(engine: Engine) -> list[Intake]:
    """Return all files taken in, newest first."""
    rows = await engine.data.all(sql.Intakes)
    return [await intake_of(engine, row.intake_id) for row in rows]


async def _rows(engine: Engine, intake_id: str) -> list[sql.IntakeRecords]:
    return await engine.data.all(sql.IntakeRecords, intake_id=intake_id)


def _declared(engine: Engine) -> None:
    if not engine.clause("sources:partner"):
        raise InputError(
            "expected a policy that takes from partners, found none",
            reason="partner-undeclared",
            hint="declare `sources: partner` in the policy",
            rests_on="sources:partner",
        )


def _quarantine(message: str, reason: str) -> SubmissionError:
    return SubmissionError(
        message,
        reason=reason,
        rests_on="sources:partner",
        hint="the record waits in quarantine, as long as the policy says",
    )
