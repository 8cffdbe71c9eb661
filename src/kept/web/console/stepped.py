"""Something that is begun from a form and taken on by named steps: the shape most desks of the console share.

A list with the form that begins one; a page of each; and its steps, by name: each is refused by the service that takes it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from kept import limits
from kept.errors import DeniedError, InputError, KeptError, NotFoundError
from kept.services.engine.engine import Engine
from kept.services.staff.approvals import Approval
from kept.services.staff.sessions import StaffSession
from kept.web.exchange import Exchange
from kept.web.form import Form, check_form_token
from kept.web.routes import Menu, Needs, Page, Where, page

Staff = Exchange[StaffSession]
Step = Callable[[Staff, str, Form], Awaitable[Response | None]]
"""Takes one on; answers nothing where its page shows what came of it."""


Overview = Callable[[Staff, KeptError | None, Form, int], Awaitable[Response]]
"""Shows the list, and the form with what was typed into it, why it was refused, and with which status."""


def beside(error: KeptError) -> int:
    """Return the status of a form that is shown again, with what was wrong beside it."""
    if isinstance(error, NotFoundError):
        return 404
    return 403 if isinstance(error, DeniedError) else 422


def plain(do: Callable[[Engine, StaffSession, str], Awaitable[object]]) -> Step:
    """Make a step of what needs to know nothing but which one."""

    async def step(exchange: Staff, one: str, form: Form) -> None:
        del form
        await do(exchange.engine, exchange.session, one)

    return step


def approving(kind: Approval[Any]) -> Step:
    """Make a step of approving what the page showed: its form carries the mark of that."""

    async def step(exchange: Staff, one: str, form: Form) -> None:
        await kind.approve(exchange.engine, exchange.session, one, form["seen"])

    return step


def going_on(do: Callable[[Engine, str], Awaitable[object]]) -> Step:
    """Make a step of going on where an approved act stopped; who approves may."""

    async def step(exchange: Staff, one: str, form: Form) -> None:
        del form
        exchange.session.require(exchange.engine, "approve")
        await do(exchange.engine, one)

    return step


def fetching(do: Callable[[Engine, StaffSession, str], Awaitable[bytes]], media_type: str, name: str) -> Step:
    """Make a step of fetching the file it has made."""

    async def step(exchange: Staff, one: str, form: Form) -> Response:
        del form
        return exchange.download(await do(exchange.engine, exchange.session, one), media_type, name)

    return step


async def sent_file(exchange: Staff) -> bytes:
    """Return the file of a form that sends one, as it came; empty where it sends none."""
    async with exchange.request.form(max_files=1, max_fields=limits.SMALL_REQUEST_FIELDS) as form:
        check_form_token(exchange.engine, exchange.session, str(form.get("form_token", "")))
        file = form.get("file")
        return await file.read() if isinstance(file, UploadFile) else b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The form that begins one.

    Args:
        needs: Who may.
        fields: Its fields.
        begin: Begins it and returns its id.
        several: Fields that may come more than once.
        finds: Whether it also finds a person, by the items the policy lets one find people by where they, or a law, ask.
        refused: Errors that are shown beside the form.
    """

    needs: Needs[StaffSession]
    fields: tuple[str, ...]
    begin: Callable[[Staff, Form], Awaitable[str]]
    several: tuple[str, ...] = ()
    finds: bool = False
    refused: tuple[type[KeptError], ...] = (InputError, NotFoundError)

    def empty(self, engine: Engine) -> Form:
        """Return the form with nothing in it."""
        return Form(dict.fromkeys((*self.fields, *self.several, *_found_by(engine, finds=self.finds)), ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """The pages of one kind of thing.

    Args:
        path: Address of the list; each one's is below it.
        needs: Who may look at the list.
        needs_one: Who may look at one, and take a step.
        overview: Shows the list.
        begun: The form that begins one.
        one: Shows one of them; None where the list is all there is.
        steps: Every step, by name.
        fields: Fields a step's form may have beside its name.
        several: Those that may come more than once.
        finds: Whether a step's form may find a person.
        menu: The list's entry in the menu.
        where: Whether the policy in force has anything of the kind.
        shows: By step, why it is not answered by sending the browser on, where it is not; see `Page`.
    """

    path: str
    needs: Needs[StaffSession]
    needs_one: Needs[StaffSession]
    overview: Overview
    begun: Begun
    one: Callable[[Staff, str], Awaitable[Response]] | None = None
    steps: Mapping[str, Step] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    finds: bool = False
    menu: Menu
    where: Where = lambda _: True
    shows: Mapping[str, str] = field(default_factory=dict)

    def pages(self) -> tuple[Page, Page]:
        """Return its pages: the list, and each one."""
        return (
            page(
                self.path,
                get=self.needs(self._look),
                post=self.begun.needs(self._begin),
                menu=self.menu,
                where=self.where,
            ),
            page(
                f"{self.path}/{{id}}",
                get=self.needs_one(self._one) if self.one else None,
                post=self.needs_one(self._step),
                where=self.where,
                shows="; ".join(f"{step}: {why}" for step, why in self.shows.items()),
            ),
        )

    async def _look(self, exchange: Staff) -> Response:
        return await self.overview(exchange, None, self.begun.empty(exchange.engine), 200)

    async def _begin(self, exchange: Staff) -> Response:
        begun = self.begun
        names = (*begun.fields, *_found_by(exchange.engine, finds=begun.finds))
        form = await exchange.form(*names, several=begun.several)
        try:
            made = await begun.begin(exchange, form)
        except begun.refused as error:
            return await self.overview(exchange, error, form, beside(error))
        return exchange.go(f"{self.path}/{made}" if self.one else self.path)

    async def _one(self, exchange: Staff) -> Response:
        if self.one is None:
            return exchange.missing()
        return await self.one(exchange, exchange.path("id"))

    async def _step(self, exchange: Staff) -> Response:
        names = ("step", "seen", *self.fields, *_found_by(exchange.engine, finds=self.finds))
        form = await exchange.form(*names, several=self.several)
        step, one = self.steps.get(form["step"]), exchange.path("id")
        if step is None:
            raise InputError("expected a step of this page, found another", reason="step-unknown")
        return await step(exchange, one, form) or exchange.go(f"{self.path}/{one}" if self.one else self.path)


def drafted(needs: Needs[StaffSession], draft: Callable[[Engine, StaffSession, str], Awaitable[Any]]) -> Begun:
    """Return the form that drafts one from its file.

    Args:
        needs: Who may.
        draft: Drafts it from the file's text, and returns what it made, with its `id`.
    """

    async def begin(exchange: Staff, form: Form) -> str:
        form["file"] = form["file"].replace("\r\n", "\n")
        return str((await draft(exchange.engine, exchange.session, form["file"])).id)

    return Begun(needs=needs, fields=("file",), begin=begin, refused=(InputError,))


def _found_by(engine: Engine, *, finds: bool) -> tuple[str, ...]:
    return tuple(engine.findable(requests=True)) if finds else ()
