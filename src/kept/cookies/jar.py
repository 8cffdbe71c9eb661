"""The cookies of one request, as the code behind the gate may know them: each value for the code of its own purpose.

A gate is told once, where a program is put together, which purposes the app behind it is the code of. The values stand in no
attribute of the jar, no header and no scope: they lie here, and what the jar says of itself cannot be written to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

from kept.cookies.choices import Choices
from kept.errors import DeniedError

Used = Callable[[str, bool], None]


def _nobody(name: str, passed: bool) -> None:  # noqa: FBT001 -- as it is called
    del name, passed


@dataclass(frozen=True, slots=True)
class Sent:
    """What a browser sent, as the gate knows it.

    Args:
        passed: Values that may be read, by name: declared, agreed to, and as declared.
        purposes: Purpose of each declared cookie, by name.
        brought: Every value the browser sent, by name, those that do not pass as well.
        choices: What this browser chose; None when it was not asked, or not by today's question.
        allowed: Purposes on consent that may be served now.
        expire: Declared cookies that may not stay: taken away by the answer.
        opted_out: Whether the browser says `Sec-GPC: 1`.
        granted: Purposes whose code reads by this jar; None for the engine's own code, which is there for every purpose.
        used: Told of every value that is read, and of every reading that is refused.
    """

    passed: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)
    brought: Mapping[str, frozenset[str]] = field(default_factory=dict)
    choices: Choices | None = None
    allowed: frozenset[str] = frozenset()
    expire: tuple[str, ...] = ()
    opted_out: bool = False
    granted: frozenset[str] | None = frozenset()
    used: Used = _nobody

    def for_code_of(self, granted: frozenset[str] | None, used: Used) -> Jar:
        """Return it as a jar for the code of *granted* purposes."""
        jar = Jar()
        _SENT[jar] = replace(self, granted=granted, used=used)
        return jar

    def gives(self, name: str) -> bool:
        """Whether the code it is for may read a cookie."""
        return name in self.purposes and (self.granted is None or self.purposes[name] in self.granted)


class Jar:
    """The cookies of one request that may be read, each by the code of its own purpose only."""

    __slots__ = ("__weakref__",)

    def __repr__(self) -> str:
        return f"<cookies: {', '.join(one for one in self.names if self.has(one)) or 'none'}>"

    @property
    def names(self) -> tuple[str, ...]:
        """Names the browser sent, in order: every one for the engine's pages, for a program those of its own purposes."""
        sent = sent_in(self)
        return tuple(one for one in sent.brought if sent.granted is None or sent.gives(one))

    @property
    def choices(self) -> Choices | None:
        """What this browser chose; None when it was not asked, or not by today's question."""
        return sent_in(self).choices

    @property
    def allowed(self) -> frozenset[str]:
        """Purposes on consent that may be served now."""
        return sent_in(self).allowed

    @property
    def opted_out(self) -> bool:
        """Whether the browser says `Sec-GPC: 1`."""
        return sent_in(self).opted_out

    def value(self, name: str, *, purpose: str) -> str:
        """Return a cookie's value to the code of its purpose; empty when the browser sent none that may pass.

        Args:
            name: Declared cookie.
            purpose: Purpose the caller acts for: one of those the gate was told of.

        Raises:
            DeniedError: The cookie belongs to another purpose, or to none, or this code is not that purpose's.
        """
        sent = sent_in(self)
        if sent.purposes.get(name) != purpose or not sent.gives(name):
            sent.used(name, False)
            raise _denied(purpose)
        if name in sent.passed:
            sent.used(name, True)
        return sent.passed.get(name, "")

    def has(self, name: str) -> bool:
        """Whether the browser sent a declared cookie that may pass and that this code may read."""
        sent = sent_in(self)
        return name in sent.passed and sent.gives(name)


def _denied(purpose: str) -> DeniedError:
    return DeniedError(
        f"expected a cookie of {purpose}, for its own code, found one of another purpose",
        needed="code of the cookie's own purpose",
        reason="cookie-purpose",
        hint="name the purpose where the gate is put around the app, or the app beside Kept's pages",
        rests_on="cookie-value-for-its-purpose",
    )


def sent_in(jar: Jar) -> Sent:
    """Return what stands behind a jar: for gates and the engine, which are no part of the public names; nothing for a copy."""
    return _SENT.get(jar, NOTHING_SENT)


NOTHING_SENT = Sent()
_SENT: WeakKeyDictionary[Jar, Sent] = WeakKeyDictionary()
EMPTY_JAR = Jar()
