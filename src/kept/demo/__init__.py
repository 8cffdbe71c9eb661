"""The invented company: its policy, its people, its moved clock, its start page.

Lives here: whatever the demo and the tour show. It may call everything below it; nothing but `kept.cli` calls it. What it
does it does as anybody would, through the services and the gate. A new scene is a file of its own, begun in `invented`.
"""

from __future__ import annotations

from pathlib import Path

POLICY = Path(__file__).with_name("photolibrary.policy.md")
"""The sample policy; its translation lies beside it, and both are in the wheel."""
DATABASE, ORIGIN = "photolibrary.db", "photolibrary.example/kept"
"""The demo's database D in its folder, and the name of its ledger."""
