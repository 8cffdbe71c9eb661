"""Opening an installation in a program's own process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from kept.channels.mail import MailServer
from kept.door import background as work
from kept.door.installation import Kept
from kept.door.view import note_hint
from kept.errors import KeptError, PolicyError, SettingError
from kept.guarantees import words
from kept.number import parse_number
from kept.policy.ground import cite
from kept.policy.read import read_policy
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Address, Settings, installation_parts, ledger_name, parse_address
from kept.services.staff.activation import activate_first

PORTS = range(1, 65536)


def policy_files(policy: str | Path) -> dict[str, bytes]:
    """Read a policy's files: the first one and its translations beside it.

    Args:
        policy: Path of the first file, `NAME.policy.md`.

    Raises:
        SettingError: There is no such file.
    """
    path = Path(policy)
    stem = path.name.removesuffix(".md")
    if not path.is_file():
        raise SettingError(
            f"expected the policy file {path.name}, found none",
            reason="policy-missing",
            hint="check the path",
            rests_on="purpose-before-collection",
        )
    return {one.name: one.read_bytes() for one in sorted(path.parent.glob(f"{stem}*.md")) if one.is_file()}


@asynccontextmanager
async def open(  # noqa: A001, PLR0913 -- kept.open reads as it should; an installation has these parts
    policy: str | Path,
    address: str,
    *,
    keys: str = "",
    key_folder: str = "",
    background: bool = True,
    site: str = "",
    mail: str = "",
    witnesses: str | Path = "",
    while_silent: str = "late",
    settings: Settings | None = None,
) -> AsyncIterator[Kept]:
    """Open an installation in this process, making it on the first call.

    On the first call the policy is activated. A policy file changed later is activated on the console, or with `Staff.activate`.

    Args:
        policy: Path of the policy's first file.
        address: Database D, such as `sqlite:///shop.db`.
        keys: Database K; beside D when it is left out.
        key_folder: Folder of the key files; beside D when it is left out.
        background: Whether this process also does what goes on without anybody asking, such as sending and integrating. One
            process of an installation does; a second one says False, and finishes nothing another has begun.
        site: Address of the customers' site, for the links in messages; without a slash at its end.
        mail: Mail server, `host:port`; no mail is sent without one.
        witnesses: Path of the witness policy: who must cosign each checkpoint before it is published; nobody when left out.
        while_silent: What happens while too few answer: checkpoints are published `late`, or the gate is to `close` as well.
        settings: What tests and tools set: the clock, the cost of passwords, the log's name.

    Raises:
        PolicyError: The policy cannot be run. Each error names its clause in the policy in force, or in the one named here.
        SettingError: An address or a file is not acceptable.
        BusyError: Another process does the work of this installation; say `background=False`.
        EvidenceError: The databases are older than what was acknowledged, or were rewritten.
    """
    async with AsyncExitStack() as held:
        files: dict[str, bytes] = {}
        try:
            files = policy_files(policy)
            place = parse_address(address, keys_url=keys, key_folder=key_folder)
            if background:
                held.enter_context(_in_folder(place).alone())
            if settings is None and not place.data.exists():
                settings = Settings(ledger_name(read_policy(files, words())))
            engine = await Engine.start(installation_parts(place, words(), settings, create=True), sequence=background)
            held.push_async_callback(engine.close)
            if not engine.has_policy:
                await activate_first(engine, files, by="embedded")
            work.set_up(engine, site=site, mail=_mail_server(mail))
            await work.have_witnesses(engine, _witness_policy(witnesses), while_silent)
            k = Kept(engine, site)
            await _begin(k, engine, policy, background=background)
        except KeptError as error:
            note_hint(_cited(files, error))
            raise
        held.push_async_callback(k._end)  # noqa: SLF001 -- the door's own
        yield k


async def _begin(k: Kept, engine: Engine, policy: str | Path, *, background: bool) -> None:
    """Begin what goes on without anybody asking; what was begun is finished by the process that does that, and by no other."""
    if background:
        await work.begin(engine, lambda: policy_files(policy))
        k._begin()  # noqa: SLF001 -- the door's own


def _cited(files: Mapping[str, bytes], error: KeptError) -> KeptError:
    """Give an error of the opening its clause in the policy the program named; one that cannot be read gives none."""
    try:
        return cite(read_policy(files, words()), error) if files else error
    except PolicyError:
        return error


def _in_folder(place: Address) -> Address:
    if not place.data.parent.is_dir():
        raise SettingError(
            f"expected the folder of {place.data.name} to exist, found none",
            reason="folder-missing",
            hint="make it first",
        )
    return place


def _witness_policy(path: str | Path) -> bytes:
    """Return the file of the witness policy; empty where none is named."""
    try:
        return Path(path).read_bytes() if path else b""
    except OSError as error:
        raise SettingError(
            f"expected to read {Path(path).name}: {error.strerror}", reason="file-unreadable", hint="check the path"
        ) from None


def _mail_server(named: str) -> MailServer | None:
    if not named:
        return None
    host, _, text = named.rpartition(":")
    if not host or not (port := parse_number(text, PORTS[-1])):
        raise SettingError(
            "expected a mail server such as mail.example:25, found another",
            reason="mail-server",
            hint="host and port, with a colon between them",
        )
    return MailServer(host.strip("[]"), port)
