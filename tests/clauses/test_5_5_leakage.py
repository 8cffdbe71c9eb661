"""§5.5: protection from leakage: keys apart from data, logs and errors without items."""

from __future__ import annotations

import logging

import pytest
from cited import cited
from installation import MAIL, NAME, PHONE

from kept.errors import ClosedError, KeptError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.cases import cases
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.key_rotation import rotate
from kept.store.sqlite import raw_count

pytestmark = pytest.mark.anyio
NEEDLES = (NAME, MAIL, PHONE, "9012345678", "Canary", "canary.mori")


async def test_the_data_opens_only_with_the_keys_that_lie_elsewhere(installation):
    """§5.5 normal and breach: the database holds no item, and without the key provider the installation stays closed."""
    await installation.mori()
    await installation.close()
    assert not any(raw_count(installation.folder, "shop", [one.encode() for one in NEEDLES]).values())
    file = installation.address.key_folder / "epoch-000001.key"
    file.rename(file.with_suffix(".away"))
    with pytest.raises(ClosedError) as refused:
        await installation.open()
    file.with_suffix(".away").rename(file)
    assert (refused.value.reason, cited(refused.value)) == ("epoch-missing", "§5.5")
    await installation.open()


async def test_no_item_reaches_a_log_or_an_error(installation, caplog):
    """§5.5 breach: over a whole walk with refusals neither the log nor any error holds a character of an item."""
    caplog.set_level(logging.DEBUG)
    own = await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    said = []
    for act in (
        lambda: cases.open_item(installation.engine, session, case.id, "interests"),
        lambda: installation.give(own, [("name", NAME), ("extra", MAIL)]),
        lambda: installation.give(own, [("phone", NAME)]),
        lambda: installation.give(own, [("mail_address", f"{NAME} {MAIL}")]),
        lambda: installation.case(session, mail="nobody-canary@example.jp"),
    ):
        with pytest.raises(KeptError) as refused:
            await act()
        said.append(f"{refused.value!r} {refused.value} {refused.value.hint}")
    text = "\n".join(said) + caplog.text + repr(await installation.ledger())
    assert not [one for one in NEEDLES if one in text]


async def test_rotating_keys_is_recorded_and_the_board_shows_what_is_left_to_do(installation):
    """§5.5 evidence and page: a rotation and the end of the old epoch cite the clause; the board names what is not built."""
    await installation.mori()
    done = await rotate(installation.engine, by="test")
    assert done.destroyed == (1,)
    acts = {one.act: one.clause for one in await installation.ledger()}
    assert (acts["operator:keys:rotate"], acts["operator:epoch:destroy"]) == ("5.5", "5.5")
    one = (await promise_board(installation.engine)).of("5.5")
    states = {part.part.id: part.state for part in one.parts}
    assert states["keys-apart"] is ClauseState.KEPT
    assert states["clean-logs"] is ClauseState.KEPT
    assert (states["canaries-silent"], one.state) == (ClauseState.NOT_KEPT_YET, ClauseState.NOT_KEPT_YET)


async def test_a_server_that_writes_addresses_to_a_log_breaks_the_promise_on_the_board(installation, monkeypatch):
    """§5.5 breach: an access log switched on in this process is found, and the promise is no longer shown as kept."""
    access = logging.getLogger("uvicorn.access")
    monkeypatch.setattr(access, "handlers", [logging.NullHandler()])
    monkeypatch.setattr(access, "disabled", False)
    before = access.level
    access.setLevel(logging.INFO)
    try:
        one = (await promise_board(installation.engine)).of("5.5")
    finally:
        access.setLevel(before)
    assert {part.part.id: part.state for part in one.parts}["clean-logs"] is ClauseState.NOT_KEPT_YET


@pytest.mark.parametrize(
    "how", ["the folder is open", "the file is open", "the file is exchanged", "the file is a link"]
)
async def test_keys_that_do_not_lie_apart_any_more_turn_the_board(installation, tmp_path, how):
    """§5.5 breach: somebody opens the key folder, or exchanges a key, while it serves: not kept, and nothing is released."""
    own = await installation.mori()
    folder = installation.address.key_folder
    file = folder / "epoch-000001.key"
    raw = file.read_bytes()
    assert (await promise_board(installation.engine)).of("5.5").parts[0].state is ClauseState.KEPT
    match how:
        case "the folder is open":
            folder.chmod(0o777)
        case "the file is open":
            file.chmod(0o644)
        case "the file is exchanged":
            file.write_bytes(raw[:40] + raw[40:][::-1])
        case _:
            (tmp_path / "elsewhere.key").write_bytes(raw)
            file.unlink()
            file.symlink_to(tmp_path / "elsewhere.key")
    part = next(
        one for one in (await promise_board(installation.engine)).of("5.5").parts if one.part.id == "keys-apart"
    )
    assert part.state is ClauseState.NOT_KEPT_YET
    await installation.engine.watch()
    with pytest.raises(KeptError) as refused:
        await own_data(installation.engine, own)
    assert cited(refused.value) == "§5.5"
    folder.chmod(0o700)
    file.unlink()
    file.write_bytes(raw)
    file.chmod(0o600)
    await installation.engine.watch()
    assert (await own_data(installation.engine, own)).held
