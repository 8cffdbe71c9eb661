"""§4.6: nothing goes to a third party without consent: provided per recipient, item and purpose, recorded, recalled."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile

import pytest
from asked import Browser
from cited import cited
from installation import MAIL, NAME, POLICY, second_version
from registered import CLUB_TITLE, registered
from second import read_and_approve

from kept import policy_files
from kept.crypto.sealed_to import OpeningKey
from kept.errors import ConflictError, DeniedError, InputError, KeptError, MalformedError, SealError
from kept.guarantees.board import promise_board
from kept.policy.day import moment
from kept.policy.words import ClauseState, Exit
from kept.services.accounts import accounts
from kept.services.my_data import choices, corrections, erasure
from kept.services.my_data.portability import take_along
from kept.services.staff import activation
from kept.services.third_parties import provisions
from kept.services.third_parties.handed_over import pseudonym
from kept.services.third_parties.provision_file import parse_file
from kept.services.third_parties.register import PROVISION, lines_of

pytestmark = pytest.mark.anyio
CLUB = "picture-club"
TICK = ("choice", f"{CLUB}//{CLUB}")


class Club:
    """The recipient, its key, and the two members of staff who provide to it."""

    def __init__(self, installation) -> None:
        self.installation = installation
        self.key = OpeningKey.new()

    async def begin(self):
        """Register the key and hire."""
        await registered(self.installation, "recipient", CLUB, self.key.public)
        self.asks = await self.installation.staff("abe", ("partners",))
        self.approves = await self.installation.staff("kato", ("privacy",))
        return self

    async def provide(self):
        """Ask, approve, and return the provision."""
        provision = await provisions.ask(self.installation.engine, self.asks, CLUB)
        return await read_and_approve(provisions.PROVIDING, self.installation.engine, self.approves, provision)

    async def file(self, provision) -> dict:
        """Fetch the file and open it as the recipient."""
        return parse_file(await provisions.fetch(self.installation.engine, self.asks, provision.id), self.key)


@pytest.fixture
async def club(installation):
    """A recipient with a key, and staff."""
    return await Club(installation).begin()


async def person(installation, *fields):
    """Somebody who gave a name and an address, and ticked what is given."""
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("mail_address", MAIL), *fields])
    return own


async def test_who_consented_is_in_the_sealed_file_and_nobody_else(installation, club):
    """§4.6 normal: the file holds the consented items with where they come from, and opens with the recipient's key."""
    own = await person(installation, TICK)
    await person(installation)
    made = await club.provide()
    assert (made.people, made.status) == (0, "approved")
    assert installation.sql("SELECT COUNT(*) FROM provision_record") == [(0,)]  # nothing of anybody waits for it
    raw = await provisions.fetch(installation.engine, club.asks, made.id)
    assert NAME.encode() not in raw
    assert MAIL.encode() not in raw
    opened = parse_file(raw, club.key)
    record = opened["records"][0]
    assert record["items"] == {"name": NAME, "mail_address": MAIL}
    assert record["person"] == pseudonym(installation.engine, CLUB, own.person_id)
    assert record["provenance"]["name"]["source"] == "own-session"
    assert (opened["sheet"]["people"], opened["sheet"]["clause"]) == (1, "§4.6")
    for wrong in (OpeningKey.new(),):
        with pytest.raises(SealError):
            parse_file(raw, wrong)
    with pytest.raises(MalformedError):
        parse_file(b"{}", club.key)


async def test_the_register_is_written_by_the_release_and_the_person_reads_it(installation, club):
    """§4.6 evidence and page: the entry names recipient and items; my data shows who received what."""
    own = await person(installation, TICK)
    made = await club.provide()
    assert await lines_of(installation.engine, own.person_id) == []
    record = (await club.file(made))["records"][0]
    entry = next(one for one in await installation.ledger() if one.act == "staff:value:provide")
    assert (entry.outcome, entry.clause, entry.exit, entry.items) == (
        "permitted", "4.6", "provision", ("name", "mail_address"),
    )  # fmt: skip
    assert dict(entry.facts)["recipient"] == CLUB
    (line,) = await lines_of(installation.engine, own.person_id)
    assert (line.kind, line.party, line.items, line.entry_id) == (
        PROVISION,
        CLUB,
        ("name", "mail_address"),
        record["entry"],
    )
    assert (line.said["party"], line.said["address"], line.said["representative"], line.said["person"]) == (
        CLUB_TITLE, "1 Invented-cho, Kyoto", "R. Invented", NAME,
    )  # fmt: skip
    assert line.said["consented"] <= moment(line.at)
    assert await installation.engine.notices.get(line.said["notice"])
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    page = (await browser.get("/en/my-data")).text
    assert "Who received it" in page
    shown = page.split('id="provided"')[1].split("</ul>")[0]
    assert CLUB_TITLE in shown
    assert NAME in shown
    own = await installation.session(own.person_id)
    with zipfile.ZipFile(io.BytesIO(await take_along(installation.engine, own, "en"))) as packed:
        (told,) = json.loads(packed.read("data.json"))["registers"]
    assert (told["what"], told["person"], told["representative"]) == ("provision", NAME, "R. Invented")


async def test_withdrawal_stops_the_next_one(installation, club):
    """§4.6: after a no nothing more goes."""
    own = await person(installation, TICK)
    await club.file(await club.provide())
    await choices.choose(installation.engine, own, CLUB, None, allow=False)
    second = await club.provide()
    assert (await club.file(second))["records"] == []
    second = await provisions.provision_of(installation.engine, second.id)
    assert (second.people, second.refused) == (0, 1)


CHANGES = {
    "said no": lambda installation, own: choices.choose(installation.engine, own, CLUB, None, allow=False),
    "said no to provision": lambda installation, own: choices.choose(
        installation.engine, own, CLUB, Exit.PROVISION, allow=False
    ),
    "stopped the use": lambda installation, own: choices.stop_use(installation.engine, own, CLUB, stop=True),
    "removed both": lambda installation, own: _remove(installation, own, "name", "mail_address"),
    "asked to be erased": lambda installation, own: erasure.intend_erasure(
        installation.engine, own, grace_seconds=7 * 86400.0
    ),
    "was erased": lambda installation, own: erasure.intend_erasure(installation.engine, own),
}
"""What a person does between approval and fetching, after which nothing of theirs may be in the file."""


async def _remove(installation, own, *slots):
    for slot in slots:
        await corrections.remove_value(installation.engine, own, slot)


@pytest.mark.parametrize("what", CHANGES)
async def test_a_no_between_approval_and_fetching_is_obeyed(installation, club, what):
    """§4.6 breach: whatever was approved, the file holds what holds when it is fetched, and no line says *received*."""
    own = await person(installation, TICK)
    other = await person(installation, TICK)
    made = await club.provide()
    await CHANGES[what](installation, own)
    assert len((await club.file(made))["records"]) == 1
    assert (await provisions.provision_of(installation.engine, made.id)).people == 1
    if what != "was erased":
        assert await lines_of(installation.engine, own.person_id) == []
    assert [one.kind for one in await lines_of(installation.engine, other.person_id)] == [PROVISION]


async def test_a_corrected_and_a_removed_value_are_as_they_are_when_fetched(installation, club):
    """§4.6 breach: neither an old name nor a removed one goes out, in the file or in the register."""
    own, other = await person(installation, TICK), await person(installation, TICK)
    made = await club.provide()
    await corrections.correct(installation.engine, own, "name", "Hanako New", expected_version=1)
    await corrections.remove_value(installation.engine, other, "name")
    items = {one["person"]: one["items"] for one in (await club.file(made))["records"]}
    assert items == {
        pseudonym(installation.engine, CLUB, own.person_id): {"name": "Hanako New", "mail_address": MAIL},
        pseudonym(installation.engine, CLUB, other.person_id): {"mail_address": MAIL},
    }
    assert [one.items for one in await lines_of(installation.engine, other.person_id)] == [("mail_address",)]


async def test_a_policy_that_allows_less_by_then_is_what_counts(installation, club):
    """§4.6 breach: items the second version does not give the recipient any more are not in a file approved before."""
    await person(installation, TICK)
    made = await club.provide()
    fewer = b"    country: jp\n    items:\n      - name\n      - mail_address\n"
    assert fewer in policy_files(POLICY)[POLICY.name]
    asker, second = await installation.staff("ume", ("privacy",)), await installation.staff("ito", ("privacy",))
    await activation.propose(
        installation.engine, second_version((fewer, fewer.replace(b"      - mail_address\n", b""))), by="test"
    )
    await activation.activate(installation.engine, asker, 2)
    await read_and_approve(activation.ACTIVATION, installation.engine, second, "2")
    opened = await club.file(made)
    assert opened["sheet"]["items"] == ["name"]
    assert [sorted(one["items"]) for one in opened["records"]] == [["name"]]


async def test_whoever_changes_something_while_the_file_is_made_is_decided_again(installation, club, monkeypatch):
    """§4.6 breach: between being decided about and the handing over somebody says no; they are not in the file."""
    own = await person(installation, TICK)
    await person(installation, TICK)
    made = await club.provide()
    whole = provisions._Making.hand_over
    tries = []

    async def late(self, *given):
        if not tries:
            await choices.choose(installation.engine, own, CLUB, None, allow=False)
        tries.append(1)
        return await whole(self, *given)

    monkeypatch.setattr(provisions._Making, "hand_over", late)
    assert len((await club.file(made))["records"]) == 1
    assert len(tries) == 2
    assert await lines_of(installation.engine, own.person_id) == []
    assert installation.sql("SELECT COUNT(*) FROM recall") == [(0,)]  # nobody has anything to give up


async def test_without_a_second_approver_nothing_goes(installation, club):
    """§4.6 breach: who asks cannot approve, who may not act cannot ask, an unapproved provision makes no file."""
    await person(installation, TICK)
    provision = await provisions.ask(installation.engine, club.asks, CLUB)
    for act in (
        lambda: read_and_approve(provisions.PROVIDING, installation.engine, club.asks, provision),
        lambda: provisions.fetch(installation.engine, club.asks, provision),
        lambda: provisions.ask(installation.engine, club.approves, CLUB),
    ):
        with pytest.raises(DeniedError) as refused:
            await act()
        assert cited(refused.value) == "§5.2"
    assert not [one for one in await installation.ledger() if one.act == "staff:value:provide"]


async def test_an_unknown_recipient_or_a_missing_key_is_a_no(installation):
    """§4.6 breach: unknown means no, before anybody's data is looked at."""
    asks = await installation.staff("abe", ("partners",))
    for recipient, reason in (("ad-broker", "recipient-unknown"), (CLUB, "recipient-key-missing")):
        with pytest.raises(InputError) as refused:
            await provisions.ask(installation.engine, asks, recipient)
        assert (refused.value.reason, cited(refused.value)) == (reason, "§4.6")


async def test_a_consent_to_another_purpose_is_none(installation, club):
    """§4.6 breach: a yes to letters from us is no yes to them."""
    await person(installation, ("choice", "information-for-you/mail/"))
    assert (await club.file(await club.provide()))["records"] == []


async def test_of_two_fetches_at_once_one_hands_over_the_whole_file(installation, club):
    """§4.6 breach: a double click: whoever is in the register as handed over is in the one file that was made."""
    people = [await person(installation, TICK) for _ in range(5)]
    made = await club.provide()
    done = await asyncio.gather(
        *(provisions.fetch(installation.engine, club.asks, made.id) for _ in range(3)), return_exceptions=True
    )
    files = [one for one in done if isinstance(one, bytes)]
    assert [type(one) for one in done if not isinstance(one, bytes)] == [ConflictError, ConflictError]
    assert len(parse_file(files[0], club.key)["records"]) == len(people)


async def test_a_file_is_fetched_once_and_nothing_of_it_stays(installation, club):
    """§4.6: a second fetch is refused, and the records are gone from the installation."""
    await person(installation, TICK)
    made = await club.provide()
    await club.file(made)
    with pytest.raises(ConflictError):
        await provisions.fetch(installation.engine, club.asks, made.id)
    assert installation.sql("SELECT sealed, handed_at > 0 FROM provision_record") == [(b"", 1)]


async def test_a_kill_while_it_is_made_begins_it_anew(installation, club):
    """§4.6 fault: what was decided before the kill is not handed over; the person has one line, that of the file."""
    people = [await person(installation, TICK) for _ in range(5)]
    made = await club.provide()
    installation.stop_after(3)  # the beginning, and two people
    with pytest.raises(KeptError):
        await provisions.fetch(installation.engine, club.asks, made.id)
    await installation.close(integrate=False)
    await installation.open()
    assert installation.sql("SELECT COUNT(*) FROM provision_record") == [(0,)]  # what the kill left ended at the start
    for own in people:
        assert await lines_of(installation.engine, own.person_id) == []
    assert json.loads(await provisions.fetch(installation.engine, club.asks, made.id))["sheet"]["people"] == 5
    for own in people:
        assert len(await lines_of(installation.engine, own.person_id)) == 1


async def test_the_board_says_kept(installation, club):
    """§4.6 page: consent, register and what was made."""
    await person(installation, TICK)
    await club.file(await club.provide())
    one = (await promise_board(installation.engine)).of("4.6")
    assert one.state is ClauseState.KEPT
    assert one.uses >= 1


HALF_MADE = "SELECT COUNT(*) FROM provision_record WHERE handed_at IS NULL"


async def two_who_agreed(installation):
    """Two people whose name and address may go."""
    for number in range(2):
        own = await installation.join()
        await installation.give(own, [("name", NAME), ("mail_address", f"m{number}@example.jp"), TICK])


@pytest.mark.parametrize("how", ["a fault", "whoever fetches goes away"])
async def test_an_abandoned_fetch_leaves_nothing_sealed_behind(installation, club, monkeypatch, how):
    """§4.6, §5.5 breach: a fetch that ends in the middle leaves no sealed record; the next makes the whole file."""
    await two_who_agreed(installation)
    provision = await club.provide()
    decided, reached, real = [], asyncio.Event(), provisions._Making.decide

    async def first_only(self, person_id):
        if decided and how == "a fault":
            raise RuntimeError("in the middle")
        if decided:
            reached.set()
            await asyncio.sleep(60)
        decided.append(await real(self, person_id))
        return decided[-1]

    monkeypatch.setattr(provisions._Making, "decide", first_only)
    task = asyncio.ensure_future(provisions.fetch(installation.engine, club.asks, provision.id))
    if how != "a fault":
        await reached.wait()
        assert installation.sql(HALF_MADE) == [(1,)]
        task.cancel()
    with pytest.raises((RuntimeError, asyncio.CancelledError)):
        await task
    assert installation.sql(HALF_MADE) == [(0,)]
    monkeypatch.undo()
    assert len((await club.file(provision))["records"]) == 2
