"""The console's register of other parties: recipients, partners and authorities, and changing the key of one."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import InputError, KeptError, MalformedError
from kept.policy.duties import purpose_for
from kept.policy.words import PurposeDuty
from kept.services.engine.engine import Engine
from kept.services.staff import parties
from kept.services.staff.parties import PartyKind
from kept.web.console.stepped import Begun, Staff, Stepped, plain
from kept.web.form import Form
from kept.web.routes import Menu, duty, either, right

FIELDS = ("kind", "name", "title", "address", "representative", "key")


def _purposes(engine: Engine) -> list[str]:
    legal = purpose_for(engine.policy.policy, PurposeDuty.LEGAL_DISCLOSURE)
    return [one.purpose for one in engine.policy.policy.recipients.values()] + ([legal.id] if legal else [])


def _declared(engine: Engine) -> bool:
    return bool(parties.kinds_needed(engine))


SEES = either(duty("provision to third parties, or disclosure under a law", _purposes), right("approve"))
"""Who may ask for a change of one or the other kind: the service looks for which."""


async def _list(exchange: Staff, error: KeptError | None, form: Form, status: int) -> Response:
    engine = exchange.engine
    return exchange.page(
        "parties.html",
        status,
        made=await parties.all_parties(engine),
        in_effect=await parties.ids_in_effect(engine),
        kinds=parties.kinds_needed(engine),
        typed=form,
        error=error,
    )


async def _ask(exchange: Staff, form: Form) -> str:
    if form["kind"] not in set(PartyKind):
        raise InputError("expected what it is to us, found something else", field="kind", reason="party-kind")
    try:
        key = bytes.fromhex(form["key"].strip())
    except ValueError:
        key = b""  # which no party's key is
    texts = {one: form[one] for one in ("title", "address", "representative")}
    party = parties.new_party(PartyKind(form["kind"]), form["name"], **texts, public_key=key)
    return await parties.ask_party(exchange.engine, exchange.session, party)


PAGES = Stepped(
    path="/parties",
    needs=SEES,
    needs_one=SEES,
    overview=_list,
    begun=Begun(needs=SEES, fields=FIELDS, begin=_ask, refused=(InputError, MalformedError)),
    steps={"approve": plain(parties.CONFIRMING.approve), "object": plain(parties.object_to)},
    menu=Menu("Other parties"),
    where=_declared,
).pages()
