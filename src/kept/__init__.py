"""Kept runs a privacy policy: one Markdown file, and the system that keeps it.

    import kept

    async with kept.open("photolibrary.policy.md", "sqlite:///shop.db") as k:
        async with k.acting(service_credential) as desk:
            person = await desk.find(mail_address="ＭＯＲＩ@example.jp")
            card = await desk.read(person, ["name", "phone"], exit="app")
            with card.name.open() as text:
                await my_mailer.send(text)

Every other public name is in `docs/`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kept.door.door import Kept

__all__ = ["__version__", "open", "policy_files"]
__version__ = "0.1.0"


def policy_files(policy: str | Path) -> dict[str, bytes]:
    """Read a policy's files: the first one and its translations beside it.

    Args:
        policy: Path of the first file, `NAME.policy.md`.

    Raises:
        SettingError: There is no such file.
    """
    from kept.errors import SettingError

    path = Path(policy)
    stem = path.name.removesuffix(".md")
    if not path.is_file():
        raise SettingError(
            f"expected the policy file {path.name}, found none", reason="policy-missing", hint="check the path"
        )
    return {one.name: one.read_bytes() for one in sorted(path.parent.glob(f"{stem}*.md")) if one.is_file()}


@asynccontextmanager
async def open(policy: str | Path, address: str, *, keys: str = "", key_folder: str = "") -> AsyncIterator[Kept]:  # noqa: A001 -- kept.open reads as it should
    """Open an installation in this process, making it on the first call.

    On the first call the policy is activated. Later a changed policy file does not replace the running one: activate it
    on the console or with `kept init`.

    Args:
        policy: Path of the policy's first file.
        address: Database D, such as `sqlite:///shop.db`.
        keys: Database K; beside D when it is left out.
        key_folder: Folder of the key files; beside D when it is left out.

    Raises:
        PolicyError: The policy cannot be run.
        SettingError: An address or a file is not acceptable.
        EvidenceError: The databases are older than what was acknowledged, or were rewritten.
    """
    from kept.door.door import Kept
    from kept.guarantees import words
    from kept.services.engine.engine import Engine
    from kept.services.engine.installation import installation_parts, parse_address
    from kept.services.staff.activation import activate_first
    from kept.services.upkeep.routine import begin_routine, watch_policy_files

    files = policy_files(policy)
    engine = await Engine.start(
        installation_parts(parse_address(address, keys_url=keys, key_folder=key_folder), words(), create=True)
    )
    try:
        if not engine.has_policy:
            await activate_first(engine, files, by="embedded")
        await begin_routine(engine)
        watch_policy_files(engine, lambda: policy_files(policy))
        yield Kept(engine)
    finally:
        await engine.close()
