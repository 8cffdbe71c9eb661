"""The ledger in D: entries, their person parts, todo, positions, tiles, head, checkpoints, tallies."""

from __future__ import annotations

import pytest

from kept.errors import ConflictError
from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def test_an_entry_is_written_once(data):
    """The id is the leaf's hash: the same entry again is a conflict, and no query changes or deletes one."""
    data.insert("entry_insert", entry_id=b"e1", account_key="ledger", recorded_at=5.0)
    with pytest.raises(ConflictError):
        data.insert("entry_insert", entry_id=b"e1")
    row = (b"account_commitment", b"person_commitment", "ledger", b"account_sealed", 5.0)
    assert data.one(sql.EntryGet, entry_id=b"e1") == row


def test_the_console_sees_the_newest_entries(data):
    """Newest first, not before the time asked for, not more than asked for."""
    for entry_id, recorded_at in ((b"1", 1.0), (b"2", 2.0), (b"4", 3.0), (b"3", 3.0)):
        data.insert("entry_insert", entry_id=entry_id, recorded_at=recorded_at)
    assert [row[0] for row in data.all(sql.EntriesPage, since=2.0, limit=9)] == [b"4", b"3", b"2"]
    assert [row[0] for row in data.all(sql.EntriesPage, since=0.0, limit=2)] == [b"4", b"3"]


def test_a_persons_entries_are_paged_without_losing_one_of_the_same_moment(data):
    """Entries of one flush share their time: a page that ends between two of them loses neither."""
    for entry_id, recorded_at in ((b"1", 1.0), (b"2", 2.0), (b"3", 2.0), (b"4", 2.0), (b"5", 3.0)):
        data.insert("entry_person_insert", person_id=MORI, entry_id=entry_id, recorded_at=recorded_at, sealed=b"s")
    data.insert("entry_person_insert", person_id=SATO, entry_id=b"6", recorded_at=2.0)
    seen, before, before_id = [], 1e12, b""
    while page := data.all(sql.EntriesOfPersonPage, person_id=MORI, before=before, before_id=before_id, limit=2):
        seen += [row[0] for row in page]
        before_id, before = page[-1][0], page[-1][3]
    assert seen == [b"5", b"4", b"3", b"2", b"1"]
    assert data.one(sql.EntriesOfPersonCount, person_id=MORI) == (5,)


def test_erasing_a_person_leaves_the_entries(data):
    """The person parts go; the account parts, and so every leaf, stay."""
    data.insert("entry_insert", entry_id=b"e1")
    data.insert("entry_person_insert", person_id=MORI, entry_id=b"e1", sealed=b"s")
    assert data.one(sql.EntryPersonGet, person_id=MORI, entry_id=b"e1") == ("key_id", b"s")
    assert data.one(sql.EntryPersonGet, person_id=SATO, entry_id=b"e1") is None
    assert data.run("entry_person_erase", person_id=MORI) == 1
    assert data.one(sql.EntriesOfPersonCount, person_id=MORI) == (0,)
    assert data.one(sql.EntryGet, entry_id=b"e1") is not None


def test_what_waits_longest_is_integrated_first(data):
    """`todo` gives the oldest entries until each is taken off."""
    assert data.one(sql.TodoOldest) is None
    assert (
        data.many(
            "todo_insert",
            [{"entry_id": b"b", "since": 2.0}, {"entry_id": b"a", "since": 1.0}],
        )
        == 2
    )
    assert data.all(sql.TodoTake, limit=1) == [(1.0, b"a")]
    assert data.one(sql.TodoOldest) == (1.0,)
    assert data.one(sql.TodoHas, since=2.0, entry_id=b"b") == (2.0,)
    assert data.one(sql.TodoHas, since=1.0, entry_id=b"b") is None
    assert data.run("todo_delete", since=1.0, entry_id=b"a") == 1
    assert data.run("todo_delete", since=1.0, entry_id=b"a") == 0
    assert data.all(sql.TodoTake, limit=9) == [(2.0, b"b")]
    assert data.run("todo_forget") == 1
    assert data.all(sql.TodoTake, limit=9) == []


def test_a_persons_entries_are_counted_by_compare_and_set(data):
    """Whoever counts from an older number counts nothing; a restore sets it, an erasure ends it."""
    assert data.one(sql.EntryChainGet, person_id=MORI) is None
    data.insert("entry_chain_insert", person_id=MORI, number=1, head=b"h1")
    assert data.run("entry_chain_set", person_id=MORI, number=2, head=b"h2", expected_number=1) == 1
    assert data.run("entry_chain_set", person_id=MORI, number=2, head=b"other", expected_number=1) == 0
    assert data.one(sql.EntryChainGet, person_id=MORI) == (2, b"h2")
    for person_id, number in ((MORI, 7), (SATO, 3)):
        assert data.run("entry_chain_restore", person_id=person_id, number=number, head=b"h") == 1
    assert data.one(sql.EntryChainGet, person_id=MORI) == (7, b"h")
    assert data.run("entry_chain_erase", person_id=MORI) == 1
    assert data.one(sql.EntryChainGet, person_id=SATO) == (3, b"h")


def test_k_hears_of_whom_more_was_counted(data):
    """Each person stands there once, with the newest number; who was counted further meanwhile stays."""
    for person_id, number in ((MORI, 1), (SATO, 5), (MORI, 2)):
        assert data.run("entry_chain_moved_put", person_id=person_id, number=number) == 1
    assert data.all(sql.EntryChainMovedPage, after=b"", limit=9) == [(MORI, 2), (SATO, 5)]
    assert (
        data.one(sql.EntryChainMovedGet, person_id=MORI),
        data.one(sql.EntryChainMovedGet, person_id=b"nobody"),
    ) == ((2,), None)
    assert data.run("entry_chain_moved_delete", person_id=MORI, number=1) == 0
    assert data.run("entry_chain_moved_delete", person_id=MORI, number=2) == 1
    assert data.all(sql.EntryChainMovedPage, after=MORI, limit=9) == [(SATO, 5)]
    assert data.run("entry_chain_moved_erase", person_id=SATO) == 1


def test_a_persons_entries_are_walked_by_their_numbers(data):
    """Behind one of them, with or without their parts; nobody else's."""
    for number, entry_id in ((2, b"b"), (1, b"a"), (3, b"c")):
        data.insert("entry_person_insert", person_id=MORI, entry_id=entry_id, number=number, key_id="k", sealed=b"s")
    data.insert("entry_person_insert", person_id=SATO, entry_id=b"d", number=2)
    assert data.all(sql.EntryLinks, person_id=MORI, after=1) == [(2, b"b"), (3, b"c")]
    assert data.all(sql.EntryPartsPage, person_id=MORI, after=0, limit=2) == [
        (1, b"a", "k", b"s"),
        (2, b"b", "k", b"s"),
    ]


def test_what_is_set_aside_keeps_since_when_it_waited(data):
    """The last flaw found is the one named; it is taken off by id."""
    for flaw in ("it is not there", "its row is damaged"):
        data.insert("todo_aside_put", entry_id=b"a", since=1.0, flaw=flaw)
    assert data.all(sql.TodoAside) == [(b"a", 1.0, "its row is damaged")]
    assert data.one(sql.TodoAsideCount) == (1,)
    assert (data.one(sql.TodoAsideHas, entry_id=b"a"), data.one(sql.TodoAsideHas, entry_id=b"b")) == ((1.0,), None)
    assert data.run("todo_aside_delete", entry_id=b"a") == 1
    assert data.one(sql.TodoAsideCount) == (0,)


def test_entries_are_walked_in_the_order_of_their_time(data):
    """From a moment and an entry on; entries of one moment are in the order of their ids."""
    for entry_id, recorded_at in ((b"c", 1.0), (b"z", 2.0), (b"b", 2.0)):
        data.insert("entry_insert", entry_id=entry_id, account_key="ledger", recorded_at=recorded_at)
    assert data.all(sql.EntriesSince, since=0.0, after=b"", limit=2) == [(1.0, b"c"), (2.0, b"b")]
    assert data.all(sql.EntriesSince, since=2.0, after=b"b", limit=2) == [(2.0, b"z")]


def test_cosignatures_of_the_published_checkpoint_stay(data):
    """One of a witness for a size; older ones go, but for those of what is published; a new log has none."""
    for size, cosigner, line in ((3, "b", "old"), (3, "b", "new"), (3, "a", "a"), (5, "a", "five"), (7, "a", "seven")):
        data.run("cosignature_put", size=size, cosigner=cosigner, line=line, at=1.0)
    assert data.all(sql.Cosignatures) == [(7, "a", "seven"), (5, "a", "five"), (3, "a", "a"), (3, "b", "new")]
    assert data.run("cosignatures_drop", below=7, published=3) == 1
    assert [row.size for row in data.all(sql.Cosignatures)] == [7, 3, 3]
    assert data.run("cosignatures_forget") == 3


def test_an_entry_has_one_place_in_the_tree(data):
    """Positions are found by entry, and walked in the order of the tree."""
    for position, entry_id in enumerate((b"c", b"a", b"b")):
        data.insert("position_insert", entry_id=entry_id, position=position)
    with pytest.raises(ConflictError):
        data.insert("position_insert", entry_id=b"a", position=9)
    assert data.one(sql.PositionGet, entry_id=b"a") == (1,)
    assert data.one(sql.PositionGet, entry_id=b"z") is None
    assert data.all(sql.PositionsPage, from_position=1, limit=1) == [(b"a", 1)]
    assert data.all(sql.PositionsPage, from_position=1, limit=9) == [(b"a", 1), (b"b", 2)]


def test_a_tile_grows_in_place(data):
    """The same tile is replaced by its longer self; its neighbours stay."""
    data.run("tile_put", level=0, idx=0, data=b"short")
    data.run("tile_put", level=0, idx=1, data=b"next")
    assert data.run("tile_put", level=0, idx=0, data=b"longer") == 1
    asked = [{"level": 0, "idx": idx} for idx in (1, 0, 2)]
    assert data.each(sql.TileGet, asked) == [(b"next",), (b"longer",), None]


def test_the_head_moves_only_from_where_a_sequencer_saw_it(data):
    """The fence: the slower of two sequencers changes nothing."""
    data.insert("head_insert", name="log", size=0, root=b"r0", at=1.0)
    assert data.run("head_set", name="log", size=5, root=b"r5", at=2.0, expected_size=0) == 1
    assert data.run("head_set", name="log", size=4, root=b"r4", at=3.0, expected_size=0) == 0
    assert data.one(sql.HeadGet, name="log") == (5, b"r5", 2.0)


def test_a_signed_checkpoint_is_never_replaced(data):
    """A size has one note, whatever comes later."""
    for size, at in ((1, 10.0), (9, 20.0), (5, 30.0)):
        assert data.run("checkpoint_put", size=size, note=f"note {size}", at=at) == 1
    assert data.run("checkpoint_put", size=9, note="another story", at=99.0) == 0


def test_tallies_add_up(data):
    """Counts of one day, clause, act and outcome are one row; another outcome is another."""
    same = {"clause": "§4.1", "act": "read"}
    for day, outcome, count in (("b", "allowed", 2), ("b", "allowed", 3), ("a", "refused", 1)):
        assert data.run("tally_add", **same, day=day, outcome=outcome, count=count, last_at=float(count)) == 1
    assert data.all(sql.Tallies) == [("a", "§4.1", "read", "refused", 1, 1.0), ("b", "§4.1", "read", "allowed", 5, 3.0)]
