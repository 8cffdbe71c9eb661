"""The console's promise board, and attesting what people keep."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import InputError
from kept.guarantees.board import promise_board
from kept.policy.flow import flow_svg
from kept.services.accounts import looked_into
from kept.services.accounts.looked_into import LOOK_UPS
from kept.services.cookies.first_scan import first_scan
from kept.services.cookies.scan import newest_scan
from kept.services.messages import holds
from kept.services.staff import attestations
from kept.services.staff.parties import told_parties
from kept.services.staff.sessions import logins
from kept.web import words
from kept.web.console.stepped import Staff
from kept.web.routes import STAFF, Menu, page, right


async def _board(exchange: Staff) -> Response:
    return await _page(exchange)


async def _page(exchange: Staff, error: InputError | None = None) -> Response:
    engine, alarms = exchange.engine, await looked_into.alarms(exchange.engine)
    return exchange.page(
        "board.html",
        422 if error else 200,
        board=await promise_board(engine),
        rests_on=words.rests_on,
        scan=await newest_scan(engine),
        first=await first_scan(engine),
        flow=flow_svg(exchange.policy, exchange.language),
        attestations=exchange.policy.attestations,
        attested=await attestations.attested(engine),
        parties=await told_parties(engine),
        may_attest=exchange.may("attest"),
        other_files=engine.policy_files != "same",
        look_ups=[one for one in alarms if one.kind == LOOK_UPS],
        sign_ins=[one for one in alarms if one.kind != LOOK_UPS],
        may_look=exchange.may("approve"),
        names=await logins(engine),
        error=error,
        leapt=bool(engine.clock.leapt_seconds),
        held=await holds.held_channels(engine),
    )


async def _try(exchange: Staff) -> Response:
    """Have a held channel tried at once."""
    await holds.try_now(exchange.engine, exchange.session, (await exchange.form("channel"))["channel"])
    return exchange.go("/campaigns")


async def _look_into(exchange: Staff) -> Response:
    form = await exchange.form("alarm", "note")
    try:
        await looked_into.look_into(exchange.engine, exchange.session, form["alarm"], form["note"])
    except InputError as error:
        return await _page(exchange, error)
    return exchange.go("/board#alarms")


async def _attest(exchange: Staff) -> Response:
    form = await exchange.form("name", "reference")
    await attestations.attest(exchange.engine, exchange.session, form["name"], form["reference"])
    return exchange.go("/board#attest")


PAGES = (
    page("/board", get=right("promises")(_board), menu=Menu("Promises")),
    page("/board/alarm", post=right("approve")(_look_into)),
    page("/held", post=STAFF(_try)),
    page("/attest", post=right("attest")(_attest)),
)
