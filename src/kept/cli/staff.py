"""`kept staff`: add, list and disable staff; issue and revoke API credentials."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Iterable
from typing import Any

from kept.cli.opening import opened, operator, runs
from kept.crypto.second_factor import enrolment_uri, secret_text
from kept.errors import SettingError
from kept.services.staff.credentials import all_credentials, issue_credential, revoke_credential
from kept.services.staff.sessions import add_staff, all_staff, disable_staff


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "staff", help="add, list or disable staff; issue or revoke API credentials",
        epilog="example: kept staff add sato --who 4711 --role support --store sqlite:///shop.db",
    )  # fmt: skip
    parser.add_argument(
        "act", choices=("add", "list", "disable", "credential", "revoke"),
        help="list shows staff and credentials; add and disable take a login, add also --who, --role and a password (asked for,"
        " or one line piped in); credential takes a label, --role, --purpose, --may and --system; revoke a credential's id",
    )  # fmt: skip
    parser.add_argument("login", nargs="?", default="", help="login, or a credential's label or id")
    parser.add_argument("--role", action="append", default=[], help="role; may be given again")
    parser.add_argument(
        "--who",
        default="",
        help="who somebody added is: a name or personnel number; kept as a keyed hash, so that nobody has two logins",
    )
    parser.add_argument("--purpose", action="append", default=[], help="purpose of a credential; may be given again")
    parser.add_argument(
        "--may",
        action="append",
        default=[],
        help="right of the role a credential has, such as vouch; may be given again",
    )
    parser.add_argument("--system", default="", help="whose external ids a credential speaks of (default: its label)")
    runs(parser, run, json=True)


def _password() -> str:
    """Return the password, asked for on a terminal or read as one line of what is piped in.

    Raises:
        SettingError: There is no terminal, and nothing was piped in.
    """
    if sys.stdin.isatty():
        return getpass.getpass("password: ")
    piped = sys.stdin.readline().rstrip("\n")
    if not piped:
        raise SettingError(
            "expected a password, found neither a terminal nor a line on the standard input",
            reason="password-missing",
            hint="pipe it in: kept staff add LOGIN --who NUMBER --role ROLE < file-with-one-line",
        )
    return piped


def _refuse_incomplete(chosen: argparse.Namespace, roles: Iterable[str]) -> None:
    """Insist on a role and on who somebody is, before a password is asked for."""
    if not chosen.role:
        raise SettingError(
            "expected a role, found none: somebody without one could do nothing",
            reason="role-missing",
            hint=f"--role, of: {', '.join(roles)}",
        )
    if not chosen.who:
        raise SettingError(
            "expected who the human being is, found none",
            reason="human-missing",
            hint="--who, with their name or their number in your own books: it is kept as a keyed hash alone",
        )


async def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    async with opened(chosen) as engine:
        match chosen.act:
            case "add":
                _refuse_incomplete(chosen, engine.policy.policy.roles)
                password = _password()
                new = await add_staff(engine, chosen.login, password, tuple(chosen.role), by=operator(), who=chosen.who)
                uri = enrolment_uri(new.secret, new.login, engine.policy.policy.controller.get("name", "Kept"))
                answer: Any = {"login": new.login, "second-factor": secret_text(new.secret), "enrol": uri}
            case "list":
                answer = [
                    {"login": one.login, "roles": ",".join(one.roles), "disabled": one.disabled}
                    for one in await all_staff(engine)
                ]
                answer += [
                    {"credential": one.label, "id": one.id, "role": one.role, "revoked": one.revoked_at is not None}
                    for one in await all_credentials(engine)
                ]
            case "disable":
                await disable_staff(engine, chosen.login, by=operator())
                answer = {"disabled": chosen.login}
            case "credential":
                role = chosen.role[0] if chosen.role else ""
                secret = await issue_credential(
                    engine,
                    chosen.login,
                    role,
                    tuple(chosen.purpose),
                    by=operator(),
                    may=tuple(chosen.may),
                    system=chosen.system,
                )
                answer = {"credential": secret}
            case _:
                await revoke_credential(engine, chosen.login, by=operator())
                answer = {"revoked": chosen.login}
    if chosen.json:
        print(json.dumps(answer))
    else:
        for row in answer if isinstance(answer, list) else [answer]:
            print("   ".join(f"{key}: {value}" for key, value in row.items()))
        if chosen.act in {"add", "credential"}:
            print("shown once: hand it over now")
    return 0
