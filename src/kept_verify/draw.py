"""Check a sweepstake's draw from its published file, offline: `python3 draw.py draw.json [YOUR-TICKET-SECRET]`."""

import hashlib
import hmac
import json
import pathlib
import sys


def digest(*lines: str) -> str:
    """Hash lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def winners(file: dict[str, object], secret: str = "") -> list[str]:
    """Return the winning tickets; a ValueError says which promise does not hold."""
    name, seed, n = str(file["instance"]), str(file["seed"]), len(list(file["tickets"]))  # type: ignore[call-overload]
    tickets = sorted(set(map(str, file["tickets"])))  # type: ignore[call-overload]
    places: list[int] = []
    counter = 0
    while n and len(places) < min(int(str(file["drawn"])), n):
        message = f"kept/draw/v1\n{file['list_hash']}\n{file['public_number']}\n{counter}"
        number = int.from_bytes(hmac.digest(seed.encode(), message.encode(), "sha256"), "big")
        counter += 1
        if number < 2**256 - 2**256 % n and number % n not in places:
            places.append(number % n)
    for holds, otherwise in (
        (digest("kept/seed/v1", name, seed) == file["seed_hash"], "another seed than promised"),
        (digest("kept/list/v1", name, *tickets) == file["list_hash"], "other tickets than at the close"),
        (len(tickets) == n and [tickets[place] for place in places] == file["winners"], "other winners than drawn"),
        (not secret or digest("kept/ticket/v1", name, secret) in tickets, "your ticket is not on the list"),
    ):
        if not holds:
            raise ValueError(otherwise)
    return [tickets[place] for place in places]


if __name__ == "__main__":
    published = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    print("\n".join(["as promised; drawn:", *winners(published, "".join(sys.argv[2:]))]))
