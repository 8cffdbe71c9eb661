"""Citations and duties: the engine names a ground or a duty, the policy says which clause, cookie or purpose that is."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from grounds import is_ground

from kept import policy_files
from kept.cookies.rules import Rules
from kept.errors import DeniedError, LimitError, SubmissionError
from kept.policy import duties, needs
from kept.policy.check import check_policy
from kept.policy.ground import cite, clause_of
from kept.policy.read import read_policy
from kept.policy.words import Basis, CookieDuty, PointKind, PurposeDuty
from policies.words import GUARANTEES

ROOT = Path(__file__).parents[3]
FILES = policy_files(ROOT / "policies" / "photolibrary.policy.md")


@pytest.fixture(scope="module")
def policy():
    """The policy the project ships."""
    return read_policy(FILES, GUARANTEES)


@pytest.mark.parametrize(
    ("ground", "clause"),
    [
        ("one-gate", "0.1"), ("items", "1.1"), ("purposes", "0.1"), ("purposes:contact", "4.5"), ("collection", "2.4"),
        ("collection:registration", "2.4"), ("collection:partner", ""), ("segments", "2.5"), ("sources:partner", "2.9"),
        ("cookies", "3.1"), ("cookies:visit", "3.5"), ("purposes:device", "3.4"), ("addresses", "3.4"),
        ("statistics:visit", "4.3"), ("statistics:person", "4.2"), ("recipients", "4.6"), ("disclosure", "4.9"),
        ("purposes:legal-disclosure", "4.9"), ("purposes:rights-request", "0.1"), ("roles", "5.2"), ("keep", "2.4"),
        ("attest:lawful", "2.3"), ("joint-use", ""), ("nothing-of-the-sort", ""), ("", ""),
        ("joint-use roles one-gate", "5.2"),
    ],
)  # fmt: skip
def test_a_ground_is_cited_by_its_clause(policy, ground, clause):
    """The first clause that carries it; of alternatives the first there is; nothing where nothing carries it."""
    assert clause_of(policy, ground) == clause


def test_an_error_is_cited_where_a_policy_is_at_hand(policy):
    """An error that names its ground gets the clause; one that has a clause, or rests on nothing, keeps what it has."""
    assert cite(policy, DeniedError("no", rests_on="recipients")).clause == "§4.6"
    assert cite(policy, SubmissionError("no", rests_on="joint-use")).clause == ""
    assert cite(policy, LimitError("no", retry_after_seconds=1, rests_on="roles", clause="§9")).clause == "§9"
    assert cite(policy, DeniedError("no")).clause == ""


def _named_grounds():
    """Every ground written down in the source: of errors, of citations and of refusals."""
    for path in sorted((ROOT / "src" / "kept").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [word.value for word in node.keywords if word.arg in {"rests_on", "ground"}]
            given += node.args[1:2] if name == "clause_of" else []
            yield from ((path.name, one.value) for one in given if isinstance(one, ast.Constant))
    yield from (("needs.py", ground) for ground in needs.RESTS_ON.values())


def test_every_ground_of_the_engine_is_a_known_one():
    """A ground is a built-in promise or a declaration by its use; no name of any policy."""
    assert [(file, one) for file, one in _named_grounds() if one and not is_ground(one)] == []
    assert is_ground("bound-to-notice keep")
    assert not any(is_ground(one) for one in ("purposes:contact", "4.6", "", "one-gate 4.6", "cookies:__Host-x"))


def test_duties_follow_from_what_is_declared(policy):
    """No word is needed where the declaration says it already."""
    assert {duty.value: found.name for duty in CookieDuty if (found := duties.cookie_for(policy, duty))} == {
        duty.value: f"__Host-kept_{duty.value}" for duty in CookieDuty
    }
    assert {duty.value: found.id for duty in (*CookieDuty, *PurposeDuty) if (found := duties.purpose_for(policy, duty))} == {
        "session": "sign-in", "remember": "remember-me", "choices": "cookie-choices",
        "device": "unauthorised-use", "visit": "marketing-data", "rights-request": "rights-request",
        "legal-disclosure": "legal-disclosure", "sign-in-warning": "sign-in-warning",
    }  # fmt: skip
    registration = duties.point_for(policy, PointKind.REGISTRATION)
    assert registration is policy.points["registration"]
    assert duties.point_for(policy, PointKind.PARTNER) is None
    assert duties.roles_with(policy, "prize-delivery") == ("support", "contests")
    assert duties.roles_that_may(policy, "activate") == ("privacy",)


def test_a_policy_renames_and_narrows_an_engine_cookie(policy):
    """A cookie that says what it serves takes the place of the engine's own."""
    own = replace(policy.cookies["__Host-kept_device"], name="__Host-shop_device", serves="device", life_seconds=3600.0)
    named = replace(policy, cookies={own.name: own, **policy.cookies})
    assert duties.cookie_for(named, CookieDuty.DEVICE) is own


def test_the_necessary_cookies_have_a_default_and_the_others_do_not_exist(policy):
    """Without any cookie declared, people can sign in and choose; nobody is remembered, followed or counted."""
    bare = replace(policy, cookies={}, purposes={"contact": policy.purposes["contact"]})
    found = duties.cookies_of(bare)
    assert {one.serves for one in found.values()} == {"session", "choices", "device"}
    assert all(one.basis is Basis.NECESSARY and one.clause == "" for one in found.values())
    for duty in (CookieDuty.REMEMBER, CookieDuty.VISIT):
        assert duties.cookie_for(bare, duty) is None
    assert all(duties.purpose_for(bare, duty) is None for duty in (*CookieDuty, *PurposeDuty))


def test_the_default_cookies_pass_and_others_do_not():
    """Under a policy without cookies the engine's necessary ones may be set and read, and no other; nothing is asked."""
    bare = read_policy({"shop.policy.md": (ROOT / "tests/policies/sound/shop.policy.md").read_bytes()}, GUARANTEES)
    rules = Rules(bare)
    assert rules.asked == ()
    sent, dropped = rules.read([("__Host-kept_session", "s"), ("__Host-kept_remember", "r")], opted_out=False, at=0.0)
    assert sent.passed == {"__Host-kept_session": "s"}
    assert sent.purposes["__Host-kept_session"] == f"{duties.OWN_PURPOSE}session"
    assert [(one.name, one.reason) for one in dropped] == [("__Host-kept_remember", "undeclared")]
    assert rules.choices == "__Host-kept_choices"


def test_a_cookie_that_serves_is_sound_and_replaces_the_default():
    """`serves: session` on a name of the policy's own: nothing is found wrong, and no default stands beside it."""
    sound = (ROOT / "tests/policies/sound/shop.policy.md").read_text("utf-8")
    written = sound.replace(
        "roles:\n", '  visit:\n    title: "Knowing you on this visit"\n    basis: necessary\nroles:\n'
    )
    written = written.replace(
        "collection:\n",
        "cookies:\n  __Host-shop_session:\n    purpose: visit\n    basis: necessary\n    life: session\n"
        "    serves: session\ncollection:\n",
    )
    files = {"shop.policy.md": written.encode()}
    assert check_policy(files, GUARANTEES) == ()
    policy = read_policy(files, GUARANTEES)
    assert list(duties.cookies_of(policy)) == ["__Host-shop_session", "__Host-kept_choices", "__Host-kept_device"]
    assert duties.purpose_for(policy, CookieDuty.SESSION) is policy.purposes["visit"]
    assert clause_of(policy, "cookies:session") == "1.1"
    assert clause_of(policy, "cookies:device") == ""
