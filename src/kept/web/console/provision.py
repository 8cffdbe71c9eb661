"""The console's page of third parties: what may go to whom, asking, approving, the file, recalls."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from kept.errors import KeptError
from kept.services.engine.engine import Engine
from kept.services.staff.approvals import approved_by
from kept.services.staff.parties import PartyKind, party_of
from kept.services.third_parties import provisions, recalls, register
from kept.services.upkeep.approvals import marks
from kept.web.console.stepped import Begun, Staff, Stepped, approving, fetching, plain
from kept.web.form import Form
from kept.web.routes import FILE, OPENED, Menu, duty, either, page, right


def _purposes(engine: Engine) -> list[str]:
    return [one.purpose for one in engine.policy.policy.recipients.values()]


def _declared(engine: Engine) -> bool:
    return bool(_purposes(engine))


ACTS = duty("provision to third parties", _purposes)
SEES = either(ACTS, right("approve"))


async def _list(
    exchange: Staff,
    error: KeptError | None,
    form: Form,
    status: int,
    *,
    lines: Sequence[register.RegisterLine] | None = None,
) -> Response:
    del error, form
    engine, recipients = exchange.engine, exchange.policy.recipients
    return exchange.page(
        "provision.html",
        status,
        recipients=recipients.values(),
        seen=await marks(engine, exchange.session),
        registered={one: await party_of(engine, PartyKind.RECIPIENT, one) for one in recipients},
        acting=[one.id for one in recipients.values() if exchange.acts_for(one.purpose)],
        made=[(one, await approved_by(engine, one.approval_id)) for one in await provisions.all_provisions(engine)],
        recalls=await recalls.open_recalls(engine),
        register=lines,
    )


async def _register(exchange: Staff) -> Response:
    """The same page, with what the register says about people erased since: a look that is recorded."""
    form = await exchange.form()
    return await _list(exchange, None, form, 200, lines=await register.show_register(exchange.engine, exchange.session))


async def _confirmed(exchange: Staff, file_id: str, form: Form) -> None:
    await recalls.confirm_recall(exchange.engine, exchange.session, file_id, form["answer"])


async def _ask(exchange: Staff, form: Form) -> str:
    return await provisions.ask(exchange.engine, exchange.session, form["recipient"])


PAGES = (
    page("/provision/register", post=SEES(_register), where=_declared, shows=OPENED),
    *Stepped(
        path="/provision",
        needs=SEES,
        needs_one=SEES,
        overview=_list,
        begun=Begun(needs=SEES, fields=("recipient",), begin=_ask, refused=()),
        steps={
            "approve": approving(provisions.PROVIDING),
            "fetch": fetching(provisions.fetch, "application/json", "provision.json"),
            "recall": fetching(recalls.fetch_recall, "application/json", "recall.json"),
            "mail": plain(recalls.mail_recall),
            "confirmed": _confirmed,
        },
        fields=("answer",),
        menu=Menu("Third parties"),
        shows={"fetch": FILE, "recall": FILE},
        where=_declared,
    ).pages(),
)
