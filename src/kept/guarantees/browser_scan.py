"""A scan in a real browser compares the declared cookies with those observed."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee
from kept.policy.vocabulary import ParameterKind

GUARANTEE = Guarantee(
    id="browser-scan",
    sentence={
        "en": "A scan in a real browser compares the declared cookies with those observed.",
        "ja": "実際のブラウザによる検査で、宣言と実際のクッキーを照合します。",
    },
    parameters={"every": ParameterKind.DURATION, "publish": ParameterKind.FLAG},
)
