"""A page as somebody sees it: its words, its forms with what is in them, its links."""

from __future__ import annotations

import re
from html.parser import HTMLParser

SAID = ("aria-label", "placeholder", "alt", "title")
FOR_MACHINES = re.compile(
    r"<(script|style|pre|textarea)\b.*?</\1>|<(\w+)[^>]*class=\"[^\"]*\bmono\b[^>]*>.*?</\2>", re.DOTALL
)
"""Files, numbers and hashes, which are in nobody's language."""


class Shown(HTMLParser):
    """Reads a page.

    Args:
        html: The page.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.actions: list[str] = []
        self._forms: list[dict[str, list[str]]] = []
        self._select = ""
        self.feed(html)
        reader = _Words()
        reader.feed(FOR_MACHINES.sub(" ", html))
        self.text = "\n".join(one.strip() for one in reader.words if one.strip())

    def handle_starttag(self, tag, attrs):
        """Take links, and what a form holds."""
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and said.get("href"):
            self.links.append(said["href"])
        if tag == "form":
            self._forms.append({})
            self.actions.append(said.get("action", ""))
        if tag == "select":
            self._select = said.get("name", "")
        name = self._select if tag == "option" else said.get("name", "")
        if self._forms and name and tag in {"input", "button", "textarea", "option"}:
            self._forms[-1].setdefault(name, []).append(said.get("value", ""))

    def form(self, action: str) -> dict[str, list[str]]:
        """Return what the first form to *action* holds: values by name, of every box, option and button too."""
        return self._forms[self.actions.index(action)]

    def every(self, action: str, name: str) -> list[str]:
        """Return what any form to *action* could send as *name*, each once, in order."""
        forms = [form for at, form in zip(self.actions, self._forms, strict=True) if at == action]
        return list(dict.fromkeys(one for form in forms for one in form.get(name, []) if one))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 -- the interface
        self.words += [value for name, value in attrs if name in SAID and value]

    def handle_data(self, data):
        self.words.append(data)
