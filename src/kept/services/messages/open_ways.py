"""What each purpose may do with somebody's information now: the gate's own answer for each way out, and what a no lacks.

Whatever shows a person their choices asks here: the page, the door, the forms, their receipts and the copy to take along. A
sign that says *on* is a yes of the gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kept.policy import change
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.decision import Allowed, Mandate, Refused
from kept.policy.duties import roles_with
from kept.policy.model import Policy, Purpose
from kept.policy.notice import Notice
from kept.policy.person import PersonState
from kept.policy.words import OWN_EXITS, Basis, Exit
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.gate.ends import events_of
from kept.services.messages.stop_list import address_item, stands_against, stop_token
from kept.store.interface import Transaction

LISTED = "stop-list"
"""What a way lacks whose address is on the list never to write to."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a purpose.

    Args:
        exit: The way out.
        recipient: The third party, or who works for us, that it leads to; empty where it leads to none.
        slots: What would leave by it now; empty while it is closed, which a channel is without its address.
        missing: What it lacks, as the gate's reason (docs/ERRORS.md), or `stop-list`; empty while it is open.
        item: The item it reaches the person by; empty where it is no channel, or the purpose uses none.
        yes_opens: Whether the person's own yes to this channel, and nothing else, would open it.
        said: What the person said of this channel last; None where they said nothing, or it is none.
    """

    exit: Exit
    recipient: str
    slots: tuple[str, ...]
    missing: str
    item: str
    yes_opens: bool
    said: bool | None

    @property
    def open(self) -> bool:
        """Whether the gate would say yes."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person's ways are decided on, beside their state.

    Args:
        policy: In force.
        engine: Open; its evaluator decides.
        person_id: 16 bytes.
        held: Their slots.
        notices: Those their values and grants answer to, by id.
        events: Of retention.
        listed: Channel, item and basis of a purpose, where an address that they confirmed stands on its list.
        at: Unix seconds.
    """

    policy: Policy
    engine: Engine
    person_id: bytes
    held: frozenset[str]
    notices: Mapping[str, Notice]
    events: Mapping[str, float]
    listed: frozenset[tuple[Exit, str, Basis]]
    at: float

    def under(self, notice_id: str, notice: Notice) -> Standing:
        """Return the same with one more notice: that of a form being taken."""
        return replace(self, notices={**self.notices, notice_id: notice})

    def ways(self, state: PersonState, purpose: Purpose) -> tuple[Way, ...]:
        """Return the ways out of a purpose, channels first, as the gate decides about them under *state*."""
        found = [*(one for one in CHANNEL_TABLE if one in purpose.exits)]
        found += sorted(purpose.exits - frozenset({*found, Exit.LEGAL_BUNDLE}))
        return tuple(
            self._way(state, purpose, way_out, recipient)
            for way_out in found
            for recipient in self._recipients(purpose.id, way_out)
        )

    def yes_opens(self, state: PersonState, purpose: Purpose) -> bool:
        """Whether the person's own yes to a purpose as a whole, and nothing else, would open a way of it."""
        said = self._said_yes(state, purpose, None)
        return said is not None and any(one.open for one in self.ways(said, purpose))

    def _said_yes(self, state: PersonState, purpose: Purpose, way_out: Exit | None) -> PersonState | None:
        """Return the state after a yes; None where none is taken."""
        if purpose.basis not in {Basis.CONSENT, Basis.NOTICE} or state.status != "active":
            return None
        return change.choose(state, purpose.id, way_out, allow=True, at=self.at)

    def _recipients(self, purpose: str, way_out: Exit) -> tuple[str, ...]:
        """Return who gets it by one way: the third parties, who works for us, or nobody to be named."""
        if way_out is Exit.PROVISION:
            return tuple(one.id for one in self.policy.recipients.values() if one.purpose == purpose)
        if way_out is Exit.PROCESSOR:
            return tuple(one.id for one in self.policy.processors.values() if purpose in one.for_purposes)
        return ("",)

    def _mandate(self, purpose: str, way_out: Exit) -> Mandate:
        """Return whose mandate goes by one way: the person's own, a program's, or that of the first role with the purpose."""
        if way_out in OWN_EXITS:
            return Mandate("", "own", "", "", purpose, "", self.person_id, self.at, self.at)
        role = next(iter(roles_with(self.policy, purpose)), "")
        return Mandate("", "program" if way_out is Exit.APP else "staff", "", role, purpose, "", b"", self.at, self.at)

    def _way(self, state: PersonState, purpose: Purpose, way_out: Exit, recipient: str) -> Way:
        item = address_item(self.policy, purpose, way_out) if way_out in CHANNEL_TABLE else ""
        slots, missing = self._decided(state, purpose, way_out, recipient, item)
        said = self._said_yes(state, purpose, way_out) if missing and item else None
        yes_opens = said is not None and not self._decided(said, purpose, way_out, recipient, item)[1]
        chosen = state.choice(purpose.id, way_out)
        yes = chosen if way_out in CHANNEL_TABLE else state.choice(purpose.id, None)
        if missing == "consent" and yes is not None and yes.allow:
            missing = "notice"  # they said yes; it was not for what is held
        return Way(way_out, recipient, slots, missing, item, yes_opens, chosen.allow if chosen else None)

    def _decided(
        self, state: PersonState, purpose: Purpose, way_out: Exit, recipient: str, item: str
    ) -> tuple[tuple[str, ...], str]:
        """Return what the gate would let out by one way, or the reason that is nearest to a yes."""
        slots = [one for one in state.slots if purpose.may_use(one.partition("#")[0])]
        reached = [one for one in slots if one == item] if way_out in CHANNEL_TABLE else slots
        if not reached:
            return (), "value"
        decisions = self.engine.policy.evaluator.decide_slots(
            self._mandate(purpose.id, way_out), self.person_id, state, slots, way_out, self.at, self.notices,
            recipient=recipient, events=self.events,
        )  # fmt: skip
        by_slot = dict(zip(slots, decisions, strict=True))
        refused = [one for slot in reached if isinstance(one := by_slot[slot], Refused)]
        if len(refused) == len(reached):
            return (), max(refused, key=lambda one: one.step).reason
        if (way_out, item, purpose.basis) in self.listed:
            return (), LISTED
        return tuple(slot for slot, one in by_slot.items() if isinstance(one, Allowed)), ""


async def standing_of(engine: Engine, person: Person) -> Standing:
    """Return what the ways of a person are decided on.

    Args:
        engine: Open.
        person: As loaded, with their values.
    """
    policy, notices = engine.policy.policy, await engine.notices.of_person(person.state)
    return Standing(
        policy,
        engine,
        person.id,
        frozenset(person.state.slots),
        notices,
        await events_of(engine, notices),
        await _listed(engine, person),
        engine.clock.now(),
    )


async def ways_of(engine: Engine, person: Person) -> dict[str, tuple[Way, ...]]:
    """Return every way out of every purpose that uses something, by purpose; nothing leaves, and nothing is recorded.

    Args:
        engine: Open.
        person: As loaded, with their values.
    """
    standing = await standing_of(engine, person)
    return {
        purpose.id: standing.ways(person.state, purpose)
        for purpose in standing.policy.purposes.values()
        if purpose.uses and purpose.basis is not Basis.LAW
    }


async def _listed(engine: Engine, person: Person) -> frozenset[tuple[Exit, str, Basis]]:
    """Return which addresses may not be written to; of one that nobody confirmed it is not told, since anybody may type it."""
    policy = engine.policy.policy
    asked = []
    for slot, held in person.state.slots.items():
        declared = policy.items.get(slot)
        value = engine.people.open_slot(person, slot) if declared and held.confirmed_at is not None else None
        if declared and isinstance(value, str):
            channels = (one for one, way in CHANNEL_TABLE.items() if declared.type in way.address)
            asked += [(channel, slot, stop_token(engine, channel, value)) for channel in channels]

    async def body(tx: Transaction) -> list[tuple[Exit, str, Basis]]:
        return [
            (channel, slot, basis)
            for channel, slot, token in asked
            for basis in Basis
            if await stands_against(tx, channel, token, basis)
        ]

    return frozenset(await engine.data.read(body)) if asked else frozenset()
