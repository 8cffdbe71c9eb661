"""What may pass: the cookies a policy declares, held against what this browser chose. Unknown means no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kept import limits
from kept.cookies.choices import REVISION_CHARACTERS, Choices, parse_choices
from kept.cookies.header import Setting
from kept.crypto.digest import framed, sha256
from kept.errors import DeniedError
from kept.policy.duties import cookie_for, cookies_of
from kept.policy.model import Cookie, Policy
from kept.policy.words import Basis, CookieDuty


class Jar:
    """The cookies of one request that may be read, each by the code of its own purpose only.

    Args:
        passed: Declared and consented, by name.
        purposes: Purpose of each declared cookie, by name.
        names: Every name the browser sent, declared or not, in order.
        choices: What this browser chose; None when it was not asked, or not by today's question.
        opted_out: Whether the browser says `Sec-GPC: 1`.
        allowed: Purposes on consent that may be served now.
        expire: Declared cookies the browser sent that it did not allow: taken away by the answer.
    """

    __slots__ = ("_passed", "_purposes", "allowed", "choices", "expire", "names", "opted_out")

    def __init__(  # noqa: PLR0913 -- what a request brings
        self,
        passed: Mapping[str, str],
        purposes: Mapping[str, str],
        names: tuple[str, ...],
        choices: Choices | None,
        allowed: frozenset[str],
        expire: tuple[str, ...],
        *,
        opted_out: bool,
    ) -> None:
        self._passed = passed
        self._purposes = purposes
        self.names = names
        self.choices = choices
        self.allowed = allowed
        self.expire = expire
        self.opted_out = opted_out

    def __repr__(self) -> str:
        return f"<cookies: {', '.join(self._passed) or 'none'}>"

    def value(self, name: str, *, purpose: str) -> str:
        """Return a cookie's value to the code of its purpose; empty when the browser sent none that may pass.

        Args:
            name: Declared cookie.
            purpose: Purpose the caller acts for.

        Raises:
            DeniedError: The cookie belongs to another purpose, or to none.
        """
        if self._purposes.get(name) != purpose:
            raise DeniedError(
                f"expected a cookie of {purpose}, found one of another purpose",
                needed="code of the cookie's own purpose",
                reason="cookie-purpose",
                rests_on="cookie-value-for-its-purpose",
            )
        return self._passed.get(name, "")

    def has(self, name: str) -> bool:
        """Whether the browser sent a declared cookie that may pass."""
        return name in self._passed

    def pairs(self) -> list[tuple[str, str]]:
        """Return what may pass, for an app that reads the header itself."""
        return list(self._passed.items())


@dataclass(frozen=True, slots=True)
class Dropped:
    """A cookie that did not pass.

    Args:
        name: Its name; from outside when *outward* is false.
        reason: `undeclared`, `unconsented`, `twice`, `life-longer` or `elsewhere`.
        outward: Whether the app tried to set it; otherwise a browser sent it.
    """

    name: str
    reason: str
    outward: bool


class Rules:
    """What a policy declares about cookies, with the engine's own where it declares none (`kept.policy.duties`).

    Args:
        policy: In force.
    """

    def __init__(self, policy: Policy) -> None:
        self._cookies: Mapping[str, Cookie] = cookies_of(policy)
        self._purpose = {one.name: one.purpose for one in self._cookies.values()}
        self._by_consent = {
            one.name
            for one in policy.cookies.values()
            if one.basis is not Basis.NECESSARY
            or policy.purposes.get(one.purpose) is None
            or policy.purposes[one.purpose].basis is not Basis.NECESSARY
        }
        chosen = cookie_for(policy, CookieDuty.CHOICES)
        self.choices: str = chosen.name if chosen else ""
        self.asked: tuple[str, ...] = tuple(
            dict.fromkeys(one.purpose for one in policy.cookies.values() if one.name in self._by_consent)
        )
        words = [
            framed(
                purpose.encode(),
                (policy.purposes[purpose].revision if purpose in policy.purposes else "").encode(),
                *(one.name.encode() for one in policy.cookies.values() if one.purpose == purpose),
            )
            for purpose in sorted(self.asked)
        ]
        self.revision = sha256(framed(b"kept/cookie-question/v1", *words)).hex()[:REVISION_CHARACTERS]

    def cookie(self, name: str) -> Cookie | None:
        """Return a declared cookie."""
        return self._cookies.get(name)

    def choose(self, allowed: Iterable[str], day: str) -> Choices:
        """Return a choice as today's question asks it; a purpose it does not ask about is left out.

        Args:
            allowed: Purposes that got a yes.
            day: `YYYY-MM-DD`.
        """
        return Choices(self.revision, day, frozenset(allowed) & frozenset(self.asked))

    def read(self, pairs: list[tuple[str, str]], *, opted_out: bool) -> tuple[Jar, list[Dropped]]:
        """Divide what a browser sent.

        A name sent twice does not pass at all: a page of a sibling host could have set the other one.

        Args:
            pairs: As read from the header.
            opted_out: Whether it says `Sec-GPC: 1`: a no to everything until it chooses otherwise here.
        """
        sent: dict[str, str] = {}
        twice = set()
        for name, value in pairs:
            if name in sent:
                twice.add(name)
            sent[name] = value
        for name in twice:
            del sent[name]
        choices = parse_choices(sent[self.choices], self.revision, self.asked) if self.choices in sent else None
        allowed = choices.allowed if choices else frozenset()
        passed: dict[str, str] = {}
        dropped: list[Dropped] = [Dropped(name, "twice", outward=False) for name in twice]
        expire = []
        for name, value in sent.items():
            if name not in self._cookies:
                dropped.append(Dropped(name, "undeclared", outward=False))
            elif name in self._by_consent and self._purpose[name] not in allowed:
                dropped.append(Dropped(name, "unconsented", outward=False))
                expire.append(name)
            else:
                passed[name] = value
        names = tuple(dict.fromkeys(name for name, _ in pairs))
        return Jar(passed, self._purpose, names, choices, allowed, tuple(expire), opted_out=opted_out), dropped

    def allowed_after(self, setting: Setting, allowed: frozenset[str]) -> frozenset[str]:
        """Return what is allowed once an answer that sets *setting* arrives: a new choice counts at once."""
        if setting.name != self.choices:
            return allowed
        chosen = parse_choices(setting.value, self.revision, self.asked)
        return chosen.allowed if chosen else frozenset()

    def is_over(self, name: str, allowed: frozenset[str]) -> bool:
        """Whether a cookie a browser holds is declared and no longer allowed: it is taken away."""
        return name in self._by_consent and self._purpose[name] not in allowed

    def refuse(self, setting: Setting, allowed: frozenset[str]) -> str:
        """Return why a cookie may not be set; empty when it may.

        Args:
            setting: As the app spells it.
            allowed: Purposes on consent that may be served.
        """
        declared = self._cookies.get(setting.name)
        if declared is None:
            return "undeclared"
        if setting.life_seconds is not None and setting.life_seconds <= 0:
            return ""
        if setting.name in self._by_consent and declared.purpose not in allowed:
            return "unconsented"
        if setting.elsewhere:
            return "elsewhere"
        if setting.life_seconds is not None and (
            declared.life_seconds is None or setting.life_seconds > declared.life_seconds + limits.COOKIE_SLACK_SECONDS
        ):
            return "life-longer"
        return ""
