"""The attacks on a decision by name, each against the Photolibrary policy, each refused at its step with its clause."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from kept import guarantees
from kept.policy import change, needs, present, reference
from kept.policy.decide import Evaluator
from kept.policy.decision import Allowed, LawRequest, Mandate, Refused, Request
from kept.policy.model import Retention
from kept.policy.person import PersonState
from kept.policy.read import read_policy
from kept.policy.words import Basis, Exit, Source

FOLDER = Path(__file__).parents[3] / "policies"
DAY = 86_400.0
NOW = 1_800_000_000.0
MORI, SATO = b"m" * 16, b"s" * 16
CHANNELS = (Exit.MAIL, Exit.POST, Exit.PHONE, Exit.FAX)


@pytest.fixture(scope="module")
def policy():
    """The Photolibrary policy as it stands in this repository."""
    files = {path.name: path.read_bytes() for path in FOLDER.glob("photolibrary.policy*.md")}
    return read_policy(files, guarantees.words())


@pytest.fixture(scope="module")
def joined(policy):
    """The notice of the registration form."""
    return present.build_notice(policy, "registration", "", "en")


@pytest.fixture(scope="module")
def invited(policy):
    """The notice of the event form."""
    return present.build_notice(policy, "event", "", "en")


@pytest.fixture(scope="module")
def notices(joined, invited):
    """Every notice shown, by id."""
    return {one.id: one for one in (joined, invited)}


@pytest.fixture
def mori(policy, joined):
    """Ms Mori: gave everything the registration form asks for, confirmed her addresses and ticked nothing."""
    state = change.fill(
        PersonState(1, "active", NOW - 9 * DAY, NOW),
        policy.points["registration"].stages[""],
        notice_id=joined.id,
        point="registration",
        source=Source.OWN_SESSION,
        key_id="k1",
        at=NOW - 9 * DAY,
    )
    for slot in ("mail_address", "phone", "fax"):
        state = change.confirm(state, slot, NOW - 9 * DAY)
    return state


def consenting(state, joined, purpose="announcements", exits=(Exit.MAIL,), recipients=()):
    """Return the state after boxes were ticked on the registration form."""
    return change.grant(
        state,
        {purpose: exits},
        notice_id=joined.id,
        slots=state.slots,
        recipients={purpose: recipients},
        at=NOW - 9 * DAY,
    )


def staff(role, purpose, **fields):
    """Return a mandate of staff, sound unless *fields* say otherwise."""
    sound = {"case": "", "person_id": b"", "signed_in_at": NOW - 60, "expires_at": NOW + 600}
    return Mandate(**{"id": "m", "kind": "staff", "actor": "ueda", "role": role, "purpose": purpose} | sound | fields)


def own(**fields):
    """Return Ms Mori's own mandate."""
    return staff("", "own-access", **{"kind": "own", "actor": "", "person_id": MORI} | fields)


def ask(policy, state, notices, mandate, slot, way_out, **fields):  # noqa: PLR0913 -- the question's parts
    """Ask both evaluators; they have to agree."""
    request = Request(mandate, fields.pop("person_id", MORI), slot, way_out, fields.pop("at", NOW), **fields)
    decision = reference.decide(policy, request, state, notices)
    assert Evaluator(policy).decide(request, state, notices) == decision
    return decision


def refusal(decision):
    """Return step, reason and clause of a refusal."""
    assert isinstance(decision, Refused), decision
    return decision.step, decision.reason, decision.clause


def test_contact_is_allowed_as_the_notice_said(policy, joined, notices, mori):
    """The normal way: support opens the e-mail address for contact, until three years after the last sign-in."""
    decision = ask(policy, mori, notices, staff("support", "contact"), "mail_address", Exit.SCREEN)
    assert decision == Allowed("4.5", Basis.NECESSARY, joined.id, NOW + 3 * 365 * DAY)


def test_a_decision_is_not_a_truth_value(policy, notices, mori):
    """`if decide(...)` is an error, for yes and for no."""
    for role in ("support", "research"):
        decision = ask(policy, mori, notices, staff(role, "contact"), "name", Exit.SCREEN)
        with pytest.raises(TypeError):
            bool(decision)


@pytest.mark.parametrize(
    "fields",
    [
        {"revoked": True},
        {"expires_at": NOW - 1},
        {"person_id": SATO},
        {"kind": "robot"},
        {"kind": ""},
    ],
)
def test_a_mandate_that_is_not_valid(policy, notices, mori, fields):
    """Revoked, over, bound to somebody else or of an unknown kind: step 1."""
    decision = ask(policy, mori, notices, staff("support", "contact", **fields), "name", Exit.SCREEN)
    assert refusal(decision) == (1, "mandate", "5.2")


@pytest.mark.parametrize("role", ["research", "operator", "nobody", ""])
def test_a_purpose_the_role_does_not_have(policy, notices, mori, role):
    """A purpose is a right of the role, never a word the caller types."""
    assert refusal(ask(policy, mori, notices, staff(role, "contact"), "name", Exit.SCREEN)) == (1, "role", "5.2")


def test_a_role_that_lost_its_purpose_in_a_later_version(policy, notices, mori):
    """The policy in force decides what a role may do, not the one the mandate was issued under."""
    support = replace(policy.roles["support"], purposes=("event",))
    later = replace(policy, roles={**policy.roles, "support": support})
    assert refusal(ask(later, mori, notices, staff("support", "contact"), "name", Exit.SCREEN)) == (1, "role", "5.2")


def test_an_undeclared_purpose(policy, notices, mori):
    """A purpose the policy does not declare is refused, even where a role names it."""
    support = replace(policy.roles["support"], purposes=("curiosity",))
    later = replace(policy, roles={**policy.roles, "support": support})
    decision = ask(later, mori, notices, staff("support", "curiosity"), "name", Exit.SCREEN)
    assert refusal(decision) == (2, "purpose", "2.1")


def test_an_item_the_purpose_does_not_use(policy, notices, mori):
    """Contact does not use the date of birth."""
    decision = ask(policy, mori, notices, staff("support", "contact"), "date_of_birth", Exit.SCREEN)
    assert refusal(decision) == (3, "uses", "4.5")


def test_an_undeclared_item(policy, notices, mori):
    """What is not declared cannot be asked for."""
    decision = ask(policy, mori, notices, staff("privacy", "rights-request"), "shoe_size", Exit.SCREEN)
    assert refusal(decision) == (3, "item", "1.1")


def test_a_value_never_given(policy, joined, notices):
    """An empty slot is no value."""
    empty = PersonState(1, "active", NOW, NOW)
    assert refusal(ask(policy, empty, notices, staff("support", "contact"), "name", Exit.SCREEN)) == (4, "value", "4.1")


@pytest.mark.parametrize(("at", "ended"), [(NOW + 3 * 365 * DAY - 1, False), (NOW + 3 * 365 * DAY, True)])
def test_an_expired_value(policy, notices, mori, at, ended):
    """A value ends at its end, to the second, for staff and for the person."""
    mandates = [(staff("support", "contact", expires_at=at), Exit.SCREEN), (own(expires_at=at), Exit.OWN_PAGE)]
    for mandate, way_out in mandates:
        decision = ask(policy, mori, notices, mandate, "name", way_out, at=at)
        assert isinstance(decision, Refused) == ended
        if ended:
            assert refusal(decision) == (4, "ended", "4.1")


def test_a_closed_account_ends_and_closing_again_does_not_renew(policy, notices, mori):
    """Thirty days after leaving nothing opens; a second closing does not start them anew."""
    left = change.close(change.close(mori, NOW), NOW + 20 * DAY)
    at = NOW + 30 * DAY
    decision = ask(policy, left, notices, staff("support", "contact", expires_at=at), "name", Exit.SCREEN, at=at)
    assert refusal(decision) == (4, "ended", "4.1")


def test_a_later_version_widening_retention(policy, notices, mori):
    """A longer retention in a later version does not lengthen an old value's life; a shorter one shortens it."""
    at = NOW + 3 * 365 * DAY
    mandate = staff("support", "contact", expires_at=at)

    def version(keep):
        point = replace(policy.points["registration"], retention=keep)
        return replace(policy, points={**policy.points, "registration": point})

    later = version(Retention(for_seconds=99 * 365 * DAY))
    assert refusal(ask(later, mori, notices, mandate, "name", Exit.SCREEN, at=at)) == (4, "ended", "4.1")
    later = version(Retention(for_seconds=9 * DAY))
    assert refusal(ask(later, mori, notices, staff("support", "contact"), "name", Exit.SCREEN)) == (4, "ended", "4.1")


def test_a_point_that_vanished_keeps_the_notices_end(policy, joined, notices, mori):
    """Removing the point from the policy does not remove the end its notice promised."""
    later = replace(policy, points={})
    decision = ask(later, mori, notices, staff("support", "contact"), "name", Exit.SCREEN)
    assert decision == Allowed("4.5", Basis.NECESSARY, joined.id, NOW + 3 * 365 * DAY)


def test_a_later_version_adding_a_purpose(policy, notices, mori):
    """A purpose added later does not open what was given before: no notice bound it."""
    club = replace(policy.purposes["contact"], id="club", revision="99")
    support = replace(policy.roles["support"], purposes=("club",))
    later = replace(policy, purposes={**policy.purposes, "club": club}, roles={**policy.roles, "support": support})
    assert refusal(ask(later, mori, notices, staff("support", "club"), "name", Exit.SCREEN)) == (5, "notice", "4.1")


def test_a_later_version_adding_an_item_to_a_purpose(policy, notices, mori):
    """An item added to a purpose later stays closed: the notice did not bind it."""
    contact = replace(policy.purposes["contact"], uses=("date_of_birth",))
    later = replace(policy, purposes={**policy.purposes, "contact": contact})
    decision = ask(later, mori, notices, staff("support", "contact"), "date_of_birth", Exit.SCREEN)
    assert refusal(decision) == (5, "notice", "4.1")


def test_a_later_version_widening_the_title(policy, notices, mori):
    """A purpose renamed in place is a new purpose for old values, unless listed as editorial with an approver."""
    contact = replace(policy.purposes["contact"], titles={"en": "Anything we like"}, revision="99")
    later = replace(policy, purposes={**policy.purposes, "contact": contact})
    mandate = staff("support", "contact")
    assert refusal(ask(later, mori, notices, mandate, "name", Exit.SCREEN)) == (5, "revision", "4.1")
    contact = replace(contact, editorial=frozenset({policy.purposes["contact"].revision}))
    later = replace(policy, purposes={**policy.purposes, "contact": contact})
    assert isinstance(ask(later, mori, notices, mandate, "name", Exit.SCREEN), Allowed)


def test_a_later_version_widening_the_basis(policy, joined, notices, mori):
    """Consent turned into necessary by a later version still needs the consent the notice asked for."""
    news = replace(policy.purposes["announcements"], basis=Basis.NECESSARY)
    later = replace(policy, purposes={**policy.purposes, "announcements": news})
    mandate = staff("marketing", "announcements")
    assert refusal(ask(later, mori, notices, mandate, "mail_address", Exit.MAIL)) == (6, "consent", "4.4")
    decision = ask(later, consenting(mori, joined), notices, mandate, "mail_address", Exit.MAIL)
    assert isinstance(decision, Allowed)
    assert decision.basis is Basis.CONSENT


def test_a_later_version_narrowing_the_basis(policy, notices, mori):
    """Notice turned into consent by a later version needs a consent nobody has given yet."""
    research = replace(policy.purposes["market-research"], basis=Basis.CONSENT)
    later = replace(policy, purposes={**policy.purposes, "market-research": research})
    mandate = staff("research", "market-research")
    assert isinstance(ask(policy, mori, notices, mandate, "prefecture", Exit.STATISTICS), Allowed)
    assert refusal(ask(later, mori, notices, mandate, "prefecture", Exit.STATISTICS)) == (6, "consent", "4.2")


def test_a_later_version_widening_the_exits(policy, notices, mori):
    """An exit added to a purpose later stays closed for what was given before."""
    research = replace(policy.purposes["market-research"], exits=frozenset(Exit))
    later = replace(policy, purposes={**policy.purposes, "market-research": research})
    decision = ask(later, mori, notices, staff("research", "market-research"), "prefecture", Exit.SCREEN)
    assert refusal(decision) == (7, "exit", "4.2")


def test_consent_from_another_form(policy, joined, invited, notices, mori):
    """A box ticked on the event form opens nothing that was given on the registration form."""
    state = change.grant(
        mori, {"information-for-you": [Exit.MAIL]}, notice_id=invited.id, slots=mori.slots, recipients={}, at=NOW
    )
    mandate = staff("marketing", "information-for-you")
    assert refusal(ask(policy, state, notices, mandate, "mail_address", Exit.MAIL)) == (6, "consent", "2.1")


def test_consent_for_slots_not_yet_filled(policy, joined, notices):
    """A grant covers what was filled on that form; what is filled later under the same notice has its own box."""
    fields = {"notice_id": joined.id, "point": "registration", "source": Source.OWN_SESSION, "key_id": "k", "at": NOW}
    state = change.fill(PersonState(1, "active", NOW, NOW), ["name"], **fields)
    state = change.grant(
        state,
        {"announcements": [Exit.MAIL]},
        notice_id=joined.id,
        slots=["name", "mail_address"],
        recipients={},
        at=NOW,
    )
    state = change.fill(state, ["mail_address"], **fields)
    mandate = staff("marketing", "announcements")
    assert isinstance(ask(policy, state, notices, mandate, "name", Exit.MAIL), Allowed)
    assert refusal(ask(policy, state, notices, mandate, "mail_address", Exit.MAIL)) == (6, "consent", "4.4")


def test_consent_that_outlives_its_value(policy, joined, notices, mori):
    """A value taken away takes its consent along: given anew without a tick it stays closed."""
    state = change.remove(consenting(mori, joined), ["mail_address"])
    state = change.fill(
        state,
        ["mail_address"],
        notice_id=joined.id,
        point="registration",
        source=Source.OWN_SESSION,
        key_id="k",
        at=NOW,
    )
    decision = ask(policy, state, notices, staff("marketing", "announcements"), "mail_address", Exit.MAIL)
    assert refusal(decision) == (6, "consent", "4.4")


def test_a_channel_that_was_never_ticked(policy, joined, notices, mori):
    """Consent by e-mail is no consent by phone: unknown means no."""
    decision = ask(policy, consenting(mori, joined), notices, staff("marketing", "announcements"), "phone", Exit.PHONE)
    assert refusal(decision) == (6, "consent", "4.4")


def test_a_general_yes_over_a_channels_no(policy, joined, notices, mori):
    """A yes to the purpose as a whole does not lift the no to e-mail."""
    state = change.choose(consenting(mori, joined), "announcements", Exit.MAIL, allow=False, at=NOW - 5)
    state = change.choose(state, "announcements", None, allow=True, at=NOW - 4)
    state = consenting(state, joined, exits=())
    mandate = staff("marketing", "announcements")
    assert refusal(ask(policy, state, notices, mandate, "mail_address", Exit.MAIL)) == (6, "no", "4.4")
    state = change.choose(state, "announcements", Exit.MAIL, allow=True, at=NOW - 2)
    assert isinstance(ask(policy, state, notices, mandate, "mail_address", Exit.MAIL), Allowed)


def test_a_withdrawal_regranted_by_an_empty_box(policy, joined, invited, notices, mori):
    """After a withdrawal, another form sent with its boxes empty gives nothing back."""
    state = change.choose(consenting(mori, joined), "announcements", None, allow=False, at=NOW - 5)
    again = change.grant(state, {}, notice_id=invited.id, slots=["name"], recipients={}, at=NOW - 4)
    decision = ask(policy, again, notices, staff("marketing", "announcements"), "mail_address", Exit.MAIL)
    assert refusal(decision) == (6, "no", "4.4")


def test_a_withdrawal_regranted_by_a_box_on_another_form(policy, joined, invited, notices, mori):
    """After a withdrawal, a tick on another form revives nothing; the person can, on my data."""
    purpose = "information-for-you"
    state = consenting(mori, joined, purpose)
    state = change.choose(state, purpose, None, allow=False, at=NOW - 5)
    state = change.grant(state, {purpose: [Exit.MAIL]}, notice_id=invited.id, slots=[], recipients={}, at=NOW - 4)
    mandate = staff("marketing", purpose)
    assert refusal(ask(policy, state, notices, mandate, "mail_address", Exit.MAIL)) == (6, "consent", "2.1")
    state = change.choose(state, purpose, None, allow=True, at=NOW - 3)
    assert isinstance(ask(policy, state, notices, mandate, "mail_address", Exit.MAIL), Allowed)


def test_a_witness_lifting_the_persons_no(policy, joined, notices, mori):
    """A paper form ticked after the person's own no opens nothing, not even once the no is lifted by another form."""
    state = change.choose(mori, "announcements", None, allow=False, at=NOW - 9)
    ticks = {"announcements": [Exit.MAIL]}
    state = change.grant(state, ticks, notice_id=joined.id, slots=mori.slots, recipients={}, at=NOW - 8, by="paper")
    mandate = staff("marketing", "announcements")
    assert refusal(ask(policy, state, notices, mandate, "mail_address", Exit.MAIL)) == (6, "no", "4.4")
    state = change.grant(state, ticks, notice_id=joined.id, slots=["name"], recipients={}, at=NOW - 7)
    assert refusal(ask(policy, state, notices, mandate, "mail_address", Exit.MAIL)) == (6, "consent", "4.4")
    assert isinstance(ask(policy, state, notices, mandate, "name", Exit.MAIL), Allowed)


def test_an_objection_to_a_use_on_notice(policy, notices, mori):
    """Notice needs no objection: after one, market research is refused."""
    state = change.choose(mori, "market-research", None, allow=False, at=NOW - 1)
    decision = ask(policy, state, notices, staff("research", "market-research"), "prefecture", Exit.STATISTICS)
    assert refusal(decision) == (6, "no", "4.2")


@pytest.mark.parametrize(
    ("slot", "way_out"), [("phone", Exit.MAIL), ("mail_address", Exit.POST), ("postal_address", Exit.FAX)]
)
def test_an_exit_that_does_not_open_the_item(policy, notices, mori, slot, way_out):
    """Mail opens the e-mail address and the name, post the postal address and the name, and so on."""
    decision = ask(policy, mori, notices, staff("support", "contact"), slot, way_out)
    assert refusal(decision) == (7, "exit", "4.5")


def test_an_exit_nobody_has_heard_of(policy, notices, mori):
    """An exit outside the closed list is refused, not an error that opens."""
    decision = ask(policy, mori, notices, staff("support", "contact"), "name", "telepathy")
    assert refusal(decision) == (7, "exit", "4.5")


def test_the_programs_exit_without_a_credential(policy, notices, mori):
    """App is bound to an API credential: the same right in a person's hands does not open it."""
    decision = ask(policy, mori, notices, staff("support", "contact"), "name", Exit.APP)
    assert refusal(decision) == (7, "credential", "4.5")
    program = staff("support", "contact", kind="program")
    assert isinstance(ask(policy, mori, notices, program, "name", Exit.APP), Allowed)


@pytest.mark.parametrize("recipient", ["", "another-club"])
def test_a_recipient_not_named(policy, joined, notices, mori, recipient):
    """Provision to nobody in particular, or to somebody the person did not consent to, is refused."""
    state = consenting(mori, joined, "picture-club", (), ("picture-club",))
    mandate = staff("partners", "picture-club")
    decision = ask(policy, state, notices, mandate, "name", Exit.PROVISION, recipient=recipient)
    assert refusal(decision) == (6, "consent", "4.6")
    decision = ask(policy, state, notices, mandate, "name", Exit.PROVISION, recipient="picture-club")
    assert isinstance(decision, Allowed)


def test_a_recipient_the_notice_did_not_name(policy, joined, notices, mori):
    """A consent that names a recipient the notice never named opens nothing."""
    rival = replace(policy.recipients["picture-club"], id="rival")
    later = replace(policy, recipients={**policy.recipients, "rival": rival})
    state = consenting(mori, joined, "picture-club", (), ("rival",))
    decision = ask(later, state, notices, staff("partners", "picture-club"), "name", Exit.PROVISION, recipient="rival")
    assert refusal(decision) == (7, "recipient", "4.6")


@pytest.mark.parametrize("basis", [Basis.NOTICE, Basis.NECESSARY])
def test_provision_without_consent_on_another_basis(policy, joined, notices, mori, basis):
    """No third party without consent, whatever basis policy and notice give the purpose."""
    club = replace(policy.purposes["picture-club"], basis=basis)
    later = replace(policy, purposes={**policy.purposes, "picture-club": club})
    wider = tuple(msgspec.structs.replace(one, basis=basis) for one in joined.terms)
    shown = msgspec.structs.replace(joined, terms=wider)
    slots = {name: msgspec.structs.replace(held, notice_id=shown.id) for name, held in mori.slots.items()}
    state = msgspec.structs.replace(mori, slots=slots)
    mandate = staff("partners", "picture-club")
    decision = ask(later, state, {shown.id: shown}, mandate, "name", Exit.PROVISION, recipient="picture-club")
    assert refusal(decision) == (6, "consent", "4.6")


def test_an_exit_written_as_plain_text_is_held_to_the_same_checks(policy, joined, notices, mori):
    """`"provision"` is the exit provision: a caller who writes the word does not walk around the recipient."""
    state = consenting(mori, joined, "picture-club", (), ())
    decision = ask(
        policy, state, notices, staff("partners", "picture-club"), "name", "provision", recipient="picture-club"
    )
    assert refusal(decision) == (6, "consent", "4.6")


def test_a_processor_beyond_what_it_is_declared_for(policy, joined, notices, mori):
    """A processor receives only the items it is declared for."""
    contact = replace(policy.purposes["contact"], exits=policy.purposes["contact"].exits | {Exit.PROCESSOR})
    later = replace(policy, purposes={**policy.purposes, "contact": contact})
    shown = present.build_notice(later, "registration", "", "en")
    slots = {name: msgspec.structs.replace(held, notice_id=shown.id) for name, held in mori.slots.items()}
    state = msgspec.structs.replace(mori, slots=slots)

    def to(slot, who):
        mandate = staff("support", "contact")
        return ask(later, state, {shown.id: shown}, mandate, slot, Exit.PROCESSOR, recipient=who)

    assert isinstance(to("mail_address", "mail-server"), Allowed)
    assert refusal(to("phone", "mail-server")) == (7, "recipient", "4.5")
    assert refusal(to("mail_address", "stranger")) == (7, "recipient", "4.5")


def test_a_use_the_person_stopped(policy, notices, mori):
    """A stop stands against a necessary use too; resuming lifts it."""
    mandate = staff("support", "contact")
    stopped = change.stop(mori, "contact")
    assert refusal(ask(policy, stopped, notices, mandate, "name", Exit.SCREEN)) == (8, "stopped", "4.5")
    assert isinstance(ask(policy, change.resume(stopped, "contact"), notices, mandate, "name", Exit.SCREEN), Allowed)


@pytest.mark.parametrize("left", [0, -1])
def test_a_mandate_whose_volume_is_used_up(policy, notices, mori, left):
    """The last step: no volume, no release; the person's own included."""
    decision = ask(policy, mori, notices, staff("support", "contact", volume_left=left), "name", Exit.SCREEN)
    assert refusal(decision) == (9, "volume", "5.2")
    assert refusal(ask(policy, mori, notices, own(volume_left=left), "name", Exit.OWN_PAGE)) == (9, "volume", "5.2")


def test_own_access_to_anothers_data(policy, notices, mori):
    """Ms Mori's session opens nothing of Mr Sato's; nor does a session bound to nobody."""
    for mandate in (own(), own(person_id=b"")):
        decision = ask(policy, mori, notices, mandate, "name", Exit.OWN_PAGE, person_id=SATO)
        assert refusal(decision) == (1, "mandate", "5.2")
    decision = ask(policy, mori, notices, own(person_id=b""), "name", Exit.OWN_PAGE, person_id=b"")
    assert refusal(decision) == (1, "mandate", "5.2")


@pytest.mark.parametrize("way_out", [one for one in Exit if one not in {Exit.OWN_PAGE, Exit.TAKE_ALONG}])
def test_own_access_by_another_exit(policy, notices, mori, way_out):
    """Own-access leaves by own-page and take-along only."""
    assert refusal(ask(policy, mori, notices, own(), "name", way_out)) == (1, "own-exit", "5.2")


@pytest.mark.parametrize(("ago", "fresh"), [(300.0, True), (300.5, False)])
def test_take_along_needs_a_fresh_sign_in(policy, notices, mori, ago, fresh):
    """Taking along needs a sign-in within five minutes; the own page does not."""
    mandate = own(signed_in_at=NOW - ago)
    assert isinstance(ask(policy, mori, notices, mandate, "name", Exit.TAKE_ALONG), Allowed) == fresh
    assert isinstance(ask(policy, mori, notices, mandate, "name", Exit.OWN_PAGE), Allowed)


def test_own_access_sees_what_is_stopped_or_being_erased(policy, joined, notices, mori):
    """Only steps 4 and 9 apply to the person: no stop and no erasure in its grace period hides their data."""
    state = change.begin_erasing(change.stop(mori, "contact"))
    assert ask(policy, state, notices, own(), "name", Exit.OWN_PAGE).clause == "0.1"
    assert refusal(ask(policy, state, notices, staff("support", "contact"), "name", Exit.SCREEN))[:2] == (4, "value")


@pytest.mark.parametrize("way_out", [Exit.OWN_PAGE, Exit.TAKE_ALONG])
def test_staff_by_the_persons_own_exits(policy, notices, mori, way_out):
    """Staff do not leave by the person's exits; only a rights request may take along, never show the own page."""
    assert refusal(ask(policy, mori, notices, staff("support", "contact"), "name", way_out)) == (7, "exit", "4.5")
    decision = ask(policy, mori, notices, staff("privacy", "rights-request"), "name", way_out)
    assert isinstance(decision, Allowed) == (way_out is Exit.TAKE_ALONG)


def test_the_persons_page_named_as_an_exit_of_a_purpose(policy, mori):
    """A policy that names own-page for a purpose does not open it to staff."""
    contact = replace(policy.purposes["contact"], exits=frozenset(Exit))
    later = replace(policy, purposes={**policy.purposes, "contact": contact})
    shown = present.build_notice(later, "registration", "", "en")
    slots = {name: msgspec.structs.replace(held, notice_id=shown.id) for name, held in mori.slots.items()}
    state = msgspec.structs.replace(mori, slots=slots)
    decision = ask(later, state, {shown.id: shown}, staff("support", "contact"), "name", Exit.OWN_PAGE)
    assert refusal(decision) == (7, "exit", "4.5")


def test_a_rights_request_opens_everything_given(policy, notices, mori):
    """The notice binds every item to the rights request, which uses all: the privacy officer can answer by post."""
    mandate = staff("privacy", "rights-request")
    for slot in mori.slots:
        assert isinstance(ask(policy, mori, notices, mandate, slot, Exit.TAKE_ALONG), Allowed)


LAW = LawRequest(frozenset({MORI}), frozenset({"name"}), NOW - 30 * DAY, NOW)


@pytest.mark.parametrize(
    ("law", "slot", "way_out", "expected"),
    [
        (LAW, "name", Exit.LEGAL_BUNDLE, None),
        (None, "name", Exit.LEGAL_BUNDLE, (3, "law-item", "4.9")),
        (LAW, "phone", Exit.LEGAL_BUNDLE, (3, "law-item", "4.9")),
        (replace(LAW, persons=frozenset({SATO})), "name", Exit.LEGAL_BUNDLE, (5, "law-scope", "4.9")),
        (replace(LAW, ends_at=NOW - 10 * DAY), "name", Exit.LEGAL_BUNDLE, (5, "law-scope", "4.9")),
        (replace(LAW, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY), "name", Exit.LEGAL_BUNDLE, (5, "law-scope", "4.9")),
        (replace(LAW, starts_at=NOW, ends_at=NOW - DAY), "name", Exit.LEGAL_BUNDLE, (5, "law-scope", "4.9")),
        (LAW, "name", Exit.SCREEN, (5, "law-scope", "4.9")),
    ],
)
def test_a_disclosure_beyond_the_request(policy, notices, mori, law, slot, way_out, expected):  # noqa: PLR0913
    """Nothing outside persons, items, period and bundle of the request can be released."""
    decision = ask(policy, mori, notices, staff("legal", "legal-disclosure"), slot, way_out, law=law)
    assert (None if isinstance(decision, Allowed) else refusal(decision)) == expected


def test_a_disclosure_of_a_value_written_after_the_period(policy, notices, mori):
    """A request for last month opens what was held then, never what was corrected today; and nothing once that has ended."""
    law = replace(LAW, ends_at=NOW - DAY)
    mandate = staff("legal", "legal-disclosure")
    assert isinstance(ask(policy, mori, notices, mandate, "name", Exit.LEGAL_BUNDLE, law=law), Allowed)
    fresh = change.correct(mori, "name", expected_version=1, source=Source.OWN_SESSION, key_id="k", at=NOW)
    assert isinstance(ask(policy, fresh, notices, mandate, "name", Exit.LEGAL_BUNDLE, law=law), Allowed)
    assert needs.versions_held(law, fresh, "name", NOW) == (1,)
    ended = msgspec.structs.replace(fresh, old=())
    decision = ask(policy, ended, notices, mandate, "name", Exit.LEGAL_BUNDLE, law=law)
    assert refusal(decision) == (5, "law-scope", "4.9")


def test_a_stop_does_not_stand_against_the_law(policy, notices, mori):
    """Law is excepted from stops, and from consent."""
    state = change.stop(mori, "legal-disclosure")
    decision = ask(policy, state, notices, staff("legal", "legal-disclosure"), "name", Exit.LEGAL_BUNDLE, law=LAW)
    assert isinstance(decision, Allowed)
    assert (decision.basis, decision.notice_id) == (Basis.LAW, "")


def test_a_request_of_an_authority_does_not_widen_an_ordinary_purpose(policy, notices, mori):
    """A law request presented with another purpose changes nothing."""
    decision = ask(policy, mori, notices, staff("support", "contact"), "date_of_birth", Exit.LEGAL_BUNDLE, law=LAW)
    assert refusal(decision) == (3, "uses", "4.5")


def test_a_corrected_address_reaches_nobody_before_its_owner_confirmed_it(policy, joined, notices, mori):
    """Corrected by whomever, it opens by no way out that writes there; confirmed, it answers exactly as before."""
    state = consenting(mori, joined)
    fields = {"expected_version": 1, "source": Source.WITNESSED_CALL, "key_id": "k", "at": NOW}
    corrected = change.correct(state, "mail_address", **fields)
    confirmed = change.confirm(corrected, "mail_address", NOW)
    for role, purpose, way_out, clause in (
        ("support", "contact", Exit.MAIL, "4.5"),
        ("marketing", "announcements", Exit.MAIL, "4.4"),
    ):
        mandate = staff(role, purpose)
        assert refusal(ask(policy, corrected, notices, mandate, "mail_address", way_out)) == (7, "unconfirmed", clause)
        before = ask(policy, state, notices, mandate, "mail_address", way_out)
        assert isinstance(before, Allowed)
        assert ask(policy, confirmed, notices, mandate, "mail_address", way_out) == before
    screen = ask(policy, corrected, notices, staff("support", "contact"), "mail_address", Exit.SCREEN)
    assert isinstance(screen, Allowed)
    given = consenting(corrected, joined, "picture-club", (), ("picture-club",))
    answer = ask(
        policy,
        given,
        notices,
        staff("partners", "picture-club"),
        "mail_address",
        Exit.PROVISION,
        recipient="picture-club",
    )
    assert (answer.step, answer.reason) == (7, "unconfirmed")


def test_a_mandate_that_asks_an_owner_opens_the_address_alone_and_by_its_own_way(policy, joined, notices, mori):
    """It opens no name, nothing on a screen, nothing into a bundle, and no address by another way."""
    fields = {"expected_version": 1, "source": Source.OWN_SESSION, "key_id": "k", "at": NOW}
    corrected = change.correct(consenting(mori, joined), "mail_address", **fields)
    asking = replace(staff("support", "contact"), kind="confirmation", actor="")
    assert isinstance(ask(policy, corrected, notices, asking, "mail_address", Exit.MAIL), Allowed)
    assert refusal(ask(policy, corrected, notices, asking, "name", Exit.MAIL)) == (7, "exit", "4.5")
    assert refusal(ask(policy, corrected, notices, asking, "mail_address", Exit.PHONE)) == (7, "exit", "4.5")
    for way_out in (Exit.SCREEN, Exit.APP, Exit.OWN_PAGE, Exit.LEGAL_BUNDLE):
        answer = ask(policy, corrected, notices, asking, "mail_address", way_out)
        assert (answer.step, answer.reason) == (1, "own-exit")


def test_re_consent_under_a_later_notice(policy, joined, notices, mori):
    """A renamed purpose opens an old value once the person accepts its new tuple, and never beyond the value's end."""
    news = replace(policy.purposes["announcements"], revision="99", basis=Basis.NOTICE)
    keep = Retention(for_seconds=10 * DAY)
    point = replace(policy.points["registration"], retention=keep)
    later = replace(policy, purposes={**policy.purposes, "announcements": news})
    shown = present.build_notice(
        replace(later, points={**policy.points, "registration": point}), "registration", "", "en"
    )
    known = {**notices, shown.id: shown}
    mandate = staff("marketing", "announcements")
    assert refusal(ask(later, mori, known, mandate, "name", Exit.MAIL)) == (5, "revision", "4.1")
    state = change.accept(mori, ["name"], "announcements", shown.id)
    decision = ask(later, state, known, mandate, "name", Exit.MAIL)
    assert decision == Allowed("4.4", Basis.NOTICE, shown.id, NOW + DAY)
    assert refusal(ask(later, state, known, mandate, "mail_address", Exit.MAIL)) == (5, "revision", "4.1")
    assert refusal(ask(later, state, notices, mandate, "name", Exit.MAIL)) == (5, "notice", "4.1")


def test_a_notice_that_cannot_be_shown(policy, joined, notices, mori):
    """A missing or rewritten notice binds nothing, also for an evaluator that has seen it before."""
    evaluator = Evaluator(policy)
    request = Request(staff("support", "contact"), MORI, "name", Exit.SCREEN, NOW)
    assert isinstance(evaluator.decide(request, mori, notices), Allowed)
    assert refusal(evaluator.decide(request, mori, {})) == (5, "notice", "4.1")
    assert refusal(ask(policy, mori, {}, staff("support", "contact"), "name", Exit.SCREEN)) == (5, "notice", "4.1")
    assert isinstance(evaluator.decide(request, mori, notices), Allowed)


@pytest.mark.parametrize("broken", ["slots", "choices", "stops"])
def test_an_erring_check_denies(policy, notices, mori, broken):
    """A state no decoder would give makes a check fail; what fails denies."""
    state = msgspec.structs.replace(change.choose(mori, "contact", Exit.FAX, allow=True, at=NOW), **{broken: None})
    research = broken == "choices"
    mandate = staff("research", "market-research") if research else staff("support", "contact")
    slot, way_out = ("prefecture", Exit.STATISTICS) if research else ("name", Exit.SCREEN)
    assert refusal(ask(policy, state, notices, mandate, slot, way_out)) == (4, "check-error", "4.1")


def test_an_erring_check_denies_the_person_too(policy, notices, mori):
    """Own-access errs on the closed side as well."""
    state = msgspec.structs.replace(mori, slots=None)
    assert refusal(ask(policy, state, notices, own(), "name", Exit.OWN_PAGE)) == (4, "check-error", "4.1")


def test_every_refusal_names_its_clause_and_what_is_needed(policy, notices, mori):
    """A refusal is an answer a person can act on: it names a clause of the policy and what would be needed."""
    decision = ask(policy, mori, notices, staff("marketing", "announcements"), "mail_address", Exit.MAIL)
    assert decision.clause in policy.clauses
    assert decision.needed.startswith("the person's consent")


def test_the_specification_fits_on_a_page():
    """The specification is at most 80 lines, numbered 1 to 9 in order."""
    lines = Path(reference.__file__).read_text("utf-8").splitlines()
    assert len(lines) <= 80
    steps = [line.split()[1] for line in lines if line.strip().startswith("# ")]
    assert steps == [str(step) for step in range(1, 10)]


def test_what_is_remembered_is_bounded(policy, notices, mori, monkeypatch):
    """Callers who ask for ever new words do not fill the memory, and the answers stay the same."""
    monkeypatch.setattr("kept.limits.DECISIONS_REMEMBERED", 50)
    evaluator = Evaluator(policy)
    sound = Request(staff("support", "contact"), MORI, "name", Exit.SCREEN, NOW)
    expected = evaluator.decide(sound, mori, notices)
    for number in range(500):
        odd = replace(sound, slot=f"item-{number}")
        assert refusal(evaluator.decide(odd, mori, notices)) == (3, "item", "1.1")
        odd = replace(sound, mandate=staff(f"role-{number}", "contact"))
        assert refusal(evaluator.decide(odd, mori, notices)) == (1, "role", "5.2")
        assert evaluator.decide(sound, mori, notices) == expected
    assert len(evaluator._ways) + sum(len(way.routes) for way in evaluator._ways.values()) <= 60
