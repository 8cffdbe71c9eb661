"""Planting a canary: an invented person among the others."""

from __future__ import annotations

from collections.abc import Mapping

from kept.crypto.random import random_secret
from kept.errors import InputError
from kept.policy.duties import point_for
from kept.policy.words import Basis, PointKind
from kept.services.accounts.accounts import join_with_password, session_of, start_session
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.record import operator, record
from kept.services.forms.collection import present_form, submit
from kept.services.my_data.choices import stop_use


async def plant(engine: Engine, items: Mapping[str, str], *, by: str, language: str = "ja") -> str:
    """Plant a canary: an account nobody can sign in to, with invented items; return its login name.

    It is left out of everything done for many people at once: every use on notice is stopped, no box is ticked. So it
    is opened only by somebody who looks for it, or takes everything.

    Args:
        engine: Open.
        items: Invented values by item, of registration's items.
        by: The operator.
        language: Language it seems to read.

    Raises:
        SubmissionError: A value is not acceptable, or not an item of registration.
        InputError: No item is given: nobody could come upon it; or the policy has no registration.
    """
    point = point_for(engine.policy.policy, PointKind.REGISTRATION)
    if point is None:
        raise InputError(
            "expected a policy with a registration, found none: nobody could have given what a canary holds",
            reason="canary-point",
            hint="declare a collection point of kind registration",
            rests_on="collection:registration",
        )
    if not items:
        raise InputError(
            "expected invented values, found none", reason="canary-empty", hint="--item name=... --item phone=..."
        )
    issued = await join_with_password(engine, random_secret(), language)
    own = await session_of(engine, await start_session(engine, issued.person_id))
    if own is None:
        raise RuntimeError("a session just started was not found")
    await engine.keys.write(
        lambda tx: tx.run("canary_put", person_id=own.person_id, planted_at=engine.clock.now(), planted_by=by)
    )
    form = await present_form(engine, own, point.id, "", language)
    await submit(
        engine,
        own,
        point=point.id,
        stage="",
        language=language,
        unverified_token=form.token,
        fields=list(items.items()),
    )
    for purpose in engine.policy.policy.purposes.values():
        if purpose.basis is Basis.NOTICE and purpose.uses:
            await stop_use(engine, own, purpose.id, stop=True)
    await engine.data.write(lambda tx: tx.run("session_erase", person_id=own.person_id))
    await engine.load_canaries()
    await record(engine, operator(by), Act.CANARY_PLANT, facts=(("canaries", str(len(engine.canaries))),))
    return issued.login_name
