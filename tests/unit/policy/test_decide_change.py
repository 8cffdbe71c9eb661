"""How a state changes: each act, the way it refuses, and what it leaves alone."""

from __future__ import annotations

import pytest

from kept import limits
from kept.errors import ConflictError, DeniedError, SubmissionError
from kept.policy import change
from kept.policy.person import Choice, Grant, OldVersion, PersonState
from kept.policy.words import Exit, Source

NOW = 1_800_000_000.0
EMPTY = PersonState(1, "active", NOW - 9, NOW - 9)


def filled(*slots, state=EMPTY, notice_id="n1", at=NOW):
    """Return the state after slots were filled under a notice."""
    return change.fill(state, slots, notice_id=notice_id, point="join", source=Source.OWN_SESSION, key_id="k1", at=at)


def corrected(state, slot="name", version=1, **fields):
    """Return the state after a correction."""
    sound = {"expected_version": version, "source": Source.OWN_SESSION, "key_id": "k2", "at": NOW + 5}
    return change.correct(state, slot, **(sound | fields))


def granted(state, ticks, slots=("name",), recipients=None, **fields):
    """Return the state after boxes were ticked."""
    return change.grant(state, ticks, notice_id="n1", slots=slots, recipients=recipients or {}, at=NOW, **fields)


def test_filling_remembers_the_notice():
    """A filled slot remembers notice, time, source, point and key, as version 1."""
    slot = filled("name").slots["name"]
    assert (slot.version, slot.notice_id, slot.given_at, slot.corrected_at) == (1, "n1", NOW, NOW)
    assert (slot.source, slot.point, slot.key_id, slot.confirmed_at) == (Source.OWN_SESSION, "join", "k1", None)


def test_filling_a_filled_slot_is_refused():
    """Filling is collection: a value given before is corrected, not given again under a wider notice."""
    with pytest.raises(SubmissionError) as refused:
        filled("name", state=filled("name"), notice_id="n2")
    assert (refused.value.reason, refused.value.field, refused.value.rests_on) == (
        "slot-filled",
        "name",
        "bound-to-notice",
    )


def test_a_correction_keeps_notice_and_time_given():
    """A correction writes the next version under the same notice, with the old one kept for its owner."""
    state = corrected(filled("name"))
    slot = state.slots["name"]
    assert (slot.version, slot.notice_id, slot.given_at, slot.corrected_at) == (2, "n1", NOW, NOW + 5)
    assert state.old == (OldVersion("name", 1, "n1", Source.OWN_SESSION, "k1", NOW + 5, NOW),)


@pytest.mark.parametrize("version", [0, 2, 3])
def test_a_correction_of_another_version_is_a_conflict(version):
    """Two browsers correct one value: the second is told."""
    with pytest.raises(ConflictError) as refused:
        corrected(filled("name"), version=version)
    assert refused.value.reason == "corrected-elsewhere"


def test_a_correction_of_an_empty_slot_is_a_conflict():
    """There is nothing to correct where nothing was given."""
    with pytest.raises(ConflictError):
        corrected(EMPTY)


@pytest.mark.parametrize("source", [Source.PARTNER, Source.MADE_BY_US])
def test_a_correction_by_others_is_refused(source):
    """Own session or witness: neither a partner nor we correct what a person gave (§2.8)."""
    with pytest.raises(SubmissionError) as refused:
        corrected(filled("name"), source=source)
    assert (refused.value.reason, refused.value.rests_on) == ("correction-source", "sources:direct")


def test_an_address_is_confirmed_until_another_takes_its_place():
    """Asked, mistyped, asked again, confirmed; the same value corrected stays so, another is confirmed by nobody."""
    asked = change.mistype(change.ask(filled("name"), "name", NOW), "name").slots["name"].asked
    assert (asked.times, asked.at, asked.wrong) == (1, NOW, 1)
    again = change.ask(change.ask(filled("name"), "name", NOW), "name", NOW + 1)
    assert (again.slots["name"].asked.times, again.slots["name"].asked.wrong) == (2, 0)
    confirmed = change.confirm(again, "name", NOW + 2)
    assert (confirmed.slots["name"].confirmed_at, confirmed.slots["name"].asked) == (NOW + 2, None)
    assert corrected(confirmed, same=True).slots["name"].confirmed_at == NOW + 2
    assert corrected(confirmed).slots["name"].confirmed_at is None
    assert corrected(again).slots["name"].asked is None
    with pytest.raises(SubmissionError):
        change.mistype(confirmed, "name")


@pytest.mark.parametrize(
    "act",
    [
        lambda: change.confirm(EMPTY, "name", NOW),
        lambda: change.ask(EMPTY, "name", NOW),
        lambda: change.accept(EMPTY, ["name"], "p", "n"),
    ],
)
def test_confirming_or_accepting_nothing_is_refused(act):
    """What was never given can neither be confirmed nor bound to a later notice."""
    with pytest.raises(SubmissionError) as refused:
        act()
    assert refused.value.reason == "slot-empty"


def test_a_tick_grants_for_the_slots_of_that_form_alone():
    """A grant names its notice, its slots and its recipients; slots of other notices are not covered."""
    state = filled("phone", state=filled("name"), notice_id="n2")
    state = granted(state, {"club": []}, ("name", "phone", "fax"), {"club": ["b", "a"]})
    assert state.grants == (Grant("club", "n1", ("name",), ("a", "b"), NOW),)
    assert state.choices == (Choice("club", None, allow=True, notice_id="n1", at=NOW, by="self"),)


def test_a_tick_covers_a_slot_that_accepted_the_notice():
    """Re-consent: a slot that accepted the later notice can be covered by its box."""
    state = change.accept(filled("name", notice_id="n0"), ["name"], "club", "n1")
    assert granted(state, {"club": []}).grants[0].slots == ("name",)


def test_accepting_again_replaces_the_earlier_acceptance():
    """Of one purpose the latest accepted notice counts; other purposes keep theirs."""
    state = change.accept(filled("name"), ["name"], "club", "n2")
    state = change.accept(state, ["name"], "news", "n2")
    state = change.accept(state, ["name"], "club", "n3")
    assert state.slots["name"].accepted == (("news", "n2"), ("club", "n3"))


def test_ticks_by_channel_keep_a_choice_for_each():
    """The purpose and each channel ticked have their own choice; the others have none."""
    state = granted(filled("name"), {"news": [Exit.MAIL]})
    assert state.choice("news", None).allow
    assert state.choice("news", Exit.MAIL).allow
    assert state.choice("news", Exit.PHONE) is None


def test_a_no_withdraws_every_consent_of_the_purpose_and_a_yes_on_my_data_takes_it_back():
    """Withdrawn consents are kept, marked; the person's own general yes takes the withdrawal back."""
    state = granted(granted(filled("name"), {"news": []}), {"club": []})
    no = change.choose(state, "news", None, allow=False, at=NOW + 1)
    assert [(one.purpose, one.withdrawn) for one in no.grants] == [("news", True), ("club", False)]
    yes = change.choose(no, "news", None, allow=True, at=NOW + 2)
    assert [(one.purpose, one.withdrawn) for one in yes.grants] == [("news", False), ("club", False)]


def test_a_no_to_a_channel_withdraws_no_consent():
    """A channel's no is about that channel."""
    state = change.choose(granted(filled("name"), {"news": []}), "news", Exit.MAIL, allow=False, at=NOW + 1)
    assert not state.grants[0].withdrawn
    assert state.choice("news", None).allow


@pytest.mark.parametrize("by", ["paper", "call"])
def test_a_witness_may_say_no_but_not_lift_one(by):
    """A witnessed no is recorded; a witnessed yes over a no is refused with its step and ground."""
    no = change.choose(EMPTY, "news", None, allow=False, at=NOW, by=by)
    assert no.choice("news", None).by == by
    with pytest.raises(DeniedError) as refused:
        change.choose(no, "news", None, allow=True, at=NOW, by=by)
    assert (refused.value.step, refused.value.reason, refused.value.rests_on) == (6, "witnessed-yes", "sources:direct")


def test_a_witnessed_yes_where_nothing_stood_is_recorded():
    """A call may say yes where the person has said nothing."""
    state = granted(filled("name"), {"news": []})
    state = change.choose(state, "news", Exit.MAIL, allow=True, at=NOW, by="call")
    assert state.choice("news", Exit.MAIL).allow


def test_a_witnessed_general_yes_revives_no_consent_withdrawn_before():
    """Once another form's box has lifted the no, a call cannot bring back what the no withdrew."""
    state = change.choose(granted(filled("name"), {"news": []}), "news", None, allow=False, at=NOW + 1)
    state = granted(state, {"news": []}, ())
    state = change.choose(state, "news", None, allow=True, at=NOW + 3, by="call")
    assert [one.withdrawn for one in state.grants] == [True, False]


def on_paper(state=EMPTY, ticks=None, at=NOW):
    """Return the state after a paper was taken in."""
    state = change.fill(
        state,
        ["name"],
        notice_id="n2",
        point="join",
        source=Source.WITNESSED_PAPER,
        key_id="k1",
        at=at,
    )
    state = change.given_earlier(state, ["name"], at - 99)
    return change.grant(state, ticks or {}, notice_id="n2", slots=["name"], recipients={}, at=at, by="paper")


def test_what_was_given_elsewhere_runs_from_its_own_day():
    """The value is as old as the paper, and held since it was entered."""
    held = on_paper().slots["name"]
    assert (held.given_at, held.corrected_at) == (NOW - 99, NOW)


def test_a_paper_says_nothing_where_the_person_has_spoken():
    """Their own earlier yes stays theirs, by their own word."""
    own = change.choose(EMPTY, "news", Exit.MAIL, allow=True, at=NOW - 5)
    choice = on_paper(own, {"news": [Exit.MAIL]}).choice("news", Exit.MAIL)
    assert (choice.by, choice.at) == ("self", NOW - 5)


@pytest.mark.parametrize(("removed_at", "stays"), [(NOW - 1, True), (NOW, False), (NOW + 1, False)])
def test_what_was_taken_away_on_the_day_of_the_paper_or_later_is_not_given_by_it(removed_at, stays):
    """The begin of the day is the edge; what is kept per instance is no item of a paper."""
    gone = change.remove(filled("name", "answer#survey"), ["name", "answer#survey"], by_person_at=removed_at)
    assert set(gone.removed) == {"name"}
    if stays:
        change.require_not_undone(gone, ["name"], [], since=NOW)
    else:
        with pytest.raises(SubmissionError) as refused:
            change.require_not_undone(gone, ["name"], [], since=NOW)
        assert (refused.value.reason, refused.value.field) == ("witnessed-removed", "name")


def test_what_ended_by_itself_may_be_given_again():
    """Retention takes away as well, and says nothing against a paper."""
    change.require_not_undone(change.remove(filled("name"), ["name"]), ["name"], [("news", None)], since=0.0)


def test_disowning_takes_back_what_came_with_it_and_nothing_else():
    """Value and grant go, each yes is the person's no; what they corrected, gave or said themselves stays."""
    state = on_paper(filled("city"), {"news": [Exit.MAIL]})
    state = change.choose(state, "tips", None, allow=True, at=NOW - 5)
    after = change.disown(state, ["name", "city"], "n2", NOW, NOW + 9)
    assert (set(after.slots), after.grants, after.g) == ({"city"}, (), state.g + 1)
    said = {(one.purpose, one.exit): (one.allow, one.by) for one in after.choices}
    assert said == {
        ("news", None): (False, "self"),
        ("news", Exit.MAIL): (False, "self"),
        ("tips", None): (True, "self"),
    }
    assert after.removed == {"name": NOW + 9}
    mine = change.disown(corrected(on_paper()), ["name"], "n2", NOW, NOW + 9)
    assert "name" in mine.slots


def test_stopping_twice_is_stopping_once():
    """Stops are a set; resuming removes the one."""
    state = change.stop(change.stop(change.stop(EMPTY, "b"), "a"), "b")
    assert state.stops == ("a", "b")
    assert change.resume(state, "b").stops == ("a",)


def test_removing_takes_versions_and_consents_along():
    """What is taken away leaves no older version and no consent behind; the other slots keep theirs."""
    state = corrected(granted(filled("name", "phone"), {"news": []}, ("name", "phone")))
    gone = change.remove(state, ["name"])
    assert set(gone.slots) == {"phone"}
    assert gone.old == ()
    assert gone.grants[0].slots == ("phone",)
    assert change.remove(gone, ["phone"]).grants == ()


@pytest.mark.parametrize(
    ("after", "ended"), [(limits.OLD_VERSION_SECONDS - 1, False), (limits.OLD_VERSION_SECONDS, True)]
)
def test_an_older_version_ends_after_thirty_days(after, ended):
    """To the second; and with nothing to end the same state is answered."""
    state = corrected(filled("name"))
    pruned, gone = change.prune(state, NOW + 5 + after)
    assert (pruned is not state) == ended
    assert gone == (state.old if ended else ())
    assert pruned.old == (() if ended else state.old)


def test_being_seen_is_remembered_to_the_day():
    """A second sign-in on one day changes nothing; an earlier time never moves it back."""
    state = change.seen(EMPTY, NOW + 86_400)
    assert state.last_seen_at % 86_400 == 0
    assert change.seen(state, NOW + 86_400 + 60) is None
    assert change.seen(state, NOW - 86_400) is None


def test_closing_again_does_not_renew_what_runs():
    """The first closing counts."""
    assert change.close(change.close(EMPTY, NOW), NOW + 9).closed_at == NOW


def test_erasing_can_be_undone():
    """Within its grace period an intended erasure is undone, and nothing else has changed."""
    undone = change.undo_erasing(change.begin_erasing(EMPTY))
    assert (undone.status, undone.g) == ("active", 3)


@pytest.mark.parametrize(
    "yes",
    [
        lambda state: change.choose(state, "contact", None, allow=True, at=1.0),
        lambda state: change.choose(state, "contact", None, allow=True, at=1.0, by="paper"),
        lambda state: change.resume(state, "contact"),
        lambda state: change.grant(state, {"contact": ()}, notice_id="n", slots=(), recipients={}, at=1.0),
        lambda state: change.accept(state, (), "contact", "n"),
        lambda state: change.fill(state, (), notice_id="n", point="p", source=Source.OWN_SESSION, key_id="k", at=1.0),
    ],
)
def test_an_account_being_erased_takes_no_yes_and_every_no(yes):
    """Each way to give or allow is refused while an erasure waits; a no and a stop go through; undone, all is as before."""
    erasing = change.begin_erasing(PersonState(1, "active", 0.0, 0.0))
    with pytest.raises(SubmissionError) as refused:
        yes(erasing)
    assert refused.value.reason == "erasing"
    assert not change.choose(erasing, "contact", None, allow=False, at=1.0).choice("contact", None).allow
    assert change.stop(erasing, "contact").stops == ("contact",)
    yes(change.undo_erasing(erasing))


def test_what_a_person_replaced_or_took_away_is_remembered_and_what_ended_is_not():
    """What was agreed elsewhere before brings neither back; an unchanged value, and one whose time ended, are no no."""
    state = filled("name", "phone", "fax")
    replaced = corrected(state)
    assert (replaced.removed, corrected(state, same=True).removed) == ({"name": NOW + 5}, {})
    assert change.remove(replaced, ["phone"], by_person_at=NOW + 9).removed == {"name": NOW + 5, "phone": NOW + 9}
    assert change.remove(state, ["fax"]).removed == {}
