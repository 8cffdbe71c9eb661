"""A value that left the vault, for one purpose, by one exit, once.

It shows what it is and never what it holds: it cannot be printed, logged, pickled, compared, hashed, copied, formatted
or JSON-encoded by accident. It opens once, at its exit, within five minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, NoReturn, SupportsIndex, TypeVar

from kept import limits
from kept.errors import DeniedError
from kept.policy.words import Exit

V = TypeVar("V", bound="str | tuple[str, ...]")


class Released(Generic[V]):
    """What the gate releases.

    Args:
        item: The slot it is the value of.
        purpose: Purpose it was released for.
        exit: The only exit it opens at.
        entry_id: Id of the ledger entry that permits it, hex.
        content: The value; kept out of every ordinary view of this object.
        released_at: When, unix seconds.
        now: Answers unix seconds.
    """

    __slots__ = ("_now", "_opened", "_released_at", "_take", "entry_id", "exit", "item", "purpose")

    def __init__(  # noqa: PLR0913 -- each is a separate fact about the release
        self,
        *,
        item: str,
        purpose: str,
        exit: Exit,  # noqa: A002 -- the field's own word
        entry_id: str,
        content: V,
        released_at: float,
        now: Callable[[], float],
    ) -> None:
        self.item = item
        self.purpose = purpose
        self.exit = exit
        self.entry_id = entry_id
        self._take: Callable[[], V] = _once(content)
        self._released_at = released_at
        self._now = now
        self._opened = False

    @contextmanager
    def open(self, exit: Exit | str | None = None) -> Iterator[V]:  # noqa: A002 -- the field's own word
        """Open the value, once.

        Args:
            exit: Where it is being opened; left out, its own exit is meant.

        Raises:
            DeniedError: It was opened before, its five minutes are over, or this is another exit.
        """
        if exit is not None and exit != self.exit:
            raise DeniedError(
                f"a value released for exit {self.exit} was about to be opened at {exit}",
                step=7,
                items=(self.item,),
                needed=f"a read with exit {exit}",
                entry_id=self.entry_id,
                reason="other-exit",
                rests_on="one-gate",
            )
        if self._opened:
            raise DeniedError(
                "a released value opens once, and this one was opened before",
                step=9,
                items=(self.item,),
                needed="a new read",
                entry_id=self.entry_id,
                reason="opened-before",
                rests_on="one-gate",
            )
        self._opened = True
        if self._now() - self._released_at > limits.RELEASED_OPEN_SECONDS:
            self._take()
            raise DeniedError(
                "a released value opens within five minutes, and they are over",
                step=9,
                items=(self.item,),
                needed="a new read",
                entry_id=self.entry_id,
                reason="opened-late",
                rests_on="one-gate",
            )
        yield self._take()  # in no variable of this frame: an error at the exit would carry it away

    def __repr__(self) -> str:
        return f"<{self.item} released for {self.purpose}>"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def _refuse(self, what: str) -> NoReturn:
        raise TypeError(f"a released value cannot be {what}: open it once, at its exit")

    def __eq__(self, other: object) -> bool:
        self._refuse("compared")

    def __hash__(self) -> int:  # noqa: PLE0309 -- it refuses, always
        self._refuse("hashed")

    def __bool__(self) -> bool:  # noqa: PLE0304 -- it refuses, always
        self._refuse("used as a truth value")

    def __len__(self) -> int:  # noqa: PLE0303 -- it refuses, always
        self._refuse("measured")

    def __iter__(self) -> Iterator[V]:
        self._refuse("iterated")

    def __copy__(self) -> NoReturn:
        self._refuse("copied")

    def __deepcopy__(self, memo: dict[int, object]) -> NoReturn:
        self._refuse("copied")

    def __getstate__(self) -> NoReturn:
        self._refuse("pickled")

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        self._refuse("pickled")


def _once(content: V) -> Callable[[], V]:
    """Return what answers the value once; afterwards nothing holds it. No attribute shows what a function closes over."""
    held = [content]

    def take() -> V:
        return held.pop()

    return take


class Card:
    """What one read released: a `Released` per item, by attribute or by name; items withheld are named apart.

    Args:
        released: Releases by slot.
        withheld: Items withheld (only when the caller asked for `withhold`), each with the clause that refused, where there is one.
        entry_id: Id of the ledger entry, hex.
    """

    __slots__ = ("_released", "entry_id", "withheld")

    def __init__(
        self, released: dict[str, Released[str | tuple[str, ...]]], withheld: dict[str, str], entry_id: str
    ) -> None:
        self._released = released
        self.withheld = withheld
        self.entry_id = entry_id

    def __getitem__(self, slot: str) -> Released[str | tuple[str, ...]]:
        return self._released[slot]

    def __getattr__(self, slot: str) -> Released[str | tuple[str, ...]]:
        try:
            return self._released[slot]
        except KeyError:
            if slot.startswith("__"):
                raise AttributeError(slot) from None
            under = f" under {self.withheld[slot]}" if self.withheld.get(slot) else ""
            why = f": withheld{under}" if slot in self.withheld else ": it was not asked for"
            raise AttributeError(f"no item {slot!r} on this card{why}") from None

    def __contains__(self, slot: str) -> bool:
        return slot in self._released

    def __iter__(self) -> Iterator[str]:
        return iter(self._released)

    def __repr__(self) -> str:
        return f"<card: {', '.join(repr(one) for one in self._released.values())}>"
