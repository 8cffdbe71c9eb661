"""Who may open a value beside the gate: a closed list, each with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src" / "kept"
OPENS = {
    "services/gate/gate.py": "the gate releases what was decided",
    "services/gate/person_search.py": "a candidate is compared with what was looked for",
    "services/my_data/own_data.py": "the person sees what is held, under an own-access decision",
    "services/my_data/corrections.py": "the value a correction replaces loses its index token",
    "services/forms/consent_evidence.py": "the evidence of a consent to mail names the address, sealed, and shows it to nobody",
    "services/messages/confirmations.py": "an address is compared with the stop list, of its own person",
    "services/messages/open_ways.py": "an address they confirmed is compared with the stop list, for its own person",
    "services/cases/contacts.py": "an address is compared with the stop list, before anything is written to it",
    "services/messages/leaving.py": "a number is compared with the stop list",
    "services/cases/do_not_contact.py": "an address goes on the stop list as a keyed hash",
    "services/instances/participations.py": "a value that ends loses its index token",
    "services/upkeep/retention.py": "a value that ends loses its index token",
    "services/upkeep/verification.py": "every seal is tried, and nothing is shown",
    "services/accounts/first_sign_in.py": "something else the person gave is compared with what they name, and not shown",
    "services/backups/recovery.py": "what was lost is found by trying it",
    "services/backups/drill.py": "a restored copy is tried, and nothing is shown",
    "guarantees/sealed_values.py": "a sample of seals is tried, and nothing is shown",
}


def _opens(path: Path) -> bool:
    tree = ast.parse(path.read_text("utf-8"))
    return any(isinstance(one, ast.Attribute) and one.attr in {"open_slot", "open_version"} for one in ast.walk(tree))


def test_who_opens_values_is_a_closed_list():
    """A file that opens values stands here with its reason, or a value leaves another way than by the gate."""
    found = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if _opens(path)}
    assert found - {"services/engine/people.py"} == set(OPENS)
