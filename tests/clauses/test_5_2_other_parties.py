"""§5.2, §4.6, §4.9, §2.9: a key of somebody else changes only by two, a day later, and everybody who looks at the board is told."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from cited import cited
from installation import MAIL, NAME
from registered import ASKS, CLUB_TITLE, CONFIRMS, COURT, COURT_TITLE, DAY, asked, clerk, registered
from second import read_and_approve

from kept.crypto.sealed_to import OpeningKey
from kept.errors import ConflictError, DeniedError, EvidenceError, InputError, KeptError, SealError
from kept.services.staff import parties, sessions
from kept.services.staff.parties import PartyKind
from kept.services.third_parties import provisions
from kept.services.third_parties.provision_file import parse_file

pytestmark = pytest.mark.anyio
CLUB = "picture-club"


async def test_a_key_asked_for_and_confirmed_counts_a_day_later(installation):
    """§5.2 normal: nothing goes out under it before; both acts stand in the record, with the clause the party rests on."""
    key = OpeningKey.new()
    party = await asked(installation, "recipient", CLUB, key.public)
    partners = await installation.staff("abe", ("partners",))
    for confirmed in (False, True):
        if confirmed:
            done = await read_and_approve(
                parties.CONFIRMING, installation.engine, await clerk(installation, CONFIRMS), party.id
            )
            assert done.from_at == pytest.approx(installation.engine.clock.now() + DAY, abs=1)
        with pytest.raises(InputError) as missing:
            await provisions.ask(installation.engine, partners, CLUB)
        assert (missing.value.reason, cited(missing.value)) == ("recipient-key-missing", "§4.6")
    acts = {one.act: one.clause for one in await installation.ledger()}
    assert (acts["staff:party:ask"], acts["staff:party:confirm"]) == ("4.6", "4.6")
    installation.wall.pass_(DAY + 1)
    again = await sessions.session_of(
        installation.engine, await sessions.start_demo_session(installation.engine, "abe")
    )
    assert await provisions.ask(installation.engine, again, CLUB)


async def test_within_the_day_anybody_who_approves_objects(installation):
    """§5.2 breach: two agreed on a key; a third, told by the board, objects: it never counts; later it is too late."""
    engine = installation.engine
    party = await registered_tomorrow(installation)
    support, third = await installation.staff("sato", ("support",)), await installation.staff("mita", ("privacy",))
    with pytest.raises(DeniedError):
        await parties.object_to(engine, support, party.id)
    await parties.object_to(engine, third, party.id)
    assert (await installation.newest()).act == "staff:party:object"
    installation.wall.pass_(2 * DAY)
    assert await parties.party_of(engine, PartyKind.RECIPIENT, CLUB) is None
    counts = await registered(installation, "recipient", CLUB, OpeningKey.new().public)
    again = await sessions.session_of(engine, await sessions.start_demo_session(engine, "mita"))
    with pytest.raises(ConflictError):
        await parties.object_to(engine, again, counts.id)
    assert (await parties.party_of(engine, PartyKind.RECIPIENT, CLUB)).id == counts.id


async def registered_tomorrow(installation):
    """A key that was asked for and confirmed, and does not count yet."""
    party = await asked(installation, "recipient", CLUB, OpeningKey.new().public)
    return await read_and_approve(
        parties.CONFIRMING, installation.engine, await clerk(installation, CONFIRMS), party.id
    )


async def test_one_alone_changes_no_key(installation):
    """§5.2 breach: who asked cannot confirm, nor who may not; whoever has no business with the party cannot ask."""
    party = await asked(installation, "authority", COURT, OpeningKey.new().public)
    support = await installation.staff("sato", ("support",))
    for session in (await clerk(installation, ASKS), support):
        with pytest.raises(DeniedError):
            await read_and_approve(parties.CONFIRMING, installation.engine, session, party.id)
    for kind, name in (("recipient", CLUB), ("authority", COURT), ("partner", "friends")):
        texts = {"title": CLUB_TITLE, "address": "A", "representative": "R"}
        mine = parties.new_party(PartyKind(kind), name, **texts, public_key=OpeningKey.new().public)
        with pytest.raises(DeniedError):
            await parties.ask_party(installation.engine, support, mine)
    assert [one.status for one in await parties.all_parties(installation.engine)] == ["asked"]


async def test_a_key_changed_within_the_day_opens_nothing_yet(installation):
    """§4.6 breach: while a new key waits for its day, files are sealed to the old one; afterwards to the new one alone."""
    old, new = OpeningKey.new(), OpeningKey.new()
    await registered(installation, "recipient", CLUB, old.public)
    partners, officer = await installation.staff("abe", ("partners",)), await installation.staff("kato", ("privacy",))
    own = await installation.join()
    await installation.give(own, [("name", NAME), ("mail_address", MAIL), ("choice", f"{CLUB}//{CLUB}")])

    async def file():
        made = await provisions.ask(installation.engine, partners, CLUB)
        await read_and_approve(provisions.PROVIDING, installation.engine, officer, made)
        return await provisions.fetch(installation.engine, partners, made)

    party = await asked(installation, "recipient", CLUB, new.public)
    await read_and_approve(parties.CONFIRMING, installation.engine, await clerk(installation, CONFIRMS), party.id)
    raw = await file()
    assert len(parse_file(raw, old)["records"]) == 1
    with pytest.raises(SealError):
        parse_file(raw, new)
    installation.wall.pass_(DAY + 1)
    partners, officer = [
        await sessions.session_of(installation.engine, await sessions.start_demo_session(installation.engine, one))
        for one in ("abe", "kato")
    ]
    assert len(parse_file(await file(), new)["records"]) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE party SET public_key = x'0900000000000000000000000000000000000000000000000000000000000000'",
        "UPDATE party SET from_at = 1",
        "UPDATE party SET title = 'Somebody else'",
        "UPDATE party SET status = 'confirmed', confirmed_by = 'party-confirms', from_at = 1",
    ],
)
async def test_a_key_put_in_past_kept_is_found_before_anything_is_sealed_to_it(tmp_path, statement):
    """§5.3 attack: whoever can write D alone registers nobody."""
    from installation import Installation  # noqa: PLC0415 -- one on disk, for an intruder

    installation = Installation(tmp_path)
    await installation.open()
    if "status" in statement:
        await asked(installation, "recipient", CLUB, OpeningKey.new().public)
    else:
        await registered(installation, "recipient", CLUB, OpeningKey.new().public)
    installation.sql(statement)
    with pytest.raises(EvidenceError) as found:
        await parties.party_of(installation.engine, PartyKind.RECIPIENT, CLUB)
    assert (found.value.reason, cited(found.value)) == ("party-changed", "§4.6")
    await installation.close()


async def test_what_a_law_asks_of_a_party_is_not_left_out(installation):
    """§4.6 breach: no address, no representative, no key, or a recipient the policy does not declare: no entry."""
    key = OpeningKey.new().public
    for kind, name, public, texts, reason in (
        ("recipient", CLUB, key, {"address": " "}, "party-terms"),
        ("recipient", CLUB, key, {"representative": ""}, "party-terms"),
        ("partner", "friends", key, {"title": ""}, "party-terms"),
        ("recipient", CLUB, b"short", {}, "party-key"),
        ("recipient", "ad-broker", key, {}, "recipient-unknown"),
    ):
        with pytest.raises(KeptError) as refused:
            await asked(installation, kind, name, public, **texts)
        assert refused.value.reason == reason
    assert await parties.all_parties(installation.engine) == []
    assert await asked(installation, "authority", COURT, key, address="", representative="")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_pages(installation, language):
    """§5.2 page: asked on one page, told on the board at once, confirmed by another, and told from when it counts."""
    await clerk(installation, ASKS)
    await clerk(installation, CONFIRMS)
    asks, confirms = Browser(installation, at=CONSOLE), Browser(installation, at=CONSOLE)
    for browser, login in ((asks, ASKS), (confirms, CONFIRMS)):
        browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, login)
    at, key = f"/{language}/parties", OpeningKey.new().public
    assert COURT_TITLE not in (await asks.get(at)).text
    fields = {"kind": "authority", "name": COURT, "title": COURT_TITLE, "address": "", "representative": ""}
    for wrong in ({"key": "no key"}, {"key": "00"}, {"kind": "friend"}, {"name": "A Court"}):
        refused = await asks.post(at, **{**fields, "key": key.hex(), **wrong})
        assert refused.status_code == 422, wrong
        assert COURT_TITLE in refused.text
    assert (await asks.post(at, **fields, key=key.hex())).status_code == 303
    assert COURT_TITLE in (await confirms.get(f"/{language}/board")).text
    shown = (await confirms.get(at)).text
    assert key.hex()[:32] in shown
    (party,) = await parties.all_parties(installation.engine)
    assert (await asks.post(f"{at}/{party.id}", step="approve")).status_code == 403
    assert (await confirms.post(f"{at}/{party.id}", step="approve")).status_code == 303
    assert CONFIRMS in (await confirms.get(f"/{language}/board")).text
