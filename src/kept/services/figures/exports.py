"""Released figures leave the installation, with their sheet, to a recipient that stands in the entry; others do not."""

from __future__ import annotations

from kept.crypto.random import random_id
from kept.errors import DeniedError, InputError
from kept.policy.day import day_of
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.figures.data_sets import all_data_sets, data_set_of, require_desk, statistic_entry
from kept.services.figures.queries import Statistic, statistic_of
from kept.services.staff.sessions import StaffSession
from kept.statistics.sheet import LANGUAGES, Facts, sheet
from kept.statistics.table import csv_of, json_of
from kept.store.interface import Transaction

KINDS = ("press", "business-partner", "public-body", "researchers", "everybody")
"""To whom figures go when it is no declared third party: words of a closed list, since an entry holds no free text."""
FORMS = ("csv", "json")


def recipients(engine: Engine) -> tuple[str, ...]:
    """Return the words a recipient is named by: the closed list, and the policy's third parties."""
    return (*KINDS, *engine.policy.policy.recipients)


async def export(  # noqa: PLR0913 -- what leaves, how, to whom
    engine: Engine, session: StaffSession, statistic_id: str, form: str, recipient: str, language: str
) -> bytes:
    """Return released figures with their sheet, and record to whom they go.

    Args:
        engine: Open.
        session: With the right and a purpose of the data set.
        statistic_id: From outside.
        form: `csv` or `json`.
        recipient: One of `recipients`, from outside.
        language: Of a CSV.

    Raises:
        DeniedError: It is not released (recorded), or the right is missing.
        InputError: No such form or recipient.
    """
    found = await statistic_of(engine, statistic_id)
    purpose = require_desk(engine, session, data_set_of(engine, found.data_set))
    if form not in FORMS or recipient not in recipients(engine):
        raise InputError(
            "expected a form and a recipient of the list, found another",
            reason="export-recipient",
            hint=f"recipients: {', '.join(recipients(engine))}",
            rests_on="released-statistics-only",
        )
    at = engine.ready()
    facts = (("question", statistic_id), ("recipient", recipient), ("form", form))
    if found.status != "released" or found.figures is None:
        refused = statistic_entry(
            engine, session, Act.STATISTIC_EXPORT, at, *facts, ("reason", "not-released"),
            purpose=purpose, data_set=found.data_set, outcome=Outcome.REFUSED,
        )  # fmt: skip
        await engine.flush.append(refused)
        raise DeniedError(
            "expected released figures, found figures nobody released",
            step=7,
            needed="a release, asked for and approved by a second member of staff",
            entry_id=refused.entry.id.hex(),
            reason="not-released",
            rests_on="released-statistics-only",
        )
    entry = statistic_entry(engine, session, Act.STATISTIC_EXPORT, at, *facts, purpose=purpose, data_set=found.data_set)

    async def body(tx: Transaction) -> None:
        await tx.run(
            "statistic_export_insert",
            export_id=random_id(),
            statistic_id=statistic_id,
            at=at,
            exported_by=session.login,
            recipient=recipient,
            form=form,
        )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    if form == "csv":
        return csv_of(found.figures, sheet_of(engine, found, language), language)
    return json_of(found.figures, {one: sheet_of(engine, found, one) for one in LANGUAGES})


def sheet_of(engine: Engine, found: Statistic, language: str) -> tuple[tuple[str, str], ...]:
    """Return the sheet of an answered question, heading by heading.

    Args:
        engine: Open.
        found: Answered.
        language: `en` or `ja`.
    """
    if found.figures is None:
        return ()
    policy = engine.policy.policy
    declared = all_data_sets(engine).get(found.data_set)
    purpose = policy.purposes.get(found.purpose)
    titles = dict.fromkeys(LANGUAGES, found.purpose) | (dict(purpose.titles) if purpose else {})
    facts = Facts(
        number=found.number,
        data_set=found.data_set,
        clause=found.clause,
        purpose=titles,
        built=day_of(found.built_at, policy.zone),
        released=day_of(found.released_at, policy.zone) if found.released_at else "",
        micro_rho=found.micro_rho,
        micro_rho_year=declared.budget.micro_rho_year if declared else found.micro_rho,
        delta=found.delta,
    )
    return sheet(facts, found.figures, language)
