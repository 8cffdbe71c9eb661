"""How often the databases are asked: opening one item loads its case once, and a message its person."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from asked import CONSOLE, Browser
from installation import MAIL, Installation
from reaching import reach

from kept.services.cases import cases, contacts, inquiries
from kept.services.staff import sessions
from kept.store.sqlite import SqliteStore

SESSION = "__Host-kept_session"
pytestmark = pytest.mark.anyio
AT_MOST = 24
"""Four of them count the entry among the person's own (decision 0120)."""


class Counted:
    """A transaction that counts the statements put to it, by name."""

    def __init__(self, tx, seen) -> None:
        self._tx, self._seen = tx, seen

    def __getattr__(self, name):
        put = getattr(self._tx, name)

        async def counted(query, *args, **parameters):
            self._seen[
                query if isinstance(query, str) else re.sub(r"(?<!^)(?=[A-Z])", "_", query.__name__).lower()
            ] += 1
            return await put(query, *args, **parameters)

        return counted


@pytest.fixture
def statements(monkeypatch):
    """Every statement either database is asked, by name."""
    seen = Counter()
    for way in ("read", "write"):
        real = getattr(SqliteStore, way)

        async def counted(store, body, real=real):
            return await real(store, lambda tx: body(Counted(tx, seen)))

        monkeypatch.setattr(SqliteStore, way, counted)
    return seen


async def test_opening_one_item_asks_little_and_loads_its_case_once(tmp_path, statements):
    """From the session to the page with the value: at most twenty statements, one load of the case."""
    installation = Installation(tmp_path)
    engine = await installation.open()
    await installation.mori()
    session = await installation.staff("sato", ("support",))
    case = await cases.open_case(engine, session, "contact")
    await cases.find_in_case(engine, session, case.id, {"mail_address": MAIL})
    browser = Browser(installation, at=CONSOLE)
    browser.cookies = {SESSION: await sessions.start_demo_session(engine, "sato")}
    await browser.get(f"/en/case/{case.id}")
    statements.clear()
    answer = await browser.post(f"/en/case/{case.id}/open", item="mail_address")
    assert MAIL in answer.text
    assert statements["case_get"] == 1
    assert sum(statements.values()) <= AT_MOST, statements
    await installation.close()


async def test_a_message_loads_its_person_once_when_written_and_once_when_it_leaves(tmp_path, statements):
    """The address, the name and the release are decided on one load of the person; one more looks at the stop list."""
    installation = Installation(tmp_path)
    engine = await installation.open()
    reach(installation)
    await installation.mori()
    session = await installation.staff("sato", ("support",))
    case = await cases.open_case(engine, session, "contact")
    case = await cases.find_in_case(engine, session, case, {"mail_address": MAIL})
    await inquiries.note_in_case(engine, session, case, "call")
    statements.clear()
    await contacts.write_to(engine, session, case, "mail", "reply", "It does.")
    assert statements["outbox_take"] == 1
    assert statements["state_get"] == 3
    assert statements["case_get"] == 0
    await installation.close()
