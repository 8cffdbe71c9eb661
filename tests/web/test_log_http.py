"""The log as strangers' tools read it: checkpoint, tiles and entry bundles, as C2SP tlog-tiles says, and nothing beyond."""

from __future__ import annotations

import asyncio
import gzip
import hashlib

import pytest
from asked import Browser
from installation import Installation

from kept.crypto.digest import framed
from kept.ledger.checkpoint import verify_checkpoint
from kept.ledger.leaf import ENTRY_LABEL
from kept.ledger.tile import WIDTH, fold
from kept.ledger.tile_path import TilePlace, parse_level, parse_place, width_at, write_place
from kept.services.engine.published_log import log_name
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio

PREFIX_TESTED = 300
NO_PLACES = (
    "0", "00", "0000", "x000/000", "x000/001", "001/000", "x001/x000", "x01/000", "-01", "+01", "00a", "٠٠٠", "000.p/0", "000.p/00",
    "000.p/256", "000.p/01", "000.p/", "000.p", "000/", "/000", "000.p/1/", "%30", "x999/" * 6 + "x999/999", "x999/" * 900 + "999",
)  # fmt: skip


def leaf_hash(data: bytes) -> bytes:
    """As RFC 9162 has it, in words of this test's own."""
    return hashlib.sha256(b"\x00" + data).digest()


@pytest.fixture
async def house(tmp_path):
    """An installation whose tree has more than one tile."""
    installation = Installation(tmp_path)
    await installation.open()
    own = await installation.join()
    while True:
        await installation.engine.sequencer.integrate()
        if installation.engine.sequencer.checkpoint.size > PREFIX_TESTED:
            break
        await asyncio.gather(*(own_data(installation.engine, own) for _ in range(40)))
    yield installation
    await installation.close()


def entries_of(bundle: bytes) -> list[bytes]:
    """Split a bundle into its entries, each behind two bytes of length."""
    entries = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        entries.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    return entries


async def test_a_stranger_rebuilds_the_root_from_what_the_log_serves(house):
    """Every entry hashes to its place in level 0, a full tile folds into level 1, and both lead to the signed root."""
    browser, name = Browser(house), log_name(house.engine)
    answer = await browser.get(f"/ledger/{name}/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=2"
    checkpoint = verify_checkpoint(answer.text, house.engine.sequencer.verifier)
    assert checkpoint.origin.endswith(f"/ledger/{name}")
    rest = checkpoint.size - WIDTH
    first = (await browser.get(f"/ledger/{name}/tile/0/000")).content
    second = (await browser.get(f"/ledger/{name}/tile/0/001.p/{rest}")).content
    above = await browser.get(f"/ledger/{name}/tile/1/000.p/1")
    assert above.content == fold(first)
    assert above.headers["content-type"] == "application/octet-stream"
    assert "immutable" in above.headers["cache-control"]
    for one in (answer, above):  # a page of another host rebuilds it too
        assert one.headers["access-control-allow-origin"] == "*"
        assert one.headers["cross-origin-resource-policy"] == "cross-origin"
    leaves = [(first + second)[at : at + 32] for at in range(0, len(first + second), 32)]
    bundles = [
        (await browser.get(f"/ledger/{name}/tile/entries/{place}")).content for place in ("000", f"001.p/{rest}")
    ]
    entries = [entry for bundle in bundles for entry in entries_of(bundle)]
    assert [leaf_hash(entry) for entry in entries] == leaves
    assert root_of(leaves) == checkpoint.root
    assert {len(entry) for entry in entries} == {len(framed(ENTRY_LABEL, bytes(32), bytes(32)))}  # all look alike


def root_of(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 9162 defines it, by recursion."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


async def test_a_partial_tile_stays_readable_when_the_log_has_grown(house):
    """Whoever holds an older checkpoint finds its tiles, cut to what it had."""
    browser, name = Browser(house), log_name(house.engine)
    whole = (await browser.get(f"/ledger/{name}/tile/0/000")).content
    assert (await browser.get(f"/ledger/{name}/tile/0/000.p/7")).content == whole[: 7 * 32]
    assert len(entries_of((await browser.get(f"/ledger/{name}/tile/entries/000.p/7")).content)) == 7


async def test_nothing_beyond_the_published_checkpoint(house):
    """One hash more, the next tile, a level that is not there, another log's name: not found, and not kept by a cache."""
    browser, name = Browser(house), log_name(house.engine)
    rest = house.engine.published.checkpoint.size - WIDTH
    asked = [
        *(f"{name}/tile/{level}/001.p/{rest + 1}" for level in ("0", "entries")),
        *(f"{name}/tile/{place}" for place in ("0/001", "0/002", "1/000", "1/000.p/2", "2/000.p/1", "63/000.p/1")),
        *(f"{name}/tile/{level}/000" for level in ("64", "00", "-1", "x", "01", "entriesx")),
        *(f"{name[:-1]}/{one}" for one in ("checkpoint", "tile/0/000", "tile/entries/000")),
    ]
    for path in asked:
        answer = await browser.get(f"/ledger/{path}")
        assert answer.status_code == 404, path
        assert answer.headers["cache-control"] == "no-store"


async def test_bundles_are_packed_for_whoever_takes_it(house):
    """It is gzip where it is accepted, plain bytes where it is not or is weighed with nothing; a cache keeps the two apart."""
    browser, name = Browser(house), log_name(house.engine)
    path = f"/ledger/{name}/tile/entries/000"
    plain = await Browser(house, {"accept-encoding": "identity, gzip;q=0"}).get(path)
    assert "content-encoding" not in plain.headers
    packed = await Browser(house, {"accept-encoding": "br, gzip;q=0.5"}).get(path)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content == (await browser.get(path)).content
    assert len(gzip.compress(plain.content, mtime=0)) < len(plain.content)


async def test_a_shorter_tile_than_the_tree_is_never_served(house):
    """Somebody cut a tile in D: an error that says so, and no bytes that could be taken for the tile."""
    browser, name = Browser(house), log_name(house.engine)
    house.sql("UPDATE tile SET data = substr(data, 1, 64) WHERE level = 0 AND idx = 0")
    assert (await browser.get(f"/ledger/{name}/tile/0/000")).status_code == 500
    assert (await browser.get(f"/ledger/{name}/tile/0/000.p/2")).status_code == 200
    house.sql("DELETE FROM leaf_position WHERE position = 5")
    assert (await browser.get(f"/ledger/{name}/tile/entries/000")).status_code == 500


def test_places_are_read_in_their_one_spelling():
    """What is written is read back; anything else that looks like it is nothing."""
    for index in (0, 1, 999, 1000, 1234067, 10**9, 2**63 - 1):
        for width in (1, 9, 255, WIDTH):
            assert parse_place(write_place(TilePlace(index, width))) == (index, width)
    assert write_place(TilePlace(1234067, WIDTH)) == "x001/x234/067"
    assert [parse_place(one) for one in NO_PLACES] == [None] * len(NO_PLACES)
    assert [parse_level(one) for one in ("0", "63", "64", "007", "", "-0")] == [0, 63, None, None, None, None]


def test_the_widths_of_the_specification():
    """A tree of 70,000 has 273 full tiles and one of 112, then one full and one of 17, then one of 1; and of 256, 256 and 1."""
    assert [width_at(70_000, 0, index) for index in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [width_at(70_000, 1, index) for index in (0, 1, 2)] == [256, 17, 0]
    assert [width_at(70_000, 2, 0), width_at(70_000, 3, 0), width_at(2**63 - 1, 63, 0)] == [1, 0, 0]
    assert [width_at(256, 0, 0), width_at(256, 1, 0), width_at(256, 0, 1)] == [256, 1, 0]
