"""A run-time instance of a collection point, read from its file: this questionnaire, that sweepstake.

An instance can only narrow what the policy declares for its point (see `narrow`). Its words are the installation's own and hold
nobody's information.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from kept import limits
from kept.errors import PolicyError
from kept.policy.day import begin_of
from kept.policy.findings import Place
from kept.policy.fit import fit_file
from kept.policy.vocabulary import ID, LANGUAGE, Body, Flag, Many, Named, Number, Pattern, Shape, Text, Word

FILE = "instance"
SCALE = (0, 10)
INSTANCE_ID = Pattern(r"[a-z][a-z0-9-]{2,39}", "an id of 3 to 40 small letters, digits and `-`")
DAY = Pattern(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]", "a day such as 2027-01-31")
TEXTS = Named(Text(1_000), LANGUAGE, least=1)

QUESTION = Body(
    {
        "type": Word(("one-of", "scale", "text")),
        "ask": TEXTS,
        "of": Named(TEXTS, ID, least=2),
        "from": Number(*SCALE, whole=True),
        "to": Number(*SCALE, whole=True),
        "segments": Flag(),
    },
    required=("type", "ask"),
)
SHAPE: Shape = Body(
    {
        "id": INSTANCE_ID,
        "point": ID,
        "title": TEXTS,
        "about": TEXTS,
        "closes": DAY,
        "items": Many(ID),
        "purposes": Many(ID),
        "questions": Named(QUESTION, ID, least=1),
        "capacity": Number(1, 100_000, whole=True),
        "prizes": Number(1, 1_000, whole=True),
        "public-number": TEXTS,
        "number-day": DAY,
    },
    required=("id", "point", "title", "closes"),
)
OF_KIND: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "questionnaire": (frozenset({"questions"}), frozenset({"questions"})),
    "contest": (frozenset({"prizes"}), frozenset({"prizes"})),
    "sweepstake": (
        frozenset({"prizes", "public-number", "number-day"}),
        frozenset({"prizes", "public-number", "number-day"}),
    ),
    "event": (frozenset({"capacity"}), frozenset({"capacity"})),
}
"""By kind of point: words it may have beside the common ones, and those it must have."""
COMMON = frozenset({"id", "point", "title", "about", "closes", "items", "purposes"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a questionnaire.

    Args:
        id: Its word.
        type: `one-of`, `scale` or `text`.
        ask: The question by language.
        options: For one-of and scale: option ids in order, each with its title by language.
        chooses: Whether a campaign may choose people by its answers; the file says `segments: true`.
    """

    id: str
    type: str
    ask: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]]
    chooses: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance as read; whether it only narrows its point is for `narrow` to say.

    Args:
        id: Its word; slots of it are `item#id`.
        point: Declared collection point.
        titles: By language.
        about: What people should know, by language; may be empty.
        closes_at: When it closes by itself, unix seconds: the end of the day named, in the policy's zone.
        items: Items asked for; None for all of the point's.
        purposes: Purposes presented; None for all of the point's.
        questions: Of a questionnaire.
        capacity: Of an event; 0 elsewhere.
        prizes: Of a contest or sweepstake; 0 elsewhere.
        public_number: Of a sweepstake: the number, made by others after the close, that the draw needs, by language.
        number_at: When that number is known at the earliest, unix seconds.
        text: The file.
    """

    id: str
    point: str
    titles: Mapping[str, str]
    about: Mapping[str, str]
    closes_at: float
    items: tuple[str, ...] | None
    purposes: tuple[str, ...] | None
    questions: tuple[Question, ...]
    capacity: int
    prizes: int
    public_number: Mapping[str, str]
    number_at: float
    text: str

    @property
    def hash(self) -> str:
        """Hex SHA-256 of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def slot(self, item: str, *, per_instance: bool) -> str:
        """Return the slot of an item in this instance."""
        return f"{item}#{self.id}" if per_instance else item

    @property
    def texts(self) -> tuple[Mapping[str, str], ...]:
        """Everything it says and asks, each by language."""
        asked = [(one.ask, *(one.options.values() if one.type != "scale" else ())) for one in self.questions]
        return (self.titles, self.about, *(text for texts in asked for text in texts))

    def question(self, name: str) -> Question | None:
        """Return one question; None when there is none of that name."""
        return next((one for one in self.questions if one.id == name), None)


def parse_instance(unverified: str, kinds: Mapping[str, str], languages: tuple[str, ...], zone: tzinfo) -> Instance:
    """Read an instance's file.

    Args:
        unverified: YAML, as typed or uploaded.
        kinds: The declared points with their kind.
        languages: Languages every text has to be given in: those of the policy.
        zone: Whose days it names: the policy's.

    Raises:
        PolicyError: It does not fit; with line, column and what was expected.
    """
    if len(unverified) > limits.INSTANCE_FILE_CHARACTERS:
        message = f"expected at most {limits.INSTANCE_FILE_CHARACTERS} characters, found {len(unverified)}"
        raise PolicyError(message, file=FILE, line=0, column=0, reason="instance-size")
    plain, places = fit_file(unverified, FILE, SHAPE)
    _check_kind(plain, kinds, places)
    for place, found in _texts(plain, places):
        missing = [one for one in languages if one not in found]
        if missing:
            raise _unfit(place, f"expected this text in every language of the policy, found none in {missing[0]}")
    closes, number_day = _begin_of(plain["closes"], places["closes"], zone, after=1), 0.0
    if "number-day" in plain:
        number_day = _begin_of(plain["number-day"], places["number-day"], zone)
        if number_day < closes:
            raise _unfit(places["number-day"], "expected a day after it closes, found one before", "instance-draw-day")
    return Instance(
        id=plain["id"],
        point=plain["point"],
        titles=plain["title"],
        about=plain.get("about", {}),
        closes_at=closes,
        items=tuple(plain["items"]) if "items" in plain else None,
        purposes=tuple(plain["purposes"]) if "purposes" in plain else None,
        questions=tuple(
            _question(word, one, places["questions"], languages) for word, one in plain.get("questions", {}).items()
        ),
        capacity=plain.get("capacity", 0),
        prizes=plain.get("prizes", 0),
        public_number=plain.get("public-number", {}),
        number_at=number_day,
        text=unverified,
    )


def _check_kind(plain: Mapping[str, Any], kinds: Mapping[str, str], places: Mapping[str, Place]) -> None:
    kind = kinds.get(plain["point"], "")
    if kind not in OF_KIND:
        offered = ", ".join(one for one, what in kinds.items() if what in OF_KIND)
        raise _unfit(places["point"], f"expected a declared point ({offered}), found another", "instance-point")
    may, must = OF_KIND[kind]
    for word in plain:
        if word not in COMMON | may:
            raise _unfit(places[word], f"expected no `{word}` for a {kind}, found it", "instance-word")
    for word in sorted(must):
        if word not in plain:
            raise _unfit(Place(FILE, 1, 1), f"expected `{word}` for a {kind}, found none", "instance-word")
    if len(plain.get("questions", {})) > limits.INSTANCE_QUESTIONS:
        raise _unfit(places["questions"], f"expected at most {limits.INSTANCE_QUESTIONS} questions", "instance-size")


def _texts(plain: Mapping[str, Any], places: Mapping[str, Place]) -> list[tuple[Place, Mapping[str, str]]]:
    found = [(places[word], plain[word]) for word in ("title", "about", "public-number") if word in plain]
    for question in plain.get("questions", {}).values():
        found.append((places["questions"], question["ask"]))
        found += [(places["questions"], one) for one in question.get("of", {}).values()]
    return found


def _question(word: str, plain: Mapping[str, Any], place: Place, languages: tuple[str, ...]) -> Question:
    kind = plain["type"]
    if (
        (kind == "one-of") != ("of" in plain)
        or (kind == "scale") != ("from" in plain)
        or ("from" in plain) != ("to" in plain)
    ):
        raise _unfit(place, "expected `of` with one-of, `from` and `to` with scale, nothing with text, found otherwise")
    options = plain.get("of", {})
    if kind == "scale":
        if plain["from"] >= plain["to"]:
            raise _unfit(place, "expected a scale that rises, found another")
        options = {str(n): dict.fromkeys(languages, str(n)) for n in range(plain["from"], plain["to"] + 1)}
    return Question(word, kind, plain["ask"], options, plain.get("segments", False))


def _begin_of(text: str, place: Place, zone: tzinfo, *, after: int = 0) -> float:
    try:
        return begin_of(text, zone, after=after)
    except ValueError:
        raise _unfit(place, "expected a day of the calendar, found another") from None


def _unfit(place: Place, message: str, reason: str = "value-unfit") -> PolicyError:
    return PolicyError(message, file=FILE, line=place.line, column=place.column, reason=reason, rests_on="collection")
