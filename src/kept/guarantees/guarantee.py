"""What a built-in promise is: a permanent id, one sentence, where it is enforced, how it is checked live."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

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


Check = Callable[["Engine"], Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class Guarantee:
    """One built-in promise.

    Args:
        id: Permanent word of the policy language.
        sentence: What is promised, by language.
        enforced_at: Where in the code, `module.function`; empty while it is not built.
        check: Looks whether it holds now; None while it is not built.
        parameters: Kinds of its parameters.
        optional: Parameters a policy may leave out.
    """

    id: str
    sentence: Mapping[str, str]
    enforced_at: tuple[str, ...] = ()
    check: Check | None = None
    parameters: Mapping[str, ParameterKind] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()

    @property
    def built(self) -> bool:
        """Whether the engine keeps it today."""
        return self.check is not None

    def word(self) -> GuaranteeWord:
        """Return it as the policy language knows it."""
        return GuaranteeWord(self.id, self.parameters, self.optional)
