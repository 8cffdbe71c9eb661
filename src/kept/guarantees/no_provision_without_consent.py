"""Nothing goes to a third party without the person's consent."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine
from kept.services.third_parties.provisions import all_provisions


async def check(engine: Engine) -> Finding:
    """Look whether every recipient stands on consent, and every provision was approved by a second person."""
    policy = engine.policy.policy
    loose = [one.id for one in policy.recipients.values() if policy.purposes[one.purpose].basis.value != "consent"]
    made = await all_provisions(engine)
    people = sum(one.people for one in made)
    return Finding(
        not loose,
        "{n} recipients declared, each on consent; {m} provisions, of {people} people in all",
        {"n": len(policy.recipients), "m": len(made), "people": people},
    )


GUARANTEE = Guarantee(
    id="no-provision-without-consent",
    sentence={
        "en": "Nothing goes to a third party without the person's consent.",
        "ja": "ご本人の同意なく、第三者に提供しません。",
    },
    enforced_at=("kept.policy.reference.decide", "kept.services.third_parties.provisions.provide"),
    check=check,
)
