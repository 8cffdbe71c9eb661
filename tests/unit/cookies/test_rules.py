"""Cookie headers, choices and rules, each alone: what is unknown, doubled, too long or for elsewhere does not pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cited import cited
from hypothesis import given
from hypothesis import strategies as st
from installation import POLICY

from kept import limits, policy_files
from kept.cookies.choices import Choices, parse_choices
from kept.cookies.findings import AGAIN, ANOTHER, SIGNED_IN, Held, Observed, Place, compare, never_seen
from kept.cookies.header import Setting, cookie_line, expiry_line, parse_cookies, parse_set_cookie
from kept.cookies.rules import Rules
from kept.errors import DeniedError
from kept.guarantees import words
from kept.policy.cookie_value import cookie_value
from kept.policy.read import read_policy

POLICY_READ = read_policy(policy_files(POLICY), words())
RULES = Rules(POLICY_READ)
INTERESTS = "__Host-kept_interests"
SESSION, REMEMBER, VISIT = "__Host-kept_session", "__Host-kept_remember", "__Host-kept_visit"
AT = 1_800_000_000.0
TODAY = "2027-01-15"
COUNTED = f"{TODAY}!home-look"
NOBODY: frozenset[str] = frozenset()


def chosen(*purposes):
    """The cookie that says yes to *purposes*."""
    return (RULES.choices, RULES.choose(purposes, TODAY).text())


def test_the_question_is_about_every_cookie_on_consent():
    """Three purposes are asked about; the necessary ones are not."""
    assert set(RULES.asked) == {"remember-me", "interests-in-cookie", "marketing-data"}


@pytest.mark.parametrize(
    "text",
    [
        "", "yes", "!!", f"{'0' * 12}!2026-11-23!remember-me", f"{RULES.revision}!2026-11-23!contact",
        f"{RULES.revision}!2026-11-23!remember-me.", f"{RULES.revision}!2026-11-23!remember-me!", "x" * 2000,
        f"{RULES.revision}!2026-1-23!remember-me", f"{RULES.revision}!２０２６-11-23!remember-me",
    ],
)  # fmt: skip
def test_what_is_not_exactly_an_answer_to_todays_question_is_no_choice(text):
    """Another revision, a purpose not asked about, another spelling: ask again, and until then no."""
    assert parse_choices(text, RULES.revision, RULES.asked) is None


def test_a_choice_comes_back_as_it_was_made():
    """Written and read it is the same; a no to everything is a choice too."""
    for allowed in (NOBODY, frozenset({"remember-me"}), frozenset(RULES.asked)):
        made = RULES.choose(allowed, "2026-11-23")
        assert parse_choices(made.text(), RULES.revision, RULES.asked) == Choices(RULES.revision, "2026-11-23", allowed)


@given(st.binary(max_size=300))
def test_any_bytes_in_a_cookie_header_are_read_or_left_out(line):
    """MUST: hostile headers never raise, and what is read can be sent on."""
    pairs = parse_cookies([line])
    cookie_line(pairs)
    sent, dropped = RULES.read(pairs, opted_out=False, at=AT)
    assert set(sent.passed) <= set(RULES._cookies)
    assert len(dropped) + len(sent.passed) == len({name for name, _ in pairs})


@given(st.binary(max_size=300))
def test_any_bytes_in_a_set_cookie_line_are_read_or_left_out(line):
    """MUST: whatever an app sets never raises here."""
    setting = parse_set_cookie(line, AT)
    assert setting is None or isinstance(RULES.refuse(setting, NOBODY, AT), str)


def test_inwards_only_what_is_declared_and_allowed_passes():
    """Undeclared, unconsented and doubled names do not pass; what was not allowed is to be taken away."""
    sent, dropped = RULES.read(
        [(SESSION, "a"), ("_ga", "x"), (REMEMBER, "b"), (VISIT, COUNTED), chosen("marketing-data")],
        opted_out=False, at=AT,
    )  # fmt: skip
    assert sent.passed == {SESSION: "a", VISIT: COUNTED, RULES.choices: chosen("marketing-data")[1]}
    assert {(one.name, one.reason) for one in dropped} == {("_ga", "undeclared"), (REMEMBER, "unconsented")}
    assert sent.expire == (REMEMBER,)
    twice, _ = RULES.read([(SESSION, "a"), (SESSION, "b")], opted_out=False, at=AT)
    assert SESSION not in twice.passed


def test_a_value_is_given_to_the_code_of_its_purpose_only():
    """A cookie read for another purpose, and a name nobody declared, are refused with the clause."""
    jar = RULES.read([(SESSION, "secret")], opted_out=False, at=AT)[0].for_code_of(None, lambda *_: None)
    assert jar.value(SESSION, purpose="sign-in") == "secret"
    for name, purpose in ((SESSION, "marketing-data"), ("_ga", "sign-in")):
        with pytest.raises(DeniedError) as refused:
            jar.value(name, purpose=purpose)
        assert (cited(refused.value), refused.value.reason) == ("§3.6", "cookie-purpose")
    assert "secret" not in repr(jar)


@pytest.mark.parametrize(
    ("line", "allowed", "reason"),
    [
        (b"_ga=1; Path=/", NOBODY, "undeclared"),
        (b"__Host-kept_remember=1; Path=/; Max-Age=60", NOBODY, "unconsented"),
        (b"__Host-kept_remember=1; Path=/; Max-Age=60", frozenset({"remember-me"}), ""),
        (b"__Host-kept_remember=1; Path=/; Max-Age=99999999", frozenset({"remember-me"}), "life-longer"),
        (b"__Host-kept_session=1; Path=/; Max-Age=60", NOBODY, "life-longer"),
        (b"__Host-kept_session=1; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT", NOBODY, "life-longer"),
        (b"__Host-kept_session=1; Path=/; Expires=whenever", NOBODY, "life-longer"),
        (b"__Host-kept_session=1; Path=/; Domain=example.jp", NOBODY, "elsewhere"),
        (b"__Host-kept_session=1; Path=/shop", NOBODY, "elsewhere"),
        (b"__Host-kept_session=1; Path=/", NOBODY, ""),
        (b"__Host-kept_remember=; Path=/; Max-Age=0", NOBODY, ""),
        (b"__Host-kept_remember=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOBODY, ""),
        (b"_ga=; Max-Age=0", NOBODY, "undeclared"),
    ],
)  # fmt: skip
def test_outwards(line, allowed, reason):
    """A cookie is set only as declared: name, life, host, and with the yes it needs; taking one away always passes."""
    setting = parse_set_cookie(line, AT)
    assert setting is not None
    assert RULES.refuse(setting, allowed, AT) == reason


@pytest.mark.parametrize(
    "said", ["--5", "-", "", "5-5", "²", "٣", "1e3", "0x10", " ", "+5", "9" * 400, "-" + "9" * 400, "5,5"]
)
@pytest.mark.parametrize("word", ["Max-Age", "Expires"])
def test_whatever_an_app_writes_as_a_life_never_raises(word, said):
    """What is no number is no `Max-Age`, as browsers read it; what is no date lives for ever, so that it does not pass."""
    for line in (f"{SESSION}=1; {word}={said}", f"{SESSION}=1; {word}={said}; Max-Age=--5; Expires={said}"):
        setting = parse_set_cookie(line.encode("utf-8"), AT)
        assert setting is not None
        assert isinstance(RULES.refuse(setting, NOBODY, AT), str)


@given(st.text(st.characters(max_codepoint=255)), st.text(st.characters(max_codepoint=255)))
def test_no_attribute_raises(word, said):
    """MUST: names and values of attributes are an app's text, whatever it is."""
    for name in (word, "Max-Age", "Expires", "Path", "Domain"):
        parse_set_cookie(f"{SESSION}=1; {name}={said}".encode("latin-1"), AT)


def test_a_name_cannot_hide_that_it_came_twice():
    """A hundred others before its second do not make it one; and what is not allowed is taken away, twice or not."""
    others = [(f"c{number}", "1") for number in range(limits.COOKIE_PAIRS)]
    lines = [cookie_line([(SESSION, "a"), (REMEMBER, "b"), (REMEMBER, "b"), *others, (SESSION, "c")])]
    sent, dropped = RULES.read(parse_cookies(lines), opted_out=False, at=AT)
    assert SESSION not in sent.passed
    assert (SESSION, "twice") in {(one.name, one.reason) for one in dropped}
    assert sent.expire == (REMEMBER,)


@pytest.mark.parametrize(
    ("name", "value", "passes"),
    [
        (VISIT, COUNTED, True), (VISIT, f"{TODAY}!home-look.policy-look", True), (VISIT, "customer-7", False),
        (VISIT, f"{TODAY}!policy-look.home-look", False), (VISIT, f"{TODAY}!home-look.home-look", False),
        (VISIT, "2027-01-99!home-look", False), (VISIT, "2026-01-15!home-look", False), (VISIT, "7!home-look", False),
        (VISIT, f"{TODAY}!", False), (VISIT, "2027-1-15!home-look", False), (VISIT, "20270115!home-look", False),
        (INTERESTS, "food", True), (INTERESTS, "food.animals", True), (INTERESTS, "animals.food", False),
        (INTERESTS, "food.food", False), (INTERESTS, "food.customer-7", False), (INTERESTS, "food.", False),
        (INTERESTS, "7", False), (INTERESTS, "Food", False),
        (RULES.choices, f"{'0' * 12}!{TODAY}!", False), (RULES.choices, "customer-7", False),
        (RULES.choices, f"{RULES.revision}!{TODAY}!remember-me.marketing-data", False),
        (RULES.choices, f"{RULES.revision}!2027-01-99!", False), (RULES.choices, f"{RULES.revision}!2020-01-01!", False),
        (RULES.choices, RULES.choose((), TODAY).text(), True), (SESSION, "customer-7", True),
    ],
)  # fmt: skip
def test_a_cookie_without_identifier_says_what_is_declared_alone(name, value, passes):
    """An order, a spelling, a day that is none: whatever could number people does not pass, in neither direction."""
    allowed = frozenset(RULES.asked)
    assert (RULES.refuse(Setting(name, value, None, elsewhere=False), allowed, AT) == "") is passes
    said = [(name, value)] + ([chosen(*RULES.asked)] if name != RULES.choices else [])
    sent, dropped = RULES.read(said, opted_out=False, at=AT)
    assert (name in sent.passed) is passes
    assert ((name, "identifier") in {(one.name, one.reason) for one in dropped}) is not passes
    assert (name in sent.expire) is not passes


def test_a_day_that_passed_is_read_and_not_written():
    """A browser may bring the days of its cookie's life back; what is written now is of today."""
    old = "2027-01-01!home-look"
    assert VISIT in RULES.read([(VISIT, old), chosen("marketing-data")], opted_out=False, at=AT)[0].passed
    assert RULES.refuse(Setting(VISIT, old, None, elsewhere=False), frozenset(RULES.asked), AT) == "identifier"


def test_a_yes_is_a_yes_to_what_was_asked():
    """A cookie that lasts longer, identifies, or may say more is asked about again; one nobody is asked about is not."""
    for changed in (
        {"life_seconds": 1.0},
        {"identifier": "device"},
        {"holds": ("occupation",)},
        {"values": ("a",)},
        {"up_to": 3},
    ):
        for name, again in ((INTERESTS, True), (SESSION, False)):
            cookies = {**POLICY_READ.cookies, name: replace(POLICY_READ.cookies[name], **changed)}
            other = Rules(replace(POLICY_READ, cookies=cookies))
            assert (other.revision != RULES.revision) is again


def test_how_many_values_a_declaration_allows():
    """Options are sets: each at most once, of an item of one at most one; words and numbers add up."""
    cookie, items = RULES.cookie(INTERESTS), POLICY_READ.items
    assert cookie_value(cookie, items).count == 2**8 - 1
    more = replace(cookie, holds=("interests", "occupation"), values=("a", "b"), up_to=9)
    occupations = len(items["occupation"].options)
    assert cookie_value(more, items).count == 2**8 * (occupations + 1) - 1 + 2 + 10
    says = cookie_value(more, items).says
    one, other = items["occupation"].options[:2]
    assert [says(text) for text in (f"food.{one}", f"food.{one}.{other}", "a", "9", "10", "09", "1_0", "٣")] == [
        True, False, True, True, False, False, False, False,
    ]  # fmt: skip


def test_what_takes_a_cookie_away_is_read_as_that():
    """The line by which the gate takes a cookie away passes the gate."""
    setting = parse_set_cookie(expiry_line(REMEMBER), AT)
    assert setting is not None
    assert (setting.life_seconds, RULES.refuse(setting, NOBODY, AT)) == (0.0, "")


def test_a_scan_names_what_should_not_be():
    """Each way a site can differ from its policy is found in the phase it shows in, and nothing else is."""
    clean = Observed("accepted", frozenset(RULES.asked), (Held(SESSION), Held(REMEMBER, 90 * 86400.0)))
    assert compare(RULES, [clean], AT) == []
    dirty = Observed(
        "refused", NOBODY, (Held("_ga"), Held(VISIT, 60.0), Held("__Host-kept_device", 9e9), Held(RULES.choices, 1.0, "7")),
        (Place("localStorage", "uid"), Place("frame", "ads.example", own=False), Place("WebRTC", ""), Place("beacon", "us")),
    )  # fmt: skip
    assert [(one.what, one.reason) for one in compare(RULES, [clean, dirty], AT)] == [
        ("_ga", "undeclared"), (VISIT, "unconsented"), ("__Host-kept_device", "life-longer"),
        (RULES.choices, "identifier"), ("localStorage uid", "storage-undeclared"), ("frame ads.example", "other-host"),
        ("WebRTC", "peer"),
    ]  # fmt: skip


MARK = "k7Qz9tRw2XbN4vLm"


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        (INTERESTS, ("food", "food", "food"), ""), (INTERESTS, ("food", "animals", "food"), "tells-apart"),
        (VISIT, (f"{TODAY}!home-look", "2027-01-16!home-look", "2027-01-16!home-look"), ""),
        (VISIT, (f"{TODAY}!home-look", f"{TODAY}!home-look.own-look", f"{TODAY}!home-look"), "tells-apart"),
        (SESSION, (MARK, "somebody", "third"), ""), (SESSION, (MARK, "somebody", MARK), "identifier-stays"),
        (SESSION, (f"a.{MARK}", f"b.{MARK}", f"c.{MARK}"), ""),  # what everybody's begins with identifies nobody
        (SESSION, (f"a{MARK}xx", "somebody", f"{MARK}b"), "identifier-stays"),
        ("__Host-kept_device", ("7", "8", "7"), "identifier-stays"), ("__Host-kept_device", ("7", "7", "7"), ""),
    ],
)  # fmt: skip
def test_the_values_of_two_visitors_are_held_against_each_other(name, values, reason):
    """What identifies nobody is the same for two who did the same; what identifies shares nothing from sign-in to sign-in."""
    seen = [
        Observed(phase, frozenset(RULES.asked), (Held(name, None, value),))
        for phase, value in zip((SIGNED_IN, ANOTHER, AGAIN), values, strict=True)
    ]
    assert {one.reason for one in compare(RULES, seen, AT)} == ({reason} if reason else set())
    assert not any(value in repr(seen) for value in values if len(value) > 5)
    assert never_seen(RULES, seen) == tuple(one for one in RULES.names if one != name)
