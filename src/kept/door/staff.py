"""A member of staff, signed in with both factors: every act of the staff console, under the same rules.

Each line below names a function the console's pages call; arguments and errors are described there.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

from kept.door.view import View
from kept.services.authorities import disclosures
from kept.services.campaigns import campaigns, candidates
from kept.services.cases import cases, contacts, do_not_contact, emergencies
from kept.services.engine.engine import Engine
from kept.services.figures import exports, projections, queries, releases
from kept.services.instances import contests, events, instances, questionnaires, sweepstakes
from kept.services.messages import calls, letters, unknown_outcome
from kept.services.my_data import rights_requests
from kept.services.staff import activation, attestations, parties
from kept.services.staff.sessions import StaffSession, require_session
from kept.services.third_parties import provisions, recalls, register
from kept.services.upkeep import approvals

P = ParamSpec("P")
T = TypeVar("T")
Act = Callable[Concatenate["Staff", P], Coroutine[Any, Any, T]]


def act(service: Callable[Concatenate[Engine, StaffSession, P], Awaitable[T]]) -> Act[P, T]:
    """Make a method of a service that acts for a member of staff.

    Args:
        service: Takes the engine and the session first.
    """

    async def method(self: Staff, /, *args: P.args, **named: P.kwargs) -> T:
        return await service(*await self._acting(), *args, **named)

    return _bare(method, service, leading=2)


def look(service: Callable[Concatenate[Engine, P], Awaitable[T]]) -> Act[P, T]:
    """Make a method of a service that anybody on the console may ask.

    Args:
        service: Takes the engine first.
    """

    async def method(self: Staff, /, *args: P.args, **named: P.kwargs) -> T:
        engine, _ = await self._acting()
        return await service(engine, *args, **named)

    return _bare(method, service, leading=1)


def _bare(method: Act[P, T], service: Callable[..., object], *, leading: int) -> Act[P, T]:
    """Let a method say what its service says, without the engine and the session."""
    update_wrapper(method, service)
    whole = inspect.signature(service)
    kept = list(whole.parameters.values())[leading:]
    first = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    method.__signature__ = whole.replace(parameters=[first, *kept])  # type: ignore[attr-defined]
    return method


class Staff(View):
    """A member of staff at work; what they may do is what their roles may.

    Args:
        engine: Open.
        token: Of their session.
    """

    def __init__(self, engine: Engine, token: str) -> None:
        super().__init__(engine)
        self._token = token

    async def _acting(self) -> tuple[Engine, StaffSession]:
        return self._engine, await require_session(self._engine, self._token)

    # cases
    open_case = act(cases.open_case)
    case = act(cases.case_of)
    my_cases = act(cases.cases_of)
    find_in_case = act(cases.find_in_case)
    items_of_case = act(cases.items_of_case)
    open_item = act(cases.open_item)
    close_case = act(cases.close_case)
    ways_to_write = act(contacts.ways_of)
    write = act(contacts.write_to)
    write_again = act(contacts.write_again)
    written = act(contacts.contacts_of)
    note_do_not_contact = act(do_not_contact.note_in_case)
    open_emergency = act(emergencies.open_emergency)
    review_emergency = act(emergencies.review)
    all_emergencies = look(emergencies.all_emergencies)
    # what people ask
    open_request = act(rights_requests.open_request)
    request = look(rights_requests.request_of)
    check_identity = act(rights_requests.check_identity)
    ask_request_approval = act(rights_requests.ask_approval)
    finish_export = act(rights_requests.finish_export)
    finish_erase = act(rights_requests.finish_erase)
    # the policy, and what people keep
    activate = act(activation.activate)
    waiting_approvals = act(approvals.waiting)
    approve = act(approvals.approve)
    attest = act(attestations.attest)
    # messages
    draft_campaign = act(campaigns.draft)
    count_campaign = act(candidates.preview)
    ask_campaign = act(candidates.ask)
    stop_campaign = act(campaigns.stop)
    all_campaigns = look(campaigns.all_campaigns)
    campaign_results = look(campaigns.results)
    send_again = act(unknown_outcome.send_again)
    waiting_letters = act(letters.waiting_runs)
    fetch_letters = act(letters.fetch)
    begin_calls = act(calls.begin)
    show_number = act(calls.show_number)
    end_call = act(calls.end_call)
    # questionnaires, contests, sweepstakes, events
    draft_instance = act(instances.draft)
    open_instance = act(instances.open_instance)
    close_instance = act(instances.close_instance)
    count_answers = act(questionnaires.count_answers)
    open_answer = act(questionnaires.open_answer)
    entries = act(contests.entries_of)
    open_entry = act(contests.open_entry)
    choose_winner = act(contests.choose_winner)
    ask_publish = act(contests.PUBLICATION.ask)
    publish = act(contests.publish)
    draw_lots = act(sweepstakes.draw_lots)
    open_prize_address = act(sweepstakes.open_address)
    deliver_prize = act(sweepstakes.deliver)
    ask_check_in_list = act(events.LIST.ask)
    check_in_list = act(events.check_in_list)
    arrived = act(events.arrived)
    # third parties and authorities
    ask_provision = act(provisions.ask)
    fetch_provision = act(provisions.fetch)
    all_provisions = look(provisions.all_provisions)
    open_recalls = look(recalls.open_recalls)
    fetch_recall = act(recalls.fetch_recall)
    confirm_recall = act(recalls.confirm_recall)
    ask_party = act(parties.ask_party)
    all_parties = look(parties.all_parties)
    show_register = act(register.show_register)
    record_disclosure = act(disclosures.record)
    name_person = act(disclosures.name_person)
    attach_paper = act(disclosures.attach_paper)
    read_disclosure = act(disclosures.read_request)
    ask_disclosure = act(disclosures.ask)
    fetch_disclosure = act(disclosures.fetch)
    all_disclosures = look(disclosures.all_disclosures)
    # figures
    build_figures = act(projections.build)
    ask_figure = act(queries.ask)
    all_figures = look(queries.all_statistics)
    figure = look(queries.statistic_of)
    ask_release = act(releases.ask_release)
    export_figure = act(exports.export)
