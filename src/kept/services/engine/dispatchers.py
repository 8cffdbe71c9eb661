"""What carries messages: one interface for every channel (mail, letters, fax), and one for what messages come from.

The outbox knows channels and origins by these two alone. A channel is registered in `engine.dispatchers`, an origin in
`engine.origins`; both decide nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from kept.channels.handed import Handed
from kept.policy.words import Exit
from kept.services.engine.people import Person
from kept.store.interface import Transaction


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the outbox: what is to be sent to whom; no address, no text.

    Args:
        person_id: 16 bytes.
        message_id: 32 hex digits; stays the same over all tries.
        origin: Word of what it comes from, by which `engine.origins` knows it.
        origin_id: Id within the origin.
        purpose: Declared purpose.
        channel: Exit it leaves by.
        mandate_id: What its release is charged to.
        attempts: Tries so far.
    """

    person_id: bytes
    message_id: str
    origin: str
    origin_id: str
    purpose: str
    channel: Exit
    mandate_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says, with the name in it where the person gave one; plain text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message about to leave.

    Args:
        id: 32 hex digits; stays the same over all tries.
        origin: `campaign`, `case` or `program`.
        origin_id: Id within the origin.
        purpose: Declared purpose.
        language: The person reads it in.
        words: What it says.
        why: Address of the page that says why the person got it; opens without sign-in.
        stop: Address that takes a one-click no to this purpose by this channel; empty where nobody can say no.
    """

    id: str
    origin: str
    origin_id: str
    purpose: str
    language: str
    words: Words
    why: str
    stop: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What the gate opened for one message: where it goes, and a name, empty where none was released."""

    address: str
    name: str


class Handover(Protocol):
    """One message, ready to leave.

    `at_once` says that `put` is the whole of it (a letter that waits sealed for the printer): the message is *sent* in
    the transaction of its entry, and `hand_over` is not called.
    """

    at_once: bool

    async def put(self, tx: Transaction) -> None:
        """Write what belongs to it, in the transaction of its entry; awaits nothing but *tx*."""

    async def hand_over(self) -> Handed:
        """Give it to the other side, after that transaction is durable. Raises nothing of the other side's making."""


class Carrier(Protocol):
    """Who makes messages ready and hands them over."""

    def prepare(self, message: Message, opened: Opened, person: Person, entry_id: str) -> Handover:
        """Make a message ready, inside the gate's parcel, while the values are open.

        Args:
            message: What is sent.
            opened: Where it goes.
            person: Loaded; their keys seal what stays.
            entry_id: Entry that will say that it left, hex.
        """


class Dispatcher(Protocol):
    """One channel.

    `channel` is the exit it serves, in whose `CHANNEL_TABLE` row stands what it reaches people by; a name goes with it where
    the policy and the person allow. `trouble` is what the other side said when it last failed: a code, no words of its own.
    """

    channel: Exit

    @property
    def trouble(self) -> str:
        """What the other side said when it last failed; empty where nothing is known."""

    def turn(self) -> AbstractAsyncContextManager[Carrier | None]:
        """Wait until one message can leave at once; it is decided within. None while the other side cannot be had."""


class AlwaysReady(Carrier):
    """A channel that has nothing to wait for before a message is decided."""

    trouble = ""

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Carrier | None]:
        """Begin at once."""
        yield self


Compose = Callable[["Person", Opened], Words]
"""Says what a message says to one person; called while the values are open, in the person's language."""


def in_their_language(say: Callable[[str], Words]) -> Compose:
    """Return what writes words that say nothing of the person and nothing of what was opened.

    Args:
        say: Given the person's language, returns the words.
    """

    def words(person: Person, opened: Opened) -> Words:
        del opened
        return say(person.state.language)

    return words


class Origin(Protocol):
    """What messages come from."""

    async def compose(self, waiting: Waiting) -> Compose | None:
        """Return what writes the words of one message; None when it shall not be sent any more.

        Args:
            waiting: A row of the outbox.
        """
