"""One suite over every store: each test that asks for `data` or `keys` runs on each driver of `STORES`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from kept.store.interface import Store
from kept.store.queries import queries
from kept.store.sqlite import SqliteStore
from kept.vault.rows import RowSeals


def _bound(part: str, folder: Path) -> Store:
    store = SqliteStore(folder / f"{part}.db", part, create=True)
    store.bind(RowSeals(b"k" * 32, part), lambda _: None)
    return store


STORES = {"sqlite": lambda part, folder: SqliteStore(folder / f"{part}.db", part, create=True), "sqlite, bound": _bound}
"""How each driver makes an empty database: the part, an empty folder. A driver that is added joins every suite here."""


class StoreDesk:
    """A store and a loop: one query a call, in a transaction of its own."""

    def __init__(self, store: Store, runner: asyncio.Runner) -> None:
        self.store = store
        self._runner = runner

    def read(self, body):
        """Run *body* over one snapshot."""
        return self._runner.run(self.store.read(body))

    def write(self, body):
        """Run *body* in one transaction."""
        return self._runner.run(self.store.write(body))

    def await_(self, coroutine):
        """Run *coroutine* on the desk's loop."""
        return self._runner.run(coroutine)

    def one(self, query, **parameters):
        """Return the first row of *query*."""
        return self.read(lambda tx: tx.one(query, **parameters))

    def all(self, query, **parameters):
        """Return all rows of *query*."""
        return self.read(lambda tx: tx.all(query, **parameters))

    def each(self, query, rows):
        """Return the first row of *query* for each of *rows*."""
        return self.read(lambda tx: tx.each(query, rows))

    def run(self, query, **parameters):
        """Run a statement that writes."""
        return self.write(lambda tx: tx.run(query, **parameters))

    def many(self, query, rows):
        """Run a statement that writes once per row."""
        return self.write(lambda tx: tx.many(query, rows))

    def insert(self, query, **given):
        """Run an insert; what is not given is filled in by the parameter's kind."""
        filled = {name: given.get(name, filler(name)) for name in queries(self.store.part)[query].parameters}
        assert self.run(query, **filled) == 1
        return filled


def filler(name):
    """Return some value a parameter of this name can hold."""
    if name in {"key_id", "level", "outcome", "name", "item", "kind", "note"} or name.endswith(("_by", "_check")):
        return name
    if name.endswith(("_at", "_until")) or name in {"at", "since"}:
        return 1000.5
    if name in {"g", "version", "epoch", "number", "count", "size", "position", "volume_left", "sign_count", "holds"}:
        return 1
    if name in {
        "human",
        "person_id",
        "credential_id",
        "entry_id",
        "token_hash",
        "token",
        "root",
        "secret_hash",
        "second_factor",
        "series",
    }:
        return name.encode()
    if name.endswith(("sealed", "_commitment", "_key")) and name != "account_key":
        return name.encode()
    return b"bytes" if name in {"wrapped", "body", "files", "data"} else name


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """A loop that ends with the test."""
    with asyncio.Runner() as made:
        yield made


def opened(kind, part, folder: Path, runner: asyncio.Runner) -> Iterator[StoreDesk]:
    """Open a store of *kind*, and close it when the test is over."""
    store = STORES[kind](part, folder)
    yield StoreDesk(store, runner)
    runner.run(store.close())


@pytest.fixture(params=sorted(STORES))
def data(request, tmp_path, runner) -> Iterator[StoreDesk]:
    """Database D, empty."""
    yield from opened(request.param, "data", tmp_path, runner)


@pytest.fixture(params=sorted(STORES))
def keys(request, tmp_path, runner) -> Iterator[StoreDesk]:
    """Database K, empty."""
    yield from opened(request.param, "keys", tmp_path, runner)


@pytest.fixture
def sqlite_data(tmp_path, runner) -> Iterator[StoreDesk]:
    """Database D on SQLite, empty."""
    yield from opened("sqlite", "data", tmp_path, runner)
