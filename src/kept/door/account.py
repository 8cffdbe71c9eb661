"""A person's account: how they sign in, which devices remember them, and what programs call them."""

from __future__ import annotations

from typing import Any

from kept.door.view import View, host_of
from kept.errors import SignInError
from kept.services.accounts import accounts, linking, passkeys, recovery, remember_me, ways_in
from kept.services.accounts.known_by import SignedIn, known_by
from kept.services.accounts.passkeys import Passkey
from kept.services.accounts.remember_me import Device
from kept.services.accounts.vouching import require_vouched
from kept.services.engine.engine import Engine
from kept.services.engine.record import About, Actor, about_person
from kept.services.gate.external_ids import external_ids_of
from kept.services.gate.own_session import Own


class Account(View):
    """The account of one person, vouched for by a program or signed in on Kept's own pages.

    Args:
        engine: Open.
        own: Their session.
    """

    def __init__(self, engine: Engine, own: Own) -> None:
        super().__init__(engine)
        self._own = own

    async def _refused_to(self) -> tuple[Actor, About | None]:
        return self._own.acting(), await about_person(self._engine, self._own.person_id)

    async def external_ids(self) -> dict[str, str]:
        """Return what your own systems call the person, by system."""
        own = await self._session()
        return await external_ids_of(self._engine, (await self._engine.people.load(own.person_id)).keys)

    async def link_code(self, system: str) -> str:
        """Return a code that lets a program's own id name this account: for one system, ten minutes, once (`Kept.link`).

        Only who signed in on Kept's own pages, within five minutes, gets one; who a program vouched for does not.

        Args:
            system: Whose program may link; see `linkable`.

        Raises:
            DeniedError: A program vouched for this session.
            SignInError: The sign-in is longer ago than five minutes.
            InputError: No program of that system may vouch, or it calls the person something already.
        """
        return await linking.link_code(self._engine, await self._session(), system)

    async def unlink(self, system: str) -> None:
        """Let a system's program no longer sign the person in by its id for them; a session it vouched for is over at once.

        Only who signed in on Kept's own pages, within five minutes, may: who a program vouched for would have no way in left.

        Args:
            system: Of `external_ids`.

        Raises:
            DeniedError: A program vouched for this session.
            SignInError: The sign-in is longer ago than five minutes.
            InputError: The system calls the person nothing.
        """
        await linking.unlink(self._engine, await self._session(), system)

    async def linkable(self) -> list[str]:
        """Return the systems whose programs could call this person by an id of theirs, and do not yet."""
        return await linking.linkable(self._engine, await self._session())

    async def set_password(self, password: str) -> None:
        """Set a new password, or a first one; every other session ends, and every device is forgotten.

        Args:
            password: Chosen by the person, 12 to 200 characters.

        Raises:
            DeniedError: A program vouched for this session.
            SignInError: The sign-in is longer ago than five minutes.
            SubmissionError: The password is too short or too long, repeats few characters, or holds the login name.
        """
        await ways_in.set_password(self._engine, await self._session(), password)

    async def remove_password(self, *, knowing: bool = False) -> None:
        """Take the password away; passkeys and recovery codes are left.

        Args:
            knowing: Whether the person was told that only a recovery code leads back, where it is the last way in.

        Raises:
            DeniedError: A program vouched for this session.
            SignInError: The sign-in is longer ago than five minutes.
            InputError: There is none; or it is the last way in, and they were not told, or no recovery code is left.
        """
        await ways_in.remove_password(self._engine, await self._session(), knowing=knowing)

    async def new_recovery_codes(self) -> tuple[str, ...]:
        """Return new recovery codes, to be shown once; the old ones end.

        Raises:
            DeniedError: A program vouched for this session.
            SignInError: The sign-in is longer ago than five minutes.
        """
        return await recovery.renew_codes(self._engine, await self._session())

    async def passkey_to_add(self, origin: str) -> dict[str, Any]:
        """Return what a browser needs to make one more passkey: `options` for `navigator.credentials.create`, and a `token`.

        Args:
            origin: Of the page that asks; the passkey is bound to its host name.

        Raises:
            DeniedError: A program vouched for this session.
            SignInError: The sign-in is longer ago than five minutes.
        """
        name = self._engine.policy.policy.controller.get("name", "Kept")
        return await passkeys.begin_add(self._engine, await self._session(), host_of(origin), name)

    async def add_passkey(self, answer: str, token: str, *, origin: str, name: str = "") -> None:
        """Add a passkey to the account.

        Args:
            answer: The browser's, as JSON.
            token: From `passkey_to_add`; good for five minutes, once.
            origin: Of the page that asked.
            name: What the person calls it, at most 60 characters.

        Raises:
            DeniedError: A program vouched for this session.
            SignInError: The sign-in is longer ago; the answer does not verify, or the token is not ours, old or used.
            SubmissionError: The name is too long, or no name.
            InputError: The account has as many as it may.
            ConflictError: It is a passkey of this site already.
        """
        own = await self._session()
        await passkeys.finish_add(self._engine, own, answer, token, name, rp_id=host_of(origin), origin=origin)

    async def passkeys(self) -> tuple[Passkey, ...]:
        """Return the passkeys of the account, the oldest first."""
        return await passkeys.passkeys_of(self._engine, (await self._session()).person_id)

    async def name_passkey(self, passkey: str, name: str) -> None:
        """Call a passkey something else.

        Args:
            passkey: Its id, of `passkeys`.
            name: At most 60 characters; empty for none.

        Raises:
            DeniedError: A program vouched for this session.
            SubmissionError: The name is too long, or no name.
            InputError: The account has no such passkey.
        """
        await passkeys.name_passkey(self._engine, await self._session(), passkey, name)

    async def remove_passkey(self, passkey: str, *, knowing: bool = False) -> None:
        """Take a passkey away; it does not come back with a restore.

        Args:
            passkey: Its id, of `passkeys`.
            knowing: As for `remove_password`.

        Raises:
            DeniedError: A program vouched for this session.
            SignInError: The sign-in is longer ago than five minutes.
            InputError: The account has no such passkey; or it is the last way in, as for `remove_password`.
        """
        await passkeys.remove_passkey(self._engine, await self._session(), passkey, knowing=knowing)

    async def sessions(self) -> tuple[SignedIn, ...]:
        """Return the open sessions of the person on Kept's own pages, the oldest first."""
        return (await known_by(self._engine, await self._session())).sessions

    async def end_session(self, session: str) -> None:
        """End one session.

        Args:
            session: Its id, of `sessions`; one that is none of theirs changes nothing.
        """
        await accounts.end_session(self._engine, await self._session(), session=session or "-")

    async def remember_device(self) -> str:
        """Remember the device they just signed in on; return what its cookie holds, and nothing else ever does.

        Raises:
            DeniedError: A program vouched for this session: what remembers would outlast its word.
            SignInError: The sign-in is longer ago than five minutes.
            InputError: The policy declares no cookie that remembers.
        """
        own = await self._session()
        own.require_own()
        own.require_fresh(self._engine.clock.now())
        return await remember_me.remember(self._engine, own.person_id)

    async def devices(self) -> list[Device]:
        """Return the devices remembered for the person, the last used first."""
        return await remember_me.devices_of(self._engine, await self._session())

    async def forget_device(self, series: str = "") -> None:
        """Forget one remembered device, or all of them.

        Args:
            series: Of `devices`; empty for all.
        """
        await remember_me.forget(self._engine, await self._session(), series)

    async def sign_out(self, *, everywhere: bool = False) -> None:
        """End a session of Kept's own pages; one a program vouched for ends with the program's.

        Args:
            everywhere: Whether their sessions on other devices end too.
        """
        await accounts.end_session(self._engine, await self._session(), everywhere=everywhere)

    async def _session(self) -> Own:
        """Return the session, still good: not over, and the program that vouched may still vouch."""
        if self._engine.ready() > self._own.expires_at:
            raise SignInError(
                "expected a session that lasts, found one that is over",
                reason="session-over",
                hint="open it anew: `Kept.person`, or a sign-in",
            )
        await require_vouched(self._engine, self._own)
        return self._own
