"""Kept runs a privacy policy: one Markdown file, and the system that keeps it.

    import kept

    async with kept.open("shop.policy.md", "sqlite:///shop.db") as k:
        async with k.acting(service_credential) as desk:
            person = await desk.find(mail_address="ＭＯＲＩ@example.jp")
            card = await desk.read(person, ["name", "phone"], exit="app")
            with card.name.open() as text:
                await my_mailer.send(text)

Every public name, each with its sentence, is in `docs/embedding.md`. What is not here is not public.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kept import errors, sync
    from kept.cookies.jar import Jar
    from kept.door.desk import Desk, PersonRef
    from kept.door.form import Choice, Field, Form
    from kept.door.installation import Kept
    from kept.door.opening import open, policy_files  # noqa: A004 -- kept.open reads as it should
    from kept.door.operator import Operator, Status
    from kept.door.person import Person
    from kept.door.staff import Staff
    from kept.guarantees.board import Board
    from kept.policy.model import Policy
    from kept.policy.words import Exit
    from kept.services.accounts.accounts import Issued
    from kept.services.accounts.known_by import KnownBy
    from kept.services.campaigns.candidates import Counts
    from kept.services.cases.cases import Case
    from kept.services.forms.receipts import Receipt
    from kept.services.gate.history import History, Line
    from kept.services.gate.released import Card, Released
    from kept.services.messages.confirmations import Address, Pending
    from kept.services.messages.outbox import Sent
    from kept.services.my_data.choices import NoByLink
    from kept.services.my_data.erasure import Preview
    from kept.services.my_data.message_reasons import Why
    from kept.services.my_data.own_data import Held, OwnData, PurposeSwitch
    from kept.services.staff.credentials import Credential
    from kept.services.staff.sessions import Enrolled, Member
    from kept.web.own import Pages

__all__ = [
    "Address",
    "Board",
    "Card",
    "Case",
    "Choice",
    "Counts",
    "Credential",
    "Desk",
    "Enrolled",
    "Exit",
    "Field",
    "Form",
    "Held",
    "History",
    "Issued",
    "Jar",
    "Kept",
    "KnownBy",
    "Line",
    "Member",
    "NoByLink",
    "Operator",
    "OwnData",
    "Pages",
    "Pending",
    "Person",
    "PersonRef",
    "Policy",
    "Preview",
    "PurposeSwitch",
    "Receipt",
    "Released",
    "Sent",
    "Staff",
    "Status",
    "Why",
    "__version__",
    "errors",
    "open",
    "policy_files",
    "sync",
]
__version__ = "0.1.0"

_PLACES = {
    "kept.door.desk": ("Desk", "PersonRef"),
    "kept.services.messages.outbox": ("Sent",),
    "kept.door.form": ("Choice", "Field", "Form"),
    "kept.cookies.jar": ("Jar",),
    "kept.door.installation": ("Kept",),
    "kept.door.opening": ("open", "policy_files"),
    "kept.door.operator": ("Operator", "Status"),
    "kept.door.person": ("Person",),
    "kept.door.staff": ("Staff",),
    "kept.guarantees.board": ("Board",),
    "kept.policy.model": ("Policy",),
    "kept.policy.words": ("Exit",),
    "kept.services.accounts.accounts": ("Issued",),
    "kept.services.accounts.known_by": ("KnownBy",),
    "kept.services.my_data.choices": ("NoByLink",),
    "kept.services.campaigns.candidates": ("Counts",),
    "kept.services.cases.cases": ("Case",),
    "kept.services.forms.receipts": ("Receipt",),
    "kept.services.gate.history": ("History", "Line"),
    "kept.services.gate.released": ("Card", "Released"),
    "kept.services.messages.confirmations": ("Address", "Pending"),
    "kept.services.my_data.erasure": ("Preview",),
    "kept.services.my_data.message_reasons": ("Why",),
    "kept.services.my_data.own_data": ("Held", "OwnData", "PurposeSwitch"),
    "kept.services.staff.credentials": ("Credential",),
    "kept.services.staff.sessions": ("Enrolled", "Member"),
    "kept.web.own": ("Pages",),
}
_WHERE = {name: place for place, names in _PLACES.items() for name in names}
"""Names are loaded when they are first asked for: `import kept` costs nothing, and the layers below import no door."""


def __getattr__(name: str) -> Any:
    if name in {"errors", "sync"}:
        return import_module(f"kept.{name}")
    if name not in _WHERE:
        raise AttributeError(f"module 'kept' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_WHERE[name]), name)
    return found


def __dir__() -> list[str]:
    return __all__
