"""What a witness answers to a submitted checkpoint. Source: C2SP tlog-witness §add-checkpoint, in the order of its text."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import NamedTuple

from kept.crypto.lattice_signature import LatticeSigningKey
from kept.crypto.signature import SigningKey
from kept.errors import ConflictError, EvidenceError, NoteError, SettingError
from kept.ledger.checkpoint import Checkpoint, parse_checkpoint_text, verify_checkpoint
from kept.ledger.cosignature import cosign, cosigner_key
from kept.ledger.note import ED25519, KEY_ID_BYTES, VerifierKey, split_note
from kept.ledger.submission import Submission, parse_submission
from kept.ledger.tree import EMPTY_ROOT, verify_consistency
from kept.witness.memory import Memory

TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


class Answer(NamedTuple):
    """An answer: HTTP status, body and media type."""

    status: int
    body: str
    media_type: str = TEXT


class Cosigner:
    """Cosigns for the logs it knows.

    Args:
        name: Of the witness, such as `witness.example/w1`.
        key: Its own.
        logs: Keys of the logs it knows; several of one name are all believed.
        memory: What it remembers.
        now: The clock, unix seconds.

    Raises:
        SettingError: A log's key is of a kind this witness does not verify.
        NoteError: No witness may be called so.
    """

    def __init__(
        self,
        name: str,
        key: SigningKey | LatticeSigningKey,
        logs: Iterable[VerifierKey],
        memory: Memory,
        now: Callable[[], float],
    ) -> None:
        self.published = cosigner_key(name, key)
        self._name, self._key, self._memory, self._now = name, key, memory, now
        self._logs: dict[str, list[VerifierKey]] = {}
        for one in logs:
            if one.kind != ED25519:
                raise SettingError(
                    "expected logs with Ed25519 keys, found another",
                    reason="witness-log-kind",
                    hint="give the key that the log answers at /ledger/key",
                )
            self._logs.setdefault(one.name, []).append(one)

    @property
    def origins(self) -> tuple[str, ...]:
        """The logs it knows."""
        return tuple(self._logs)

    def answer(self, unverified: bytes) -> Answer:
        """Answer one submission; what is cosigned is durable before this returns.

        Args:
            unverified: The body of the request, from anybody.
        """
        try:
            submission = parse_submission(unverified)
            text, _ = split_note(submission.note)
            checkpoint = parse_checkpoint_text(text)
        except NoteError as error:
            return Answer(HTTPStatus.BAD_REQUEST, f"{error}\n")
        if checkpoint.origin not in self._logs:
            return Answer(HTTPStatus.NOT_FOUND, "unknown log\n")
        if not self._signed(submission.note, checkpoint.origin):
            return Answer(HTTPStatus.FORBIDDEN, "no signature by the log's key that verifies\n")
        if submission.old > checkpoint.size:
            return Answer(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint\n")
        last = self._memory.checkpoint_of(checkpoint.origin)
        known = last.size if last else 0
        if submission.old != known:
            return Answer(HTTPStatus.CONFLICT, f"{known}\n", SIZE)
        try:
            _verify_extends(last, checkpoint, submission)
        except EvidenceError:
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "the checkpoint does not extend the one cosigned last\n")
        made = cosign(text, self._name, self._key, int(self._now()))
        own = "".join(_lines_of(submission.note, self._logs[checkpoint.origin]))
        try:
            self._memory.remember(checkpoint, f"{text}\n{own}{made.line}", expected_size=known)
        except ConflictError:
            last = self._memory.checkpoint_of(checkpoint.origin)
            return Answer(HTTPStatus.CONFLICT, f"{last.size if last else 0}\n", SIZE)
        return Answer(HTTPStatus.OK, made.line)

    def _signed(self, note: str, origin: str) -> bool:
        """Whether a key of the log signed, and no signature under the name and id of one is broken."""
        signed = False
        for key in self._logs[origin]:
            try:
                verify_checkpoint(note, key)
                signed = True
            except NoteError as error:
                if error.reason != "note-unsigned":
                    return False
        return signed


def _verify_extends(last: Checkpoint | None, checkpoint: Checkpoint, submission: Submission) -> None:
    size, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
    verify_consistency(size, checkpoint.size, submission.proof, root, checkpoint.root)


def _lines_of(note: str, keys: Iterable[VerifierKey]) -> Iterator[str]:
    """Yield the signature lines by these keys."""
    known = {(one.name, one.key_id) for one in keys}
    for name, raw in split_note(note)[1]:
        if (name, raw[:KEY_ID_BYTES]) in known:
            yield f"\u2014 {name} {base64.b64encode(raw).decode()}\n"
