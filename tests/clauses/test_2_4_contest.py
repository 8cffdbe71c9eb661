"""§2.4: a contest is judged without names; what is published is what the entrant ticked, and comes down when they say so."""

from __future__ import annotations

import pytest
from asked import Browser
from installation import NAME
from taking import CONTEST, DAY, opened

from kept.errors import DeniedError, InputError, SubmissionError
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.instances import contests, instances
from kept.services.instances.participations import leave, part_of
from kept.services.my_data import choices, corrections, erasure
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.retention import sweep

pytestmark = pytest.mark.anyio
ENTRY = "Where the light learns to stand"


@pytest.fixture
async def contest(installation):
    """A contest that is open."""
    return await opened(installation, CONTEST, "contests")


async def won(installation, contest, own):
    """Close it and let somebody win."""
    if (await contest.now()).status == "open":
        await contest.close()
    number = (await part_of(installation.engine, own.person_id, "caption")).number
    await contests.choose_winner(installation.engine, contest.session, "caption", number)
    return number


async def test_the_judge_sees_the_entry_and_no_name(installation, contest):
    """§2.4 normal: an entry is opened alone; the use is recorded, and its maker sees it."""
    own = await installation.mori()
    await contest.enter(own, ("entry", ENTRY), ("use", "name"))
    number = (await contests.entries_of(installation.engine, contest.session, "caption"))[0][0]
    card = await contests.open_entry(installation.engine, contest.session, "caption", number)
    assert list(card) == ["entry#caption"]
    with card["entry#caption"].open(Exit.SCREEN) as value:
        assert value == ENTRY
    entry = await installation.newest()
    assert (entry.purpose, entry.items, entry.clause) == ("contest", ("entry#caption",), "2.1")
    assert entry.outcome == "permitted"
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    assert "Judging a contest" in (await browser.get("/en/my-data")).text


@pytest.mark.parametrize(
    ("ticked", "shown"),
    [
        ((("publish", "entry"), ("use", "name"), ("publish", "name")), [(ENTRY, NAME)]),
        ((("publish", "entry"), ("use", "name")), [(ENTRY, "")]),
        ((("publish", "entry"), ("publish", "name")), [(ENTRY, "")]),
        ((("use", "name"), ("publish", "name")), []),
        ((("use", "name"),), []),
    ],
)
async def test_only_what_was_agreed_to_is_published(installation, contest, ticked, shown):
    """§2.4 breach: without its own tick neither the entry nor the name of a winner is shown to anybody."""
    own = await installation.mori()
    await contest.enter(own, ("entry", ENTRY), *ticked)
    await won(installation, contest, own)
    await contests.publish(installation.engine, contest.session, "caption")
    assert [(one.entry, one.name) for one in await contests.published_of(installation.engine, "caption")] == shown
    if shown:
        published = next(one for one in await installation.ledger() if one.act == "staff:value:publish")
        assert (published.outcome, published.exit) == ("permitted", "publication")
        assert set(published.items) == {"entry#caption", *(["name"] if shown[0][1] else [])}
        page = (await Browser(installation).get("/en/take-part/caption")).text
        assert ENTRY in page
        assert (NAME in page) is bool(shown[0][1])


@pytest.mark.parametrize("how", ["no", "channel", "stop", "leave", "remove", "correct", "erase"])
async def test_it_comes_down_when_they_say_so(installation, contest, how):
    """§2.3: taking back is as easy as giving: whatever the person does, nothing of theirs stays published."""
    own = await installation.mori()
    await contest.enter(own, ("entry", ENTRY), ("publish", "entry"))
    await won(installation, contest, own)
    assert await contests.publish(installation.engine, contest.session, "caption") == 1
    engine = installation.engine
    await {
        "no": lambda: choices.choose(engine, own, "contest", None, allow=False),
        "channel": lambda: choices.choose(engine, own, "contest", Exit.PUBLICATION, allow=False),
        "stop": lambda: choices.stop_use(engine, own, "contest", stop=True),
        "leave": lambda: leave(engine, own, "caption"),
        "remove": lambda: corrections.remove_value(engine, own, "entry#caption"),
        "correct": lambda: corrections.correct(engine, own, "entry#caption", "Another", expected_version=1),
        "erase": lambda: erasure.intend_erasure(engine, own),
    }[how]()
    assert await contests.published_of(engine, "caption") == []


async def test_a_no_before_publishing_holds(installation, contest):
    """§4.1 breach: the yes of the form does not outlive the no that followed; decided again, now, for each."""
    own = await installation.mori()
    await contest.enter(own, ("entry", ENTRY), ("publish", "entry"))
    await won(installation, contest, own)
    await choices.choose(installation.engine, own, "contest", Exit.PUBLICATION, allow=False)
    assert await contests.publish(installation.engine, contest.session, "caption") == 0
    refused = await installation.newest()
    assert (refused.act, refused.outcome, refused.refused[0].step) == ("staff:value:publish", "refused", 6)


async def test_winners_are_as_many_as_prizes_and_chosen_after_the_close(installation, contest):
    """§2.4 breach: none while it is open, none twice, none beyond the prizes, none that does not exist."""
    first, second = await installation.mori(), await installation.join()
    for own in (first, second):
        await contest.enter(own, ("entry", ENTRY))
    numbers = [one for one, _ in await contests.entries_of(installation.engine, contest.session, "caption")]
    with pytest.raises(InputError, match="closed contest"):
        await contests.choose_winner(installation.engine, contest.session, "caption", numbers[0])
    await contest.close()
    await contests.choose_winner(installation.engine, contest.session, "caption", numbers[0])
    for number in (*numbers, "none"):
        with pytest.raises(InputError):
            await contests.choose_winner(installation.engine, contest.session, "caption", number)


async def test_an_entry_of_another_contest_is_not_published_here(installation, contest):
    """§2.4 breach: a tick on one contest's form says nothing about another's."""
    own = await installation.mori()
    await contest.enter(own, ("entry", ENTRY), ("publish", "entry"), ("use", "name"), ("publish", "name"))
    other = await opened(installation, CONTEST.replace("id: caption", "id: second"), "contests")
    await other.enter(own, ("entry", "Second"), ("publish", "entry"), ("use", "name"))
    await other.close()
    number = (await part_of(installation.engine, own.person_id, "second")).number
    await contests.choose_winner(installation.engine, other.session, "second", number)
    await contests.publish(installation.engine, other.session, "second")
    assert [(one.entry, one.name) for one in await contests.published_of(installation.engine, "second")] == [
        ("Second", "")
    ]


async def test_support_judges_nothing(installation, contest):
    """§5.2 breach: a role without the purpose opens no entry, chooses nobody, publishes nothing."""
    own = await installation.mori()
    await contest.enter(own, ("entry", ENTRY), ("publish", "entry"))
    number = (await part_of(installation.engine, own.person_id, "caption")).number
    other = await installation.staff("sato", ("support",))
    for act in (
        lambda: contests.entries_of(installation.engine, other, "caption"),
        lambda: contests.open_entry(installation.engine, other, "caption", number),
        lambda: contests.choose_winner(installation.engine, other, "caption", number),
        lambda: contests.publish(installation.engine, other, "caption"),
    ):
        with pytest.raises(DeniedError):
            await act()


async def test_erasure_on_the_declared_date(installation, contest):
    """§2.4: ninety days after the close the entry is refused, removed, and what was published is down."""
    own = await installation.mori()
    await contest.enter(own, ("entry", ENTRY), ("publish", "entry"), ("use", "name"), ("publish", "name"))
    number = await won(installation, contest, own)
    await contests.publish(installation.engine, contest.session, "caption")
    installation.wall.pass_(89 * DAY)
    installation.engine.clock.confirm_leap()
    await sweep(installation.engine)
    own = await installation.session(own.person_id)
    assert "entry#caption" in {one.slot for one in (await own_data(installation.engine, own)).held}
    installation.wall.pass_(2 * DAY)
    session = await installation.staff("ueda", ("contests",))
    with pytest.raises(DeniedError) as refused:
        await contests.open_entry(installation.engine, session, "caption", number)
    assert (refused.value.step, refused.value.reason) == (4, "ended")
    installation.engine.clock.confirm_leap()
    await sweep(installation.engine)
    own = await installation.session(own.person_id)
    held = {one.slot for one in (await own_data(installation.engine, own)).held}
    assert "entry#caption" not in held
    assert "name" in held  # given at registration, and only lent to the contest
    assert await contests.published_of(installation.engine, "caption") == []
    assert (await contest.now()).status == "ended"
    assert "system:instance:end" in {one.act for one in await installation.ledger()}


async def test_a_name_given_for_the_contest_alone_ends_with_it(installation, contest):
    """§4.1: what a contest was given under its own notice ends with the contest, even where other forms exist."""
    own = await installation.join()
    await contest.enter(own, ("entry", ENTRY), ("name", NAME))
    await contest.close()
    installation.wall.pass_(91 * DAY)
    installation.engine.clock.confirm_leap()
    await sweep(installation.engine)
    own = await installation.session(own.person_id)
    assert (await own_data(installation.engine, own)).held == ()


async def test_a_kill_while_publishing_goes_on(installation, contest):
    """§5.6: each winner's publication is one transaction with its entry; publishing again finishes the rest, once."""
    file = CONTEST.replace("prizes: 1", "prizes: 3").replace("id: caption", "id: three")
    desk = await opened(installation, file, "contests")
    people = [await installation.join() for _ in range(3)]
    for own in people:
        await desk.enter(own, ("entry", ENTRY), ("publish", "entry"))
    await desk.close()
    for own in people:
        number = (await part_of(installation.engine, own.person_id, "three")).number
        await contests.choose_winner(installation.engine, desk.session, "three", number)
    left = installation.stop_after(2)  # the mandate, and the first
    with pytest.raises(Exception, match="killed"):
        await contests.publish(installation.engine, desk.session, "three")
    left[0] = 10_000
    assert len(await contests.published_of(installation.engine, "three")) == 1
    assert await contests.publish(installation.engine, desk.session, "three") == 3
    assert len(await contests.published_of(installation.engine, "three")) == 3
    permitted = [one for one in await installation.ledger() if one.act == "staff:value:publish"]
    assert len(permitted) == 3


async def test_the_form_offers_what_was_given_before_without_a_tick(installation, contest):
    """§2.3: what was given before can be used here with one tick, which nobody sets for the person."""
    own = await installation.mori()
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    page = (await browser.get("/en/take-part/caption")).text
    assert 'name="use" value="name"' in page
    assert " checked" not in page
    assert NAME not in page
    with pytest.raises(SubmissionError, match="not given yet"):
        await contest.enter(own, ("name", "Another Name"))


async def test_a_draft_is_nobodys(installation):
    """§2.4: what is not open yet is shown to nobody, and nobody can take part."""
    session = await installation.staff("ueda", ("contests",))
    await instances.draft(installation.engine, session, CONTEST)
    assert (await Browser(installation).get("/en/take-part/caption")).status_code == 404
    assert "A caption" not in (await Browser(installation).get("/en/take-part")).text
