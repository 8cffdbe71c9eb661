"""The cookies of one request, as the code behind the gate may know them: each value for the code of its own purpose.

A gate is told once, where a program is put together, which purposes the app behind it is the code of. The values stand in no
attribute of the jar, no header and no scope: they lie here, and what the jar says of itself cannot be written to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from weakref import WeakKeyDictionary

from kept.cookies.choices import Choices
from kept.errors import DeniedError

Used = Callable[[str, bool], None]


NOTHING: Mapping[str, str] = MappingProxyType({})


class Sent(NamedTuple):
    """What a browser sent, as the gate knows it.

    Args:
        passed: Values that may be read, by name: declared, agreed to, and as declared.
        purposes: Purpose of each declared cookie, by name.
        brought: Every name and value the browser sent, in order, those that do not pass as well.
        choices: What this browser chose; None when it was not asked, or not by today's question.
        allowed: Purposes on consent that may be served now.
        expire: Declared cookies that may not stay: taken away by the answer.
        opted_out: Whether the browser says `Sec-GPC: 1`.
    """

    passed: Mapping[str, str] = NOTHING
    purposes: Mapping[str, str] = NOTHING
    brought: Sequence[tuple[str, str]] = ()
    choices: Choices | None = None
    allowed: frozenset[str] = frozenset()
    expire: tuple[str, ...] = ()
    opted_out: bool = False

    def for_code_of(self, granted: frozenset[str] | None, used: Used) -> Jar:
        """Return it as a jar.

        Args:
            granted: Purposes whose code reads by it; None for the engine's own, which is there for every purpose.
            used: Told of every value that is read, and of every reading that is refused.
        """
        jar = Jar()
        _BEHIND[jar] = _Behind(self, granted, used)
        return jar


class _Behind(NamedTuple):
    """What stands behind a jar."""

    sent: Sent
    granted: frozenset[str] | None
    used: Used

    def gives(self, name: str) -> bool:
        """Whether the code it is for may read a cookie."""
        purpose = self.sent.purposes.get(name)
        return purpose is not None and (self.granted is None or purpose in self.granted)


class Jar:
    """The cookies of one request that may be read, each by the code of its own purpose only."""

    __slots__ = ("__weakref__",)

    def __repr__(self) -> str:
        return f"<cookies: {', '.join(one for one in self.names if self.has(one)) or 'none'}>"

    @property
    def names(self) -> tuple[str, ...]:
        """Names the browser sent, in order: every one for the engine's pages, for a program those of its own purposes."""
        behind = _behind(self)
        names = dict.fromkeys(name for name, _ in behind.sent.brought)
        return tuple(one for one in names if behind.granted is None or behind.gives(one))

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
        behind = _behind(self)
        if behind.sent.purposes.get(name) != purpose or not behind.gives(name):
            behind.used(name, False)
            raise _denied(purpose)
        if name in behind.sent.passed:
            behind.used(name, True)
        return behind.sent.passed.get(name, "")

    def has(self, name: str) -> bool:
        """Whether the browser sent a declared cookie that may pass and that this code may read."""
        behind = _behind(self)
        return name in behind.sent.passed and behind.gives(name)


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
    return _behind(jar).sent


def _behind(jar: Jar) -> _Behind:
    return _BEHIND.get(jar, _EMPTY)


_EMPTY = _Behind(Sent(), frozenset(), lambda *_: None)
_BEHIND: WeakKeyDictionary[Jar, _Behind] = WeakKeyDictionary()
EMPTY_JAR = Jar()
