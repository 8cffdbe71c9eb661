"""Nothing was left out: an entry taken out of a person's history, renumbered, exchanged or rolled back is named, to them as well."""

from __future__ import annotations

import asyncio

import pytest

from kept.errors import ConflictError, StoreError
from kept.guarantees import ALL
from kept.policy.words import Exit
from kept.services.backups.recovery import reasons_to_recover, recover
from kept.services.cases import cases
from kept.services.engine.acts import Act
from kept.services.engine.entry import parse_person_part
from kept.services.engine.entry_chain import link_entries
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import SYSTEM, about, entry_of
from kept.services.gate.history import history_of, proof_of
from kept.services.my_data.erasure import intend_erasure
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.verification import verify_installation
from kept_verify.__main__ import main as kept_verify

pytestmark = pytest.mark.anyio


async def _mori(installation):
    """A customer with some lines, all of them in the tree."""
    own = await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    await cases.open_item(installation.engine, session, case.id, "name")
    await own_data(installation.engine, own)
    await installation.engine.sequencer.integrate()
    return own


async def _count(installation, own):
    return (await history_of(installation.engine, own.person_id)).count


async def _problems(installation):
    return (await verify_installation(installation.engine)).problems


def _links(installation, own):
    return installation.sql(
        "SELECT number, entry_id FROM entry_person WHERE person_id = ? ORDER BY number", own.person_id
    )


async def test_entries_are_numbered_and_each_counts_those_before_it(installation):
    """From 1, without a gap; the person part of each says how many there were, and their head; K remembers the number."""
    own = await _mori(installation)
    links = _links(installation, own)
    assert [number for number, _ in links] == list(range(1, len(links) + 1))
    count = await _count(installation, own)
    assert (count.number, count.whole, count.lost) == (len(links), True, ())
    assert installation.sql("SELECT number FROM chain_copy WHERE person_id = ?", own.person_id, part="keys") == [
        (len(links),)
    ]
    newest = (await history_of(installation.engine, own.person_id)).lines[0]
    part = parse_person_part((await proof_of(installation.engine, own, newest.entry_id)).opening.person.plaintext)
    assert part.entries == len(links) - 1
    assert part.chain
    assert await _problems(installation) == []


DELETED = """
    DELETE FROM entry_person WHERE entry_id = :one
    DELETE FROM entry WHERE entry_id = :one
    DELETE FROM leaf_position WHERE entry_id = :one
""".strip().splitlines()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("at", [0, 3, -1])
async def test_an_entry_taken_out_of_the_history_is_named_to_its_owner_and_by_verify(installation, at, rows):
    """Its line alone, or every row of it; the first, one in the middle, the last."""
    own = await _mori(installation)
    number, one = _links(installation, own)[at]
    for statement in DELETED[:rows]:
        installation.sql(statement.replace(":one", "?"), one)
    count = await _count(installation, own)
    assert (count.missing, count.whole) == (((number, number),), False)
    assert any(f"entry {number} of theirs is missing" in said for said in await _problems(installation))


async def test_the_last_entry_taken_out_together_with_what_d_counted_is_found_by_what_k_counted(installation):
    """D alone cannot say less than K remembers, and counting on from there is no way out."""
    own = await installation.mori()
    before = installation.sql("SELECT number, head FROM entry_chain WHERE person_id = ?", own.person_id)[0]
    await own_data(installation.engine, own)
    await installation.engine.sequencer.integrate()
    number, one = _links(installation, own)[-1]
    installation.sql("DELETE FROM entry_person WHERE entry_id = ?", one)
    installation.sql("UPDATE entry_chain SET number = ?, head = ? WHERE person_id = ?", *before, own.person_id)
    assert (await _count(installation, own)).missing == ((number, number),)
    await own_data(installation.engine, own)  # takes the number of the one that is gone
    await installation.engine.sequencer.integrate()
    count = await _count(installation, own)
    assert not count.whole
    finding = await ALL["ledger-consistent"].check(installation.engine)
    assert (finding.holds, finding.values) == (False, {"n": 1})
    assert any("of theirs" in said for said in await _problems(installation))


async def test_entries_renumbered_or_exchanged_are_not_what_was_counted(installation):
    """Two that changed places, and one put in the place of another person's."""
    own = await _mori(installation)
    (_, first), (_, second), *_ = _links(installation, own)
    for number, entry_id in ((2, first), (1, second)):
        installation.sql("UPDATE entry_person SET number = ? WHERE entry_id = ?", number, entry_id)
    count = await _count(installation, own)
    assert (count.missing, count.changed) == ((), (1, count.number))
    assert any("not what was counted" in said for said in await _problems(installation))


async def test_an_entry_closed_up_behind_one_that_was_taken_out_does_not_hide_it(installation):
    """Renumbering the rest leaves fewer than were counted, with another head."""
    own = await _mori(installation)
    number, one = _links(installation, own)[2]
    installation.sql("DELETE FROM entry_person WHERE entry_id = ?", one)
    installation.sql(
        "UPDATE entry_person SET number = number - 1 WHERE person_id = ? AND number > ?", own.person_id, number
    )
    assert not (await _count(installation, own)).whole
    installation.sql("UPDATE entry_chain SET number = number - 1 WHERE person_id = ?", own.person_id)
    assert not (await _count(installation, own)).whole


async def test_somebody_elses_entry_is_not_one_of_mine(installation):
    """A line moved to another person is missed by one and not counted by the other; K's row of one is no row of the other."""
    own, other = await _mori(installation), await installation.join()
    await own_data(installation.engine, other)
    await installation.engine.sequencer.integrate()
    number, one = _links(installation, own)[-1]
    installation.sql("UPDATE entry_person SET person_id = ?, number = 99 WHERE entry_id = ?", other.person_id, one)
    assert (await _count(installation, own)).missing == ((number, number),)
    assert not (await _count(installation, other)).whole
    installation.sql(
        "UPDATE chain_copy SET sealed = (SELECT sealed FROM chain_copy WHERE person_id = ?) WHERE person_id = ?",
        own.person_id, other.person_id, part="keys",
    )  # fmt: skip
    assert (await _count(installation, other)).changed is not None


async def test_a_count_k_forgot_is_named(installation):
    """Deleted in K, where nothing waits to be told: `kept verify` says so; told anew, as after a restore of K, all holds again."""
    own, engine = await _mori(installation), installation.engine
    installation.sql("DELETE FROM chain_copy WHERE person_id = ?", own.person_id, part="keys")
    assert any("database K remembers fewer entries" in one for one in await _problems(installation))
    await engine.chains.tell_anew(engine.data)
    assert await _problems(installation) == []
    await engine.chains.copy(engine.data, engine.keys)
    assert await _problems(installation) == []


async def test_two_writers_of_one_person_get_two_numbers(installation):
    """Many at the same moment, in one flush and in several: no number twice, none left out."""
    own = await _mori(installation)
    before = (await _count(installation, own)).number
    await asyncio.gather(*(own_data(installation.engine, own) for _ in range(12)))
    await installation.engine.sequencer.integrate()
    count = await _count(installation, own)
    assert (count.number, count.whole) == (before + 12, True)
    assert await _problems(installation) == []


async def test_who_counts_from_an_older_number_writes_nothing(installation):
    """The compare and set within the transaction: an engine that shows an older number loses, with its entry."""
    own = await _mori(installation)
    links = _links(installation, own)

    class Late:
        """A transaction that reads the count of before."""

        def __init__(self, tx):
            self._tx = tx

        async def each(self, query, rows):
            found = await self._tx.each(query, rows)
            return [type(one)._make((one.number - 1, one.head)) for one in found]

        def __getattr__(self, name):
            return getattr(self._tx, name)

    with pytest.raises(ConflictError) as late:
        await installation.engine.data.write(lambda tx: link_entries(Late(tx), [(own.person_id, b"e" * 32)]))
    assert late.value.reason == "moved"
    assert _links(installation, own) == links
    assert (await _count(installation, own)).whole


async def test_entries_of_one_transaction_about_many_are_counted_for_each(installation):
    """One write about several people, twice about one of them, as a batch is."""
    people = [await installation.mori(), await installation.join()]
    engine = installation.engine
    loaded = [await engine.people.load(one.person_id) for one in people]
    before = [one.counted.number for one in loaded]
    entries = [entry_of(engine, SYSTEM, Act.OWN_VIEW, about(one)) for one in [*loaded, loaded[0]]]
    await engine.data.write(lambda tx: insert_entries(tx, entries, engine.clock.now()))
    await engine.sequencer.integrate()
    counts = [await _count(installation, one) for one in people]
    assert [one.number for one in counts] == [before[0] + 2, before[1] + 1]
    assert all(one.whole for one in counts)
    assert await _problems(installation) == []


@pytest.mark.parametrize("writes", range(9))
async def test_a_kill_between_leaves_nothing_uncounted(installation, writes):
    """An entry and its number are there together or not at all; what K had not heard of yet it hears on the next start."""
    own = await _mori(installation)
    installation.stop_after(writes)
    try:
        for _ in range(2):
            await own_data(installation.engine, own)
            await installation.engine.sequencer.integrate()
    except StoreError:
        pass
    await installation.close(integrate=False)
    await installation.open(create=False)
    await installation.engine.sequencer.integrate()
    count = await _count(installation, own)
    assert count.whole
    assert installation.sql("SELECT number FROM chain_copy WHERE person_id = ?", own.person_id, part="keys") == [
        (count.number,)
    ]
    assert await _problems(installation) == []


async def test_an_older_database_recovered_says_which_entries_are_lost(installation):
    """The person reads it, and counting goes on behind what K remembers: no number is given twice."""
    own = await installation.mori()
    await installation.close()
    older = installation.address.data.read_bytes()
    await installation.open(create=False)
    had = (await _count(installation, own)).number
    for _ in range(3):
        await own_data(installation.engine, own)
    await installation.close()
    installation.address.data.write_bytes(older)
    await installation.open(create=False, verify=False)
    assert any(one.startswith("entries-missing") for one in await reasons_to_recover(installation.engine))
    await recover(installation.engine, by="test")
    await installation.close()
    await installation.open(create=False)
    count = await _count(installation, own)
    assert (count.lost, count.missing, count.whole) == (((had + 1, had + 3),), (), True)
    fresh = await installation.session(own.person_id)
    await own_data(installation.engine, fresh)
    await installation.engine.sequencer.integrate()
    assert (await _count(installation, own)).whole
    assert await _problems(installation) == []


async def test_erasing_a_person_leaves_no_count(installation):
    """Neither database knows afterwards how often something was recorded about them."""
    own = await _mori(installation)
    await own_data(installation.engine, own)  # waits for its place, and names them until then
    await intend_erasure(installation.engine, own)
    await installation.engine.sequencer.integrate()
    for statement, part in (
        ("SELECT COUNT(*) FROM entry_chain WHERE person_id = ?", "data"),
        ("SELECT COUNT(*) FROM entry_person WHERE person_id = ?", "data"),
        ("SELECT COUNT(*) FROM entry_chain_moved WHERE person_id = ?", "data"),
        ("SELECT COUNT(*) FROM chain_copy WHERE person_id = ?", "keys"),
    ):
        assert installation.sql(statement, own.person_id, part=part) == [(0,)], statement
    assert await _problems(installation) == []


async def _files(installation, own, folder, numbers):
    """Proofs of some of a person's lines, the list, and the key, as files."""
    engine = installation.engine
    ids = dict(_links(installation, own))
    proofs = []
    for number in numbers:
        proofs.append(folder / f"{number}.tlog-proof")
        proofs[-1].write_text((await proof_of(engine, own, ids[number].hex())).text(), encoding="utf-8")
    chain = folder / "entries.chain"
    chain.write_text(await engine.chains.listed(engine.data, engine.keys, own.person_id), encoding="utf-8")
    (folder / "key").write_text(str(engine.sequencer.verifier), encoding="utf-8")
    return [str(one) for one in proofs], chain, ["--key", str(folder / "key")]


async def test_a_stranger_verifies_that_between_two_proofs_nothing_is_missing(installation, tmp_path, capsys):
    """With proofs, the list and the published key alone."""
    own = await _mori(installation)
    last = len(_links(installation, own))
    proofs, chain, key = await _files(installation, own, tmp_path, [1, 4, last])
    assert kept_verify([*proofs, *key, "--chain", str(chain)]) == 0
    said = capsys.readouterr().out
    assert f"{last} were counted; proved here: 1, 4, {last}" in said
    assert f"nothing is left out up to entry {last - 1}" in said


def _without(line):
    return lambda lines: [*lines[:line], *lines[line + 1 :]]


HOSTILE = {
    "the one proved left out": _without(5),
    "another left out": _without(3),
    "two exchanged": lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
    "another person's": lambda lines: [lines[0], "person " + "0" * 32, *lines[2:]],
    "one twice": lambda lines: [*lines[:3], lines[2], *lines[3:]],
    "one said to be lost": lambda lines: [*lines[:3], "lost 2 2 " + "0" * 64, *lines[4:]],
    "lost backwards": lambda lines: [*lines[:3], "lost 2 1 " + "0" * 64, *lines[4:]],
    "a number that is none": lambda lines: [*lines[:3], "lost ２ 2 " + "0" * 64, *lines[4:]],
    "cut short": lambda lines: lines[:4],
    "capital digits": lambda lines: [*lines[:2], lines[2].upper(), *lines[3:]],
    "an unknown line": lambda lines: [*lines[:2], "more", *lines[2:]],
    "nothing of it": lambda _: ["kept/chain/v2", ""],
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_list_that_was_made_to_fit_does_not_verify(installation, tmp_path, capsys, name):
    """Whatever is done to the list: *not verified*, and no traceback."""
    own = await _mori(installation)
    last = len(_links(installation, own))
    proofs, chain, key = await _files(installation, own, tmp_path, [4, last])
    lines = chain.read_text(encoding="utf-8").split("\n")
    chain.write_text("\n".join(HOSTILE[name](lines)), encoding="utf-8")
    assert kept_verify([*proofs, *key, "--chain", str(chain)]) == 1
    assert capsys.readouterr().out.startswith("not verified: chain:")


async def test_what_a_law_keeps_secret_for_a_time_leaves_no_number_out(installation):
    """An entry the person may be told of later only has no number yet: its absence tells nothing."""
    own = await _mori(installation)
    engine = installation.engine
    person = await engine.people.load(own.person_id)
    before = await _count(installation, own)
    later = engine.clock.now() + 1000
    secret = entry_of(engine, SYSTEM, Act.DISCLOSE, about(person), told_from=later, exit=Exit.LEGAL_BUNDLE.value)
    await engine.data.write(lambda tx: insert_entries(tx, [secret], engine.clock.now()))
    await engine.sequencer.integrate()
    assert await _count(installation, own) == before
    assert secret.id not in await engine.chains.listed(engine.data, engine.keys, own.person_id)
    assert await _problems(installation) == []
