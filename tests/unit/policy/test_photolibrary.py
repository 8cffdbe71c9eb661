"""The Photolibrary policy: every clause, both languages, what is derived from it."""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from kept.errors import InputError
from kept.policy.check import check_policy
from kept.policy.coverage import coverage, parts
from kept.policy.explain import explain
from kept.policy.flow import flow, flow_svg
from kept.policy.item_type import ItemType
from kept.policy.jsonld import jsonld
from kept.policy.read import policy_hash, read_policy
from kept.policy.render import inline_html, render
from kept.policy.translate import accept_translation
from kept.policy.words import Basis, ClauseKind, Exit
from policies.words import GUARANTEES

POLICIES = Path(__file__).parents[3] / "policies"
FILES = {path.name: path.read_bytes() for path in POLICIES.glob("photolibrary.policy*.md")}
FIRST, SECOND = "photolibrary.policy.md", "photolibrary.policy.ja.md"
KINDS = {
    ClauseKind.DEFINITION: "1.1",
    ClauseKind.PERMISSION: "2.4 2.9 3.1 3.2 3.4 3.5 4.3 4.4 4.5 4.8",
    ClauseKind.STATEMENT: "3.3 5.1",
    ClauseKind.PERMISSION_AND_PROMISE: "4.2 4.9",
    ClauseKind.PROMISE: "0.1 2.1 2.2 2.3 2.5 2.6 2.7 2.8 3.6 3.7 4.1 4.6 4.7 5.2 5.3 5.4 5.5 5.6",
}


@pytest.fixture(scope="module")
def policy():
    """The policy as read from its two files."""
    return read_policy(FILES, GUARANTEES)


def test_nothing_is_found_wrong():
    """The policy the project ships has no finding."""
    assert [str(finding) for finding in check_policy(FILES, GUARANTEES)] == []


def test_all_33_clauses_have_their_kind(policy):
    """Every clause is there under its permanent id with its kind."""
    expected = {clause: kind for kind, clauses in KINDS.items() for clause in clauses.split()}
    assert {clause.id: clause.kind for clause in policy.clauses.values()} == expected
    assert {c.id for c in policy.clauses.values() if c.interpreted} == {"0.1", "2.3", "2.6", "3.4", "4.3", "5.2"}


def test_every_clause_and_word_has_both_languages(policy):
    """English and Japanese are complete, down to the options."""
    assert policy.languages == ("en", "ja")
    declared = [policy.items, policy.purposes, policy.points, policy.roles]
    titles = [one.titles for table in declared for one in table.values()]
    titles += [clause.texts for clause in policy.clauses.values()]
    titles += [option for item in policy.items.values() for option in item.option_titles.values()]
    titles += [block.texts for section in policy.sections for block in section.blocks]
    assert all(set(texts) == {"en", "ja"} and all(texts.values()) for texts in titles)
    assert all(texts["en"] != texts["ja"] for texts in titles)


def test_declarations_become_values(policy):
    """Durations are seconds, lists keep their order, built-in lists are filled in."""
    assert policy.points["registration"].retention.dormant_seconds == 3 * 365 * 86_400
    assert policy.points["sweepstake"].stages == {
        "enter": ("mail_address",), "won": ("name", "postal_address", "phone"),
    }  # fmt: skip
    assert policy.purposes["contact"].basis is Basis.NECESSARY
    assert Exit.APP in policy.purposes["contact"].exits
    assert policy.purposes["rights-request"].uses == ("*",)
    assert policy.items["fax"].type is ItemType.FAX
    assert len(policy.items["prefecture"].options) == 47
    assert policy.items["prefecture"].option_titles["tokyo"] == {"en": "Tokyo", "ja": "東京都"}
    assert not policy.items["individual_number"].collected
    assert policy.cookies["__Host-kept_session"].life_seconds is None
    uses = {use.id: use for use in policy.guarantees}
    assert uses["ledger-consistent"].parameters == {"checkpoint": 1.0}
    assert uses["ledger-consistent"].clause == "5.3"
    assert uses["browser-scan"].parameters == {"every": 604_800.0, "publish": True}
    assert policy.effective_at == 1780239600.0  # 2026-06-01 in Japan


def test_the_hash_covers_every_byte_and_name():
    """Another byte or another name in either file is another policy."""
    original = policy_hash(FILES, FIRST)
    for name, content in FILES.items():
        assert policy_hash({**FILES, name: content + b" "}, FIRST) != original
    assert policy_hash({FIRST: FILES[FIRST]}, FIRST) != original


def test_a_purpose_is_another_one_when_its_title_changes():
    """The revision covers titles in all languages, and nothing but what people read and the terms."""
    before = read_policy(FILES, GUARANTEES).purposes["contact"].revision
    first = FILES[FIRST].replace(b"Reaching you when we need to", b"Reaching you whenever we like")
    files = {FIRST: first, SECOND: accept_translation(FILES[SECOND], first, 1)}
    assert read_policy(files, GUARANTEES).purposes["contact"].revision != before
    second = {FIRST: FILES[FIRST], SECOND: FILES[SECOND].replace("必要なときのご連絡".encode(), "ご連絡".encode())}
    assert read_policy(second, GUARANTEES).purposes["contact"].revision != before
    wider = FILES[FIRST].replace(b"      - screen\n      - app\n", b"      - screen\n")
    files = {FIRST: wider, SECOND: accept_translation(FILES[SECOND], wider, 1)}
    assert read_policy(files, GUARANTEES).purposes["contact"].revision == before


def test_a_stale_translation_is_no_language_until_accepted():
    """A changed first file takes the translation out; accepting it brings it back."""
    first = FILES[FIRST] + b"\n"
    stale = {FIRST: first, SECOND: FILES[SECOND]}
    assert read_policy(stale, GUARANTEES).languages == ("en",)
    assert {finding.code for finding in check_policy(stale, GUARANTEES)} == {"translation-stale"}
    accepted = {FIRST: first, SECOND: accept_translation(FILES[SECOND], first, 1)}
    assert read_policy(accepted, GUARANTEES).languages == ("en", "ja")


def test_errors_name_the_place_and_the_nearest_word():
    """An unknown word is answered with line, column, what was expected and the nearest known word."""
    broken = FILES[FIRST].replace(b"exits:\n      - segment\n", b"exits:\n      - segmint\n", 1)
    (finding,) = check_policy({FIRST: broken}, GUARANTEES)[:1]
    line = broken.decode().split("\n").index("      - segmint") + 1
    assert (finding.line, finding.column, finding.clause) == (line, 9, "2.1")
    assert finding.hint == "did you mean `segment`?"
    assert "`segmint`" in finding.message


@pytest.mark.parametrize(
    ("written", "read"),
    [("no", "no"), ("on", "on"), ("yes", "yes"), ("1_000", "1_000"), ("0o7", "0o7"), ("12:30", "12:30")],
)
def test_plain_words_stay_words(written, read):
    """YAML 1.2: what YAML 1.1 takes for truth values or numbers are words."""
    files = {FIRST: FILES[FIRST].replace(b'title: "Name"', b"title: " + written.encode())}
    assert read_policy(files, GUARANTEES).items["name"].titles["en"] == read


def test_every_clause_has_something_behind_it(policy):
    """Clause coverage is whole, and each guarantee stands behind the clause that names it."""
    found = coverage(policy)
    assert (found.clauses, found.covered, found.bare) == (33, 33, ())
    assert found.promises == found.promises_covered == 20
    assert [part.id for part in parts(policy)["5.1"]] == ["limitation"]
    assert {part.id for part in parts(policy)["4.6"]} == {
        "picture-club", "no-provision-without-consent", "provision-register", "recall-in-time",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_shows_every_clause_once(policy, language):
    """Each clause appears once on the page, marked phrases named, and the summary is in the language."""
    page = render(policy, language)
    assert [clause.id for clause in page.clauses] == list(policy.clauses)
    whole = "".join(block.html for section in page.sections for block in section.blocks)
    assert re.findall(r'data-clause="([0-9.]+)"', whole) == ["5.2", "5.3", "5.4", "5.5", "5.6"]
    assert " id=" not in whole
    assert "{#" not in whole
    assert {row.id for row in page.summary.choices} >= {"announcements", "picture-club", "market-research"}
    assert not any(row.required for row in page.summary.points)
    assert [row.third_party for row in page.summary.recipients] == [True, False]


def test_no_page_in_a_language_without_text(policy):
    """A language the policy does not have is refused, not guessed."""
    with pytest.raises(InputError):
        render(policy, "fr")


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "![x](javascript:alert(1))", "[x](javascript:alert(1))", "[x](//a.example)",
     "[<b>]{#5.6}", "[x](data:text/html;base64,aaaa)", '"><img src=x onerror=y>'],
)  # fmt: skip
def test_no_markup_gets_through(text):
    """Whatever a text holds, the page gets no element but the harmless ones."""
    html = inline_html(text)
    assert re.search(r"<(?!/?(?:em|strong|code|span|br)\b)", html) is None
    assert "href" not in html


def test_the_flow_picture_is_harmless_and_whole(policy):
    """The picture is well-formed, has a title and description, no script, and escapes its titles."""
    nasty = replace(policy.purposes["contact"], titles={"en": "</svg><script>x</script>&"})
    svg = flow_svg(replace(policy, purposes={**policy.purposes, "contact": nasty}), "en")
    root = ET.fromstring(svg)  # noqa: S314 -- our own output
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names == {"svg", "title", "desc", "text", "path", "g", "rect"}
    edges = {(edge.source, edge.target) for edge in flow(policy, "en").edges}
    assert ("item phone", "purpose contact") in edges
    assert ("purpose picture-club", "recipient picture-club") in edges
    assert ("item phone", "purpose market-research") not in edges
    assert "個人情報の流れ" in flow_svg(policy, "ja")


def test_the_data_form_speaks_dpv(policy):
    """JSON-LD round-trips as JSON, defines every prefix it uses and names purposes, bases and recipients."""
    document = json.loads(json.dumps(jsonld(policy)))
    text = json.dumps(document)
    prefixes = set(re.findall(r'"@id": "([a-z-]+):', text)) | set(re.findall(r'"([a-z-]+):[A-Za-z]+":', text))
    assert prefixes - {"urn"} <= set(document["@context"])
    process = {one["@id"].partition("#")[2]: one for one in document["dpv:hasProcess"]}
    assert process["process-announcements"]["dpv:hasLegalBasis"] == {"@id": "dpv:Consent"}
    assert process["process-picture-club"]["dpv:hasRecipient"][0]["@type"] == "dpv:ThirdParty"
    assert len(document["dct:hasPart"]) == 33


def test_the_schema_file_is_the_vocabulary():
    """`policy.schema.json` is what the vocabulary gives, so that editors and reader agree."""
    root = Path(__file__).parents[3]
    sys.path.insert(0, str(root / "scripts"))
    try:
        from policy_schema import policy_schema  # noqa: PLC0415 -- a script, found only with its folder on the path
    finally:
        sys.path.pop(0)
    stored = (root / "src/kept/policy/policy.schema.json").read_text(encoding="utf-8")
    assert json.loads(stored) == policy_schema()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("§4.6", "no-provision-without-consent"),
        ("contact", "support"),
        ("phone", "sweepstake"),
        ("privacy", "activate"),
    ],
)
def test_explain_says_what_is_behind(policy, name, said):
    """An explanation names what keeps or uses the thing asked about."""
    assert said in str(explain(policy, name))


def test_explain_names_the_nearest(policy):
    """What is not there is answered with the nearest thing that is."""
    with pytest.raises(InputError) as caught:
        explain(policy, "contakt")
    assert caught.value.hint == "did you mean `contact`?"
