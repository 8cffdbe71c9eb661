"""The witnesses of a log: each checkpoint is submitted to them, and published once enough of them have cosigned it.

A round submits the newest signed checkpoint to every witness that has not cosigned it. One that was overtaken before its
round is never published, so nobody but the witnesses sees a checkpoint that too few have cosigned. What a witness answers is
believed only as far as its signature goes. Source: C2SP tlog-witness §add-checkpoint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from itertools import groupby

from kept import limits
from kept.channels.witness import WitnessAnswer, WitnessServer
from kept.errors import KeptError, NoteError, SettingError
from kept.ledger.checkpoint import Checkpoint, verify_checkpoint
from kept.ledger.cosignature import Cosignature, find_cosignature
from kept.ledger.submission import Submission
from kept.ledger.trust_policy import NONE, TrustPolicy, Witness
from kept.number import parse_number
from kept.services.engine.sequencer import UNPUBLISHED, Published, Sequencer
from kept.store import sql
from kept.store.interface import Store, Transaction


class WhileSilent(StrEnum):
    """What happens while too few witnesses answer: checkpoints are published *late*, or the gate is *closed* after a while."""

    LATE = "late"
    CLOSE = "close"


@dataclass(slots=True)
class Standing:
    """How one witness stands.

    Args:
        witness: It.
        server: Where it is reached.
        size: Size of the checkpoint it is known to have cosigned last.
        fault: Why it did not cosign the last one; empty while it does.
        ahead: Whether it has cosigned a larger log than this one is: this one was put back.
        next_at: Not asked before, unix seconds.
        wait: Seconds to the next try after one more fault.
    """

    witness: Witness
    server: WitnessServer
    size: int = 0
    fault: str = ""
    ahead: bool = False
    next_at: float = 0.0
    wait: float = 1.0


class Witnesses:
    """Submits checkpoints, keeps what was cosigned, and says what is published.

    Args:
        policy: Which witnesses, and how many of them.
        while_silent: What happens while too few answer.
        data: Database D.
        sequencer: The log's.
        now: The clock.

    Raises:
        SettingError: The policy names another log, needs no witness, or has one without an address.
    """

    def __init__(
        self,
        policy: TrustPolicy,
        while_silent: WhileSilent,
        data: Store,
        sequencer: Sequencer,
        now: Callable[[], float],
    ) -> None:
        if policy.logs and not any(str(one) == str(sequencer.verifier) for one in policy.logs):
            raise SettingError(
                f"expected a witness policy that names this log, {sequencer.origin}, found other logs",
                reason="witness-log",
                hint="leave the log lines out, or put what `/ledger/key` answers into one",
            )
        if policy.quorum == NONE or any(not one.url for one in policy.witnesses.values()):
            raise SettingError(
                "expected a witness policy with a quorum and an address for every witness, found one without",
                reason="witness-address",
                hint="write each witness's submission prefix at the end of its line; start without a policy to have no witnesses",
            )
        self.policy, self.while_silent = policy, while_silent
        self.standings = [Standing(one, WitnessServer(one.url)) for one in policy.witnesses.values()]
        self.published = UNPUBLISHED
        self.waiting_since: float | None = None
        self._cosigned: dict[str, Cosignature] = {}
        self._gathered: tuple[Checkpoint | None, dict[str, Cosignature]] = None, {}
        self._data, self._sequencer, self._now = data, sequencer, now
        self._round = asyncio.Lock()

    async def begin(self) -> None:
        """Find what was published before: the newest checkpoint that enough have cosigned, each signature verified anew."""
        rows = await self._data.all(sql.Cosignatures)
        for size, lines in groupby(rows, lambda row: row.size):
            note = await self._data.value(sql.CheckpointAtMost, size=size)
            if note is None:
                continue
            try:
                checkpoint = verify_checkpoint(note, self._sequencer.verifier)
                found = self.policy.cosigned(note + "".join(row.line for row in lines))
            except NoteError:
                continue  # a row somebody wrote by hand publishes nothing
            for one in self.standings:
                if checkpoint.size == size and one.witness.name in found:
                    one.size = max(one.size, size)
            if checkpoint.size == size and self.published.checkpoint is None:
                self._publish(checkpoint, note, found)
        self._look_at_the_time()

    async def submit(self) -> None:
        """Submit the newest signed checkpoint to whoever has not cosigned it, keep the answers, publish when they are enough."""
        async with self._round:
            signed = Published(self._sequencer.checkpoint, self._sequencer.note)
            if signed.checkpoint is None or signed.checkpoint.size == 0:
                return
            if self.published.checkpoint != signed.checkpoint:
                self._look_at_the_time()
            gathered, cosigned = self._gathered
            cosigned = cosigned if gathered == signed.checkpoint else {}
            due = [
                one
                for one in self.standings
                if one.witness.name not in cosigned and (self._now() >= one.next_at or not one.fault)
            ]
            answers = await asyncio.gather(*(self._ask(one, signed.checkpoint, signed.note) for one in due))
            fresh = {one.witness.name: answer for one, answer in zip(due, answers, strict=True) if answer is not None}
            if not fresh:
                return
            await self._keep(signed.checkpoint.size, fresh)
            self._publish(signed.checkpoint, signed.note, cosigned | fresh)
            self._look_at_the_time()

    @property
    def silent(self) -> bool:
        """Whether a checkpoint has waited too long for enough witnesses."""
        since = self.waiting_since
        return since is not None and self._now() - since > limits.WITNESSES_SILENT_SECONDS

    @property
    def closes(self) -> bool:
        """Whether the gate has to be closed until enough witnesses answer."""
        return self.silent and self.while_silent == WhileSilent.CLOSE

    @property
    def ahead(self) -> bool:
        """Whether a witness has cosigned a larger log than this one is."""
        return any(one.ahead for one in self.standings)

    @property
    def cosigned_by(self) -> tuple[str, ...]:
        """Who cosigned what is published, by the policy's names."""
        return tuple(self._cosigned)

    def _publish(self, checkpoint: Checkpoint, note: str, cosigned: dict[str, Cosignature]) -> None:
        """Publish a checkpoint once enough have cosigned it; until then what was gathered waits for the others."""
        self._gathered = checkpoint, cosigned
        if self.policy.is_met(cosigned):
            self._cosigned = cosigned
            self.published = Published(checkpoint, note + "".join(one.line for one in cosigned.values()))

    def _look_at_the_time(self) -> None:
        """Note since when a signed checkpoint waits to be published."""
        newest = self._sequencer.checkpoint
        if newest is None or newest.size == 0 or newest == self.published.checkpoint:
            self.waiting_since = None
        elif self.waiting_since is None:
            self.waiting_since = self._now()

    async def _keep(self, size: int, fresh: dict[str, Cosignature]) -> None:
        keys = {one.witness.name: one.witness.key for one in self.standings}
        published = self.published.checkpoint.size if self.published.checkpoint else 0

        async def body(tx: Transaction) -> None:
            for name, one in fresh.items():
                cosigner = f"{keys[name].name}+{keys[name].key_id.hex()}"
                await tx.run("cosignature_put", size=size, cosigner=cosigner, line=one.line, at=float(one.at))
            await tx.run("cosignatures_drop", below=size, published=published)

        await self._data.write(body)

    async def _ask(self, one: Standing, checkpoint: Checkpoint, note: str) -> Cosignature | None:
        """Ask one witness; None when it did not cosign, and then the standing says why."""
        try:
            found = await self._converse(one, checkpoint, note)
        except KeptError as error:
            one.fault = error.reason
            one.next_at = self._now() + one.wait
            one.wait = min(one.wait * 2, limits.WITNESS_RETRY_SECONDS)
            return None
        one.fault, one.wait, one.ahead, one.size = "", 1.0, False, checkpoint.size
        return found

    async def _converse(self, one: Standing, checkpoint: Checkpoint, note: str) -> Cosignature:
        one.size = min(one.size, checkpoint.size)
        for _ in range(limits.WITNESS_TRIES):
            proof = await self._sequencer.consistency(one.size, checkpoint.size)
            answer = await one.server.add_checkpoint(Submission(one.size, proof, note).body())
            if answer.status != HTTPStatus.CONFLICT:
                return _cosignature_of(answer, note, one.witness)
            known = _size_of(answer)
            if known is None:
                break
            one.ahead = known > checkpoint.size
            if one.ahead:
                raise NoteError(
                    f"expected the witness to know a log of at most {checkpoint.size} entries, found that it knows {known}",
                    reason="witness-ahead",
                    rests_on="ledger-consistent",
                )
            one.size = known
        raise _unfit()


def _cosignature_of(answer: WitnessAnswer, note: str, witness: Witness) -> Cosignature:
    if answer.status != HTTPStatus.OK:
        raise NoteError(f"expected a cosignature, found status {answer.status}", reason=f"witness-{answer.status}")
    try:
        found = find_cosignature(note + answer.body.decode(), witness.key)
    except (NoteError, UnicodeDecodeError):
        found = None
    if found is None:
        raise _unfit()
    return found


def _size_of(answer: WitnessAnswer) -> int | None:
    if answer.media_type.partition(";")[0].strip() != "text/x.tlog.size" or not answer.body.endswith(b"\n"):
        return None
    return parse_number(answer.body[:-1].decode("latin-1"))


def _unfit() -> NoteError:
    return NoteError("expected a cosignature by the witness's key, found none", reason="witness-unfit")
