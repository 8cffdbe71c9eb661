"""What an installation does by itself: finish what a kill interrupted, end what is over, watch what keeps the gate open."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kept import limits
from kept.errors import ErasedError, EvidenceError, KeptError
from kept.policy.assembly import policy_hash
from kept.policy.day import day_of
from kept.services.authorities.notifications import tell_due
from kept.services.authorities.request_paper import end_papers
from kept.services.cases.witnessing import finish_witnessed
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.claims import end_keys
from kept.services.engine.engine import Engine
from kept.services.engine.people import each_person
from kept.services.engine.record import SYSTEM, record
from kept.services.figures.projections import end_builds
from kept.services.gate import gate
from kept.services.gate.state_change import FINISHING, copy_state, finish_changes
from kept.services.messages.sign_in_warnings import tell_signs
from kept.services.my_data import rights_paper
from kept.services.my_data.erasure import finish_unfinished, remove_returned, scrub
from kept.services.third_parties.intake import end_quarantine
from kept.services.third_parties.provisions import end_abandoned
from kept.services.third_parties.register import end_register
from kept.services.upkeep.after_restore import settle
from kept.services.upkeep.approvals import end_over
from kept.services.upkeep.claimed import finish_claimed
from kept.services.upkeep.key_rotation import finish_rotation
from kept.services.upkeep.retention import destroy_unused_keys, sweep
from kept.store import sql
from kept.store.interface import Transaction


async def begin_routine(engine: Engine) -> None:
    """Finish what is unfinished now, then go on every minute while the engine is open."""
    engine.supervision.tell = lambda failing: record(
        engine, SYSTEM, Act.RUN_FAIL, outcome=Outcome.FAILED, error=failing.error,
        facts=(("run", failing.name), ("reason", failing.error.reason), ("since", f"{failing.since:.0f}")),
    )  # fmt: skip
    await finish_all(engine)
    engine.every(1.0, engine.watch)
    engine.every(1.0, engine.watch_logs, "write-ahead logs")
    engine.every(1.0, lambda: finish_changes(engine), FINISHING)
    engine.every(limits.NO_LOG_RETRY_SECONDS, engine.no_log.deliver)
    engine.every(limits.MINUTE, lambda: tidy(engine))
    engine.every(limits.HOUR, lambda: sweep(engine))


def watch_policy_files(
    engine: Engine, read: Callable[[], Mapping[str, bytes]], seconds: float = limits.POLICY_FILES_LOOK_SECONDS
) -> None:
    """Notice when the policy's files change under a running installation: the active version stays, the board says so.

    Args:
        engine: Open.
        read: Answers the files as they lie on disk.
        seconds: How often they are looked at.
    """

    async def look() -> None:
        try:
            files = read()
        except KeptError:
            engine.policy_files = "missing"
            return
        first = min(files, key=lambda name: (name.count("."), name))
        engine.policy_files = "same" if policy_hash(files, first) == engine.policy.hash else "changed"

    engine.every(seconds, look)


async def finish_all(engine: Engine) -> dict[str, int]:
    """Say the no-log again after a restore, then finish every change a kill may have interrupted; return what was found, by kind.

    Raises:
        EvidenceError: Somebody's state in D is older than K acknowledged (recorded; their data stays closed).
    """
    await settle(engine)
    await engine.no_log.deliver()
    return {
        "erasures finished": await finish_unfinished(engine),
        "erased people removed again": await remove_returned(engine),
        "keys without a person": await _sweep_orphans(engine),
        "provision files half made": await end_abandoned(engine),
        "states copied": await _copy_states(engine),
        "unused keys destroyed": await _destroy_unused_keys(engine),
        "told what was to be told later": 0 if engine.stands_still() else await tell_due(engine),
        "paper and calls finished": await finish_witnessed(engine),
        "acts recorded that were claimed": await finish_claimed(engine),
        "key epochs ended": len((await finish_rotation(engine, by="system")).destroyed),
    }


async def tidy(engine: Engine) -> None:
    """The minute's work. What ends or begins by time alone waits while a leap of the clock is not confirmed."""
    await engine.keep_leap()
    await finish_unfinished(engine)
    await finish_claimed(engine)
    if not engine.stands_still():
        await _end_by_time(engine)
    await tell_signs(engine)
    await finish_witnessed(engine)
    await engine.load_canaries()
    await scrub(engine)
    await engine.reload_policy()


async def _end_by_time(engine: Engine) -> None:
    at = engine.clock.now()

    async def body(tx: Transaction) -> None:
        await tx.run("sessions_expire", at=at)
        await tx.run("staff_sessions_expire", at=at)
        await tx.run("remembered_expire", at=at)
        await tx.run("notice_tokens_expire", at=at)
        await tx.run("shown_once_expire", at=at)
        await tx.run("link_codes_expire", at=at)
        await tx.run("rates_expire", at=at - limits.RATE_COUNT_SECONDS)
        await tx.run("mandates_expire", at=at - limits.DAY)
        await tx.run("head_counts_expire", before=at - limits.HEAD_COUNT_SECONDS)
        await tx.run("signs_expire", before=day_of(at - limits.SIGNS_SHOWN_SECONDS, engine.zone))
        await tx.run(
            "looked_into_expire",
            before=day_of(at - max(limits.LOOK_UPS_SHOWN_SECONDS, limits.SIGNS_SHOWN_SECONDS), engine.zone),
        )
        await tx.run("look_ups_expire", before=day_of(at - limits.LOOK_UPS_SHOWN_SECONDS, engine.zone))
        await tx.run("key_ends_expire", at=at)
        await tx.run("meta_put", name="high_water", value=repr(at))

    await engine.data.write(body)
    await tell_due(engine)
    await end_quarantine(engine)
    await end_papers(engine)
    await rights_paper.end_papers(engine)
    await end_builds(engine)
    await end_register(engine)
    await end_over(engine)


async def _sweep_orphans(engine: Engine) -> int:
    """Keys without a person: a kill between K and D while an account was opened.

    D says first that they have ended: whoever is still about to open the account with them is refused, and makes others.
    """
    swept = 0
    async for person_id in each_person(engine.keys, sql.PeopleWithKeys):
        if await engine.data.value(sql.StateG, person_id=person_id) is not None:
            continue
        if await engine.keys.value(sql.StateCopyG, person_id=person_id) is not None:
            continue
        ids = [row.key_id for row in await engine.keys.all(sql.PersonKeys, person_id=person_id)]

        async def end(tx: Transaction, one: bytes = person_id, keys: list[str] = ids) -> bool:
            if await tx.value(sql.StateG, person_id=one) is not None:
                return False
            await end_keys(tx, keys, engine.holder, engine.clock.now())
            return True

        if await engine.data.write(end):
            await engine.keyring.drop_unborn(person_id)
            swept += 1
    return swept


async def _copy_states(engine: Engine) -> int:
    """States acknowledged in D whose copy in K a kill prevented; people whom K has no key for are counted, and stay closed."""
    copied = without = 0
    async for person_id in each_person(engine.data):
        state = await engine.data.one(sql.StateGet, person_id=person_id)
        copy = await engine.keys.value(sql.StateCopyG, person_id=person_id)
        if state is None or (copy is not None and copy >= state.g):
            continue
        try:
            await engine.people.load(person_id)
        except ErasedError:
            without += await engine.keys.one(sql.TombstoneGet, person_id=person_id) is None
            continue
        except EvidenceError as error:
            await gate.record_evidence(engine, None, person_id, error, engine.clock.now())
            continue
        await copy_state(engine, person_id, state.g, state.key_id, state.sealed)
        copied += 1
    engine.people_without_keys = without
    return copied


async def _destroy_unused_keys(engine: Engine) -> int:
    """Value keys nothing is sealed under: a kill while one value was being taken away."""
    destroyed = 0
    async for person_id in each_person(engine.data):
        try:
            destroyed += await destroy_unused_keys(engine, await engine.people.load(person_id))
        except (ErasedError, EvidenceError):
            continue
    return destroyed
