"""What the engine needs from a policy, so that what is declared can run: the whole list, and `kept check` refuses the rest.

`docs/policy-language.md` quotes this table. Each requirement yields what does not meet it, with the word and the id of the
declaration it stands at; the engine's own catalogue of languages is passed in by `check`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kept.policy import duties
from kept.policy.model import Point, Policy, Purpose
from kept.policy.narrow import main_purpose
from kept.policy.phrase import LANGUAGES
from kept.policy.words import OWN_EXITS, Basis, CookieDuty, Exit, PointKind, PurposeDuty, Source

Unmet = Iterator[tuple[str, str]]
"""(word, id) of each declaration that misses something; two empty ones where the policy as a whole does."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing the engine needs.

    Args:
        code: Its finding.
        expected: What is needed, as a phrase.
        otherwise: What could not run without it.
        hint: What to write.
        unmet: Yields where it is missing.
    """

    code: str
    expected: str
    otherwise: str
    hint: str
    unmet: Callable[[Policy], Unmet]


def _activated(policy: Policy) -> Unmet:
    if not duties.roles_that_may(policy, "activate"):
        yield "", ""


def _approved(policy: Policy) -> Unmet:
    if not duties.roles_that_may(policy, "approve"):
        yield "", ""


def _signed_in(policy: Policy) -> Unmet:
    for duty in (CookieDuty.SESSION, CookieDuty.CHOICES):
        cookie = duties.cookie_for(policy, duty)
        if cookie is not None and cookie.name in policy.cookies:
            purpose = policy.purposes.get(cookie.purpose)
            if cookie.basis is not Basis.NECESSARY or (purpose and purpose.basis is not Basis.NECESSARY):
                yield "cookies", cookie.name


def _bound_to_host(policy: Policy) -> Unmet:
    for cookie in policy.cookies.values():
        named = duties.ENGINE_COOKIES.get(cookie.name)
        if cookie.serves and (named not in {None, cookie.serves} or not cookie.name.startswith("__Host-")):
            yield "cookies", cookie.name


def _one_for_each_duty(policy: Policy) -> Unmet:
    for duty in CookieDuty:
        for cookie in [one for one in policy.cookies.values() if one.serves == duty][1:]:
            yield "cookies", cookie.name
    for each in PurposeDuty:
        for place, word in enumerate(duties.serving(policy, each)):
            if place or not duties.follows(policy.purposes[word], each):
                yield "purposes", word


def _shown(policy: Policy) -> Unmet:
    if policy.language not in LANGUAGES:
        yield "", ""


def _reached(policy: Policy) -> Unmet:
    first = duties.point_for(policy, PointKind.REGISTRATION)
    partner = any(one.word == "sources" and one.id == "partner" for one in policy.declarations)
    for point in policy.points.values():
        if point.kind is PointKind.REGISTRATION:
            reached = point is first and "" in point.stages
        elif point.kind is PointKind.PARTNER:
            reached = partner
        else:
            reached = not point.purposes or _opened(policy, point)
        if not reached:
            yield "collection", point.id


def _opened(policy: Policy, point: Point) -> bool:
    """Whether a role may open an instance of a point: one that acts for what the point is for."""
    return bool(duties.roles_with(policy, main_purpose(policy, point)))


def _acted_for(policy: Policy) -> Unmet:
    for purpose in policy.purposes.values():
        if _by_others(purpose) and not duties.roles_with(policy, purpose.id):
            yield "purposes", purpose.id


def _by_others(purpose: Purpose) -> bool:
    return bool(purpose.exits - OWN_EXITS)


def _disclosed(policy: Policy) -> Unmet:
    purpose = duties.purpose_for(policy, PurposeDuty.LEGAL_DISCLOSURE)
    declared = [one for one in policy.declarations if one.word == "disclosure"]
    if purpose is not None and not declared:
        yield "purposes", purpose.id
    if purpose is None:
        yield from (("disclosure", one.id) for one in declared)
        yield from (("purposes", one.id) for one in policy.purposes.values() if Exit.LEGAL_BUNDLE in one.exits)


def _counted(policy: Policy) -> Unmet:
    if duties.cookie_for(policy, CookieDuty.VISIT) is None:
        for other in policy.declarations:
            if other.word == "statistics" and other.body["about"] == "visit":
                yield "statistics", other.id


def _attested(policy: Policy) -> Unmet:
    for one in policy.attestations:
        if "attest" not in policy.roles[one.by].may:
            yield "attest", one.id


def _given_directly(policy: Policy) -> Unmet:
    for other in policy.declarations:
        body: Any = other.body
        if (other.word, other.id) == ("sources", "direct") and Source.OWN_SESSION not in body["by"]:
            yield "sources", "direct"


def _witnessed(policy: Policy) -> Unmet:
    if duties.witnessed_ways(policy) and not duties.roles_that_may(policy, "witness"):
        yield "sources", "direct"


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        "need-activate", "a role with the right `activate`", "no later version could ever come into force",
        "add `may:` with `activate` to a role", _activated,
    ),
    Requirement(
        "need-approve", "a role with the right `approve`",
        "with two members of staff no version, and nothing about many people, could be approved",
        "add `may:` with `approve` to a role", _approved,
    ),
    Requirement(
        "need-sign-in", "basis `necessary` for the cookies that serve `session` and `choices`, and for their purposes",
        "nobody could sign in, or say what else may be kept", "write `basis: necessary`", _signed_in,
    ),
    Requirement(
        "need-cookie-name",
        "a name that begins with `__Host-`, and no engine name that stands for something else, for a cookie that `serves`",
        "another host could set it, or two cookies would share a name", "write `__Host-shop_session`", _bound_to_host,
    ),
    Requirement(
        "need-duty", "one cookie and one purpose at most for what the engine asks for, able to serve it",
        "the engine could not tell which to use",
        "`legal-disclosure` is on basis `law` with exit `legal-bundle`; `rights-request` on `necessary`, with `uses: all` "
        "and exit `take-along`",
        _one_for_each_duty,
    ),
    Requirement(
        "need-language", "a language the engine has words for", "no notice could be shown, and so nothing collected",
        f"write the first file in one of: {', '.join(LANGUAGES)}", _shown,
    ),
    Requirement(
        "need-point",
        "a collection point somebody can reach: one registration, on one page; others with a role for what they are for; "
        "one of kind `partner` with `sources: partner`",
        "nobody could give anything there", "give a role the point's first purpose that does not rest on consent", _reached,
    ),
    Requirement(
        "need-role", "a role for every purpose that leaves by more than the person's own page",
        "nobody could act for it", "name the purpose under `purposes` of a role", _acted_for,
    ),
    Requirement(
        "need-disclosure", "`disclosure` and a purpose on basis `law` with exit `legal-bundle`, both or neither",
        "no request under a law could be answered", "declare the one that is missing", _disclosed,
    ),
    Requirement(
        "need-visit", "a cookie that serves `visit` for a data set about visits", "nothing would ever be counted",
        "add `serves: visit` to a cookie", _counted,
    ),
    Requirement(
        "need-attest", "the right `attest` for a role that attests", "its attestation would be overdue for ever",
        "add `may:` with `attest` to the role", _attested,
    ),
    Requirement(
        "need-direct", "`own-session` among what `sources: direct` comes by", "every form would take what the policy rules out",
        "add `own-session` under `by`", _given_directly,
    ),
    Requirement(
        "need-witness", "a role with the right `witness` for what `sources: direct` takes on paper or by phone",
        "nobody could enter what was given so", "add `may:` with `witness` to a role", _witnessed,
    ),
)  # fmt: skip
"""Everything, in the order of the page."""
