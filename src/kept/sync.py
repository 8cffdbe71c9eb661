"""Kept without `await`: the same names for scripts, Flask and Django.

    import kept.sync

    with kept.sync.open("shop.policy.md", "sqlite:///shop.db") as k, k.acting(credential) as desk:
        card = desk.read(desk.find(external="C-4711"), ["name"], exit="app")

There is no second implementation: each line below hands a call to the loop of one thread of its own and waits. Objects may
be used from any thread but that one. A test holds these classes against the ones with `await`, name by name.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from kept.door import desk, installation, opening, operator, person, staff
from kept.policy.model import Policy

__all__ = ["Desk", "Kept", "Operator", "Person", "Staff", "open", "policy_files"]

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")
W = TypeVar("W")

policy_files = opening.policy_files


class _Loop:
    """One thread with one loop; everything of an installation runs there."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="kept", daemon=True)
        self._thread.start()

    def run(self, waited: Coroutine[Any, Any, T]) -> T:
        """Run something on the loop and wait for it."""
        if threading.current_thread() is self._thread or self._loop.is_closed():
            waited.close()
            raise RuntimeError("kept.sync waits for its own loop: call it from another thread, while it is open")
        return asyncio.run_coroutine_threadsafe(waited, self._loop).result()

    def close(self) -> None:
        """End the loop and its thread."""
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Twin:
    """A view whose methods wait. Made by `kept.sync`, never by you."""

    def __init__(self, loop: _Loop, view: Any) -> None:
        self._loop = loop
        self._view = view

    def __repr__(self) -> str:
        return repr(self._view)


def _waits(method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Callable[Concatenate[Any, P], T]:
    """Make the twin of a method that is awaited."""

    def twin(self: _Twin, /, *args: P.args, **named: P.kwargs) -> T:
        return self._loop.run(method(self._view, *args, **named))

    return cast("Callable[Concatenate[Any, P], T]", update_wrapper(twin, method))


def _answers(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, V | None]], made: Callable[[_Loop, V], W]
) -> Callable[Concatenate[Any, P], W | None]:
    """Make the twin of a method that is awaited and answers a view, or None."""

    def twin(self: _Twin, /, *args: P.args, **named: P.kwargs) -> W | None:
        view = self._loop.run(method(self._view, *args, **named))
        return None if view is None else made(self._loop, view)

    return cast("Callable[Concatenate[Any, P], W | None]", update_wrapper(twin, method))


def _calls(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Make the twin of a method that does not wait but belongs to the loop."""

    def twin(self: _Twin, /, *args: P.args, **named: P.kwargs) -> T:
        async def there() -> T:
            return method(self._view, *args, **named)

        return self._loop.run(there())

    return cast("Callable[Concatenate[Any, P], T]", update_wrapper(twin, method))


def _enters(
    method: Callable[Concatenate[Any, P], AbstractAsyncContextManager[V]], made: Callable[[_Loop, V], W]
) -> Callable[Concatenate[Any, P], AbstractContextManager[W]]:
    """Make the twin of a method that is entered."""

    def twin(self: _Twin, /, *args: P.args, **named: P.kwargs) -> AbstractContextManager[W]:
        return _entered(self._loop, method(self._view, *args, **named), made)

    return cast("Callable[Concatenate[Any, P], AbstractContextManager[W]]", update_wrapper(twin, method))


@contextmanager
def _entered(loop: _Loop, manager: AbstractAsyncContextManager[V], made: Callable[[_Loop, V], W]) -> Iterator[W]:
    async def enter() -> V:
        return await manager.__aenter__()

    async def leave(error: BaseException | None) -> bool | None:
        return await manager.__aexit__(type(error) if error else None, error, error.__traceback__ if error else None)

    view = loop.run(enter())
    try:
        yield made(loop, view)
    except BaseException as error:
        if not loop.run(leave(error)):
            raise
    else:
        loop.run(leave(None))


class Desk(_Twin):
    """`kept.Desk` without `await`."""

    @property
    def purpose(self) -> str:
        """The one purpose this desk acts for."""
        return cast("desk.Desk", self._view).purpose

    find = _waits(desk.Desk.find)
    read = _waits(desk.Desk.read)
    read_many = _waits(desk.Desk.read_many)
    segment = _waits(desk.Desk.segment)
    message = _waits(desk.Desk.message)
    sent = _waits(desk.Desk.sent)


class Person(_Twin):
    """`kept.Person` without `await`."""

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


class Operator(_Twin):
    """`kept.Operator` without `await`."""

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


class Staff(_Twin):
    """`kept.Staff` without `await`."""

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
    show_register = _waits(staff.Staff.show_register)
    record_disclosure = _waits(staff.Staff.record_disclosure)
    name_person = _waits(staff.Staff.name_person)
    ask_disclosure = _waits(staff.Staff.ask_disclosure)
    fetch_disclosure = _waits(staff.Staff.fetch_disclosure)
    all_disclosures = _waits(staff.Staff.all_disclosures)
    build_figures = _waits(staff.Staff.build_figures)
    ask_figure = _waits(staff.Staff.ask_figure)
    all_figures = _waits(staff.Staff.all_figures)
    figure = _waits(staff.Staff.figure)
    ask_release = _waits(staff.Staff.ask_release)
    export_figure = _waits(staff.Staff.export_figure)


class Kept(_Twin):
    """`kept.Kept` without `await`."""

    @property
    def policy(self) -> Policy:
        """The policy in force, as read."""
        return cast("installation.Kept", self._view).policy

    @property
    def ledger_key(self) -> str:
        """The ledger's published key."""
        return cast("installation.Kept", self._view).ledger_key

    acting = _enters(installation.Kept.acting, Desk)
    person = _enters(installation.Kept.person, Person)
    staff = _enters(installation.Kept.staff, Staff)
    join = _waits(installation.Kept.join)
    sign_in = _waits(installation.Kept.sign_in)
    signed_in = _answers(installation.Kept.signed_in, Person)
    erasure_receipt = _waits(installation.Kept.erasure_receipt)
    cookies = _calls(installation.Kept.cookies)
    cookies_wsgi = _calls(installation.Kept.cookies_wsgi)
    jar = _calls(installation.Kept.jar)
    page = _waits(installation.Kept.page)
    cookie_question = _calls(installation.Kept.cookie_question)
    cookie_choice = _calls(installation.Kept.cookie_choice)
    site = _calls(installation.Kept.site)
    console = _calls(installation.Kept.console)

    def session(self, token: str) -> Person:
        """Return the person of a session, on their own data; see `kept.Kept.session`."""
        return Person(self._loop, self._loop.run(self._view.session(token)))

    def operator(self, name: str) -> Operator:
        """Act as the operator of the machine; see `kept.Kept.operator`."""
        return Operator(self._loop, self._view.operator(name))


def _opens(
    opened: Callable[P, AbstractAsyncContextManager[installation.Kept]],
) -> Callable[P, AbstractContextManager[Kept]]:
    @contextmanager
    def twin(*args: P.args, **named: P.kwargs) -> Iterator[Kept]:
        loop = _Loop()
        try:
            with _entered(loop, opened(*args, **named), Kept) as k:
                yield k
        finally:
            loop.close()

    return update_wrapper(twin, opened)


open = _opens(opening.open)  # noqa: A001 -- kept.sync.open reads as it should
