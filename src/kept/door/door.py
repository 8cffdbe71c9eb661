"""The library's face: an installation opened in the engineer's own process, and a desk that acts for one purpose."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from kept.policy.decision import Mandate
from kept.policy.words import Exit
from kept.services.engine.engine import Engine
from kept.services.gate import gate
from kept.services.gate.finding import find_person
from kept.services.gate.gate import OnDenial
from kept.services.gate.released import Card
from kept.services.staff.credentials import mandate_of


class PersonRef:
    """A person found: shows nothing, and is good only for asking the gate."""

    __slots__ = ("_id",)

    def __init__(self, person_id: bytes) -> None:
        self._id = person_id

    def __repr__(self) -> str:
        return "<a person>"


class Desk:
    """Acts for one purpose, the credential's.

    Args:
        engine: Open.
        mandate: Issued for the credential.
    """

    def __init__(self, engine: Engine, mandate: Mandate) -> None:
        self._engine = engine
        self._mandate = mandate

    @property
    def purpose(self) -> str:
        """The one purpose this desk acts for."""
        return self._mandate.purpose

    async def find(self, **criteria: str) -> PersonRef:
        """Find the one person with these items, in any usual spelling.

        Raises:
            NotFoundError: No person this purpose may see.
            InputError: More than one; give a second item.
        """
        return PersonRef(await find_person(self._engine, self._mandate, criteria))

    async def read(
        self,
        person: PersonRef,
        items: Sequence[str],
        *,
        exit: Exit | str,  # noqa: A002 -- the field's own word
        on_denial: OnDenial = "refuse",
    ) -> Card:
        """Release items of a person; see `Gate.read`.

        Args:
            person: From `find`.
            items: Item ids.
            exit: Way out, such as `app`.
            on_denial: `refuse` the read when one item is refused, or `withhold` just that item.

        Raises:
            DeniedError: The policy says no; names the step, the clause and what would be needed.
            ClosedError: The gate is closed.
        """
        return await gate.read(self._engine, self._mandate, person._id, items, Exit(exit), on_denial=on_denial)  # noqa: SLF001 -- the reference is ours


class Kept:
    """An open installation.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @asynccontextmanager
    async def acting(self, credential: str, *, purpose: str = "") -> AsyncIterator[Desk]:
        """Sign in with an API credential and act for one purpose of its own.

        Args:
            credential: As `kept staff credential` printed it.
            purpose: One of its purposes; may be left out when it has only one.

        Raises:
            SignInError: The credential is wrong or revoked.
        """
        yield Desk(self.engine, await mandate_of(self.engine, credential, purpose))
