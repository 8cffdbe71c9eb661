"""What came with a form, held against the form: declared fields alone, each acceptable, boxes it offered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kept import limits
from kept.errors import InputError, Mistakes, SubmissionError
from kept.policy import present
from kept.policy.day import day_of
from kept.policy.instance import Instance, Question
from kept.policy.item_type import ItemType
from kept.policy.model import Policy
from kept.policy.narrow import narrow
from kept.policy.notice import Notice
from kept.policy.words import Exit
from kept.vault.normal import normalise

TICK = "choice"
USE = "use"
PUBLISH = "publish"
ANSWER = "answer."

TYPED_WRONG = frozenset(
    {
        "item-needed",
        "prize-nowhere",
        *(
            f"value-{one}"
            for one in ("long", "empty", "broken", "characters", "email", "phone", "address", "date", "date-range")
        ),
    }
)
"""Reasons of errors that are a slip of whoever typed."""

Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A box ticked: purpose, channel and third party, as on the form."""

    purpose: str
    exit: Exit | None
    recipient: str

    def name(self) -> str:
        """Return the box's value on the form."""
        return f"{self.purpose}/{self.exit.value if self.exit else ''}/{self.recipient}"


@dataclass(frozen=True, slots=True)
class Submission:
    """What a person chose to give.

    Args:
        values: By item.
        ticks: Boxes ticked.
        use: Items given before that may be used here too.
        publish: Items that may be published.
    """

    values: dict[str, Value]
    ticks: tuple[Tick, ...]
    use: tuple[str, ...] = ()
    publish: tuple[str, ...] = ()


def parse_submission(  # noqa: PLR0913 -- what a form is held against
    policy: Policy,
    notice: Notice,
    unverified_fields: Sequence[tuple[str, str]],
    at: float,
    instance: Instance | None = None,
    held: Collection[str] = (),
) -> Submission:
    """Read the fields of a form.

    Args:
        policy: In force.
        notice: As shown, of the form's point and stage.
        unverified_fields: Names and texts as they came.
        at: Now, unix seconds: no date of birth lies after it.
        instance: Run-time instance of the form, if it is one's.
        held: Items given before: what the form needs need not be given again.

    Raises:
        SubmissionError: Too many fields, one that is not declared or comes twice, a box or item not offered, or values
            that are not acceptable or missing: all of them at once.
    """
    if len(unverified_fields) > limits.FORM_FIELDS:
        raise SubmissionError(
            f"expected at most {limits.FORM_FIELDS} fields", reason="fields-many", rests_on="nothing-unneeded"
        )
    point = (narrow(policy, instance) if instance else policy.points[notice.point]).at(notice.stage)
    items = point.stages[notice.stage]
    offered = {
        Tick(one.purpose, one.exit, one.recipient).name(): one
        for one in present.boxes(policy, notice.point, notice.language, notice.stage, instance=instance)
    }
    publishable = publishable_items(policy, point.purposes) if instance else set()
    choices: dict[str, Collection[str]] = {
        TICK: offered,
        USE: {item for item in items if not policy.items[item].per_instance},
        PUBLISH: publishable.intersection(items),
    }
    fields = {one for one in items if not (instance and policy.items[one].type is ItemType.ANSWER)}
    fields |= {f"{ANSWER}{question.id}" for question in instance.questions} if instance else set()
    raw = _divided(unverified_fields, choices, fields)
    ticked = [offered[one] for one in raw.pop(TICK, [])]
    use, publish = (tuple(dict.fromkeys(raw.pop(one, []))) for one in (USE, PUBLISH))
    wrong = Mistakes()
    values = _values(policy, raw, at, wrong)
    answers = _answers(instance, raw, wrong) if instance else ()
    for item in items:
        mine = instance.slot(item, per_instance=policy.items[item].per_instance) if instance else item
        if item in point.needed and mine not in held and item not in {*values, *(one.field for one in wrong.found)}:
            wrong.add(_needed(item, point.id))
    wrong.insist()
    if answers:
        values[next(one for one in items if policy.items[one].type is ItemType.ANSWER)] = answers
    ticks = dict.fromkeys(Tick(box.purpose, box.exit, box.recipient) for box in ticked)
    return Submission(values, tuple(ticks), use, publish)


def _divided(
    unverified_fields: Sequence[tuple[str, str]], choices: Mapping[str, Collection[str]], fields: Collection[str]
) -> dict[str, list[str]]:
    """Return the texts that came under each name; a choice or a field the form does not have is refused."""
    raw: dict[str, list[str]] = {}
    for name, text in unverified_fields:
        if name in choices and text not in choices[name]:
            raise _unknown_choice()
        if name not in choices and name not in fields:
            raise SubmissionError(
                "expected only the fields this form declares, found another",
                field="",
                reason="field-undeclared",
                hint="nothing was taken; use the form as it is shown",
                rests_on="nothing-unneeded",
            )
        raw.setdefault(name, []).append(text)
    return raw


def publishable_items(policy: Policy, purposes: Sequence[str]) -> set[str]:
    """Return the items some of *purposes* may publish, each only if the person ticks it."""
    public = [policy.purposes[one] for one in purposes if Exit.PUBLICATION in policy.purposes[one].exits]
    return {
        item.id
        for item in policy.items.values()
        if item.type.about.published and any(one.may_use(item.id) for one in public)
    }


def is_typing_error(error: InputError) -> bool:
    """Whether something was left empty or mistyped, which breaks no rule: nothing was refused, and it is typed again."""
    return error.reason in TYPED_WRONG


def _needed(item: str, point: str) -> SubmissionError:
    return SubmissionError(
        "expected an item this form needs, found none",
        field=item,
        reason="item-needed",
        hint="the form says beside it why it is needed",
        rests_on=f"collection:{point}",
    )


def _values(policy: Policy, raw: dict[str, list[str]], at: float, wrong: Mistakes) -> dict[str, Value]:
    today = day_of(at, policy.zone)
    values: dict[str, Value] = {}
    for name, texts in raw.items():
        if name.startswith(ANSWER):
            continue
        item = policy.items[name]
        some = item.type.about.several
        if len(texts) > 1 and not some:
            raise SubmissionError(
                "expected a field once, found it again", field=name, reason="field-twice", rests_on="nothing-unneeded"
            )
        given = [text for text in texts if text.strip()]
        if given:
            with wrong.of(name):
                values[name] = normalise(
                    item.type.about.normal, given if some else given[0], field=name, options=item.options, today=today
                ).value
    return values


def _answers(instance: Instance, raw: dict[str, list[str]], wrong: Mistakes) -> tuple[str, ...]:
    """Return what was answered as `question=answer`, in the order of the questions; what was left empty is left out."""
    found = []
    for question in instance.questions:
        name = f"{ANSWER}{question.id}"
        texts = raw.get(name, [])
        if len(texts) > 1:
            raise SubmissionError(
                "expected a field once, found it again", field=name, reason="field-twice", rests_on="nothing-unneeded"
            )
        if texts and texts[0].strip():
            with wrong.of(name):
                found.append(f"{question.id}={_answer(question, name, texts[0])}")
    return tuple(found)


def _answer(question: Question, name: str, text: str) -> str:
    if not question.options:
        return str(normalise("text", text, field=name).value)
    return str(normalise("one-of", text, field=name, options=tuple(question.options)).value)


def _unknown_choice() -> SubmissionError:
    return SubmissionError(
        "expected a choice this form offers, found another",
        field=TICK,
        reason="choice-unknown",
        hint="use the form as it is shown",
        rests_on="fair-forms",
    )
