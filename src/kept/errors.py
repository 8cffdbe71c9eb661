"""Every error Kept raises on purpose, split by what the caller does next.

    KeptError
    ├── InputError            correct what you sent, then send it again
    │   ├── PolicyError       the policy file: line, column, what was expected, the nearest known word
    │   ├── SubmissionError   a form, a field, a notice token
    │   ├── MalformedError    untrusted bytes that are not what they claim to be
    │   ├── ConflictError     somebody changed it first: read again, then decide
    │   └── SettingError      a setting, a path, a file's permissions: the operator's input
    ├── DeniedError           the policy says no: names the step, the clause and what would be needed
    │   └── NotFoundError     no person this mandate may see (or none at all: the answer is the same)
    ├── SignInError           who you are is not shown yet, or no longer: sign in (again)
    ├── LimitError            too many attempts: wait
    ├── EvidenceError         evidence does not hold: stop, keep the files, call the operator
    │   ├── SealError         a sealed value or state does not open under what it must be bound to
    │   ├── RollbackError     something older than what was already acknowledged lies in the store
    │   ├── ProofError        a Merkle proof is malformed or leads to another root
    │   └── NoteError         a signed note or checkpoint is malformed or not signed by the named key
    └── StoreError            the machinery failed: nothing was released, try again later
        ├── ClosedError       the gate is closed: no policy, ledger unwritable, key provider away, clock back
        ├── BusyError         another process holds what is needed
        └── ErasedError       the key is gone: the person was erased

A bug in the calling code is a `RuntimeError` or `TypeError`, never one of these.

Messages: lower case, no full stop, expected then found; never personal information, never key material. What to do
next is in `hint`. `reason` is a stable machine word; `docs/ERRORS.md` lists each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict, Unpack


class Facts(TypedDict, total=False):
    """What every error may say beside its message, as `KeptError` describes it."""

    reason: str
    hint: str
    clause: str
    rests_on: str


class KeptError(Exception):
    """The root: something Kept says on purpose.

    Args:
        message: What was expected, then what came; no personal information.
        reason: Stable machine word, lower case with hyphens, listed in `docs/ERRORS.md`.
        hint: What to do next, for a person; empty when there is nothing to add.
        clause: The clause of the policy this follows from, such as `§4.6`; empty when none does.
        rests_on: The ground it follows from (`kept.policy.ground`), where no policy is at hand to name the clause; the
            edges of the program cite it.
    """

    reason_default = "error"
    """The reason where none is given: the class's name without `Error`."""

    def __init_subclass__(cls) -> None:
        words = re.findall(r"[A-Z][a-z]*", cls.__name__.removesuffix("Error"))
        cls.reason_default = "-".join(words).lower()

    def __init__(self, message: str, *, reason: str = "", hint: str = "", clause: str = "", rests_on: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.reason_default
        self.hint = hint
        self.clause = clause
        self.rests_on = rests_on

    def __str__(self) -> str:
        where = f" ({self.clause})" if self.clause else ""
        return f"{self.message}{where}"


class InputError(KeptError):
    """Correct what you sent, then send it again.

    Args:
        message: What was expected and what was found; never what was sent.
        field: Name of the field, as declared; empty when what was sent is meant as a whole.
        facts: As in `KeptError`.
    """

    def __init__(self, message: str, *, field: str = "", **facts: Unpack[Facts]) -> None:
        super().__init__(message, **facts)
        self.field = field
        self.also: tuple[InputError, ...] = ()

    def each(self) -> tuple[InputError, ...]:
        """Return everything that was found wrong: this, and what was found with it."""
        return (self, *self.also)


class Mistakes:
    """Gathers what is wrong with several fields, so that all of it is said at once."""

    def __init__(self) -> None:
        self.found: list[InputError] = []

    @contextmanager
    def of(self, field: str = "") -> Iterator[None]:
        """Look at one field: what is wrong with it is gathered, and the next one is looked at.

        Args:
            field: Its name, where the error does not say it.
        """
        try:
            yield
        except InputError as error:
            self.add(error, field)

    def add(self, error: InputError, field: str = "") -> None:
        """Gather what was found wrong, with everything that was found with it."""
        for one in error.each():
            one.field = one.field or field
            self.found.append(one)

    def insist(self) -> None:
        """Raise the first of what was found, the rest with it; go on where there is nothing."""
        if self.found:
            first, *rest = self.found
            first.also = tuple(rest)
            raise first


class PolicyError(InputError):
    """The policy file says something Kept cannot run.

    Args:
        message: What was expected and what was found.
        file: Name of the file, without its folder.
        line: Line counted from 1; 0 when the file as a whole is meant.
        column: Column counted from 1; 0 when the line as a whole is meant.
        facts: As in `KeptError`; the hint is the nearest known word, where one is near.
    """

    def __init__(self, message: str, *, file: str = "", line: int = 0, column: int = 0, **facts: Unpack[Facts]) -> None:
        super().__init__(message, **facts)
        self.file = file
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {super().__str__()}" if place else super().__str__()


class SubmissionError(InputError):
    """A form, a field or a notice token is not acceptable."""


class MalformedError(InputError):
    """Untrusted bytes are not what they claim to be."""


class ConflictError(InputError):
    """Somebody changed it first: read again, then decide."""


class SettingError(InputError):
    """A setting, a path or a file's permissions are not acceptable."""


class DeniedError(KeptError):
    """The policy says no.

    Args:
        message: What was asked for and why not, in the closed vocabulary; no personal information.
        step: Number of the step of `kept.policy.reference.decide` that refused, 1 to 9; 0 when no single step did.
        items: The items refused, as declared.
        needed: What would be needed for a yes, for a person to read.
        entry_id: Id of the ledger entry that records the refusal, hex; empty when none could be written.
        facts: As in `KeptError`.
    """

    def __init__(
        self,
        message: str,
        *,
        step: int = 0,
        items: tuple[str, ...] = (),
        needed: str = "",
        entry_id: str = "",
        **facts: Unpack[Facts],
    ) -> None:
        facts.setdefault("hint", needed)
        super().__init__(message, **facts)
        self.step = step
        self.items = items
        self.needed = needed
        self.entry_id = entry_id


class NotFoundError(DeniedError):
    """No person this mandate may see; whether one exists is not said."""


class SignInError(KeptError):
    """Who you are is not shown yet, or no longer."""


class LimitError(KeptError):
    """Too many attempts.

    Args:
        message: What is limited.
        retry_after_seconds: Whole seconds until the next attempt is looked at; at least 1.
        facts: As in `KeptError`.
    """

    def __init__(self, message: str, *, retry_after_seconds: int, **facts: Unpack[Facts]) -> None:
        super().__init__(message, **facts)
        self.retry_after_seconds = retry_after_seconds


class EvidenceError(KeptError):
    """Evidence does not hold: stop, keep the files, call the operator."""


class SealError(EvidenceError):
    """A sealed value, state, entry part or wrapped key does not open under what it must be bound to."""


class RollbackError(EvidenceError):
    """Something older than what was already acknowledged lies in the store."""


class ProofError(EvidenceError):
    """A Merkle proof is malformed or leads to another root."""


class NoteError(EvidenceError):
    """A signed note or checkpoint is malformed or not signed by the named key."""


class StoreError(KeptError):
    """The machinery failed: nothing was released, nothing acknowledged."""


class ClosedError(StoreError):
    """The gate is closed; the reason says why."""


class BusyError(StoreError):
    """Another process holds what is needed."""


class ErasedError(StoreError):
    """The key is gone: the person was erased."""
