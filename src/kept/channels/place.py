"""Where the lines of the no-log lie: a place that takes lines at its end and gives them back.

An address says which: `file:/mnt/other-disk/shop.no-log`, `command:PROGRAM WORDS`, or
`mail:keeper@second.example?server=HOST:PORT&from=ADDRESS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from kept.channels.place_command import CommandPlace
from kept.channels.place_file import FilePlace
from kept.channels.place_mail import parse_mail_place
from kept.errors import SettingError


class Place(Protocol):
    """A place for lines. Every act raises `StoreError` where the place cannot do it; what is there stays."""

    @property
    def name(self) -> str:
        """What `kept status` calls it."""
        ...

    @property
    def reads(self) -> bool:
        """Whether what it holds can be seen from here: who mails lines away may not see where they went."""
        ...

    async def append(self, lines: Sequence[bytes]) -> None:
        """Put lines at the end; return once they are durable, all of them.

        Args:
            lines: Without their ends, in order. A line may come twice, when it was not known whether it had arrived.
        """
        ...

    async def last(self) -> bytes:
        """Return the last whole line; empty when there is none."""
        ...

    async def read(self) -> list[bytes]:
        """Return every line, in order; what a kill left of one may be among them."""
        ...


def parse_place(address: str) -> Place:
    """Return the place at an address.

    Args:
        address: `file:` and a path, `command:` and a program with its words, or `mail:` and what `parse_mail_place` reads.

    Raises:
        SettingError: It is no address of a place.
    """
    kind, _, rest = address.partition(":")
    if kind == "file" and rest:
        return FilePlace(Path(rest))
    if kind == "command" and rest.strip():
        return CommandPlace(rest)
    if kind == "mail":
        return parse_mail_place(rest)
    raise SettingError(
        "expected an address of a no-log such as file:/mnt/other/shop.no-log, command:PROGRAM or mail:ADDRESS, found another",
        reason="no-log-address",
        hint="docs/operations.md says what each is",
        rests_on="restore-drill",
    )
