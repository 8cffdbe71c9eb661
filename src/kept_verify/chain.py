"""The list of one person's entries: whether nothing was left out of it, by what each proved entry says of those before it.

    kept/chain/v1
    person <id, hex>
    entry <id, hex>                          the first, the second, and so on
    lost <first> <last> <head, hex>          numbers that a restore lost, and the head behind them

head 0 = SHA-256(frame("kept/chain/v1", person)); head n = SHA-256(frame("kept/chain/v1", head n − 1, n as 8 bytes, entry n)).
An entry's person part says how many of theirs were counted when it was recorded (`entries`), and the head over those (`chain`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kept_verify.note import NotVerified, decimal
from kept_verify.proof import Verified, frame, sha256

LABEL = b"kept/chain/v1"
MOST_LINES = 1_000_000


@dataclass(frozen=True)
class Listed:
    """A list that was read: number and id of each entry, what was lost, and the head behind each number."""

    person: str
    entries: dict[int, bytes]
    lost: list[tuple[int, int]]
    heads: dict[int, bytes]

    @property
    def length(self) -> int:
        """The last number."""
        return max(self.heads)


@dataclass(frozen=True)
class Complete:
    """What was verified of a list.

    Args:
        numbers: The number of each proved entry, in the order of the proofs.
        length: How many entries were counted.
        fixed: The last number that a proved entry counts: up to there nothing is left out.
        lost: Numbers that a restore lost.
    """

    numbers: list[int]
    length: int
    fixed: int
    lost: list[tuple[int, int]]


def verify_chain(text: str, proved: Iterable[Verified]) -> Complete:
    """Verify that proved entries stand in a list from which nothing was left out.

    Args:
        text: The list.
        proved: Entries whose proofs were verified, of the person the list is of.

    Raises:
        NotVerified: The list is malformed, leaves a proved entry out, or is not the one that was counted.
    """
    listed = read_chain(text)
    numbers = {entry: number for number, entry in listed.entries.items()}
    found: list[int] = []
    fixed = 0
    for one in proved:
        if one.person is None or one.person.get("person") != listed.person:
            raise NotVerified("chain: a proof does not say whose entry it is, or it is somebody else's")
        number = numbers.get(one.entry)
        if number is None:
            raise NotVerified(f"chain: entry {one.entry.hex()[:16]} was left out of the list")
        fixed = max(fixed, counted_before(one.person, number, listed.heads))
        found.append(number)
    return Complete(found, listed.length, fixed, listed.lost)


def counted_before(person: dict[str, object], number: int, heads: dict[int, bytes]) -> int:
    """Return how many entries entry *number* counts, once the list leads to the head it says; 0 where it counts none."""
    chain, count = person.get("chain", ""), person.get("entries", 0)
    if not chain:
        return 0
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count < number:
        raise NotVerified(f"chain: entry {number} counts entries that do not stand before it")
    if count not in heads:
        raise NotVerified(f"chain: entry {number} counts {count} entries, and the list has none of that number")
    if heads[count].hex() != chain:
        raise NotVerified(
            f"chain: when entry {number} was recorded, the {count} entries before it were others than the list says"
        )
    return count


def read_chain(text: str) -> Listed:
    """Read a list, strictly."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES or len(lines) < 3 or lines[0] != LABEL.decode() or lines.pop():
        raise NotVerified("chain: this is not a list of entries")
    if not lines[1].startswith("person "):
        raise NotVerified("chain: expected whose list it is on the second line")
    person = from_hex(lines[1][7:], 16)
    head, number = sha256(frame(LABEL, person)), 0
    entries: dict[int, bytes] = {}
    lost: list[tuple[int, int]] = []
    heads = {0: head}
    for line in lines[2:]:
        word, _, rest = line.partition(" ")
        if word == "entry":
            number += 1
            entries[number] = from_hex(rest, 32)
            head = sha256(frame(LABEL, head, number.to_bytes(8, "big"), entries[number]))
        elif word == "lost" and rest.count(" ") == 2:
            first, last, behind = rest.split(" ")
            if decimal(first, "chain") != number + 1 or decimal(last, "chain") < number + 1:
                raise NotVerified("chain: numbers are lost that do not follow the entry before")
            lost.append((number + 1, int(last)))
            number, head = int(last), from_hex(behind, 32)
        else:
            raise NotVerified("chain: a line is neither an entry nor says what was lost")
        heads[number] = head
    if len(set(entries.values())) != len(entries):
        raise NotVerified("chain: one entry stands twice")
    return Listed(person.hex(), entries, lost, heads)


def from_hex(text: str, length: int) -> bytes:
    """Read bytes in small hex digits, exactly so many."""
    if len(text) != 2 * length or set(text) - set("0123456789abcdef"):
        raise NotVerified(f"chain: not {length} bytes in small hex digits")
    return bytes.fromhex(text)
