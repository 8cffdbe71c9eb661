"""Backups are tested by restoring, and never bring erased people or withdrawn consent back."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee
from kept.policy.vocabulary import ParameterKind

GUARANTEE = Guarantee(
    id="restore-drill",
    sentence={
        "en": "Backups are tested by restoring, and never bring erased people or withdrawn consent back.",
        "ja": "バックアップは復元して試し、消去された方や撤回された同意を戻しません。",
    },
    parameters={"every": ParameterKind.DURATION},
)
