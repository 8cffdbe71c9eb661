"""What a built-in promise is: a permanent id, one sentence, where it is enforced, how it is known to hold."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kept.policy.vocabulary import GuaranteeWord, ParameterKind
from kept.services.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of a live check.

    Args:
        holds: Whether the promise holds now.
        said: On what that rests: an English sentence with its values in braces, which pages translate.
        values: The values by name: numbers, and words that are the same in every language.
    """

    holds: bool
    said: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        """What it rests on, in English."""
        return self.said.format(**self.values) if self.values else self.said

    def encode(self) -> str:
        """Return sentence and values as they are kept between two looks."""
        return json.dumps([self.said, dict(self.values)], ensure_ascii=False)


def parse_finding(holds: bool, kept: str) -> Finding:  # noqa: FBT001 -- the row's own column
    """Read a finding as `Finding.encode` wrote it; anything else is no finding that holds."""
    try:
        said, values = json.loads(kept)
        return Finding(holds, str(said), dict(values))
    except (ValueError, TypeError):
        return Finding(False, "not checked yet")


class Known(StrEnum):
    """How a promise is known to hold: three ways that are not worth the same, and are never mixed up."""

    WATCHED = "watched"
    BY_CONSTRUCTION = "by construction"
    BY_POLICY_CHECK = "by policy check"


Check = Callable[["Engine"], Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class Guarantee:
    """One built-in promise.

    Args:
        id: Permanent word of the policy language.
        sentence: What is promised, by language.
        enforced_at: Where in the code, `module.function`; empty while it is not built.
        known: How it is known to hold; None while it is not built.
        check: Looks whether it holds now, and can find that it does not; only for what is *watched*.
        shown_by: The test that breaks it and sees the check fail, for what is *watched*; the test file that tries to break
            it in vain, for what holds *by construction*; the finding of `kept check` that refuses a policy which breaks
            it, for what holds *by policy check*.
        parameters: Kinds of its parameters.
        optional: Parameters a policy may leave out.
    """

    id: str
    sentence: Mapping[str, str]
    enforced_at: tuple[str, ...] = ()
    known: Known | None = None
    check: Check | None = None
    shown_by: str = ""
    parameters: Mapping[str, ParameterKind] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()

    @property
    def built(self) -> bool:
        """Whether the engine keeps it today."""
        return self.known is not None

    def standing(self) -> Finding | None:
        """Return what is found without looking: that it holds, and how that is known; None for what is watched."""
        if self.known is Known.BY_CONSTRUCTION:
            return Finding(True, "tests of every version try to break it, and fail")
        if self.known is Known.BY_POLICY_CHECK:
            return Finding(True, "a policy that breaks it is refused before it comes into force")
        return None

    def word(self) -> GuaranteeWord:
        """Return it as the policy language knows it."""
        return GuaranteeWord(self.id, self.parameters, self.optional)
