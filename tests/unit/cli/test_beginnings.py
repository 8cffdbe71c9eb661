"""How an installation begins: half-made, with a policy of next year, without a terminal, away from the repository."""

from __future__ import annotations

import asyncio
import io
import socket
import sys

import pytest
from installation import POLICY

from kept import policy_files
from kept.cli import main as command
from kept.demo import POLICY as SAMPLE
from kept.guarantees import words
from kept.services.engine.engine import Engine
from kept.services.engine.installation import installation_parts, parse_address
from kept.services.staff.activation import propose

BICYCLES = POLICY.parent / "bicycles.policy.md"


def kept(*arguments):
    """Run one command in this process; return its exit code."""
    return command.main([str(one) for one in arguments])


def test_a_policy_of_next_year_waits_for_its_day(tmp_path, capsys, monkeypatch):
    """It is activated, says when it begins, and whatever needs it says so too."""
    policy = tmp_path / "later.policy.md"
    policy.write_text(BICYCLES.read_text("utf-8").replace("effective: 2026-09-01", "effective: 2099-03-01"), "utf-8")
    store = f"sqlite:///{tmp_path / 'shop.db'}"
    assert kept("init", policy, "--store", store) == 0
    assert "it takes effect on 2099-03-01" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.StringIO("four unrelated words here\n"))
    assert kept("staff", "add", "anna", "--who", "1", "--role", "owner", "--store", store) != 0
    assert "takes effect at 2099-03-01T00:00:00Z" in capsys.readouterr().err


def test_a_beginning_that_stopped_half_way_goes_on_with_a_better_file(tmp_path, capsys):
    """The process was killed after the proposal; the next one may bring other bytes under the same number."""
    store = f"sqlite:///{tmp_path / 'shop.db'}"

    async def begin():
        engine = await Engine.start(installation_parts(parse_address(store), words(), create=True), sequence=False)
        await propose(engine, policy_files(BICYCLES), by="op")
        await engine.close()

    asyncio.run(begin())
    better = tmp_path / "better.policy.md"
    better.write_text(BICYCLES.read_text("utf-8").replace("two years after", "2 years after"), "utf-8")
    assert kept("init", better, "--store", store) == 0
    assert "activated" in capsys.readouterr().out


def test_a_password_is_piped_in_where_there_is_no_terminal(tmp_path, capsys, monkeypatch):
    """One line of the standard input is the password; no line is an error that says so."""
    store = f"sqlite:///{tmp_path / 'shop.db'}"
    assert kept("init", BICYCLES, "--store", store) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert kept("staff", "add", "anna", "--who", "1", "--role", "owner", "--store", store) == 2
    assert "pipe it in" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.StringIO("four unrelated words here\n"))
    assert kept("staff", "add", "anna", "--who", "1", "--role", "owner", "--store", store) == 0


def test_the_sample_policy_is_package_data():
    """The tour runs from the wheel: the policy lies in the package, and the one in `policies/` is the same file."""
    assert SAMPLE.parent.name == "demo"
    assert SAMPLE.samefile(POLICY)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (None, "expected a Python file for --app, found none at app.py"),
        ("", "expected a function pages(k) in app.py that answers kept.Pages, found none"),
        ("def pages(k): return 1", "expected a function pages(k) in app.py that answers kept.Pages, found none"),
    ],
)
def test_pages_that_do_not_fit_are_refused_before_anything_is_served(tmp_path, capsys, said, found):
    """No file, no function, or another answer: it says which, and the port is free again."""
    store, app = f"sqlite:///{tmp_path / 'shop.db'}", tmp_path / "app.py"
    assert kept("init", BICYCLES, "--store", store) == 0
    if said is not None:
        app.write_text(said, "utf-8")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    assert kept("serve", "--store", store, "--port", port, "--app", app) != 0
    assert found in capsys.readouterr().err
    with socket.socket() as one:
        one.bind(("127.0.0.1", port))


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        ("hello@hartley-bicycles.example", "hartley-bicycles.example/ledger"),
        ("Desk@Shop.Example", "shop.example/ledger"),
        ("the desk at the door", "bicycles/ledger"),
        ("hello@localhost", "bicycles/ledger"),
    ],
)
def test_a_ledger_is_called_what_its_policy_says(tmp_path, capsys, contact, name):
    """The name is for good, so it is the controller's own and no example of ours; the beginning says it."""
    policy = tmp_path / "shop.policy.md"
    policy.write_text(BICYCLES.read_text("utf-8").replace("hello@hartley-bicycles.example", contact), "utf-8")
    assert kept("init", policy, "--store", f"sqlite:///{tmp_path / 'shop.db'}") == 0
    assert f"its ledger is called {name}, for good" in capsys.readouterr().out
