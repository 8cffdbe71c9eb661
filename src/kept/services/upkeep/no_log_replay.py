"""The no-log said again: what a database restored from before forgot of every no, before anybody is served from it.

Lines K did not know are said to K (erasures, budgets), lines D did not know to D (choices, stops, stop lists, keys and
credentials taken back, versions). It may be repeated from any point: a no said twice is one no. Nothing a person said yes to
after the line is touched.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from kept.errors import ErasedError, EvidenceError
from kept.policy import change
from kept.policy.person import PersonState
from kept.policy.words import Exit
from kept.services.accounts.passkeys import delete_passkey, passkey_hash
from kept.services.cases.witnessing import end_returned
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect
from kept.services.engine.no_log import No, Reading
from kept.services.engine.people import Person, each_person
from kept.services.engine.record import SYSTEM, account_part
from kept.services.gate.external_ids import forget_external_id
from kept.services.gate.state_change import Change, change_person
from kept.services.messages.held_after_restore import hold_put_aside
from kept.services.messages.unknown_outcome import hold_after_restore
from kept.services.my_data.choices import beyond_a_no
from kept.services.my_data.corrections import beyond_a_value
from kept.services.my_data.erasure import finish_erasure
from kept.services.third_parties.recalls import Recalling, recall
from kept.store import sql
from kept.store.interface import Transaction

Said = Mapping[str, Any]


async def say_again(engine: Engine, reading: Reading, *, data_restored: bool) -> Counter[str]:
    """Say every line again that D or K does not know; return how much of each kind changed something.

    Args:
        engine: Open, its no-log not written meanwhile.
        reading: What the places hold.
        data_restored: Whether D is from before: then no session lasts and what waits to be sent is held.
    """
    known_to_data, known_to_keys = await engine.no_log.head(), await engine.no_log.given()
    done: Counter[str] = Counter()
    of_people: dict[str, list[Said]] = defaultdict(list)
    for line, said in zip(reading.lines, reading.said, strict=True):
        kind = No(said["kind"])
        in_keys = kind in {No.ERASED, No.CHARGE}
        if line.number <= (min(known_to_keys, known_to_data) if in_keys else known_to_data):
            continue
        if said.get("person"):
            of_people[said["person"]].append(said)
        else:
            done[kind.value] += await _say(engine, kind, said)
    if of_people:
        done += await _say_to_people(engine, of_people)
    if data_restored:
        done["sessions"] = await _end_sessions(engine)
        done["papers"] = await end_returned(engine)
        done["held"] = await hold_after_restore(engine) + await hold_put_aside(engine)
    return done


async def _say(engine: Engine, kind: No, said: Said) -> int:
    """Say again what is nobody's alone."""
    at = float(said["at"])
    match kind:
        case No.CHARGE:
            charge = {"account": said["account"], "at": at, "micro_rho": int(said["micro_rho"])}
            return await engine.keys.write(lambda tx: tx.run("charge_put", charge_id=said["charge"], **charge))
        case No.STOP_LIST:
            row = {"channel": said["channel"], "token": bytes.fromhex(said["token"]), "reason": said["reason"]}
            return await engine.data.write(lambda tx: tx.run("stop_list_put", since=at, **row))
        case No.CREDENTIAL:
            return await engine.data.write(
                lambda tx: tx.run("credential_revoke", credential_id=said["credential"], at=at)
            )
        case No.STAFF:
            return await engine.data.write(lambda tx: tx.run("staff_disable", staff_id=said["staff"], at=at))
        case No.PARTY_KEY:
            party = {"kind": said["party_kind"], "name": said["party"], "public_key": bytes.fromhex(said["key"])}
            return await engine.data.write(lambda tx: tx.run("party_forget", **party))
        case No.VERSION:
            return await _version(engine, said["version"], said["hash"])
        case _:
            return 0


async def _version(engine: Engine, version: str, policy_hash: str) -> int:
    """Remember a version that was in force and is lost: nothing else ever takes its number."""
    row = await engine.data.one(sql.PolicyGet, version=int(version))
    if row is not None and row.policy_hash == policy_hash and row.activated_at is not None:
        return 0
    await engine.put_meta(f"lost_version:{version}", policy_hash)
    return 1


async def _end_sessions(engine: Engine) -> int:
    """End every session, remembered device and mandate: nobody knows which of them was ended since."""

    async def body(tx: Transaction) -> int:
        ended = 0
        for query in ("sessions_expire", "remembered_expire", "staff_sessions_expire", "mandates_expire"):
            ended += await tx.run(query, at=math.inf)
        return ended

    return await engine.data.write(body)


# -------------------------------------------------------------------- people


async def _say_to_people(engine: Engine, lines: Mapping[str, list[Said]]) -> Counter[str]:
    """Find whom the keyed hashes name, among all who have keys, and say to each what they said."""
    done: Counter[str] = Counter()
    async for person_id in each_person(engine.keys, sql.PeopleWithKeys):
        said = lines.get(engine.no_log.name_of(person_id))
        if said is None:
            continue
        if erased := [one for one in said if one["kind"] == No.ERASED]:
            await _erase(engine, person_id, erased[-1])
            done["erased"] += 1
            continue
        await engine.data.write(_beyond(engine, person_id, said))
        done["ways-in"] += await _ways_in(engine, person_id, said)
        done["unlinked"] += await _unlink(engine, person_id, said)
        try:
            done["people"] += await _state(engine, person_id, said)
        except (ErasedError, EvidenceError):
            continue  # closed to everybody as it is
    return done


async def _erase(engine: Engine, person_id: bytes, said: Said) -> None:
    """Erase somebody again, under the number of the receipt they have."""

    async def body(tx: Transaction) -> None:
        await recall(engine, person_id, None, float(said["at"]))(tx)
        await _intend(tx, person_id, said, due=0.0)

    await engine.data.write(body)
    await finish_erasure(engine, person_id)


def _beyond(engine: Engine, person_id: bytes, said: Iterable[Said]) -> Effect:
    """Return what every no of a person did beside their state: recipients are told again, what is published comes down again."""
    purposes = engine.policy.policy.purposes

    async def write(tx: Transaction) -> None:
        for one in said:
            at, purpose = float(one["at"]), purposes.get(one.get("purpose", ""))
            match No(one["kind"]):
                case No.CHOICE if purpose is not None:
                    way_out = Exit(one["exit"]) if one["exit"] else None
                    await beyond_a_no(engine, person_id, purpose, way_out, at)(tx)
                case No.USE if purpose is not None and one["stopped"]:
                    await beyond_a_no(engine, person_id, purpose, None, at)(tx)
                case No.VALUE:
                    await beyond_a_value(engine, person_id, one["slot"], Recalling.REMOVED, at)(tx)
                case No.ERASING if one["receipt"]:
                    await recall(engine, person_id, None, at)(tx)

    return write


async def _intend(tx: Transaction, person_id: bytes, said: Said, *, due: float) -> None:
    await tx.run("erasure_erase", person_id=person_id)
    await tx.run(
        "erasure_insert",
        person_id=person_id,
        receipt_id=said["receipt"],
        intended_at=float(said["at"]),
        due_at=due,
        started_by=said["started"],
    )


async def _ways_in(engine: Engine, person_id: bytes, said: Iterable[Said]) -> int:
    """Take away again what a person may no longer sign in with: an older password, a passkey, recovery codes."""
    lines = [one for one in said if one["kind"] in {No.PASSWORD, No.CODES, No.PASSKEY}]
    if not lines:
        return 0

    async def body(tx: Transaction) -> int:
        held = {passkey_hash(one.credential_id): one for one in await tx.all(sql.Passkeys, person_id=person_id)}
        password, ended = await tx.one(sql.PasswordGet, person_id=person_id), 0
        for one in lines:
            at = float(one["at"])
            match No(one["kind"]):
                case No.PASSWORD if password is not None and password.changed_at < at:
                    ended += await tx.run("password_erase", person_id=person_id)
                case No.CODES if one["code"]:
                    ended += await tx.run("recovery_code_use", person_id=person_id, code_hash=one["code"], at=at)
                case No.CODES:
                    ended += await tx.run("recovery_code_erase", person_id=person_id)
                case No.PASSKEY if one["passkey"] in held:
                    ended += await delete_passkey(tx, person_id, held[one["passkey"]].credential_id)
        return ended

    return await engine.data.write(body)


async def _unlink(engine: Engine, person_id: bytes, said: Iterable[Said]) -> int:
    """Unlink again the systems a person unlinked."""
    ended = 0
    for system in sorted({one["system"] for one in said if one["kind"] == No.UNLINKED}):
        ended += await forget_external_id(engine, person_id, system)
    return ended


async def _state(engine: Engine, person_id: bytes, said: Iterable[Said]) -> int:
    """Bring a person's state to what they said; return 1 where it was another."""
    person = await engine.people.load(person_id, None)
    after = after_lines(person.state, said)
    if after == person.state:
        return 0
    items = {slot.partition("#")[0] for slot in set(person.state.slots) - set(after.slots)}

    def make(held: Person, at: float) -> Change:
        state = change.replace(after_lines(held.state, said), g=held.state.g + 1)
        kept = {(slot, one.version) for slot, one in state.slots.items()} | {
            (one.slot, one.version) for one in state.old
        }

        async def extra(tx: Transaction) -> None:
            ours = [one for one in said if one["kind"] == No.ERASING]
            if ours and state.status == "erasing" and held.state.status == "active":
                await _intend(tx, person_id, ours[-1], due=float(ours[-1]["due"]))
            elif ours and held.state.status == "erasing" and state.status == "active":
                await tx.run("erasure_erase", person_id=person_id)

        account = account_part(engine, SYSTEM, Act.NO_LOG_REPLAY, at=at, items=tuple(sorted(items)))
        ended = tuple(place for place in held.sealed if place not in kept)
        return Change(state, account, ended=ended, extra=extra)

    await change_person(engine, person_id, make, slots=None)
    if items:
        await engine.keys.write(lambda tx: _drop_tokens(tx, person_id, items))
    return 1


async def _drop_tokens(tx: Transaction, person_id: bytes, items: set[str]) -> None:
    for item, token in await tx.all(sql.TokensOfPerson, person_id=person_id):
        if item in items:
            await tx.run("token_delete", item=item, token=token, person_id=person_id)


def after_lines(state: PersonState, said: Iterable[Said]) -> PersonState:  # noqa: C901 -- one case for each word
    """Return a state after every line; what the person did later than a line stays.

    A line that takes a no back (a use resumed, an erasure undone) takes back only what a line before it said: a no that the
    database knew by itself may be newer than both.
    """
    stops, erasing = set(state.stops), state.status == "erasing"
    for one in said:
        at = float(one["at"])
        match No(one["kind"]):
            case No.CHOICE:
                way_out = Exit(one["exit"]) if one["exit"] else None
                before = state.choice(one["purpose"], way_out)
                if before is None or (before.at <= at and before.allow):
                    state = change.choose(state, one["purpose"], way_out, allow=False, at=at, by=one["by"])
            case No.USE:
                if one["stopped"] and one["purpose"] not in state.stops:
                    state = change.stop(state, one["purpose"])
                elif not one["stopped"] and one["purpose"] in set(state.stops) - stops:
                    state = change.resume(state, one["purpose"])
            case No.VALUE:
                held = state.slots.get(one["slot"])
                if held is not None and held.corrected_at < at:
                    state = change.remove(state, [one["slot"]])
                state = change.remember_removed(state, [one["slot"]], at)
            case No.UNACCEPTED:
                if any(grant.notice_id == one["notice"] and grant.at < at for grant in state.grants):
                    state = change.unaccept(state, [one["notice"]])
            case No.ERASING:
                if one["receipt"] or not erasing:
                    state = change.replace(state, status="erasing" if one["receipt"] else "active")
    return state
