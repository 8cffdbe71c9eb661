"""A value of each type of item, as somebody may type it; a test fails while a type has none."""

from __future__ import annotations

from kept.policy.item_type import ItemType

EXAMPLES = {
    ItemType.PERSON_NAME: "森 花子",
    ItemType.DATE: "1990-04-01",
    ItemType.EMAIL: "hanako@example.jp",
    ItemType.ADDRESS_JP: "604-8001 京都市中京区木屋町通 1-2",
    ItemType.PHONE: "090-1234-5678",
    ItemType.FAX: "075-200-1000",
    ItemType.ONE_OF: "tea",
    ItemType.SOME_OF: "tea",
    ItemType.ANSWER: "It was fine.",
    ItemType.CONTEST_ENTRY: "Morning by the river",
    ItemType.ISSUED_NUMBER: "K-0042",
    ItemType.JP_INDIVIDUAL_NUMBER: "not collected",
}
OPTIONS = ("tea", "coffee")
"""Of the examples that are choices."""
