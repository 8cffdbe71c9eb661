"""The rules of the cookies in force, and what did not pass them: a cookie the service itself tried to set is a breach.

What a browser sends from elsewhere is dropped in silence: its name is somebody else's text and reaches no record.
"""

from __future__ import annotations

from kept import limits
from kept.cookies.rules import Dropped, Jar, Rules
from kept.policy.duties import cookie_for
from kept.policy.model import Cookie
from kept.policy.words import CookieDuty
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.record import SYSTEM, record


class CookieRules:
    """The rules in force, and the breaches since the start.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._of: tuple[str, Rules] | None = None
        self._waiting: list[Dropped] = []
        self._seen: set[tuple[str, str]] = set()

    def rules(self) -> Rules | None:
        """Return the rules of the policy in force; None without one."""
        if not self._engine.has_policy:
            return None
        active = self._engine.policy
        if self._of is None or self._of[0] != active.hash:
            self._of = (active.hash, Rules(active.policy))
        return self._of[1]

    def serving(self, duty: CookieDuty) -> Cookie | None:
        """Return the cookie of the policy in force that serves *duty*; None where it is not offered."""
        return cookie_for(self._engine.policy.policy, duty) if self._engine.has_policy else None

    def sent(self, jar: Jar, duty: CookieDuty) -> str:
        """Return what a browser sent of the cookie that serves *duty*; empty when that may not pass, or is not there.

        Args:
            jar: Of the request.
            duty: What the caller needs it for: a cookie is read by the code of its own purpose alone.
        """
        cookie = self.serving(duty)
        return jar.value(cookie.name, purpose=cookie.purpose) if cookie and jar.has(cookie.name) else ""

    def found(self, dropped: Dropped) -> None:
        """Take note of a cookie that did not pass."""
        key = (dropped.name[: limits.COOKIE_NAME_RECORDED_CHARACTERS], dropped.reason)
        if dropped.outward and key not in self._seen and len(self._seen) < limits.COOKIE_NAMES_RECORDED:
            self._seen.add(key)
            self._waiting.append(dropped)

    async def record(self) -> None:
        """Write the breaches that wait into the ledger."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            facts = (("cookie", one.name[: limits.COOKIE_NAME_RECORDED_CHARACTERS]), ("reason", one.reason))
            await record(self._engine, SYSTEM, Act.COOKIE_DROP, outcome=Outcome.REFUSED, facts=facts)
