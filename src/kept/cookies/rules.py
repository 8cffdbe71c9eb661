"""What may pass: the cookies a policy declares, held against what this browser chose. Unknown means no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kept import limits
from kept.cookies.choices import REVISION_CHARACTERS, Choices, parse_choices
from kept.cookies.header import Setting
from kept.cookies.jar import Sent
from kept.cookies.visit_marks import parse_marks
from kept.crypto.digest import framed, sha256
from kept.policy.cookie_value import CookieValue, cookie_value
from kept.policy.day import local
from kept.policy.duties import cookie_duty, cookie_for, cookies_of
from kept.policy.model import Cookie, Policy
from kept.policy.words import Basis, CookieDuty


@dataclass(frozen=True, slots=True)
class Dropped:
    """A cookie that did not pass.

    Args:
        name: Its name; from outside when *outward* is false.
        reason: `undeclared`, `unconsented`, `twice`, `life-longer`, `elsewhere`, `identifier` (it says what the policy does
            not declare), `given-before` (an identifier that another browser or session had), `not-ours` (a sign-in this
            installation did not make) or `other-purpose`.
        outward: Whether the app tried to set it; otherwise a browser sent it.
    """

    name: str
    reason: str
    outward: bool


NOBODY: frozenset[str] = frozenset()


def _agreed(cookie: Cookie) -> bytes:
    """Return what a yes to a cookie is a yes to: another life, identifier or content is another question."""
    life = "session" if cookie.life_seconds is None else str(int(cookie.life_seconds))
    says = (*cookie.holds, *cookie.values, str(cookie.up_to))
    return framed(*(word.encode() for word in (cookie.name, life, cookie.identifier, *says)))


class Rules:
    """What a policy declares about cookies, with the engine's own where it declares none (`kept.policy.duties`).

    Args:
        policy: In force.
    """

    def __init__(self, policy: Policy) -> None:
        self._cookies: Mapping[str, Cookie] = cookies_of(policy)
        self._zone = policy.zone
        self._days: dict[tuple[str, float | None], tuple[float, date, date]] = {}
        self.duties: Mapping[str, CookieDuty] = {
            one.name: duty for one in self._cookies.values() if (duty := cookie_duty(one)) is not None
        }
        self._says: Mapping[str, CookieValue] = {
            one.name: cookie_value(one, policy.items)
            for one in self._cookies.values()
            if one.identifier == "none" or one.values or one.up_to >= 0
        }
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
                *(_agreed(one) for one in policy.cookies.values() if one.purpose == purpose),
            )
            for purpose in sorted(self.asked)
        ]
        self.revision = sha256(framed(b"kept/cookie-question/v1", *words)).hex()[:REVISION_CHARACTERS]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of every cookie that may be set."""
        return tuple(self._cookies)

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

    def read(self, pairs: list[tuple[str, str]], *, opted_out: bool, at: float) -> tuple[Sent, list[Dropped]]:
        """Divide what a browser sent.

        A name sent twice does not pass at all: a page of a sibling host could have set the other one.

        Args:
            pairs: As read from the header.
            opted_out: Whether it says `Sec-GPC: 1`: a no to everything until it chooses otherwise here.
            at: Now, unix seconds.
        """
        sent = dict(pairs)
        twice = set()
        if len(sent) < len(pairs):
            names = [name for name, _ in pairs]
            twice = {name for name in sent if names.count(name) > 1}
        choices = None
        if self.choices in sent and self.choices not in twice:
            choices = self._choices(sent[self.choices], at)
        allowed = choices.allowed if choices else NOBODY
        passed: dict[str, str] = {}
        dropped = []
        expire = []
        for name, value in sent.items():
            reason = "twice" if name in twice else ""
            if name not in self._cookies:
                reason = reason or "undeclared"
            elif self.is_over(name, allowed):
                reason = reason or "unconsented"
                expire.append(name)
            elif not reason and not (choices if name == self.choices else self.says(name, value, at)):
                reason = "identifier"
                expire.append(name)
            if reason:
                dropped.append(Dropped(name, reason, outward=False))
            else:
                passed[name] = value
        return Sent(passed, self._purpose, pairs, choices, allowed, tuple(expire), opted_out), dropped

    def _choices(self, value: str, at: float, within: float | None = None) -> Choices | None:
        """Return a choice, exactly as it is spelled here; None for any other text."""
        choices = parse_choices(value, self.revision, self.asked)
        exact = choices is not None and choices.text() == value
        return choices if choices and exact and self._lately(self.choices, choices.day, at, within) else None

    def says(self, name: str, value: str, at: float, *, within: float | None = None) -> bool:
        """Whether a value says only what its cookie is declared to say; one that may identify says what it likes.

        Args:
            name: Declared cookie.
            value: As a browser holds it, or an app would set it.
            at: Now, unix seconds.
            within: How old a day it names may be, in seconds; as long as the cookie lives when left out.
        """
        if name not in self._says or not value:
            return True
        match self.duties.get(name):
            case CookieDuty.CHOICES:
                return self._choices(value, at, within) is not None
            case CookieDuty.VISIT:
                marks = parse_marks(value)
                return marks is not None and self._lately(name, marks[0], at, within)
        return self._says[name].says(value)

    def _lately(self, name: str, said: str, at: float, within: float | None) -> bool:
        """Whether a text is a day, and one on which the value may have been made; the days around it allow for two clocks."""
        try:
            day = date.fromisoformat(said)
        except ValueError:
            return False
        minute, known = at // limits.MINUTE, self._days.get((name, within))
        if known is None or known[0] != minute:
            life = self._cookies[name].life_seconds or limits.CHOICES_COOKIE_SECONDS
            oldest, spare = life if within is None else within, timedelta(days=1)
            first, last = local(at - oldest, self._zone).date() - spare, local(at, self._zone).date() + spare
            known = self._days[name, within] = minute, first, last
        return known[1] <= day <= known[2] and day.isoformat() == said

    def allowed_after(self, setting: Setting) -> frozenset[str]:
        """Return what is allowed once an answer that sets a choice arrives: it counts at once."""
        chosen = parse_choices(setting.value, self.revision, self.asked)
        return chosen.allowed if chosen else frozenset()

    def is_over(self, name: str, allowed: frozenset[str]) -> bool:
        """Whether a cookie a browser holds is declared and no longer allowed: it is taken away."""
        return name in self._by_consent and self._purpose[name] not in allowed

    def refuse(self, setting: Setting, allowed: frozenset[str], at: float) -> str:
        """Return why a cookie may not be set; empty when it may.

        Args:
            setting: As the app spells it.
            allowed: Purposes on consent that may be served.
            at: Now, unix seconds.
        """
        declared = self._cookies.get(setting.name)
        if declared is None:
            return "undeclared"
        if setting.takes_away:
            return ""
        if setting.name in self._by_consent and declared.purpose not in allowed:
            return "unconsented"
        if setting.elsewhere:
            return "elsewhere"
        if setting.life_seconds is not None and (
            declared.life_seconds is None or setting.life_seconds > declared.life_seconds + limits.COOKIE_SLACK_SECONDS
        ):
            return "life-longer"
        return "" if self.says(setting.name, setting.value, at, within=0.0) else "identifier"

    def purpose(self, name: str) -> str:
        """Return the purpose of a declared cookie."""
        return self._purpose[name]

    def identifies(self, name: str) -> bool:
        """Whether a cookie may hold what identifies a session or a device."""
        return self._cookies[name].identifier != "none"
