"""How long what stands behind a cookie of the engine's own is good for: as long as the cookie lives, and never longer."""

from __future__ import annotations

from kept.errors import InputError
from kept.policy.duties import cookie_for
from kept.policy.words import CookieDuty
from kept.services.engine.engine import Engine


def life_of(engine: Engine, duty: CookieDuty, at_most: float) -> float:
    """Return for how many seconds a cookie set now is good.

    Args:
        engine: Open.
        duty: What the cookie is for.
        at_most: What the engine allows, in seconds; a policy may declare less. A cookie that goes with the browser says
            nothing about it.

    Raises:
        InputError: The policy in force declares no such cookie, so that this is not offered here.
    """
    cookie = cookie_for(engine.policy.policy, duty)
    if cookie is None:
        raise InputError(
            f"expected a policy that declares a cookie which serves `{duty}`, found none",
            reason="cookie-undeclared",
            hint="this is not offered here; go on without it",
            rests_on="only-declared-cookies",
        )
    return min(at_most, cookie.life_seconds or at_most)
