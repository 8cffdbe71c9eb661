"""Notices and forms built from the policy: what is shown, in both languages, is what is bound."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from taking import EVENT

from kept import guarantees
from kept.errors import MalformedError, SubmissionError
from kept.policy import present
from kept.policy.instance import parse_instance
from kept.policy.notice import parse_notice
from kept.policy.read import read_policy
from kept.policy.words import Basis, Exit

FOLDER = Path(__file__).parents[3] / "policies"
FORMS = [
    ("registration", ""),
    ("questionnaire", ""),
    ("contest", ""),
    ("sweepstake", "enter"),
    ("sweepstake", "won"),
    ("event", ""),
]


@pytest.fixture(scope="module")
def policy():
    """The Photolibrary policy as it stands in this repository."""
    files = {path.name: path.read_bytes() for path in FOLDER.glob("photolibrary.policy*.md")}
    return read_policy(files, guarantees.words())


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("point", "stage"), FORMS)
def test_what_is_shown_is_what_is_bound(policy, point, stage, language):
    """Every purpose and item of the tuples is named in the text, and the retention and the choice stand there."""
    notice = present.build_notice(policy, point, stage, language)
    for term in notice.terms:
        assert policy.purposes[term.purpose].titles[language] in notice.text
        assert policy.items[term.item].titles[language] in notice.text
        for recipient in term.recipients:
            assert policy.recipients[recipient].names[language] in notice.text
    assert present.retention_words(policy.points[point].retention, language) in notice.text
    assert ("optional" if language == "en" else "任意") in notice.text


@pytest.mark.parametrize(("point", "stage"), FORMS)
def test_tuples_are_the_items_asked_times_the_purposes_that_use_them(policy, point, stage):
    """No tuple binds an item not asked for, or a purpose not presented; none is missing."""
    notice = present.build_notice(policy, point, stage, "en")
    expected = {
        (item, purpose)
        for item in policy.points[point].stages[stage]
        for purpose in (*policy.points[point].purposes, "rights-request")
        if policy.purposes[purpose].may_use(item)
    }
    assert {(term.item, term.purpose) for term in notice.terms} == expected
    assert list(notice.terms) == sorted(notice.terms, key=lambda term: (term.item, term.purpose))


def test_a_tuple_says_what_the_policy_says(policy):
    """Revision, basis, exits and retention are the policy's; the recipient stands only where items go to it."""
    notice = present.build_notice(policy, "registration", "", "en")
    club = notice.term("mail_address", "picture-club")
    assert (club.revision, club.basis) == (policy.purposes["picture-club"].revision, Basis.CONSENT)
    assert (club.exits, club.recipients) == ((Exit.PROVISION,), ("picture-club",))
    assert club.retention == policy.points["registration"].retention
    assert notice.term("phone", "picture-club") is None
    assert {term.recipients for term in notice.terms if term.purpose != "picture-club"} == {()}


def test_the_third_party_is_named_with_country_items_means_and_purpose(policy):
    """The page where it is acquired says so explicitly (§4.7), in both languages."""
    english = present.build_notice(policy, "registration", "", "en").text
    assert "Picture Club (example) (Japan) receives Name, E-mail address, as a sealed file, for:" in english
    japanese = present.build_notice(policy, "registration", "", "ja").text
    assert "日本" in japanese
    assert "封印したファイルで" in japanese


def test_the_means_are_the_recipients_own(policy):
    """A recipient served by post is announced as served by post."""
    club = replace(policy.recipients["picture-club"], means="post", country="us")
    later = replace(policy, recipients={"picture-club": club})
    assert (
        "(United States) receives Name, E-mail address, by post"
        in present.build_notice(later, "registration", "", "en").text
    )
    assert "アメリカ合衆国" in present.build_notice(later, "registration", "", "ja").text


def test_a_notice_does_not_promise_what_a_law_may_overrule(policy):
    """Where the policy declares disclosure under a law, the notice says so; without it, it does not."""
    assert "If a law requires it" in present.build_notice(policy, "event", "", "en").text
    lawless = replace(policy, purposes={k: v for k, v in policy.purposes.items() if v.basis is not Basis.LAW})
    assert "If a law requires it" not in present.build_notice(lawless, "event", "", "en").text


def test_who_asks_is_named_in_the_readers_language(policy):
    """Where a translation names the controller itself, the form in that language does too."""
    later = replace(policy, controllers={"ja": {"name": "フォトライブラリー", "desk": "個人情報窓口"}})
    japanese = present.build_notice(later, "event", "", "ja").text
    assert f"フォトライブラリー（個人情報窓口、{policy.controller['contact']}）" in japanese
    assert f"Who asks: {policy.controller['name']}, " in present.build_notice(later, "event", "", "en").text


def test_building_twice_gives_one_notice(policy):
    """The same policy, point and language give the same id; each of them changes it."""
    first = present.build_notice(policy, "event", "", "en")
    others = [
        present.build_notice(policy, "event", "", "ja"),
        present.build_notice(policy, "contest", "", "en"),
        present.build_notice(
            policy, "event", "", "en", instance=parse_instance(EVENT, {"event": "event"}, ("en", "ja"), UTC)
        ),
        present.build_notice(replace(policy, version=2), "event", "", "en"),
        present.build_notice(replace(policy, hash="ff"), "event", "", "en"),
    ]
    assert present.build_notice(policy, "event", "", "en").id == first.id
    assert len({first.id, *(one.id for one in others)}) == 6


def test_a_stored_notice_reads_back_and_a_rewritten_one_does_not(policy):
    """Its id is the hash of words and tuples: one other byte is another notice."""
    notice = present.build_notice(policy, "registration", "", "ja")
    stored = notice.encode()
    assert parse_notice(stored, notice.id) == notice
    rewritten = stored.replace(b'"consent"', b'"notice"', 1)
    assert rewritten != stored
    with pytest.raises(MalformedError) as refused:
        parse_notice(rewritten, notice.id)
    assert refused.value.reason == "notice-rewritten"


@pytest.mark.parametrize("build", [present.build_notice, present.hints])
@pytest.mark.parametrize("language", ["fr", "", "EN", "en-GB"])
def test_a_language_not_offered(policy, build, language):
    """No form in a language the policy is not complete in."""
    with pytest.raises(SubmissionError) as refused:
        build(policy, "registration", "", language)
    assert (refused.value.reason, refused.value.clause) == ("language-not-offered", "§2.3")


def test_a_stale_translation_is_not_offered(policy):
    """A policy whose Japanese is stale shows no Japanese form."""
    stale = replace(policy, languages=("en",))
    for build in (
        lambda: present.build_notice(stale, "event", "", "ja"),
        lambda: present.hints(stale, "event", "", "ja"),
        lambda: present.boxes(stale, "event", "ja"),
    ):
        with pytest.raises(SubmissionError) as refused:
            build()
        assert refused.value.reason == "language-not-offered"


@pytest.mark.parametrize(("point", "stage"), [("nowhere", ""), ("registration", "won"), ("sweepstake", ""), ("", "")])
def test_an_undeclared_point_or_stage(policy, point, stage):
    """Nothing is collected where the policy declares no point (§2.1)."""
    for build in (present.build_notice, present.hints):
        with pytest.raises(SubmissionError) as refused:
            build(policy, point, stage, "en")
        assert (refused.value.reason, refused.value.clause) == ("point-unknown", "§2.1")
    with pytest.raises(SubmissionError):
        present.boxes(policy, point, "en", stage)


def test_each_field_says_why_and_until_when(policy):
    """Beside each field stand its title, the titles of the purposes that use it, and its end; none is needed."""
    hints = {hint.item.id: hint for hint in present.hints(policy, "registration", "", "en")}
    assert list(hints) == list(policy.points["registration"].stages[""])
    phone = hints["phone"]
    assert phone.title == "Phone number"
    assert phone.why == ", ".join(
        policy.purposes[one].titles["en"] for one in ("contact", "information-for-you", "announcements")
    )
    assert (
        phone.until
        == "until 30 days after you close your account, or until 3 years after your last visit, whichever comes first"
    )
    assert {hint.needed for hint in hints.values()} == {""}


def test_boxes_are_by_channel_and_by_recipient(policy):
    """Each purpose on consent has a box by channel, a third party its own; uses on notice or need have none."""
    boxes = present.boxes(policy, "registration", "en")
    offered = {(box.purpose, box.exit, box.recipient) for box in boxes}
    channels = (Exit.MAIL, Exit.POST, Exit.PHONE, Exit.FAX)
    expected = {(purpose, one, "") for purpose in ("information-for-you", "announcements") for one in channels}
    assert offered == expected | {("picture-club", None, "picture-club"), ("sign-in-warning", Exit.MAIL, "")}
    assert all(policy.purposes[box.purpose].titles["en"] in box.title for box in boxes)


def test_boxes_offer_only_what_the_form_can_serve(policy):
    """No box by letter where no postal address is asked for; none at a stage that asks for nothing."""
    assert {box.exit for box in present.boxes(policy, "event", "en")} == {Exit.MAIL}
    assert {box.exit for box in present.boxes(policy, "sweepstake", "en", "won")} == {Exit.POST, Exit.PHONE}
    assert present.boxes(policy, "sweepstake", "en", "enter") == []
    assert [(box.purpose, box.exit) for box in present.boxes(policy, "questionnaire", "ja")] == [
        ("information-for-you", None)
    ]
