"""Cookie headers, choices and rules, each alone: what is unknown, doubled, too long or for elsewhere does not pass."""

from __future__ import annotations

import pytest
from cited import cited
from hypothesis import given
from hypothesis import strategies as st
from installation import POLICY

from kept import policy_files
from kept.cookies.choices import Choices, parse_choices
from kept.cookies.findings import Observed, compare
from kept.cookies.header import cookie_line, expiry_line, parse_cookies, parse_set_cookie
from kept.cookies.rules import Rules
from kept.errors import DeniedError
from kept.guarantees import words
from kept.policy.read import read_policy

RULES = Rules(read_policy(policy_files(POLICY), words()))
SESSION, REMEMBER, VISIT = "__Host-kept_session", "__Host-kept_remember", "__Host-kept_visit"
AT = 1_800_000_000.0
NOBODY: frozenset[str] = frozenset()


def chosen(*purposes):
    """The cookie that says yes to *purposes*."""
    return (RULES.choices, RULES.choose(purposes, "2026-11-23").text())


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
    jar, dropped = RULES.read(pairs, opted_out=False)
    assert {name for name, _ in jar.pairs()} <= set(RULES._cookies)
    assert len(dropped) + len(jar.pairs()) == len({name for name, _ in pairs})


@given(st.binary(max_size=300))
def test_any_bytes_in_a_set_cookie_line_are_read_or_left_out(line):
    """MUST: whatever an app sets never raises here."""
    setting = parse_set_cookie(line, AT)
    assert setting is None or isinstance(RULES.refuse(setting, NOBODY), str)


def test_inwards_only_what_is_declared_and_allowed_passes():
    """Undeclared, unconsented and doubled names do not pass; what was not allowed is to be taken away."""
    jar, dropped = RULES.read(
        [(SESSION, "a"), ("_ga", "x"), (REMEMBER, "b"), (VISIT, "c"), chosen("marketing-data")], opted_out=False
    )
    assert dict(jar.pairs()) == {SESSION: "a", VISIT: "c", RULES.choices: chosen("marketing-data")[1]}
    assert {(one.name, one.reason) for one in dropped} == {("_ga", "undeclared"), (REMEMBER, "unconsented")}
    assert jar.expire == (REMEMBER,)
    twice, _ = RULES.read([(SESSION, "a"), (SESSION, "b")], opted_out=False)
    assert not twice.has(SESSION)


def test_a_value_is_given_to_the_code_of_its_purpose_only():
    """A cookie read for another purpose, and a name nobody declared, are refused with the clause."""
    jar, _ = RULES.read([(SESSION, "secret")], opted_out=False)
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
    assert RULES.refuse(setting, allowed) == reason


def test_what_takes_a_cookie_away_is_read_as_that():
    """The line by which the gate takes a cookie away passes the gate."""
    setting = parse_set_cookie(expiry_line(REMEMBER), AT)
    assert setting is not None
    assert (setting.life_seconds, RULES.refuse(setting, NOBODY)) == (0.0, "")


def test_a_scan_names_what_should_not_be():
    """Each way a site can differ from its policy is found in the phase it shows in, and nothing else is."""
    clean = Observed("accepted", frozenset(RULES.asked), ((SESSION, None), (REMEMBER, 90 * 86400.0)), (), ())
    assert compare(RULES, [clean]) == []
    dirty = Observed(
        "refused", NOBODY, (("_ga", None), (VISIT, 60.0), ("__Host-kept_device", 9e9)), ("uid",), ("ads.example",)
    )
    assert [(one.what, one.reason) for one in compare(RULES, [clean, dirty])] == [
        ("_ga", "undeclared"), (VISIT, "unconsented"), ("__Host-kept_device", "life-longer"),
        ("uid", "storage-undeclared"), ("ads.example", "other-host"),
    ]  # fmt: skip
