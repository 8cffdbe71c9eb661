"""Opening refused: each error says what it rests on, and cites the policy the program named, as every other error does."""

from __future__ import annotations

import pytest
from embedded import Shop

from kept.errors import KeptError

pytestmark = pytest.mark.anyio


def clock_back(shop):
    """The machine's clock runs an hour behind what was recorded."""
    shop.wall.pass_(-3600)


def newer(shop):
    """A later version of Kept wrote the database."""
    shop.change("INSERT INTO migration SELECT 99, '0099_later', hash FROM migration LIMIT 1")


def key_gone(shop):
    """The folder of the keys lost a file."""
    for one in (shop.folder / "shop.keyfiles").glob("epoch-*"):
        one.unlink()


def older(shop):
    """Entries were taken out of the tree behind its checkpoint."""
    shop.change("DELETE FROM head")


@pytest.mark.parametrize(
    ("happens", "reason", "clause"),
    [
        (clock_back, "clock-back", "§5.3"),
        (newer, "database-newer", "§5.6"),
        (key_gone, "epoch-missing", "§5.5"),
        (older, "ledger-behind", "§5.3"),
    ],
)
async def test_what_refuses_an_opening_cites_its_clause(tmp_path, happens, reason, clause):
    """Ground, clause and what to do next, before there is an engine to ask."""
    shop = Shop(tmp_path)
    async with shop.open() as k:
        await k.join("four unrelated words here")
    happens(shop)
    with pytest.raises(KeptError) as refused:
        async with shop.open():
            pass
    assert (refused.value.reason, refused.value.clause) == (reason, clause)
    assert refused.value.rests_on
    assert f"what to do: {refused.value.hint}" in refused.value.__notes__


async def test_a_second_process_is_told_on_what_ground(tmp_path):
    """Two that write would lose what one has acknowledged."""
    shop = Shop(tmp_path)
    async with shop.open(background=True):
        with pytest.raises(KeptError) as refused:
            async with shop.open(background=True):
                pass
    assert (refused.value.reason, refused.value.clause) == ("already-running", "§5.6")


async def test_a_policy_that_is_not_there_or_not_one_cites_no_clause(tmp_path):
    """The ground is said all the same; a clause would be invented."""
    shop = Shop(tmp_path)
    with pytest.raises(KeptError) as refused:
        async with shop.open(tmp_path / "nothing.policy.md"):
            pass
    assert (refused.value.reason, refused.value.clause, refused.value.rests_on) == (
        "policy-missing",
        "",
        "purpose-before-collection",
    )
    (tmp_path / "broken.policy.md").write_text("nothing", encoding="utf-8")
    with pytest.raises(KeptError) as refused:
        async with shop.open(tmp_path / "broken.policy.md"):
            pass
    assert refused.value.clause == ""


async def test_an_error_of_a_view_cites_the_policy_in_force(tmp_path):
    """The door is an edge of the program like the pages."""
    async with Shop(tmp_path).open() as k:
        with pytest.raises(KeptError) as refused:
            await k.session("nobody's")
        assert refused.value.clause == "", "no ground, no clause"
        with pytest.raises(KeptError) as refused:
            await k.join("four unrelated words here", language="fr")
        assert (refused.value.reason, refused.value.clause) == ("language-not-offered", "§2.3")
