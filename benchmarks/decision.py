"""How fast a decision is, against casbin and cedarpy on the same rules, and flat from 10 to 1,200 rules.

A rule is (role, purpose, item, exit) with the purpose's basis. The three engines hold the same rules and are asked the
same questions about the same people; every answer is checked against `reference.py` before anything is timed, and one
wrong answer ends the run. casbin and cedarpy are given what Kept works out itself (is there consent, an objection, a stop;
has the value ended; did the notice bind it) as ready-made attributes of the question, which favours them. Each engine is
used its fastest way: cedarpy batched with parsed policies and entities, casbin's FastEnforcer keyed on all of a rule.

    python benchmarks/decision.py
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import casbin
import cedarpy
from casbin.model.model_fast import FastModel

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from kept.policy import change, present, reference
from kept.policy.decide import Evaluator
from kept.policy.decision import Allowed, Mandate, Request
from kept.policy.item_type import ItemType
from kept.policy.model import Item, Point, Policy, Purpose, Retention, Role
from kept.policy.person import PersonState
from kept.policy.words import Basis, Exit, PointKind, Source

SIZES = (10, 100, 400, 1200)
DAY = 86_400.0
NOW = 1_800_000_000.0
ITEMS = tuple(f"item_{number}" for number in range(10))
EXITS = (Exit.SCREEN, Exit.STATISTICS)
PEOPLE = 100
QUESTIONS = 2000
SECONDS = 0.4
ROUNDS = 5


@dataclass(frozen=True)
class Question:
    """One question in the three engines' own forms, with the answer of the reference."""

    request: Request
    person: PersonState
    cedar: dict
    casbin: tuple
    expected: bool


def make_policy(rules):
    """Make a policy of *rules* rules: each purpose uses five items by two exits, each role has four purposes."""
    names = [f"purpose-{number}" for number in range(rules // 10)]
    bases = (Basis.CONSENT, Basis.NOTICE, Basis.NECESSARY)
    point = Point(
        "join", PointKind.REGISTRATION, {"": ITEMS}, tuple(names), (), Retention(dormant_seconds=90 * DAY), "2.4"
    )
    return Policy(
        id="bench", version=1, effective="2026-01-01", effective_at=0.0, language="en", languages=("en",), hash="00",
        controller={"name": "Bench", "contact": "desk@bench.example"}, law=(), publish_states=False, publish_counts=False,
        sections=(), clauses={},
        items={one: Item(one, ItemType.ANSWER, "combined", "1.1", titles={"en": one}) for one in ITEMS},
        purposes={
            one: Purpose(
                one, bases[place % 3], tuple(ITEMS[(place + step) % 10] for step in range(5)), frozenset(EXITS),
                f"4.{place}", f"r{place}", {"en": one},
            )
            for place, one in enumerate(names)
        },
        points={"join": point}, recipients={}, processors={}, cookies={},
        roles={
            f"role-{number}": Role(f"role-{number}", tuple(names[number * 4 : number * 4 + 4]), frozenset(), True, "5.2")
            for number in range((len(names) + 3) // 4)
        },
        guarantees=(), attestations=(), declarations=(),
    )  # fmt: skip


def make_people(policy, notice, dice):
    """Make people who gave most items, consented to some purposes, objected to some, stopped some; some left long ago."""
    people = []
    for _ in range(PEOPLE):
        seen = NOW - dice.choice([1, 1, 1, 100]) * DAY
        state = change.fill(
            PersonState(1, "active", NOW - 900 * DAY, seen),
            dice.sample(ITEMS, 9),
            notice_id=notice.id, point="join", source=Source.OWN_SESSION, key_id="k",
            at=NOW - dice.uniform(100, 200) * DAY,
        )  # fmt: skip
        names = list(policy.purposes)
        ticks = {one: () for one in dice.sample(names, min(len(names), 6)) if dice.random() < 0.7}
        state = change.grant(state, ticks, notice_id=notice.id, slots=state.slots, recipients={}, at=NOW - 50 * DAY)
        for one in dice.sample(names, min(len(names), 2)):
            if dice.random() < 0.3:
                state = change.choose(state, one, None, allow=False, at=NOW - DAY)
            if dice.random() < 0.3:
                state = change.stop(state, one)
        people.append(state)
    return people


def make_questions(policy, notice, people, dice):
    """Make questions, half of them along a rule, and answer each by the reference."""
    questions = []
    known = {notice.id: notice}
    while len(questions) < QUESTIONS:
        state, item, way_out = dice.choice(people), dice.choice(ITEMS), dice.choice((*EXITS, Exit.MAIL))
        role = dice.choice(list(policy.roles))
        purpose = dice.choice(policy.roles[role].purposes if dice.random() < 0.9 else list(policy.purposes))
        if dice.random() < 0.6:
            item, way_out = dice.choice(policy.purposes[purpose].uses), dice.choice(EXITS)
        mandate = Mandate("m", "staff", "ueda", role, purpose, "", b"", NOW, NOW + 60, volume_left=9)
        request = Request(mandate, b"p" * 16, item, way_out, NOW)
        expected = isinstance(reference.decide(policy, request, state, known), Allowed)
        facts = _facts(policy, state, item, purpose)
        questions.append(
            Question(
                request,
                state,
                {
                    "principal": f'Role::"{role}"',
                    "action": f'Action::"{way_out.value}"',
                    "resource": f'Item::"{item}"',
                    "context": {"purpose": purpose} | facts,
                },
                (role, purpose, item, way_out.value, *facts.values()),
                expected,
            )
        )
    return questions


def _facts(policy, state, item, purpose):
    """Work out, apart from the engine, what casbin and cedarpy are handed ready-made."""
    slot, said = state.slots.get(item), state.choice(purpose, None)
    objected = said is not None and not said.allow
    granted = any(one.purpose == purpose and item in one.slots for one in state.grants) and not objected
    current = slot is not None and max(state.last_seen_at, slot.given_at) + 90 * DAY > NOW
    return {
        "current": current,
        "bound": item in policy.purposes[purpose].uses,
        "granted": granted,
        "objected": objected,
        "stopped": purpose in state.stops,
    }


CEDAR_BASIS = {
    Basis.CONSENT: " && context.granted",
    Basis.NOTICE: " && !context.objected",
    Basis.NECESSARY: "",
}


def make_cedar(policy):
    """Write the rules for Cedar, one permit a rule."""
    rules = [
        f'permit(principal == Role::"{role.id}", action == Action::"{way_out.value}", resource == Item::"{item}") '
        f'when {{ context.purpose == "{name}" && context.current && context.bound && !context.stopped'
        f"{CEDAR_BASIS[policy.purposes[name].basis]} }};"
        for role in policy.roles.values()
        for name in role.purposes
        for item in policy.purposes[name].uses
        for way_out in EXITS
    ]
    return len(rules), cedarpy.PolicySet.from_str("\n".join(rules)), cedarpy.Entities.from_json_str("[]")


KEYS = [0, 1, 2, 3]
CASBIN_MODEL = """
[request_definition]
r = role, purpose, item, exit, current, bound, granted, objected, stopped
[policy_definition]
p = role, purpose, item, exit, basis
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.role == p.role && r.purpose == p.purpose && r.item == p.item && r.exit == p.exit && r.current && r.bound && \
!r.stopped && (p.basis == "necessary" || (p.basis == "notice" && !r.objected) || (p.basis == "consent" && r.granted))
"""


def make_casbin(policy):
    """Write the rules for casbin, one line a rule, indexed by role, purpose, item and exit."""
    model = FastModel(KEYS)
    model.load_model_from_text(CASBIN_MODEL)
    enforcer = casbin.FastEnforcer(model, cache_key_order=KEYS)
    for role in policy.roles.values():
        for name in role.purposes:
            for item in policy.purposes[name].uses:
                for way_out in EXITS:
                    enforcer.add_policy(role.id, name, item, way_out.value, policy.purposes[name].basis.value)
    return enforcer


def rate(ask, count):
    """Return decisions a second: the median of several rounds, and their spread."""
    rates = []
    for _ in range(ROUNDS):
        done, begin = 0, time.perf_counter()
        while (took := time.perf_counter() - begin) < SECONDS:
            ask()
            done += count
        rates.append(done / took)
    return {"per_second": statistics.median(rates), "spread": (max(rates) - min(rates)) / statistics.median(rates)}


def check(name, answers, questions):
    """End the run at the first answer that is not the reference's."""
    for place, (answer, question) in enumerate(zip(answers, questions, strict=True)):
        if answer != question.expected:
            raise SystemExit(f"{name} answers question {place} wrongly: {answer}, expected {question.expected}")


def measure(rules):
    """Measure one size: the three engines on the same rules and questions."""
    dice = random.Random(rules)
    policy = make_policy(rules)
    notice = present.build_notice(policy, "join", "", "en")
    known = {notice.id: notice}
    questions = make_questions(policy, notice, make_people(policy, notice, dice), dice)
    evaluator = Evaluator(policy)
    count, cedar_rules, cedar_entities = make_cedar(policy)
    enforcer = make_casbin(policy)
    few = questions[:200]

    def by_kept():
        return [evaluator.decide(one.request, one.person, known) for one in questions]

    def by_kept_slots():
        for one in few:
            request = one.request
            evaluator.decide_slots(request.mandate, request.person_id, one.person, ITEMS, request.exit, NOW, known)

    def by_cedar():
        return cedarpy.is_authorized_batch([one.cedar for one in few], cedar_rules, cedar_entities)

    def by_casbin():
        return [enforcer.enforce(*one.casbin) for one in few]

    decisions = by_kept()
    check("kept", [isinstance(one, Allowed) for one in decisions], questions)
    for one, decision in zip(questions, decisions, strict=True):
        assert decision == reference.decide(policy, one.request, one.person, known)
    check("cedarpy", [one.allowed for one in by_cedar()], few)
    check("casbin", by_casbin(), few)
    return {
        "rules": count,
        "allowed": sum(one.expected for one in questions) / len(questions),
        "kept": rate(by_kept, len(questions)),
        "kept, ten items at once": rate(by_kept_slots, len(few) * len(ITEMS)),
        "cedarpy": rate(by_cedar, len(few)),
        "casbin": rate(by_casbin, len(few)),
    }


def run():
    """Measure every size.

    Returns:
        Figures by size; `ratio`, the smallest over all sizes of Kept's rate to the better of the two others' in the same
        run; `flat`, Kept's rate at the most rules over that at the fewest.
    """
    sizes = [measure(rules) for rules in SIZES]
    return {
        "sizes": sizes,
        "ratio": min(
            one["kept"]["per_second"] / max(one["cedarpy"]["per_second"], one["casbin"]["per_second"]) for one in sizes
        ),
        "flat": sizes[-1]["kept"]["per_second"] / sizes[0]["kept"]["per_second"],
    }


def table(result):
    """Return the figures as a Markdown table."""
    engines = ("kept", "kept, ten items at once", "cedarpy", "casbin")
    lines = [
        "Decisions a second, median of five rounds (spread); every answer checked against the reference.\n",
        f"| rules | allowed | {' | '.join(engines)} | kept ÷ the better |",
        f"|--:|--:|{'--:|' * len(engines)}--:|",
    ]
    for one in result["sizes"]:
        cells = [f"{one[name]['per_second']:,.0f} (±{one[name]['spread'] / 2:.0%})" for name in engines]
        better = max(one["cedarpy"]["per_second"], one["casbin"]["per_second"])
        share = one["kept"]["per_second"] / better
        lines.append(f"| {one['rules']:,} | {one['allowed']:.0%} | {' | '.join(cells)} | {share:.0f}× |")
    lines.append(
        f"\nSmallest ratio {result['ratio']:.0f}×; rate at 1,200 rules over rate at 10 rules: {result['flat']:.2f}."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(run()))
