"""Kept without `await`: the same names, the same answers, from any thread."""

from __future__ import annotations

import inspect
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bakery import MORI, POLICY

import kept
import kept.sync
from kept.errors import DeniedError, NotFoundError, PolicyError


@pytest.fixture
def address(tmp_path) -> str:
    """Where a bakery may be made."""
    return f"sqlite:///{tmp_path / 'bakery.db'}"


@pytest.mark.parametrize("name", ["Kept", "Desk", "Person", "Staff", "Operator"])
def test_both_faces_have_the_same_names_and_parameters(name):
    """Every public name of a view has its twin, with the same parameters and words; and no twin has more."""
    first, twin = getattr(kept, name), getattr(kept.sync, name)
    names = {one for one in dir(first) if not one.startswith("_")}
    assert {one for one in dir(twin) if not one.startswith("_")} == names
    for one in names:
        ours, theirs = getattr(first, one), getattr(twin, one)
        assert theirs.__doc__, one
        if not isinstance(ours, property):
            assert list(inspect.signature(theirs).parameters) == list(inspect.signature(ours).parameters), one
    assert list(inspect.signature(kept.sync.open).parameters) == list(inspect.signature(kept.open).parameters)


def test_the_types_are_written_anew(monkeypatch):
    """`sync/__init__.pyi` says what the views say; `make schema` writes it."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "scripts")
    from write_twins import STUB, twins  # noqa: PLC0415 -- a script, found only with its folder on the path

    assert STUB.read_text(encoding="utf-8") == twins()


def test_a_script_registers_finds_reads_and_erases(address):
    """A whole life without one `await`."""
    with kept.sync.open(POLICY, address, background=False) as k:
        credential = k.operator("test").issue_credential("till", "program", ["orders"], may=["vouch"])
        with k.person(credential, external="C-1") as me:
            receipt = me.submit(me.form("account"), MORI, choices=["news/mail/"])
            assert [one.id for one in me.receipts()] == [receipt.id]
            assert {one.item: one.value for one in me.data().held} == MORI
            with k.acting(credential) as desk:
                with desk.read(desk.find(external="C-1"), ["name"], exit="app").name.open() as name:
                    assert name == MORI["name"]
                with pytest.raises(DeniedError):
                    desk.read(desk.find(external="C-1"), ["likes"], exit="app")
            assert set(me.erase(preview=True).items) == set(MORI)
            me.erase()
        with pytest.raises(NotFoundError), k.person(credential, external="C-1", create=False):
            pass
        issued = k.join("four unrelated words here")
        own = k.session(k.sign_in(issued.login_name, "four unrelated words here"))
        assert own.data().held == ()
        assert k.signed_in({}) is None


def test_many_threads_share_one_installation(address):
    """Flask and Django serve each request in a thread of their own."""
    with kept.sync.open(POLICY, address) as k:
        credential = k.operator("test").issue_credential("till", "program", ["orders"], may=["vouch"])

        def visit(number: int) -> int:
            with k.person(credential, external=f"C-{number % 4}") as me:
                return len(me.history().lines)

        with ThreadPoolExecutor(8) as pool:
            assert min(pool.map(visit, range(16))) >= 1
        assert sum(one.name == "kept" for one in threading.enumerate()) == 1
    assert not any(one.name == "kept" for one in threading.enumerate())


def test_an_error_in_the_block_and_one_at_the_opening_leave_nothing_open(address, tmp_path):
    """The thread ends, the databases close, and the error is the caller's own."""
    with (  # noqa: PT012 -- what is raised inside must come out through both blocks
        pytest.raises(ZeroDivisionError),
        kept.sync.open(POLICY, address) as k,
        k.acting(k.operator("test").issue_credential("till", "program", ["orders"])) as desk,
    ):
        del desk
        raise ZeroDivisionError
    broken = tmp_path / "broken.policy.md"
    broken.write_text("nothing", encoding="utf-8")
    with pytest.raises(PolicyError), kept.sync.open(broken, f"sqlite:///{tmp_path / 'other.db'}"):
        pass
    assert not any(one.name == "kept" for one in threading.enumerate())
    with kept.sync.open(POLICY, address):
        pass


def test_after_its_end_and_from_its_own_loop_it_refuses_instead_of_hanging(address):
    """A call that could never be answered is a `RuntimeError` at once."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with kept.sync.open(POLICY, address, background=False) as k:

            async def inside():
                k.operator("test").status()

            with pytest.raises(RuntimeError, match="another thread"):
                k._loop.run(inside())
        with pytest.raises(RuntimeError, match="while it is open"):
            k.operator("test").status()
