"""The evidence a person holds: receipts of what they gave, proofs of their own lines in the ledger, checked here or elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from kept.errors import InputError
from kept.policy import phrase
from kept.policy.words import Exit
from kept.services.forms.instance_record import standing
from kept.services.forms.receipts import Receipt, receipts_of
from kept.services.gate.history import checkpoint_before, proof_of
from kept.services.gate.own_session import Own
from kept.services.my_data.act_reasons import stop_act, why_of
from kept.web.exchange import Exchange
from kept.web.routes import CUSTOMER, page
from kept.web.site.addresses import waiting
from kept.web.site.my_data import late


async def _receipts(exchange: Exchange[Own]) -> Response:
    return exchange.page("receipts.html", receipts=await receipts_of(exchange.engine, exchange.session))


async def _one(exchange: Exchange[Own]) -> Response:
    """One receipt of what was given on a form: where the form leads to, and to be seen again at any time."""
    receipt, kind = await _of_path(exchange)
    if receipt is None or kind not in {"consent", "witnessed"}:
        return exchange.missing()
    instance = str(receipt.record.get("instance", ""))
    return exchange.page(
        "receipt.html",
        receipt=receipt.record,
        receipt_id=receipt.id,
        said=_said(exchange, receipt.record),
        took_part=await standing(exchange.engine, instance) if instance else None,
        waiting=await waiting(exchange),
    )


def _said(exchange: Exchange[Own], record: Mapping[str, Any]) -> dict[str, str]:
    """Return what each box of a receipt is called: in the words it had, or where the page is in another language, in that."""
    policy, language = exchange.engine.policy.policy, exchange.language
    choices = record.get("choices", ())
    if record["dpv:hasNotice"]["dct:language"] == language:
        return {one["box"]: one["title"] for one in choices}
    said = {}
    for one in choices:
        purpose, way, to = one["box"].split("/")
        known = purpose in policy.purposes and (not to or to in policy.recipients)
        how = (
            phrase.say(phrase.EXITS[Exit(way)], language)
            if way
            else policy.recipients[to].names[language]
            if known and to
            else ""
        )
        said[one["box"]] = (
            " · ".join(filter(None, (policy.purposes[purpose].titles[language], how))) if known else one["title"]
        )
    return said


async def _file(exchange: Exchange[Own]) -> Response:
    receipt, _ = await _of_path(exchange)
    if receipt is None:
        return exchange.missing()
    text = json.dumps(receipt.record, ensure_ascii=False, indent=2)
    return exchange.download(text, "application/ld+json", f"receipt-{receipt.id[:8]}.jsonld")


async def _of_path(exchange: Exchange[Own]) -> tuple[Receipt | None, str]:
    """Return the receipt the path names, and its kind; None where the person has none of that number."""
    for receipt, kind, _ in await receipts_of(exchange.engine, exchange.session):
        if receipt.id == exchange.path("receipt"):
            return receipt, kind
    return None, ""


async def _proof(exchange: Exchange[Own]) -> Response:
    """One proof, for checking without this page."""
    entry = exchange.path("entry")
    proof = await proof_of(exchange.engine, exchange.session, entry)
    return exchange.download(proof.text(), "text/plain", f"{entry[:12]}.tlog-proof")


async def _verify(exchange: Exchange[Own]) -> Response:
    """Verify one line in the browser."""
    engine, entry = exchange.engine, exchange.path("entry")
    key = str(engine.sequencer.verifier)
    try:
        proof = await proof_of(engine, exchange.session, entry)
    except InputError as error:
        if error.reason != "entry-pending":
            raise
        return exchange.page("verify.html", proof=None, entry=entry, key=key, older="", sizes=None)
    older = await checkpoint_before(engine, proof.index)
    sizes = [note.split("\n")[1] for note in (older, proof.checkpoint)] if older else None
    return exchange.page("verify.html", proof=proof.text(), entry=entry, key=key, older=older, sizes=sizes)


async def _why(exchange: Exchange[Own]) -> Response:
    """Why one line was written: what of it can be stopped, right there, and why the rest cannot."""
    found = await why_of(exchange.engine, exchange.session, exchange.path("entry"))
    return exchange.page(
        "act_why.html", one=found, under_way=exchange.number("under_way"), faxes_held=exchange.number("faxes")
    )


async def _stop(exchange: Exchange[Own]) -> Response:
    """Stop it, and go back to the page."""
    form, entry = await exchange.form("way"), exchange.path("entry")
    said = await stop_act(exchange.engine, exchange.session, entry, form["way"])
    return exchange.go(f"/my-data/why/{entry}", **late(said.going))


PAGES = (
    page("/my-data/receipts", get=CUSTOMER(_receipts)),
    page("/my-data/receipts/{receipt}", get=CUSTOMER(_one)),
    page("/my-data/receipt/{receipt}.jsonld", get=CUSTOMER(_file)),
    page("/my-data/proof/{entry}.tlog-proof", get=CUSTOMER(_proof)),
    page("/my-data/verify/{entry}", get=CUSTOMER(_verify)),
    page("/my-data/why/{entry}", get=CUSTOMER(_why), post=CUSTOMER(_stop)),
)
