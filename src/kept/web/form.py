"""A form as it was sent: only its own fields, each once, and of the session that was shown it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request

from kept import limits
from kept.crypto.token import parse_token, sign_token
from kept.errors import InputError, MalformedError, Mistakes
from kept.services.engine.engine import Engine
from kept.services.gate.own_session import Own
from kept.services.staff.sessions import StaffSession
from kept.vault.text import require_read

PURPOSE = "form"


class Form(dict[str, str]):
    """The fields of a form by name; one that was not sent is empty."""

    def lines(self, name: str) -> tuple[str, ...]:
        """Return what was sent under a name that may come more than once."""
        return tuple(one for one in self[name].split("\n") if one)

    def says_yes(self, name: str) -> bool:
        """Return whether *name* is a yes or a no; what is neither, or was not sent, is not guessed at.

        Raises:
            InputError: It is neither.
        """
        return self.one_of(name, "yes", "no") == "yes"

    def one_of(self, name: str, *offered: str) -> str:
        """Return what was sent under a name, which is one of the buttons or boxes *offered*.

        Raises:
            InputError: It is none of them.
        """
        if self[name] not in offered:
            raise InputError(
                "expected a choice this form offers, found another",
                field=name,
                reason="choice-unknown",
                hint="use the form as it is shown",
                rests_on="fair-forms",
            )
        return self[name]

    def filled(self, names: Iterable[str]) -> dict[str, str]:
        """Return those of *names* in which something was written."""
        return {name: self[name] for name in names if self[name].strip()}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person wrote into a form that the policy makes: its fields are known to the service that showed it.

    Args:
        token: What the form carries about the notice it was shown with; not verified.
        given: Name and value of each field, in order.
    """

    token: str
    given: list[tuple[str, str]]

    def typed(self) -> dict[str, list[str]]:
        """Return what was written by field, to show it again beside what is wrong."""
        found: dict[str, list[str]] = {}
        for name, value in self.given:
            found.setdefault(name, []).append(value)
        return found


def look_filled(form: Form, *names: str) -> Mistakes:
    """Return what is wrong with a form so far: those of *names* in which nothing was written."""
    wrong = Mistakes()
    for name in names:
        if not form[name].strip():
            wrong.add(
                InputError(
                    "expected a field to be filled in, found it empty",
                    field=name,
                    reason="sign-in-empty",
                    hint="fill it in",
                )
            )
    return wrong


def form_token(engine: Engine, session: Own | StaffSession | None) -> str:
    """Return the token that the forms of a session carry; empty without one."""
    if session is None:
        return ""
    claims = {"session": session.token_hash.hex()}
    return sign_token(
        engine.keyring.installation_key("tokens"), PURPOSE, claims, engine.clock.now() + limits.PAGE_FORM_SECONDS
    )


def check_form_token(engine: Engine, session: Own | StaffSession | None, unverified: str) -> None:
    """Verify that a form belongs to this session.

    Raises:
        MalformedError: It is another session's, or none's.
    """
    if session is None:
        return
    claims = parse_token(engine.keyring.installation_key("tokens"), PURPOSE, unverified, engine.clock.now())
    if claims["session"] != session.token_hash.hex():
        raise MalformedError(
            "expected a form of this session, found another's", reason="form-other-session", hint="load the page again"
        )


async def read_form(
    request: Request, engine: Engine, session: Own | StaffSession | None, allowed: Iterable[str], several: Iterable[str]
) -> Form:
    """Read a form.

    Args:
        request: A POST.
        engine: Open.
        session: Who sends it; without one no token is asked for.
        allowed: Names of fields.
        several: Names that may come more than once; they are joined by newlines.

    Raises:
        InputError: Another field, a field twice, or one whose text cannot be read.
        MalformedError: A form of another session, or of another kind.
    """
    may_repeat = frozenset(several)
    _require_plain(request)
    names = {*allowed, *may_repeat, "form_token"}
    sent: dict[str, str] = {}
    for name, value in (await request.form(max_files=0, max_fields=limits.REQUEST_FIELDS)).multi_items():
        if not isinstance(value, str) or name not in names:
            raise InputError(
                "expected only the fields of this form, found another",
                reason="field-undeclared",
                rests_on="nothing-unneeded",
                hint="nothing was taken; use the form as it is shown",
            )
        if name in sent and name not in may_repeat:
            raise InputError("expected a field once, found it again", reason="field-twice", rests_on="nothing-unneeded")
        require_read(value, name)
        sent[name] = f"{sent[name]}\n{value}" if name in sent else value
    check_form_token(engine, session, sent.pop("form_token", ""))
    return Form(dict.fromkeys(names - {"form_token"}, "") | sent)


def _require_plain(request: Request) -> None:
    """Insist on a form as our pages send it: in parts, each with an encoding of its own or none, text would be guessed at.

    Raises:
        MalformedError: It is another.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"", "application/x-www-form-urlencoded"}:
        raise MalformedError(
            "expected a form as the page sends it, found another kind",
            reason="form-kind",
            hint="send it from the page it stands on",
        )


async def read_answers(request: Request, engine: Engine, session: Own) -> Answers:
    """Read a form that the policy makes; the service that takes it checks its fields.

    Raises:
        MalformedError: It is another session's, or of another kind.
    """
    _require_plain(request)
    form = await request.form(max_files=0, max_fields=limits.REQUEST_FIELDS)
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    tokens = {name: dict(reversed(fields)).get(name, "") for name in ("form_token", "notice_token")}
    check_form_token(engine, session, tokens["form_token"])
    for one in tokens.items():
        if one in fields:
            fields.remove(one)  # the first of its name; a second is a field like any other, which no form has
    return Answers(tokens["notice_token"], fields)
