"""Files of the copy one takes along, as foreign programs read them: no cell is a formula, a card says what was given and no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kept import policy_files
from kept.guarantees import words
from kept.policy.read import read_policy
from kept.services.my_data.bundle_file import address_parts, vcard
from kept.statistics.table import safe

POLICY = read_policy(policy_files(str(Path(__file__).parents[3] / "policies" / "photolibrary.policy.md")), words())


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1", "+1", "-1", "@SUM(1)",
        "＝1+1", "＋1", "－1", "＠SUM(1)", "﹦1", "﹢1", "﹣1", "﹫x", "−1", "\t=1", "\r=1", "\n=1", " =1",
        "\u3000＝1", "\u00a0=1", "\u200b=1", "\ufeff＝1", "\u200e=1", "\x00=1", "\x01＝1",
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(cell):
    """Full width, small, behind spaces or behind what nobody sees: an apostrophe stands first, and nothing is lost."""
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Mori", "1-2", "a=b", "京都市＝x", "（＝）", "'=1", "①"])
def test_other_cells_are_as_they_are(cell):
    """What begins with no sign is left alone."""
    assert safe(cell) == cell


def read_card(raw: bytes) -> list[tuple[str, dict[str, str], str]]:
    """Read a card by the letter of RFC 6350 and RFC 6868: unfold, split at the first colon outside quotes, decode parameters."""
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    found = []
    for line in raw.decode().replace("\r\n ", "").split("\r\n")[:-1]:
        head, value = re.fullmatch(r'((?:[^":]|"[^"]*")*):(.*)', line).groups()
        name, *parameters = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', head)
        pairs = dict(one.split("=", 1) for one in parameters)
        decoded = {
            key: re.sub(r"\^(.)", lambda one: {"n": "\n", "'": '"', "^": "^"}.get(one[1], one[0]), text.strip('"'))
            for key, text in pairs.items()
        }
        found.append((name, decoded, value))
    return found


def components(value: str) -> list[str]:
    """The components of a structured value, unescaped."""
    return [re.sub(r"\\(.)", lambda one: {"n": "\n"}.get(one[1], one[1]), one) for one in re.split(r"(?<!\\);", value)]


HOSTILE = 'Mori; "Hana"^n, ^^ \\n\nEND:VCARD\r\nX-EVIL:1'


def test_an_address_stands_in_its_components():
    """Postcode and prefecture have their own places; the label is the address as it was given, whatever it holds."""
    held = {"name": "森 花子", "postal_address": '〒604-8001 京都府京都市中京区木屋町通 1-2; "裏"^n, 2階'}
    (card,) = [one for one in read_card(vcard(POLICY, held)) if one[0] == "ADR"]
    assert card[1] == {"LABEL": held["postal_address"]}
    assert components(card[2]) == ["", "", '京都市中京区木屋町通 1-2; "裏"^n, 2階', "", "京都府", "604-8001", ""]


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("〒604-8001 京都市中京区 1-2", ("604-8001", "", "京都市中京区 1-2")),
        ("北海道札幌市 1", ("", "北海道", "札幌市 1")),
        ("1-2 Kiyamachi, Kyoto", ("", "", "1-2 Kiyamachi, Kyoto")),
    ],
)
def test_what_cannot_be_told_apart_is_not_guessed(value, parts):
    """A town without its prefecture, and an address in Latin letters, stay whole."""
    assert address_parts(value) == parts


def test_hostile_text_stays_in_its_line():
    """No value ends the card, begins another line or another parameter."""
    held = dict.fromkeys(("name", "mail_address", "postal_address", "phone", "fax"), HOSTILE.replace("\r", ""))
    read = read_card(vcard(POLICY, held))
    assert [one[0] for one in read] == ["BEGIN", "VERSION", "FN", "EMAIL", "ADR", "TEL", "TEL", "END"]
    assert components(read[2][2]) == [held["name"]]
    assert read[4][1]["LABEL"] == held["name"]


def test_what_was_not_given_is_absent():
    """No empty name stands for somebody who gave none."""
    assert [one[0] for one in read_card(vcard(POLICY, {"mail_address": "a@b.example"}))] == [
        "BEGIN",
        "VERSION",
        "EMAIL",
        "END",
    ]
    long = read_card(vcard(POLICY, {"name": "森" * 60}))
    assert long[2][2] == "森" * 60
