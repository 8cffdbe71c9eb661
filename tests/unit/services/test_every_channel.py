"""Every channel of the table: offered, switched, stopped, named everywhere, and carried by something."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from examples import EXAMPLES
from installation import NAME, confirm_all
from policy_schema import policy_schema
from reaching import MailOut
from small_policy import small

from kept.guarantees import words
from kept.guarantees.board import promise_board
from kept.policy import phrase
from kept.policy.campaign import SHAPE
from kept.policy.channel import CHANNEL_TABLE, CHANNELS, CONFIRMED_TYPES, EXIT_TYPES, Channel, ChannelState
from kept.policy.flow import flow_svg
from kept.policy.item_type import ItemType
from kept.policy.present import boxes, build_notice
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.forms import collection
from kept.services.messages.held_after_restore import TAKES_OUT
from kept.services.messages.mail import MailDispatcher
from kept.services.messages.states import OWN_STATES
from kept.services.messages.stop_list import address_item, put_on, stop_key, stop_token, tokens_of
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.channels import set_up_channels
from kept.web import console
from kept.web.words import rests_on

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]
LANGUAGE_PAGE = (ROOT / "docs/policy-language.md").read_text("utf-8")


def lacking(dispatchers, way: Exit, channel: Channel) -> list[str]:
    """Return what was forgotten when a channel was added to the table."""
    said = [channel.words, channel.heading, *(state.words for state in channel.states.values())]
    pages = {one.path for one in console.PAGES}
    forms = {kind.about.normal for kind in channel.address}
    return [
        part
        for part, there in {
            "something that carries it, in services/upkeep/channels.py": way in dispatchers,
            "words in every language": all(set(one) == set(phrase.LANGUAGES) for one in said),
            "one normal form of its addresses, for the stop list": len(forms) == 1 and "" not in forms,
            "how what it handed over stands, in services/messages/states.py": bool(channel.states)
            == (way in OWN_STATES),
            "the page of the console it names": channel.desk in {"", *pages},
            "what takes a waiting message out after a restore": (way in TAKES_OUT) == bool(channel.desk),
            "its row in docs/policy-language.md": f"\n| `{way.value}` | {channel.words['en']} |" in LANGUAGE_PAGE,
        }.items()
        if not there
    ]


async def under(folder: Path, way: Exit):
    """Return an open installation whose one purpose leaves by a channel, over an item of the type the channel prefers."""
    kind = CHANNEL_TABLE[way].address[0]
    return await small(
        folder,
        ("type: email", f"type: {kind.value}"),
        ("      - mail\n", f"      - {way.value}\n"),
        ("collection:\n", "```\n\nWe ask once. {#1.2}\n\n```yaml kept\ncollection:\n"),
    )


@pytest.fixture(params=CHANNEL_TABLE, ids=lambda way: way.value)
async def by(request, tmp_path):
    """A channel, and an installation that reaches people by it alone."""
    one = await under(tmp_path, request.param)
    yield request.param, one
    await one.close()


def carried(engine):
    """Return what carries messages where everything is set up."""
    set_up_channels(engine)
    return {**engine.dispatchers, Exit.MAIL: MailOut()}


async def test_nothing_of_it_is_forgotten(by):
    """A channel has a dispatcher, words, one stop list, and its page where it puts aside."""
    way, one = by
    assert lacking(carried(one.engine), way, CHANNEL_TABLE[way]) == []


async def test_what_carries_it_says_so(by):
    """A dispatcher serves the exit it is registered for; mail is registered where a mail server is."""
    way, one = by
    found = MailDispatcher if way is Exit.MAIL else type(carried(one.engine)[way])
    assert getattr(found, "channel", None) is way


async def test_a_forgotten_part_is_named(tmp_path):
    """A channel invented in a copy of the table lacks all that is not derived from it."""
    invented = Channel(
        address=(ItemType.PHONE, ItemType.EMAIL),
        words={"en": "pigeon", "ja": "伝書鳩"},
        heading={"en": "Pigeon", "ja": "伝書鳩"},
        confirmation="at-once",
        desk="/pigeons",
        states={"in-the-air": ChannelState({"en": "in the air"})},
    )
    one = await small(tmp_path)
    try:
        found = lacking(carried(one.engine), Exit.APP, invented)
    finally:
        await one.close()
    assert [part.split(",")[0] for part in found] == [
        "something that carries it",
        "words in every language",
        "one normal form of its addresses",
        "how what it handed over stands",
        "the page of the console it names",
        "what takes a waiting message out after a restore",
        "its row in docs/policy-language.md",
    ]


def test_the_table_is_every_exit_that_reaches_people():
    """Each channel has its own rules for consent, and opens its addresses and a name; campaigns may name each."""
    assert set(CHANNEL_TABLE) == CHANNELS
    for way, channel in CHANNEL_TABLE.items():
        assert EXIT_TYPES[way] == {*channel.address, ItemType.PERSON_NAME}
    assert set(SHAPE.fields["channels"].of.choices) == {way.value for way in CHANNELS}


def test_an_editor_knows_it():
    """The schema for editors offers each exit."""
    assert all(f'"{way.value}"' in str(policy_schema(words())).replace("'", '"') for way in Exit)


async def test_it_is_named_wherever_people_look(by):
    """Notice, box, flow picture and board call it what the table says."""
    way, one = by
    policy, channel = one.engine.policy.policy, CHANNEL_TABLE[way]
    assert f"How: {channel.words['en']}." in build_notice(policy, "registration", "", "en").text
    assert [(box.exit, box.title) for box in boxes(policy, "registration", "en")] == [
        (way, f"Sending you news, by {channel.words['en']}")
    ]
    board = await promise_board(one.engine)
    part = next(part for part in board.of("1.1").parts if part.part.id == "news")
    for language in phrase.LANGUAGES:
        assert f">{channel.words[language]}<" in flow_svg(policy, language)
        assert channel.words[language] in rests_on(part, policy, language)


async def test_it_is_switched_on_my_data_and_stopped_by_its_list(by):
    """A yes is a switch once its address is confirmed; the list switches it off, and knows an address however it is typed."""
    way, one = by
    kind = CHANNEL_TABLE[way].address[0]
    address = EXAMPLES[kind]
    issued = await accounts.join_with_password(one.engine, "four unrelated words here", "en")
    own = await one.session(issued.person_id)
    form = await collection.present_form(one.engine, own, "registration", "", "en")
    await collection.submit(
        one.engine, own, point="registration", stage="", language="en", unverified_token=form.token,
        fields=[("name", NAME), ("mail_address", address), ("choice", collection.box_value(form.boxes[0]))],
    )  # fmt: skip

    async def switched():
        mine = await own_data(one.engine, own)
        return [switch.channels for switch in mine.switches if switch.purpose.id == "news"]

    assert await switched() == [((way, kind not in CONFIRMED_TYPES),)]
    await confirm_all(one.engine, own.person_id)
    assert await switched() == [((way, True),)]
    purpose = one.engine.policy.policy.purposes["news"]
    assert address_item(one.engine.policy.policy, purpose, way) == "mail_address"
    person = await one.engine.people.load(own.person_id, None)
    kept = one.engine.people.open_slot(person, "mail_address")
    lists = dict(tokens_of(one.engine, {"mail_address": kept}))
    assert lists[way] == stop_token(one.engine, way, address)
    await one.engine.data.write(lambda tx: put_on(tx, way, lists[way], "asked", 0.0))
    listed = kind in CONFIRMED_TYPES  # of an address that nobody confirms it is not told
    assert await switched() == [((way, not listed),)]
    assert set(lists) == {other for other, channel in CHANNEL_TABLE.items() if kind in channel.address}
    assert one.engine.keyring.installation_key(stop_key(way))


ASKED = """
from dataclasses import replace
from pathlib import Path
from kept import policy_files
from kept.guarantees import words
from kept.policy.channel import CHANNEL_TABLE, EXIT_TYPES
from kept.policy.item_type import ItemType
from kept.policy.read import read_policy
from kept.policy.words import Exit
from kept.services.messages.stop_list import address_item
policy = read_policy(policy_files(Path("policies/photolibrary.policy.md")), words())
everything = replace(policy.purposes["contact"], uses=("*",))
CHANNEL_TABLE[Exit.POST] = replace(CHANNEL_TABLE[Exit.POST], address=(ItemType.PHONE, ItemType.ADDRESS_JP, ItemType.FAX))
print(address_item(policy, everything, Exit.POST))
"""


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_which_address_is_taken_does_not_depend_on_the_seed(seed):
    """The type the channel prefers is taken, in every process."""
    seeded = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
    said = subprocess.run(  # noqa: S603 -- ours
        [sys.executable, "-c", ASKED], cwd=ROOT, env=seeded, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert said.stdout.strip() == "phone"
