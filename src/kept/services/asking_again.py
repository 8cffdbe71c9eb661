"""A new version of the policy gives no right over old values: who gave them is asked, at their next visit, what is changed.

Asked is for the purposes the version in force would use a value for and its own notice does not bind: new ones, and those
whose words or basis changed. Nothing is ticked; who leaves it keeps the old notice, and nothing is taken away (§4.1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kept.errors import ErasedError, EvidenceError
from kept.policy import needs
from kept.policy.words import Basis

if TYPE_CHECKING:
    from kept.policy.model import Policy
    from kept.policy.notice import Notice
    from kept.policy.person import PersonState
    from kept.services.engine import Engine

PAGE = 500


@dataclass(frozen=True, slots=True)
class Question:
    """What one would be asked again.

    Args:
        item: The item given before.
        purpose: What the version in force would use it for.
        why: `new` (its notice does not name the purpose), `words` (the purpose is described otherwise) or `basis`.
    """

    item: str
    purpose: str
    why: str


def questions_of(policy: Policy, state: PersonState, notices: Mapping[str, Notice]) -> list[Question]:
    """Return what a person would be asked again, by item; nothing they have said no to, or stopped.

    Args:
        policy: In force, or to be.
        state: The person's.
        notices: Those their values and grants answer to.
    """
    found = []
    for slot, held in state.slots.items():
        point = policy.points.get(held.point)
        if "#" in slot or point is None:
            continue
        for word in point.purposes:
            purpose = policy.purposes[word]
            whole = state.choice(word, None)
            if not purpose.may_use(slot) or word in state.stops or (whole is not None and not whole.allow):
                continue
            bound = notices.get(dict(held.accepted).get(word, held.notice_id))
            term = bound.term(slot, word) if bound else None
            if term is None:
                found.append(Question(slot, word, "new"))
            elif term.revision != purpose.revision and term.revision not in purpose.editorial:
                found.append(Question(slot, word, "words"))
            elif term.basis != purpose.basis and not _covered(state, slot, word, purpose.basis):
                found.append(Question(slot, word, "basis"))
    return found


def _covered(state: PersonState, slot: str, purpose: str, basis: Basis) -> bool:
    """Whether a changed basis takes nothing away and nothing more is to be had by asking."""
    bound = dict(state.slots[slot].accepted).get(purpose, state.slots[slot].notice_id)
    granted = any(needs.covers(grant, purpose, bound, slot) for grant in state.grants)
    return granted and basis is Basis.CONSENT


async def asked_again(engine: Engine, person_id: bytes) -> list[Question]:
    """Return what a person is asked again under the version in force; nothing of theirs is opened.

    Args:
        engine: Open.
        person_id: 16 bytes.
    """
    person = await engine.people.load(person_id)
    policy = engine.policy.policy
    notices = await engine.notices.of_person(person.state)
    return questions_of(policy, person.state, notices)


@dataclass(frozen=True, slots=True)
class Concerned:
    """How many people a change concerns.

    Args:
        people: People there are.
        asked: People with anything to be asked.
        by_purpose: How many by purpose and why.
        unreadable: People whose state does not open.
    """

    people: int
    asked: int
    by_purpose: dict[tuple[str, str], int]
    unreadable: int


async def whom_it_concerns(engine: Engine, new: Policy) -> Concerned:
    """Count whom a version to come would have asked; states are read, no value is opened, nobody is named.

    Args:
        engine: Open.
        new: The version to come.
    """
    people = asked = unreadable = 0
    by_purpose: Counter[tuple[str, str]] = Counter()
    after = b""
    while rows := await engine.data.read(lambda tx, mark=after: tx.all("people_page", after=mark, limit=PAGE)):  # type: ignore[misc]
        for row in rows:
            after = bytes(row[0])
            try:
                person = await engine.people.load(after)
            except ErasedError:
                continue
            except EvidenceError:
                unreadable += 1
                continue
            people += 1
            questions = questions_of(new, person.state, await engine.notices.of_person(person.state))
            asked += bool(questions)
            by_purpose.update({(one.purpose, one.why) for one in questions})
    return Concerned(people, asked, dict(sorted(by_purpose.items())), unreadable)
