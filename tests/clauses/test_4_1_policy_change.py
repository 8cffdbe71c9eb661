"""§4.1: a later version gives no right over old values; people are asked, the change marked, nothing ticked."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from asked import Browser
from cited import cited
from installation import NAME, POLICY, Installation
from second import read_and_approve

from kept import policy_files
from kept.cli.main import main
from kept.errors import DeniedError, SealError
from kept.guarantees import words
from kept.policy.diff import compare
from kept.policy.read import read_policy
from kept.policy.translate import accept_translation
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.cases import cases
from kept.services.forms.reconsent import Question, asked_again, whom_it_concerns, words_beside
from kept.services.gate import gate
from kept.services.my_data import choices
from kept.services.my_data.own_data import own_data
from kept.services.staff.activation import ACTIVATION, activate, propose

pytestmark = pytest.mark.anyio
TIPS = b"""purposes:
  picture-tips:
    title: "Tips for using the pictures you looked at"
    basis: notice
    uses:
      - interests
    exits:
      - screen
  announcements:
"""
FIRST = (
    (b"version: 1\n", b"version: 2\n"),
    (b"purposes:\n  announcements:\n", TIPS),
    (b"      - picture-club\n    recipients:", b"      - picture-tips\n      - picture-club\n    recipients:"),
    (b'identifying anyone"\n    basis: notice', b'identifying anyone"\n    basis: consent'),
    (
        b"        - event\n        - prize-delivery\n",
        b"        - event\n        - picture-tips\n        - prize-delivery\n",
    ),
)
JAPANESE = ("    announcements: ", '    picture-tips: "ご覧になった写真の使い方のご案内"\n    announcements: ')


def version_two() -> dict[str, bytes]:
    """A version that adds a purpose and changes a basis, in both languages."""
    files = policy_files(POLICY)
    first = files.pop(POLICY.name)
    for before, after in FIRST:
        assert first.count(before) == 1, before
        first = first.replace(before, after)
    ((name, text),) = files.items()
    assert JAPANESE[0] in text.decode()
    changed = text.decode().replace(*JAPANESE, 1).encode()
    return {POLICY.name: first, name: accept_translation(changed, first, 2)}


async def in_force(installation) -> None:
    """Activated by two: one asks, another approves."""
    asks, approves = await installation.staff("kato", ("privacy",)), await installation.staff("ono", ("privacy",))
    await propose(installation.engine, version_two(), by="test")
    await activate(installation.engine, asks, 2)
    assert installation.engine.policy.policy.version == 1
    with pytest.raises(DeniedError):
        await read_and_approve(ACTIVATION, installation.engine, asks, "2")
    await read_and_approve(ACTIVATION, installation.engine, approves, "2")
    assert installation.engine.policy.policy.version == 2


async def test_a_new_version_asks_and_uses_nothing_before(installation):
    """§4.1 normal: activated by two; old values keep their notice; what is new or changed is asked, with the reason."""
    own = await installation.mori()
    await in_force(installation)
    assert await asked_again(installation.engine, own.person_id) == [
        Question("interests", "market-research", "basis"),
        Question("interests", "picture-tips", "new"),
    ]
    support = await installation.staff()
    case = await installation.case(support)
    await cases.open_item(installation.engine, support, case.id, "name")  # contact is as it was
    tips = await installation.case(support, purpose="contact")
    mandate = (await cases.open_case(installation.engine, support, "picture-tips")).mandate
    with pytest.raises(DeniedError) as refused:
        await gate.read(installation.engine, mandate, tips.person_id, ("interests",), Exit.SCREEN)
    assert (refused.value.step, cited(refused.value)) == (5, "§4.1")
    entry = await installation.newest()
    assert (entry.outcome, entry.refused[0].step) == ("refused", 5)


async def test_who_says_so_is_asked_no_more_and_the_use_is_open(installation):
    """§4.1: the item lent to the new notice, nothing else: a receipt, the new purpose opens, what was consent still needs one."""
    own = await installation.mori()
    await in_force(installation)
    receipt = await installation.give(own, [("use", "interests")])
    assert any(one["dpv:hasPurpose"]["@id"] == "#purpose-picture-tips" for one in receipt.record["dpv:hasProcess"])
    support = await installation.staff()
    held = await installation.case(support)
    mandate = (await cases.open_case(installation.engine, support, "picture-tips")).mandate
    card = await gate.read(installation.engine, mandate, held.person_id, ("interests",), Exit.SCREEN)
    assert list(card) == ["interests"]
    assert await asked_again(installation.engine, own.person_id) == [Question("interests", "market-research", "basis")]
    await installation.give(own, [("use", "interests"), ("choice", "market-research//")])
    assert await asked_again(installation.engine, own.person_id) == []
    serves = {one.slot: one.purposes for one in (await own_data(installation.engine, own)).held}
    assert "market-research" in serves["interests"]


async def test_a_no_is_an_answer(installation):
    """§2.3: who says no, or stops the use, is not asked again, and nothing is used."""
    own = await installation.mori()
    await in_force(installation)
    await choices.choose(installation.engine, own, "market-research", None, allow=False)
    await choices.stop_use(installation.engine, own, "picture-tips", stop=True)
    assert await asked_again(installation.engine, own.person_id) == []


async def test_saying_yes_widens_no_other_item_and_shortens_no_consent(installation):
    """§4.1 breach: a tick for one item binds no other; the consent given to the newsletter stands as it was."""
    own = await installation.mori()
    before = (await installation.engine.people.load(own.person_id)).state
    await in_force(installation)
    await installation.give(own, [("use", "interests")])
    after = (await installation.engine.people.load(own.person_id)).state
    assert after.slots["name"] == before.slots["name"]
    assert after.grants == before.grants
    assert "information-for-you" not in dict(after.slots["interests"].accepted)


async def test_the_difference_says_what_asks(installation):
    """§4.1: `compare` names the added purpose, the changed basis, the point and the role, and which of them ask."""
    old, new = read_policy(policy_files(POLICY), words()), read_policy(version_two(), words())
    found = {(one.kind, one.id, one.what): one.asks for one in compare(old, new)}
    assert found == {
        ("purpose", "picture-tips", "added"): True,
        ("purpose", "market-research", "basis: notice -> consent"): True,
        ("point", "registration", "purposes: + picture-tips"): True,
        ("role", "support", "purposes: + picture-tips"): False,
    }
    assert compare(old, old) == []
    back = {(one.kind, one.id, one.what) for one in compare(new, old)}
    assert ("purpose", "picture-tips", "removed") in back
    assert ("purpose", "market-research", "basis: consent -> notice") in back


async def test_whom_it_concerns_is_counted_and_nobody_is_named(tmp_path, capsys):
    """§4.1: `kept diff --data` counts people by purpose and reason; no value, name or number of a person is printed."""
    installation = Installation(tmp_path)
    installation.wall.wall_seconds = time.time() - 100  # the command below has the real clock
    await installation.open()
    await installation.mori()
    await installation.give(await installation.join(), [("name", "Only A Name")])
    counted = await whom_it_concerns(installation.engine, read_policy(version_two(), words()))
    assert (counted.people, counted.asked) == (2, 1)
    assert counted.by_purpose == {("market-research", "basis"): 1, ("picture-tips", "new"): 1}
    await installation.close()
    folder = tmp_path / "next"
    folder.mkdir()
    for name, content in version_two().items():
        (folder / name).write_bytes(content)
    command = [
        "diff",
        str(POLICY),
        str(folder / POLICY.name),
        "--data",
        "--store",
        f"sqlite:///{installation.address.data}",
    ]
    assert await asyncio.to_thread(main, command) == 0
    printed = capsys.readouterr().out
    assert "2 people; 1 would be asked" in printed
    assert "(asks)" in printed
    assert NAME not in printed
    assert await asyncio.to_thread(main, [*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["asked"] == 1


async def test_the_next_visit_shows_it_marked_and_unticked(installation):
    """§4.1 page: my data says that the policy changed; the form marks what, ticks nothing, and takes the answer."""
    own = await installation.mori()
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    assert 'id="changed"' not in (await browser.get("/en/my-data")).text
    await in_force(installation)
    assert "The policy has changed since you gave some of this." in (await browser.get("/en/my-data")).text
    page = (await browser.get("/en/registration")).text
    assert "Tips for using the pictures you looked at" in page
    assert 'name="use" value="interests"' in page
    assert 'name="use" value="name"' not in page
    assert " checked" not in page
    assert "ご覧になった写真の使い方のご案内" in (await browser.get("/ja/registration")).text
    page = (await browser.get("/en/registration")).text
    token = page.split('name="notice_token" value="')[1].split('"')[0]
    assert "Here is your receipt" in (await browser.sent("/en/registration", notice_token=token, use="interests")).text
    assert 'name="use" value="interests"' in (await browser.get("/en/registration")).text  # research still asks


async def test_the_old_words_stand_beside_the_new_ones(installation):
    """§4.1 page: for a changed purpose both texts, what was taken out and what is new said in words, in the reader's language."""
    own = await installation.mori()
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    await in_force(installation)
    asked = await asked_again(installation.engine, own.person_id)
    found = await words_beside(installation.engine, own.person_id, asked, "en")
    basis, new = found[asked[0]], found[asked[1]]
    person = await installation.engine.people.load(own.person_id)
    notices = await installation.engine.notices.of_person(person.state)
    seen = notices[person.state.slots["interests"].notice_id].text
    assert (basis.version, "".join(text for text, _ in basis.beside.before) in seen) == (1, True)
    assert basis.beside.taken_out
    assert basis.beside.added
    assert new.beside.before == ()
    english, japanese = (await browser.get("/en/registration")).text, (await browser.get("/ja/registration")).text
    for page, words_ in (
        (english, ("When you gave it (version 1)", "Now (version 2)", "Taken out:", "New:", "<del>", "<ins>")),
        (
            japanese,
            ("ご提供時（版1）", "現在（版2）", "なくなった言葉：", "加わった言葉：", "この利用目的はありませんでした"),
        ),
    ):
        assert [one for one in words_ if one not in page] == []


async def test_words_of_a_version_that_was_rewritten_are_not_shown(installation):
    """§4.1 breach: old words are those of the version the notice names, or none."""
    own = await installation.mori()
    await in_force(installation)
    asked = await asked_again(installation.engine, own.person_id)
    installation.sql(
        "UPDATE policy_version SET files = (SELECT files FROM policy_version WHERE version = 2) WHERE version = 1"
    )
    with pytest.raises(SealError):
        await words_beside(installation.engine, own.person_id, asked, "en")
    installation.sql("DELETE FROM policy_version WHERE version = 1")
    with pytest.raises(SealError):
        await words_beside(installation.engine, own.person_id, asked, "en")
    assert await words_beside(installation.engine, own.person_id, [], "en") == {}
