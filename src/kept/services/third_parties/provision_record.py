"""One provision, as it is stored."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provision:
    """One provision, as its page shows it.

    Args:
        id: Its id.
        number: Its number.
        recipient: Declared recipient.
        asked_by: Login of who asked.
        asked_at: Unix seconds.
        approval_id: The approval it waits for, or got.
        mandate_id: What its releases are charged to; empty before it is approved.
        status: `waiting`, `approved`, `refused` (nobody approved it) or `fetched`.
        fetched_at: When its file was made and handed over; None before.
        people: People in the file.
        refused: People decided about and left out: no consent, withdrawn, stopped, ended, not named in their notice.
    """

    id: str
    number: int
    recipient: str
    asked_by: str
    asked_at: float
    approval_id: str
    mandate_id: str
    status: str
    fetched_at: float | None
    people: int
    refused: int
