"""No undeclared or unconsented cookie leaves the service or reaches it."""

from __future__ import annotations

from kept.cookies.header import Setting
from kept.cookies.rules import Rules
from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine

FOREIGN = "kept_not_declared"
NOTHING: frozenset[str] = frozenset()


async def check(engine: Engine) -> Finding:
    """Ask the rules in force about an undeclared cookie and about every one that needs a yes nobody gave."""
    rules = Rules(engine.policy.policy)
    asked = [one.name for purpose in rules.asked for one in rules.of_purpose(purpose)]
    jar, dropped = rules.read([(name, "x") for name in (FOREIGN, *asked)], opted_out=False)
    refused = [rules.refuse(Setting(name, "x", None, elsewhere=False), NOTHING) for name in (FOREIGN, *asked)]
    holds = not jar.pairs() and len(dropped) == len(asked) + 1 and all(refused)
    return Finding(
        holds, "{n} cookies that need a yes, and one undeclared, are stopped in both directions", {"n": len(asked)}
    )


GUARANTEE = Guarantee(
    id="only-declared-cookies",
    sentence={
        "en": "No undeclared or unconsented cookie leaves the service or reaches it.",
        "ja": "宣言していない、または同意のないクッキーは、出ることも届くこともありません。",
    },
    enforced_at=("kept.cookies.asgi.CookieGate", "kept.web.app.build_app"),
    check=check,
)
