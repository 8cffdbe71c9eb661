"""The words of the pages: every one translated, none left over, dates and names as readers expect."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from kept.policy.day import zone_named
from kept.web import words

ROOT = Path(__file__).parents[3]
PO = ROOT / "src/kept/web/locale/ja.po"


@pytest.fixture(scope="module")
def catalogue():
    """The Japanese catalogue, with all its marks."""
    with PO.open("rb") as file:
        return read_po(file, locale="ja")


@pytest.fixture(scope="module")
def used():
    """Every word the pages and errors use."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from extract_words import all_words  # noqa: PLC0415 -- a script, found only with its folder on the path
    finally:
        sys.path.pop(0)
    return all_words()


def test_no_word_is_missing_or_left_over(catalogue, used):
    """The catalogue holds exactly the words in use; `make words` adds missing ones."""
    known = {str(one.id) for one in catalogue if one.id}
    assert known >= used, sorted(used - known)
    assert known <= used, sorted(known - used)


def test_it_is_sorted_by_the_original():
    """Two branches that add words add them in different places; `make words` sorts."""
    ids = re.findall(r'^msgid (".+")$', PO.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(ids) > 1000
    assert ids == sorted(ids)


def test_no_word_is_untranslated_or_doubtful(catalogue):
    """Each word has a translation, none is marked fuzzy."""
    assert [one.id for one in catalogue if one.id and (not one.string or one.fuzzy)] == []


def test_translations_keep_the_places_of_values(catalogue):
    """A translation has the same named places as the original; of an error's numbered ones it may leave some out."""
    for one in catalogue:
        said, translated = (set(re.findall(r"\{\w+\}", str(text))) for text in (one.id, one.string))
        assert translated <= said, one.id
        assert "{0}" in said or translated == said, one.id


def test_sentences_end_as_their_originals_do(catalogue):
    """A sentence with a full stop ends with one in Japanese; what has none, as an error has, does not."""
    for one in catalogue:
        if one.id and not str(one.id).endswith(("?", "…", ":", "“", "”")):
            assert str(one.string).endswith(("。", ".")) == str(one.id).endswith("."), one.id


def test_a_word_that_is_not_known_is_shown_as_it_is():
    """A missing word is shown in English, never as an error."""
    assert words.translator("ja")("no such sentence {n}", n=3) == "no such sentence 3"


def test_an_error_with_values_in_it_is_translated_around_them():
    """What an error says of roles, numbers and days stands in the reader's language; values are never taken for places."""
    said = "expected a role with the right approve, found {0}, clerk"
    assert words.translator("ja")(said) == "権限 approve を持つロールが必要ですが、{0}, clerk でした"
    assert words.translator("en")(said) == said


def test_times_are_those_of_japan():
    """Days and moments are in Japan's zone in both languages, and say so."""
    tokyo = zone_named("Asia/Tokyo")
    at = 1_795_877_999.0  # 2026-11-28 23:59:59 in Japan
    assert words.day(at, "en", tokyo) == "Nov 28, 2026"
    assert words.day(at + 1, "ja", tokyo) == "2026/11/29"
    assert words.moment(at, "ja", tokyo).endswith("JST")
    assert words.day("2026-11-28", "en", tokyo) == words.day("2026-11-28T14:59:59Z", "en", tokyo) == "Nov 28, 2026"
    assert words.moment("2026-11-28T14:59:59Z", "ja", tokyo) == words.moment(at, "ja", tokyo)


def test_countries_are_named():
    """Countries are named in the reader's language."""
    assert words.country("jp", "en") == "Japan"
    assert words.country("JP", "ja") == "日本"
    assert words.country("zz?", "en") == "zz?"


@pytest.mark.parametrize("header", ["ja;q=0", "*", "ja;q=2", ";;;,,,", "ja" * 5000, "en;q=0.5,ja;q=0.5"])
def test_odd_language_headers_give_english(header):
    """A header that asks for nothing we have gives English."""
    assert words.preferred(header) == "en"


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("{n} recalls wait for a confirmation", {"n": 1}, "1 recall waits for a confirmation"),
        ("{n} recalls wait for a confirmation", {"n": 2}, "2 recalls wait for a confirmation"),
        ("{n} stored items are not declared", {"n": 1}, "1 stored item is not declared"),
        (
            "{n} canaries planted, {m} alarms",
            {"n": 1, "m": 0},
            "1 canary planted, 0 alarms",
        ),
        ("{n} entries for {people} people provided", {"n": 11, "people": 1}, "11 entries for 1 person provided"),
        ("opened {people} people, {days} days ago", {"people": "1", "days": 1}, "opened 1 person, 1 day ago"),
        ("waited {seconds} s", {"seconds": 1}, "waited 1 s"),
        ("{who} has signed", {"who": 1}, "1 has signed"),
    ],
)
def test_one_is_one(text, values, said):
    """A count of one has its noun and its verb in the singular; every other count is as written."""
    assert words.translator("en")(text, **values) == said


def test_no_count_of_one_reads_as_several():
    """Every text that counts something before its noun says one of it, or is known to be about another noun."""
    counted = [
        text
        for text in words.catalogue("ja")
        if re.search(r"\{(n|m|people|days|hours|lines|entries|values)\} [a-z]+s\b", text)
    ]
    assert len(counted) > 20
    for text in counted:
        names = re.findall(r"\{([a-z_]+)\}", text)
        said = words.translator("en")(text, **dict.fromkeys(names, 1))
        assert not re.search(r"\b1 (?!s\b|has\b|was\b|is\b)[a-z]+s\b", said), said
