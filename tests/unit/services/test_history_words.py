"""What happened to a person is said to them in words: every act that can be about somebody has its sentence, in both languages."""

from __future__ import annotations

import pytest
from installation import POLICY

from kept import policy_files
from kept.guarantees import words
from kept.policy.read import read_policy
from kept.services.engine.acts import Act
from kept.services.engine.entry import Account, Refusal
from kept.services.my_data.history_words import ASKED, REFUSED, SAID, said

ABOUT_NOBODY = frozenset(
    """
    system:no-log:lost
    system:person:erased staff:case:open staff:case:close staff:emergency:open staff:advertising:settle staff:letters:fetch
    staff:call-sheet:begin staff:approval:ask staff:approval:give staff:provision:ask staff:provision:fetch
    staff:recall:tell staff:recall:confirm staff:register:view system:register:end staff:instance:draft staff:instance:open
    actor:instance:close system:instance:end staff:answers:count staff:entry:choose staff:lot:draw
    staff:participation:arrive staff:prize:deliver staff:disclosure:record staff:disclosure:ask staff:disclosure:finish
    staff:disclosure:fetch staff:disclosure:exceed staff:statistic:build staff:statistic:ask staff:statistic:answer
    staff:statistic:release staff:statistic:export actor:intake:begin system:intake:quarantine system:channel:hold
    staff:channel:try staff:segment:count staff:campaign:draft staff:campaign:ask staff:campaign:send staff:campaign:stop
    staff:party:ask staff:party:confirm staff:party:object staff:promise:attest staff:session:sign-in
    staff:session:sign-in-fail operator:staff:change operator:credential:change staff:policy:activate operator:keys:rotate
    operator:epoch:destroy system:run:fail system:sweep:freeze operator:sweep:confirm operator:ledger:recover operator:backup:key
    operator:backup:make operator:backup:restore operator:backup:sign-off operator:backup:drill operator:canary:plant
    system:canary:alarm staff:canary:acknowledge system:cookie:drop system:cookie:misuse
    system:cookie:use operator:cookies:scan operator:installation:serve-first
    staff:person:erase-again system:account:sign-in-alarm staff:alarm:look-into
    """.split()
)
"""Acts whose entries are never about a person: nobody reads them on their own page."""
ONLY_REFUSED = frozenset({Act.ROLLBACK_FOUND, Act.SUBMISSION_REFUSE, Act.REQUEST_REFUSE})
"""Acts that are about a person only as refusals."""


def test_every_act_has_a_sentence_or_is_about_nobody():
    """A new act is red here until somebody says what a person reads of it, or that it is about nobody."""
    told = {one.partition("/")[0] for one in SAID}
    assert {one.value for one in Act} == told | {one.value for one in ONLY_REFUSED} | ABOUT_NOBODY
    assert not ABOUT_NOBODY & told


@pytest.mark.parametrize("key", SAID)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_reader_gets_a_code(policy, key, language):
    """Each sentence is whole: no act, no brace, and in Japanese no English."""
    act, _, variant = key.partition("/")
    outcome = "failed" if variant == "failed" else "done"
    facts = (("instance", "x"), ("recipient", "picture-club")) if variant != "empty" else ()
    items = () if variant in {"instance", "empty"} else ("name",)
    exit = variant if variant in {"statistics", "phone", "post"} else ""  # noqa: A001 -- the field's own word
    sentence = said(
        Account(act, outcome, 0.0, "", role="support", items=items, exit=exit, facts=facts), policy, language
    )
    assert sentence
    assert act not in sentence
    assert not set("{}") & set(sentence)
    assert sentence.isascii() is (language == "en") or "’" in sentence


@pytest.mark.parametrize(
    ("exit", "begins"),
    [("mail", "A message was sent"), ("phone", "A call to you was prepared"), ("post", "A letter to you was prepared")],
)
def test_what_waits_for_somebody_is_not_called_sent(policy, exit, begins):  # noqa: A002 -- the field's own word
    """A call on a sheet and a letter to be printed are prepared: nobody was called yet, and the page says so beside it."""
    account = Account(Act.MESSAGE_SEND, "done", 0.0, "", role="support", items=("name",), exit=exit)
    assert said(account, policy, "en").startswith(begins)


def test_what_was_refused_is_said_by_who_asked(policy):
    """A refusal names who asked for what, and stays silent about what was asked where no item is in it."""
    refused = Account(Act.VALUE_READ, "refused", 0.0, "", role="support", refused=(Refusal("name", 6, "no", "4.5"),))
    assert said(refused, policy, "en") == ASKED["en"].format(who="Customer support", items="Name")
    assert said(Account(Act.ROLLBACK_FOUND, "refused", 0.0, ""), policy, "ja") == REFUSED["ja"]


@pytest.fixture(scope="module")
def policy():
    """The sample policy."""
    return read_policy(policy_files(POLICY), words())
