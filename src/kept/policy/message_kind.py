"""The kinds of message a purpose that answers people may write: a reply to what they asked, a notice the service needs.

Each has one template in each language, declared with the purpose. A reply holds what staff write, below the template's own
words; a service notice says the template's words and nothing else. What is neither needs a second person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

TEXT = "{text}"
"""The line of a template that stands for what staff write."""
_BLANK = re.compile(r"\{[^{}]*\}|[{}]")
BLANKS = ("{asked}", "{case}")
"""What else a template may leave open: the day they asked on, the number of the case."""


class MessageKind(StrEnum):
    """The closed list."""

    REPLY = "reply"
    SERVICE_NOTICE = "service-notice"


@dataclass(frozen=True, slots=True)
class Template:
    """One kind's template.

    Args:
        titles: Subject by language.
        lines: Paragraphs by language.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def words(self, language: str, otherwise: str, blanks: Mapping[str, str]) -> tuple[str, str]:
        """Return subject and text.

        Args:
            language: The person's.
            otherwise: The policy's own, where it is none of the template's.
            blanks: What stands for `text`, `asked` and `case`; what is missing stands for nothing.
        """
        spoken = language if language in self.lines else otherwise
        filled = [_BLANK.sub(lambda blank: blanks.get(blank[0].strip("{}"), ""), line) for line in self.lines[spoken]]
        return self.titles[spoken], "\n\n".join(filled)


def templates(bodies: Mapping[str, Mapping[str, Any]]) -> dict[MessageKind, Template]:
    """Make the templates of a purpose out of what is declared, by language and then by kind."""
    return {
        kind: Template(
            {language: said[kind]["title"] for language, said in bodies.items() if kind in said},
            {language: said[kind]["lines"] for language, said in bodies.items() if kind in said},
        )
        for kind in MessageKind
        if any(kind in said for said in bodies.values())
    }


def unfit(kind: MessageKind, template: Template) -> Iterator[str]:
    """Say what is wrong with a template: what a reader of the policy must see is what is sent."""
    for language, lines in template.lines.items():
        written = sum(TEXT in line for line in lines)
        if kind is MessageKind.REPLY and (written, lines.count(TEXT)) != (1, 1):
            yield f"expected one line `{TEXT}` for what is replied in `{language}`, found {written}"
        if kind is MessageKind.SERVICE_NOTICE and written:
            yield f"expected a notice in its own words in `{language}`, found `{TEXT}`"
        blanks = {found for line in (template.titles[language], *lines) for found in _BLANK.findall(line)}
        if strange := sorted(blanks - {*BLANKS, TEXT}) or sorted(set(_BLANK.findall(template.titles[language]))):
            yield f"expected {', '.join(f'`{one}`' for one in (TEXT, *BLANKS))} in lines alone, found `{strange[0]}`"
