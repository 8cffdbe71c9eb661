"""Portability: everything to take along, a ZIP with JSON and its schema, tables, vCard, receipts, readable HTML, a manifest.

Whatever is held about a person is in it, or in `tests/clauses/test_take_along.py` with the reason why not. Each field that is a
code has its words beside it, in the reader's language; each moment is that of the policy's zone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kept.policy.day import local
from kept.policy.duties import cookies_of
from kept.policy.model import Policy
from kept.policy.phrase import EXITS, IDENTIFIERS, listed, say
from kept.policy.render import cookie_life, cookie_purpose
from kept.policy.words import Exit
from kept.services.accounts.known_by import KnownBy
from kept.services.authorities.notifications import disclosures_to_authorities
from kept.services.cases.contacts import ORIGIN, PROGRAM, contacts_to
from kept.services.cases.emergencies import emergencies_about
from kept.services.cases.inquiries import inquiries_of
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.forms.receipts import Receipt, receipts_of
from kept.services.gate.own_session import Own
from kept.services.instances.participations import parts_of
from kept.services.messages.confirmations import addresses_of
from kept.services.messages.sealed_words import texts_waiting
from kept.services.my_data import bundle_words as words
from kept.services.my_data.bundle_file import SCHEMA, packed, readable, table, vcard
from kept.services.my_data.evidence_files import evidence_files, signed_manifest
from kept.services.my_data.history_words import OUTCOMES, item_title, party_title, said
from kept.services.my_data.message_reasons import Why, messages_to
from kept.services.my_data.own_data import OwnData, answers_in_words, own_data
from kept.services.my_data.rights_letter import decided, title_of
from kept.services.my_data.rights_record import Part as RightsPart
from kept.services.my_data.rights_requests import requests_about
from kept.services.third_parties.recalls import recalls_of
from kept.services.third_parties.register import RegisterLine, lines_of

Record = dict[str, Any]


async def take_along(engine: Engine, own: Own, language: str) -> bytes:
    """Return everything held about a person as a ZIP.

    Args:
        engine: Open.
        own: Their session, signed in within five minutes.
        language: Of every word in it; the policy's first where it is none of the policy's.

    Raises:
        SignInError: The sign-in is longer ago than five minutes.
    """
    return signed_copy(engine, await copy_files(engine, own, language))


def signed_copy(engine: Engine, files: dict[str, bytes]) -> bytes:
    """Return files as a ZIP whose manifest the log's key signs: none can be changed, left out or added afterwards."""
    made = local(engine.clock.now(), engine.policy.policy.zone)
    return packed(files, lambda sums: signed_manifest(engine, sums), made)


async def copy_files(
    engine: Engine, own: Own, language: str, withheld: Collection[str] = frozenset()
) -> dict[str, bytes]:
    """Return the files of everything held about a person, by name.

    Args:
        engine: Open.
        own: Their session, signed in within five minutes.
        language: Of every word in it; the policy's first where it is none of the policy's.
        withheld: Slots left out, where the rights desk refuses a part on a declared ground.

    Raises:
        SignInError: The sign-in is longer ago than five minutes.
    """
    if language not in engine.policy.policy.languages:
        language = engine.policy.policy.language
    mine = await own_data(engine, own, exit=Exit.TAKE_ALONG, act=Act.TAKE_ALONG)
    mine = replace(mine, held=tuple(one for one in mine.held if one.slot not in withheld))
    receipts = await receipts_of(engine, own)
    reader = _Reader(engine.policy.policy, language)
    data = await _data(engine, own, mine, receipts, reader)
    files: dict[str, bytes] = {
        "data.json": json.dumps(data, ensure_ascii=False, indent=2).encode(),
        "data.schema.json": json.dumps(SCHEMA, indent=2).encode(),
        "contact.vcf": vcard(reader.policy, {one.item: one.value for one in mine.held}),
        "readable.html": readable(data, language),
        "entries.chain": (await engine.chains.listed(engine.data, engine.keys, own.person_id)).encode(),
    }
    files |= {f"tables/{part.id}.csv": table(part, data[part.id], language) for part in words.COPY if data[part.id]}
    files |= {
        _receipt_file(receipt, kind): json.dumps(receipt.record, ensure_ascii=False, indent=2).encode()
        for receipt, kind, _ in receipts
    }
    return files | await evidence_files(engine, own, mine.history.lines, mine.published)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads it: in which language, by which policy's words and days."""

    policy: Policy
    language: str

    def when(self, at: float | None) -> str | None:
        """Return a moment in the policy's zone, ISO 8601 with its offset."""
        return None if at is None else local(at, self.policy.zone).isoformat(timespec="seconds")

    def word(self, table: Mapping[Any, Any], code: object) -> str:
        """Return the word for a code of a closed list; a code no list has is another reason."""
        return say(table.get(code, words.OTHER), self.language)

    def items(self, slots: Iterable[str]) -> str:
        """Return what items are called, as a list."""
        return listed(self.language, *(item_title(self.policy, one, self.language) for one in slots))

    def titled(self, declared: Mapping[str, Any], word: str) -> str:
        """Return what something declared is called; empty for nothing, its word where it is declared no more."""
        return declared[word].titles[self.language] if word in declared else word

    def value(self, item: str, value: str | tuple[str, ...]) -> str:
        """Return a value as it is read: options by their titles."""
        declared = self.policy.items.get(item)
        given = value if isinstance(value, tuple) else (value,)
        titles = declared.option_titles if declared else {}
        return listed(self.language, *(titles.get(one, {}).get(self.language, one) for one in given))

    def channel(self, word: str) -> str:
        """Return a way out as it is read; empty for none."""
        return say(EXITS[Exit(word)], self.language) if word else ""


async def _data(
    engine: Engine, own: Own, mine: OwnData, receipts: list[tuple[Receipt, str, float]], reader: _Reader
) -> dict[str, Any]:
    """Return everything, by part; see `bundle_words.COPY`."""
    policy, person_id = reader.policy, own.person_id
    answers = await answers_in_words(engine, mine, reader.language)
    return {
        "made": reader.when(engine.clock.now()),
        "zone": str(policy.zone),
        "policy": {"id": policy.id, "version": policy.version, "hash": policy.hash},
        "known_by": _known_by(mine, reader),
        "erased": reader.when(mine.erased_at),
        "external": [{"system": system, "id": one} for system, one in mine.external.items()],
        "items": _items(mine, answers, reader),
        "statements": _statements(mine, reader),
        "choices": _choices(mine, reader),
        "now": _now(mine, reader),
        "addresses": await _addresses(engine, person_id, reader),
        "inquiries": [
            {
                "when": reader.when(one.at),
                "by": one.way,
                "by_in_words": reader.word(words.ASKED_BY, one.way),
                "answered": reader.when(one.answered_at),
            }
            for one in await inquiries_of(engine, person_id)
        ],
        "written": await _written(engine, person_id, reader),
        "messages": await _messages(engine, person_id, reader),
        "registers": [_registered(one, reader) for one in await lines_of(engine, person_id)],
        "recalls": await _recalls(engine, person_id, reader),
        "authorities": await _authorities(engine, person_id, reader),
        "participations": await _participations(engine, person_id, reader),
        "emergencies": await _emergencies(engine, person_id, reader),
        "requests": await _requests(engine, person_id, reader),
        "cookies": _cookies(reader),
        "receipts": _receipts(receipts, reader),
        "uses": _uses(mine, reader),
    }


async def _addresses(engine: Engine, person_id: bytes, reader: _Reader) -> list[Record]:
    return [
        {
            "item": one.slot,
            "title": reader.items([one.slot]),
            "channel": one.channel.value,
            "channel_in_words": reader.channel(one.channel.value),
            "asked": reader.when(one.asked_at),
            "confirmed": reader.when(one.confirmed_at),
            "never": one.listed,
            "never_in_words": reader.word(words.YES, one.listed) if one.confirmed_at is not None else "",
        }
        for one in await addresses_of(engine, person_id)
    ]


async def _written(engine: Engine, person_id: bytes, reader: _Reader) -> list[Record]:
    return [
        {
            "when": reader.when(one.at),
            "by": one.channel.value,
            "by_in_words": reader.channel(one.channel.value),
            "subject": one.title,
            "text": text,
            "state": one.state,
            "state_in_words": reader.word(words.STATES, one.state),
            "advertising": one.marked,
            "advertising_in_words": reader.word(words.YES, one.marked),
            "settled": reader.when(one.settled_at),
        }
        for one, text in await contacts_to(engine, person_id)
    ]


async def _recalls(engine: Engine, person_id: bytes, reader: _Reader) -> list[Record]:
    return [
        {
            "when": reader.when(one.at),
            "with": one.recipient,
            "with_in_words": party_title(reader.policy, one.recipient, reader.language),
            "what": one.what,
            "what_in_words": reader.word(words.RECALLED, one.what),
            "item": one.item,
            "item_in_words": reader.items([one.item] if one.item else []),
            "due": reader.when(one.due_at),
            "told": reader.when(one.told_at),
            "confirmed": reader.when(one.confirmed_at),
            "confirmed_by": one.confirmed_by,
            "confirmed_by_in_words": reader.word(words.CONFIRMED_BY, one.confirmed_by) if one.confirmed_by else "",
        }
        for one in await recalls_of(engine, person_id)
    ]


async def _authorities(engine: Engine, person_id: bytes, reader: _Reader) -> list[Record]:
    return [
        {
            "when": reader.when(one.line.at),
            "authority": one.authority,
            "ground": one.ground,
            "ground_in_words": reader.word(words.GROUNDS, one.ground),
            "items": list(one.line.account.items),
            "items_in_words": reader.items(one.line.account.items),
            "waited": one.waited_for,
            "waited_in_words": reader.word(words.WAITED, one.waited_for),
            "entry": one.line.entry_id,
        }
        for one in await disclosures_to_authorities(engine, person_id)
    ]


async def _participations(engine: Engine, person_id: bytes, reader: _Reader) -> list[Record]:
    return [
        {
            "when": reader.when(part.at),
            "instance": one.id,
            "title": one.file.titles.get(reader.language, one.id),
            "kind": one.kind.value,
            "kind_title": reader.titled(reader.policy.points, one.file.point),
            "state": part.status,
            "state_in_words": reader.word(words.PARTS, part.status),
            "number": part.number,
        }
        for one, part in await parts_of(engine, person_id)
    ]


async def _messages(engine: Engine, person_id: bytes, reader: _Reader) -> list[Record]:
    texts = await texts_waiting(engine, person_id)
    return [
        _message(one, texts.get(one.message_id, ""), reader)
        for one in await messages_to(engine, person_id, reader.language, every=True)
        if one.origin not in {ORIGIN, PROGRAM}
    ]


def _receipts(receipts: list[tuple[Receipt, str, float]], reader: _Reader) -> list[Record]:
    return [
        {
            "when": reader.when(at),
            "what": kind,
            "what_in_words": reader.word(words.RECEIPTS, kind),
            "file": _receipt_file(receipt, kind),
        }
        for receipt, kind, at in receipts
    ]


def _receipt_file(receipt: Receipt, kind: str) -> str:
    return f"receipts/{kind}-{receipt.id}.jsonld"


def _items(mine: OwnData, answers: Mapping[str, list[tuple[str, str]]], reader: _Reader) -> list[Record]:
    return [
        {
            "item": one.slot,
            "title": reader.items([one.slot]),
            "value": list(one.value) if isinstance(one.value, tuple) else one.value,
            "value_in_words": listed(reader.language, *(f"{ask}: {answer}" for ask, answer in answers[one.slot]))
            if one.slot in answers
            else reader.value(one.item, one.value),
            "earlier": [list(was) if isinstance(was, tuple) else was for was in one.earlier],
            "earlier_in_words": listed(reader.language, *(reader.value(one.item, was) for was in one.earlier)),
            "given": reader.when(one.given_at),
            "corrected": reader.when(one.corrected_at),
            "until": reader.when(one.ends_at),
            "source": one.source,
            "source_in_words": reader.word(words.SOURCES, one.source),
            "point": one.point,
            "point_title": reader.titled(reader.policy.points, one.point),
            "notice": one.notice_id,
            "purposes": list(one.purposes),
            "purposes_in_words": listed(
                reader.language, *(reader.titled(reader.policy.purposes, purpose) for purpose in one.purposes)
            ),
        }
        for one in mine.held
    ]


def _statements(mine: OwnData, reader: _Reader) -> list[Record]:
    return [
        {
            "company": one.title,
            "partner": one.word.partner,
            "agreed": reader.when(one.word.agreed_at),
            "taken": reader.when(one.word.taken_at),
            "notice": one.word.notice_id,
            "items": list(one.word.slots),
            "items_in_words": reader.items(one.word.slots),
            "choices": ["/".join((*tick, "")) for tick in one.word.ticks],
            "choices_in_words": listed(
                reader.language,
                *(
                    f"{reader.titled(reader.policy.purposes, purpose)} {reader.channel(channel)}".strip()
                    for purpose, channel in one.word.ticks
                ),
            ),
            "confirmed": reader.when(one.word.confirmed_at),
        }
        for one in mine.statements
    ]


def _now(mine: OwnData, reader: _Reader) -> list[Record]:
    """Return each way out of each purpose, as the gate decides about it now."""
    return [
        {
            "purpose": one.purpose.id,
            "purpose_title": reader.titled(reader.policy.purposes, one.purpose.id),
            "way": way.exit.value,
            "way_in_words": say(EXITS[way.exit], reader.language),
            "to": way.recipient,
            "on": way.open,
            "on_in_words": reader.word(words.NOW, "on" if way.open else "off"),
            "missing": way.missing,
            "missing_in_words": say(words.MISSING.get(way.missing, words.NOT_ALLOWED), reader.language),
        }
        for one in mine.switches
        for way in one.ways
    ]


def _choices(mine: OwnData, reader: _Reader) -> list[Record]:
    said_so = [
        (one.purpose, one.exit.value if one.exit else "", "yes" if one.allow else "no", one.at, one.by, one.notice_id)
        for one in mine.state.choices
    ]
    stopped = [(purpose, "", "stopped", None, "self", "") for purpose in mine.state.stops]
    return [
        {
            "purpose": purpose,
            "purpose_title": reader.titled(reader.policy.purposes, purpose),
            "channel": channel or None,
            "channel_in_words": reader.channel(channel),
            "answer": answer,
            "answer_in_words": reader.word(words.ANSWERS, answer),
            "when": reader.when(at),
            "by": by,
            "by_in_words": reader.word(words.BY, by),
            "notice": notice,
        }
        for purpose, channel, answer, at, by, notice in (*said_so, *stopped)
    ]


def _message(one: Why, text: str, reader: _Reader) -> Record:
    purpose = reader.titled(reader.policy.purposes, one.purpose)
    what = one.title or reader.word(words.ORIGINS, one.origin)
    rule = [f"{title}: {listed(reader.language, *options)}" for title, options in one.rule]
    return {
        "when": reader.when(one.at),
        "number": one.message_id,
        "origin": one.origin,
        "what": what,
        "by": one.channel.value,
        "by_in_words": reader.channel(one.channel.value),
        "purpose": one.purpose,
        "purpose_title": purpose,
        "state": one.state,
        "state_in_words": reader.word(words.STATES, one.state),
        "reason": one.reason,
        "reason_in_words": reader.word(words.REASONS, one.reason),
        "agreed": reader.when(one.agreed_at),
        "stated_by": one.stated_by,
        "stated": reader.when(one.stated_at),
        "agreed_in_words": listed(
            reader.language, reader.titled(reader.policy.points, one.point), one.stated_by, *rule
        ),
        "text": text,
        "entry": one.entry_id,
    }


def _registered(one: RegisterLine, reader: _Reader) -> Record:
    """Return a line of a register: what it says as it was written, with words beside."""
    language = reader.language
    purposes = [reader.titled(reader.policy.purposes, word) for word in one.said.get("agreed", "").split(", ") if word]
    party = listed(language, *(one.said.get(word, "") for word in ("party", "representative")))
    where = one.said.get("address", "")
    return {
        **one.said,
        "when": reader.when(one.at),
        "what": one.kind,
        "what_in_words": reader.word(words.REGISTERS, one.kind),
        "with": one.party,
        "with_in_words": listed(language, party or party_title(reader.policy, one.party, language), where),
        "items": list(one.items),
        "items_in_words": listed(language, reader.items(one.items), *purposes),
        "acquired_in_words": reader.word(words.HOW, one.said.get("acquired", "")),
        "rests_on": one.said.get("consented", "") or one.said.get("stated", ""),
        "number": one.pseudonym,
        "entry": one.entry_id,
    }


async def _emergencies(engine: Engine, person_id: bytes, reader: _Reader) -> list[Record]:
    return [
        {
            "when": reader.when(one.opened_at),
            "case": str(one.number),
            "reason": one.reason,
            "reason_in_words": reader.word(words.EMERGENCIES, one.reason),
            "role": one.lent_role,
            "role_title": reader.titled(reader.policy.roles, one.lent_role),
            "purpose": one.purpose,
            "purpose_title": reader.titled(reader.policy.purposes, one.purpose),
            "items": [item for item, _ in one.items],
            "items_in_words": reader.items(item for item, _ in one.items),
            "text": one.text,
            "reviewed": reader.when(one.reviewed_at),
            "review": one.outcome,
            "review_in_words": reader.word(words.REVIEWS, one.outcome),
        }
        for one in await emergencies_about(engine, person_id)
    ]


async def _requests(engine: Engine, person_id: bytes, reader: _Reader) -> list[Record]:
    return [
        {
            "when": reader.when(one.request.received_at),
            "number": str(one.request.number),
            "asked": [
                {
                    "kind": part.kind.value,
                    "target": part.target,
                    "value": list(part.value),
                    "outcome": part.outcome,
                    "ground": part.ground,
                    "withheld": part.withheld,
                }
                for part in one.record.parts
            ],
            "what": listed(reader.language, *(_asked(part, reader) for part in one.record.parts)),
            "by": one.request.channel,
            "by_in_words": reader.word(words.REQUESTED, one.request.channel),
            "agent": one.record.agent.name if one.record.agent else "",
            "due": reader.when(one.request.due_at),
            "checked": one.request.check.means if one.request.check else "",
            "compared": list(one.request.check.compared) if one.request.check else [],
            "state": one.request.status,
            "state_in_words": reader.word(words.STEPS, one.request.status),
            "approved": bool(one.request.approved_by),
            "approved_in_words": reader.word(words.YES, bool(one.request.approved_by)),
            "finished": reader.when(one.request.finished_at),
            "outcome": one.request.outcome,
            "fee": one.record.fee,
            "note": one.record.note,
        }
        for one in await requests_about(engine, person_id)
    ]


def _asked(part: RightsPart, reader: _Reader) -> str:
    """Return one thing asked, with what became of it."""
    became = decided(reader.policy, part, reader.language)
    title = title_of(reader.policy, part, reader.language)
    return f"{title} ({became})" if became else title


def _cookies(reader: _Reader) -> list[Record]:
    return [
        {
            "name": one.name,
            "purpose": one.purpose,
            "purpose_title": cookie_purpose(reader.policy, one, reader.language),
            "life_in_words": cookie_life(one.life_seconds, reader.language),
            "identifier": one.identifier,
            "identifier_in_words": listed(
                reader.language, say(IDENTIFIERS[one.identifier], reader.language), reader.items(one.holds)
            ),
        }
        for one in cookies_of(reader.policy).values()
    ]


def _uses(mine: OwnData, reader: _Reader) -> list[Record]:
    return [
        {
            "when": reader.when(line.at),
            "what": line.account.act,
            "said": said(line.account, reader.policy, reader.language),
            "outcome": line.account.outcome,
            "outcome_in_words": reader.word(OUTCOMES, line.account.outcome),
            "role": line.account.role,
            "role_title": reader.titled(reader.policy.roles, line.account.role),
            "purpose": line.account.purpose,
            "purpose_title": reader.titled(reader.policy.purposes, line.account.purpose),
            "clause": f"§{line.account.clause}" if line.account.clause else "",
            "case": line.account.case,
            "items": list(line.account.items),
            "entry": line.entry_id,
        }
        for line in mine.history.lines
    ]


def _known_by(mine: OwnData, reader: _Reader) -> Record:
    known: KnownBy = mine.known_by
    return {
        "number": known.number,
        "login_name": known.login_name,
        "password_since": reader.when(known.password_since),
        "recovery_codes": known.recovery_codes,
        "passkeys": [
            {"name": one.name, "since": reader.when(one.since), "used": reader.when(one.last_used_at)}
            for one in known.passkeys
        ],
        "sessions": [{"since": reader.when(one.since), "until": reader.when(one.until)} for one in known.sessions],
        "devices": [
            {
                "number": one.series,
                "since": reader.when(one.since),
                "used": reader.when(one.last_used_at),
                "until": reader.when(one.ends_at),
            }
            for one in known.devices
        ],
        "seen": [
            {"day": one.day, "what": one.kind, "times": one.count, "last": reader.when(one.last_at)}
            for one in known.seen
        ],
    }
