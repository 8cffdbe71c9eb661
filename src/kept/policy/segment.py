"""Segments: who a campaign is for, as a closed rule over consented items.

Every condition must hold; of a condition's options one is enough. Conditions are options of one-of and some-of items, and
answers of a questionnaire (`answer#spring.how`). Nothing else can be asked: no age, no text, no *not*. The rule decides
nothing about consent; the gate does, for each person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kept import limits
from kept.errors import InputError
from kept.policy.ground import cite
from kept.policy.instance import Instance
from kept.policy.item_type import ItemType
from kept.policy.model import Policy
from kept.policy.words import Exit


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: a slot holds one of these options.

    Args:
        item: Declared item.
        instance: For an answer: the questionnaire; empty otherwise.
        question: For an answer: the question; empty otherwise.
        options: Option ids, sorted; at least one.
    """

    item: str
    instance: str
    question: str
    options: tuple[str, ...]

    @property
    def slot(self) -> str:
        """Return the slot it looks at."""
        return f"{self.item}#{self.instance}" if self.instance else self.item

    @property
    def text(self) -> str:
        """Return it in canonical form."""
        return f"{self.slot}{'.' if self.question else ''}{self.question}={'|'.join(self.options)}"

    def holds(self, value: str | tuple[str, ...]) -> bool:
        """Whether a value meets it."""
        chosen = (value,) if isinstance(value, str) else value
        wanted = {f"{self.question}={one}" for one in self.options} if self.question else set(self.options)
        return any(one in wanted for one in chosen)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: all of its conditions hold. Without conditions it means everybody who agreed."""

    conditions: tuple[Condition, ...]

    @property
    def slots(self) -> tuple[str, ...]:
        """Return the slots it looks at, each once."""
        return tuple(dict.fromkeys(one.slot for one in self.conditions))

    @property
    def text(self) -> str:
        """Return it in canonical form: equal rules read equal."""
        return " & ".join(one.text for one in self.conditions)

    def matches(self, values: Mapping[str, str | tuple[str, ...]]) -> bool:
        """Whether somebody with these values is meant; what is not there meets nothing."""
        return all(one.slot in values and one.holds(values[one.slot]) for one in self.conditions)

    def words(
        self, policy: Policy, asked: Mapping[str, Instance], language: str
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return what people read: for each condition the item's or question's title and the options' titles."""
        return tuple(_words(one, policy, asked, language) for one in self.conditions)


def segment_items(policy: Policy, purpose: str) -> tuple[str, ...]:
    """Return the items a purpose may choose people by: declared under `segments`, and its own to use."""
    declared = [one.body.get("by") for one in policy.declarations if one.word == "segments"]
    by = declared[0] if declared and isinstance(declared[0], tuple) else ()
    chosen = policy.purposes[purpose]
    return tuple(str(one) for one in by if chosen.may_use(str(one)) and Exit.SEGMENT in chosen.exits)


def parse_rule(
    plain: Mapping[str, tuple[str, ...]], policy: Policy, purpose: str, asked: Mapping[str, Instance]
) -> Rule:
    """Read a rule.

    Args:
        plain: Options by `item` or `item#instance.question`, as fitted.
        policy: In force.
        purpose: What the campaign is for.
        asked: Questionnaires whose answers may be named, by id.

    Raises:
        InputError: An item one may not choose people by, an option that is none.
    """
    if len(plain) > limits.SEGMENT_CONDITIONS:
        raise _unfit(policy, f"expected at most {limits.SEGMENT_CONDITIONS} conditions, found {len(plain)}")
    allowed = segment_items(policy, purpose)
    found = [_condition(key, options, policy, allowed, asked) for key, options in plain.items()]
    return Rule(tuple(sorted(found, key=lambda one: one.text)))


def _condition(
    key: str, options: tuple[str, ...], policy: Policy, allowed: tuple[str, ...], asked: Mapping[str, Instance]
) -> Condition:
    slot, _, question = key.partition(".")
    item, _, instance = slot.partition("#")
    declared = policy.items.get(item)
    if declared is None or item not in allowed:
        raise _unfit(policy, f"expected an item one may choose people by ({', '.join(allowed)}), found another")
    if declared.type is ItemType.ANSWER:
        file = asked.get(instance)
        one = file.question(question) if file else None
        if one is None or not one.options or not one.chooses:
            message = f"expected `{item}#questionnaire.question` with options and `segments: true`, found another"
            raise _unfit(policy, message)
        known: tuple[str, ...] = tuple(one.options)
    elif declared.type.about.has_options and not instance and not question:
        known = declared.options
    else:
        raise _unfit(policy, "expected an item with declared options, found another kind: no bands, no texts")
    if not options or any(one not in known for one in options):
        raise _unfit(policy, f"expected one or more of the options of `{item}`, found another")
    return Condition(item, instance, question, tuple(sorted(options)))


def _words(one: Condition, policy: Policy, asked: Mapping[str, Instance], language: str) -> tuple[str, tuple[str, ...]]:
    item = policy.items.get(one.item)
    if one.question:
        file = asked.get(one.instance)
        question = file.question(one.question) if file else None
        if question is None:
            return one.slot, one.options
        title = question.ask.get(language, one.question)
        return title, tuple(question.options.get(option, {}).get(language, option) for option in one.options)
    if item is None:
        return one.item, one.options
    return (
        item.titles.get(language, one.item),
        tuple(item.option_titles.get(option, {}).get(language, option) for option in one.options),
    )


def _unfit(policy: Policy, message: str) -> InputError:
    return cite(
        policy,
        InputError(
            message, reason="rule-unfit", hint="`segments` of the policy says what may be used", rests_on="segments"
        ),
    )
