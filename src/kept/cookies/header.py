"""Cookie headers as they travel: pairs in, one `Set-Cookie` line at a time out; never joined by commas.

Source: RFC 6265 §4.2 and §5.2, as browsers read it (RFC 6265bis).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from kept import limits

WHOLE_SECONDS = re.compile(r"-?[0-9]+", re.ASCII)
"""A `Max-Age` a browser takes; any other is no attribute at all (RFC 6265 §5.2.2)."""


def parse_cookies(lines: Iterable[bytes]) -> list[tuple[str, str]]:
    """Read `Cookie` header lines into pairs, in their order; what has no name is left out.

    Only the first `COOKIE_PAIRS` pairs are told, and of a name among them also its second: no number of others hides that it
    came twice.

    Args:
        lines: Values of every `Cookie` line of a request.
    """
    found: list[tuple[str, str]] = []
    for line in lines:
        for part in line.decode("latin-1").split(";"):
            name, sign, value = part.strip(" \t").partition("=")
            if sign and name:
                found.append((name.rstrip(" \t"), value.strip(" \t")))
    if len(found) <= limits.COOKIE_PAIRS:
        return found
    told = found[: limits.COOKIE_PAIRS]
    names = {name for name, _ in told}
    return told + [pair for pair in found[limits.COOKIE_PAIRS :] if pair[0] in names]


def cookie_line(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Spell pairs as one `Cookie` line."""
    return "; ".join(f"{name}={value}" for name, value in pairs).encode("latin-1")


@dataclass(frozen=True, slots=True)
class Setting:
    """A `Set-Cookie` line.

    Args:
        name: Name of the cookie.
        value: Its value.
        life_seconds: How long it shall live; None for a session cookie; 0 or less when it takes the cookie away.
        elsewhere: Whether it names a domain, or a path other than `/`.
        pathless: Whether it says no path, which a browser takes for the folder of the page.
    """

    name: str
    value: str
    life_seconds: float | None
    elsewhere: bool
    pathless: bool = True

    @property
    def takes_away(self) -> bool:
        """Whether it takes the cookie away."""
        return self.life_seconds is not None and self.life_seconds <= 0


def parse_set_cookie(line: bytes, at: float) -> Setting | None:
    """Read a `Set-Cookie` line; None when it sets nothing a browser would keep.

    Args:
        line: Value of one line.
        at: Now, unix seconds, for `Expires`.
    """
    pair, *attributes = line.decode("latin-1").split(";")
    name, sign, value = pair.strip().partition("=")
    if not sign or not name.strip():
        return None
    life: float | None = None
    by_age = False
    elsewhere, pathless = False, True
    for attribute in attributes:
        word, _, said = attribute.strip().partition("=")
        match word.strip().lower():
            case "max-age":
                if WHOLE_SECONDS.fullmatch(said.strip()):
                    life, by_age = float(said), True
            case "expires" if not by_age:
                try:
                    life = parsedate_to_datetime(said.strip()).timestamp() - at
                except (ValueError, OverflowError):
                    life = float("inf")  # not a date, or none this machine can count to: unknown means no
            case "domain" if said.strip():
                elsewhere = True
            case "path":
                pathless = not said.strip()
                elsewhere = elsewhere or said.strip() not in {"", "/"}
    return Setting(name.strip(), value.strip(), life, elsewhere, pathless)


def expiry_line(name: str) -> bytes:
    """Spell the `Set-Cookie` line that takes a cookie away: host only, path `/`, as every declared cookie is set."""
    return f"{name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax".encode("latin-1")
