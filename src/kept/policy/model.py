"""A policy as values: what a reader made of the files, before anybody asks whether it is sound.

Everything here is frozen and comes from `read_policy`; nothing is mutated later. Texts that people read are mappings
from a language tag (`en`, `ja`) to the text in that language; the policy's own language is always present.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import Any

from kept.policy.day import UNDECLARED, zone_named
from kept.policy.item_type import ItemType
from kept.policy.message_kind import MessageKind, Template
from kept.policy.words import Basis, ClauseKind, Exit, PointKind


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a value is kept; all given ends apply and the earliest wins.

    Args:
        until: Event after which *then_seconds* run: `account-closed`, `closed` (of the instance), `prize-delivered`;
            empty when no event ends it.
        then_seconds: Seconds kept after the event; 0 or more.
        for_seconds: Seconds kept after the value was given; None when it does not apply.
        dormant_seconds: Seconds kept after the person was last seen; None when it does not apply.
        at_most_seconds: Hard ceiling after the value was given; None when there is none.
    """

    until: str = ""
    then_seconds: float = 0
    for_seconds: float | None = None
    dormant_seconds: float | None = None
    at_most_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One declared item of personal information.

    Args:
        id: Permanent word, such as `mail_address`.
        type: What its values look like.
        identifies: `alone`, `combined` or `no`.
        clause: Clause that declares it, such as `1.1`.
        special: Categories that need special care which questions for it may ask about; see `special_category`.
        findable: Whether index tokens are kept so that a person can be found by it.
        for_requests: Whether people are found by it only where they ask about their own information, or a law asks.
        per_instance: Whether each run-time instance has its own slot (`answer#spring-survey`).
        collected: False for an item declared as never collected.
        source: `made-by-us` for numbers we issue; empty otherwise.
        options: For one-of and some-of: the declared option ids, in order.
        dpv: W3C DPV personal-data term, such as `pd:Name`; empty when none is given.
        fides: fideslang data category; empty when none is given.
        titles: Name of the item by language.
        option_titles: Title of each option by option id, then by language.
    """

    id: str
    type: ItemType
    identifies: str
    clause: str
    findable: bool = False
    for_requests: bool = False
    per_instance: bool = False
    collected: bool = True
    source: str = ""
    options: tuple[str, ...] = ()
    dpv: str = ""
    fides: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    option_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    special: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Purpose:
    """One declared purpose.

    Args:
        id: Permanent word, such as `contact`.
        basis: Why it may use items.
        uses: Items it may use; the literal `("*",)` for `uses: all`.
        exits: Ways out it may take.
        clause: Clause that declares it.
        revision: Hex SHA-256 over title, description and term in all languages, and over whom its third parties are; a value
            given under another revision does not serve this purpose.
        titles: Title by language; what people see instead of the id.
        descriptions: One sentence by language; may be empty.
        dpv: DPV purpose term; part of the revision together with *fides*.
        fides: fideslang data use.
        editorial: Earlier revisions this version declares to mean the same (an activation names the approver).
        at_most_seconds: Longest life of anything set for it (cookies); None when it sets no bound.
        serves: What the engine needs it for (a `PurposeDuty`), where the policy says so; see `duties`.
        messages: Template of each kind of message staff may write for it without a second person; see `message_kind`.
    """

    id: str
    basis: Basis
    uses: tuple[str, ...]
    exits: frozenset[Exit]
    clause: str
    revision: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str] = field(default_factory=dict)
    dpv: str = ""
    fides: str = ""
    editorial: frozenset[str] = frozenset()
    at_most_seconds: float | None = None
    serves: str = ""
    messages: Mapping[MessageKind, Template] = field(default_factory=dict)

    def may_use(self, item: str) -> bool:
        """Whether *item* is among the items this purpose uses."""
        return item in self.uses or self.uses == ("*",)


@dataclass(frozen=True, slots=True)
class Point:
    """One collection point.

    Args:
        id: Permanent word, such as `registration`.
        kind: What sort of point it is.
        stages: Items asked for, by stage, in order; a point without stages has the single stage `""`.
        purposes: Purposes presented there.
        used_for: What each stage is used for, of those purposes; a stage that is not named presents all of them.
        recipients: Third parties named there.
        retention: How long what is given there is kept.
        clause: Clause that declares it.
        needed: Items a policy does require there, each with its reason by language.
        titles: Name of the point by language.
    """

    id: str
    kind: PointKind
    stages: Mapping[str, tuple[str, ...]]
    purposes: tuple[str, ...]
    recipients: tuple[str, ...]
    retention: Retention
    clause: str
    needed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    used_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def at(self, stage: str) -> Point:
        """Return the point as one of its stages presents it: with the purposes that stage is used for."""
        if stage not in self.used_for:
            return self
        return replace(self, purposes=tuple(one for one in self.purposes if one in self.used_for[stage]))


@dataclass(frozen=True, slots=True)
class Recipient:
    """A third party that may receive items, with consent.

    *abroad* says, by language, which `system` protects personal information in its country and which `measures` it takes.
    *contact* is the mail address of its desk, which recalls and corrections may go to; empty for none.
    """

    id: str
    names: Mapping[str, str]
    country: str
    items: tuple[str, ...]
    purpose: str
    means: str
    clause: str
    abroad: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Processor:
    """Somebody who acts for us: declared, not a third party; *abroad* as for a recipient."""

    id: str
    for_purposes: tuple[str, ...]
    country: str
    uses: tuple[str, ...]
    review_seconds: float | None
    clause: str
    names: Mapping[str, str] = field(default_factory=dict)
    safeguard: str = ""
    abroad: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cookie:
    """A declared cookie; *life_seconds* is None for a session cookie, *serves* what the engine needs it for, where said.

    *values* and *up_to* (-1 for no number) are what one without identifier may say; see `kept.policy.cookie_value`.
    """

    name: str
    purpose: str
    basis: Basis
    life_seconds: float | None
    holds: tuple[str, ...]
    identifier: str
    clause: str
    serves: str = ""
    values: tuple[str, ...] = ()
    up_to: int = -1


@dataclass(frozen=True, slots=True)
class Role:
    """A staff role: purposes it may act for, and acts it may do; *look_ups_a_day* is 0 where the engine's limit holds."""

    id: str
    purposes: tuple[str, ...]
    may: frozenset[str]
    look_up: bool
    clause: str
    titles: Mapping[str, str] = field(default_factory=dict)
    look_ups_a_day: int = 0


@dataclass(frozen=True, slots=True)
class GuaranteeUse:
    """A clause naming one of the engine's built-in promises, with its parameters (plain values)."""

    id: str
    parameters: Mapping[str, object]
    clause: str
    line: int


@dataclass(frozen=True, slots=True)
class Attestation:
    """What people keep: who (role), how often, which evidence."""

    id: str
    by: str
    every_seconds: float
    evidence: str
    clause: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """Any other declaration, kept as read: `statistics`, `segments`, `sources`, `addresses`, `disclosure`, `tags`, ….

    Args:
        word: The vocabulary word that introduces it.
        id: Its id within the word; empty for words that have none.
        body: Plain values, checked against the vocabulary.
        clause: Clause that declares it.
        line: Line in the policy file, from 1.
        said: The body by language, for words people read; of `rights`, each ground to refuse by its id, then by language;
            empty for the others.
    """

    word: str
    id: str
    body: Mapping[str, object]
    clause: str
    line: int
    said: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the text.

    Args:
        id: Permanent id, such as `4.6`; shown as `§4.6`.
        kind: What sort of sentence it is; a promise unless the file says otherwise.
        interpreted: True where the sentence leaves room and the file says how it is read.
        section: Id of the section heading it stands under, such as `4`.
        texts: The sentence by language, Markdown inline text without the id mark.
        line: Line in the policy file, from 1.
        states: Value of a `states:` rule (such as `limitation`); empty when there is none.
        inline: True when it is a marked phrase inside a longer sentence (`[loss]{#5.6}`).
    """

    id: str
    kind: ClauseKind
    interpreted: bool
    section: str
    texts: Mapping[str, str]
    line: int
    states: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of the text.

    Args:
        kind: `clause` (ends with an id), `text` (has none; may hold marked phrases) or `item` (of a list).
        clauses: The clause it ends with, then the phrases marked in it; in the order of the text.
        texts: Markdown inline source by language, without the id at its end; marked phrases keep their mark.
    """

    kind: str
    clauses: tuple[str, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the text: id, titles by language, and its body blocks in order (see `render`)."""

    id: str
    titles: Mapping[str, str]
    line: int
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A policy as read, whole; equal only to itself, so that what follows from it is worked out once.

    Args:
        id: Word of the front matter's `policy`, such as `bakery`.
        version: Whole number from the front matter.
        effective: ISO date from the front matter, `YYYY-MM-DD`.
        effective_at: The same as unix seconds, start of that day in *time_zone*.
        language: Language of the first file.
        languages: Every language whose translation is complete and fresh; the first file's language first.
        hash: Hex SHA-256 over the framed names and bytes of all files.
        controller: Name, desk, contact: plain strings, in the policy's own language.
        controllers: The same by language, where a translation gives its own.
        law: Declared legal packs, such as `jp-appi`.
        publish_states: Whether the public page shows the state of clauses.
        publish_counts: Whether it shows counts.
        time_zone: IANA name of the zone whose days count.
        remembered: What `ground` and `duties` worked out from it, once; no part of the policy itself.
    """

    id: str
    version: int
    effective: str
    effective_at: float
    language: str
    languages: tuple[str, ...]
    hash: str
    controller: Mapping[str, str]
    law: tuple[str, ...]
    publish_states: bool
    publish_counts: bool
    sections: tuple[Section, ...]
    clauses: Mapping[str, Clause]
    items: Mapping[str, Item]
    purposes: Mapping[str, Purpose]
    points: Mapping[str, Point]
    recipients: Mapping[str, Recipient]
    processors: Mapping[str, Processor]
    cookies: Mapping[str, Cookie]
    roles: Mapping[str, Role]
    guarantees: tuple[GuaranteeUse, ...]
    attestations: tuple[Attestation, ...]
    declarations: tuple[Declaration, ...]
    titles: Mapping[str, str] = field(default_factory=dict)
    controllers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    time_zone: str = UNDECLARED
    remembered: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def zone(self) -> tzinfo:
        """The zone whose days count: everything said or asked by the day is meant there."""
        return zone_named(self.time_zone) or UTC

    def promised(self, guarantee: str, parameter: str, otherwise: float) -> float:
        """Return a length of time the policy promises with a guarantee, in seconds.

        Args:
            guarantee: Its id; several uses of one guarantee are answered by the first.
            parameter: Which of its parameters.
            otherwise: What holds where the policy does not use the guarantee, or leaves the parameter out.
        """
        uses = (one.parameters.get(parameter) for one in self.guarantees if one.id == guarantee)
        said = next(uses, None)
        return float(said) if isinstance(said, int | float) else otherwise
