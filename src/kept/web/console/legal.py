"""The console's legal desk: requests of authorities, whom they name, asked against released, the bundle."""

from __future__ import annotations

from datetime import timedelta, tzinfo

from starlette.responses import Response

from kept import limits
from kept.errors import InputError, KeptError
from kept.policy.day import begin_of, local
from kept.services.authorities import disclosure_bundle, disclosure_record, disclosures, request_reading
from kept.services.authorities.disclosure_record import Terms
from kept.services.authorities.request_paper import media_type_of
from kept.services.engine.engine import Engine
from kept.services.staff.approvals import approved_by
from kept.services.staff.parties import PartyKind, all_parties, ids_in_effect
from kept.web.console.stepped import Begun, Staff, Stepped, approving, fetching, going_on, plain, sent_file
from kept.web.form import Form
from kept.web.routes import FILE, OPENED, Menu, duty, either, page, right

FIELDS = ("authority", "reference", "ground", "from", "to", "received", "due", "told", "told_from", "waits_for")


def _purposes(engine: Engine) -> list[str]:
    purpose = disclosure_record.purpose_of(engine)
    return [purpose.id] if purpose else []


ACTS = duty("disclosure under a law", _purposes)
SEES = either(ACTS, right("approve"))


async def _list(exchange: Staff, error: KeptError | None, form: Form, status: int) -> Response:
    engine, now = exchange.engine, exchange.now
    counts, zone = await ids_in_effect(engine), exchange.policy.zone
    today = local(now, zone)
    begin = {
        "received": f"{today:%Y-%m-%d}",
        "due": f"{today + timedelta(seconds=limits.DISCLOSURE_SUGGESTED_SECONDS):%Y-%m-%d}",
    }
    return exchange.page(
        "legal.html",
        status,
        made=await disclosure_record.all_disclosures(engine),
        acting=ACTS.met(engine, exchange.session),
        grounds=disclosures.grounds_of(engine),
        waits=disclosures.WAITS,
        silence=disclosures.silence_at_most(engine),
        authorities=[one for one in await all_parties(engine) if one.id in counts and one.kind is PartyKind.AUTHORITY],
        may_name=[exchange.policy.items[one] for one in disclosures.items_of(engine)],
        typed=form if error else {**form, **begin},
        error=error,
    )


async def _one(  # noqa: PLR0913 -- what its page may show
    exchange: Staff,
    disclosure: str,
    error: KeptError | None = None,
    status: int = 200,
    read: request_reading.Read | None = None,
    typed: Form | None = None,
) -> Response:
    engine = exchange.engine
    found = await disclosure_record.disclosure_of(engine, disclosure)
    return exchange.page(
        "legal_request.html",
        status,
        one=found,
        approver=await approved_by(engine, found.approval_id) if found.approval_id else "",
        acting=ACTS.met(engine, exchange.session),
        read=read,
        typed=typed or {},
        error=error,
    )


async def _read(exchange: Staff, disclosure: str, form: Form) -> Response:
    """The same page, with what the request says: a look that is recorded."""
    del form
    read = await request_reading.read_request(exchange.engine, exchange.session, disclosure)
    return await _one(exchange, disclosure, read=read)


async def _paper(exchange: Staff, disclosure: str, form: Form) -> Response:
    del form
    read = await request_reading.read_request(exchange.engine, exchange.session, disclosure)
    media_type = media_type_of(read.paper)
    return exchange.download(read.paper, media_type, f"request-{read.request.number}.{media_type.partition('/')[2]}")


async def _attach(exchange: Staff) -> Response:
    """Put the paper beside its request."""
    unverified, disclosure = await sent_file(exchange), exchange.path("id")
    try:
        await disclosures.attach_paper(exchange.engine, exchange.session, disclosure, unverified)
    except InputError as error:
        return await _one(exchange, disclosure, error, 422)
    return exchange.go(f"/legal/{disclosure}")


async def _record(exchange: Staff, form: Form) -> str:
    return await disclosures.record(exchange.engine, exchange.session, _terms(form, exchange.policy.zone))


async def _name_person(exchange: Staff, disclosure: str, form: Form) -> Response | None:
    engine = exchange.engine
    try:
        await disclosures.name_person(
            engine,
            exchange.session,
            disclosure,
            login_name=form["login_name"],
            criteria=form.filled(engine.findable(requests=True)),
        )
    except KeptError as error:
        status = {"not-found": 404, "disclosure-fixed": 403}.get(error.reason, 422)
        return await _one(exchange, disclosure, error, status, typed=form)
    return None


def _terms(form: Form, zone: tzinfo) -> Terms:
    told_from = {"at-once": 0.0, "later": _day(form["told_from"], zone)}.get(
        form["told"], -1.0
    )  # not chosen: no request
    return Terms(
        authority=form["authority"],
        reference=form["reference"],
        ground=form["ground"],
        items=form.lines("item"),
        starts_at=_day(form["from"], zone),
        ends_at=_day(form["to"], zone, end=True),
        received_at=_day(form["received"], zone),
        due_at=_day(form["due"], zone, end=True),
        told_from=told_from,
        waits_for=form["waits_for"] if form["told"] == "later" else "",
    )


def _day(text: str, zone: tzinfo, *, end: bool = False) -> float:
    """Return the begin of a day in the policy's zone, or its last second; -1 for what is no day, which no request accepts."""
    try:
        return begin_of(text.strip(), zone, after=1) - 1 if end else begin_of(text.strip(), zone)
    except ValueError:
        return -1.0


def _where(engine: Engine) -> bool:
    return bool(_purposes(engine))


PAGES = (
    page("/legal/{id}/paper", post=ACTS(_attach), where=_where),
    *Stepped(
        path="/legal",
        needs=SEES,
        needs_one=SEES,
        overview=_list,
        begun=Begun(needs=ACTS, fields=FIELDS, several=("item",), begin=_record, refused=(InputError,)),
        one=_one,
        steps={
            "person": _name_person,
            "read": _read,
            "paper": _paper,
            "ask": plain(disclosures.ask),
            "approve": approving(disclosures.DISCLOSING),
            "go-on": going_on(disclosure_bundle.bundle),
            "fetch": fetching(disclosure_bundle.fetch, "application/json", "bundle.json"),
        },
        fields=("login_name",),
        finds=True,
        menu=Menu("Legal desk"),
        shows={"read": OPENED, "paper": FILE, "fetch": FILE},
        where=_where,
    ).pages(),
)
