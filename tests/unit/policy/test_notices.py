"""A notice says what the policy declares and no more: the same sentences under policies that differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from kept.policy import phrase, present
from kept.policy.check import check_policy
from kept.policy.ground import clause_of
from kept.policy.read import read_policy
from kept.policy.render import render
from kept.policy.translate import accept_translation
from kept.policy.words import Exit
from policies.words import GUARANTEES

FOLDER = Path(__file__).parents[2] / "policies" / "sound-in-two-languages"
FIRST, SECOND = "shop.policy.md", "shop.policy.ja.md"
NEEDED = ("    keep:\n", '    needed:\n      mail_address: "We send it there."\n    keep:\n')
NEEDED_WORDS = ("  roles:\n", '  needed:\n    registration:\n      mail_address: "お送り先のため。"\n  roles:\n')
BOTH_NEEDED = (NEEDED[0], NEEDED[1].replace("    keep", '      name: "We greet you by it."\n    keep'))
BOTH_WORDS = (NEEDED_WORDS[0], NEEDED_WORDS[1].replace("  roles", '      name: "お呼びするため。"\n  roles'))
JOINT = (
    "roles:\n",
    """joint-use:
  group:
    with:
      - "Sister Shop"
    items:
      - name
    purpose: news
    responsible: "Shop"
roles:
""",
)
MAILER = (
    "roles:\n",
    """processors:
  mailer:
    for:
      - news
    country: jp
    uses:
      - mail_address
    safeguard: "Encrypted at rest"
    review: 12 months
roles:
""",
)
ABROAD = (
    'privacy@shop.example"\n---',
    """privacy@shop.example"
law:
  - eu-gdpr
---""",
)
MAILER_ABROAD = (
    MAILER[0],
    MAILER[1].replace(
        "    country: jp\n",
        """    country: jp
    abroad:
      system: "The APPI, watched over by the PPC."
      measures: "Sealed at rest; no onward transfer"
""",
    ),
)
TRACKED = (
    "roles:\n",
    """external-transmissions:
  counter:
    to: "Counter Inc."
    country: us
    sends:
      - "the address of the page"
    use: "Counting visits"
    stop: "Refuse it among the cookies."
roles:
""",
)
MAILER_WORDS = (
    "  roles:\n",
    '  processors:\n    mailer: "配信会社"\n  safeguards:\n    mailer: "保管時に暗号化"\n  roles:\n',
)
NECESSARY = ("basis: consent", "basis: necessary")
NOTICE = ("basis: consent", "basis: notice")


def policy_of(*changes, words=()):
    """The sound sample in two languages with *changes* to its first file and *words* to its second."""
    texts = {}
    for name, pairs in ((FIRST, changes), (SECOND, words)):
        text = (FOLDER / name).read_text("utf-8")
        for before, after in pairs:
            assert before in text
            text = text.replace(before, after, 1)
        texts[name] = text.encode()
    texts[SECOND] = accept_translation(texts[SECOND], texts[FIRST], 1)
    assert [str(one) for one in check_policy(texts, GUARANTEES)] == []
    return read_policy(texts, GUARANTEES)


def notices(policy):
    """The notice of registration in English and in Japanese."""
    return [present.build_notice(policy, "registration", "", language).text for language in ("en", "ja")]


def test_nobody_else_where_nobody_is_declared():
    """Without recipient, joint use or processor, nobody else has it; without a desk, none is made up."""
    english, japanese = notices(policy_of())
    assert "We give it to no one else." in english
    assert "ほかの誰にも渡しません。" in japanese
    assert "Who asks: Shop, privacy@shop.example." in english
    assert "お尋ねするのは、Shop（privacy@shop.example）です。" in japanese
    assert "law" not in english
    assert "法令" not in japanese


@pytest.mark.parametrize(
    ("change", "words", "said"),
    [
        (JOINT, (), ("Used jointly with Sister Shop: Name. What for: Sending you news. Responsible: Shop.", "共同利用：Sister Shop")),
        (MAILER, (MAILER_WORDS,), ("Acting for us and on our instructions: Mailer.", "配信会社")),
    ],
)  # fmt: skip
def test_whoever_is_declared_is_named_and_no_one_else_is_said_to_be_nobody(change, words, said):
    """Beside joint use or a processor the notice names them, and says that there are no others."""
    policy = policy_of(change, words=words)
    english, japanese = notices(policy)
    assert said[0] in english
    assert said[1] in japanese
    assert "no one else" not in english
    assert "ほかの誰にも" not in japanese
    assert "We give it to no one but those named here." in english
    assert "ここに記した者のほかには、誰にも渡しません。" in japanese


def test_a_country_abroad_is_explained_in_the_notice_and_on_the_page():
    """Who acts for us abroad is named with what protects it there; without it the policy is not sound."""
    said = """  abroad:
    mailer:
      system: "個人情報保護法"
      measures: "保存時に暗号化"
"""
    words = (MAILER_WORDS[0], MAILER_WORDS[1].replace("  roles:\n", said + "  roles:\n"))
    policy = policy_of(ABROAD, MAILER_ABROAD, words=(words,))
    english, japanese = notices(policy)
    assert (
        "Mailer. In Japan: The APPI, watched over by the PPC. Measures taken there: Sealed at rest; no onward transfer."
        in english
    )
    assert "日本の制度：個人情報保護法。講じられている措置：保存時に暗号化。" in japanese
    assert "The APPI" in render(policy, "en").summary.recipients[0].abroad
    with pytest.raises(AssertionError, match="abroad-unexplained"):
        policy_of(ABROAD, MAILER, words=(MAILER_WORDS,))
    with pytest.raises(AssertionError, match="translation-word"):
        policy_of(ABROAD, MAILER_ABROAD, words=(MAILER_WORDS,))


def test_what_a_browser_sends_to_others_is_a_table_of_the_page():
    """An external transmission has its row in each language: who, what, what for, and how to stop it."""
    words = """  external-transmissions:
    counter:
      sends:
        - "ページのアドレス"
      use: "訪問の集計"
"""
    policy = policy_of(TRACKED, words=(("  roles:\n", words + "  roles:\n"),))
    (english,), (japanese,) = (render(policy, one).summary.transmissions for one in ("en", "ja"))
    assert (english.to, english.country, english.sends) == (
        "Counter Inc.",
        "United States",
        ("the address of the page",),
    )
    assert (english.use, english.stop) == ("Counting visits", "Refuse it among the cookies.")
    assert (japanese.to, japanese.sends, japanese.use) == ("Counter Inc.", ("ページのアドレス",), "訪問の集計")
    with pytest.raises(AssertionError, match="translation-word"):
        policy_of(TRACKED)


def test_joint_use_and_safeguards_stand_on_the_page():
    """The page names whom something is used with, who answers for it, and how a processor is bound."""
    rows = render(policy_of(JOINT), "en").summary.recipients
    assert [(one.name, one.items, one.kind_word) for one in rows] == [
        ("Sister Shop", ("Name",), "uses it jointly with us; responsible: Shop")
    ]
    rows = render(policy_of(MAILER, words=(MAILER_WORDS,)), "en").summary.recipients
    assert [one.kind_word for one in rows] == ["acts for us, Encrypted at rest, reviewed every year"]
    rows = render(policy_of(MAILER, words=(MAILER_WORDS,)), "ja").summary.recipients
    assert "保管時に暗号化" in rows[0].kind_word
    assert "Encrypted" not in rows[0].kind_word
    nothing = ("  roles:\n", '  processors:\n    mailer: "配信会社"\n  roles:\n')
    with pytest.raises(AssertionError, match="translation-word"):
        policy_of(MAILER, words=(nothing,))
    assert clause_of(policy_of(JOINT), "joint-use") == "1.1"


def test_what_is_needed_is_not_called_optional():
    """Beside `needed` the notice says what and why; the rest is optional, if there is a rest."""
    english, japanese = notices(policy_of(NEEDED, words=(NEEDED_WORDS,)))
    assert "Needed here: E-mail address (We send it there). Everything else here is optional." in english
    assert "ここで必要な項目：メールアドレス（お送り先のため）。そのほかはすべて任意です。" in japanese
    both = notices(policy_of(BOTH_NEEDED, words=(BOTH_WORDS,)))
    assert "optional" not in both[0]
    assert "任意" not in both[1]
    assert "if you give it" not in both[0]
    hints = present.hints(policy_of(NEEDED, words=(NEEDED_WORDS,)), "registration", "", "ja")
    assert [one.needed for one in hints] == ["", "お送り先のため。"]
    assert render(policy_of(NEEDED, words=(NEEDED_WORDS,)), "en").summary.points[0].required == ("E-mail address",)


@pytest.mark.parametrize(
    ("change", "stop", "basis"),
    [
        ((), True, "Only if you tick it."),
        ((NOTICE,), True, "You can object at any time."),
        ((NECESSARY,), False, "Only as far as it is needed for this."),
    ],
)
def test_only_what_can_be_stopped_is_said_to_be(change, stop, basis):
    """A necessary purpose is not said to be stopped at any time; one on consent or notice is."""
    english, japanese = notices(policy_of(*change))
    assert ("stop" in english, "停止" in japanese) == (stop, stop)
    assert basis in english
    assert ("Everything here is optional." in english, "すべて任意です。" in japanese) == (True, True)


def test_what_is_published_is_not_said_to_stay_here():
    """Where a purpose publishes, the notice does not say that nobody else gets it."""
    english, japanese = notices(policy_of(("      - mail\n", "      - mail\n      - publication\n")))
    assert "no one" not in english
    assert "誰にも" not in japanese
    assert "publication" in english


def test_the_cookie_table_shows_what_the_engine_sets_itself():
    """Without any cookie declared the table has the necessary ones, in words, under no clause."""
    for language in phrase.LANGUAGES:
        rows = render(policy_of(), language).summary.cookies
        assert [(row.name, row.clause) for row in rows] == [
            ("__Host-kept_session", ""), ("__Host-kept_choices", ""), ("__Host-kept_device", ""),
        ]  # fmt: skip
        assert all(row.purpose and row.basis_word and row.life and row.identifier for row in rows)


def test_a_named_law_stands_on_the_page():
    """`law` names laws; the page says which."""
    page = render(policy_of(("language: en\n", "language: en\nlaw:\n  - gb-gdpr\n")), "ja")
    assert page.laws == ("英国一般データ保護規則（UK GDPR）",)


def test_every_table_of_words_has_every_language():
    """No word of the engine is missing in a language it has notices in."""
    tables = [phrase.EXITS, phrase.BASES, phrase.KINDS, phrase.OTHERS, phrase.IDENTIFIERS, phrase.COOKIES]
    assert {tuple(words) for table in tables for words in table.values()} == {phrase.LANGUAGES}
    assert set(phrase.EXITS) == set(Exit)
    assert tuple(present._WORDS) == phrase.LANGUAGES
    assert len({tuple(words) for words in present._WORDS.values()}) == 1
