"""A cookie's value is readable only by the code of its own purpose."""

from __future__ import annotations

from kept.cookies.rules import Rules
from kept.errors import DeniedError
from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Ask for every declared cookie under every other purpose of the cookies: each must be refused."""
    rules = Rules(engine.policy.policy)
    jar, _ = rules.read([], opted_out=False)
    cookies = list(engine.policy.policy.cookies.values())
    tried = refused = 0
    for one in cookies:
        for other in {cookie.purpose for cookie in cookies} - {one.purpose}:
            tried += 1
            try:
                jar.value(one.name, purpose=other)
            except DeniedError:
                refused += 1
    return Finding(tried == refused, "{n} of {m} readings for another purpose are refused", {"n": refused, "m": tried})


GUARANTEE = Guarantee(
    id="cookie-value-for-its-purpose",
    sentence={
        "en": "A cookie's value is readable only by the code of its own purpose.",
        "ja": "クッキーの値は、その目的のためのコードだけが読めます。",
    },
    enforced_at=("kept.cookies.rules.Jar.value",),
    check=check,
)
