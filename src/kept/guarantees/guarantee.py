"""What a built-in promise is: a permanent id, one sentence, where it is enforced, how it is checked live."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kept.policy.vocabulary import GuaranteeWord, ParameterKind

if TYPE_CHECKING:
    from kept.services.engine import Engine


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of a live check: whether the promise holds now, and on what that rests."""

    holds: bool
    detail: str


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
