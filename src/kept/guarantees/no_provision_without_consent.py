"""Nothing goes to a third party without the person's consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kept.guarantees.guarantee import Finding, Guarantee

if TYPE_CHECKING:
    from kept.services.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    policy = engine.policy.policy
    loose = [one.id for one in policy.recipients.values() if policy.purposes[one.purpose].basis.value != "consent"]
    return Finding(
        not loose,
        f"{len(policy.recipients)} recipients declared; none can be provided without consent, and no provision is built yet",
    )


GUARANTEE = Guarantee(
    id="no-provision-without-consent",
    sentence={
        "en": "Nothing goes to a third party without the person's consent.",
        "ja": "ご本人の同意なく、第三者に提供しません。",
    },
    enforced_at=("kept.policy.reference.decide",),
    check=check,
)
