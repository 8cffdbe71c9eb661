"""Which purposes a program may be the code of: those with a cookie of its own; what the engine's cookies are for is the engine's."""

from __future__ import annotations

from collections.abc import Iterable

from kept.errors import InputError
from kept.policy.duties import cookie_duty, cookies_of
from kept.policy.model import Policy


def granted(policy: Policy, purposes: Iterable[str]) -> frozenset[str]:
    """Return purposes as a gate may be told them.

    Args:
        policy: In force.
        purposes: What a program says it is the code of.

    Raises:
        InputError: One has no cookie, or only the engine's own (`cookie-purpose-unknown`).
    """
    cookies = cookies_of(policy).values()
    own = {one.purpose for one in cookies} - {one.purpose for one in cookies if cookie_duty(one) is not None}
    asked = frozenset(purposes)
    if asked - own:
        raise InputError(
            "expected purposes that have cookies of a program's own, found another",
            reason="cookie-purpose-unknown",
            hint="name the `purpose` of a cookie the policy declares; the engine's own cookies are read by the engine alone",
            rests_on="cookie-value-for-its-purpose",
        )
    return asked
