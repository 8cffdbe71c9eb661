"""A customer acting on their own data: the mandate that their session is, or that their letter gives the rights desk."""

from __future__ import annotations

from dataclasses import dataclass

from kept import limits
from kept.crypto.digest import sha256
from kept.errors import DeniedError, SignInError
from kept.policy.decision import Mandate
from kept.policy.words import Source
from kept.services.engine.record import Actor


@dataclass(frozen=True, slots=True)
class Own:
    """A customer's session.

    Args:
        person_id: 16 bytes.
        token_hash: Hash of the session's token.
        signed_in_at: When they last showed who they are, unix seconds.
        expires_at: End of the session, unix seconds.
        vouched_by: Id of the credential of the program that vouched for them; empty where they signed in here.
        desk: The member of staff who does what the person asked by post, by phone or in person; None for the person.
        source: Where what they give comes from: their own session, or a letter or call staff are witness to.
    """

    person_id: bytes
    token_hash: bytes
    signed_in_at: float
    expires_at: float
    vouched_by: str = ""
    desk: Actor | None = None
    source: Source = Source.OWN_SESSION

    @property
    def by(self) -> str:
        """Who says yes or no, as a choice names it."""
        return {Source.WITNESSED_PAPER: "paper", Source.WITNESSED_CALL: "call"}.get(self.source, "self")

    def mandate(self) -> Mandate:
        """Return the mandate this session is: own person, own exits."""
        return Mandate(
            id=sha256(b"own" + self.token_hash).hex()[:32],
            kind="own",
            actor=self.vouched_by,
            role="",
            purpose="own-access",
            case="",
            person_id=self.person_id,
            signed_in_at=self.signed_in_at,
            expires_at=self.expires_at,
        )

    def acting(self) -> Actor:
        """Return who acts, as an entry says it: the person, with the program that vouched for them; or the desk."""
        return self.desk or Actor("own", self.vouched_by)

    def fresh(self, at: float) -> bool:
        """Whether they showed who they are within five minutes."""
        return at - self.signed_in_at <= limits.FRESH_SIGN_IN_SECONDS

    def require_own(self) -> None:
        """Some things only the person may begin, and no program for them: what would outlast the program's word.

        Raises:
            DeniedError: A program vouched for this session.
        """
        if self.vouched_by:
            raise DeniedError(
                "expected a session of somebody who signed in here, found one a program vouched for",
                step=1,
                needed="a sign-in on Kept's own pages, with what only the person has",
                reason="vouched-session",
                rests_on="sign-in-protection",
            )

    def require_fresh(self, at: float) -> None:
        """Take along, correct and erase need a sign-in within five minutes.

        Raises:
            SignInError: It is longer ago.
        """
        if not self.fresh(at):
            raise SignInError(
                "expected a sign-in within the last five minutes",
                reason="sign-in-again",
                hint="sign in once more; nothing is lost",
                rests_on="sign-in-protection",
            )
