"""Projections: everybody's items through the gate once, and what is left of them are codes in no order.

Who objected, stopped the use, was erased or gave nothing is not in it; an item the gate withholds is *not given*. A build
serves questions for seven days and is then removed; it is in no backup. Canaries are nobody, and are left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import msgspec

from kept import limits
from kept.crypto.random import random_id, shuffle
from kept.errors import DeniedError, ErasedError, EvidenceError, InputError, NotFoundError, SealError
from kept.policy.day import local
from kept.policy.decision import Mandate
from kept.policy.words import Exit
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.figures.data_sets import data_set_of, require_desk, statistic_entry
from kept.services.gate import gate
from kept.services.staff.desk_mandate import issue_counting
from kept.services.staff.sessions import StaffSession
from kept.statistics.counting import Column
from kept.statistics.data_set import DataSet, Dimension
from kept.statistics.projection import (
    WEIGHT,
    Codes,
    code_of,
    segments,
    unpack,
    week_of,
    weeks_before,
    width_of,
)
from kept.statistics.question import with_options
from kept.store import sql
from kept.store.interface import Transaction
from kept.store.paging import pages

KEY = "projection"
KIND = "projection"
Opened: TypeAlias = "tuple[list[Column], int, Codes | None]"
"""One segment: the columns of a question, how many rows, how often each counts."""


class Manifest(msgspec.Struct, frozen=True):
    """What a build consists of.

    Args:
        options: Option ids of each dimension.
        widths: Array type of each column.
        segments: Segments of each column.
    """

    options: dict[str, tuple[str, ...]]
    widths: dict[str, str]
    segments: int


@dataclass(frozen=True, slots=True)
class Build:
    """One build of a data set.

    Args:
        id: Its id.
        data_set: The data set, with the options of the build.
        built_by: Login of who built it.
        built_at: Unix seconds.
        policy_hash: The policy it was built under.
        manifest: Its columns.
    """

    id: str
    data_set: DataSet
    built_by: str
    built_at: float
    policy_hash: str
    manifest: Manifest

    @property
    def ends_at(self) -> float:
        """When it is over, unix seconds."""
        return self.built_at + limits.PROJECTION_SECONDS


async def build(engine: Engine, session: StaffSession, name: str) -> str:
    """Build a data set anew, in place of the build there is; return the new build's id.

    Args:
        engine: Open.
        session: Signed in, with the right and a purpose of the data set.
        name: Data set, from outside.

    Raises:
        InputError: No such data set.
        DeniedError: The right or the purpose is missing.
    """
    data_set = data_set_of(engine, name)
    purpose = require_desk(engine, session, data_set)
    at = engine.ready()
    await engine.keyring.ensure_installation_key(KEY, at)
    day = local(at, engine.zone).date()
    if data_set.about == "person":
        mandate = await issue_counting(engine, session, purpose, seconds=limits.PROJECTION_RUN_SECONDS)
        rows = await _people(engine, mandate, data_set, day)
    else:
        data_set = with_options(
            data_set, {one.id: weeks_before(day) for one in data_set.dimensions.values() if one.found}
        )
        rows = await _visits(engine, data_set)
    await asyncio.to_thread(shuffle, rows)
    names = (*data_set.dimensions, *((WEIGHT,) if data_set.about == "visit" else ()))
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return await write_build(engine, session, data_set, purpose, columns)


async def _people(engine: Engine, mandate: Mandate, data_set: DataSet, day: date) -> list[tuple[int, ...]]:
    rows: list[tuple[int, ...]] = []
    async for page in pages(engine.data, sql.PeoplePage, limit=limits.PROJECTION_PAGE):
        found = await asyncio.gather(
            *(_one(engine, mandate, data_set, one, day) for (one,) in page if one not in engine.canaries),
            return_exceptions=True,  # the others are finished before anything is told
        )
        for one in found:
            if isinstance(one, BaseException):
                raise one
            if one is not None:
                rows.append(one)
    return rows


async def _one(
    engine: Engine, mandate: Mandate, data_set: DataSet, person_id: bytes, day: date
) -> tuple[int, ...] | None:
    """Return one person's codes; None for whoever is not in it."""
    try:
        person = await engine.people.load(person_id)
    except ErasedError:
        return None
    except EvidenceError as error:
        await gate.record_evidence(engine, mandate, person_id, error, engine.clock.now())
        return None
    items = dict.fromkeys(one.item for one in data_set.dimensions.values())
    held = tuple(item for item in items if item in person.state.slots)
    if not held:
        return None  # nothing of theirs is used, and there is no use to record
    try:
        card = await gate.read(
            engine, mandate, person_id, held, Exit.STATISTICS, on_denial="withhold", act=Act.VALUE_COUNT
        )
    except DeniedError as error:
        if error.reason in {"mandate-spent", "mandate", "role", "purpose"}:
            raise
        return None
    except (NotFoundError, EvidenceError):
        return None
    values: dict[str, Any] = {}
    for item in held:
        if item in card:
            with card[item].open(Exit.STATISTICS) as value:
                values[item] = value
    return tuple(code_of(one, values.get(one.item), day) for one in data_set.dimensions.values())


async def _visits(engine: Engine, data_set: DataSet) -> list[tuple[int, ...]]:
    """Return the counts of visits as rows; the weeks of the build, and nothing older."""
    places = {one.id: {word: at for at, word in enumerate(one.options)} for one in data_set.dimensions.values()}
    rows = []
    for row in await engine.data.all(sql.VisitsSince, day=""):
        words = {"page": row.page, "feature": row.feature, "week": week_of(date.fromisoformat(row.day))}
        codes = [places[name].get(words[name]) for name in data_set.dimensions]
        if None not in codes:
            rows.append((*(one for one in codes if one is not None), row.count))
    return rows


async def write_build(
    engine: Engine, session: StaffSession, data_set: DataSet, purpose: str, codes: Mapping[str, Sequence[int]]
) -> str:
    """Seal a build's columns, and put it in place of the one before; return its id.

    Args:
        engine: Open.
        session: Who builds.
        data_set: With the options of this build.
        purpose: For which purpose.
        codes: Of each column, all of one length, in an order that means nothing.
    """
    build_id, at = random_id(), engine.ready()
    widths = {name: "I" if name == WEIGHT else width_of(data_set.dimensions[name]) for name in codes}
    columns = {name: (widths[name], column) for name, column in codes.items()}
    rows = len(next(iter(codes.values())))
    sealed = [
        {
            "build_id": build_id,
            "column_name": name,
            "segment": number,
            "sealed": seal_installation_record(
                engine, KIND, _record_id(data_set.id, name, number, build_id), content, under=KEY
            ),
        }
        for name, number, content in segments(columns, rows)
    ]
    options = {one.id: tuple(one.options) for one in data_set.dimensions.values()}
    manifest = Manifest(options, widths, len(sealed) // len(widths))
    entry = statistic_entry(
        engine, session, Act.STATISTIC_BUILD, at, ("build", build_id), purpose=purpose, data_set=data_set.id
    )

    async def body(tx: Transaction) -> None:
        for row in await tx.all(sql.Projections):
            if row.data_set == data_set.id:
                await remove_build(tx, row.build_id)
        await tx.run(
            "projection_insert",
            build_id=build_id,
            data_set=data_set.id,
            built_by=session.login,
            built_at=at,
            policy_hash=engine.policy.hash,
            manifest=msgspec.json.encode(manifest).decode(),
        )
        await tx.many("segment_put", sealed)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return build_id


def _record_id(data_set: str, column: str, segment: int, build_id: str) -> str:
    return f"{data_set}|{column}|{segment}|{build_id}"


async def remove_build(tx: Transaction, build_id: str) -> None:
    """Remove a build and its segments, within *tx*."""
    await tx.run("segments_delete", build_id=build_id)
    await tx.run("projection_delete", build_id=build_id)


async def end_builds(engine: Engine) -> None:
    """Remove builds that are over; part of the minute's work."""
    at = engine.clock.now()
    over = [
        row.build_id for row in await engine.data.all(sql.Projections) if row.built_at + limits.PROJECTION_SECONDS <= at
    ]
    if not over:
        return

    async def body(tx: Transaction) -> None:
        for build_id in over:
            await remove_build(tx, build_id)

    await engine.data.write(body)


async def newest_build(engine: Engine, data_set: DataSet) -> Build | None:
    """Return the build of a data set; None when there is none."""
    row = await engine.data.one(sql.ProjectionOf, data_set=data_set.id)
    return None if row is None else _build(data_set, row)


async def usable_build(engine: Engine, data_set: DataSet) -> Build:
    """Return the build questions are asked to.

    Raises:
        InputError: There is none, it is over, or another policy is in force since.
    """
    found = await newest_build(engine, data_set)
    if found is None or found.ends_at <= engine.clock.now() or found.policy_hash != engine.policy.hash:
        raise InputError(
            f"expected a build of `{data_set.id}` at most seven days old, found none",
            reason="projection-none",
            hint="build it anew: who left or objected since is not in it any more",
            clause=f"§{data_set.clause}",
        )
    return found


def _build(data_set: DataSet, row: sql.ProjectionOf) -> Build:
    manifest = msgspec.json.decode(row.manifest, type=Manifest)
    return Build(
        row.build_id, with_options(data_set, manifest.options), row.built_by, row.built_at, row.policy_hash, manifest
    )


async def open_columns(engine: Engine, found: Build, dimensions: Sequence[Dimension]) -> list[Opened]:
    """Return the columns a question needs, by segment: the columns, how many rows, and how often each counts.

    Args:
        engine: Open.
        found: The build.
        dimensions: Of the question; none opens one column to know how many rows there are.

    Raises:
        SealError: A segment was changed, is another's, or is missing.
    """
    weighted = WEIGHT in found.manifest.widths
    wanted = [one.id for one in dimensions] or ([] if weighted else [next(iter(found.data_set.dimensions))])
    opened = {name: await _open_column(engine, found, name) for name in (*wanted, *((WEIGHT,) if weighted else ()))}
    parts = []
    for number in range(found.manifest.segments):
        columns = [Column(opened[one.id][number], len(one.options), one.several) for one in dimensions]
        weights = opened[WEIGHT][number] if weighted else None
        parts.append((columns, len(next(iter(opened.values()))[number]), weights))
    return parts


async def _open_column(engine: Engine, found: Build, name: str) -> list[Codes]:
    await engine.keyring.ensure_installation_key(KEY, engine.clock.now())
    rows = await engine.data.all(sql.SegmentsOf, build_id=found.id, column_name=name)
    if [row.segment for row in rows] != list(range(found.manifest.segments)):
        raise SealError(
            f"expected {found.manifest.segments} segments of a build's column, found {len(rows)}, or others",
            reason="segment-missing",
            hint="build the data set anew",
            rests_on="sealed-values",
        )
    return [
        unpack(
            open_installation_record(
                engine, KIND, _record_id(found.data_set.id, name, row.segment, found.id), row.sealed, under=KEY
            ),
            found.manifest.widths[name],
        )
        for row in rows
    ]
