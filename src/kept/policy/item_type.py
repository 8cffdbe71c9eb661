"""The types of items, each with everything that follows from it: field, normal form, vCard, what may be done with it.

A new type is one word of `ItemType` and one entry of `TYPES`; `vault/normal.py` has the normal form it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class ItemType(StrEnum):
    """What a value of an item looks like; what follows from that stands in `TYPES`."""

    PERSON_NAME = "person-name"
    DATE = "date"
    EMAIL = "email"
    ADDRESS_JP = "address-jp"
    PHONE = "phone"
    FAX = "fax"
    ONE_OF = "one-of"
    SOME_OF = "some-of"
    ANSWER = "answer"
    CONTEST_ENTRY = "contest-entry"
    ISSUED_NUMBER = "issued-number"
    JP_INDIVIDUAL_NUMBER = "jp-individual-number"

    @property
    def about(self) -> TypeFacts:
        """What follows from the type."""
        return TYPES[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFacts:
    """What follows from the type of an item.

    Args:
        normal: Name of the normal form in `vault/normal.py`; empty for what is never collected.
        control: What is filled in: one line, one option of a list, or several.
        input: `type` of the line, as HTML names it.
        autocomplete: What a browser may fill in, as HTML names it.
        inputmode: Keys a telephone shows, as HTML names them; empty for all.
        placeholder: An example in the empty field.
        findable: Whether a person can be found by it.
        counted: How a data set counts it: by its options, by bands of ages, or not.
        chosen_by: Whether it may leave by *segment* and *statistics*: to choose people by, and to count.
        published: Whether it may be shown to everybody, once its person says so.
        vcard: Its line in a vCard, with `{value}`, `{digits}` (without hyphens), `{label}` (in quotes), or the parts of an
            address; empty for none.
    """

    normal: str
    control: Literal["line", "choice", "choices"] = "line"
    input: Literal["text", "email", "tel"] = "text"
    autocomplete: str = "off"
    inputmode: str = ""
    placeholder: str = ""
    findable: bool = True
    counted: Literal["", "options", "ages"] = ""
    chosen_by: bool = False
    published: bool = False
    vcard: str = ""

    @property
    def has_options(self) -> bool:
        """Whether its item declares options, of which values are made."""
        return self.control != "line"

    @property
    def several(self) -> bool:
        """Whether a value is a list."""
        return self.control == "choices"


TYPES: Mapping[ItemType, TypeFacts] = {
    ItemType.PERSON_NAME: TypeFacts(normal="person-name", autocomplete="name", published=True, vcard="FN:{value}"),
    ItemType.DATE: TypeFacts(
        normal="date",
        autocomplete="bday",
        placeholder="1990-04-01",
        counted="ages",
        chosen_by=True,
        vcard="BDAY:{digits}",
    ),
    ItemType.EMAIL: TypeFacts(normal="email", input="email", autocomplete="email", vcard="EMAIL:{value}"),
    ItemType.ADDRESS_JP: TypeFacts(
        normal="address-jp", autocomplete="street-address", vcard='ADR;LABEL="{label}":;;{street};;{region};{code};'
    ),
    ItemType.PHONE: TypeFacts(normal="phone", input="tel", autocomplete="tel", vcard="TEL;TYPE=voice:{value}"),
    ItemType.FAX: TypeFacts(normal="phone", input="tel", vcard="TEL;TYPE=fax:{value}"),
    ItemType.ONE_OF: TypeFacts(normal="one-of", control="choice", counted="options", chosen_by=True),
    ItemType.SOME_OF: TypeFacts(normal="some-of", control="choices", findable=False, counted="options", chosen_by=True),
    ItemType.ANSWER: TypeFacts(normal="text", chosen_by=True),
    ItemType.CONTEST_ENTRY: TypeFacts(normal="title", published=True),
    ItemType.ISSUED_NUMBER: TypeFacts(normal="text"),
    ItemType.JP_INDIVIDUAL_NUMBER: TypeFacts(normal="", findable=False),
}
"""What follows from each type; a vCard lists them in the order of the values, a form in the order of the policy."""
