"""The console's page of what other companies give: taking a file in, what is in quarantine and why, trying again."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import EvidenceError, InputError, KeptError
from kept.services.engine.engine import Engine
from kept.services.staff.parties import PartyKind, all_parties, ids_in_effect
from kept.services.staff.sessions import logins
from kept.services.third_parties import intake
from kept.web.console.stepped import Staff, sent_file
from kept.web.routes import Menu, page, right

VOUCHES = right("witness")
"""Who may vouch for a paper or a call may take in what a partner vouches for."""


async def _look(exchange: Staff) -> Response:
    return await _page(exchange)


async def _take_in(exchange: Staff) -> Response:
    """Take in a signed file."""
    unverified = await sent_file(exchange)
    try:
        await intake.take_in(exchange.engine, unverified, by=exchange.session.acting())
    except (InputError, EvidenceError) as error:
        return await _page(exchange, error, 422)
    return exchange.go("/intake")


async def _try_again(exchange: Staff) -> Response:
    """Try what is in quarantine again."""
    await exchange.form()
    await intake.try_again(exchange.engine, exchange.path("intake"))
    return exchange.go("/intake")


async def _page(exchange: Staff, error: KeptError | None = None, status: int = 200) -> Response:
    counts = await ids_in_effect(exchange.engine)
    return exchange.page(
        "intake.html",
        status,
        error=error,
        names=await logins(exchange.engine),
        partners=[
            one for one in await all_parties(exchange.engine) if one.id in counts and one.kind is PartyKind.PARTNER
        ],
        made=await intake.all_intakes(exchange.engine),
    )


def _declared(engine: Engine) -> bool:
    return bool(engine.clause("sources:partner"))


PAGES = (
    page("/intake", get=VOUCHES(_look), post=VOUCHES(_take_in), menu=Menu("From other companies"), where=_declared),
    page("/intake/{intake}", post=VOUCHES(_try_again), where=_declared),
)
