"""What changes between two versions of a policy, as lines a person can act on; pure, and about nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kept.policy.model import Item, Point, Policy, Purpose, Recipient, Role
from kept.policy.phrase import retention as retention_words


@dataclass(frozen=True, slots=True)
class Difference:
    """One change.

    Args:
        kind: `clause`, `item`, `purpose`, `point`, `recipient`, `role`, `guarantee`.
        id: Its word.
        clause: Clause it stands under, in the newer version where it is there.
        what: `added`, `removed` or what changed, such as `basis: consent -> notice`.
        asks: Whether values given before answer to it only after their person is asked.
    """

    kind: str
    id: str
    clause: str
    what: str
    asks: bool = False


def compare(old: Policy, new: Policy) -> list[Difference]:
    """Return what changes from *old* to *new*, in the order: clauses, items, purposes, points, recipients, roles, guarantees."""
    found = [*_clauses(old, new)]
    found += _tables("item", old.items, new.items, _item)
    found += _tables("purpose", old.purposes, new.purposes, _purpose, added_asks=True)
    found += _tables("point", old.points, new.points, _point)
    found += _tables("recipient", old.recipients, new.recipients, _recipient, added_asks=True)
    found += _tables("role", old.roles, new.roles, _role)
    before, after = {one.id: one for one in old.guarantees}, {one.id: one for one in new.guarantees}
    for word in sorted(before.keys() ^ after.keys()):
        one = (after if word in after else before)[word]
        found.append(Difference("guarantee", word, one.clause, "added" if word in after else "removed"))
    return found


def _clauses(old: Policy, new: Policy) -> Iterator[Difference]:
    for word in dict.fromkeys((*old.clauses, *new.clauses)):
        before, after = old.clauses.get(word), new.clauses.get(word)
        if before is None or after is None:
            yield Difference("clause", word, word, "added" if before is None else "removed")
        elif before.texts != after.texts:
            languages = sorted(
                one for one in {*before.texts, *after.texts} if before.texts.get(one) != after.texts.get(one)
            )
            yield Difference("clause", word, word, f"words: {', '.join(languages)}")


def _tables(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], changes: Any, *, added_asks: bool = False
) -> Iterator[Difference]:
    for word in dict.fromkeys((*old, *new)):
        if word not in old:
            yield Difference(kind, word, new[word].clause, "added", added_asks)
        elif word not in new:
            yield Difference(kind, word, old[word].clause, "removed")
        else:
            for what, asks in changes(old[word], new[word]):
                yield Difference(kind, word, new[word].clause, what, asks)


def _item(before: Item, after: Item) -> Iterator[tuple[str, bool]]:
    if before.type != after.type:
        yield f"type: {before.type.value} -> {after.type.value}", False
    yield from _sets("options", before.options, after.options)


def _purpose(before: Purpose, after: Purpose) -> Iterator[tuple[str, bool]]:
    if before.revision != after.revision:
        same = before.revision in after.editorial
        yield (
            ("words or recipients, editorial" if same else "words or recipients: another purpose for old values"),
            not same,
        )
    if before.basis != after.basis:
        yield f"basis: {before.basis.value} -> {after.basis.value}", True
    yield from _sets("uses", before.uses, after.uses, asks=True)
    yield from _sets("exits", [one.value for one in before.exits], [one.value for one in after.exits], asks=True)
    if before.messages != after.messages:
        yield "messages", False


def _point(before: Point, after: Point) -> Iterator[tuple[str, bool]]:
    items = [{item for asked in one.stages.values() for item in asked} for one in (before, after)]
    yield from _sets("items", *items)
    yield from _sets("purposes", before.purposes, after.purposes, asks=True)
    for stage in after.stages:
        if stage and stage in before.stages and (before.used_for or after.used_for):
            yield from _sets(f"{stage} used for", before.at(stage).purposes, after.at(stage).purposes, asks=True)
    yield from _sets("recipients", before.recipients, after.recipients, asks=True)
    if before.retention != after.retention:
        yield f"keep: {retention_words(before.retention, 'en')} -> {retention_words(after.retention, 'en')}", False


def _recipient(before: Recipient, after: Recipient) -> Iterator[tuple[str, bool]]:
    yield from _sets("items", before.items, after.items, asks=True)
    if (before.names, before.means) != (after.names, after.means):
        yield "name or means", True
    if (before.country, before.purpose) != (after.country, after.purpose):
        yield "country or purpose", True
    if before.abroad != after.abroad:
        yield "protection abroad", True


def _role(before: Role, after: Role) -> Iterator[tuple[str, bool]]:
    yield from _sets("purposes", before.purposes, after.purposes)
    yield from _sets("may", before.may, after.may)


def _sets(name: str, before: Any, after: Any, *, asks: bool = False) -> Iterator[tuple[str, bool]]:
    gone, came = sorted({*before} - {*after}), sorted({*after} - {*before})
    if came:
        yield f"{name}: + {', '.join(came)}", asks
    if gone:
        yield f"{name}: - {', '.join(gone)}", False
