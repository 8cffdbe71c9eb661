"""The rules of the cookies in force, and what did not pass them: a cookie the service itself tried to set is a breach.

What a browser sends from elsewhere is dropped in silence: its name is somebody else's text and reaches no record.
"""

from __future__ import annotations

from kept import limits
from kept.cookies.rules import Dropped, Rules
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, build_entry

NAME_AT_MOST = limits.COOKIE_NAME_RECORDED_CHARACTERS
RECORDED_AT_MOST = limits.COOKIE_NAMES_RECORDED
"""Different breaches recorded between two starts; a loop that invents names does not fill the ledger."""


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

    def found(self, dropped: Dropped) -> None:
        """Take note of a cookie that did not pass."""
        key = (dropped.name[:NAME_AT_MOST], dropped.reason)
        if dropped.outward and key not in self._seen and len(self._seen) < RECORDED_AT_MOST:
            self._seen.add(key)
            self._waiting.append(dropped)

    async def record(self) -> None:
        """Write the breaches that wait into the ledger."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            await self._engine.record(
                build_entry(
                    Account(
                        act=Act.COOKIE_DROP.value,
                        outcome=Outcome.REFUSED.value,
                        at=self._engine.clock.now(),
                        policy=self._engine.policy.hash[:16],
                        kind="system",
                        clause="3.7",
                        facts=(("cookie", one.name[:NAME_AT_MOST]), ("reason", one.reason)),
                    )
                )
            )
