"""Lists the words of the pages and errors, adds what `locale/ja.po` lacks, drops what nothing uses any more, and sorts it.

Tests fail while a word is untranslated or left over. `--list` changes nothing.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src/kept"
PO = SOURCE / "web/locale/ja.po"
ERRORS = {
    "SubmissionError", "SignInError", "DeniedError", "NotFoundError", "InputError", "ConflictError", "MalformedError", "LimitError",
    "_wrong",
    "wrong",
    "_refuse",
    "Refusal",
}  # fmt: skip
CUSTOMER_FACING = (
    "services",
    "demo",
    "channels",
    "web",
    "vault",
    "crypto/password.py",
    "crypto/token.py",
    "crypto/second_factor.py",
    "policy/change.py",
    "demo/pages.py",
)


def template_words() -> set[str]:
    """Words marked in templates."""
    found = set()
    for file in sorted(SOURCE.glob("*/templates/*.html")):
        found |= {
            one.replace('\\"', '"') for one in re.findall(r'\b_\("((?:[^"\\]|\\.)*)"', file.read_text(encoding="utf-8"))
        }
    return found


FILES_OF_STAFF = tuple(f"policy/{one}.py" for one in ("fit", "yaml_block", "campaign", "instance", "segment", "narrow"))


def file_words() -> set[str]:
    """What is said of a file that staff draft something from, and the words that stand in it for what was expected."""
    found = {
        "a single value",
        "a list",
        "a table",
        "nothing",
        "single value",
        "list",
        "table",
        "did you mean `{0}`?",
        "known: {0}",
    }
    for place in (*FILES_OF_STAFF, "policy/vocabulary.py"):
        for node in ast.walk(ast.parse((SOURCE / place).read_text(encoding="utf-8"))):
            said = ""
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said = node.value
            elif isinstance(node, ast.JoinedStr):
                said = pattern(node)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Pattern":
                found |= {one.value for one in node.args[1:2] if isinstance(one, ast.Constant)}
            if said.startswith("expected ") and not said.endswith((" ", "(", "`")) and place != "policy/vocabulary.py":
                found.add(said)
    return found


def error_words() -> set[str]:
    """Constant messages and hints of errors that pages show."""
    found = set()
    for place in CUSTOMER_FACING:
        path = SOURCE / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
                    texts = [
                        *node.args[:4],
                        *(key.value for key in node.keywords if key.arg in {"hint", "needed", "message"}),
                    ]
                    found |= {
                        one.value
                        for one in texts
                        if isinstance(one, ast.Constant) and isinstance(one.value, str) and " " in one.value
                    }
                    if node.func.id.endswith("Error"):
                        found |= {said for one in texts if isinstance(one, ast.JoinedStr) and (said := pattern(one))}
    return found


def pattern(node: ast.JoinedStr) -> str:
    """Return a text with `{0}`, `{1}` where values are filled in; empty where that leaves fewer than two words."""
    numbers = iter(range(len(node.values)))
    said = "".join(str(one.value) if isinstance(one, ast.Constant) else f"{{{next(numbers)}}}" for one in node.values)
    return said if len(re.findall(r"[a-z]{2,}", said)) > 1 else ""


def menu_words() -> set[str]:
    """Titles of the menu, and the notes at the foot of pages."""
    found: set[str] = set()
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Menu", "More"}:
                texts = [*node.args[:1], *(key.value for key in node.keywords if key.arg == "note")]
                found |= {one.value for one in texts if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def finding_words() -> set[str]:
    """What live checks and the board say a state rests on."""
    found = set()
    for file in sorted((SOURCE / "guarantees").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            said: list[ast.expr] = []
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding" and len(node.args) > 1:
                said = [node.args[1]]
            elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
                said = [node.value.elts[1]]
            said = [each for one in said for each in ((one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,))]
            found |= {one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def vocabulary_words() -> set[str]:
    """Words of closed vocabularies that pages show."""
    from kept.cookies.findings import PHASES, REASONS, UNSEEN
    from kept.demo.invented import STAFF
    from kept.guarantees.guarantee import Known
    from kept.policy.needs import NEEDED
    from kept.policy.words import ClauseState, Source
    from kept.services.my_data import erasure
    from kept.services.upkeep.approvals import KINDS
    from kept.web.sentences import OF_A_KIND, SAID

    words = (
        {one.value for one in (*ClauseState, *Known)}
        | {one.value for one in Source}
        | set(NEEDED.values())
        | set(erasure.LEVELS)
        | {one.title for one in KINDS.values()}
    )
    words |= {*PHASES, *REASONS.values(), *UNSEEN.values()}
    words |= {erasure.NOT_REWRITTEN, erasure.COPIES_OF_KEYS, *erasure.STAYS}
    words |= {text for said in (*SAID.values(), *(one for _, one in OF_A_KIND)) for text in said}
    words |= {"review-note", "document", "contract"}
    words |= {"on Debian: apt install hylafax-client", "this channel is not set up", "pip install 'kept[letters]'"}
    words |= {text for one in STAFF for text in (one.title, one.does)}
    return words


def all_words() -> set[str]:
    """Everything that is translated."""
    return (
        template_words()
        | file_words()
        | error_words()
        | menu_words()
        | finding_words()
        | vocabulary_words()
        | {"said, not enforced"}
    )


def escaped(text: str) -> str:
    """Return *text* as a po string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    head, *entries = PO.read_text(encoding="utf-8").split("\n\n")
    known = {entry.strip().split("\n")[0].removeprefix("msgid "): entry.strip() for entry in entries}
    used = {escaped(one): one for one in all_words()}
    missing = sorted(used[one] for one in used.keys() - known.keys())
    left_over = sorted(known.keys() - used.keys())
    if "--list" in sys.argv:
        print("\n".join(missing))
    else:
        known |= {escaped(one): f'msgid {escaped(one)}\nmsgstr ""' for one in missing}
        kept = [known[word] for word in sorted(used)]  # by the original, so that two branches merge
        PO.write_text("\n\n".join([head, *kept]) + "\n", encoding="utf-8")
        print(f"{len(missing)} words to translate, {len(left_over)} left over and dropped")
