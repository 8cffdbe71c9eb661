"""The console's page of the ledger: the newest entries, account parts only, and the checkpoint."""

from __future__ import annotations

from starlette.responses import Response

from kept.services.gate.history import newest_entries
from kept.services.staff.sessions import logins
from kept.web.console.stepped import Staff
from kept.web.routes import Menu, page, right


async def _ledger(exchange: Staff) -> Response:
    engine = exchange.engine
    return exchange.page(
        "ledger.html",
        names=await logins(engine),
        lines=await newest_entries(engine, 100),
        checkpoint=engine.published.note,
        key=str(engine.sequencer.verifier),
        waits=engine.published.checkpoint != engine.sequencer.checkpoint,
        witnesses=[] if engine.witnesses is None else engine.witnesses.standings,
        cosigned=() if engine.witnesses is None else engine.witnesses.cosigned_by,
    )


PAGES = (page("/ledger", get=right("ledger")(_ledger), menu=Menu("Ledger")),)
