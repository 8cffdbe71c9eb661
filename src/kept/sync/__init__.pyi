# The names of `kept.sync`. Written by `make schema` from the views of `kept.door`; change those.

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Concatenate, ParamSpec, TypeVar

from kept.door import desk, installation, opening, operator, person, staff
from kept.policy.model import Policy
from kept.sync.twin import Loop, Twin

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")
W = TypeVar("W")

def _waits(method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Callable[Concatenate[Any, P], T]: ...
def _calls(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]: ...
def _views(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, V]], made: Callable[[Loop, V], W]
) -> Callable[Concatenate[Any, P], W]: ...
def _may_view(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, V | None]], made: Callable[[Loop, V], W]
) -> Callable[Concatenate[Any, P], W | None]: ...
def _makes(
    method: Callable[Concatenate[Any, P], V], made: Callable[[Loop, V], W]
) -> Callable[Concatenate[Any, P], W]: ...
def _enters(
    method: Callable[Concatenate[Any, P], AbstractAsyncContextManager[V]], made: Callable[[Loop, V], W]
) -> Callable[Concatenate[Any, P], AbstractContextManager[W]]: ...
def _opens(
    opened: Callable[P, AbstractAsyncContextManager[installation.Kept]],
) -> Callable[P, AbstractContextManager[Kept]]: ...

policy_files = opening.policy_files
open = _opens(opening.open)

class Desk(Twin, of=desk.Desk):
    @property
    def purpose(self) -> str: ...
    find = _waits(desk.Desk.find)
    read = _waits(desk.Desk.read)
    read_many = _waits(desk.Desk.read_many)
    segment = _waits(desk.Desk.segment)
    message = _waits(desk.Desk.message)
    sent = _waits(desk.Desk.sent)

class Person(Twin, of=person.Person):
    form = _waits(person.Person.form)
    submit = _waits(person.Person.submit)
    choose = _waits(person.Person.choose)
    stop = _waits(person.Person.stop)
    resume = _waits(person.Person.resume)
    data = _waits(person.Person.data)
    history = _waits(person.Person.history)
    proof = _waits(person.Person.proof)
    correct = _waits(person.Person.correct)
    remove = _waits(person.Person.remove)
    export = _waits(person.Person.export)
    erase = _waits(person.Person.erase)
    undo_erase = _waits(person.Person.undo_erase)
    receipts = _waits(person.Person.receipts)
    messages = _waits(person.Person.messages)
    asked_again = _waits(person.Person.asked_again)
    parts = _waits(person.Person.parts)
    leave = _waits(person.Person.leave)
    external_ids = _waits(person.Person.external_ids)
    sign_out = _waits(person.Person.sign_out)

class Operator(Twin, of=operator.Operator):
    issue_credential = _waits(operator.Operator.issue_credential)
    revoke_credential = _waits(operator.Operator.revoke_credential)
    credentials = _waits(operator.Operator.credentials)
    add_staff = _waits(operator.Operator.add_staff)
    disable_staff = _waits(operator.Operator.disable_staff)
    staff = _waits(operator.Operator.staff)
    propose = _waits(operator.Operator.propose)
    concerned = _waits(operator.Operator.concerned)
    status = _waits(operator.Operator.status)
    board = _waits(operator.Operator.board)
    verify = _waits(operator.Operator.verify)
    take_in = _waits(operator.Operator.take_in)
    plant_canary = _waits(operator.Operator.plant_canary)
    rotate_keys = _waits(operator.Operator.rotate_keys)
    confirm_sweep = _waits(operator.Operator.confirm_sweep)
    register_backup_key = _waits(operator.Operator.register_backup_key)
    make_backups = _waits(operator.Operator.make_backups)
    keep_backups = _waits(operator.Operator.keep_backups)
    drill = _waits(operator.Operator.drill)

class Staff(Twin, of=staff.Staff):
    open_case = _waits(staff.Staff.open_case)
    case = _waits(staff.Staff.case)
    my_cases = _waits(staff.Staff.my_cases)
    find_in_case = _waits(staff.Staff.find_in_case)
    items_of_case = _waits(staff.Staff.items_of_case)
    open_item = _waits(staff.Staff.open_item)
    close_case = _waits(staff.Staff.close_case)
    ways_to_write = _waits(staff.Staff.ways_to_write)
    write = _waits(staff.Staff.write)
    write_again = _waits(staff.Staff.write_again)
    written = _waits(staff.Staff.written)
    note_do_not_contact = _waits(staff.Staff.note_do_not_contact)
    open_emergency = _waits(staff.Staff.open_emergency)
    review_emergency = _waits(staff.Staff.review_emergency)
    all_emergencies = _waits(staff.Staff.all_emergencies)
    open_request = _waits(staff.Staff.open_request)
    request = _waits(staff.Staff.request)
    check_identity = _waits(staff.Staff.check_identity)
    ask_request_approval = _waits(staff.Staff.ask_request_approval)
    finish_export = _waits(staff.Staff.finish_export)
    finish_erase = _waits(staff.Staff.finish_erase)
    activate = _waits(staff.Staff.activate)
    waiting_approvals = _waits(staff.Staff.waiting_approvals)
    approve = _waits(staff.Staff.approve)
    attest = _waits(staff.Staff.attest)
    draft_campaign = _waits(staff.Staff.draft_campaign)
    count_campaign = _waits(staff.Staff.count_campaign)
    ask_campaign = _waits(staff.Staff.ask_campaign)
    stop_campaign = _waits(staff.Staff.stop_campaign)
    all_campaigns = _waits(staff.Staff.all_campaigns)
    campaign_results = _waits(staff.Staff.campaign_results)
    send_again = _waits(staff.Staff.send_again)
    waiting_letters = _waits(staff.Staff.waiting_letters)
    fetch_letters = _waits(staff.Staff.fetch_letters)
    begin_calls = _waits(staff.Staff.begin_calls)
    show_number = _waits(staff.Staff.show_number)
    end_call = _waits(staff.Staff.end_call)
    draft_instance = _waits(staff.Staff.draft_instance)
    open_instance = _waits(staff.Staff.open_instance)
    close_instance = _waits(staff.Staff.close_instance)
    count_answers = _waits(staff.Staff.count_answers)
    open_answer = _waits(staff.Staff.open_answer)
    entries = _waits(staff.Staff.entries)
    open_entry = _waits(staff.Staff.open_entry)
    choose_winner = _waits(staff.Staff.choose_winner)
    ask_publish = _waits(staff.Staff.ask_publish)
    publish = _waits(staff.Staff.publish)
    draw_lots = _waits(staff.Staff.draw_lots)
    open_prize_address = _waits(staff.Staff.open_prize_address)
    deliver_prize = _waits(staff.Staff.deliver_prize)
    ask_check_in_list = _waits(staff.Staff.ask_check_in_list)
    check_in_list = _waits(staff.Staff.check_in_list)
    arrived = _waits(staff.Staff.arrived)
    ask_provision = _waits(staff.Staff.ask_provision)
    fetch_provision = _waits(staff.Staff.fetch_provision)
    all_provisions = _waits(staff.Staff.all_provisions)
    open_recalls = _waits(staff.Staff.open_recalls)
    fetch_recall = _waits(staff.Staff.fetch_recall)
    confirm_recall = _waits(staff.Staff.confirm_recall)
    ask_party = _waits(staff.Staff.ask_party)
    all_parties = _waits(staff.Staff.all_parties)
    show_register = _waits(staff.Staff.show_register)
    record_disclosure = _waits(staff.Staff.record_disclosure)
    name_person = _waits(staff.Staff.name_person)
    attach_paper = _waits(staff.Staff.attach_paper)
    read_disclosure = _waits(staff.Staff.read_disclosure)
    ask_disclosure = _waits(staff.Staff.ask_disclosure)
    fetch_disclosure = _waits(staff.Staff.fetch_disclosure)
    all_disclosures = _waits(staff.Staff.all_disclosures)
    build_figures = _waits(staff.Staff.build_figures)
    ask_figure = _waits(staff.Staff.ask_figure)
    all_figures = _waits(staff.Staff.all_figures)
    figure = _waits(staff.Staff.figure)
    ask_release = _waits(staff.Staff.ask_release)
    export_figure = _waits(staff.Staff.export_figure)

class Kept(Twin, of=installation.Kept):
    @property
    def policy(self) -> Policy: ...
    @property
    def ledger_key(self) -> str: ...
    acting = _enters(installation.Kept.acting, Desk)
    person = _enters(installation.Kept.person, Person)
    staff = _enters(installation.Kept.staff, Staff)
    operator = _makes(installation.Kept.operator, Operator)
    join = _waits(installation.Kept.join)
    sign_in = _waits(installation.Kept.sign_in)
    session = _views(installation.Kept.session, Person)
    signed_in = _may_view(installation.Kept.signed_in, Person)
    erasure_receipt = _waits(installation.Kept.erasure_receipt)
    cookies = _calls(installation.Kept.cookies)
    cookies_wsgi = _calls(installation.Kept.cookies_wsgi)
    jar = _calls(installation.Kept.jar)
    cookie_question = _calls(installation.Kept.cookie_question)
    cookie_choice = _calls(installation.Kept.cookie_choice)
    site = _calls(installation.Kept.site)
    page = _waits(installation.Kept.page)
    console = _calls(installation.Kept.console)
