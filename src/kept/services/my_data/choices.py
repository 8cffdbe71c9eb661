"""Choices after the form: withdraw a purpose or a channel, allow it again, stop a use, resume it.

As easy as giving was: one act, no reason asked, effective with the entry that records it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kept.errors import SubmissionError
from kept.policy import change
from kept.policy.duties import serving
from kept.policy.model import Purpose
from kept.policy.notice import Notice
from kept.policy.person import PersonState
from kept.policy.words import Basis, Exit, PurposeDuty
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.engine.record import OWN, account_part
from kept.services.forms.consent_evidence import evidence_of, mail_slots
from kept.services.gate.own_session import Own
from kept.services.gate.state_change import Change, Extra, change_person
from kept.services.instances.contests import take_down
from kept.services.messages.taking_back import Going, count_under_way, take_back_faxes
from kept.services.third_parties.recalls import recall, recalled, recalls_due
from kept.store.interface import Transaction

NOTHING_GOES = Going()


@dataclass(frozen=True, slots=True)
class Said:
    """A choice as it was recorded: the id of its entry, hex, and what it came too late for."""

    entry_id: str
    going: Going


@dataclass(frozen=True, slots=True)
class NoByLink:
    """What became of a no by a message's link.

    Args:
        stands: Whether there is a no to that purpose by that channel now; False where none can be said.
        going: What it came too late for.
    """

    stands: bool
    going: Going = NOTHING_GOES


async def choose(engine: Engine, own: Own, purpose: str, way_out: Exit | None, *, allow: bool) -> Said:
    """Record a yes or a no of the person's own; return its entry, and what a no came too late for.

    Args:
        engine: Open.
        own: The person's session.
        purpose: A declared purpose on consent or notice.
        way_out: Channel it is about; None for the purpose as a whole.
        allow: True for a yes.

    Raises:
        SubmissionError: No such purpose or channel, one that needs no choice, or a yes to what rests on a consent they
            never gave, or gave to other words or another company: that is given on a form, after its notice.
    """
    declared = engine.policy.policy.purposes.get(purpose)
    if (
        declared is None
        or declared.basis not in {Basis.CONSENT, Basis.NOTICE}
        or (way_out and way_out not in declared.exits)
    ):
        raise SubmissionError(
            "expected a purpose and channel one can say yes or no to, found another",
            reason="choice-unknown",
            rests_on="fair-forms",
        )

    ends = not allow and way_out in {None, Exit.PROVISION}
    named, due = await _to_recall(engine, own, purpose) if ends else ((), [])

    notices = await engine.notices.of_person((await engine.people.load(own.person_id)).state) if allow else {}
    going: list[int] = []

    def make(person: Person, at: float) -> Change:
        if allow and declared.basis is Basis.CONSENT and not _was_read(declared, person.state, notices):
            raise SubmissionError(
                "expected a consent given on a form after its notice, found none",
                reason="choice-before-notice",
                hint="open the form, read its notice, and say yes there",
                rests_on="notice-first",
            )
        return Change(
            change.choose(person.state, purpose, way_out, allow=allow, at=at, by=own.by),
            account_part(
                engine,
                own.acting(),
                Act.CHOICE_ALLOW if allow else Act.CHOICE_WITHDRAW,
                at=at,
                rests_on=f"purposes:{purpose}",
                purpose=purpose,
                exit=way_out.value if way_out else "",
                facts=recalled(due),
            ),
            extra=None if allow else _taken_back(engine, own, declared, way_out, named, at, going),
            register=evidence_of(engine, person, [(purpose, way_out)], {}, "", at) if allow else {},
        )

    _, entry_id = await change_person(engine, own.person_id, make, slots=mail_slots(engine.policy.policy))
    held = 0 if allow else await _faxes_kept(engine, own.person_id, purpose, way_out)
    return Said(entry_id, Going(going[-1] if going else 0, held))


def _was_read(declared: Purpose, state: PersonState, notices: Mapping[str, Notice]) -> bool:
    """Whether the person once agreed to a purpose as it is described now, on a page that showed its notice."""
    read = {declared.revision, *declared.editorial}
    agreed = (notices[one.notice_id] for one in state.grants if one.purpose == declared.id and one.notice_id in notices)
    return any(term.purpose == declared.id and term.revision in read for notice in agreed for term in notice.terms)


async def say_no_by_link(engine: Engine, person_id: bytes, purpose: str, channel: Exit) -> NoByLink:
    """Record the no of whoever holds a message's link: the person's own, to this purpose by this channel (RFC 8058).

    As strong as one made on my data: only their own yes lifts it. Said again it changes nothing.

    Args:
        engine: Open.
        person_id: Whom the message went to.
        purpose: What it was for.
        channel: How it went.

    Returns:
        Whether the no stands now, and what it came too late for.
    """
    declared = engine.policy.policy.purposes.get(purpose)
    if declared is None or declared.basis not in {Basis.CONSENT, Basis.NOTICE}:
        return NoByLink(stands=False)
    before = (await engine.people.load(person_id)).state.choice(purpose, channel)
    if before is not None and not before.allow:
        return NoByLink(stands=True)
    going: list[int] = []

    def make(person: Person, at: float) -> Change:
        return Change(
            change.choose(person.state, purpose, channel, allow=False, at=at),
            account_part(
                engine,
                OWN,
                Act.CHOICE_BY_LINK,
                at=at,
                rests_on=f"purposes:{purpose}",
                purpose=purpose,
                exit=channel.value,
            ),
            extra=count,
        )

    async def count(tx: Transaction) -> None:
        going.append(await count_under_way(tx, person_id, purpose, channel))

    await change_person(engine, person_id, make)
    return NoByLink(stands=True, going=Going(going[-1], await _faxes_kept(engine, person_id, purpose, channel)))


async def stop_use(engine: Engine, own: Own, purpose: str, *, stop: bool) -> Said:
    """Stop a use, or resume it; return its entry, and what a stop came too late for.

    Raises:
        SubmissionError: No such purpose, one a law requires, or the one by which the person's own requests are answered.
    """
    declared = engine.policy.policy.purposes.get(purpose)
    if declared is None or declared.basis is Basis.LAW or not declared.uses:
        raise SubmissionError(
            "expected a purpose one can stop, found another", reason="purpose-unknown", rests_on="bound-to-notice"
        )
    if stop and purpose in serving(engine.policy.policy, PurposeDuty.RIGHTS_REQUEST):
        raise SubmissionError(
            "expected a use that can be stopped, found the one by which what you ask about your own information is answered",
            reason="purpose-answers-you",
            hint="without it you could not ask; nothing happens under it but what you ask for",
            rests_on="purposes:rights-request",
        )

    named, due = await _to_recall(engine, own, purpose) if stop else ((), [])

    going: list[int] = []

    def make(person: Person, at: float) -> Change:
        state = change.stop(person.state, purpose) if stop else change.resume(person.state, purpose)
        return Change(
            state,
            account_part(
                engine,
                own.acting(),
                Act.USE_STOP if stop else Act.USE_RESUME,
                at=at,
                rests_on=f"purposes:{purpose}",
                purpose=purpose,
                facts=recalled(due),
            ),
            extra=_taken_back(engine, own, declared, None, named, at, going) if stop else None,
        )

    _, entry_id = await change_person(engine, own.person_id, make)
    held = await _faxes_kept(engine, own.person_id, purpose, None) if stop else 0
    return Said(entry_id, Going(going[-1] if going else 0, held))


async def _faxes_kept(engine: Engine, person_id: bytes, purpose: str, way_out: Exit | None) -> int:
    """Take back the faxes a no is about; return how many the fax server keeps."""
    return await take_back_faxes(engine, person_id, "no", purpose) if way_out in {None, Exit.FAX} else 0


def _taken_back(  # noqa: PLR0913 -- what a no reaches
    engine: Engine,
    own: Own,
    purpose: Purpose,
    way_out: Exit | None,
    named: tuple[str, ...],
    at: float,
    going: list[int],
) -> Extra:
    """Return what a no writes with itself: recalls from third parties, what is published is taken down, what goes is counted."""

    async def write(tx: Transaction) -> None:
        going.append(await count_under_way(tx, own.person_id, purpose.id, way_out))
        if named:
            await recall(engine, own.person_id, named, at)(tx)
        if Exit.PUBLICATION in purpose.exits and way_out in {None, Exit.PUBLICATION}:
            await take_down(tx, own.person_id)

    return write


async def _to_recall(engine: Engine, own: Own, purpose: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the recipients of a purpose, and which of them have something of the person."""
    named = tuple(one.id for one in engine.policy.policy.recipients.values() if one.purpose == purpose)
    return named, await recalls_due(engine, own.person_id, named) if named else []
