"""`kept check`: everything that is wrong or doubtful with a policy, not only the first thing.

Each rule is one function over the policy as read; it says what it expected in one sentence and where. Codes are
permanent and listed in `docs/policy-language.md`; `tests/policies/` has a policy for each that triggers nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kept import limits
from kept.policy.channel import EXIT_TYPES
from kept.policy.contradiction import Statement, contradictions
from kept.policy.cookie_value import cookie_value
from kept.policy.coverage import PROMISES, coverage
from kept.policy.duties import IDENTIFIERS, cookie_duty
from kept.policy.findings import Finding, Place, Report
from kept.policy.imprint import missing_from_imprint
from kept.policy.law import APPI_CONTROLLER, is_abroad
from kept.policy.model import Policy, Processor, Recipient
from kept.policy.read import place_in_front, read_files
from kept.policy.reading import Reading
from kept.policy.requirement import REQUIREMENTS
from kept.policy.statistics_check import wrong_with
from kept.policy.vocabulary import GuaranteeWord
from kept.policy.words import Basis, Exit

_WIDTH = {Basis.CONSENT: 0, Basis.NOTICE: 1, Basis.NECESSARY: 2, Basis.LAW: 3}


def check_policy(files: Mapping[str, bytes], guarantees: Mapping[str, GuaranteeWord]) -> tuple[Finding, ...]:
    """Return every finding about a policy; never raises for what the files hold.

    Args:
        files: As for `read_policy`.
        guarantees: As for `read_policy`.

    Returns:
        Findings in the order of the text. One of severity `error` stops activation. A policy that cannot be read
        yields only the findings of reading.
    """
    reading = read_files(files, guarantees)
    if reading.policy is not None:
        for rule in RULES:
            rule(reading.policy, reading, reading.report)
    return tuple(sorted(reading.report.findings, key=lambda finding: (finding.file, finding.line, finding.column)))


ISSUED_ELSEWHERE = (
    "Kept issues no number: take it out of `uses`, and let your program hand in its own (docs/embedding.md)"
)


def _items_are_used(policy: Policy, reading: Reading, report: Report) -> None:
    used = {item for purpose in policy.purposes.values() for item in purpose.uses}
    held = {item for cookie in policy.cookies.values() for item in cookie.holds}
    for item in policy.items.values():
        if item.collected and not item.source and item.id not in used | held:
            message = f"expected a purpose that uses `{item.id}`, found none"
            report.error(reading.place("items", item.id), "item-unused", message, clause=item.clause)


def _used_items_are_collected(policy: Policy, reading: Reading, report: Report) -> None:
    collected = {item for point in policy.points.values() for items in point.stages.values() for item in items}
    collected |= {item.id for item in policy.items.values() if not item.collected}
    for purpose in policy.purposes.values():
        missing = [item for item in purpose.uses if item != "*" and item not in collected]
        if missing:
            issued = any(policy.items[item].source for item in missing)
            message = f"expected a point that collects {_listed(missing)}, found none"
            hint = ISSUED_ELSEWHERE if issued else ""
            place = reading.place("purposes", purpose.id)
            report.error(place, "use-uncollected", message, hint=hint, clause=purpose.clause)


def _points_ask_for_what_they_need(policy: Policy, reading: Reading, report: Report) -> None:
    used_at_all = {item for purpose in policy.purposes.values() for item in purpose.uses}
    for point in policy.points.values():
        place = reading.place("collection", point.id)
        if not point.purposes:
            report.error(
                place, "point-without-purpose", "expected a purpose shown at the point, found none", clause=point.clause
            )
            continue
        asked = dict.fromkeys((stage, item) for stage, items in point.stages.items() for item in items)
        idle = [
            item
            for stage, item in asked
            if item in used_at_all
            and policy.items[item].collected
            and not any(policy.purposes[purpose].may_use(item) for purpose in point.at(stage).purposes)
        ]
        if idle:
            message = f"expected a purpose shown at `{point.id}` that uses {_listed(idle)}, found none"
            report.error(place, "point-item-unneeded", message, clause=point.clause)


def _purposes_lead_somewhere(policy: Policy, reading: Reading, report: Report) -> None:
    for purpose in policy.purposes.values():
        place = reading.place("purposes", purpose.id)
        if purpose.uses and not purpose.exits:
            message = f"expected an exit for `{purpose.id}`, which uses items, found none"
            report.error(place, "purpose-without-exit", message, clause=purpose.clause)
        idle = [
            way.value
            for way in sorted(purpose.exits)
            if way in EXIT_TYPES
            and purpose.uses
            and purpose.uses != ("*",)
            and not any(policy.items[item].type in EXIT_TYPES[way] for item in purpose.uses)
        ]
        if idle:
            message = f"expected an item that leaves by {_listed(idle)} for `{purpose.id}`, found none"
            report.warning(place, "exit-opens-nothing", message, clause=purpose.clause)


def _recipients_have_consent(policy: Policy, reading: Reading, report: Report) -> None:
    ruled_out = {yes.id for yes, _ in contradictions(policy) if yes.word == "recipients"}
    named = next((one.clause for one in policy.guarantees if one.id == "recipients-named-where-acquired"), "")
    for recipient in policy.recipients.values():
        place = reading.place("recipients", recipient.id)
        purpose = policy.purposes[recipient.purpose]
        if purpose.basis is not Basis.CONSENT and recipient.id not in ruled_out:
            message = f"expected basis `consent` for what goes to `{recipient.id}`, found `{purpose.basis}`"
            report.error(place, "recipient-without-consent", message, clause=recipient.clause)
        strange = [item for item in recipient.items if not purpose.may_use(item)]
        if strange or Exit.PROVISION not in purpose.exits:
            message = f"expected the purpose `{purpose.id}` to use what `{recipient.id}` gets, with exit `provision`"
            report.error(place, "recipient-beyond-purpose", message, clause=recipient.clause)
        for point in policy.points.values():
            gives = {item for items in point.stages.values() for item in items} & set(recipient.items)
            if recipient.purpose in point.purposes and gives and recipient.id not in point.recipients:
                message = f"expected `{recipient.id}` to be named at `{point.id}`, where it is consented to"
                place = reading.place("collection", point.id)
                report.error(place, "recipient-not-named", message, clause=named or point.clause)


def _abroad_is_explained(policy: Policy, reading: Reading, report: Report) -> None:
    """Source: APPI Art. 28 (2): the country's system and the other party's measures are told before consent."""
    others: list[tuple[str, Recipient | Processor]] = [("recipients", one) for one in policy.recipients.values()]
    for word, one in [*others, *(("processors", one) for one in policy.processors.values())]:
        if is_abroad(one.country, policy.law) and not one.abroad:
            message = f"expected what protects personal information at `{one.id}` in `{one.country}`, found no `abroad`"
            hint = "write `abroad:` with `system`, the country's rules, and `measures`, what the other party does"
            report.error(reading.place(word, one.id), "abroad-unexplained", message, hint=hint, clause=one.clause)


def _controller_is_reached(policy: Policy, reading: Reading, report: Report) -> None:
    """Source: APPI Art. 32 (1) and the Cabinet Order Art. 10: what a business must let people know about itself."""
    if "jp-appi" not in policy.law:
        return
    missing = [word for word in APPI_CONTROLLER if not policy.controller.get(word)]
    if missing:
        message = f"expected of the controller what the law `jp-appi` makes public, found no {_listed(list(missing))}"
        hint = "write them under `controller` in the front matter, and in each translation's"
        report.error(
            place_in_front(reading.first, "controller"), "controller-incomplete", message, hint=hint, clause=""
        )


def _advertising_has_an_imprint(policy: Policy, reading: Reading, report: Report) -> None:
    """The policy may run; a campaign does not start."""
    if missing := missing_from_imprint(policy):
        message = f"expected of the controller what messages that advertise show, found no {_listed(list(missing))}"
        hint = "write them under `controller` in the front matter; no campaign starts without them"
        place = place_in_front(reading.first, "controller")
        report.warning(place, "imprint-incomplete", message, hint=hint, clause="")


def _provision_has_a_recipient(policy: Policy, reading: Reading, report: Report) -> None:
    served = {recipient.purpose for recipient in policy.recipients.values()}
    for purpose in policy.purposes.values():
        if Exit.PROVISION in purpose.exits and purpose.id not in served:
            message = f"expected a recipient for `{purpose.id}`, which has exit `provision`, found none"
            place = reading.place("purposes", purpose.id)
            report.error(place, "provision-without-recipient", message, clause=purpose.clause)


def _cookies_serve_a_purpose(policy: Policy, reading: Reading, report: Report) -> None:
    for cookie in policy.cookies.values():
        place = reading.place("cookies", cookie.name)
        purpose = policy.purposes.get(cookie.purpose)
        if purpose is None:
            message = f"expected a purpose for the cookie `{cookie.name}`, found none"
            report.error(place, "cookie-without-purpose", message, clause=cookie.clause)
            continue
        longest = purpose.at_most_seconds
        if longest is not None and cookie.life_seconds is not None and cookie.life_seconds > longest:
            message = f"expected `{cookie.name}` to end with its purpose after {_days(longest)}, found "
            message += _days(cookie.life_seconds)
            report.error(place, "cookie-outlives-purpose", message, clause=cookie.clause)
        if _WIDTH[cookie.basis] > _WIDTH[purpose.basis]:
            message = f"expected basis `{purpose.basis}` as of its purpose, found the wider `{cookie.basis}`"
            report.error(place, "cookie-basis-wider", message, clause=cookie.clause)


def _cookies_number_nobody(policy: Policy, reading: Reading, report: Report) -> None:
    for cookie in policy.cookies.values():
        place, duty = reading.place("cookies", cookie.name), cookie_duty(cookie)
        name, says = cookie.name, cookie_value(cookie, policy.items)
        if cookie.identifier == "session" and cookie.life_seconds is not None:
            message = (
                f"expected `{name}`, which identifies a session, to end with it, found {_days(cookie.life_seconds)}"
            )
            report.error(place, "cookie-session-lasts", message, clause=cookie.clause)
        if duty is not None and duty in IDENTIFIERS and cookie.identifier == "none":
            message = f"expected `{IDENTIFIERS[duty]}` for `{name}`, which serves `{duty}`, found `none`"
            report.error(place, "cookie-identifies", message, clause=cookie.clause)
        elif duty is None and cookie.identifier == "none" and not says.count:
            message = f"expected what `{name}` may say, as it carries no identifier, found nothing"
            report.error(place, "cookie-says-anything", message, clause=cookie.clause)
        if says.count > limits.COOKIE_VALUES:
            message = f"expected at most {limits.COOKIE_VALUES} values of `{name}`, found {says.count}"
            report.error(place, "cookie-numbers", message, clause=cookie.clause)


def _values_end(policy: Policy, reading: Reading, report: Report) -> None:
    for point in policy.points.values():
        keep, place = point.retention, reading.place("collection", point.id)
        if not any(point.stages.values()):
            continue
        ends = (keep.for_seconds, keep.dormant_seconds, keep.at_most_seconds)
        if not keep.until and all(end is None for end in ends):
            message = f"expected how long what is given at `{point.id}` is kept, found nothing"
            report.error(place, "retention-missing", message, hint="write `for: 2 years`", clause=point.clause)
        elif keep.until == "account-closed" and all(end is None for end in ends):
            message = f"expected an end for `{point.id}` that comes by itself, found only `until: account-closed`"
            hint = "a dormant account is never closed: add `dormant: 3 years`, `for:` or `at-most:`"
            report.error(place, "retention-endless", message, hint=hint, clause=point.clause)


def _clauses_have_something_behind(policy: Policy, reading: Reading, report: Report) -> None:
    file = reading.first.file if reading.first else ""
    if not policy.clauses:
        hint = "end each sentence that promises something with an id of its own: `{#1.1}`"
        report.error(Place(file, 1, 1), "no-clause", "expected clauses, found none", hint=hint, clause="")
    found = coverage(policy)
    for clause in found.bare:
        known = policy.clauses[clause]
        message = f"expected a declaration, a guarantee, `attest` or `states` behind the {known.kind}, found nothing"
        say = report.error if known.kind in PROMISES else report.warning
        say(Place(file, known.line, 1), "clause-bare", message, clause=clause)
    for clause in found.only_stated:
        known = policy.clauses[clause]
        message = f"expected something that keeps the {known.kind}, found only `states: {known.states}`"
        hint = "name a guarantee, a declaration or `attest`; a sentence that promises nothing is `kind: statement`"
        report.error(Place(file, known.line, 1), "promise-only-stated", message, hint=hint, clause=clause)


def _clauses_agree(policy: Policy, reading: Reading, report: Report) -> None:
    for yes, no in contradictions(policy):
        place = reading.place(yes.word, yes.id)
        if yes.action == "require":
            message = f"expected nothing to be needed, as §{no.clause} says, found `needed` at `{yes.id}`"
            report.error(place, "needed-but-optional", message, clause=yes.clause)
        elif yes.word != "purposes" or not _said_by_recipient(policy, yes):
            message = f"expected what §{no.clause} says, found that `{yes.id}` would {_act(yes)}"
            report.error(place, "contradiction", message, clause=yes.clause)


def _said_by_recipient(policy: Policy, statement: Statement) -> bool:
    """Whether the recipient of the same purpose is reported already."""
    return statement.action == "provide" and any(
        recipient.purpose == statement.id for recipient in policy.recipients.values()
    )


def _act(statement: Statement) -> str:
    things = {"provide": "provide `{}` on basis `{}`", "receive": "receive `{}` from a {}"}
    return things.get(statement.action, statement.action + " `{}`").format(statement.thing, statement.condition)


def _statistics_can_be_asked(policy: Policy, reading: Reading, report: Report) -> None:
    for other in policy.declarations:
        if other.word == "statistics":
            for code, message in wrong_with(policy, other):
                report.error(reading.place("statistics", other.id), code, message, clause=other.clause)


def _processors_serve_their_purposes(policy: Policy, reading: Reading, report: Report) -> None:
    for processor in policy.processors.values():
        purposes = [policy.purposes[purpose] for purpose in processor.for_purposes]
        strange = [item for item in processor.uses if not any(purpose.may_use(item) for purpose in purposes)]
        if strange:
            message = f"expected only items of its purposes for `{processor.id}`, found {_listed(strange)}"
            place = reading.place("processors", processor.id)
            report.error(place, "processor-beyond-purpose", message, clause=processor.clause)


def _segments_use_what_they_may(policy: Policy, reading: Reading, report: Report) -> None:
    for other in policy.declarations:
        if other.word != "segments":
            continue
        purpose = policy.purposes[str(other.body["purpose"])]
        by = other.body["by"]
        strange = [item for item in by if not purpose.may_use(item)] if isinstance(by, tuple) else []
        if strange or Exit.SEGMENT not in purpose.exits:
            message = f"expected `{purpose.id}` to use what it segments by, with exit `segment`"
            place = reading.place("segments", other.id)
            report.error(place, "segment-beyond-purpose", message, clause=other.clause)


def _the_engine_can_run_it(policy: Policy, reading: Reading, report: Report) -> None:
    file = reading.first.file if reading.first else ""
    for one in REQUIREMENTS if policy.clauses else ():
        for word, name in one.unmet(policy):
            found = reading.found.get((word, name))
            place, clause = (found.place, found.clause) if found else (Place(file, 1, 1), "")
            which = f" for `{name or word}`" if word else ""
            message = f"expected {one.expected}, found none{which}: {one.otherwise}"
            report.error(place, one.code, message, hint=one.hint, clause=clause)


Rule = Callable[[Policy, Reading, Report], None]

RULES: tuple[Rule, ...] = (
    _items_are_used,
    _used_items_are_collected,
    _points_ask_for_what_they_need,
    _purposes_lead_somewhere,
    _recipients_have_consent,
    _provision_has_a_recipient,
    _abroad_is_explained,
    _controller_is_reached,
    _advertising_has_an_imprint,
    _cookies_serve_a_purpose,
    _cookies_number_nobody,
    _values_end,
    _clauses_have_something_behind,
    _clauses_agree,
    _statistics_can_be_asked,
    _processors_serve_their_purposes,
    _segments_use_what_they_may,
    _the_engine_can_run_it,
)
"""Every rule, in the order it is asked."""


def _listed(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _days(seconds: float) -> str:
    return f"{seconds / limits.DAY:g} days"
