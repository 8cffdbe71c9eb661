"""Ed25519 verification, written from RFC 8032 §5.1. Verifies only, so nothing here is secret and timing is of no concern.

Strict: S must be below the group order, points must be canonically encoded, and the public key must not have small
order (§5.1.7 with the checks of "Taming the many EdDSAs", cofactorless).
"""

from hashlib import sha512

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
OF_ORDER_EIGHT = 2707385501144840649318225287225658788936804267575313519463743609750303402022
SMALL_ORDER = frozenset({0, 1, P - 1, OF_ORDER_EIGHT, P - OF_ORDER_EIGHT})
"""Heights y of the points whose order is at most eight."""
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]
"""Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, x·y = T/Z."""

NEUTRAL: Point = (0, 1, 1, 0)


def add(one: Point, other: Point) -> Point:
    """Add two points. Source: RFC 8032 §5.1.4."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    """Multiply a point by a scalar."""
    result = NEUTRAL
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def equal(one: Point, other: Point) -> bool:
    """Whether two points are the same."""
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


def decode_point(encoded: bytes) -> Point | None:
    """Decode 32 bytes, or None when they are not a canonical point. Source: RFC 8032 §5.1.3."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


def is_sound(public: bytes) -> bool:
    """Whether *public* is 32 bytes in their one spelling, and not a point under which one signature fits many messages."""
    height = int.from_bytes(public, "little") & (2**255 - 1)
    return len(public) == 32 and height < P and height not in SMALL_ORDER


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether *public* (32 bytes) signed *message* with *signature* (64 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = decode_point(public), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or s >= ORDER or equal(multiply(8, key), NEUTRAL):
        return False
    challenge = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return equal(multiply(s, BASE), add(commitment, multiply(challenge, key)))
