"""Verifying what is sealed under the installation's own key: draws with their commitments, publications, quarantined records."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from kept.crypto.draw import commit_list, commit_seed
from kept.errors import MalformedError, SealError
from kept.services.engine.engine import Engine
from kept.services.engine.sealed_record import open_installation_record
from kept.services.figures.data_sets import all_data_sets
from kept.services.figures.projections import newest_build, open_columns
from kept.services.figures.queries import figures_in
from kept.services.gate.head_counts import KIND as HEAD_COUNT
from kept.services.gate.witnessed_form import SEEN, WAITING, WITNESS, open_nobodys
from kept.services.instances.contests import published_of
from kept.services.instances.draws import open_seed
from kept.services.third_parties.intake import open_quarantined
from kept.store import sql
from kept.store.interface import Transaction


async def verify_installation_records(engine: Engine, wrong: Callable[[str], None]) -> None:
    """Open every record of the installation itself; changes nothing.

    Args:
        engine: Open, or as far open as it got.
        wrong: Takes what does not hold.
    """
    for row in await engine.data.all(sql.Instances):
        instance_id = row.instance_id
        await _verify_draw(engine, instance_id, wrong)
        try:
            await published_of(engine, instance_id)
        except SealError:
            wrong(f"instance {instance_id}: something published does not open")
    for intake in await engine.data.all(sql.Intakes):
        await _verify_quarantine(engine, intake.intake_id, wrong)
    for name, data_set in (all_data_sets(engine) if engine.has_policy else {}).items():
        built = await newest_build(engine, data_set)
        try:
            if built is not None:
                await open_columns(engine, built, list(built.data_set.dimensions.values()))
        except (SealError, MalformedError):
            wrong(f"data set {name}: a segment of its build does not open")
    for asked in await engine.data.all(sql.Statistics):
        try:
            figures_in(engine, asked.statistic_id, asked.sealed)
        except SealError:
            wrong(f"question {asked.statistic_id[:16]}: its figures do not open")
    await _verify_head_counts(engine, wrong)
    await _verify_papers(engine, wrong)


async def _verify_head_counts(engine: Engine, wrong: Callable[[str], None]) -> None:
    for count in await engine.data.all(sql.HeadCounts):
        try:
            if count.sealed:
                open_installation_record(engine, HEAD_COUNT, count.count_id, count.sealed)
        except SealError:
            wrong(f"count of people {count.count_id[:16]}: its figures do not open")


async def _verify_quarantine(engine: Engine, intake_id: str, wrong: Callable[[str], None]) -> None:
    for row in await engine.data.all(sql.IntakeRecords, intake_id=intake_id):
        try:
            if row.sealed:
                open_quarantined(engine, intake_id, row.number, row.sealed)
        except SealError:
            wrong(f"partner file {intake_id[:16]}: record {row.number} does not open")


async def _verify_draw(engine: Engine, instance_id: str, wrong: Callable[[str], None]) -> None:
    async def body(tx: Transaction) -> tuple[sql.DrawGet | None, list[str]]:
        row = await tx.one(sql.DrawGet, instance_id=instance_id)
        return row, await tx.values(sql.Tickets, instance_id=instance_id)

    row, tickets = await engine.data.read(body)
    if row is None:
        return
    try:
        seed = open_seed(engine, instance_id, row.sealed_seed)
    except SealError:
        wrong(f"draw {instance_id}: its seed does not open")
        return
    if commit_seed(instance_id, seed) != row.seed_hash or row.seed not in {"", seed}:
        wrong(f"draw {instance_id}: another seed than was promised")
    if row.list_hash and commit_list(instance_id, tickets) != row.list_hash:
        wrong(f"draw {instance_id}: other tickets than at the close")


async def _verify_papers(engine: Engine, wrong: Callable[[str], None]) -> None:
    """Open what a new customer gave on paper or by phone while it waits, and the word of whoever witnessed it."""
    for status in (WAITING, SEEN):
        for form_id in await engine.data.values(sql.WitnessedIn, status=status, before=inf):
            row = await engine.data.one(sql.WitnessedGet, form_id=form_id)
            try:
                if row is not None and row.sealed:
                    open_nobodys(engine, form_id, row.sealed)
                if row is not None and row.witness:
                    open_installation_record(engine, WITNESS, form_id, row.witness)
            except SealError:
                wrong(f"paper {form_id[:16]}: what was entered, or its witness, does not open")
