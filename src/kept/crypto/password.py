"""Passwords, hashed with argon2id (RFC 9106 §4, the library's default profile: 64 MiB, 3 passes).

Why its use is safe: a fresh random salt per hash, a cost that makes each guess dear, and the same cost and answer for an
account that does not exist.
"""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from kept import limits
from kept.errors import SignInError, SubmissionError

STANDARD = PasswordHasher()
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID)
"""Only for tests and the invented people of the demo: weak on purpose, never chosen by a setting."""
EARLIER: tuple[PasswordHasher, ...] = ()
"""What `STANDARD` was before, as long as hashes of it are kept: whoever changes it puts the former one here."""


class Passwords:
    """Hashes and verifies passwords at one cost.

    Args:
        hasher: Profile; `STANDARD` for anything real.
        earlier: Profiles of hashes that may still be kept: each try costs one of each, whoever it is for, so that what a try costs
            tells neither whether an account exists nor how old its password is.
    """

    def __init__(self, hasher: PasswordHasher = STANDARD, earlier: tuple[PasswordHasher, ...] = EARLIER) -> None:
        self._hasher = hasher
        nobody = "nobody's password: verified against when the account is unknown, or hashed at another cost"
        self._nobodys = {_profile(made): made for made in (one.hash(nobody) for one in (hasher, *earlier))}
        self._now = next(iter(self._nobodys))

    def hash(self, password: str, name: str = "") -> str:
        """Return the hash of a new password.

        Args:
            password: As typed.
            name: Login name it is for; empty where that is not known yet.

        Raises:
            SubmissionError: As `fit`.
        """
        return self._hasher.hash(self.fit(password, name))

    def hash_again(self, password: str) -> str:
        """Return the hash of a password just verified, at the cost of now: what is asked of a new one is not asked of it.

        Args:
            password: As typed, and found right.
        """
        return self._hasher.hash(_prepared(password) or "")

    @staticmethod
    def fit(password: str, name: str = "") -> str:
        """Return a new password as it is hashed.

        Args:
            password: As typed.
            name: Login name it is for; empty where that is not known yet.

        Raises:
            SubmissionError: Shorter than 12 or longer than 200 characters, not text, made of few characters again and again, or
                holding the login name.
        """
        prepared = _prepared(password)
        if prepared is None or len(prepared) < limits.PASSWORD_CHARACTERS_AT_LEAST:
            raise SubmissionError(
                f"expected {limits.PASSWORD_CHARACTERS_AT_LEAST} to {limits.PASSWORD_CHARACTERS} characters, "
                f"found {len(password if prepared is None else prepared)}",
                field="password",
                reason="password-length",
                hint="a few unrelated words are easy to remember",
                rests_on="sign-in-protection",
            )
        folded = unicodedata.normalize("NFKC", prepared).casefold()
        if len(set(folded) - {" "}) < limits.PASSWORD_DIFFERENT_AT_LEAST:
            raise SubmissionError(
                f"expected {limits.PASSWORD_DIFFERENT_AT_LEAST} different characters at least, found fewer",
                field="password",
                reason="password-repeats",
                hint="a few unrelated words are easy to remember",
                rests_on="sign-in-protection",
            )
        known = unicodedata.normalize("NFKC", name).strip().casefold()
        if len(known) >= limits.PASSWORD_NAME_CHARACTERS and known in folded:
            raise SubmissionError(
                "expected a password without the login name, found one that holds it",
                field="password",
                reason="password-name",
                hint="a few unrelated words are easy to remember",
                rests_on="sign-in-protection",
            )
        return prepared

    def verify_password(self, stored_hash: str | None, password: str) -> None:
        """Verify *password*; an unknown account costs the same and says the same.

        Args:
            stored_hash: Hash of the account; None when there is no such account.
            password: As typed; one that can be nobody's (over 200 characters) costs the same.

        Raises:
            SignInError: Wrong, or no such account.
        """
        prepared = _prepared(password)
        profile = _profile(stored_hash or "") if prepared is not None else ""
        hashes = self._nobodys | ({profile: stored_hash or ""} if profile else {})
        fits = [one for one, made in hashes.items() if self._fits(made, prepared or "")]
        if not profile or profile not in fits:
            raise SignInError(
                "name or password is not right", reason="sign-in-wrong", hint="check both, or use a recovery code"
            )

    def _fits(self, made: str, prepared: str) -> bool:
        try:
            return self._hasher.verify(made, prepared)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored_hash: str) -> bool:
        """Whether a hash was made at another cost than one made now: whoever signs in with its password is hashed anew."""
        return _profile(stored_hash) != self._now


def _profile(stored_hash: str) -> str:
    """Return the cost a hash was made at, as it is written in front of it; empty for what is no hash."""
    try:
        extract_parameters(stored_hash)
    except InvalidHashError:
        return ""
    return stored_hash.rpartition("$")[0].rpartition("$")[0]


def _prepared(password: str) -> str | None:
    """Return the password as it is hashed, the same from every keyboard; None when it can be nobody's.

    Source: RFC 8265 §4.2.2 (spaces beyond ASCII become a space, then NFC).
    """
    if len(password) > limits.PASSWORD_CHARACTERS or any("\ud800" <= character <= "\udfff" for character in password):
        return None
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in password)
    return unicodedata.normalize("NFC", spaced)
