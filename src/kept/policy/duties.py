"""What the engine needs a policy for, asked by duty: which cookie serves the session, which purpose answers rights requests.

The engine knows no name of any policy. It asks here, and an answer of None means that what needs it does not exist in
this installation. A policy says `serves: remember` on a cookie or a purpose; most of it follows from what is declared
already and need not be said:

- a cookie under its engine name (`ENGINE_COOKIES`) serves what that name is for;
- the purpose of a cookie serves what its cookie serves;
- *legal-disclosure* is the purpose on basis `law` with the exit `legal-bundle`;
- *rights-request* is the purpose on basis `necessary` that uses every item and has the exit `take-along`;
- *sign-in-warning* is a purpose only where the policy says so: on basis `consent`, with a channel.

Where a policy declares no cookie for a duty the service cannot do without (`DEFAULT_COOKIES`), the engine's own
declaration applies: strictly necessary, listed in the cookie table like any other. A policy declares it to rename it or
to narrow its life.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from kept import limits
from kept.policy.channel import CHANNELS
from kept.policy.message_kind import MessageKind
from kept.policy.model import Cookie, Point, Policy, Purpose
from kept.policy.words import WITNESSED, Basis, CookieDuty, Exit, PointKind, PurposeDuty, Source

ENGINE_COOKIES: Mapping[str, CookieDuty] = MappingProxyType({f"__Host-kept_{duty.value}": duty for duty in CookieDuty})
"""What a cookie under the engine's own name serves."""

IDENTIFIERS: Mapping[str, str] = MappingProxyType(
    {CookieDuty.SESSION: "session", CookieDuty.REMEMBER: "device", CookieDuty.DEVICE: "device"}
)
"""What the cookie of a duty is known by, where it cannot do without; those of the other duties identify nothing."""

OWN_PURPOSE = "kept:"
"""Begins the purpose of a default cookie; no id of a policy holds a colon."""

DEFAULT_COOKIES: Mapping[CookieDuty, Cookie] = MappingProxyType(
    {
        duty: Cookie(
            name=f"__Host-kept_{duty.value}",
            purpose=f"{OWN_PURPOSE}{duty.value}",
            basis=Basis.NECESSARY,
            life_seconds=life,
            holds=(),
            identifier=IDENTIFIERS.get(duty, "none"),
            clause="",
            serves=duty.value,
        )
        for duty, life in (
            (CookieDuty.SESSION, None),
            (CookieDuty.CHOICES, limits.CHOICES_COOKIE_SECONDS),
            (CookieDuty.DEVICE, limits.KNOWN_DEVICE_SECONDS),
        )
    }
)
"""What applies where a policy declares no cookie for a duty the service cannot do without."""


def cookie_for(policy: Policy, duty: CookieDuty) -> Cookie | None:
    """Return the cookie that serves *duty*: the declared one, else the engine's default; None when there is neither."""
    return _served(policy)[0].get(duty)


def cookies_of(policy: Policy) -> Mapping[str, Cookie]:
    """Return every cookie that may be set under *policy*, by name: the declared ones, then the defaults that apply."""
    return _served(policy)[1]


def used_channels(policy: Policy) -> frozenset[Exit]:
    """Return the channels by which some purpose of *policy* reaches people."""
    return CHANNELS & frozenset().union(*(one.exits for one in policy.purposes.values()))


def purpose_for(policy: Policy, duty: CookieDuty | PurposeDuty) -> Purpose | None:
    """Return the purpose that serves *duty*; None when the policy has none, and so not what needs it.

    For a cookie duty it is the purpose of the cookie. A default cookie has none that is declared: use its `purpose`.
    """
    return _served(policy)[2].get(duty)


def cookie_duty(cookie: Cookie) -> CookieDuty | None:
    """Return what the engine needs a cookie for: what it says it serves, or what its name stands for; None for a shop's own."""
    return CookieDuty(cookie.serves) if cookie.serves else ENGINE_COOKIES.get(cookie.name)


def point_for(policy: Policy, kind: PointKind) -> Point | None:
    """Return the first collection point of a kind, such as the one asked at registration; None when there is none."""
    return next((point for point in policy.points.values() if point.kind is kind), None)


def replying(policy: Policy) -> Purpose | None:
    """Return the first purpose that replies to what people ask and that a role acts for; None when there is none."""
    found = (one for one in policy.purposes.values() if MessageKind.REPLY in one.messages)
    return next((one for one in found if roles_with(policy, one.id)), None)


def noticing(policy: Policy) -> tuple[Purpose, ...]:
    """Return the purposes that send service notices and that a role acts for."""
    found = (one for one in policy.purposes.values() if MessageKind.SERVICE_NOTICE in one.messages)
    return tuple(one for one in found if roles_with(policy, one.id))


def roles_with(policy: Policy, purpose: str) -> tuple[str, ...]:
    """Return the roles that may act for a purpose."""
    return tuple(role.id for role in policy.roles.values() if purpose in role.purposes)


def roles_that_may(policy: Policy, right: str) -> tuple[str, ...]:
    """Return the roles that have a right, such as `activate`."""
    return tuple(role.id for role in policy.roles.values() if right in role.may)


def quarantine_seconds(policy: Policy) -> float:
    """Return how long a partner's record waits for what it lacks: `sources: partner`, else 30 days."""
    partner: Any = _body(policy, "sources", "partner")
    return float(partner["otherwise"]["quarantine"]) if partner else limits.QUARANTINE_SECONDS


def witnessed_ways(policy: Policy) -> frozenset[Source]:
    """Return how else than in their own session a person may give something directly: `sources: direct`, else no way."""
    direct: Any = _body(policy, "sources", "direct")
    return frozenset(map(Source, direct["by"])) & WITNESSED if direct else frozenset()


def address_key_seconds(policy: Policy) -> float:
    """Return how long the key lives under which addresses are counted: `addresses`, else 7 days."""
    addresses: Any = _body(policy, "addresses", "")
    return float(addresses["key-life"]) if addresses else limits.RATE_KEY_SECONDS


def _body(policy: Policy, word: str, name: str) -> Mapping[str, object] | None:
    return next((one.body for one in policy.declarations if (one.word, one.id) == (word, name)), None)


def serving(policy: Policy, duty: PurposeDuty) -> tuple[str, ...]:
    """Return every purpose that serves *duty*: those that say so, else those of which it follows."""
    said = tuple(one.id for one in policy.purposes.values() if one.serves == duty)
    return said or tuple(one.id for one in policy.purposes.values() if not one.serves and follows(one, duty))


def follows(purpose: Purpose, duty: PurposeDuty) -> bool:
    """Whether *purpose* can serve *duty*, by what is declared of it."""
    if duty is PurposeDuty.SIGN_IN_WARNING:  # nobody is written to about it unless a policy says so, and they did
        return purpose.serves == duty and purpose.basis is Basis.CONSENT and not purpose.exits.isdisjoint(CHANNELS)
    if duty is PurposeDuty.LEGAL_DISCLOSURE:
        return purpose.basis is Basis.LAW and Exit.LEGAL_BUNDLE in purpose.exits
    return purpose.basis is Basis.NECESSARY and purpose.uses == ("*",) and Exit.TAKE_ALONG in purpose.exits


_Served = tuple[Mapping[CookieDuty, Cookie], Mapping[str, Cookie], Mapping[CookieDuty | PurposeDuty, Purpose]]


def _served(policy: Policy) -> _Served:
    """Work everything out once for each policy."""
    found: _Served | None = policy.remembered.get("duties")
    if found is None:
        cookies = _by_duty(policy.cookies.values())
        defaults = {one.name: one for duty, one in DEFAULT_COOKIES.items() if cookies.setdefault(duty, one) is one}
        purposes: dict[CookieDuty | PurposeDuty, Purpose] = {
            duty: policy.purposes[cookie.purpose]
            for duty, cookie in cookies.items()
            if cookie.purpose in policy.purposes
        }
        for each in PurposeDuty:
            for first in serving(policy, each)[:1]:
                purposes[each] = policy.purposes[first]
        found = policy.remembered["duties"] = cookies, {**policy.cookies, **defaults}, purposes
    return found


def _by_duty(cookies: Iterable[Cookie]) -> dict[CookieDuty, Cookie]:
    """Sort cookies by what they serve; the first counts, and one that says so before one that is only named so."""
    found: dict[CookieDuty, Cookie] = {}
    for cookie in sorted(cookies, key=lambda one: not one.serves):
        duty = cookie_duty(cookie)
        if duty is not None:
            found.setdefault(duty, cookie)
    return found
