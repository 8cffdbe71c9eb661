"""Database K: epochs, wrapped keys, index tokens, tombstones, copies of states, the last checkpoint."""

from __future__ import annotations

import pytest

from kept.errors import ConflictError
from kept.store import sql

MORI, SATO, TANI = b"m" * 16, b"s" * 16, b"t" * 16


def test_a_small_fact_is_set_and_replaced(keys):
    """The last value counts."""
    keys.run("meta_put", name="vault", value="a")
    assert keys.run("meta_put", name="vault", value="b") == 1
    assert keys.one(sql.MetaGet, name="vault") == ("b",)


def test_a_key_is_inserted_only_under_the_current_epoch(keys):
    """The guard in the same transaction: a writer that still holds the old epoch touches nothing."""
    for epoch in (1, 2):
        keys.insert("epoch_insert", epoch=epoch, state="live", created_at=1.0)
    assert keys.one(sql.CurrentEpochGet) is None
    assert keys.run("current_epoch_hold", epoch=1) == 0
    keys.run("current_epoch_put", epoch=1)
    assert keys.run("current_epoch_hold", epoch=1) == 1
    keys.run("current_epoch_put", epoch=2)
    assert keys.run("current_epoch_hold", epoch=1) == 0
    assert keys.one(sql.CurrentEpochGet) == (2,)
    assert keys.run("current_epoch_move", epoch=3, expected=1) == 0, "somebody rotated since"
    assert keys.run("current_epoch_move", epoch=3, expected=2) == 1
    assert keys.one(sql.CurrentEpochGet) == (3,)
    assert keys.run("epoch_state", epoch=1, state="destroyed", destroyed_at=9.0) == 1
    assert keys.all(sql.Epochs) == [(1, "destroyed", 1.0, 9.0), (2, "live", 1.0, None)]


def test_an_epoch_is_made_once(keys):
    """A number never names two roots."""
    keys.insert("epoch_insert", epoch=1)
    with pytest.raises(ConflictError):
        keys.insert("epoch_insert", epoch=1)


def test_a_key_is_wrapped_anew_only_from_the_epoch_it_was_read_under(keys):
    """Rotation counts down to zero rows of the old epoch, and a late rewrap changes nothing."""
    for person_id in (MORI, SATO):
        keys.insert("person_key_insert", person_id=person_id, key_id="k", kind="values", epoch=1, wrapped=b"w1")
    assert keys.one(sql.PersonKeysCount, epoch=1) == (2,)
    assert len(keys.all(sql.PersonKeysOfEpoch, epoch=1, limit=1)) == 1
    fresh = {"key_id": "k", "epoch": 2, "wrapped": b"w2", "old_epoch": 1}
    assert keys.run("person_key_rewrap", person_id=MORI, **fresh) == 1
    assert keys.run("person_key_rewrap", person_id=MORI, **fresh) == 0
    assert keys.all(sql.PersonKeysOfEpoch, epoch=1, limit=9) == [(SATO, "k", "values", b"w1")]
    assert keys.all(sql.PersonKeys, person_id=MORI) == [("k", "values", 2, b"w2")]


def test_keys_go_one_at_a_time_or_with_the_person(keys):
    """Destroying one key leaves the person's others; erasing takes all of one person."""
    for person_id, key_id in ((MORI, "v"), (MORI, "e"), (MORI, "s"), (SATO, "v")):
        keys.insert("person_key_insert", person_id=person_id, key_id=key_id)
    assert keys.run("person_key_delete", person_id=MORI, key_id="v") == 1
    assert keys.one(sql.PersonHasKeys, person_id=MORI) in {("e",), ("s",)}
    assert sorted(row[0] for row in keys.all(sql.PersonKeys, person_id=MORI)) == ["e", "s"]
    assert keys.run("person_key_erase", person_id=MORI) == 2
    assert keys.all(sql.PersonKeys, person_id=MORI) == []
    assert keys.all(sql.PeopleWithKeys, after=b"", limit=9) == [(SATO,)]


def test_installation_keys_are_wrapped_anew_like_peoples(keys):
    """Guarded by the epoch they were read under."""
    keys.insert("system_key_insert", name="ledger", epoch=1, wrapped=b"w1")
    keys.insert("system_key_insert", name="index/phone", epoch=1, wrapped=b"i1")
    fresh = {"name": "ledger", "epoch": 2, "wrapped": b"w2", "old_epoch": 1}
    assert keys.run("system_key_rewrap", **fresh) == 1
    assert keys.run("system_key_rewrap", **fresh) == 0
    assert keys.all(sql.SystemKeys) == [("index/phone", 1, b"i1"), ("ledger", 2, b"w2")]
    assert [keys.one(sql.SystemKeysCount, epoch=one) for one in (1, 2, 3)] == [(1,), (1,), (0,)]


def test_a_token_finds_everybody_who_has_it(keys):
    """Couples share phones: a token names several people; the same row twice is one row."""
    for person_id in (MORI, SATO):
        assert keys.run("token_put", item="phone", token=b"t", person_id=person_id) == 1
    assert keys.run("token_put", item="phone", token=b"t", person_id=MORI) == 0
    assert keys.run("token_put", item="fax", token=b"t", person_id=TANI) == 1
    assert sorted(keys.all(sql.TokenFind, item="phone", token=b"t")) == [(MORI,), (SATO,)]
    assert keys.all(sql.TokenFind, item="phone", token=b"other") == []
    assert keys.all(sql.TokensOfPerson, person_id=MORI) == [("phone", b"t")]


def test_a_token_goes_when_it_is_no_longer_true_and_with_its_person(keys):
    """Nobody is found by a value that was corrected or erased."""
    for token in (b"old", b"new"):
        keys.run("token_put", item="phone", token=token, person_id=MORI)
    assert keys.run("token_delete", item="phone", token=b"old", person_id=MORI) == 1
    assert keys.all(sql.TokenFind, item="phone", token=b"old") == []
    assert keys.run("index_token_erase", person_id=MORI) == 1
    assert keys.all(sql.TokenFind, item="phone", token=b"new") == []


def test_a_tombstone_stays_and_its_level_rises(keys):
    """The first tombstone counts; its level is found by person and by receipt."""
    keys.insert(
        "tombstone_put",
        person_id=MORI,
        receipt_id="r",
        erased_at=2.0,
        level="unreadable",
        epoch=1,
        under_way=0,
        faxes_held=0,
    )
    given = {
        "person_id": MORI,
        "receipt_id": "other",
        "erased_at": 9.0,
        "level": "removed",
        "epoch": 2,
        "under_way": 0,
        "faxes_held": 0,
    }
    assert keys.run("tombstone_put", **given) == 0
    keys.insert(
        "tombstone_put",
        person_id=SATO,
        receipt_id="s",
        erased_at=1.0,
        level="removed",
        epoch=1,
        under_way=0,
        faxes_held=0,
    )
    assert keys.run("tombstone_level", person_id=MORI, level="scrubbed") == 1
    assert keys.one(sql.TombstoneGet, person_id=MORI) == ("r", 2.0, "scrubbed", 1)
    assert keys.one(sql.TombstoneGet, person_id=TANI) is None
    assert keys.one(sql.TombstoneByReceipt, receipt_id="r") == (2.0, "scrubbed", 1, 0, 0)
    assert keys.all(sql.Tombstones) == [(SATO, "s", 1.0, "removed", 1), (MORI, "r", 2.0, "scrubbed", 1)]


def test_a_copy_of_a_state_never_goes_back(keys):
    """An equal or smaller g, as a restored D would bring, changes nothing."""
    new = {"person_id": MORI, "key_id": "k"}
    assert keys.run("state_copy_put", **new, g=2, sealed=b"two") == 1
    assert keys.run("state_copy_put", **new, g=1, sealed=b"one") == 0
    assert keys.run("state_copy_put", **new, g=2, sealed=b"other") == 0
    assert keys.run("state_copy_put", **new, g=3, sealed=b"three") == 1
    assert keys.one(sql.StateCopyGet, person_id=MORI) == (3, "k", b"three")
    assert keys.one(sql.StateCopyG, person_id=MORI) == (3,)
    keys.run("state_copy_put", person_id=SATO, key_id="k", g=7, sealed=b"")
    assert keys.all(sql.StateCopiesPage, after=MORI, limit=9) == [(SATO, 7)]
    assert keys.run("state_copy_erase", person_id=MORI) == 1
    assert keys.one(sql.StateCopyGet, person_id=MORI) is None


def test_the_last_checkpoint_never_shrinks(keys):
    """A smaller tree does not replace a larger one; recovery forgets it on purpose."""
    assert keys.run("last_checkpoint_put", size=5, note="five", at=1.0) == 1
    assert keys.run("last_checkpoint_put", size=4, note="four", at=2.0) == 0
    assert keys.run("last_checkpoint_put", size=5, note="five again", at=3.0) == 1
    assert keys.one(sql.LastCheckpointGet) == (5, "five again", 3.0)
    assert keys.run("last_checkpoint_forget") == 1
    assert keys.one(sql.LastCheckpointGet) is None


def test_an_id_of_a_system_names_one_person_until_they_are_erased(keys):
    """The same id in two systems is two ids; a second person with one of them is refused."""
    for person_id, system in ((MORI, "shop"), (SATO, "club")):
        keys.run("external_token_insert", system=system, token=b"C-1", person_id=person_id)
    with pytest.raises(ConflictError):
        keys.run("external_token_insert", system="shop", token=b"C-1", person_id=TANI)
    assert keys.one(sql.ExternalTokenFind, system="shop", token=b"C-1") == (MORI,)
    assert keys.run("external_token_delete", system="shop", token=b"C-1", person_id=SATO) == 0
    assert keys.run("external_token_delete", system="shop", token=b"C-1", person_id=MORI) == 1
    assert keys.one(sql.ExternalTokenFind, system="shop", token=b"C-1") is None
    keys.run("external_token_insert", system="shop", token=b"C-1", person_id=MORI)
    assert keys.run("external_token_erase", person_id=MORI) == 1
    assert keys.one(sql.ExternalTokenFind, system="shop", token=b"C-1") is None
    assert keys.one(sql.ExternalTokenFind, system="club", token=b"C-1") == (SATO,)


def test_how_far_entries_were_counted_never_goes_back(keys):
    """A smaller number never replaces a greater one; the walk meets everybody; an erasure ends it."""
    for number, sealed in ((3, b"three"), (2, b"two"), (4, b"four")):
        keys.run("chain_copy_put", person_id=MORI, number=number, sealed=sealed)
    keys.run("chain_copy_put", person_id=SATO, number=1, sealed=b"one")
    assert keys.one(sql.ChainCopyGet, person_id=MORI) == (4, b"four")
    assert keys.all(sql.ChainCopiesPage, after=b"", limit=9) == [(MORI, 4), (SATO, 1)]
    assert keys.all(sql.ChainCopiesPage, after=MORI, limit=9) == [(SATO, 1)]
    assert keys.run("chain_copy_erase", person_id=MORI) == 1
    assert keys.one(sql.ChainCopyGet, person_id=MORI) is None
