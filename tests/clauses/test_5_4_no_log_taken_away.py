"""§5.4: the no-log is taken away, cut or exchanged while the installation serves: it is noticed, recorded, and written anew."""

from __future__ import annotations

import pytest
from installation import MAIL

from clauses.test_5_4_no_log import Lost, given
from kept.errors import ErasedError
from kept.guarantees.board import promise_board
from kept.services.my_data import choices, erasure
from kept.services.upkeep.no_log_watch import look_at_no_log

pytestmark = pytest.mark.anyio


@pytest.fixture
async def lost(tmp_path):
    """An installation with a no-log on another disk."""
    found = Lost(tmp_path)
    await found.installation.open()
    yield found
    await found.installation.close()


TAKEN = {
    "removed": lambda path, _: path.unlink(),
    "emptied": lambda path, _: path.write_bytes(b""),
    "cut at a line": lambda path, raw: path.write_bytes(b"".join(raw.splitlines(keepends=True)[:1])),
    "cut within a line": lambda path, raw: path.write_bytes(raw[: len(raw) // 2 + 7]),
    "last line changed": lambda path, raw: path.write_bytes(raw[:-20] + b"A" * 19 + b"\n"),
    "exchanged": lambda path, _: path.write_bytes(b"kept somebody else's\n" * 3),
}


@pytest.mark.parametrize("how", TAKEN)
async def test_what_a_place_lost_is_handed_to_it_again(lost, how):
    """§5.4 breach: erased, and the no-log taken away: a look at the board is enough, and nobody comes back after a loss."""
    here = lost.installation
    gone, said_no = await given(here, MAIL), await given(here, "no@example.jp")
    await lost.back_up()
    await erasure.intend_erasure(here.engine, await here.session(gone.person_id))
    await choices.choose(here.engine, said_no, "information-for-you", None, allow=False)
    raw = lost.no_log.read_bytes()
    lines = set(raw.splitlines())
    TAKEN[how](lost.no_log, raw)
    await promise_board(here.engine)
    assert lines <= set(lost.no_log.read_bytes().splitlines())
    entry = next(one for one in reversed(await here.ledger()) if one.act == "system:no-log:lost")
    assert (entry.outcome, entry.clause) == ("failed", "5.4")
    assert str(lost.no_log.parent) not in str(entry)
    await lost.lose_both()
    await lost.open()
    with pytest.raises(ErasedError):
        await here.engine.people.load(gone.person_id)
    assert not (await here.engine.people.load(said_no.person_id)).state.choice("information-for-you", None).allow


async def test_looking_at_a_whole_one_writes_nothing(lost):
    """§5.4: nothing was lost: no entry, not a byte."""
    await given(lost.installation, MAIL)
    before, entries = lost.no_log.read_bytes(), len(await lost.installation.ledger())
    assert await look_at_no_log(lost.installation.engine) == []
    assert lost.no_log.read_bytes() == before
    assert len(await lost.installation.ledger()) == entries


async def test_a_place_that_knows_more_is_not_written_over(lost):
    """§5.4 breach: somebody puts an older D under a serving installation's no-log, or lines of its future there: they stay."""
    here = lost.installation
    own = await given(here, MAIL)
    await here.close()
    await lost.open()
    await choices.choose(here.engine, await here.session(own.person_id), "information-for-you", None, allow=False)
    ahead = lost.no_log.read_bytes()
    await here.close()
    await lost.open()
    lost.no_log.write_bytes(ahead)
    assert await look_at_no_log(here.engine) == []
    assert lost.no_log.read_bytes() == ahead
