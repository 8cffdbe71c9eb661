"""The work of an open installation: what goes on without anybody asking, in whatever process holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kept import limits
from kept.channels.fax import FaxServer
from kept.channels.mail import MailServer
from kept.errors import SettingError
from kept.guarantees.board import run_checks
from kept.ledger.trust_policy import parse_trust_policy
from kept.services.engine.engine import Engine
from kept.services.engine.witnesses import WhileSilent
from kept.services.messages.mail import MailDispatcher
from kept.services.upkeep.channels import look_after_channels, set_up_channels
from kept.services.upkeep.routine import begin_routine, watch_policy_files
from kept.services.upkeep.sending import begin_reaching, equip


def set_up(engine: Engine, *, site: str, mail: MailServer | None, fax: FaxServer | None = None) -> None:
    """Say what carries messages here: letters and calls always, mail and fax where there is a server.

    Args:
        engine: Open.
        site: Address of the customers' site, for the links in messages; without a slash at its end.
        mail: Mail server; None for no mail.
        fax: Fax server; HylaFAX on this machine when left out.

    Raises:
        SettingError: A link there would be too long for one line of a mail's header.
    """
    equip(engine, site, *([MailDispatcher(engine, mail, site)] if mail else []))
    set_up_channels(engine, fax)


async def have_witnesses(engine: Engine, policy: bytes, while_silent: str) -> None:
    """Let witnesses cosign the log from now on, and publish of it what enough of them have cosigned.

    Args:
        engine: Open.
        policy: The witness policy, with an address for every witness (C2SP tlog-policy); empty for no witnesses.
        while_silent: What happens while too few answer: `late` or `close`.

    Raises:
        SettingError: The policy does not read, is of another log, or there is no such way to be silent.
    """
    if while_silent not in tuple(WhileSilent):
        raise SettingError(
            "expected late or close, found something else",
            reason="while-silent",
            hint="late: what too few cosigned is published later; close: the gate closes as well, until they answer",
        )
    if policy:
        await engine.have_witnesses(parse_trust_policy(policy), WhileSilent(while_silent))


async def begin(engine: Engine, files: Callable[[], Mapping[str, bytes]] | None) -> None:
    """Begin the work: the outbox, sheets and faxes, the routine of every minute and hour, the live checks of promises.

    Args:
        engine: Open, equipped by `set_up`; it integrates entries by itself.
        files: Answers the policy's files as they lie on disk, to notice when they change; None not to look.
    """
    await begin_routine(engine)
    look_after_channels(engine)
    await begin_reaching(engine)
    engine.every(limits.CHECKS_SECONDS, lambda: run_checks(engine))
    if engine.witnesses is not None:
        engine.every(limits.WITNESS_ROUND_SECONDS, engine.witnesses.submit)
    if files is not None:
        watch_policy_files(engine, files)
