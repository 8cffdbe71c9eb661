"""The vocabulary as JSON Schema, so that an editor completes and checks rule blocks while they are written.

Source: JSON Schema 2020-12. `make schema` writes `policy.schema.json`; a test holds them equal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kept.policy.vocabulary import (
    FRONT,
    RULE,
    Body,
    Duration,
    Either,
    Flag,
    Guarantees,
    Known,
    Later,
    Life,
    Many,
    Named,
    Number,
    Pattern,
    Percent,
    Shape,
    Text,
    Word,
)

_DURATION = "^[0-9]{1,9} (second|minute|hour|day|week|month|year)s?$"


def schema_text() -> str:
    """Return the schema as `policy.schema.json` holds it."""
    return json.dumps(policy_schema(), indent=1) + "\n"


def policy_schema(guarantees: Iterable[str] = ()) -> dict[str, Any]:
    """Return the schema of a clause's rules and of the front matter.

    Args:
        guarantees: Ids of the built-in promises; any id is allowed when none are given.
    """
    ids = sorted(guarantees)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:kept:policy-schema:1",
        "title": "Rules of a Kept policy",
        "description": "One `yaml kept` block: the rules of a clause, or clause ids with the rules of each.",
        "anyOf": [
            {"$ref": "#/$defs/rules"},
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "patternProperties": {r"^[0-9]{1,3}(\.[0-9]{1,3}){0,3}$": {"$ref": "#/$defs/rules"}},
            },
        ],
        "$defs": {"rules": _schema(RULE, ids), "front": _schema(FRONT, ids)},
    }


def _schema(shape: Shape, guarantees: list[str]) -> dict[str, Any]:  # noqa: PLR0912 -- one line for each shape
    match shape:
        case Text():
            found: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": shape.longest}
        case Pattern():
            found = {"type": "string", "pattern": f"^(?:{shape.regex})$"}
        case Flag():
            found = {"type": "boolean"}
        case Number():
            kind = "integer" if shape.whole else "number"
            found = {"type": kind, "minimum": shape.least, "maximum": shape.most}
        case Duration():
            found = {"type": "string", "pattern": _DURATION}
        case Life():
            found = {"anyOf": [{"const": "session"}, {"type": "string", "pattern": _DURATION}]}
        case Percent():
            found = {"type": "string", "pattern": "^[0-9]{1,3}%$"}
        case Word():
            found = {"enum": [str(choice) for choice in shape.choices]}
        case Known():
            found = {"type": "string", "description": shape.what}
        case Many():
            found = {"type": "array", "uniqueItems": True, "items": _schema(shape.of, guarantees)}
        case Named():
            keys = {f"^(?:{shape.keys.regex})$": _schema(shape.of, guarantees)}
            found = {"type": "object", "additionalProperties": False, "patternProperties": keys}
            if shape.least:
                found["minProperties"] = shape.least
        case Body():
            fields = {
                word: _schema(field, guarantees) for word, field in shape.fields.items() if not isinstance(field, Later)
            }
            found = {"type": "object", "additionalProperties": False, "properties": fields}
            if shape.required:
                found["required"] = list(shape.required)
        case Either():
            found = {"anyOf": [_schema(shape.single, guarantees), _schema(shape.composite, guarantees)]}
        case Guarantees():
            word = {"enum": guarantees} if guarantees else {"type": "string"}
            table = {"type": "object", "minProperties": 1, "maxProperties": 1, "propertyNames": word}
            found = {"type": "array", "items": {"anyOf": [word, table]}}
        case Later():
            found = {"not": {}}
        case _:
            found = {"type": "string", "description": f"id of a declared {shape.kind}"}
    return found
