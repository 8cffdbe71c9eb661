"""Generated policies, notices, people with a history, and requests: small worlds in which every step can fail.

Ids are drawn from a few words, so that roles, purposes, notices and slots meet often; notices are kept under their own
hash, as they are in the store. Hypothesis draws the seed and the dice do the rest: a world has thousands of parts, and
drawing each by itself took a hundred times as long for the same worlds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from kept.errors import SubmissionError
from kept.policy import change
from kept.policy.decision import LawRequest, Mandate, Request
from kept.policy.item_type import ItemType
from kept.policy.model import Item, Point, Policy, Processor, Purpose, Recipient, Retention, Role
from kept.policy.notice import Notice, Term
from kept.policy.person import PersonState, Stated
from kept.policy.words import Basis, Exit, PointKind, Source

DAY = 86_400.0
NOW = 1_800_000_000.0
ANNA, BELA = b"a" * 16, b"b" * 16
ITEMS = ("name", "mail_address", "phone", "interests", "answer")
TYPES = {
    "name": ItemType.PERSON_NAME,
    "mail_address": ItemType.EMAIL,
    "phone": ItemType.PHONE,
    "interests": ItemType.SOME_OF,
    "answer": ItemType.ANSWER,
}
SLOTS = ("name", "mail_address", "phone", "interests", "answer#spring", "answer#autumn")
PURPOSES = ("contact", "news", "club", "rights", "duty")
RECIPIENTS = ("club-a", "club-b")
PROCESSORS = ("mailer", "printer")
ROLES = ("desk", "office")
POINTS = ("join", "survey")
REVISIONS = ("r1", "r2", "r3")
EVENTS = ("account-closed", "closed")
SOME_EXITS = (
    Exit.SCREEN,
    Exit.MAIL,
    Exit.PHONE,
    Exit.APP,
    Exit.SEGMENT,
    Exit.PROVISION,
    Exit.PROCESSOR,
    Exit.TAKE_ALONG,
)

LENGTHS = (0.0, DAY, 30 * DAY, 365 * DAY)
MOMENTS = (NOW - 400 * DAY, NOW - 40 * DAY, NOW - 2 * DAY, NOW - 1.0, NOW, NOW + DAY)
BASES = (Basis.CONSENT, Basis.CONSENT, Basis.NOTICE, Basis.NECESSARY, Basis.LAW)
BYS = ("self", "self", "paper", "call")
LONG = Retention(for_seconds=3650 * DAY)
EVERY_EXIT = frozenset(Exit)


class Dice(random.Random):
    """Chance, from a seed."""

    def mostly(self, usual, *others, odds=0.88):
        """Return *usual*, or now and then one of *others*; what is drawn lazily is a function."""
        chosen = usual if self.random() < odds else self.choice(others)
        return chosen() if callable(chosen) else chosen

    def some(self, words):
        """Return a part of *words*, in their order."""
        share = self.random()
        return tuple(one for one in words if self.random() < share)

    def chance(self, odds=0.5):
        """Return True with these odds."""
        return self.random() < odds


def retention(dice):
    """Make a retention with any of its ends."""
    return Retention(
        until=dice.choice(["", "", *EVENTS]),
        then_seconds=dice.choice(LENGTHS),
        for_seconds=dice.choice([None, None, *LENGTHS]),
        dormant_seconds=dice.choice([None, None, *LENGTHS]),
        at_most_seconds=dice.choice([None, None, *LENGTHS]),
    )


def exits_of(dice):
    """Choose exits."""
    return frozenset(dice.some(list(Exit)))


def purpose(dice, name):
    """Make a purpose with a revision that notices may or may not have shown."""
    basis = Basis.LAW if name == "duty" else dice.choice(BASES[:4])
    return Purpose(
        id=name,
        basis=basis,
        uses=() if basis is Basis.LAW else dice.mostly(("*",), ITEMS, dice.some(ITEMS), odds=0.5),
        exits=dice.mostly(EVERY_EXIT, lambda: exits_of(dice), odds=0.7),
        clause=f"4.{PURPOSES.index(name)}",
        revision=dice.mostly("r1", "r2"),
        titles={"en": name},
        editorial=dice.mostly(frozenset(), frozenset({"r1"}), frozenset({"r3"}), odds=0.6),
    )


def policy_of(dice):
    """Make a policy over the few words, any part of which may be missing."""
    return Policy(
        id="shop",
        version=1,
        effective="2026-01-01",
        effective_at=0.0,
        language="en",
        languages=("en",),
        hash="00",
        controller={"name": "Shop"},
        law=(),
        publish_states=False,
        publish_counts=False,
        sections=(),
        clauses={},
        items={
            one: Item(one, TYPES[one], "alone", "1.1", titles={"en": one})
            for one in dice.mostly(ITEMS, lambda: dice.some(ITEMS))
        },
        purposes={one: purpose(dice, one) for one in dice.mostly(PURPOSES, lambda: dice.some(PURPOSES))},
        points={
            one: Point(
                id=one,
                kind=PointKind.REGISTRATION,
                stages={"": ITEMS},
                purposes=PURPOSES,
                recipients=RECIPIENTS,
                retention=dice.mostly(LONG, lambda: retention(dice)),
                clause="2.4",
            )
            for one in dice.mostly(POINTS, lambda: dice.some(POINTS))
        },
        recipients={
            one: Recipient(
                one, {"en": one}, "jp", dice.mostly(ITEMS, ITEMS[:1]), dice.mostly("club", "news"), "post", "4.6"
            )
            for one in dice.mostly(RECIPIENTS, ())
        },
        processors={
            one: Processor(one, dice.mostly(PURPOSES, PURPOSES[:1]), "jp", ITEMS[:3], None, "4.5")
            for one in dice.mostly(PROCESSORS, ())
        },
        cookies={},
        roles={
            one: Role(one, dice.mostly(PURPOSES, PURPOSES[:2]), frozenset(), look_up=True, clause="5.2")
            for one in dice.mostly(ROLES, ())
        },
        guarantees=(),
        attestations=(),
        declarations=(),
    )


def notice_of(dice):
    """Make a notice with any tuples over the few words."""
    keep = dice.mostly(LONG, lambda: retention(dice))
    way_out = tuple(sorted(dice.mostly(EVERY_EXIT, lambda: exits_of(dice))))
    terms = tuple(
        Term(
            item,
            purpose,
            dice.mostly("r1", *REVISIONS),
            dice.choice(BASES),
            way_out,
            dice.mostly(RECIPIENTS, (), RECIPIENTS[:1], odds=0.6),
            dice.mostly(keep, lambda: retention(dice), odds=0.95),
        )
        for item in sorted(ITEMS)
        for purpose in sorted(PURPOSES)
        if dice.chance(0.93)
    )
    text, version = dice.choice(["Read this.", "Read that."]), dice.randint(1, 3)
    return Notice(
        dice.choice(POINTS), "", dice.choice(["", "spring", "autumn"]), "shop", version, "00", "en", text, terms
    )


def _fill(dice, state, notice_id):
    fresh = [one for one in dice.some(SLOTS) if one not in state.slots]
    point, at = dice.choice([*POINTS, *POINTS, "gone"]), dice.choice(MOMENTS)
    return change.fill(state, fresh, notice_id=notice_id, point=point, source=Source.OWN_SESSION, key_id="k1", at=at)


def _grant(dice, state, notice_id):
    ticks = {one: dice.some([Exit.MAIL, Exit.PHONE]) for one in dice.some(PURPOSES)}
    recipients = {one: dice.some(RECIPIENTS) for one in ticks}
    slots = dice.mostly(SLOTS, lambda: dice.some(SLOTS), odds=0.5)
    at = dice.choice(MOMENTS)
    return change.grant(
        state, ticks, notice_id=notice_id, slots=slots, recipients=recipients, at=at, by=dice.choice(BYS)
    )


def _choose(dice, state, _):
    purpose, way_out = (
        dice.choice(PURPOSES),
        dice.choice([None, None, Exit.MAIL, Exit.PHONE, Exit.SCREEN, Exit.PROVISION]),
    )
    allow, by, before = dice.chance(0.6), dice.choice(BYS), state.choice(purpose, way_out)
    if allow and before is not None and not before.allow:
        by = "self"
    return change.choose(state, purpose, way_out, allow=allow, at=dice.choice(MOMENTS), by=by)


def _stop(dice, state, _):
    return dice.choice([change.stop, change.stop, change.resume])(state, dice.choice(PURPOSES))


def _correct(dice, state, _):
    slot = dice.choice(sorted(state.slots))
    return change.correct(
        state,
        slot,
        expected_version=state.slots[slot].version,
        source=Source.WITNESSED_CALL,
        key_id="k1",
        at=dice.choice(MOMENTS),
        same=dice.chance(),
    )


def _confirm(dice, state, _):
    slot, at = dice.choice(sorted(state.slots)), dice.choice(MOMENTS)
    return dice.choice([change.ask, change.confirm, change.confirm])(state, slot, at)


def _accept(dice, state, notice_id):
    return change.accept(state, [dice.choice(sorted(state.slots))], dice.choice(PURPOSES), notice_id)


def _word(dice, state, notice_id):
    fresh, at = [one for one in dice.some(SLOTS) if one not in state.slots], dice.choice(MOMENTS)
    filled = change.fill(
        state, fresh, notice_id=notice_id, point=dice.choice(POINTS), source=Source.PARTNER, key_id="k1", at=at
    )
    ticks = tuple((one, dice.choice(["", "mail", "phone"])) for one in dice.some(PURPOSES))
    word = Stated(str(len(state.stated)), "friends", notice_id, dice.choice(MOMENTS), at, tuple(fresh), ticks)
    after = change.state_word(filled, word)
    if dice.chance(0.5):
        answer = dice.choice([change.refuse_word, change.confirm_word])
        more = (dice.some(ticks),) if answer is change.confirm_word else ()
        after = answer(after, word.id, *more, at)
    return change.replace(after, g=state.g + 1)


def _remove(dice, state, _):
    return change.remove(state, [dice.choice(sorted(state.slots))])


def _end(dice, state, _):
    if dice.chance(0.3):
        return change.close(state, dice.choice(MOMENTS))
    return dice.choice([change.begin_erasing, change.undo_erasing, change.undo_erasing])(state)


ACTS = (_fill, _fill, _word, _grant, _grant, _choose, _choose, _stop, _correct, _confirm, _accept, _remove, _end)
NEED_A_VALUE = frozenset({_correct, _confirm, _accept, _remove})


def act(dice, state, shown):
    """Return the state after one more act of a history."""
    chosen = dice.choice(ACTS)
    if chosen in NEED_A_VALUE and not state.slots:
        return state
    try:
        return chosen(dice, state, dice.choice(shown))
    except SubmissionError as error:
        if error.reason != "erasing":
            raise
        return state  # an account that is being erased takes nothing new


def person_of(dice, shown):
    """Make a person with a history of acts under the notices shown."""
    state = PersonState(1, "active", NOW - 500 * DAY, dice.choice(MOMENTS))
    if dice.chance(0.9):
        state = change.fill(
            state,
            SLOTS,
            notice_id=shown[0],
            point=dice.choice(POINTS),
            source=Source.OWN_SESSION,
            key_id="k1",
            at=NOW - 40 * DAY,
        )
        for slot in SLOTS:
            state = change.confirm(state, slot, NOW - 40 * DAY) if dice.chance(0.8) else state
        if dice.chance(0.7):
            everyone = dict.fromkeys(PURPOSES, RECIPIENTS)
            ticks = dict.fromkeys(PURPOSES, (Exit.MAIL, Exit.PHONE))
            state = change.grant(state, ticks, notice_id=shown[0], slots=SLOTS, recipients=everyone, at=NOW - 40 * DAY)
    for _ in range(dice.choice([0, 1, 2, 4, 8])):
        state = act(dice, state, shown)
    return state


def mandate_of(dice):
    """Make a mandate of any kind, mostly sound."""
    kind = dice.mostly("staff", "program", "program", "own", "confirmation", "robot", odds=0.5)
    own = kind == "own"
    return Mandate(
        id="m",
        kind=kind,
        actor="" if own else "ueda",
        role="" if own else dice.mostly(dice.choice(ROLES), "stranger", odds=0.95),
        purpose="own-access" if own else dice.mostly(dice.choice(PURPOSES), "unheard-of", odds=0.95),
        case="",
        person_id=dice.mostly(ANNA if own else b"", ANNA, BELA, b""),
        signed_in_at=dice.choice([NOW - 301, NOW - 300, NOW]),
        expires_at=dice.mostly(NOW + 2 * DAY, NOW, NOW - 1, odds=0.95),
        revoked=not dice.chance(0.95),
        volume_left=dice.mostly(5, 0, -1),
    )


def law_of(dice):
    """Make an authority's request."""
    people, items = dice.mostly(frozenset({ANNA}), frozenset({BELA})), dice.mostly(frozenset(ITEMS), frozenset())
    return LawRequest(people, items, dice.choice(MOMENTS), dice.choice(MOMENTS))


def request_of(dice):
    """Make a request, mostly about Anna."""
    mandate = mandate_of(dice)
    duty = mandate.purpose == "duty"
    usual = Exit.LEGAL_BUNDLE if duty else dice.choice(SOME_EXITS)
    if mandate.kind == "own":
        usual = dice.choice([Exit.OWN_PAGE, Exit.TAKE_ALONG])
    way_out = dice.mostly(usual, *Exit, odds=0.8)
    to = {Exit.PROVISION: RECIPIENTS, Exit.PROCESSOR: PROCESSORS}.get(way_out, ("",))
    return Request(
        mandate=mandate,
        person_id=dice.mostly(ANNA, BELA),
        slot=dice.mostly(dice.choice(SLOTS), "answer#none", "shoe_size", odds=0.95),
        exit=way_out,
        at=dice.mostly(NOW, *MOMENTS),
        recipient=dice.mostly(dice.choice(to), "", *RECIPIENTS, *PROCESSORS),
        law=law_of(dice) if dice.chance(0.8 if duty else 0.05) else None,
        events={
            name: dice.choice(MOMENTS)
            for name in ("closed", "closed#spring", "prize-delivered#spring", "closed#autumn")
            if dice.chance(0.3)
        },
    )


@dataclass(frozen=True)
class World:
    """Everything a decision is made from; printed as its seed, which makes it again."""

    seed: int
    policy: Policy
    notices: dict[str, Notice]
    person: PersonState
    requests: tuple[Request, ...]

    def _repr_pretty_(self, printer, _cycle) -> None:
        """Print it where Hypothesis prints an example."""
        printer.text(f"make_world({self.seed})")


def make_world(seed, questions=40):
    """Make a policy, the notices shown, a person with a history, and questions about them."""
    dice = Dice(seed)
    shown = {notice.id: notice for notice in (notice_of(dice) for _ in range(dice.randint(1, 3)))}
    person = person_of(dice, list(shown))
    known = dice.mostly(shown, dict(list(shown.items())[1:]), odds=0.95)
    return World(seed, policy_of(dice), known, person, tuple(request_of(dice) for _ in range(questions)))


seeds = st.integers(0, 2**64 - 1)
dice = st.builds(Dice, seeds)
worlds = st.builds(make_world, seeds)


def every_request(policy, at=NOW):
    """Every question staff and services could ask about Anna's slots, by every exit and to every recipient."""
    for kind in ("staff", "program"):
        for role in policy.roles:
            for purpose in policy.purposes:
                mandate = Mandate("m", kind, "ueda", role, purpose, "", b"", at, at + 60)
                for slot in SLOTS:
                    for way_out in SOME_EXITS:
                        to = {Exit.PROVISION: RECIPIENTS, Exit.PROCESSOR: PROCESSORS}.get(way_out, ("",))
                        for recipient in to:
                            yield Request(mandate, ANNA, slot, way_out, at, recipient)


def with_purpose(policy, name, **fields):
    """Return the policy with one purpose changed."""
    return replace(policy, purposes={**policy.purposes, name: replace(policy.purposes[name], **fields)})
