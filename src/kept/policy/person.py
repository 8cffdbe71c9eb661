"""What is known of one person, as far as a decision needs it: the content of the sealed state row.

The gate decides from this alone. Times are unix seconds. Every change writes `g + 1`.
"""

from __future__ import annotations

import msgspec

from kept.errors import MalformedError
from kept.policy.words import Exit, Source


class Asked(msgspec.Struct, frozen=True):
    """The owner of an address was asked to confirm it.

    Args:
        times: How often, from 1; each time has a code of its own.
        at: The last time, unix seconds.
        wrong: Wrong codes typed since.
    """

    times: int
    at: float
    wrong: int = 0


class Slot(msgspec.Struct, frozen=True):
    """The current value of one slot (an item, or `item#instance` for items kept per instance).

    Args:
        version: Version of the value, from 1.
        notice_id: Notice it was given under, hex; stays the same through corrections.
        given_at: When the slot was filled under that notice (a correction does not move it).
        source: Where it came from.
        point: Collection point it was given at.
        key_id: Value key it is sealed under.
        corrected_at: When the current version was written; equals *given_at* for version 1.
        confirmed_at: When the owner of the address this value is showed that it is theirs, unix seconds; None before: nothing
            is written to it but the message that asks. Says nothing of a value that is no address.
        asked: How they were asked; None before.
        accepted: Later notices the person accepted for this slot, as (purpose, notice id): re-consent after a
            changed purpose; looked at before *notice_id* for that purpose.
        by_word: Whether it stands on another company's word alone, which the person has not confirmed: it is shown, and said
            to be that, and leaves by nothing else (`needs.WORD_EXITS`).
    """

    version: int
    notice_id: str
    given_at: float
    source: Source
    point: str
    key_id: str
    corrected_at: float
    confirmed_at: float | None = None
    asked: Asked | None = None
    accepted: tuple[tuple[str, str], ...] = ()
    by_word: bool = False


class OldVersion(msgspec.Struct, frozen=True):
    """A superseded version: opens for own-access and law only, and ends 30 days after *replaced_at*.

    It was what was held from *written_at* until then.
    """

    slot: str
    version: int
    notice_id: str
    source: Source
    key_id: str
    replaced_at: float
    written_at: float


class Grant(msgspec.Struct, frozen=True):
    """Consent: one notice's tuples of one purpose, for named slots.

    Args:
        purpose: Purpose consented to.
        notice_id: Notice on whose form the box was ticked, hex.
        slots: Slots it covers: those filled on that form.
        recipients: Third parties consented to; only for a purpose with exit provision.
        at: When it was given.
        withdrawn: True once the person said no to the purpose as a whole; only their own yes on my data takes it
            back, never a box ticked later on another form.
    """

    purpose: str
    notice_id: str
    slots: tuple[str, ...]
    recipients: tuple[str, ...]
    at: float
    withdrawn: bool = False


class Choice(msgspec.Struct, frozen=True):
    """The latest choice for (purpose) or (purpose, exit).

    Args:
        purpose: Purpose id.
        exit: Exit it is about; None for the purpose as a whole.
        allow: True for a yes, False for a no (withdrawal, objection).
        notice_id: Notice that was shown with it, hex; empty for a choice made on my data.
        at: When it was made.
        by: `self`, or `paper` or `call` (witnessed); only `self` lifts a no. What another company says is no choice: `Stated`.
    """

    purpose: str
    exit: Exit | None
    allow: bool
    notice_id: str
    at: float
    by: str


class Stated(msgspec.Struct, frozen=True):
    """What another company says a person agreed to: its word alone. Nothing is decided on it before the person confirms it.

    Args:
        id: Number of the record of receipt it came with.
        partner: Registered name of who says so.
        notice_id: Our notice it says it showed, hex.
        agreed_at: When it says they agreed, unix seconds.
        taken_at: When it was taken in, unix seconds.
        slots: What it gave with it, as far as that is still here.
        ticks: Boxes it says they ticked: purpose, and channel or nothing.
        confirmed_at: When the person said that it is so, unix seconds; then *ticks* are what they confirmed, and a grant of
            their own. None before.
    """

    id: str
    partner: str
    notice_id: str
    agreed_at: float
    taken_at: float
    slots: tuple[str, ...]
    ticks: tuple[tuple[str, str], ...]
    confirmed_at: float | None = None


class PersonState(msgspec.Struct, frozen=True):
    """The sealed state of one person.

    Args:
        g: Number of the state, from 1; every change is plus one.
        status: `active` or `erasing`.
        opened_at: When the account was opened.
        last_seen_at: When the person last signed in, to the day.
        closed_at: When the account was closed; None while it is open.
        slots: Current values by slot.
        old: Superseded versions not yet ended.
        grants: Consents, in order of time.
        choices: Latest choices, at most one for each (purpose, exit).
        stops: Purposes whose use the person stopped.
        stated: What other companies say they agreed to, in order of time.
        removed: When a value was last taken away or replaced by the person, unix seconds, by slot: what was agreed elsewhere
            before that does not bring it back.
        language: Language the person reads.
    """

    g: int
    status: str
    opened_at: float
    last_seen_at: float
    closed_at: float | None = None
    slots: dict[str, Slot] = {}
    old: tuple[OldVersion, ...] = ()
    grants: tuple[Grant, ...] = ()
    choices: tuple[Choice, ...] = ()
    stops: tuple[str, ...] = ()
    stated: tuple[Stated, ...] = ()
    removed: dict[str, float] = {}
    language: str = "en"

    def choice(self, purpose: str, way_out: Exit | None) -> Choice | None:
        """Return the latest choice for (purpose, exit), or None when there is none."""
        for choice in self.choices:
            if choice.purpose == purpose and choice.exit == way_out:
                return choice
        return None

    def stated_of(self, slot: str) -> Stated | None:
        """Return the word of the company a value came from; None where it came from nobody else, or is the person's own now."""
        held = self.slots.get(slot)
        if held is None or (held.source is not Source.PARTNER and not held.by_word):
            return None
        return next((one for one in reversed(self.stated) if slot in one.slots), None)

    def refuses(self, purpose: str, way_out: Exit | None) -> bool:
        """Whether the person's own no stands against a purpose, or against it by one way."""
        said = (self.choice(purpose, None), self.choice(purpose, way_out))
        return purpose in self.stops or any(one is not None and not one.allow for one in said)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(PersonState)


def encode_state(state: PersonState) -> bytes:
    """Return the bytes that are sealed into the state row."""
    return _encoder.encode(state)


def parse_state(opened: bytes) -> PersonState:
    """Read the opened bytes of a state row.

    Args:
        opened: Plaintext whose seal the caller opened.

    Raises:
        MalformedError: The bytes are not a state of this version of Kept.
    """
    try:
        return _decoder.decode(opened)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MalformedError(
            "a person's state does not decode", reason="state-malformed", rests_on="sealed-values"
        ) from error


def version_of(state: PersonState, slot: str, version: int) -> Slot | OldVersion:
    """Return what the state says of a version of a filled slot that is kept, current or superseded."""
    current = state.slots[slot]
    older = (one for one in state.old if (one.slot, one.version) == (slot, version))
    return current if current.version == version else next(older)
