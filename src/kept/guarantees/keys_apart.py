"""Keys are random, per person, wrapped, and kept in a database and a folder apart from the data."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee, Known
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    usable = engine.provider.state(engine.keyring.epoch) == "usable"
    return Finding(
        usable,
        "key epoch {epoch} answers" if usable else "key epoch {epoch} is missing",
        {"epoch": engine.keyring.epoch},
    )


GUARANTEE = Guarantee(
    id="keys-apart",
    sentence={
        "en": "Keys are random, per person, wrapped, and kept in a database and a folder apart from the data.",
        "ja": "鍵は人ごとの乱数で、データとは別のデータベースとフォルダに、包んで保管します。",
    },
    enforced_at=(
        "kept.services.engine.keyring.Keyring",
        "kept.services.engine.key_files.KeyFiles",
    ),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/unit/guarantees/test_watched.py::test_a_key_provider_that_is_away",
)
