"""What the service logs holds no item, address, user agent or query."""

from __future__ import annotations

import logging

from kept.guarantees.guarantee import Finding, Guarantee, Known
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    access = logging.getLogger("uvicorn.access")
    return Finding(
        access.disabled or not access.isEnabledFor(logging.INFO) or not access.handlers,
        "the server's access log is off; errors name steps and clauses only",
    )


GUARANTEE = Guarantee(
    id="clean-logs",
    sentence={
        "en": "What the service logs holds no item, address, user agent or query.",
        "ja": "サービスの記録には、項目・アドレス・利用環境・検索語を残しません。",
    },
    enforced_at=("kept.cli.serve",),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/clauses/test_5_5_leakage.py::test_a_server_that_writes_addresses_to_a_log_breaks_the_promise_on_the_board",
)
