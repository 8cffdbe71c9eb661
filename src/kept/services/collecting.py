"""Collecting: the notice first, then what the person chose to give, bound to that notice; then a receipt.

A submission without proof of the notice shown is refused; so is an extra field, an undeclared item, a used, old, forged
or foreign token. Nothing is required and nothing is ticked for anybody (§2.1, §2.2, §2.3, §2.6, §2.7, §4.7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from kept.crypto.random import random_id
from kept.crypto.token import parse_token, sign_token
from kept.errors import ConflictError, InputError, MalformedError, SubmissionError
from kept.policy import change, present
from kept.policy.notice import Notice
from kept.policy.person import PersonState
from kept.policy.words import Exit, ItemType, Source
from kept.services.acts import Act, Outcome
from kept.services.changing import Change, change_person, find_forms
from kept.services.entry import build_entry
from kept.services.own import own_account
from kept.services.people import Person
from kept.services.receipts import Receipt, consent_receipt
from kept.store.interface import Transaction
from kept.vault.normal import normalise

if TYPE_CHECKING:
    from kept.services.active_policy import ActivePolicy
    from kept.services.engine import Engine
    from kept.services.own import Own

TOKEN_LABEL = "notice"  # noqa: S105 -- a label, not a token
TOKEN_SECONDS = 2 * 3600.0
FIELDS_AT_MOST = 200
TICK = "choice"


@dataclass(frozen=True, slots=True)
class Presented:
    """A form as shown: its notice, the signed token that proves it, its fields and boxes."""

    notice: Notice
    notice_id: str
    token: str
    hints: tuple[present.Hint, ...]
    boxes: tuple[present.Box, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A box ticked: purpose, channel and third party, as on the form."""

    purpose: str
    exit: Exit | None
    recipient: str

    def name(self) -> str:
        """Return the box's value on the form."""
        return f"{self.purpose}/{self.exit.value if self.exit else ''}/{self.recipient}"


def box_value(box: present.Box) -> str:
    """Return the value of a box on the form."""
    return Tick(box.purpose, box.exit, box.recipient).name()


async def present_form(engine: Engine, point: str, stage: str, language: str) -> Presented:
    """Show a form: build its notice, store it as shown, sign the token.

    Raises:
        SubmissionError: No such point, or not in that language.
    """
    at = engine.ready()
    policy = engine.policy.policy
    notice = present.build_notice(policy, point, stage, language)
    await engine.data.write(lambda tx: engine.notices.keep(tx, notice))
    notice_id = notice.id
    token = sign_token(
        engine.keyring.house_key("tokens"),
        TOKEN_LABEL,
        {
            "id": random_id(),
            "point": point,
            "stage": stage,
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
        tuple(present.hints(policy, point, stage, language)),
        tuple(present.boxes(policy, point, language, stage)),
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

    Returns:
        The receipt.

    Raises:
        MalformedError: The token is forged or too old.
        SubmissionError: The token is of another form, a field is not declared, a value is not acceptable, or an item was
            given before.
        ConflictError: The token was used before.
    """
    try:
        claims, notice = await _verify_token(engine, unverified_token, point, stage, language)
        values, ticks = _parse_fields(engine.policy, point, stage, notice, fields, engine.clock.now())
    except (MalformedError, SubmissionError) as error:
        await _record_refusal(engine, own, error)
        raise
    notice_id = claims["notice"]
    receipt: Receipt | None = None

    def make(person: Person, at: float) -> Change:
        nonlocal receipt
        state = person.state
        key_id = person.keys.newest("values")
        state = change.fill(
            state, values, notice_id=notice_id, point=point, source=Source.OWN_SESSION, key_id=key_id, at=at
        )
        state = _granted(state, ticks, notice, notice_id, tuple(values), at)
        state = change.replace(state, g=person.state.g + 1)
        receipt = consent_receipt(
            engine.policy.policy, notice, notice_id, person.id, tuple(values), ticks_of(ticks), at
        )
        return Change(
            state,
            own_account(
                engine,
                Act.VALUE_COLLECT,
                Outcome.DONE,
                at,
                clause="2.6",
                items=tuple(values),
                facts=(("notice", notice_id), ("point", point), ("choices", ",".join(one.name() for one in ticks))),
            ),
            values=dict(values),
            gained=tuple(form for slot, value in values.items() for form in find_forms(engine, slot, value)),
            extra=lambda tx: _use_token(tx, claims["id"], at),
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


def _granted(  # noqa: PLR0913 -- what a grant names
    state: PersonState, ticks: Sequence[Tick], notice: Notice, notice_id: str, slots: tuple[str, ...], at: float
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
    del notice
    return change.grant(state, by_purpose, notice_id=notice_id, slots=slots, recipients=recipients, at=at)


async def _verify_token(
    engine: Engine, unverified: str, point: str, stage: str, language: str
) -> tuple[dict[str, str], Notice]:
    claims = parse_token(engine.keyring.house_key("tokens"), TOKEN_LABEL, unverified, engine.clock.now())
    if (claims["point"], claims["stage"], claims["language"]) != (point, stage, language):
        raise SubmissionError(
            "expected the notice of this form, found that of another",
            reason="token-other-form",
            hint="open this form again",
            clause="§2.1",
        )
    if claims["version"] != str(engine.policy.policy.version):
        raise SubmissionError(
            "expected the notice of the policy in force, found that of another version",
            reason="token-other-version",
            hint="open the form again and read what has changed",
            clause="§2.1",
        )
    notice = await engine.notices.get(claims["notice"])
    if notice is None:
        raise SubmissionError("expected the notice as shown, found it missing", reason="notice-missing", clause="§2.6")
    return claims, notice


def _parse_fields(  # noqa: PLR0913 -- what a form is held against
    active: ActivePolicy, point: str, stage: str, notice: Notice, fields: Sequence[tuple[str, str]], at: float
) -> tuple[dict[str, str | tuple[str, ...]], list[Tick]]:
    policy = active.policy
    if len(fields) > FIELDS_AT_MOST:
        raise SubmissionError(f"expected at most {FIELDS_AT_MOST} fields", reason="fields-many", clause="§2.2")
    items = policy.points[point].stages[stage]
    offered = {
        Tick(one.purpose, one.exit, one.recipient).name(): one
        for one in present.boxes(policy, point, notice.language, stage)
    }
    raw: dict[str, list[str]] = {}
    ticks: list[Tick] = []
    for name, text in fields:
        if name == TICK:
            if text not in offered:
                raise SubmissionError(
                    "expected a choice this form offers, found another",
                    field=TICK,
                    reason="choice-unknown",
                    hint="use the form as it is shown",
                    clause="§2.3",
                )
            box = offered[text]
            ticks.append(Tick(box.purpose, box.exit, box.recipient))
        elif name in items:
            raw.setdefault(name, []).append(text)
        else:
            raise SubmissionError(
                "expected only the fields this form declares, found another",
                field="",
                reason="field-undeclared",
                hint="nothing was taken; use the form as it is shown",
                clause="§2.2",
            )
    today = datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d")
    values: dict[str, str | tuple[str, ...]] = {}
    for name, texts in raw.items():
        item = policy.items[name]
        several = item.type is ItemType.SOME_OF
        if len(texts) > 1 and not several:
            raise SubmissionError(
                "expected a field once, found it again", field=name, reason="field-twice", clause="§2.2"
            )
        given = [text for text in texts if text.strip()]
        if given:
            values[name] = normalise(
                item.type.value, given if several else given[0], field=name, options=item.options, today=today
            ).value
    return values, list(dict.fromkeys(ticks))


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
        clause="§2.1",
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
            clause=(error.clause or "§2.1").removeprefix("§"),
            facts=(("reason", error.reason),),
        ),
        own.person_id if keys else b"",
    )
    await engine.record(entry, keys)
