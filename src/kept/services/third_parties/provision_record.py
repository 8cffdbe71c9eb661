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
        status: `waiting`, `approved`, `refused` (nobody approved it), `ready` or `fetched`.
        people: People in the file.
        refused: People decided about and left out: no consent, withdrawn, stopped, ended, not named in their notice.
        recalls: Recalls told with it.
        finished_at: When the file was whole; None before.
        fetched_at: When it was fetched; None before.
    """

    id: str
    number: int
    recipient: str
    asked_by: str
    asked_at: float
    approval_id: str
    mandate_id: str
    status: str
    people: int
    refused: int
    recalls: int
    finished_at: float | None
    fetched_at: float | None
