"""My data: what is held, why, until when, who used it; with a switch for each use, and everything to take along."""

from __future__ import annotations

from starlette.responses import Response

from kept.policy.duties import point_for, replying
from kept.policy.present import EXIT_TITLES, boxes, third_parties
from kept.policy.words import CookieDuty, Exit, PointKind
from kept.services.authorities.notifications import disclosures_to_authorities
from kept.services.cases.advertising_marks import mark
from kept.services.cases.contacts import ASKED as WAITS
from kept.services.cases.contacts import ORIGIN, PROGRAM, contacts_to
from kept.services.cases.emergencies import emergencies_about
from kept.services.cases.inquiries import ask, inquiries_of
from kept.services.figures.data_sets import all_data_sets
from kept.services.forms.reconsent import asked_again
from kept.services.gate.own_session import Own
from kept.services.instances.participations import parts_of
from kept.services.messages.taking_back import Going
from kept.services.my_data import choices, portability
from kept.services.my_data.message_reasons import messages_to
from kept.services.my_data.own_data import answers_in_words, own_data
from kept.services.third_parties.recalls import recalls_of
from kept.services.third_parties.register import lines_of
from kept.web.exchange import Exchange
from kept.web.routes import CUSTOMER, FILE, FRESH, Menu, page
from kept.web.site.addresses import waiting


async def _my_data(exchange: Exchange[Own]) -> Response:
    engine, own, language = exchange.engine, exchange.session, exchange.language
    mine = await own_data(engine, own, older=exchange.request.query_params.get("older", ""))
    unconfirmed = {one.slot for one in await waiting(exchange)}
    return exchange.page(
        "my_data.html",
        mine=mine,
        companies={one.word.id: one.title for one in mine.statements},
        waiting={one.slot: one for one in mine.held if one.slot in unconfirmed},
        exit_titles_by={way.value: titles[language] for way, titles in EXIT_TITLES.items()},
        on_form=_asked_on_form(exchange),
        third_parties={one: third_parties(exchange.policy, one, language) for one in exchange.policy.purposes},
        counted={
            purpose for one in all_data_sets(engine).values() if one.about == "person" for purpose in one.purposes
        },
        fresh=own.fresh(exchange.now),
        under_way=exchange.number("under-way"),
        faxes_held=exchange.number("faxes"),
        device_marked=bool(exchange.web.cookies.sent(exchange.jar, CookieDuty.DEVICE)),
        registered=await lines_of(engine, own.person_id),
        recalls=await recalls_of(engine, own.person_id),
        contacts=[one for one in await contacts_to(engine, own.person_id) if one[0].state != WAITS],
        inquiries=await inquiries_of(engine, own.person_id),
        replies=replying(exchange.policy) is not None,
        asked_again=await asked_again(engine, own.person_id),
        parts_taken=await parts_of(engine, own.person_id),
        answers=await answers_in_words(engine, mine, language),
        disclosed=await disclosures_to_authorities(engine, own.person_id),
        emergencies=await emergencies_about(engine, own.person_id),
        messages=[
            one for one in await messages_to(engine, own.person_id, language) if one.origin not in {ORIGIN, PROGRAM}
        ],
    )


def _asked_on_form(exchange: Exchange[Own]) -> frozenset[str]:
    """Return the purposes one can say yes to on the registration form, after its notice."""
    policy, language = exchange.policy, exchange.language
    point = point_for(policy, PointKind.REGISTRATION)
    if point is None or language not in policy.languages:
        return frozenset()
    return frozenset(one.purpose for one in boxes(policy, point.id, language))


async def _choose(exchange: Exchange[Own]) -> Response:
    """A yes or a no."""
    form = await exchange.form("purpose", "exit", "allow")
    way_out = form.one_of("exit", "", *Exit)
    said = await choices.choose(
        exchange.engine,
        exchange.session,
        form["purpose"],
        Exit(way_out) if way_out else None,
        allow=form.says_yes("allow"),
    )
    return _answered(exchange, said)


async def _mark(exchange: Exchange[Own]) -> Response:
    """Say that a message was advertising."""
    await mark(exchange.engine, exchange.session, (await exchange.form("message"))["message"])
    return exchange.go("/my-data#contacts")


async def _ask(exchange: Exchange[Own]) -> Response:
    """Ask to be got in touch with."""
    await exchange.form()
    await ask(exchange.engine, exchange.session)
    return exchange.go("/my-data#asked")


async def _stop(exchange: Exchange[Own]) -> Response:
    """Stop a use, or resume it."""
    form = await exchange.form("purpose", "stop")
    said = await choices.stop_use(exchange.engine, exchange.session, form["purpose"], stop=form.says_yes("stop"))
    return _answered(exchange, said)


def _answered(exchange: Exchange[Own], said: choices.Said) -> Response:
    """Go back to the choices."""
    return exchange.go(f"/my-data{late(said.going)}#choices")


def late(going: Going) -> str:
    """Return the part of an address that carries what a no came too late for, and nothing else; empty for nothing."""
    return f"?under-way={going.under_way}&faxes={going.faxes_held}" if going.under_way or going.faxes_held else ""


async def _take_along(exchange: Exchange[Own]) -> Response:
    await exchange.form()
    packed = await portability.take_along(exchange.engine, exchange.session, exchange.language)
    return exchange.download(packed, "application/zip", "my-data.zip")


PAGES = (
    page("/my-data", get=CUSTOMER(_my_data), menu=Menu("My data")),
    page("/my-data/choice", post=CUSTOMER(_choose)),
    page("/my-data/advertising", post=CUSTOMER(_mark)),
    page("/my-data/ask", post=CUSTOMER(_ask), where=lambda engine: replying(engine.policy.policy) is not None),
    page("/my-data/stop", post=CUSTOMER(_stop)),
    page("/my-data/take-along", post=FRESH(_take_along), shows=FILE),
)
