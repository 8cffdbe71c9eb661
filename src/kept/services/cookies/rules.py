"""The rules of the cookies in force, what did not pass them, and how often cookies were read for their purposes.

A cookie the service itself tried to set, or code that asked for another purpose's, is a breach. What a browser sends from elsewhere
is dropped in silence: its name is somebody else's text and reaches no record.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC

from kept import limits
from kept.cookies.asgi import App, CookieGate
from kept.cookies.jar import Jar, sent_in
from kept.cookies.rules import Dropped, Rules
from kept.policy.day import day_of
from kept.policy.duties import cookie_for
from kept.policy.model import Cookie
from kept.policy.words import CookieDuty
from kept.services.accounts.accounts import SESSION
from kept.services.accounts.devices import DEVICE
from kept.services.accounts.remember_me import REMEMBERED
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.marks import read_mark
from kept.services.engine.record import SYSTEM, record
from kept.services.staff import sessions

MARKS = {
    CookieDuty.SESSION: (SESSION, sessions.SESSION),
    CookieDuty.REMEMBER: (REMEMBERED,),
    CookieDuty.DEVICE: (DEVICE,),
}
"""Which marks the cookie of a duty may hold."""
OTHER_PURPOSE = "cookie-purpose"
"""The reason of a reading that was refused."""


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
        self._uses: Counter[str] = Counter()

    def rules(self) -> Rules | None:
        """Return the rules of the policy in force; None without one."""
        if not self._engine.has_policy:
            return None
        active = self._engine.policy
        if self._of is None or self._of[0] != active.hash:
            self._of = (active.hash, Rules(active.policy))
        return self._of[1]

    def gate(self, app: App, purposes: frozenset[str] | None = None) -> CookieGate:
        """Put the gate for cookies before an app.

        Args:
            app: Any ASGI app.
            purposes: What the app is the code of; None for the engine's own pages.
        """
        return CookieGate(
            app,
            self.rules,
            now=self._engine.clock.now,
            found=self.found,
            used=self.used,
            ours=self._ours,
            purposes=purposes,
        )

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
        value = sent_in(jar).passed.get(cookie.name, "") if cookie else ""
        if cookie and value:
            self.used(cookie.name, passed=True)
        return value

    def used(self, name: str, passed: bool) -> None:  # noqa: FBT001 -- as a jar calls it
        """Count a reading of a cookie's value, or take note that code of another purpose asked for it."""
        if passed:
            self._uses[name] += 1
        else:
            self.found(Dropped(name, OTHER_PURPOSE, outward=True))

    def _ours(self, duty: CookieDuty, value: str) -> bool:
        return any(read_mark(self._engine, use, value) for use in MARKS[duty])

    def found(self, dropped: Dropped) -> None:
        """Take note of a cookie that did not pass."""
        key = (dropped.name[: limits.COOKIE_NAME_RECORDED_CHARACTERS], dropped.reason)
        if dropped.outward and key not in self._seen and len(self._seen) < limits.COOKIE_NAMES_RECORDED:
            self._seen.add(key)
            self._waiting.append(dropped)

    async def record(self) -> None:
        """Write the breaches that wait into the ledger, and add the uses to the clauses of their cookies.

        A use of a cookie is counted and not recorded one by one: it names nobody, and an entry for each page would say
        when somebody looked at which.
        """
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            facts = (("cookie", one.name[: limits.COOKIE_NAME_RECORDED_CHARACTERS]), ("reason", one.reason))
            act = Act.COOKIE_MISUSE if one.reason == OTHER_PURPOSE else Act.COOKIE_DROP
            await record(self._engine, SYSTEM, act, outcome=Outcome.REFUSED, facts=facts)
        rules = self.rules()
        uses, self._uses = self._uses, Counter()
        at = self._engine.clock.now()
        rows = [
            {
                "day": day_of(at, UTC),
                "clause": cookie.clause,
                "act": Act.COOKIE_USE,
                "outcome": Outcome.DONE,
                "count": count,
                "last_at": at,
            }
            for name, count in uses.items()
            if rules and (cookie := rules.cookie(name)) is not None and cookie.clause
        ]
        if not rows:
            return
        try:
            await self._engine.data.write(lambda tx: tx.many("tally_add", rows))
        except BaseException:
            self._uses.update(uses)
            raise
