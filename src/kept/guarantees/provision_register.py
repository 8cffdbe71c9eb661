"""The register of provisions is written by the release itself."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee
from kept.policy.vocabulary import ParameterKind

GUARANTEE = Guarantee(
    id="provision-register",
    sentence={
        "en": "The register of provisions is written by the release itself.",
        "ja": "提供の記録は、提供する処理そのものが作成します。",
    },
    parameters={"form": ParameterKind.TEXT},
)
