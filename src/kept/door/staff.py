"""A member of staff, signed in with both factors: every act of the staff console, under the same rules.

Each line below names a function the console's pages call; arguments and errors are described there.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

from kept.door.view import View
from kept.guarantees.board import promise_board
from kept.services.accounts import looked_into
from kept.services.authorities import disclosure_bundle, disclosure_record, disclosures, request_reading
from kept.services.campaigns import campaigns, candidates, outcomes
from kept.services.cases import (
    advertising_marks,
    cases,
    contacts,
    do_not_contact,
    emergencies,
    inquiries,
    other_words,
    witnessed_entry,
    witnessing,
)
from kept.services.engine.engine import Engine
from kept.services.engine.record import About, Actor
from kept.services.figures import exports, projections, queries, releases
from kept.services.figures.offers import offers_to
from kept.services.gate import head_counts
from kept.services.gate.canaries import acknowledge, alarms
from kept.services.gate.history import newest_entries
from kept.services.gate.witnessed_form import standing as witnessed_form_standing
from kept.services.instances import contests, events, instances, questionnaires, sweepstakes
from kept.services.messages import call_sheets, calls, holds, letters, stop_list, unknown_outcome
from kept.services.my_data import disowning, rights_answers, rights_decisions, rights_paper, rights_requests
from kept.services.staff import activation, attestations, more_look_ups, parties
from kept.services.staff.sessions import StaffSession, require_session, session_of
from kept.services.third_parties import intake as intakes
from kept.services.third_parties import provisions, recalls, register
from kept.services.third_parties.intake import Intake, take_in
from kept.services.upkeep import after_restore, approvals
from kept.web.console import rights
from kept.web.console.campaigns import SEES as SEES_CAMPAIGNS
from kept.web.console.intake import VOUCHES
from kept.web.console.legal import SEES as SEES_DISCLOSURES
from kept.web.console.parties import SEES as SEES_PARTIES
from kept.web.console.provision import SEES as SEES_PROVISIONS
from kept.web.console.statistics import SEES as SEES_FIGURES
from kept.web.console.witnessed import SEES as SEES_WITNESSED
from kept.web.routes import Needs, right

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


def look(service: Callable[Concatenate[Engine, P], Awaitable[T]], needs: Needs[StaffSession]) -> Act[P, T]:
    """Make a method of a service that asks nobody who they are: whoever its page lets in may ask it here.

    Args:
        service: Takes the engine first.
        needs: What its page needs.
    """

    async def method(self: Staff, /, *args: P.args, **named: P.kwargs) -> T:
        engine, session = await self._acting()
        needs.admit(engine, session)
        return await service(engine, *args, **named)

    return _bare(method, service, leading=1)


def look_into(service: Callable[[Engine, str], Awaitable[T]]) -> Act[[str], T]:
    """Make a method that looks into one instance, for who acts for the purpose of its point.

    Args:
        service: Takes the engine and the instance's id.
    """

    async def method(self: Staff, instance_id: str) -> T:
        engine, session = await self._acting()
        await instances.standing_for(engine, session, instance_id)
        return await service(engine, instance_id)

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

    async def _refused_to(self) -> tuple[Actor, About | None] | None:
        session = await session_of(self._engine, self._token)
        return (session.acting(), None) if session is not None else None

    # cases
    open_case = act(cases.open_case)
    case = act(cases.case_of)
    my_cases = act(cases.cases_of)
    find_in_case = act(cases.find_in_case)
    items_of_case = act(cases.items_of_case)
    stated_items = act(cases.stated_items)
    open_item = act(cases.open_item)
    close_case = act(cases.close_case)
    ways_to_write = act(contacts.ways_of)
    write = act(contacts.write_to)
    ask_to_write = act(other_words.ask_to_write)
    asked = act(inquiries.waiting_inquiries)
    take_inquiry = act(inquiries.take)
    note_inquiry = act(inquiries.note_in_case)
    write_again = act(contacts.write_again)
    written = act(contacts.contacts_of)
    advertising = act(advertising_marks.marked)
    settle_advertising = act(advertising_marks.settle)
    note_do_not_contact = act(do_not_contact.note_in_case)
    open_emergency = act(emergencies.open_emergency)
    review_emergency = act(emergencies.review)
    all_emergencies = act(emergencies.emergencies_for)
    # what people ask
    open_request = act(rights_requests.open_request)
    add_to_request = act(rights_requests.add_part)
    all_requests = look(rights_requests.requests, rights.ACTS)
    request = look(rights_requests.request_of, rights.SEES)
    read_request = act(rights_requests.read_request)
    put_request_paper = act(rights_paper.attach_paper)
    request_paper = act(rights_paper.open_paper)
    check_identity = act(rights_decisions.check_identity)
    note_request_fee = act(rights_decisions.note_fee)
    decide_request = act(rights_decisions.decide)
    withhold_from_copy = act(rights_decisions.withhold)
    ask_request_approval = act(rights_decisions.ask_approval)
    answer_request = act(rights_answers.answer)
    answer_unshown = act(rights_answers.answer_unshown)
    # the policy, and what people keep
    activate = act(activation.activate)
    waiting_approvals = act(approvals.waiting)
    restore_report = look(after_restore.report_of, right("approve"))
    erase_again = act(after_restore.erase_again)
    sign_restore = act(after_restore.sign)
    approve = act(approvals.approve)
    ask_more_look_ups = act(more_look_ups.ask)
    attest = act(attestations.attest)
    policy_versions = look(activation.versions, right("promises"))
    board = look(promise_board, right("promises"))
    attestations = look(attestations.attested, right("promises"))
    ledger = look(newest_entries, right("ledger"))
    # messages
    draft_campaign = act(campaigns.draft)
    count_campaign = act(candidates.preview)
    campaign_counted = look(candidates.previewed, SEES_CAMPAIGNS)
    head_counts_left = look(head_counts.counts_left, SEES_CAMPAIGNS)
    ask_campaign = act(candidates.ask)
    stop_campaign = act(campaigns.stop)
    go_on_with_campaign = look(candidates.queue, right("approve"))
    all_campaigns = look(campaigns.all_campaigns, SEES_CAMPAIGNS)
    campaign = look(campaigns.standing, SEES_CAMPAIGNS)
    count_campaign_results = act(outcomes.count_outcome)
    campaign_results = look(outcomes.counted_outcome, SEES_CAMPAIGNS)
    campaign_progress = look(outcomes.progress, SEES_CAMPAIGNS)
    stop_counts = look(stop_list.counts, SEES_CAMPAIGNS)
    send_again = act(unknown_outcome.send_again)
    held_channels = look(holds.held_channels, SEES_CAMPAIGNS)
    try_channel = act(holds.try_now)
    waiting_letters = act(letters.waiting_runs)
    fetch_letters = act(letters.fetch)
    all_call_sheets = act(call_sheets.sheets_of)
    call_sheet = act(call_sheets.sheet_of)
    begin_calls = act(calls.begin)
    show_number = act(calls.show_number)
    end_call = act(calls.end_call)
    # questionnaires, contests, sweepstakes, events
    all_instances = act(instances.instances_of)
    instance = act(instances.standing_for)
    draft_instance = act(instances.draft)
    open_instance = act(instances.open_instance)
    close_instance = act(instances.close_instance)
    count_answers = act(questionnaires.count_answers)
    answers_counted = look_into(questionnaires.results_of)
    answers = look_into(questionnaires.numbers_of)
    open_answer = act(questionnaires.open_answer)
    entries = act(contests.entries_of)
    open_entry = act(contests.open_entry)
    choose_winner = act(contests.choose_winner)
    ask_publish = act(contests.PUBLICATION.ask)
    publish = act(contests.publish)
    draw_lots = act(sweepstakes.draw_lots)
    winners = look_into(sweepstakes.winners_of)
    open_prize_address = act(sweepstakes.open_address)
    deliver_prize = act(sweepstakes.deliver)
    ask_check_in_list = act(events.LIST.ask)
    check_in_list = act(events.check_in_list)
    arrived = act(events.arrived)
    # on paper and by phone
    witnessed_form = act(witnessed_entry.show)
    enter_witnessed = act(witnessing.enter)
    read_witnessed = act(witnessing.read)
    ask_witness_again = act(witnessing.ask_again)
    disown_by_post = act(disowning.disown_by_post)
    all_witnessed = look(witnessing.lines, SEES_WITNESSED)
    witnessed = look(witnessed_form_standing, SEES_WITNESSED)
    # third parties and authorities
    ask_provision = act(provisions.ask)
    fetch_provision = act(provisions.fetch)
    all_provisions = look(provisions.all_provisions, SEES_PROVISIONS)
    open_recalls = look(recalls.open_recalls, SEES_PROVISIONS)
    fetch_recall = act(recalls.fetch_recall)
    mail_recall = act(recalls.mail_recall)
    confirm_recall = act(recalls.confirm_recall)
    ask_party = act(parties.ask_party)
    object_to_party = act(parties.object_to)
    all_parties = look(parties.all_parties, SEES_PARTIES)
    show_register = act(register.show_register)
    record_disclosure = act(disclosures.record)
    name_person = act(disclosures.name_person)
    attach_paper = act(disclosures.attach_paper)
    read_disclosure = act(request_reading.read_request)
    ask_disclosure = act(disclosures.ask)
    fetch_disclosure = act(disclosure_bundle.fetch)
    go_on_with_disclosure = look(disclosure_bundle.bundle, right("approve"))
    all_disclosures = look(disclosure_record.all_disclosures, SEES_DISCLOSURES)
    disclosure = look(disclosure_record.disclosure_of, SEES_DISCLOSURES)
    all_intakes = look(intakes.all_intakes, VOUCHES)
    intake = look(intakes.intake_of, VOUCHES)
    try_intake_again = look(intakes.try_again, VOUCHES)

    async def take_in(self, file: bytes) -> Intake:
        """Take in what another company gave, with its statements of consent; the rest waits in quarantine.

        Args:
            file: As it came.

        Raises:
            DeniedError: No role of theirs has the right `witness`.
            InputError: It is no such file, or not of a registered partner.
        """
        engine, session = await self._acting()
        VOUCHES.admit(engine, session)
        return await take_in(engine, file, by=session.acting())

    # alarms
    board_alarms = look(looked_into.alarms, right("promises"))
    look_into_alarm = act(looked_into.look_into)
    canary_alarms = look(alarms, right("ledger"))

    async def acknowledge_alarm(self, alarm_id: str, finding: str) -> None:
        """Say what looking into an alarm found, as somebody who did not set it off.

        Args:
            alarm_id: Which; its first digits are enough.
            finding: `mistake`, `curiosity`, `exercise` or `theft`.

        Raises:
            DeniedError: No role of theirs has the right `ledger`, or it is their own.
            InputError: No such alarm stands, or another word.
        """
        engine, session = await self._acting()
        session.require(engine, "ledger")
        await acknowledge(engine, alarm_id, finding, by=session.acting())

    # figures
    build_figures = act(projections.build)
    ask_figure = act(queries.ask)
    figure_offers = act(offers_to)
    all_figures = look(queries.all_statistics, SEES_FIGURES)
    figure = look(queries.statistic_of, SEES_FIGURES)
    ask_release = act(releases.ask_release)
    export_figure = act(exports.export)
