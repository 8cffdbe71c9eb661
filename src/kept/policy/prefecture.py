"""The built-in option list `jp-prefectures`.

Source: JIS X 0401, in the order of its codes; names as the prefectures write them.
"""

from __future__ import annotations

PREFECTURES: dict[str, dict[str, str]] = {
    "hokkaido": {"en": "Hokkaido", "ja": "北海道"},
    "aomori": {"en": "Aomori", "ja": "青森県"},
    "iwate": {"en": "Iwate", "ja": "岩手県"},
    "miyagi": {"en": "Miyagi", "ja": "宮城県"},
    "akita": {"en": "Akita", "ja": "秋田県"},
    "yamagata": {"en": "Yamagata", "ja": "山形県"},
    "fukushima": {"en": "Fukushima", "ja": "福島県"},
    "ibaraki": {"en": "Ibaraki", "ja": "茨城県"},
    "tochigi": {"en": "Tochigi", "ja": "栃木県"},
    "gunma": {"en": "Gunma", "ja": "群馬県"},
    "saitama": {"en": "Saitama", "ja": "埼玉県"},
    "chiba": {"en": "Chiba", "ja": "千葉県"},
    "tokyo": {"en": "Tokyo", "ja": "東京都"},
    "kanagawa": {"en": "Kanagawa", "ja": "神奈川県"},
    "niigata": {"en": "Niigata", "ja": "新潟県"},
    "toyama": {"en": "Toyama", "ja": "富山県"},
    "ishikawa": {"en": "Ishikawa", "ja": "石川県"},
    "fukui": {"en": "Fukui", "ja": "福井県"},
    "yamanashi": {"en": "Yamanashi", "ja": "山梨県"},
    "nagano": {"en": "Nagano", "ja": "長野県"},
    "gifu": {"en": "Gifu", "ja": "岐阜県"},
    "shizuoka": {"en": "Shizuoka", "ja": "静岡県"},
    "aichi": {"en": "Aichi", "ja": "愛知県"},
    "mie": {"en": "Mie", "ja": "三重県"},
    "shiga": {"en": "Shiga", "ja": "滋賀県"},
    "kyoto": {"en": "Kyoto", "ja": "京都府"},
    "osaka": {"en": "Osaka", "ja": "大阪府"},
    "hyogo": {"en": "Hyogo", "ja": "兵庫県"},
    "nara": {"en": "Nara", "ja": "奈良県"},
    "wakayama": {"en": "Wakayama", "ja": "和歌山県"},
    "tottori": {"en": "Tottori", "ja": "鳥取県"},
    "shimane": {"en": "Shimane", "ja": "島根県"},
    "okayama": {"en": "Okayama", "ja": "岡山県"},
    "hiroshima": {"en": "Hiroshima", "ja": "広島県"},
    "yamaguchi": {"en": "Yamaguchi", "ja": "山口県"},
    "tokushima": {"en": "Tokushima", "ja": "徳島県"},
    "kagawa": {"en": "Kagawa", "ja": "香川県"},
    "ehime": {"en": "Ehime", "ja": "愛媛県"},
    "kochi": {"en": "Kochi", "ja": "高知県"},
    "fukuoka": {"en": "Fukuoka", "ja": "福岡県"},
    "saga": {"en": "Saga", "ja": "佐賀県"},
    "nagasaki": {"en": "Nagasaki", "ja": "長崎県"},
    "kumamoto": {"en": "Kumamoto", "ja": "熊本県"},
    "oita": {"en": "Oita", "ja": "大分県"},
    "miyazaki": {"en": "Miyazaki", "ja": "宮崎県"},
    "kagoshima": {"en": "Kagoshima", "ja": "鹿児島県"},
    "okinawa": {"en": "Okinawa", "ja": "沖縄県"},
}
"""Titles by language of each prefecture, by id, in the order of its code."""

OPTION_TITLES: dict[str, dict[str, dict[str, str]]] = {"jp-prefectures": PREFECTURES}
"""Every built-in option list by its name."""
