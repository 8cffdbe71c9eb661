"""A small, strict YAML: the node tree of one block, with line and column of everything in it.

Source: YAML 1.2.2, 10.3 Core Schema, for what a plain scalar means (`no` and `on` are words, `1_000` is not a number).
Anchors, aliases, tags, merge keys, directives, further documents and duplicate keys are refused. A library's scanner
finds the tokens; what they mean is decided here (decision 0010).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from kept import limits
from kept.errors import PolicyError
from kept.policy.findings import Place

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,30}|[0-9]{1,30}(?:\.[0-9]{0,30})?)(?:[eE][-+]?[0-9]{1,3})?")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as written."""

    text: str
    quoted: bool
    place: Place

    def value(self) -> str | int | float | bool | None:
        """Resolve by the YAML 1.2 core schema; a quoted scalar is always text."""
        if self.quoted:
            return self.text
        if self.text in _NULLS:
            return None
        if self.text in _TRUTHS:
            return _TRUTHS[self.text]
        if _INTEGER.fullmatch(self.text):
            return int(self.text)
        if _FLOAT.fullmatch(self.text):
            return float(self.text)
        return self.text


@dataclass(frozen=True, slots=True)
class Listing:
    """A sequence of nodes."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; keys are taken as written, in order, each at most once."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place


Node = Scalar | Listing | Table


def parse_block(text: str, file: str, first_line: int) -> Node:
    """Parse one block of YAML.

    Args:
        text: The block, not trusted.
        file: Name of the file it stands in, for errors.
        first_line: Line of the file its first line is, from 1.

    Raises:
        PolicyError: It is not YAML, or uses what is refused here, or is too deep or too large.
    """
    for offset, line in enumerate(text.split("\n")):
        if len(line) > limits.YAML_LINE_CHARACTERS:
            message = f"expected lines of at most {limits.YAML_LINE_CHARACTERS} characters, found {len(line)}"
            raise PolicyError(
                message, file=file, line=first_line + offset, column=limits.YAML_LINE_CHARACTERS, reason="yaml-size"
            )
    builder = _Builder(file, first_line)
    try:
        events = YAML(typ="safe", pure=True).parse(text)
        return builder.document(iter(events))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at, column = (mark.line + first_line, mark.column + 1) if mark else (first_line, 0)
        message = f"expected YAML, found that {_one_line(error.problem or error.context or 'it is malformed')}"
        raise PolicyError(message, file=file, line=at, column=column, reason="yaml-malformed") from error
    except (YAMLError, ValueError, OverflowError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # the scanner meets some hostile input (escapes beyond Unicode, broken directives) with bare exceptions
        message = "expected YAML, found what cannot be read as such"
        raise PolicyError(message, file=file, line=first_line, column=1, reason="yaml-malformed") from error


def _one_line(problem: str) -> str:
    return " ".join(problem.split())[:160]


class _Builder:
    """Turns the event stream into nodes, refusing on the way, before anything grows."""

    def __init__(self, file: str, first_line: int) -> None:
        self._file = file
        self._first_line = first_line
        self._nodes = 0

    def document(self, events: Iterator[Any]) -> Node:
        node: Node = Table((), Place(self._file, self._first_line, 1))
        documents = 0
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1 or event.explicit or event.version or event.tags:
                    raise self._refused(event, "yaml-document", "expected one document without directives or `---`")
                first = next(events)
                node = self._node(first, events, 1)
                if isinstance(node, Scalar) and not node.quoted and not node.text:
                    node = Table((), node.place)
        return node

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        kind = type(event).__name__
        self._nodes += 1
        if depth > limits.YAML_DEPTH:
            raise self._refused(event, "yaml-depth", f"expected at most {limits.YAML_DEPTH} levels")
        if self._nodes > limits.YAML_NODES:
            raise self._refused(event, "yaml-size", f"expected at most {limits.YAML_NODES} values in a block")
        if kind == "AliasEvent":
            raise self._refused(event, "yaml-alias", "expected a value, found an alias", "write the value out")
        if event.anchor is not None:
            raise self._refused(event, "yaml-alias", "expected a value, found an anchor", "write the value out")
        if event.tag is not None:
            raise self._refused(event, "yaml-tag", "expected a value, found a tag", "leave the tag out")
        place = self._place(event)
        if kind == "ScalarEvent":
            return Scalar(event.value, bool(event.style), place)
        if kind == "SequenceStartEvent":
            return self._listing(events, place, depth)
        return self._table(events, place, depth)

    def _listing(self, events: Iterator[Any], place: Place, depth: int) -> Listing:
        items = []
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            items.append(self._node(event, events, depth + 1))
        return Listing(tuple(items), place)

    def _table(self, events: Iterator[Any], place: Place, depth: int) -> Table:
        entries: dict[str, tuple[Scalar, Node]] = {}
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            key = self._node(event, events, depth + 1)
            if not isinstance(key, Scalar):
                raise self._refused(event, "yaml-key", "expected a word as key, found a list or table")
            if key.text == "<<" and not key.quoted:
                raise self._refused(event, "yaml-merge", "expected a word as key, found a merge key", "write it out")
            if key.text in entries:
                first = entries[key.text][0].place.line
                message = f"expected each key once, found `{key.text[:64]}` again (first on line {first})"
                raise self._refused(event, "yaml-duplicate-key", message)
            entries[key.text] = (key, self._node(next(events), events, depth + 1))
        return Table(tuple(entries.values()), place)

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + self._first_line, event.start_mark.column + 1)

    def _refused(self, event: Any, reason: str, message: str, hint: str = "") -> PolicyError:
        place = self._place(event)
        return PolicyError(message, file=place.file, line=place.line, column=place.column, reason=reason, hint=hint)
