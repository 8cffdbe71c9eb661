"""Holds a node against its shape: plain values come out, and every misfit is reported where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kept import limits
from kept.errors import Mistakes
from kept.policy.findings import Place, Report, as_error
from kept.policy.invisible import INVISIBLE, shown
from kept.policy.vocabulary import (
    Body,
    Duration,
    Either,
    Flag,
    Guarantees,
    GuaranteeWord,
    Known,
    Later,
    Life,
    Many,
    Named,
    Number,
    ParameterKind,
    Pattern,
    Percent,
    Ref,
    Shape,
    Text,
    Word,
)
from kept.policy.yaml_block import Listing, Node, Scalar, Table, parse_block

_UNIT_SECONDS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": limits.HOUR,
    "day": limits.DAY,
    "week": 604_800.0,
    "month": 2_628_000.0,  # a twelfth of a year of 365 days, so that 12 months are 1 year
    "year": 31_536_000.0,
}
DURATION = re.compile(r"([0-9]{1,9}) (second|minute|hour|day|week|month|year)s?")
_PERCENT = re.compile(r"([0-9]{1,3})%")
_CONTROL = re.compile(rf"[\x00-\x1f\x7f]|{INVISIBLE.pattern}")


class _Misfit:
    """Marks a value that was reported and must not be used."""


MISFIT: Final = _Misfit()


@dataclass(frozen=True, slots=True)
class Reference:
    """A use of an id that has to be declared somewhere, checked once all files are read."""

    kind: str
    id: str
    place: Place
    clause: str


class Fitting:
    """Walks nodes along shapes.

    Args:
        report: Where misfits go.
        guarantees: The built-in promises a policy may name.
    """

    def __init__(self, report: Report, guarantees: Mapping[str, GuaranteeWord]) -> None:
        self.report = report
        self.references: list[Reference] = []
        self._guarantees = guarantees
        self._singles: dict[type, Callable[[Scalar, Any], Any]] = {
            Text: self._text,
            Pattern: self._pattern,
            Flag: self._flag,
            Number: self._number,
            Duration: self._duration,
            Life: self._life,
            Percent: self._percent,
            Word: self._word,
            Known: self._known,
            Ref: self._ref,
        }

    def fit(self, node: Node, shape: Shape) -> Any:
        """Return the plain value of *node*, or `MISFIT` after reporting why it does not fit."""
        if isinstance(shape, Either):
            return self.fit(node, shape.single if isinstance(node, Scalar) else shape.composite)
        if isinstance(shape, Guarantees):
            return self._guarantee_list(node)
        if isinstance(shape, Many):
            return self._many(node, shape)
        if isinstance(shape, Named):
            return self._named(node, shape)
        if isinstance(shape, Body):
            return self._body(node, shape)
        if not isinstance(node, Scalar):
            return self._misfit(node.place, f"expected a single value, found a {_kind(node)}")
        return self._singles[type(shape)](node, shape)

    def _misfit(self, place: Place, message: str, hint: str = "", code: str = "value-unfit") -> _Misfit:
        self.report.error(place, code, message, hint=hint)
        return MISFIT

    def _text(self, node: Scalar, shape: Text) -> Any:
        value = node.value()
        if not isinstance(value, str) or not value.strip():
            return self._misfit(node.place, f"expected text, found {_shown(node)}", "put text in quotes")
        if len(value) > shape.longest:
            return self._misfit(node.place, f"expected at most {shape.longest} characters, found {len(value)}")
        if hidden := INVISIBLE.search(value):
            message = f"expected text that reads as it stands, found the invisible character {shown(hidden[0])}"
            return self._misfit(node.place, message, code="character-invisible")
        if _CONTROL.search(value):
            return self._misfit(node.place, "expected one line of text, found a control character")
        return value

    def _pattern(self, node: Scalar, shape: Pattern) -> Any:
        if re.fullmatch(shape.regex, node.text) is None:
            return self._misfit(node.place, f"expected {shape.what}, found {_shown(node)}")
        return node.text

    def _flag(self, node: Scalar, _shape: Flag) -> Any:
        value = node.value()
        if not isinstance(value, bool):
            return self._misfit(node.place, f"expected `true` or `false`, found {_shown(node)}")
        return value

    def _number(self, node: Scalar, shape: Number) -> Any:
        value = node.value()
        right = isinstance(value, int) if shape.whole else isinstance(value, int | float)
        if not right or isinstance(value, bool) or not isinstance(value, int | float):
            what = "a whole number" if shape.whole else "a number"
            return self._misfit(node.place, f"expected {what}, found {_shown(node)}")
        if not shape.least <= value <= shape.most:
            return self._misfit(
                node.place, f"expected a number from {shape.least} to {shape.most}, found {_shown(node)}"
            )
        return value

    def _duration(self, node: Scalar, _shape: Duration) -> Any:
        match = DURATION.fullmatch(node.text)
        if match is None:
            return self._misfit(
                node.place,
                f"expected a duration, found {_shown(node)}",
                "write a number and a unit: `30 days`, `12 months`, `3 years`, `1 second`",
            )
        seconds = int(match[1]) * _UNIT_SECONDS[match[2]]
        if not 0 < seconds <= limits.POLICY_DURATION_SECONDS:
            return self._misfit(node.place, f"expected from 1 second to 100 years, found {_shown(node)}")
        return seconds

    def _life(self, node: Scalar, _shape: Life) -> Any:
        return None if node.text == "session" else self._duration(node, Duration())

    def _percent(self, node: Scalar, _shape: Percent) -> Any:
        match = _PERCENT.fullmatch(node.text)
        if match is None or int(match[1]) > 100:  # noqa: PLR2004 -- the whole
            return self._misfit(node.place, f"expected a share such as `30%`, found {_shown(node)}")
        return int(match[1]) / 100

    def _later(self, place: Place, word: str) -> Any:
        """Refuse a word of a larger language, without taking it for a near one that means something else."""
        message = f"expected a word the engine keeps, found `{word}`, which is not in the language yet"
        return self._misfit(
            place, message, "take it out: what the engine does not keep, a policy must not say", "word-not-yet"
        )

    def _known(self, node: Scalar, shape: Known) -> Any:
        if node.text.removeprefix(shape.prefix) not in shape.choices:
            hint = self.report.nearest(node.text.removeprefix(shape.prefix), shape.choices)
            return self._misfit(node.place, f"expected {shape.what}, found {_shown(node)}", hint, shape.code)
        return node.text

    def _word(self, node: Scalar, shape: Word) -> Any:
        if node.text in shape.later:
            return self._later(node.place, node.text)
        if node.text not in shape.choices:
            return self._misfit(
                node.place,
                f"expected {_listed(shape.choices)}, found {_shown(node)}",
                self.report.nearest(node.text, shape.choices),
                "word-unknown",
            )
        return node.text

    def _ref(self, node: Scalar, shape: Ref) -> Any:
        self.references.append(Reference(shape.kind, node.text, node.place, self.report.clause))
        return node.text

    def _many(self, node: Node, shape: Many) -> Any:
        if not isinstance(node, Listing):
            return self._misfit(node.place, f"expected a list, found a {_kind(node)}")
        values: list[Any] = []
        seen: set[Any] = set()
        for entry in node.items:
            value = self.fit(entry, shape.of)
            if value is MISFIT:
                continue
            if value in seen:
                self._misfit(entry.place, f"expected each entry once, found `{value}` again", code="entry-twice")
                continue
            seen.add(value)
            values.append(value)
        return tuple(values)

    def _named(self, node: Node, shape: Named) -> Any:
        if not isinstance(node, Table):
            return self._misfit(node.place, f"expected a table, found a {_kind(node)}")
        if len(node.entries) < shape.least:
            return self._misfit(node.place, "expected at least one entry, found none")
        values: dict[str, Any] = {}
        for key, entry in node.entries:
            if self._pattern(key, shape.keys) is MISFIT:
                continue
            value = self.fit(entry, shape.of)
            if value is not MISFIT:
                values[key.text] = value
        return values

    def _body(self, node: Node, shape: Body) -> Any:
        if not isinstance(node, Table):
            return self._misfit(node.place, f"expected a table, found a {_kind(node)}")
        values: dict[str, Any] = {}
        sound = True
        for key, entry in node.entries:
            known = shape.fields.get(key.text)
            if isinstance(known, Later):
                self._later(key.place, key.text)
                continue
            if known is None:
                self._misfit(
                    key.place,
                    f"expected a known word, found {_shown(key)}",
                    self.report.nearest(
                        key.text, [one for one, of in shape.fields.items() if not isinstance(of, Later)]
                    ),
                    "word-unknown",
                )
                continue
            value = self.fit(entry, known)
            if value is MISFIT:
                sound = sound and key.text not in shape.required
            else:
                values[key.text] = value
        present = {key.text for key, _ in node.entries}
        for word in shape.required:
            if word not in present:
                self._misfit(node.place, f"expected the word `{word}`, found none", code="word-missing")
                sound = False
        return values if sound else MISFIT

    def _guarantee_list(self, node: Node) -> Any:
        if not isinstance(node, Listing):
            return self._misfit(node.place, f"expected a list of guarantees, found a {_kind(node)}")
        uses = [self._guarantee(entry) for entry in node.items]
        return tuple(use for use in uses if use is not None)

    def _guarantee(self, entry: Node) -> tuple[str, Mapping[str, Any], int] | None:
        parameters: Node | None = None
        if isinstance(entry, Table) and len(entry.entries) == 1:
            name, parameters = entry.entries[0]
        elif isinstance(entry, Scalar):
            name = entry
        else:
            self._misfit(entry.place, "expected a guarantee, or a table of one guarantee to its parameters")
            return None
        word = self._guarantees.get(name.text)
        if word is None:
            hint = self.report.nearest(name.text, self._guarantees)
            self._misfit(name.place, f"expected a guarantee, found {_shown(name)}", hint, "guarantee-unknown")
            return None
        fields = {key: _PARAMETER_SHAPES[ParameterKind(kind)] for key, kind in word.parameters.items()}
        required = tuple(key for key in fields if key not in word.optional)
        values = self.fit(parameters or Table((), name.place), Body(fields, required))
        return None if values is MISFIT else (name.text, values, name.place.line)


_PARAMETER_SHAPES: dict[ParameterKind, Shape] = {
    ParameterKind.DURATION: Duration(),
    ParameterKind.FLAG: Flag(),
    ParameterKind.TEXT: Text(200),
    ParameterKind.WHOLE: Number(0, 1_000_000_000, whole=True),
}


def _kind(node: Node) -> str:
    return {Scalar: "single value", Listing: "list", Table: "table"}[type(node)]


def _shown(node: Scalar) -> str:
    text = _CONTROL.sub("·", node.text[:64])
    return f"`{text}`" if text else "nothing"


def _listed(words: tuple[str, ...]) -> str:
    quoted = [f"`{word}`" for word in words[:16]]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def fit_file(unverified: str, file: str, shape: Shape) -> tuple[dict[str, Any], dict[str, Place]]:
    """Read a file that is one block, such as a campaign's; return its plain values, and where each of its words stands.

    Args:
        unverified: YAML, as typed or uploaded.
        file: What it is called in errors.
        shape: What it may hold; a `Body`.

    Raises:
        PolicyError: It does not fit: the first misfit, with line, column and what was expected; the others with it.
    """
    node = parse_block(unverified, file, 1)
    report = Report()
    plain = Fitting(report, {}).fit(node, shape)
    wrong = Mistakes()
    for finding in report.errors:
        wrong.add(as_error(finding))
    wrong.insist()
    return plain, {key.text: key.place for key, _ in node.entries} if isinstance(node, Table) else {}
