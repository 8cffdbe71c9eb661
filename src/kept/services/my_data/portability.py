"""Portability: everything to take along, a ZIP with JSON and its schema, CSV, vCard, receipts, readable HTML, a manifest."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import zipfile
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from kept.policy.day import moment
from kept.policy.words import Exit
from kept.services.accounts.known_by import KnownBy
from kept.services.cases.contacts import contacts_to
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.forms.receipts import receipts_of
from kept.services.gate.own_session import Own
from kept.services.my_data.own_data import OwnData, own_data
from kept.services.third_parties.register import lines_of

FORMULA = ("=", "+", "-", "@", "\t", "\r")
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Everything Kept holds about one person",
    "type": "object",
    "required": ["made", "policy", "items", "known_by", "choices", "uses"],
    "additionalProperties": False,
    "properties": {
        "made": {"type": "string", "format": "date-time"},
        "policy": {
            "type": "object",
            "required": ["id", "version", "hash"],
            "properties": {"id": {"type": "string"}, "version": {"type": "integer"}, "hash": {"type": "string"}},
        },
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["item", "value", "given", "source", "point", "notice"],
                "properties": {
                    "item": {"type": "string"},
                    "title": {"type": "string"},
                    "value": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
                    "earlier": {"type": "array"},
                    "given": {"type": "string", "format": "date-time"},
                    "corrected": {"type": "string", "format": "date-time"},
                    "until": {"type": ["string", "null"]},
                    "source": {"type": "string"},
                    "point": {"type": "string"},
                    "notice": {"type": "string"},
                    "purposes": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "external": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["system", "id"],
                "properties": {"system": {"type": "string"}, "id": {"type": "string"}},
            },
        },
        "known_by": {
            "type": "object",
            "required": ["number", "login_name", "passkeys", "sessions", "devices"],
            "properties": {
                "number": {"type": "string"},
                "login_name": {"type": "string"},
                "password_since": {"type": ["string", "null"]},
                "recovery_codes": {"type": "integer"},
                "passkeys": {"type": "array", "items": {"type": "object"}},
                "sessions": {"type": "array", "items": {"type": "object"}},
                "devices": {"type": "array", "items": {"type": "object"}},
            },
        },
        "choices": {"type": "array", "items": {"type": "object"}},
        "uses": {"type": "array", "items": {"type": "object"}},
        "written": {"type": "array", "items": {"type": "object"}},
        "registers": {"type": "array", "items": {"type": "object"}},
    },
}


async def take_along(engine: Engine, own: Own, language: str, withheld: Collection[str] = frozenset()) -> bytes:
    """Return everything held about a person as a ZIP.

    Args:
        engine: Open.
        own: Their session, signed in within five minutes.
        language: Language of titles.
        withheld: Slots left out, where the rights desk refuses a part on a declared ground.

    Raises:
        SignInError: The sign-in is longer ago than five minutes.
    """
    mine = await own_data(engine, own, exit=Exit.TAKE_ALONG, act=Act.TAKE_ALONG)
    mine = replace(mine, held=tuple(one for one in mine.held if one.slot not in withheld))
    data = _data(engine, mine, language)
    data["written"] = [
        {"when": moment(one.at), "by": one.channel.value, "subject": one.title, "text": text, "state": one.state}
        for one, text in await contacts_to(engine, own.person_id)
    ]
    data["registers"] = [
        {
            "when": moment(one.at),
            "what": one.kind,
            "with": one.party,
            "items": list(one.items),
            **one.said,
            "entry": one.entry_id,
        }
        for one in await lines_of(engine, own.person_id)
    ]
    files: dict[str, bytes] = {
        "data.json": json.dumps(data, ensure_ascii=False, indent=2).encode(),
        "data.schema.json": json.dumps(SCHEMA, indent=2).encode(),
        "items.csv": _csv([["item", "title", "value", "given", "until", "source"]] + [
            [one["item"], one["title"], _flat(one["value"]), one["given"], one["until"] or "", one["source"]]
            for one in data["items"]
        ]),
        "uses.csv": _csv([["when", "what", "outcome", "role", "purpose", "clause", "case", "entry"]] + [
            [one["when"], one["what"], one["outcome"], one["role"], one["purpose"], one["clause"], one["case"], one["entry"]]
            for one in data["uses"]
        ]),
        "contact.vcf": _vcard(engine, mine),
        "readable.html": _page(data, language),
    }  # fmt: skip
    for receipt, kind, _ in await receipts_of(engine, own):
        files[f"receipts/{kind}-{receipt.id}.jsonld"] = json.dumps(
            receipt.record, ensure_ascii=False, indent=2
        ).encode()
    files["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())
    ).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0)), content)
    return packed.getvalue()


def _data(engine: Engine, mine: OwnData, language: str) -> dict[str, Any]:
    policy = engine.policy.policy
    return {
        "made": moment(engine.clock.now()),
        "policy": {"id": policy.id, "version": policy.version, "hash": policy.hash},
        "items": [
            {
                "item": one.slot,
                "title": policy.items[one.item].titles.get(language, one.item)
                if one.item in policy.items
                else one.item,
                "value": list(one.value) if isinstance(one.value, tuple) else one.value,
                "earlier": [list(was) if isinstance(was, tuple) else was for was in one.earlier],
                "given": moment(one.given_at),
                "corrected": moment(one.corrected_at),
                "until": moment(one.ends_at) if one.ends_at is not None else None,
                "source": one.source,
                "point": one.point,
                "notice": one.notice_id,
                "purposes": list(one.purposes),
            }
            for one in mine.held
        ],
        "external": [{"system": system, "id": one} for system, one in mine.external.items()],
        "known_by": _known_by(mine.known_by),
        "choices": [
            {
                "purpose": one.purpose,
                "channel": one.exit.value if one.exit else None,
                "answer": "yes" if one.allow else "no",
                "when": moment(one.at),
                "by": one.by,
                "notice": one.notice_id,
            }
            for one in mine.state.choices
        ]
        + [{"purpose": one, "channel": None, "answer": "stopped"} for one in mine.state.stops],
        "uses": [
            {
                "when": moment(line.at),
                "what": line.account.act,
                "outcome": line.account.outcome,
                "role": line.account.role,
                "purpose": line.account.purpose,
                "clause": f"§{line.account.clause}" if line.account.clause else "",
                "case": line.account.case,
                "items": list(line.account.items),
                "entry": line.entry_id,
            }
            for line in mine.history.lines
        ],
    }


def _known_by(known: KnownBy) -> dict[str, Any]:
    return {
        "number": known.number,
        "login_name": known.login_name,
        "password_since": _when(known.password_since),
        "recovery_codes": known.recovery_codes,
        "passkeys": [{"since": moment(one.since), "used": _when(one.last_used_at)} for one in known.passkeys],
        "sessions": [{"since": moment(one.since), "until": moment(one.until)} for one in known.sessions],
        "devices": [
            {
                "number": one.series,
                "since": moment(one.since),
                "used": moment(one.last_used_at),
                "until": moment(one.ends_at),
            }
            for one in known.devices
        ],
    }


def _when(at: float | None) -> str | None:
    return None if at is None else moment(at)


def _flat(value: Any) -> str:
    return "; ".join(value) if isinstance(value, list) else str(value)


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _vcard(engine: Engine, mine: OwnData) -> bytes:
    lines = ["BEGIN:VCARD", "VERSION:4.0"]
    for one in mine.held:
        item = engine.policy.policy.items.get(one.item)
        if item is None or not item.type.about.vcard or not isinstance(one.value, str):
            continue
        text = one.value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")
        lines.append(
            item.type.about.vcard.format(value=text, digits=text.replace("-", ""), label=text.replace('"', ""))
        )
    if not any(line.startswith("FN") for line in lines):
        lines.append("FN:")
    return ("\r\n".join([*lines, "END:VCARD"]) + "\r\n").encode()


def _page(data: dict[str, Any], language: str) -> bytes:
    title = {"en": "What is held about you", "ja": "お預かりしている情報"}.get(language, "What is held about you")
    rows = "".join(
        f"<tr><th>{html.escape(one['title'])}<td>{html.escape(_flat(one['value']))}<td>{html.escape(one['given'])}"
        f"<td>{html.escape(', '.join(one['purposes']))}"
        for one in data["items"]
    )
    known, number = data["known_by"], {"en": "Number", "ja": "番号"}.get(language, "Number")
    login_name = {"en": "Login name", "ja": "ログイン名"}.get(language, "Login name")
    rows += (
        f"<tr><th>{number}<td>{html.escape(known['number'])}<tr><th>{login_name}<td>{html.escape(known['login_name'])}"
    )
    uses = "".join(
        f"<tr><td>{html.escape(one['when'])}<td>{html.escape(one['what'])}<td>{html.escape(one['outcome'])}"
        f"<td>{html.escape(one['role'])}<td>{html.escape(one['purpose'])}<td>{html.escape(one['clause'])}"
        for one in data["uses"]
    )
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font:16px/1.6 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ddd;padding:.4rem;text-align:left}</style>"
        f"<h1>{title}</h1><p>{html.escape(data['made'])}</p><table>{rows}</table><h2>Uses</h2><table>{uses}</table></html>"
    ).encode()
