"""§5.2, §4.6, §4.9, §2.9: nothing goes to a key that another replaced since, and nothing is taken on the word of one."""

from __future__ import annotations

import pytest
from cited import cited
from installation import MAIL, NAME
from registered import COURT, asked, clerk, registered
from second import read_and_approve

from clauses.test_2_9_from_another_company import FRIENDS, Partner
from clauses.test_4_6_recalls import CLUB, Club
from clauses.test_4_9_disclosure_the_law_requires import LegalDesk
from kept import limits
from kept.crypto.sealed_to import OpeningKey
from kept.crypto.signature import SigningKey, new_seed
from kept.errors import ConflictError, NoteError
from kept.services.authorities import disclosures
from kept.services.engine.record import operator
from kept.services.my_data import choices, erasure, statements
from kept.services.my_data.own_data import own_data
from kept.services.staff import parties, sessions
from kept.services.third_parties import intake, provisions, recalls
from kept.services.third_parties.provision_file import parse_file
from kept.store import sql

pytestmark = pytest.mark.anyio
OPS = operator("ops")


async def confirmed(installation, kind, name, public):
    """A change of a party's key that two have seen to, and that counts in a day."""
    party = await asked(installation, kind, name, public)
    await read_and_approve(
        parties.CONFIRMING, installation.engine, await clerk(installation, "party-confirms"), party.id
    )


async def again(installation, login):
    """Somebody's session of another day."""
    return await sessions.session_of(installation.engine, await sessions.start_demo_session(installation.engine, login))


async def test_a_file_is_not_sealed_to_another_key_than_was_approved(installation):
    """§4.6 breach: a key that counts an hour after the approval opens nothing: the approver read the older one."""
    club = await Club(installation).begin()
    new = OpeningKey.new()
    await confirmed(installation, "recipient", CLUB, new.public)
    installation.wall.pass_(limits.PARTY_WAIT_SECONDS - 3600)
    asks, approves = await again(installation, "abe"), await again(installation, "endo")
    made = await provisions.ask(installation.engine, asks, CLUB)
    await read_and_approve(provisions.PROVIDING, installation.engine, approves, made)
    installation.wall.pass_(3601)
    with pytest.raises(ConflictError) as refused:
        await provisions.fetch(installation.engine, asks, made)
    assert (refused.value.reason, cited(refused.value)) == ("party-changed", "§4.6")
    anew = await provisions.ask(installation.engine, asks, CLUB)
    await read_and_approve(provisions.PROVIDING, installation.engine, approves, anew)
    raw = await provisions.fetch(installation.engine, asks, anew)
    assert len(parse_file(raw, new, installation.engine.sequencer.verifier)["records"]) == 1
    with pytest.raises(Exception, match="seal"):
        parse_file(raw, club.key, installation.engine.sequencer.verifier)


async def test_a_key_that_was_objected_to_changes_nothing(installation):
    """§4.6 breach: a change that somebody objected to in its day neither counts nor keeps an approved file from going."""
    club = await Club(installation).begin()
    await confirmed(installation, "recipient", CLUB, OpeningKey.new().public)
    made = await provisions.ask(installation.engine, club.asks, CLUB)
    await read_and_approve(provisions.PROVIDING, installation.engine, club.approves, made)
    every = await parties.all_parties(installation.engine)
    (change,) = [one for one in every if one.name == CLUB and one.from_at > installation.engine.clock.now()]
    await parties.object_to(installation.engine, club.approves, change.id)
    raw = await provisions.fetch(installation.engine, club.asks, made)
    assert len(parse_file(raw, club.key, installation.engine.sequencer.verifier)["records"]) == 1


async def test_a_recall_goes_to_the_key_that_counts_when_it_is_told(installation):
    """§4.6: a recall that was told to a lost key is made again for the new one, the same file, and the old one opens none of it."""
    club, new = await Club(installation).begin(), OpeningKey.new()
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    first = await club.told()
    await registered(installation, "recipient", CLUB, new.public)
    club.asks, older = await again(installation, "abe"), club.key
    with pytest.raises(Exception, match="seal"):
        await club.told()
    club.key = new
    assert await club.told() == first
    assert older.public != new.public
    assert await recalls.confirm_recall(installation.engine, club.asks, first["id"], first["confirm with"]) == 1


async def test_what_waits_on_the_word_of_a_lost_key_is_not_tried_again(installation):
    """§2.9 breach: a thief of a partner's key leaves statements in quarantine; after the key changed nobody lets them in."""
    thief = await Partner(installation).begin()
    own = await installation.join()
    login = await thief.login(own)
    (late,) = [thief.record("nobody-here-yet")]
    found = await intake.take_in(installation.engine, thief.file(late, thief.record(login, given="tomorrow")), by=OPS)
    assert "taken" not in found.reasons
    honest = SigningKey(new_seed())
    await registered(installation, "partner", FRIENDS, honest.public)
    with pytest.raises(ConflictError) as refused:
        await intake.try_again(installation.engine, found.id)
    assert (refused.value.reason, cited(refused.value)) == ("party-changed", "§2.9")
    with pytest.raises(NoteError):
        await intake.take_in(installation.engine, thief.file(thief.record(login)), by=OPS)
    assert (await own_data(installation.engine, await installation.session(own.person_id))).held == ()


async def test_what_is_in_quarantine_goes_with_the_account(installation):
    """§2.9 breach: erased, and a partner's file holds name and address for thirty days more: they go at once, in any spelling."""
    partner = await Partner(installation).begin()
    own, stays = await installation.join(), await installation.join()
    login = await partner.login(own)
    file = partner.file(
        partner.record(login, given="tomorrow"),
        partner.record(f" {login.upper()} ", {"name": NAME}, how="telepathy"),
        partner.record(await partner.login(stays), given="tomorrow"),
    )
    found = await intake.take_in(installation.engine, file, by=OPS)
    assert sum(found.reasons.values()) == 3
    await erasure.intend_erasure(installation.engine, await installation.session(own.person_id))
    rows = await installation.engine.data.all(sql.IntakeRecords, intake_id=found.id)
    assert [(row.reason, bool(row.sealed)) for row in rows] == [
        ("erased", False),
        ("erased", False),
        (rows[2].reason, True),
    ]
    again_ = await intake.try_again(installation.engine, found.id)
    assert again_.reasons.get("erased") == 2
    assert MAIL.encode() not in installation.address.data.read_bytes()


@pytest.mark.parametrize("when", ["approved", "fetched"])
async def test_a_bundle_is_not_made_for_an_authoritys_lost_key(installation, when):
    """§4.9 breach: the authority said its key was stolen; what was recorded for that key is neither approved nor handed over."""
    await installation.mori()
    desk = await LegalDesk(installation).begin()
    request = await desk.record()
    if when == "fetched":
        await desk.answer(request)
    else:
        await disclosures.ask(installation.engine, desk.legal, request)
    await registered(installation, "authority", COURT, OpeningKey.new().public)
    desk.legal, desk.approves = await again(installation, "hara"), await again(installation, "kato")
    going_on = {
        "fetched": lambda: desk.open(request),
        "approved": lambda: read_and_approve(disclosures.DISCLOSING, installation.engine, desk.approves, request),
    }[when]
    with pytest.raises(ConflictError) as refused:
        await going_on()
    assert (refused.value.reason, cited(refused.value)) == ("party-changed", "§4.9")


async def test_a_partner_that_is_a_recipient_gets_nothing_it_brought(installation):
    """§4.6, §2.9 breach: one company gives an address under one name to receive it under another: it does not, confirmed or not."""
    club, partner = OpeningKey.new(), await Partner(installation).begin()
    await registered(installation, "recipient", CLUB, club.public)
    asks, approves = await installation.staff("abe", ("partners",)), await installation.staff("endo", ("privacy",))
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("choice", f"{CLUB}//{CLUB}")])
    login = await partner.login(own)
    file = partner.file(
        partner.record(login, {"mail_address": MAIL}), partner.record(login, choices=[f"{CLUB}//{CLUB}"])
    )
    found = await intake.take_in(installation.engine, file, by=OPS)
    assert found.reasons == {"statement-recipient": 1, "taken": 1}

    async def given() -> dict:
        made = await provisions.ask(installation.engine, asks, CLUB)
        await read_and_approve(provisions.PROVIDING, installation.engine, approves, made)
        raw = await provisions.fetch(installation.engine, asks, made)
        (record,) = parse_file(raw, club, installation.engine.sequencer.verifier)["records"]
        return record["items"]

    assert await given() == {"name": NAME}
    (word,) = (await installation.engine.people.load(own.person_id)).state.stated
    await statements.confirm_statement(installation.engine, await installation.session(own.person_id), word.id, ())
    assert await given() == {"name": NAME}
