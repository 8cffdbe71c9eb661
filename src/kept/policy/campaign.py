"""A campaign, read from its file: for which purpose, to whom, by which channels, in which words.

Its words are the installation's own and hold nobody's information; `{name}` is the only thing that is filled in.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kept import limits
from kept.errors import InputError, PolicyError
from kept.policy.channel import CHANNELS
from kept.policy.findings import Place
from kept.policy.fit import fit_file
from kept.policy.ground import cite
from kept.policy.instance import INSTANCE_ID, Instance
from kept.policy.model import Policy
from kept.policy.segment import Rule, parse_rule
from kept.policy.vocabulary import ID, LANGUAGE, Body, Many, Named, Pattern, Shape, Text, Word
from kept.policy.words import Basis, Exit

FILE = "campaign"
CAMPAIGN = "consent-checked-when-sent segments"
"""Ground of what is wrong with a campaign's file."""
NAME = "{name}"
_BRACES = re.compile(r"[{}]")

SHAPE: Shape = Body(
    {
        "id": INSTANCE_ID,
        "purpose": ID,
        "title": Named(Text(150), LANGUAGE, least=1),
        "text": Named(Many(Text(limits.CAMPAIGN_PARAGRAPH_CHARACTERS)), LANGUAGE, least=1),
        "channels": Many(Word(tuple(sorted(one.value for one in CHANNELS)))),
        "to": Named(
            Many(Pattern(r"[a-z0-9][a-z0-9_-]{0,63}", "an option")),
            Pattern(
                r"[a-z][a-z0-9_-]{0,63}(#[a-z][a-z0-9-]{2,39}\.[a-z][a-z0-9_-]{0,63})?",
                "an item, or `answer#questionnaire.question`",
            ),
        ),
    },
    required=("id", "purpose", "title", "text", "channels"),
)


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign as read.

    Args:
        id: Its word.
        purpose: Declared purpose on consent.
        titles: By language.
        texts: Paragraphs by language; one with `{name}` is left out for whoever gave no name.
        channels: Each person gets it once, by the first of these they agreed to.
        rule: Who it is for.
        text: The file.
    """

    id: str
    purpose: str
    titles: Mapping[str, str]
    texts: Mapping[str, tuple[str, ...]]
    channels: tuple[Exit, ...]
    rule: Rule
    text: str

    @property
    def hash(self) -> str:
        """Hex SHA-256 of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def words(self, language: str, name: str) -> tuple[str, str]:
        """Return title and text in a person's language, or the first there is; *name* may be empty."""
        chosen = language if language in self.texts else next(iter(self.texts))
        paragraphs = [one.replace(NAME, name) for one in self.texts[chosen] if name or NAME not in one]
        return self.titles.get(chosen, next(iter(self.titles.values()))), "\n\n".join(paragraphs)


def parse_campaign(unverified: str, policy: Policy, asked: Mapping[str, Instance]) -> Campaign:
    """Read a campaign's file.

    Args:
        unverified: YAML, as typed or uploaded.
        policy: In force.
        asked: Questionnaires whose answers its rule may name, by id.

    Raises:
        PolicyError: It does not fit; with line, column and what was expected.
    """
    if len(unverified) > limits.CAMPAIGN_FILE_CHARACTERS:
        message = f"expected at most {limits.CAMPAIGN_FILE_CHARACTERS} characters, found {len(unverified)}"
        raise _unfit(policy, Place(FILE), message, reason="campaign-size")
    plain, places = fit_file(unverified, FILE, SHAPE)
    _check(plain, policy, places)
    try:
        rule = parse_rule(plain.get("to", {}), policy, plain["purpose"], asked)
    except InputError as error:
        raise _unfit(policy, places["to"], error.message, error.reason, error.rests_on) from None
    return Campaign(
        id=plain["id"],
        purpose=plain["purpose"],
        titles=plain["title"],
        texts=plain["text"],
        channels=tuple(Exit(one) for one in plain["channels"]),
        rule=rule,
        text=unverified,
    )


def campaign_purposes(policy: Policy) -> tuple[str, ...]:
    """Return the purposes a campaign may be for: on consent, with a channel, and none that serves the engine."""
    return tuple(
        one.id
        for one in policy.purposes.values()
        if one.basis is Basis.CONSENT and one.exits & CHANNELS and not one.serves
    )


def _check(plain: Mapping[str, Any], policy: Policy, places: Mapping[str, Place]) -> None:
    offered = campaign_purposes(policy)
    if plain["purpose"] not in offered:
        raise _unfit(policy, places["purpose"], f"expected a purpose on consent ({', '.join(offered)}), found another")
    purpose = policy.purposes[plain["purpose"]]
    reach = sorted(purpose.exits & CHANNELS)
    if not plain["channels"] or any(one not in reach for one in plain["channels"]):
        raise _unfit(
            policy, places["channels"], f"expected channels of this purpose ({', '.join(reach)}), found another"
        )
    for word in ("title", "text"):
        missing = [one for one in policy.languages if not plain[word].get(one)]
        if missing:
            raise _unfit(
                policy, places[word], f"expected it in every language of the policy, found none in {missing[0]}"
            )
    for title in plain["title"].values():
        if _BRACES.search(title):
            raise _unfit(policy, places["title"], "expected a title without braces, found one", "campaign-braces")
    for paragraphs in plain["text"].values():
        if any(_BRACES.search(one.replace(NAME, "")) for one in paragraphs):
            raise _unfit(policy, places["text"], "expected `{name}` and no other braces, found some", "campaign-braces")


def _unfit(
    policy: Policy, place: Place, message: str, reason: str = "value-unfit", ground: str = CAMPAIGN
) -> PolicyError:
    error = PolicyError(message, file=FILE, line=place.line, column=place.column, reason=reason, rests_on=ground)
    return cite(policy, error)
