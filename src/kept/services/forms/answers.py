"""What a person has answered to each box of a form so far, and whether that does anything: shown on it, and on its receipt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kept.policy.channel import ADDRESSES, CHANNEL_TABLE
from kept.policy.model import Policy
from kept.policy.person import PersonState
from kept.policy.present import Box
from kept.services.forms.submission import Tick
from kept.services.messages.open_ways import Standing, Way


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person has answered to one box.

    Args:
        box: The box.
        said: Their latest answer; None where they gave none.
        at: When, unix seconds; None where they gave none.
        way: The way out the box is about, as the gate decides about it now.
        widens: Whether it would use something of the form that was not given yet.
    """

    box: Box
    said: bool | None
    at: float | None
    way: Way
    widens: bool

    @property
    def name(self) -> str:
        """The box's value on the form."""
        return Tick(self.box.purpose, self.box.exit, self.box.recipient).name()

    def record(self, before: Answer, *, ticked: bool) -> dict[str, Any]:
        """Return what a receipt says of it, beside what it was before, and whether its box was ticked."""
        words = {True: "yes", False: "no", None: "none"}
        return {
            "box": self.name,
            "title": self.box.title,
            "ticked": ticked,
            "before": words[before.said],
            "after": words[self.said],
            "uses": list(self.way.slots),
            "usedBefore": list(before.way.slots),
            "missing": self.way.missing,
            "item": self.way.item,
        }


def answers_to(
    standing: Standing, state: PersonState, boxes: Sequence[Box], asked: Iterable[str]
) -> tuple[Answer, ...]:
    """Return what a person has answered to the boxes of a form, in their order.

    Args:
        standing: What their ways are decided on.
        state: Theirs.
        boxes: As shown.
        asked: Items the form asks for.
    """
    policy, empty = standing.policy, [one for one in asked if one not in state.slots]
    return tuple(
        Answer(box, *_said(state, box), _way(standing, state, box), any(_uses(policy, box, one) for one in empty))
        for box in boxes
    )


def _uses(policy: Policy, box: Box, item: str) -> bool:
    """Whether what a box allows uses an item: an address only where it is the channel's own."""
    kind = policy.items[item].type
    address = box.exit is None or kind not in ADDRESSES or kind in CHANNEL_TABLE[box.exit].address
    received = not box.recipient or item in policy.recipients[box.recipient].items
    return policy.purposes[box.purpose].may_use(item) and address and received


def _said(state: PersonState, box: Box) -> tuple[bool | None, float | None]:
    """Return the latest answer to a box, and when: a no to the whole purpose is one, a yes to it none for a channel."""
    whole = state.choice(box.purpose, None)
    if whole is not None and not whole.allow:
        return False, whole.at
    if box.recipient:
        times = [one.at for one in state.grants if one.purpose == box.purpose and box.recipient in one.recipients]
        return (True, times[-1]) if times else (None, None)
    chosen = state.choice(box.purpose, box.exit)
    return (chosen.allow, chosen.at) if chosen else (None, None)


def _way(standing: Standing, state: PersonState, box: Box) -> Way:
    """Return the way a box is about: of a purpose without channels and third parties, the first that is open, or else the first."""
    ways = standing.ways(state, standing.policy.purposes[box.purpose])
    own = [one for one in ways if one.exit is box.exit or (box.recipient and one.recipient == box.recipient)]
    return next((one for one in own or ways if one.open), (own or ways)[0])
