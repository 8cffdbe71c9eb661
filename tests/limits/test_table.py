"""Every duration, cap and expiry stands in `kept.limits`, and `docs/LIMITS.md` shows that table.

`KEPT_GOLDEN=update` writes the page anew.
"""

from __future__ import annotations

import ast
import itertools
import os
import re
from pathlib import Path

import pytest

from kept import limits
from kept.limits import DAY, HOUR, MINUTE, TABLE, Kind

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "kept"
PAGE = ROOT / "docs" / "LIMITS.md"
HEAD = """# Limits

Every duration, cap and expiry of Kept. The code takes its values from [`kept/limits.py`](../src/kept/limits.py), this page is
made from it, and a test holds the two together. What a policy says by the word named in the last column takes the place of
the value, as far as it is narrower. How work is cut into pieces is at the end: nobody can see those values from outside.
"""
FORMATS = {
    # what a wire format, a standard or an algorithm fixes: changing it makes another format, not another limit
    "channels/reply": {"PERMANENT"},  # RFC 5321
    "channels/written_mail": {"WORD_BYTES"},  # RFC 2047
    "crypto/aead": {"KEY_BYTES", "NONCE_BYTES", "TAG_BYTES"},
    "crypto/digest": {"HASH_BYTES"},
    "crypto/draw": {"SPACE"},
    "crypto/sealed_to": {"KEY_BYTES"},
    "crypto/second_factor": {"STEP_SECONDS", "DIGITS", "SECRET_BYTES"},  # RFC 6238
    "crypto/lattice_signature": {"LATTICE_PUBLIC_BYTES"},  # FIPS 204
    "crypto/signature": {"SEED_BYTES", "PUBLIC_BYTES", "FIELD", "OF_ORDER_EIGHT"},
    "crypto/token": {"MAC_BYTES"},
    "ledger/cosignature": {"TIME_BYTES", "NAME_BYTES"},
    "ledger/leaf": {"NONCE_BYTES"},
    "ledger/note": {"KEY_ID_BYTES"},
    "ledger/submission": {"MOST_HASHES"},
    "ledger/tile": {"WIDTH", "HEIGHT"},
    "ledger/tile_path": {"GREATEST_LEVEL"},
    "ledger/tree": {"HASH_BYTES"},
    "number": {"GREATEST"},  # what a database holds
    "services/accounts/linking": {"CODE_CHARACTERS"},
    "services/backups/backup_file": {"CHUNK_BYTES", "KEY_BYTES"},
    "services/third_parties/recall_file": {"ANSWER_DIGITS"},
    "services/engine/entry": {"NONCE_BYTES"},
    "services/engine/keyring": {"KEY_BYTES"},
    "services/engine/key_files": {"KEY_BYTES", "CHECK_BYTES"},
    "services/messages/confirmation_code": {"CODE_DIGITS"},
    "services/messages/links": {"CHARACTERS", "MAC_BYTES", "RANDOM_BYTES"},
    "services/messages/mail": {"LINK_CHARACTERS"},
    "cookies/choices": {"REVISION_CHARACTERS"},
    "statistics/data_set": {"MICRO"},
    "statistics/figures": {"Z95"},
    "statistics/head_count": {"MOVES"},  # who moves leaves one cell and enters another
    "statistics/projection": {"WEEKS"},  # of a data set of visits: its dimension has so many options
    "policy/instance": {"SCALE"},
    "vault/individual_number": {"DIGITS"},
    "vault/normal": {"JAPAN", "JAPAN_DIGITS", "E164_DIGITS", "LOCAL_CHARACTERS"},  # the last RFC 5321
    "store/row_sums": {"_MODULUS"},
    "store/structure": {"_SHOWN"},  # as much of a name as an error quotes
    "vault/rows": {"SEAL_BYTES"},
    "vault/sealed": {"PAD_BYTES"},
    "vault/no_log": {"PAD_BYTES", "FIRST"},
    "web/theme": {"CONTRAST", "_LINEAR_BELOW", "_WEIGHTS"},  # WCAG 2.2
    "web/jar": {"OK"},
    "services/my_data/bundle_file": {"FOLD_BYTES"},  # RFC 6350
    # no limit at all
    "services/gate/history": {"FOREVER"},
    "services/third_parties/register": {"FOREVER"},
    "services/third_parties/provisions": {"EVERYBODY"},
    "services/staff/desk_mandate": {"EVERYBODY"},
    "services/campaigns/candidates": {"EVERYBODY"},
    "services/instances/instances": {"NO_CAPACITY"},
    # how something is drawn or worded
    "policy/beside": {"FEW"},
    "policy/flow": {"_COLUMNS", "_BOX", "_TOP", "_ROW", "_WIDTH"},
    "services/messages/letter_words": {"SHORT"},
}
"""Numbers that may stand elsewhere, by module."""
NAMED = re.compile(r"seconds|most|timeout|max_\w+|limit|maxsize|grace_seconds|days|hours|weeks")
"""Arguments by which a limit would be written in place."""
PLAIN = {0, 1}
"""Numbers that limit nothing: none, one."""


def _files():
    for path in sorted(SOURCE.rglob("*.py")):
        name = str(path.relative_to(SOURCE).with_suffix(""))
        if name != "limits" and not name.startswith("demo/"):  # the invented months of the demo bind nobody
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def _is_number(node):
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and not isinstance(node.value, bool)
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    if isinstance(node, ast.Tuple):
        return bool(node.elts) and all(_is_number(one) for one in node.elts)
    return isinstance(node, ast.BinOp) and (_is_number(node.left) or _is_number(node.right))


def _constants():
    for name, tree in _files():
        for node in tree.body:
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AnnAssign)
                else []
            )
            for target in itertools.chain(*(one.elts if isinstance(one, ast.Tuple) else [one] for one in targets)):
                if isinstance(target, ast.Name) and target.id.isupper() and node.value and _is_number(node.value):
                    yield name, target.id


def test_no_limit_stands_elsewhere():
    """A module that names a number takes it from the table, or the number is one that a format fixes."""
    found = {}
    for module, name in _constants():
        found.setdefault(module, set()).add(name)
    assert {
        module: names - FORMATS.get(module, set())
        for module, names in found.items()
        if names - FORMATS.get(module, set())
    } == {}
    assert {
        module: names - found.get(module, set())
        for module, names in FORMATS.items()
        if names - found.get(module, set())
    } == {}


def test_no_limit_is_written_in_place():
    """No call and no default gives a time or a cap as a number; a minute, an hour and a day are written by their names."""
    found = []
    for module, tree in _files():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                given = [(one.arg, one.value) for one in node.keywords if one.arg]
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                plain = [*node.args.posonlyargs, *node.args.args]
                given = [
                    (one.arg, value) for one, value in zip(reversed(plain), reversed(node.args.defaults), strict=False)
                ]
                given += [
                    (one.arg, value)
                    for one, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                    if value
                ]
            elif (
                isinstance(node, ast.Constant)
                and node.value in {MINUTE * 10, HOUR, DAY}
                and not isinstance(node.value, bool)
            ):
                found.append((module, node.lineno, node.value))
                continue
            else:
                continue
            found += [
                (module, value.lineno, name)
                for name, value in given
                if NAMED.fullmatch(name) and _is_number(value) and getattr(value, "value", None) not in PLAIN
            ]
    assert [one for one in found if (one[0], one[2]) not in IN_PLACE] == []
    assert {pair for pair in IN_PLACE if pair not in {(one[0], one[2]) for one in found}} == set()


IN_PLACE = {
    ("services/cases/cases", "limit"),  # rows of a page; the older ones have their own page
    ("services/cases/emergencies", "limit"),  # likewise
    ("services/gate/canaries", "limit"),  # likewise
    ("store/sqlite", "timeout"),  # of the table, in other units
}
"""Numbers written in place, each with its reason."""


def test_each_row_is_what_the_code_takes():
    """Names are unique, each is a constant of the module with the value of its row, and each is used."""
    rows = [row for rows in TABLE.values() for row in rows]
    assert len({row.name for row in rows}) == len(rows)
    assert {row.name: row.value for row in rows} == {row.name: getattr(limits, row.name) for row in rows}
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if path.name != "limits.py")
    assert [row.name for row in rows if not re.search(rf"\blimits\.{row.name}\b", text)] == []


def _said(row):
    """Return a value as a person would say it."""
    if row.unit == "share":
        return f"{row.value:.0%}"
    for size, unit in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if (row.unit == "seconds" and row.value >= 2 * size and not row.value % size) or (
            row.unit == "seconds" and row.value == size
        ):
            count = round(row.value / size)
            return f"{count:,} {unit}{'s' * (count != 1)}"
    return f"{row.value:,g} {row.unit}" if row.value < 1e6 else f"{round(row.value):,} {row.unit}"


def _page():
    lines = [HEAD]
    for title, rows in TABLE.items():
        lines += [f"## {title}\n", "| name | value | what it bounds | a policy may set it by |", "|---|---|---|---|"]
        lines += [f"| `{row.name}` | {_said(row)} | {row.bounds} | {row.policy or '–'} |" for row in rows]
        lines.append("")
    return "\n".join(lines)


def test_the_page_shows_the_table():
    """`docs/LIMITS.md` is made from the table."""
    if os.environ.get("KEPT_GOLDEN") == "update":
        PAGE.write_text(_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == _page(), "run with KEPT_GOLDEN=update and look at the difference"


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_rows(kind):
    """The table is not empty."""
    assert [row for row in itertools.chain(*TABLE.values()) if row.kind is kind]
