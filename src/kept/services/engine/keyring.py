"""Keys: the person's (values, evidence, statutory) and the installation's, random, wrapped under a key epoch, kept in K.

New person: K, then D. Erase: one transaction of K removes keys, tokens and the state copy and writes the tombstone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kept.crypto.aead import cipher
from kept.crypto.random import random_bytes, random_id
from kept.errors import ClosedError, ConflictError, ErasedError, SealError
from kept.store import sql
from kept.store.interface import Store, Transaction
from kept.vault.provider import Provider, missing_epoch
from kept.vault.sealed import wrap_binding

KEY_BYTES = 32
INSTALLATION = b"installation"
KINDS = ("values", "evidence", "statutory")


class PersonKeys:
    """The keys of one person, unwrapped when first used and forgotten with this object.

    Args:
        person_id: 16 bytes.
        rows: Wrapped keys.
        provider: Unwraps them.
    """

    def __init__(self, person_id: bytes, rows: list[sql.PersonKeys], provider: Provider) -> None:
        self.person_id = person_id
        self._rows = {row.key_id: row for row in rows}
        self._provider = provider
        self._open: dict[str, bytes] = {}

    def value_key(self, key_id: str) -> bytes:
        """Return a value key, 32 bytes.

        Raises:
            ErasedError: There is no such key any more.
        """
        return self._key(key_id, "values")

    def evidence_key(self, key_id: str) -> bytes:
        """Return an evidence or statutory key, 32 bytes."""
        row = self._rows.get(key_id)
        return self._key(key_id, row.kind if row and row.kind != "values" else "evidence")

    def ids(self, kind: str) -> list[str]:
        """Return the ids of the keys of *kind*, oldest first."""
        return [row.key_id for row in self._rows.values() if row.kind == kind]

    def newest(self, kind: str) -> str:
        """Return the id of the key new seals of *kind* use."""
        found = [row.key_id for row in self._rows.values() if row.kind == kind]
        if not found:
            raise ErasedError(f"expected a key of kind {kind}, found none")
        return found[-1]

    def verify_all(self) -> None:
        """Unwrap every key, those nothing is sealed under as well, and look whether each kind is there.

        Raises:
            SealError: One was changed, moved or relabelled.
            ErasedError: One of a known kind is missing.
        """
        for row in self._rows.values():
            if row.kind not in KINDS:
                raise SealError(
                    f"expected a key of a known kind, found another under {row.key_id[:8]}",
                    rests_on="sealed-values",
                )
            self._key(row.key_id, row.kind)
        for kind in KINDS:
            self.newest(kind)

    def _key(self, key_id: str, kind: str) -> bytes:
        key = self._open.get(key_id)
        if key is None:
            row = self._rows.get(key_id)
            if row is None or row.kind != kind:
                raise ErasedError("expected a key of this person, found none: it was destroyed")
            binding = wrap_binding(self.person_id, key_id, kind, row.epoch)
            key = self._open[key_id] = self._provider.unwrap(row.epoch, row.wrapped, binding)
        return key


class Keyring:
    """Keys of people and of the installation.

    Args:
        keys: Database K.
        provider: Holds the epochs' roots.
    """

    def __init__(self, keys: Store, provider: Provider) -> None:
        self._keys = keys
        self._provider = provider
        self._installation: dict[str, bytes] = {}
        self._ciphers: dict[str, AESGCM] = {}
        self.epoch = 0

    async def begin(self, at: float) -> None:
        """Make the first epoch, when there is none; a root that is missing later is never made anew.

        Args:
            at: Unix seconds.
        """
        if await self._keys.one(sql.CurrentEpochGet) is not None:
            return
        self._provider.create(1)

        async def body(tx: Transaction) -> None:
            if await tx.one(sql.CurrentEpochGet) is None:
                await tx.run("epoch_insert", epoch=1, state="current", created_at=at)
                await tx.run("current_epoch_put", epoch=1)

        await self._keys.write(body)

    async def load(self) -> None:
        """Read the current epoch and the installation's keys.

        Raises:
            ClosedError: The root of an epoch that is still used is missing.
        """

        async def body(tx: Transaction) -> tuple[int, list[sql.SystemKeys]]:
            return await tx.value(sql.CurrentEpochGet) or 0, await tx.all(sql.SystemKeys)

        for last in (False, True):
            self.epoch, rows = await self._keys.read(body)
            try:
                self._installation, self._ciphers = self._open(rows), {}
                if self.epoch and self._provider.state(self.epoch) != "usable":
                    raise missing_epoch(self.epoch)
            except ClosedError:  # another process may have rotated between the reading and the opening
                if last:
                    raise
            else:
                return

    def _open(self, rows: list[sql.SystemKeys]) -> dict[str, bytes]:
        return {
            name: self._provider.unwrap(epoch, wrapped, wrap_binding(INSTALLATION, name, "installation", epoch))
            for name, epoch, wrapped in rows
        }

    async def open_current(self) -> int:
        """Read which epoch is current, look at its root as it lies there now, and open every key of the installation with it.

        Returns:
            The epoch.

        Raises:
            ClosedError: A root is missing.
            SettingError: The current root is another than the one in use.
        """
        await self.load()
        epoch = self.epoch
        rows = [row for row in await self._keys.all(sql.SystemKeys) if row.epoch == epoch]
        self._open(rows)
        return epoch

    def has_installation_key(self, name: str) -> bool:
        """Whether there is a key of the installation of this name."""
        return name in self._installation

    def installation_key(self, name: str) -> bytes:
        """Return a key of the installation, 32 bytes; it exists since `ensure_installation_key`."""
        return self._installation[name]

    def installation_cipher(self, name: str) -> AESGCM:
        """Return what seals under a key of the installation: made once for each."""
        if name not in self._ciphers:
            self._ciphers[name] = cipher(self._installation[name])
        return self._ciphers[name]

    async def ensure_installation_key(self, name: str, at: float) -> bytes:
        """Return a key of the installation, making it when it is new.

        Args:
            name: Such as `ledger`, `tokens`, `index:phone`.
            at: Unix seconds.
        """
        if name not in self._installation:
            key = random_bytes(KEY_BYTES)
            epoch = self.epoch
            wrapped = self._provider.wrap(epoch, key, wrap_binding(INSTALLATION, name, "installation", epoch))

            async def body(tx: Transaction) -> None:
                await hold_epoch(tx, epoch)
                await tx.run("system_key_insert", name=name, epoch=epoch, wrapped=wrapped, created_at=at)

            await self._keys.write(body)
            self._installation[name] = key
        return self._installation[name]

    async def of_person(self, person_id: bytes) -> tuple[PersonKeys | None, int | None]:
        """Return a person's keys (None when erased or unknown) and the number of their newest acknowledged state."""

        async def body(tx: Transaction) -> tuple[list[sql.PersonKeys], int | None]:
            rows = await tx.all(sql.PersonKeys, person_id=person_id)
            return rows, await tx.value(sql.StateCopyG, person_id=person_id)

        rows, copy_g = await self._keys.read(body)
        return (PersonKeys(person_id, rows, self._provider) if rows else None), copy_g

    async def create_person(
        self, person_id: bytes, at: float, also: Callable[[Transaction], Awaitable[object]] | None = None
    ) -> PersonKeys:
        """Make the three keys of a new person.

        Args:
            person_id: 16 fresh random bytes.
            at: Unix seconds.
            also: Further statements of the same transaction of K: the keys are there with them, or neither is.
        """
        rows = await self._insert(person_id, KINDS, at, also)
        return PersonKeys(person_id, rows, self._provider)

    async def drop_unborn(self, person_id: bytes) -> None:
        """Drop the keys and index tokens of somebody who was never made: D has nothing of them."""

        async def body(tx: Transaction) -> None:
            for query in ("person_key_erase", "index_token_erase", "external_token_erase"):
                await tx.run(query, person_id=person_id)

        await self._keys.write(body)

    async def add_value_key(self, person_id: bytes, at: float) -> str:
        """Make a further value key for a person, so that the older can be destroyed; return its id."""
        return (await self._insert(person_id, ("values",), at))[0].key_id

    async def _insert(
        self,
        person_id: bytes,
        kinds: tuple[str, ...],
        at: float,
        also: Callable[[Transaction], Awaitable[object]] | None = None,
    ) -> list[sql.PersonKeys]:
        """Make keys under the current epoch; one that another process has replaced meanwhile is learnt, once."""

        async def once() -> list[sql.PersonKeys]:
            rows = [self._new(person_id, kind) for kind in kinds]

            async def body(tx: Transaction) -> None:
                await hold_epoch(tx, rows[0].epoch)
                if also is not None:
                    await also(tx)
                await tx.many("person_key_insert", [_parameters(person_id, row, at) for row in rows])

            await self._keys.write(body)
            return rows

        try:
            return await once()
        except ConflictError as error:
            if error.reason != "epoch-moved":
                raise
            await self.load()
            return await once()

    async def destroy_key(self, person_id: bytes, key_id: str) -> None:
        """Destroy one key: what was sealed under it alone is unreadable from now on."""

        async def body(tx: Transaction) -> None:
            await tx.run("person_key_delete", person_id=person_id, key_id=key_id)

        await self._keys.write(body)

    async def erase_person(  # noqa: PLR0913 -- what a receipt says
        self,
        person_id: bytes,
        receipt_id: str,
        at: float,
        *,
        keep_until: float = 0.0,
        under_way: int = 0,
        faxes_held: int = 0,
    ) -> None:
        """Destroy a person's keys, tokens and state copy, and write the tombstone, in one transaction.

        Args:
            person_id: 16 bytes.
            receipt_id: Of the erasure.
            at: Unix seconds.
            keep_until: Until when a law obliges to keep what is sealed under the statutory keys; 0 destroys them as well.
            under_way: Messages to them that were being handed over when it began.
            faxes_held: Faxes to them that the fax server did not give back.
        """
        epoch = self.epoch

        async def body(tx: Transaction) -> None:
            for row in await tx.all(sql.PersonKeys, person_id=person_id):
                if row.kind == "statutory" and keep_until > at:
                    await tx.run(
                        "statutory_put",
                        key_id=row.key_id,
                        person_id=person_id,
                        epoch=row.epoch,
                        wrapped=row.wrapped,
                        until=keep_until,
                    )
            for query in ERASE_IN_KEYS:
                await tx.run(query, person_id=person_id)
            await tx.run(
                "tombstone_put",
                person_id=person_id,
                receipt_id=receipt_id,
                erased_at=at,
                level="unreadable",
                epoch=epoch,
                under_way=under_way,
                faxes_held=faxes_held,
            )

        await self._keys.write(body)

    async def newest_copy(self, name: str) -> tuple[bytes, int] | None:
        """Return whose state K was given last, with its number; None when nobody's, or that person was erased since.

        Args:
            name: Of the fact in K that says so.
        """

        async def body(tx: Transaction) -> tuple[bytes, int] | None:
            person, _, g = (await tx.value(sql.MetaGet, name=name) or "").partition(" ")
            person_id = bytes.fromhex(person)
            if not person or await tx.value(sql.StateCopyG, person_id=person_id) is None:
                return None
            return person_id, int(g)

        return await self._keys.read(body)

    async def forget_person(self, person_id: bytes) -> None:
        """Remove what K still has of somebody whose state nothing opens any more; no tombstone, since nobody asked for it."""

        async def body(tx: Transaction) -> None:
            for query in ERASE_IN_KEYS:
                await tx.run(query, person_id=person_id)

        await self._keys.write(body)

    async def statutory(self, key_id: str) -> tuple[bytes, PersonKeys] | None:
        """Return whose a statutory key of an erased person is, with it; None when its day has come.

        Args:
            key_id: From a line of the register.
        """
        row = await self._keys.one(sql.StatutoryGet, key_id=key_id)
        if row is None:
            return None
        person_id = row.person_id
        key = sql.PersonKeys._make((key_id, "statutory", row.epoch, row.wrapped))
        return person_id, PersonKeys(person_id, [key], self._provider)

    def _new(self, person_id: bytes, kind: str) -> sql.PersonKeys:
        key_id = random_id()
        wrapped = self._provider.wrap(
            self.epoch, random_bytes(KEY_BYTES), wrap_binding(person_id, key_id, kind, self.epoch)
        )
        return sql.PersonKeys._make((key_id, kind, self.epoch, wrapped))


ERASE_IN_KEYS = (
    "person_key_erase",
    "index_token_erase",
    "external_token_erase",
    "state_copy_erase",
    "chain_copy_erase",
    "canary_erase",
    "person_rows_erase",
    "other_person_changes_erase",
)


async def hold_epoch(tx: Transaction, epoch: int) -> None:
    """Insist, within a transaction of K, that *epoch* is still the current one: every key that is wrapped under it does.

    Raises:
        ConflictError: It was replaced.
    """
    if not await tx.run("current_epoch_hold", epoch=epoch):
        raise ConflictError(
            "expected to wrap under the current key epoch, found it replaced", reason="epoch-moved", hint="try again"
        )


def _parameters(person_id: bytes, row: sql.PersonKeys, at: float) -> dict[str, object]:
    return {
        "person_id": person_id,
        "key_id": row.key_id,
        "kind": row.kind,
        "epoch": row.epoch,
        "wrapped": row.wrapped,
        "created_at": at,
    }
