"""The bakery's pages as text, the same for FastAPI, Flask and Django: what Kept hands out, in the plainest HTML.

Customers sign in with the bakery's own numbers and words (HTTP Basic stands for any sign-in of yours: OpenID, SAML, a
password table). Kept is told who it is by `Kept.person`, with a credential that has the right to vouch.
"""

# ruff: noqa: INP001 -- a folder of scripts

from __future__ import annotations

import base64
import binascii
from html import escape
from pathlib import Path

import kept
from kept.errors import ConflictError, DeniedError, InputError, KeptError, NotFoundError, SignInError

POLICY = Path(__file__).with_name("bakery.policy.md")
CUSTOMERS = {"C-4711": "rye and caraway", "C-4712": "two plain rolls"}
ASK_WHO = {"WWW-Authenticate": 'Basic realm="Corner Bakery"'}
STATUS: tuple[tuple[type[KeptError], int], ...] = (
    (SignInError, 401),
    (NotFoundError, 404),
    (DeniedError, 403),
    (ConflictError, 409),
    (InputError, 422),
)


def customer(authorization: str) -> str:
    """Return the number of the customer who is signed in.

    Args:
        authorization: The header.

    Raises:
        SignInError: Nobody is.
    """
    try:
        number, _, words = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        number, words = "", ""
    if number not in CUSTOMERS or CUSTOMERS[number] != words:
        raise SignInError("expected a customer of the bakery, found none", hint="sign in")
    return number


def page(title: str, body: str) -> str:
    """Return a whole page."""
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><h1>{escape(title)}</h1>{body}'


def form_page(form: kept.Form) -> str:
    """Return the form: the notice before the first field, nothing required, nothing ticked."""
    fields = "".join(
        f"<p><label>{escape(one.title)} <small>{escape(one.why)}; {escape(one.until)}</small> {_input(one)}</label>"
        for one in form.fields
        if not one.given
    )
    boxes = "".join(
        f'<p><label><input type="checkbox" name="choice" value="{escape(one.value)}"> {escape(one.title)}{_said(one)}</label>'
        for one in form.choices
    )
    notice = "".join(f"<p>{escape(line)}" for line in form.notice.splitlines() if line)
    return page(
        "Your account",
        f'<form method="post" action="/account">{notice}{fields}{boxes}'
        f'<input type="hidden" name="token" value="{escape(form.token)}"><button>Save</button></form>',
    )


def _said(one: kept.Choice) -> str:
    """Return what the person answered before, as it is now; a box left alone changes nothing."""
    if one.said is None:
        return ""
    return (
        " <small>(you said yes)</small>"
        if one.on
        else f" <small>({'yes, without effect' if one.said else 'you said no'})</small>"
    )


def _input(one: kept.Field) -> str:
    if not one.options:
        return f'<input name="{one.name}">'
    several = " multiple" if one.several else ""
    options = "".join(f'<option value="{key}">{escape(title)}</option>' for key, title in one.options.items())
    return f'<select name="{one.name}"{several}>{options}</select>'


def data_page(data: kept.OwnData) -> str:
    """Return what is held about the customer, and who used it."""
    held = "".join(f"<li>{escape(one.item)}: {escape(str(one.value))}</li>" for one in data.held)
    used = "".join(f"<li>{escape(one.account.act)} §{escape(one.account.clause)}</li>" for one in data.history.lines)
    return page("What we hold about you", f"<ul>{held or '<li>nothing</li>'}</ul><h2>Who used it</h2><ul>{used}</ul>")


def receipt_page(receipt: kept.Receipt) -> str:
    """Return the receipt's number, and what each box that was ticked comes to."""
    ticked = [one for one in receipt.record["choices"] if one["ticked"]]
    lines = "".join(f"<li>{escape(one['title'])}{': not yet' if one['missing'] else ''}" for one in ticked)
    return page("Thank you", f"<p>Your receipt: {escape(receipt.id)}<ul>{lines}</ul>")


def error_page(error: KeptError) -> tuple[int, str]:
    """Return status and page of an error: what is wrong, all of it, the clause it follows from, what to do next."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 503)
    every = error.each() if isinstance(error, InputError) else (error,)
    return status, page("That did not work", "".join(f"<p>{escape(str(one))}<p>{escape(one.hint)}" for one in every))
