"""The engine: what is open while an installation runs. Opens in an order that notices tampering, closes cleanly.

On start: K and D belong together, the key provider answers, D's ledger extends the last checkpoint, unfinished changes
are finished; only then the gate opens.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path

from kept import limits
from kept.channels.place import Place
from kept.crypto.digest import framed, hmac_sha256
from kept.crypto.password import Passwords
from kept.crypto.random import random_id
from kept.crypto.signature import SigningKey
from kept.errors import ClosedError, KeptError, PolicyError, SettingError, StoreError
from kept.ledger.trust_policy import TrustPolicy
from kept.policy.channel import CHANNELS
from kept.policy.day import moment
from kept.policy.ground import cite, clause_of
from kept.policy.item_type import ItemType
from kept.policy.vocabulary import GuaranteeWord
from kept.policy.words import Exit
from kept.services.engine import claims
from kept.services.engine.active_policy import ActivePolicy, first_effect, load_in_force
from kept.services.engine.clock import Clock
from kept.services.engine.dispatchers import Dispatcher, Origin
from kept.services.engine.entry import Entry
from kept.services.engine.entry_chain import EntryChains
from kept.services.engine.entry_check import EntryCheck
from kept.services.engine.flush import Flush, SealedEntry
from kept.services.engine.keyring import Keyring, PersonKeys
from kept.services.engine.memories import lost_memories
from kept.services.engine.no_log import NAMES, SEALS, NoLog
from kept.services.engine.notices import Notices
from kept.services.engine.people import People
from kept.services.engine.restored_keys import DATA_RESTORED, NOT_REPLAYED, restored_keys
from kept.services.engine.row_numbers import RowNumbers
from kept.services.engine.row_seals import bind_rows
from kept.services.engine.sequencer import LEAPT, Checks, Published, Sequencer
from kept.services.engine.supervision import Supervision
from kept.services.engine.witnesses import WhileSilent, Witnesses
from kept.store import sql
from kept.store.interface import Store, Transaction
from kept.store.structure import refuse_differences
from kept.vault.provider import Provider
from kept.vault.sealed import seal_account, seal_evidence

LEDGER_KEY = "ledger"
TOKEN_KEY = "tokens"  # noqa: S105 -- the name of a key, not a key
EXTERNAL_KEY = "external"
LOG_HELD = "log-held"
SEQUENCER = "sequencer"
"""What the run is called that integrates entries."""


@dataclass(slots=True)
class Parts:
    """What an engine is made of.

    Args:
        data: Database D.
        keys: Database K.
        provider: Holds the roots of key epochs.
        signing_key: Signs checkpoints.
        clock: The one clock.
        guarantees: Built-in promises a policy may name.
        origin: Name of the log; a fresh vault makes its own from this.
        outside: File for the last checkpoint outside both databases; None to keep none.
        passwords: Hashes passwords.
        places: Where the no-log lies; empty to keep none.
    """

    data: Store
    keys: Store
    provider: Provider
    signing_key: SigningKey
    guarantees: Mapping[str, GuaranteeWord]
    clock: Clock = field(default_factory=Clock)
    origin: str = "kept.example/ledger"
    outside: Path | None = None
    passwords: Passwords = field(default_factory=Passwords)
    places: tuple[Place, ...] = ()

    @property
    def signed(self) -> bool:
        """Whether a checkpoint was ever signed, as far as the file outside both databases says."""
        return self.outside is not None and self.outside.exists()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What K still lacks of a change that is done and in force in D.

    Args:
        person_id: Whose, 16 bytes.
        g: Number of their state.
        key_id: Key it is sealed under.
        sealed: The sealed state.
        lost: (item, normal form) they are no longer findable by.
    """

    person_id: bytes
    g: int
    key_id: str
    sealed: bytes
    lost: tuple[tuple[str, str], ...] = ()


class Engine:
    """A running installation; open it with `Engine.start`.

    Args:
        parts: What it is made of.
        vault_id: Id of the vault.
        origin: Name its log was begun under.
    """

    def __init__(self, parts: Parts, vault_id: str, origin: str) -> None:
        self.parts = parts
        self.holder = claims.new_holder()
        self.data = parts.data
        self.keys = parts.keys
        self.provider = parts.provider
        self.clock = parts.clock
        self.vault_id = vault_id
        self.origin = origin
        self.passwords = parts.passwords
        self.keyring = Keyring(parts.keys, parts.provider)
        self.people = People(parts.data, self.keyring, vault_id)
        self.notices = Notices(parts.data)
        self.flush = Flush(parts.data, parts.clock.now)
        self.no_log = NoLog(parts.data, parts.keys, self.keyring, vault_id, parts.places, parts.clock.now)
        self.entries = EntryCheck(self.keyring, vault_id)
        self.chains = EntryChains(self.keyring, vault_id)
        self.sequencer = self._sequencer(1)
        self.witnesses: Witnesses | None = None
        self.password_turns = asyncio.Semaphore(4)
        self.row_numbers: tuple[RowNumbers, ...] = ()
        self.policy_files = "same"
        self.people_without_keys = 0
        self.unfinished: dict[bytes, Unfinished] = {}
        self.keys_restored = ""
        self.canaries: frozenset[bytes] = frozenset()
        self.supervision = Supervision(lambda: parts.clock.high_water)
        self.site = ""
        self.dispatchers: dict[Exit, Dispatcher] = {}
        self.origins: dict[str, Origin] = {}
        self._active: ActivePolicy | None = None
        self._begins_at: float | None = None
        self._closed_for = ""
        self._log_held = ""
        self._provider_asked_at = 0.0
        self._begun_at = 0.0

    def _sequencer(self, generation: int) -> Sequencer:
        parts = self.parts
        suffix = f"-{generation}" if generation > 1 else ""
        return Sequencer(
            parts.data,
            parts.keys,
            parts.signing_key,
            f"{self.origin}/{self.vault_id[:8]}{suffix}",
            parts.outside,
            parts.clock,
            Checks(self.entries, self.chains),
        )

    async def begin_log(self, generation: int) -> None:
        """Go on with the log of *generation*: recovery opened a new one, under its own name."""
        self.sequencer = self._sequencer(generation)
        if self.parts.outside is not None and self.parts.outside.exists():
            self.parts.outside.rename(self.parts.outside.with_suffix(f".checkpoint.{generation - 1}"))

    @property
    def published(self) -> Published:
        """The checkpoint strangers are shown; nothing of the log beyond it is."""
        if self.witnesses is not None:
            return self.witnesses.published
        return Published(self.sequencer.checkpoint, self.sequencer.note)

    async def have_witnesses(self, policy: TrustPolicy, while_silent: WhileSilent) -> None:
        """Let witnesses cosign the log from now on; only what enough of them cosigned is published.

        Args:
            policy: Which witnesses, and how many of them.
            while_silent: What happens while too few answer.

        Raises:
            SettingError: The policy is of another log, needs no witness, or has one without an address.
        """
        witnesses = Witnesses(policy, while_silent, self.data, self.sequencer, self.clock.now)
        await witnesses.begin()
        self.witnesses = witnesses

    @classmethod
    async def start(cls, parts: Parts, *, sequence: bool = True, verify: bool = True) -> Engine:
        """Open an installation, making a new vault when both databases are empty.

        Args:
            parts: What it is made of.
            sequence: Whether this process integrates entries by itself.
            verify: Whether the log must extend its last checkpoint; only recovery and verification open without.

        Raises:
            SettingError: K and D do not belong together.
            ClosedError: A key root is missing, or the clock is behind.
            EvidenceError: D is older than its last checkpoint, or was rewritten.
        """
        try:
            return await cls._begin(parts, sequence=sequence, verify=verify)
        except BaseException:
            await parts.data.close()  # a refused start holds no file
            await parts.keys.close()
            raise

    @classmethod
    async def _begin(cls, parts: Parts, *, sequence: bool, verify: bool) -> Engine:
        if verify:
            refuse_differences(parts.data.check_structure() + parts.keys.check_structure())
        vault_id, origin = await _vault_id(parts)
        lost = await lost_memories(parts.data, parts.keys)
        if lost and (
            verify or not await parts.keys.one(sql.CurrentEpochGet)
        ):  # never new keys beside a ledger that is used
            raise lost[0].error()
        engine = cls(parts, vault_id, origin)
        await engine._bind(verify=verify)
        generation = int(await engine.meta("log_generation") or "1")
        if generation > 1:
            engine.sequencer = engine._sequencer(generation)
        high_water = await engine.meta("high_water")
        parts.clock.load(float(high_water) if high_water and verify else 0.0, float(await engine.meta(LEAPT) or 0.0))
        at = parts.clock.now()
        for name in (
            LEDGER_KEY,
            TOKEN_KEY,
            EXTERNAL_KEY,
            SEALS,
            NAMES,
            *(f"stop:{one.value}" for one in sorted(CHANNELS)),
        ):
            await engine.keyring.ensure_installation_key(name, at)
        if verify:
            try:
                await engine.sequencer.verify_head()
                await engine.people.verify_newest()
                for one in engine.row_numbers:
                    await one.verify_tables()
            except KeptError as error:
                with contextlib.suppress(KeptError):  # what refuses the start says its clause, where there is a policy
                    await engine.reload_policy()
                raise engine.cite(error) from error.__cause__
            await engine.reload_policy()
        else:
            with contextlib.suppress(
                StoreError, PolicyError
            ):  # verification names what is wrong with it, and writes nothing
                await engine.reload_policy()
        engine.keys_restored = await restored_keys(parts.keys) or await engine.meta(DATA_RESTORED)
        engine.no_log.replaying = await engine.no_log.ahead()
        if engine.no_log.replaying:  # D or K is older than what was said no to: only the person, until it is said again
            engine.keys_restored = engine.keys_restored or NOT_REPLAYED
        await engine.load_canaries()
        engine._provider_asked_at = engine._begun_at = at
        if sequence:
            engine.every(limits.SEQUENCE_SECONDS, engine.sequence, SEQUENCER)
        return engine

    async def _bind(self, *, verify: bool) -> None:
        """Load the keys and bind the rows under one of them; what the databases say of themselves is believed from then on."""
        at = self.clock.now()
        await self.keyring.begin(at)
        await self.keyring.load()
        self.row_numbers = await bind_rows(
            self.data, self.keys, self.keyring, at, signed=self.parts.signed, verify=verify
        )

    async def close(self, *, integrate: bool = True) -> None:
        """Finish what was begun, integrate it, and let go of everything, whatever fails on the way.

        Args:
            integrate: False after a start without verification: the log is left as it is.
        """
        bugs = await self.supervision.end()
        async with contextlib.AsyncExitStack() as last:  # each of these is done, whatever another one raises
            last.callback(claims.let_go, self.holder)
            last.push_async_callback(self.keys.close)
            last.push_async_callback(self.data.close)
            if integrate:
                last.push_async_callback(self._integrate_last)
            last.push_async_callback(self.flush.close)
        for bug in bugs:
            raise bug

    async def _integrate_last(self) -> None:
        try:
            await self.no_log.deliver()
            await self.sequencer.integrate()
            await self.remember_rows()
        except (KeptError, OSError, MemoryError):
            pass  # it stays where it waits, and is taken up on the next start

    async def sequence(self) -> None:
        """Integrate what waits, and tell each database how new the other is."""
        await self.sequencer.integrate()
        await self.remember_rows()

    async def remember_rows(self) -> None:
        """Tell each database how new the other is."""
        for one in self.row_numbers:
            await one.remember()

    def every(self, seconds: float, act: Callable[[], Awaitable[object]], name: str = "") -> None:
        """Do something again and again while the engine is open, whatever it raises; see `Supervision.every`."""
        self.supervision.every(seconds, act, name)

    # ------------------------------------------------------------ policy

    @property
    def has_policy(self) -> bool:
        """Whether a policy is in force."""
        return self._active is not None

    @property
    def policy(self) -> ActivePolicy:
        """The policy in force.

        Raises:
            ClosedError: There is none.
        """
        if self._active is None:
            raise self._no_policy()
        return self._active

    def _no_policy(self) -> ClosedError:
        if self._begins_at is not None:
            return ClosedError(
                f"expected a policy in force, found one that takes effect at {moment(self._begins_at)}",
                reason="policy-not-yet",
                hint="wait until then; nothing is collected and nobody can sign in before",
                rests_on="purpose-before-collection",
            )
        return ClosedError(
            "expected an activated policy, found none",
            reason="no-policy",
            hint="run `kept init POLICY`",
            rests_on="purpose-before-collection",
        )

    async def reload_policy(self) -> None:
        """Load the version in force; closes the gate when there is none or it does not read."""
        now = self.clock.now() - self.clock.leapt_seconds  # a leap puts no later version in force
        self._active = await load_in_force(self.data, self.parts.guarantees, now)
        self._begins_at = await first_effect(self.data) if self._active is None else None
        if self._active is not None:
            at = self.clock.now()
            for item in self._active.policy.items.values():
                if item.findable:
                    await self.keyring.ensure_installation_key(f"index:{item.id}", at)
            active_hash = self._active.hash
            if await self.meta("active_policy") != active_hash:

                async def body(tx: Transaction) -> None:
                    await tx.run("meta_put", name="active_policy", value=active_hash)

                await self.data.write(body)

    def policy_in_force(self, snapshot_hash: str) -> ActivePolicy:
        """Return the policy when this process holds the one the snapshot names.

        Raises:
            ClosedError: It holds another.
        """
        active = self.policy
        if active.hash != snapshot_hash:
            raise ClosedError(
                "expected the active policy, this process holds another",
                reason="policy-other",
                hint="try again in a moment; the service loads the new version by itself",
                rests_on="bound-to-notice",
            )
        return active

    @property
    def zone(self) -> tzinfo:
        """The zone whose days count: the policy's in force, the world's before there is one."""
        return self._active.policy.zone if self._active is not None else UTC

    def clause(self, ground: str) -> str:
        """Return the clause of the policy in force that carries *ground*, such as `4.6`; empty when none does, or there is none."""
        return clause_of(self._active.policy, ground) if self._active is not None else ""

    def cite(self, error: KeptError) -> KeptError:
        """Give an error the clause of the policy in force that it rests on; every edge of the program does so before it shows one."""
        return cite(self._active.policy, error) if self._active is not None else error

    def findable(self, *, requests: bool = False) -> dict[str, ItemType]:
        """Return the items a person can be found by, with their types.

        Args:
            requests: Also those that people are found by only where they ask about their own information, or a law asks.
        """
        items = self.policy.policy.items.values()
        return {one.id: one.type for one in items if one.findable and (requests or not one.for_requests)}

    # ------------------------------------------------------------ gate keeping

    def ready(self) -> float:
        """Return the time if the gate may work at all.

        Raises:
            ClosedError: No policy, clock back, provider away, ledger not integrated for too long.
        """
        at = self.clock.now()
        if self._active is None:
            raise self._no_policy()
        if closed_for := self.closed_for or self._log_held:
            raise ClosedError(
                f"the gate is closed: {closed_for}",
                reason=closed_for,
                hint="see `kept status`",
                rests_on="ledger-consistent",
            )
        if at - self._provider_asked_at > limits.PROVIDER_ASKED_SECONDS:
            if self.provider.state(self.keyring.epoch) != "usable":
                raise ClosedError(
                    "expected the key provider to answer, found its epoch missing",
                    reason="epoch-missing",
                    hint="put the key file back; nothing is released until then",
                    rests_on="keys-apart",
                )
            self._provider_asked_at = at
        return at

    @property
    def closed_for(self) -> str:
        """What closes the gate by itself: entries that wait too long, or a tree that is not the one that was signed; else empty."""
        return self.sequencer.fault.reason if self.sequencer.fault is not None else self._closed_for

    async def watch(self) -> None:
        """Look at what keeps the gate open: how both databases are made, how old the oldest entry is, whether witnesses answer."""
        if self.data.check_structure() or self.keys.check_structure():
            self._closed_for = "schema-other"
            return
        oldest = await self.sequencer.oldest_waiting_since()
        # what waited while nobody served is not late: it is integrated now
        late = oldest is not None and self.clock.now() - max(oldest, self._begun_at) > limits.ENTRY_WAITING_SECONDS
        unwitnessed = self.witnesses is not None and self.witnesses.closes
        self._closed_for = "ledger-behind-itself" if late else "witnesses-silent" if unwitnessed else ""

    async def watch_logs(self) -> None:
        """Make the databases' logs small where they have grown; close the gate before they fill the disk.

        A log grows as long as another process reads one snapshot: nothing may be brought into the database past it.

        Raises:
            StoreError: Somebody keeps one from shrinking.
        """
        largest = 0
        for store in (self.data, self.keys):
            if store.log_bytes() > limits.LOG_KEPT_BYTES:
                await store.shrink_log()
            largest = max(largest, store.log_bytes())
        self._log_held = LOG_HELD if largest > limits.LOG_MOST_BYTES else ""
        if largest > limits.LOG_SAID_BYTES:
            raise StoreError(
                f"expected the databases' logs to shrink, found one of {largest // 1024**2} MB that another process reads",
                reason="log-held",
                hint="end whatever has the database open beside Kept; the log shrinks by itself, and the gate opens again",
                rests_on="durable-writes",
            )

    def stands_still(self) -> bool:
        """Whether the clock leapt and nobody has confirmed it: whatever acts on time alone waits until somebody does."""
        self.clock.now()
        return bool(self.clock.leapt_seconds)

    async def keep_leap(self) -> None:
        """Keep that the clock leapt, where the next start finds it, before the time it leapt to is stored."""
        if self.stands_still() and not await self.meta(LEAPT):
            await self.put_meta(LEAPT, repr(self.clock.leapt_seconds))

    async def load_canaries(self) -> None:
        """Learn who the canaries are, from K."""
        rows = await self.keys.all(sql.Canaries)
        self.canaries = frozenset(row.person_id for row in rows)

    # ------------------------------------------------------------ sealing

    def seal_entry(self, entry: Entry, keys: PersonKeys | None, *, told_from: float = 0.0) -> SealedEntry:
        """Seal both parts of an entry.

        Args:
            entry: The entry; when it concerns a person, *keys* are theirs.
            keys: The person's keys.
            told_from: When the person may be told of it, unix seconds; 0 for at once.
        """
        account_sealed = seal_account(
            self.keyring.installation_cipher(LEDGER_KEY),
            entry.account.nonce + entry.account.plaintext,
            vault_id=self.vault_id,
            key_name=LEDGER_KEY,
            entry_id=entry.id,
        )
        if not entry.person_id or keys is None:
            return SealedEntry(entry, LEDGER_KEY, account_sealed, "", entry.person.nonce, told_from)
        key_id = keys.newest("statutory" if entry.register else "evidence")
        return SealedEntry(
            entry,
            LEDGER_KEY,
            account_sealed,
            key_id,
            seal_evidence(
                keys.evidence_key(key_id),
                entry.person.nonce + entry.person.plaintext,
                vault_id=self.vault_id,
                person_id=entry.person_id,
                entry_id=entry.id,
            ),
            told_from,
        )

    def token_hash(self, kind: str, token: bytes) -> bytes:
        """Return the keyed hash a token of *kind* is known by: who can write D alone cannot make one up."""
        return hmac_sha256(
            self.keyring.installation_key(TOKEN_KEY), framed(b"kept/token-hash/v1", kind.encode(), token)
        )

    def actor_of(self, login: str) -> str:
        """Return what entries call a member of staff: a keyed name, so that a customer's proof does not tell the login.

        The console, which has the key, can tell who it is.
        """
        return f"staff-{hmac_sha256(self.keyring.installation_key(LEDGER_KEY), framed(b'actor', login.encode())).hex()[:12]}"

    async def meta(self, name: str) -> str:
        """Return a small fact about this installation; empty when it is not set."""
        return await self.data.value(sql.MetaGet, name=name) or ""

    async def put_meta(self, name: str, value: str) -> None:
        """Set a small fact about this installation."""

        async def body(tx: Transaction) -> None:
            await tx.run("meta_put", name=name, value=value)

        await self.data.write(body)


async def _vault_id(parts: Parts) -> tuple[str, str]:
    in_data, in_keys = [await one.value(sql.MetaGet, name="vault_id") or "" for one in (parts.data, parts.keys)]
    if in_data and in_data == in_keys:
        return in_data, await parts.data.value(sql.MetaGet, name="origin") or parts.origin
    if in_data or in_keys:
        nobody = not await parts.data.value(sql.PeopleCount)
        if in_keys and not in_data and nobody and not await parts.keys.one(sql.CurrentEpochGet):
            fresh = in_keys  # killed between the two first writes: what K has beside is made afterwards
        else:
            raise SettingError(
                "expected databases D and K of one vault, found two that do not belong together",
                reason="vault-other",
                hint="check both addresses; a restored K goes with its own D",
                rests_on="restore-drill",
            )
    else:
        fresh = random_id()

    async def put(tx: Transaction) -> None:
        await tx.run("meta_put", name="vault_id", value=fresh)

    async def put_both(tx: Transaction) -> None:
        await put(tx)
        await tx.run("meta_put", name="origin", value=parts.origin)

    await parts.keys.write(put)
    await parts.data.write(put_both)
    return fresh, parts.origin
