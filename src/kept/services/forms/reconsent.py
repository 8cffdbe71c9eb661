"""A new version of the policy gives no right over old values: who gave them is asked, at their next visit, what is changed.

Asked is for the purposes the version in force would use a value for and its own notice does not bind: new ones, and those
whose words or basis changed. Nothing is ticked; who leaves it keeps the old notice, and nothing is taken away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from kept.errors import ErasedError, EvidenceError, KeptError
from kept.policy import needs
from kept.policy.beside import Beside, beside
from kept.policy.model import Policy
from kept.policy.notice import Notice
from kept.policy.person import PersonState
from kept.policy.present import purpose_words
from kept.policy.read import read_policy
from kept.policy.words import Basis
from kept.services.engine.active_policy import decode_files
from kept.services.engine.engine import Engine
from kept.services.engine.people import each_person
from kept.store import sql


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
class Words:
    """What a purpose was described as when an item was given, beside what it is now.

    Args:
        version: Of the policy the item was given under.
        beside: Both texts, with what differs marked; the older one is empty where the notice did not name the purpose.
    """

    version: int
    beside: Beside


async def words_beside(
    engine: Engine, person_id: bytes, questions: Sequence[Question], language: str
) -> dict[Question, Words]:
    """Return, for what a person is asked again, the words of their notice's version beside those in force.

    The older words come from the files of the very version the notice names, held against its hash: they are what the
    notice said, in the language the person reads now.

    Args:
        engine: Open.
        person_id: 16 bytes.
        questions: From `asked_again`.
        language: Language the person reads.
    """
    if not questions:
        return {}
    person = await engine.people.load(person_id)
    notices = await engine.notices.of_person(person.state)
    found: dict[Question, Words] = {}
    older: dict[str, Policy | None] = {}
    for one in questions:
        held = person.state.slots[one.item]
        notice = notices.get(dict(held.accepted).get(one.purpose, held.notice_id))
        if notice is None:
            continue
        if notice.policy_hash not in older:
            older[notice.policy_hash] = await _version(engine, notice.policy_hash)
        then = older[notice.policy_hash]
        if then is None:
            continue
        named = notice.term(one.item, one.purpose) is not None
        was = purpose_words(then, notice.point, notice.stage, one.purpose, language) if named else ""
        now = purpose_words(engine.policy.policy, held.point, "", one.purpose, language)
        found[one] = Words(notice.version, beside(was, now))
    return found


async def _version(engine: Engine, policy_hash: str) -> Policy | None:
    row = await engine.data.one(sql.PolicyFiles, policy_hash=policy_hash)
    if row is None:
        return None
    try:
        policy = read_policy(decode_files(row.files), engine.parts.guarantees)
    except (KeptError, msgspec.MsgspecError):
        return None  # it named something this version of the software has no word for
    return policy if policy.hash == policy_hash else None


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
    async for person_id in each_person(engine.data):
        try:
            person = await engine.people.load(person_id)
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
