"""The files of the copy one takes along: tables, a card, a page to read, the schema of its JSON, and the ZIP, compressed."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_datetime

from kept.policy.model import Policy
from kept.policy.phrase import say
from kept.services.my_data.bundle_words import COPY, KNOWN_BY, PAGE, SEEN, Part

FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}")
_TEXT, _MOMENT = {"type": "string"}, {"type": ["string", "null"], "format": "date-time"}
_OBJECTS = {"type": "array", "items": {"type": "object"}}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Everything Kept holds about one person",
    "type": "object",
    "required": ["made", "zone", "policy", "known_by", "external", "erased", *(part.id for part in COPY)],
    "additionalProperties": False,
    "properties": {
        "made": {"type": "string", "format": "date-time"},
        "zone": _TEXT,
        "policy": {
            "type": "object",
            "required": ["id", "version", "hash"],
            "properties": {"id": _TEXT, "version": {"type": "integer"}, "hash": _TEXT},
        },
        "erased": _MOMENT,
        "external": {
            "type": "array",
            "items": {"type": "object", "required": ["system", "id"], "properties": {"system": _TEXT, "id": _TEXT}},
        },
        "known_by": {
            "type": "object",
            "required": ["number", "login_name", "passkeys", "sessions", "devices", "seen"],
            "properties": {
                "number": _TEXT,
                "login_name": _TEXT,
                "password_since": _MOMENT,
                "recovery_codes": {"type": "integer"},
                "passkeys": _OBJECTS,
                "sessions": _OBJECTS,
                "devices": _OBJECTS,
                "seen": _OBJECTS,
            },
        },
        **{part.id: {"type": "array", "items": {"type": "object", "required": sorted(part.columns)}} for part in COPY},
    },
}
"""What `data.json` is; each record has at least what is read of it, and the codes beside."""


def table(part: Part, records: list[dict[str, Any]], language: str) -> bytes:
    """Return a part as a table (CSV): headings and cells as they are read, no cell a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([say(heading, language) for heading in part.columns.values()])
    for record in records:
        cells = [_cell(record[column]) for column in part.columns]
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def vcard(policy: Policy, held: Mapping[str, str | tuple[str, ...]]) -> bytes:
    """Return the values a card has a place for, by item."""
    lines = ["BEGIN:VCARD", "VERSION:4.0"]
    for name, value in held.items():
        item = policy.items.get(name)
        if item is None or not item.type.about.vcard or not isinstance(value, str):
            continue
        text = value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")
        lines.append(
            item.type.about.vcard.format(value=text, digits=text.replace("-", ""), label=text.replace('"', ""))
        )
    if not any(line.startswith("FN") for line in lines):
        lines.append("FN:")
    return ("\r\n".join([*lines, "END:VCARD"]) + "\r\n").encode()


def readable(data: Mapping[str, Any], language: str) -> bytes:
    """Return a page that stands on its own and has all parts, in words of the reader's language."""
    made = say(PAGE["made"], language).format(when=_read(data["made"], language), zone=data["zone"])
    parts = "".join(_part(part, data[part.id], language) for part in COPY)
    title = html.escape(say(PAGE["title"], language))
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font:16px/1.6 system-ui;max-width:72rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ddd;padding:.4rem;text-align:left;"
        "vertical-align:top}td{white-space:pre-line}</style>"
        f"<h1>{title}</h1><p>{html.escape(made)}</p>{_known(data, language)}{parts}</html>"
    ).encode()


def packed(files: dict[str, bytes], sign: Callable[[bytes], bytes], made: datetime) -> bytes:
    """Return files as a ZIP, each compressed, with a list of their hashes and the signed manifest of that list.

    Args:
        files: By name.
        sign: Returns the signed manifest of the list.
        made: When, in the zone whose day the files are of.
    """
    files["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())
    ).encode()
    files["MANIFEST"] = sign(files["SHA256SUMS"])
    out = io.BytesIO()
    day = (made.year, made.month, made.day, made.hour, made.minute, made.second)
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=day), content, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _part(part: Part, records: list[dict[str, Any]], language: str) -> str:
    heading = f"<h2>{html.escape(say(part.title, language))}</h2>"
    if not records:
        return f"{heading}<p>{html.escape(say(PAGE['none'], language))}</p>"
    columns = [one for one in part.columns if any(record[one] for record in records)]
    head = "".join(f"<th>{html.escape(say(part.columns[one], language))}" for one in columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_read(_cell(record[one]), language))}" for one in columns)
        for record in records
    )
    return f"{heading}<table><tr>{head}{rows}</table>"


def _known(data: Mapping[str, Any], language: str) -> str:
    known = data["known_by"]
    rows: list[tuple[str, Iterable[Any]]] = [
        *((word, [known[word]]) for word in ("number", "login_name", "password_since", "recovery_codes")),
        ("passkeys", [f"{_read(one['since'], language)} {one['name']}".strip() for one in known["passkeys"]]),
        *((word, [one["since"] for one in known[word]]) for word in ("sessions", "devices")),
        ("seen", [f"{one['day']}: {say(SEEN[one['what']], language)} ({one['times']})" for one in known["seen"]]),
        ("external", [f"{one['system']}: {one['id']}" for one in data["external"]]),
        ("erased", [data["erased"]]),
    ]
    lines = "".join(
        f"<tr><th>{html.escape(say(KNOWN_BY[word], language))}<td>{html.escape(text)}"
        for word, values in rows
        if (text := "\n".join(_read(_cell(one), language) for one in values if one not in {None, ""}))
    )
    return f"<h2>{html.escape(say(PAGE['known'], language))}</h2><table>{lines}</table>"


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _read(text: str, language: str) -> str:
    """Return a cell as it is read: a moment in words, anything else as it is."""
    if not MOMENT.fullmatch(text):
        return text
    when = datetime.fromisoformat(text)
    return str(format_datetime(when, "medium", tzinfo=when.tzinfo, locale=language))
