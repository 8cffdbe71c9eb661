"""Reads policy files: bytes in, a `Policy` out, or the first thing that is wrong with its place."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kept import limits
from kept.errors import PolicyError
from kept.policy.assembly import KEPT_WORDS, ZONE, assemble, policy_hash
from kept.policy.day import UNDECLARED, begin_of, zone_named
from kept.policy.findings import Place, Report, as_error
from kept.policy.fit import MISFIT, Fitting
from kept.policy.item_type import ItemType
from kept.policy.markdown import Document, Rule, take_apart
from kept.policy.model import GuaranteeUse, Policy
from kept.policy.prefecture import OPTION_TITLES
from kept.policy.reading import Found, Reading
from kept.policy.translate import Translation, file_hash, has_words, is_fresh
from kept.policy.vocabulary import FRONT, FRONT_OF_TRANSLATION, RULE, GuaranteeWord
from kept.policy.words import ClauseKind, PointKind
from kept.policy.yaml_block import Node, Table

_FILE_NAME = re.compile(r"(?P<name>[A-Za-z0-9_-]{1,64})(?:\.(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?))?\.md")
_POLICY_NAME = re.compile(
    r"(?P<name>[A-Za-z0-9_-]{1,64})\.policy(?:\.(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?))?\.md"
)

NAMED_WORDS = ("items", "purposes", "collection", "cookies", "recipients", "processors", "roles", "attest")
SWEEPSTAKE_STAGES = {"enter", "won"}
"""What everybody is asked who takes part, and what only winners are."""
SINGLE_WORDS = frozenset({"segments", "addresses", "keep", "disclosure", "rights"})
"""Words that declare things by their ids, and those whose one body has no id of its own."""

_GROUPS = {
    "items": "items",
    "purposes": "purposes",
    "collection": "points",
    "recipients": "recipients",
    "processors": "processors",
    "roles": "roles",
}
"""Group of `words` for what a rule word declares."""


def read_policy(files: Mapping[str, bytes], guarantees: Mapping[str, GuaranteeWord]) -> Policy:
    """Read a policy from its files; the same files are read once in a process, for a policy never changes.

    Args:
        files: Content by file name without folder, not trusted: `NAME.policy.md` and translations `NAME.policy.ja.md`.
        guarantees: The engine's built-in promises by id.

    Returns:
        The policy as written. Whether it is sound is `check_policy`'s question.

    Raises:
        PolicyError: The files cannot be read as a policy; the first reason, with file, line and column.
    """
    reading = read_files(files, guarantees)
    if reading.policy is None:
        first = reading.report.first_error
        if first is None:
            raise RuntimeError("a policy was neither read nor refused")
        raise as_error(first)
    return reading.policy


def read_files(files: Mapping[str, bytes], guarantees: Mapping[str, GuaranteeWord]) -> Reading:
    """Read as far as possible, with a report of the caller's own; never raises for what the files hold."""
    found = _read_once(tuple(sorted(files.items())), tuple(sorted(guarantees.items())))
    return replace(found, report=found.report.continued())


@functools.lru_cache(maxsize=limits.POLICIES_HELD)
def _read_once(files: tuple[tuple[str, bytes], ...], guarantees: tuple[tuple[str, GuaranteeWord], ...]) -> Reading:
    """Read files; what is returned is shared, and nothing writes into it afterwards."""
    reading = Reading(Report())
    try:
        _read(dict(files), dict(guarantees), reading)
    except PolicyError as error:
        reading.report.caught(error)
        reading.policy = None
    return reading


def _read(files: Mapping[str, bytes], guarantees: Mapping[str, GuaranteeWord], reading: Reading) -> None:
    first_name, others = _sorted_names(files)
    report = reading.report
    fitting = Fitting(report, guarantees)
    document = reading.first = take_apart(first_name, files[first_name], report)
    front = fitting.fit(document.front, FRONT)
    for rule in document.rules:
        _take_rule(rule, fitting, reading)
    report.clause = ""
    _check_references(fitting, reading)
    _check_own_words(reading)
    _check_words(reading.words, first_name, reading)
    if front is MISFIT or report.first_error is not None:
        _read_translations(files, others, guarantees, report)
        return
    effective_at = _effective_at(front, document)
    first_hash = file_hash(files[first_name])
    translations = [Translation(front["language"], document, reading.words, front)]
    for language, read in _read_translations(files, others, guarantees, report):
        if read is not None and language != front["language"] and _is_complete(read, first_hash, front, reading):
            translations.append(read)
    for language in front.get("translations", ()):
        if language not in {name for name, _ in others}:
            message = f"expected a file for the language `{language}`, found none"
            report.error(Place(first_name, 1, 1), "translation-missing", message, clause="")
    reading.policy = assemble(reading, front, translations, effective_at, policy_hash(files, first_name))


def _sorted_names(files: Mapping[str, bytes]) -> tuple[str, list[tuple[str, str]]]:
    """Return the first file's name, and (language, name) of the translations."""
    if not files or len(files) > limits.POLICY_FILES:
        raise PolicyError(f"expected 1 to {limits.POLICY_FILES} files, found {len(files)}", reason="file-count")
    firsts, others = [], []
    for name in sorted(files):
        match = _POLICY_NAME.fullmatch(name) or _FILE_NAME.fullmatch(name)
        if match is None:
            raise PolicyError("expected a file name such as `shop.policy.md`", reason="file-name")
        if match["language"] and match["language"] != "policy":
            others.append((match["language"], name))
        else:
            firsts.append(name)
    if len(firsts) != 1:
        message = f"expected one file without a language in its name, found {len(firsts)}"
        raise PolicyError(message, reason="file-count", hint="`shop.policy.md`, then `shop.policy.ja.md`")
    return firsts[0], others


def _take_rule(rule: Rule, fitting: Fitting, reading: Reading) -> None:
    report = fitting.report
    report.clause = rule.clause
    plain = fitting.fit(rule.node, RULE)
    if plain is MISFIT:
        return
    nodes = {key.text: (key.place, node) for key, node in rule.node.entries}
    reading.named |= {(word, name) for word, (_, node) in nodes.items() for name in _places(node)}
    for word, value in plain.items():
        place, node = nodes[word]
        if word in KEPT_WORDS or word in NAMED_WORDS:
            bodies = {"": value} if word in SINGLE_WORDS else value
            places = {"": place} if word in SINGLE_WORDS else _places(node)
            for name, body in bodies.items():
                _declare(word, name, Found(body, rule.clause, places[name]), reading)
        else:
            _take_word(word, value, rule.clause, reading)


def _take_word(word: str, value: Any, clause: str, reading: Reading) -> None:
    if word == "kind":
        reading.kinds[clause] = ClauseKind(value)
    elif word == "reading" and value == "interpreted":
        reading.interpreted.add(clause)
    elif word == "states":
        reading.states[clause] = value
    elif word == "guarantees":
        reading.guarantees += [GuaranteeUse(name, given, clause, line) for name, given, line in value]
    elif word == "words":
        for group, entries in value.items():
            reading.words.setdefault(group, {}).update(entries)


def _places(node: Node) -> dict[str, Place]:
    return {key.text: key.place for key, _ in node.entries} if isinstance(node, Table) else {}


def _declare(word: str, name: str, found: Found, reading: Reading) -> None:
    earlier = reading.found.setdefault((word, name), found)
    if earlier is not found:
        what = f"`{name}` of `{word}`" if name else f"`{word}`"
        message = f"expected each declaration once, found {what} again (first on line {earlier.place.line})"
        reading.report.error(found.place, "declared-twice", message)


def _check_references(fitting: Fitting, reading: Reading) -> None:
    if any(finding.code.startswith("yaml-") for finding in reading.report.findings):
        return  # a block that cannot be read would make every use of it an error of its own
    declared = {
        kind: {name for group, name in reading.named if group == word}
        for kind, word in (("item", "items"), ("purpose", "purposes"), ("recipient", "recipients"), ("role", "roles"))
    }
    for reference in fitting.references:
        if reference.id not in declared[reference.kind]:
            hint = reading.report.nearest(reference.id, declared[reference.kind])
            message = f"expected a declared {reference.kind}, found `{reference.id[:64]}`"
            code = f"{reference.kind}-unknown"
            reading.report.error(reference.place, code, message, hint=hint, clause=reference.clause)


def _check_words(words: Mapping[str, Mapping[str, Any]], file: str, reading: Reading) -> None:
    """Words may name only what is declared, so that a mistyped one is not lost."""
    groups: dict[str, tuple[str, ...]] = {group: (word,) for word, group in _GROUPS.items()}
    groups |= {
        "options": ("items",),
        "needed": ("collection",),
        "abroad": ("recipients", "processors"),
        "messages": ("purposes",),
        "safeguards": ("processors",),
    }
    for group, entries in words.items():
        known = {name for word, name in reading.named if word in groups.get(group, (group,))}
        if group == "refusals" and ("rights", "") in reading.found:
            known = set(reading.found["rights", ""].plain.get("refuse", {}))
        for name in entries:
            if name not in known:
                message = f"expected words for what is declared, found `{name}` of `{group}`"
                hint = reading.report.nearest(name, known)
                reading.report.error(Place(file, 1, 1), "words-unknown", message, hint=hint, clause="")


def _check_own_words(reading: Reading) -> None:
    """What a shape cannot say: options only for choices, stages or items, needed items asked at the point."""
    report = reading.report
    for name, found in reading.all("items"):
        kind = ItemType(found.plain["type"])
        if kind.about.has_options != bool(found.plain.get("of")):
            message = f"expected `of` with its options for a choice and only there, found otherwise for `{name}`"
            report.error(found.place, "options-unfit", message, clause=found.clause)
        if (found.plain.get("findable") or found.plain.get("findable-by-letter")) and not kind.about.findable:
            message = f"expected `findable` only where a value names somebody, found it for `{name}` of type `{kind}`"
            report.error(found.place, "findable-unfit", message, clause=found.clause)
    for name, found in reading.all("collection"):
        if ("items" in found.plain) == ("stages" in found.plain):
            message = f"expected either `items` or `stages`, found both or neither for `{name}`"
            report.error(found.place, "point-items", message, clause=found.clause)
            continue
        stages = found.plain.get("stages", {"": found.plain.get("items", ())})
        expected = SWEEPSTAKE_STAGES if found.plain["kind"] == PointKind.SWEEPSTAKE else {""}
        if set(stages) != expected and found.plain["kind"] != PointKind.REGISTRATION:
            report.error(
                found.place,
                "point-stages",
                f"expected `stages` with `enter` and `won` for a sweepstake, and `items` otherwise, found others for `{name}`",
                hint="a sweepstake: `stages: {enter: [], won: [name, address]}`; only winners are asked for the second",
                clause=found.clause,
            )
        _check_used_for(reading, name, found, set(stages))
        asked = {item for items in stages.values() for item in items}
        for item in found.plain.get("needed", {}):
            if item not in asked:
                hint = report.nearest(item, asked)
                message = f"expected a needed item the point asks for, found `{item}`"
                report.error(found.place, "item-unknown", message, hint=hint, clause=found.clause)


def _check_used_for(reading: Reading, name: str, found: Found, stages: set[str]) -> None:
    """What a stage is used for is a stage and purposes of the point; and no purpose of it is left without a stage."""
    said = found.plain.get("used-for", {})
    purposes = set(found.plain.get("purposes", ()))
    shown = {purpose for one in said.values() for purpose in one}
    left = purposes - shown if set(said) >= stages else set()
    if set(said) <= stages and shown <= purposes and not left:
        return
    reading.report.error(
        found.place,
        "point-used-for",
        f"expected stages of `{name}` and purposes of it, each at one stage at least, found "
        + ", ".join(f"`{one}`" for one in sorted((set(said) - stages) | (shown - purposes) | left)),
        hint="for each stage the purposes it presents; a stage that is not named presents all of the point's",
        clause=found.clause,
    )


def place_in_front(document: Document | None, word: str) -> Place:
    """Return where *word* stands in the front matter of *document*; nowhere where it does not."""
    entries = document.front.entries if document else ()
    return next((node.place for key, node in entries if key.text == word), Place())


def _effective_at(front: Mapping[str, Any], document: Document) -> float:
    """Begin of the day the policy may come into force, where its controller is."""
    name = front["controller"].get(ZONE, UNDECLARED)
    zone = zone_named(name)
    if zone is None:
        hint = "name one of the IANA time zone database, as region and city"
        message = f"expected a time zone such as `Europe/Paris`, found `{name}`"
        raise _unfit(document, "controller", message, reason="time-zone-unknown", hint=hint)
    try:
        return begin_of(front["effective"], zone)
    except ValueError as error:
        message = "expected a day of the calendar such as `2026-11-01`"
        raise _unfit(document, "effective", message, reason="value-unfit", hint="write year, month and day") from error


def _unfit(document: Document, word: str, message: str, *, reason: str, hint: str) -> PolicyError:
    place = place_in_front(document, word)
    return PolicyError(message, file=document.file, line=place.line, column=place.column, reason=reason, hint=hint)


def _read_translations(
    files: Mapping[str, bytes],
    others: list[tuple[str, str]],
    guarantees: Mapping[str, GuaranteeWord],
    report: Report,
) -> list[tuple[str, Translation | None]]:
    read: list[tuple[str, Translation | None]] = []
    for language, name in others:
        before = len(report.findings)
        try:
            document = take_apart(name, files[name], report)
        except PolicyError as error:
            report.caught(error)
            read.append((language, None))
            continue
        fitting = Fitting(report, guarantees)
        front = fitting.fit(document.front, FRONT_OF_TRANSLATION)
        words = _translated_words(document, fitting)
        sound = front is not MISFIT and len(report.findings) == before
        if sound and front["language"] != language:
            message = f"expected the language `{language}` of the file's name, found `{front['language']}`"
            report.error(Place(name, 2, 1), "translation-language", message, clause="")
            sound = False
        read.append((language, Translation(language, document, words, front) if sound else None))
    return read


def _translated_words(document: Document, fitting: Fitting) -> dict[str, dict[str, Any]]:
    words: dict[str, dict[str, Any]] = {}
    for rule in document.rules:
        strange = [key for key, _ in rule.node.entries if key.text != "words"]
        for key in strange:
            message = f"expected only `words` in a translation, found `{key.text[:64]}`"
            fitting.report.error(key.place, "translation-rules", message, clause="")
        if not strange:
            fitted = fitting.fit(rule.node, RULE)
            if fitted is not MISFIT:
                for group, entries in fitted.get("words", {}).items():
                    words.setdefault(group, {}).update(entries)
    return words


def _is_complete(translation: Translation, first_hash: str, front: Mapping[str, Any], reading: Reading) -> bool:
    if reading.first is None or not is_fresh(translation, reading.first, first_hash, front["version"], reading.report):
        return False
    _check_words(translation.words, translation.document.file, reading)
    return has_words(translation, _needed_words(reading, translation.language), reading.report)


def _needed_words(reading: Reading, language: str) -> Iterator[tuple[str, str, str]]:
    for (word, name), found in reading.found.items():
        if word in _GROUPS:
            yield _GROUPS[word], name, ""
        if word == "items":
            yield from (("options", name, option) for option in _needed_options(found.plain.get("of", ()), language))
        if word == "collection":
            yield from (("needed", name, item) for item in found.plain.get("needed", {}))
        if word == "purposes":
            yield from (("messages", name, kind) for kind in found.plain.get("messages", {}))
        if word in {"recipients", "processors"} and "abroad" in found.plain:
            yield "abroad", name, ""
        if word == "processors" and "safeguard" in found.plain:
            yield "safeguards", name, ""
        if word in {"external-transmissions", "attest"}:
            yield word, name, ""
        if word == "rights":
            yield from (("refusals", ground, "") for ground in found.plain.get("refuse", {}))


def _needed_options(of: tuple[str, ...] | str, language: str) -> Iterable[str]:
    """Return the options a translation has to name: a policy's own, and those of a list that lacks the language."""
    if isinstance(of, tuple):
        return of
    titled = OPTION_TITLES[of]
    return titled if any(language not in titles for titles in titled.values()) else ()
