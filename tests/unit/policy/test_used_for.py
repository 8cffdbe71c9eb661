"""What each stage of a sweepstake is used for: a notice and its boxes present the purposes of their own stage alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from kept.policy import present
from kept.policy.check import check_policy
from kept.policy.diff import compare
from kept.policy.read import read_policy
from policies.words import GUARANTEES

FILE = (Path(__file__).parents[2] / "policies" / "point-used-for" / "shop.policy.md").read_text(encoding="utf-8")
WRONG = "    used-for:\n      lost:\n        - sending\n"
APART = "    used-for:\n      enter:\n        - news\n      won:\n        - sending\n"


def files(used):
    """The policy's file, its stages used for what the test says."""
    return {"shop.policy.md": FILE.replace(WRONG, used).encode()}


def terms(policy, stage):
    """What the notice of a stage binds."""
    return {(term.item, term.purpose) for term in present.build_notice(policy, "prize", stage, "en").terms}


def test_a_stage_presents_what_it_is_used_for():
    """Entering binds the address to news, winning name and address to sending; each notice and box says so, and no more."""
    policy = read_policy(files(APART), GUARANTEES)
    assert terms(policy, "enter") == {("mail_address", "news")}
    assert terms(policy, "won") == {("name", "sending"), ("mail_address", "sending")}
    texts = {stage: present.build_notice(policy, "prize", stage, "en").text for stage in ("enter", "won")}
    assert ["Sending you news" in texts[stage] for stage in ("enter", "won")] == [True, False]
    assert ["Sending you a prize" in texts[stage] for stage in ("enter", "won")] == [False, True]
    offered = {
        stage: [box.purpose for box in present.boxes(policy, "prize", "en", stage)] for stage in ("enter", "won")
    }
    assert offered == {"enter": ["news"], "won": []}
    assert [box.purpose for box in present.boxes(policy, "prize", "en")] == ["news"]


def test_a_stage_that_is_not_named_presents_everything():
    """Unsaid is as it was: the narrower word is the policy's to say."""
    policy = read_policy(files(""), GUARANTEES)
    both = {(item, purpose) for item in ("name", "mail_address") for purpose in ("news", "sending")}
    assert terms(policy, "won") == both
    assert terms(policy, "enter") == {one for one in both if one[0] == "mail_address"}
    half = read_policy(files("    used-for:\n      won:\n        - sending\n"), GUARANTEES)
    assert (terms(half, "enter"), terms(half, "won")) == (
        terms(policy, "enter"),
        {("name", "sending"), ("mail_address", "sending")},
    )


def test_an_item_no_purpose_of_its_stage_uses_is_a_finding():
    """The name is asked of winners for news, which would use it, but is not what their stage is used for."""
    used = APART.replace("enter:\n        - news", "enter:\n        - sending\n        - news")
    only = FILE.replace(WRONG, used).replace(
        "uses:\n      - name\n      - mail_address\n    exits:\n      - mail\nroles",
        "uses:\n      - mail_address\n    exits:\n      - mail\nroles",
    )
    assert "point-item-unneeded" in {one.code for one in check_policy({"shop.policy.md": only.encode()}, GUARANTEES)}


@pytest.mark.parametrize(("before", "after", "asks"), [(APART, "", True), ("", APART, False)])
def test_a_difference_says_what_a_stage_is_used_for(before, after, asks):
    """A stage used for more asks the people; one used for less asks nobody."""
    found = compare(read_policy(files(before), GUARANTEES), read_policy(files(after), GUARANTEES))
    said = [one for one in found if "used for" in str(one)]
    assert said
    assert any(one.asks for one in said) is asks
