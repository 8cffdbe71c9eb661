"""Encrypted backups are made in time."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee
from kept.policy.vocabulary import ParameterKind

GUARANTEE = Guarantee(
    id="backups",
    sentence={
        "en": "Encrypted backups are made in time.",
        "ja": "暗号化したバックアップを期限内に作成します。",
    },
    parameters={"at-most": ParameterKind.DURATION},
)
