"""What a page says of any error: sentences in the reader's language, whatever its reason, class and message are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kept import errors
from kept.errors import InputError, KeptError, LimitError, Mistakes, PolicyError
from kept.web.sentences import SAID, problems
from kept.web.words import catalogue, translator

LISTED = re.findall(
    r"^\| `([a-z][a-z0-9-]*)` \|", (Path(__file__).parents[3] / "docs/ERRORS.md").read_text("utf-8"), re.MULTILINE
)
CLASSES = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, KeptError)]
ENGLISH = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}\b")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
CODE = re.compile(r"(?<!We )expected |, found (?!that)|\bat step [0-9]")


def made(kind: type[KeptError], message: str, **facts: str) -> KeptError:
    """An error of a class."""
    return kind(message, retry_after_seconds=1, **facts) if kind is LimitError else kind(message, **facts)


@pytest.mark.parametrize("reason", sorted(set(LISTED)))
def test_every_reason_is_a_sentence(reason):
    """With a message nobody translated, and numbers in it: a sentence and what to do, in both languages, without the reason."""
    for kind in CLASSES:
        error = made(kind, "expected 1 to 500 strange things and 2000 more, found some other", reason=reason)
        for language in ("en", "ja"):
            (one,) = problems(error, language, translator(language))
            for said in (one.said, one.todo):
                assert said, (reason, kind)
                assert not CODE.search(said), said
                assert "{" not in said
                assert reason not in said or "-" not in reason or reason == "look-ups", said
                if language == "ja":
                    assert JAPANESE.search(said), said
                    assert not ENGLISH.search(re.sub(r"kept (recipient|partner) new-key", "", said)), said
                else:
                    assert said.endswith((".", "?", "!")), said
                    assert said[0].isupper(), said


def test_a_message_of_ours_is_never_shown_as_it_is():
    """Each message in the catalogue reads as a sentence where no sentence is written for its reason."""
    for message in catalogue("ja"):
        if message.startswith("expected ") and "{" not in message:
            for language in ("en", "ja"):
                (one,) = problems(InputError(message, reason="of-no-list"), language, translator(language))
                assert not CODE.search(one.said), one.said
                assert language == "en" or not ENGLISH.search(re.sub("`[^`]*`", "", one.said)), one.said


def test_everything_that_is_wrong_is_said_once_each():
    """Several mistakes, some of them twice: each field once, in order; a line of a file is named."""
    wrong = Mistakes()
    for field in ("phone", "mail_address", "phone"):
        with wrong.of(field):
            raise InputError("expected a phone number, found something else", reason="value-phone")
    wrong.add(PolicyError("expected a list, found a table", reason="value-unfit", line=3, column=5))
    with pytest.raises(InputError) as raised:
        wrong.insist()
    found = problems(raised.value, "en", translator("en"))
    assert [(one.field, one.line) for one in found] == [("phone", 0), ("mail_address", 0), ("", 3)]
    assert found[0].said == "This is not a phone number."
    Mistakes().insist()  # nothing wrong: it goes on


def test_every_sentence_has_its_reason():
    """No sentence is left over from a reason that is gone."""
    assert {one.partition("/")[0] for one in SAID} <= set(LISTED)
