"""The fast evaluator answers as the reference does; and the laws that no change of state or policy may break."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kept.errors import ConflictError, DeniedError
from kept.policy import change, reference
from kept.policy.channel import WRITING_EXITS
from kept.policy.decide import Evaluator
from kept.policy.decision import Allowed, Refused
from kept.policy.needs import NARROWNESS, NEEDED, RESTS_ON, WORD_EXITS
from kept.policy.person import encode_state, parse_state
from kept.policy.retention import end_of as end_under
from kept.policy.words import Basis, Exit, Source
from property import strategies as world_of
from property.strategies import NOW, PURPOSES, SLOTS

few = settings(max_examples=60)
many = settings(max_examples=1000)


def allowed(policy, person, notices, at=NOW):
    """Return what is allowed of everything that can be asked: the question, with the answer."""
    evaluator = Evaluator(policy)
    found = {}
    for request in world_of.every_request(policy, at):
        decision = evaluator.decide(request, person, notices)
        if isinstance(decision, Allowed):
            mandate = request.mandate
            question = (mandate.kind, mandate.role, mandate.purpose, request.slot, request.exit, request.recipient)
            found[question] = decision
    return found


def end_of(decision):
    """Return the end of what is allowed; never counts as later than any time."""
    return float("inf") if decision.until is None else decision.until


@many
@given(world_of.worlds)
def test_the_evaluator_answers_as_the_reference(world):
    """Whatever is asked about whomever under whatever policy, both answer the same value: step, reason and clause."""
    evaluator = Evaluator(world.policy)
    for request in (*world.requests, *world.requests):
        expected = reference.decide(world.policy, request, world.person, world.notices)
        assert evaluator.decide(request, world.person, world.notices) == expected


@few
@given(st.lists(world_of.worlds, min_size=2, max_size=4))
def test_one_evaluator_remembers_nothing_wrong(worlds):
    """What it remembers of one person, notice and question does not leak into the answer about another."""
    policy = worlds[0].policy
    evaluator = Evaluator(policy)
    for one in (*worlds, *worlds):
        for request in one.requests:
            expected = reference.decide(policy, request, one.person, one.notices)
            assert evaluator.decide(request, one.person, one.notices) == expected


@few
@given(world_of.worlds)
def test_several_slots_at_once_are_decided_as_one_by_one(world):
    """Asking for all slots together gives, in their order, what asking for each gives."""
    evaluator = Evaluator(world.policy)
    for request in world.requests:
        together = evaluator.decide_slots(
            request.mandate,
            request.person_id,
            world.person,
            SLOTS,
            request.exit,
            request.at,
            world.notices,
            recipient=request.recipient,
            law=request.law,
            events=request.events,
        )
        alone = tuple(
            reference.decide(world.policy, replace(request, slot=slot), world.person, world.notices) for slot in SLOTS
        )
        assert together == alone


def test_the_generated_worlds_reach_every_answer():
    """Every refusal occurs in some generated world, and each kind of yes: the agreement is about something."""
    seen = set()
    for seed in range(1500):
        world = world_of.make_world(seed)
        for request in world.requests:
            decision = reference.decide(world.policy, request, world.person, world.notices)
            if isinstance(decision, Refused):
                seen.add(decision.reason)
            else:
                seen.add((request.mandate.kind, decision.basis))
    yes = {(kind, basis) for kind in ("staff", "program") for basis in Basis} | {("own", Basis.NECESSARY)}
    of_a_message = {"message-kind", "not-asked"}  # what is written in a case is refused by the case
    assert seen >= set(NEEDED) - {"check-error"} - of_a_message
    assert seen >= yes


@few
@given(world_of.worlds)
def test_no_check_fails_on_sound_values(world):
    """On values as they come from store and policy no check errs; each refusal says what would be needed."""
    reasons = Counter()
    for request in world.requests:
        decision = reference.decide(world.policy, request, world.person, world.notices)
        if isinstance(decision, Refused):
            reasons[decision.reason] += 1
            assert decision.needed == NEEDED[decision.reason]
            grounded = decision.reason in RESTS_ON or request.exit is Exit.PROVISION
            assert decision.clause or grounded  # a policy may have no clause for a ground
    assert not reasons["check-error"]


@few
@given(world_of.worlds, world_of.dice)
def test_another_companys_word_widens_nothing(world, dice):
    """What a company says allows nothing that was not allowed; what it gave is shown on a screen alone."""
    assume(world.person.status == "active")
    held = tuple(world.person.slots)
    before = allowed(world.policy, world.person, world.notices)
    stated = world_of._word(dice, world.person, dice.choice(sorted(world.notices) or ["gone"]))
    assume(stated.stated[len(world.person.stated) :] and stated.stated[-1].confirmed_at is None)
    after = allowed(world.policy, stated, world.notices)
    more = {question for question in after if question not in before}
    assert all(question[3] not in held and question[4] in WORD_EXITS for question in more)


@few
@given(world_of.worlds, world_of.dice)
def test_a_correction_never_widens(world, dice):
    """After a correction nothing is allowed that was not before, nor until later; a new address waits for its owner."""
    assume(world.person.slots)
    slot = dice.choice(sorted(world.person.slots))
    corrected = change.correct(
        world.person,
        slot,
        expected_version=world.person.slots[slot].version,
        source=Source.OWN_SESSION,
        key_id="k9",
        at=NOW,
    )
    before = allowed(world.policy, world.person, world.notices)
    after = allowed(world.policy, corrected, world.notices)
    assert after.items() <= before.items()
    waits = {question for question in before if question not in after}
    assert all(question[3] == slot and question[4] in WRITING_EXITS for question in waits)
    assert allowed(world.policy, change.confirm(corrected, slot, NOW), world.notices).items() >= before.items()


@few
@given(world_of.worlds, world_of.dice)
def test_an_empty_box_changes_nothing(world, dice):
    """A form sent with no box ticked leaves choices, grants and what is allowed exactly as they were."""
    slots = dice.some(SLOTS)
    shown = dice.choice(sorted(world.notices) or ["gone"])
    assert change.grant(world.person, {}, notice_id=shown, slots=slots, recipients={}, at=NOW) is world.person


@few
@given(world_of.worlds, world_of.dice)
def test_an_empty_box_withdraws_nothing_elsewhere(world, dice):
    """Ticking one purpose changes what is allowed for that purpose alone."""
    assume(world.person.status != "erasing")
    ticked = dice.choice(PURPOSES)
    shown = dice.choice(sorted(world.notices) or ["gone"])
    after = change.grant(world.person, {ticked: ()}, notice_id=shown, slots=SLOTS, recipients={}, at=NOW)

    def others(found):
        return {question: answer for question, answer in found.items() if question[2] != ticked}

    assert others(allowed(world.policy, after, world.notices)) == others(
        allowed(world.policy, world.person, world.notices)
    )


@few
@given(world_of.worlds, st.sampled_from(PURPOSES), st.sampled_from([Exit.MAIL, Exit.PHONE]))
def test_a_general_yes_never_lifts_a_channels_no(world, purpose, channel):
    """After a no to a channel, a yes to the purpose as a whole leaves that channel closed."""
    assume(world.person.status != "erasing")
    assume(purpose in world.policy.purposes and world.policy.purposes[purpose].basis is not Basis.NECESSARY)
    state = change.choose(world.person, purpose, channel, allow=False, at=NOW - 1)
    state = change.choose(state, purpose, None, allow=True, at=NOW)
    assert not [one for one in allowed(world.policy, state, world.notices) if one[2] == purpose and one[4] == channel]


@few
@given(
    world_of.worlds,
    st.sampled_from(PURPOSES),
    st.sampled_from([None, Exit.MAIL, Exit.PHONE, Exit.PROVISION]),
    st.sampled_from(["paper", "call"]),
)
def test_a_witnessed_yes_never_lifts_a_no(world, purpose, way_out, by):
    """Only the person lifts their own no: a witnessed yes is refused, a witnessed form leaves the no standing."""
    assume(world.person.status != "erasing")
    state = change.choose(world.person, purpose, way_out, allow=False, at=NOW - 1)
    with pytest.raises(DeniedError):
        change.choose(state, purpose, way_out, allow=True, at=NOW, by=by)
    shown = sorted(world.notices)
    assume(shown)
    ticks = {purpose: (way_out,) if way_out else ()}
    after = change.grant(state, ticks, notice_id=shown[0], slots=SLOTS, recipients={}, at=NOW, by=by)
    assert not after.choice(purpose, way_out).allow


@few
@given(world_of.worlds, st.sampled_from(PURPOSES), world_of.dice)
def test_a_box_on_one_form_never_revives_what_was_withdrawn_elsewhere(world, purpose, dice):
    """After a withdrawal, ticking the purpose on a form opens no slot but those filled on that form."""
    assume(world.person.status != "erasing")
    assume(world.notices and purpose in world.policy.purposes)
    assume(world.policy.purposes[purpose].basis is Basis.CONSENT)
    shown, covered = dice.choice(sorted(world.notices)), dice.some(SLOTS)
    state = change.choose(world.person, purpose, None, allow=False, at=NOW - 1)
    state = change.grant(state, {purpose: (Exit.MAIL,)}, notice_id=shown, slots=covered, recipients={}, at=NOW)
    opened = {one[3] for one in allowed(world.policy, state, world.notices) if one[2] == purpose}
    assert opened <= set(covered)


@few
@given(world_of.worlds, st.sampled_from(PURPOSES))
def test_a_no_a_stop_and_an_erasure_only_narrow(world, purpose):
    """Withdrawing, stopping, closing and beginning to erase never allow anything new, nor anything for longer."""
    before = allowed(world.policy, world.person, world.notices)
    for state in (
        change.choose(world.person, purpose, None, allow=False, at=NOW),
        change.stop(world.person, purpose),
        change.begin_erasing(world.person),
        change.close(world.person, NOW),
        change.prune(world.person, NOW)[0],
        change.remove(world.person, SLOTS[:2]),
    ):
        after = allowed(world.policy, state, world.notices)
        assert after.keys() <= before.keys()
        assert all(end_of(after[one]) <= end_of(before[one]) for one in after)


@few
@given(world_of.worlds, st.sampled_from(PURPOSES), world_of.dice)
def test_no_later_version_widens_what_a_notice_bound(world, purpose, dice):
    """A later version may change basis, exits and retention at will: nothing passes the notice it was given under."""
    assume(purpose in world.policy.purposes and purpose != "duty")
    basis = dice.choice(NARROWNESS)
    later = world_of.with_purpose(world.policy, purpose, exits=frozenset(Exit), basis=basis, uses=("*",))
    keep = world_of.retention(dice)
    later = replace(later, points={name: replace(point, retention=keep) for name, point in later.points.items()})
    for question, answer in allowed(later, world.person, world.notices).items():
        _, _, asked, slot_name, way_out, recipient = question
        if asked != purpose:
            continue
        term, slot = (
            world.notices[answer.notice_id].term(slot_name.partition("#")[0], purpose),
            world.person.slots[slot_name],
        )
        assert term is not None
        assert way_out in term.exits
        assert way_out != Exit.PROVISION or recipient in term.recipients
        assert term.basis not in NARROWNESS or NARROWNESS.index(answer.basis) <= NARROWNESS.index(term.basis)
        bound = end_under(term.retention, slot.given_at, world.person, {})
        assert bound is None or (answer.until is not None and NOW < answer.until <= bound)


@few
@given(world_of.worlds, st.sampled_from(PURPOSES))
def test_a_changed_title_is_a_new_purpose_for_old_values(world, purpose):
    """A purpose whose revision no notice showed opens no old value, unless the version lists it as editorial."""
    assume(purpose in world.policy.purposes and world.policy.purposes[purpose].basis is not Basis.LAW)
    renamed = world_of.with_purpose(world.policy, purpose, revision="new", editorial=frozenset())
    assert not [one for one in allowed(renamed, world.person, world.notices) if one[2] == purpose]
    revisions = frozenset({world.policy.purposes[purpose].revision, *world.policy.purposes[purpose].editorial})
    editorial = world_of.with_purpose(world.policy, purpose, revision="new", editorial=revisions)
    assert allowed(editorial, world.person, world.notices) == allowed(world.policy, world.person, world.notices)


@few
@given(world_of.worlds, world_of.dice)
def test_every_change_counts_and_survives_its_encoding(world, dice):
    """Every act writes g plus one and a state that reads back as it was written."""
    state = world.person
    after = world_of.act(dice, state, sorted(world.notices) or ["gone"])
    assert after is state or after.g == state.g + 1
    assert parse_state(encode_state(after)) == after
    assert len({(one.purpose, one.exit) for one in after.choices}) == len(after.choices)


@few
@given(world_of.worlds, world_of.dice, st.integers(0, 20))
def test_a_correction_names_the_version_it_replaces(world, dice, wrong):
    """A correction of any other version than the current one is a conflict."""
    assume(world.person.slots)
    slot = dice.choice(sorted(world.person.slots))
    assume(wrong != world.person.slots[slot].version)
    with pytest.raises(ConflictError):
        change.correct(world.person, slot, expected_version=wrong, source=Source.OWN_SESSION, key_id="k", at=NOW)
