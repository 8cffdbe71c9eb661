"""An operator: who runs the installation: credentials, staff, policy versions, backups, keys; its status and health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kept.crypto.sealed_to import OpeningKey
from kept.door.view import View
from kept.errors import KeptError
from kept.guarantees.board import Board, promise_board
from kept.policy.day import moment
from kept.policy.read import read_policy
from kept.services.backups.backup import keep_backups, make_backups, register_backup_key
from kept.services.backups.backup_file import BackupFile
from kept.services.backups.drill import Drill, drill
from kept.services.engine.engine import Engine
from kept.services.engine.key_files import read_key
from kept.services.engine.record import Actor, operator
from kept.services.forms.reconsent import Concerned, whom_it_concerns
from kept.services.gate.canaries import Alarm, acknowledge, alarms
from kept.services.staff import credentials, sessions
from kept.services.staff.activation import propose
from kept.services.staff.credentials import Credential
from kept.services.staff.sessions import Enrolled, Member
from kept.services.third_parties.intake import Intake, take_in
from kept.services.upkeep.after_restore import report_of
from kept.services.upkeep.canary_planting import plant
from kept.services.upkeep.key_rotation import Rotated, rotate
from kept.services.upkeep.retention import confirm_sweep
from kept.services.upkeep.verification import Verification, verify_installation


@dataclass(frozen=True, slots=True)
class Status:
    """How an installation is.

    Args:
        closed: Why the gate is closed, a word of `docs/ERRORS.md`; empty while it is open.
        policy: Id of the policy in force; empty without one.
        version: Its version; 0 without one.
        files: Whether its files lie on disk as they were activated: `same`, `changed` or `missing`.
        entries: Entries in the tree.
        epoch: Number of the key epoch.
        sweeps: `running`, `waiting` for an operator's word, or `frozen`.
        no_log: Where it lies and how far it is, or why it is not: a sentence.
        restore: What a restore waits for; empty where none does.
        at: When this was said, unix seconds.
    """

    closed: str
    policy: str
    version: int
    files: str
    entries: int
    epoch: int
    sweeps: str
    no_log: str
    restore: str
    at: float


async def status_of(engine: Engine) -> Status:
    """Return how an installation is.

    Args:
        engine: Open.
    """
    try:
        engine.ready()
        closed = ""
    except KeptError as error:
        closed = error.reason
    policy = engine.policy.policy if engine.has_policy else None
    checkpoint = engine.sequencer.checkpoint
    waits = "waiting" if await engine.meta("sweep_waits") else "running"
    return Status(
        closed=closed,
        policy=policy.id if policy else "",
        version=policy.version if policy else 0,
        files=engine.policy_files,
        entries=checkpoint.size if checkpoint else 0,
        epoch=engine.keyring.epoch,
        sweeps="frozen" if await engine.meta("sweep_frozen") else waits,
        no_log=await _no_log(engine),
        restore=await _restore(engine),
        at=engine.clock.now(),
    )


async def _no_log(engine: Engine) -> str:
    log = engine.no_log
    if not log.places:
        return "none is kept: a restore would bring back whoever said no since the backup"
    where = ", ".join(one.name for one in log.places)
    if log.failing:
        return f"{where}: failing ({log.failing}), {await log.waiting()} lines wait"
    return f"{where}, {await log.given()} lines"


async def _restore(engine: Engine) -> str:
    report = await report_of(engine)
    if report is None:
        return ""
    served = "only the person is served" if report.closed else "everybody is served"
    return f"of {moment(report.made_at or report.at)}: waits for two signatures; {served}"


class Operator(View):
    """Acts as the operator of the machine; every change names them in the ledger.

    Args:
        engine: Open.
        name: What the ledger calls them.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        super().__init__(engine)
        self._name = name

    async def _refused_to(self) -> tuple[Actor, None]:
        return operator(self._name), None

    async def issue_credential(
        self, label: str, role: str, purposes: Sequence[str] = (), *, may: Sequence[str] = (), system: str = ""
    ) -> str:
        """Issue a credential for a program and return it, once.

        Args:
            label: What it is for, a word such as `shop-mailer`.
            role: A declared role.
            purposes: Purposes of that role it may act for.
            may: Rights of that role it has, such as `vouch`.
            system: Whose external ids it speaks of; its label when left out.

        Raises:
            InputError: The role does not have these purposes or rights, or there is nothing it could do.
        """
        return await credentials.issue_credential(
            self._engine, label, role, tuple(purposes), by=self._name, may=tuple(may), system=system
        )

    async def revoke_credential(self, credential_id: str) -> None:
        """Take a credential back, with everything it signed in for.

        Args:
            credential_id: `Credential.id`.
        """
        await credentials.revoke_credential(self._engine, credential_id, by=self._name)

    async def credentials(self) -> list[Credential]:
        """Return every credential, oldest first, without its secret."""
        return await credentials.all_credentials(self._engine)

    async def add_staff(self, login: str, password: str, roles: Sequence[str], *, who: str) -> Enrolled:
        """Add a member of staff; return what to hand over, once.

        Args:
            login: Letters, digits, dots and hyphens.
            password: 12 to 200 characters.
            roles: Declared roles.
            who: Who the human being is: their name, or better their number in your own books; kept as a keyed hash alone.

        Raises:
            InputError: The login is not acceptable, a role is not declared, or nobody is named.
            ConflictError: The login is taken, or the human being has one already.
        """
        return await sessions.add_staff(self._engine, login, password, tuple(roles), by=self._name, who=who)

    async def disable_staff(self, login: str) -> None:
        """Take a member of staff's access away, sessions and mandates included.

        Args:
            login: Theirs.

        Raises:
            InputError: Nobody has it.
        """
        await sessions.disable_staff(self._engine, login, by=self._name)

    async def staff(self) -> list[Member]:
        """Return all members of staff, by login."""
        return await sessions.all_staff(self._engine)

    async def propose(self, files: Mapping[str, bytes]) -> int:
        """Keep a policy version for staff to activate; return its number.

        Args:
            files: Its files by name; see `policy_files`.

        Raises:
            PolicyError: It cannot be run.
            ConflictError: The version number exists with other bytes.
        """
        return (await propose(self._engine, files, by=self._name)).policy.version

    async def concerned(self, files: Mapping[str, bytes]) -> Concerned:
        """Count whom a version to come would have asked again; nobody is named.

        Args:
            files: Its files by name.

        Raises:
            PolicyError: It cannot be read.
        """
        return await whom_it_concerns(self._engine, read_policy(files, self._engine.parts.guarantees))

    async def status(self) -> Status:
        """Return how the installation is; never raises because the gate is closed."""
        return await status_of(self._engine)

    async def board(self) -> Board:
        """Return the promise board: every clause with its state, and what that rests on."""
        return await promise_board(self._engine)

    async def verify(self) -> Verification:
        """Look at everything: the ledger, the tree, each state and value; return what does not hold."""
        return await verify_installation(self._engine)

    async def take_in(self, file: bytes) -> Intake:
        """Take in what another company gave, with its statements of consent.

        Args:
            file: As it came.

        Raises:
            InputError: It is no such file, or not of a registered partner.
        """
        return await take_in(self._engine, file, by=Actor("operator", self._name))

    async def plant_canary(self, items: Mapping[str, str], *, language: str = "") -> str:
        """Plant an invented person whose release is an alarm; return the id of its entry.

        Args:
            items: Values by item.
            language: They would read; the policy's first when left out.
        """
        spoken = language or self._engine.policy.policy.language
        return await plant(self._engine, items, by=self._name, language=spoken)

    async def canary_alarms(self) -> list[Alarm]:
        """Return the newest alarms of canaries: who released one, by which way, and what looking into it found."""
        return await alarms(self._engine)

    async def acknowledge_alarm(self, alarm_id: str, finding: str) -> None:
        """Say what looking into an alarm found.

        Args:
            alarm_id: Which; its first digits are enough.
            finding: `mistake`, `curiosity`, `exercise` or `theft`.

        Raises:
            InputError: No such alarm stands, or another word.
        """
        await acknowledge(self._engine, alarm_id, finding, by=Actor("operator", self._name))

    async def rotate_keys(self) -> Rotated:
        """Begin a new key epoch, wrap every key anew, and destroy the old root once nothing needs it."""
        return await rotate(self._engine, by=self._name)

    async def confirm_sweep(self) -> None:
        """Let a sweep run that waits because it would remove more than a twentieth of all people."""
        await confirm_sweep(self._engine, by=self._name)

    async def register_backup_key(self, public: bytes) -> None:
        """Say which key backups are sealed to; its private half belongs on another machine.

        Args:
            public: 32 bytes.
        """
        await register_backup_key(self._engine, public, by=self._name)

    async def make_backups(self, folder: str | Path) -> list[BackupFile]:
        """Back both databases up, each into a file of its own.

        Args:
            folder: Where to.

        Raises:
            SettingError: No backup key is registered, or the folder cannot be written.
        """
        return await make_backups(self._engine, Path(folder), by=self._name)

    async def keep_backups(self, folder: str | Path) -> None:
        """Make backups as often as the policy promises, while the installation is open.

        Args:
            folder: Where to.
        """
        keep_backups(self._engine, Path(folder))

    async def drill(self, folder: str | Path, key_file: str | Path) -> Drill:
        """Restore the newest backups on the side and look at what comes back; what runs is not touched.

        Args:
            folder: Where they lie.
            key_file: The backup key's private half, as `kept backup key` wrote it.
        """
        return await drill(self._engine, Path(folder), OpeningKey(read_key(Path(key_file), "backup")), by=self._name)
