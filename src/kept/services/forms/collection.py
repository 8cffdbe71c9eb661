"""Collection: the notice first, then what the person chose to give, bound to that notice; then a receipt.

A submission without proof of the notice shown is refused; so is an extra field, an undeclared item, a used, old, forged
or foreign token. Nothing is ticked for anybody, and an empty box is a no.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from kept import limits
from kept.crypto.digest import framed, hmac_sha256
from kept.crypto.random import random_id
from kept.crypto.token import parse_token, sign_token
from kept.errors import ConflictError, InputError, MalformedError, SubmissionError
from kept.policy import change, needs, present
from kept.policy.instance import Instance
from kept.policy.model import Point, Policy
from kept.policy.narrow import narrow
from kept.policy.notice import Notice
from kept.policy.person import PersonState
from kept.policy.words import Basis, Exit, Source
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.engine.record import Actor, about_person, account_part, record
from kept.services.forms.answers import Answer, answers_to
from kept.services.forms.consent_evidence import evidence_of, mail_slots
from kept.services.forms.receipts import Receipt, consent_receipt
from kept.services.forms.reconsent import questions_of
from kept.services.forms.submission import Submission, Tick, is_typing_error, parse_submission
from kept.services.gate.own_session import Own
from kept.services.gate.state_change import Change, Extra, change_person, find_forms
from kept.services.messages.confirmations import ask_about_new
from kept.services.messages.open_ways import Standing, standing_of
from kept.store.interface import Transaction

TOKEN_LABEL = "notice"  # noqa: S105 -- a label, not a token


@dataclass(frozen=True, slots=True)
class Presented:
    """A form as shown: its notice, the signed token that proves it, its fields, its boxes with what was answered before."""

    notice: Notice
    notice_id: str
    token: str
    hints: tuple[present.Hint, ...]
    boxes: tuple[present.Box, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What a participation does with a submission, in its transaction.

    Args:
        write: Its statements.
        on_receipt: What it adds to the receipt.
        require: Insists on what it needs among the items given here or lent, of a person as they stand; raises
            `SubmissionError`.
    """

    write: Extra
    on_receipt: dict[str, object]
    require: Callable[[Collection[str], PersonState], None] = lambda _given, _state: None


def box_value(box: present.Box) -> str:
    """Return the value of a box on the form."""
    return Tick(box.purpose, box.exit, box.recipient).name()


async def keep_notice(
    engine: Engine, point: str, stage: str, language: str, *, instance: Instance | None = None
) -> Notice:
    """Build the notice of a form and store it as shown; who takes it elsewhere (a partner) names it by its id.

    Args:
        engine: Open.
        point: A declared point.
        stage: A stage of it; empty when it has none.
        language: One the policy is complete in.
        instance: Run-time instance that narrows the point.

    Raises:
        SubmissionError: No such point, or not in that language.
    """
    engine.ready()
    notice = present.build_notice(engine.policy.policy, point, stage, language, instance=instance)
    await engine.data.write(lambda tx: engine.notices.keep(tx, notice))
    return notice


async def present_form(  # noqa: PLR0913 -- which form, and to whom
    engine: Engine, own: Own, point: str, stage: str, language: str, *, instance: Instance | None = None
) -> Presented:
    """Show a form to somebody: its notice, stored as shown, and a token that is good for them alone.

    Args:
        engine: Open.
        own: Who is shown it; nobody else can send the form back.
        point: A declared point.
        stage: A stage of it; empty when it has none.
        language: One the policy is complete in.
        instance: Run-time instance that narrows the point; the caller has checked that it is open.

    Raises:
        SubmissionError: No such point, or not in that language.
    """
    notice = await keep_notice(engine, point, stage, language, instance=instance)
    policy, notice_id, token_id = engine.policy.policy, notice.id, random_id()
    token = sign_token(
        engine.keyring.installation_key("tokens"),
        TOKEN_LABEL,
        {
            "id": token_id,
            "shown-to": _shown_to(engine, own, token_id),
            "point": point,
            "stage": stage,
            "instance": instance.hash if instance else "",
            "version": str(policy.version),
            "language": language,
            "notice": notice_id,
        },
        engine.clock.now() + limits.NOTICE_FORM_SECONDS,
    )
    boxes = tuple(present.boxes(policy, point, language, stage, instance=instance))
    hints = tuple(present.hints(policy, point, stage, language, instance=instance))
    person = await engine.people.load(own.person_id, None)
    return Presented(
        notice,
        notice_id,
        token,
        hints,
        boxes,
        answers_to(await standing_of(engine, person), person.state, boxes, (one.item.id for one in hints)),
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
    """Take what a person chose to give; a submission has so many parts.

    Args:
        engine: Open.
        own: The person's own session.
        point: Point the form was posted to.
        stage: Stage the form was posted to.
        language: Language the form was posted in.
        unverified_token: The notice token that came with it.
        fields: Names and texts as they came; `choice` for boxes, an item id otherwise. Empty texts are not given.
        instance: Run-time instance the form is of; the caller has checked that it is open to this person.
        part: What a participation writes with it, in the same transaction.

    Returns:
        The receipt.

    Raises:
        MalformedError: The token is forged or too old.
        SubmissionError: The token is of another form or was shown to somebody else, a field is not declared, a value is
            not acceptable, or an item was given before.
        ConflictError: The token was used before.
    """
    try:
        claims, notice = await _verify_token(
            engine, own, unverified_token, (point, stage, language, instance.hash if instance else "")
        )
        policy = engine.policy.policy
        standing = await standing_of(engine, await engine.people.load(own.person_id, None))
        given = parse_submission(policy, notice, fields, engine.clock.now(), instance, standing.held)
        asked = (narrow(policy, instance) if instance else policy.points[point]).at(stage)
    except (MalformedError, SubmissionError) as error:
        await _record_refusal(engine, own, error)
        raise
    standing = standing.under(claims["notice"], notice)
    taken = _Taken(engine, own.acting(), claims, notice, given, asked, instance, part, standing)
    try:
        await change_person(engine, own.person_id, taken.change, slots=mail_slots(engine.policy.policy))
    except (SubmissionError, ConflictError) as error:
        await _record_refusal(engine, own, error)
        raise
    if taken.receipt is None:
        raise RuntimeError("a submission ended without a receipt")
    await ask_about_new(engine, own.person_id, given.values)
    return taken.receipt


@dataclass(slots=True)
class _Taken:
    """A submission that was read: what it changes of the person, and the receipt of it.

    Args:
        engine: Open.
        who: The person, as an entry says it.
        claims: Of its token.
        notice: As shown.
        given: What the person chose to give.
        asked: The point, narrowed by its instance.
        instance: Run-time instance of the form, if it is one's.
        part: What a participation writes with it.
        standing: What the person's ways are decided on, this notice with it.
        receipt: Once the change was made.
    """

    engine: Engine
    who: Actor
    claims: Mapping[str, str]
    notice: Notice
    given: Submission
    asked: Point
    instance: Instance | None
    part: Part | None
    standing: Standing
    receipt: Receipt | None = None

    def change(self, person: Person, at: float) -> Change:
        """Return the change of a person, as loaded now."""
        engine, given, part = self.engine, self.given, self.part
        policy, notice_id = engine.policy.policy, self.claims["notice"]
        values = {_slot(policy, item, self.instance): value for item, value in given.values.items()}
        lent = tuple(item for item in given.use if item in person.state.slots)
        if part is not None:
            part.require((*given.values, *lent), person.state)
        state = change.fill(
            person.state,
            values,
            notice_id=notice_id,
            point=self.asked.id,
            source=Source.OWN_SESSION,
            key_id=person.keys.newest("values"),
            at=at,
        )
        state, bound = self._bound(state, notice_id)
        state = _granted(state, given.ticks, notice_id, (*values, *lent, *{slot for slot, _ in bound}), at)
        state = _agreed_to_publish(policy, state, given, self.asked, self.instance, notice_id, at)
        slots, ticks = (*given.values, *lent), ticks_of(given.ticks)
        receipt = self.receipt = consent_receipt(policy, self.notice, person.id, slots, ticks, at, bound)
        receipt.record.update(self._changes(person.state, state, values))
        if part is not None:
            receipt.record.update(part.on_receipt)
        return Change(
            change.replace(state, g=person.state.g + 1),
            account_part(engine, self.who, Act.VALUE_COLLECT, at=at, items=tuple(values), facts=self._facts()),
            values=dict(values),
            gained=tuple(form for slot, value in values.items() for form in find_forms(engine, slot, value)),
            extra=lambda tx: self._finish(tx, at),
            receipt=(receipt.id, "consent", msgspec.json.encode(receipt.record)),
            register=evidence_of(
                engine, person, ((one.purpose, one.exit) for one in given.ticks), values, notice_id, at
            ),
        )

    def _bound(self, state: PersonState, notice_id: str) -> tuple[PersonState, frozenset[tuple[str, str]]]:
        """Bind what was given before: what the person lends, and, on a form of no instance, what a ticked purpose uses.

        Returns:
            The state, and each item with the ticked purpose it was bound to.
        """
        policy, given, point, known = self.engine.policy.policy, self.given, self.asked, self.standing.notices
        state = _accepted(policy, state, given, point, notice_id, known)
        if self.instance is not None:
            return state, frozenset()
        asked = {(one.item, one.purpose) for one in questions_of(policy, state, known)}
        bound = []
        for purpose in dict.fromkeys(one.purpose for one in given.ticks):
            for item in point.stages[self.notice.stage]:
                held = state.slots.get(item)
                if held is None or not policy.purposes[purpose].may_use(item) or (item, purpose) in asked:
                    continue
                under = dict(held.accepted).get(purpose, held.notice_id)
                if not any(needs.covers(one, purpose, under, item) for one in state.grants):
                    state = state if under == notice_id else change.accept(state, (item,), purpose, notice_id)
                    bound.append((item, purpose))
        return state, frozenset(bound)

    def _changes(self, before: PersonState, after: PersonState, values: Collection[str]) -> dict[str, Any]:
        """Return what the form changed and what it left, for the receipt: items, and the answer to each box."""
        policy, notice = self.engine.policy.policy, self.notice
        boxes = present.boxes(policy, notice.point, notice.language, notice.stage, instance=self.instance)
        asked, ticked = self.asked.stages[notice.stage], {one.name() for one in self.given.ticks}
        was, now = (answers_to(self.standing, one, boxes, asked) for one in (before, after))
        return {
            "given": list(values),
            "heldBefore": [one for one in asked if one in before.slots],
            "choices": [one.record(earlier, ticked=one.name in ticked) for earlier, one in zip(was, now, strict=True)],
        }

    async def _finish(self, tx: Transaction, at: float) -> None:
        """Write what belongs to the change, in its transaction: the token is used up, and what a participation writes."""
        await _use_token(tx, self.claims["id"], at)
        if self.part is not None:
            await self.part.write(tx)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        given, said = self.given, self.claims
        facts = [("notice", said["notice"]), ("point", said["point"])]
        facts.append(("choices", ",".join(one.name() for one in given.ticks)))
        if self.instance is not None:
            facts += [("instance", self.instance.id), ("stage", said["stage"]), ("used", ",".join(given.use))]
            facts.append(("publish", ",".join(given.publish)))
        return tuple(facts)


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


def _shown_to(engine: Engine, own: Own, token_id: str) -> str:
    """Return to whom a form was shown, as its token says it: a keyed hash that is another for every form."""
    shown = framed(b"kept/notice-shown-to/v1", own.person_id, token_id.encode())
    return hmac_sha256(engine.keyring.installation_key("tokens"), shown).hex()


async def _verify_token(
    engine: Engine, own: Own, unverified: str, of: tuple[str, str, str, str]
) -> tuple[dict[str, str], Notice]:
    claims = parse_token(engine.keyring.installation_key("tokens"), TOKEN_LABEL, unverified, engine.clock.now())
    if claims["shown-to"] != _shown_to(engine, own, claims["id"]):
        raise SubmissionError(
            "expected the notice as it was shown to you, found one that was shown to somebody else",
            reason="token-other-person",
            hint="nothing was taken; open this form yourself and read it",
            rests_on="purpose-before-collection",
        )
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
        await tx.run("notice_token_use", token_id=token_id, expires_at=at + limits.NOTICE_FORM_SECONDS)
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
    """A refused submission is evidence too: which rule, never what was sent. Nobody refuses a typing error."""
    if all(is_typing_error(one) for one in error.each()):
        return
    concerning, facts = await about_person(engine, own.person_id), (("reason", error.reason),)
    await record(
        engine, own.acting(), Act.SUBMISSION_REFUSE, concerning, outcome=Outcome.REFUSED, error=error, facts=facts
    )
