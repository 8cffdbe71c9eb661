"""Whether the rows of an entry are that entry: the id is the hash of the commitments, and the account part is what was committed to.

The sequencer looks before an entry gets its place, `kept verify` looks again.
"""

from __future__ import annotations

from kept.errors import EvidenceError, KeptError, SealError
from kept.ledger.leaf import NONCE_BYTES, Opening, commit_account, entry_id_of
from kept.services.engine.keyring import Keyring
from kept.store import sql
from kept.vault.sealed import open_account

EntryRow = sql.EntryGet | sql.EntriesFrom
"""The row of an entry."""


class EntryCheck:
    """Looks at entries.

    Args:
        keyring: Has the ledger keys that account parts are sealed under.
        vault_id: Id of this vault, bound into every seal.
    """

    def __init__(self, keyring: Keyring, vault_id: str) -> None:
        self._keyring = keyring
        self._vault_id = vault_id

    def open_account(self, entry_id: bytes, row: EntryRow) -> Opening:
        """Return the account part of an entry, opened, once all of its row holds.

        Args:
            entry_id: Its id, 32 bytes.
            row: What stands under it.

        Raises:
            EvidenceError: The row is not that of the entry with this id; the message says why.
        """
        if entry_id_of(row.account_commitment, row.person_commitment) != entry_id:
            raise EvidenceError("its commitments do not hash to its id", reason="entry-id", rests_on="sealed-values")
        try:
            raw = open_account(
                self._keyring.installation_cipher(row.account_key),
                row.account_sealed,
                vault_id=self._vault_id,
                key_name=row.account_key,
                entry_id=entry_id,
            )
        except (KeptError, KeyError) as error:
            raise SealError("its account part does not open", rests_on="sealed-values") from error
        opening = Opening(raw[:NONCE_BYTES], raw[NONCE_BYTES:])
        if commit_account(opening) != row.account_commitment:
            raise EvidenceError(
                "its account part is not what was committed to", reason="entry-commitment", rests_on="sealed-values"
            )
        return opening

    def flaw(self, entry_id: bytes, row: EntryRow | None) -> str:
        """Return what does not hold of the entry with this id, or that there is none; empty when it holds."""
        if row is None:
            return "it is not there"
        try:
            self.open_account(entry_id, row)
        except EvidenceError as error:
            return error.message
        return ""
