"""Takes a policy's Markdown apart: front matter, headings, paragraphs with their clause ids, and rule blocks.

Source: CommonMark 0.31 for the text. Raw HTML and images are refused (comments are dropped); a paragraph is bounded so
that no text takes more than a moment, whatever it holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from kept import limits
from kept.errors import PolicyError
from kept.policy.findings import Place, Report
from kept.policy.invisible import INVISIBLE, shown
from kept.policy.yaml_block import Node, Table, parse_block

_CLAUSE_ID = r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}"
_END_MARK = re.compile(r"[ \t\n]*\{#(" + _CLAUSE_ID + r")\}\Z")
_PHRASE_MARK = re.compile(r"\[([^\[\]{}]{1,300})\]\{#(" + _CLAUSE_ID + r")\}")
_LOOSE_MARK = re.compile(r"\{#([^}\n]{0,40})\}?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|(?<=[。！？])(?=.)")
_CLAUSE_KEY = re.compile(_CLAUSE_ID)
_MARKS = re.compile(r"[\[\]*_`<>!&\\]")
_ALLOWED_LINK = re.compile(r"(?:https://|mailto:|tel:|/(?!/)|#)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph or list entry: its source without the end mark, its ids, and where it stands."""

    kind: str
    text: str
    end_id: str
    phrases: tuple[tuple[str, str], ...]
    place: Place

    @property
    def clauses(self) -> tuple[str, ...]:
        """Ids of the clause it ends with and of the phrases marked in it."""
        marked = tuple(clause for clause, _ in self.phrases)
        return (self.end_id, *marked) if self.end_id else marked


@dataclass(slots=True)
class Part:
    """A heading with what stands under it."""

    id: str
    title: str
    place: Place
    paragraphs: list[Paragraph] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rule:
    """One table of rules and the clause it belongs to; no clause for a block that only holds `words`."""

    clause: str
    node: Table


@dataclass(slots=True)
class Document:
    """One file, taken apart."""

    file: str
    front: Table
    title: str = ""
    parts: list[Part] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    clauses: dict[str, Place] = field(default_factory=dict)


def take_apart(file: str, content: bytes, report: Report) -> Document:
    """Take one policy file apart; what is wrong goes to *report*.

    Args:
        file: Name without its folder.
        content: The file, not trusted.
        report: Where findings go.

    Raises:
        PolicyError: The file as a whole cannot be read (size, encoding, front matter).
    """
    text = _decoded(file, content)
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        message = "expected front matter between two lines of `---`, found none"
        raise PolicyError(message, file=file, line=1, column=1, reason="front-matter-missing")
    end = next((number for number, line in enumerate(lines[1:200], 1) if line.rstrip() == "---"), 0)
    if not end:
        message = "expected a second line of `---` after the front matter, found none"
        raise PolicyError(message, file=file, line=1, column=1, reason="front-matter-missing")
    front = parse_block("\n".join(lines[1:end]), file, 2)
    if not isinstance(front, Table):
        message = "expected a table as front matter"
        raise PolicyError(message, file=file, line=2, column=1, reason="front-matter-missing")
    body = lines[end + 1 :]
    if len(body) > limits.POLICY_LINES:
        raise PolicyError(
            f"expected at most {limits.POLICY_LINES} lines, found {len(body)}", file=file, reason="file-size"
        )
    return _Walk(Document(file, front), report, body, end + 2).walk()


def _decoded(file: str, content: bytes) -> str:
    if len(content) > limits.POLICY_FILE_BYTES:
        message = f"expected at most {limits.POLICY_FILE_BYTES} bytes, found {len(content)}"
        raise PolicyError(message, file=file, reason="file-size")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        message = "expected UTF-8, found a byte that is not"
        raise PolicyError(message, file=file, line=line, column=column, reason="file-encoding") from error
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    match = re.search(r"[^\n\t\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if match is not None:
        before_text = text[: match.start()]
        line, column = before_text.count("\n") + 1, match.start() - before_text.rfind("\n")
        message = "expected text, found a control character"
        raise PolicyError(message, file=file, line=line, column=column, reason="file-encoding")
    hidden = INVISIBLE.search(text)
    if hidden is not None:
        before_text = text[: hidden.start()]
        line, column = before_text.count("\n") + 1, hidden.start() - before_text.rfind("\n")
        message = f"expected text that reads as it stands, found the invisible character {shown(hidden[0])}"
        raise PolicyError(message, file=file, line=line, column=column, reason="character-invisible")
    return text


class _Walk:
    """Reads the block tokens in order."""

    def __init__(self, document: Document, report: Report, lines: list[str], first_line: int) -> None:
        self.document = document
        self._report = report
        self._lines = lines
        self._first_line = first_line
        self._last_clause = ""

    def walk(self) -> Document:
        tokens = _BLOCKS.parse("\n".join(self._lines))
        self._bound(tokens)
        for position, token in enumerate(tokens):
            if token.type == "inline":
                self._inline(tokens[position - 1], token)
            elif token.type == "fence":
                self._fence(token)
            elif token.type == "html_block" and _without_comments(token.content).strip():
                self._report.error(self._place(token), "raw-html", "expected Markdown, found raw HTML", clause="")
            elif token.type == "code_block":
                message = "expected a paragraph or a fenced block, found an indented one"
                self._report.error(self._place(token), "block-unknown", message, clause="")
        return self.document

    def _bound(self, tokens: list[Token]) -> None:
        """Refuse text that would make the inline parser slow, before it sees any of it."""
        paragraphs = [token for token in tokens if token.type == "inline"]
        for number, token in enumerate(paragraphs, 1):
            if (
                number > limits.POLICY_PARAGRAPHS
                or len(token.content) > limits.POLICY_PARAGRAPH_CHARACTERS
                or len(_MARKS.findall(token.content)) > limits.POLICY_PARAGRAPH_MARKS
            ):
                message = (
                    f"expected at most {limits.POLICY_PARAGRAPHS} paragraphs, each of at most "
                    f"{limits.POLICY_PARAGRAPH_CHARACTERS} characters and {limits.POLICY_PARAGRAPH_MARKS} marks"
                )
                place = self._place(token)
                raise PolicyError(
                    message, file=place.file, line=place.line, column=place.column, reason="paragraph-size"
                )

    def _place(self, token: Token) -> Place:
        line = token.map[0] if token.map else 0
        text = self._lines[line] if line < len(self._lines) else ""
        return Place(self.document.file, line + self._first_line, len(text) - len(text.lstrip()) + 1)

    def _inline(self, opened: Token, token: Token) -> None:
        place = self._place(token)
        text = _without_comments(token.content).strip()
        if not text:
            return
        if opened.type == "heading_open":
            self._heading(opened, text, place)
            return
        match = _END_MARK.search(text)
        end_id = match[1] if match else ""
        if match:
            text = text[: match.start()]
        phrases = tuple((found[2], found[1]) for found in _PHRASE_MARK.finditer(text))
        found = len(self._report.findings)
        self._check_text(text, place)
        paragraph = Paragraph(
            "item" if token.level > 1 else "clause" if end_id else "text", text, end_id, phrases, place
        )
        if not self.document.parts:
            self._report.error(place, "text-before-heading", "expected a heading with an id before the text", clause="")
            return
        if len(self._report.findings) == found:
            self._check_ids(paragraph)
        self.document.parts[-1].paragraphs.append(paragraph)
        self._last_clause = end_id
        for clause in paragraph.clauses:
            self._name(clause, self._place_of(clause, place))

    def _check_ids(self, paragraph: Paragraph) -> None:
        """Every sentence has an id: of the paragraph it stands in, or of a phrase marked in it."""
        if paragraph.end_id:
            return
        for sentence in _SENTENCE_END.split(paragraph.text):
            if _PHRASE_MARK.search(sentence) is None:
                message = "expected an id for every sentence, found one without: nobody could say whether it is kept"
                hint = "end the paragraph with `{#4.6}`; one that promises nothing is `kind: statement`"
                self._report.error(paragraph.place, "sentence-without-id", message, hint=hint, clause="")
                return

    def _place_of(self, clause: str, place: Place) -> Place:
        """Where the mark itself stands, within the next lines of the paragraph."""
        mark = f"{{#{clause}}}"
        first = place.line - self._first_line
        for number, line in enumerate(self._lines[first : first + 60], first):
            column = line.find(mark)
            if column >= 0:
                return Place(place.file, number + self._first_line, column + 1)
        return place

    def _name(self, clause: str, place: Place) -> None:
        first = self.document.clauses.setdefault(clause, place)
        if first is not place or any(part.id == clause for part in self.document.parts):
            message = f"expected each clause id once, found `{clause}` again"
            self._report.error(place, "clause-twice", message, clause=clause)

    def _heading(self, opened: Token, text: str, place: Place) -> None:
        self._last_clause = ""
        match = _END_MARK.search(text)
        title = text[: match.start()] if match else text
        self._check_text(title, place)
        if opened.tag == "h1" and match is None and not self.document.title:
            self.document.title = title
            return
        if match is None:
            message = "expected a section heading with an id at its end, found none"
            self._report.error(place, "section-without-id", message, hint="write `## Title {#4}`", clause="")
            return
        if match[1] in self.document.clauses or any(part.id == match[1] for part in self.document.parts):
            message = f"expected each section id once, found `{match[1]}` again"
            self._report.error(place, "clause-twice", message, clause=match[1])
            return
        self.document.parts.append(Part(match[1], title, place))

    def _check_text(self, text: str, place: Place) -> None:
        loose = _LOOSE_MARK.search(_PHRASE_MARK.sub("", text))
        if loose:
            message = f"expected a clause id at the end of a sentence or as `[phrase]{{#5.6}}`, found `{{#{loose[1]}`"
            hint = "ids are numbers with dots, such as `{#4.6}`"
            self._report.error(place, "clause-mark", message, hint=hint, clause="")
        for child in _walk(INLINE.parseInline(text)):
            if hidden := INVISIBLE.search(child.content):  # written as an entity
                message = f"expected text that reads as it stands, found the invisible character {shown(hidden[0])}"
                self._report.error(place, "character-invisible", message, clause="")
            if child.type == "html_inline":
                self._report.error(place, "raw-html", "expected Markdown, found raw HTML", clause="")
            elif child.type == "image":
                self._report.error(place, "image", "expected text, found an image", clause="")
            elif child.type == "link_open" and not is_allowed_link(str(child.attrGet("href") or "")):
                message = "expected a link to https, mail, telephone or a path of this site"
                self._report.error(place, "link", message, clause="")

    def _fence(self, token: Token) -> None:
        place = self._place(token)
        words = token.info.split()
        if words != ["yaml", "kept"]:
            message = "expected a rule block marked `yaml kept`, found another fenced block"
            self._report.error(place, "block-unknown", message, clause="")
            return
        if token.level:
            message = "expected a rule block at the margin, found it inside a list"
            self._report.error(place, "block-unknown", message, clause="")
            return
        try:
            node = parse_block(token.content, self.document.file, place.line + 1)
        except PolicyError as error:
            self._report.caught(error)
            return
        if not isinstance(node, Table):
            self._report.error(node.place, "value-unfit", "expected a table of rules")
            return
        self._rules(node, place)

    def _rules(self, node: Table, place: Place) -> None:
        keyed = [entry for entry in node.entries if _CLAUSE_KEY.fullmatch(entry[0].text)]
        if keyed:
            for key, rules in node.entries:
                self._keyed(key.text, key.place, rules)
        elif all(key.text == "words" for key, _ in node.entries):
            self.document.rules.append(Rule(self._last_clause, node))
        elif not self._last_clause:
            message = "expected rules below a clause, or keyed by clause id, found neither"
            self._report.error(place, "rules-without-clause", message, hint='write `"5.2":` above them', clause="")
        else:
            self.document.rules.append(Rule(self._last_clause, node))

    def _keyed(self, clause: str, place: Place, rules: Node) -> None:
        if clause not in self.document.clauses:
            hint = self._report.nearest(clause, self.document.clauses)
            message = f"expected the id of a clause above, found `{clause[:64]}`"
            self._report.error(place, "clause-unknown", message, hint=hint, clause="")
        elif not isinstance(rules, Table):
            self._report.error(place, "value-unfit", "expected a table of rules", clause=clause)
        else:
            self.document.rules.append(Rule(clause, rules))


def _without_comments(text: str) -> str:
    """Drop complete comments, in one pass."""
    kept, position = [], 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[position:start])
        position = end + 3
    return "".join(kept) + text[position:]


def _walk(tokens: list[Token]) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        found.append(token)
        found.extend(_walk(token.children or []))
    return found


def _phrase(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 -- the library's signature
    """Inline rule: `[phrase]{#5.6}` becomes a span that names its clause; the clause itself carries the id."""
    if state.src[state.pos] != "[":
        return False
    match = _PHRASE_MARK.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        opened = state.push("phrase_open", "span", 1)
        opened.attrs = {"class": "phrase", "data-clause": match[2]}
        state.push("text", "", 0).content = match[1]
        state.push("phrase_close", "span", -1)
    state.pos = match.end()
    return True


def inline_parser() -> MarkdownIt:
    """Return a new inline parser that knows `[phrase]{#5.6}`."""
    parser = MarkdownIt("commonmark")
    parser.inline.ruler.before("link", "phrase", _phrase)
    return parser


_BLOCKS = MarkdownIt("commonmark").disable(["inline", "reference"])
INLINE = inline_parser()
INLINE.validateLink = bool  # type: ignore[method-assign, assignment]  # every link is seen, and refused in its place
"""The inline parser used for checking."""


def is_allowed_link(target: str) -> bool:
    """Whether a link may stand in a policy: https, mail, telephone, or a path of this site."""
    return _ALLOWED_LINK.match(target) is not None
