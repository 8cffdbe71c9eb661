"""§4.6: nothing goes to a third party without consent: provided per recipient, item and purpose, recorded, recalled."""

from __future__ import annotations

import json

import pytest
from asked import Browser
from cited import cited
from installation import MAIL, NAME

from kept.crypto.sealed_to import OpeningKey
from kept.errors import ConflictError, DeniedError, InputError, KeptError, MalformedError, SealError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.accounts import accounts
from kept.services.my_data import choices, erasure
from kept.services.third_parties import provisions
from kept.services.third_parties.provision_file import parse_file
from kept.services.third_parties.recalls import provisions_to, pseudonym
from kept.services.third_parties.recipients import register_key
from kept.store import sql

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
        await register_key(self.installation.engine, CLUB, self.key.public, by="test")
        self.asks = await self.installation.staff("abe", ("partners",))
        self.approves = await self.installation.staff("kato", ("privacy",))
        return self

    async def provide(self):
        """Ask, approve, and return the provision."""
        provision = await provisions.ask(self.installation.engine, self.asks, CLUB)
        return await provisions.PROVIDING.approve(self.installation.engine, self.approves, provision)

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
    assert (made.people, made.refused, made.status) == (1, 0, "ready")
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
    entry = next(one for one in await installation.ledger() if one.act == "staff:value:provide")
    assert (entry.outcome, entry.clause, entry.exit, entry.items) == (
        "permitted", "4.6", "provision", ("name", "mail_address"),
    )  # fmt: skip
    assert dict(entry.facts)["recipient"] == CLUB
    assert [line.account.act for line in await provisions_to(installation.engine, own.person_id)] == [
        "staff:value:provide"
    ]
    record = (await club.file(made))["records"][0]
    assert record["entry"] in {line.entry_id for line in await provisions_to(installation.engine, own.person_id)}
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    page = (await browser.get("/en/my-data")).text
    assert "Who received it" in page
    assert "Picture Club" in page.split('id="provided"')[1].split("</ul>")[0]


async def test_withdrawal_stops_the_next_one_and_writes_the_recall(installation, club):
    """§4.6: after a no nothing more goes, what waits is taken out, and the next file tells the recipient to give it up."""
    own = await person(installation, TICK)
    await club.file(await club.provide())
    await choices.choose(installation.engine, own, CLUB, None, allow=False)
    assert dict((await installation.newest()).facts)["recalled"] == CLUB
    second = await club.provide()
    assert (second.people, second.refused, second.recalls) == (0, 1, 1)
    opened = await club.file(second)
    assert opened["records"] == []
    assert [one["person"] for one in opened["recalls"]] == [pseudonym(installation.engine, CLUB, own.person_id)]
    assert (await club.provide()).recalls == 0


async def test_who_withdraws_before_the_file_is_fetched_is_not_in_it(installation, club):
    """§4.6 breach: a file that waits does not go out with somebody who said no meanwhile."""
    own = await person(installation, TICK)
    made = await club.provide()
    await choices.choose(installation.engine, own, CLUB, None, allow=False)
    assert (await club.file(made))["records"] == []


@pytest.mark.parametrize("how", ["stop", "erase"])
async def test_stopping_and_erasing_recall_too(installation, club, how):
    """§4.6: a stopped use and an erased person are recalled; the recall names a pseudonym, and nobody."""
    own = await person(installation, TICK)
    await club.file(await club.provide())
    name = pseudonym(installation.engine, CLUB, own.person_id)
    if how == "stop":
        await choices.stop_use(installation.engine, own, CLUB, stop=True)
    else:
        await erasure.intend_erasure(installation.engine, own)
    opened = await club.file(await club.provide())
    assert (opened["records"], [one["person"] for one in opened["recalls"]]) == ([], [name])


async def test_without_a_second_approver_nothing_goes(installation, club):
    """§4.6 breach: who asks cannot approve, who may not act cannot ask, an unapproved provision makes no file."""
    await person(installation, TICK)
    provision = await provisions.ask(installation.engine, club.asks, CLUB)
    for act in (
        lambda: provisions.PROVIDING.approve(installation.engine, club.asks, provision),
        lambda: provisions.provide(installation.engine, provision),
        lambda: provisions.ask(installation.engine, club.approves, CLUB),
    ):
        with pytest.raises(DeniedError) as refused:
            await act()
        assert cited(refused.value) == "§5.2"
    with pytest.raises(ConflictError):
        await provisions.fetch(installation.engine, club.asks, provision)
    assert not [one for one in await installation.ledger() if one.act == "staff:value:provide"]


async def test_an_unknown_recipient_or_a_missing_key_is_a_no(installation):
    """§4.6 breach: unknown means no, before anybody's data is looked at."""
    asks = await installation.staff("abe", ("partners",))
    for recipient, reason in (("ad-broker", "recipient-unknown"), (CLUB, "recipient-key-missing")):
        with pytest.raises(InputError) as refused:
            await provisions.ask(installation.engine, asks, recipient)
        assert (refused.value.reason, cited(refused.value)) == (reason, "§4.6")
    for recipient, key, reason in (("ad-broker", b"k" * 32, "recipient-unknown"), (CLUB, b"short", "recipient-key")):
        with pytest.raises(KeptError) as wrong:
            await register_key(installation.engine, recipient, key, by="test")
        assert wrong.value.reason == reason


async def test_a_consent_to_another_purpose_is_none(installation, club):
    """§4.6 breach: a yes to letters from us is no yes to them."""
    await person(installation, ("choice", "information-for-you/mail/"))
    assert (await club.provide()).people == 0


async def test_a_file_is_fetched_once_and_nothing_of_it_stays(installation, club):
    """§4.6: a second fetch is refused, and the records are gone from the installation."""
    await person(installation, TICK)
    made = await club.provide()
    await club.file(made)
    with pytest.raises(ConflictError):
        await provisions.fetch(installation.engine, club.asks, made.id)
    assert installation.sql("SELECT COUNT(*) FROM provision_record") == [(0,)]


async def test_a_kill_between_two_people_goes_on_with_the_next(installation, club):
    """§4.6 fault: whoever is in the file has their entry and the other way round; nobody is provided twice."""
    for _ in range(5):
        await person(installation, TICK)
    provision = await provisions.ask(installation.engine, club.asks, CLUB)
    installation.stop_after(3)  # the approval with its effect, and two people
    with pytest.raises(KeptError):
        await provisions.PROVIDING.approve(installation.engine, club.approves, provision)
    await installation.close(integrate=False)
    await installation.open()

    async def entries():
        return [one for one in await installation.ledger() if one.act == "staff:value:provide"]

    rows = await installation.engine.data.all(sql.ProvisionRecords, provision_id=provision)
    assert len(rows) == len(await entries()) == 2
    assert (await provisions.provide(installation.engine, provision)).people == 5
    assert len(await entries()) == 5
    assert json.loads(await provisions.fetch(installation.engine, club.asks, provision))["sheet"]["people"] == 5


async def test_the_board_says_kept(installation, club):
    """§4.6 page: consent, register and what was made."""
    await person(installation, TICK)
    await club.provide()
    one = (await promise_board(installation.engine)).of("4.6")
    assert one.state is ClauseState.KEPT
    assert one.uses >= 1
