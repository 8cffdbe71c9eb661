"""What is sealed for the installation itself and changed in the database is named by `kept verify`."""

from __future__ import annotations

import sqlite3

import pytest
from installation import Installation
from registered import registered
from taking import CONTEST, SWEEPSTAKE, opened

from kept.crypto.signature import SigningKey, new_seed
from kept.services.engine.record import operator
from kept.services.instances import contests
from kept.services.instances.participations import part_of
from kept.services.third_parties import intake
from kept.services.third_parties.intake_file import sign_file
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio


@pytest.fixture
async def installation(tmp_path):
    """An installation with a draw closed, an entry published and a record in quarantine."""
    found = Installation(tmp_path)
    await found.open()
    sweepstake = await opened(found, SWEEPSTAKE, "contests")
    await sweepstake.enter(await found.join())
    await sweepstake.close()
    contest = await opened(found, CONTEST, "contests")
    own = await found.join()
    await contest.enter(own, ("entry", "Green"), ("publish", "entry"))
    await contest.close()
    number = (await part_of(found.engine, own.person_id, "caption")).number
    await contests.choose_winner(found.engine, contest.session, "caption", number)
    await contests.publish(found.engine, contest.session, "caption")
    key = SigningKey(new_seed())
    await registered(found, "partner", "friends", key.public)
    file = sign_file([{"login_name": "nobody", "items": {"name": "A"}}], "friends", key, found.engine.clock.now())
    await intake.take_in(found.engine, file, by=operator("test"))
    yield found
    await found.close()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("", ""),
        ("UPDATE draw SET sealed_seed = zeroblob(80)", "its seed does not open"),
        ("UPDATE draw SET seed_hash = 'a'", "row calendar of draw"),
        ("UPDATE draw SET seed = 'a'", "row calendar of draw"),
        ("INSERT INTO ticket VALUES ('calendar', 'f', NULL)", "of ticket: it was changed, moved or added by hand"),
        ("UPDATE publication SET sealed = zeroblob(80)", "something published does not open"),
        ("UPDATE publication SET number = 'a'", "something published does not open"),
        ("UPDATE intake_record SET sealed = zeroblob(80)", "record 0 does not open"),
        ("UPDATE intake_record SET number = 7", "7 of intake_record"),
    ],
)
async def test_each_change_is_named(installation, statement, named):
    """Changed, exchanged or added: named; untouched: nothing."""
    await installation.engine.sequencer.integrate()
    if statement:
        with sqlite3.connect(installation.address.data) as connection:
            connection.execute(statement)
        connection.close()
    problems = (await verify_installation(installation.engine)).problems
    assert [one for one in problems if named in one] if named else problems == []
