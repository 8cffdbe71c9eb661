"""The console's cases: opened for one purpose, for one person, to open single items and to reach them."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from starlette.responses import Response

from kept.errors import DeniedError, InputError, KeptError, NotFoundError
from kept.policy.channel import CHANNELS
from kept.policy.words import Exit
from kept.services.cases import cases, contacts, inquiries, other_words
from kept.services.cases.do_not_contact import note_in_case
from kept.services.engine.people import Person
from kept.services.gate.released import Released
from kept.services.messages.sealed_words import OTHER
from kept.services.staff import more_look_ups
from kept.web.console.stepped import Staff, beside
from kept.web.form import Form
from kept.web.routes import OPENED, STAFF, page


async def _open(exchange: Staff) -> Response:
    form = await exchange.form("purpose")
    case = await cases.open_case(exchange.engine, exchange.session, form["purpose"])
    return exchange.go(f"/case/{case.id}")


async def _case(exchange: Staff) -> cases.Case:
    """Load the case of the path: once per request, whatever is done with it."""
    return await cases.case_of(exchange.engine, exchange.session, exchange.path("case"))


async def _look(exchange: Staff) -> Response:
    """One case: find its person, see the names of the items it may open."""
    return await _page(exchange, await _case(exchange))


async def _again(exchange: Staff) -> Response:
    """Loaded again after a refusal or an opened item: the case itself; nothing is done a second time."""
    return exchange.go(f"/case/{exchange.path('case')}")


async def _find(exchange: Staff) -> Response:
    findable = exchange.engine.findable()
    form = await exchange.form(*findable)
    case = await _case(exchange)
    try:
        await cases.find_in_case(exchange.engine, exchange.session, case, form.filled(findable))
    except (NotFoundError, InputError, DeniedError) as error:
        return await _page(exchange, case, error, typed=form)
    return await _again(exchange)


async def _more(exchange: Staff) -> Response:
    """Ask a second member of staff for more look-ups today."""
    await exchange.form()
    await more_look_ups.ask(exchange.engine, exchange.session, (await _case(exchange)).purpose)
    return exchange.go(f"/case/{exchange.path('case')}", done="more-look-ups")


async def _open_item(exchange: Staff) -> Response:
    """Open one item on this screen, once."""
    item = (await exchange.form("item"))["item"]
    case = await _case(exchange)
    person = await cases.holder_of(exchange.engine, case, (item,))
    try:
        card = await cases.open_item(exchange.engine, exchange.session, case, item, person)
    except DeniedError as error:
        return await _page(exchange, case, error, person=person)
    return await _page(exchange, case, opened={item: card[item]}, person=person)


async def _close(exchange: Staff) -> Response:
    await exchange.form()
    await cases.close_case(exchange.engine, exchange.session, exchange.path("case"))
    return exchange.go("")


async def _not_again(exchange: Staff) -> Response:
    """Note that the case's person does not want to be written to."""
    form = await exchange.form("channel")
    channel = Exit(form["channel"]) if form["channel"] in CHANNELS else Exit.SCREEN
    return await _beside(exchange, note_in_case(exchange.engine, exchange.session, exchange.path("case"), channel))


async def _write(exchange: Staff) -> Response:
    """Write what the policy declares, or ask a second member of staff to let other words go."""
    form = await exchange.form("channel", "kind", "title", "text", "why")
    case, engine, session = await _case(exchange), exchange.engine, exchange.session
    try:
        if form["kind"] == OTHER:
            said = form["title"], form["text"], form["why"]
            await other_words.ask_to_write(engine, session, case, form["channel"], *said)
        else:
            await contacts.write_to(engine, session, case, form["channel"], form["kind"], form["text"])
    except (DeniedError, InputError) as error:
        return await _page(exchange, case, error, typed=form)
    return exchange.go(f"/case/{case.id}#contact")


async def _asked(exchange: Staff) -> Response:
    """Note that the case's person asked us, and how."""
    form = await exchange.form("way")
    case = await _case(exchange)
    noting = inquiries.note_in_case(exchange.engine, exchange.session, case, form["way"])
    return await _beside(exchange, noting, "#contact")


async def _write_again(exchange: Staff) -> Response:
    """Send again what may have gone."""
    form = await exchange.form("message")
    case = await _case(exchange)
    sending = contacts.write_again(exchange.engine, exchange.session, case, form["message"])
    return await _beside(exchange, sending, "#contact")


async def _beside(exchange: Staff, act: Awaitable[object], then: str = "") -> Response:
    """Do something in a case; what is refused is said on the case."""
    try:
        await act
    except (DeniedError, InputError) as error:
        return await _page(exchange, await _case(exchange), error)
    return exchange.go(f"/case/{exchange.path('case')}{then}")


async def _page(  # noqa: PLR0913 -- what a case may show
    exchange: Staff,
    case: cases.Case,
    error: KeptError | None = None,
    *,
    opened: dict[str, Released[Any]] | None = None,
    typed: Form | None = None,
    person: Person | None = None,
) -> Response:
    """Answer one case: the items it may open, the ways it may reach its person by, what was written.

    Args:
        exchange: The request it answers.
        case: One of the staff member's own.
        error: What was refused, shown above.
        opened: Items released for this answer.
        typed: What was typed, where it was refused.
        person: The case's person, where they are loaded already.
    """
    policy, engine = exchange.policy, exchange.engine
    over = case.closed or case.expires_at < exchange.now
    person = None if over else person or await cases.holder_of(engine, case)
    shown: dict[str, str] = {}
    for slot, released in (opened or {}).items():
        with released.open(Exit.SCREEN) as value:
            titles = policy.items[slot].option_titles
            given = value if isinstance(value, tuple) else (value,)
            shown[slot] = ", ".join(titles.get(one, {}).get(exchange.language, one) for one in given)
    return exchange.page(
        "case.html",
        beside(error) if error else 200,
        case=case,
        over=over,
        decisions=await cases.items_of_case(engine, exchange.session, case, person) if person else {},
        stated=await cases.stated_items(engine, exchange.session, case, person) if person else {},
        shown=shown,
        error=error,
        ways=await contacts.ways_of(engine, exchange.session, case, person) if person else [],
        contacts=await contacts.contacts_of(engine, exchange.session, case),
        inquiry=await inquiries.inquiry_of(engine, case) if person else None,
        typed=typed or {},
        asked_more=not error and exchange.said.get("done") == "more-look-ups",
    )


PAGES = (
    page("/case", post=STAFF(_open)),
    page("/case/{case}", get=STAFF(_look)),
    page("/case/{case}/find", get=STAFF(_again), post=STAFF(_find)),
    page("/case/{case}/more-look-ups", get=STAFF(_again), post=STAFF(_more)),
    page("/case/{case}/open", get=STAFF(_again), post=STAFF(_open_item), shows=OPENED),
    page("/case/{case}/close", post=STAFF(_close)),
    page("/case/{case}/not-again", get=STAFF(_again), post=STAFF(_not_again)),
    page("/case/{case}/asked", get=STAFF(_again), post=STAFF(_asked)),
    page("/case/{case}/contact", get=STAFF(_again), post=STAFF(_write)),
    page("/case/{case}/contact/again", get=STAFF(_again), post=STAFF(_write_again)),
)
