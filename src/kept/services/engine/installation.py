"""An installation at an address: two databases, the key folder, the checkpoint file, and who may serve it.

`sqlite:///shop.db` means shop.db (D), shop.keys.db (K), the folder shop.keyfiles/, shop.checkpoint and shop.no-log beside it.
In production K, the key folder and the no-log lie elsewhere: give their addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from kept.channels.place import parse_place
from kept.crypto.password import Passwords
from kept.errors import SettingError
from kept.policy.model import Policy
from kept.policy.vocabulary import GuaranteeWord
from kept.services.engine.clock import Clock
from kept.services.engine.engine import Parts
from kept.services.engine.key_files import KeyFiles
from kept.store.serving import lock_for_serving
from kept.store.sqlite import SqliteStore, raw_count

SCHEME = "sqlite:///"
NONE = "none"
"""Says that no no-log is kept."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the parts of an installation lie."""

    data: Path
    keys: Path
    key_folder: Path
    checkpoint: Path
    no_log: tuple[str, ...] = ()

    def alone(self, *, existing: bool = False) -> AbstractContextManager[None]:
        """Hold the right to serve this installation; see `lock_for_serving`."""
        return lock_for_serving(self.data, existing=existing)

    def raw_count(self, needles: Iterable[bytes]) -> dict[bytes, int]:
        """Count how often each needle stands in the raw bytes of either database, whatever its files are."""
        return raw_count(self.data.parent, self.data.stem, needles)


def parse_address(url: str, *, keys_url: str = "", key_folder: str = "", no_log: Iterable[str] = ()) -> Address:
    """Read the address of an installation.

    Args:
        url: `sqlite:///` and the path of D.
        keys_url: The same for K; beside D when it is left out.
        key_folder: Folder of the key files; beside D when it is left out.
        no_log: Addresses of the no-log's places; a file beside D when it is left out, `none` for none.

    Raises:
        SettingError: It is not an address this version opens.
    """
    if not url.startswith(SCHEME) or not url.removeprefix(SCHEME):
        raise SettingError(
            "expected an address like sqlite:///shop.db, found another",
            reason="address",
            hint="write sqlite:/// and the path of a file; this version opens SQLite only",
        )
    data = Path(url.removeprefix(SCHEME))
    return Address(
        data,
        Path(keys_url.removeprefix(SCHEME)) if keys_url else data.with_name(f"{data.stem}.keys{data.suffix}"),
        Path(key_folder) if key_folder else data.with_name(f"{data.stem}.keyfiles"),
        data.with_name(f"{data.stem}.checkpoint"),
        tuple(one for one in (tuple(no_log) or (f"file:{data.with_name(f'{data.stem}.no-log')}",)) if one != NONE),
    )


UNNAMED_LEDGER = "kept.example/ledger"
"""What a ledger is called that was made without a policy at hand, as tests and tools do."""
_MAIL_HOST = re.compile(r"[^@\s]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")


def ledger_name(policy: Policy) -> str:
    """Return what the ledger of a new installation is called, for good: the host its controller is written to, or the policy's id.

    Args:
        policy: The first one.
    """
    found = _MAIL_HOST.fullmatch(policy.controller.get("contact", ""))
    return f"{found[1].lower() if found else policy.id}/ledger"


@dataclass(frozen=True, slots=True)
class Settings:
    """What may differ between installations.

    Args:
        origin: What the ledger is called; it is taken when an installation is made, and never changes.
        clock: Wall clock and steady clock.
        passwords: What hashing a password costs.
    """

    origin: str = UNNAMED_LEDGER
    clock: Clock = field(default_factory=Clock)
    passwords: Passwords = field(default_factory=Passwords)


def installation_parts(
    address: Address,
    guarantees: Mapping[str, GuaranteeWord],
    settings: Settings | None = None,
    *,
    create: bool = False,
    read_only: bool = False,
) -> Parts:
    """Open the parts of an installation; `Engine.start` puts them to work.

    Args:
        address: Where they lie.
        guarantees: Built-in promises a policy may name.
        settings: What differs.
        create: Whether to make what is missing.
        read_only: Whether neither database may be written.

    Raises:
        SettingError: Something is missing or not ours.
        StoreError: A database is not sound.
    """
    chosen = settings or Settings()
    if not address.data.parent.is_dir():
        raise SettingError(
            f"expected the folder of {address.data.name} to exist, found none",
            reason="folder-missing",
            hint="make it first",
        )
    if not create and address.data.exists() and not address.key_folder.is_dir():
        raise SettingError(
            f"expected the key folder {address.key_folder.name}, found none",
            reason="key-folder-missing",
            hint="put it back; data backups never hold it",
            rests_on="keys-apart",
        )
    places = tuple(parse_place(one) for one in address.no_log)
    fresh = not address.data.exists()
    if create and fresh:
        KeyFiles(address.key_folder).signing_key(create=True)  # first: a kill leaves a key too many, never one too few
    data = SqliteStore(address.data, "data", create=create, read_only=read_only)
    keys = SqliteStore(address.keys, "keys", create=create, read_only=read_only)
    provider = KeyFiles(address.key_folder)  # last: a look at no installation makes no folder
    return Parts(
        data=data,
        keys=keys,
        provider=provider,
        signing_key=provider.signing_key(),
        guarantees=guarantees,
        clock=chosen.clock,
        origin=chosen.origin,
        outside=address.checkpoint,
        passwords=chosen.passwords,
        places=places,
    )
