"""Texts, files and lists at both sides of their edge: n is taken, n + 1 is not."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from installation import POLICY
from receiving import FILE
from taking import SURVEY

from kept import limits, policy_files
from kept.channels import fax, letter
from kept.channels.written_mail import _is_plain, fits_one_line
from kept.cookies.choices import parse_choices
from kept.cookies.given import Given
from kept.cookies.header import Setting, parse_cookies
from kept.cookies.rules import Rules
from kept.crypto.signature import SigningKey, new_seed
from kept.errors import (
    InputError,
    KeptError,
    MalformedError,
    NoteError,
    PolicyError,
    SubmissionError,
)
from kept.guarantees import words
from kept.ledger.note import sign_note, split_note
from kept.policy.campaign import parse_campaign
from kept.policy.check import check_policy
from kept.policy.findings import Place, Report
from kept.policy.instance import parse_instance
from kept.policy.markdown import take_apart
from kept.policy.read import read_policy
from kept.policy.segment import parse_rule
from kept.policy.yaml_block import parse_block
from kept.services.figures.data_sets import data_sets
from kept.services.third_parties.intake_file import parse_envelope, sign_file
from kept.statistics.budget import Budget, room
from kept.statistics.question import make_question
from kept.vault.normal import normalise
from kept.vault.text import readable
from policies.words import GUARANTEES

READ = read_policy(policy_files(POLICY), words())
AT = 1_800_000_000.0
POLICIES = POLICY.parents[1] / "tests" / "policies"
RULES = Rules(READ)
FRONT = (
    (POLICY.parents[1] / "tests" / "policies" / "sound" / "shop.policy.md")
    .read_text(encoding="utf-8")
    .split("---\n")[1]
)
HEAD = f"---\n{FRONT}---\n\n# T\n\n## P {{#1}}\n\nA sentence. {{#1.1}}\n\n"


def take(text):
    """Take a policy's file apart; return the reason of the first thing that is wrong with its size."""
    report = Report()
    try:
        take_apart("shop.policy.md", text if isinstance(text, bytes) else text.encode(), report)
    except PolicyError as error:
        return error.reason
    return next((one.code for one in report.findings if one.code in {"paragraph-size", "yaml-size", "yaml-depth"}), "")


# -------------------------------------------------------------------- values


@pytest.mark.edge("TEXT_CHARACTERS")
def test_a_text():
    """2,000 characters."""
    assert readable("x" * limits.TEXT_CHARACTERS, "answer")
    with pytest.raises(SubmissionError):
        readable("x" * (limits.TEXT_CHARACTERS + 1), "answer")


@pytest.mark.edge("NAME_CHARACTERS")
def test_a_name():
    """200 characters."""
    assert normalise("person-name", "x" * limits.NAME_CHARACTERS)
    with pytest.raises(SubmissionError):
        normalise("person-name", "x" * (limits.NAME_CHARACTERS + 1))


@pytest.mark.edge("BIRTH_YEARS")
def test_a_date_of_birth():
    """130 years ago."""
    today = dt.date(2027, 1, 1)
    for years in (limits.BIRTH_YEARS, limits.BIRTH_YEARS + 1):
        day = f"{today.year - years}-06-01"
        if years == limits.BIRTH_YEARS:
            assert normalise("date", day, today=today.isoformat())
        else:
            with pytest.raises(SubmissionError):
                normalise("date", day, today=today.isoformat())


# -------------------------------------------------------------------- cookies


@pytest.mark.edge("COOKIE_PAIRS")
def test_the_cookies_of_a_request():
    """A hundred are read; the rest does not pass."""
    for count in (limits.COOKIE_PAIRS, limits.COOKIE_PAIRS + 1):
        line = "; ".join(f"c{number}=1" for number in range(count)).encode()
        assert len(parse_cookies([line])) == limits.COOKIE_PAIRS


@pytest.mark.edge("COOKIE_VALUES")
def test_the_values_of_a_cookie_without_identifier():
    """A thousand; one more could number people, and the policy does not pass."""
    text = (POLICIES / "cookie-numbers" / "shop.policy.md").read_text(encoding="utf-8")
    for most in (limits.COOKIE_VALUES - 1, limits.COOKIE_VALUES):  # from 0 on
        found = check_policy({"shop.policy.md": text.replace("up-to: 1000", f"up-to: {most}").encode()}, GUARANTEES)
        assert ([one.code for one in found] == ["cookie-numbers"]) is (most + 1 > limits.COOKIE_VALUES)


@pytest.mark.edge("COOKIES_GIVEN")
def test_the_identifiers_a_gate_remembers():
    """Fifty thousand; the oldest is forgotten with one more."""
    for more in (0, 1):
        given = Given()
        for number in range(limits.COOKIES_GIVEN + more):
            assert not given.again("shop", str(number), AT)
        assert given.again("shop", "0", AT + limits.DAY) is not bool(more)


@pytest.mark.edge("COOKIE_GIVEN_AGAIN_SECONDS")
def test_a_double_click_is_given_the_same_identifier():
    """A minute; after it the same value is somebody's number."""
    given = Given()
    assert not given.again("shop", "7", AT)
    assert not given.again("shop", "7", AT + limits.COOKIE_GIVEN_AGAIN_SECONDS)
    assert given.again("shop", "7", AT + limits.COOKIE_GIVEN_AGAIN_SECONDS + 1)
    assert not given.again("other", "7", AT + limits.DAY)


@pytest.mark.edge("CHOICES_CHARACTERS")
def test_the_cookie_of_the_choices():
    """1,024 characters; a longer one is no choice."""
    start = "0123456789ab!2026-11-01!"
    asked = "p" * (limits.CHOICES_CHARACTERS - len(start)), "p" * (limits.CHOICES_CHARACTERS - len(start) + 1)
    assert parse_choices(start + asked[0], "0123456789ab", asked) is not None
    assert parse_choices(start + asked[1], "0123456789ab", asked) is None


@pytest.mark.edge("COOKIE_SLACK_SECONDS")
def test_the_life_of_a_cookie():
    """A minute more than declared is what a date rounds up by; more is longer than declared."""
    declared = next(
        one
        for one in READ.cookies.values()
        if one.identifier == "device" and RULES.refuse(_set(one, 0), frozenset(), AT) == ""
    )
    allowed = frozenset({declared.purpose})
    assert RULES.refuse(_set(declared, declared.life_seconds + limits.COOKIE_SLACK_SECONDS), allowed, AT) == ""
    assert (
        RULES.refuse(_set(declared, declared.life_seconds + limits.COOKIE_SLACK_SECONDS + 1), allowed, AT)
        == "life-longer"
    )


def _set(cookie, life):
    """A cookie as an app would set it."""
    return Setting(name=cookie.name, value="x", life_seconds=life, elsewhere=False)


# -------------------------------------------------------------------- the policy's file


@pytest.mark.edge("POLICY_FILES")
def test_the_files_of_a_policy():
    """Twenty; one more is not looked at."""
    for count in (limits.POLICY_FILES, limits.POLICY_FILES + 1):
        names = ["shop.policy.md", *(f"shop.policy.a{chr(97 + number)}.md" for number in range(count - 1))]
        with pytest.raises(PolicyError) as refused:
            read_policy(dict.fromkeys(names, b"nothing"), GUARANTEES)
        assert (refused.value.reason == "file-count") is (count > limits.POLICY_FILES)


@pytest.mark.edge("POLICY_FILE_BYTES")
def test_the_bytes_of_a_file():
    """A million; one more is not read."""
    line = b"x" * 999 + b"\n"
    rest = limits.POLICY_FILE_BYTES - len(HEAD.encode())
    exact = HEAD.encode() + b"<!--" + line * ((rest - 8) // 1000)
    exact += b"x" * (limits.POLICY_FILE_BYTES - len(exact) - 4) + b"-->\n"
    assert len(exact) == limits.POLICY_FILE_BYTES
    assert take(exact) != "file-size"
    assert take(exact + b"\n") == "file-size"


@pytest.mark.edge("POLICY_LINES")
def test_the_lines_of_a_file():
    """Twenty thousand."""
    front, body = f"---\n{FRONT}---\n", HEAD.split("---\n", 2)[2]
    more = limits.POLICY_LINES - len(body.split("\n"))
    assert take(front + body + "\n" * more) == ""
    assert take(front + body + "\n" * (more + 1)) == "file-size"


@pytest.mark.edge("POLICY_PARAGRAPH_CHARACTERS", "POLICY_PARAGRAPH_MARKS", "POLICY_PARAGRAPHS")
def test_the_paragraphs_of_a_file():
    """4,000 characters, 120 marks, 2,000 paragraphs."""
    sized = limits.POLICY_PARAGRAPH_CHARACTERS
    assert take(HEAD + "x" * sized + "\n") == ""
    assert take(HEAD + "x" * (sized + 1) + "\n") == "paragraph-size"
    assert take(HEAD + "x * " * limits.POLICY_PARAGRAPH_MARKS + "x\n") == ""
    assert take(HEAD + "x * " * (limits.POLICY_PARAGRAPH_MARKS + 1) + "x\n") == "paragraph-size"
    assert take(HEAD + "x\n\n" * (limits.POLICY_PARAGRAPHS - 3)) == ""  # two headings and a sentence are there
    assert take(HEAD + "x\n\n" * (limits.POLICY_PARAGRAPHS - 2)) == "paragraph-size"


@pytest.mark.edge("YAML_DEPTH", "YAML_NODES", "YAML_LINE_CHARACTERS")
def test_a_block_of_rules():
    """Twelve levels, 20,000 nodes, 2,000 characters a line."""

    def refused(text):
        try:
            parse_block(text, "shop.policy.md", 1)
        except PolicyError as error:
            return error.reason
        return ""

    def deep(levels):
        return "a: " + "[" * levels + "x" + "]" * levels + "\n"

    inner = limits.YAML_DEPTH - 2  # within the table and around the word
    assert refused(deep(inner)) == ""
    assert refused(deep(inner + 1)) == "yaml-depth"
    line = limits.YAML_LINE_CHARACTERS
    assert refused("a: " + "x" * (line - 3) + "\n") == ""
    assert refused("a: " + "x" * (line - 2) + "\n") == "yaml-size"
    assert refused("- x\n" * (limits.YAML_NODES - 1)) == ""  # the list is one as well
    assert refused("- x\n" * limits.YAML_NODES) == "yaml-size"


@pytest.mark.edge("POLICY_DURATION_SECONDS")
def test_a_duration():
    """A hundred years."""
    sound = (POLICY.parents[1] / "tests" / "policies" / "sound" / "shop.policy.md").read_text(encoding="utf-8")
    years = round(limits.POLICY_DURATION_SECONDS / 365 / limits.DAY)
    for said, fits in ((f"{years} years", True), (f"{years * 365} days", True), (f"{years * 365 + 1} days", False)):
        files = {"shop.policy.md": sound.replace("for: 2 years", f"for: {said}").encode()}
        if fits:
            assert read_policy(files, GUARANTEES)
        else:
            with pytest.raises(PolicyError) as refused:
                read_policy(files, GUARANTEES)
            assert refused.value.reason == "value-unfit"


@pytest.mark.edge("FINDINGS", "NEAREST_WORDS", "KNOWN_WORDS")
def test_a_report():
    """500 findings, 50 hints, each compared with 400 words."""
    report = Report()
    for number in range(limits.FINDINGS + 1):
        assert len(report.findings) == min(number, limits.FINDINGS)
        report.error(Place("a", 1, 1), "code", "message")
    assert len(report.findings) == limits.FINDINGS
    known = [f"a{number:04}" for number in range(limits.KNOWN_WORDS)]
    assert report.nearest(known[-1] + "x", known) == f"did you mean `{known[-1]}`?"
    assert known[-1] not in report.nearest(known[-1] + "x", ["a0000a", *known])
    for _ in range(limits.NEAREST_WORDS - 2):
        assert report.nearest("a0001", known)
    assert report.nearest("a0001", known) == ""


# -------------------------------------------------------------------- campaigns and instances


@pytest.mark.edge("CAMPAIGN_FILE_CHARACTERS", "CAMPAIGN_PARAGRAPH_CHARACTERS")
def test_a_campaign():
    """40,000 characters in the file, 1,800 in a paragraph."""
    exact = FILE + "#" * (limits.CAMPAIGN_FILE_CHARACTERS - len(FILE))
    for text, reason in ((exact, "yaml-size"), (exact + "#", "campaign-size")):
        with pytest.raises(PolicyError) as refused:
            parse_campaign(text, READ, {})
        assert refused.value.reason == reason
    long = limits.CAMPAIGN_PARAGRAPH_CHARACTERS
    assert parse_campaign(FILE.replace("Dear {name},", "x" * long), READ, {})
    with pytest.raises(PolicyError):
        parse_campaign(FILE.replace("Dear {name},", "x" * (long + 1)), READ, {})


@pytest.mark.edge("SEGMENT_CONDITIONS")
def test_the_conditions_of_a_segment():
    """Twelve are looked at; one more is refused for their number."""
    for count in (limits.SEGMENT_CONDITIONS, limits.SEGMENT_CONDITIONS + 1):
        plain = {f"unknown{number}": ("x",) for number in range(count)}
        with pytest.raises(InputError) as refused:
            parse_rule(plain, READ, "information-for-you", {})
        assert ("conditions" in str(refused.value)) is (count > limits.SEGMENT_CONDITIONS)


@pytest.mark.edge("INSTANCE_FILE_CHARACTERS", "INSTANCE_QUESTIONS")
def test_an_instance():
    """40,000 characters, 40 questions."""
    kinds = {point.id: point.kind for point in READ.points.values()}
    exact = SURVEY + "#" * (limits.INSTANCE_FILE_CHARACTERS - len(SURVEY))
    for text, reason in ((exact, "yaml-size"), (exact + "#", "instance-size")):
        with pytest.raises(PolicyError) as refused:
            parse_instance(text, kinds, READ.languages, READ.zone)
        assert refused.value.reason == reason
    question = SURVEY[SURVEY.index("  wish:") :]
    have = 3
    more = "".join(question.replace("wish", f"wish{number}") for number in range(limits.INSTANCE_QUESTIONS - have))
    assert len(parse_instance(SURVEY + more, kinds, READ.languages, READ.zone).questions) == limits.INSTANCE_QUESTIONS
    with pytest.raises(PolicyError) as refused:
        parse_instance(SURVEY + more + question.replace("wish", "last"), kinds, READ.languages, READ.zone)
    assert refused.value.reason == "instance-size"


# -------------------------------------------------------------------- ledger, keys, partner files


@pytest.mark.edge("NOTE_SIGNATURES", "NOTE_CHARACTERS")
def test_a_signed_note():
    """A hundred signatures, a million characters."""
    signed = sign_note("text\n", "shop", SigningKey(new_seed()))
    line = signed.rsplit("\n\n", 1)[1]
    assert len(split_note("text\n\n" + line * limits.NOTE_SIGNATURES)[1]) == limits.NOTE_SIGNATURES
    with pytest.raises(NoteError):
        split_note("text\n\n" + line * (limits.NOTE_SIGNATURES + 1))
    exact = "x" * (limits.NOTE_CHARACTERS - len(signed) + len("text")) + signed[len("text") :]
    assert len(exact) == limits.NOTE_CHARACTERS
    assert split_note(exact)
    with pytest.raises(NoteError):
        split_note("x" + exact)


@pytest.mark.edge("INTAKE_FILE_BYTES", "INTAKE_RECORDS")
def test_a_partners_file():
    """Eight million bytes, 20,000 records."""
    key = SigningKey(new_seed())
    record = {"login_name": "n", "items": {}}
    assert parse_envelope(sign_file([record] * limits.INTAKE_RECORDS, "friends", key, 1.0))
    with pytest.raises(MalformedError):
        parse_envelope(sign_file([record] * (limits.INTAKE_RECORDS + 1), "friends", key, 1.0))
    small = sign_file([record], "friends", key, 1.0)
    assert parse_envelope(small + b" " * (limits.INTAKE_FILE_BYTES - len(small)))
    with pytest.raises(MalformedError):
        parse_envelope(small + b" " * (limits.INTAKE_FILE_BYTES - len(small) + 1))


# -------------------------------------------------------------------- figures


@pytest.mark.edge("QUESTION_DIMENSIONS", "QUESTION_CELLS")
def test_a_question():
    """Three dimensions, 20,000 cells."""
    sets = data_sets(READ, {})
    found = next(one for one in sets.values() if len(one.dimensions) > limits.QUESTION_DIMENSIONS)
    names = sorted(found.dimensions, key=lambda one: len(found.dimensions[one].options))
    assert make_question(found, names[: limits.QUESTION_DIMENSIONS])
    with pytest.raises(InputError) as refused:
        make_question(found, names[: limits.QUESTION_DIMENSIONS + 1])
    assert refused.value.reason == "question-dimension"
    one, other = names[:2]
    for cells, fits in ((limits.QUESTION_CELLS, True), (limits.QUESTION_CELLS + 100, False)):
        options = {one: [f"a{n}" for n in range(100)], other: [f"b{n}" for n in range(cells // 100)]}
        changed = dataclasses.replace(
            found,
            dimensions={
                name: dataclasses.replace(found.dimensions[name], options=tuple(options[name])) for name in options
            },
        )
        if fits:
            assert make_question(changed, [one, other]).cells == limits.QUESTION_CELLS
        else:
            with pytest.raises(InputError) as refused:
                make_question(changed, [one, other])
            assert refused.value.reason == "question-cells"


@pytest.mark.edge("BUDGET_SECONDS")
def test_the_budget_of_a_year():
    """What was spent counts for a year, and not a second longer."""
    budget = Budget(micro_rho=10, per="quarter", micro_rho_year=10, delta=1e-9)
    at = 1_800_000_000.0
    assert room(budget, [(at - limits.BUDGET_SECONDS + 1, 4)], at).year == 6
    assert room(budget, [(at - limits.BUDGET_SECONDS - 1, 4)], at).year == 10


# -------------------------------------------------------------------- letters, faxes, mail


PLAIN = letter.Letter(
    language="en", sender=("Shop",), note="Shop", address=("A", "B"), date="1 November 2026", reference="1",
    subject="S", text="", close=("Shop",), foot=("why",),
)  # fmt: skip


@pytest.mark.edge("LETTER_CHARACTERS")
def test_the_text_of_a_letter():
    """20,000 characters in all."""
    rest = sum(len(one) for one in ("Shop", "Shop", "A", "B", "1 November 2026", "1", "S", "Shop", "why"))
    for length in (limits.LETTER_CHARACTERS - rest, limits.LETTER_CHARACTERS - rest + 1):
        text = ("word " * 5_000)[:length]
        if length + rest > limits.LETTER_CHARACTERS:
            with pytest.raises(InputError) as refused:
                letter._fields(dataclasses.replace(PLAIN, text=text))
            assert refused.value.reason == "letter-long"
        else:
            assert letter._fields(dataclasses.replace(PLAIN, text=text))


@pytest.mark.edge("LETTERS_SET")
def test_the_letters_set_in_one_go():
    """200."""
    for count in (limits.LETTERS_SET, limits.LETTERS_SET + 1):
        with pytest.raises(InputError) as refused:
            letter.print_letters([dataclasses.replace(PLAIN, language="xx")] * count)
        assert (refused.value.reason == "letter-count") is (count > limits.LETTERS_SET)


@pytest.mark.anyio
@pytest.mark.edge("FAX_BYTES")
async def test_the_bytes_of_a_fax(monkeypatch):
    """Ten million; one more is not handed over."""
    server = fax.FaxServer()
    monkeypatch.setattr(server, "require", lambda: None)
    start = b"%PDF-"
    for size in (limits.FAX_BYTES, limits.FAX_BYTES + 1):
        try:
            await server.send(start + b"x" * (size - len(start)), "+81312345678", "kept-0000")
            reason = ""
        except (KeptError, OSError) as error:
            reason = getattr(error, "reason", "")
        assert (reason == "fax-document") is (size > limits.FAX_BYTES), reason


@pytest.mark.edge("MAIL_ADDRESS_LINE_CHARACTERS", "MAIL_LINE_BYTES")
def test_the_lines_of_a_mail():
    """An address of the stop header is shorter than 78 characters; a line of the text is at most 900 as it stands."""
    start = "https://"
    assert fits_one_line(start + "x" * (limits.MAIL_ADDRESS_LINE_CHARACTERS - len(start) - 1))
    assert not fits_one_line(start + "x" * (limits.MAIL_ADDRESS_LINE_CHARACTERS - len(start)))
    assert _is_plain("x" * limits.MAIL_LINE_BYTES)
    assert not _is_plain("x" * (limits.MAIL_LINE_BYTES + 1))
