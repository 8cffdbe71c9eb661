"""§2.5: nobody is singled out by counting: a count of people is noised, floored, remembered and paid for from one budget."""

from __future__ import annotations

import random
from math import comb

import pytest
from asked import CONSOLE, Browser
from cited import cited
from counted import StatisticsDesk, exactly, forget_counts
from installation import POLICY, Installation, second_version
from receiving import FILE

from kept import limits
from kept.errors import ConflictError, DeniedError, PolicyError
from kept.guarantees import released_statistics_only, words
from kept.policy.read import read_policy
from kept.services.campaigns import campaigns, candidates, outcomes
from kept.services.figures import queries
from kept.services.figures.data_sets import data_set_of
from kept.services.gate import head_counts
from kept.services.my_data.corrections import correct
from kept.services.staff import sessions
from kept.services.upkeep.verification import verify_installation
from kept.statistics.budget import Precision, price
from kept.statistics.head_count import narrowing
from kept.statistics.noise import draw_gaussian

pytestmark = pytest.mark.anyio
TOWNS = ("kyoto", "nara", "osaka", "tokyo", "hokkaido", "fukuoka", "kanagawa", "aichi", "hyogo", "chiba", "saitama")
OCCUPATIONS = ("designer", "publisher", "advertiser", "teacher", "student", "other")
DAY = 86400.0


async def customer(installation, number, town, job):
    """Somebody who agreed to mail, somewhere, with an occupation."""
    own = await installation.join()
    fields = [("mail_address", f"c{number}@example.jp"), ("choice", "information-for-you/mail/")]
    await installation.give(own, [*fields, ("prefecture", town), ("occupation", job)])
    return own


async def drafted(installation, session, name, **wanted):
    """Draft a campaign to who meets a rule."""
    rule = "".join(f"  {item}:\n" + "".join(f"    - {one}\n" for one in of) for item, of in wanted.items())
    file = FILE.partition("to:\n")[0].replace("id: autumn-light", f"id: {name}") + ("to:\n" + rule if rule else "")
    return (await campaigns.draft(installation.engine, session, file)).id


def chance_of(at_least, of, each):
    """The chance that mere guessing is right so often or oftener."""
    return sum(comb(of, k) * each**k * (1 - each) ** (of - k) for k in range(at_least, of + 1))


class Attacker:
    """Marketing, who knows that one customer is the only one of Nara and everything of everybody else."""

    def __init__(self, installation, session, dice) -> None:
        self.installation, self.session, self.dice = installation, session, dice

    async def begin(self):
        """Twelve others of Kyoto, two of each occupation; one of Nara."""
        for number in range(12):
            await customer(self.installation, number, "kyoto", OCCUPATIONS[number % 6])
        self.target = await customer(self.installation, 99, "nara", "other")
        self.version = 1
        return self

    async def becomes(self, job):
        """The truth of the next attack, and a budget nobody touched."""
        await correct(self.installation.engine, self.target, "occupation", job, expected_version=self.version)
        self.version += 1
        forget_counts(self.installation)

    async def count(self, campaign):
        """One draft's figures."""
        return await candidates.preview(self.installation.engine, self.session, campaign)


async def closing_in(attacker, rounds):
    """Ten drafts about the only one of Nara: how often is the occupation found that says most?"""
    drafts = {
        one: await drafted(
            attacker.installation, attacker.session, f"only-{one}", prefecture=["nara"], occupation=[one]
        )
        for one in OCCUPATIONS
    }
    more = [
        await drafted(attacker.installation, attacker.session, f"more-{n}", prefecture=["nara"], occupation=OCCUPATIONS[n : n + 3])
        for n in range(4)
    ]  # fmt: skip
    right = 0
    for _ in range(rounds):
        truth = attacker.dice.choice(OCCUPATIONS)
        await attacker.becomes(truth)
        seen = {one: (await attacker.count(campaign)).matching or 0 for one, campaign in drafts.items()}
        for n, campaign in enumerate(more):
            for one in OCCUPATIONS[n : n + 3]:
                seen[one] += ((await attacker.count(campaign)).matching or 0) / 3
        best = max(seen.values())
        right += attacker.dice.choice([one for one in OCCUPATIONS if seen[one] == best]) == truth
    return right


async def by_differences(attacker, rounds):
    """Ten drafts to large groups that differ by one person: is she a designer, or something no draft asks for?"""
    drafts = [
        await drafted(attacker.installation, attacker.session, f"group-{n}", occupation=["designer", *more])
        for n, more in enumerate([OCCUPATIONS[1:1 + k] for k in range(4)] + [OCCUPATIONS[2:2 + k] for k in range(1, 4)]
                                 + [OCCUPATIONS[3:3 + k] for k in range(1, 3)] + [("publisher", "teacher")])
    ]  # fmt: skip
    right = 0
    for _ in range(rounds):
        truth = attacker.dice.choice(("designer", "other"))
        await attacker.becomes(truth)
        seen = 0
        for campaign in drafts:
            found = await attacker.count(campaign)
            groups = len(
                (await campaigns.standing(attacker.installation.engine, campaign)).file.rule.conditions[0].options
            )
            seen += (found.matching - 2 * groups - 0.5) - (found.left_out["no-match"] - (12 - 2 * groups) - 0.5)
        right += ("designer" if seen > 0 else "other") == truth
    return right


def seeded(monkeypatch):
    """Let the noise come from a seed, so that the test says the same each time; it is drawn as ever."""
    dice = random.Random("singled out")  # noqa: S311 -- a test's own randomness
    monkeypatch.setattr(head_counts, "random_bits", dice.getrandbits)
    return dice


async def test_ten_drafts_say_no_more_than_guessing(installation, desk, monkeypatch):
    """§2.5 breach: a customer's occupation, from ten drafts that mean nobody but her."""
    attacker = await Attacker(installation, desk.ume, seeded(monkeypatch)).begin()
    rounds = 24
    assert chance_of(await closing_in(attacker, rounds), rounds, 1 / 6) > 0.05


@pytest.mark.slow
async def test_large_groups_that_differ_by_one_say_no_more_than_guessing(installation, desk, monkeypatch):
    """§2.5 breach: the attacker knows everybody else and sees every noisy figure, without a floor; ten answers are the budget."""
    attacker = await Attacker(installation, desk.ume, seeded(monkeypatch)).begin()
    monkeypatch.setattr(limits, "HEAD_COUNT_FEWER_THAN", -1_000_000)
    rounds = 60
    assert chance_of(await by_differences(attacker, rounds), rounds, 1 / 2) > 0.01


@pytest.mark.parametrize("attack", [closing_in, by_differences])
async def test_both_attacks_succeed_where_counts_are_exact(installation, desk, monkeypatch, attack):
    """The attacks are worth the name: without noise and floor they are right each time."""
    attacker = await Attacker(installation, desk.ume, random.Random("exact")).begin()  # noqa: S311 -- a test's own
    exactly(monkeypatch)
    assert await attack(attacker, 8) == 8


async def test_the_same_question_has_the_same_answer_whoever_asks(installation, desk):
    """§2.5 breach: averaging: another draft, another member of staff, another order of options is the same question."""
    for number in range(3):
        await customer(installation, number, "nara", "teacher")
    other = await installation.staff("oka", ("marketing",))
    first = await candidates.preview(
        installation.engine, desk.ume, await drafted(installation, desk.ume, "one", occupation=["teacher", "student"])
    )
    left = await head_counts.counts_left(installation.engine)
    again = await drafted(installation, other, "two", occupation=["student", "teacher"])
    for _ in range(3):
        assert await candidates.preview(installation.engine, other, again) == first
    assert await candidates.previewed(installation.engine, again) == first, "and so it is on the approver's page"
    assert await head_counts.counts_left(installation.engine) == left == limits.HEAD_COUNTS - 1


async def test_the_budget_is_one_for_everybody_and_says_when_it_is_back(installation, desk):
    """§2.5 breach: the eleventh question is refused, for who asked none of the ten, too; recorded; back next quarter."""
    await customer(installation, 1, "nara", "teacher")
    other = await installation.staff("oka", ("marketing",))
    drafts = [await drafted(installation, desk.ume, f"in-{one}", prefecture=[one]) for one in TOWNS]
    for one in drafts[:-1]:
        await candidates.preview(installation.engine, desk.ume, one)
    with pytest.raises(DeniedError) as refused:
        await candidates.preview(installation.engine, other, drafts[-1])
    assert (cited(refused.value), refused.value.reason) == ("§2.5", "counts-spent")
    assert "2027-04-01" in refused.value.needed
    newest = await installation.newest()
    assert (newest.act, newest.outcome, newest.clause) == ("staff:segment:count", "refused", "2.5")
    await candidates.preview(installation.engine, other, drafts[0])
    installation.ours("DELETE FROM charge")
    installation.ours("DELETE FROM statistic_account")
    with pytest.raises(DeniedError):  # a D restored from before gives no budget back
        await candidates.preview(installation.engine, other, drafts[-1])
    installation.wall.pass_(80 * DAY)
    await candidates.preview(installation.engine, await installation.staff("eda", ("marketing",)), drafts[-1])


async def room_of(installation):
    """What is left of the budget of the data set about customers."""
    return await queries.budget_left(installation.engine, data_set_of(installation.engine, "customers"))


async def test_counts_and_statistics_draw_on_one_account(installation, desk):
    """§2.5, §4.2 breach: what marketing counted, research cannot ask about as well; and the other way about."""
    await customer(installation, 1, "nara", "teacher")
    research, whole = await StatisticsDesk.of(installation), await room_of(installation)
    await research.build()
    drafts = [await drafted(installation, desk.ume, f"in-{one}", prefecture=[one]) for one in TOWNS]
    for one in drafts[: limits.HEAD_COUNTS]:
        await candidates.preview(installation.engine, desk.ume, one)
    spent = limits.HEAD_COUNTS * narrowing(installation.engine.policy.policy).price
    left = await room_of(installation)
    assert (left.period, left.year) == (whole.period - spent, whole.year - spent)
    with pytest.raises(DeniedError) as refused:
        await research.ask("occupation", precision="finest")
    assert (cited(refused.value), refused.value.reason) == ("§4.2", "budget-spent")
    forget_counts(installation)
    await research.ask("occupation", precision="finest")
    for one in drafts[:3]:
        await candidates.preview(installation.engine, desk.ume, one)
    with pytest.raises(DeniedError) as refused:
        await candidates.preview(installation.engine, desk.ume, drafts[3])
    assert (cited(refused.value), refused.value.reason) == ("§2.5", "counts-spent")
    for part, table in (("data", "charge"), ("keys", "statistic_charge")):
        statement = f"SELECT account, sum(micro_rho) FROM {table} GROUP BY account"  # noqa: S608 -- two fixed words
        ((account, charged),) = installation.sql(statement, part=part)
        assert (account, charged <= whole.period) == ("person", True), "no more than one budget, as K remembers it too"


async def test_both_desks_together_say_no_more_than_guessing(installation, desk, monkeypatch):
    """§2.5, §4.2 breach: who counts segments and who asks statistics put together all they saw of one customer."""
    dice = seeded(monkeypatch)
    monkeypatch.setattr(
        queries,
        "draw",
        lambda cells, spread: ([draw_gaussian(spread, dice.getrandbits) for _ in range(cells)], "seeded"),
    )
    attacker, research = await Attacker(installation, desk.ume, dice).begin(), await StatisticsDesk.of(installation)
    budget = data_set_of(installation.engine, "customers").budget
    drafts = {
        one: await drafted(installation, desk.ume, f"only-{one}", prefecture=["nara"], occupation=[one])
        for one in OCCUPATIONS
    }
    rounds, right, asked = 24, 0, 0
    for _ in range(rounds):
        truth = dice.choice(OCCUPATIONS)
        await attacker.becomes(truth)
        seen = {one: (await attacker.count(campaign)).matching or 0.0 for one, campaign in drafts.items()}
        await research.build()
        for precision in (Precision.FINEST, Precision.FINE, Precision.NORMAL):  # the dearest the account still bears
            while (await room_of(installation)).left >= price(budget, precision):
                found = (await research.ask("prefecture", "occupation", precision=precision.value)).figures
                place = {axis.dimension: axis for axis in found.axes}
                wide = len(place["occupation"].options)
                row = place["prefecture"].options.index("nara")
                for column, one in enumerate(place["occupation"].options):
                    if one in seen:
                        seen[one] += found.noisy[row * wide + column]
                asked += 1
                await research.build()  # the same question of the same build would be answered from store
        best = max(seen.values())
        right += dice.choice([one for one in OCCUPATIONS if seen[one] == best]) == truth
    assert asked >= rounds
    assert chance_of(right, rounds, 1 / 6) > 0.01


async def test_a_policy_may_be_stricter_and_never_without(tmp_path):
    """§2.5: `counts` of `segments` sets budget and floor; what says nothing has the engine's, and nothing can switch it off."""
    counts = b"segments:\n  counts:\n    rho: 0.02\n    per: month\n    fewer-than: 50\n"
    for name, content in second_version((b"segments:\n", counts)).items():
        (tmp_path / name).write_bytes(content)
    installation = Installation(tmp_path, tmp_path / POLICY.name)
    await installation.open()
    rules = narrowing(installation.engine.policy.policy)
    assert (rules.budget.micro_rho, rules.budget.per, rules.budget.micro_rho_year) == (20_000, "month", 200_000)
    assert (rules.price, rules.fewer_than, rules.shown(49), rules.shown(54), rules.shown(56)) == (
        2_000,
        50,
        None,
        50,
        60,
    )
    await installation.close()
    for wrong in (b"fewer-than: 3", b"rho: 5"):
        files = second_version((b"segments:\n", b"segments:\n  counts:\n    " + wrong + b"\n"))
        with pytest.raises(PolicyError):
            read_policy(files, words())


async def test_what_became_of_it_hides_what_the_preview_hides(installation, desk):
    """§2.5, §4.4 breach: sent is exact, and who sent it is told about how many, once it is over."""
    for number in range(3):
        await customer(installation, number, "nara", "teacher")
    file = FILE.partition("to:\n")[0]
    found = await desk.queued(file)
    with pytest.raises(ConflictError):
        await outcomes.count_outcome(installation.engine, desk.ume, found.id)
    await desk.reopen()
    await campaigns.stop(installation.engine, desk.ume, found.id)
    seen = await outcomes.count_outcome(installation.engine, desk.ume, found.id)
    assert ("stopped", "") not in seen.ended or seen.ended["stopped", ""] >= limits.HEAD_COUNT_FEWER_THAN
    assert (await desk.ended(found.id))["stopped", ""] == 3, "nobody but the installation knows"
    assert await outcomes.counted_outcome(installation.engine, found.id) == seen
    for login in ("ume", "kato"):
        page = Browser(installation, at=CONSOLE)
        page.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, login)
        text = (await page.get(f"/en/campaigns/{found.id}")).text
        assert "fewer than 30" in text or "about" in text
        assert "<b>3</b>" not in text


async def test_a_count_changed_by_hand_does_not_open(installation, desk):
    """§2.5, §5.3 breach: figures and charges written by hand are found by the board and by `kept verify`."""
    await customer(installation, 1, "nara", "teacher")
    one = await drafted(installation, desk.ume, "one", occupation=["teacher"])
    await candidates.preview(installation.engine, desk.ume, one)
    assert (await released_statistics_only.check(installation.engine)).holds
    installation.ours("UPDATE charge SET micro_rho = 1")
    assert not (await released_statistics_only.check(installation.engine)).holds
    (sealed,) = installation.sql("SELECT sealed FROM head_count")[0]
    installation.sql("UPDATE head_count SET sealed = ?", sealed[:-1] + bytes([sealed[-1] ^ 1]))
    report = await verify_installation(installation.engine)
    assert any("of head_count: it was changed" in problem for problem in report.problems)
