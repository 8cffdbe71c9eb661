"""A desk: a program acts for one purpose of its credential."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from kept import limits
from kept.door.view import View
from kept.errors import DeniedError, InputError
from kept.policy.decision import Mandate
from kept.policy.words import Exit
from kept.services.accounts.rate_limits import Limits
from kept.services.campaigns.candidates import Counts, count_segment
from kept.services.cases.contacts import PROGRAM, Way, ways_to, write_as_program
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.record import Actor, about_person, holder_of, record
from kept.services.gate import gate
from kept.services.gate.gate import OnDenial
from kept.services.gate.person_search import find_by_external, find_person
from kept.services.gate.released import Card
from kept.services.messages.outbox import Sent, sent_of
from kept.services.staff.credentials import Credential

SEGMENT_RIGHT = "campaigns"


class PersonRef:
    """A person found: shows nothing, and is good only for asking the gate."""

    __slots__ = ("_id",)

    def __init__(self, person_id: bytes) -> None:
        self._id = person_id

    def __repr__(self) -> str:
        return "<a person>"


class Desk(View):
    """Acts for one purpose, for at most an hour; a new one is opened with `Kept.acting`.

    Args:
        engine: Open.
        program: Who acts.
        mandate: Issued for the credential.
        tries: Counts what it looks for in vain.
    """

    def __init__(self, engine: Engine, program: Credential, mandate: Mandate, tries: Limits) -> None:
        super().__init__(engine)
        self._program = program
        self._mandate = mandate
        self._tries = tries

    async def _refused_to(self) -> tuple[Actor, None]:
        return holder_of(self._mandate), None

    @property
    def purpose(self) -> str:
        """The one purpose this desk acts for."""
        return self._mandate.purpose

    async def find(self, /, *, external: str = "", system: str = "", **criteria: str) -> PersonRef:
        """Find the one person with these items in any usual spelling, or with your own id for them.

        Args:
            external: Your own id for them, such as a customer number; then no item is named.
            system: Whose id it is; the credential's own system when left out.
            criteria: Text by findable item.

        Raises:
            NotFoundError: No person this purpose may see.
            InputError: More than one; give a second item. Or both an id and items, or neither.
            LimitError: It looked in vain for too many within ten minutes, by items.
        """
        if bool(external) == bool(criteria):
            raise InputError(
                "expected either an external id or items to find by, found both or neither",
                reason="find-by",
                hint='find(external="C-4711"), or find(mail_address="...")',
            )
        if external:
            return PersonRef(
                await find_by_external(self._engine, self._mandate, system or self._program.system, external)
            )
        async with self._tries.failures("finding", self._program.id, limits.FINDING_FAILURES):
            return PersonRef(await find_person(self._engine, self._mandate, criteria))

    async def read(
        self,
        person: PersonRef,
        items: Sequence[str],
        *,
        exit: Exit | str,  # noqa: A002 -- the field's own word
        on_denial: OnDenial = "refuse",
    ) -> Card:
        """Release items of a person: decided, recorded, then returned.

        Args:
            person: From `find`.
            items: Item ids, 1 to 64.
            exit: Way out: `app`. What leaves by another goes through Kept, as `message` does.
            on_denial: `refuse` the read when one item is refused, or `withhold` just that item.

        Raises:
            DeniedError: The policy says no, or it is another way out; names the step, the clause and what would be needed.
            ClosedError: The gate is closed.
        """
        person_id, way_out = person._id, _exit(exit)  # noqa: SLF001 -- the reference is ours
        if way_out is not Exit.APP:
            raise await self._no_way(person_id, way_out)
        return await gate.read(self._engine, self._mandate, person_id, items, way_out, on_denial=on_denial)

    async def _no_way(self, person_id: bytes, way_out: Exit) -> DeniedError:
        """Record that a program asked for values by a way that is not a program's; return the error."""
        ground = f"purposes:{self.purpose}"
        entry_id = await record(
            self._engine, holder_of(self._mandate), Act.VALUE_READ, await about_person(self._engine, person_id),
            outcome=Outcome.REFUSED, rests_on=ground, exit=way_out.value, facts=(("reason", "program-exit"),),
        )  # fmt: skip
        return DeniedError(
            f"expected `app`, by which values leave to a program, found {way_out.value}",
            step=7,
            needed="the way out `app` in the policy; or `message`, which decides again as it leaves",
            entry_id=entry_id,
            reason="program-exit",
            rests_on=ground,
        )

    async def read_many(
        self,
        people: Iterable[PersonRef | str],
        items: Sequence[str],
        *,
        exit: Exit | str,  # noqa: A002 -- the field's own word
        on_denial: OnDenial = "refuse",
    ) -> list[Card | DeniedError]:
        """Release items of many people in one call; the answers come in the order of the people.

        Args:
            people: From `find`, or your own ids for them.
            items: Item ids, 1 to 64.
            exit: Way out: `app`.
            on_denial: `refuse` a person's read when one item is refused, or `withhold` just that item.

        Returns:
            For each person the card, or the denial (a `NotFoundError` for an id nobody has or nobody may see).

        Raises:
            ClosedError: The gate is closed.
        """
        turns, way_out = asyncio.Semaphore(limits.READ_TOGETHER), _exit(exit)

        async def one(person: PersonRef | str) -> Card | DeniedError:
            async with turns:
                try:
                    found = await self.find(external=person) if isinstance(person, str) else person
                    return await self.read(found, items, exit=way_out, on_denial=on_denial)
                except DeniedError as error:
                    return error

        return list(await asyncio.gather(*(one(person) for person in people)))

    async def segment(
        self, rule: Mapping[str, Sequence[str]] | None = None, *, channels: Sequence[str] = ("mail",)
    ) -> Counts:
        """Count who a message would be for: each is decided, opened, compared and forgotten; nobody is named.

        Args:
            rule: Options by item, such as `{"interests": ["landscape"]}`; nothing for everybody who agreed.
            channels: Ways to reach people; the first one somebody agreed to counts.

        Raises:
            DeniedError: The credential has no right `campaigns`.
            InputError: An item one may not choose people by, an option or a channel that is none.
        """
        self._program.require(self._engine, SEGMENT_RIGHT)
        return await count_segment(self._engine, self._mandate, rule or {}, channels)

    async def ways(self, person: PersonRef) -> list[Way]:
        """Return the ways this purpose may reach a person by, each with the policy's answer now; nothing is opened.

        A way whose reason is `unconfirmed` waits for the owner of the address, who confirms it on my data (`Person.confirm`);
        one whose reason is `stated` waits for the person to confirm another company's word (`Person.confirm_statement`).

        Args:
            person: From `find`.

        Raises:
            NotFoundError: There is no such person any more.
        """
        return await ways_to(self._engine, self._mandate, person._id)  # noqa: SLF001 -- the reference is ours

    async def message(self, person: PersonRef, channel: str, kind: str, text: str = "") -> str:
        """Write to a person through the outbox what the policy declares; return the message's number.

        The policy decides whether this purpose may use the channel and writes messages of the kind, and decides again when it leaves.

        Args:
            person: From `find`.
            channel: word of the policy language, such as `mail`; for a call, the text is the script.
            kind: `service-notice`, in the policy's own words; or `reply`, to what they asked on their own page for this purpose.
            text: Plain text of a reply; a notice has none.

        Raises:
            DeniedError: The policy says no: to the way, to the kind, or since they did not ask.
            InputError: No such channel, no text, or too long a one.
            SettingError: This installation lacks what the channel needs.
        """
        return await write_as_program(self._engine, self._mandate, person._id, channel, kind, text)  # noqa: SLF001 -- the reference is ours

    async def sent(self, number: str) -> Sent:
        """Return what became of a message this program wrote.

        Args:
            number: From `message`.

        Raises:
            InputError: It wrote none of that number, or its person was erased.
        """
        found = await sent_of(self._engine, number, PROGRAM, self._program.id)
        if found is None:
            raise InputError("expected a message of this program, found none", reason="contact-unknown")
        return found


def _exit(named: Exit | str) -> Exit:
    try:
        return Exit(named)
    except ValueError:
        raise InputError(
            "expected a way out of the policy language, found another",
            reason="exit-unknown",
            hint=f"one of {', '.join(Exit)}",
        ) from None
