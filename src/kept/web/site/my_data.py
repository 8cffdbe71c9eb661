"""My data: what is held, why, until when, and who used it."""

from __future__ import annotations

from starlette.responses import Response

from kept.policy.present import EXIT_TITLES
from kept.services.accounts import remember_me
from kept.services.authorities.notifications import disclosures_to_authorities
from kept.services.cases.contacts import ORIGIN, PROGRAM, contacts_to
from kept.services.cases.emergencies import emergencies_about
from kept.services.engine.engine import Engine
from kept.services.forms.instance_record import standing
from kept.services.forms.reconsent import asked_again
from kept.services.gate.own_session import Own
from kept.services.instances.participations import parts_of
from kept.services.my_data.message_reasons import messages_to
from kept.services.my_data.own_data import OwnData, own_data
from kept.services.third_parties.recalls import provisions_to
from kept.web.exchange import Exchange
from kept.web.needs import CUSTOMER
from kept.web.routes import Menu, page


async def _my_data(exchange: Exchange[Own]) -> Response:
    """Everything about the person, for themselves."""
    engine, own, language = exchange.engine, exchange.session, exchange.language
    mine = await own_data(engine, own, older=exchange.request.query_params.get("older", ""))
    return exchange.page(
        "my_data.html",
        mine=mine,
        exit_titles=EXIT_TITLES,
        exit_titles_by={way.value: titles[language] for way, titles in EXIT_TITLES.items()},
        fresh=own.fresh(exchange.now),
        devices=await remember_me.devices_of(engine, own),
        provided=await provisions_to(engine, own.person_id),
        contacts=await contacts_to(engine, own.person_id),
        asked_again=await asked_again(engine, own.person_id),
        parts_taken=await parts_of(engine, own.person_id),
        answers=await _answers(engine, mine, language),
        disclosed=await disclosures_to_authorities(engine, own.person_id),
        emergencies=await emergencies_about(engine, own.person_id),
        messages=[
            one for one in await messages_to(engine, own.person_id, language) if one.origin not in {ORIGIN, PROGRAM}
        ],
    )


async def _answers(engine: Engine, mine: OwnData, language: str) -> dict[str, list[tuple[str, str]]]:
    """Return, for values that are answers, each question with its answer as the person reads it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for held in mine.held:
        instance = held.slot.partition("#")[2]
        if not instance or isinstance(held.value, str):
            continue
        file = (await standing(engine, instance)).file
        for line in held.value:
            name, _, answer = line.partition("=")
            question = file.question(name)
            if question is not None:
                said = question.options.get(answer, {}).get(language, answer)
                found.setdefault(held.slot, []).append((question.ask[language], said))
    return found


async def _forget_device(exchange: Exchange[Own]) -> Response:
    """Forget one remembered device, or all."""
    series = (await exchange.form("series"))["series"]
    await remember_me.forget(exchange.engine, exchange.session, "" if series == "*" else series or "-")
    return exchange.go("/my-data#devices")


PAGES = (
    page("/my-data", get=CUSTOMER(_my_data), menu=Menu("My data")),
    page("/my-data/devices/forget", post=CUSTOMER(_forget_device)),
)
