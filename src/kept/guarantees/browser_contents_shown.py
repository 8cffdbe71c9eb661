"""A page shows what this browser holds for the site, for what, with a button to delete it."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether every declared cookie has something to say there: a purpose, titled in every language."""
    policy = engine.policy.policy
    told = [
        one
        for one in policy.cookies.values()
        if one.purpose in policy.purposes and set(policy.languages) <= set(policy.purposes[one.purpose].titles)
    ]
    return Finding(
        len(told) == len(policy.cookies),
        "{n} of {m} cookies are explained on the cookie page, in every language",
        {"n": len(told), "m": len(policy.cookies)},
    )


GUARANTEE = Guarantee(
    id="browser-contents-shown",
    sentence={
        "en": "A page shows what this browser holds for the site, for what, with a button to delete it.",
        "ja": "このブラウザが保持しているものと目的を示し、削除できるページがあります。",
    },
    enforced_at=("kept.web.site.cookies.centre",),
    check=check,
)
