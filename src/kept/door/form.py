"""A form as a program shows it: the notice, its fields and boxes, and the token that proves the notice was shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from kept.policy.instance import Instance, Question
from kept.policy.item_type import ItemType
from kept.policy.present import Hint
from kept.services.forms.answers import Answer
from kept.services.forms.collection import Presented
from kept.services.forms.submission import ANSWER


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. Nothing is required: an empty field is kept to oneself.

    Args:
        name: What the field is called when the form is sent.
        title: What people call it.
        type: A word of the policy language, such as `person-name` or `some-of`; decides how it is typed.
        why: What it is asked for.
        until: How long it is kept.
        needed: Why this one is needed, where the policy says so; empty otherwise.
        options: Of a choice: title by option, in order.
        several: Whether more than one option may be chosen.
        given: Whether the person gave it before; it is corrected then, not given again.
    """

    name: str
    title: str
    type: str
    why: str
    until: str
    needed: str
    options: dict[str, str]
    several: bool
    given: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One box of a form, never ticked beforehand.

    Args:
        value: What the field `choice` holds when it is ticked.
        title: What people read beside it.
        purpose: Declared purpose.
        channel: Way to be reached; empty where the purpose has none.
        recipient: Third party; empty otherwise.
        clause: Clause of the policy, with the section sign.
        said: What the person answered before; None where they gave no answer. A box left as it is changes nothing.
        on: Whether their answer has any effect now: the gate would say yes.
        missing: What it lacks for that, as the gate's reason; empty where it is on.
    """

    value: str
    title: str
    purpose: str
    channel: str
    recipient: str
    clause: str
    said: bool | None
    on: bool
    missing: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form, shown to one person.

    Args:
        point: Declared collection point.
        stage: Stage of it; empty where it has none.
        language: Of every text.
        instance: Id of the questionnaire, contest, sweepstake or event; empty otherwise.
        notice: What must be read before the first field: plain text, paragraphs by line.
        notice_id: Under which it is kept as shown, hex.
        token: Comes back with the form, within two hours, once.
        fields: In order.
        choices: Boxes, in order.
    """

    point: str
    stage: str
    language: str
    instance: str
    notice: str
    notice_id: str
    token: str
    fields: tuple[Field, ...]
    choices: tuple[Choice, ...]


def form_of(shown: Presented, given: Collection[str], instance: Instance | None = None) -> Form:
    """Return a form from what was presented.

    Args:
        shown: From `present_form`.
        given: Slots the person has filled.
        instance: Run-time instance it is of; None otherwise.
    """
    fields: list[Field] = []
    for hint in shown.hints:
        if instance is not None and hint.item.type is ItemType.ANSWER:
            fields += [_question(one, hint, shown.notice.language) for one in instance.questions]
        else:
            fields.append(_field(hint, shown.notice.language, given))
    return Form(
        point=shown.notice.point,
        stage=shown.notice.stage,
        language=shown.notice.language,
        instance=instance.id if instance else "",
        notice=shown.notice.text,
        notice_id=shown.notice_id,
        token=shown.token,
        fields=tuple(fields),
        choices=tuple(_choice(one) for one in shown.answers),
    )


def _field(hint: Hint, language: str, given: Collection[str]) -> Field:
    item = hint.item
    return Field(
        name=item.id,
        title=hint.title,
        type=item.type.value,
        why=hint.why,
        until=hint.until,
        needed=hint.needed,
        options={one: item.option_titles.get(one, {}).get(language, one) for one in item.options},
        several=item.type.about.several,
        given=item.id in given,
    )


def _question(question: Question, hint: Hint, language: str) -> Field:
    return Field(
        name=f"{ANSWER}{question.id}",
        title=question.ask[language],
        type="one-of" if question.options else "answer",
        why=hint.why,
        until=hint.until,
        needed="",
        options={option: titles[language] for option, titles in question.options.items()},
        several=False,
        given=False,
    )


def _choice(answer: Answer) -> Choice:
    box = answer.box
    return Choice(
        value=answer.name,
        title=box.title,
        purpose=box.purpose,
        channel=box.exit.value if box.exit else "",
        recipient=box.recipient,
        clause=f"§{box.clause}",
        said=answer.said,
        on=bool(answer.said) and answer.way.open,
        missing=answer.way.missing,
    )
