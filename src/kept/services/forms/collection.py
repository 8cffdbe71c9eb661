"""Collecting: the notice first, then what the person chose to give, bound to that notice; then a receipt.

A submission without proof of the notice shown is refused; so is an extra field, an undeclared item, a used, old, forged
or foreign token. Nothing is required and nothing is ticked for anybody (§2.1, §2.2, §2.3, §2.6, §2.7, §4.7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from kept import limits
from kept.crypto.random import random_id
from kept.crypto.token import parse_token, sign_token
from kept.errors import ConflictError, InputError, MalformedError, SubmissionError
from kept.policy import change, needs, present
from kept.policy.instance import Instance
from kept.policy.model import Point, Policy
from kept.policy.narrow import narrow
from kept.policy.notice import Notice
from kept.policy.person import PersonState
from kept.policy.words import CHANNELS, Basis, Exit, Source
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import build_entry
from kept.services.engine.flush import insert_entries
from kept.services.engine.people import Person
from kept.services.forms.receipts import Receipt, consent_receipt
from kept.services.forms.submission import Submission, Tick, parse_submission
from kept.services.gate.changing import Change, Extra, change_person, find_forms
from kept.services.gate.own_session import Own, own_account
from kept.services.messages.stop_list import lift, tokens_of
from kept.store.interface import Transaction

TOKEN_LABEL = "notice"  # noqa: S105 -- a label, not a token
TOKEN_SECONDS = limits.NOTICE_FORM_SECONDS


@dataclass(frozen=True, slots=True)
class Presented:
    """A form as shown: its notice, the signed token that proves it, its fields and boxes."""

    notice: Notice
    notice_id: str
    token: str
    hints: tuple[present.Hint, ...]
    boxes: tuple[present.Box, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What taking part writes, with the submission: its statements, and what it adds to the receipt."""

    write: Extra
    on_receipt: dict[str, object]


def box_value(box: present.Box) -> str:
    """Return the value of a box on the form."""
    return Tick(box.purpose, box.exit, box.recipient).name()


async def present_form(
    engine: Engine, point: str, stage: str, language: str, *, instance: Instance | None = None
) -> Presented:
    """Show a form: build its notice, store it as shown, sign the token.

    Args:
        engine: Open.
        point: A declared point.
        stage: A stage of it; empty when it has none.
        language: One the policy is complete in.
        instance: Run-time instance that narrows the point; the caller has checked that it is open.

    Raises:
        SubmissionError: No such point, or not in that language.
    """
    at = engine.ready()
    policy = engine.policy.policy
    notice = present.build_notice(policy, point, stage, language, instance=instance)
    await engine.data.write(lambda tx: engine.notices.keep(tx, notice))
    notice_id = notice.id
    token = sign_token(
        engine.keyring.installation_key("tokens"),
        TOKEN_LABEL,
        {
            "id": random_id(),
            "point": point,
            "stage": stage,
            "instance": instance.hash if instance else "",
            "version": str(policy.version),
            "language": language,
            "notice": notice_id,
        },
        at + TOKEN_SECONDS,
    )
    return Presented(
        notice,
        notice_id,
        token,
        tuple(present.hints(policy, point, stage, language, instance=instance)),
        tuple(present.boxes(policy, point, language, stage, instance=instance)),
    )


async def submit(  # noqa: PLR0913 -- a submission has these parts
    engine: Engine,
    own: Own,
    *,
    point: str,
    stage: str,
    language: str,
    unverified_token: str,
    fields: Sequence[tuple[str, str]],
    instance: Instance | None = None,
    part: Part | None = None,
) -> Receipt:
    """Take what a person chose to give.

    Args:
        engine: Open.
        own: The person's own session.
        point: Point the form was posted to.
        stage: Stage the form was posted to.
        language: Language the form was posted in.
        unverified_token: The notice token that came with it.
        fields: Names and texts as they came; `choice` for boxes, an item id otherwise. Empty texts are not given.
        instance: Run-time instance the form is of; the caller has checked that it is open to this person.
        part: What taking part writes with it, in the same transaction.

    Returns:
        The receipt.

    Raises:
        MalformedError: The token is forged or too old.
        SubmissionError: The token is of another form, a field is not declared, a value is not acceptable, or an item was
            given before.
        ConflictError: The token was used before.
    """
    try:
        claims, notice = await _verify_token(
            engine, unverified_token, (point, stage, language, instance.hash if instance else "")
        )
        policy = engine.policy.policy
        given = parse_submission(policy, notice, fields, engine.clock.now(), instance)
        asked = narrow(policy, instance) if instance else policy.points[point]
    except (MalformedError, SubmissionError) as error:
        await _record_refusal(engine, own, error)
        raise
    notice_id = claims["notice"]
    known = await engine.notices.of_person((await engine.people.load(own.person_id)).state)
    receipt: Receipt | None = None
    ways = {one.exit for one in given.ticks if one.exit in CHANNELS and one.exit is not None}
    written_to_again = tokens_of(engine, given.values, ways)

    def make(person: Person, at: float) -> Change:
        nonlocal receipt
        state = person.state
        key_id = person.keys.newest("values")
        values = {_slot(policy, item, instance): value for item, value in given.values.items()}
        for item in asked.stages[stage]:
            if item in asked.needed and _slot(policy, item, instance) not in {*values, *state.slots}:
                raise SubmissionError(
                    "expected an item this form needs, found none",
                    field=item,
                    reason="item-needed",
                    hint="the form says beside it why it is needed",
                    rests_on="collection",
                )
        state = change.fill(
            state, values, notice_id=notice_id, point=point, source=Source.OWN_SESSION, key_id=key_id, at=at
        )
        state = _accepted(policy, state, given, asked, notice_id, known)
        state = _granted(state, given.ticks, notice_id, (*values, *given.use), at)
        state = _agreed_to_publish(policy, state, given, asked, instance, notice_id, at)
        state = change.replace(state, g=person.state.g + 1)
        receipt = consent_receipt(
            policy, notice, notice_id, person.id, (*given.values, *given.use), ticks_of(given.ticks), at
        )
        if part is not None:
            receipt.record.update(part.on_receipt)
        return Change(
            state,
            own_account(
                engine,
                Act.VALUE_COLLECT,
                Outcome.DONE,
                at,
                actor=own.vouched_by,
                clause="2.6",
                items=tuple(values),
                facts=_facts(given, notice_id, point, stage, instance),
            ),
            values=dict(values),
            gained=tuple(form for slot, value in values.items() for form in find_forms(engine, slot, value)),
            extra=lambda tx: _finish(engine, tx, person, claims["id"], at, part, written_to_again),
            receipt=(receipt.id, "consent", msgspec.json.encode(receipt.record)),
        )

    try:
        await change_person(engine, own.person_id, make)
    except (SubmissionError, ConflictError) as error:
        await _record_refusal(engine, own, error)
        raise
    if receipt is None:
        raise RuntimeError("a submission ended without a receipt")
    return receipt


def ticks_of(ticks: Sequence[Tick]) -> tuple[tuple[str, str, str], ...]:
    """Return ticks as plain tuples."""
    return tuple((one.purpose, one.exit.value if one.exit else "", one.recipient) for one in ticks)


def _granted(
    state: PersonState, ticks: Sequence[Tick], notice_id: str, slots: tuple[str, ...], at: float
) -> PersonState:
    by_purpose: dict[str, list[Exit]] = {}
    recipients: dict[str, list[str]] = {}
    for tick in ticks:
        exits = by_purpose.setdefault(tick.purpose, [])
        if tick.exit is not None:
            exits.append(tick.exit)
        if tick.recipient:
            recipients.setdefault(tick.purpose, []).append(tick.recipient)
    if not by_purpose:
        return state
    return change.grant(state, by_purpose, notice_id=notice_id, slots=slots, recipients=recipients, at=at)


def _slot(policy: Policy, item: str, instance: Instance | None) -> str:
    return instance.slot(item, per_instance=policy.items[item].per_instance) if instance else item


def _accepted(  # noqa: PLR0913 -- what an acceptance is held against
    policy: Policy,
    state: PersonState,
    given: Submission,
    point: Point,
    notice_id: str,
    known: Mapping[str, Notice],
) -> PersonState:
    """Items given before, which the person lets this form use: the form's notice binds them to its purposes.

    A purpose on consent is bound only where its box was ticked and no earlier consent covers the item: this form then
    widens nothing, and shortens no consent given elsewhere.
    """
    ticked = {one.purpose for one in given.ticks}
    for item in given.use:
        held = state.slots.get(item)
        for one in point.purposes:
            purpose = policy.purposes[one]
            if held is None or not purpose.may_use(item):
                continue
            bound = dict(held.accepted).get(one, held.notice_id)
            term = known[bound].term(item, one) if bound in known else None
            sound = term is not None and term.revision in {purpose.revision, *purpose.editorial}
            covered = sound and any(needs.covers(grant, one, bound, item) for grant in state.grants)
            if purpose.basis is not Basis.CONSENT or (one in ticked and not covered):
                state = change.accept(state, (item,), one, notice_id)
    return state


def _agreed_to_publish(  # noqa: PLR0913 -- what a consent names
    policy: Policy,
    state: PersonState,
    given: Submission,
    point: Point,
    instance: Instance | None,
    notice_id: str,
    at: float,
) -> PersonState:
    slots = tuple(
        slot
        for slot in (_slot(policy, item, instance) for item in given.publish)
        if slot in state.slots and (item_of(slot) in given.values or item_of(slot) in given.use)
    )
    if not slots:
        return state
    purpose = next(one for one in point.purposes if Exit.PUBLICATION in policy.purposes[one].exits)
    return change.grant(state, {purpose: (Exit.PUBLICATION,)}, notice_id=notice_id, slots=slots, recipients={}, at=at)


def item_of(slot: str) -> str:
    """Return the declared item a slot belongs to."""
    return slot.partition("#")[0]


def _facts(
    given: Submission, notice_id: str, point: str, stage: str, instance: Instance | None
) -> tuple[tuple[str, str], ...]:
    facts = [("notice", notice_id), ("point", point), ("choices", ",".join(one.name() for one in given.ticks))]
    if instance is not None:
        facts += [("instance", instance.id), ("stage", stage), ("used", ",".join(given.use))]
        facts.append(("publish", ",".join(given.publish)))
    return tuple(facts)


async def _finish(  # noqa: PLR0913 -- what a submission writes with itself
    engine: Engine,
    tx: Transaction,
    person: Person,
    token_id: str,
    at: float,
    part: Part | None,
    written_to_again: Sequence[tuple[Exit, bytes]],
) -> None:
    await _use_token(tx, token_id, at)
    if part is not None:
        await part.write(tx)
    if await lift(tx, written_to_again):
        account = own_account(
            engine,
            Act.STOP_LIST_LIFT,
            Outcome.DONE,
            at,
            clause="4.4",
            facts=(("channels", ",".join(sorted({one.value for one, _ in written_to_again}))),),
        )
        entry = build_entry(account, person.id, g=person.state.g)
        await insert_entries(tx, [engine.seal_entry(entry, person.keys)], at)


def claims_of(engine: Engine, unverified: str) -> dict[str, str]:
    """Return which form a notice token is of; nothing for one that is forged or too old, which `submit` refuses.

    Args:
        engine: Open.
        unverified: As it came back.
    """
    try:
        return parse_token(engine.keyring.installation_key("tokens"), TOKEN_LABEL, unverified, engine.clock.now())
    except MalformedError:
        return {}


async def _verify_token(
    engine: Engine, unverified: str, of: tuple[str, str, str, str]
) -> tuple[dict[str, str], Notice]:
    claims = parse_token(engine.keyring.installation_key("tokens"), TOKEN_LABEL, unverified, engine.clock.now())
    if (claims["point"], claims["stage"], claims["language"], claims["instance"]) != of:
        raise SubmissionError(
            "expected the notice of this form, found that of another",
            reason="token-other-form",
            hint="open this form again",
            rests_on="purpose-before-collection",
        )
    if claims["version"] != str(engine.policy.policy.version):
        raise SubmissionError(
            "expected the notice of the policy in force, found that of another version",
            reason="token-other-version",
            hint="open the form again and read what has changed",
            rests_on="purpose-before-collection",
        )
    notice = await engine.notices.get(claims["notice"])
    if notice is None:
        raise SubmissionError(
            "expected the notice as shown, found it missing", reason="notice-missing", rests_on="notice-first"
        )
    return claims, notice


async def _use_token(tx: Transaction, token_id: str, at: float) -> None:
    try:
        await tx.run("notice_token_use", token_id=token_id, expires_at=at + TOKEN_SECONDS)
    except ConflictError:
        raise _used() from None


def _used() -> ConflictError:
    return ConflictError(
        "expected a form not sent before, found one sent already",
        reason="token-used",
        hint="look at my data: it was taken the first time",
        rests_on="purpose-before-collection",
    )


async def _record_refusal(engine: Engine, own: Own, error: InputError) -> None:
    """A refused submission is evidence too: which rule, never what was sent."""
    keys, _ = await engine.keyring.of_person(own.person_id)
    entry = build_entry(
        own_account(
            engine,
            Act.SUBMISSION_REFUSE,
            Outcome.REFUSED,
            engine.clock.now(),
            actor=own.vouched_by,
            clause=(error.clause or "§2.1").removeprefix("§"),
            facts=(("reason", error.reason),),
        ),
        own.person_id if keys else b"",
    )
    await engine.record(entry, keys)
